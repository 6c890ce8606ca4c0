#include "run.hpp"

int main(int argc, char** argv) { return parley::app::run({argv + 1, argv + argc}); }

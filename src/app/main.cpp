#include "out_of_memory.hpp"
#include "run.hpp"

int main(int argc, char** argv) {
  parley::app::end_when_resources_run_out();
  return parley::app::run({argv + 1, argv + argc});
}

#include "out_of_memory.hpp"
#include "run.hpp"

namespace {

// Before the variables of libraries are made, some of which need memory: as early as a priority can be.
[[gnu::constructor(101)]] void before_all_else() { parley::app::end_when_resources_run_out(); }

}  // namespace

int main(int argc, char** argv) { return parley::app::run({argv + 1, argv + argc}); }

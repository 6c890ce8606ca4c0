# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# `./dev torture [PART…]`: the full counts behind what `./dev test` samples. A part is a function torture_NAME that needs
# no arguments, prints what it counted on its last lines, and fails if anything was found. Hours, not minutes.
torture_parts() { declare -F | sed -n 's/^declare -f torture_part_//p'; }

dev_torture() {
  local part parts=() start
  mapfile -t parts < <(torture_parts)
  if (($#)); then
    for part in "$@"; do
      declare -F "torture_part_$part" >/dev/null || die 64 "no such part: $part (there are: ${parts[*]})"
    done
    parts=("$@")
  fi
  lock_tree
  need_packages build test
  for part in "${parts[@]}"; do
    start=$(now_ms)
    "torture_part_$part"
    printf '%-44s%8s s   passed\n' "torture $part" "$(seconds_since "$start")" >&2
  done
}

# 1,000,000 seeded lives of a session under faults (tests/simulation); a failing seed is printed and replays by itself.
torture_part_simulation() {
  build_targets release simulation_test
  step 'simulation: 1,000,000 seeds' env SIMULATION_SEEDS="${SIMULATION_SEEDS:-1000000}" build/release/bin/simulation_test
  tail -n 4 build/log/simulation--1-000-000-seeds.log
}

# 50,000,000 executions (FUZZ_RUNS) of each fuzz target; what a target has done as it is built now is not done again.
torture_part_fuzz() { fuzz_torture; }

# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# `./dev torture [PART [WORD…]]…`: the full counts behind what `./dev test` samples. A part is a function torture_part_NAME
# that needs no arguments, prints what it counted on its last lines, and fails if anything was found. Hours, not minutes.
# What follows a part and is none itself is an argument of it (`./dev torture mutants H1`).
torture_parts() { declare -F | sed -n 's/^declare -f torture_part_//p'; }

dev_torture() {
  local part parts=() start word
  local -A words=()
  mapfile -t parts < <(torture_parts)
  if (($#)); then
    declare -F "torture_part_$1" >/dev/null || die 64 "no such part: $1 (there are: ${parts[*]})"
    parts=()
    for word in "$@"; do
      if declare -F "torture_part_$word" >/dev/null; then parts+=("$word"); else words[${parts[-1]}]+=" $word"; fi
    done
  fi
  lock_tree
  need_packages build test
  for part in "${parts[@]}"; do
    start=$(now_ms)
    # shellcheck disable=SC2086  # a list of words
    "torture_part_$part" ${words[$part]:-}
    printf '%-44s%8s s   passed\n' "torture $part" "$(seconds_since "$start")" >&2
  done
}

# Seeded lives of a session under faults (tests/simulation) until 1,000,000 (SIMULATION_UPGRADES) of them had an upgrade,
# in two processes with seeds of their own. A failing seed is printed with its story and replays by itself.
torture_part_simulation() {
  local upgrades=${SIMULATION_UPGRADES:-1000000} first
  build_targets release simulation_test
  step 'simulation: two halves' simulation_halves "$(((upgrades + 1) / 2))"
  for first in 1 2; do grep -A 4 '^runs ' "build/log/simulation-$first.log"; done
}

# simulation_halves UPGRADES: odd and even seeds, each half until so many runs had an upgrade.
simulation_halves() {
  local first rc=0 processes=()
  for first in 1 2; do
    env SIMULATION_UPGRADES="$1" SIMULATION_FIRST="$first" SIMULATION_STEP=2 build/release/bin/simulation_test \
      >"build/log/simulation-$first.log" 2>&1 &
    processes+=($!)
  done
  for first in 1 2; do
    wait "${processes[first - 1]}" || { tail -n 200 "build/log/simulation-$first.log"; rc=1; }
  done
  return $rc
}

# in_two_halves NAME FILTER VARIABLE COUNT: powercut_test with odd and even seeds (NAME_FIRST, NAME_STEP), VARIABLE being half
# the count for each; logs in build/log/NAME-[12].log.
in_two_halves() {
  local name=$1 filter=$2 variable=$3 count=$4 first rc=0 processes=()
  for first in 1 2; do
    env "${variable}=$(((count + 1) / 2))" "${name^^}_FIRST=$first" "${name^^}_STEP=2" \
      build/release/bin/powercut_test --gtest_filter="$filter" >"build/log/$name-$first.log" 2>&1 &
    processes+=($!)
  done
  for first in 1 2; do
    wait "${processes[first - 1]}" || { tail -n 200 "build/log/$name-$first.log"; rc=1; }
  done
  return $rc
}

# 1,000,000 images (POWERCUT_IMAGES) of what power cuts leave of a store, judged by the store that opens them
# (tests/powercut). A failing image is told with its story and is judged alone by POWERCUT_IMAGE.
torture_part_powercut() {
  local first
  build_targets release powercut_test
  step 'powercut: two halves' in_two_halves powercut 'PowerCut.*' POWERCUT_IMAGES "${POWERCUT_IMAGES:-1000000}"
  for first in 1 2; do sed -n '/^images /,/^writes /p' "build/log/powercut-$first.log"; done
}

# 10,000 kills (KILLPOINTS) of a process with a store, at every call that it makes of the file system.
torture_part_killpoints() {
  local first
  build_targets release powercut_test
  step 'killpoints: two halves' in_two_halves killpoints 'KillPoints.*' KILLPOINTS "${KILLPOINTS:-10000}"
  for first in 1 2; do grep '^killed at ' "build/log/killpoints-$first.log"; done
}

# The k-th call of each kind fails, once or from then on, for every k until none does: sends, logins, migrations.
torture_part_storefaults() {
  build_targets release powercut_test
  step 'storefaults: every k' env FAULTS_EVERY=1 build/release/bin/powercut_test '--gtest_filter=*FaultSweep*'
  grep '^swept ' build/log/storefaults--every-k.log
}

# Every real client and version (tests/clients), the server killed under each; writes the table of docs/clients.md.
torture_part_clients() {
  local results=$PWD/build/clients-results.jsonl
  need_packages integration e2e clients
  build_targets release sio-clients-server
  step 'clients: tools' web/tools/toolchain.sh build/node tests/clients
  rm -f "$results"
  PATH=$(web/tools/toolchain.sh build/node tests/clients 9>&-):$PATH
  # The test of the table sees the old one: it is run after the new one is written.
  step 'clients: all versions' env NO_COLOR=1 CLIENTS_FULL=1 CLIENTS_RESULTS="$results" \
    SIO_CLIENTS_SERVER="$PWD/build/release/bin/sio-clients-server" \
    node --test --test-concurrency=1 --test-reporter=spec tests/clients/{socketio,compression,recovery,engineio,ports,python,browser,refused}.test.mjs
  node tests/clients/table.mjs "$results" 9>&-
  step 'clients: table' node --test tests/clients/table.test.mjs
}

# 50,000,000 executions (FUZZ_RUNS) of each fuzz target, in two phases; what a target has done as it is built now is not
# done again.
torture_part_fuzz() { fuzz_torture; }

# The k-th call of every kind fails, or kills the process, under the whole server, for every k until none fires any more
# (tests/durability/faults_*): send, login, sign-up, marks, catching up, start, migration.
torture_part_faults() {
  need_packages integration
  build_targets release parley libfault
  step 'faults: tools' web/tools/toolchain.sh build/node tests/integration
  step 'faults: all sweeps' env PATH="$(web/tools/toolchain.sh build/node tests/integration 9>&-):$PATH" NO_COLOR=1 \
    FAULTS_FULL=1 PARLEY_BIN="$PWD/build/release/bin/parley" \
    node --test --test-concurrency=1 --test-reporter=spec tests/durability/faults_*.test.mjs
  grep ' fired$' build/log/faults--all-sweeps.log
}

# Every planted bug of tests/mutants, or those of the rows or ids named: each must make its test fail.
torture_part_mutants() {
  step 'mutants: tools' web/tools/toolchain.sh build/node web tests/integration
  PATH=$(web/tools/toolchain.sh build/node web 9>&-):$PATH python3 tests/mutants/mutants.py "$@" 9>&-
}

# The whole Autobahn list (tests/conformance/autobahn*): 301 cases, and 216 of compression, 1,000 messages each where the
# list says so (AUTOBAHN_MESSAGES).
torture_part_autobahn() {
  build_targets release sio-conformance
  step 'autobahn: tools' web/tools/toolchain.sh build/node web
  step 'autobahn: 517 cases' env PATH="$(web/tools/toolchain.sh build/node web 9>&-):$PATH" NO_COLOR=1 \
    SIO_CONFORMANCE="$PWD/build/release/bin/sio-conformance" AUTOBAHN_MESSAGES="${AUTOBAHN_MESSAGES:-1000}" \
    node --test --test-concurrency=1 --test-reporter=spec tests/conformance/autobahn.test.mjs \
    tests/conformance/autobahn_compression.test.mjs
  grep '^ *Autobahn area' build/log/autobahn--517-cases.log
}

# durability NAME FILE VARIABLE=VALUE…: one file of tests/durability with other counts; what it counted is printed.
durability() {
  local name=$1 file=$2
  shift 2
  build_targets release parley
  step "$name: tools" web/tools/toolchain.sh build/node tests/integration
  step "$name" env PATH="$(web/tools/toolchain.sh build/node tests/integration 9>&-):$PATH" NO_COLOR=1 \
    PARLEY_BIN="$PWD/build/release/bin/parley" "$@" node --test --test-reporter=spec "tests/durability/$file"
  grep -h '^durability ' "build/log/$name.log"
}

# kill -9 at 10,000 random moments (DURABILITY_KILLS) under real clients, the checker over each scene's histories.
torture_part_kills() { durability kills kills.test.mjs DURABILITY_KILLS="${DURABILITY_KILLS:-10000}"; }

# 1,000 scenes (DURABILITY_SCENES) through a network with faults.
torture_part_network() { durability network network.test.mjs DURABILITY_SCENES="${DURABILITY_SCENES:-1000}"; }

# 1,000,000 deliveries (DURABILITY_DELIVERIES) with a canary for each pair of people, connections cut all the time.
torture_part_deliveries() {
  durability deliveries deliveries.test.mjs DURABILITY_DELIVERIES="${DURABILITY_DELIVERIES:-1000000}"
}

# 10,000 clients (DURABILITY_CLIENTS) that come back at once: after a kill, and after a cut while others write.
torture_part_reconnect() { durability reconnect reconnect.test.mjs DURABILITY_CLIENTS="${DURABILITY_CLIENTS:-10000}"; }

# Peers that a network has swallowed, at the real ping interval and timeout: 45 s.
torture_part_half_open() { durability half_open half_open.test.mjs DURABILITY_HALF_OPEN=500; }

# Half an hour (DURABILITY_SOAK_SECONDS) of clients that come, write and go: memory flat, descriptors back to base.
torture_part_soak() { durability soak soak.test.mjs DURABILITY_SOAK_SECONDS="${DURABILITY_SOAK_SECONDS:-1800}"; }

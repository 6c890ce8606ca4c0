# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# The test suites: what each runs, and how the counts are read from the closing lines of its runner.
# A suite is a function suite_NAME writing to standard output and a count_NAME that prints "PASSED FAILED SKIPPED".
SUITES_ALL='tidy unit web conformance clients examples package integration durability e2e lint docs fuzz'
SUITES_SANITIZER='unit conformance examples integration'

groups_of_suite() {
  case $1 in
    integration | e2e | lint | docs | fuzz) echo "$1" ;;
    package) echo package ;;
    examples) echo integration ;;  # Python's client too
    durability) echo integration ;;
    clients) echo integration e2e clients ;;
  esac
}

targets_of_suite() {
  case $1 in
    unit) echo all ;;
    conformance) echo sio-conformance ;;
    clients) echo sio-clients-server ;;
    package) echo library ;;
    examples) echo examples ;;
    integration | e2e) echo parley ;;
    durability) echo parley libfault ;;
  esac
}

# The folders whose npm packages a suite needs. Any of them brings Node as well (web/tools/toolchain.sh).
npm_folders_of_suite() {
  case $1 in
    web | conformance) echo web ;;
    package | examples | durability) echo tests/integration ;;
    integration | e2e | clients) echo "tests/$1" ;;
  esac
}

# check NAME COMMAND…: a checker that counts as one test; sets CHECK_FAILED.
check() {
  local name=$1
  shift
  if "$@"; then
    echo "1 passed, 0 failed: $name"
  else
    echo "0 passed, 1 failed: $name"
    CHECK_FAILED=1
  fi
}

suite_tidy() {
  local rc=0 part
  for part in tidy tidy_selftest dev_selftest; do python3 "tests/tidy/$part.py" || rc=1; done
  return $rc
}
count_tidy() { sum_lines '^[0-9]+ passed, [0-9]+ failed' passed failed skipped; }

suite_unit() { ctest --test-dir "build/$PRESET" -L unit -j "$(nproc)" --output-on-failure --no-tests=error; }
count_unit() {
  awk '/tests? failed out of/ { for (i = 2; i <= NF; i++) if ($i ~ /^tests?$/ && $(i + 1) == "failed") failed = $(i - 1); total = $NF }
       /\*\*\*Skipped/ { skipped++ }
       END { print total - failed - skipped, failed + 0, skipped + 0 }'
}

suite_web() {
  CHECK_FAILED=0
  check eslint npm --prefix web run --silent lint
  check vue-tsc npm --prefix web run --silent typecheck
  npm --prefix web test || CHECK_FAILED=1
  return "$CHECK_FAILED"
}
count_web() { sum_lines '^ *Tests  |^[0-9]+ passed, [0-9]+ failed: ' passed failed 'skipped|todo'; }

suite_conformance() { node_tests conformance; }
count_conformance() { count_node; }

suite_integration() { node_tests integration; }
count_integration() { count_node; }

# Faults under the real executable: what was acknowledged is there, once, in order, and nobody else heard of it.
suite_durability() { node_tests durability; }
count_durability() { count_node; }

# The installed library from outside, and the examples; both with the real socket.io-client.
suite_package() { node_tests package; }
count_package() { count_node; }

suite_examples() { node_tests examples; }
count_examples() { count_node; }

suite_docs() {
  CHECK_FAILED=0
  python3 docs/reference/comments_test.py || CHECK_FAILED=1
  python3 docs/reference/tables_test.py || CHECK_FAILED=1
  python3 docs/guide/blocks.py || CHECK_FAILED=1
  check 'reference documentation without a warning' docs/reference/build.sh build/docs
  return "$CHECK_FAILED"
}
count_docs() { sum_lines '^[0-9]+ passed, [0-9]+ failed: ' passed failed skipped; }

suite_clients() { node_tests clients; }
count_clients() { count_node; }

suite_e2e() { npm --prefix tests/e2e test; }
count_e2e() { sum_lines '^ *[0-9]+ (passed|failed|skipped|flaky|did not run)' 'passed|flaky' 'failed|did' skipped; }

# node_tests SUITE: Node's own runner over the *.test.mjs of a folder, one file at a time (several are about timing).
node_tests() { node --test --test-concurrency=1 --test-reporter=spec "tests/$1/**/*.test.mjs"; }
count_node() {
  awk '$1 ~ /^(ℹ|#)$/ && NF == 3 { n[$2] = $3 } END { print n["pass"] + 0, n["fail"] + n["cancelled"], n["skipped"] + n["todo"] }'
}

suite_lint() { run_lint; }
count_lint() { sum_lines '^[0-9]+ passed, [0-9]+ failed: ' passed failed skipped; }

# The corpora, then FUZZ_SECONDS shared by all targets; one test a target.
suite_fuzz() {
  local names=()
  build_targets fuzz fuzzers
  mapfile -t names < <(fuzz_names build/fuzz/fuzz)
  fuzz_side_by_side "${FUZZ_SECONDS:-180}" "${names[@]}"
  ((FUZZ_FAILED == 0))
}
count_fuzz() { sum_lines '^[0-9]+ passed, [0-9]+ failed: ' passed failed skipped; }

# sum_lines LINES PASSED FAILED SKIPPED: adds up the numbers before the words PASSED … in the lines that match LINES.
sum_lines() {
  awk -v lines="$1" -v p="^($2)[,:]?$" -v f="^($3)[,:]?$" -v s="^($4)[,:]?$" '
    $0 ~ lines { for (i = 2; i <= NF; i++) { if ($i ~ p) passed += $(i - 1); if ($i ~ f) failed += $(i - 1); if ($i ~ s) skipped += $(i - 1) } }
    END { print passed + 0, failed + 0, skipped + 0 }'
}

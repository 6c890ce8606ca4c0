# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# `./dev test`: installs, builds, runs the suites one after the other, and closes with counts.
TOTAL_PASSED=0 TOTAL_FAILED=0 TOTAL_SKIPPED=0
TABLE=()

# close_tests [MORE_FAILED]: the closing line that CI reads, alone on a line.
close_tests() {
  TOTAL_FAILED=$((TOTAL_FAILED + ${1:-0}))
  CLOSING=''
  ((${#TABLE[@]} == 0)) || printf '%s\n' '' "$(printf '%-14s %7s %7s %8s %9s' suite passed failed skipped seconds)" "${TABLE[@]}" ''
  printf '%d passed, %d failed' "$TOTAL_PASSED" "$TOTAL_FAILED"
  ((TOTAL_SKIPPED == 0)) || printf ', %d skipped' "$TOTAL_SKIPPED"
  printf '\n'
}

# run_suite NAME: never ends the script; adds to the totals. A suite that fails without a failed test, or that ran
# nothing, counts as one failure.
run_suite() {
  local name=$1 log start rc=0 passed failed skipped
  log=$PWD/build/log/test-$name.log start=$(now_ms)
  printf '%-44s' "test $name" >&2
  rm -f build/log/sanitizer-*
  # In a subshell of its own with -e: a suite of several commands stops at the first that fails.
  set +e
  trap - ERR
  (set -e; trap - EXIT; "suite_$name" </dev/null 9>&-) >"$log" 2>&1
  rc=$?
  set -e
  trap on_error ERR
  read -r passed failed skipped < <(sed 's/\x1b\[[0-9;]*m//g' "$log" | "count_$name")
  if compgen -G 'build/log/sanitizer-*' >/dev/null; then
    cat build/log/sanitizer-* >>"$log"
    rc=1
  fi
  if ((failed == 0 && (rc != 0 || passed + skipped == 0))); then failed=1; fi
  TOTAL_PASSED=$((TOTAL_PASSED + passed)) TOTAL_FAILED=$((TOTAL_FAILED + failed)) TOTAL_SKIPPED=$((TOTAL_SKIPPED + skipped))
  printf '%8s s   %d passed, %d failed\n' "$(seconds_since "$start")" "$passed" "$failed" >&2
  TABLE+=("$(printf '%-14s %7d %7d %8d %9s' "$name" "$passed" "$failed" "$skipped" "$(seconds_since "$start")")")
  if ((failed)); then
    printf '  log: %s\n' "$log" >&2
    tail -n 80 "$log" | sed 's/^/  | /' >&2
  fi
}

dev_test() {
  local suite groups targets folders=''
  CLOSING=close_tests
  take_preset "$@"
  lock_tree
  if ((${#REST[@]} == 0)); then
    case $PRESET in
      asan-ubsan | tsan) read -ra REST <<<"$SUITES_SANITIZER" ;;
      *) read -ra REST <<<"$SUITES_ALL" ;;
    esac
  fi
  groups="$(groups_of_preset "$PRESET") test" targets=''
  for suite in "${REST[@]}"; do
    declare -F "suite_$suite" >/dev/null || die 64 "no such suite: $suite (there are: $SUITES_ALL)"
    groups+=" $(groups_of_suite "$suite")"
    targets+=" $(targets_of_suite "$suite")"
    folders+=" $(npm_folders_of_suite "$suite")"
  done
  # shellcheck disable=SC2086  # lists of words
  need_packages $groups
  if [[ -n ${targets// /} ]]; then
    # shellcheck disable=SC2046,SC2086
    build_targets "$PRESET" $(unique_targets $targets)
  fi
  if [[ -n ${folders// /} ]]; then
    # shellcheck disable=SC2086
    step "node, npm packages" web/tools/toolchain.sh build/node $folders
    # shellcheck disable=SC2086
    PATH=$(web/tools/toolchain.sh build/node $folders 9>&-):$PATH
  fi
  test_environment
  for suite in "${REST[@]}"; do run_suite "$suite"; done
  close_tests
  ((TOTAL_FAILED == 0)) || { trap - ERR; exit 1; }
}

# `all` holds every other target.
unique_targets() {
  if [[ " $* " = *' all '* ]]; then echo all; else printf '%s\n' "$@" | sort -u; fi
}

test_environment() {
  export PATH NO_COLOR=1 CI=1
  export SIO_CONFORMANCE=$PWD/build/$PRESET/bin/sio-conformance PARLEY_BIN=$PWD/build/$PRESET/bin/parley
  export SIO_CLIENTS_SERVER=$PWD/build/$PRESET/bin/sio-clients-server
  export SIO_BUILD=$PWD/build/$PRESET
  # A report ends the process that makes it, and lands in a file of its own: whoever started it cannot hide it.
  local reports=log_path=$PWD/build/log/sanitizer
  case $PRESET in
    asan-ubsan)
      export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:$reports-asan
      export UBSAN_OPTIONS=print_stacktrace=1:$reports-ubsan
      ;;
    tsan) export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:$reports-tsan ;;
  esac
}

# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# `./dev fuzz`, the suite `fuzz`, the part `fuzz` of `./dev torture`. Inputs that reach new code are kept under
# build/fuzz/corpus and never committed by a run. A finding leaves its input in build/log. docs/fuzzing.md says the rest.
declare -A FUZZ_RUNNING=()   # process → target
FUZZ_LANES=$(nproc)          # targets side by side
FUZZ_FAILED=0
FUZZ_PRESET=fuzz             # whose executables run

# What of the tree is a parser, so that its lines must be reached by the committed corpora: the sans-IO sources.
FUZZ_PARSERS='lib/base/utf8.cpp lib/http/*.cpp lib/http/*.hpp lib/websocket/*.cpp lib/websocket/*.hpp lib/engineio/*.cpp
  lib/socketio/*.cpp lib/json/*.cpp lib/json/*.hpp src/auth/tokens.cpp src/auth/base64url.cpp'
FUZZ_NO_PARSERS='_test\.cpp$|_fuzz\.cpp$|_bench\.cpp$|_cases\.hpp$|/test_[a-z_]+\.hpp$|/pace\.[ch]pp$'
FUZZ_LINES_MIN=97   # per cent

dev_fuzz() {
  local seconds=180 names=()
  if [[ ${1:-} = --coverage ]]; then fuzz_coverage; return; fi
  if [[ ${1:-} =~ ^[0-9]+$ ]]; then seconds=$1; shift; elif (($#)); then seconds=0; fi
  lock_tree
  need_packages build fuzz
  build_targets fuzz fuzzers
  mapfile -t names < <(fuzz_names build/fuzz/fuzz "$@")
  ((${#names[@]})) || die 64 'no such fuzz target; there are:' "$(fuzz_names build/fuzz/fuzz)"
  ON_EXIT+=(fuzz_stop)
  trap 'exit 130' INT TERM
  if ((seconds == 0)); then
    echo "until a finding or Ctrl-C; logs: build/log/fuzz-TARGET.log" >&2
    FUZZ_LANES=${#names[@]}
  fi
  fuzz_side_by_side "$seconds" "${names[@]}"
  if ((FUZZ_FAILED)); then die 1 "$FUZZ_FAILED of ${#names[@]} targets with a finding"; fi
}

# The targets built in FOLDER, or those of them that are named.
fuzz_names() {
  local folder=$1 options name
  shift
  for options in "$folder"/*.options; do
    name=$(basename "$options" .options)
    if [[ -x $folder/$name ]] && { (($# == 0)) || [[ " $* " = *" $name "* ]]; }; then echo "$name"; fi
  done
}

# fuzz_side_by_side SECONDS NAME…: each gets an equal share of SECONDS (0: all go on until a finding), FUZZ_LANES at once.
fuzz_side_by_side() {
  local seconds=$1 name each=0
  shift
  if ((FUZZ_LANES > $#)); then FUZZ_LANES=$#; fi
  if ((seconds > 0)); then each=$((seconds * FUZZ_LANES / $#)); each=$((each > 0 ? each : 1)); fi
  for name in "$@"; do
    while ((${#FUZZ_RUNNING[@]} >= FUZZ_LANES)); do fuzz_reap; done
    fuzz_run "$name" "-max_total_time=$each" &
    FUZZ_RUNNING[$!]=$name
  done
  while ((${#FUZZ_RUNNING[@]})); do
    fuzz_reap
    if ((seconds == 0 && FUZZ_FAILED)); then fuzz_stop; fi
  done
}

# fuzz_run NAME OPTION…: one target, its output in build/log/fuzz-NAME.log. Replaces the shell that it is called in.
fuzz_run() {
  local name=$1 options=()
  shift
  read -ra options <"build/$FUZZ_PRESET/fuzz/$name.options" || true
  mkdir -p "build/fuzz/corpus/$name" build/log
  exec "build/$FUZZ_PRESET/fuzz/$name" "${options[@]}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 "$@" \
    -artifact_prefix="build/log/$name-" "build/fuzz/corpus/$name" "$(<"build/$FUZZ_PRESET/fuzz/$name.corpus")" \
    >"build/log/fuzz-$name.log" 2>&1 </dev/null 9>&-
}

# Waits for one of the running targets and prints what became of it.
fuzz_reap() {
  local pid=0 rc=0 name
  wait -n -p pid "${!FUZZ_RUNNING[@]}" || rc=$?
  name=${FUZZ_RUNNING[$pid]}
  unset "FUZZ_RUNNING[$pid]"
  if ((rc == 0)); then
    echo "1 passed, 0 failed: fuzz $(fuzz_row "$name" "build/log/fuzz-$name.log")"
  else
    FUZZ_FAILED=$((FUZZ_FAILED + 1))
    echo "0 passed, 1 failed: fuzz $name"
    fuzz_finding "$name" "build/log/fuzz-$name.log"
  fi
}

# Ends what still runs, and prints how far it came.
fuzz_stop() {
  local pid
  for pid in "${!FUZZ_RUNNING[@]}"; do
    kill -INT "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    echo "fuzz $(fuzz_row "${FUZZ_RUNNING[$pid]}" "build/log/fuzz-${FUZZ_RUNNING[$pid]}.log"), ended" >&2
  done
  FUZZ_RUNNING=()
}

# fuzz_finding NAME LOG: what was found, and how to see it again.
fuzz_finding() {
  local name=$1 log=$2 input
  grep -E 'CHECK failed|ERROR: |runtime error|SUMMARY: |^[a-z].*: (error|fatal)' "$log" | head -n 6 | sed 's/^/  | /'
  input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  echo "  log:    $log"
  [[ -n $input ]] || return 0
  echo "  input:  $input"
  echo "  replay: ASAN_OPTIONS=malloc_context_size=30 build/$FUZZ_PRESET/fuzz/$name $input"
  echo "  once it is fixed, move the input to $(realpath --relative-to=. "$(<"build/fuzz/fuzz/$name.corpus")")/"
}

# fuzz_row NAME LOG: name, executions, seconds, executions/s, features (coverage as libFuzzer counts it).
fuzz_row() {
  awk -v name="$1" '
    match($0, / ft: [0-9]+/) { features = substr($0, RSTART + 5, RLENGTH - 5) }
    match($0, /^Done [0-9]+ runs in [0-9]+ second/) { seconds = $5 }
    match($0, /^#[0-9]+/) { seen = substr($0, 2, RLENGTH - 1) }
    /^stat::number_of_executed_units/ { runs = $2 }
    /^stat::average_exec_per_sec/ { rate = $2 }
    END { printf "%-22s %11d executions %6s s %8s /s %6d features", name, runs ? runs : seen, seconds, rate, features }' "$2"
}

# Lines of the parsers that the committed corpora reach, without fuzzing.
fuzz_coverage() {
  local folder=build/fuzz-coverage name file names=() objects=() sources=()
  lock_tree
  need_packages build fuzz
  build_targets fuzz-coverage fuzzers
  rm -rf "$folder/profiles"
  mapfile -t names < <(fuzz_names "$folder/fuzz")
  for name in "${names[@]}"; do
    step "replay $name" env LLVM_PROFILE_FILE="$PWD/$folder/profiles/$name.profraw" \
      "$folder/fuzz/$name" "$(<"$folder/fuzz/$name.corpus")"
    objects+=(-object "$folder/fuzz/$name")
  done
  step 'merge profiles' llvm-profdata-19 merge -o "$folder/all.profdata" "$folder"/profiles/*.profraw
  # shellcheck disable=SC2086  # patterns
  mapfile -t sources < <(printf '%s\n' $FUZZ_PARSERS | grep -Ev "$FUZZ_NO_PARSERS")
  llvm-cov-19 export -summary-only -instr-profile "$folder/all.profdata" "${objects[@]:1}" -sources "${sources[@]}" \
    >"$folder/summary.json"
  python3 tests/fuzz/coverage_table.py "$folder/summary.json" "$FUZZ_LINES_MIN"
}

# The full run: FUZZ_RUNS executions of each target, in two phases, because AddressSanitizer takes two to four times the
# processor: nine in ten with UBSan and the assertions of the standard library, then one in ten under AddressSanitizer
# too, which begins with all inputs that the first phase kept.
fuzz_torture() {
  local runs=${FUZZ_RUNS:-50000000} reports=build/log/fuzz-torture
  need_packages build fuzz
  build_targets fuzz-quick fuzzers
  build_targets fuzz fuzzers
  mkdir -p "$reports"
  ON_EXIT+=(fuzz_stop)
  trap 'exit 130' INT TERM
  fuzz_phase fuzz-quick $((runs * 9 / 10)) "$reports"
  fuzz_phase fuzz $((runs / 10)) "$reports"
  ((FUZZ_FAILED == 0))
}

# fuzz_phase PRESET RUNS REPORTS: RUNS executions of each target. One that has done them as it is built now is not run again.
fuzz_phase() {
  local runs=$2 reports=$3 name log
  FUZZ_PRESET=$1
  for name in $(fuzz_names "build/$FUZZ_PRESET/fuzz"); do
    log=$reports/$name-$FUZZ_PRESET
    if [[ -e $log.done && $(<"$log.done") = "$(fuzz_key "$name" "$runs")" ]]; then continue; fi
    rm -f "$log.done"
    while ((${#FUZZ_RUNNING[@]} >= FUZZ_LANES)); do fuzz_reap_phase "$runs" "$reports"; done
    fuzz_run "$name" "-runs=$runs" -seed=12 &
    FUZZ_RUNNING[$!]=$name
  done
  while ((${#FUZZ_RUNNING[@]})); do fuzz_reap_phase "$runs" "$reports"; done
  for name in $(fuzz_names "build/$FUZZ_PRESET/fuzz"); do
    log=$reports/$name-$FUZZ_PRESET.log
    printf '%s, %d findings\n' "$(fuzz_row "$name" "$log")" "$(grep -c 'Test unit written to' "$log" || true)"
  done | tee "$reports-$FUZZ_PRESET.txt"
}

fuzz_key() { echo "$(sha256sum <"build/$FUZZ_PRESET/fuzz/$1") $2"; }

fuzz_reap_phase() {
  local before=$FUZZ_FAILED running=() name
  running=("${FUZZ_RUNNING[@]}")
  fuzz_reap >&2
  for name in "${running[@]}"; do
    [[ " ${FUZZ_RUNNING[*]} " != *" $name "* ]] || continue
    cp "build/log/fuzz-$name.log" "$2/$name-$FUZZ_PRESET.log"
    ((FUZZ_FAILED > before)) || fuzz_key "$name" "$1" >"$2/$name-$FUZZ_PRESET.done"
  done
}

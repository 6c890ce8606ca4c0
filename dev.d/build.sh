# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# Configuring (only when something changed), building, serving.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1   # a second clone of the tree hits the same cache

groups_of_preset() {
  case $1 in
    tsan) echo build sanitize ;;
    fuzz*) echo build fuzz ;;
    *) echo build ;;
  esac
}

have_test_packages() { [[ -z $(missing_packages test) ]]; }

# configure PRESET: leaves build/PRESET ready for ninja. Ninja itself sees edited CMake files.
configure() {
  local preset=$1 tests=ON stamp=build/$1/.configured key
  have_test_packages || tests=OFF
  key="$(cksum <CMakePresets.json) PARLEY_TESTS=$tests"
  if [[ -e build/$preset/build.ninja && -e $stamp && $(<"$stamp") = "$key" ]]; then return; fi
  [[ $preset != fuzz* ]] || tests=OFF
  step "configure $preset" cmake --preset "$preset" -DPARLEY_TESTS=$tests
  echo "$key" >"$stamp"
}

# build_targets PRESET TARGET…
build_targets() {
  local preset=$1 each_mb=700
  shift
  configure "$preset"
  case $preset in asan-ubsan | tsan | fuzz | fuzz-quick) each_mb=1400 ;; esac
  step "build $preset: $*" ninja -C "build/$preset" -j "$(jobs_max $each_mb)" "$@"
}

# Takes `--preset P` off the front of the caller's arguments: sets PRESET and REST.
take_preset() {
  PRESET=release REST=()
  while (($#)); do
    case $1 in
      --preset) [[ $# -ge 2 ]] || die 64 '--preset needs a name'; PRESET=$2; shift 2 ;;
      --preset=*) PRESET=${1#*=}; shift ;;
      *) REST+=("$1"); shift ;;
    esac
  done
  grep -q "\"name\": \"$PRESET\", \"displayName\"" CMakePresets.json || die 64 "no such preset: $PRESET"
}

dev_build() {
  take_preset "$@"
  lock_tree
  # shellcheck disable=SC2046  # a list of words
  need_packages $(groups_of_preset "$PRESET")
  ((${#REST[@]})) || REST=(parley sio-conformance)
  build_targets "$PRESET" "${REST[@]}"
}

dev_run() {
  lock_tree
  need_packages build
  build_targets release parley
  exec 9>&-  # serving does not keep others from building
  trap - EXIT
  on_exit
  exec build/release/bin/parley serve "$@"
}

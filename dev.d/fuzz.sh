# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# `./dev fuzz [SECONDS [TARGET…]]`: all fuzz targets, or those named, share SECONDS equally. New inputs that reach new code
# are kept under build/fuzz/corpus; a crash leaves its input in build/log and ends the run. Move it into the corpus beside
# the code, so that ctest replays it for ever.
dev_fuzz() {
  local seconds=180 binary name each targets=()
  if [[ ${1:-} =~ ^[0-9]+$ ]]; then seconds=$1; shift; fi
  lock_tree
  need_packages build fuzz
  build_targets fuzz fuzzers
  for binary in build/fuzz/fuzz/*_fuzz; do
    name=$(basename "$binary")
    if (($# == 0)) || [[ " $* " = *" $name "* ]]; then targets+=("$name"); fi
  done
  ((${#targets[@]})) || die 64 "no such fuzz target; there are:" build/fuzz/fuzz/*_fuzz
  each=$((seconds / ${#targets[@]}))
  for name in "${targets[@]}"; do
    mkdir -p "build/fuzz/corpus/$name"
    step "fuzz $name" "build/fuzz/fuzz/$name" -max_total_time=$((each > 0 ? each : 1)) -timeout=10 -rss_limit_mb=2048 \
      -artifact_prefix="build/log/$name-" "build/fuzz/corpus/$name" "$(<"build/fuzz/fuzz/$name.corpus")"
  done
}

# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# `./dev timing [PART…]`: latencies and statistics, on a quiet machine, never in CI. A part is a function timing_part_NAME
# that needs no arguments, prints its figures, and fails above their bound.
timing_parts() { declare -F | sed -n 's/^declare -f timing_part_//p'; }

dev_timing() {
  local part parts=()
  mapfile -t parts < <(timing_parts)
  if (($#)); then
    for part in "$@"; do
      declare -F "timing_part_$part" >/dev/null || die 64 "no such part: $part (there are: ${parts[*]})"
    done
    parts=("$@")
  fi
  lock_tree
  need_packages build
  for part in "${parts[@]}"; do "timing_part_$part"; done
}

# 5,000 slow heads, bodies and readers; good clients keep p99 ≤ 200 ms.
timing_part_h6() {
  build_targets release sio-conformance
  python3 tests/timing/h6.py build/release/bin/sio-conformance 9>&-
}

# 15,000 clients that do not read: memory bounded, the others at p99 ≤ 50 ms, nobody misses a message.
timing_part_r3() {
  build_targets release parley
  python3 tests/timing/r3.py build/release/bin/parley 9>&-
}

# The web app with 10,000 partners, and with 50,000 messages in one conversation, in Chromium: frames, filter, older pages,
# change of the conversation. Figures only.
timing_part_web() {
  need_packages build e2e
  build_targets release parley
  local bin
  bin=$(web/tools/toolchain.sh build/node tests/e2e)
  PATH=$bin:$PATH PARLEY_BIN=$PWD/build/release/bin/parley npm --prefix tests/e2e run figures 9>&-
}

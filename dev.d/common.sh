# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# Steps with their seconds and logs, the trap that names what failed, the lock.
STEP='' COMMAND='' LOG=''
ON_EXIT=()       # commands to run at the end, whatever happened
CLOSING=''       # what prints the closing line of a test run, also when a step before the tests fails

trap on_error ERR
trap on_exit EXIT

on_error() {
  local rc=$?
  trap - ERR
  [[ $BASH_SUBSHELL -eq 0 ]] || exit "$rc"
  {
    printf '\nfailed (exit %d): %s\n' "$rc" "${STEP:-$BASH_COMMAND}"
    [[ -z $COMMAND ]] || printf '  command: %s\n' "$COMMAND"
    if [[ -n $LOG && -s $LOG ]]; then
      printf '  log:     %s\n' "$LOG"
      [[ -n ${V:-} ]] || { grep -E '(^|[ :])(fatal )?error:' "$LOG" | head -n 12 || true; tail -n 20 "$LOG"; } | cut -c 1-300 | sed 's/^/  | /'
    fi
  } >&2
  [[ -z $CLOSING ]] || $CLOSING 1 || true
  exit "$rc"
}

on_exit() {
  local command
  for command in "${ON_EXIT[@]}"; do eval "$command" || true; done
}

# die EXIT MESSAGE…: end with a message; exit codes as in sysexits.h.
die() {
  local rc=$1
  shift
  printf '%s\n' "$@" >&2
  [[ -z $CLOSING ]] || $CLOSING 1 || true
  trap - ERR
  exit "$rc"
}

now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo "${t%???}"; }
seconds_since() { local d=$(($(now_ms) - $1)); printf '%d.%d' $((d / 1000)) $((d % 1000 / 100)); }

# step NAME COMMAND…: run it with its output in build/log/NAME.log; one line with the seconds; a failure ends the script.
step() {
  STEP=$1
  shift
  COMMAND=$*
  LOG=build/log/${STEP//[^a-zA-Z0-9._-]/-}.log
  mkdir -p build/log
  local start
  start=$(now_ms)
  printf '%-44s' "$STEP" >&2
  if [[ -n ${V:-} ]]; then
    printf '\n' >&2
    "$@" </dev/null 9>&- 2>&1 | tee "$LOG" >&2
  else
    "$@" </dev/null 9>&- >"$LOG" 2>&1
  fi
  printf '%8s s\n' "$(seconds_since "$start")" >&2
  STEP='' COMMAND='' LOG=''
}

# One ./dev at a time in this tree. Descriptor 9 holds the lock; what is started by a step does not inherit it.
lock_tree() {
  mkdir -p build/log
  exec 9>>build/.lock
  if ! flock -n 9; then
    die 75 "another ./dev is at work here (process $(tail -n 1 build/.lock)); try again when it has ended"
  fi
  echo "$$" >build/.lock
}

# How many compilers at once: each takes up to 700 MB (Boost), twice that under a sanitizer.
jobs_max() {
  local each_mb=${1:-700} mb limit n
  if [[ -n ${PARLEY_JOBS:-} ]]; then echo "$PARLEY_JOBS"; return; fi
  mb=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || true)
  if [[ $limit =~ ^[0-9]+$ ]] && ((limit / 1048576 < mb)); then mb=$((limit / 1048576)); fi
  n=$((mb / each_mb))
  if ((n > $(nproc))); then n=$(nproc); fi
  echo $((n > 0 ? n : 1))
}

dev_clean() {
  lock_tree
  find build -mindepth 1 -maxdepth 1 ! -name .lock -exec rm -rf {} +
  find . -name node_modules -type d -prune -not -path './build/*' -exec rm -rf {} +
}

# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# Format, shell scripts, clang-tidy. Each file that clang-tidy looks at counts as one check.
cpp_files() { find . \( -name node_modules -o -path ./build -o -path ./.git \) -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print; }

format_is_clean() { cpp_files | xargs clang-format-19 --dry-run -Werror; }

run_lint() {
  CHECK_FAILED=0
  if (($# == 0)); then
    check clang-format format_is_clean
    check shellcheck shellcheck -x dev dev.d/*.sh docs/reference/build.sh .ci/run
  fi
  python3 dev.d/clang_tidy.py --build build/release --jobs "$(jobs_max 1000)" "$@" || CHECK_FAILED=1
  return "$CHECK_FAILED"
}

dev_lint() {
  lock_tree
  need_packages build test lint
  configure release
  run_lint "$@"
}

dev_fmt() {
  lock_tree
  need_packages lint
  cpp_files | xargs clang-format-19 -i
}

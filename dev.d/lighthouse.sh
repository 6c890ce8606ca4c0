# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# `./dev lighthouse`: how fast and how accessible the web app is to a slow phone. On demand: figures of a busy machine say little.
dev_lighthouse() {
  lock_tree
  need_packages build e2e
  build_targets release parley
  step 'node, npm packages' web/tools/toolchain.sh build/node tests/lighthouse
  PATH=$(web/tools/toolchain.sh build/node tests/lighthouse 9>&-):$PATH
  STEP=lighthouse
  node tests/lighthouse/run.mjs build/release/bin/parley 9>&-
}

# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# `./dev docs`: the reference of the library as HTML, build/docs/reference/index.html.
dev_docs() {
  lock_tree
  need_packages docs
  step 'reference documentation' docs/reference/build.sh build/docs
  echo "build/docs/reference/index.html"
}

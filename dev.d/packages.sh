# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# Debian packages by purpose: what is missing is installed, and apt is not called when nothing is.
declare -A PACKAGES=(
  [build]='g++ cmake ninja-build ccache libboost1.81-dev libssl-dev zlib1g-dev libsqlite3-dev libargon2-dev libcli11-dev
           libtomlplusplus-dev libspdlog-dev prometheus-cpp-dev ca-certificates npm'
  [test]='libgtest-dev libgmock-dev python3'
  [integration]='python3 python3-socketio python3-websocket python3-requests python3-aiohttp'
  [clients]='python3-socketio-client'
  [e2e]='chromium-headless-shell fonts-noto-color-emoji fonts-noto-core'
  [docs]='doxygen python3'
  [library]='g++ cmake ninja-build libboost1.81-dev libssl-dev zlib1g-dev'
  [package]='pkg-config'
  [lint]='clang-tidy-19 clang-format-19 python3 shellcheck'
  [sanitize]='clang-19 llvm-19 libclang-rt-19-dev'
  [fuzz]='clang-19 llvm-19 libclang-rt-19-dev'
)

# The packages of the groups that are not installed. npm counts as installed if the command is there from elsewhere.
missing_packages() {
  local group package wanted=()
  declare -A installed=()
  for group in "$@"; do
    for package in ${PACKAGES[$group]}; do
      [[ $package = npm ]] && command -v npm >/dev/null || wanted+=("$package")
    done
  done
  while read -r _ state package; do
    [[ $state = installed ]] && installed[$package]=1
  done < <(dpkg-query -W -f='${db:Status-Want} ${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
  for package in "${wanted[@]}"; do
    [[ -n ${installed[$package]:-} ]] || echo "$package"
  done | sort -u
}

# need_packages GROUP…: install what is missing; as root or through sudo, else say what to run and stop.
need_packages() {
  local missing as_root=() group
  for group in "$@"; do
    [[ -n ${PACKAGES[$group]:-} ]] || die 64 "no such group of packages: $group (there are: ${!PACKAGES[*]})"
  done
  command -v dpkg-query >/dev/null ||
    die 69 'This script installs with apt (Debian 12). Elsewhere install what dev.d/packages.sh lists, and use cmake --preset release.'
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if [[ $(id -u) != 0 ]]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 2 ]]; }; then
      as_root=(sudo)
    else
      die 77 'Packages are missing, and this is neither root nor is there sudo. Run as root:' \
        "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    fi
  fi
  forbid_services "${as_root[@]}"
  step 'apt-get update' "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=120 update
  step "apt-get install (${#missing[@]} packages)" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 install --no-install-recommends "${missing[@]}"
}

# While we install, no package may start a service (policy-rc.d says no; a policy that is there already stays).
forbid_services() {
  local policy=/usr/sbin/policy-rc.d
  [[ ! -e $policy ]] || return 0
  printf '#!/bin/sh\nexit 101\n' | "$@" tee "$policy" >/dev/null
  "$@" chmod 755 "$policy"
  ON_EXIT+=("$* rm -f $policy")
}

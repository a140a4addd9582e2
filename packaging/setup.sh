#!/usr/bin/env bash
# Installs what Tributary needs from Debian's archive; a no-op when all is there. Usage: packaging/setup.sh build|tests|clang
set -euo pipefail
what=${1:-build}
build="g++ cmake ninja-build ccache pkg-config libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libfmt-dev
  libcli11-dev libhowardhinnant-date-dev libtomlplusplus-dev libkainjow-mustache-dev libseccomp-dev libsodium-dev
  libpugixml-dev libcurl4-openssl-dev libssl-dev libsqlite3-dev prometheus-cpp-dev zlib1g-dev tzdata ca-certificates openssl
  libgtest-dev libgmock-dev librapidcheck-dev"
tests="$build binutils strace procps sqlite3 curl hledger"
clang="$build clang-16 libclang-rt-16-dev"
deb="$build debhelper dpkg-dev fakeroot lintian systemd man-db"
missing=()
for package in ${!what}; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "==> installing ${#missing[@]} packages: ${missing[*]}"
sudo=""
[ "$(id -u)" -eq 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

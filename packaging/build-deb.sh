#!/usr/bin/env bash
# Builds tributary_<version>_<arch>.deb from the release preset into build/. Usage: packaging/build-deb.sh
set -euo pipefail
cd "$(dirname "$0")/.."
packaging/setup.sh deb
echo "==> building the release preset"
cmake --preset release >/dev/null
cmake --build --preset release --target tributaryd tributaryctl tributary-worker feed_x12 giftcard_tremendous card_lithic \
  mail_smtp -- --quiet
echo "==> packing"
stage=build/deb/tributary
rm -rf build/deb
mkdir -p "$stage/build"
cp -r packaging config plugins "$stage/"
cp -r packaging/debian "$stage/debian"
ln -s "$PWD/build/release" "$stage/build/release"
(cd "$stage" && dpkg-buildpackage -us -uc -b -d >../build.log 2>&1) || { tail -40 build/deb/build.log >&2; exit 1; }
mv build/deb/tributary_*.deb build/
ls build/tributary_*.deb

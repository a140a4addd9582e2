#!/usr/bin/env bash
# Installs what tests need, builds, and runs the whole suite. Usage: tests/run.sh [preset]   (dev by default; asan, clang)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-dev}
packaging/setup.sh tests
step() { printf '\n==> %s\n' "$*"; }
suite() {
  step "building ($1)"
  cmake --preset "$1" >/dev/null
  cmake --build --preset "$1" -- --quiet
  step "testing ($1)"
  ctest --test-dir "build/$1" --output-on-failure -j2 --timeout 900
}
suite "$preset"

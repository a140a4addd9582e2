#!/usr/bin/env bash
# Measures the style of the tree and compares with tests/tidy/limits.txt. The numbers there only ever go down: when a
# measure falls, lower its limit in the same commit (the script says so). Usage: tests/tidy/tidy.sh [--list MEASURE]
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -t sources < <(git ls-files -- '*.cpp' '*.hpp' '*.c' '*.h' | while read -r f; do [ -f "$f" ] && echo "$f"; done)

long_lines() { awk 'length($0) > 120 { print FILENAME ":" FNR }' "${sources[@]}"; }
long_files() { wc -l "${sources[@]}" | awk '$2 != "total" && $1 > 350 { print $2 ": " $1 " lines" }'; }
huge_files() { wc -l "${sources[@]}" | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines" }'; }
# A function: opens with a line that ends in "{" after ")" (and const, override, ...), closes at the same indent.
long_functions() {
  awk 'FNR == 1 { open = 0 }
    !open && /^( {0,8})[A-Za-z~].*\)( const)?( noexcept)?( override)?( final)? \{$/ && !/^ *(if|for|while|switch|else|namespace|struct|class|return|case|do)[ (]/ {
      match($0, /^ */); indent = RLENGTH; open = FNR; next }
    open && match($0, /^ *\}/) && RLENGTH == indent + 1 { if (FNR - open > 70) print FILENAME ":" open ": " FNR - open " lines"; open = 0 }
  ' "${sources[@]}"
}
# g++ 12 destroys some temporaries of a co_await expression twice: name the object on the line before.
coroutine_traps() { grep -nE 'co_await[^;]*(\{|\[[^]]*[^] ]\] *[({m])' "${sources[@]}" || true; }
unfinished() { grep -nE '\b(TODO|FIXME|HACK)\b' "${sources[@]}" || true; }
# Only core/net may see sockets, TLS and HTTP libraries (the digest and the vault use libcrypto, which is no network).
network_elsewhere() { grep -lE '#include <(boost/(asio|beast)|curl/|openssl/ssl)' "${sources[@]}" | grep -vE '^(core/net|tests)/' || true; }
floats_near_money() { grep -nE '\b(double|float)\b' $(printf '%s\n' "${sources[@]}" | grep -E '^core/(money|model|rules|ledger)/') | grep -vE '//|"' || true; }

measures=(long_lines long_files huge_files long_functions coroutine_traps unfinished network_elsewhere floats_near_money)
if [ "${1:-}" = --list ]; then "$2"; exit 0; fi
failed=0
for measure in "${measures[@]}"; do
  now=$("$measure" | wc -l)
  limit=$(awk -v name="$measure" '$1 == name { print $2 }' tests/tidy/limits.txt)
  printf '%-18s %4d (limit %s)\n' "$measure" "$now" "${limit:-none}"
  if [ "$now" -gt "${limit:-0}" ]; then
    failed=1
    "$measure" | head -20
    echo "tidy: $measure rose above its limit; mend it rather than raise the limit"
  elif [ "$now" -lt "${limit:-0}" ]; then
    echo "tidy: $measure fell; lower its limit in tests/tidy/limits.txt to $now"
  fi
done
exit $failed

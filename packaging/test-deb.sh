#!/usr/bin/env bash
# Installs the built package on this machine, starts what the unit starts, and takes it away again. For a throw-away
# machine, as root. Usage: packaging/test-deb.sh [build/tributary_*.deb]
set -euo pipefail
cd "$(dirname "$0")/.."
deb=${1:-$(ls build/tributary_*.deb | tail -1)}
fail() { echo "test-deb: $*" >&2; exit 1; }
pass() { echo "ok: $*"; }
export DEBIAN_FRONTEND=noninteractive
unit=/usr/lib/systemd/system/tributaryd.service

systemd-analyze security --offline=true --threshold=15 packaging/systemd/tributaryd.service >/dev/null || fail "the unit is not hardened enough"
pass "the unit's exposure is at most 1.5"
apt-get install -y -qq "$(realpath "$deb")" >/dev/null
getent passwd tributary >/dev/null || fail "no user tributary"
[ "$(stat -c '%U %a' /var/lib/tributary)" = "tributary 750" ] || fail "/var/lib/tributary: $(stat -c '%U %a' /var/lib/tributary)"
[ "$(stat -c '%G %a' /etc/tributary/tributary.toml)" = "tributary 640" ] || fail "tributary.toml: $(stat -c '%G %a' /etc/tributary/tributary.toml)"
for page in tributaryd.8 tributaryctl.1 tributary.toml.5; do [ -e /usr/share/man/man${page##*.}/$page.gz ] || fail "no man page $page"; done
pass "user, directories, config and man pages are there"
runuser -u tributary -- $(sed -n 's/^ExecStartPre=//p' "$unit") || fail "the packaged configuration has mistakes"
pass "tributaryctl check"

# No systemd here: what it would have made, and its ExecStart as its user.
install -d -o tributary -g tributary -m 0750 /run/tributary
log=$(mktemp)
runuser -u tributary -- $(sed -n 's/^ExecStart=//p' "$unit") >"$log" 2>&1 &
trap 'pkill -TERM -x tributaryd || true' EXIT
for _ in $(seq 100); do tributaryctl status >/dev/null 2>&1 && break; sleep 0.1; done
tributaryctl status || { cat "$log"; fail "the daemon does not answer"; }
ss -ltn 2>/dev/null | awk '{ print $4 }' | grep -E ':(8440|9440)$' | grep -vE '^(127\.0\.0\.1|\[::1\]):' && fail "it listens off loopback"
pass "it starts on loopback with nothing else installed"
tributaryctl ledger verify >/dev/null || fail "ledger verify"
pkill -TERM -x tributaryd
for _ in $(seq 100); do pgrep -x tributaryd >/dev/null || break; sleep 0.1; done
pgrep -x tributaryd >/dev/null && fail "it does not end on SIGTERM"
trap - EXIT
pass "it ends on SIGTERM"

apt-get remove -y -qq tributary >/dev/null
[ -e /var/lib/tributary/tributary.db ] || fail "remove took the data"
pass "remove keeps the data"
apt-get install -y -qq "$(realpath "$deb")" >/dev/null
apt-get purge -y -qq tributary >/dev/null
[ -e /var/lib/tributary/tributary.db ] || fail "purge took the data although nobody said so"
[ ! -e /etc/tributary/tributary.toml ] || fail "purge left the configuration"
pass "purge asks, and keeps the data when nobody answers"
apt-get install -y -qq "$(realpath "$deb")" >/dev/null
echo "tributary tributary/purge-data boolean true" | debconf-set-selections
apt-get purge -y -qq tributary >/dev/null
[ ! -e /var/lib/tributary ] || fail "purge kept the data although told to delete it"
pass "purge deletes the data when told to"

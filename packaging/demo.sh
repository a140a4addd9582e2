#!/usr/bin/env bash
# The main job, end to end, against simulated providers. Builds what it needs, works in build/demo, leaves nothing running.
# Usage: packaging/demo.sh [--keep]     --keep leaves daemon and simulators up, and says how to talk to them
set -euo pipefail
cd "$(dirname "$0")/.."
keep=false
case "${1:-}" in
  "") ;;
  --keep) keep=true ;;
  *) echo "usage: packaging/demo.sh [--keep]" >&2; exit 64 ;;
esac
preset=${TRIBUTARY_PRESET:-release}
bin=$PWD/build/$preset/bin
work=$PWD/build/demo
say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
run() { printf '\n$ %s\n' "tributaryctl $*"; ctl "$@"; }
ctl() { "$bin/tributaryctl" --socket "$work/control.sock" "$@"; }
fail() { echo "demo: $*" >&2; exit 1; }

stop() {
  for name in tributaryd tributary-sim; do
    if [ -f "$work/$name.pid" ]; then
      pid=$(cat "$work/$name.pid")
      # Only what this demo started: the pid may be somebody else's by now.
      if [ "$(readlink "/proc/$pid/exe" 2>/dev/null)" = "$bin/$name" ]; then
        kill -TERM "$pid" 2>/dev/null || true
        for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
      fi
      rm -f "$work/$name.pid"
    fi
  done
}
wait_for() { # wait_for SECONDS WHAT COMMAND...
  local seconds=$1 what=$2
  shift 2
  for _ in $(seq $((seconds * 10))); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done
  for log in "$work"/*.log; do tail -n 5 "$log" >&2 || true; done
  fail "waited ${seconds}s for $what in vain; the logs are in $work"
}

say "1. Building (the first time takes some minutes; apt packages are installed when they are missing)"
packaging/setup.sh build
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" --target tributaryd tributaryctl tributary-worker tributary-sim tributary-generate \
  feed_x12 giftcard_tremendous card_lithic mail_smtp -- --quiet

stop
rm -rf "$work"
mkdir -p "$work"/{etc/feeds.d,etc/connectors.d,etc/programs.d,credentials,data,drop,mails,directory}
trap stop EXIT
trap 'stop; exit 130' INT TERM

say "2. Starting tributary-sim: Tremendous, Lithic and a mail server, simulated on loopback"
secret() { (umask 077; printf '%s\n' "$2" >"$work/credentials/$1"); }
secret tremendous_api_key demo-tremendous-key
secret tremendous_webhook_key demo-webhook-key
secret lithic_api_key demo-lithic-key
secret lithic_webhook_secret whsec_ZGVtby1saXRoaWMtd2ViaG9vay1zZWNyZXQ=
secret acme_token demo-feed-token-0123456789abcdef
account=7d3f6d3c-1f1e-4c57-9e0a-5d1a2b3c4d5e
"$bin/tributary-sim" --ports-file "$work/sim.json" --mail-folder "$work/mails" \
  --tremendous-key demo-tremendous-key --tremendous-webhook-key demo-webhook-key \
  --lithic-key demo-lithic-key --lithic-webhook-secret whsec_ZGVtby1saXRoaWMtd2ViaG9vay1zZWNyZXQ= \
  --lithic-account "$account" --delivery-delay-ms 300 --settle-delay-ms 300 >"$work/sim.log" 2>&1 &
echo $! >"$work/tributary-sim.pid"
wait_for 20 "the simulators" test -s "$work/sim.json"
number() { grep -oE "\"$2\": ?[0-9]+" "$1" | head -1 | grep -oE '[0-9]+$'; }
sim=$(number "$work/sim.json" port)
smtp=$(number "$work/sim.json" smtp_port)
echo "providers on http://127.0.0.1:$sim, mail on smtp://127.0.0.1:$smtp"

say "3. Starting tributaryd with the demo's configuration"
cat >"$work/etc/tributary.toml" <<TOML
[daemon]
data_directory = "$work/data"
connector_directory = "$PWD/build/$preset/lib/connectors"
credentials_directory = "$work/credentials"
[api]
socket = "$work/control.sock"
[http]
port = 0
public_url = "http://127.0.0.1"
[metrics]
port = 0
[notice]
connector = "mail"
TOML
cat >"$work/etc/feeds.d/orbit.toml" <<TOML
[feed]
name = "orbit"
connector = "x12"
live = true
tokens = ["cred:acme_token"]
folder = "$work/drop"
folder_settle_ms = 200
TOML
cat >"$work/etc/connectors.d/x12.toml" <<TOML
[connector]
name = "x12"
library = "feed_x12.so"
TOML
cat >"$work/etc/connectors.d/tremendous.toml" <<TOML
[connector]
name = "giftcard"
library = "giftcard_tremendous.so"
[options]
base_url = "http://127.0.0.1:$sim/tremendous/api/v2"
[secrets]
api_key = "cred:tremendous_api_key"
webhook_key = "cred:tremendous_webhook_key"
[payout]
title = "Gift card"
unit = "points"
currency = "USD"
rate = { money = "1.00", per = 100 }
min = 500
product = "OKMHM2X2OHYV"
lookup_first_s = 1
TOML
cat >"$work/etc/connectors.d/lithic.toml" <<TOML
[connector]
name = "prepaid"
library = "card_lithic.so"
[options]
base_url = "http://127.0.0.1:$sim/lithic"
financial_account_token = "$account"
book_transfer_subtype = "INCENTIVE"
[secrets]
api_key = "cred:lithic_api_key"
webhook_secret = "cred:lithic_webhook_secret"
[payout]
title = "Prepaid card"
unit = "points"
currency = "USD"
rate = { money = "1.00", per = 100 }
min = 500
lookup_first_s = 1
TOML
cat >"$work/etc/connectors.d/mail.toml" <<TOML
[connector]
name = "mail"
library = "mail_smtp.so"
[options]
server_url = "smtp://127.0.0.1:$smtp"
from_address = "rewards@orbit.example"
from_name = "Orbit Rewards"
requires_tls = "false"
TOML
cp packaging/demo/program.toml "$work/etc/programs.d/autumn.toml"
run check --config "$work/etc/tributary.toml"
"$bin/tributaryd" --config "$work/etc/tributary.toml" >"$work/tributaryd.log" 2>&1 &
echo $! >"$work/tributaryd.pid"
wait_for 60 "tributaryd" ctl status
http=$(grep -oE '"port": ?[0-9]+' "$work/data/endpoints.json" | head -1 | grep -oE '[0-9]+$')
curl_sim() { exec 3<>"/dev/tcp/127.0.0.1/$sim"; printf '%s %s HTTP/1.1\r\nHost: sim\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "$1" "$2" "${#3}" "$3" >&3; cat <&3 >/dev/null; exec 3>&-; }
curl_sim POST /_sim/settings "{\"tremendous\":{\"webhook_url\":\"http://127.0.0.1:$http/webhooks/giftcard\"},\"lithic\":{\"webhook_url\":\"http://127.0.0.1:$http/webhooks/prepaid\"}}"
run status

say "4. Who there is: one distributor, 12 resellers, 60 reps, 25 products in 4 families"
"$bin/tributary-generate" --lines 400 --resellers 12 --reps 60 --products 25 --families 4 --unknown-products 2 --unknown-reps 1 \
  --date 20261101 --seed 7 --out "$work/orbit-867.edi" --directory "$work/directory"
run directory import "$work"/directory/{parties,persons,products,aliases}.csv
for budget in laser:60000 network:60000 dach-storage:20000 laser-week:2000 distributor-share:40000; do
  run budget fund "autumn/${budget%%:*}" "${budget##*:}" --key "demo-${budget%%:*}"
done

say "5. The distributor's 867 falls into the drop folder"
echo "first lines of $work/orbit-867.edi:"
head -12 "$work/orbit-867.edi" | sed 's/^/    /'
cp "$work/orbit-867.edi" "$work/drop/.orbit-867.edi.tmp" && mv "$work/drop/.orbit-867.edi.tmp" "$work/drop/orbit-867.edi"
wait_for 60 "the file to be worked off" test -e "$work/drop/accepted/orbit-867.edi"
run interchange show 1
echo; echo "Its acknowledgement, beside the file in $work/drop/accepted:"
sed 's/^/    /' "$work/drop/accepted/orbit-867.edi.ack"

say "6. What was rejected, and what waits"
echo "A second file comes with a letter where a quantity belongs. What would happen to it?"
"$bin/tributary-generate" --lines 12 --resellers 12 --reps 60 --products 25 --families 4 --date 20261108 --seed 7 --control-number 2 |
  sed '0,/^QTY\*32\*[0-9]*/s//QTY*32*two/' >"$work/damaged-867.edi"
run feed validate "$work/damaged-867.edi" --feed orbit || true
cp "$work/damaged-867.edi" "$work/drop/damaged-867.edi"
wait_for 60 "the damaged file to be answered" test -e "$work/drop/rejected/damaged-867.edi"
echo; echo "It is in $work/drop/rejected with a report and this answer; nothing of it was posted:"
sed 's/^/    /' "$work/drop/rejected/damaged-867.edi.ack"
run exception list
echo; echo "The new product and the new rep are entered into the directory; then the lines are posted:"
{ echo "sku,family,name"; ctl exception list --cause unknown_product --limit 1000 | grep -oE 'VP:[A-Z0-9-]+' | sort -u | sed 's/^VP:\(.*\)/\1,laser,New product \1/'; } >"$work/new-products.csv"
run directory import "$work/new-products.csv"
run exception retry --cause unknown_product

say "7. Who earned what, and why"
run budget list
# The rep with the most points: of each account its code and the first amount, which is the balance.
rep=$(ctl --json account list wallet/P- --limit 1000 | awk -F'"' '/"account":/ { code = $4; is_open = 1 }
  is_open && /"minor":/ { gsub(/[^0-9-]/, "", $3); print $3, code; is_open = 0 }' | sort -rn | sed -n '1s,.* wallet/\([^/]*\)/.*,\1,p')
[ -n "$rep" ] || fail "nobody earned anything"
run award list --recipient "$rep" --limit 8
line=$(ctl --json award list --recipient "$rep" --limit 1 | grep -oE '"line": ?"[0-9]+-[0-9]+"' | head -1 | grep -oE '[0-9]+-[0-9]+')
run explain "$line"
run explain "$line" --language de

say "8. Two redemptions: a gift card, and a prepaid card that is issued on first use"
run redeem --recipient "$rep" --connector giftcard --amount 500 --key demo-gift
run redeem --recipient "$rep" --connector prepaid --amount 500 --key demo-card
settled() { [ "$(ctl --json payout list --state settled | grep -oE '"id": ?"P[0-9]+"' | wc -l)" -ge 2 ]; }
wait_for 60 "both payouts to settle" settled
run payout list
run payout show P2

say "9. The mails that went out"
mails() { [ "$(ls "$work/mails" | wc -l)" -ge 20 ]; }
wait_for 60 "the mails" mails
run notice list --limit 8
echo; echo "$(ls "$work/mails" | wc -l) mails in $work/mails; one of them begins:"
head -30 "$work/mails/$(ls "$work/mails" | head -1)" | sed 's/^/    /'

say "10. The books"
run ledger verify
run ledger head

say "Done"
if $keep; then
  trap - EXIT
  cat <<TEXT
Everything is still up. Try:
  export TRIBUTARY_SOCKET=$work/control.sock PATH=\$PATH:$bin
  tributaryctl status
  tributaryctl feed validate $work/orbit-867.edi --feed orbit      # a repeat: what would happen?
  cp $work/orbit-867.edi $work/drop/again.edi                      # and it happens
  tributaryctl account statement wallet/$rep/points
  tributaryctl ledger export --format hledger
Stop it with: kill \$(cat $work/tributaryd.pid $work/tributary-sim.pid)
TEXT
else
  cat <<TEXT
Nothing is left running; the data of this run is in $work. What to do next:
  packaging/demo.sh --keep          # the same, left up to play with
  packaging/build-deb.sh            # a package to install
  less docs/incentives.md           # write a program of your own
TEXT
fi

#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The page of the HTTP endpoint in a real Chromium: page.sh BINARY [--light]
# PICTURE=docs/page.png makes the picture of the documents anew.
[ "${2:-}" != --light ] || { echo "page.sh: 0 passed, 0 failed" && exit; }
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/../netns/lib.sh"

G=ipfw-g-$$ # guests, whose traffic a filter refuses
O="ipfw-o-$$ <o>" # another one that the agent serves
for n in "$C" "$R" "$S" "$G" "$O"; do add_ns "$n"; done
ip -n "$O" link add other0 type veth peer name other1
connect lan0 "$C" c0 1
connect wan0 "$S" s0 2
connect guest0 "$G" g0 3
setns "$R" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
# A name is text, whatever is in it.
hostile="<b>&\"'x"
ip -n "$R" link add h0 type veth peer name h1 && ip -n "$R" link set h0 name "$hostile"
ip -n "$R" link set h1 up && ip -n "$R" link set "$hostile" up
in_ns "$R" nft -f - <<-'N'
	table inet filter {
		chain forward { type filter hook forward priority 0; iifname "guest0" udp dport 9 drop; }
	}
N
for n in "$C" "$S" "$G"; do quiet "$n"; done
settle
trap '"$BIN" detach --netns "$R" 2>/dev/null; "$BIN" detach --netns "$O" 2>/dev/null; cleanup' EXIT
background in_ns "$R" unshare --uts sh -c 'hostname router && exec "$@"' sh "$BIN" agent --agentx-socket "unix:$TMP/none" \
	--reading-socket none --include '*' --exclude lo --listen 127.0.0.1:9469 --netns "ipfw-o-$$*" 2>"$TMP/agent.log"
agent=$bg
get() { in_ns "$R" curl -sf "http://127.0.0.1:9469$1"; }
wait_for 20 get /json || { cat "$TMP/agent.log" && not_ok "the endpoint" "it does not answer" && finish; }

datagrams "$C" 1000 72 10.2.0.2 # 100 octets each
datagrams "$C" 500 152 fd02::2  # 200 octets each
datagrams "$G" 40 72 10.2.0.2
datagrams "$C" 7 152 fd02::2 1

# Traffic that goes up and down, until it is killed.
waves() { # NS ADDRESS SIZE PACKETS-PER-SECOND
	background in_ns "$1" /usr/bin/python3 -c '
import math, socket, sys, time
address, size, rate = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
while True:
    t = time.monotonic()
    for _ in range(int(rate / 20 * (1 + .55 * math.sin(t / 4 + size) + .25 * math.sin(t / 1.3)))):
        s.sendto(b"x" * size, (address, 9))
    time.sleep(.05)' "${@:2}"
}
background in_ns "$R" env HOME="$TMP" /usr/bin/python3 "$top/tests/integrations/page_chromium.py" "$TMP" "$hostile" "$O" \
	"${PICTURE:-}" >"$TMP/results" 2>"$TMP/chromium.log"
browser=$bg
wait_for 60 test -s "$TMP/counted" || { tail -n 20 "$TMP/chromium.log" && not_ok "the browser" "it does not come that far"; }
[ -z "${PICTURE:-}" ] || ip -n "$R" link del "$hostile"
waves "$C" 10.2.0.2 1200 900
waves "$S" 10.1.0.2 1300 2600
waves "$S" fd01::2 1100 1500
waves "$C" fd02::2 400 500
waves "$G" 10.2.0.2 300 90
waves "$S" 10.3.0.2 600 240
wait "$browser"
expect "the browser came to its end" 0 $?
while IFS=$'\t' read -r name wanted got; do expect "$name" "$wanted" "$got"; done <"$TMP/results"
expect "the agent said nothing" "" "$(grep -v 'hooks count since\|SNMP\|agentx' "$TMP/agent.log")"
[ -n "${PICTURE:-}" ] || expect_true "a picture was made of each" test -s "$TMP/desktop-light.png" -a -s "$TMP/phone-dark.png"
kill "$agent" && wait "$agent"
finish

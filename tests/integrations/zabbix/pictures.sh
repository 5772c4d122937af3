# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what zabbix.sh has
# For zabbix.sh --pictures DIR: a router with three networks, MINUTES (60) of traffic that goes up and
# down, has bursts of two seconds and loses some packets, polled each minute; then pictures of the
# frontend, of the template as it is by then. Takes chromium and pngquant.
G=ipfw-g-$$ # guests, of whom a filter refuses some traffic

make_networks() {
	local n
	for n in "$C" "$R" "$S" "$G"; do add_ns "$n"; done
	connect lan0 "$C" c0 1
	connect wan0 "$S" s0 2
	connect guest0 "$G" g0 3
	setns "$R" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	in_ns "$R" nft -f - <<-'N'
		table inet filter {
			chain forward { type filter hook forward priority 0; iifname "guest0" udp dport 25 drop; }
		}
	N
	for n in "$C" "$S" "$G"; do quiet "$n"; done
}

# waves NS ADDRESS PORT SIZE PACKETS-PER-SECOND PERIOD BURST HOPS: bursts of so many times as much, at
# times that are the same in each run.
waves() {
	background in_ns "$1" nice /usr/bin/python3 -c '
import math, random, socket, sys, time
address, port, size, rate, period, burst, hops = sys.argv[1], *map(int, sys.argv[2:])
six = ":" in address
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(*((socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) if six else (socket.IPPROTO_IP, socket.IP_TTL)), hops)
random.seed(f"{address} {size}")
began, due, until = time.monotonic(), 0, 0
coming = began + random.uniform(60, 300)
while True:
    now = time.monotonic()
    if burst > 1 and now > coming:
        until, coming = now + 2, now + random.uniform(90, 420)
    t = now - began
    due += rate / 20 * (1 + .5 * math.sin(t * math.tau / period) + .25 * math.sin(t / 47 + size)) * (burst if now < until else 1)
    for _ in range(int(due)):
        s.sendto(b"x" * size, (address, port))
    due %= 1
    time.sleep(.05)' "${@:2}"
}

picture() { # FILE HEIGHT PAGE
	in_ns "$R" timeout 90 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$TMP/chromium" \
		--window-size="1440,$2" --force-device-scale-factor=0.8334 --virtual-time-budget=20000 --screenshot="$TMP/picture.png" \
		"http://127.0.0.1:8080/index.php?name=Admin&password=zabbix&enter=1&autologin=1&request=$(jq -rn --arg page "$3&kiosk=1" '$page | @uri')" \
		>"$TMP/chromium.log" 2>&1 && pngquant --force --output "$pictures/$1" 256 "$TMP/picture.png"
}

take_pictures() {
	local alias host rule minutes=${MINUTES:-60}
	for alias in lan0:office wan0:uplink guest0:guests; do
		ip -n "$R" link set "${alias%:*}" alias "${alias#*:}"
	done
	start_snmpd
	background in_ns "$R" "$BIN" agent --agentx-socket "$MASTER" --reading-socket none --peak-window 60 2>>"$TMP/agent.log"
	expect_true "the agent answers" wait_for 20 agent_answers
	waves "$C" 10.2.0.2 9 400 90 1500 6 64
	waves "$S" 10.1.0.2 9 1300 380 1500 5 64
	waves "$S" fd01::2 9 1200 260 2300 8 64
	waves "$C" fd02::2 9 350 60 2300 1 64
	waves "$S" 10.3.0.2 9 1000 70 1100 12 64
	waves "$G" 10.2.0.2 9 300 25 1100 1 64
	waves "$S" fd03::2 9 900 40 900 1 64
	waves "$G" 10.2.0.2 25 120 6 700 4 64 # refused
	waves "$C" 10.9.0.2 9 100 4 1900 1 64 # no route
	waves "$S" fd01::2 9 80 2 1300 1 1    # its hop limit ends here
	host=$(new_host router INTERVAL=1m DISCOVERY.INTERVAL=1m PERIOD=5m NODATA=5m PEAK.INTERVAL=1m)
	for rule in $(api discoveryrule.get "{\"hostids\": \"$host\", \"filter\": {\"key_\": \"ipfw.path.discovery\"}}" | jq -r '.[].itemid'); do
		api discoveryrule.update "{\"itemid\": \"$rule\", \"status\": 0}" >/dev/null
	done
	for rule in $(api item.get "{\"hostids\": \"$host\", \"filter\": {\"key_\": \"ipfw.walk.path\"}}" | jq -r '.[].itemid'); do
		api item.update "{\"itemid\": \"$rule\", \"status\": 0}" >/dev/null
	done
	sleep $((minutes * 60 + 120))
	expect "the template as it is now" true "$(configuration import "$(template $form)")"
	sleep 70
	expect_true "a picture of the dashboard" picture dashboard.png 1300 \
		"zabbix.php?action=host.dashboard.view&hostid=$host&from=now-${minutes}m&to=now"
	expect_true "a picture of latest data" picture latest-data.png 576 \
		"zabbix.php?action=latest.view&hostids[]=$host&name=bits&show_tags=3&tag_priority=protocol,interface,description$(
		)&tags[0][tag]=interface&tags[0][operator]=1&tags[0][value]=wan0&tags[1][tag]=protocol&tags[1][operator]=1&tags[1][value]=ipv4&filter_set=1"
}

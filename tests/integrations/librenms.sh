#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The application for LibreNMS: librenms.sh BINARY [--light]. Its files run in a harness that works
# on the real snmpbulkwalk and rrdtool; polls are said to be 300 s apart, traffic between them is
# known to the packet. --light: syntax, names and the installer only. With RECORD=1 what upstream/
# has of recorded answers is made anew; with PICTURES=DIR the graphs are left there.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/../netns/lib.sh"

from=$top/integrations/librenms
harness=$top/tests/integrations/librenms_harness.php
TREE=$TMP/librenms STATE=$TMP/state
poller=$from/includes/polling/applications/ipfw.inc.php
graphs=$from/includes/html/graphs/application

#
# What needs no server
#
if ! command -v php >/dev/null; then
	skip librenms "php is not installed"
	finish
fi
for f in $(find "$from" -name '*.php') "$harness"; do
	expect_true "php -l ${f#"$top"/}" php -l "$f"
done
command -v shellcheck >/dev/null && expect_true "shellcheck" shellcheck "$from/install.sh" "$from/upstream/snmprec.sh"

# The poller's data sources, as "name column".
sources=$(sed -nE "s/^    '([a-z_]+)' => '([A-Z][A-Za-z]+)',.*/\1 \2/p" "$poller")
peaks=$(grep 'Rate$' <<<"$sources")
sources=$(grep -v 'Rate$' <<<"$sources")
expect "data sources" "$(jq length "$top/integrations/figures.json")" "$(wc -l <<<"$sources")"
expect "their names are short enough for rrdtool" "" "$(awk 'length($1) > 19' <<<"$sources")"
missing=$(while read -r _ column; do
	grep -q "^ipfwSystem$column OBJECT-TYPE" "$top/mibs/IPFWAGENT-MIB.txt" || echo "$column"
done <<<"$sources")
expect "their columns are in the MIB" "" "$missing"
expect "peaks are those of the traffic" "$(head -n 8 <<<"$sources" | cut -d' ' -f1)" "$(cut -d' ' -f1 <<<"$peaks")"
expect "each is that of its column" "" "$(while read -r name column; do
	wanted=$(grep "^$name " <<<"$sources" | sed -E 's/.* //; s/Packets$/PacketRate/; s/Octets$/BitRate/')
	[ "$column" = "$wanted" ] && grep -q "^ipfwPeak$column OBJECT-TYPE" "$top/mibs/IPFWAGENT-MIB.txt" || echo "$name $column"
done <<<"$peaks")"
drawn=$(sed -nE "s/^    \['([a-z_]+)', '.*/\1/p" "$graphs"/ipfw_*.php | sort -u)
expect "graphs draw what the poller writes" "" "$(comm -23 <(echo "$drawn") <(cut -d' ' -f1 <<<"$sources" | sort))"
on_page=$(sed -nE "s/^    '([a-z_]+)' => '[A-Z].*/\1/p" "$from/includes/html/pages/device/apps/ipfw.inc.php" | sort)
subtypes=$(basename -as .inc.php "$graphs"/ipfw_*.php | sed 's/^ipfw_//' | sort)
expect "each graph is on the page" "$subtypes" "$on_page"

# The installer
mkdir "$TMP/other"
expect_match "what is not LibreNMS is refused" "other is not LibreNMS" "$("$from/install.sh" "$TMP/other" 2>&1)"
expect "and stays as it was" "" "$(ls -A "$TMP/other")"
expect_match "usage" "usage: install.sh" "$("$from/install.sh" 2>&1)"
php "$harness" tree "$TREE" || exit 1
[ "$(id -u)" != 0 ] || chown -R 12345:12346 "$TREE"
listing() { (cd "$TREE" && find . -type f -printf '%p %m %U %G %s\n' | sort); }
listing >"$TMP/before"
expect_true "install" "$from/install.sh" "$TREE"
listing >"$TMP/after"
expect "files installed" $(($(find "$from/includes" -name '*.php' | wc -l) + 1)) \
	"$(comm -13 "$TMP/before" "$TMP/after" | grep -c ' 644 ')"
expect "owner as LibreNMS's" "" "$(cd "$TREE" && find . ! -user "$(stat -c %u "$TREE")" -printf '%p ')"
expect_true "install again" "$from/install.sh" "$TREE"
expect "nothing changed" "" "$(listing | diff "$TMP/after" -)"
expect_true "uninstall" "$from/install.sh" --uninstall "$TREE"
expect "uninstall leaves nothing" "" "$(listing | diff "$TMP/before" -)"
echo '<?php // somebody else' >"$TREE/includes/polling/applications/ipfw.inc.php"
expect_match "a file of somebody else stops it" "not ours, nothing was installed: includes/polling/applications/ipfw.inc.php" \
	"$("$from/install.sh" "$TREE" 2>&1)"
expect "nothing was installed" "" "$(listing | grep IPFW)"
"$from/install.sh" --uninstall "$TREE" >/dev/null 2>&1
expect "uninstall leaves it" '<?php // somebody else' "$(cat "$TREE/includes/polling/applications/ipfw.inc.php")"
rm "$TREE/includes/polling/applications/ipfw.inc.php"
rm "$TREE/mibs/NET-SNMP-MIB"
if command -v snmptranslate >/dev/null; then
	expect_match "MIBs that ours needs and LibreNMS lacks are noticed" "cannot be read with the MIBs" \
		"$("$from/install.sh" "$TREE" 2>&1)"
fi
cp "$top/tests/mibs/NET-SNMP-MIB.txt" "$TREE/mibs/NET-SNMP-MIB"
if [ "$(id -u)" = 0 ]; then
	# Its owner may put links in the place of names: root writes nowhere and takes nothing that the owner
	# could not.
	victim=$TMP/victim
	mkdir "$victim" && echo secret >"$victim/file" && chmod 600 "$victim/file"
	cp "$poller" "$victim/ipfw.inc.php"
	kept() { (cd "$victim" && find . -printf '%p %m %U %G %s %T@\n' | sort); }
	kept >"$TMP/kept"
	owned=(setpriv --reuid 12345 --regid 12346 --clear-groups)
	ln_owned() { "${owned[@]}" ln -sfn "$@"; }
	apps=$TREE/includes/polling/applications
	ln_owned "$victim/file" "$TREE/mibs/IPFWAGENT-MIB.ipfw-new"
	ln_owned "$victim/file" "$apps/ipfw.inc.php.ipfw-new"
	"$from/install.sh" "$TREE" >"$TMP/links" 2>&1
	expect "links for new files: nothing behind them changed" "" "$(kept | diff "$TMP/kept" -)"
	rm -f "$TREE/mibs/IPFWAGENT-MIB.ipfw-new" "$apps/ipfw.inc.php.ipfw-new"
	"${owned[@]}" mv "$apps" "$apps.old" && ln_owned "$victim" "$apps"
	"$from/install.sh" "$TREE" >"$TMP/links" 2>&1
	expect_match "a link for a directory: refused" 'more than one user' "$(cat "$TMP/links")"
	"$from/install.sh" --uninstall "$TREE" >"$TMP/links" 2>&1
	expect "a link for a directory: nothing behind it changed" "" "$(kept | diff "$TMP/kept" -)"
	rm "$apps" && mv "$apps.old" "$apps"
	# The same as root's own, which nobody else may write to; and one that others may write to.
	chown -R 0:0 "$TREE"
	expect_true "root's own: install" "$from/install.sh" "$TREE"
	expect_true "root's own: uninstall" "$from/install.sh" --uninstall "$TREE"
	chmod g+w "$TREE/mibs"
	expect_match "a directory that a group may write to: refused" "others may write to $TREE/mibs" \
		"$("$from/install.sh" "$TREE" 2>&1)"
	chmod g-w "$TREE/mibs" && chown -R 12345:12346 "$TREE"
	# What is here need not be open to the owner.
	cp -r "$from" "$TMP/closed" && mkdir -p "$TMP/shut/integrations" "$TMP/shut/mibs" && chmod 700 "$TMP/shut"
	mv "$TMP/closed" "$TMP/shut/integrations/librenms" && cp "$top/mibs/IPFWAGENT-MIB.txt" "$TMP/shut/mibs/"
	expect_match "from a directory that the owner cannot enter" "cannot be read with the MIBs|is installed" \
		"$("$TMP/shut/integrations/librenms/install.sh" "$TREE" 2>&1)"
	expect "no copies are left" "" "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'tmp.*' -newer "$TMP/kept" -user 0 -exec test -e {}/mibs/IPFWAGENT-MIB.txt \; -print)"
fi
expect_true "install for what follows" "$from/install.sh" "$TREE"
[ "${2-}" != --light ] || finish

#
# A router, an agent, known traffic
#
trap '"$BIN" detach --netns "$R" 2>/dev/null; "$BIN" detach --netns "$S" 2>/dev/null; cleanup' EXIT
make_router
# The server's network namespace has an SNMP context, which a community of its own asks for.
cat >"$TMP/snmpd.extra" <<X
view everything included .1
com2sec -Cn $S server 127.0.0.1 secret
group servers v2c server
access servers $S v2c noauth exact everything none none
proxy -Cn $S -v2c -c public 127.0.0.1:1161 .1.3.6.1.2.1.1
X
start_snmpd
agent_on() {
	background in_ns "$R" "$BIN" agent --agentx-socket "$MASTER" --reading-socket "$TMP/reading" --interval 1 --peak-window 20 "$@" \
		2>>"$TMP/agent.log"
	agent=$bg
}
agent_off() {
	kill "$agent"
	wait "$agent" 2>/dev/null
	wait_for 10 agent_silent
}
agent_on --netns "$S*"
expect_true "the agent answers" wait_for 20 agent_answers
expect "it counts with eBPF" ebpf "$(snmp_value IPFWAGENT-MIB::ipfwSource.0)"
mkdir "$STATE" "$TMP/context"

T=$(($(date +%s) / 300 * 300 - 30 * 300)) # of the last poll
T0=$T
# poll: 300 s later. The agent's reading is from after the traffic.
poll() {
	settle
	sleep 1.3
	T=$((T + 300))
	poll_now
}
poll_now() {
	in_ns "$R" php "$harness" poll "$TREE" "$STATE" 127.0.0.1:1161 $T >"$TMP/poll.out" 2>&1 ||
		not_ok "poll" "$(tail -c 600 "$TMP/poll.out")"
}
# in_context COMMAND...: of another device, which is the context.
in_context() { COMMUNITY=secret STATE=$TMP/context "$@"; }
rrd() { echo "$STATE/rrd/router.example/app-ipfw-7-$1.rrd"; }
# counted FILE SOURCE: how many in the 300 s up to the last poll, from the rate that rrdtool kept.
counted() {
	rrdtool fetch "$(rrd "$1")" AVERAGE -r 300 -s $((T - 300)) -e $((T - 1)) | awk -v t="$T:" -v s="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == s) c = i + 1; next }
		$1 == t { print $c ~ /nan/ ? "unknown" : sprintf("%.3f", $c * 300) + 0 }'
}
# interval FILE SOURCE=COUNT...: what was counted in the last interval.
interval() {
	local file=$1 pair
	shift
	for pair; do
		expect "$file ${pair%=*}, poll $(((T - T0) / 300))" "${pair#*=}" "$(counted "$file" "${pair%=*}")"
	done
}
state() { jq -r "$1" "$STATE/application.json"; }
metric() { jq -r "$1" "$STATE/metrics.json"; }
v4() { pings "$C" "$1" "$2" 10.2.0.2 || not_ok "traffic" "a ping was lost"; }
v6() { pings "$C" "$1" "$2" fd02::2 || not_ok "traffic" "a ping was lost"; }

# Files that ipfwagent 0.1.0 left: LibreNMS hands rrdtool the values by their place, so that a file never gets
# another data source.
first="in_packets in_octets out_packets out_octets in_forw_packets in_forw_octets out_forw_packets out_forw_octets"
mkdir -p "$STATE/rrd/router.example"
old_file() {
	local sources=("${@:2}")
	sources=("${sources[@]/#/DS:}")
	rrdtool create "$(rrd "$1")" --start $T --step 300 "${sources[@]/%/:DERIVE:600:0:U}" RRA:{AVERAGE,MAX,LAST}:0.5:1:2016
}
# shellcheck disable=SC2086 # words
old_file system-ipv4 $first no_routes hdr_errors forw_discards too_big && old_file if-rc-ipv4 $first
sources_of() { rrdtool info "$(rrd "$1")" | sed -nE 's/^ds\[(.*)\]\.index = (.*)/\2 \1/p' | sort -n; }

poll
in_context poll_now
interval system-ipv4 out_forw_packets=unknown
expect "files of the system and two interfaces" 12 "$(find "$STATE/rrd" -name '*.rrd' ! -name '*-peaks-*' | wc -l)"
expect "files of the system have the data sources of the first ones" "$(sources_of system-ipv4)" "$(sources_of system-ipv6)"
expect "files of an interface have the data sources of the first ones" "$(sources_of if-rc-ipv4)" "$(sources_of if-rs-ipv6)"
# Those of later versions do not change either.
outcomes="delivered_packets delivered_octets dropped_packets dropped_octets refused_packets refused_octets unaccounted_packets
 fast_path_packets fast_path_octets"
outcomes=${outcomes//$'\n'/}
names_of() { sources_of "$1" | cut -d' ' -f2 | paste -sd' '; }
expect "data sources of the system's losses" "$outcomes rp_filter addr_errors out_discards out_no_routes reasm_fails" \
	"$(names_of losses-system-ipv4)"
expect "data sources of an interface's losses" "$outcomes no_routes hdr_errors forw_discards too_big addr_errors out_discards out_no_routes reasm_fails" \
	"$(names_of losses-if-rc-ipv6)"
expect "state" OK "$(state .state)"

v4 100 472 # 500 octets
v6 50 952  # 1,000 octets
poll
in_context poll_now
in_context interval system-ipv4 in_packets=100 in_octets=50000 out_packets=100 out_forw_packets=0
in_context interval if-s0-ipv6 in_packets=50 in_octets=50000 out_packets=50
expect "in a context: the interfaces of its namespace" "s0" "$(in_context state '.data.interfaces | keys | join(" ")')"
for f in system-ipv4 if-rc-ipv4 if-rs-ipv4; do
	both=$([[ $f = system* ]] && echo 2 || echo 1) # each way counts for the system
	interval $f in_forw_packets=$((100 * both)) out_forw_packets=$((100 * both)) in_forw_octets=$((50000 * both)) \
		out_forw_octets=$((50000 * both))
done
interval if-rc-ipv4 in_packets=100 in_octets=50000 out_packets=100 out_octets=50000
for f in system-ipv6 if-rc-ipv6 if-rs-ipv6; do
	both=$([[ $f = system* ]] && echo 2 || echo 1)
	interval $f in_forw_packets=$((50 * both)) out_forw_packets=$((50 * both)) in_forw_octets=$((50000 * both)) \
		out_forw_octets=$((50000 * both)) in_packets=$((50 * both)) in_octets=$((50000 * both)) \
		out_packets=$((50 * both)) out_octets=$((50000 * both))
done
interval system-ipv6 no_routes=0 hdr_errors=0 forw_discards=0 too_big=0
expect "metrics for alert rules" "1 1 2 1 1 200 100000" "$(metric '[.status, .ipv4_forwarding, .source, .ipv6_forwarding,
	(.sample_age | tonumber < 1100 | if . then 1 else 0 end), .ipv4_out_forw_packets, .ipv6_out_forw_octets] | map(tostring) | join(" ")')"

# What upstream/ has recorded for LibreNMS's own tests is what the agent answers today.
record=$from/upstream/linux_ipfw.snmprec
watched() { [ "$(snmp_value IPFWAGENT-MIB::ipfwPeakState.1.0)" = complete ]; }
recorded() { # with a window without peaks, others are not there
	wait_for 60 watched
	in_ns "$R" "$from/upstream/snmprec.sh" 127.0.0.1:1161 >"$TMP/snmprec" || return
	[ -z "${RECORD-}" ] || cp "$TMP/snmprec" "$record"
	diff <(cut -d'|' -f1,2 "$record") <(cut -d'|' -f1,2 "$TMP/snmprec") >"$TMP/recorded.diff"
}
wait_for 60 recorded
expect "recorded answers: the same objects and types" "" "$(cat "$TMP/recorded.diff")"
counters() { grep "^$ROOT_OID.1.2.1.[3-6].*|70|" "$1"; }
expect "recorded answers: the same traffic" "$(counters "$record")" "$(counters "$TMP/snmprec")"
expect "recorded answers: octets of IPv6 forwarded" "$ROOT_OID.1.2.1.6.2|70|100000" "$(grep "^$ROOT_OID.1.2.1.6.2|" "$record")"

poll
interval system-ipv4 in_forw_packets=0 out_forw_octets=0
interval if-rs-ipv6 in_packets=0 out_octets=0

# The highest second of the agent's last window: as the agent answers, which is the same before and after the poll.
peak() { # COLUMN FAMILY IFINDEX: nothing if there is none
	snmp_value "IPFWAGENT-MIB::ipfwPeak$1.$2.$3" 2>/dev/null | grep -E '^[0-9]+$'
}
peaks() { # FILE FAMILY IFINDEX: as counted
	local source column rate
	while read -r source column; do
		rate=$(peak "$column" "$2" "$3")
		[[ $source = *_octets ]] && rate=$((rate * 125))
		echo "$source=$((rate * 300))"
	done <<<"$peaks"
}
rc=$(ip -n "$R" -j link show rc | jq '.[0].ifindex')
at_second() { (($(date +%s) % 20 == $1)); } # of the window
burst_is_polled() {
	wait_for 22 at_second 3
	datagrams "$C" 300 472 10.2.0.2 # 500 octets each
	datagrams "$C" 200 952 fd02::2  # 1,000 octets each
	wait_for 22 at_second 1
	mapfile -t before < <(peaks system 1 0 && peaks if 2 "$rc")
	poll
	mapfile -t after < <(peaks system 1 0 && peaks if 2 "$rc")
	[ "${before[*]}" = "${after[*]}" ] && high 1 100 && high 2 66
}
high() { # FAMILY RATE: of rc, at least
	local rate
	rate=$(peak InPacketRate "$1" "$rc")
	[ "${rate:-0}" -ge "$2" ]
}
for _ in {1..4}; do # a file tells nothing of the poll that makes it
	[ -f "$(rrd peaks-system-ipv4)" ] || { wait_for 60 watched && poll; }
done
for _ in {1..9}; do # a second may be missed on a busy machine, or the window over before the poll
	burst_is_polled && break
done
expect "a burst is polled in the window after it" "${before[*]}" "${after[*]}"
expect_true "and is its peak" test "$((${after[8]#*=} / 300))" -ge 66
interval peaks-system-ipv4 "${after[@]:0:8}"
interval peaks-if-rc-ipv6 "${after[@]:8}"
expect "peaks for alert rules" "${after[7]#*=}" "$(metric '.ipv4_peak_out_forw_octets * 300')"
expect "peaks: gauges" 8 "$(rrdtool info "$(rrd peaks-if-rc-ipv4)" | grep -c '"GAUGE"')"

datagrams "$C" 7 100 10.9.9.9   # no route
datagrams "$C" 5 100 10.2.0.2 1 # its time is over here
datagrams "$C" 8 100 fd02::2 1
datagrams "$S" 6 100 10.1.0.2 1
in_ns "$R" nft 'add table ip refuse; add chain ip refuse forward { type filter hook forward priority 0; ip daddr 10.2.0.99 drop; }'
datagrams "$C" 9 100 10.2.0.99
in_ns "$R" nft delete table ip refuse
poll
interval system-ipv4 no_routes=7 hdr_errors=11 out_forw_packets=0
interval losses-system-ipv4 dropped_packets=27 dropped_octets=$((27 * 128)) refused_packets=9 rp_filter=0
interval system-ipv6 no_routes=0 hdr_errors=8
interval losses-system-ipv6 dropped_packets=8 refused_packets=0
interval losses-if-rc-ipv4 dropped_packets=21 refused_packets=9 refused_octets=$((9 * 128)) delivered_packets=0 hdr_errors=unknown
interval losses-if-rc-ipv6 dropped_packets=8 hdr_errors=8 no_routes=0
interval losses-if-rs-ipv4 dropped_packets=6 refused_packets=0

# Reasons come: a file is made when the first packet is lost for one, and counts it with the next poll.
expect "the reasons" '["forward-NETFILTER_DROP","input-IP_INHDR","input-IP_INNOROUTES"]' "$(state '.data.reasons | tojson')"
datagrams "$C" 3 100 10.9.9.9
poll
interval drops-system-input-IP_INNOROUTES-ipv4 packets=10 octets=1280
interval drops-system-input-IP_INHDR-ipv4 packets=11 octets=$((11 * 128))
interval drops-system-input-IP_INHDR-ipv6 packets=8
interval drops-system-forward-NETFILTER_DROP-ipv4 packets=9
interval drops-if-rc-input-IP_INHDR-ipv4 packets=5
interval drops-if-rs-input-IP_INHDR-ipv4 packets=6
datagrams "$C" 4 100 10.9.9.9
poll
interval drops-system-input-IP_INNOROUTES-ipv4 packets=4 octets=512
interval drops-if-rc-input-IP_INNOROUTES-ipv4 packets=4
interval drops-if-rs-input-IP_INHDR-ipv4 packets=0

# An interface that goes away and comes back as another, with more traffic than its counters ever had:
# the rate is unknown, not a spike. With DERIVE and min 0 alone, only a lower counter is noticed.
ip -n "$R" link del rs
connect_server
v4 300 472
poll
interval if-rs-ipv4 in_packets=unknown out_octets=unknown in_forw_packets=unknown
interval if-rc-ipv4 in_packets=300 out_octets=150000
interval system-ipv4 out_forw_packets=600 out_forw_octets=300000
interval drops-if-rs-input-IP_INHDR-ipv4 packets=0 # its row stays
poll
v4 20 472
poll
interval if-rs-ipv4 in_packets=20 out_octets=10000 in_forw_packets=20
datagrams "$S" 2 100 10.1.0.2 1 # another row, of the new one, for the same file
poll
interval drops-if-rs-input-IP_INHDR-ipv4 packets=2
interval drops-system-input-IP_INHDR-ipv4 packets=2

ip -n "$R" link del rs # absent at one poll
poll
expect "the interface is off the page's list" '["rc"]' "$(jq -c '.data.interfaces | [.[]]' "$STATE/application.json")"
connect_server
v4 400 472
poll
interval if-rs-ipv4 in_packets=unknown out_octets=unknown
interval if-rc-ipv4 in_packets=400
poll
v4 30 472
poll
interval if-rs-ipv4 in_packets=30 out_octets=15000
expect "no spike in all that time" 100 "$(rrdtool fetch "$(rrd if-rs-ipv4)" MAX -r 300 -s $T0 -e $T | awk '
	NR > 2 && $2 !~ /nan/ && $2 * 300 > m { m = $2 * 300 } END { printf "%.0f\n", m }')"

# Graphs, drawn by rrdtool from both forms of its options
png() { /usr/bin/python3 -c '
import struct, sys
d = open(sys.argv[1], "rb").read()
assert d[:8] == b"\x89PNG\r\n\x1a\n" and d[12:16] == b"IHDR" and d[-8:-4] == b"IEND", d[:60]
w, h = struct.unpack(">II", d[16:24])
assert w > 600 and h > 200 and len(d) > 4000, (w, h, len(d))' "$1"; }
for g in $subtypes; do
	[[ $g = if_* ]] && key=rc || key=
	for form in list string; do
		expect_true "graph $g, options as a $form" php "$harness" graph "$TREE" "$STATE" $form "$g" "$TMP/$g-$form.png" \
			$T0 $T ${key:+"$key"}
		expect_true "graph $g, options as a $form, is a picture" png "$TMP/$g-$form.png"
	done
done
[ -z "${PICTURES-}" ] || cp "$TMP"/*.png "$PICTURES"

# Names that are hard to carry: a file each, and the page shows them as they are.
hostile=('q"uo'"'"'t' 'a\b' 'do.t' $'\xe4' 'xe4' '\xe4' '"a"' 'a' '$(id)' '&<b>' 'a,b' 'a,2cb' 'a_b' '日' '1' "'")
for i in "${!hostile[@]}"; do
	ip -n "$R" link add name "${hostile[$i]}" type veth peer name "h$i" netns "$S" ||
		not_ok "hostile names" "the kernel refuses ${hostile[$i]}"
done
poll
for kind in if losses-if; do
	expect "hostile names: a file for each and version, $kind" $((2 * (${#hostile[@]} + 2))) \
		"$(find "$STATE/rrd" -name "*-7-$kind-*" | wc -l)"
done
expect "hostile names: each is known" "$(SNMP_FLAGS=-OQv snmp snmpwalk IPFWAGENT-MIB::ipfwIfName | sort -u)" \
	"$(jq -r '.data.interfaces[]' "$STATE/application.json" | sort -u)"
html() { /usr/bin/python3 - "$1" <<'P'
import html.parser, json, re, sys
class Page(html.parser.HTMLParser):
    void = {"img"}
    def __init__(self):
        super().__init__()
        self.open, self.links, self.graphs = [], {}, []
    def handle_starttag(self, tag, attrs):
        assert tag in {"div", "a", "span", "table", "tr", "th", "td", "h3", "img", "p"}, tag
        assert all(a in {"class", "href", "src"} for a, _ in attrs), attrs
        if tag not in self.void:
            self.open.append(tag)
        if tag == "a":
            self.href, self.text = dict(attrs)["href"], ""
        if tag == "img":
            self.graphs.append(dict(attrs)["src"])
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
        if tag == "a":
            self.links[self.text] = self.href
    def handle_data(self, data):
        if "a" in self.open:
            self.text += data
p = Page()
p.feed(open(sys.argv[1]).read())
p.close()
assert not p.open, p.open
print(json.dumps({"names": sorted(n for n in p.links if n != "System"), "graphs": [re.search(r"ipfw_(\w+)", g)[1] for g in p.graphs],
    "keys": sorted(re.search("interface=([^/]*)/", l)[1] for l in p.links.values() if "interface=" in l)}))
P
}
page() { php "$harness" page "$TREE" "$STATE" "$@"; }
page >"$TMP/page.html" || not_ok "page" "$(head -c 300 "$TMP/page.html")"
html "$TMP/page.html" >"$TMP/page.json" || not_ok "page" "it is not clean HTML"
expect "page: names as they are" "$(jq -c '[.data.interfaces[]] | sort' "$STATE/application.json")" "$(jq -c .names "$TMP/page.json")"
expect "page: its graphs" '["bits","packets","peak_bits","peak_packets","share","dropped","reasons","notrouted"]' "$(jq -c .graphs "$TMP/page.json")"
expect_match "page: what counts" "eBPF, netfilter" "$(cat "$TMP/page.html")"
key=$(jq -r '.data.interfaces | to_entries[] | select(.value == "&<b>") | .key' "$STATE/application.json")
expect "a key has nothing but safe characters" ",26,3cb,3e" "$key"
page "$key" >"$TMP/interface.html"
html "$TMP/interface.html" >"$TMP/page.json" || not_ok "page of an interface" "it is not clean HTML"
expect "page of an interface: its graphs" '["if_bits","if_packets","if_peak_bits","if_peak_packets","if_forwarded_bits","if_forwarded_packets","if_forwarded_peak_bits","if_forwarded_peak_packets","if_dropped","if_reasons","if_notrouted"]' "$(jq -c .graphs "$TMP/page.json")"
expect_match "page of an interface: its name" '&amp;&lt;b&gt;' "$(cat "$TMP/interface.html")"
page '<script>' >"$TMP/interface.html"
expect_true "page of an interface that is not there" html "$TMP/interface.html"
expect_true "graph of a hostile name" php "$harness" graph "$TREE" "$STATE" list if_bits "$TMP/hostile.png" $T0 $T "$key"
for n in "${hostile[@]}"; do ip -n "$R" link del dev "$n"; done
poll
expect "and all are gone again" 2 "$(jq '.data.interfaces | length' "$STATE/application.json")"

# Both snmpd and the counters begin anew, and once more: all times are 0 each time. What is counted
# is more than before, so that nothing but sysUpTime tells.
anew() {
	agent_off
	"$BIN" detach --netns "$R" >/dev/null 2>&1
	agent_on
	wait_for 20 agent_answers
	stop_snmpd
	start_snmpd
	wait_for 20 agent_answers
}
anew
v4 20 472
datagrams "$C" 50 100 10.9.9.9 # more than ever before
poll
interval drops-system-input-IP_INNOROUTES-ipv4 packets=unknown
interval drops-system-input-IP_INHDR-ipv4 packets=unknown # it is gone
since=$(state '.data.files["system-ipv4"].since[0]')
anew
v4 80 472
poll
expect "two times 0" "0 0" "$since $(state '.data.files["system-ipv4"].since[0]')"
interval system-ipv4 in_forw_packets=unknown out_forw_octets=unknown
poll
v4 25 472
poll
interval system-ipv4 in_forw_packets=50 out_forw_octets=25000

# Another source: a break, not a difference of counters that have nothing in common. What the
# kernel does not count is unknown.
agent_off
"$BIN" detach --netns "$R" >/dev/null 2>&1
agent_on --source kernel
wait_for 20 agent_answers
v4 10 472
poll
interval system-ipv4 in_packets=unknown in_forw_packets=unknown
poll
v4 40 472
v6 60 952
poll
interval system-ipv4 out_forw_packets=80 in_forw_octets=unknown out_forw_octets=unknown
interval losses-system-ipv4 refused_packets=0 dropped_packets=unknown
interval system-ipv6 out_forw_packets=120 in_forw_octets=unknown out_forw_octets=unknown
interval if-rc-ipv6 in_packets=60 in_octets=60000 out_octets=60000 in_forw_octets=unknown
expect "figures that are not known are no metrics" "null" "$(metric .ipv4_out_forw_octets)"
expect_match "page: the kernel counts" "the kernel.+s counters" "$(page)"
expect "SNMP: figures by a formula" derived "$(snmp_value "IPFWAGENT-MIB::ipfwIfQuality.1.$(ip -n "$R" -j link show rc | jq '.[0].ifindex')")"
expect_match "page: they are named as such" ">rc</a></td><td>derived</td>" "$(page)"

# No agent: the application is in error, nothing is written.
agent_off
last=$(rrdtool last "$(rrd system-ipv4)")
poll
expect "no agent: state" "ERROR ERROR: no answer from IPFWAGENT-MIB" "$(state '.state + " " + .status')"
expect "no agent: nothing is written" "$last" "$(rrdtool last "$(rrd system-ipv4)")"
expect_true "no agent: the page" html <(page)
agent_on --source kernel
wait_for 20 agent_answers
poll
expect "the agent is back" OK "$(state .state)"
finish

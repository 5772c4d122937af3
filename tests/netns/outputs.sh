#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What monitoring systems read: --prometheus, --openmetrics and check, on a router under
# known traffic. The reference is --json.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
quiet "$C" && quiet "$S"
cp "$BIN" "$TMP/ipfwagent" && chmod 755 "$TMP/ipfwagent"
SOCK=$TMP/run/reading.sock
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
run() { timeout 20 "$BIN" --netns "$R" --reading-socket "$SOCK" "$@" >"$TMP/out" 2>"$TMP/err"; }
nobody() { in_ns "$R" setpriv --reuid 65534 --regid 65534 --clear-groups "$TMP/ipfwagent" --reading-socket "$SOCK" "$@" >"$TMP/out" 2>"$TMP/err"; }
status() { # NAME WANTED REGEX ARGS...
	run "${@:4}"
	expect "$1: exit status" "$2" $?
	expect_match "$1: message" "$3" "$(cat "$TMP/err")"
}

# same JSON DOCUMENT FORM: every figure of one is in the other, and no other.
cat >"$TMP/same.py" <<'P'
import json, sys
def unique(pairs):
    assert len({k for k, v in pairs}) == len(pairs), "the same key twice"
    return dict(pairs)
def load(path):
    return json.loads(open(path, "rb").read().decode("utf-8"), object_pairs_hook=unique)
reading, form = load(sys.argv[1]), sys.argv[3]
families = ("ipv4", "ipv6")
figures = load(sys.argv[4])
want = {}
def text(name):  # what JSON leaves to its own escapes is written out in a label
    return "".join(c if c.isprintable() else "".join("\\x%02x" % b for b in c.encode()) for c in name)
def put(name, value, **labels):
    if value is not None:
        want[name, frozenset(labels.items())] = float(value)
for f in families:
    row = reading[f]
    put("ipfw_forwarding_enabled", row["forwarding_enabled"], family=f)
    for m in figures:
        value = row[m["group"]][m["system_key"]]
        if m["group"] == "not_routed":
            put("ipfw_not_routed_packets_total", value, family=f, reason=m["name"])
        else:
            put("ipfw_" + m["name"] + "_total" * (not m["is_gauge"]), value, family=f)
    for group in {m["group"] for m in figures}:
        put("ipfw_quality_info", 1, family=f, group=group, quality=row[group]["quality"])
    for name, i in reading["interfaces"].items():
        for m in figures:
            value = i[f].get(m["interface_key"])
            if m["group"] == "not_routed":
                put("ipfw_interface_not_routed_packets_total", value, device=text(name), family=f, reason=m["name"])
            else:
                put("ipfw_interface_" + m["name"] + "_total" * (not m["is_gauge"]), value, device=text(name), family=f)
        put("ipfw_interface_quality_info", 1, device=text(name), family=f, quality=i[f]["quality"])
for name, i in reading["interfaces"].items():
    put("ipfw_interface_info", 1, device=text(name), vrf=text(i["vrf"] or ""), alias=text(i["alias"] or ""))
for part, ours in ("paths", "path"), ("drops", "dropped"):
    for p in reading.get(part, []):
        labels = {"in": text(p["in"] or ""), "in_ifindex": str(p["in_ifindex"] or 0), "out": text(p["out"] or ""),
                  "out_ifindex": str(p["out_ifindex"] or 0), "family": p["family"]}
        labels.update((key, p[key]) for key in ("stage", "reason") if key in p)
        for unit in ("packets", "bytes"):
            put(f"ipfw_{ours}_{unit}_total", p[unit], **labels)
source = reading["source"]
put("ipfw_source_info", 1, source=source["name"], hooks=source["hooks"] or "none")
put("ipfw_missed_packets_total", source.get("missed_packets"))
put("ipfw_missed_path_packets_total", source.get("missed_path_packets"))
put("ipfw_missed_drop_packets_total", source.get("missed_drop_packets"))
put("ipfw_troubles", 0)

if form == "openmetrics":
    from prometheus_client.openmetrics.parser import text_fd_to_metric_families as parse
else:
    from prometheus_client.parser import text_fd_to_metric_families as parse
got, elsewhere = {}, {}
for family in parse(open(sys.argv[2], encoding="utf-8", newline="\n")):
    assert family.documentation, family.name
    assert family.type in ("counter", "gauge", "info"), family
    if form == "openmetrics" and family.name.endswith(("packets", "bytes", "seconds")):
        assert family.unit == family.name.rsplit("_")[-1], family
    for s in family.samples:
        assert s.timestamp is None, s
        assert (s.name.endswith("_total")) == (family.type == "counter"), s
        own = s.name in ("ipfw_build_info",) or "_timestamp_" in s.name or "_duration_" in s.name
        key = s.name, frozenset(s.labels.items())
        assert key not in got, ("twice", key)
        (elsewhere if own else got)[key] = s.value
assert got == want, ("only there", sorted(map(str, set(got.items()) - set(want.items()))),
                     "missing", sorted(map(str, set(want.items()) - set(got.items()))))
assert ("ipfw_counting_since_timestamp_seconds", frozenset()) in elsewhere or source["name"] == "kernel"
assert len(elsewhere) == 3 + (source["name"] == "ebpf"), elsewhere
P
same() { /usr/bin/python3 "$TMP/same.py" "$@" "$top/integrations/figures.json"; }
parsers() { /usr/bin/python3 -c 'import prometheus_client.parser, prometheus_client.openmetrics.parser'; }
have_parsers=no
if parsers 2>/dev/null; then have_parsers=yes; else skip "parsing" "python3-prometheus-client is not installed"; fi
command -v promtool >/dev/null || skip "promtool" "it is not installed (package prometheus)"
lint() { [ -z "$(promtool check metrics <"$1" 2>&1)" ] || { promtool check metrics <"$1"; false; }; }

# forms NAME COMMAND...: what the command prints in each form is what it prints as JSON.
forms() {
	local form name=$1
	shift
	"$@" --json
	expect "$name: --json: no message" '' "$(cat "$TMP/err")"
	cp "$TMP/out" "$TMP/reading.json"
	for form in prometheus openmetrics; do
		"$@" --$form
		expect "$name: --$form: exit status" 0 $?
		expect "$name: --$form: no message" '' "$(cat "$TMP/err")"
		cp "$TMP/out" "$TMP/$form"
		[ $have_parsers = no ] ||
			expect_true "$name: --$form tells what --json does" same "$TMP/reading.json" "$TMP/$form" $form
	done
	if command -v promtool >/dev/null; then
		expect_true "$name: promtool check metrics" lint "$TMP/prometheus"
	fi
}
sample() { awk -v s="$1" '$1 == s { print $2 }' "$TMP/prometheus"; }

forms "the kernel's counters" run
"$BIN" attach --netns "$R" 2>"$TMP/err" || cat "$TMP/err"
datagrams "$C" 1000 72 10.2.0.2 # 100 octets each
datagrams "$C" 500 152 fd02::2  # 200 octets each
datagrams "$C" 7 72 10.2.0.2 1
settle
forms "eBPF" run
expect "forwarded IPv4 packets" 1000 "$(sample 'ipfw_forwarded_out_packets_total{family="ipv4"}')"
expect "forwarded IPv6 bytes" 100000 "$(sample 'ipfw_forwarded_out_bytes_total{family="ipv6"}')"
expect "of an interface" 100000 "$(sample 'ipfw_interface_forwarded_out_bytes_total{device="rs",family="ipv4"}')"
expect "not routed" "$(run --json && jq .ipv4.not_routed.header_error_packets "$TMP/out")" \
	"$(sample 'ipfw_not_routed_packets_total{family="ipv4",reason="header_error"}')"
age=$(sample ipfw_last_sample_timestamp_seconds | cut -d. -f1)
expect_true "the time of the sample" [ $(($(date +%s) - age)) -lt 20 ]

# An interface goes and another one gets its name: its paths are other series.
index() { ip -n "$R" -j link show rc | jq '.[0].ifindex'; }
old=$(index)
ip -n "$R" link del rc
ip -n "$R" link add rc type veth peer name c0 netns "$C"
ip -n "$R" link set rc up && ip -n "$C" link set c0 up
ip -n "$R" addr add 10.1.0.1/24 dev rc && ip -n "$C" addr add 10.1.0.2/24 dev c0
ip -n "$C" route add default via 10.1.0.1
neighbour "$C" c0 "$R" rc 10.1.0.1
neighbour "$R" rc "$C" c0 10.1.0.2
datagrams "$C" 10 72 10.2.0.2
settle
forms "a name taken over" run
path() { sample "ipfw_path_packets_total{in=\"rc\",in_ifindex=\"$1\",out=\"rs\",out_ifindex=\"$(ip -n "$R" -j link show rs | jq '.[0].ifindex')\",family=\"ipv4\"}"; }
expect "a name taken over: two series" "1000 10" "$(path "$old") $(path "$(index)")"
expect "a name taken over: one series of the interface" 10 "$(sample 'ipfw_interface_forwarded_in_packets_total{device="rc",family="ipv4"}')"

# Hostile interface names.
made=0
for n in 'a"b' 'a\b' 'a\nb' $'a\001b' $'a\033[31m' $'a\377b' $'caf\303\251' '{},=' '\xff' '# EOF' 'a"} 1' 'a|b'; do
	ip -n "$R" link add "$n" type veth peer name "hp$made" 2>/dev/null || continue
	ip -n "$R" link set "$n" alias "$n" && ip -n "$R" link set "hp$made" alias $'two\nlines'
	made=$((made + 1))
done
expect_true "hostile names: most can be made ($made)" [ $made -ge 8 ]
forms "hostile names" run
expect "hostile names: no control character" 0 "$(LC_ALL=C tr -d '\n\040-\176\200-\377' <"$TMP/prometheus" | wc -c)"
for i in $(seq 0 $((made - 1))); do ip -n "$R" link del "hp$i"; done

# Only some interfaces.
forms "--include" run --include 'r*' --exclude rs
expect "--include: devices" '"rc"' "$(grep -o 'device="[^"]*"' "$TMP/prometheus" | sort -u | cut -d= -f2)"

# Without privilege, from the agent; and its socket.
background in_ns "$R" "$BIN" agent --agentx-socket "unix:$TMP/nowhere" --reading-socket "$SOCK" --interval 1 2>>"$TMP/agent.log"
ask() { printf '%s\n' "$1" | timeout 10 socat -t 5 - "UNIX-CONNECT:$SOCK"; }
answers() { ask json | jq -en 'input | .schema'; }
expect_true "the agent answers" wait_for 20 answers
nobody --json
source=$(jq -r .source.name "$TMP/out")
[ "$source" = ebpf ] || echo "# not exact: $(cat "$TMP/err") the agent: $(ask json | jq -c .source) $(cat "$TMP/agent.log")"
expect "without privilege: the agent's source" ebpf "$source"
forms "without privilege" nobody
expect "without privilege: exact figures" 1010 "$(sample 'ipfw_forwarded_out_packets_total{family="ipv4"}')"
forms "without privilege, --include" nobody --include rs
for form in prometheus openmetrics; do
	ask $form >"$TMP/asked"
	expect "the socket: $form, and its peaks" "$(grep -vE '_(timestamp|duration)_' "$TMP/$form" | wc -l)" \
		"$(ask "$form include rs" | grep -cvE '_(timestamp|duration)_|ipfw_(interface_)?(peak|p95)_')"
	expect_true "the socket: $form: the whole" [ "$(wc -c <"$TMP/asked")" -gt 1000 ]
	expect "the socket: $form end" end "$(ask "$form netns $(stat -Lc %i "/run/netns/$R")" | tail -n 1)"
	expect_match "the socket: $form pretty" "^error: unknown word 'pretty'" "$(ask "$form pretty")"
done
kill "$bg" && wait "$bg"
nobody --prometheus
expect "without an agent: the kernel's figures" 1 "$(grep -c '^ipfw_source_info{source="kernel",hooks="none"} 1$' "$TMP/out")"

# Failures.
for form in prometheus openmetrics; do
	"$BIN" --netns "$R" --$form >/dev/full 2>"$TMP/err"
	expect "--$form, stdout full: exit status" 1 $?
	expect_match "--$form, stdout full: message" 'no space' "$(cat "$TMP/err")"
	{ sleep 0.2 && "$BIN" --netns "$R" --$form 2>"$TMP/err"; } | true
	expect "--$form, nobody reads: exit status" 1 "${PIPESTATUS[0]}"
	expect_match "--$form, nobody reads: message" 'broken pipe' "$(cat "$TMP/err")"
	for command in monitor activity 'activity monitor' agent attach detach status; do
		# shellcheck disable=SC2086
		status "$command --$form" 2 "^ipfwagent: --$form is for one reading" $command --$form
		expect "$command --$form: one line" 1 "$(wc -l <"$TMP/err")"
	done
done
run --json --openmetrics
expect "the last form counts" '# EOF' "$(tail -n 1 "$TMP/out")"
failure() { # NAME STATUS ARGS...
	timeout 20 "$BIN" --prometheus "${@:3}" >"$TMP/out" 2>"$TMP/err"
	expect "$1: exit status" "$2" $?
	expect "$1: no document" '' "$(cat "$TMP/out")"
	expect_match "$1: message" '^ipfwagent: .' "$(cat "$TMP/err")"
}
failure "no such namespace" 1 --netns no-such-ns
failure "no such tree" 1 --root "$TMP/nowhere"
failure "a refused source" 3 --netns "$S" --source ebpf
cp -r "$top/tests/fixtures/6.18" "$TMP/tree" && chmod -R u+w "$TMP/tree" && rm "$TMP/tree/proc/net/snmp"
"$BIN" --prometheus --root "$TMP/tree" >"$TMP/out" 2>"$TMP/err"
expect "a part is missing: exit status" 1 $?
expect_true "a part is missing: ipfw_troubles" grep -qE '^ipfw_troubles [1-9]' "$TMP/out"
expect_match "a part is missing: message" 'net/snmp' "$(cat "$TMP/err")"
expect "a part is missing: absent, not 0" 0 "$(grep -c '^ipfw_not_routed_packets_total{family="ipv4",reason="header_error"}' "$TMP/out")"
expect "a part is missing: the rest is there" 1 "$(grep -c '^ipfw_not_routed_packets_total{family="ipv6",reason="header_error"}' "$TMP/out")"

# check: the line's form, and each state with real packets. CHECK is how it is called.
CHECK=run
number='-?[0-9]+(\.[0-9]+)?' range='@?((~|-?[0-9.]+):)?(-?[0-9.]+)?'
judge() { # NAME STATUS REGEX ARGS...: the exit status, the status word, the text, the form
	local words=(OK WARNING CRITICAL UNKNOWN)
	$CHECK check "${@:4}"
	expect "check, $1: exit status" "$2" $?
	expect "check, $1: one line, and nothing on stderr" "1 " "$(wc -l <"$TMP/out") $(cat "$TMP/err")"
	expect_match "check, $1: text" "^IPFW ${words[$2]} - $3" "$(cat "$TMP/out")"
	grep -qE "^[^|]*( \|( '[a-z0-9:-]+'=$number%?;($range)?;($range)?;($number)?;($number)?)+)?$" "$TMP/out" ||
		not_ok "check, $1: form" "$(cat "$TMP/out")"
}
value() { grep -o "'$1'=[^%;]*" "$TMP/out" | cut -d= -f2; }
# during SECONDS COMMAND... -- ARGS...: judge ARGS over that interval, with the command meanwhile.
during() {
	local interval=$1 command=()
	shift
	while [ "$1" != -- ]; do command+=("$1") && shift; done
	in_interval "$SOCK check" nanosleep "${command[@]}" &
	took=$(now_ms)
	judge "$2" "$3" "$4" -i "$interval" "${@:5}"
	took=$(($(now_ms) - took))
	wait $!
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.0f", b ? a / b : 0 }'; }
burst() { datagrams "$C" 150 72 10.2.0.2 && datagrams "$C" 50 100 10.2.0.2; }

setns "$R" net.ipv4.ip_forward=1 # what a new interface starts with
judge "at rest" 0 'forwarded ipv4 0.0 packets/s 0.0 bit/s, ipv6 0.0 packets/s 0.0 bit/s'
expect "check, at rest: what is measured" "ipv4-bps ipv6-bps ipv4-pps ipv6-pps refused-percent not-routed-pps drop-pps" \
	"$(grep -o "'[a-z0-9-]*'=" "$TMP/out" | tr -d "'=" | xargs)"
during 2 datagrams "$C" 200 72 10.2.0.2 -- "traffic" 0 'forwarded ipv4' --warn ipv4-pps=1k --crit ipv4-bps=1M
pps=$(value ipv4-pps)
expect "check, traffic: bits of a packet" 800 "$(ratio "$(value ipv4-bps)" "$pps")"
expect_true "check, traffic: 200 packets in 2 s or more, but not in $took ms ($pps/s)" \
	awk -v p="$pps" -v t="$took" 'BEGIN { exit !(p > 200000 / t && p <= 100) }'
expect "check, traffic: nothing was refused" 0.000 "$(value refused-percent)"
expect_match "check, traffic: limits in the performance data" "'ipv4-bps'=[0-9.]+;;1000000;0; " "$(cat "$TMP/out")"
during 2 datagrams "$C" 200 72 10.2.0.2 -- "too much" 1 "ipv4-pps is [0-9.]+ \(limit 10\) \|" --warn ipv4-pps=10
during 2 datagrams "$C" 200 72 10.2.0.2 -- "far too much" 2 "ipv4-pps is [0-9.]+ \(limit 20\) \|" --warn ipv4-pps=10 --crit ipv4-pps=20
during 2 datagrams "$C" 400 972 10.2.0.2 -- "scaled numbers" 1 'ipv4-bps is [0-9.]+ M \(limit 1000\), ipv4-pps is [0-9.]+ \(' --warn ipv4-bps=1k --warn ipv4-pps=10
expect_match "check, scaled numbers: exact in the performance data" "'ipv4-bps'=[0-9]{6,7}\.[0-9]{3};" "$(cat "$TMP/out")"
during 2 datagrams "$C" 200 72 10.2.0.2 -- "one interface" 1 'rs:ipv4-pps is [0-9.]+ \(limit 10\) \|' --warn rs:ipv4-pps=10 --crit rc:ipv4-pps=10
expect "check, one interface: what left by it" "$(value ipv4-pps)" "$(value rs:ipv4-pps)"
expect "check, one interface: nothing left by the other" 0.000 "$(value rc:ipv4-pps)"
judge "no such interface" 3 'nope0:drop-pps is not known: there is no such interface \|' -i 0.1 --warn nope0:drop-pps=1
judge "too little" 2 'ipv4-bps is 0.0 \(limit 1000:\)' -i 0.1 --crit ipv4-bps=1k:
judge "in a forbidden range" 1 'ipv6-pps is 0.0 \(limit @~:5\)' -i 0.1 --warn ipv6-pps=@~:5
in_ns "$R" nft -f - <<-'N'
	table inet refuse { chain forward { type filter hook forward priority 0; meta length 128 drop; }
	}
N
during 2 burst -- "refused" 1 'refused-percent is 25.000% \(limit 24\)' --warn refused-percent=24 --crit refused-percent=25
dropped=$(value drop-pps)
expect_true "check, refused: 50 packets in 2 s or more, but not in $took ms, are dropped ($dropped/s)" \
	awk -v p="$dropped" -v t="$took" 'BEGIN { exit !(p > 50000 / t && p <= 25) }'
during 2 burst -- "refused, critical" 2 'refused-percent is 25.000% \(limit 20\)' --crit refused-percent=20
during 2 burst -- "refused of one interface" 1 'rc:refused-percent is 25.000% \(limit 24\) \|' --warn rc:refused-percent=24 --crit rc:drop-pps=26
expect "check, refused of one interface: dropped there" "$(value drop-pps)" "$(value rc:drop-pps)"
in_ns "$R" nft delete table inet refuse
during 2 datagrams "$C" 100 72 10.2.0.2 1 -- "not routed" 1 'not-routed-pps is [0-9.]+ \(limit 1\)' --warn not-routed-pps=1
expect "check, not routed: nothing forwarded" 0.000 "$(value ipv4-pps)"

# Forwarding off.
setns "$R" net.ipv4.ip_forward=0
judge "only IPv6 on" 0 forwarded -i 0.1
judge "IPv4 off and required" 2 'forwarding of ipv4 is off \|' -i 0.1 --require ipv4 --require any
judge "IPv6 required" 0 forwarded -i 0.1 --require ipv6
setns "$R" net.ipv6.conf.all.forwarding=0
judge "all off" 2 'forwarding is off \|' -i 0.1
judge "all off and both required" 2 'forwarding of ipv4 is off, forwarding of ipv6 is off \|' -i 0.1 --require ipv4 --require ipv6
judge "all off, none required" 0 forwarded -i 0.1 --require none
setns "$R" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

# Without privilege: the agent's exact figures.
background in_ns "$R" "$BIN" agent --agentx-socket "unix:$TMP/nowhere" --reading-socket "$SOCK" --interval 3600 2>>"$TMP/agent.log"
agent=$bg
wait_for 20 answers
CHECK=nobody
during 2 datagrams "$C" 200 72 10.2.0.2 -- "agent" 0 forwarded
expect "check, agent: bits of a packet" 800 "$(ratio "$(value ipv4-bps)" "$(value ipv4-pps)")"
during 2 datagrams "$C" 200 72 10.2.0.2 -- "agent, too much" 2 'ipv4-bps is' --crit ipv4-bps=1k
during 2 datagrams "$C" 200 72 10.2.0.2 -- "agent, one interface" 2 'rs:ipv4-bps is' --crit rs:ipv4-bps=1k
judge "agent, a short interval" 0 forwarded -i 0.05
expect_match "the socket: system" '^ipv4 forwarded_out_packets [0-9]+ exact$' "$(ask system | grep forwarded_out_packets)"
judge "no agent" 1 'degraded: the kernel.s own counters: .*(permi|denied)' -i 0.1 --reading-socket none
kill -STOP "$agent"
judge "agent stopped" 1 'degraded: the kernel.s own counters: .*; the agent at .* does not answer' -i 0.1
kill -CONT "$agent"
disown "$agent" # its end is no news
during 2 kill -KILL "$agent" -- "agent gone meanwhile" 3 'the agent answered once: '

# An agent whose clock is ahead: it lives in another time namespace.
if unshare --time true 2>/dev/null; then
	background in_ns "$R" unshare --time --monotonic 100000 "$BIN" agent --agentx-socket "unix:$TMP/nowhere" \
		--reading-socket "$SOCK" --interval 3600 2>>"$TMP/agent.log"
	agent=$bg
	wait_for 20 answers
	judge "an agent whose clock is ahead" 0 forwarded -i 0.1
	kill "$agent" && wait "$agent"
else
	skip "an agent whose clock is ahead" "no time namespaces"
fi
CHECK=run

# The kernel's counters.
"$BIN" detach --netns "$R" 2>"$TMP/err"
judge "nothing attached" 1 "degraded: the kernel's own counters: no eBPF counters" -i 0.1
judge "nothing attached: it attaches nothing" 1 degraded -i 0.1
judge "the kernel is fine" 0 'forwarded ipv4 0.0 packets/s, ipv6' -i 0.1 --source kernel
expect "check, the kernel: no bits" '' "$(value ipv4-bps)$(value ipv6-bps)"
during 2 datagrams "$C" 200 72 10.2.0.2 -- "the kernel, too much" 1 'ipv4-pps is' --source kernel --warn ipv4-pps=10
judge "the kernel, bits asked" 3 'ipv4-bps is not known: the kernel' -i 0.1 --source kernel --warn ipv4-bps=~:
judge "eBPF refused" 3 'no eBPF' -i 0.1 --source ebpf
# A /proc that shows processes only has no switches.
blind() { in_ns "$R" unshare -m sh -c 'mount -t proc -o subset=pid proc /proc && exec "$0" "$@"' "$BIN" "$@" >"$TMP/out" 2>"$TMP/err"; }
CHECK=blind
judge "no switches to be seen" 3 'whether anything is forwarded is not known' -i 0.1 --source kernel
CHECK=run
ipfw_in() { "$BIN" "$@" >"$TMP/out" 2>"$TMP/err"; }
CHECK=ipfw_in
judge "no such namespace" 3 'network namespace a.x7cb: ' --netns 'a|b'
judge "a captured tree" 0 'forwarded ipv4 0.0 packets/s' -i 0.1 --root "$top/tests/fixtures/6.18"
judge "a broken tree" 3 '.*nowhere/proc/net' -i 0.1 --root "$TMP/nowhere"
judge "a part is missing" 1 'incomplete: .*net/snmp' -i 0.1 --root "$TMP/tree" --require none

# Wrong usage is unknown, and where a monitor sees it.
judge "an unknown option" 3 "unknown option '--nonsense'" --nonsense
judge "an unknown key" 3 "warn 'x=1': want one of" --warn x=1
judge "a wrong range" 3 "crit 'ipv4-pps=2:1': want ipv4-pps=RANGE" --crit ipv4-pps=2:1
judge "no argument" 3 "option '--warn' needs an argument" --warn
judge "a wrong requirement" 3 "require 'tcp': want one of ipv4, ipv6, any, none" --require tcp
judge "a word more" 3 "unknown command 'check more'" more
judge "a form" 3 '--prometheus is for one reading' --prometheus
timeout 20 "$BIN" --nonsense check >"$TMP/out"
expect "check behind the options: exit status" 3 $?
"$BIN" check -i 0.1 --netns "$R" >/dev/full 2>"$TMP/err"
expect "check, stdout full: exit status" 3 $?
expect_match "check, stdout full: message" 'no space' "$(cat "$TMP/err")"
{ sleep 0.2 && "$BIN" check -i 0.1 --netns "$R" 2>"$TMP/err"; } | true
expect "check, nobody reads: exit status" 3 "${PIPESTATUS[0]}"
finish

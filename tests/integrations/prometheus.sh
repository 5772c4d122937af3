#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# integrations/prometheus against the real snmp_exporter, node_exporter and Prometheus: what arrives
# there, also from the agent's endpoint, is what was sent through the router. prometheus.sh BINARY [--light]
# shellcheck source=tests/integrations/prometheus/lib.sh
. "$(dirname "$0")/prometheus/lib.sh"

# Without a server.
rules=$prometheus/ipfwagent.rules.yml
expect_true "rules: promtool check" promtool check rules --lint-fatal "$rules"
expect_true "rules: unit tests" promtool test rules "$top/tests/integrations/prometheus/rules.test.yml"
expect_true "scrape.yml: promtool check" promtool check config --syntax-only "$prometheus/scrape.yml"
if snmp_exporter_is_old; then
	mkdir "$TMP/made"
	expect_true "snmp_exporter's modules: made anew" "$prometheus/generate" "$TMP/made"
	for f in snmp-ipfw-0.21.yml snmp-ipfw.yml; do
		expect "$f: as made" "$(cksum <"$TMP/made/$f")" "$(cksum <"$prometheus/$f")"
	done
else
	skip "snmp_exporter's modules: made anew" "this generator is not of snmp_exporter 0.21"
fi
mapfile -t files < <(exporter_files)
expect_true "${files[0]##*/}: its exporter reads it" prometheus-snmp-exporter --dry-run "${files[@]/#/--config.file=}"
if command -v systemd-analyze >/dev/null; then
	mkdir "$TMP/units"
	cp "$top/dist/ipfwagent-textfile.timer" "$TMP/units"
	sed "s,@bindir@/ipfwagent,$BIN," "$top/dist/ipfwagent-textfile.service.in" >"$TMP/units/ipfwagent-textfile.service"
	expect_true "units: systemd-analyze verify" systemd-analyze verify --man=no "$TMP"/units/*
	expect_true "units: exposure at most 2.0" systemd-analyze security --offline=yes --threshold=20 "$TMP/units/ipfwagent-textfile.service"
else
	skip "units" "systemd-analyze is not installed"
fi
# Constant traffic, of which a file is written each PERIOD seconds, in a rate over N scrapes: what README.md
# says it is off by at most. Neither the scrapes nor the questions keep step with the writing.
waves() { # NAME PERIOD SCRAPE N: and that it is off by nearly as much, so that the rate was looked at
	/usr/bin/python3 - "${@:2}" >"$TMP/waves.yml" <<-'P'
		import json, sys
		period, scrape, n = map(int, sys.argv[1:])
		off = period / ((n - 1) * scrape)
		values = [1000 * period * int(i * (scrape + .07) // period) for i in range(6000 // scrape)]
		rate = f"rate(octets_total[{n * scrape}s])[90m:7s]"
		print(json.dumps({"evaluation_interval": "15s", "tests": [{
		    "interval": f"{scrape}s", "input_series": [{"series": "octets_total", "values": " ".join(map(str, values))}],
		    "promql_expr_test": [
		        {"expr": f"max_over_time({rate}) > {1000 + 1010 * off} or min_over_time({rate}) < {1000 - 1010 * off}", "eval_time": "99m"},
		        {"expr": f"max_over_time({rate}) - min_over_time({rate}) > bool {600 * off}", "eval_time": "99m",
		         "exp_samples": [{"labels": "{}", "value": 1}]}]}]}))
	P
	expect_true "$1" promtool test rules "$TMP/waves.yml"
}
period=$(sed -n 's,^OnCalendar=\*:\*:0/,,p' "$top/dist/ipfwagent-textfile.timer")
waves "textfile: what a rate is off by, as the timer writes" "$period" 15 4
waves "textfile: what a rate is off by, written once a scrape" 15 15 4
waves "textfile: what a rate of the rules is off by" "$period" 60 5
expect_true "timer: less than a tenth in Grafana, with scrapes each 15 seconds" [ $((10 * period)) -lt $((3 * 15)) ]
expect "timer: each minute is the same" 0 $((60 % period))
[ "${2-}" != --light ] || finish
# Whoever owns the directory above can put something else in the place of the directory.
mkdir "$textfile" "$TMP/elsewhere" && echo kept >"$TMP/elsewhere/ipfw.prom"
written() { sh -c "$(textfile_command)" >"$TMP/written" 2>&1; }
expect_true "textfile: written" written
expect_match "textfile: whole" '^# EOF$' "$(tail -n 1 "$textfile/ipfw.prom")"
rm "$textfile/ipfw.prom"
untouched() { # NAME
	written
	expect "$1: refused" 1 $?
	expect_match "$1: says why" 'another directory, or others may write' "$(cat "$TMP/written")"
	expect "$1: nothing is written" kept "$(cat "$textfile"/* "$TMP"/elsewhere/* | sort -u)"
}
chmod g+w "$textfile" && echo kept >"$textfile/ipfw.prom" && untouched "a directory that a group may write to"
chmod g-w "$textfile" && chown 12345 "$textfile" && untouched "somebody else's directory"
rm -r "$textfile" && ln -s "$TMP/elsewhere" "$textfile" && untouched "a link for the directory"
rm "$textfile"

start_router || { skip "live" "no eBPF counters here: $(tail -n 1 "$TMP/attach.err")" && finish; }
start_prometheus || { not_ok "Prometheus collects" "it does not start" && finish; }

# moved NAME WANTED SNMP LABELS METRIC LABELS: by how much the series grew since `mark`, by each way, as
# lines of the labels' values and the growth.
mark() { scraped && t0=$seen; }
moved() {
	local way series labels at=$seen
	for way in "${ways[@]}"; do
		if [ "$way" = snmp ]; then series=$3 labels=$4; else series=$5 labels=$6; fi
		# shellcheck disable=SC2086
		expect "$way: $1" "$2" "$(samples "sum by (${labels// /, }) ($(of "$way" "$series - ($series @ $t0 or $series * 0)"))" $labels)"
	done
}
# each NAME WANTED EXPR LABEL...: as `samples`, from the endpoint and the textfile.
each() {
	local way at=$seen
	for way in endpoint textfile; do expect "$way: $1" "$2" "$(samples "$(of "$way" "$3")" "${@:4}")"; done
}
# system NAME SNMP METRIC IPV4 IPV6
system() { moved "$1" "ipv4 $4"$'\n'"ipv6 $5" "$2" ipfwSystemFamily "$3" family; }
# interface NAME SNMP METRIC RC4 RC6 RS4 RS6
interface() {
	moved "$1" "rc ipv4 $4"$'\n'"rc ipv6 $5"$'\n'"rs ipv4 $6"$'\n'"rs ipv6 $7" \
		"$2{ipfwIfFamily!=\"total\"}" 'ipfwIfName ipfwIfFamily' "$3" 'device family'
}
# path NAME SNMP METRIC IPV4 IPV6: there and back
path() {
	moved "$1" "rc rs ipv4 $4"$'\n'"rc rs ipv6 $5"$'\n'"rs rc ipv4 $4"$'\n'"rs rc ipv6 $5" \
		"$2" 'ipfwPathInIfName ipfwPathOutIfName ipfwPathFamily' "$3" 'in out family'
}

# 300 and 100 echo requests that come back; 40 and 20 datagrams without a route, 30 and 10 at the
# end of their life, to which the router answers as often as it may.
mark
errors=$(kernel snmp Icmp OutMsgs) errors6=$(kernel6 Icmp6OutMsgs)
pings "$C" 300 100 10.2.0.2 && pings "$C" 100 100 fd02::2 || not_ok "pings" "some were lost"
datagrams "$C" 40 100 10.9.0.2 && datagrams "$C" 20 100 fd09::2
datagrams "$C" 30 100 10.2.0.2 1 && datagrams "$C" 10 100 fd02::2 1
settle
errors=$(($(kernel snmp Icmp OutMsgs) - errors)) errors6=$(($(kernel6 Icmp6OutMsgs) - errors6))
scraped
system "forwarded packets" ipfwSystemOutForwPackets ipfw_forwarded_out_packets_total 600 200
system "forwarded bytes" ipfwSystemOutForwOctets ipfw_forwarded_out_bytes_total 76800 29600
system "packets to forward" ipfwSystemInForwPackets ipfw_forwarded_in_packets_total 600 200
system "bytes to forward" ipfwSystemInForwOctets ipfw_forwarded_in_bytes_total 76800 29600
system "no route" ipfwSystemNoRoutes 'ipfw_not_routed_packets_total{reason="no_route"}' 40 20
system "header errors" ipfwSystemHdrErrors 'ipfw_not_routed_packets_total{reason="header_error"}' 30 10
system "discarded" ipfwSystemForwDiscards 'ipfw_not_routed_packets_total{reason="discarded"}' 0 0
system "too big" ipfwSystemTooBig 'ipfw_not_routed_packets_total{reason="too_big"}' 0 0
system "refused" ipfwSystemRefusedPackets ipfw_refused_packets_total 0 0
moved "dropped, by interface and reason" \
	$'rc ipv4 input IP_INHDR 30\nrc ipv4 input IP_INNOROUTES 40\nrc ipv6 input IP_INHDR 10\nrc ipv6 input IP_INNOROUTES 20' \
	'ipfwDropPackets{ipfwDropReason=~"IP_IN.*"}' 'ipfwDropInIfName ipfwDropFamily ipfwDropStage ipfwDropReason' \
	'ipfw_dropped_packets_total{reason=~"IP_IN.*"}' 'in family stage reason'
interface "received packets" ipfwIfInPackets ipfw_interface_receive_packets_total 370 130 300 100
interface "received bytes" ipfwIfInOctets ipfw_interface_receive_bytes_total $((370 * 128)) $((130 * 148)) 38400 14800
interface "sent packets" ipfwIfOutPackets ipfw_interface_transmit_packets_total $((300 + errors)) $((100 + errors6)) 300 100
interface "packets to forward, by interface" ipfwIfInForwPackets ipfw_interface_forwarded_in_packets_total 300 100 300 100
interface "bytes to forward, by interface" ipfwIfInForwOctets ipfw_interface_forwarded_in_bytes_total 38400 14800 38400 14800
interface "forwarded packets, by interface" ipfwIfOutForwPackets ipfw_interface_forwarded_out_packets_total 300 100 300 100
interface "forwarded bytes, by interface" ipfwIfOutForwOctets ipfw_interface_forwarded_out_bytes_total 38400 14800 38400 14800
path "path packets" ipfwPathPackets ipfw_path_packets_total 300 100
path "path bytes" ipfwPathOctets ipfw_path_bytes_total 38400 14800
expect "snmp: forwarding is on" $'ipv4 1\nipv6 1' "$(at=$seen samples ipfwSystemForwarding ipfwSystemFamily)"
each "forwarding is on" $'ipv4 1\nipv6 1' ipfw_forwarding_enabled family
expect "snmp: the source" 2 "$(at=$seen number ipfwSource)"
each "the source" "ebpf 1" 'ipfw_source_info{hooks=~"netfilter|fentry"}' source
# One naming: the same series, labels and all, apart from the peaks, which the agent alone knows.
peaks='ipfw_(interface_)?(peak|p95)_.+'
series() { # WAY
	api query "time=$seen" "query={__name__=~\"ipfw_.+\", __name__!~\"$peaks\", job=\"${job[$1]}\"}" |
		jq -r '.data.result[].metric | del(.job, .instance) | tojson' | sort
}
series endpoint >"$TMP/endpoint.series"
expect_true "endpoint: all series" [ "$(wc -l <"$TMP/endpoint.series")" -gt 100 ]
expect "textfile: the series of the endpoint" '' "$(series textfile | diff "$TMP/endpoint.series" - | head -n 5)"
expect_true "endpoint: peaks" wait_for 30 has 'ipfw_interface_p95_forwarded_out_bytes_per_second'
expect_true "snmp: peaks, of the system and by name" wait_for 30 has 'ipfwPeakOutForwBitRate95{ipfwPeakIfName="rs", ipfwPeakIfIndex=""}
	and on (ipfwPeakFamily) ipfwPeakOutForwBitRate95{ipfwPeakIfName="", ipfwPeakIfIndex=""}'
expect "textfile: no peaks" '0 series' "$(number "count({__name__=~\"$peaks\", job=\"${job[textfile]}\"})")"
expect_true "textfile: promtool check metrics" promtool check metrics <"$textfile/ipfw.prom"
expect "textfile: for everybody to read" 644 "$(stat -c %a "$textfile/ipfw.prom")"
mkdir "$TMP/other" && echo old >"$TMP/other/ipfw.prom"
in_ns "$C" sh -c "$(textfile=$TMP/other textfile_command --source ebpf)" 2>/dev/null
expect "textfile: without a reading the command fails, and the file stays" "1 old" "$(($? > 0)) $(cat "$TMP/other/ipfw.prom")"

mkdir "$TMP/full" && mount -t tmpfs -o size=8k tmpfs "$TMP/full" && echo old >"$TMP/full/ipfw.prom"
in_ns "$R" sh -c "$(textfile=$TMP/full textfile_command)" 2>/dev/null
expect "textfile: on a full disk the command fails, and the file stays" "1 old" "$(($? > 0)) $(cat "$TMP/full/ipfw.prom")"
umount "$TMP/full"
mkdir "$TMP/part" && cp -r "$top/tests/fixtures/6.18" "$TMP/part/root" && rm "$TMP/part/root/proc/net/netstat"
in_ns "$R" sh -c "$(textfile=$TMP/part textfile_command --root root)" 2>/dev/null
expect "textfile: with a part missing it is made" "0 ipfw_troubles 1" "$? $(grep ^ipfw_troubles "$TMP/part/ipfw.prom")"

# Names with any bytes.
i=0
for n in $'a\377b' 'q"u\o' $'caf\303\251'; do i=$((i + 1)) && ip -n "$R" link add "$n" type veth peer name "peer$i"; done
scraped
expect "snmp: odd names" $'a\\xffb 1\ncaf\\xc3\\xa9 1\npeer1 1\npeer2 1\npeer3 1\nq"u\\o 1\nrc 1\nrs 1' \
	"$(at=$seen samples 'count by (ipfwIfName) (ipfwIfInPackets{ipfwIfFamily="total"})' ipfwIfName)"
each "odd names" $'a\\xffb 1\ncaf\303\251 1\npeer1 1\npeer2 1\npeer3 1\nq"u\\o 1\nrc 1\nrs 1' \
	'ipfw_interface_receive_packets_total{family="ipv6"} * 0 + 1' device
for i in 1 2 3; do ip -n "$R" link del "peer$i"; done

# Interfaces come and go, also while snmp_exporter walks: what has no name yet is not taken.
exporter_answers() { in_ns "$R" curl -fsS -o "$TMP/answer" '127.0.0.1:9116/snmp?module=ipfw&auth=public_v2&target=127.0.0.1:1161'; }
come_and_go() {
	for _ in $(seq 10); do
		for i in $(seq 25); do echo "link add x$i type veth peer name y$i"; done | ip -n "$R" -batch -
		sleep 0.3
		for i in $(seq 25); do echo "link del x$i"; done | ip -n "$R" -batch -
	done
}
come_and_go &
all_answered() { while kill -0 $! 2>/dev/null; do exporter_answers || return; done; }
expect_true "snmp: interfaces come and go: each scrape is answered" all_answered
wait $!
expect "snmp: no series without a name" '0 series' "$(number 'count(count_over_time({__name__=~"ipfwIf[A-Z].*", ipfwIfName=""}[10m]))')"
expect "snmp: peaks without a name are the system's" 2 "$(number 'count(count_over_time(ipfwPeakState{ipfwPeakIfName=""}[10m]))')"

# An interface comes back with another index: the same series goes on, from 0.
mark
ip -n "$R" link del rs
connect_server index 77
pings "$C" 50 100 10.2.0.2 || not_ok "pings, another ifIndex" "some were lost"
scraped
system "another ifIndex: forwarded packets" ipfwSystemOutForwPackets ipfw_forwarded_out_packets_total 100 0
path "another ifIndex: paths, by name" ipfwPathPackets ipfw_path_packets_total 50 0
expect "snmp: another ifIndex: one series, from 0" "rs 50" "$(at=$seen samples 'ipfwIfInPackets{ipfwIfName="rs", ipfwIfFamily="ipv4"}' ipfwIfName)"
each "another ifIndex: one series, from 0" "rs 50" 'ipfw_interface_receive_packets_total{device="rs", family="ipv4"}' device
expect_true "snmp: another ifIndex: a scrape is answered" exporter_answers
expect "textfile: no scrape failed so far" 0 "$(number 'max_over_time(node_textfile_scrape_error[10m])')"
expect "endpoint: no scrape failed so far" 1 "$(number "min_over_time(up{job=\"${job[endpoint]}\"}[10m])")"

# snmpd restarts: its sysUpTime starts anew, the counters go on.
mark
stop_snmpd
pings "$C" 20 100 10.2.0.2
start_snmpd
wait_for 20 agent_answers
scraped
system "snmpd restarts: forwarded packets" ipfwSystemOutForwPackets ipfw_forwarded_out_packets_total 40 0
expect "snmp: snmpd restarts: no reset" $'ipv4 0\nipv6 0' "$(samples 'resets(ipfwSystemOutForwPackets[10m])' ipfwSystemFamily)"

# Rates and rules, over all that was sent: 740 and 200 packets.
for way in "${ways[@]}"; do
	of_job="job=\"${job[$way]}\""
	near "$way: IPv4 packets per second" 740 "$(number "300 * instance_family:ipfw_forwarded_packets:rate5m{family=\"ipv4\", $of_job}")" 5
	near "$way: IPv6 packets per second" 200 "$(number "300 * instance_family:ipfw_forwarded_packets:rate5m{family=\"ipv6\", $of_job}")" 5
	near "$way: IPv4 bits per second" $((740 * 128 * 8)) "$(number "300 * instance_family:ipfw_forwarded_bits:rate5m{family=\"ipv4\", $of_job}")" 5
	near "$way: the share of IPv6" 0.2381 "$(number "instance:ipfw_forwarded_ipv6:ratio_rate5m{$of_job}")" 5
	near "$way: not routed, no route" 60 "$(number "300 * sum(instance_family_reason:ipfw_not_routed_packets:rate5m{reason=\"no_route\", $of_job})")" 5
done

expect "no alert" '' "$(samples 'ALERTS{alertstate="firing"}' alertname job)"

# The counters are taken away: the kernel's go on, from higher numbers. That is no traffic.
"$BIN" detach --netns "$R" 2>/dev/null
on_kernel() { [ "$(number ipfwSource)" = 1 ] && [ "$(number 'count(ipfw_source_info{source="kernel"})')" = 2 ]; }
expect_true "detached: the source is the kernel" wait_for 20 on_kernel
jump() { [[ $(number "sum($(of "$1" "increase($2[60s])")) > bool 2500") = 1 ]]; }
expect_true "snmp: detached: the counters jump" wait_for 10 jump snmp ipfwSystemInPackets
for way in endpoint textfile; do
	expect_true "$way: detached: the counters jump" wait_for 10 jump "$way" ipfw_receive_packets_total
done
# Of what both sources count.
no_rates() { [ "$(number 'count({__name__=~"instance_family:ipfw_(forwarded|received)_packets:rate5m"})')" = '0 series' ]; }
expect_true "detached: no rate across it" wait_for 10 no_rates
near "detached: there was none" 740 "$(number '300 * max(max_over_time(instance_family:ipfw_forwarded_packets:rate5m[5m]))')" 5
expect "every rule works" '["ok"]' "$(api rules | jq -c '[.data.groups[].rules[].health] | unique')"
stop_router
finish

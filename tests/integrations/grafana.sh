#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The dashboards of integrations/grafana: their form, and each of their queries on a real Prometheus
# that collects from a real router. grafana.sh BINARY [--light]
# shellcheck source=tests/integrations/prometheus/lib.sh
. "$(dirname "$0")/prometheus/lib.sh"

grafana=$top/integrations/grafana
dashboards=(ipfwagent ipfwagent-snmp)
declare -A dashboard=([endpoint]=ipfwagent [textfile]=ipfwagent [snmp]=ipfwagent-snmp)

mkdir "$TMP/made"
expect_true "dashboards: made anew" "$grafana/generate" "$TMP/made"
for name in "${dashboards[@]}"; do
	expect "$name: as made" "$(cksum <"$TMP/made/$name.json")" "$(cksum <"$grafana/$name.json")"
	expect_true "$name: form" /usr/bin/python3 - "$grafana/$name.json" <<'P'
import json, re, sys

d = json.load(open(sys.argv[1], encoding="utf-8"))
text = json.dumps(d)
assert d["id"] is None and d["uid"] and d["title"] and d["schemaVersion"] == 42, "head"
assert "__inputs" not in text, "__inputs"
variables = {v["name"]: v for v in d["templating"]["list"]}
assert list(variables) == ["datasource", "instance", "interface"], list(variables)
assert variables["datasource"]["type"] == "datasource" and variables["datasource"]["query"] == "prometheus"
for name in ("instance", "interface"):
    assert variables[name]["multi"] and variables[name]["includeAll"], name
used = set(re.findall(r"\$\{?(\w+)", text))
assert used <= set(variables) | {"__rate_interval", "__range", "__all"}, f"not defined: {used}"
assert used >= set(variables), f"not used: {set(variables) - used}"

def sources(node):
    if isinstance(node, dict):
        if "datasource" in node:
            yield node["datasource"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from sources(child)

assert all(s == {"type": "prometheus", "uid": "${datasource}"} for s in sources(d)), "a data source that is fixed"
taken, ids = set(), set()
for p in d["panels"]:
    g, title = p["gridPos"], p["title"]
    assert title and p["id"] not in ids, f"{title}: title or id"
    ids.add(p["id"])
    assert 0 <= g["x"] and g["w"] > 0 and g["h"] > 0 and g["x"] + g["w"] <= 24, f"{title}: outside the grid"
    cells = {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
    assert not cells & taken, f"{title}: overlaps"
    taken |= cells
    if p["type"] == "row":
        continue
    assert p["datasource"] and p["fieldConfig"]["defaults"]["unit"] and p["description"], f"{title}: source, unit or description"
    assert p["targets"] and len({t["refId"] for t in p["targets"]}) == len(p["targets"]), f"{title}: queries"
    for t in p["targets"]:
        e = t["expr"]
        assert t["datasource"] and 'instance=~"$instance"' in e, f"{title}: not by router"
        ranges = re.findall(r"\[(.*?)\]", e)
        assert d["uid"] != "ipfwagent" or not re.search(r"(by|on) \(job, instance(?!, netns)", e), f"{title}: of all network namespaces"
        assert set(ranges) <= {"$__rate_interval", "$__range"}, f"{title}: {ranges}"
        assert len(ranges) == len(re.findall(r"\b(?:rate|increase|changes|count_over_time)\(", e)), f"{title}: {e}"
    ids_of_queries = {t["refId"] for t in p["targets"]}
    assert {o["matcher"]["options"] for o in p["fieldConfig"]["overrides"] if o["matcher"]["id"] == "byFrameRefID"} <= ids_of_queries, (
        f"{title}: looks of no query")
bottom = max(y for _, y in taken)
assert {y for _, y in taken} == set(range(bottom + 1)), "an empty line, which Grafana would remove"
P
done
# Against the types of Grafana's own schema, which npm has.
types=$TMP/types tsc=(node_modules/.bin/tsc --noEmit --strict --skipLibCheck --target es2022 --module nodenext --moduleResolution nodenext)
if timeout 100 npm install --prefix "$types" --cache "$TMP/npm" --ignore-scripts --no-audit --no-fund --fetch-retries 0 \
	@grafana/schema@13.2.3 typescript@5.9.3 >"$TMP/npm.log" 2>&1; then
	expect "schemaVersion: Grafana's" "$(cd "$types" && node -p 'require("@grafana/schema").defaultDashboard.schemaVersion')" \
		"$(jq -rs '[.[].schemaVersion | tostring] | unique | join(" ")' "$grafana"/*.json)"
	conforms() { "$top/tests/integrations/grafana_types.py" "$grafana/$1.json" >"$types/$1.ts" && env -C "$types" "${tsc[@]}" "$1.ts"; }
	for name in "${dashboards[@]}"; do expect_true "$name: as Grafana's schema" conforms "$name"; done
	# It would notice.
	sed 's/"stepAfter"/"stepAfterwards"/' "$types/ipfwagent.ts" >"$types/wrong.ts"
	expect_match "what is not in Grafana's schema" 'wrong.ts.*stepAfterwards.* is not assignable' "$(env -C "$types" "${tsc[@]}" wrong.ts)"
else
	skip "grafana's types" "npm cannot get them"
fi
[ "${2-}" != --light ] || finish

start_router || { skip "live" "no eBPF counters here: $(tail -n 1 "$TMP/attach.err")" && finish; }
start_prometheus || { not_ok "Prometheus collects" "it does not start" && finish; }
# What the router's filter refuses, and a way past the IP layer on which nothing comes.
in_ns "$R" nft 'add table ip refuse; add chain ip refuse forward { type filter hook forward priority 0; ip daddr 10.2.0.99 drop; }'
in_ns "$R" nft 'add table netdev past; add chain netdev past in { type filter hook ingress device rc priority 0; ip daddr 10.9.9.9 fwd to rs; }'
lose() { # N: no route, refused
	datagrams "$C" $((2 * $1)) 100 10.9.0.2 && datagrams "$C" "$1" 100 fd09::2 && datagrams "$C" $((3 * $1)) 100 10.2.0.99
}
# A path, or a reason, has no counter before its first packet.
pings "$C" 1 1000 10.2.0.2 && pings "$C" 1 1000 fd02::2
lose 1
scraped
pings "$C" 300 1000 10.2.0.2 && pings "$C" 100 1000 fd02::2 || not_ok "pings" "some were lost"
lose 80
settle
scraped
# Prometheus extends a rate to the ends of its window, by up to a scrape: of 40 that is little.
# All queries of rates are of one moment, however long they take, at which nothing failed.
collected_all() { # FUNCTION WANTED [RANGE]: of each way
	has "count($1(up{job=~\"ipfwagent|ipfwagent-http|node\"}${3-}) $2) == 3"
}
long_enough() {
	at=$(($(date +%s) - 2))
	collected_all sum_over_time '>= 40' '[60s]' && collected_all '' '== 1'
}
expect_true "each way was collected for a minute" wait_for 90 long_enough
of_rates=$at
# Bursts, until there is a full window of the agent with one of them, and it is known by both ways.
quiet "$S"
bursts() { while :; do datagrams "$C" 1000 100 10.2.0.2; sleep 3; done; }
bursts &
pids+=($!)
peaks_known() {
	at=$(($(date +%s) - 1))
	has 'abs(ipfw_peak_forwarded_out_packets_per_second{family="ipv4"} - on (family)
		label_replace(ipfwPeakOutForwPacketRate{ipfwPeakIfName=""}, "family", "$1", "ipfwPeakFamily", "(.*)")) < 1
		and on () ipfw_peak_forwarded_out_packets_per_second{family="ipv4"} > 500'
}
expect_true "peaks: the same from the agent and by SNMP" wait_for 60 peaks_known
of_peaks=$at
kill "${pids[-1]}"

# query WAY TITLE N [INTERFACE]: a panel's query as Grafana would ask it, over a minute; and when.
query() {
	jq -r --arg title "$2" --arg instance "${instance[$1]}" --arg interface "${4:-.*}" --argjson n "$3" '.panels[] |
		select(.title == $title and .targets) | .targets[$n].expr | gsub("\\$__(rate_interval|range)"; "60s") |
		gsub("\\$instance"; $instance) | gsub("\\$interface"; $interface)' "$grafana/${dashboard[$1]}.json"
}
when() { [[ $1 =~ _(peak|p95)_|ipfwPeak ]] && at=$of_peaks || at=$of_rates; } # QUERY
# Each query yields figures, but what the textfile does not know, and flowtables where this kernel has none.
fast_path=$(at=$of_rates number 'count(ipfw_fast_path_bytes_total or ipfwSystemFastPathOctets)')
for way in "${ways[@]}"; do
	while IFS=$'\t' read -r title n; do
		query=$(query "$way" "$title" "$n") wanted='^[1-9][0-9]* true$'
		[[ $way != textfile || ! $query =~ _(peak|p95)_ ]] || wanted='^0 true$'
		[[ $fast_path != '0 series' || ! $query =~ fast_path|FastPath ]] || wanted='^0 true$'
		when "$query"
		expect_match "$way: $title, query $((n + 1)) yields ${wanted/#*0*/figures}" "$wanted" \
			"$(api query "query=$query" "time=$at" | jq -r '.data.result | "\(length) \(all(.value[1] != "NaN"))"')"
	done < <(jq -r '.panels[] | .title as $t | (.targets // []) | to_entries[] | "\($t)\t\(.key)"' "$grafana/${dashboard[$way]}.json")
	# label_values(SERIES, LABEL)
	for variable in instance interface; do
		[[ $(jq -r --arg v $variable '.templating.list[] | select(.name == $v) | .query.query' "$grafana/${dashboard[$way]}.json") =~ ^label_values\((.*),\ (.*)\)$ ]]
		values=$(api series "match[]=${BASH_REMATCH[1]//\$instance/${instance[$way]}}" | jq -c --arg l "${BASH_REMATCH[2]}" '[.data[][$l]] | unique')
		case $variable in instance) wanted="\"${instance[$way]}\"" ;; *) wanted='^\["rc","rs"\]$' ;; esac
		expect_match "$way: choices of $variable" "$wanted" "$values"
	done
done

# And the right ones: 600 and 200 packets of 1028 and 1048 bytes in this minute, 160 and 80 not
# routed, 240 refused. The first of each are within what a window's ends may add.
at=$of_rates
why="Why packets were not forwarded, packets per second"
for way in "${ways[@]}"; do
	total() { number "60 * sum($(query "$way" "$@"))"; }
	near "$way: bits forwarded" $(((600 * 1028 + 200 * 1048) * 8)) "$(total "Forwarded, bits per second" 0)" 5
	near "$way: packets forwarded" 800 "$(total "Forwarded, packets per second" 0)" 5
	near "$way: share of IPv6" "$(awk 'BEGIN { print 200 * 1048 / (600 * 1028 + 200 * 1048) }')" "$(number "$(query "$way" "Share of IPv6" 0)")" 5
	near "$way: paths" $(((600 * 1028 + 200 * 1048) * 8)) "$(total "Top paths, bits per second" 0)" 5
	near "$way: table, forwarded by rs" $(((300 * 1028 + 100 * 1048) * 8)) "$(total "Interfaces, now" 1 rs)" 5
	near "$way: table, packets received by rs" 400 "$(total "Interfaces, now" 4 rs)" 5
	near "$way: table, refused of rc" 240 "$(total "Interfaces, now" 7 rc)" 5
	near "$way: table, dropped of rc" 480 "$(total "Interfaces, now" 8 rc)" 5
	near "$way: forwarded, only rs" $(((300 * 1028 + 100 * 1048) * 8)) "$(total "Forwarded, bits per second, by interface" 0 rs)" 5
	near "$way: refused" 240 "$(total "Delivered and refused, packets per second" 1)" 5
	near "$way: dropped" 480 "$(total "$why" 0)" 5
	near "$way: dropped, came in by rc" 480 "$(total "$why" 0 rc)" 5
	expect "$way: dropped, came in by rs" '0 series' "$(total "$why" 0 rs)"
	# By SNMP each reason is a query.
	sum=0 n=$(jq '.panels[] | select(.title == "Not routed, packets per second").targets | length' "$grafana/${dashboard[$way]}.json")
	while [ $((n -= 1)) -ge 0 ]; do sum+=" + (sum($(query "$way" "Not routed, packets per second" $n)) or vector(0))"; done
	near "$way: not routed" 240 "$(number "60 * ($sum)")" 5
	[ "$way" = snmp ] && labels='ipfwDropFamily ipfwDropStage ipfwDropReason' || labels='family stage reason'
	# shellcheck disable=SC2086
	expect "$way: dropped, by reason" $'ipv4 forward NETFILTER_DROP 240\nipv4 input IP_INNOROUTES 160\nipv6 input IP_INNOROUTES 80' \
		"$(samples "round(60 * sum by (${labels// /, }) ($(query "$way" "$why" 0)), 40)" $labels)"
done
# What the average of a minute does not show.
at=$of_peaks
for way in endpoint snmp; do
	for title in "Forwarded: average and peak, "{bits,packets}" per second" {Forwarded,Received}" by interface: average and peak, bits per second"; do
		highest() { number "max($(query "$way" "$title" "$1"))"; }
		expect_true "$way: $title: the peak above the average" awk -v peak="$(highest 2)" -v average="$(highest 0)" \
			'BEGIN { exit !(average > 0 && peak > 2 * average) }'
	done
	near "$way: the peak in bits" "$(number "max($(query "$way" "Forwarded: average and peak, packets per second" 2)) * 8 * 128")" \
		"$(number "max($(query "$way" "Forwarded: average and peak, bits per second" 2))")" 1
done
stop_router
finish

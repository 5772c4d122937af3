#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The dashboards of integrations/grafana: their form, and each of their queries on a real Prometheus
# that collects from a real router. grafana.sh BINARY [--light]
# shellcheck source=tests/integrations/prometheus/lib.sh
. "$(dirname "$0")/prometheus/lib.sh"

grafana=$top/integrations/grafana
dashboards=(ipfwagent-textfile ipfwagent-snmp)

mkdir "$TMP/made"
expect_true "dashboards: made anew" "$grafana/generate" "$TMP/made"
for name in "${dashboards[@]}"; do
	expect "$name: as made" "$(cksum <"$TMP/made/$name.json")" "$(cksum <"$grafana/$name.json")"
	expect_true "$name: form" /usr/bin/python3 - "$grafana/$name.json" <<'P'
import json, re, sys

d = json.load(open(sys.argv[1], encoding="utf-8"))
text = json.dumps(d)
assert d["id"] is None and d["uid"] and d["title"] and d["schemaVersion"] >= 30, "head"
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
        assert set(ranges) <= {"$__rate_interval", "$__range"}, f"{title}: {ranges}"
        assert len(ranges) == len(re.findall(r"\b(?:rate|increase|changes|count_over_time)\(", e)), f"{title}: {e}"
bottom = max(y for _, y in taken)
assert {y for _, y in taken} == set(range(bottom + 1)), "an empty line, which Grafana would remove"
P
done
[ "${2-}" != --light ] || finish

start_router || { skip "live" "no eBPF counters here: $(tail -n 1 "$TMP/attach.err")" && finish; }
start_prometheus || { not_ok "Prometheus collects" "it does not start" && finish; }
# What the router's filter refuses.
in_ns "$R" nft 'add table ip refuse; add chain ip refuse forward { type filter hook forward priority 0; ip daddr 10.2.0.99 drop; }'
lose() { # N: no route, refused
	datagrams "$C" $((2 * $1)) 100 10.9.0.2 && datagrams "$C" "$1" 100 fd09::2 && datagrams "$C" $((3 * $1)) 100 10.2.0.99
}
# A path, or a reason, has no counter before its first packet.
pings "$C" 1 1000 10.2.0.2 && pings "$C" 1 1000 fd02::2
lose 1
scraped
pings "$C" 300 1000 10.2.0.2 && pings "$C" 100 1000 fd02::2 || not_ok "pings" "some were lost"
lose 40
settle
scraped
# Prometheus extends a rate to the ends of its window, by up to a scrape: of 40 that is little.
# All queries are of one moment, however long they take, at which nothing failed.
long_enough() {
	at=$(($(date +%s) - 2))
	has 'sum_over_time(up{job="ipfwagent"}[60s]) >= 40 and on () sum_over_time(up{job="node"}[60s]) >= 40
		and on () up{job="ipfwagent"} == 1 and on () up{job="node"} == 1'
}
wait_for 90 long_enough

# query DASHBOARD TITLE N [INTERFACE]: a panel's query as Grafana would ask it, over a minute.
query() {
	jq -r --arg title "$2" --arg interface "${4:-.*}" --argjson n "$3" '.panels[] | select(.title == $title and .targets) |
		.targets[$n].expr | gsub("\\$__(rate_interval|range)"; "60s") | gsub("\\$instance"; ".*") | gsub("\\$interface"; $interface)' \
		"$grafana/$1.json"
}
# Each query yields figures.
for name in "${dashboards[@]}"; do
	while IFS=$'\t' read -r title n; do
		expect_match "$name: $title, query $((n + 1)) yields figures" '^[1-9][0-9]* true$' \
			"$(api query "query=$(query "$name" "$title" "$n")" "time=$at" | jq -r '.data.result | "\(length) \(all(.value[1] != "NaN"))"')"
	done < <(jq -r '.panels[] | .title as $t | (.targets // []) | to_entries[] | "\($t)\t\(.key)"' "$grafana/$name.json")
	# label_values(SERIES, LABEL)
	for variable in instance interface; do
		[[ $(jq -r --arg v $variable '.templating.list[] | select(.name == $v) | .definition' "$grafana/$name.json") =~ ^label_values\((.*),\ (.*)\)$ ]]
		values=$(api series "match[]=${BASH_REMATCH[1]//\$instance/.*}" | jq -c --arg l "${BASH_REMATCH[2]}" '[.data[][$l]] | unique')
		case $variable in instance) wanted='^\["127.0.0.1:[0-9]+"\]$' ;; *) wanted='^\["rc","rs"\]$' ;; esac
		expect_match "$name: choices of $variable" "$wanted" "$values"
	done
done

# And the right ones: 600 and 200 packets of 1028 and 1048 bytes in this minute, 80 and 40 not
# routed, 120 refused. The first of each are within what a window's ends may add.
why="Why packets were not forwarded, packets per second"
for name in "${dashboards[@]}"; do
	total() { number "60 * sum($(query "$name" "$@"))"; }
	near "$name: bits forwarded" $(((600 * 1028 + 200 * 1048) * 8)) "$(total "Forwarded, bits per second" 0)" 5
	near "$name: packets forwarded" 800 "$(total "Forwarded, packets per second" 0)" 5
	near "$name: share of IPv6" "$(awk 'BEGIN { print 200 * 1048 / (600 * 1028 + 200 * 1048) }')" "$(number "$(query "$name" "Share of IPv6" 0)")" 5
	near "$name: paths" $(((600 * 1028 + 200 * 1048) * 8)) "$(total "Top paths, bits per second" 0)" 5
	near "$name: table, forwarded by rs" $(((300 * 1028 + 100 * 1048) * 8)) "$(total "Interfaces, now" 1 rs)" 5
	near "$name: table, packets received by rs" 400 "$(total "Interfaces, now" 4 rs)" 5
	near "$name: forwarded, only rs" $(((300 * 1028 + 100 * 1048) * 8)) "$(total "Forwarded, bits per second, by interface" 0 rs)" 5
	near "$name: refused" 120 "$(total "Refused by filters, packets per second" 0)" 5
	near "$name: dropped" 240 "$(total "$why" 0)" 5
	near "$name: dropped, came in by rc" 240 "$(total "$why" 0 rc)" 5
	expect "$name: dropped, came in by rs" '0 series' "$(total "$why" 0 rs)"
done
reasons() { samples "round(60 * sum by ($2) ($(query "$1" "$why" 0)), 20)" "${@:3}"; }
expect "ipfwagent-textfile: dropped, by reason" $'ipv4 forward NETFILTER_DROP 120\nipv4 input IP_INNOROUTES 80\nipv6 input IP_INNOROUTES 40' \
	"$(reasons ipfwagent-textfile 'family, stage, reason' family stage reason)"
expect "ipfwagent-snmp: dropped, by reason" $'ipv4 forward NETFILTER_DROP 120\nipv4 input IP_INNOROUTES 80\nipv6 input IP_INNOROUTES 40' \
	"$(reasons ipfwagent-snmp 'ipfwDropFamily, ipfwDropStage, ipfwDropReason' ipfwDropFamily ipfwDropStage ipfwDropReason)"
near "ipfwagent-snmp: no route" 120 "$(number "60 * sum($(query ipfwagent-snmp "Not routed, packets per second" 0))")" 5
near "ipfwagent-textfile: not routed" 120 "$(number "60 * sum($(query ipfwagent-textfile "Not routed, packets per second" 0))")" 5
stop_router
finish

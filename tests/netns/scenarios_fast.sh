#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What flowtables of nftables forward: past the IP layer, and past the kernel's own counters.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"

nft() { in_ns "$R" nft "$@"; }
# flowtable DEVICE...: between these, of TCP and UDP.
flowtable() {
	nft -f - 2>"$TMP/nft" <<-N
		table inet t {
			flowtable ft { hook ingress priority 0; devices = { $(IFS=, && echo "$*") }; }
			chain f { type filter hook forward priority 0; meta l4proto { tcp, udp } flow add @ft; }
		}
	N
}
no_flowtable() { nft delete table inet t; }

# fast NAME FAMILY IN OUT LEAST: at least so many of the packets of the scenario were forwarded by the
# flowtable, and the interface that they came in by, the path and the system say the same.
fast() {
	local n
	n=$(fast_of "$2")
	expect_true "$1 $2: $n by the flowtable" [ "$n" -ge "$5" ]
	expect "$1 $2: of the interface and the path" "$n $n" "$(jq -nr --arg f "$2" --arg i "$3" --arg o "$4" \
		--slurpfile a "$TMP/a.json" --slurpfile b "$TMP/b.json" '
		def of_if: .interfaces[$i][$f].fast_path_packets // 0;
		def of_path: [.paths[] | select(.family == $f and .in == $i and .out == $o) | .fast_path_packets] | add // 0;
		"\(($b[0] | of_if) - ($a[0] | of_if)) \(($b[0] | of_path) - ($a[0] | of_path))"')"
}

udp_flows() {
	local f size
	for f in ipv4 ipv6; do
		for size in 0 1452; do
			begin
			udp $f 200 $size
			routed $f rc rs 200 $((200 * $(udp_octets $f $size)))
			check "UDP $f $size"
			fast "UDP $size" $f rc rs 100
		done
	done
}

begin_scenarios
if flowtable rc rs; then
	# Attached before the flowtable was there, and after.
	"$BIN" status --json --netns "$R" >"$TMP/status"
	expect "the module is there: attached before there is a flowtable" true "$(jq .fast_path "$TMP/status")"
	for scenario in ${SCENARIOS:-udp_flows}; do
		run_scenario "$scenario"
	done
else
	lacking flowtable "$(head -n 1 "$TMP/nft")"
fi
detach_all
finish

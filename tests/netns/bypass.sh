#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What carries packets past the IP layer is named, in every output: what of it this kernel has. Where it
# has less (this machine's: no flowtable, no traffic control but programs, no MPLS), the newest kernel in
# the emulator has the rest, see tests/kernels.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
start_snmpd
rules() { in_ns "$R" nft "$1" 2>"$TMP/err"; }
run() { "$BIN" --netns "$R" --reading-socket none "$@" 2>/dev/null; }
json() { run --json | jq -c "$1"; }
found() { json '[.source.bypass[] | [.interface, .kind, .detail]]'; }
index() { ip -n "$R" -j link show "$1" | jq '.[0].ifindex'; }
mib() { snmp_value "IPFWAGENT-MIB::$1"; }
is_mib() { [ "$(mib "$1")" = "$2" ]; }
is_found() { [ "$(found)" = "$1" ]; }

expect "nothing is there" '[[],null]' "$(json '[.source.bypass, .source.bypass_why]')"
expect "a captured tree: nobody looked" null "$("$BIN" --root "$top/tests/fixtures/6.1" --json | jq .source.bypass)"

# nftables: a rule that forwards, in a chain with a hook and in one that others jump to.
rules 'table netdev t { chain j { fwd to rs; }; chain c { type filter hook ingress device rc priority 0; jump j; ip daddr 10.9.9.9 fwd to rs; }; chain idle { type filter hook ingress device rs priority 0; counter; }; }'
expect "nft fwd" '[[null,"nft-fwd","netdev t j"],["rc","nft-fwd","netdev t c"]]' "$(found)"
expect "its ifindex" "$(index rc)" "$(json '.source.bypass[1].ifindex')"
expect_match "in text" '^past the IP layer, uncounted: rc: nft-fwd \(netdev t c\)$' "$(run)"
expect "in metrics" 1 "$(run --prometheus | grep -c '^ipfw_bypass_info{device="rc",kind="nft-fwd",detail="netdev t c"} 1$')"
qualities() { json '[.interfaces.rc.ipv4, .interfaces.rs.ipv4, .ipv6.forwarding, .ipv6.not_routed | .quality]'; }
expect "the quality of the interface and the system" '["bypassed","derived","bypassed","exact"]' "$(qualities)"
expect_match "in text" '^ *rc +ipv6 +bypassed ' "$(run)"
expect "in metrics" 2 "$(run --prometheus | grep -c '^ipfw_interface_quality_info{device="rc",family="ipv[46]",quality="bypassed"} 1$')"
expect_match "check: WARNING" '^IPFW WARNING - .*past the IP layer, uncounted: rc: nft-fwd \(netdev t c\)' "$(run check --source kernel -i 0.1)"
expect "of the interfaces that are shown" '[[null,"nft-fwd","netdev t j"]]' "$(run --json --include rs | jq -c '[.source.bypass[] | [.interface, .kind, .detail]]')"
expect "without the privilege" '[[],"nftables: Operation not permitted"]' \
	"$(setpriv --bounding-set=-net_admin "$BIN" --netns "$R" --reading-socket none --json | jq -c '[.source.bypass, .source.bypass_why]')"
expect_match "without the privilege, in text" '^ways past the IP layer are not known: nftables: Operation not permitted$' \
	"$(setpriv --bounding-set=-net_admin "$BIN" --netns "$R" --reading-socket none -v)"
ip -n "$R" link set rc down && ip -n "$R" link set rc name renamed0
expect_match "an interface renamed: as nftables calls it" '^\["(rc",null|renamed0",[0-9]+)\]$' \
	"$(json '.source.bypass[] | select(.interface) | [.interface, .ifindex]')"
ip -n "$R" link set renamed0 name rc && ip -n "$R" link set rc up
rules 'flush ruleset'
expect "the rules are gone" '[]' "$(found)"

# Programs: nobody can tell what they do.
printf '__attribute__((section("xdp"), used)) int pass(void *c) { return 2; }\n' >"$TMP/xdp.c"
sed 's/"xdp"/"classifier"/; s/return 2/return 0/' "$TMP/xdp.c" >"$TMP/tc.c"
for f in xdp tc; do clang --target=bpf -O2 -c "$TMP/$f.c" -o "$TMP/$f.o" || exit 1; done
ip -n "$R" link set rs xdp obj "$TMP/xdp.o" sec xdp
expect_true "XDP" is_found "[[\"rs\",\"xdp\",\"driver, program $(ip -n "$R" -j link show rs | jq '.[0].xdp.prog.id')\"]]"
expect_match "XDP, in text" '^perhaps past the IP layer: rs: xdp \(driver, program [0-9]+\)$' "$(run)"
expect "the quality is as before" '["derived","derived","derived","exact"]' "$(qualities)"
expect_match "check: no warning" '^IPFW OK' "$(run check --source kernel -i 0.1)"
ip -n "$R" link set rs xdp off
tc -n "$R" qdisc add dev rc clsact
expect "filters, none" '[]' "$(found)"
tc -n "$R" filter add dev rc egress bpf da obj "$TMP/tc.o" sec classifier
expect "a program of traffic control" '[["rc","tc-bpf","egress, tc.o:[classifier]"]]' "$(found)"
tc -n "$R" qdisc del dev rc clsact
# Those that no qdisc and no netlink tells of.
cat >"$TMP/tcx.c" <<'P'
#include <linux/bpf.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
/* tcx DEV 46|47: a program that passes on what comes in or goes out, as long as this runs; prints its number. */
int main(int argc, char **argv)
{
	const struct bpf_insn program[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = -1}, {.code = BPF_JMP | BPF_EXIT}};
	union bpf_attr load = {0};
	load.prog_type = BPF_PROG_TYPE_SCHED_CLS, load.insns = (uintptr_t)program, load.insn_cnt = 2, load.license = (uintptr_t)"GPL";
	int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
	uint32_t link[4] = {fd, if_nametoindex(argv[1]), argv[2][1] == '6' ? 46 : 47};
	struct bpf_prog_info info = {0};
	union bpf_attr get = {0};
	get.info.bpf_fd = fd, get.info.info_len = sizeof info, get.info.info = (uintptr_t)&info;
	if (fd < 0 || syscall(SYS_bpf, BPF_LINK_CREATE, link, sizeof link) < 0 || syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &get, sizeof get) < 0)
		return perror("tcx"), 1;
	printf("%u\n", info.id), fflush(stdout);
	return pause();
}
P
cc -o "$TMP/tcx" "$TMP/tcx.c" || exit 1
background in_ns "$R" "$TMP/tcx" rc 46 >"$TMP/tcx.in" 2>&1 && tcx=$bg
background in_ns "$R" "$TMP/tcx" rs 47 >"$TMP/tcx.out" 2>&1
wait_for 10 grep -q . "$TMP/tcx.in" && wait_for 10 grep -q . "$TMP/tcx.out"
if grep -q Invalid "$TMP/tcx.in"; then
	echo "# no tcx here"
else
	expect "tcx" "$(printf '[["rs","tc-bpf","egress, tcx, program %u"],["rc","tc-bpf","ingress, tcx, program %u"]]' "$(<"$TMP/tcx.out")" "$(<"$TMP/tcx.in")")" \
		"$(found | jq -c 'sort_by(.[0]) | reverse')"
	expect_match "check: no warning of tcx" '^IPFW OK' "$(run check --source kernel -i 0.1)"
	expect "tcx, who may not ask" '[]' \
		"$(in_ns "$R" setpriv --bounding-set=-net_admin,-sys_admin "$BIN" --reading-socket none --json 2>/dev/null | jq -c .source.bypass)"
	kill "$tcx" "$bg" && wait "$tcx" "$bg" 2>/dev/null
	expect "tcx is gone" '[]' "$(found)"
fi

# What a module of the kernel has to be there for.
if tc -n "$R" qdisc add dev rc clsact && tc -n "$R" filter add dev rc ingress matchall action mirred egress redirect dev rs 2>/dev/null; then
	tc -n "$R" filter add dev rc ingress protocol ip flower action mirred egress mirror dev rs
	expect "a redirect, and a copy, which is none" "[[\"rc\",\"tc-redirect\",\"ingress, to interface $(index rs)\"]]" "$(found)"
else
	echo "# no matchall and mirred here"
fi
tc -n "$R" qdisc del dev rc clsact
if rules 'table inet t { flowtable f { hook ingress priority 0; devices = { rc, rs }; }; }'; then
	expect "a flowtable" '[["rs","flowtable","inet t f"],["rc","flowtable","inet t f"]]' "$(found | jq -c 'sort_by(.[0]) | reverse')"
	rules 'flush ruleset'
	rules 'table inet t { flowtable f { hook ingress priority 0; flags offload; }; }' # no device here would take it
	expect "a flowtable that hardware may take over" '[[null,"flowtable-offload","inet t f"]]' "$(found)"
	rules 'flush ruleset'
else
	echo "# no flowtables here"
fi
if setns "$R" net.mpls.conf.rc.input=1 2>/dev/null; then
	expect "MPLS" '[["rc","mpls",""]]' "$(found)"
	setns "$R" net.mpls.conf.rc.input=0
else
	echo "# no MPLS here"
fi

# An agent that gives up its privileges knows what there is until it changes.
chmod 777 "$TMP/agentx" "${MASTER#unix:}"
rules 'table netdev t { chain c { type filter hook ingress device rc priority 0; fwd to rs; }; }'
agents() { in_ns "$R" "$BIN" --reading-socket "$TMP/reading.sock" "$@" 2>/dev/null; }
start_agent --user nobody --interval 0.2
expect_true "the agent answers" wait_for 20 agent_answers
expect "SNMP: how many" 1 "$(mib ipfwBypasses.0)"
expect "SNMP: degraded" degraded "$(mib ipfwStatus.0)"
expect "SNMP: which one" 'packets pass the IP layer uncounted: rc: nft-fwd (netdev t c)' "$(mib ipfwStatusText.0 | tr -d '"')"
expect "SNMP: quality" "bypassed derived bypassed" \
	"$(mib "ipfwIfQuality.2.$(index rc)") $(mib "ipfwIfQuality.2.$(index rs)") $(mib ipfwSystemQuality.1)"
expect "the quality in the agent's reading" '["bypassed","derived","bypassed","exact"]' \
	"$(agents --json | jq -c '[.interfaces.rc.ipv4, .interfaces.rs.ipv4, .ipv6.forwarding, .ipv6.not_routed | .quality]')"
expect "the quality without that interface" '["derived","derived"]' \
	"$(agents --json --include rs | jq -c '[.interfaces.rs.ipv4, .ipv6.forwarding | .quality]')"
expect "the agent's own JSON" '[["rc","nft-fwd","netdev t c"]]' \
	"$(echo json | socat - "UNIX-CONNECT:$TMP/reading.sock" | jq -c '[.source.bypass[] | [.interface, .kind, .detail]]')"
rules 'flush ruleset'
no_number() { [[ $(mib ipfwBypasses.0) == *"No Such"* ]]; }
expect_true "changed since: not known" wait_for 10 no_number
# Where flowtables are loaded, there may be one by now.
says() { [[ $(mib ipfwStatusText.0) == *"$1"* ]]; }
if [ -e /sys/module/nf_flow_table ]; then
	expect_true "changed since: flowtables are loaded" wait_for 10 says \
		"flowtables may carry packets uncounted: nftables: Operation not permitted"
else
	expect_true "no longer degraded" wait_for 10 is_mib ipfwStatus.0 ok
fi
expect "changed since: why" 'nftables: Operation not permitted' "$(echo json | socat - "UNIX-CONNECT:$TMP/reading.sock" | jq -r '.source.bypass_why')"
gone_in_time "the agent" "$agent" TERM
# As root it follows.
start_agent --interval 0.2
expect_true "as root: the agent answers" wait_for 20 agent_answers
expect_true "as root: nothing" wait_for 10 is_mib ipfwBypasses.0 0
rules 'table netdev t { chain c { type filter hook ingress device rs priority 0; fwd to rc; }; }'
expect_true "as root: a rule" wait_for 10 is_mib ipfwBypasses.0 1
rules 'flush ruleset'
expect_true "as root: no rule" wait_for 10 is_mib ipfwBypasses.0 0
finish

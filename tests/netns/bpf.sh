#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The life of the eBPF counters: attach, detach, status, pins, privileges, crashes, reused ifindexes.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
in_ns "$S" nft -f - <<'N'
table inet quiet { chain quiet_in { type filter hook input priority 0; udp dport 9 drop; }
}
N
ipfw() { "$BIN" --netns "$R" "$@" 2>"$TMP/err"; }
# With --netns bpffs stays where it is, so these run in the test's own mount namespace.
value() { ipfw --json --source ebpf | jq -c "$1"; }
pins() { find /sys/fs/bpf/ipfwagent -mindepth 1 -path "*/netns-$(stat -Lc %i "/run/netns/$R")-*" 2>/dev/null; }
links() { pins | grep -c /link_; }
# The kernel's numbers of what is pinned, as "link 12" and "map 34".
ids() {
	local f kind
	for f in $(pins); do
		[ -f "$f" ] || continue
		case $f in */link_*) kind="link" ;; *) kind="map" ;; esac
		echo "$kind $(bpftool -j $kind show pinned "$f" | jq .id)"
	done
}
# left FILE: which of those numbers the kernel still knows.
left() {
	local kind id
	while read -r kind id; do bpftool $kind show id "$id" >/dev/null 2>&1 && echo "$kind $id"; done <"$1"
}
none_left() { [ -z "$(pins)" ] && [ -z "$(left "$TMP/ids")" ]; }
# Links that a process holds without pins.
own_links() { for f in /proc/"$1"/fdinfo/*; do grep -q '^link_id' "$f" 2>/dev/null && awk '$1 == "link_id:" { print "link", $2 }' "$f"; done; }

make_rcx() { # IFINDEX: the router's interface to the client, made anew
	ip -n "$R" link add rcx index "$1" type veth peer name c0 netns "$C"
	ip -n "$C" link set c0 addrgenmode none && ip -n "$R" link set rcx addrgenmode none
	ip -n "$C" link set c0 up && ip -n "$R" link set rcx up
	ip -n "$R" addr add 10.1.0.1/24 dev rcx && ip -n "$C" addr add 10.1.0.2/24 dev c0
	ip -n "$C" route add default via 10.1.0.1
	neighbour "$C" c0 "$R" rcx 10.1.0.1
	neighbour "$R" rcx "$C" c0 10.1.0.2
}

# Nothing attached.
ipfw paths >"$TMP/out"
expect "nothing attached, paths: exit status" 3 $?
expect_match "nothing attached, paths: message" 'no eBPF counters' "$(cat "$TMP/err")"
ipfw --json --source ebpf >"$TMP/out"
expect "nothing attached: exit status" 3 $?
expect "nothing attached: nothing on stdout" '' "$(cat "$TMP/out")"
expect_match "nothing attached: message" 'no eBPF counters' "$(cat "$TMP/err")"
expect "nothing attached: auto reads the kernel" '"kernel"' "$(ipfw --json | jq -c .source.name)"
ipfw detach
expect "detach of nothing: exit status" 0 $?
expect_match "detach of nothing: message" 'no eBPF counters' "$(cat "$TMP/err")"

# Attach; count exactly; a second attach adopts; detach leaves nothing.
ipfw attach
expect "attach: exit status" 0 $?
expect_match "attach: message" 'netfilter hooks count since' "$(cat "$TMP/err")"
# Nine, and five on flowtables where the kernel has loaded them.
each=$(ipfw status --json | jq 'if .fast_path then 14 else 9 end')
expect "attach: $each links" "$each" "$(links)"
expect_match "status: what counts" 'netfilter hooks count since .*netns-' "$(ipfw status)"
expect "auto reads them" '"ebpf"' "$(ipfw --json | jq -c .source.name)"
expect "begins at 0" '[0,0,0,0]' "$(value '[.ipv4, .ipv6 | .forwarding.incoming_packets, .traffic.packets_received]')"
datagrams "$C" 100 72 10.2.0.2 # 100 octets each
datagrams "$C" 50 152 fd02::2  # 200 octets each
expect "ipv4 forwarded" '[100,10000,100,10000]' "$(value '.ipv4.forwarding | [.incoming_packets, .incoming_bytes, .outgoing_packets, .outgoing_bytes]')"
expect "ipv6 forwarded" '[50,10000,50,10000]' "$(value '.ipv6.forwarding | [.incoming_packets, .incoming_bytes, .outgoing_packets, .outgoing_bytes]')"
expect "paths" '[["rc","rs","ipv4",100,10000],["rc","rs","ipv6",50,10000]]' "$(value '[.paths[] | [.in, .out, .family, .packets, .bytes]]')"
expect_match "paths in text with -v" 'rc +rs +ipv4 +100 +10000' "$(ipfw -v --source ebpf)"
expect_match "paths" '^rc +rs +ipv4 +100 +9.8 KiB$' "$(ipfw paths)"
expect_match "paths, exact numbers" '^rc +rs +ipv4 +100 +10000$' "$(ipfw paths -v)"
expect "paths: nothing else" '' "$(ipfw paths | grep -E 'received|interface|forwarding')"
expect "paths: of some interfaces" 0 "$(ipfw paths --json --include nothing | jq '.paths | length')"
datagrams "$C" 1000 72 10.2.0.2
expect_match "paths: scaled packets" '^rc +rs +ipv4 +1\.1 k +107 KiB$' "$(ipfw paths)"
background "$BIN" --netns "$R" paths monitor -i 2 --count 1 >"$TMP/paths"
in_interval "$R paths" poll datagrams "$C" 10 972 10.2.0.2
wait "$bg"
expect_match "paths monitor" '^rc +rs +ipv4 +[345]\.[0-9] +[34][0-9]\.[0-9] k$' "$(cat "$TMP/paths")"
ipfw detach && ipfw attach
expect_match "paths: none yet" '^from +to +family' "$(ipfw paths)"
datagrams "$C" 100 72 10.2.0.2
since=$(value .source.since)
ipfw attach
expect "attach again: exit status" 0 $?
expect "attach again: $each links" "$each" "$(links)"
expect "attach again: counting since the same moment" "$since" "$(value .source.since)"
expect "attach again: nothing lost" 100 "$(value .ipv4.forwarding.outgoing_packets)"
expect "other is 0" '[0,0,0,0]' "$(value '.interfaces.rc.other | [.rx_packets, .rx_bytes, .tx_packets, .tx_bytes]')"

# What passes between reading the devices and reading the hooks is not taken for other, here or in a reading
# in which the counters begin. Each call takes its time.
slowly() { strace -qq -o /dev/null -e trace=bpf -e inject=bpf:delay_enter=3000 env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$@"; }
sent() { in_ns "$R" awk '$1 == "rs:" { print $11 }' /proc/net/dev; }
moves() { [ "$(sent)" -gt "$before" ]; }
before=$(sent)
background in_ns "$C" /usr/bin/python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    s.sendto(b"x" * 72, ("10.2.0.2", 9))'
expect_true "under traffic: there is some" wait_for 5 moves
for _ in 1 2 3; do slowly "$BIN" --netns "$R" --json --source ebpf; done >"$TMP/slow"
ipfw detach && slowly "$BIN" --netns "$R" attach 2>"$TMP/err"
expect_true "under traffic: it goes on" kill "$bg"
wait "$bg" 2>/dev/null
other='.interfaces.rs.other | [.tx_packets, .tx_bytes]'
expect "under traffic: nothing is other" '[0,0]' "$(jq -c "$other" "$TMP/slow" | sort -u)"
expect "begun under traffic: nothing is other" '[0,0]' "$(value "$other")"
ipfw detach && ipfw attach
datagrams "$C" 100 72 10.2.0.2

# Where the kernel has flowtables: none here says nftables, if it may be asked.
mkdir -p "$TMP/module/nf_flow_table"
flowtables() { unshare -m --propagation slave sh -c 'mount --bind "$0/module" /sys/module && exec "$@"' "$TMP" "${@:2}" "$BIN" --netns "$1" --json --source ebpf | jq -c '[.interfaces[] | .other.rx_packets]'; }
"$BIN" attach --netns "$S" 2>/dev/null
expect "no flowtable: other is known" '[0]' "$(flowtables "$S")"
expect "perhaps a flowtable: other is not known" '[null]' "$(flowtables "$S" setpriv --bounding-set=-net_admin)"
expect "was there one: other stays unknown" '[null]' "$(flowtables "$S")"
"$BIN" detach --netns "$S" 2>/dev/null

# Under "ip netns exec" /sys is another: the counters are found all the same.
expect "ip netns exec" 100 "$(ip netns exec "$R" "$BIN" --json --source ebpf 2>"$TMP/err" | jq .ipv4.forwarding.outgoing_packets)"
# Where neither this process nor one above sees any: one sentence.
# without_bpffs COMMAND: in a tree of processes that sees none; one may lie over another.
without_bpffs() { unshare -mpf --mount-proc sh -c "while mountpoint -q /sys/fs/bpf; do umount -l /sys/fs/bpf || exit; done; $1" </dev/null; }
without_bpffs "$BIN --netns $R --json --source ebpf; echo status \$?" >"$TMP/hidden" 2>&1
expect_match "no bpffs: one sentence" '^ipfwagent: no eBPF counters are attached: no bpffs is mounted at /sys/fs/bpf status 3 $' "$(tr '\n' ' ' <"$TMP/hidden")"
# Two at once, neither of which finds any: a second one would hide what is pinned in the first.
slow="strace -qq -f -o /dev/null -e trace=mount -e inject=mount:delay_enter=1000000 $BIN attach --netns"
ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 without_bpffs "$slow $R & $slow $S; wait; grep ' /sys/fs/bpf ' /proc/self/mountinfo; find /sys/fs/bpf -name 'netns-*'; $BIN detach --all" \
	>"$TMP/mounts" 2>"$TMP/err"
expect "no bpffs: two mount one, with the pins of both" "1 2" "$(grep -c ' /sys/fs/bpf ' "$TMP/mounts") $(grep -c ^/sys/fs/bpf/ipfwagent/netns- "$TMP/mounts")"

# A bpffs that anybody may write to, as the kernel mounts it, and somebody who was there before us: a
# directory, a link to one, or root's own that others may write to. Nothing of it is believed or removed.
mkdir "$TMP/victim" "$TMP/mine" && touch "$TMP/victim"/{link_a,info} && chmod 755 "$TMP/victim"
planted() { # HOW, in $1: what nobody does there; then each command as root
	without_bpffs "mount -t bpf bpf /sys/fs/bpf && cd / || exit
		$1
		for i in 1 2 3 4 5 6 7 8 9; do ln -s $TMP/victim /sys/fs/bpf/ipfwagent/netns-\$(stat -Lc %i /run/netns/$R)-layout-\$i; done 2>/dev/null
		for command in attach detach 'detach --all' 'agent --attach-only' '--json --source ebpf'; do
			$BIN \$command --netns $R >/dev/null; echo status \$?
		done" >"$TMP/out" 2>&1
}
nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'
while IFS='|' read -r name how; do
	planted "$how"
	expect "$name: refused, and why" "5 5" "$(grep -cx 'status 3' "$TMP/out") $(grep -c '/sys/fs/bpf/ipfwagent is not trusted: ' "$TMP/out")"
	expect "$name: nothing is removed" "info link_a" "$(cd "$TMP/victim" && echo *)"
done <<X
somebody's directory|$nobody mkdir /sys/fs/bpf/ipfwagent
somebody's link|$nobody ln -s $TMP/mine /sys/fs/bpf/ipfwagent
a directory for all|mkdir -m 777 /sys/fs/bpf/ipfwagent && chmod 777 /sys/fs/bpf/ipfwagent
X
planted true
expect "a bpffs for all, and nobody else: attached" "status 0" "$(grep -m 1 ^status "$TMP/out")"

# Unprivileged.
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"; }
cp "$BIN" "$TMP/ipfwagent" && chmod 755 "$TMP/ipfwagent"
in_ns "$R" setpriv --reuid 65534 --regid 65534 --clear-groups "$TMP/ipfwagent" --json --source ebpf >"$TMP/out" 2>"$TMP/err"
expect "unprivileged, ebpf: exit status" 3 $?
expect_match "unprivileged, ebpf: message" 'ermission' "$(cat "$TMP/err")"
expect "unprivileged, ebpf: nothing on stdout" '' "$(cat "$TMP/out")"
expect "unprivileged, auto: the kernel's" '"kernel"' "$(in_ns "$R" setpriv --reuid 65534 --regid 65534 --clear-groups "$TMP/ipfwagent" --json | jq -c .source.name)"
in_ns "$S" setpriv --reuid 65534 --regid 65534 --clear-groups "$TMP/ipfwagent" activity --json >"$TMP/out" 2>"$TMP/err"
expect "unprivileged, activity: exit status" 3 $?
expect_match "unprivileged, activity: message" 'EPERM.*root' "$(cat "$TMP/err")"
in_ns "$S" setpriv --reuid 65534 --regid 65534 --clear-groups "$TMP/ipfwagent" status 2>"$TMP/err"
expect_match "unprivileged, status: not to be told" '^ipfwagent: only root can tell whether eBPF counters are attached .*Permission denied' \
	"$(head -n 1 "$TMP/err")"
without_bpffs "mount -t bpf bpf /sys/fs/bpf && chmod 755 /sys/fs/bpf && $nobody $TMP/ipfwagent status" 2>"$TMP/err"
expect_match "unprivileged, status, nothing there: told" '^ipfwagent: no eBPF counters are attached in this' "$(head -n 1 "$TMP/err")"
# The four capabilities count; the pins are root's, and what somebody else pinned nobody else trusts.
some='+bpf,+perfmon,+net_admin,+syslog'
with() { in_ns "$S" setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps="-all,$1" --ambient-caps="-all,$1" "$TMP/ipfwagent" "${@:2}"; }
with $some monitor --json -c 1 -i 0.1 >"$TMP/out" 2>"$TMP/err"
expect "four capabilities: count" '"ebpf"' "$(jq .source.name "$TMP/out")"
with $some attach 2>"$TMP/err"
expect "four capabilities: attach" '3 ipfwagent: /sys/fs/bpf/ipfwagent: only root can pin eBPF counters' "$? $(cat "$TMP/err")"
with $some,+dac_override attach 2>"$TMP/err"
expect "five capabilities: attach" 0 $?
expect_match "five capabilities: not trusted by root" 'is not trusted: .*root.s' "$("$BIN" --netns "$S" status 2>&1)"
"$BIN" --netns "$S" detach 2>"$TMP/err"
expect_match "five capabilities: root detaches" "(9|$each) links" "$(cat "$TMP/err")"
# The path is that of the file system, also where it is reached by another process.
expect_match "ip netns exec: where it is pinned" ' /sys/fs/bpf/ipfwagent/netns-' "$(ip netns exec "$R" "$BIN" status)"
expect_match "ip netns exec: the same in JSON" '^/sys/fs/bpf/ipfwagent/netns-' "$(ip netns exec "$R" "$BIN" status --json | jq -r .pinned)"

# Another namespace knows nothing of it, and is not changed by it.
"$BIN" --netns "$S" --json --source ebpf >/dev/null 2>&1
expect "another namespace has none" 3 $?

# Interfaces: renamed, deleted, made again with the same name and ifindex.
ifindex=$(value .interfaces.rc.ifindex)
datagrams "$C" 50 152 fd02::2
in_ns "$R" ip link set rc down && ip -n "$R" link set rc name rcx && ip -n "$R" link set rcx up
ip -n "$R" addr flush dev rcx
expect "renamed: goes on under the new name" '[100,50]' "$(value '.interfaces.rcx | [.ipv4.rx_packets, .ipv6.forwarded_in_packets]')"
expect "renamed: so do its paths" '[["rcx","rs","ipv4",100,10000],["rcx","rs","ipv6",50,10000]]' "$(value '[.paths[] | [.in, .out, .family, .packets, .bytes]]')"
expect "renamed: the system goes on" 100 "$(value .ipv4.traffic.packets_received)"
for i in 1 2; do
	ip -n "$R" link del rcx
	make_rcx "$ifindex"
	expect "made again $i: not known yet" '[null,null]' "$(value '.interfaces.rcx | [.ipv4.rx_packets, .ipv6.rx_packets]')"
	datagrams "$C" 10 72 10.2.0.2
	expect "made again $i: its own packets" '[10,1000]' "$(value '.interfaces.rcx.ipv4 | [.forwarded_in_packets, .forwarded_in_bytes]')"
	expect "made again $i: the path counts anew" '[["rcx","rs","ipv4",10,1000]]' "$(value '[.paths[] | select(.in == "rcx") | [.in, .out, .family, .packets, .bytes]]')"
	expect "made again $i: the system goes on" $((100 + 10 * i)) "$(value .ipv4.forwarding.outgoing_packets)"
	expect "made again $i: the output goes on" $((100 + 10 * i)) "$(value .interfaces.rs.ipv4.forwarded_out_packets)"
done
# A high ifindex is counted in a hash, whose place is freed.
ip -n "$R" link del rcx
expect "gone: its path keeps the names" '["rcx","rs",10]' "$(value '[.paths[] | select(.in == "rcx")] | .[0] | [.in, .out, .packets]')"
for i in 1 2; do
	make_rcx 70000
	datagrams "$C" 10 72 10.2.0.2
	expect "high ifindex $i: its own packets" '[10,1000]' "$(value '.interfaces.rcx.ipv4 | [.forwarded_in_packets, .forwarded_in_bytes]')"
	expect "high ifindex $i: its path" '[["rcx","rs",10]]' "$(value '[.paths[] | select(.in_ifindex == 70000) | [.in, .out, .packets]]')"
	expect "high ifindex $i: the system goes on" $((120 + 10 * i)) "$(value .ipv4.forwarding.incoming_packets)"
	ip -n "$R" link del rcx
	expect "high ifindex $i gone: the system goes on" $((120 + 10 * i)) "$(value .ipv4.forwarding.incoming_packets)"
	expect "high ifindex $i gone: again" $((120 + 10 * i)) "$(value .ipv4.forwarding.incoming_packets)"
done
# Made anew and used before anybody reads: nobody knows what it counted and what the one before. So its
# figures are absent, and begin with that reading.
of_rcx() { jq -c '.interfaces.rcx as $r | [$r.ipv4.rx_packets, $r.ipv6.tx_bytes, $r.ipv4.quality, $r.other.rx_packets, [.paths[] | select(.in_ifindex == $r.ifindex and .family == "ipv4") | .packets, .bytes]]' "$TMP/reading"; }
system=140
for i in "$ifindex" 70000; do
	make_rcx "$i"
	datagrams "$C" 10 72 10.2.0.2
	ipfw --json --source ebpf >"$TMP/reading"
	expect "ifindex $i, seen" '[10,152,"exact",0,[10,1000]]' "$(of_rcx)"
	datagrams "$C" 5 72 10.2.0.2
	ip -n "$R" link del rcx
	make_rcx "$i"
	datagrams "$C" 70 72 10.2.0.2
	ipfw --json --source ebpf >"$TMP/reading"
	expect "ifindex $i, made anew unseen: absent" '[null,null,"unavailable",null,[null,null]]' "$(of_rcx)"
	datagrams "$C" 20 72 10.2.0.2
	ipfw --json --source ebpf >"$TMP/reading"
	expect "ifindex $i, made anew unseen: begins there" '[20,0,"exact",0,[20,2000]]' "$(of_rcx)"
	ip -n "$R" link del rcx
	system=$((system + 105))
	expect "ifindex $i, made anew unseen: the system goes on" $system "$(value .ipv4.forwarding.outgoing_packets)"
done
# Maps are sized by what the namespace has. What comes later than the hooks, with an ifindex beyond the arrays,
# is counted as exactly: next to their ends, and of hundreds of interfaces.
entries() { bpftool -j map show pinned "$(pins | grep "/$1\$")" | jq .max_entries; }
sized() { echo $(($(entries if_low) / cpus)) $(($(entries path_low) / cpus)) "$(entries if_records)" "$(entries path_records)"; }
cpus=$(awk -F'[-,]' '{ print $NF + 1 }' /sys/devices/system/cpu/possible)
ipfw detach && ipfw attach
expect "two interfaces: places" "16 128 4096 4096" "$(sized)"
for i in 15 16 7 8; do
	make_rcx $i
	expect "ifindex $i: begins at 0" 0 "$(value .interfaces.rcx.ipv4.rx_packets)"
	datagrams "$C" $((10 + i)) 72 10.2.0.2
	expect "ifindex $i: its own packets" "[$((10 + i)),$((100 * (10 + i)))]" \
		"$(value '.interfaces.rcx.ipv4 | [.forwarded_in_packets, .forwarded_in_bytes]')"
	expect "ifindex $i: its path" "[[\"rcx\",\"rs\",$((10 + i))]]" \
		"$(value "[.paths[] | select(.in_ifindex == $i) | [.in, .out, .packets]]")"
	ip -n "$R" link del rcx
done
expect "next to the ends: the system goes on" $((15 + 16 + 7 + 8 + 40)) "$(value .ipv4.forwarding.outgoing_packets)"
for i in $(seq 300); do
	echo "link add v$i index $((1000 + i)) address 02:00:00:00:00:01 type veth peer name p$i netns $C"
	echo "link set v$i addrgenmode none up"
done | ip -n "$R" -batch -
for i in $(seq 300); do echo "link set p$i addrgenmode none up"; done | ip -n "$C" -batch -
in_ns "$C" /usr/bin/python3 - <<'P'
import socket, struct
ip = struct.pack("!BBHHHBBH", 0x45, 0, 100, 0, 0, 64, 17, 0) + socket.inet_aton("10.1.0.2") + socket.inet_aton("10.2.0.2")
words = sum(struct.unpack("!10H", ip))
words = (words & 0xffff) + (words >> 16)
ip = ip[:10] + struct.pack("!H", 0xffff - words) + ip[12:]
for i in range(1, 301):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((f"p{i}", 0))
    for _ in range(i % 7 + 1):
        s.send(b"\2\0\0\0\0\1" + b"\2\0\0\0\0\2" + struct.pack("!H", 0x800) + ip + struct.pack("!HHHH", 9, 9, 80, 0) + bytes(72))
P
ipfw --json --source ebpf --include 'v*' >"$TMP/grown"
expect "300 more interfaces: each has its own" '[300,[]]' "$(jq -c '[.interfaces | to_entries[] | select(.key | test("^v[0-9]+$"))] |
	[length, [.[] | select(.value.ipv4.forwarded_in_packets != (.key[1:] | tonumber) % 7 + 1) | .key]]' "$TMP/grown")"
ipfw --json --source ebpf >"$TMP/grown"
expect "300 more interfaces: each has its path" '[300,[]]' "$(jq -c '[.paths[] | select(.in | test("^v[0-9]+$"))] |
	[length, [.[] | select(.packets != (.in[1:] | tonumber) % 7 + 1) | .in]]' "$TMP/grown")"
expect "300 more interfaces: nothing was missed" '[0,0]' "$(jq -c '.source | [.missed_packets, .missed_path_packets]' "$TMP/grown")"
ipfw attach
expect "300 more interfaces: attach adopts the counters" "16 128 4096 4096" "$(sized)"
ipfw detach && ipfw attach
expect "302 interfaces: places" "1024 2048 8192 18432" "$(sized)"
datagrams "$S" 20 72 10.2.0.1
expect "302 interfaces: counted" 20 "$(value .interfaces.rs.ipv4.rx_packets)"
for i in $(seq 300); do echo "link del v$i"; done | ip -n "$R" -batch -
ipfw detach && ipfw attach

system=0
# A kernel without batches (before 5.6), whose next key after one that is gone is the first again.
cat >"$TMP/old.c" <<'P'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
int bpf_map_lookup_batch(int fd, void *a, void *b, void *c, void *d, void *e, const void *f) { return -EINVAL; }
int bpf_map_update_batch(int fd, const void *a, const void *b, void *c, const void *d) { return -EINVAL; }
int bpf_map_get_next_key(int fd, const void *key, void *next)
{
	static int calls[1024];
	int (*real)(int, const void *, void *) = (int (*)(int, const void *, void *))dlsym(RTLD_NEXT, __func__);

	return real(fd, fd < 1024 && ++calls[fd] == 2 ? NULL : key, next);
}
P
expect_true "without batches: built" "${CC:-cc}" -shared -fPIC -o "$TMP/old.so" "$TMP/old.c" -ldl
old_value() { LD_PRELOAD=$TMP/old.so ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 ipfw --json --source ebpf | jq -c "$1"; }
figures='[.ipv4.forwarding.incoming_packets, .interfaces.rcx.ipv4.rx_packets, [.paths[] | select(.in_ifindex == 70000 and .family == "ipv4") | .packets]]'
for i in 1 2; do
	make_rcx 70000
	datagrams "$C" 10 72 10.2.0.2
	system=$((system + 10))
	expect "without batches $i: each is counted once" "[$system,10,[10]]" "$(old_value "$figures")"
	expect "without batches $i: as with them" "[$system,10,[10]]" "$(value "$figures")"
	ip -n "$R" link del rcx
	expect "without batches $i, gone: the system goes on" $system "$(old_value .ipv4.forwarding.incoming_packets)"
done
expect "nothing was missed" '[0,0]' "$(value '.source | [.missed_packets, .missed_path_packets]')"

ids >"$TMP/ids"
expect "$each links and sixteen maps are pinned" "$each 16" \
	"$(links) $(pins | grep -vcE '/(link_|slots_|table_)|layout-[0-9]+$')"
ipfw detach
expect "detach: exit status" 0 $?
expect_true "detach: nothing is left" wait_for 5 none_left

# One that is stopped while it loads its programs keeps nobody waiting, and adopts what is there then.
strace -qq -o /dev/null -e trace=bpf -e inject=bpf:signal=STOP:when=5 env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$BIN" attach --netns "$R" 2>"$TMP/late" &
strace=$! pids+=($!)
is_stopped() { late=$(pgrep -P "$strace") && grep -q '^State:.[Tt]' "/proc/$late/status"; }
expect_true "an attach is stopped in the middle" wait_for 20 is_stopped
pids+=("$late")
"$BIN" attach --netns "$S" 2>"$TMP/err"
expect "beside it: another namespace" "0 " "$? $(grep -vE 'count since|of flowtables' "$TMP/err")"
ipfw attach
expect "beside it: the same namespace" 0 $?
since=$(value .source.since)
kill -CONT "$late"
wait "$strace"
expect "it goes on: exit status" 0 $?
expect "it goes on: what is there stays" "$since $each" "$(value .source.since) $(links)"
"$BIN" detach --netns "$S" 2>"$TMP/err"
ids >"$TMP/ids"
ipfw detach
expect_true "detach after that: nothing is left" wait_for 5 none_left

# activity and monitor count for their own lifetime.
background "$BIN" --netns "$S" monitor --json --compact -i 0.2 >"$TMP/monitor"
monitor=$bg
wait_for 10 test -s "$TMP/monitor"
own_links "$monitor" >"$TMP/ids"
expect "monitor has $each links of its own" "$each" "$(wc -l <"$TMP/ids")"
expect "monitor counts for itself" '"ebpf"' "$(head -n 1 "$TMP/monitor" | jq -c .source.name)"
"$BIN" --netns "$S" activity --json --compact -i 0.2 >"$TMP/out"
expect "activity beside it: exit status" 0 $?
expect "activity beside it: its keys" '["bytes_delta","packets_delta"]' "$(jq -c '.ipv4.forwarded | keys' "$TMP/out")"
kill "$monitor" && wait "$monitor" 2>/dev/null
expect_true "monitor's end: nothing is left" wait_for 5 none_left
background "$BIN" --netns "$R" activity --json --compact -i 2 >"$TMP/out"
in_interval "$R activity" poll pings "$S" 20 56 10.2.0.1
wait "$bg"
expect "activity: what passed" '[20,1680,0,0,20,1680]' "$(jq -c '.ipv4 | [.incoming, .forwarded, .outgoing | .packets_delta, .bytes_delta]' "$TMP/out")"
expect_match "activity as text" 'ipv4 +sent +[0-9]' "$("$BIN" --netns "$R" activity -i 0.05)"
expect "activity monitor" 3 "$("$BIN" --netns "$R" activity monitor --json -i 0.05 --count 3 | wc -l)"

# Sixteen sets of counters is all that netfilter has room for; who is refused hears why.
monitors=()
for _ in $(seq 16); do
	background "$BIN" --netns "$R" monitor --hooks netfilter --json -i 60 >/dev/null 2>>"$TMP/monitors"
	monitors+=("$bg")
done
all_count() { for p in "${monitors[@]}"; do own_links "$p"; done >"$TMP/ids"; [ "$(wc -l <"$TMP/ids")" = 144 ]; }
expect_true "sixteen monitors count" wait_for 20 all_count
expect "sixteen monitors: nothing to say" '' "$(cat "$TMP/monitors")"
full='netfilter: refused .*EBUSY: there are 16 sets of counters here already, the most there can be'
expect "a seventeenth monitor: the kernel's figures" '"kernel"' "$(ipfw monitor --hooks netfilter --json -i 0.1 --count 1 | jq .source.name)"
expect_match "a seventeenth monitor: it is said" "$full.*: using the kernel's counters" "$(cat "$TMP/err")"
ipfw attach --hooks netfilter
expect "attach as the seventeenth: exit status" 3 $?
expect_match "attach as the seventeenth: message" "$full" "$(cat "$TMP/err")"
kill "${monitors[@]}" && wait "${monitors[@]}" 2>/dev/null
expect_true "sixteen monitors end: nothing is left" wait_for 5 none_left

# Killed in the middle: pins stay and count, what was not pinned goes.
background "$BIN" --netns "$R" monitor --json --compact -i 0.2 >"$TMP/monitor"
wait_for 10 test -s "$TMP/monitor"
own_links "$bg" >"$TMP/ids"
kill -KILL "$bg" && wait "$bg" 2>/dev/null
expect_true "monitor killed: nothing is left" wait_for 5 none_left
ipfw attach
for i in 1 2 3 4 5; do
	background "$BIN" --netns "$R" monitor --json --source ebpf -i 0.01 >/dev/null
	datagrams "$S" 20 72 10.2.0.1
	kill -KILL "$bg" && wait "$bg" 2>/dev/null
done
expect "readers killed: nothing lost" 100 "$(value .interfaces.rs.ipv4.rx_packets)"

# Counters of another layout, and half of an attach, are replaced; so are those of another hook set.
d=$(find /sys/fs/bpf/ipfwagent -maxdepth 1 -name "netns-$(stat -Lc %i "/run/netns/$R")-*")
mv "$d" "${d%layout-*}layout-0"
ipfw --json --source ebpf >/dev/null
expect "another layout: not read" 3 $?
ipfw attach
expect "another layout: replaced" 0 $?
expect "another layout: $each links" "$each" "$(links)"
expect "another layout: counts anew" 0 "$(value .interfaces.rs.ipv4.rx_packets)"
ids >"$TMP/ids"
mv "$d" "$d-new"
ipfw attach
expect "half an attach: replaced" 0 $?
expect "half an attach: $each links" "$each" "$(links)"
gone() { [ -z "$(left "$TMP/ids")" ]; }
expect_true "half an attach: nothing is left of it" wait_for 5 gone
# Maps that somebody else made, in the place of ours: of the same sizes ("same" entries), but another kind, or
# with another number of entries. None is read, and attach replaces them.
foreign() { # NAME KEY VALUE: its size
	bpftool -j map show pinned "$d/$1" | jq ".bytes_$2"
}
while read -r name type entries flags; do
	ipfw attach
	d=$(find /sys/fs/bpf/ipfwagent -maxdepth 1 -name "netns-$(stat -Lc %i "/run/netns/$R")-*")
	made=$(stat -c %y "$d") key=$(foreign "$name" key) octets=$(foreign "$name" value)
	[ "$entries" != same ] || entries=$(entries "$name")
	rm "$d/$name"
	bpftool map create "$d/$name" type "$type" key "$key" value "$octets" entries "$entries" name "$name" flags "$flags"
	touch -m -d "$made" "$d" # as if it had always been there
	ipfw --json --source ebpf >/dev/null
	expect "a foreign $name, $type $entries $flags: not read" "3 1" "$? $(grep -c 'the eBPF counters attached here are not the wanted ones' "$TMP/err")"
	ipfw attach
	expect "a foreign $name, $type $entries $flags: replaced" '0 "ebpf"' "$? $(value .source.name)"
done <<'X'
info percpu_array 1 0
info array 2 0
if_records percpu_hash same 1
if_records hash 16 1
if_records hash 8192 1
if_bases lru_hash same 0
if_low array 64 1024
if_low array 33 1024
path_low array 4096 1024
path_low array 257 1024
if_high hash same 1
if_high percpu_hash 4096 1
path_high percpu_hash same 0
path_records hash 8192 1
missed array 2 0
present hash same 1
X
# Numbers of CPUs with a gap, as far as the program can see: the arrays have room for the highest.
possible=$(cat /sys/devices/system/cpu/possible)
ids=$((${possible##*[-,]} + 5))
echo "$possible,$((ids - 1))" >"$TMP/possible"
cat >"$TMP/gap" <<G
mount --bind $TMP/possible /sys/devices/system/cpu/possible && exec $BIN --netns $S "\$@"
G
gap() { unshare -m --propagation slave sh "$TMP/gap" "$@" 2>"$TMP/err"; }
gap attach
expect "gap between CPUs: attach" 0 $?
pinned_if_low=$(find "/sys/fs/bpf/ipfwagent/netns-$(stat -Lc %i "/run/netns/$S")-"* -name if_low)
expect "gap between CPUs: room" $((ids * 16)) "$(bpftool -j map show pinned "$pinned_if_low" | jq .max_entries)"
datagrams "$S" 20 72 10.2.0.1
expect "gap between CPUs: counts" 20 "$(gap --json --source ebpf | jq '.interfaces.s0.ipv4.tx_packets')"
"$BIN" --netns "$S" --json --source ebpf >/dev/null 2>"$TMP/err"
expect "counters for other CPUs: not read" 3 $?
"$BIN" --netns "$S" detach >/dev/null
# A kernel without BTF, as far as the program can see.
unshare -m sh -c "mount -t tmpfs none /sys/kernel/btf && exec $BIN --netns $S activity --json" >"$TMP/out" 2>"$TMP/err"
expect "no BTF: exit status" 3 $?
expect_match "no BTF: one sentence" '^ipfwagent: netfilter: refused .*no BTF .CONFIG_DEBUG_INFO_BTF' "$(cat "$TMP/err")"
expect "no BTF: one line" 1 "$(wc -l <"$TMP/err")"
# The reason is the one that is: it is not the kernel that lacks something.
refused() { # NAME WANTED COMMAND...
	"${@:3}" >"$TMP/out" 2>"$TMP/err"
	expect "$1: exit status" 3 $?
	expect_match "$1: the reason" "$2" "$(cat "$TMP/err")"
	expect "$1: no other reason" 0 "$(grep -cE 'no BTF|hides its symbols|need Linux|not permitted|Invalid argument' "$TMP/err")"
}
refused "no /sys" 'netfilter: .*/sys is not mounted.*fentry: .*/sys is not mounted' \
	unshare -m sh -c "mount -t tmpfs none /sys && exec $BIN --netns $S activity --json"
refused "no kallsyms" 'netfilter: .*ENOENT: /proc/kallsyms cannot be read' \
	unshare -m sh -c "mount -t proc -o subset=pid none /proc && exec $BIN --netns /run/netns/$S activity --hooks netfilter --json"
for n in 4 6 10 14 16 18 20 22 24 26 28; do
	refused "at most $n open files" 'Too many open files|too few files may be open .ulimit -n.' \
		prlimit --nofile=$n "$BIN" --netns "$S" attach
done

# Without the kernel's symbols the rules would not hold: the netfilter set is refused.
setpriv --bounding-set=-syslog "$BIN" --netns "$S" activity --hooks netfilter --json >"$TMP/out" 2>"$TMP/err"
expect "hidden symbols: exit status" 3 $?
expect_match "hidden symbols: one sentence" 'netfilter: refused .*hides its symbols' "$(cat "$TMP/err")"

# What the unit's first process does.
setpriv --bounding-set=-syslog "$BIN" --netns "$S" agent --attach-only >"$TMP/out" 2>"$TMP/err"
expect "--attach-only, refused: exit status" 3 $?
expect_match "--attach-only, refused: why" 'netfilter: refused .*hides its symbols' "$(cat "$TMP/err")"
"$BIN" --netns "$S" agent --attach-only --source kernel 2>"$TMP/err"
expect "--attach-only, nothing to attach" "0 " "$? $(cat "$TMP/err")"
"$BIN" --netns "$S" agent --attach-only 2>"$TMP/err"
expect "--attach-only: exit status" 0 $?
expect_match "--attach-only: attached" 'netfilter hooks count' "$("$BIN" status --netns "$S")"
"$BIN" detach --netns "$S" 2>/dev/null

# A hook set that cannot be had leaves what counts alone.
if ! ipfw attach --hooks fentry; then
	expect_match "refused hooks: says so" 'fentry: refused' "$(cat "$TMP/err")"
	expect_match "refused hooks: the others go on" 'netfilter hooks count' "$(ipfw status)"
fi

# A namespace that is deleted lives on in its counters; --all reaches them. In a bpffs of its own.
cat >"$TMP/orphan" <<X
mount -t bpf bpf /sys/fs/bpf
ip netns add $R-orphan
$BIN attach --netns $R-orphan
$BIN attach --netns $S
for f in /sys/fs/bpf/ipfwagent/*/link_*; do bpftool -j link show pinned \$f | jq -r '"link \\(.id)"'; done >$TMP/ids
ip netns del $R-orphan
ls -d /sys/fs/bpf/ipfwagent/netns-* | sed 's/.*/ipfwagent: &: '$each' links detached/' | sort >$TMP/listed
$BIN detach --all 2>$TMP/said && find /sys/fs/bpf -mindepth 1 >$TMP/rest
X
expect_true "detach --all" unshare -m sh "$TMP/orphan"
expect "detach --all: twice $each links" $((2 * each)) "$(wc -l <"$TMP/ids")"
expect "detach --all: both sets are listed" "2 $(cat "$TMP/listed")" \
	"$(grep -c netns- "$TMP/said") $(grep netns- "$TMP/said" | sort)"
expect "detach --all: how many in all" "ipfwagent: $((2 * each)) links detached" "$(tail -n 1 "$TMP/said")"
expect "detach --all: no pin is left" '' "$(grep ipfwagent "$TMP/rest")"
expect "detach --all: no link is left" '' "$(left "$TMP/ids")"

ids >"$TMP/ids"
ipfw detach
expect_true "the end: nothing is left" wait_for 5 none_left
finish

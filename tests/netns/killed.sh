#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A reading that is killed before each call by which it changes a map: the next one counts on. No sum steps
# back or leaps, and an interface or a path shows what it counted, or nothing where that is not known.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
quiet "$S"
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 # strace holds what the leak's finder asks for

make_x() { # IFINDEX
	join x0 "$C" x1 index "$1"
	ip -n "$R" addr add 10.77.0.1/24 dev x0 && ip -n "$C" addr add 10.77.0.2/24 dev x1
	neighbour "$C" x1 "$R" x0 10.77.0.1
	ip -n "$C" route replace 10.2.0.0/24 via 10.77.0.1
}
reading() { "$BIN" --netns "$R" --json --source ebpf >"$TMP/reading" 2>"$TMP/err"; }
# The sum of what interfaces handed over; then of the interface, by whichever name, and of its path: names and packets.
shown() {
	jq -c '(.interfaces | to_entries[] | select(.value.ifindex == '"$1"')) as $x | [.ipv4.forwarding.incoming_packets,
		$x.key, $x.value.ipv4.rx_packets, [.paths[] | select(.in_ifindex == '"$1"') | .in, .packets]]' "$TMP/reading"
}

gone() { ip -n "$R" link del x0; }
made_anew() { gone && make_x "$1" && datagrams "$C" 70 72 10.2.0.2; }
renamed() { ip -n "$R" link set x0 down && ip -n "$R" link set x0 name y0 && ip -n "$R" link set y0 up; }
# Nothing is left of x0 and its counters, then it is there and has forwarded 10, and that was read.
begin() { # IFINDEX
	for x in x0 y0; do ip -n "$R" link del $x 2>/dev/null; done
	"$BIN" detach --netns "$R" 2>/dev/null
	make_x "$1"
	"$BIN" attach --netns "$R" 2>/dev/null
	datagrams "$C" 10 72 10.2.0.2
	reading
}
# The numbers of the calls by which a reading changes maps.
changes() {
	strace -qq -f -e trace=bpf -o "$TMP/calls" "$BIN" --netns "$R" --json --source ebpf >/dev/null
	grep -nE 'BPF_MAP_(UPDATE|DELETE|LOOKUP_AND_DELETE)' "$TMP/calls" | cut -d: -f1
}
killed_at() {
	{ strace -qq -f -e trace=bpf -e "inject=bpf:signal=KILL:when=$1" -o /dev/null \
		"$BIN" --netns "$R" --json --source ebpf; } >"$TMP/killed" 2>&1
}

# try EVENT IFINDEX TOTAL ALLOWED...: after the event and a reading that was killed, the next reading
# shows one of these; and what is forwarded then is added to it.
try() {
	local event=$1 ifindex=$2 total=$3 calls n bad=
	begin "$ifindex"
	"$event" "$ifindex"
	mapfile -t calls < <(changes)
	expect_true "$event, ifindex $ifindex: maps change" [ "${#calls[@]}" -gt 0 ]
	for n in "${calls[@]}"; do
		begin "$ifindex"
		"$event" "$ifindex"
		killed_at "$n"
		[ $? = 137 ] || bad+=" not killed at $n;"
		[ "$event" != gone ] || make_x "$ifindex"
		reading
		got=$(shown "$ifindex")
		grep -qxFe "$got" <(printf "[$total,%s]\n" "${@:4}") || bad+=" $n: $got;"
		[ "$event" != renamed ] || continue # it has no address any more
		datagrams "$C" 3 72 10.2.0.2
		reading
		[ "$(shown "$ifindex" | jq -c '.[:3]')" = "$(jq -c '[.[0] + 3, .[1], .[2] + 3]' <<<"$got")" ] || bad+=" $n: $got, then $(shown "$ifindex");"
	done
	expect "$event, ifindex $ifindex, killed before each of ${#calls[@]} calls" "" "$bad"
}
for i in 13 70000; do # in the array, in the hash
	try gone $i 10 '"x0",0,[]' '"x0",null,["x0",null]' '"x0",null,[]'
	try made_anew $i 80 '"x0",null,["x0",null]'
	try renamed $i 10 '"y0",10,["y0",10]'
done

# known_to_others WANTED COMMAND...: another process had read the records before x0 was made anew, and the command
# read them or was killed. That process shows what became of them, not what it knew.
known_to_others() {
	begin 13
	: >"$TMP/lines"
	background "$BIN" monitor --netns "$R" --json --source ebpf --interval 1 >>"$TMP/lines"
	wait_for 10 test -s "$TMP/lines"
	kill -STOP "$bg"
	made_anew 13
	"${@:2}"
	datagrams "$C" 3 72 10.2.0.2
	: >"$TMP/lines"
	kill -CONT "$bg"
	wait_for 10 test -s "$TMP/lines"
	head -n 1 "$TMP/lines" | sed 's/_total"/"/g' >"$TMP/reading"
	expect "after ${*:2}: what another process knows" "[83,$1]" "$(shown 13)"
	kill "$bg" && wait "$bg"
}
known_to_others '"x0",3,["x0",3]' reading
begin 13
made_anew 13
last=$(changes | tail -n 1)
known_to_others '"x0",null,["x0",null]' killed_at "$last"
finish

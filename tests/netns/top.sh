#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# top on terminals of tmux: keys and the screens that they lead to, sizes, what is left of the terminal,
# an agent that goes and comes back, hostile names, many interfaces (IPFW_LOAD, 2,000 by default).
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

N=${IPFW_LOAD:-2000} SOCK=$TMP/run/reading.sock
grep -q __asan_init "$BIN" && checked=1 || checked=0
make_router
quiet "$C" && quiet "$S" && quiet "$R"
trap 'tm kill-server 2>/dev/null; "$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
# A server that was killed may still be there: each has a socket of its own.
server=0
tm() { tmux -S "$TMP/tmux.$server" "$@"; }
"$BIN" attach --netns "$R" 2>"$TMP/err" && ebpf=1 || ebpf=0
cp "$BIN" "$TMP/ipfwagent" && chmod 755 "$TMP/ipfwagent"

# flow NS PER-SECOND PAYLOAD ADDRESS [HOPS]: datagrams all the time.
cat >"$TMP/flow.py" <<'P'
import socket, sys, time
rate, size, address = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
v6 = ":" in address
s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
if len(sys.argv) > 4:
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, int(sys.argv[4]))
while True:
    for i in range(rate // 20):
        try:
            s.sendto(b"x" * size, (address, 9))
        except OSError:
            pass
    time.sleep(0.05)
P
flow() { background in_ns "$1" /usr/bin/python3 "$TMP/flow.py" "${@:2}"; }
flow "$C" 200 1000 10.2.0.2 # forwarded, IPv4
flow "$C" 200 1000 10.1.0.1 # for the router itself, so that rc has more than rs
flow "$S" 40 400 10.1.0.2
flow "$C" 100 400 fd02::2
flow "$C" 40 100 fd02::2 1

# A shell on a terminal: ". go ARGS" runs top and says how it ended. What "before" has is on the shell's
# screen, not on top's.
cat >"$TMP/go" <<'G'
clear
echo "before top $(cat "$TMP/round")"
stty -a | sed '1s/rows.*columns [0-9]*//' >"$TMP/stty.before"
$as "$TMP/ipfwagent" top --reading-socket "$SOCK" "$@"
status=$?
stty -a | sed '1s/rows.*columns [0-9]*//' >"$TMP/stty.after"
echo "status=$status"
G
echo 'set -g default-terminal screen' >"$TMP/tmux.conf"
terminal() { # COLUMNS ROWS [NAME=VALUE...]
	tm kill-server 2>/dev/null
	server=$((server + 1))
	in_ns "$R" env TMP="$TMP" SOCK="$SOCK" LC_ALL=C.UTF-8 "${@:3}" tmux -u -S "$TMP/tmux.$server" -f "$TMP/tmux.conf" \
		new-session -d -s top -x "$1" -y "$2" 'ulimit -c 0; exec bash --norc --noprofile'
	wait_for 10 shows '[$#] *$'
}
# shellcheck disable=SC2120 # -e: with escapes
screen() { tm capture-pane -p -t top "$@"; }
shows() { screen | grep -qE -- "$1"; }
hides() { ! shows "$1"; }
keys() { tm send-keys -t top "$@"; }
# sees NAME REGEX, misses NAME REGEX: the screen comes to have such a line, or none
sees() { if wait_for 10 shows "$2"; then ok "$1"; else not_ok "$1" "no /$2/ in: $(screen)"; fi; }
misses() { if wait_for 10 hides "$2"; then ok "$1"; else not_ok "$1" "/$2/ in: $(screen)"; fi; }
# call ARGS...: start top; go ARGS...: until it has a table with rates
round=0
call() {
	round=$((round + 1)) && echo $round >"$TMP/round"
	keys C-u ". $TMP/go $*" Enter
}
go() {
	call "$@"
	wait_for 20 shows '^(netns +)?(interface .*|from .*)received|^[a-z0-9]+ +[0-9.]+ [kM]' || not_ok "top $*" "it does not begin: $(screen)"
}
pid() { pgrep -f "^$TMP/ipfwagent top" | head -n 1; }
# What a sanitizer has to say may have moved it up.
is_back() { screen -S - | grep -qx "before top $round"; }
# ended NAME STATUS: top did, and left the terminal as it was
ended() {
	sees "$1: exit status" "^status=$2\$"
	expect_true "$1: the shell's screen is back" wait_for 10 is_back
	misses "$1: nothing is left of its own" '^interfaces: '
	expect "$1: the terminal's settings" "$(cat "$TMP/stty.before")" "$(cat "$TMP/stty.after")"
}
first() { screen | awk '/^(interface|from) / { getline; getline; print; exit }'; }
first_is() { [[ $(first) =~ $1 ]]; }
leads() { if wait_for 20 first_is "$2"; then ok "$1"; else not_ok "$1" "not /$2/: $(screen)"; fi; }

terminal 80 24
go
sees "80x24: the head" '^source: '
sees "80x24: the system's rates" '^IPv4 +[0-9.]+ [kM] +[0-9.]+'
sees "80x24: the table" '^interfaces: 1-2 of 2  IPv4 and IPv6  bit/s$'
leads "the interface with most traffic is first" '^rc +[0-9.]+ [kM] '
expect "80x24: columns" 'interface received sent to forward forwarded dropped last 3 min' \
	"$(screen | grep '^interface ' | xargs | sed "$([ $ebpf = 1 ] || echo s/forwarded/\& dropped/)")"
expect "80x24: lines" 24 "$(screen | wc -l)"
sees "bars" '[▁▂▃▄▅▆▇█]'
sees "keys on the last line" '^i p d table .* q quit$'

keys b
sees "bytes" '^interfaces: .* bytes/s$'
keys b
sees "packets" '^interfaces: .* packets/s$'
keys b
sees "bits again" '^interfaces: .* bit/s$'
keys 4
sees "IPv4 only" '^interfaces: 1-2 of 2  IPv4  bit/s'
keys 6
sees "IPv6 only" '^interfaces: 1-2 of 2  IPv6  bit/s'
leads "of IPv6 as well, that with most traffic is first" '^rc '
keys a p
if [ $ebpf = 1 ]; then
	sees "paths" '^paths: 1-3 of 3  IPv4 and IPv6'
	leads "the path with most traffic is first" '^rc +rs +ipv4 '
	keys 6
	sees "paths of IPv6" '^paths: 1-1 of 1  IPv6 '
	leads "its path" '^rc +rs +ipv6 '
	keys a d
	if in_ns "$R" "$BIN" drops | grep -q 'not counted'; then
		sees "drops that nobody counts" '^dropped packets are not counted here'
	else
		leads "what was dropped" '^rc +- +ipv4 +[a-z]+ +[A-Z_0-9]+ +[0-9]'
	fi
else
	sees "paths that nobody counts" '^paths are not known'
fi
keys i
leads "interfaces again" '^rc '

keys / R S
sees "a filter, while it is typed" '^interfaces: 1-1 of 1 .*names with RS$'
sees "its line" '^names with: RS$'
leads "what it lets through" '^rs '
keys q BSpace Enter
sees "letters are no keys in it; it is kept" '^interfaces: 1-1 of 1 .*names with RS$'
sees "the line of keys is back" '^i p d table'
keys Escape
sees "it is cleared" '^interfaces: 1-2 of 2  IPv4 and IPv6  bit/s$'

keys Space
sees "paused" '  paused$'
screen >"$TMP/paused"
sleep 2.5
expect "while it is paused nothing changes" "$(cat "$TMP/paused")" "$(screen)"
keys p i
sees "but keys have an effect" '^interfaces: .*paused'
keys Space
misses "it goes on" '  paused$'
moved() { [ "$(head -n 1 "$TMP/paused")" != "$(screen | head -n 1)" ]; }
expect_true "with new figures" wait_for 10 moved
keys '?'
sees "help" '^any key goes back$'
keys x
sees "and back" '^interfaces: '

tm resize-window -t top -x 200 -y 60
sees "200x60: more columns" '^interface +quality +received .* refused .* received +sent +forwarded'
sees "200x60: keys on the last line" '^i p d table'
expect "200x60: lines" 60 "$(screen | wc -l)"
tm resize-window -t top -x 30 -y 8
sees "30x8: too small" '^too small: want 40 by 12$'
misses "30x8: nothing else" '^interfaces'
tm resize-window -t top -x 40 -y 12
sees "40x12: fits" '^interfaces: '
tm resize-window -t top -x 80 -y 24
sees "80x24 again" '^interface +received +sent +to forward +forwarded'
keys q
ended "q" 0

# Signals.
go
keys C-c
ended "SIGINT, by key" 0
for s in TERM:0 HUP:129 QUIT:131 USR1:138 ALRM:142 SEGV:139 ABRT:134 RTMIN:162; do
	go
	kill -s "${s%:*}" "$(pid)"
	# A sanitizer has an exit status of its own for this one.
	[[ $checked = 1 && $s = SEGV* ]] && s=SEGV:99
	ended "SIG${s%:*}" "${s#*:}"
done
go
keys C-z
ended "SIGTSTP" 148
keys fg Enter
sees "in the foreground again" '^interfaces: '
kill -STOP "$(pid)"
sees "SIGSTOP, which nobody can see to" '^status=|Stopped'
keys reset Enter fg Enter
sees "in the foreground again, after the shell wrote there" '^interfaces: '
sees "and whole" '^IPv4 +[0-9.]+ [kM]'
keys q
expect_true "and its end" wait_for 10 is_back
# The leak checker does not come to its end in a process whose terminal is gone.
terminal 80 24 ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0"
go
lost=$(pid)
tm kill-server
expect_true "without its terminal it ends" wait_for 10 dead "$lost"

# Where there is no terminal that takes a page. ncurses forgets some memory when it does not know one.
echo 'leak:new_prescr' >"$TMP/suppressions"
export LSAN_OPTIONS=suppressions=$TMP/suppressions:print_suppressions=0
in_ns "$R" "$BIN" top </dev/null >"$TMP/out" 2>"$TMP/err"
expect "no terminal: exit status" 2 $?
expect "no terminal: message" 'ipfwagent: top needs a terminal for input and output; monitor does not' "$(cat "$TMP/err")"
expect "no terminal: nothing else" '' "$(cat "$TMP/out")"
for t in dumb '' nonsense; do
	in_ns "$R" script -qec "env TERM=$t $BIN top" /dev/null </dev/null >"$TMP/out"
	expect "TERM=$t: exit status" 2 $?
	expect "TERM=$t: a message and nothing else" 1 "$(grep -c '^ipfwagent: top.*' "$TMP/out")$(grep -v '^ipfwagent: ' "$TMP/out")"
done

# Locale and colours.
coloured() { screen -e | grep -qE $'\033\\[(1;)?3[0-7]m'; }
terminal 80 24 LC_ALL=C
go
sees "not UTF-8: bars" '[#*+=:.]$'
misses "not UTF-8: no blocks" '[▁▂▃▄▅▆▇█]'
expect_true "colours" coloured
keys q
ended "q, in the locale C" 0
terminal 80 24 NO_COLOR=1
go
if coloured; then not_ok "NO_COLOR" "$(screen -e)"; else ok "NO_COLOR"; fi
keys q
ended "q, without colours" 0

# Names that are made to harm.
evil=($'\e[2Jx' $'\xff\xfe' $'caf\xc3\xa9' 'q"\x41' '日本語')
for n in "${evil[@]}"; do ip -n "$R" link add "$n" type veth && ip -n "$R" link set "$n" up; done
terminal 80 24
go
for n in '\\x1b\[2Jx' '\\xff\\xfe' 'café' 'q"\\x5cx41'; do sees "a hostile name: $n" "^$n +[0-9-]"; done
# Characters of two columns: the first figure of each row ends in the same column of the terminal.
figure_ends() {
	screen | /usr/bin/python3 -c '
import re, sys, unicodedata
def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) == "W" else 1 for c in text)
rows = re.split(r"\ninterface .*\n.*\n", sys.stdin.buffer.read().decode())[1].split("\n\n")[0]
print(len(rows.split("\n")), *{columns(re.match(r"\S+ +\S+( [kMGT])?", row)[0]) for row in rows.split("\n")})'
}
expect_match "a name of wide characters: the columns are straight" '^1[0-9] [0-9]+$' "$(figure_ends)"
sees "a name of wide characters" '^日本語 +[0-9-]'
sees "hostile names: the screen is whole" '^IPv4 +[0-9.]+ [kM]'
keys / x1b Enter
sees "hostile names: a filter" '^interfaces: 1-1 of 1 '
keys q
ended "q, after hostile names" 0
for n in "${evil[@]}"; do ip -n "$R" link del "$n"; done

# The agent's readings, without privilege.
if [ $ebpf = 1 ]; then
	agent_on() {
		background in_ns "$R" "$BIN" agent --agentx-socket "unix:$TMP/none" --reading-socket "$SOCK" 2>>"$TMP/agent.log"
		agent=$bg
		wait_for 20 test -S "$SOCK"
	}
	agent_killed() { kill -KILL "$agent" && wait "$agent" 2>/dev/null; rm -f "$SOCK"; }
	agent_on
	terminal 80 24 as='setpriv --reuid 65534 --regid 65534 --clear-groups'
	go
	sees "unprivileged: the agent's figures" '^source: eBPF '
	leads "unprivileged: the interface with most traffic is first" '^rc +[0-9.]+ [kM] '
	agent_killed
	sees "the agent is gone: it is said" "^using the kernel's counters: "
	sees "the agent is gone: the kernel's figures" "^source: the kernel's own counters"
	agent_on
	sees "the agent is back: its figures" '^source: eBPF '
	misses "the agent is back: nothing is said any more" "^using the kernel's counters"
	leads "the agent is back: rates again" '^rc +[0-9.]+ [kM] '
	keys q
	ended "q, unprivileged" 0
	go --source auto --include 'r*'
	kill -STOP "$agent"
	sees "the agent hangs: it is said" 'does not answer'
	kill -CONT "$agent"
	misses "the agent goes on" 'does not answer'
	# Keys have their effect while the answer is waited for, before it is said that there is none.
	is_asked() { in_ns "$R" ss -Hxl | awk -v s="$SOCK" 'index($0, s) && $3 { n++ } END { exit !n }'; }
	at_once() { # KEY REGEX
		local i
		for i in 1 2 3 4 5; do
			kill -STOP "$agent"
			wait_for 10 is_asked && keys "$1" && wait_for 10 shows "$2"
			screen >"$TMP/asked"
			kill -CONT "$agent"
			grep -q 'does not answer' "$TMP/asked" || return 0
			wait_for 10 hides 'does not answer'
			keys Escape i
			wait_for 10 shows '^interfaces: '
		done
		return 1
	}
	expect_true "a key while the agent hangs: at once" at_once p '^paths: '
	misses "the agent goes on again" 'does not answer'
	kill -STOP "$agent"
	expect_true "it is asked" wait_for 10 is_asked
	keys q
	ended "q, while the agent hangs" 0
	kill -CONT "$agent"
	go --source auto
	keys q
	ended "q, after the agent hung" 0
	agent_killed
else
	skip "the agent's figures" "$(tail -n 1 "$TMP/err")"
fi

# Many network namespaces: three routers with more traffic each.
P=t$$
router() { # NUMBER
	local n=$P-$1 pair
	add_ns "$n"
	setns "$n" net.ipv4.ip_forward=1
	for pair in "$C $P-c$1 in 1" "$S $P-s$1 out 2"; do
		# shellcheck disable=SC2086
		set -- "$1" $pair # NUMBER HOST DEV ROUTER_DEV NET
		ip -n "$n" link add "$4" type veth peer name "$3" netns "$2"
		ip -n "$n" link set "$4" addrgenmode none up && ip -n "$2" link set "$3" addrgenmode none up
		ip -n "$n" addr add "10.7$1.$5.1/24" dev "$4" && ip -n "$2" addr add "10.7$1.$5.2/24" dev "$3"
		neighbour "$2" "$3" "$n" "$4" "10.7$1.$5.1"
		neighbour "$n" "$4" "$2" "$3" "10.7$1.$5.2"
	done
	ip -n "$C" route add "10.7$1.2.0/24" via "10.7$1.1.1"
}
rows_of() { screen | grep -c "^$P-$1 "; }
first_rows() { screen | grep -oE "^$P-[0-9]" | uniq | xargs; }
in_order() { [ "$(first_rows)" = "$1" ]; }
# orders NAME NUMBER...: the rows of these, one after the other
orders() {
	local name=$1 wanted
	shift
	wanted=$(printf "$P-%s " "$@")
	if wait_for 20 in_order "${wanted% }"; then ok "$name"; else not_ok "$name" "not $wanted: $(screen)"; fi
}
for i in 1 2 3; do router $i; done
for i in 1 2 3; do
	flow "$C" $((i * i * 40)) 500 "10.7$i.2.2"
	[ $i != 2 ] || to_second=$bg
done
look_at_many() { # NAME
	sees "$1: the head" 'UTC  sum of 3 network namespaces$'
	sees "$1: the columns" '^netns +interface +received +sent +'
	sees "$1: all rows" '^interfaces: 1-6 of 6  '
	orders "$1: sorted over all of them" 3 2 1
	sees "$1: the sum's rates" '^IPv4 +[0-9.]+ [kM] '
	expect "$1: lines" 24 "$(screen | wc -l)"
	keys / "$P-2" Enter
	sees "$1: a filter takes names of network namespaces" '^interfaces: 1-2 of 2 '
	orders "$1: what it lets through" 2
	keys Escape n
	sees "$1: the first of them alone" "^network namespace $P-1\$"
	sees "$1: its rows" '^interfaces: 1-2 of 2 '
	sees "$1: its rates" '^in +[0-9.]+ [kM] '
	misses "$1: no column for it" '^netns '
	keys n
	sees "$1: the next one" "^network namespace $P-2\$"
	keys Escape
	sees "$1: back to all" '^interfaces: 1-6 of 6  '
}
terminal 80 24
go --netns "'$P-*'"
look_at_many "many"
[ $ebpf = 0 ] || { keys p && sees "many: paths" "^$P-3 +in +out +ipv4 +[0-9.]+ [kM] " && keys i; }
ip netns del "$P-2"
misses "deleted under traffic: its rows are gone" "^$P-2 "
sees "deleted under traffic: the sum is of the others" 'sum of 2 network namespaces$'
orders "deleted under traffic: the others are as before" 3 1
# A new one with the name of the old one and without its traffic.
spaces=("${spaces[@]/$P-2/}")
router 2
kill "$to_second"
rows_are_zero() { [ "$(screen | awk -v n="$P-2" '$1 == n' | grep -cE "^$P-2 +(in|out) +0\\.0 +0\\.0 ")" = 2 ]; }
sees "made anew: it is there" "^$P-2 "
expect_true "made anew: nothing passed there" wait_for 20 rows_are_zero
keys q
ended "q, of many" 0
flow "$C" 160 500 10.72.2.2
call --netns "'$P-none*'"
sees "none matches: message" "^ipfwagent: no network namespace matches '$P-none\*'"
sees "none matches: exit status" '^status=1$'
if [ $ebpf = 1 ]; then
	background in_ns "$R" "$BIN" agent --netns "$P-*" --agentx-socket "unix:$TMP/none" --reading-socket "$SOCK" 2>>"$TMP/agent.log"
	agent=$bg
	nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$TMP/ipfwagent" --reading-socket "$SOCK" --netns "$P-*" "$@" 2>"$TMP/err"; }
	serves_all() { [ "$(nobody --json | jq -c 'map([.netns, .source.name])')" = "[[\"$P-1\",\"ebpf\"],[\"$P-2\",\"ebpf\"],[\"$P-3\",\"ebpf\"]]" ]; }
	expect_true "unprivileged: a reading of each, by the agent" wait_for 30 serves_all
	expect "unprivileged: nothing is said" '' "$(cat "$TMP/err")"
	expect "unprivileged: monitor of each" 3 "$(nobody monitor -c 1 -i 1 --json | jq -s 'map(select(.interval_seconds > 0)) | length')"
	terminal 80 24 as='setpriv --reuid 65534 --regid 65534 --clear-groups'
	go --netns "'$P-*'"
	look_at_many "unprivileged, many"
	sees "unprivileged, many: the agent's figures" '^source: eBPF, exact$'
	kill -STOP "$agent"
	sees "unprivileged, many: the agent hangs" "^$P-[123]: no reading: cannot enter this network namespace: "
	sees "unprivileged, many: nothing else is shown as rates" "^$P-3 +in +- +- "
	kill -CONT "$agent"
	sees "unprivileged, many: the agent goes on" 'sum of 3 network namespaces$'
	keys q
	ended "q, of many, unprivileged" 0
	agent_killed
	call --netns "'$P-*'"
	sees "unprivileged, without an agent: message" "^ipfwagent: $P-1: cannot enter this network namespace: Operation"
	sees "unprivileged, without an agent: exit status" '^status=1$'
	for i in 1 2 3; do "$BIN" detach --netns "$P-$i" 2>/dev/null; done
fi

# Many interfaces.
setns "$R" net.ipv6.conf.default.addr_gen_mode=1
for ((i = 2000; i < 2000 + N; i += 2)); do
	echo "link add v$i index $i type veth peer name v$((i + 1)) index $((i + 1))"
	echo "link set v$i up" && echo "link set v$((i + 1)) up"
done | ip -n "$R" -batch - || exit 1
terminal 200 60
go
sees "$N interfaces: all of them" "^interfaces: 1-[0-9]+ of $((N + 2)) "
leads "$N interfaces: the one with most traffic is first" '^rc +exact|^rc +derived'
keys End
sees "$N interfaces: the end" "^interfaces: [0-9]+-$((N + 2)) of $((N + 2)) "
keys PageUp k
misses "$N interfaces: back a page" "^interfaces: [0-9]+-$((N + 2)) of"
keys Home j
sees "$N interfaces: the second is uppermost" "^interfaces: 2-"
keys / "v$((N + 1999))" Enter
sees "$N interfaces: one of them" '^interfaces: 1-1 of 1 '
leads "$N interfaces: that one" "^v$((N + 1999)) "
keys q
ended "q, of $N interfaces" 0
finish

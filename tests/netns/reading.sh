#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The agent's reading socket: the same figures for everybody, clients that misbehave, the file.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
quiet "$C" && quiet "$S"
start_snmpd
cp "$BIN" "$TMP/ipfwagent" && chmod 755 "$TMP/ipfwagent"
SOCK=$TMP/run/reading.sock
agent_on() { # an agent that attaches by itself
	background in_ns "$R" "$BIN" agent --agentx-socket "$MASTER" --reading-socket "$SOCK" --interval 1 "$@" 2>>"$TMP/agent.log"
	agent=$bg
}
agent_off() { kill "$agent" 2>/dev/null; wait "$agent"; }
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
ask() { printf '%b' "$1" | timeout 10 socat -t 5 - "UNIX-CONNECT:${2:-$SOCK}" 2>"$TMP/socat.err"; }
answers() { [ "$(ask json | jq -r .schema)" = ipfwagent/1 ]; }
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$TMP/ipfwagent" --reading-socket "$SOCK" "$@" 2>"$TMP/err"; }
mib() { snmp_value "IPFWAGENT-MIB::$1"; }
# Every figure, without what differs between two readings at rest.
figures() { jq -cS 'del(.timestamp, .peaks)' "$1"; }
valid() {
	/usr/bin/python3 - "$top/schemas/snapshot.schema.json" "$1" <<'P'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.validators.validator_for(schema)(schema).validate(json.load(open(sys.argv[2])))
P
}

ip -n "$R" link set rc alias $'to the "client"\n\\x41/ \377 caf\303\251'

# It reads when it is asked. A reading while packets come takes them for "other", as far as they come
# between the hooks' counters and the device's, and that is held.
agent_on --interval 3600
expect_true "the agent answers" wait_for 20 agent_answers
expect_true "so does its socket, in a directory that it made" wait_for 5 answers
expect "mode of the socket" 666 "$(stat -c %a "$SOCK")"
expect "mode of the directory" 755 "$(stat -c %a "$TMP/run")"

# The same figures everywhere.
datagrams "$C" 1000 72 10.2.0.2 # 100 octets each
datagrams "$C" 500 152 fd02::2  # 200 octets each
datagrams "$C" 7 152 fd02::2 1
settle
sleep 1.1
ask 'json\n' >"$TMP/socket.json"
"$BIN" --netns "$R" --json --source ebpf >"$TMP/root.json"
nobody_in_r() { in_ns "$R" setpriv --reuid 65534 --regid 65534 --clear-groups "$TMP/ipfwagent" --reading-socket "$SOCK" "$@" 2>"$TMP/err"; }
nobody_in_r --json >"$TMP/nobody.json"
expect "unprivileged: exit status" 0 $?
expect "unprivileged: no message" '' "$(cat "$TMP/err")"
expect_true "the socket's document validates" valid "$TMP/socket.json"
expect_true "the unprivileged document validates" valid "$TMP/nobody.json"
expect "the socket tells root's figures" "$(figures "$TMP/root.json")" "$(figures "$TMP/socket.json")"
expect "an unprivileged user gets root's figures" "$(figures "$TMP/root.json")" "$(figures "$TMP/nobody.json")"
expect "unprivileged: what an interface is called" '"to the \"client\"\n\\x5cx41/ \\xff café"' "$(jq -c .interfaces.rc.alias "$TMP/nobody.json")"
expect "unprivileged: by eBPF" '"ebpf"' "$(jq -c .source.name "$TMP/nobody.json")"
expect "unprivileged: exact packets" 1000 "$(jq .ipv4.forwarding.outgoing_packets "$TMP/nobody.json")"
expect "unprivileged: exact bytes" 100000 "$(jq .ipv6.forwarding.outgoing_bytes "$TMP/nobody.json")"
expect "unprivileged: the kernel's own reason, by interface" 7 "$(jq .interfaces.rc.ipv6.header_error_packets "$TMP/nobody.json")"
expect "SNMP tells that too" 7 "$(mib "ipfwIfHdrErrors.2.$(jq .interfaces.rc.ifindex "$TMP/socket.json")")"
expect "SNMP tells the same" "$(mib ipfwSystemOutForwPackets.1)" "$(jq .ipv4.forwarding.outgoing_packets "$TMP/socket.json")"
# Whoever owns the directory can put a link in the place of the socket, once it is made. Its mode and
# group are then not those of what the link leads to.
mkdir "$TMP/theirs" && echo secret >"$TMP/theirs/../victim" && chmod 600 "$TMP/victim" && chown 65534 "$TMP/theirs"
background in_ns "$R" strace -o /dev/null -e trace=umask -e inject=umask:signal=STOP:when=4 \
	env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$BIN" agent --source kernel \
	--reading-socket "$TMP/theirs/sock" --reading-socket-group nogroup --agentx-socket "unix:$TMP/none" 2>"$TMP/theirs.log"
is_stopped() { late=$(pgrep -P "$bg") && grep -q '^State:.[Tt]' "/proc/$late/status" && [ -S "$TMP/theirs/sock.$late" ]; }
expect_true "a link in the place of the socket: it waits there" wait_for 20 is_stopped
ln -sfn "$TMP/victim" "$TMP/theirs/sock.$late"
kill -CONT "$late"
wait_for 20 test -s "$TMP/theirs.log"
expect "a link in the place of the socket: what it leads to" '600 0 0' "$(stat -c '%a %u %g' "$TMP/victim")"
kill "$late"; wait "$bg" 2>/dev/null

# A umask that keeps others out does not keep them from the socket.
masked() { umask 077 && exec "$BIN" "$@"; }
export -f masked && export BIN
background in_ns "$R" bash -c 'masked "$@"' bash agent --source kernel --agentx-socket "unix:$TMP/nowhere" \
	--reading-socket "$TMP/masked/reading.sock" --interval 3600 2>>"$TMP/agent.log"
wait_for 20 test -S "$TMP/masked/reading.sock"
expect "umask 077: modes of directory and socket" '755 666' "$(stat -c %a "$TMP/masked" "$TMP/masked/reading.sock" | paste -sd ' ')"
kill "$bg" && wait "$bg"

# Fresh: what went by a second ago is in it, although the interval is longer.
agent_off
agent_on --interval 3600 --peak-window no
wait_for 20 answers
sleep 1.1
datagrams "$C" 10 72 10.2.0.2
expect "a fresh reading between two intervals" 1010 "$(ask json | jq .ipv4.forwarding.outgoing_packets)"
datagrams "$C" 10 72 10.2.0.2
sleep 1.1
expect "and again a second later" 1020 "$(nobody_in_r --json | jq .ipv4.forwarding.outgoing_packets)"
agent_off
agent_on
wait_for 20 agent_answers
wait_for 5 answers

# Forms.
expect "an empty line is json" '"ipfwagent/1"' "$(ask '\n' | jq -c .schema)"
expect "nothing is json" '"ipfwagent/1"' "$(ask '' | jq -c .schema)"
expect "json is one line" 1 "$(ask 'json\n' | wc -l)"
expect "no line end" '"ipfwagent/1"' "$(ask 'json' | jq -c .schema)"
expect "CR LF" '"ipfwagent/1"' "$(ask 'json\r\n' | jq -c .schema)"
expect_true "json pretty is many" [ "$(ask 'json pretty\n' | wc -l)" -gt 50 ]
expect_match "text" '^source: eBPF' "$(ask 'text\n')"
expect_match "text verbose has paths" 'rc +rs +ipv4 +1020 +102000' "$(ask 'text verbose\n')"
expect "echo json | socat" '"ipfwagent/1"' "$(echo json | socat - "UNIX-CONNECT:$SOCK" | jq -c .schema)"
expect "ipfwagent's text is the agent's" "$(ask 'text\n' | sed 1d)" "$(nobody_in_r | sed 1d)"
expect_match "ipfwagent -v" 'rc +rs +ipv4 +1020 +102000' "$(nobody_in_r -v)"
expect "compact" 1 "$(nobody_in_r --json --compact | wc -l)"
expect "--include goes along" '["rc"]' "$(nobody_in_r --json --include 'r*' --exclude rs | jq -c '.interfaces | keys')"
expect "--include goes along: by eBPF" '"ebpf"' "$(nobody_in_r --json --include rc | jq -c .source.name)"
# falls_back NAME REASON: the reading before this one said on stderr why it is not the agent's.
falls_back() { expect "$1: it is said" "ipfwagent: the agent at $SOCK$2: using the kernel's counters" "$(head -n 1 "$TMP/err")"; }
expect "--include lo: not what the agent has" '["kernel",["lo"]]' "$(nobody_in_r --json --include lo | jq -c '[.source.name, (.interfaces | keys)]')"
falls_back "--include lo" ": this agent leaves some of these interfaces out"
expect "too many globs: not asked" '"kernel"' "$(nobody_in_r --json --include={1,2,3,4,5,6,7,8,r*} | jq -c .source.name)"
falls_back "too many globs" " takes no such --include or --exclude"
expect "--source kernel: not asked" '"kernel"' "$(nobody_in_r --json --source kernel | jq -c .source.name)"
expect "--source kernel: nothing to say" '' "$(cat "$TMP/err")"
expect "--reading-socket none: not asked" '"kernel"' "$(in_ns "$R" setpriv --reuid 65534 --clear-groups "$TMP/ipfwagent" --json --reading-socket none | jq -c .source.name)"
nobody_in_r --json --source ebpf >/dev/null
expect "--source ebpf: not asked" 3 $?
# Another namespace's figures are not these.
expect "another namespace does not take them" '["kernel",0]' "$(in_ns "$S" setpriv --reuid 65534 --clear-groups "$TMP/ipfwagent" --json --reading-socket "$SOCK" 2>"$TMP/err" | jq -c '[.source.name, (.interfaces | has("rc") | if . then 1 else 0 end)]')"
falls_back "another namespace" ": this agent counts in another network namespace"
expect "the namespace asked for is another" 'error: this agent counts in another network namespace' "$(ask 'json netns 1\n')"
expect "the namespace asked for is this" end "$(ask "json netns $(stat -Lc %i "/run/netns/$R")\\n" | tail -n 1)"

# monitor and activity without privilege: the same forms, from the agent.
nobody_in_r monitor --json -i 0.7 --count 3 >"$TMP/monitor.json" &
monitor=$!
datagrams "$C" 30 72 10.2.0.2
wait $monitor
expect "monitor, unprivileged: exit status" 0 $?
expect "monitor, unprivileged: no message" '' "$(cat "$TMP/err")"
expect "monitor, unprivileged: by eBPF" '["ebpf"]' "$(jq -sc 'map(.source.name) | unique' "$TMP/monitor.json")"
expect_true "monitor, unprivileged: no reading twice" jq -se 'map(.timestamp) as $t | ($t | unique | length) == 3 and all(.[]; .interval_seconds > 0)' "$TMP/monitor.json"
expect "monitor, unprivileged: what root's has" \
	"$("$BIN" --netns "$R" monitor --json -i 0.1 --count 1 | jq -c '[paths(scalars) | select(.[0] != "timestamp")]')" \
	"$(tail -n 1 "$TMP/monitor.json" | jq -c '[paths(scalars) | select(.[0] != "timestamp")]')"
nobody_in_r monitor --json -i 1 --count 6 >"$TMP/monitor.json" &
monitor=$!
in_interval "$SOCK monitor --json -i 1" poll datagrams "$C" 50 72 10.2.0.2
wait $monitor
expect "monitor, unprivileged: each packet once" '[50,5000]' "$(jq -sc '[(map(.ipv4.forwarding.outgoing_packets_delta) | add),
	(map(.paths[] | select(.in == "rc" and .out == "rs" and .family == "ipv4") | .bytes_delta) | add)]' "$TMP/monitor.json")"
expect "monitor, unprivileged, --include" '["rc"]' "$(nobody_in_r monitor --json -i 0.1 --count 1 --include rc | jq -c '.interfaces | keys')"
expect_match "monitor, unprivileged, as text" '^rc +rs +ipv4 ' "$(nobody_in_r monitor -v -i 0.1 --count 1)"
nobody_in_r activity --json -i 3 >"$TMP/activity.json" &
activity=$!
in_interval "$SOCK activity" poll datagrams "$C" 40 72 10.2.0.2
wait $activity
expect "activity, unprivileged: exit status" 0 $?
expect "activity, unprivileged: what passed" '["ebpf",40,4000]' \
	"$(jq -c '[.source.name, (.ipv4.forwarded | .packets_delta, .bytes_delta)]' "$TMP/activity.json")"
expect "paths, unprivileged: root's" "$("$BIN" --netns "$R" paths | tail -n +3)" "$(nobody_in_r paths | tail -n +3)"
nobody_in_r activity --source ebpf
expect "activity --source ebpf: not asked" 3 $?
nobody_in_r activity --include rc >/dev/null 2>&1
expect "activity, unprivileged: options as ever" 2 $?

# Garbage.
expect_match "an unknown word" "^error: unknown word 'GET'" "$(ask 'GET / HTTP/1.1\r\n')"
expect_match "a control character" "^error: unknown word '.x1b'" "$(ask '\033\n')"
expect_match "a NUL" '^error: a request is a line of text' "$(ask 'json\000\n')"
expect "random bytes" 'error:' "$(head -c 700 /dev/urandom | socat -t 5 - "UNIX-CONNECT:$SOCK" 2>/dev/null | head -c 6)"
expect "a second line is not read" 1 "$(ask 'json\njson\n' | wc -l)"

# Clients by the dozen, and such that send or read too slowly, or nothing.
sockets=$(find "/proc/$agent/fd" -lname 'socket:*' | wc -l)
clients() { agent=$agent timeout 60 /usr/bin/python3 "$here/clients.py" "$SOCK" "$@"; }
expect "a megabyte" 'error: the request is too long' "$(clients megabyte)"
expect "a hundred at once" 100 "$(clients many)"
expect "silence, half a line and a letter each second end after 5 s" "0 0 0 5" "$(clients silent)"
expect "clients that go away" gone "$(clients gone)"
expect_true "the agent answers after that" answers
few_sockets() { [ "$(find "/proc/$agent/fd" -lname 'socket:*' | wc -l)" -le "$1" ]; }
expect_true "descriptors come back" wait_for 2 few_sockets "$sockets"

# Deaf readers and a large document: sampling and SNMP go on.
for i in $(seq 400); do echo "link add v$i type veth peer name w$i"; done | ip -n "$R" -batch - 2>/dev/null
sleep 1.2
ask 'json pretty\n' >"$TMP/large"
size=$(wc -c <"$TMP/large")
[ "$size" -gt 1000 ] || cat "$TMP/large" "$TMP/agent.log"
expect_true "a large document ($size octets)" [ "$size" -gt 500000 ]
# deaf: 16 of them hold all places, and are gone when the first is cut off. What comes while they are
# there did not wait for that; on a busy machine it may take another try.
deaf() {
	[ -z "${deaf:-}" ] || wait "$deaf"
	clients deaf >"$TMP/asked" &
	deaf=$!
	taken() { dead "$deaf" || [ "$(find "/proc/$agent/fd" -lname 'socket:*' | wc -l)" -ge $((sockets + 16)) ]; }
	wait_for 10 taken
}
answered() { for _ in 1 2 3 4 5; do mib ipfwSamples.0 >/dev/null || return; done; }
sampled() { local n; n=$(mib ipfwSamples.0) && more() { [ "$(mib ipfwSamples.0)" -ge $((n + 2)) ]; } && wait_for 20 more; }
meanwhile() { # COMMAND: done while deaf readers are there
	local try
	for try in $(seq 10); do
		deaf
		"$1" && ! dead "$deaf" && return
	done
	echo "not in $try tries"
	false
}
expect_true "deaf readers: SNMP answers meanwhile" meanwhile answered
expect_true "deaf readers: sampling goes on meanwhile" meanwhile sampled
deaf
in_ns "$R" setpriv --reuid 65534 --clear-groups "$TMP/ipfwagent" --json --reading-socket "$SOCK" >"$TMP/out" 2>"$TMP/err"
expect "all places taken: exit status of ipfwagent" 0 $?
expect_match "all places taken: one or the other source" '^"(ebpf|kernel)"$' "$(jq -c .source.name "$TMP/out")"
wait $deaf
expect_true "then the next ones are served" wait_for 8 answers

# The agent stopped: ipfwagent does not hang.
kill -STOP "$agent"
t=$(now_ms)
in_ns "$R" setpriv --reuid 65534 --clear-groups "$TMP/ipfwagent" --json --reading-socket none >/dev/null
alone=$(($(now_ms) - t)) t=$(now_ms)
expect "agent stopped: the kernel's figures" '"kernel"' "$(nobody_in_r --json 2>"$TMP/err" | jq -c .source.name)"
expect_match "agent stopped: it is said" "^ipfwagent: the agent at $SOCK does not answer" "$(cat "$TMP/err")"
t=$(($(now_ms) - t))
expect_true "agent stopped: after two seconds ($t ms; $alone ms without an agent)" [ $t -lt $((3000 + 5 * alone)) ]
kill -CONT "$agent"

# The agent goes away under a monitor, and comes back.
background in_ns "$R" setpriv --reuid 65534 --regid 65534 --clear-groups "$TMP/ipfwagent" --reading-socket "$SOCK" \
	monitor --json -i 0.2 >"$TMP/monitor.json" 2>"$TMP/err"
monitor=$bg
source_is() { [ "$(tail -n 1 "$TMP/monitor.json" | jq -r .source.name)" = "$1" ]; }
expect_true "monitor, unprivileged: by eBPF at first" wait_for 10 source_is ebpf
agent_off
expect_true "agent gone: monitor goes on with the kernel's" wait_for 10 source_is kernel
nobody_in_r activity -i 0.1 2>"$TMP/activity.err"
expect "agent gone: activity has no source" 3 $?
agent_on
expect_true "agent back: by eBPF" wait_for 20 source_is ebpf
kill "$monitor" && wait "$monitor"
expect "agent gone and back: monitor ends well" 0 $?
expect "agent gone and back: said once" 2 "$(wc -l <"$TMP/err")"
expect_match "agent back: it is said" '^ipfwagent: eBPF counts again$' "$(tail -n 1 "$TMP/err")"

# A second agent does not take a living one's socket, and takes it over later.
background in_ns "$S" "$BIN" agent --source kernel --agentx-socket "unix:$TMP/nowhere" --reading-socket "$SOCK" --interval 0.5 2>>"$TMP/second.log"
second=$bg
wait_for 5 grep -q 'no readings' "$TMP/second.log"
expect_match "a second agent: message" "no readings at $SOCK: another agent listens there" "$(cat "$TMP/second.log")"
sleep 1
expect "a second agent: once" 1 "$(grep -c 'no readings' "$TMP/second.log")"
expect_true "a second agent: goes on" kill -0 "$second"
expect "a second agent: the socket is the first's" '"ebpf"' "$(ask json | jq -c .source.name)"
agent_off
removed() { [ ! -e "$SOCK" ] || [ "$(ask json | jq -c .source.name)" = '"kernel"' ]; } # the second has it already
expect_true "the end removes the socket" removed
expect "no socket at all: nothing to say" '' "$(nobody_in_r --json --reading-socket "$TMP/none" >/dev/null; cat "$TMP/err")"
expect_true "the second one takes over" wait_for 10 answers
expect "the second one: its own figures" '"kernel"' "$(ask json | jq -c .source.name)"

# Killed: the file stays, and is replaced.
kill -KILL "$second" && wait "$second" 2>/dev/null
expect_true "killed: the file stays" [ -S "$SOCK" ]
expect "killed: ipfwagent reads the kernel's" '"kernel"' "$(nobody_in_r --json | jq -c .source.name)"
falls_back "killed" ": Connection refused"
agent_on --reading-socket-mode 660 --reading-socket-group daemon
expect_true "a stale socket is replaced" wait_for 20 answers
expect "mode and group" '660 daemon' "$(stat -c '%a %G' "$SOCK")"
expect "mode and group keep others out" '"kernel"' "$(nobody_in_r --json | jq -c .source.name)"
falls_back "mode and group" ": Permission denied"
expect "and let the group in" '"ebpf"' "$(in_ns "$R" setpriv --reuid 65534 --regid daemon --clear-groups "$TMP/ipfwagent" --json --reading-socket "$SOCK" | jq -c .source.name)"
expect "nothing else is left beside it" 1 "$(find "$TMP/run" -type s | wc -l)"
# Somebody removes it.
rm "$SOCK"
expect_true "a removed socket comes back" wait_for 10 answers
agent_off
expect "the agent ends well" 0 $?

# Where there can be none.
trouble() { # NAME PATTERN PATH
	: >"$TMP/agent.log"
	SOCK=$3 agent_on
	wait_for 20 agent_answers
	sleep 1.5
	expect_match "$1" "$2" "$(grep 'no readings' "$TMP/agent.log")"
	expect "$1: once" 1 "$(grep -c 'no readings' "$TMP/agent.log")"
	expect_true "$1: the agent goes on" agent_answers
	agent_off
}
trouble "no directory" 'No such file or directory' "$TMP/no/where/reading.sock"
touch "$TMP/file" && trouble "a file in the way" 'no socket' "$TMP/file"
expect_true "a file in the way: it stays" [ -f "$TMP/file" ]
trouble "a long path" 'path is too long' "$TMP/$(printf 'x%.0s' {1..100})"
mkdir "$TMP/full" && mount -t tmpfs -o size=4k,nr_inodes=1 none "$TMP/full" && {
	trouble "disk full" 'No space left' "$TMP/full/reading.sock"
	umount "$TMP/full"
}
in_ns "$R" "$BIN" agent --reading-socket-mode 888 2>"$TMP/err"
expect "a wrong mode: exit status" 2 $?
expect_match "a wrong mode: message" "mode '888'" "$(cat "$TMP/err")"
in_ns "$R" "$BIN" agent --reading-socket-group no-such-group 2>"$TMP/err"
expect "a wrong group: exit status" 1 $?
: >"$TMP/agent.log"
agent_on --reading-socket none
wait_for 20 agent_answers
expect "none: no message" '' "$(grep -i reading "$TMP/agent.log")"
expect_true "none: no socket" [ ! -e "$SOCK" ]
agent_off
finish

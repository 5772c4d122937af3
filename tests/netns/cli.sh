#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The edges: options, bad input, pipes, exit statuses, namespaces, interface names, the agent's life.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

add_ns "$R"
ip -n "$R" link add rc type veth peer name rs
ip -n "$R" link set rc up && ip -n "$R" link set rs up
run() { in_ns "$R" timeout 20 "$BIN" "$@" >"$TMP/out" 2>"$TMP/err"; }
# status NAME WANTED REGEX ARGS...: exit status, and what stderr says.
status() {
	run "${@:4}"
	expect "$1: exit status" "$2" $?
	[ -z "$3" ] || expect_match "$1: message" "$3" "$(cat "$TMP/err")"
}

# Usage.
status "unknown option" 2 'nonsense' --nonsense
expect_match "unknown option: hint" '--help' "$(cat "$TMP/err")"
expect "unknown option: nothing on stdout" '' "$(cat "$TMP/out")"
status "unknown command" 2 'nonsense' nonsense
for i in 0 -1 abc NaN nan inf 1e9 '' 1x; do
	status "interval '$i'" 2 'interval' monitor --interval "$i"
done
for i in 0 -1 abc 1.5; do status "count '$i'" 2 'count' monitor --count "$i"; done
status "source" 2 'nonsense' --source nonsense
status "help" 0 '' --help
expect_match "help: on stdout" 'usage' "$(cat "$TMP/out")"
status "version" 0 '' --version
expect_match "version: on stdout" '^ipfwagent [0-9]' "$(cat "$TMP/out")"
status "monitor after the options" 0 '' --json -i 0.1 --count 1 monitor

# Options of one command, as the help says, with another one.
while read -r option argument command; do
	[ "$argument" != "-" ] || argument=
	status "$option is for $command" 2 "$option is for '$command' only" monitor "$option" $argument
done < <("$BIN" --help | sed -nE 's/^ +(--[a-z-]+)( ([A-Z=]+))? +(agent|detach|check): .*/\1 \3 \4/p' |
	awk -v OFS=' ' 'NF == 2 { print $1, "-", $2 } NF == 3 { print $1, ($2 ~ /=/ ? "ipv4-bps=1" : $2 == "WORD" ? "any" : $2 == "OCTAL" ? "600" : $2 == "TIME" ? "5" : $2 == "ADDR" ? "unix:x" : "x"), $3 }')
for command in activity paths 'paths monitor' drops 'drops monitor'; do
	# shellcheck disable=SC2086
	status "$command by the kernel" 2 "${command%% *} needs eBPF" $command --source kernel
done

# Options without an effect.
for words in "activity --root /" "status --json --count 3" "attach --json" "attach --include lo" \
	"activity --exclude lo" "detach --hooks netfilter" "status --interval 1" "status -v" "attach --source kernel" \
	"attach --reading-socket none" "help --json" "version --netns x"; do
	# shellcheck disable=SC2086
	status "$words" 2 "has no effect with '${words%% *}'" $words
done
run check --include lo
expect "check --include: exit status" 3 $?
expect "check --include: as a plugin" "IPFW UNKNOWN - --include has no effect with 'check'" "$(cat "$TMP/out")"
status "--count without a command" 2 '^ipfwagent: --count has no effect with one reading' --count 3
status "--interval without a command" 2 'interval has no effect with one reading' --interval 3

# Words.
status "help, the word" 0 '' help
expect "help, the word: the same" "$("$BIN" --help)" "$(cat "$TMP/out")"
status "version, the word" 0 '' version
expect "version, the word: the same" "$("$BIN" --version)" "$(cat "$TMP/out")"
status "a command misspelt" 2 "unknown command 'mointor': did you mean monitor[?]" mointor
status "a command far off" 2 "unknown command 'nonsense' [(]" nonsense
status "an option misspelt" 2 "unknown option '--intervall': did you mean --interval[?]" monitor --intervall 3
status "an option far off" 2 "unknown option '--nonsense' [(]" --nonsense
status "two commands" 2 "unknown command 'monitor agent' [(]" monitor agent
for option in --root --netns --include --exclude --reading-socket --source --hooks; do
	status "$option ''" 2 "${option#--} '': an empty value" "$option" ''
done
for option in --agentx-socket --config --user --reading-socket-group; do
	status "agent $option ''" 2 "${option#--} '': an empty value" agent "$option" ''
done
for i in 20ms 0.02s 0.0005m 0.00001h; do
	status "interval $i" 0 '' monitor --json --count 1 --interval "$i"
done
expect_true "interval 20ms is milliseconds" jq -se '.[0].interval_seconds > 0.01' "$TMP/out"
status "interval 1 s" 2 "interval '1 s': want a time from 10ms to 24h" monitor --interval '1 s'
status "interval 25h" 2 "interval '25h': want a time" monitor --interval 25h

# What cannot be had.
status "status with nothing attached" 3 'ebpf' status
expect "status with nothing attached: nothing on stdout" '' "$(cat "$TMP/out")"
status "source ebpf" 3 'ebpf' --source ebpf --json
expect "source ebpf: nothing on stdout" '' "$(cat "$TMP/out")"
status "unknown netns" 1 'no-such-ns' --netns no-such-ns
status "netns that is no namespace" 1 '/etc/passwd' --netns /etc/passwd

# Namespaces by name and by path.
"$BIN" --json --netns "$R" >"$TMP/name.json"
expect "netns by name" '["rc","rs"]' "$(jq -c '.interfaces | keys' "$TMP/name.json")"
"$BIN" --json --netns "/run/netns/$R" >"$TMP/path.json"
expect "netns by path" '["rc","rs"]' "$(jq -c '.interfaces | keys' "$TMP/path.json")"

# Which interfaces.
names() { run --json "$@"; jq -c '.interfaces | keys' "$TMP/out"; }
expect "lo is left out" '["rc","rs"]' "$(names)"
expect "lo on request" '["lo"]' "$(names --include lo)"
expect "include a glob" '["rc"]' "$(names --include '*c')"
expect "include two" '["lo","rs"]' "$(names --include lo --include 'r[s]')"
expect "exclude" '["rs"]' "$(names --exclude rc)"
expect "exclude wins" '["rs"]' "$(names --include 'r*' --exclude rc)"
expect "include nothing that is there" '[]' "$(names --include nothing)"
status "include nothing that is there" 0 "^ipfwagent: --include 'nothing' matches no interface$" --json --include nothing
status "include one that is there" 0 '' --json --include rc --include 'x*'
expect "include one that is there: one line" "ipfwagent: --include 'x*' matches no interface" "$(cat "$TMP/err")"
status "monitor: include nothing" 0 "^ipfwagent: --include 'nothing' matches no interface$" monitor --include nothing -c 2 -i 0.02
expect "monitor: include nothing: said once" 1 "$(wc -l <"$TMP/err")"
status "files: include nothing" 0 "--include 'rc' matches no interface" --root "$top/tests/fixtures/6.18" --include rc

# Captured trees, whole and broken.
tree() { rm -rf "$TMP/tree" && cp -r "$top/tests/fixtures/6.18" "$TMP/tree" && chmod -R u+w "$TMP/tree"; }
tree
status "captured tree" 0 '' --json --root "$TMP/tree"
expect_true "captured tree: JSON" jq -en 'input | .ipv4.forwarding.outgoing_packets' "$TMP/out"
status "captured tree and ebpf" 2 'root' --root "$TMP/tree" --source ebpf
status "no tree" 1 "$TMP/nowhere" --json --root "$TMP/nowhere"
rm "$TMP/tree/proc/net/snmp"
run --json --root "$TMP/tree"
expect_match "missing file: message" 'net/snmp' "$(cat "$TMP/err")"
tree
setpriv_works() { setpriv --reuid 65534 --regid 65534 --clear-groups "$BIN" --version; }
if setpriv_works >/dev/null 2>&1; then
	chmod 000 "$TMP/tree/proc/net/snmp6"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$BIN" --json --root "$TMP/tree" >"$TMP/out" 2>"$TMP/err"
	expect_match "unreadable file: message" 'snmp6.*denied' "$(cat "$TMP/err")"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$BIN" --json --netns "$R" >"$TMP/out" 2>"$TMP/err"
	expect "netns without privilege: exit status" 1 $?
	expect_match "netns without privilege: message" "$R.*(permitted|denied)" "$(cat "$TMP/err")"
	expect_true "plain reading without privilege" \
		setpriv --reuid 65534 --regid 65534 --clear-groups "$BIN" --json
else
	ok "unprivileged readings (this binary's directory is closed to others; not applicable)"
fi
for file in snmp snmp6 netstat dev; do
	tree
	size=$(stat -c %s "$TMP/tree/proc/net/$file")
	truncate -s $((size * 2 / 3)) "$TMP/tree/proc/net/$file"
	run --json --root "$TMP/tree"
	code=$?
	expect_match "cut $file: message" "net/$file" "$(cat "$TMP/err")"
	# All or nothing on stdout, and never 0 with nothing.
	if [ -s "$TMP/out" ]; then
		expect_true "cut $file: whole JSON" jq -en 'input | .timestamp' "$TMP/out"
	else
		expect "cut $file: exit status" 1 $code
	fi
done
# It may hold anything, and what is huge or special neither hangs nor fills the memory.
# bounded COMMAND...: it ends in time, with less than 1 GiB at its peak (a third of that without a sanitizer).
bounded() {
	# What AddressSanitizer keeps of freed memory is not the program's.
	ASAN_OPTIONS=$ASAN_OPTIONS:quarantine_size_mb=1 timeout 120 /usr/bin/python3 - "$@" <<'P'
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
assert code in (0, 1) and peak < 1 << 20, (code, peak)
P
}
places=(net/{snmp,netstat,snmp6,dev,dev_snmp6/eth0} sys/net/ipv{4,6}/conf/{all,eth0}/forwarding sys/kernel/osrelease)
bad=$TMP/bad
for kind in huge blanks line lines fifo device socket directory; do
	rm -rf "$bad"
	why='not a regular file'
	case $kind in
	huge) truncate -s 6G "$bad" && why='cut off or garbled' ;;
	blanks) head -c 20M /dev/zero | tr '\0' ' ' >"$bad" && why='File too large' ;;
	line) head -c 20M /dev/zero | tr '\0' 1 >"$bad" && why='File too large' ;;
	lines)
		{
			head -n 2 "$top/tests/fixtures/6.18/proc/net/dev"
			seq 20000000 20300000 | sed 's/$/: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16/'
		} >"$bad" && why='File too large'
		;;
	fifo) mkfifo "$bad" ;;
	device) mknod "$bad" c 1 5 ;; # as /dev/zero
	socket) /usr/bin/python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$bad" ;;
	directory) mkdir "$bad" && why='Is a directory' ;;
	esac
	tree
	for place in "${places[@]}"; do ln -sf "$bad" "$TMP/tree/proc/$place"; done
	expect_true "$kind in the place of files: bounded" bounded "$BIN" --json --root "$TMP/tree"
	expect_match "$kind in the place of files: message" "proc/net/snmp: $why" "$(cat "$TMP/true.out")"
done
status "no IPv6" 0 '' --json --root "$top/tests/fixtures/noipv6"
expect "no IPv6: quality" '"unavailable"' "$(jq -c .ipv6.forwarding.quality "$TMP/out")"
expect "no IPv6: null" null "$(jq -c .ipv6.forwarding.outgoing_packets "$TMP/out")"
status "no IPv6, text" 0 '' --root "$top/tests/fixtures/noipv6"

# stdout full, closed, or gone.
in_ns "$R" "$BIN" --json >/dev/full 2>"$TMP/err"
expect "stdout full: exit status" 1 $?
expect_match "stdout full: message" 'no space' "$(cat "$TMP/err")"
in_ns "$R" "$BIN" >/dev/full 2>"$TMP/err"
expect "stdout full, text: exit status" 1 $?
in_ns "$R" "$BIN" --json >&- 2>"$TMP/err"
expect "stdout closed: exit status" 1 $?
in_ns "$R" timeout 20 "$BIN" monitor --json -i 0.1 2>"$TMP/err" | head -n 1 >"$TMP/out"
code=${PIPESTATUS[0]}
expect "closed pipe: quiet" '' "$(cat "$TMP/err")"
expect_true "closed pipe: ended by itself" [ "$code" != 124 ]
expect_true "closed pipe: one document" jq -en 'input | .timestamp' "$TMP/out"

# NDJSON: flushed at once, one document a line, as many as asked for.
background in_ns "$R" "$BIN" monitor --json -i 2 --count 2 >"$TMP/stream"
lines() { [ "$(wc -l <"$TMP/stream")" -ge "$1" ]; }
wait_for 10 lines 1
expect "the first line comes before the second" 1 "$(wc -l <"$TMP/stream")"
wait "$bg"
expect "count: exit status" 0 $?
expect "count: lines" 2 "$(wc -l <"$TMP/stream")"
expect_true "each line is a document" /usr/bin/python3 -c \
	'import json, sys; [json.loads(l) for l in open(sys.argv[1])]' "$TMP/stream"
run monitor --json --pretty -i 0.1 --count 1
expect_true "pretty: many lines" [ "$(wc -l <"$TMP/out")" -gt 10 ]
run --json --compact
expect "compact: one line" 1 "$(wc -l <"$TMP/out")"
for signal in TERM INT; do
	background env --default-signal=INT nsenter --net="/run/netns/$R" "$BIN" monitor --json -i 5 >"$TMP/stream"
	wait_for 5 hears "$bg"
	gone_in_time "SIG$signal ends monitor" "$bg" $signal
done

# Hostile interface names, of what the kernel accepts.
hostile=('a"b' 'a\b' $'a\001b' $'a\033[31m' $'a\377b' $'caf\303\251' "a'b" '{}' '\x01' 'a"b\' '$(id)' '<&>'
	$'a\342\200\256b' $'a\342\200\250b' $'a\302\233b')
made=0
for n in "${hostile[@]}"; do
	ip -n "$R" link add "$n" type veth peer name "hp$made" 2>/dev/null && made=$((made + 1))
	ip -n "$R" link set "$n" alias "$n" 2>/dev/null
done
expect_true "hostile names: most can be made ($made)" [ $made -ge 8 ]
run --json
expect_true "hostile names: jq reads them" jq -en 'input | .interfaces' "$TMP/out"
expect_true "hostile names: unique keys, all there" /usr/bin/python3 - "$TMP/out" $((2 * made + 2)) <<'P'
import json, sys
def unique(pairs):
    keys = [k for k, v in pairs]
    assert len(keys) == len(set(keys)), "the same key twice"
    return dict(pairs)
d = json.loads(open(sys.argv[1], "rb").read().decode("utf-8"), object_pairs_hook=unique)
assert len(d["interfaces"]) == int(sys.argv[2]), list(d["interfaces"])
P
expect "hostile aliases: as the names" $made "$(jq '[.interfaces | to_entries[] | select(.key == .value.alias)] | length' "$TMP/out")"
ip -n "$R" link set hp0 alias $'first line\nrs ipv4 exact'
ip -n "$R" link set hp1 alias "$(printf '\377%.0s' {1..255})"
# harmless FILE...: UTF-8, and no character that a terminal obeys or that hides what stands around it.
harmless() {
	/usr/bin/python3 - "$@" <<'P'
import sys, unicodedata
for name in sys.argv[1:]:
    for c in open(name, "rb").read().decode("utf-8"):
        assert c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp"), (name, c)
P
}
expect_true "hostile names: nothing that a terminal obeys in JSON" harmless "$TMP/out"
run
expect_true "hostile names: nothing that a terminal obeys in text" harmless "$TMP/out"
expect "hostile aliases: a line end makes no line" 3 "$(grep -cF ' first line\x0ars ipv4 exact' "$TMP/out")"
expect_match "hostile aliases: a long one is cut" '^hp1 .*  (.xff){7}.~$' "$(cat "$TMP/out")"
run -v
expect_match "hostile aliases: and whole with -v" '^hp1 .*  (.xff){255}$' "$(cat "$TMP/out")"
run monitor --json -i 0.1 --count 1
expect_true "hostile names: monitor" jq -en 'input | .interfaces' "$TMP/out"
run --json --include $'a\033[31m' --include $'a\342\200\256b'
expect "hostile names: included by their bytes" '["a\u001b[31m","a\u202eb"]' "$(jq -ac '.interfaces | keys' "$TMP/out")"
status "hostile names: in a message" 0 "--include 'b.x1b.31m.xe2.x80.xae' matches no interface" \
	--json --include $'b\033[31m\342\200\256'
for n in "${hostile[@]}"; do ip -n "$R" link del "$n" 2>/dev/null; done

# The host's name is any bytes, too.
hostile_host=$'h\033[31m\377\342\200\256'
for form in --json '' 'status --json' check 'monitor --json -c 1 -i 0.02'; do
	# shellcheck disable=SC2086,SC2016
	in_ns "$R" unshare --uts sh -c 'printf %s "$1" >/proc/sys/kernel/hostname && shift && exec "$@"' sh \
		"$hostile_host" "$BIN" $form >"$TMP/out" 2>"$TMP/err"
	expect_true "a hostile hostname, ${form:-text}" harmless "$TMP/out" "$TMP/err"
done
# So is what a captured tree is called, and what stands in it.
tree
hostile_tree=$TMP/$'t\033]0;x\007\377\342\200\256'
mv "$TMP/tree" "$hostile_tree"
printf '  \033[2J\377: x\n' >>"$hostile_tree/proc/net/dev"
rm "$hostile_tree/proc/net/netstat"
for form in '' -v --json check 'monitor --json -c 1 -i 0.02'; do
	# shellcheck disable=SC2086
	run $form --root "$hostile_tree"
	expect_true "a hostile tree, ${form:-text}" harmless "$TMP/out" "$TMP/err"
	expect_true "a hostile tree, ${form:-text}: its name is there" grep -qF 't\x1b]0;x\x07\xff\xe2\x80\xae/proc' "$TMP/out" "$TMP/err"
done
rm -rf "$hostile_tree"
for words in "--netns N" "--source N" "N" "--N" "check --warning N=1" "agent --config N" "agent --user N --reading-socket none" \
	"--interval N monitor"; do
	# shellcheck disable=SC2086
	run ${words//N/n$'\033'[2J$'\377'}
	expect_true "a hostile word, $words" harmless "$TMP/out" "$TMP/err"
done

# Interfaces that come, go, are renamed or made anew while monitor looks.
background in_ns "$R" "$BIN" monitor --json -i 0.2 >"$TMP/stream"
wait_for 10 lines 1
# seen FILTER: some line satisfies it
seen() { jq -se "any(.[]; $1)" "$TMP/stream"; }
fresh() { printf '.interfaces["%s"] | . != null and .discontinuity == true and .ipv4.rx_packets_delta == null and .total.rx_bytes_delta == null' "$1"; }
steady() { printf '.interfaces["%s"] | . != null and .discontinuity != true and .total.rx_bytes_delta != null' "$1"; }
ip -n "$R" link add fresh0 type veth peer name fresh1
expect_true "a new interface is a discontinuity" wait_for 10 seen "$(fresh fresh0)"
expect_true "and then it is steady" wait_for 10 seen "$(steady fresh0)"
# called NAME ALIAS: its counters go on
called() { printf '.interfaces["%s"] | . != null and .alias == "%s" and .discontinuity == false and .total.rx_bytes_delta != null' "$1" "$2"; }
ip -n "$R" link set fresh0 alias down
expect_true "an alias: shown, and no discontinuity" wait_for 10 seen "$(called fresh0 down)"
ip -n "$R" link set fresh0 up
ip -n "$R" link set fresh0 alias 'to the "lab"'
expect_true "another alias: the same" wait_for 10 seen "$(called fresh0 'to the \"lab\"')"
ip -n "$R" link set fresh0 down
ip -n "$R" link set fresh0 name renamed0
expect_true "a renamed interface is a discontinuity" wait_for 10 seen "$(fresh renamed0)"
index=$(in_ns "$R" cat /proc/net/dev >/dev/null; ip -n "$R" -j link show rc | jq '.[0].ifindex')
ip -n "$R" link del rc
expect_true "a deleted interface is gone" wait_for 10 seen '.interfaces.rc == null'
mark=$(wc -l <"$TMP/stream")
ip -n "$R" link add rc index "$index" type veth peer name rcp
again() { tail -n +"$((mark + 1))" "$TMP/stream" | jq -se "any(.[]; $(fresh rc))"; }
expect_true "one made anew with the same index is a discontinuity" wait_for 10 again
expect_true "no delta is negative" jq -se '[.. | numbers] | all(. >= 0)' "$TMP/stream"
kill "$bg" && wait "$bg"
expect "monitor survives all of it" 0 $?

# Counters that go away meanwhile: it is said once, and what is to end does.
ipfw() { "$BIN" "$1" --netns "$R" 2>/dev/null; }
trap 'ipfw detach; cleanup' EXIT
ipfw attach
background in_ns "$R" "$BIN" monitor --json -i 0.2 >"$TMP/stream" 2>"$TMP/err"
wait_for 10 lines 1
ipfw detach
expect_true "detached: the kernel's figures" wait_for 10 seen '.source.name == "kernel"'
ipfw attach
expect_true "attached again: eBPF's" wait_for 10 seen '.source.name == "ebpf" and .ipv4.discontinuity'
kill "$bg" && wait "$bg"
expect_match "detached: it is said" "^ipfwagent: /.*: the eBPF counters were detached: using the kernel's counters" "$(head -n 1 "$TMP/err")"
expect "attached again: it is said, and nothing else" "ipfwagent: eBPF counts again" "$(tail -n +2 "$TMP/err")"
background in_ns "$R" timeout 60 "$BIN" monitor --source ebpf --json -i 0.1 --count 40 >"$TMP/stream" 2>"$TMP/err"
wait_for 10 lines 1
ipfw detach
wait "$bg"
expect "monitor --count, the source goes away: exit status" 3 $?
expect_match "monitor --count, the source goes away: message" 'the eBPF counters were detached' "$(cat "$TMP/err")"
ipfw attach
in_interval "activity" poll ipfw detach &
status "activity, the source goes away" 3 'the eBPF counters were detached' activity -i 1
wait $!

# The agent without a master says so once and keeps trying; a wrong socket is the same.
: >"$TMP/agent.log"
background in_ns "$R" "$BIN" agent --source kernel --agentx-socket "unix:$TMP/wrong" 2>"$TMP/agent.log"
said() { grep -q "$TMP/wrong" "$TMP/agent.log"; }
expect_true "no snmpd: says which socket" wait_for 10 said
sleep 3.5 # long enough for several attempts
expect "no snmpd: says it once" 1 "$(grep -c 'cannot connect' "$TMP/agent.log")"
expect_true "no snmpd: keeps trying" kill -0 "$bg"
gone_in_time "no snmpd, SIGTERM" "$bg" TERM

# Late start of snmpd, a second agent, a restart of snmpd, a stopped snmpd.
: >"$TMP/agent.log"
start_agent --interval 1
sleep 1
start_snmpd
expect_true "late start of snmpd" wait_for 20 agent_answers
in_ns "$R" timeout 20 "$BIN" agent --source kernel --agentx-socket "$MASTER" 2>"$TMP/err"
expect "a second agent: exit status" 1 $?
expect_match "a second agent: message" 'another' "$(cat "$TMP/err")"
expect_true "a second agent: the first still answers" wait_for 5 agent_answers
stop_snmpd
start_snmpd
expect_true "snmpd restarted" wait_for 20 agent_answers
ip -n "$R" link add 'a"b' type veth peer name ab
hostile_name() { snmp snmpwalk IPFWAGENT-MIB::ipfwIfName | grep -q 'a.*b'; }
expect_true "the agent serves a new interface" wait_for 10 hostile_name
index=$(ip -n "$R" -j link show ab | jq '.[0].ifindex')
ip -n "$R" link set ab alias $'up\nlink \377'
has_alias() { snmp_value "IPFWAGENT-MIB::ipfwIfAlias.2.$index" | grep -qxF 'up\x0alink \xff'; }
expect_true "and its alias" wait_for 10 has_alias
expect "no VRF: empty" '' "$(snmp_value "IPFWAGENT-MIB::ipfwIfVrf.0.$index" | tr -d '"')"
kill -STOP "$snmpd"
sleep 0.5
gone_in_time "SIGTERM with a stopped snmpd" "$agent" TERM
kill -CONT "$snmpd"
start_agent
expect_true "another agent after it" wait_for 20 agent_answers
gone_in_time "SIGTERM" "$agent" TERM
finish

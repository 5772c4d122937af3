#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The configuration file: errors with file and line, the command line wins, SIGHUP and SIGUSR1.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

add_ns "$R"
for i in 0 1; do ip -n "$R" link add "eth$i" type veth peer name "lan$i"; done
conf=$TMP/ipfwagent.conf
check() { timeout 20 "$BIN" --check-config --config "$conf" "$@" </dev/null >"$TMP/out" 2>"$TMP/err"; }
# wrong NAME TEXT LINE...: status 2, nothing on stdout, exactly these lines behind the file's name.
wrong() {
	local name=$1 lines
	printf '%b' "$2" >"$conf"
	check
	expect "$name: exit status" 2 $?
	lines=$(printf "ipfwagent: $conf:%s\n" "${@:3}")
	expect "$name: messages" "$lines" "$(cat "$TMP/err")"
	expect "$name: nothing on stdout" '' "$(cat "$TMP/out")"
}
# right NAME TEXT ARGS...: status 0 and not a word.
right() {
	printf '%b' "$2" >"$conf"
	check "${@:3}"
	expect "$1: exit status" 0 $?
	expect "$1: quiet" '' "$(cat "$TMP/out" "$TMP/err")"
}

right "everything" '# all\ninterval 2.5\nsource kernel\nhooks auto\ninclude eth*\ninclude lan*\nexclude eth1
netns blue # a comment\nagentx-socket tcp:127.0.0.1:705\nnotifications no\ndetach-on-exit yes\nverbose no\n'
right "with the command" 'interval 1\n' agent
right "nothing" ''
right "CR LF and no end of the last line" 'interval 1\r\n\r\nverbose yes'
right "a long comment" "# $(head -c 60000 /dev/zero | tr '\0' x)\ninterval 1\n"
cp "$top/dist/ipfwagent.conf" "$conf" && check
expect "the example" 0 $?
sed -n 's/^#\([a-z]\)/\1/p' "$top/dist/ipfwagent.conf" >"$conf" && check
expect "the example with all settings on" '' "$(cat "$TMP/err")"
expect_true "the example has settings" [ "$(wc -l <"$conf")" -ge 10 ]

wrong "all errors" 'interval abc\n\ninclude\nnotifications maybe\nsource nonsense\nnonsense 1\ninterval 1 2\n' \
	"1: interval 'abc': want a time from 10ms to 24h, as in 0.5, 500ms, 5s, 1m" "3: include: want a key, a blank and a value" \
	"4: notifications 'maybe': want yes or no" "5: source 'nonsense': want one of auto, kernel, ebpf" \
	"6: unknown setting 'nonsense'" "7: interval 1: one value a line, '2' is too much"
wrong "twice" 'interval 1\ninterval 2\n' "2: interval is set above already"
wrong "not for the file" 'json yes\nconfig x\n' "1: json is for the command line only" "2: config is for the command line only"
wrong "a NUL byte" 'verbose yes\nver\0bose no\n' "2: a NUL byte: not a text file"
wrong "CR LF" 'interval x\r\n' "1: interval 'x': want a time from 10ms to 24h, as in 0.5, 500ms, 5s, 1m"
wrong "control characters" 'inter\033[31mval 1\n' "1: unknown setting 'inter\\x1b[31mval'"
wrong "a long value" "interval $(head -c 60000 /dev/zero | tr '\0' 7)" \
	"1: interval '$(head -c 60 /dev/zero | tr '\0' 7)': want a time from 10ms to 24h, as in 0.5, 500ms, 5s, 1m"

# Files that are none.
# refused NAME FILE REGEX
refused() {
	conf=$2 check
	expect "$1: exit status" 2 $?
	expect_match "$1: message" "^ipfwagent: $2: $3\$" "$(cat "$TMP/err")"
}
head -c 70000 /dev/zero >"$TMP/big" && mkfifo "$TMP/fifo"
refused "a directory" "$TMP" 'Is a directory'
refused "no file" "$TMP/none" 'No such file or directory'
refused "too large" "$TMP/big" 'larger than 65536 bytes: .*'
refused "a FIFO" "$TMP/fifo" 'not a regular file'
refused "a device" /dev/zero 'not a regular file'
echo 'interval 1' >"$TMP/secret" && chmod 600 "$TMP/secret"
if setpriv --reuid 65534 --regid 65534 --clear-groups "$BIN" --version >/dev/null 2>&1; then
	setpriv --reuid 65534 --regid 65534 --clear-groups "$BIN" --check-config --config "$TMP/secret" 2>"$TMP/err"
	expect "unreadable: exit status" 2 $?
	expect_match "unreadable: message" "$TMP/secret: Permission denied" "$(cat "$TMP/err")"
else
	ok "an unreadable file (this binary's directory is closed to others; not applicable)"
fi
timeout 20 "$BIN" monitor --config "$conf" 2>"$TMP/err"
expect "for the agent only: exit status" 2 $?
printf 'interval 0\n' >"$conf"
timeout 20 "$BIN" agent --interval 5 --config "$conf" 2>"$TMP/err"
expect "wrong, although the command line wins" 2 $?

# An agent by its file. The command line says source kernel and where the master is.
printf 'interval 7\ninclude eth*\nsource ebpf\nagentx-socket unix:/nowhere\n' >"$conf"
: >"$TMP/agent.log"
start_snmpd
start_agent --config "$conf" --exclude eth1
expect_true "the agent starts" wait_for 20 agent_answers
interval() { snmp_value IPFWAGENT-MIB::ipfwSampleInterval.0; }
ifs() { SNMP_FLAGS=-OQv snmp snmpwalk IPFWAGENT-MIB::ipfwIfName | tr -d '"' | sort -u | xargs; }
expect "interval by the file" 7000 "$(interval)"
expect "include by the file, exclude by the command line" eth0 "$(ifs)"
expect "source: the command line wins" kernel "$(SNMP_FLAGS=-OQv snmp_value IPFWAGENT-MIB::ipfwSource.0 | tr -d '"')"

# SIGHUP takes over what can change, and names the rest.
logs() { wc -l <"$TMP/agent.log"; }
# hup: send it; the lines it made are in $said.
signal() {
	local before
	before=$(logs)
	kill "-$1" "$agent"
	more() { [ "$(logs)" -gt "$before" ]; }
	wait_for 5 more
	sleep 0.3
	said=$(tail -n +"$((before + 1))" "$TMP/agent.log")
}
# becomes WANTED COMMAND: its output, at last
becomes() { [ "$("$2")" = "$1" ]; }
printf 'interval 0.5\ninclude eth*\ninclude lan1\nsource auto\nhooks fentry\nnetns blue\n' >"$conf"
signal HUP
expect "SIGHUP: one line" "ipfwagent: configuration read again: new interval, include; waits for a restart: hooks, netns" "$said"
expect_true "SIGHUP: the interval" wait_for 5 becomes 500 interval
expect_true "SIGHUP: the interfaces; the command line still wins" wait_for 5 becomes "eth0 lan1" ifs
samples() { snmp_value IPFWAGENT-MIB::ipfwSamples.0; }
first=$(samples)
sleep 3 # asking samples too: once
five_more() { [ $(($(samples) - first)) -ge 5 ]; }
expect_true "SIGHUP: readings in the new interval" wait_for 5 five_more
signal HUP
expect "SIGHUP again" "ipfwagent: configuration read again: nothing new; waits for a restart: hooks, netns" "$said"

# A broken file changes nothing.
for broken in 'interval 3\ninclude lan0\nverbose maybe\n' 'interval 3\nnonsense\n'; do
	printf '%b' "$broken" >"$conf"
	signal HUP
	expect_match "broken file: its line" "^ipfwagent: $conf:[23]: " "$said"
	expect_match "broken file: what follows" 'the settings stay as they are' "$said"
done
rm "$conf"
signal HUP
expect_match "no file: the message" "^ipfwagent: $conf: No such file" "$said"
expect "broken file: the interval stays" 500 "$(interval)"
expect "broken file: the interfaces stay" "eth0 lan1" "$(ifs)"

# SIGUSR1.
signal USR1
expect_match "SIGUSR1: one line" \
	'^ipfwagent: status ok: source kernel, interfaces 2, samples [0-9]+, errors 0, interval 0.5 s, peaks of 300 s: [a-z]+, [0-9.]+ ms of processor time for a sample, SNMP master connected$' "$said"
expect "SIGUSR1: no more" 1 "$(wc -l <<<"$said")"
stop_snmpd
lost() { grep -q 'lost the SNMP master' "$TMP/agent.log"; }
expect_true "the master goes" wait_for 10 lost
sleep 1
signal USR1
expect_match "SIGUSR1 without a master" 'SNMP master not connected' "$said"

# verbose: a status line in each interval, on and off.
printf 'interval 0.2\nverbose yes\n' >"$conf"
signal HUP
expect_match "verbose is taken over" 'new interval, include, verbose' "$said"
status_lines() { grep -c '^ipfwagent: status ' "$TMP/agent.log"; }
first=$(status_lines)
often() { [ "$(status_lines)" -ge $((first + 4)) ]; }
expect_true "verbose: a line in each interval" wait_for 5 often
printf '\n' >"$conf"
signal HUP
sleep 0.5
first=$(status_lines)
sleep 1
expect "not verbose any more" "$first" "$(status_lines)"

# Many signals, and the end.
for i in $(seq 200); do
	printf 'interval 0.%d1\ninclude eth%d\n' $((i % 9)) $((i % 3)) >"$conf"
	kill -HUP "$agent" && kill -USR1 "$agent"
done
expect_true "it lives after many signals" kill -0 "$agent"
gone_in_time "SIGTERM" "$agent" TERM

# The default file, in a file system of the agent's own: it need not be there, but does not go unseen.
default=$(grep -aoE '/[[:print:]]+/ipfwagent\.conf' "$BIN" | head -n 1)
own_files() { # its directory is empty, and of this test
	local place=${default%/*}
	until [ -d "$place" ]; do place=${place%/*}; done
	mount -t tmpfs none "$place" && mkdir -p "${default%/*}" && exec "$@"
}
export default
export -f own_files
: >"$TMP/agent.log"
start_snmpd
background in_ns "$R" unshare -m bash -c 'own_files "$@"' - "$BIN" agent --source kernel --agentx-socket "$MASTER" \
	--reading-socket none 2>>"$TMP/agent.log"
agent=$bg
expect_true "no default file: the agent starts" wait_for 20 agent_answers
signal HUP
expect "no default file: nothing to say" "ipfwagent: configuration read again: nothing new" "$said"
printf 'interval 7\n' >"/proc/$agent/root$default"
signal HUP
expect "a default file: it is read" "ipfwagent: configuration read again: new interval" "$said"
rm "/proc/$agent/root$default"
signal HUP
expect "the default file is gone: it is said" "ipfwagent: $default: No such file or directory
ipfwagent: configuration not taken over: the settings stay as they are" "$said"
expect "the default file is gone: the settings stay" 7000 "$(interval)"
gone_in_time "SIGTERM, without the file" "$agent" TERM

# Only the agent takes SIGHUP for something else than the end.
background in_ns "$R" "$BIN" monitor --json -i 5 >/dev/null
wait_for 20 hears "$bg"
{ kill -HUP "$bg" && wait "$bg"; } 2>/dev/null
expect "SIGHUP ends monitor" 129 $?
finish

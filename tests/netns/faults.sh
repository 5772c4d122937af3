#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Faults under a running agent: files that cannot be read, dumps that are interrupted, counters that
# vanish, a clock that jumps, a log that nobody reads, a long sleep, no descriptors, a namespace that
# is deleted. Each shows in the status, leaves gaps and no wrong figure, and passes. IPFW_LONG=1:
# longer.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
in_ns "$S" nft -f - <<-'N'
	table inet quiet { chain quiet_in { type filter hook input priority 0; udp dport 9 drop; }
	}
N
start_snmpd
chmod 666 "${MASTER#unix:}" && chmod 755 "$TMP/agentx"
long() { if [ "${IPFW_LONG:-0}" = 1 ]; then echo "$2"; else echo "$1"; fi; }
log=$TMP/agent.log
SOCK=$TMP/reading.sock
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
cp "$BIN" "$TMP/ipfwagent" && chmod 755 "$TMP/ipfwagent" && BIN=$TMP/ipfwagent
# agent_on ARGS...: by eBPF, unless they say otherwise, in a mount namespace of its own.
agent_on() {
	: >"$log"
	background in_ns "$R" unshare -m ${over:+"$over"} "$BIN" agent --agentx-socket "$MASTER" --reading-socket "$SOCK" --interval 0.2 "$@" 2>>"$log"
	agent=$bg
	wait_for 20 agent_answers || not_ok "the agent answers" "$(tail -c 400 "$log")"
}
# agent_off NAME: it ends well, and without a sanitizer's complaint.
agent_off() {
	kill "$agent"
	wait "$agent"
	expect "$1: the agent ends well" 0 $?
}
mib() { snmp_value "IPFWAGENT-MIB::$1" | tr -d '"'; }
is_mib() { [ "$(mib "$1")" = "$2" ]; }
ticks() { SNMP_FLAGS=-OQvUt mib "$1"; }
is_status() { is_mib ipfwStatus.0 "$1"; }
says() { [[ $(mib ipfwStatusText.0) == *"$1"* ]]; }
same_time() { expect "$1" "$2" "$(ticks "$3")"; } # NAME WANTED OBJECT: a time of the MIB
absent() {
	local got
	got=$(mib "$1")
	[[ $got == *"No Such Instance"* ]] || { echo "'$got'" && false; }
}
reading() { echo json | timeout 10 socat -t 9 - "UNIX-CONNECT:$SOCK" 2>/dev/null; }
answers() { [ "$(reading | jq -r .schema)" = ipfwagent/1 ]; }
no_crash() { expect_true "$1: the agent lives" kill -0 "$agent"; }

# Files of the live /proc: the agent sees a directory of links to them in the place of /proc/net, and
# what is put there instead of one.
agent_on
net=$TMP/net
mkdir "$net"
# At once, so that no reading sees a file missing in between.
put() { ln -s "$2" "$net/new" && mv -fT "$net/new" "$net/$1"; } # FILE WHAT
healthy() { put "$1" "/proc/$snmpd/net/$1"; }
for f in snmp snmp6 netstat dev_snmp6; do healthy $f; done
in_mount_ns() { nsenter -t "$agent" -m "$@"; }
in_mount_ns mount --bind "$net" "/proc/$agent/net" || not_ok "mount over /proc/net" "refused"
datagrams "$C" 10 100 10.2.0.2
sleep 0.5
errors=$(mib ipfwSystemHdrErrors.1)
began=$(ticks ipfwSystemDiscontinuityTime.1)
changed=$(ticks ipfwTableLastChange.0)
fault() { # KIND FILE
	local bad=$TMP/$1.$2
	case $1 in
	empty) : >"$bad" ;;
	garbage) head -c 3000 /dev/urandom >"$bad" ;;
	half) head -c $(($(head -n 1 "/proc/$snmpd/net/$2" | wc -c) + 20)) "/proc/$snmpd/net/$2" >"$bad" ;;
	directory) mkdir "$bad" ;;
	fifo) mkfifo "$bad" ;;
	device) mknod "$bad" c 1 5 ;; # as /dev/zero: a line without end
	missing) ;;
	esac
	put "$2" "$bad"
}
for kind in empty garbage half directory fifo device missing; do
	fault $kind snmp
	expect_true "$kind snmp: degraded" wait_for 5 is_status degraded
	expect_true "$kind snmp: the text names it" says "/proc/net/snmp: "
	expect_true "$kind snmp: its figures are absent" absent ipfwSystemHdrErrors.1
	expect_match "$kind snmp: others are there" '^[0-9]+' "$(mib ipfwSystemHdrErrors.2)"
	expect "$kind snmp: eBPF's are exact" 10 "$(mib ipfwSystemOutForwPackets.1)"
	healthy snmp
	expect_true "$kind snmp: it passes" wait_for 5 is_status ok
	expect "$kind snmp: the figure is back" "$errors" "$(mib ipfwSystemHdrErrors.1)"
done
for f in netstat snmp6; do
	fault garbage $f
	expect_true "garbled $f: the text names it" wait_for 5 says "/proc/net/$f: "
	healthy $f
	expect_true "garbled $f: it passes" wait_for 5 is_status ok
done
same_time "unreadable files: no discontinuity" "$began" ipfwSystemDiscontinuityTime.1
same_time "unreadable files: no interface came or went" "$changed" ipfwTableLastChange.0
expect "unreadable files: two lines each in the log" 18 "$(grep -cE 'degraded: /proc/net|all figures are back' "$log")"
in_mount_ns umount "/proc/$agent/net"
no_crash "unreadable files"
agent_off "unreadable files"

# Nor is a file that only root may read a reason to keep a privilege. It is closed to every process in
# that mount namespace, which has links in the place of /proc.
cp -L "/proc/$snmpd/net/snmp" "$TMP/closed" && chmod 000 "$TMP/closed"
mkdir -p "$TMP/real" "$TMP/proc/net"
for f in self thread-self sys kallsyms; do ln -s "$TMP/real/$f" "$TMP/proc/$f"; done
for f in snmp6 netstat dev_snmp6; do ln -s "$TMP/real/self/net/$f" "$TMP/proc/net/$f"; done
ln -s "$TMP/closed" "$TMP/proc/net/snmp"
cat >"$TMP/over" <<-O
	#!/bin/sh
	mount --rbind /proc "$TMP/real" && mount --bind "$TMP/proc" /proc && exec "\$@"
O
chmod 755 "$TMP/over"
# LeakSanitizer looks for its threads in /proc.
ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 over=$TMP/over agent_on --user nobody
expect_true "a file for root only: degraded" wait_for 5 says "/proc/net/snmp: Permission denied"
expect "a file for root only: no capability" 0000000000000000 \
	"$(awk '$1 ~ /^Cap(Eff|Prm):/ { print $2 }' "/proc/$agent/status" | sort -u)"
expect "a file for root only: exact all the same" ebpf "$(mib ipfwSource.0)"
expect "a file for root only: nothing is said to be kept" 0 "$(grep -c 'is kept' "$log")"
agent_off "a file for root only"

# A tree of one's own, without the right to read a file for a while: the list of interfaces. They are
# not gone, and what was reset meanwhile is seen.
cp -r "$top/tests/fixtures/6.18" "$TMP/tree"
dev=$TMP/tree/proc/net/dev
agent_on --root "$TMP/tree" --user nobody
packets=$(mib ipfwIfInPackets.0.2)
began=$(ticks ipfwIfDiscontinuityTime.0.2)
changed=$(ticks ipfwTableLastChange.0)
for then in "the same" reset; do
	chmod 000 "$dev"
	expect_true "no list of interfaces: degraded" wait_for 5 says "/proc/net/dev: Permission denied"
	expect "no list of interfaces: it is not gone" eth0 "$(mib ipfwIfName.0.2)"
	expect_true "no list of interfaces: its figures are" absent ipfwIfInPackets.0.2
	[ "$then" = "the same" ] || sed -i 's/eth0: *[0-9]* *[0-9]*/eth0: 700 7/' "$dev"
	chmod 644 "$dev"
	expect_true "a list again: ok" wait_for 5 is_status ok
	[ "$then" = "the same" ] || break
	expect "a list again: the figure" "$packets" "$(mib ipfwIfInPackets.0.2)"
	same_time "a list again: no discontinuity" "$began" ipfwIfDiscontinuityTime.0.2
done
expect "reset unseen: the figure" 7 "$(mib ipfwIfInPackets.0.2)"
expect_true "reset unseen: a discontinuity" [ "$(ticks ipfwIfDiscontinuityTime.0.2)" -gt $((began + 20)) ]
expect_match "reset unseen: no spike" '^0( |$)|No Such' "$(mib ipfwIfInPacketRate.0.2)"
same_time "no interface came or went" "$changed" ipfwTableLastChange.0
agent_off "a tree of one's own"
agent_on
datagrams "$C" 10 100 10.2.0.2

# Somebody removes pins: all of them, or a single hook's; or puts others in their place.
pins() { echo "/sys/fs/bpf/ipfwagent/netns-$(stat -Lc %i "/run/netns/$R")-layout-"*; }
gone() { # NAME: degraded, by the kernel; attached again, by eBPF and from 0
	expect_true "$1: the kernel's figures" wait_for 5 is_mib ipfwSource.0 kernel
	expect_true "$1: degraded, and why" says "were detached"
	expect_true "$1: forwarded octets are absent" absent ipfwSystemOutForwOctets.1
	"$BIN" attach --netns "$R" 2>/dev/null
	expect_true "$1: eBPF again" wait_for 5 is_mib ipfwSource.0 ebpf
	expect_true "$1: ok again" wait_for 5 is_status ok
	expect "$1: from the beginning" 0 "$(mib ipfwSystemOutForwPackets.1)"
	datagrams "$C" 5 100 10.2.0.2
	sleep 0.5
	expect "$1: they count" 5 "$(mib ipfwSystemOutForwPackets.1)"
}
rm -r "$(pins)"
gone "rm -r of the pins"
rm "$(pins)/link_forward_ipv4"
expect "a hook's pin: nobody takes the rest for exact" '"kernel"' \
	"$("$BIN" --netns "$R" --json --reading-socket none | jq -c .source.name)"
gone "a hook's pin"
rm "$(pins)/if_low" "$(pins)/info"
gone "maps' pins"
lines=$(wc -l <"$log")
began=$(ticks ipfwSystemDiscontinuityTime.1)
# All between two readings, or as good as.
kill -STOP "$agent"
"$BIN" detach --netns "$R" 2>/dev/null && "$BIN" attach --netns "$R" 2>/dev/null
kill -CONT "$agent"
counts_anew() { is_mib ipfwSystemOutForwPackets.1 0; }
expect_true "replaced: the new ones are read" wait_for 5 counts_anew
expect_true "replaced: a discontinuity" [ "$(ticks ipfwSystemDiscontinuityTime.1)" -gt "$began" ]
expect "replaced: not a word" "$lines" "$(wc -l <"$log")"
no_crash "vanished pins"

# Interfaces come and go, and are renamed, at full speed; every 50 ms there is a reading.
cat >"$TMP/steady.py" <<'P'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
begin, n = time.monotonic(), 0
while (now := time.monotonic() - begin) < float(sys.argv[1]):
    while n < now * 200:  # 200 a second, made up for if late
        s.sendto(b"x" * 72, ("10.2.0.2", 9))
        n += 1
    time.sleep(0.005)
print(n)
P
cat >"$TMP/watch.py" <<'P'
import json, socket, sys, time
def numbers(x):
    if isinstance(x, dict):
        return [n for v in x.values() for n in numbers(v)]
    return [n for v in x for n in numbers(v)] if isinstance(x, list) else [x] if isinstance(x, int) else []
path, end, last, readings, wrong = sys.argv[1], time.monotonic() + float(sys.argv[2]), [0, 0], 0, 0
while time.monotonic() < end:
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    s.sendall(b"json\n")
    data = b""
    while part := s.recv(1 << 20):
        data += part
    s.close()
    d = json.loads(data)
    rs = d["interfaces"].get("rs", {}).get("ipv4", {}).get("forwarded_out_packets")
    now = [rs, d["ipv4"]["forwarding"]["outgoing_packets"]]
    if d["source"]["name"] != "ebpf" or "rc" not in d["interfaces"] or None in now or \
            now[0] < last[0] or now[1] < last[1] or min(numbers(d)) < 0:
        wrong += 1
        print(d, file=sys.stderr)
    else:
        last = now
    readings += 1
    time.sleep(0.02)
print(readings, wrong)
P
agent_off "vanished pins"
agent_on --interval 0.05
before=$(mib ipfwSystemOutForwPackets.1)
background in_ns "$R" bash -c 'while :; do
	ip link add churn0 type veth peer name churn1; ip link set churn0 up; ip link del churn0; done' >/dev/null 2>&1
churn=$bg
background in_ns "$R" bash -c 'while :; do
	ip link add name0 type veth peer name name1; ip link set name0 name name2; ip link del name2; done' >/dev/null 2>&1
churn2=$bg
in_ns "$C" /usr/bin/python3 "$TMP/steady.py" "$(long 3 60)" >"$TMP/sent" &
sender=$!
read -r n wrong <<<"$(/usr/bin/python3 "$TMP/watch.py" "$SOCK" "$(long 4 62)" 2>"$TMP/wrong")"
wait $sender
kill "$churn" "$churn2"
wait "$churn" "$churn2" 2>/dev/null
for i in churn0 name0 name2; do ip -n "$R" link del $i 2>/dev/null; done
sleep 0.3
expect "churn: nothing wrong in $n readings" "0 " "$wrong $(head -c 300 "$TMP/wrong")"
expect_true "churn: there were readings" [ "$n" -ge 20 ]
expect "churn: all were counted" $((before + $(cat "$TMP/sent"))) "$(mib ipfwSystemOutForwPackets.1)"
expect_true "churn: ok after it" wait_for 5 is_status ok
expect "churn: nothing was missing meanwhile" '' "$(grep -E 'degraded|failing' "$log" | head -n 2)"
no_crash churn

# No descriptors, while interfaces come and go.
open_fds() { find "/proc/$agent/fd" -mindepth 1 | wc -l; }
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$agent/stat"; }
sent=$(mib ipfwSystemOutForwPackets.1)
reading >/dev/null
before=$(open_fds)
prlimit --pid "$agent" --nofile=5:4096
for i in 1 2 3; do reading >/dev/null & done # they wait: nobody can accept them
expect_true "no descriptors: the text says so" wait_for 10 says "Too many open files"
for i in $(seq 30); do
	ip -n "$R" link add churn0 type veth peer name churn1 && ip -n "$R" link del churn0
done
cpu=$(cpu_ticks)
sleep 1
expect_true "no descriptors: it does not spin" [ $(($(cpu_ticks) - cpu)) -lt 80 ]
no_crash "no descriptors"
prlimit --pid "$agent" --nofile=4096:4096
expect_true "descriptors again: ok" wait_for 10 is_status ok
expect "descriptors again: exact" "$sent" "$(mib ipfwSystemOutForwPackets.1)"
expect_true "descriptors again: the socket answers" wait_for 5 answers
few_fds() { [ "$(open_fds)" -le $((before + 1)) ]; }
expect_true "descriptors again: none is lost ($before)" wait_for 10 few_fds
agent_off "no descriptors"

# Stopped, as a machine that sleeps: the interval is what it was, and no rate is higher than before.
socat -u "UNIX-RECV:$TMP/notify" "CREATE:$TMP/states" &
pids+=($!)
wait_for 10 test -S "$TMP/notify"
export NOTIFY_SOCKET=$TMP/notify WATCHDOG_USEC=2000000
agent_on --interval 2
unset NOTIFY_SOCKET WATCHDOG_USEC
nap=$(long 4 10)
in_ns "$C" /usr/bin/python3 "$TMP/steady.py" $((nap + 7)) >"$TMP/sent" &
sender=$!
rates() { SNMP_FLAGS=-OQvU snmp snmpget IPFWAGENT-MIB::ipfwSystem{RateInterval,OutForwPacketRate}.1 2>/dev/null | xargs; }
watchdogs() { grep -o WATCHDOG "$TMP/states" | wc -l; }
began=$(ticks ipfwSystemDiscontinuityTime.1)
sleep 0.5
kill -STOP "$agent"
sleep "$nap"
expect "asleep: nobody answers" '' "$(SNMP_FLAGS='-OQv -t 0.5 -r 0' mib ipfwSource.0 2>/dev/null | grep -v 'No Such')"
alive=$(watchdogs)
kill -CONT "$agent"
highest=0 longest=0 at_longest=0
end=$((SECONDS + 4))
while [ $SECONDS -lt $end ]; do
	read -r interval rate <<<"$(rates)"
	[[ $interval =~ ^[0-9]+$ && $rate =~ ^[0-9]+$ ]] || continue
	[ "$rate" -gt $highest ] && highest=$rate
	[ "$interval" -gt $longest ] && longest=$interval at_longest=$rate
done
expect_true "awake: the interval was as long ($longest ms)" [ "$longest" -ge $((nap * 1000)) ]
expect_true "awake: its rate is true ($at_longest a second)" [ "$at_longest" -ge 150 ]
expect_true "awake: no rate is too high ($highest a second)" [ "$highest" -le 260 ]
same_time "awake: no discontinuity" "$began" ipfwSystemDiscontinuityTime.1
expect_true "awake: systemd hears that it is alive" [ "$(watchdogs)" -gt "$alive" ]
expect "awake: status" ok "$(mib ipfwStatus.0)"
wait $sender
agent_off awake

# A service manager that waits a second hears it in time, although no reading is due for an hour.
NOTIFY_SOCKET=$TMP/notify WATCHDOG_USEC=1000000 agent_on --interval 3600
sleep 1.2
alive=$(watchdogs)
sleep 2.5
expect_true "a long interval: systemd hears that it is alive" [ $(($(watchdogs) - alive)) -ge 4 ]
begin=$(now_ms) alive=$(watchdogs)
for i in $(seq 100); do reading >/dev/null; done
took=$(($(now_ms) - begin)) alive=$(($(watchdogs) - alive))
expect_true "many clients: systemd does not hear of each ($alive times in $took ms)" [ $alive -le $((took / 250 + 2)) ]
agent_off "a long interval"

# The clock is set while the agent runs: for it alone, by a library in front of the real one.
cat >"$TMP/clock.c" <<'P'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
/* The number of seconds in the file $CLOCK is added. */
int clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	int r, offset = 0;
	FILE *f;

	if (!real)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	r = real(clock, t);
	if (clock != CLOCK_REALTIME || !(f = fopen(getenv("CLOCK"), "re")))
		return r;
	if (fscanf(f, "%d", &offset) == 1)
		t->tv_sec += offset;
	fclose(f);
	return r;
}
P
if ${CC:-cc} -shared -fPIC -o "$TMP/clock.so" "$TMP/clock.c" -ldl; then
	echo 0 >"$TMP/clock"
	clocked() {
		background in_ns "$R" env CLOCK="$TMP/clock" LD_PRELOAD="$TMP/clock.so" ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" \
			"$BIN" agent --agentx-socket "$MASTER" --reading-socket "$SOCK" --interval 0.5 2>>"$log"
		agent=$bg
	}
	clocked
	wait_for 20 agent_answers
	sleep 1.5
	since=$(date -d "$(reading | jq -r .source.since)" +%s.%6N)
	began=$(ticks ipfwSystemDiscontinuityTime.1)
	for offset in -3600 7200; do
		echo $offset >"$TMP/clock"
		sleep 1.2
		stamp=$(reading | jq -r .timestamp)
		error=$(($(date -d "$stamp" +%s) - $(date +%s) - offset))
		expect_true "the clock set by $offset s: it shows in the timestamp" [ ${error#-} -le 5 ]
		read -r interval _ <<<"$(rates)"
		expect_true "the clock set by $offset s: the interval is measured ($interval ms)" [ "$interval" -ge 100 -a "$interval" -le 60000 ]
		expect "the clock set by $offset s: since" "$((${since%.*} + offset)).${since#*.}" \
			"$(date -d "$(reading | jq -r .source.since)" +%s.%6N)"
		same_time "the clock set by $offset s: no discontinuity" "$began" ipfwSystemDiscontinuityTime.1
		expect "the clock set by $offset s: status" ok "$(mib ipfwStatus.0)"
	done
	agent_off "the clock"
	# The end waits a second for the thread that cannot leave connect(): by a clock that nobody sets.
	kill -STOP "$snmpd"
	fill_queue
	clocked
	wait_for 20 answers
	sleep 2.5
	gone_in_time "the clock, and a master that hangs" "$agent" TERM 3000
	kill -CONT "$snmpd"
else
	not_ok "the clock" "no compiler"
fi

# A log that cannot be written: sampling goes on. A line comes with each reading.
goes_on() { # NAME
	local first
	first=$(mib ipfwSamples.0)
	sleep 1.5
	expect_true "$1: sampling goes on" [ $(($(mib ipfwSamples.0) - first)) -ge 20 ]
}
loud() { # REDIRECTED: start an agent that logs 50 lines a second
	background in_ns "$R" "$BIN" agent --source kernel --agentx-socket "$MASTER" --reading-socket "$SOCK" --interval 0.02 --verbose
	agent=$bg
	wait_for 20 agent_answers
}
loud 2>/dev/full
goes_on "a full disk"
agent_off "a full disk"
loud 2>&-
goes_on "stderr is closed"
agent_off "stderr is closed"
mkfifo "$TMP/pipe"
cat >"$TMP/reader.py" <<'P'
import fcntl, signal, sys, time
f = open(sys.argv[1], "rb", buffering=0)
fcntl.fcntl(f, 1031, 4096)  # F_SETPIPE_SZ: it is full soon
if sys.argv[2] == "stuck":  # until SIGUSR1; then reads to the end
    signal.signal(signal.SIGUSR1, lambda *_: None)
    signal.pause()
    while part := f.read(65536):
        sys.stdout.buffer.write(part)
P
/usr/bin/python3 "$TMP/reader.py" "$TMP/pipe" gone &
loud 2>"$TMP/pipe"
goes_on "the log's reader is gone"
agent_off "the log's reader is gone"
/usr/bin/python3 "$TMP/reader.py" "$TMP/pipe" stuck >"$TMP/read" &
reader=$!
loud 2>"$TMP/pipe"
sleep 1
goes_on "the log's reader is stuck"
kill -USR1 $reader
sleep 0.5
agent_off "the log's reader is stuck"
wait $reader
expect_true "the log's reader is stuck: it learns what it missed" grep -qE '^ipfwagent: [0-9]+ messages could not be written$' "$TMP/read"
expect "the log's reader is stuck: whole lines" 0 "$(grep -vc '^ipfwagent: ' "$TMP/read")"

# What the agent needs is not there when it starts: a sentence, a status, and no crash.
# refused NAME REGEX COMMAND...
refused() {
	in_ns "$R" timeout -s KILL 20 "${@:3}" agent --source kernel --agentx-socket "$MASTER" --reading-socket "$TMP/other.sock" 2>"$log"
	expect "$1: exit status" 1 $?
	expect_match "$1: says why" "^ipfwagent: $2" "$(tail -n 1 "$log")"
}
soname=$(grep -ao 'libnetsnmpagent\.so\.[0-9.]*' "$BIN" | head -n 1)
library=$(ldconfig -p | awk -v name="$soname" '$1 == name { print $NF; exit }')
missing="cannot load $soname, .*package libsnmp${soname#*.so.} .*: .*"
hide() { unshare -m sh -c 'mount --bind /dev/null "$0" && exec "$@"' "$@"; }
export -f hide
refused "no library" "$missing$soname: file too short" bash -c 'hide "$@"' bash "$library" "$BIN"
for n in 5 6 7 8 9; do
	refused "$n descriptors" '.*Too many open files' prlimit "--nofile=$n:$n" "$BIN"
done
if ! grep -q __asan_init "$BIN"; then # which takes terabytes of addresses
	refused "20 MB of memory" "$missing: failed to map" prlimit --as=20480000:20480000 "$BIN"
fi

# The namespace is deleted while the agent is in it: it keeps it, and ends when it is told to.
"$BIN" detach --netns "$R" 2>/dev/null
: >"$log"
background in_ns "$S" "$BIN" agent --source kernel --agentx-socket "$MASTER" --reading-socket "$TMP/other.sock" --interval 0.2 2>>"$log"
agent=$bg
other_answers() { [ "$(echo json | timeout 5 socat -t 5 - "UNIX-CONNECT:$TMP/other.sock" | jq -r '.interfaces | has("s0")')" = true ]; }
expect_true "a namespace with an agent" wait_for 10 other_answers
ip netns del "$S"
sleep 1
expect_true "a namespace deleted under the agent: it goes on" other_answers
agent_off "a namespace deleted under the agent"
finish

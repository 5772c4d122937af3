#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Life with the master agent: it restarts, is killed, stopped, late, unreachable or deaf; the agent
# goes on sampling, says once what changed, ends in time, and is back soon. IPFW_LONG=1: stopped for
# a minute.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

add_ns "$R" && add_ns "$S"
cp "$BIN" "$TMP/ipfwagent" && chmod 755 "$TMP/ipfwagent" && BIN=$TMP/ipfwagent
long=$([ "${IPFW_LONG:-0}" = 1 ] && echo 60 || echo 6)
log=$TMP/agent.log
: >"$log"
logged() { grep -c -- "$1" "$log"; }
# The n-th line of that kind is there.
has_logged() { [ "$(logged "$1")" -ge "$2" ]; }
starts() { : >"$log" && start_agent --interval 0.5 "$@"; }
ends() { kill "$agent" 2>/dev/null; wait "$agent"; }
in_time() { gone_in_time "$1" "$agent" TERM; }

# Asks every 10 ms for an object of snmpd and one of the agent; says how many ms after the first
# answer of the former the first of the latter came, and how long it may have taken for a processor.
cat >"$TMP/recovery.py" <<'P'
import socket, sys, time
sys.dont_write_bytecode = True
sys.path.append(sys.argv[5])
import waits
def tlv(tag, *parts):
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body
def oid(text):
    numbers = [int(n) for n in text.split(".")]
    out = bytes([numbers[0] * 40 + numbers[1]])
    for n in numbers[2:]:
        part = [n & 127]
        while n := n >> 7:
            part.append(n & 127 | 128)
        out += bytes(reversed(part))
    return tlv(6, out)
def get(request, name):
    bindings = tlv(0x30, tlv(0x30, oid(name), tlv(5)))
    pdu = tlv(0xA0, tlv(2, bytes([request])), tlv(2, b"\0"), tlv(2, b"\0"), bindings)
    return tlv(0x30, tlv(2, b"\1"), tlv(4, b"public"), pdu)
questions = [get(1, "1.3.6.1.2.1.1.3.0"), get(2, sys.argv[1] + ".1.1.2.0")]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("127.0.0.1", 1161))
s.setblocking(False)
open(sys.argv[2], "w").close()
def queued():
    try:
        return waits.queued(sys.argv[3], open(sys.argv[4]).read().strip())
    except OSError:  # it has not started
        return waits.queued(sys.argv[3])
seen, late, at = {}, 0.0, 0
end = time.monotonic() + 20
while len(seen) < 2 and time.monotonic() < end:
    for q in questions:
        try:
            s.send(q)
        except OSError:
            pass
    before = time.monotonic()
    time.sleep(0.01)
    late = max(late, time.monotonic() - before - 0.01)
    while True:
        try:
            answer = s.recv(4096)
        except OSError:
            break
        if answer[-2:] in (b"\x80\0", b"\x81\0", b"\x82\0"):  # there is no such object
            continue
        which = 1 if bytes([0xA2]) in answer and answer[answer.index(0xA2) + 4] == 1 else 2
        seen.setdefault(which, time.monotonic())
        at = at or queued()
late += queued() - at
print(round((seen[2] - seen[1]) * 1000) if len(seen) == 2 else "never", round(late * 1000))
P
# again SIGNAL: snmpd ends by it and starts; $ms until the agent answers too, $late.
again() {
	kill "-$1" "$snmpd" && wait "$snmpd" 2>/dev/null
	rm -f "$TMP/ready" "$TMP/snmpd.pid"
	in_ns "$R" /usr/bin/python3 "$TMP/recovery.py" $ROOT_OID "$TMP/ready" "$agent" "$TMP/snmpd.pid" "$here" >"$TMP/recovery" &
	local watcher=$!
	wait_for 10 test -e "$TMP/ready"
	start_snmpd
	wait $watcher
	read -r ms late <"$TMP/recovery"
}
stop_master() { kill -STOP "$snmpd"; }
resume_master() { kill -CONT "$snmpd"; }

# snmpd comes later than the agent, then restarts and dies.
starts
expect_true "snmpd is late: it is said" wait_for 10 has_logged 'cannot connect .*: No such file or directory, trying again' 1
sleep 2.5
expect "snmpd is late: once" 1 "$(wc -l <"$log")"
start_snmpd
expect_true "snmpd is late: the agent answers" wait_for 5 agent_answers
expect_true "snmpd is late: connected is said" wait_for 2 has_logged "connected to the SNMP master agent at $MASTER" 1
n=0
for how in TERM KILL TERM KILL; do
	n=$((n + 1))
	again $how
	expect_true "snmpd SIG$how and start, round $n: back after $ms ms" [ "$ms" -le $((1500 + late)) ]
done
expect "restarts: each loss is said once" $n "$(logged 'lost the SNMP master')"
expect "restarts: each return is said once" $((n + 1)) "$(logged 'connected to the SNMP')"
expect "restarts: nothing else is said" 0 "$(grep -vcE 'lost the|connected to the|cannot connect .*: (No such file|Connection refused)' "$log")"

# A second agent on the same master.
background in_ns "$R" "$BIN" agent --source kernel --agentx-socket "$MASTER" --reading-socket none 2>"$TMP/second.log"
wait_for 10 dead "$bg"
expect_true "a second agent ends" dead "$bg"
wait "$bg"
expect "a second agent: exit status" 1 $?
expect_match "a second agent says why" 'another ipfwagent is already connected' "$(cat "$TMP/second.log")"
expect_true "a second agent: the first goes on" agent_answers
expect "a second agent: the first notices nothing" $n "$(logged 'lost the SNMP master')"
ends
agents=()
for i in 1 2 3; do
	background in_ns "$R" "$BIN" agent --source kernel --agentx-socket "$MASTER" --reading-socket none 2>>"$TMP/second.log"
	agents+=("$bg")
done
alive() { local i=0 p; for p in "${agents[@]}"; do dead "$p" || i=$((i + 1)); done; echo $i; }
one_left() { [ "$(alive)" = 1 ]; }
expect_true "three agents at once: one is left" wait_for 10 one_left
sleep 0.5
expect "three agents at once: one stays" 1 "$(alive)"
expect_true "three agents at once: it answers" agent_answers
kill "${agents[@]}" 2>/dev/null
wait "${agents[@]}"

# Two agents, each in a namespace with a master of its own.
starts
wait_for 10 agent_answers
mkdir "$TMP/other"
sed "s,$TMP/agentx/,$TMP/other/," "$TMP/snmpd.conf" >"$TMP/other.conf"
background in_ns "$S" env MIBS="" SNMP_PERSISTENT_DIR="$TMP/other" \
	snmpd -f -Lf "$TMP/other.log" -I -smux -C -c "$TMP/other.conf" -p "$TMP/other.pid"
other_snmpd=$bg
background in_ns "$S" "$BIN" agent --source kernel --interval 0.5 --agentx-socket "unix:$TMP/other/master" \
	--reading-socket none 2>"$TMP/second.log"
second=$bg
other_answers() { (R=$S && agent_answers); }
expect_true "another namespace: its agent answers" wait_for 10 other_answers
expect_true "another namespace: so does the first" agent_answers
again TERM
expect_true "another namespace: the first is back" wait_for 5 agent_answers
expect_true "another namespace: its agent answers all the time" other_answers
expect "another namespace: its agent loses nothing" 0 "$(grep -c lost "$TMP/second.log")"
kill "$second" && wait "$second"
expect "another namespace: its agent ends" 0 $?
kill "$other_snmpd"
expect_true "another namespace: the first goes on" agent_answers
ends

# Stopped. The agent logs a line for each reading. Between two it waits for the next one, and for a
# processor if the machine has none to spare, which the kernel counts; for nothing else.
cat >"$TMP/gaps.py" <<'P'
import os, select, sys, time
sys.dont_write_bytecode = True
sys.path.append(sys.argv[4])
import waits
seconds, pipe, pid = float(sys.argv[1]), open(sys.argv[2], "rb", buffering=0), sys.argv[3]
def queued():
    return waits.queued(open(pid).read().strip())
lines, worst, machine = 0, 0.0, 0.0
while not os.path.exists(pid):
    time.sleep(0.01)
first = last = time.monotonic()
first_queued = last_queued = queued()
while (before := time.monotonic()) < first + seconds:
    ready = select.select([pipe], [], [], 0.01)[0]
    now = time.monotonic()
    machine = max(machine, now - before - 0.01)
    if ready:
        lines += pipe.read(65536).count(b"status ")
        worst, last, last_queued = max(worst, now - last - (queued() - last_queued)), now, queued()
worst = max(worst, before - last - (queued() - last_queued))
print(lines, round((queued() - first_queued) * 1000), round(worst * 1000), round(machine * 1000))
P
mkfifo "$TMP/lines"
/usr/bin/python3 "$TMP/gaps.py" $((long + 2)) "$TMP/lines" "$TMP/pid" "$here" >"$TMP/gaps" & # the pipe's reader, first
watcher=$!
background in_ns "$R" "$BIN" agent --source kernel --agentx-socket "$MASTER" --reading-socket "$TMP/reading.sock" \
	--interval 0.1 --verbose 2>"$TMP/lines"
agent=$bg
echo "$agent" >"$TMP/new" && mv "$TMP/new" "$TMP/pid"
sleep 1
stop_master
wait $watcher
read -r lines queued gap machine <"$TMP/gaps"
expect_true "stopped for $long s: samples go on ($lines; $queued ms without a processor)" [ "$lines" -ge $(((long * 1000 - queued) / 100 * 9 / 10)) ]
expect_true "stopped for $long s: no gap (worst $gap ms; this machine $machine ms)" [ "$gap" -le $((250 + 2 * machine)) ]
ask() { echo json | timeout 5 socat -t 5 - "UNIX-CONNECT:$TMP/reading.sock" | jq -r .schema; }
expect "stopped: the reading socket answers" ipfwagent/1 "$(ask)"
resume_master
expect_true "resumed: the agent answers" wait_for 5 agent_answers
ends

# SIGTERM while it is stopped, in each state.
starts
wait_for 10 agent_answers
stop_master
sleep 2
in_time "SIGTERM, connected to a stopped master"
starts
expect_true "a stopped master: it is said" wait_for 10 has_logged 'cannot connect .*: no answer, trying again' 1
in_time "SIGTERM, before there was a connection"
starts
wait_for 5 hears "$agent"
in_time "SIGTERM, at once"
resume_master
starts
wait_for 10 agent_answers
kill -KILL "$snmpd" && wait "$snmpd" 2>/dev/null
start_snmpd
stop_master
sleep 2.5
in_time "SIGTERM, reconnecting to a stopped master"
# Its queue is full: connect() blocks for ever.
fill_queue
starts
sleep 2.5
expect "a full queue: the reading socket answers" ipfwagent/1 "$(ask)"
kill -USR1 "$agent"
expect_true "a full queue: SIGUSR1 is answered" wait_for 2 has_logged 'SNMP master not connected' 1
in_time "SIGTERM, in a connect() that blocks"
expect_true "and no socket is left behind" [ ! -e "$TMP/reading.sock" ]
resume_master
expect_true "resumed: snmpd answers" wait_for 10 snmp snmpget 1.3.6.1.2.1.1.3.0
starts
expect_true "resumed: a new agent is served" wait_for 10 agent_answers
stop_snmpd
ends

# What may stand in the socket's place: each is said once, and all is well when snmpd comes.
rm -rf "$TMP/agentx"
path=${MASTER#unix:}
lines_before=0
# said NAME TEXT: exactly one line more than before, after a while, and no time is burnt.
said() {
	local cpu
	wait_for 10 has_logged "$2" 1
	cpu=$(cpu_ticks)
	sleep 3.2
	expect "$1: one line" $((lines_before + 1)) "$(wc -l <"$log")"
	expect_match "$1: the reason" "cannot connect to the SNMP master agent at $MASTER: $2, trying again" "$(tail -n 1 "$log")"
	expect_true "$1: no time is burnt" [ $(($(cpu_ticks) - cpu)) -le 50 ]
	lines_before=$(wc -l <"$log")
}
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$agent/stat"; }
# The library forgets 110 octets when a listener hangs up before it has said a word.
echo leak:libnetsnmp >"$TMP/leaks"
export LSAN_OPTIONS=suppressions=$TMP/leaks:print_suppressions=0
starts --user nobody
unset LSAN_OPTIONS
said "no directory" 'No such file or directory'
mkdir -m 700 "$TMP/agentx" && touch "$path"
said "a directory without permission" 'Permission denied'
chmod 755 "$TMP/agentx" && chmod 666 "$path"
said "a file in its place" 'Connection refused'
rm "$path"
wait_for 5 has_logged 'No such file' 2
lines_before=$(wc -l <"$log")
/usr/bin/python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$path"
chmod 666 "$path"
wait_for 5 has_logged 'Connection refused' 2
expect "a stale socket: one line" $((lines_before + 1)) "$(wc -l <"$log")"
lines_before=$(wc -l <"$log")
cat >"$TMP/listener.py" <<'P'
import os, socket, sys
path, closes = sys.argv[1], sys.argv[2] == "closes"
s, held = socket.socket(socket.AF_UNIX), []
os.path.exists(path) and os.unlink(path)
s.bind(path)
os.chmod(path, 0o666)
s.listen(5)
while True:
    c = s.accept()[0]
    c.close() if closes else held.append(c)
P
background /usr/bin/python3 "$TMP/listener.py" "$path" silent
said "a listener that is silent" 'no answer'
kill "$bg"
background /usr/bin/python3 "$TMP/listener.py" "$path" closes
sleep 3
expect "a listener that hangs up: no line more" "$lines_before" "$(wc -l <"$log")"
kill "$bg"
rm -f "$path"
start_snmpd # its socket is for root only
wait_for 5 has_logged 'Permission denied' 2
expect_match "snmpd without permission: the reason" 'Permission denied' "$(tail -n 1 "$log")"
chmod 666 "$path"
expect_true "snmpd at last: the agent answers" wait_for 5 agent_answers
expect_match "snmpd at last: the last line" 'connected to the SNMP master' "$(tail -n 1 "$log")"
in_time "the end"
finish

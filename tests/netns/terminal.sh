#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a person sees: monitor on terminals of several sizes, the order of interfaces and paths, a
# captured tree's own name and time.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
quiet "$C" && quiet "$S"
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
ip -n "$R" link add idle9 index 1001 type veth peer name idle1 index 1002
ip -n "$R" link set rs down && ip -n "$R" link set rs name rs20 && ip -n "$R" link set rs20 up
ip -n "$R" route replace 10.2.0.0/24 dev rs20 src 10.2.0.1
neighbour "$R" rs20 "$S" s0 10.2.0.2

# terminal COLUMNS ROWS FRAMES ARGS...: run on a terminal of that size until so many frames came. The
# frames, as they stand there in the end, are in $TMP/frame.N; what is not as it has to be is printed.
cat >"$TMP/terminal.py" <<'P'
import fcntl, os, pty, re, select, signal, struct, sys, termios
columns, rows, wanted, place, command = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execv(command[0], command)
data = b""
while data.count(b"\033[J") < wanted:
    if not select.select([fd], [], [], 60)[0]:
        sys.exit("no frame for a minute")
    try:
        data += os.read(fd, 65536)
    except OSError:
        break
os.kill(pid, signal.SIGTERM)
while True:
    try:
        data_more = os.read(fd, 65536)
    except OSError:
        break
    if not data_more:
        break
status = os.waitpid(pid, 0)[1]
frames = data.decode().split("\033[J")
if status:
    print("status", status)
for n, frame in enumerate(frames[:wanted], 1):
    if not frame.startswith("\033[H"):
        print("frame", n, "does not begin at home:", repr(frame[:40]))
    lines = frame.removeprefix("\033[H").split("\r\n")
    if lines.pop():
        print("frame", n, "ends in a line")
    if rows and len(lines) >= rows:
        print("frame", n, "has", len(lines), "lines")
    for line in lines:
        text = line.removesuffix("\033[K")
        if "\033" in text:
            print("not a line end:", repr(line))
        if columns and len(text) > columns:
            print("too wide:", text)
        if line == text and len(text) != columns:
            print("what was there stays:", repr(line))
    open(f"{place}.{n}", "w").write("\n".join(l.removesuffix("\033[K") for l in lines) + "\n")
P
terminal() { in_ns "$R" /usr/bin/python3 "$TMP/terminal.py" "$1" "$2" "$3" "$TMP/frame" "$BIN" "${@:4}"; }
ifs_of() { awk '/^interface/ { on = 1; next } on && $2 == "total" { print $1 }' "$1" | xargs; }
row_of() { awk -v i="$1" -v f="$2" '$1 == i && $2 == f' "$3"; }

# Traffic all the time: what is idle is so in each interval.
traffic() { while sleep 0.1; do in_ns "$C" ping -q -n -c 3 -i 0.01 10.2.0.2; done >/dev/null 2>&1; }
traffic &
pids+=($!)

# Each by eBPF and by the kernel's counters.
for source in auto kernel; do
	expect "$source, 200 columns: as it has to be" '' "$(terminal 200 80 2 monitor -i 1 --source $source)"
	expect_match "$source, 200 columns: every column" 'quality +.*packets/s.*bit/s.*packets/s.*bit/s.*packets/s.*bit/s.*packets/s.*bit/s' "$(cat "$TMP/frame.2")"
	expect "$source: idle interfaces are last" 'rc rs20 idle9 idle1' "$(ifs_of "$TMP/frame.2")"
	expect "$source, 80 columns: as it has to be" '' "$(terminal 80 80 2 monitor -i 0.5 --source $source)"
	for label in received sent forwarded; do
		expect_match "$source, 80 columns: $label" "^ .*\\b$label\\b" "$(grep -B 1 '^interface' "$TMP/frame.2")"
	done
	# A row is one line with all of its numbers: of each of three pairs one.
	expect "$source, 80 columns: rows are whole" 0 \
		"$(awk '/^interface/ { on = 1; next } on && $1 !~ /^(rc|rs20|idle9|idle1)$/' "$TMP/frame.2" | wc -l)"
	for rows in 24 10; do
		expect "$source, 40 columns, $rows rows: as it has to be" '' "$(terminal 40 $rows 2 monitor -i 0.5 --source $source)"
		expect_match "$source, 40 columns, $rows rows: how much is left out" '^[0-9]+ more lines$' "$(tail -n 1 "$TMP/frame.2")"
	done
done
expect "the first figures do not wait for the interval" '' "$(terminal 100 50 1 monitor -i 60)"
expect_match "the first figures are of a short interval" 'rates over [0-9]\.[0-9]+ s' "$(head -n 1 "$TMP/frame.1")"
expect "no size known: as it has to be" '' "$(terminal 0 0 2 monitor -i 0.5)"
expect_match "no size known: every column" 'quality' "$(cat "$TMP/frame.2")"
expect "activity monitor: as it has to be" '' "$(terminal 80 24 2 activity monitor -i 0.5)"
expect_match "activity monitor: its rows" '^ipv4 +forwarded ' "$(cat "$TMP/frame.2")"
expect "paths monitor: as it has to be" '' "$(terminal 80 24 2 paths monitor -i 0.5)"
expect_match "paths monitor: its rows" '^rc +rs20 +ipv4 ' "$(cat "$TMP/frame.2")"
in_ns "$R" script -qec "$BIN monitor --json -c 1 -i 0.1" "$TMP/typescript" </dev/null | tr -d '\r' >"$TMP/json"
expect_true "JSON on a terminal is no frame" jq -en 'input | .timestamp' "$TMP/json"
expect_true "JSON on a terminal has many lines" [ "$(wc -l <"$TMP/json")" -gt 10 ]

# The order.
"$BIN" attach --netns "$R" 2>/dev/null
run() { in_ns "$R" "$BIN" "$@" >"$TMP/text" 2>"$TMP/err"; }
in_ns "$C" ping -q -n -c 50 -i 0.01 10.1.0.1 >/dev/null
run && expect "by index, unless told otherwise" 'rc rs20 idle9 idle1' "$(ifs_of "$TMP/text" | tr ' ' '\n' | grep -v '^lo$' | xargs)"
run --sort name && expect "by name, numbers as such" 'idle1 idle9 rc rs20' "$(ifs_of "$TMP/text")"
run monitor -i 2 -c 1 --sort packets && expect_match "by packets" '^r.* r.* idle' "$(ifs_of "$TMP/text")"
run --sort bytes && expect "by bytes" 'rc rs20' "$(ifs_of "$TMP/text" | cut -d' ' -f 1,2)"
datagrams "$S" 3000 72 10.1.0.2
run paths && expect_match "paths by index" '^rc +rs20 ' "$(sed -n 5p "$TMP/text")"
run paths --sort packets && expect_match "paths by packets" '^rs20 +rc +ipv4 +[3-9]' "$(sed -n 5p "$TMP/text")"
run --sort size
expect "an unknown order: exit status" 2 $?
expect_match "an unknown order: message" "sort 'size': want one of auto, index, name, packets, bytes" "$(cat "$TMP/err")"

# A captured tree has a host and a time of its own, or none; never those of this machine.
tree() { rm -rf "$TMP/tree" && cp -r "$top/tests/fixtures/5.10" "$TMP/tree" && chmod -R u+w "$TMP/tree" && mkdir -p "$TMP/tree/etc" "$TMP/tree/proc/sys/kernel"; }
origin() { run --json --root "$TMP/tree" && jq -c '[.hostname, .timestamp]' "$TMP/text"; }
head_of() { run --root "$TMP/tree" && head -n 1 "$TMP/text"; }
tree
expect "captured without host and time: JSON" '[null,null]' "$(origin)"
expect_match "captured without host and time: text" '^source: the kernel' "$(head_of)"
expect_match "captured without host and time: monitor" '^rates over ' "$(run monitor -i 0.1 -c 1 --root "$TMP/tree"; head -n 1 "$TMP/text")"
echo arch1 >"$TMP/tree/etc/hostname"
expect "captured with /etc/hostname: JSON" '["arch1",null]' "$(origin)"
expect "captured with /etc/hostname: text" arch1 "$(head_of)"
echo arch2 >"$TMP/tree/proc/sys/kernel/hostname"
echo '86400.25 1.00' >"$TMP/tree/proc/uptime"
expect "captured without the time of boot" '["arch2",null]' "$(origin)"
echo 'btime 1764400000' >"$TMP/tree/proc/stat"
expect "captured with all of it: JSON" '["arch2","2025-11-30T07:06:40.250000Z"]' "$(origin)"
expect "captured with all of it: text" 'arch2  2025-11-30 07:06:40 UTC' "$(head_of)"
head -c 100000 /dev/zero | tr '\0' x >"$TMP/tree/proc/uptime"
printf 'a\033[2Jb\n' >"$TMP/tree/proc/sys/kernel/hostname"
expect "captured, hostile: JSON" '["a\u001b[2Jb",null]' "$(origin)"
expect "captured, hostile: text" 'a\x1b[2Jb' "$(head_of)"
rm "$TMP/tree/proc/sys/kernel/hostname" "$TMP/tree/etc/hostname" && mkfifo "$TMP/tree/etc/hostname"
expect "captured, a FIFO for a name" '[null,null]' "$(origin)"
expect "the live system has its own name" "\"$(in_ns "$R" hostname)\"" "$(in_ns "$R" "$BIN" --json | jq .hostname)"

run activity monitor -i 0.1 -c 3
expect "activity monitor: blank lines between blocks" 2 "$(grep -c '^ipv6 *sent' <(grep -A 1 '^ipv6 *sent' "$TMP/text" | grep -B 1 '^$'))"
run monitor -i 0.1 -c 2
expect "monitor: one blank line between blocks, none at the end" '1 x' \
	"$(awk '/rates over/ && NR > 1 { n += last == "" && before != "" } { before = last; last = $0 } END { print n, last == "" ? "" : "x" }' "$TMP/text")"
finish

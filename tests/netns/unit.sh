#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The unit of dist/ under a real systemd, in namespaces of its own and on an overlay of this machine's
# files, so that nothing outside can be touched: it attaches, drops everything, serves, reloads, is
# started again when it hangs, and ends.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

if grep -q __asan_init "$BIN"; then
	echo "# the unit's sandbox is not made for a build with sanitizers"
	finish
fi
[ -x /lib/systemd/systemd ] || { skip "the unit" "there is no systemd"; finish; }
mkdir "$TMP/unit" "$TMP/dist"
cp "$top/dist/sysusers/ipfwagent.conf" "$TMP/dist/ipfwagent.sysusers"
cp "$top/dist/ipfwagent-listen.conf" "$top/dist/ipfwagent-netns.conf" "$TMP/dist"
sed 's,@bindir@,/usr/bin,' "$top/dist/ipfwagent.service.in" >"$TMP/dist/ipfwagent.service"
unshare --pid --fork --kill-child --mount --cgroup --net --ipc --uts \
	bash "$here/unit_boot.sh" "$TMP/unit" "$BIN" "$TMP/dist" >"$TMP/systemd.log" 2>&1 </dev/null &
shell=$!
pids+=("$shell")
find_init() { init=$(pgrep -P "$shell" -f '^/lib/systemd/systemd --system --unit=ipfw-test'); }
wait_for 15 find_init || { skip "the unit" "systemd does not start: $(tail -n 1 "$TMP/systemd.log")"; finish; }
find_init
inside() { nsenter -t "$init" -m -p -n -i -u -C -r -- "$@"; }
show() { inside systemctl show -P "$1" ipfwagent; }
active() { [ "$(show ActiveState)" = active ]; }
log() { inside journalctl -u ipfwagent --no-pager -o cat; }
ask() { echo json | inside socat - UNIX-CONNECT:/run/ipfwagent/reading.sock | jq -c "$1"; }
status() { inside awk -v k="$1:" '$1 == k { print $2 }' "/proc/$(show MainPID)/status"; }

expect_true "it starts, and says that it is ready" wait_for 20 active
expect_match "the first process attaches" 'hooks count since .*, pinned in' "$(log)"
expect "the agent counts by eBPF" '"ebpf"' "$(ask .source.name)"
since=$(ask .source.since)
expect "its user" "$(inside id -u ipfwagent)" "$(status Uid)"
expect "no capability is left" 0000000000000000 "$(status CapEff)"
expect "none can come back" 1 "$(status NoNewPrivs)"
expect "a filter for system calls" 2 "$(status Seccomp)"
inside ping -q -c 20 -i 0.01 127.0.0.1 >/dev/null
sleep 1.2
expect "it counts" 40 "$(ask .ipv4.traffic.packets_sent)"
expect "anybody may read" '"ebpf"' "$(inside setpriv --reuid 65534 --clear-groups ipfwagent --json | jq -c .source.name)"
expect_true "reload" inside systemctl reload ipfwagent
was_read() { log | grep -q 'configuration read again'; }
expect_true "reload: the configuration is read again" wait_for 5 was_read
old=$(show MainPID)
anew() { active && [ "$(show MainPID)" != "$old" ] && [ "$(show MainPID)" != 0 ]; }
inside sh -c 'for d in /etc /usr/local/etc; do
	mkdir -p $d && printf "reading-socket-mode 660\nreading-socket-group adm\n" >$d/ipfwagent.conf; done'
inside systemctl restart ipfwagent
expect_true "restart: another process" wait_for 10 anew
expect "the socket's group and mode" "adm 660" "$(inside stat -c '%G %a' /run/ipfwagent/reading.sock)"
expect "restart: the counters go on" "$since" "$(ask .source.since)"
# The endpoint: not through the sandbox as it is, and with the example.
inside sh -c 'for d in /etc /usr/local/etc; do echo "listen 127.0.0.1:9469" >>$d/ipfwagent.conf; done
	! systemctl restart ipfwagent 2>/dev/null && systemctl stop ipfwagent && systemctl reset-failed ipfwagent'
expect_match "listen: the sandbox is closed, and how to open it" 'listen 127.0.0.1:9469: .*ipfwagent-listen.conf' "$(log)"
inside sh -c 'cp /run/dist/ipfwagent-listen.conf /etc/systemd/system/ipfwagent.service.d/ && systemctl daemon-reload'
inside systemctl restart ipfwagent
expect_true "listen: with the example" wait_for 10 active
expect "listen: by eBPF" '"ebpf"' "$(inside curl -s http://127.0.0.1:9469/json | jq -c .source.name)"
expect "listen: no capability is left" 0000000000000000 "$(status CapEff)"
old=$(show MainPID)
inside kill -STOP "$old"
expect_true "hanging: it is started again" wait_for 40 anew
expect "hanging: the counters go on" "$since" "$(ask .source.since)"
# Many namespaces: with the example, within the sandbox that it leaves.
inside sh -c 'cp /run/dist/ipfwagent-netns.conf /etc/systemd/system/ipfwagent.service.d/z-netns.conf && systemctl daemon-reload'
inside ip netns add blue
inside systemctl restart ipfwagent
serves() { inside ipfwagent status --json | jq -r .agent | grep -q "other namespaces $1,"; }
of() { inside curl -s "http://127.0.0.1:9469/json?netns=$1" | jq -c '[.netns, .source.name]'; }
expect_true "netns: with the example" wait_for 20 serves 1
expect "netns: by eBPF" '["blue","ebpf"]' "$(of blue)"
inside ip netns add red
expect_true "netns: one that comes later" wait_for 20 serves 2
expect "netns: one that comes later, by eBPF" '["red","ebpf"]' "$(of red)"
inside ip netns del red
expect_true "netns: one that goes" wait_for 20 serves 1
expect_true "netns: reload" inside systemctl reload ipfwagent
expect_true "stop" inside systemctl stop ipfwagent
expect "stop: it ended well" success "$(show Result)"
expect_match "the counters outlive it" 'hooks count since' "$(inside ipfwagent status)"
expect_true "and are detached" inside ipfwagent detach
expect_true "and in the other one" inside ipfwagent detach --netns blue
finish

#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# For unit.sh, in new namespaces: unit_boot.sh DIR BINARY DIST. Boots a systemd that starts the unit,
# on an overlay of this machine's files: everything it writes, or clears away, is in the overlay.
set -eu

new=$1/root
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$new"
mount -t proc proc "$new/proc"
mount -t sysfs sysfs "$new/sys"
if [ -d /sys/fs/cgroup/systemd ]; then
	mount -t tmpfs tmpfs "$new/sys/fs/cgroup"
	mkdir "$new/sys/fs/cgroup/systemd"
	mount -t cgroup -o none,name=systemd cgroup "$new/sys/fs/cgroup/systemd"
else
	mount -t cgroup2 cgroup2 "$new/sys/fs/cgroup"
fi
mount -t bpf -o mode=0700 bpf "$new/sys/fs/bpf"
mount --rbind /dev "$new/dev"
mount -t tmpfs tmpfs "$new/run"
cp "$2" "$new/usr/bin/ipfwagent"
cp -r "$3" "$new/run/dist"
mount -t tmpfs tmpfs "$new/tmp"

# From here on nothing is to be seen but the overlay.
cd "$new"
pivot_root . mnt
umount -l /mnt
cd /etc/systemd/system
find . -mindepth 1 -delete # nothing else is to be started
cp /run/dist/ipfwagent.service .
cp /run/dist/ipfwagent.sysusers /usr/lib/sysusers.d/ipfwagent.conf
rm -f /usr/local/etc/ipfwagent.conf /etc/ipfwagent.conf
mkdir ipfwagent.service.d
{
	# the same command with a shorter interval, and a watchdog to match
	printf '[Unit]\nAfter=systemd-sysusers.service\n[Service]\nWatchdogSec=5\nExecStart=\n'
	sed -n 's/^\(ExecStart=.*\)/\1 --interval 1/p' ipfwagent.service
} >ipfwagent.service.d/test.conf
printf '[Unit]\nWants=systemd-journald.service systemd-sysusers.service ipfwagent.service\n' >ipfw-test.target
ip link set lo up
export container=other
exec /lib/systemd/systemd --system --unit=ipfw-test.target --log-target=console

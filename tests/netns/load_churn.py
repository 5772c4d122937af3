#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Interfaces that come, carry a few frames, change their names, go, and come back with the same
ifIndex: load_churn.py SECONDS SEED. A name is a letter and the ifIndex.
"""
import random
import socket
import subprocess
import sys
import time

SLOTS = list(range(500, 520, 2)) + list(range(60000, 60020, 2))  # and the peer is the next one
FRAME = b"\xff" * 6 + b"\x02" + b"\0" * 5 + b"\x88\xb5" + b"\0" * 50  # ethertype: experimental


def ip(*lines):
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)


def create(index, letter):
    ip(f"link add {letter}{index} index {index} type veth peer name p{index + 1} index {index + 1}",
       f"link set {letter}{index} up", f"link set p{index + 1} up")


def send(name, count):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind((name, 0))
        for _ in range(count):
            s.send(FRAME)


def main():
    end, rng = time.monotonic() + float(sys.argv[1]), random.Random(int(sys.argv[2]))
    there, steps = {}, 0
    for _, name in socket.if_nameindex():  # what an earlier run has left
        if name[0] in "xyz" and name[1:].isdigit():
            ip(f"link del {name}")
    while time.monotonic() < end:
        index, letter = rng.choice(SLOTS), rng.choice("xyz")
        old = there.get(index)
        if old is None:
            create(index, letter)
        elif (what := rng.randrange(4)) == 0:
            ip(f"link del {old}{index}")
            letter = None
        elif what == 1:
            ip(f"link del {old}{index}")
            create(index, letter := rng.choice((old, letter)))
        elif what == 2 and letter != old:
            ip(f"link set {old}{index} down", f"link set {old}{index} name {letter}{index}",
               f"link set {letter}{index} up")
        else:
            letter = old
        there[index] = letter
        if letter:
            send(f"{letter}{index}", rng.randrange(1, 200))
        steps += 1
    print(f"{steps} changes")


main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Listens to a queue of netfilter: nfqueue.py NUMBER accept|drop [COUNT FIFO]

Prints "ready" and judges each packet as it comes. With a COUNT it holds so many, prints "held", waits
for a line from the FIFO, and judges them then.
"""
import socket
import struct
import sys

NETLINK_NETFILTER, NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 12, 1, 4, 2
QUEUE, PACKET, VERDICT, CONFIG = 3 << 8, 0, 1, 2
BIND, COPY_META = 1, 1


def message(kind, number, flags, attribute, payload):
    body = struct.pack("!BBH", socket.AF_UNSPEC, 0, number)
    body += struct.pack("=HH", 4 + len(payload), attribute) + payload
    body += bytes(-len(body) % 4)
    return struct.pack("=IHHII", 16 + len(body), QUEUE | kind, flags, 0, 0) + body


def packets(data):
    """The identifiers of the packets in what was received."""
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        if kind == NLMSG_ERROR and struct.unpack_from("=i", data, 16)[0]:
            sys.exit(f"nfqueue: error {struct.unpack_from('=i', data, 16)[0]}")
        if kind == QUEUE | PACKET:
            yield struct.unpack_from("!I", data, 24)[0]  # the first attribute
        data = data[(length + 3) & ~3:]


number, verdict = int(sys.argv[1]), ("drop", "accept").index(sys.argv[2])
wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 0
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
for attribute, payload in (1, struct.pack("!BBH", BIND, 0, 0)), (2, struct.pack("!IB", 0, COPY_META)):
    s.send(message(CONFIG, number, NLM_F_REQUEST | NLM_F_ACK, attribute, payload))
    list(packets(s.recv(65536)))
print("ready", flush=True)
held = []
while True:
    held += packets(s.recv(65536))
    if len(held) < wanted:
        continue
    if wanted:
        print("held", flush=True)
        with open(sys.argv[4], encoding="ascii") as fifo:
            fifo.readline()
        wanted = 0
    for packet in held:
        s.send(message(VERDICT, number, NLM_F_REQUEST, 2, struct.pack("!II", verdict, packet)))
    held = []

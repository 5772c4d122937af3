# SPDX-License-Identifier: MIT
"""A small SNMPv2c client (RFC 3416, RFC 3417): it shows a response as it came, type and octets, and
adds little time of its own. It never asks twice: what is not answered in time raises TimeoutError.
"""
import socket

GET, GETNEXT, RESPONSE, GETBULK = 0xA0, 0xA1, 0xA2, 0xA5
INTEGER, OCTETS, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER32, GAUGE32, TIMETICKS, COUNTER64 = 0x41, 0x42, 0x43, 0x46
NO_OBJECT, NO_INSTANCE, END = 0x80, 0x81, 0x82  # of the MIB view
NUMBERS = (INTEGER, COUNTER32, GAUGE32, TIMETICKS, COUNTER64)


def oid(text):
    return tuple(int(part) for part in text.strip(".").split("."))


def text(name):
    return ".".join(str(part) for part in name)


def element(tag, body):
    n = len(body)
    if n < 0x80:
        return bytes((tag, n)) + body
    length = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def integer(n):
    return element(INTEGER, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def object_id(name):
    body = bytearray((name[0] * 40 + name[1],))
    for part in name[2:]:
        septets = [part & 0x7F]
        while part := part >> 7:
            septets.append(part & 0x7F | 0x80)
        body += bytes(reversed(septets))
    return element(OBJECT_ID, bytes(body))


def encode(kind, names, number, non_repeaters=0, max_repetitions=0, community=b"public"):
    """The message; with GETBULK the two numbers stand where others have error status and index."""
    binds = b"".join(element(SEQUENCE, object_id(n) + element(NULL, b"")) for n in names)
    pdu = element(kind, integer(number) + integer(non_repeaters) + integer(max_repetitions) +
                  element(SEQUENCE, binds))
    return element(SEQUENCE, integer(1) + element(OCTETS, community) + pdu)


def take(data, at):
    """(tag, beginning, end) of the element that begins there."""
    tag, n, at = data[at], data[at + 1], at + 2
    if n & 0x80:
        size, at = n & 0x7F, at + (n & 0x7F)
        n = int.from_bytes(data[at - size:at], "big")
    return tag, at, at + n


def parse_object_id(body):
    name, part = [body[0] // 40, body[0] % 40], 0
    for octet in body[1:]:
        part = part << 7 | octet & 0x7F
        if not octet & 0x80:
            name.append(part)
            part = 0
    return tuple(name)


def decode(data):
    """(request id, error status, error index, [(name, type, octets of the value)])."""
    _, at, _ = take(data, 0)
    _, _, at = take(data, at)  # version
    _, _, at = take(data, at)  # community
    tag, at, _ = take(data, at)
    assert tag == RESPONSE, tag
    header = []
    for _ in range(3):
        _, begin, at = take(data, at)
        header.append(int.from_bytes(data[begin:at], "big", signed=True))
    _, at, end = take(data, at)
    binds = []
    while at < end:
        _, inner, at = take(data, at)
        _, begin, behind = take(data, inner)
        tag, value, stop = take(data, behind)
        binds.append((parse_object_id(data[begin:behind]), tag, data[value:stop]))
    return header[0], header[1], header[2], binds


def number(body):
    return int.from_bytes(body, "big", signed=True)


class Client:
    def __init__(self, port=1161, host="127.0.0.1", timeout=1.0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect((host, port))
        self.socket.settimeout(timeout)
        self.number = 0

    def ask(self, kind, names, non_repeaters=0, max_repetitions=0):
        """(error status, error index, bindings)"""
        self.number += 1
        self.socket.send(encode(kind, names, self.number, non_repeaters, max_repetitions))
        while True:
            got, error, index, binds = decode(self.socket.recv(65535))
            if got == self.number:
                return error, index, binds

# SPDX-License-Identifier: MIT
"""A small SNMPv2c client for tests: every variable of a request comes back in one response, typed."""
import os
import socket

NULL, COUNTER64, GAUGE, TICKS, COUNTER32 = 0x05, 0x46, 0x42, 0x43, 0x41
NO_OBJECT, NO_INSTANCE, END = 0x80, 0x81, 0x82
GET, GETNEXT, GETBULK = 0xA0, 0xA1, 0xA5
ROOT = (1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 4269)


class Timeout(Exception):
    pass


def tlv(tag, body):
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big") + body


def integer(n):
    return tlv(0x02, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def oid(parts):
    out = bytearray([parts[0] * 40 + parts[1]])
    for p in parts[2:]:
        groups = [p & 0x7F]
        while p := p >> 7:
            groups.append(p & 0x7F | 0x80)
        out += bytes(reversed(groups))
    return tlv(0x06, bytes(out))


def read_tlv(data, at):
    tag, n = data[at], data[at + 1]
    at += 2
    if n & 0x80:
        size = n & 0x7F
        n = int.from_bytes(data[at : at + size], "big")
        at += size
    return tag, data[at : at + n], at + n


def read_oid(body):
    parts, n = [body[0] // 40, body[0] % 40], 0
    for b in body[1:]:
        n = n << 7 | b & 0x7F
        if not b & 0x80:
            parts.append(n)
            n = 0
    return tuple(parts)


def value(tag, body):
    if tag == 0x02:
        return int.from_bytes(body, "big", signed=True)
    if tag in (COUNTER64, GAUGE, TICKS, COUNTER32):
        return int.from_bytes(body, "big")
    if tag in (NULL, NO_OBJECT, NO_INSTANCE, END):
        return None
    return read_oid(body) if tag == 0x06 else bytes(body)


class Client:
    def __init__(self, address=("127.0.0.1", 1161), community=b"public", timeout=1.0, tries=1):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(address)
        self.socket.settimeout(timeout)
        self.community, self.tries = community, tries
        self.request_id = int.from_bytes(os.urandom(3), "big")

    def ask(self, kind, oids, second=0, third=0):
        """[(oid, tag, value)] of the response and its error status; Timeout when there is none."""
        self.request_id = (self.request_id + 1) & 0x7FFFFFFF
        variables = b"".join(tlv(0x30, oid(o) + tlv(NULL, b"")) for o in oids)
        pdu = tlv(kind, integer(self.request_id) + integer(second) + integer(third) + tlv(0x30, variables))
        message = tlv(0x30, integer(1) + tlv(0x04, self.community) + pdu)
        for _ in range(self.tries):
            try:
                self.socket.send(message)
                while True:
                    answer = self.parse(self.socket.recv(65536))
                    if answer[0] == self.request_id:
                        return answer[2], answer[1]
            except (socket.timeout, ConnectionRefusedError):
                pass
        raise Timeout

    @staticmethod
    def parse(data):
        _, message, _ = read_tlv(data, 0)
        _, _, at = read_tlv(message, 0)
        _, _, at = read_tlv(message, at)
        _, pdu, _ = read_tlv(message, at)
        _, request_id, at = read_tlv(pdu, 0)
        _, status, at = read_tlv(pdu, at)
        _, _, at = read_tlv(pdu, at)
        _, rest, _ = read_tlv(pdu, at)
        variables, at = [], 0
        while at < len(rest):
            _, var, at = read_tlv(rest, at)
            _, name, there = read_tlv(var, 0)
            tag, body, _ = read_tlv(var, there)
            variables.append((read_oid(name), tag, value(tag, body)))
        return int.from_bytes(request_id, "big"), int.from_bytes(status, "big"), variables

    def get(self, *oids):
        return self.ask(GET, oids)[0]

    def column(self, prefix, repetitions=40):
        """{index: value} of all instances below `prefix`."""
        out, at = {}, tuple(prefix)
        while True:
            for name, tag, v in self.ask(GETBULK, [at], 0, repetitions)[0]:
                if name[: len(prefix)] != tuple(prefix) or tag == END:
                    return out
                out[name[len(prefix) :]] = v
                at = name

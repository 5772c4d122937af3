#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An AgentX master (RFC 2741) that asks properly, checks the answers, and then misbehaves.

evil_master.py SOCKET PID READING_SOCKET FIXTURE SECONDS SEED: waits for the agent with that pid,
which reads FIXTURE, and prints "ok NAME" or "not ok NAME: why". Everything random comes from SEED.
"""
import bisect
import contextlib
import json
import random
import select
import socket
import struct
import sys
import time

(OPEN, CLOSE, REGISTER, UNREGISTER, GET, GETNEXT, GETBULK, TESTSET, COMMITSET, UNDOSET, CLEANUPSET,
 NOTIFY, PING, INDEX_ALLOCATE, INDEX_DEALLOCATE, ADD_CAPS, REMOVE_CAPS, RESPONSE) = range(1, 19)
CONTEXT, NETWORK_ORDER = 0x08, 0x10
INTEGER, STRING, NULL, OBJECT_ID, IP, COUNTER32, GAUGE, TICKS, OPAQUE, COUNTER64 = (
    2, 4, 5, 6, 64, 65, 66, 67, 68, 70)
NO_OBJECT, NO_INSTANCE, END = 128, 129, 130
TOO_BIG, COMMIT_FAILED, UNDO_FAILED, NOT_WRITABLE, NOT_OPEN, UNSUPPORTED_CONTEXT, PARSE_ERROR = (
    1, 14, 15, 17, 257, 262, 266)
PDU_MAX, RESPONSE_MAX = 1 << 20, 1 << 16  # what is longer is refused

ROOT = (1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 4269)
OBJECTS = ROOT + (1,)
DISCONTINUITY = OBJECTS + (2, 1, 12, 1)  # ipfwSystemDiscontinuityTime.1
# Scalars that tell of readings and the master's time. Gauges, which are rates, move as well, and times.
MOVING = {OBJECTS + (1, n, 0) for n in (7, 8, 9, 10, 11, 12, 13)}


class Gone(Exception):
    """The agent closed the connection, or does not answer."""


# --- encoding (RFC 2741, 5 and 6)

def encode_oid(ids, include=0, order=">"):
    prefix = 0
    if len(ids) > 4 and tuple(ids[:4]) == (1, 3, 6, 1) and 0 < ids[4] < 256:
        prefix, ids = ids[4], ids[5:]
    return struct.pack("BBBB", len(ids), prefix, include, 0) + struct.pack(f"{order}{len(ids)}I", *ids)


def encode_string(data, order=">"):
    return struct.pack(order + "I", len(data)) + data + bytes(-len(data) % 4)


def encode_varbind(kind, ids, value=None, order=">"):
    out = struct.pack(order + "HH", kind, 0) + encode_oid(ids, 0, order)
    if kind in (INTEGER, COUNTER32, GAUGE, TICKS):
        out += struct.pack(order + "I", value)
    elif kind == COUNTER64:
        out += struct.pack(order + "Q", value)
    elif kind in (STRING, IP, OPAQUE):
        out += encode_string(value, order)
    elif kind == OBJECT_ID:
        out += encode_oid(value, 0, order)
    return out


def encode(kind, session, transaction, packet, payload=b"", flags=NETWORK_ORDER, order=">"):
    return struct.pack(order + "BBBBIIII", 1, kind, flags, 0, session, transaction, packet,
                       len(payload)) + payload


def decode_oid(data, at, order):
    n, prefix, include, _ = data[at:at + 4]
    ids = struct.unpack_from(f"{order}{n}I", data, at + 4)
    return ((1, 3, 6, 1, prefix) if prefix else ()) + ids, include, at + 4 + 4 * n


def decode_varbinds(data, at, order):
    out = []
    while at < len(data):
        kind, zero = struct.unpack_from(order + "HH", data, at)
        ids, _, at = decode_oid(data, at + 4, order)
        value = None
        if kind in (INTEGER, COUNTER32, GAUGE, TICKS):
            value, = struct.unpack_from(order + "I", data, at)
            at += 4
        elif kind == COUNTER64:
            value, = struct.unpack_from(order + "Q", data, at)
            at += 8
        elif kind in (STRING, IP, OPAQUE):
            n, = struct.unpack_from(order + "I", data, at)
            value = data[at + 4:at + 4 + n]
            at += 4 + n + (-n % 4)
        elif kind == OBJECT_ID:
            value, _, at = decode_oid(data, at, order)
        elif kind not in (NULL, NO_OBJECT, NO_INSTANCE, END) or zero:
            raise ValueError(f"type {kind}")
        out.append((kind, ids, value))
    return out


class Pdu:
    def __init__(self, data):
        self.data, self.kind, self.flags = data, data[1], data[2]
        self.order = ">" if self.flags & NETWORK_ORDER else "<"
        self.session, self.transaction, self.packet = struct.unpack_from(self.order + "III", data, 4)

    def response(self):
        """(error, index, varbinds) of a Response."""
        _, error, index = struct.unpack_from(self.order + "IHH", self.data, 20)
        return error, index, decode_varbinds(self.data, 28, self.order)


# --- connections

class Connection:
    """One connection of the agent, and what a good master does with it."""

    older = 0  # by so many ticks
    agent = None  # whose connection it is

    def uptime(self):
        return int(time.monotonic() * 100) + self.older & 0xffffffff

    def __init__(self, listener, timeout=20):
        listener.settimeout(timeout)
        while True:
            try:
                self.sock, _ = listener.accept()
            except socket.timeout:
                raise Gone("it does not connect") from None
            # The agent also looks whether there is a master, and says nothing then.
            if select.select([self.sock], [], [], timeout)[0] and self.sock.recv(1, socket.MSG_PEEK):
                break
            self.sock.close()
        self.buffer, self.asked, self.session, self.packet = b"", [], 4711, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def read(self, timeout):
        """The next PDU, or None."""
        end = time.monotonic() + timeout
        while True:
            if len(self.buffer) >= 20:
                order = ">" if self.buffer[2] & NETWORK_ORDER else "<"
                length = 20 + struct.unpack_from(order + "I", self.buffer, 16)[0]
                if len(self.buffer) >= length:
                    pdu, self.buffer = self.buffer[:length], self.buffer[length:]
                    return Pdu(pdu)
            if not select.select([self.sock], [], [], max(0, end - time.monotonic()))[0]:
                return None
            self.fill()

    def fill(self):
        try:
            data = self.sock.recv(1 << 20)
        except OSError as e:
            raise Gone(str(e)) from None
        if not data:
            raise Gone("it closed the connection")
        self.buffer += data

    def send(self, data):
        """Send, and read away what comes meanwhile, so that neither side waits for the other."""
        self.sock.setblocking(False)
        try:
            while data:
                readable, writable, _ = select.select([self.sock], [self.sock], [], 20)
                if not readable and not writable:
                    raise Gone("it does not read")
                if readable:
                    self.fill()
                if writable:
                    with contextlib.suppress(BlockingIOError):
                        data = data[self.sock.send(data):]
        except OSError as e:
            raise Gone(str(e)) from None
        finally:
            self.sock.setblocking(True)

    def respond(self, pdu, error=0, session=None, packet=None, behind=b""):
        """`behind` goes out together with it."""
        payload = struct.pack(pdu.order + "IHH", self.uptime(), error, 0)
        self.send(encode(RESPONSE, self.session if session is None else session, pdu.transaction,
                         pdu.packet if packet is None else packet, payload,
                         pdu.flags & NETWORK_ORDER, pdu.order) + behind)

    def next_request(self, timeout=10):
        """The agent's next request (not a Response), or None."""
        while pdu := self.read(timeout):
            if pdu.kind != RESPONSE:
                self.asked.append(pdu.kind)
                return pdu
        return None

    def handshake(self):
        """Open, Register, AddAgentCaps, as a good master does it. Returns self. A Get goes out
        together with the last answer."""
        registered = False
        while not registered or ADD_CAPS not in self.asked:
            pdu = self.next_request()
            if pdu is None:
                raise Gone(f"no handshake, only {self.asked}")
            if pdu.kind == REGISTER:
                registered |= decode_oid(pdu.data, 24, pdu.order)[0] == OBJECTS
            done = registered and ADD_CAPS in self.asked
            self.respond(pdu, behind=self.request(GET, encode_oid(OBJECTS) + encode_oid(())) if done else b"")
        self.response(GET, self.packet ^ 0x5555)
        return self

    def request(self, kind, payload, flags=NETWORK_ORDER, session=None):
        order = ">" if flags & NETWORK_ORDER else "<"
        self.packet = self.packet + 1 & 0xffffffff
        return encode(kind, self.session if session is None else session, self.packet ^ 0x5555,
                      self.packet, payload, flags, order)

    def ask(self, kind, payload, flags=NETWORK_ORDER, session=None):
        """Send one request and wait for its response; the agent's own requests are answered."""
        self.send(self.request(kind, payload, flags, session))
        return self.response(kind, self.packet ^ 0x5555)

    def response(self, kind, transaction):
        """Wait for it as long as the agent works: how fast that is depends on the machine."""
        before = self.agent.cpu()
        while True:
            pdu = self.read(15)
            if pdu is None:
                if self.agent.cpu() < before + 50:  # ticks; a sample every second takes less
                    raise Gone(f"no response to {kind}")
                before = self.agent.cpu()
            elif pdu.kind != RESPONSE:
                self.respond(pdu)
            elif pdu.packet == self.packet and pdu.transaction == transaction:
                return pdu.response()

    def get(self, *names, order=">"):
        payload = b"".join(encode_oid(n, 0, order) + encode_oid((), 0, order) for n in names)
        return self.ask(GET, payload, NETWORK_ORDER if order == ">" else 0)

    def getnext(self, *ranges, order=">"):
        """ranges: (start, include, end); an empty end is an open one."""
        payload = b"".join(encode_oid(s, i, order) + encode_oid(e, 0, order) for s, i, e in ranges)
        return self.ask(GETNEXT, payload, NETWORK_ORDER if order == ">" else 0)


# --- right answers

class Tree:
    """All instances, walked once and compared with the fixture; then what any request must get."""

    def __init__(self, connection, fixture):
        at, self.values = OBJECTS, {}
        while True:
            error, _, found = connection.getnext((at, 0, ()))
            kind, name, value = found[0]
            if error or kind == END:
                break
            if name <= at:
                raise Gone(f"the walk goes back from {at} to {name}")
            self.values[name] = (kind, value)
            at = name
        self.names = sorted(self.values)
        self.bad = list(self.against(fixture))

    def against(self, fixture):
        """Total octets of each interface, straight from the file."""
        files = {}
        for line in open(f"{fixture}/proc/net/dev").readlines()[2:]:
            name, columns = line.split(":")
            columns = columns.split()
            files[name.strip().encode()] = int(columns[0]), int(columns[8])
        names = {n[-1]: v for n, (_, v) in self.values.items() if n[:-1] == OBJECTS + (3, 1, 2, 0)}
        if len(names) < 2:
            yield f"only the interfaces {names}"
        for index, name in names.items():
            for column, value in zip((5, 7), files[name]):
                got = self.values.get(OBJECTS + (3, 1, column, 0, index))
                if got != (COUNTER64, value):
                    yield f"octets of {name}: {got}, not {value}"

    def note(self, name, got):
        self.bad.append(f"{got} as {name}".replace(str(OBJECTS)[:-1], "(objects"))
        return False

    def right(self, got, wanted, name):
        """Whether the varbind is that instance."""
        kind, value = self.values[wanted]
        return got[1] == wanted and got[0] == kind and (
            kind in (GAUGE, TICKS) or wanted in MOVING or got[2] == value) or self.note(name, got)

    def somewhere(self, rnd):
        """An OID in, between, before or behind the instances."""
        name = list(rnd.choice(self.names))
        for _ in range(rnd.choice((0, 0, 1, 1, 2))):
            how, at = rnd.randrange(5), rnd.randrange(len(OBJECTS), len(name)) if len(name) > 11 else 10
            if how == 0:
                name[at] = (name[at] + 1) & 0xffffffff
            elif how == 1:
                name[at] = max(0, name[at] - 1)
            elif how == 2:
                name[at] = rnd.choice((0, 1, 127, 0x7fffffff, 0xffffffff))
            elif how == 3:
                name = name[:at + 1]
            else:
                name += [rnd.choice((0, 1, 0xffffffff)) for _ in range(rnd.choice((1, 3, 100)))]
        return tuple(name[:128])

    def check_get(self, connection, rnd):
        names = [self.somewhere(rnd) for _ in range(rnd.choice((1, 1, 3, 30)))]
        error, _, found = connection.get(*names, order=rnd.choice("<>"))
        if error or len(found) != len(names):
            self.note("Get", (error, len(found)))
            return
        for name, got in zip(names, found):
            if name in self.values:
                self.right(got, name, "Get")
            elif got[0] not in (NO_OBJECT, NO_INSTANCE) or got[1] != name:
                self.note(f"Get of absent {name}", got)

    def check_getnext(self, connection, rnd):
        ranges = []
        for _ in range(rnd.choice((1, 1, 3, 30))):
            end = rnd.choice(((), self.somewhere(rnd), ROOT + (2,), OBJECTS + (3,) * 200))
            ranges.append((self.somewhere(rnd), rnd.randrange(2), end))
        error, _, found = connection.getnext(*ranges, order=rnd.choice("<>"))
        if error or len(found) != len(ranges):
            self.note("GetNext", (error, len(found)))
            return
        for (start, include, end), got in zip(ranges, found):
            at = (bisect.bisect_left if include else bisect.bisect_right)(self.names, start)
            wanted = self.names[at] if at < len(self.names) else None
            if wanted and (not end or wanted < end):
                self.right(got, wanted, f"GetNext of {start} to {end}")
            elif got[0] != END or got[1] != start:
                self.note(f"GetNext of {start} to {end}", got)

    def is_full(self, wanted, n, repeated):
        """Whether an answer may end behind n varbinds: one more repetition of so many would be too long."""
        more = [encode_varbind(self.values[name][0], name, self.values[name][1]) if name else encode_varbind(END, last)
                for name, last in wanted[:n + repeated]]
        return n < len(wanted) and (len(wanted) - n) % max(repeated, 1) == 0 and len(b"".join(more)) > RESPONSE_MAX - 28

    def check_getbulk(self, connection, rnd):
        """Include counts for the first repetition, the end for each."""
        ranges = []
        for _ in range(rnd.choice((1, 2, 4))):
            end = rnd.choice(((), (), self.somewhere(rnd), ROOT + (2,)))
            ranges.append((self.somewhere(rnd), rnd.randrange(2), end))
        fixed, times = rnd.randrange(len(ranges) + 2), rnd.choice((0, 1, 3, 20, 65535))
        order = rnd.choice("<>")
        payload = struct.pack(order + "HH", fixed, times)
        payload += b"".join(encode_oid(s, i, order) + encode_oid(e, 0, order) for s, i, e in ranges)
        error, _, found = connection.ask(GETBULK, payload, NETWORK_ORDER if order == ">" else 0)
        lists = []
        for start, include, end in ranges:
            at = (bisect.bisect_left if include else bisect.bisect_right)(self.names, start)
            lists.append(self.names[at:bisect.bisect_left(self.names, end) if end else None])
        wanted = [(n[0] if n else None, r[0]) for n, r in zip(lists[:fixed], ranges)]
        for i in range(times if lists[fixed:] else 0):
            wanted += [(n[i] if i < len(n) else None, n[-1] if n else r[0])
                       for n, r in zip(lists[fixed:], ranges[fixed:])]
            if all(i >= len(n) for n in lists[fixed:]):
                break
        if error or (len(found) != len(wanted) and not self.is_full(wanted, len(found), len(lists[fixed:]))):
            self.note(f"GetBulk {fixed} {times} {ranges}", (error, len(found), len(wanted)))
        for (name, last), got in zip(wanted, found):
            if name:
                self.right(got, name, f"GetBulk {fixed} {times} {ranges}")
            elif got[0] != END or got[1] != last:
                self.note(f"GetBulk {fixed} {times} {ranges} at the end {last}", got)

    def check_set(self, connection, rnd):
        """Nothing can be written; and a set that was refused is over."""
        name = rnd.choice(self.names)
        error, index, _ = connection.ask(TESTSET, encode_varbind(INTEGER, name, 1))
        if error != NOT_WRITABLE or index != 1:
            self.note(f"TestSet of {name}", (error, index))
        connection.send(connection.request(CLEANUPSET, b""))
        for kind, wanted in ((COMMITSET, COMMIT_FAILED), (UNDOSET, UNDO_FAILED)):
            error, _, _ = connection.ask(kind, b"")
            if error != wanted:
                self.note(f"{kind} without a TestSet", error)

    def check_session(self, connection, rnd):
        """Only the open session is served."""
        payload = encode_oid(self.names[0]) + encode_oid(())
        for kind in (GET, GETNEXT, GETBULK, TESTSET, COMMITSET):
            session = connection.session ^ 1 << rnd.randrange(32)
            error, _, found = connection.ask(kind, payload, session=session)
            if error != NOT_OPEN or found:
                self.note(f"{kind} in another session", (error, found))

    def check_unparsable(self, connection, rnd):
        """A list that ends in the middle is answered as such."""
        kind = rnd.choice((GET, GETNEXT, GETBULK))
        payload = bytes(4) if kind == GETBULK else b""
        payload += (encode_oid(self.names[0]) + encode_oid(())) * rnd.choice((1, 3))
        cut = rnd.randrange(1, 8) * 4
        error, _, found = connection.ask(kind, payload[:-cut] if rnd.randrange(2) else payload + b"\3\0\0\0")
        if error != PARSE_ERROR or found:
            self.note(f"an unparsable {kind}", (error, found))

    def check_context(self, connection, _):
        """There is the default context only."""
        payload = encode_string(b"elsewhere") + encode_oid(self.names[0]) + encode_oid(())
        error, _, found = connection.ask(GET, payload, NETWORK_ORDER | CONTEXT)
        if error != UNSUPPORTED_CONTEXT:
            self.note("Get in a context", (error, found))

    def check(self, connection, rnd, rounds=30):
        for _ in range(rounds):
            rnd.choice((self.check_get, self.check_getnext, self.check_getnext, self.check_getbulk,
                        self.check_getbulk, self.check_set, self.check_context, self.check_session,
                        self.check_unparsable))(connection, rnd)


# --- wrong requests

class Evil:
    def __init__(self, rnd, tree, agent):
        self.rnd, self.tree, self.agent, self.sent = rnd, tree, agent, 0

    def valid(self, connection):
        """Some PDU of a right form that a master may or may not send."""
        rnd, order = self.rnd, self.rnd.choice("<>")
        kind = rnd.choice((GET, GETNEXT, GETBULK, TESTSET, COMMITSET, UNDOSET, CLEANUPSET, RESPONSE,
                           rnd.randrange(256)))
        flags = (NETWORK_ORDER if order == ">" else 0) | rnd.choice((0, 0, 0, CONTEXT))
        payload = b""
        if flags & CONTEXT:
            payload += encode_string(rnd.randbytes(rnd.choice((0, 1, 5, 400))), order)
        if kind == GETBULK:
            payload += struct.pack(order + "HH", rnd.choice((0, 1, 65535)), rnd.choice((0, 1, 9, 65535)))
        if kind == RESPONSE:
            payload += struct.pack(order + "IHH", rnd.randrange(1 << 32), rnd.choice((0, 0, 5, 257, 65535)),
                                   rnd.randrange(3))
        for _ in range(rnd.choice((0, 1, 1, 2, 5, 40))):
            start = rnd.choice((self.tree.somewhere(rnd), (), (0, 0), (2,), (1, 3, 6, 1, 2, 1, 1, 1, 0),
                                OBJECTS + (3, 1) + (0xffffffff,) * rnd.choice((1, 115, 116, 117, 200, 240))))
            if kind in (TESTSET, RESPONSE, NOTIFY, INDEX_ALLOCATE, INDEX_DEALLOCATE):
                what, value = rnd.choice((
                    (INTEGER, 1), (COUNTER64, 1 << 63), (STRING, b"x" * 300), (IP, b"abc"), (NULL, None),
                    (OPAQUE, b"\x9f\x78\x04abcd"), (OPAQUE, b"\x9f\x79\x08abcdefgh"),
                    (OBJECT_ID, (1,) * 250), (END, None), (77, None)))
                payload += encode_varbind(what, start, value, order)
            else:
                payload += encode_oid(start, rnd.randrange(2), order)
                payload += encode_oid(rnd.choice(((), self.tree.somewhere(rnd), (1,), (3,) * 200)), 0, order)
        session = rnd.choice((connection.session,) * 6 + (0, 0xffffffff))
        packet = rnd.choice((connection.packet, rnd.randrange(1 << 32)))
        return encode(kind, session, rnd.choice((1, 2, rnd.randrange(1 << 32))), packet, payload, flags, order)

    def bend(self, data, framed):
        """Change something; `framed`: what comes behind is still found, and no Close."""
        rnd, data = self.rnd, bytearray(data)
        for _ in range(rnd.choice((0, 1, 1, 2, 8))):
            how = rnd.randrange(8)
            at = rnd.randrange(20, len(data)) if len(data) > 20 else rnd.randrange(4, 16)
            if how == 0:
                data[at] ^= 1 << rnd.randrange(8)
            elif how == 1:
                data[at] = rnd.choice((0, 1, 127, 128, 254, 255))
            elif how == 2:
                del data[max(20, at):at + rnd.choice((1, 2, 3, 4, 20))]
            elif how == 3:
                data[at:at] = bytes(rnd.choice((1, 4, 4, 64)))
            elif how == 4:
                data[at:at + 4] = rnd.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xfc",
                                              b"\0\0\0\1", b"\x80\0\0\0"))
            elif how == 5:
                data += data[20:] * rnd.choice((1, 1, 30)) if len(data) < 2000 else b""
            elif how == 6:
                data[rnd.choice((1, 2))] ^= 1 << rnd.choice((0, 1, 2, 3, 5, 6, 7))
            else:
                data[at & ~3:(at & ~3) + 4] = bytes((rnd.choice((0, 255)), rnd.choice((0, 4, 255)), 1, 255))
        if framed:
            data[1] = PING if data[1] == CLOSE else data[1]
            data += bytes(-len(data) % 4)
            del data[65536:]
        struct.pack_into((">" if data[2] & NETWORK_ORDER else "<") + "I", data, 16, len(data) - 20)
        return bytes(data if framed else self.unframe(data))

    def unframe(self, data):
        """The header lies."""
        rnd, how = self.rnd, self.rnd.randrange(6)
        if how == 0:
            del data[rnd.randrange(1, len(data)):]
        elif how == 1:
            struct.pack_into((">" if data[2] & NETWORK_ORDER else "<") + "I", data, 16, rnd.choice(
                (0, 1, 3, 0xffffffec, 0xfffffff0, 0xffffffff, 0x7fffffff, 0x80000000, 0x7fffffeb, 0x10000,
                 len(data), 0x00ffffff)))
        elif how == 2:
            data[0] = rnd.choice((0, 2, 255))
        elif how == 3:
            data[2] ^= NETWORK_ORDER
        elif how == 4:
            data = rnd.randbytes(rnd.randrange(1, 300))
        else:
            data[3] = 255
        return data

    def flood(self, connection, count=5000):
        """Well-framed rubbish. The connection stays."""
        for _ in range(count // 100):
            connection.send(b"".join(self.bend(self.valid(connection), True) for _ in range(100)))
            connection.buffer = connection.buffer[:0] if len(connection.buffer) > 1 << 24 else connection.buffer
        self.sent += count
        connection.get(OBJECTS)  # it answers in order: now all is behind it

    def storm(self, connection):
        """Rubbish without a frame until the agent has enough, or the time is over."""
        end = time.monotonic() + 1
        while time.monotonic() < end:
            connection.send(self.bend(self.valid(connection), False))
            self.sent += 1

    def swallow(self, connection):
        """A PDU that never ends."""
        order = self.rnd.choice("<>")
        head = encode(GET, connection.session, 1, 1, b"", NETWORK_ORDER if order == ">" else 0, order)
        connection.send(head[:16] + struct.pack(order + "I", self.rnd.choice((0xffffffec, 0x7fffffdc, 1 << 30))))
        for _ in range(96):
            connection.send(bytes(1 << 20))

    def half(self, connection):
        """Half a PDU, silence, the other half byte by byte: that is only slow. It is answered."""
        name = self.tree.names[0]
        connection.packet += 1
        data = encode(GET, connection.session, 7, connection.packet, encode_oid(name) + encode_oid(()))
        cut = self.rnd.randrange(1, len(data))
        connection.send(data[:cut])
        time.sleep(0.5)
        for i in range(cut, len(data)):
            connection.send(data[i:i + 1])
        self.tree.right(connection.response(GET, 7)[2][0], name, "a slow PDU")

    def many(self, connection):
        """Many times 64 KiB of variables, each of them answered, in order."""
        ask = encode_oid(OBJECTS + (2,)) + encode_oid(OBJECTS + (3,) * 200)
        n = 1000
        wanted = self.tree.names[bisect.bisect_right(self.tree.names, OBJECTS + (2,))]
        error, _, found = connection.ask(GETNEXT, ask * n)
        if error or len(found) != n or not all(self.tree.right(f, wanted, "one of many") for f in found):
            self.tree.note(f"{n} variables", (error, len(found)))

    def too_many(self, connection):
        """More than there is room for, in the request or in the answer: an error for that request."""
        ask = encode_oid(OBJECTS + (2,)) + encode_oid(())
        for payload in (ask * (RESPONSE_MAX // len(ask)), ask * (PDU_MAX // len(ask) + 1), ask * (1 << 18),
                        encode_oid(()) * 2 * (RESPONSE_MAX // 8)):
            connection.send(connection.request(CLEANUPSET, payload))
            for kind in (GET, GETNEXT, GETBULK, TESTSET):
                error, _, found = connection.ask(kind, (bytes(4) if kind == GETBULK else b"") + payload)
                if found or error != TOO_BIG and (len(payload) > PDU_MAX or kind in (GET, GETNEXT)):
                    self.tree.note(f"{kind} of {len(payload)} octets", (error, len(found)))
        # What does not fit is left out of repetitions.
        payload = struct.pack(">HH", 0, 65535) + (encode_oid(OBJECTS) + encode_oid(())) * 60
        error, _, found = connection.ask(GETBULK, payload)
        if error or not RESPONSE_MAX // 80 < len(found) < RESPONSE_MAX // 40 or len(found) % 60 or not all(
                self.tree.right(f, self.tree.names[i // 60], "a repetition") for i, f in enumerate(found)):
            self.tree.note("GetBulk of much", (error, len(found)))
        connection.send(encode(RESPONSE, connection.session, 1, 1, ask * (1 << 17)))

    def between(self, connection):
        """Questions with the number of the agent's own request, before that one is answered."""
        while ADD_CAPS not in connection.asked:
            pdu = connection.next_request()
            if pdu is None:
                raise Gone(f"no handshake, only {connection.asked}")
            connection.packet = pdu.packet - 1 & 0xffffffff
            if pdu.kind != OPEN:
                self.tree.check(connection, self.rnd, 1)
            elif connection.get(OBJECTS)[0] != NOT_OPEN:
                self.tree.note("Open", "an answer before the session is open")
            connection.respond(pdu)

    def close_pdu(self, connection):
        """The master closes the session and leaves the connection open."""
        connection.send(encode(CLOSE, connection.session, 0, 99, bytes((5, 0, 0, 0))))
        if not select.select([connection.sock], [], [], 60)[0]:
            self.tree.note("Close", "nothing")
        connection.fill()

    # In place of a handshake.

    def at_once(self, connection):
        """Hang up, with or without a word."""
        if self.rnd.randrange(2):
            connection.send(self.rnd.randbytes(self.rnd.randrange(1, 100)))

    def refuse(self, connection):
        """An error to Open, Register or AddAgentCaps, of any kind but a duplicate registration."""
        wanted = self.rnd.choice((OPEN, REGISTER, ADD_CAPS))
        error = self.rnd.choice((1, 5, 16, 256, 257, 262, 264, 265, 266, 267, 268, 65535))
        for _ in range(4):
            pdu = connection.next_request(1.5)
            if pdu is None:
                return
            connection.respond(pdu, error if pdu.kind == wanted else 0)

    def impostor(self, connection):
        """Before a Response some other PDU with the packet's number, or a wrong session."""
        wanted = self.rnd.choice((OPEN, REGISTER, ADD_CAPS))
        for _ in range(4):
            pdu = connection.next_request(1.5)
            if pdu is None:
                return
            if pdu.kind == wanted:
                kind, payload = self.rnd.choice(((PING, b""), (COMMITSET, b""), (TESTSET, b""), (GET, bytes(8)),
                                                 (RESPONSE, b""), (CLOSE, bytes(4)), (255, b"")))
                connection.send(encode(kind, self.rnd.choice((0, connection.session)), pdu.transaction, pdu.packet,
                                       payload, pdu.flags & NETWORK_ORDER, pdu.order))
            elif self.rnd.randrange(2):
                connection.respond(pdu, session=self.rnd.randrange(1 << 32), packet=pdu.packet ^ 1)
            connection.respond(pdu)

    def mute(self, connection):
        """No answer to Open or Register; what else comes is answered."""
        wanted = self.rnd.choice((OPEN, REGISTER))
        while pdu := connection.next_request(1.2):
            if pdu.kind != wanted:
                connection.respond(pdu)

    def early(self, connection):
        """Questions while the agent still waits for the answers to its own."""
        for _ in range(3):
            pdu = connection.next_request(1.5)
            if pdu is None:
                return
            connection.send(b"".join(self.bend(self.valid(connection), True) for _ in range(50)))
            self.sent += 50
            connection.respond(pdu)


# --- the agent, from outside

class Agent:
    def __init__(self, pid, reading):
        self.pid, self.reading = pid, reading

    def alive(self):
        try:
            return open(f"/proc/{self.pid}/stat").read().rsplit(")", 1)[1].split()[0] not in "ZX"
        except OSError:
            return False

    def cpu(self):
        return sum(map(int, open(f"/proc/{self.pid}/stat").read().rsplit(")", 1)[1].split()[11:13]))

    def memory(self, key="VmRSS"):
        """In KiB; VmHWM is the most that it ever was."""
        for line in open(f"/proc/{self.pid}/status"):
            if line.startswith(key + ":"):
                return int(line.split()[1])
        return 0

    def memory_limits(self):
        """How much it may grow, and the most that it may ever be; AddressSanitizer takes its own."""
        return (1 << 16, 1 << 18) if "libasan" in open(f"/proc/{self.pid}/maps").read() else (1 << 12, 1 << 16)

    def timestamp(self):
        """The time of a reading; readings must go on whatever the master does."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(self.reading)
            s.sendall(b"json\n")
            data = b""
            while part := s.recv(1 << 16):
                data += part
        return json.loads(data)["timestamp"]


def good_connection(listener):
    """The agent comes back; what is still to come of refused registrations may fail."""
    for _ in range(6):
        connection = Connection(listener)
        try:
            return connection.handshake()
        except Gone as e:
            connection.sock.close()
            why = e
    raise why


def main():
    path, pid, reading, fixture, seconds, seed = sys.argv[1:7]
    rnd, agent = random.Random(int(seed)), Agent(int(pid), reading)
    Connection.agent = agent
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    end = time.monotonic() + float(seconds)
    failed = []

    def say(name, why=None):
        print(f"not ok {name}: {str(why)[:600]}" if why else f"ok {name}", flush=True)
        if why:
            failed.append(name)

    with good_connection(listener) as c:
        tree = Tree(c, fixture)
        say(f"a walk of {len(tree.names)} instances, octets as in the fixture", "; ".join(tree.bad[:3]))
        tree.bad.clear()
        tree.check(c, rnd, 400)
        say("right answers to right questions", "; ".join(tree.bad[:3]))
    # Half of what sysUpTime holds are 248 days. The kernel's counters begin with the first reading for
    # a master.
    for Connection.older in (1 << 31, 0):
        with good_connection(listener) as c:
            since, up = c.get(DISCONTINUITY)[2][0][2], c.uptime()
            say(f"a master older by {Connection.older} ticks: a time of now",
                None if since is not None and abs(since - up) < 3000 else f"{since}, sysUpTime {up}")
    evil = Evil(rnd, tree, agent)
    proper = (evil.flood, evil.half, evil.many, evil.too_many)  # the connection has to stay
    connected = (*proper, evil.flood, evil.storm, evil.swallow, evil.close_pdu)
    instead = (evil.at_once, evil.refuse, evil.impostor, evil.mute, evil.early, evil.between)
    tried, last, base, before = {}, "nothing", 0, agent.timestamp()
    plan = list(connected) + list(instead)
    while not failed and (plan or time.monotonic() < end):
        act = plan.pop(0) if plan else rnd.choice(connected + instead)
        name = act.__name__
        try:
            if act in instead:
                with Connection(listener) as c, contextlib.suppress(*([] if act == evil.between else [Gone])):
                    act(c)
            else:
                with good_connection(listener) as c:
                    tree.check(c, rnd, 10)
                    with contextlib.suppress(*([] if act in proper else [Gone])):
                        act(c)
                    if act in proper:
                        c.packet = 1 << 20
                        tree.check(c, rnd)
        except Gone as e:
            say(f"it goes on with {name} after {last}", e if agent.alive() else f"the agent is dead ({e})")
        if tree.bad:
            say(f"right answers with {name} after {last}", "; ".join(tree.bad[:3]))
        if not agent.alive():
            say("it lives", f"dead after {last}, {name}")
            break
        now = agent.timestamp()
        if now < before:
            say("readings go on", f"{before}, then {now}")
        before = now
        tried[name], last = tried.get(name, 0) + 1, name
        base = base or (0 if plan else agent.memory())
    if not failed:
        say("alive and right after " + ", ".join(f"{v} {k}" for k, v in sorted(tried.items())))
        grown, most, (limit, ceiling) = agent.memory() - base, agent.memory("VmHWM"), agent.memory_limits()
        say(f"memory is bounded ({base} KiB, then {grown:+d} KiB after {evil.sent} wrong PDUs; at most {most} KiB)",
            None if grown < limit and most < ceiling else "it is not")
    if not failed:
        # One call a second, not an avalanche.
        begin = time.monotonic()
        for _ in range(10):
            Connection(listener).sock.close()
        took = time.monotonic() - begin
        say(f"a master that hangs up is called 10 times in {took:.1f} s", None if took > 7.5 else "too often")
        with good_connection(listener) as c:
            tree.check(c, rnd)
            say("and then answered", "; ".join(tree.bad[:3]))
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Gone as e:
        sys.exit(f"not ok the agent answers: {e}")

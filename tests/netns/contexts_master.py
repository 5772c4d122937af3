#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An AgentX master that is slow with SNMP contexts, refuses them, forgets them and goes away.

contexts_master.py SOCKET PID CONTEXT...: waits for the agent with that pid, which serves at least
these three contexts, each with an interface of its own name; prints "ok NAME" or "not ok NAME: why".
"""
import re
import socket
import struct
import sys
import time

from evil_master import (ADD_CAPS, CONTEXT, END, GET, GETNEXT, NETWORK_ORDER, OBJECTS, PARSE_ERROR, REGISTER,
                         UNREGISTER, UNSUPPORTED_CONTEXT, Agent, Connection, Gone, decode_oid, encode_oid,
                         encode_string)

IF_NAME = OBJECTS + (3, 1, 2)


class Slow(Connection):
    """Registrations in contexts are not answered by themselves."""

    def context_request(self, timeout=10):
        """(PDU, its context) of the next request in a context; others are answered."""
        while pdu := self.next_request(timeout):
            if pdu.flags & CONTEXT:
                n, = struct.unpack_from(pdu.order + "I", pdu.data, 20)
                name, at = pdu.data[24:24 + n].decode(), 24 + n + -n % 4
                self.subtree = decode_oid(pdu.data, at + 4, pdu.order)[0]
                return pdu, name
            self.respond(pdu)
        return None, None

    def names(self, context, order=">"):
        """The interfaces' names in that context, or the error."""
        found, at, flags = set(), IF_NAME, NETWORK_ORDER if order == ">" else 0
        while True:
            payload = b"" if context is None else encode_string(context.encode(), order)
            payload += encode_oid(at, 0, order) + encode_oid(IF_NAME[:-1] + (3,), 0, order)
            error, _, answer = self.ask(GETNEXT, payload, flags | (0 if context is None else CONTEXT))
            if error or answer[0][0] == END:
                return error or found
            at = answer[0][1]
            found.add(answer[0][2].decode())


def say(name, why=None):
    print(f"not ok {name}: {str(why)[:600]}" if why else f"ok {name}", flush=True)


def same(name, wanted, got):
    say(name, None if wanted == got else f"wanted {wanted}, got {got}")


def main():
    path, pid, *contexts = sys.argv[1:]
    Connection.agent = Agent(int(pid), None)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    slow, refused, forgotten = sorted(contexts)[:3]

    with Slow(listener) as c:
        c.handshake()
        # The first one is not answered: questions are.
        pdu, name = c.context_request()
        same("the first registration is of the first context", (REGISTER, slow), (pdu.kind, name))
        same("and of our subtree", OBJECTS, c.subtree)
        before = c.names(None)
        say("questions are answered while it waits", None if isinstance(before, set) else before)
        c.respond(pdu)
        seen, times = {slow: "R"}, []
        while (request := c.context_request(5))[0]:
            pdu, name = request
            what = "R" if pdu.kind == REGISTER else "U"
            first = name not in seen
            seen[name] = seen.get(name, "") + what
            if name == refused:
                times.append(time.monotonic())
            if name != forgotten or not first:
                c.respond(pdu, UNSUPPORTED_CONTEXT if name == refused and first else 0)
        same("all contexts are registered", sorted(contexts), sorted(seen))
        # A busy machine is too slow for others as well.
        for name, done in seen.items():
            wanted = {refused: "R(UR)*R(UR)*", forgotten: "R(UR)+"}.get(name, "R(UR)*")
            say(f"{done} of {name}", None if re.fullmatch(wanted, done) else wanted)
        say("again after a second", None if times[-1] - times[0] > 0.9 else times)
        for name in contexts:
            for order in "<>":
                got = c.names(name, order)
                same(f"{name}: its own interfaces, {order}", {f"{end}-{name[-2:]}" for end in "de"}, got)
        same("an unknown context", UNSUPPORTED_CONTEXT, c.names("elsewhere"))
        same("half a name", UNSUPPORTED_CONTEXT, c.names(contexts[0][:-1]))
        error, _, _ = c.ask(GET, struct.pack(">I", 400) + b"abcd", NETWORK_ORDER | CONTEXT)
        same("a name that is longer than the PDU", PARSE_ERROR, error)

    # A new master: everything once more, and nothing is unregistered.
    with Slow(listener) as c:
        c.handshake()
        seen = {}
        while len(seen) < len(contexts):
            pdu, name = c.context_request()
            if pdu is None:
                break
            seen.setdefault(name, pdu.kind)
            c.respond(pdu)
        same("a new master gets all again", {name: REGISTER for name in contexts}, seen)
        # The connection ends while a registration is on its way.
    with Slow(listener) as c:
        c.handshake()
        pdu, name = c.context_request()
        same("and another one", (REGISTER, slow), (pdu.kind, name))
    with Slow(listener) as c:
        c.handshake()
        same("which went without an answer", slow, c.context_request()[1])
        same("capabilities are the default context's alone", 1, c.asked.count(ADD_CAPS))


try:
    main()
except Gone as e:
    say("the master comes to its end", e)
    sys.exit(1)

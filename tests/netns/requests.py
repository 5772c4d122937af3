#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Random requests in, around and outside our subtree, then large ones, compared with a list of what a
walk found: requests.py PORT SEED COUNT. Prints "ok NAME" or "not ok NAME: why".
"""
import bisect
import random
import sys

sys.dont_write_bytecode = True
import snmpclient as snmp  # noqa: E402: leaves no file behind

OURS = snmp.oid("1.3.6.1.4.1.8072.9999.9999.4269")
TOO_BIG = 1
ABOVE = OURS[:-1]  # snmpd has nothing between this and ours
OUTSIDE = [snmp.oid(o) for o in ("1.0", "1.3", "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5", "1.3.6.1.4.1",
                                 "1.3.6.1.4.1.8072.9999.9999.4268.9", "1.3.6.1.4.1.8072.9999.9999",
                                 "1.3.6.1.4.1.8072.9999.9999.4270", "1.3.6.1.6.3.1.1", "2.5")]
TABLES = (((1,), 15, 1), ((2, 1), 17, 1), ((3, 1), 14, 2), ((4, 1), 19, 2), ((5, 1), 19, 1),
          ((6, 1), 9, 3))  # prefix, first column that is none, length of the index
# Age, duration and number of the readings, and the measured interval.
MOVING = [OURS + tail for tail in ((1, 1, 8), (1, 1, 9), (1, 1, 10), (1, 4, 1, 2), (1, 5, 1, 2))]


def part(rng):
    return rng.choice((0, 1, 2, 3, rng.randrange(8), rng.randrange(2**16), 2**31 - 1, 2**32 - 1))


def random_name(rng):
    if rng.random() < 0.08:
        return rng.choice(OUTSIDE)
    prefix, columns, index = rng.choice(TABLES)
    name = OURS + (1,) + prefix + (rng.randrange(columns + 1),)
    name += tuple(rng.randrange(4) for _ in range(index)) if len(prefix) > 1 else (0,)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        change = rng.randrange(4)
        if change == 0:
            name = name[:rng.randrange(min(len(OURS), len(name)) - 1, len(name))]
        elif change == 1:
            name += tuple(part(rng) for _ in range(rng.randrange(1, 4)))
        elif change == 2:
            name = name[:-1] + (part(rng),)
        else:
            at = rng.randrange(len(OURS), len(name)) if len(name) > len(OURS) else len(name) - 1
            name = name[:at] + (min(max(0, name[at] + rng.choice((-1, 1))), 2**32 - 1),) + name[at + 1:]
    return name


class Tree:
    """All instances, walked one by one; then what any request must get."""

    def __init__(self, client):
        self.client, self.bad, self.values, at = client, [], {}, OURS
        while True:
            _, _, binds = client.ask(snmp.GETNEXT, [at])
            at, kind, value = binds[0]
            if at[:len(OURS)] != OURS:
                break
            self.values[at] = kind, value
        self.names = sorted(self.values)

    def note(self, name, got, wanted):
        self.bad.append(f"{snmp.text(name)}: {got}, wanted {wanted}")

    def found(self, asked, got, wanted):
        """The binding is that instance; None: nothing of ours."""
        name, kind, value = got
        if wanted is None:
            if name[:len(OURS)] == OURS and kind not in (snmp.NO_OBJECT, snmp.NO_INSTANCE, snmp.END):
                self.note(asked, got, "nothing of ours")
        elif name != wanted or kind != self.values[wanted][0] or (
                value != self.values[wanted][1] and not any(wanted[:len(m)] == m for m in MOVING)):
            self.note(asked, got, (wanted, self.values[wanted]))

    def after(self, name):
        """Ours behind that name, or None: the next one is snmpd's."""
        if name < ABOVE:
            return None
        return self.names[bisect.bisect_right(self.names, name):]

    def get(self, names):
        error, _, binds = self.client.ask(snmp.GET, names)
        if error or len(binds) != len(names):
            self.note((), (error, len(binds)), len(names))
        for name, got in zip(names, binds):
            if name in self.values or name[:len(OURS)] == OURS:
                self.found(name, got, name if name in self.values else None)

    def getnext(self, names):
        error, _, binds = self.client.ask(snmp.GETNEXT, names)
        if error or len(binds) != len(names):
            self.note((), (error, len(binds)), len(names))
        for name, got in zip(names, binds):
            ours = self.after(name)
            if ours is not None:
                self.found(name, got, ours[0] if ours else None)

    def getbulk(self, names, once, times):
        error, _, binds = self.client.ask(snmp.GETBULK, names, once, times)
        wanted = len(names[:once]) + times * len(names[once:])
        if error or len(binds) > wanted or (wanted and not binds):
            self.note((), (error, len(binds)), wanted)
        for i, got in enumerate(binds):
            which, repetition = i, 0
            if i >= once:
                repetition, which = divmod(i - once, len(names) - once)
                which += once
            ours = self.after(names[which])
            if ours is not None and repetition <= len(ours):
                self.found(names[which], got, ours[repetition] if repetition < len(ours) else None)

    def say(self, what):
        print(f"not ok {what}: {'; '.join(self.bad[:3])[:600]}" if self.bad else f"ok {what}", flush=True)
        self.bad.clear()


def main():
    port, seed, count = (int(a) for a in sys.argv[1:4])
    rng = random.Random(seed)
    tree = Tree(snmp.Client(port, timeout=60))
    for _ in range(count):
        names = [random_name(rng) for _ in range(rng.randint(1, 20))]
        kind = rng.randrange(3)
        if kind == 0:
            tree.get(names)
        elif kind == 1:
            tree.getnext(names)
        else:
            tree.getbulk(names, rng.randint(0, len(names)), rng.randint(0, 9))
    tree.say(f"{count} random requests over {len(tree.names)} instances")
    # As many as fit into an answer of AgentX, and more, which are refused.
    name = next(n for n in tree.names if tree.values[n][0] == snmp.COUNTER64)
    before = tree.names[tree.names.index(name) - 1]
    for n in (863, 1100):
        tree.get([name] * n)
        tree.getnext([before] * n)
        tree.say(f"Get and GetNext of {n} variables")
    for n in (1262, 1500):
        for kind in (snmp.GET, snmp.GETNEXT):
            error, _, _ = tree.client.ask(kind, [name] * n)
            if error != TOO_BIG:
                tree.note(name, error, TOO_BIG)
        tree.say(f"Get and GetNext of {n} variables: too big")
    tree.getnext([before])
    tree.say("and then one")


main()

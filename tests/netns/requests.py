#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Random requests in, around and outside our subtrees, then large ones, compared with a list of what a
walk found: requests.py PORT SEED COUNT [ip-mib]. Prints "ok NAME" or "not ok NAME: why".
"""
import bisect
import random
import sys

sys.dont_write_bytecode = True
import snmpclient as snmp  # noqa: E402: leaves no file behind

OURS = snmp.oid("1.3.6.1.4.1.8072.9999.9999.4269")
TOO_BIG = 1
OUTSIDE = [snmp.oid(o) for o in ("1.0", "1.3", "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5", "1.3.6.1.4.1",
                                 "1.3.6.1.4.1.8072.9999.9999.4268.9", "1.3.6.1.4.1.8072.9999.9999",
                                 "1.3.6.1.4.1.8072.9999.9999.4270", "1.3.6.1.6.3.1.1", "2.5")]
TABLES = (((1,), 15, 1), ((2, 1), 17, 1), ((3, 1), 14, 2), ((4, 1), 19, 2), ((5, 1), 19, 1),
          ((6, 1), 9, 3))  # prefix, first column that is none, length of the index
IP = snmp.oid("1.3.6.1.2.1.4.31")
# Age, duration and number of the readings, and the measured interval.
MOVING = [OURS + tail for tail in ((1, 1, 8), (1, 1, 9), (1, 1, 10), (1, 4, 1, 2), (1, 5, 1, 2))]



class Subtree:
    def __init__(self, root, above, tables):
        self.root, self.above, self.tables = root, above, tables

    def has(self, name):
        return name[:len(self.root)] == self.root


# Where they are; from where on snmpd has nothing before them; their tables.
OWN = Subtree(OURS, OURS[:-1], [((1,) + prefix, columns, index) for prefix, columns, index in TABLES])
IP_MIB = (Subtree(IP + (1,), IP, [((1,), 48, 1)]), Subtree(IP + (3,), IP + (3,), [((1,), 48, 2)]))


def part(rng):
    return rng.choice((0, 1, 2, 3, rng.randrange(8), rng.randrange(2**16), 2**31 - 1, 2**32 - 1))


def random_name(rng, subtrees):
    if rng.random() < 0.08:
        return rng.choice(OUTSIDE)
    subtree = rng.choice(subtrees)
    ours, scalars = subtree.root, OWN.tables[0][0]
    prefix, columns, index = rng.choice(subtree.tables)
    name = ours + prefix + (rng.randrange(columns + 1),)
    name += tuple(rng.randrange(4) for _ in range(index)) if prefix != scalars or subtree is not OWN else (0,)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        change = rng.randrange(4)
        if change == 0:
            name = name[:rng.randrange(min(len(ours), len(name)) - 1, len(name))]
        elif change == 1:
            name += tuple(part(rng) for _ in range(rng.randrange(1, 4)))
        elif change == 2:
            name = name[:-1] + (part(rng),)
        else:
            at = rng.randrange(len(ours), len(name)) if len(name) > len(ours) else len(name) - 1
            name = name[:at] + (min(max(0, name[at] + rng.choice((-1, 1))), 2**32 - 1),) + name[at + 1:]
    return name


class Tree:
    """All instances, walked one by one; then what any request must get."""

    def __init__(self, client, subtrees):
        self.client, self.subtrees, self.bad, self.values = client, subtrees, [], {}
        for subtree in subtrees:
            at = subtree.root
            while True:
                _, _, binds = client.ask(snmp.GETNEXT, [at])
                at, kind, value = binds[0]
                if not subtree.has(at):
                    break
                self.values[at] = kind, value
        self.names = sorted(self.values)

    def is_ours(self, name):
        return any(subtree.has(name) for subtree in self.subtrees)

    def note(self, name, got, wanted):
        self.bad.append(f"{snmp.text(name)}: {got}, wanted {wanted}")

    def found(self, asked, got, wanted):
        """The binding is that instance; None: nothing of ours."""
        name, kind, value = got
        if wanted is None:
            if self.is_ours(name) and kind not in (snmp.NO_OBJECT, snmp.NO_INSTANCE, snmp.END):
                self.note(asked, got, "nothing of ours")
        elif name != wanted or kind != self.values[wanted][0] or (
                value != self.values[wanted][1] and not any(wanted[:len(m)] == m for m in MOVING)):
            self.note(asked, got, (wanted, self.values[wanted]))

    def after(self, name):
        """Ours behind that name, up to snmpd's, or None: the next one is snmpd's."""
        before = [subtree for subtree in self.subtrees if subtree.above <= name]
        if not before or (before[-1] is not self.subtrees[-1] and name[:len(before[-1].root)] > before[-1].root):
            return None
        return [n for n in self.names[bisect.bisect_right(self.names, name):] if before[-1].has(n)]

    def get(self, names):
        error, _, binds = self.client.ask(snmp.GET, names)
        if error or len(binds) != len(names):
            self.note((), (error, len(binds)), len(names))
        for name, got in zip(names, binds):
            if name in self.values or self.is_ours(name):
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
    subtrees = [*(IP_MIB if "ip-mib" in sys.argv[4:] else ()), OWN]
    tree = Tree(snmp.Client(port, timeout=60), subtrees)
    for _ in range(count):
        names = [random_name(rng, subtrees) for _ in range(rng.randint(1, 20))]
        kind = rng.randrange(3)
        if kind == 0:
            tree.get(names)
        elif kind == 1:
            tree.getnext(names)
        else:
            tree.getbulk(names, rng.randint(0, len(names)), rng.randint(0, 9))
    tree.say(f"{count} random requests over {len(tree.names)} instances")
    for subtree in subtrees:
        if not any(subtree.has(n) for n in tree.names):
            tree.note(subtree.root, "nothing", "instances")
    tree.say("every subtree has some")
    # As many as fit into an answer of AgentX, and more, which are refused.
    name = next(n for n in tree.names if OWN.has(n) and tree.values[n][0] == snmp.COUNTER64)
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

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Random requests in, around and outside our subtree, and what is answered, a line for each:
direct_random.py PORT SEED COUNT. The same seed asks the same.
"""
import random
import sys

sys.dont_write_bytecode = True
import snmpclient as snmp  # noqa: E402: leaves no file behind

OURS = snmp.oid("1.3.6.1.4.1.8072.9999.9999.4269")
OUTSIDE = [snmp.oid(o) for o in ("1.0", "1.3", "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5", "1.3.6.1.4.1",
                                 "1.3.6.1.4.1.8072.9999.9999.4268.9", "1.3.6.1.4.1.8072.9999.9999",
                                 "1.3.6.1.4.1.8072.9999.9999.4270", "1.3.6.1.6.3.1.1", "2.5")]
TABLES = (((1,), 15, 1), ((2, 1), 17, 1), ((3, 1), 14, 2), ((4, 1), 19, 2), ((5, 1), 19, 1),
          ((6, 1), 9, 3))  # prefix, first column that is none, length of the index
# Age, duration and number of the readings, since when it has watched, and the measured interval
# differ by nature.
MOVING = [OURS + tail for tail in ((1, 1, 8), (1, 1, 9), (1, 1, 10), (1, 2, 1, 12), (1, 3, 1, 13),
                                   (1, 4, 1, 2), (1, 5, 1, 2))]


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


def shown(name, kind, value):
    if name[:len(OURS)] != OURS and kind not in (snmp.NO_OBJECT, snmp.NO_INSTANCE, snmp.END):
        return "outside"
    if any(name[:len(m)] == m for m in MOVING):
        value = b""
    return f"{snmp.text(name)}={kind:02x}:{value.hex()}"


def main():
    port, seed, count = (int(a) for a in sys.argv[1:4])
    rng, client = random.Random(seed), snmp.Client(port, timeout=60)
    for _ in range(count):
        kind = rng.choice((snmp.GET, snmp.GETNEXT, snmp.GETBULK))
        names = [random_name(rng) for _ in range(rng.randint(1, 20))]
        numbers = (rng.randint(0, len(names)), rng.randint(0, 9)) if kind == snmp.GETBULK else ()
        try:
            error, index, binds = client.ask(kind, names, *numbers)
        except TimeoutError:
            sys.exit(f"no answer: {kind:02x} {numbers} {' '.join(map(snmp.text, names))}")
        print(f"{kind:02x}", numbers, *map(snmp.text, names), "->", error, index,
              *(shown(*bind) for bind in binds))


main()

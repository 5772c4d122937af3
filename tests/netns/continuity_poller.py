# SPDX-License-Identifier: MIT
"""A manager that trusts DiscontinuityTime: polls as fast as it can and says what it was shown.

continuity_poller.py SECONDS MAX_PACKETS_PER_SECOND: prints one line "violation ..." for each counter
that went backward or leapt although neither DiscontinuityTime nor sysUpTime said so, and at last
one line "polls N compared N discontinuities N restarts N timeouts N".
"""
import sys
import time

sys.dont_write_bytecode = True
import snmpclient as snmp  # noqa: E402: leaves no file behind

OBJECTS = snmp.oid("1.3.6.1.4.1.8072.9999.9999.4269.1")
UPTIME = snmp.oid("1.3.6.1.2.1.1.3.0")
# A table's entry, its columns of counters and of names, and its DiscontinuityTime.
TABLES = {
    "system": (OBJECTS + (2, 1), (3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16), (), 12),
    "if": (OBJECTS + (3, 1), (4, 5, 6, 7, 8, 9, 10, 11), (2,), 13),
    "path": (OBJECTS + (6, 1), (6, 7), (4, 5), 8),
}
OCTETS_PER_PACKET = 1600


def value(tag, octets):
    """None: there is no such instance."""
    if tag in snmp.NUMBERS:
        return snmp.number(octets)
    return octets if tag == snmp.OCTETS else None


class Poller:
    def __init__(self, limit):
        self.client = snmp.Client(timeout=3)
        self.limit = limit
        self.rows = {}  # (table, index, names): (discontinuity, boots, {column: (value, when)})
        self.start, self.boots = (0, float("inf")), 0
        self.counts = dict.fromkeys(("polls", "compared", "discontinuities", "restarts", "timeouts"), 0)

    def indexes(self, column):
        """Those of all instances of a column."""
        out, at = [], column
        while True:
            for name, tag, _ in self.client.ask(snmp.GETBULK, [at], 0, 40)[2]:
                if name[: len(column)] != column or tag == snmp.END:
                    return out
                out.append(name[len(column) :])
                at = name

    def note_uptime(self, uptime, asked, now):
        """sysUpTime was 0 between two moments; not between those of before: another agent."""
        earliest, latest = asked - uptime / 100 - 0.02, now - uptime / 100
        if earliest > self.start[1]:
            self.boots += 1
            self.counts["restarts"] += 1
            self.start = (earliest, latest)
        self.start = (max(self.start[0], earliest), min(self.start[1], latest))

    def row(self, table, index):
        entry, counters, names, discontinuity = TABLES[table]
        columns = counters + names + (discontinuity,)
        asked = time.monotonic()
        binds = self.client.ask(snmp.GET, [UPTIME] + [entry + (c,) + index for c in columns])[2]
        now = time.monotonic()
        if len(binds) != len(columns) + 1:
            return
        answer = [value(tag, octets) for _, tag, octets in binds]
        self.note_uptime(answer[0], asked, now)
        values = dict(zip(columns, answer[1:]))
        if values[discontinuity] is None:  # the row, or the agent, is gone
            return
        key = (table, index, tuple(values[c] for c in names))
        then, boots, seen = self.rows.get(key, (None, None, {}))
        if then != values[discontinuity] or boots != self.boots:
            self.counts["discontinuities"] += then is not None
            seen = {}
        for c in counters:
            v = values[c]
            if v is None:
                continue
            if c in seen:
                self.compare(key, c, seen[c], (v, now), asked)
            seen[c] = (v, asked)
        self.rows[key] = (values[discontinuity], self.boots, seen)

    def compare(self, key, column, before, after, asked):
        self.counts["compared"] += 1
        gained, seconds = after[0] - before[0], after[1] - before[1]
        # A reading may be a second older than its answer.
        if gained < 0 or gained > self.limit * OCTETS_PER_PACKET * (seconds + 2):
            print("violation", key, "column", column, before[0], "->", after[0], "in %.2f s" % seconds,
                  "at %.2f" % asked, flush=True)

    def poll(self):
        found = {"system": [(1,), (2,)]}
        for table in ("if", "path"):
            entry, counters, names, _ = TABLES[table]
            found[table] = self.indexes(entry + (names[0],))
        for table, indexes in found.items():
            for index in indexes:
                self.row(table, index)
        self.counts["polls"] += 1


def main():
    end, poller = time.monotonic() + float(sys.argv[1]), Poller(float(sys.argv[2]))
    while time.monotonic() < end:
        try:
            poller.poll()
        except (TimeoutError, ConnectionRefusedError):
            poller.counts["timeouts"] += 1
            time.sleep(0.05)
    print(*("%s %d" % item for item in poller.counts.items()))


main()

# SPDX-License-Identifier: MIT
"""A manager that trusts DiscontinuityTime: polls as fast as it can and says what it was shown.

continuity_poller.py SECONDS MAX_PACKETS_PER_SECOND: prints one line "violation ..." for each counter
that went backward or leapt although neither DiscontinuityTime nor sysUpTime said so, and at last
one line "polls N compared N discontinuities N restarts N timeouts N".
"""
import sys
import time

import snmp

OBJECTS = snmp.ROOT + (1,)
UPTIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
# A table's entry, its columns of counters and of names, and its DiscontinuityTime.
TABLES = {
    "system": (OBJECTS + (2, 1), (3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16), (), 12),
    "if": (OBJECTS + (3, 1), (4, 5, 6, 7, 8, 9, 10, 11), (2,), 13),
    "path": (OBJECTS + (6, 1), (6, 7), (4, 5), 8),
}
OCTETS_PER_PACKET = 1600


class Poller:
    def __init__(self, limit):
        self.client = snmp.Client(timeout=3)
        self.limit = limit
        self.rows = {}  # (table, index, names): (discontinuity, boots, {column: (value, when)})
        self.uptime, self.uptime_at, self.boots = 0, 0, 0
        self.counts = dict.fromkeys(("polls", "compared", "discontinuities", "restarts", "timeouts"), 0)

    def note_uptime(self, uptime, now):
        if uptime < self.uptime:
            self.boots += 1
            self.counts["restarts"] += 1
        self.uptime, self.uptime_at = uptime, now

    def row(self, table, index):
        entry, counters, names, discontinuity = TABLES[table]
        columns = counters + names + (discontinuity,)
        asked = time.monotonic()
        answer = self.client.get(UPTIME, *(entry + (c,) + index for c in columns))
        now = time.monotonic()
        if len(answer) != len(columns) + 1:
            return
        self.note_uptime(answer[0][2], now)
        values = dict(zip(columns, (v for _, _, v in answer[1:])))
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
            found[table] = list(self.client.column(entry + (names[0],)))
        for table, indexes in found.items():
            for index in indexes:
                self.row(table, index)
        self.counts["polls"] += 1


def main():
    end, poller = time.monotonic() + float(sys.argv[1]), Poller(float(sys.argv[2]))
    while time.monotonic() < end:
        try:
            poller.poll()
        except snmp.Timeout:
            poller.counts["timeouts"] += 1
            time.sleep(0.05)
    print(*("%s %d" % item for item in poller.counts.items()))


main()

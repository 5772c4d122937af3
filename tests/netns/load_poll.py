#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Poll ipfwIfTable again and again while interfaces change, and doubt every answer:
load_poll.py WAY SECONDS TIMEOUT, where WAY is bulkwalk, walk, get or rows.

An interface called a letter and a number has that number as its ifIndex, and a "v" is idle. Prints
what it asked and whatever was wrong.
"""
import random
import sys
import time

sys.dont_write_bytecode = True
import snmpclient as snmp  # noqa: E402: leaves no file behind

TABLE = snmp.oid("1.3.6.1.4.1.8072.9999.9999.4269.1.3.1")
NAME, FIRST_COUNTER, LAST_COUNTER, DISCONTINUITY, LAST = 2, 4, 11, 13, 13
JITTER = 2  # a TimeStamp is the difference of two clocks, each in hundredths of a second


class Poller:
    def __init__(self, timeout):
        self.client = snmp.Client(timeout=timeout)
        self.requests = self.objects = self.rows = self.wrong = self.again = 0
        self.idle = {}  # index -> counters
        self.seen = {}  # (name, family) -> (discontinuity, counters)

    def complain(self, what):
        self.wrong += 1
        if self.wrong <= 5:
            print(what)

    def ask(self, kind, names, repetitions=0):
        self.requests += 1
        error, index, binds = self.client.ask(kind, names, 0, repetitions)
        if error:
            self.complain(f"error {error} at {index} of {[snmp.text(n) for n in names]}")
        self.objects += len(binds)
        return [] if error else binds

    def check_name(self, name, ifindex):
        if name[1:].isdigit() and int(name[1:]) != ifindex:
            self.complain(f"{name} has ifIndex {ifindex}")

    def check_row(self, index, cells):
        """`cells`: column -> (type, octets), all of one request to the agent; GETNEXT may have
        passed over this row in some columns, if the one before lacks them."""
        values = {c: snmp.number(v) for c, (kind, v) in cells.items() if kind == snmp.COUNTER64}
        name = cells[NAME][1].decode()
        self.rows += 1
        self.check_name(name, index[1])
        if name[0] == "v" and name[1:].isdigit():
            idle = self.idle.setdefault(index, {})
            if any(idle.setdefault(c, value) != value for c, value in values.items()):
                self.complain(f"{name} family {index[0]}: the idle one had {idle}, then {values}")
        since = snmp.number(cells[DISCONTINUITY][1]) if DISCONTINUITY in cells else 0
        before, counters = self.seen.get((name, index[0]), (since, {}))
        anew = since > before + JITTER
        self.again += anew
        for c, value in values.items():
            if not anew and value < counters.get(c, 0):
                self.complain(f"{name} family {index[0]} column {c}: {counters[c]}, then {value},"
                              f" discontinuity {before}, then {since}")
        self.seen[name, index[0]] = (since, values if anew else {**counters, **values})

    def walk(self, kind, repetitions, until):
        """One walk through all columns, or a part of it."""
        at = TABLE
        while time.monotonic() < until:
            for name, _, value in self.ask(kind, [at], repetitions):
                if name <= at:
                    self.complain(f"{snmp.text(name)} after {snmp.text(at)}")
                at = name
                if name[:len(TABLE)] != TABLE:
                    return
                if name[len(TABLE)] == NAME:
                    self.check_name(value.decode(), name[-1])

    def pass_rows(self, ask_row, until):
        """Some rows, often those that change; ask_row(index) returns bindings whose first one is the
        next row's name."""
        at = random.choice(((), *((family, index) for family in range(3)
                                  for index in (498, 59998, random.randrange(2000, 12000)))))
        end = self.rows + 60
        while time.monotonic() < until and self.rows < end:
            binds = ask_row(at)
            if not binds or binds[0][0][:len(TABLE) + 1] != TABLE + (NAME,):
                return
            index = binds[0][0][len(TABLE) + 1:]
            if index <= at:
                self.complain(f"row {index} after {at}")
            at = index
            columns = LAST - NAME + 1
            for i in range(0, len(binds), columns):  # each repetition is one request to the agent
                first, cells = binds[i][0], {}
                for name, kind, value in binds[i:i + columns]:
                    if kind < snmp.NO_OBJECT and name[len(TABLE) + 1:] == first[len(TABLE) + 1:]:
                        cells[name[len(TABLE)]] = (kind, value)
                if NAME in cells and first[:len(TABLE) + 1] == TABLE + (NAME,):
                    at = max(at, first[len(TABLE) + 1:])
                    self.check_row(first[len(TABLE) + 1:], cells)

    def bulk_row(self, at):
        return self.ask(snmp.GETBULK, [TABLE + (c,) + at for c in range(NAME, LAST + 1)], 3)

    def get_row(self, at):
        following = self.ask(snmp.GETNEXT, [TABLE + (NAME,) + at])
        if not following or following[0][0][:len(TABLE) + 1] != TABLE + (NAME,):
            return []
        index = following[0][0][len(TABLE) + 1:]
        row = self.ask(snmp.GET, [TABLE + (c,) + index for c in range(NAME, LAST + 1)])
        if row and row[0][1] >= snmp.NO_OBJECT:  # it went away in between: none of it is left
            for name, kind, _ in row:
                if kind < snmp.NO_OBJECT:
                    self.complain(f"{snmp.text(name)} of a row that is gone")
            return self.get_row(index)
        return row


def main():
    way, end = sys.argv[1], time.monotonic() + float(sys.argv[2])
    p, walks = Poller(float(sys.argv[3])), 0
    random.seed(way)
    try:
        while time.monotonic() < end:
            if way == "bulkwalk":
                p.walk(snmp.GETBULK, 50, end)
            elif way == "walk":
                p.walk(snmp.GETNEXT, 0, end)
            else:
                p.pass_rows(p.get_row if way == "get" else p.bulk_row, end)
            walks += 1
    except TimeoutError:
        p.complain(f"no answer in {sys.argv[3]} s")
    print(f"{way}: {walks} passes, {p.requests} requests, {p.objects} objects, {p.rows} rows checked,"
          f" {p.again} discontinuities, {p.wrong} wrong")
    sys.exit(p.wrong > 0 or not p.objects)


main()

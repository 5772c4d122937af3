# SPDX-License-Identifier: MIT
"""Clients by the dozen, and such that send or read too slowly, or nothing.

clients.py WHERE WHAT: WHERE is the path of an agent's reading socket, or "http", which is at port 9469; $agent
is the agent's pid.
"""
import os
import select
import signal
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
import waits  # noqa: E402

where, what = sys.argv[1:]
HTTP = where == "http"
AGENT = int(os.environ.get("agent", 0))
LIMIT = 10 if HTTP else 5  # seconds, for a request and its answer
HEAD = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
REQUEST, HALF = (HEAD % b"json", b"GET /js") if HTTP else (b"json\n", b"js")
LARGE = (HEAD % b"json", HEAD % b"json?pretty") if HTTP else (b"text verbose\n", b"json pretty\n")


def connect():
    s = socket.socket(socket.AF_INET6 if HTTP else socket.AF_UNIX)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("::1", 9469) if HTTP else where)
    s.settimeout(60)
    return s


def read(s):
    """All that comes, and whether a reset ends it."""
    data = b""
    try:
        while part := s.recv(1 << 20):
            data += part
    except ConnectionResetError:
        return data, True
    return data, False


def many():
    """A hundred at once: all are answered."""
    everyone = [connect() for _ in range(100)]
    for s in everyone:
        s.sendall(REQUEST)
    answers = []
    threads = [threading.Thread(target=lambda s=s: answers.append(read(s)[0])) for s in everyone]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(sum(a.endswith(b"}\n") and (not HTTP or a.startswith(b"HTTP/1.1 200")) for a in answers))


def drip(s):
    s.sendall(HALF)
    try:
        while not select.select([s], [], [], 1)[0]:
            s.sendall(b"X")
    except OSError:
        pass


def silent():
    """Says nothing, half a line, or a letter each second: cut off, and after how many seconds."""
    begin, queued = time.monotonic(), waits.queued(AGENT, "self")
    s, t, u = connect(), connect(), connect()
    t.sendall(HALF)
    thread = threading.Thread(target=drip, args=[u])
    thread.start()
    print(len(read(s)[0]), len(read(t)[0]), len(read(u)[0]), end=" ")
    took, queued = time.monotonic() - begin, waits.queued(AGENT, "self") - queued
    thread.join()
    print(LIMIT if LIMIT - 0.1 <= took <= LIMIT + 0.5 + queued else took)


def half():
    """Half a request and no more to say, which come together: they do not wait for the end of who was there before,
    and is silent."""
    os.kill(AGENT, signal.SIGSTOP)
    before = connect()
    done = [connect() for _ in range(15)]
    for s in done:
        s.sendall(HALF)
        s.shutdown(socket.SHUT_WR)
    os.kill(AGENT, signal.SIGCONT)
    for s in done:
        read(s)
    print("cut off" if select.select([before], [], [], 0)[0] else "silent")


def deaf():
    """As many as are served ask for much and never read."""
    everyone = [connect() for _ in range(16)]
    for i, s in enumerate(everyone):
        s.sendall(LARGE[i % 2])
    poll = select.poll()
    for s in everyone:
        poll.register(s, 0)  # POLLHUP: it was cut off
    print("asked", flush=True)
    first = poll.poll()[0][0]
    print("reset" if read(next(s for s in everyone if s.fileno() == first))[1] else "no reset")


def megabyte():
    s = connect()
    try:
        s.sendall(b"x" * 1048576)
    except BrokenPipeError:
        pass
    print(read(s)[0].decode().strip())


def garbage():
    for text in (b"\0" * 4096, b"x" * 1048576, b"GET /json HTTP/9.9\r\n\r\n", b"GET\r\n\r\n", b"\r\n" * 9000,
                 b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                 b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
                 b"GET /" + b"%00" * 2000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                 b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * 20000 + b"\r\n"):
        s = connect()
        try:
            s.sendall(text)
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        answer = read(s)[0]
        if answer.startswith(b"HTTP/1.1 2") and b"%00" not in text and b"chunked" not in text:
            print(text[:40], answer[:40])
    print("done")


def gone():
    """Leave in all states."""
    for i in range(300):
        s = connect()
        if i % 3:
            s.sendall(REQUEST if i % 3 == 1 else HALF[:2])
        s.close()
    print("gone")


globals()[what]()

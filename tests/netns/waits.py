# SPDX-License-Identifier: MIT
"""How long a process has waited for a processor, which on a busy machine is no fault of its own.

waits.py PID SIGNAL: send the signal and wait for the process's end; print how many milliseconds that
took, and how many it may take longer because this machine is busy.
"""
import glob
import os
import signal
import sys
import time


def queued(*pids):
    """In seconds, of all their threads; 0 for one that is gone."""
    total = 0
    for pid in pids:
        for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
            try:
                with open(path) as f:
                    total += int(f.read().split()[1]) / 1e9
            except (OSError, IndexError):
                pass
    return total


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except OSError:
        return True


def main():
    pid, late = int(sys.argv[1]), 0
    begin, first = time.monotonic(), queued(pid)
    last = first
    os.kill(pid, getattr(signal, "SIG" + sys.argv[2]))
    while not is_gone(pid):
        last = max(last, queued(pid))
        before = time.monotonic()
        time.sleep(0.005)
        late = max(late, time.monotonic() - before - 0.005)
        if before > begin + 60:
            os.kill(pid, signal.SIGKILL)
    print(round((time.monotonic() - begin) * 1000), round((last - first + 10 * late) * 1000))


if __name__ == "__main__":
    main()

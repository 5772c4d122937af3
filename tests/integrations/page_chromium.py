#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a Chromium shows of the page: page_chromium.py DIR HOSTILE-NAME NAMESPACE [PICTURE]

It is spoken to through two pipes (Chrome DevTools Protocol), so that no library is needed. Prints
lines of three: what was looked at, what it should be, what it is.
"""
import base64
import fcntl
import json
import os
import subprocess
import sys
import time
import urllib.parse

DIR, HOSTILE, OTHER, PICTURE = sys.argv[1:5]
URL = "http://127.0.0.1:9469/"


class Browser:
    def __init__(self):
        to, self.write = os.pipe()
        self.read, back = os.pipe()
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (to, back)]
        for fd in (to, back):
            os.close(fd)

        def arrange():
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-extensions", "--disable-background-networking",
             "--hide-scrollbars", f"--user-data-dir={DIR}/chromium", "--remote-debugging-pipe",
             "about:blank"],
            stdin=subprocess.DEVNULL, stdout=sys.stderr, preexec_fn=arrange, pass_fds=(3, 4))
        for fd in high:
            os.close(fd)
        self.rest, self.number, self.session, self.events = b"", 0, None, []

    def receive(self):
        while b"\0" not in self.rest:
            more = os.read(self.read, 1 << 20)
            if not more:
                sys.exit("the browser has ended")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, **params):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.write, json.dumps(request).encode() + b"\0")
        while True:
            message = self.receive()
            if message.get("id") == self.number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def attach(self):
        target = next(t for t in self.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(domain + ".enable")

    def value(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            sys.exit(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def until(self, expression, seconds=60):
        end = time.monotonic() + seconds
        while not self.value(expression):
            if time.monotonic() > end:
                return False
            time.sleep(.1)
        return True

    def look(self, width, height, scheme, scale=1):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                 mobile=width < 600)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path):
        data = self.ask("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))


def expect(name, wanted, got):
    print(name, wanted, got, sep="\t", flush=True)


def short(x):
    """Three digits, as the page has them."""
    if x is None:
        return "–"
    step = 0
    while x >= 999.5 and step < 5:
        x, step = x / 1000, step + 1
    text = "0" if x == 0 else f"{x:.{2 if x < 9.995 else 1 if x < 99.95 else 0}f}"
    return text + (" " + " kMGTP"[step] if step else "")


STATE = """JSON.stringify({last, now, rows: Object.fromEntries(["interfaces", "paths", "drops"].map(s =>
    [s, [...document.querySelectorAll("#" + s + " tbody tr")].map(r => [...r.cells].map(c => c.textContent))]))})"""


def check_rates(b, unit, factor, key):
    """Each cell is what the two readings that the page has give."""
    state = json.loads(b.value(STATE))
    last, now = state["last"]["document"], state["now"]["document"]
    seconds = (state["now"]["time"] - state["last"]["time"]) / 1000
    shown = {row[0].split(" IPv")[0]: row[1:] for row in state["rows"]["interfaces"]}
    for name in ("lan0", "wan0", "guest0"):
        wanted = [short(factor * (now["interfaces"][name][f][d + key] - last["interfaces"][name][f][d + key]) / seconds)
                  for f in ("ipv4", "ipv6") for d in ("forwarded_in_", "forwarded_out_")]
        expect(f"{unit}: rates of {name}", wanted, shown.get(name))
    moving = [f for p in now["paths"] for f in [(p["in"], p["out"], p["family"])] if f[:2] == ("wan0", "lan0")]
    for path in moving:
        def of(d):
            return next(p for p in d["paths"] if (p["in"], p["out"], p["family"]) == path)[key]
        wanted = short(factor * (of(now) - of(last)) / seconds)
        row = next((r for r in state["rows"]["paths"]
                    if r[:2] == ["wan0 → lan0", {"ipv4": "IPv4", "ipv6": "IPv6"}[path[2]]]), None)
        expect(f"{unit}: the rate of {' '.join(path)}", wanted, row and row[2])
    expect(f"{unit}: something moves", True, any(c not in ("–", "0") for c in shown["lan0"]))
    return state


b = Browser()
b.attach()
b.look(1280, 900, "light")
b.ask("Page.navigate", url=URL)
expect("the page has figures", True, b.until("document.querySelector('#interfaces tbody td') !== null"))
text = lambda selector: b.value(f"document.querySelector({json.dumps(selector)})?.textContent ?? ''")  # noqa: E731
expect("IPv4 that was forwarded", "1,000 packets, 100,000 bytes", text("#ipv4 p"))
expect("IPv6 that was forwarded", "500 packets, 100,000 bytes", text("#ipv6 p"))
expect("what was dropped", True, int(text("#lost p").split()[0]) >= 47)  # and what somebody else sent
expect("how exact that is", "exact exact", text("#ipv4 .chip") + " " + text("#ipv6 .chip"))
drops = {row[0]: row[1:3] for row in json.loads(b.value(STATE))["rows"]["drops"]}
expect("a filter's drops", ["IPv4", "40"], drops.get("NETFILTER_DROPguest0 → –, forward"))
expect("hop limits that ran out", ["IPv6", "7"], drops.get("IP_INHDRlan0 → –, input"))
expect("the title", "router – ipfwagent", b.value("document.title"))
expect("the source", True, text("#source").startswith("eBPF ("))
expect("nothing is missed", "", text("#notes"))
names = [row[0].split(" IPv")[0] for row in json.loads(b.value(STATE))["rows"]["interfaces"]]
expect("a hostile name is text", True, HOSTILE in names)
expect("a hostile name is no markup", 0, b.value("document.querySelectorAll('b, i, img').length"))

with open(f"{DIR}/counted", "w") as f:
    f.write("1")
RATES = "last && last.document.ipv4.forwarding.outgoing_packets > 2000 && last.document.ipv6.forwarding.outgoing_packets > 1500"
expect("traffic begins", True, b.until(RATES))
check_rates(b, "bit/s", 8, "bytes")
b.value("document.getElementById('packets').click()")
b.value("window.before = now.time")
expect("the next reading", True, b.until("now.time !== window.before"))
check_rates(b, "packets/s", 1, "packets")
expect("the unit of the paths", "packets/s", text("#paths .unit"))
b.value("document.getElementById('bits').click()")

if PICTURE:
    time.sleep(75)
colours = {}
for device, width, height in (("desktop", 1280, 900), ("phone", 360, 800), ("tablet", 700, 900)):
    for scheme in ("light", "dark"):
        b.look(width, height, scheme)
        b.value("window.before = now.time")
        b.until("now.time !== window.before")
        expect(f"{device}, {scheme}: it fits", True, b.value("document.documentElement.scrollWidth <= innerWidth"))
        expect(f"{device}, {scheme}: no cell is cut", 0, b.value(
            "[...document.querySelectorAll('section')].filter(s => s.scrollWidth > s.clientWidth).length"))
        colours[scheme] = b.value("getComputedStyle(document.body).backgroundColor + getComputedStyle(document.body).color")
        b.picture(f"{DIR}/{device}-{scheme}.png")
expect("dark is not light", True, colours["light"] != colours["dark"])

if PICTURE:
    b.look(1080, 10, "light")
    b.value("window.before = now.time")
    b.until("now.time !== window.before")
    b.look(1080, b.value("document.documentElement.scrollHeight"), "light")
    b.picture(PICTURE)

# The other network namespace that the agent serves.
CHOICE = "JSON.stringify([...document.querySelectorAll('#netns option')].map(o => o.textContent))"
expect("network namespaces to choose from", ["the agent's own", OTHER], json.loads(b.value(CHOICE)))
expect("they are seen", False, b.value("document.getElementById('netns').hidden"))
b.value(f"document.getElementById('netns').value = {json.dumps(OTHER)}")
b.value("document.getElementById('netns').dispatchEvent(new Event('change'))")
expect("the interfaces of the other one", True, b.until(
    "[...document.querySelectorAll('#interfaces tbody tr')].map(r => r.cells[0].textContent.split(' IPv')[0]).sort().join() === 'other0,other1'"))
expect("its figures", "0 packets, 0 bytes", text("#ipv4 p"))

complaints = [e["params"] for e in b.events if e.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")]
expect("the browser complains about nothing", [], complaints)
asked = {e["params"]["request"]["url"] for e in b.events if e.get("method") == "Network.requestWillBeSent"}
own = [URL, URL + "json", URL + "json?netns=all", URL + "json?netns=" + urllib.parse.quote(OTHER)]
expect("nothing is asked of anybody else", sorted(own), sorted(u for u in asked if not u.startswith("data:")))

# What is injected all the same does not run.
b.value("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\"><p style=\"position: fixed\" id=\"styled\">')")
time.sleep(.5)
expect("injected script does not run", None, b.value("window.ran"))
expect("injected style has no effect", "static", b.value("getComputedStyle(document.getElementById('styled')).position"))
try:
    b.ask("Browser.close")
except SystemExit:
    pass
b.process.wait(20)

#!/usr/bin/env python3
"""Pages of four searches in headless Chromium, by the DevTools protocol: they are opened, clicked, brushed and walked by keys, and
what they show is compared with the summary and with the table.
  browser_test.py <report_pages> [--hours hour.csv] [--pictures FOLDER]     pictures: of both widths, light and dark, to look at
Exit code 77: Chromium is not here.
"""
import argparse, base64, csv, json, os, pathlib, shutil, subprocess, sys, tempfile

arguments = argparse.ArgumentParser()
arguments.add_argument("pages")
arguments.add_argument("--hours")
arguments.add_argument("--pictures")
arguments = arguments.parse_args()
chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if not chromium:
    print("skipped: Chromium is not here (Debian: chromium)")
    sys.exit(77)


class browser:
    """A browser with one page, that speaks the DevTools protocol through pipes 3 and 4."""

    def __init__(self, profile):
        to_it, self.write = os.pipe()
        self.read, from_it = os.pipe()

        # Through high numbers: 3 or 4 may be one of the pipes' own.
        def place():
            os.dup2(to_it, 100), os.dup2(from_it, 101)
            os.dup2(100, 3), os.dup2(101, 4)

        self.process = subprocess.Popen(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
             "--remote-debugging-pipe", "--user-data-dir=" + profile, "about:blank"],
            close_fds=False, preexec_fn=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_it), os.close(from_it)
        self.last, self.rest, self.session, self.events = 0, b"", None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def message(self):
        while b"\0" not in self.rest:
            part = os.read(self.read, 1 << 20)
            assert part, "the browser has ended"
            self.rest += part
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **parameters):
        self.last += 1
        request = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.write, data):]
        while True:
            answer = self.message()
            if answer.get("id") == self.last:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self.events.append(answer)

    def open(self, url):
        self.events = []
        self.call("Page.navigate", url=url)
        while not any(e["method"] == "Page.loadEventFired" for e in self.events):
            self.events.append(self.message())

    def ask(self, expression):
        """The value of a JavaScript expression; promises are waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, (expression, answer["exceptionDetails"])
        return answer["result"].get("value")

    def frames(self):
        """Until what was asked for is drawn."""
        self.ask("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r, 150))))")

    def mouse(self, kind, x, y, buttons):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=buttons, clickCount=1)

    def click(self, x, y):
        self.mouse("mouseMoved", x, y, 0)
        self.mouse("mousePressed", x, y, 1)
        self.mouse("mouseReleased", x, y, 0)
        self.frames()

    def drag(self, x0, y0, x1, y1):
        self.mouse("mouseMoved", x0, y0, 0)
        self.mouse("mousePressed", x0, y0, 1)
        for i in range(1, 9):
            self.mouse("mouseMoved", x0 + (x1 - x0) * i / 8, y0 + (y1 - y0) * i / 8, 1)
        self.mouse("mouseReleased", x1, y1, 0)
        self.frames()

    def key(self, key, code=0):
        text = {"Enter": "\r", " ": " "}.get(key)
        more = {"text": text} if text else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)
        self.frames()

    def faults(self, url):
        """Errors on the console, exceptions, and requests for anything but the page."""
        found = []
        for e in self.events:
            p = e.get("params", {})
            if e["method"] == "Runtime.exceptionThrown":
                found.append(p["exceptionDetails"].get("exception", {}).get("description", "exception"))
            elif e["method"] == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
                found.append(str([a.get("value", a.get("description")) for a in p["args"]]))
            elif e["method"] == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
                found.append(p["entry"]["text"])
            elif e["method"] == "Network.requestWillBeSent":
                address = p["request"]["url"]
                if address != url and not address.startswith("data:"):
                    found.append("a request for " + address)
        return found


def chart(kind, n=0):
    return f"report.charts.filter(c => c.spec.kind === '{kind}')[{n}]"


def marks(b, kind, series, n=0):
    """What the chart library itself holds of a series: its items, as numbers."""
    return b.ask(f"(() => {{ const c = {chart(kind, n)}; if (!c) return null; const s = c.chart.getOption().series.find(s => s.id === '{series}');"
                 "return s ? s.data.map(p => Array.isArray(p) ? p : p.coords || p.value) : null; })()")


def pixel(b, kind, series, item):
    """Where an item is on the screen, after scrolling to its chart."""
    b.ask(f"{chart(kind)}.box.scrollIntoView({{block: 'center'}})")
    b.frames()
    return b.ask(f"(() => {{ const c = {chart(kind)}; const n = c.chart.getOption().series.findIndex(s => s.id === '{series}');"
                 f"const [x, y] = c.chart.convertToPixel({{seriesIndex: n}}, c.chart.getOption().series[n].data[{item}].value);"
                 "const box = c.box.getBoundingClientRect(); return [box.left + x, box.top + y]; })()")


def check_values(b, name, folder):
    expected = json.loads((folder / (name + ".json")).read_text())
    rows = list(csv.DictReader((folder / (name + ".csv")).open(newline="")))
    data = b.ask("report.data")
    assert len(data["trials"]["number"]) == expected["trials"]
    by_number = {int(r["trial"]): r for r in rows}
    for i, number in enumerate(data["trials"]["number"]):
        row = by_number[number]
        assert data["trials"]["state"][i] == row["state"]
        for k, o in enumerate(data["objectives"]):
            value = data["trials"]["values"][k][i]
            if value is not None:
                assert value == float(row[o["name"]]), (number, o["name"])
        for k, p in enumerate(data["parameters"]):
            value = data["trials"]["settings"][k][i]
            shown = "" if value is None else p["labels"][value] if p["labels"] else value
            assert (shown == row[p["name"]]) if isinstance(shown, str) else shown == float(row[p["name"]]), (number, p["name"])
    for k, e in enumerate(expected["values"]):
        points = marks(b, "history", "trials", k)
        assert len(points) == e["count"], (name, len(points), e)
        values = [p[1] for p in points]
        assert min(values) == e["least"] and max(values) == e["largest"]
    assert len(marks(b, "time", "trials")) == expected["values"][0]["count"]
    if expected["best"] is not None:
        assert data["trials"]["number"][data["best"]] == expected["best"]
        assert marks(b, "history", "best")[-1][1] == float(by_number[expected["best"]][data["objectives"][0]["name"]])
    assert b.ask("report.charts.filter(c => c.spec.kind === 'slice').length") == min(expected["marginals"], 8)
    assert b.ask("report.charts.filter(c => c.spec.kind === 'contour').length") == expected["surfaces"]
    assert len(marks(b, "curves", "curves") or []) == min(expected["curves"], 200)
    assert len(marks(b, "timeline", "work") or []) == expected["work"]
    assert (len(marks(b, "front", "front")) if expected["front"] else 0) == expected["front"]
    assert b.ask(f"{chart('rungs')} ? {chart('rungs')}.spec.option.series[0].data.length : 0") == expected["rungs"]
    assert b.ask(f"{chart('limits')} ? {chart('limits')}.spec.option.series[0].data.length : 0") == expected["limits"]
    if len(data["parameters"]) > 1:
        assert len(marks(b, "parallel", "trials")) == expected["values"][0]["count"]
    return data, by_number


def check_click(b, data, by_number):
    """A click on a trial shows its configuration, which can be copied."""
    points = marks(b, "history", "trials")
    item = len(points) // 2
    b.click(*pixel(b, "history", "trials", item))
    label = b.ask("document.getElementById('trial') ? document.getElementById('trial').getAttribute('aria-label') : ''")
    # Another point may lie on top of it.
    assert label.startswith("Trial "), label
    number = int(label.split()[1])
    row = by_number[number]
    index = data["trials"]["number"].index(number)
    copied = json.loads(b.ask(f"asJson({index})"))
    assert copied, number
    for name, value in copied.items():
        assert value == row[name] if isinstance(value, str) else value == float(row[name])
    code = b.ask(f"asCpp({index})")
    assert code.startswith("{.") and code.endswith("}"), code
    b.ask("document.getElementById('copy-json').click()")
    b.frames()
    assert b.ask("document.getElementById('copy-json').textContent") == "Copied"
    b.key("Escape", 27)
    assert b.ask("document.getElementById('trial')") is None


def check_brush(b):
    """A rectangle over the left half of a chart marks the same trials everywhere."""
    points = marks(b, "history", "trials")
    pixel(b, "history", "trials", 0)
    left, top, right, bottom = b.ask(
        f"(() => {{ const c = {chart('history')}; const box = c.box.getBoundingClientRect();"
        "const r = c.chart.getModel().getComponent('grid').coordinateSystem.getRect();"
        "return [box.left + r.x, box.top + r.y, box.left + r.x + r.width, box.top + r.y + r.height]; })()")
    b.drag((left + right) / 2, top + 1, left - 6, bottom + 6)
    half = b.ask(f"{chart('history')}.chart.convertFromPixel({{seriesIndex: 0}}, [{(right - left) / 2} + 72, 100])[0]")
    marked = b.ask("[...report.marked].map(i => report.data.trials.number[i])")
    numbers = [p[0] for p in points]
    sure = {n for n in numbers if 2 < n < half - 2}
    assert sure <= set(marked) <= {n for n in numbers if n < half + 2}, (half, sorted(marked), sorted(numbers))
    assert 0 < len(marked) < len(points)
    for kind in ("time", "slice", "front"):
        if b.ask(f"!!{chart(kind)}"):
            strong = b.ask(f"{chart(kind)}.chart.getOption().series.find(s => s.id === 'marked').data"
                           ".map(p => report.data.trials.number[p.trial])")
            assert set(strong) <= set(marked) and (kind != "time" or set(strong) == set(marked)), kind
    b.ask("document.getElementById('unmark').click()")
    b.frames()
    assert b.ask("report.marked.size") == 0


def check_keys(b):
    b.ask(f"{chart('history')}.box.focus()")
    b.key("ArrowRight", 39)
    b.key("ArrowRight", 39)
    b.key(" ", 32)
    assert b.ask("report.marked.size") == 1
    assert b.ask("document.getElementById('spoken').textContent").startswith("trial ")
    b.key("Enter", 13)
    assert b.ask("!!document.getElementById('trial')")
    b.key("Escape", 27)
    assert b.ask("report.marked.size") == 0


def check_widths(b, name):
    for width in (400, 1400):
        for scheme in ("light", "dark"):
            b.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
            b.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            b.frames()
            assert b.ask("document.documentElement.scrollWidth") <= width, (name, width)
            if arguments.pictures:
                height = b.ask("document.documentElement.scrollHeight")
                b.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
                b.frames()
                picture = b.call("Page.captureScreenshot")["data"]
                pathlib.Path(arguments.pictures, f"{name}_{width}_{scheme}.png").write_bytes(base64.b64decode(picture))
    b.call("Emulation.setEmulatedMedia", features=[])
    b.call("Emulation.setDeviceMetricsOverride", width=1400, height=900, deviceScaleFactor=1, mobile=False)
    b.frames()


with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
    folder = pathlib.Path(scratch, "pages")
    folder.mkdir()
    subprocess.run([arguments.pages, str(folder)] + ([arguments.hours] if arguments.hours else []), check=True)
    b = browser(os.path.join(scratch, "profile"))
    try:
        for name in ("bike_sharing", "conditional", "rungs", "two_objectives"):
            url = (folder / (name + ".html")).as_uri()
            b.call("Emulation.setDeviceMetricsOverride", width=1400, height=900, deviceScaleFactor=1, mobile=False)
            b.open(url)
            b.frames()
            data, by_number = check_values(b, name, folder)
            check_click(b, data, by_number)
            check_brush(b)
            check_keys(b)
            check_widths(b, name)
            faults = b.faults(url)
            assert not faults, (name, faults)
            print(f"{name}: {b.ask('report.charts.length')} charts")
    finally:
        b.process.kill()
        b.process.wait()

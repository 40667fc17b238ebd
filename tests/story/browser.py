"""A real browser, without a window: Chromium, driven over a pipe. It needs no driver and no library."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars"),
    "--remote-debugging-pipe",
)


_LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3]]
os.dup2(ends[0], 3), os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""  # the browser reads at 3 and writes at 4


def found() -> str | None:
    """Return where the browser is; None where there is none."""
    return next((place for name in NAMES if (place := shutil.which(name))), None)


class Browser:
    """One page. What the console says, what fails and what the policy refuses is kept in `complaints`."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._number = 0
        self._waiting = b""
        self._session: str | None = None
        self.complaints: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Audits", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> Any:
        """Return what the browser answers."""
        self._number += 1
        asked: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            asked["sessionId"] = self._session
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']}")
                return told["result"]
            self._hear(told)

    def _next(self, patience: float = 60.0) -> dict[str, Any]:
        end = time.monotonic() + patience
        while b"\0" not in self._waiting:
            ready, _, _ = select.select([self._back], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser says nothing")
            more = os.read(self._back, 1 << 20)
            if not more:
                raise RuntimeError("the browser is gone")
            self._waiting += more
        told, self._waiting = self._waiting.split(b"\0", 1)
        return dict(json.loads(told))

    def _hear(self, told: dict[str, Any]) -> None:
        said = told.get("params", {})
        match told.get("method"):
            case "Runtime.consoleAPICalled" if said["type"] in ("error", "warning", "assert"):
                self.complaints.append(f"console: {said['args']}")
            case "Runtime.exceptionThrown":
                self.complaints.append(f"exception: {said['exceptionDetails']}")
            case "Log.entryAdded" if said["entry"]["level"] in ("error", "warning"):
                self.complaints.append(f"log: {said['entry']['text']}")
            case "Audits.issueAdded" if said["issue"]["code"] == "ContentSecurityPolicyIssue":
                self.complaints.append(f"issue: {said['issue']}")
            case "Network.requestWillBeSent" if not said["request"]["url"].startswith(("file:", "data:", "about:")):
                self.complaints.append(f"network: {said['request']['url']}")

    def open(self, file: Path, fragment: str = "") -> None:
        """Show a file, from a blank page."""
        self.ask("Page.navigate", url="about:blank")
        self.ask("Page.navigate", url=file.as_uri() + fragment)
        end = time.monotonic() + 60
        while self.evaluate("document.readyState") != "complete" or self.evaluate("location.protocol") != "file:":
            assert time.monotonic() < end, "the page does not come"
            time.sleep(0.02)

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until a condition holds in the page; fail where it does not come to that."""
        end = time.monotonic() + 20
        while not self.evaluate(condition):
            assert time.monotonic() < end, condition
            time.sleep(0.02)

    def size(self, width: int, height: int = 900) -> None:
        """Make the window as large."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, media: str = "", **features: str) -> None:
        """Have a reader who prefers so: `prefer(prefers_color_scheme="dark")`."""
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.ask("Emulation.setEmulatedMedia", media=media, features=wanted)

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press a key."""
        facts: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **facts, **({"text": text} if text else {}))
        self.ask("Input.dispatchKeyEvent", type="keyUp", **facts)

    def click(self, x: float, y: float) -> None:
        """Click at a place."""
        self.rest(x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def rest(self, x: float, y: float) -> None:
        """Have the pointer rest at a place."""
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def picture(self, file: Path, *, whole: bool = True) -> None:
        """Write a PNG of the page."""
        data = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._clip(whole))[
            "data"
        ]
        file.write_bytes(base64.b64decode(data))

    def _clip(self, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        box = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": box["width"], "height": box["height"], "scale": 1}}

    def paper(self, file: Path) -> None:
        """Write a PDF of the page."""
        file.write_bytes(base64.b64decode(self.ask("Page.printToPDF", printBackground=True)["data"]))


@contextmanager
def browser() -> Iterator[Browser]:
    """Give a browser with a new profile, and end it."""
    place = found()
    assert place is not None
    with tempfile.TemporaryDirectory(prefix="odibi-browser-") as profile:
        ours_to_read, theirs_to_write = os.pipe()
        theirs_to_read, ours_to_write = os.pipe()
        fds = (theirs_to_read, theirs_to_write)
        process = subprocess.Popen(
            [sys.executable, "-c", _LAUNCH, *map(str, fds), place, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=fds,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_to_read)
        os.close(theirs_to_write)
        try:
            yield Browser(ours_to_write, ours_to_read)
        finally:
            with suppress(OSError):
                os.write(ours_to_write, b'{"id":0,"method":"Browser.close"}\0')
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()
            os.close(ours_to_write)
            os.close(ours_to_read)
            time.sleep(0.1)  # its children let go of the profile

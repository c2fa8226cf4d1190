"""Browser: a page in Debian's Chromium, and what its probe noted (`probe.js`)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.console.running import COOKIE, Served
from streams.errors import ToezichtError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROBE: Final = Path(__file__).parent / "probe.js"
SIZE: Final = {"width": 1_366, "height": 768}
WITHIN_S: Final = 120.0
LOOK_S: Final = 0.05


def find_chromium(given: Path | None) -> Path:
    """Return the browser to use.

    Raises:
        ToezichtError: There is none, or nothing to drive it with.
    """
    if find_spec("playwright") is None:
        raise ToezichtError("playwright is not installed, expected the extra dev: toezicht[dev]")
    found = given or next(
        (Path(path) for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None
    )
    if found is None or not found.is_file():
        told = "on the path" if given is None else f"at {given}"
        raise ToezichtError(f"no browser {told}, expected Debian's package chromium, or its program with --browser")
    return found


@contextmanager
def browser(chromium: Path) -> Iterator[Browser]:
    """Yield a browser that runs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            yield running
        finally:
            running.close()


class ProbedPage:
    """Probed page: one page with an empty cache, and what its probe noted. All moments are ms since 1970.

    Args:
        browser: It runs.
        served: Whose page.
        wanted: How many open alerts the list has when it is whole.
    """

    def __init__(self, browser: Browser, served: Served, wanted: int) -> None:
        self._context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
        if served.cookie:
            self._context.add_cookies([{"name": COOKIE, "value": served.cookie, "url": served.address}])
        self._context.add_init_script(path=PROBE)
        self._context.add_init_script(f"window.bench.wanted = {wanted}")
        self.page: Page = self._context.new_page()
        self._bytes = 0
        self._tools = self._context.new_cdp_session(self.page)
        self._tools.send("Network.enable")
        self._shown: dict[str, str] = {}
        self._tools.on("Network.responseReceived", self._note_response)
        self._tools.on("Network.loadingFinished", self._note_bytes)
        self.page.goto(f"{served.address}/")
        self.wait(lambda: self.noted("whole") or None)

    def __enter__(self) -> ProbedPage:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    def noted(self, name: str) -> Any:
        """Return what the probe noted under a name."""
        return self.page.evaluate(f"window.bench.{name}")

    def wait(self, look: Callable[[], Any]) -> Any:
        """Return what a look finds as soon as it is not None.

        Raises:
            TimeoutError: It finds nothing.
        """
        deadline = time.monotonic() + WITHIN_S
        while (found := look()) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {WITHIN_S:.0f} s the page does not show what it should")
            self.page.wait_for_timeout(1_000 * LOOK_S)
        return found

    def wait_noted(self, what: str, alert_id: str) -> float:
        """Return when an alert was first seen, pending or confirmed on the page."""
        return float(
            self.wait(lambda: self.page.evaluate("([what, id]) => window.bench[what][id] ?? null", [what, alert_id]))
        )

    def loaded_s(self) -> tuple[float, float]:
        """Return after how many seconds the first rows, and the whole list, were painted."""
        return self.noted("first") / 1_000, self.noted("whole") / 1_000

    def heap(self) -> tuple[float, int]:
        """Return the heap of the page (MB), after what is no longer needed was collected, and how many nodes its document has."""
        for _ in range(2):
            self._tools.send("HeapProfiler.collectGarbage")
        self._tools.send("Performance.enable")
        found = {each["name"]: each["value"] for each in self._tools.send("Performance.getMetrics")["metrics"]}
        nodes = self.page.evaluate("document.getElementsByTagName('*').length")
        return found["JSHeapUsedSize"] / 1e6, int(nodes)

    def weight_kb(self) -> float:
        """Return how much of the page itself, without what the API answered, came over the network (kB)."""
        return self._bytes / 1_000

    def _note_response(self, event: dict[str, Any]) -> None:
        self._shown[event["requestId"]] = event["response"]["url"]

    def _note_bytes(self, event: dict[str, Any]) -> None:
        if "/api/" not in self._shown.get(event["requestId"], "/api/"):
            self._bytes += int(event["encodedDataLength"])

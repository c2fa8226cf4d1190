"""A browser as a person uses it: Debian's Chromium under the page's own strict policy, which is never switched off.

`page.wait_for_function` needs `eval`, which the policy forbids: what is waited for is a locator, or is asked again and again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

from tests.support.console.access import PASSWORD

CHROMIUM: Final = Path("/usr/bin/chromium")
WITHIN_MS: Final = 90_000
"""Only there to end a test that fails."""
GUARD_MS: Final = 350
"""A dialog takes no key in its first 300 ms (docs/console.md)."""
AXE: Final = Path(__file__).parents[3] / "console" / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGE: Final = Path(__file__).parents[3] / "console" / "static" / "index.html"
_WATCH: Final = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push([event.violatedDirective, event.blockedURI, event.sample, event.sourceFile].join(" "));
});
"""
_RINGS: Final = """
window.rung = 0;
const begin = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.rung += 1;
  begin.apply(this, when);
};
"""
_CLOCK: Final = """
const off = %d;
const Right = Date;
window.Date = class extends Right {
  constructor(...given) {
    super(...(given.length === 0 ? [Right.now() + off] : given));
  }
  static now() {
    return Right.now() + off;
  }
};
"""
_OF_THE_NET: Final = re.compile(r"Failed to load resource|net::ERR_|status of [45]\d\d")
"""What the browser says of answers that a test asked for: a console that was killed, a session that ended."""


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Yield Chromium, or skip where it or the built page is missing."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing (Debian package chromium)")
    if not PAGE.exists():
        pytest.skip("the page is not built: `make page`")
    expect.set_options(timeout=WITHIN_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


class Person:
    """Somebody at a browser of their own, with one window and any further ones.

    Attributes:
        page: The window.
        faults: What the page did wrong: its policy broken, an error that nobody caught.
    """

    def __init__(self, browser: Browser, address: str, clock_off: timedelta = timedelta(0), **options: Any) -> None:
        known = {"viewport": {"width": 1366, "height": 768}, "locale": "nl-NL", "timezone_id": "Europe/Amsterdam"}
        self.address, self.faults = address, list[str]()
        self.context: BrowserContext = browser.new_context(**{**known, **options})
        self.context.set_default_timeout(WITHIN_MS)
        for script in (_WATCH, _RINGS, *([_CLOCK % (clock_off.total_seconds() * 1_000)] if clock_off else [])):
            self.context.add_init_script(script)
        self.context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self.context.on("console", self._said)
        self.page: Page = self.context.new_page()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _OF_THE_NET.search(message.text):
            self.faults.append(message.text)

    def login(self, user: str, path: str = "/", password: str = PASSWORD) -> Person:
        """Log in by the form, as a person does."""
        self.page.goto(self.address + path)
        self.page.get_by_label("Gebruikersnaam").fill(user)
        self.page.get_by_label("Wachtwoord").fill(password)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("header nav")).to_be_visible()
        return self

    def opened(self, path: str) -> Page:
        """Return a further window of this browser."""
        page = self.context.new_page()
        page.goto(self.address + path)
        return page

    def go(self, path: str) -> None:
        """Go to an address by itself."""
        self.page.goto(self.address + path)
        expect(self.page.locator("header nav")).to_be_visible()

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def row(self, text: str) -> Locator:
        """Return an alert's line in the list or the band, by a text on it."""
        return self.page.locator(".row", has_text=re.compile(rf"\b{re.escape(text)}\b"))

    def shown(self, text: str) -> Locator:
        """Return an alert's line as soon as it is there; what waits since a hand is on the list is shown by its key."""
        row = self.row(text)

        def there() -> bool:
            if row.count() == 0 and self.page.locator(".bar .waits").count():
                self.press(".")
            return row.count() > 0

        self.until(there)
        return row

    def choose(self, text: str) -> Locator:
        """Put the cursor on an alert with the mouse, wait until the detail shows it, and return its line."""
        row = self.shown(text)
        row.locator(".what").click()
        expect(row).to_have_class(re.compile(r"\bchosen\b"))
        expect(self.detail.locator("header")).to_contain_text(text)
        expect(self.detail.locator("[data-action]").first).to_be_visible()
        return row

    @property
    def detail(self) -> Locator:
        """Return the pane of one alert."""
        return self.page.locator("#detail")

    @property
    def dialog(self) -> Locator:
        """Return the open dialog."""
        return self.page.locator("dialog[open]")

    @property
    def notices(self) -> Locator:
        """Return what the page says of actions."""
        return self.page.locator(".notice")

    def expect_told(self, text: str | re.Pattern[str]) -> None:
        """Expect the page to say something of an action."""
        expect(self.notices.filter(has_text=text).first).to_be_visible()

    def do(self, action: str) -> None:
        """Press an action's button with the mouse."""
        self.detail.locator(f'[data-action="{action}"]').click()

    def option(self, number: int) -> None:
        """Choose one of the open dialog's options by its key, once it takes keys."""
        expect(self.dialog.locator("li button").first).to_be_visible()
        self.until(lambda: self._pressed(number))

    def _pressed(self, number: int) -> bool:
        before = self.dialog.inner_text() if self.dialog.count() else ""
        self.press(str(number))
        return (self.dialog.inner_text() if self.dialog.count() else "") != before

    def await_dialog(self, title: str) -> None:
        """Wait until a dialog is open and takes keys, which it does not in its first moments."""
        expect(self.dialog).to_contain_text(title)
        self.page.wait_for_timeout(GUARD_MS)

    def close_dialog(self) -> None:
        """Leave the open dialog by its key, which it takes once it takes keys."""

        def closed() -> bool:
            self.press("Escape")
            return self.dialog.count() == 0

        self.until(closed)

    def settled(self) -> None:
        """Wait until the page has its list and says that it is of now."""
        expect(self.page.locator(".pulse")).to_contain_text("Actueel")

    def all_words(self) -> str:
        """Return all words of the page: seen, heard, and those of labels and titles."""
        names = ("aria-label", "title", "placeholder", "alt")
        found = self.page.locator(",".join(f"[{name}]" for name in names))
        labels: list[str] = found.evaluate_all(
            "(all, names) => all.flatMap((each) => names.map((name) => each.getAttribute(name) ?? ''))", list(names)
        )
        return "\n".join([self.page.locator("body").inner_text(), self.page.title(), *labels])

    def rung(self, page: Page | None = None) -> int:
        """Return how many tones a window has played."""
        return int((page or self.page).evaluate("window.rung"))

    def until(self, condition: Callable[[], Any]) -> None:
        """Wait until something holds."""
        deadline_s = time.monotonic() + WITHIN_MS / 1_000
        while not condition():
            assert time.monotonic() < deadline_s, "the condition did not come true"
            self.page.wait_for_timeout(50)

    def violations(self) -> list[str]:
        """Return each breach of the page's policy, in any window."""
        return [each for page in self.context.pages for each in page.evaluate("window.violations ?? []")]

    def leave(self) -> None:
        """Close the browser; nothing may have gone wrong in it."""
        found = [*self.faults, *self.violations()]
        self.context.close()
        assert not found, found


def axe_findings(page: Page, dialog: bool = False) -> list[str]:
    """Return what axe finds on a page as it stands."""
    page.evaluate(AXE.read_text())
    scope = "document.querySelector('dialog[open]')" if dialog else "document"
    found = page.evaluate(f"axe.run({scope}, {{resultTypes: ['violations']}}).then((all) => all.violations)")
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for each in found
        for node in each["nodes"]
    ]

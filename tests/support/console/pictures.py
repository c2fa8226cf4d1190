"""Pictures of the page with the demo's scenario, as Debian's Chromium shows it.

`python -m tests.support.console.pictures` makes the README's three (docs/pictures); with `--all FOLDER` also each page, dark
and light. Real video is shown where TOEZICHT_DEMO_VIDEO names one.
"""

from __future__ import annotations

import argparse
import io
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, expect

from tests.support.console.browser import Person, running_browser

DOCS: Final = Path(__file__).parents[3] / "docs" / "pictures"
LARGEST_BYTES: Final = 150_000
WITHIN_S: Final = 300.0
"""Only there to end a demo that never shows its scenario."""
SIZE: Final = {"width": 1366, "height": 1_200}
"""So high that the picture stands in the detail without scrolling."""
THEMES: Final = ("dark", "light")
PAGES: Final = {
    "list": "/", "map": "/kaart", "crowd": "/drukte", "handover": "/overdracht", "cameras": "/cameras", "system": "/systeem",
    "audit": "/audit", "settings": "/instellingen", "overview": "/overzicht",
}  # fmt: skip
_ACCOUNT: Final = re.compile(r"^(?:toezicht: )?\s*(\S+)\s+([a-z0-9]{4}(?:-[a-z0-9]{4}){3})\s", re.MULTILINE)
_ADDRESS: Final = re.compile(r"the operators' page is at (http://\S+)")


@dataclass
class Demo:
    """A demo that runs in a terminal of its own, since it shows its passwords nowhere else."""

    process: subprocess.Popen[bytes]
    said: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return what it said."""
        return "".join(self.said)

    def until(self, condition: Callable[[str], Any]) -> Any:
        """Wait until something holds of what it said, and return that."""
        deadline_s = time.monotonic() + WITHIN_S
        while not (found := condition(self.text)):
            if self.process.poll() is not None or time.monotonic() > deadline_s:
                raise RuntimeError(f"the demo does not go on: {self.text[-3_000:]}")
            time.sleep(0.2)
        return found


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Yield the demo, and end it as Ctrl-C does."""
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "demo", "--data", str(folder)], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    demo = Demo(process)
    threading.Thread(target=_listen, args=(terminal, demo), daemon=True).start()
    try:
        yield demo
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            process.kill()
            process.wait()


def _listen(terminal: int, demo: Demo) -> None:
    with suppress(OSError):  # the other end is closed
        while chunk := os.read(terminal, 65_536):
            demo.said.append(chunk.decode(errors="replace").replace("\r\n", "\n"))


def save(person: Person, path: Path) -> None:
    """Write what the page shows as a PNG with a palette, smaller than the README may load."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shot = person.page.screenshot(animations="disabled")
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    for colours in (256, 128, 64):
        picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= LARGEST_BYTES:
            return
    raise RuntimeError(f"{path} is larger than {LARGEST_BYTES} bytes")


def for_readme(person: Person) -> None:
    """Make the README's pictures: list with detail, map, crowd."""
    save(person, DOCS / "console-list.png")
    person.press("g", "k")
    expect(person.page.locator(".leaflet-container canvas").first).to_be_visible()
    person.page.wait_for_timeout(1_500)
    save(person, DOCS / "console-map.png")
    person.press("g", "d")
    expect(person.page.locator(".uplot canvas").first).to_be_visible()
    person.page.wait_for_timeout(1_500)
    save(person, DOCS / "console-crowd.png")


def choose_seen(person: Person) -> None:
    """Open the most pressing alert that a camera could see, with the camera's picture where it is still kept."""
    row = person.page.locator('.row[data-priority="P1"]', has_text=re.compile(r"\d/\d c|kijkt nog")).first
    row.locator(".what").click(timeout=WITHIN_S * 1_000)
    expect(person.detail.locator("[data-action]").first).to_be_visible()
    picture = person.detail.locator(".frame img")
    try:  # it is asked for by itself
        expect(picture).to_be_visible(timeout=30_000)
    except AssertionError:
        sys.stderr.write(f"without a picture: {person.detail.locator('.frame').inner_text()}\n")
    person.page.mouse.move(5, 5)


def all_pages(person: Person, chief: Person, folder: Path) -> None:
    """Make a picture of each page in each theme."""
    for theme in THEMES:
        for who in (person, chief):
            who.page.evaluate(f"localStorage.setItem('toezicht.settings', JSON.stringify({{theme: '{theme}'}}))")
        for name, path in PAGES.items():
            person.go(path)
            if name == "list":
                choose_seen(person)
            person.page.wait_for_timeout(2_500)
            save(person, folder / f"{name}-{theme}.png")
        chief.go("/gebruikers")
        chief.page.wait_for_timeout(1_500)
        save(chief, folder / f"users-{theme}.png")


def seat(browser: Browser, address: str, user: str, password: str) -> Person:
    """Log somebody in."""
    return Person(browser, address, viewport=SIZE).login(user, password=password)


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.console.pictures", description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="each page too, dark and light, into this folder")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="pictures-") as folder,
        running_demo(Path(folder)) as demo,
        running_browser() as browser,
    ):
        address = demo.until(_ADDRESS.search).group(1)
        accounts = demo.until(lambda text: len(found := dict(_ACCOUNT.findall(text))) >= 5 and found)
        person = seat(browser, address, "supervisor", accounts["supervisor"])
        choose_seen(person)  # while its second is still in the camera's ring
        demo.until(lambda text: "the scenario is over" in text)
        for_readme(person)
        if asked.all is not None:
            all_pages(person, seat(browser, address, "beheerder", accounts["beheerder"]), asked.all)


if __name__ == "__main__":
    main()

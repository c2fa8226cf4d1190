"""An installer draws a camera in a real browser, and the registry has it: first its masks, on a mosaic; then its zones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from detectors.opencv import cv2
from streams.config.registry import load_registry
from streams.domain.cameras.registry import Camera, HomographyCalibration
from tests.support.registry import registry_camera, write_registry

CHROMIUM = Path("/usr/bin/chromium")
WITHIN_MS = 60_000
"""Only there to end a test that fails."""
SIZE = (320, 240)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is missing (Debian package chromium)"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Yield the browser."""
    expect.set_options(timeout=WITHIN_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """Return a registry with a camera that nobody has drawn yet, whose picture has fine stripes."""
    stripes = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    stripes[:, ::2] = 255
    (tmp_path / "stills").mkdir()
    cv2.imwrite(str(tmp_path / "stills" / "1.png"), stripes)
    whole = [[0, 0], [SIZE[0], 0], [SIZE[0], SIZE[1]], [0, SIZE[1]]]
    camera: dict[str, Any] = registry_camera("plein-1", {"url": "stills"}) | {
        "width_px": SIZE[0], "height_px": SIZE[1], "masks": {"version": "not drawn", "polygons": [whole]},
        "zones": [{"id": "all", "name": "Whole view", "polygon": [list(corner) for corner in whole], "group_min_s": 7}],
    }  # fmt: skip
    path = write_registry(tmp_path / "r.yaml", camera)
    path.write_text("# our cameras\n" + path.read_text())
    return path


@contextmanager
def drawing(registry: Path, browser: Browser, *options: str) -> Iterator[Page]:
    """Run the command, open its page, and hold that the command ends by itself and the page kept to its policy."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOEZICHT_")}
    command = [sys.executable, "-m", "streams.cli", "cameras", "draw", "plein-1", "--registry", str(registry), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        faults: list[str] = []
        asked: list[str] = []
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        expect(page.get_by_role("heading")).to_have_text("plein-1: plein-1")
        yield page
        assert process.wait(60) == 0
        assert [fault for fault in faults if "422" not in fault] == []
        assert all(url.startswith(address) for url in asked)
        page.close()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _click(page: Page, *points: tuple[int, int]) -> None:
    """Click at places of the camera's picture (pixels)."""
    board = page.locator("#board")
    box = board.bounding_box()
    assert box is not None
    for x, y in points:
        page.mouse.click(box["x"] + x * box["width"] / SIZE[0], box["y"] + y * box["height"] / SIZE[1])


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


def _camera(registry: Path) -> Camera:
    return load_registry(registry).cameras[0]


def _near(found: Any, wanted: list[tuple[int, int]]) -> bool:
    return bool(np.abs(np.asarray(found) - np.asarray(wanted)).max() <= 1)


def test_masks_zones_line_and_calibration(registry: Path, chromium: Browser) -> None:
    """Everything that is drawn is in the registry, and what is not drawn stays."""
    with drawing(registry, chromium, "--version", "v2") as page:
        expect(page.get_by_role("status")).to_contain_text("All of the picture is a mosaic")
        still = page.request.get(page.url + "still.jpg").body()
        picture = cv2.imdecode(np.frombuffer(still, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.std() < 12  # the stripes' is 127: nothing of them is left
        page.get_by_role("button", name="Mask 1").click()
        page.get_by_role("button", name="Remove what is chosen").click()
        page.get_by_role("button", name="Mask", exact=True).click()
        _click(page, (10, 10), (100, 10), (100, 80))
        page.keyboard.press("Enter")
        _save(page)
        expect(page.get_by_role("status")).to_contain_text("masks of plein-1 saved, version v2.")
    camera = _camera(registry)
    assert camera.masks.version == "v2"
    assert _near(camera.masks.polygons, [[(10, 10), (100, 10), (100, 80)]])  # type: ignore[list-item]
    assert registry.read_text().startswith("# our cameras\n")

    with drawing(registry, chromium, "--version", "v3") as page:
        page.get_by_role("button", name="Zone", exact=True).click()
        _click(page, (100, 100), (300, 100), (300, 200), (100, 200))
        page.keyboard.press("Enter")
        page.get_by_label("Id").fill("noord")
        page.get_by_label("Name").fill("Noordzijde")
        page.get_by_role("button", name="Line of the chosen zone").click()
        _click(page, (120, 150), (280, 150))
        page.get_by_label("Forbidden").select_option("right_to_left")
        for number, (x, y) in enumerate([(20, 120), (300, 120), (300, 230), (20, 230)]):
            page.get_by_role("button", name="Calibration point").click()
            _click(page, (x, y))
            page.get_by_label("x in metres").fill(str(118_000.25 + (number in (1, 2)) * 30))
            page.get_by_label("y in metres").fill(str(479_000 + (number < 2) * 20))
        _save(page)
        expect(page.get_by_role("status")).to_contain_text("zones, calibration of plein-1 saved, version v3.")
    camera = _camera(registry)
    assert camera.masks.version == "v2"
    assert [(zone.id, zone.name) for zone in camera.zones] == [("all", "Whole view"), ("noord", "Noordzijde")]
    assert camera.zones[0].group_min_s == 7
    line = camera.zones[1].situations.line
    assert line is not None
    assert line.forbidden == "right_to_left"
    assert _near(line.points, [(120, 150), (280, 150)])
    assert isinstance(camera.calibration, HomographyCalibration)
    assert [point.x_m for point in camera.calibration.points] == [118_000.25, 118_030.25, 118_030.25, 118_000.25]


def test_a_corner_is_dragged_and_what_is_wrong_is_told_on_the_page(registry: Path, chromium: Browser) -> None:
    """A zone that crosses itself is refused by the registry, in its words; the drawing stays, and is mended."""
    with drawing(registry, chromium) as page:
        before = registry.read_text()
        page.get_by_role("button", name="Zone Whole view").click()
        box = page.locator("#board").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 1, box["y"] + 1)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.95, steps=4)
        page.mouse.up()
        page.get_by_role("button", name="Zone", exact=True).click()
        _click(page, (10, 10), (100, 100), (100, 10), (10, 100))
        page.keyboard.press("Enter")
        _save(page)
        expect(page.get_by_role("alert")).to_contain_text("polygon crosses itself")
        assert registry.read_text() == before
        page.get_by_role("button", name="Remove what is chosen").click()
        _save(page)
        expect(page.get_by_role("status")).to_contain_text("zones of plein-1 saved")
    assert _near(_camera(registry).zones[0].polygon[0], (288, 228))  # type: ignore[arg-type]


def test_a_camera_that_may_not_be_looked_at_is_not_opened(registry: Path) -> None:
    """One line says why."""
    text = registry.read_text().replace("2099-01-01", "2021-01-01")
    registry.write_text(text)
    command = [sys.executable, "-m", "streams.cli", "cameras", "draw", "plein-1", "--registry", str(registry)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 2
    assert "plein-1 may not be looked at now" in ended.stderr

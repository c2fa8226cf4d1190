"""Material: what the demo needs on disk: video, an empty square, the registry, rules and reports with today's times."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from streams.demo.rules import write_rules
from streams.local.pipeline import Pipeline, read_pipeline

VIDEO_VARIABLE: Final = "TOEZICHT_DEMO_VIDEO"
CALIBRATION_VARIABLE: Final = "TOEZICHT_DEMO_CALIBRATION"
COPIED: Final = ("cameras.yaml", "pipeline.yaml", "reports.jsonl", "p2000.txt", "expected.yaml", "areas.geojson")
SCENE_S: Final = 60.0
SCENE_FPS: Final = 7.0
_RECORDED: Final = "2009-01-01"
"""The year of PETS2009, whose cameras were calibrated for it."""
WIDTH_PX: Final = 768
HEIGHT_PX: Final = 576
"""The size of PETS2009's pictures; the registry's zones and masks are in these pixels."""


@dataclass(frozen=True)
class Material:
    """The demo's files.

    Attributes:
        folder: Where they are.
        pipeline: The processes, with absolute paths.
        expected: What the scenario should give, as read from `expected.yaml`.
        composed: Whether the video is composed from photos because no real one was found.
    """

    folder: Path
    pipeline: Pipeline
    expected: dict[str, Any]
    composed: bool

    @property
    def length_s(self) -> float:
        """Return how long the scenario's reports take."""
        return float(self.expected["length_s"])

    @property
    def reports(self) -> Path:
        """Return the scenario's recorded reports."""
        return self.folder / "reports.jsonl"

    @property
    def p2000(self) -> Path:
        """Return the scenario's pager lines."""
        return self.folder / "p2000.txt"


def prepare(folder: Path, progress: Callable[[str], None]) -> Material:
    """Write the demo's files, with its video in the registry: any command can read it, in this process or another.

    Raises:
        FileError: A file of the demo is wrong.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    shipped = files("streams.demo")
    for name in COPIED:
        (folder / name).write_bytes(shipped.joinpath(name).read_bytes())
    write_rules(folder / "rules.yaml")
    named = os.environ.get(VIDEO_VARIABLE, "")
    composed = not (named and Path(named).is_file())
    video = _compose(folder, progress) if composed else Path(named).resolve()
    _take_empty_square(folder, video, progress)
    _name_video(folder / "cameras.yaml", video)
    model = os.environ.get(CALIBRATION_VARIABLE, "")
    if not composed and model and Path(model).is_file():
        _calibrate(folder / "cameras.yaml", Path(model).resolve())
    expected = yaml.safe_load((folder / "expected.yaml").read_text())
    return Material(folder, read_pipeline(folder / "pipeline.yaml"), expected, composed)


def _calibrate(registry: Path, model: Path) -> None:
    """Put the camera model of the real video into the registry: all cameras show it. A composed scene has no metres."""
    document = yaml.safe_load(registry.read_text())
    for camera in document["cameras"]:
        camera["calibration"] = {"method": "tsai", "version": model.stem, "date": _RECORDED, "file": str(model)}
    registry.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


def _name_video(registry: Path, video: Path) -> None:
    """Write the video's path in place of the variable: relative where it lies beside the registry."""
    path = video.relative_to(registry.parent) if video.is_relative_to(registry.parent) else video
    quoted = json.dumps(str(path), ensure_ascii=False)[1:-1]
    registry.write_text(registry.read_text().replace(f"${{{VIDEO_VARIABLE}}}", quoted))


def _compose(folder: Path, progress: Callable[[str], None]) -> Path:
    from detectors.synthetic import write_moving_scene

    progress(f"composing a scene from photos ({VIDEO_VARIABLE} names no video)")
    video = folder / "scene.avi"
    write_moving_scene(video, SCENE_S, SCENE_FPS, (WIDTH_PX, HEIGHT_PX))
    return video


def _take_empty_square(folder: Path, video: Path, progress: Callable[[str], None]) -> None:
    from detectors.synthetic import write_empty_scene

    progress("taking the empty square from the video")
    write_empty_scene(folder / "empty", video)

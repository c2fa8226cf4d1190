"""Reading scenarios: strict, and a fault is one line with file, line, field and what was expected.

`load` cannot reach the truth: it opens three files by name, and what it returns has no path. `load_truth` is for judging alone.
`observations` are what `observe` would send of a span, which says what a zone showed for a while.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bench.scenarios.layout import (
    CAMERAS,
    INPUT,
    INPUTS,
    SCENARIO,
    TRUTH,
    AnyInput,
    Scenario,
    SeenInput,
    StatusInput,
    Truth,
)
from schemas.cameras import DetectorInfo
from schemas.observations import GroundMeasure, Measures, Observation, SituationKind, ZoneSituation
from streams.config.registry import load_registry
from streams.config.yaml import read_yaml
from streams.domain.cameras.registry import Registry
from streams.errors import ToezichtError

_SHOWN_AT_MOST: Final = 60
DETECTOR: Final = DetectorInfo(name="scenario", version="1")


class ScenarioError(ToezichtError):
    """A scenario's file is missing or says something that it cannot say."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario without its truth."""

    scenario: Scenario
    registry: Registry
    inputs: tuple[AnyInput, ...]


def scenario_folders(folder: Path) -> list[Path]:
    """Return the scenarios of a set, by name: the folder itself where it is one.

    Raises:
        ScenarioError: There is none.
    """
    if (folder / SCENARIO).is_file():
        return [folder]
    found = sorted(path.parent for path in folder.glob(f"*/{SCENARIO}")) if folder.is_dir() else []
    if not found:
        raise ScenarioError(f"{folder}: no scenario, expected {SCENARIO} in it or in a folder of it")
    return found


def load(folder: Path) -> Loaded:
    """Return a scenario: what it is, its cameras, and its inputs in the order of arrival.

    Raises:
        ScenarioError: An input is not as the format says.
        FileError: Of `scenario.yaml` or `cameras.yaml`.
    """
    scenario = read_yaml(folder / SCENARIO, Scenario)
    registry = load_registry(folder / CAMERAS)
    return Loaded(scenario, registry, tuple(_inputs(folder / INPUTS, registry)))


def load_truth(folder: Path) -> Truth:
    """Return what is true in a scenario.

    Raises:
        ScenarioError: It is not as the format says.
    """
    path = folder / TRUTH
    try:
        return Truth.model_validate_json(_text(path))
    except ValidationError as error:
        raise ScenarioError(f"{path}:1: {_fault(error)}") from None


def _inputs(path: Path, registry: Registry) -> Iterator[AnyInput]:
    zones = {(camera.id, zone.id) for camera in registry.cameras for zone in camera.zones}
    cameras = {camera.id for camera in registry.cameras}
    before_s = 0.0
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            found = INPUT.validate_json(line)
        except ValidationError as error:
            raise ScenarioError(f"{where}: {_fault(error)}") from None
        if found.at_s < before_s:
            raise ScenarioError(f"{where}: at_s is {found.at_s:g}, expected no less than the line before, {before_s:g}")
        if isinstance(found, SeenInput) and (found.camera_id, found.zone_id) not in zones:
            wrong = f"{found.camera_id}/{found.zone_id}"
            raise ScenarioError(f"{where}: camera_id and zone_id are {wrong!r}, expected a zone of {CAMERAS}")
        if isinstance(found, StatusInput) and found.camera_id not in cameras:
            raise ScenarioError(f"{where}: camera_id is {found.camera_id!r}, expected a camera of {CAMERAS}")
        before_s = found.at_s
        yield found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: cannot be read: not UTF-8 text") from None


def _fault(error: ValidationError) -> str:
    """Return field, what was expected, and the value where it is short."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "(whole line)"
    shown = repr(first["input"])
    value = f" is {shown}" if len(shown) <= _SHOWN_AT_MOST else ""
    return f"{field}{value}: {first['msg']}"


def observations(seen: SeenInput, start: datetime, room: str) -> Iterator[tuple[float, Observation]]:
    """Yield the observations of a span, each with when it arrives, in seconds after the start."""
    before_s = -1
    for offset_s in dict.fromkeys((*range(0, seen.for_s, seen.every_s), seen.for_s - 1)):
        second = start + timedelta(seconds=seen.second_s + offset_s)
        left_s = seen.object_left_since_s
        situations: tuple[ZoneSituation, ...] = ()
        if left_s is not None:
            since = start + timedelta(seconds=left_s)
            stands_s = max(0.0, (second - since).total_seconds())
            words = f"an object has stood alone for {stands_s:.0f} s"
            situations = (
                ZoneSituation(kind=SituationKind.OBJECT_LEFT, since=since, value=stands_s, explanation=words),
            )
        dwell_s = seen.dwell_s + offset_s if seen.dwell_s else 0.0
        measures = Measures(  # a camera of a scenario has one zone, its whole view
            persons=seen.count,
            fastest_m_per_s=seen.fastest_m_per_s,
            standing_together=seen.standing_together,
            dropped=seen.dropped,
            longest_stay_s=dwell_s,
        )
        yield (
            seen.at_s + offset_s,
            Observation(
                camera_id=seen.camera_id,
                zone_id=seen.zone_id,
                control_room_id=room,
                second=second,
                frames=5,
                count=seen.count,
                count_max=seen.count,
                vehicles=seen.vehicles,
                dwell_s=dwell_s,
                group_size=seen.group_size,
                density_per_m2=seen.density_per_m2,
                ground=_ground(seen),
                detector=DETECTOR,
                newest_frame_at=second + timedelta(milliseconds=800),
                visibility=seen.visibility,
                quiet_s=offset_s - before_s - 1,
                situations=situations,
                measures=measures,
                view=measures,
            ),
        )
        before_s = offset_s


def _ground(seen: SeenInput) -> GroundMeasure | None:
    """Return what a calibrated zone shows on the ground, as `observe` tells it: boxes, as dense in every place of it."""
    if not seen.density_per_m2:
        return None
    area_m2 = max(1, seen.count) / seen.density_per_m2
    return GroundMeasure(calibration_version="made", area_m2=area_m2, densest_per_m2=seen.density_per_m2)

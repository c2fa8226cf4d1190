"""Observe: how long `observe` takes for a frame: decoding its message, deciding, and writing its rows as JSON, without Kafka.

`python -m bench.observe` plays one calibrated camera with two zones at five frames per second, in which persons walk about, and
prints milliseconds of processor time per frame for several numbers of persons. A second closes with every fifth frame: the mean
is what counts for load, the highest for delay.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar, cast
from zoneinfo import ZoneInfo

import numpy as np
from pydantic import BaseModel

from schemas.cameras import Box, DetectedObject, Detections, DetectorInfo, ObjectClass
from streams import topics
from streams.config.files import load_rules
from streams.domain.cameras.registry import Registry
from streams.domain.geometry.projection import Points
from streams.stages.base import Input
from streams.stages.observe import Observe
from streams.stages.row_versions import kind_of

R = TypeVar("R", bound=BaseModel)
PERSONS: Final = (0, 20, 100, 300)
SECONDS: Final = 60
_WARM_UP: Final = 0.25
"""Share of the frames that are not measured."""
FPS: Final = 5
WIDTH_PX, HEIGHT_PX = 1_280, 720
START: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class _Rows:
    """Rows that are written as JSON and read as they were put, as a worker's state does it."""

    def __init__(self) -> None:
        self.parsed: dict[str, BaseModel] = {}
        self.sizes: dict[str, int] = {}

    def get(self, key: str, model: type[R]) -> R | None:
        return cast("R | None", self.parsed.get(key))

    def get_each(self, keys: Sequence[str], model: type[R]) -> list[R]:
        found = (self.get(key, model) for key in keys)
        return [row for row in found if row is not None]

    def put(self, key: str, row: BaseModel) -> None:
        self.parsed[key] = row
        self.sizes[key] = max(self.sizes.get(key, 0), len(row.model_dump_json(by_alias=True)))

    def delete(self, key: str) -> None:
        self.parsed.pop(key, None)

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        return iter([(key, cast(R, row)) for key, row in sorted(self.parsed.items()) if key.startswith(prefix)])


class _Flat:
    """A ground straight below, 20 pixels a metre."""

    version = "bench"

    def to_ground(self, pixels: Points) -> Points:
        return pixels / 20

    def to_pixels(self, metres: Points) -> Points:
        return metres * 20


def _registry() -> Registry:
    place = [{"lat": 52.0, "lon": 4.0}, {"lat": 52.1, "lon": 4.0}, {"lat": 52.1, "lon": 4.1}]
    always = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "00:00"}
    line = {"points": [[600, 700], [600, 100]], "forbidden": "left_to_right"}
    situations = {
        "dwelling_s": 60,
        "group": {"persons": 5, "stay_s": 20},
        "running": True,
        "gathering": True,
        "object_left_s": 60,
        "line": line,
    }
    zones = [
        {
            "id": name,
            "name": name,
            "polygon": [[x, 0], [x + 640, 0], [x + 640, 720], [x, 720]],
            "situations": situations,
        }
        for name, x in (("west", 0), ("east", 640))
    ]
    legal = {"decision_ref": "b", "valid_from": "2026-01-01", "valid_until": "2027-01-01", "public_area": place}
    camera: dict[str, Any] = {
        "id": "c1",
        "name": "c1",
        "control_room": "room",
        "position": place[0],
        "view_area": place,
    }
    camera |= {"width_px": WIDTH_PX, "height_px": HEIGHT_PX, "source": {"url": "x"}, "zones": zones}
    camera |= {"legal": legal | {"viewing_windows": [always]}, "masks": {"version": "1", "polygons": []}}
    room = {"id": "room", "name": "room", "area": place}
    return Registry.model_validate({"version": "1", "control_rooms": [room], "cameras": [camera]})


def _frames(persons: int, seconds: int) -> Iterator[Detections]:
    chance = np.random.default_rng(persons)
    places = chance.uniform((0, 0), (WIDTH_PX, HEIGHT_PX - 100), (persons, 2))
    ways = chance.uniform((-6, -3), (6, 3), (persons, 2))
    for number in range(seconds * FPS):
        objects = []
        for track, (x, below) in enumerate(((places + number * ways) % (WIDTH_PX, HEIGHT_PX - 100)).tolist()):
            y = 100 + below
            box = Box(x_min_px=x - 15, y_min_px=y - 70, x_max_px=x + 15, y_max_px=y)
            objects.append(DetectedObject(object_class=ObjectClass.PERSON, score=0.8, box=box, track_id=track))
        yield Detections(
            camera_id="c1",
            frame_id=f"{number:036d}",
            captured_at=START + timedelta(seconds=number / FPS),
            width_px=WIDTH_PX,
            height_px=HEIGHT_PX,
            detector=DetectorInfo(name="bench", version="1"),
            track_epoch="e1",
            objects=tuple(objects),
        )


@dataclass(frozen=True, slots=True)
class FrameCost:
    """Processor time per frame in ms, and the largest row of each kind in bytes."""

    took_ms: tuple[float, ...]
    largest: Mapping[str, int]


def measure(persons: int, seconds: int = SECONDS) -> FrameCost:
    """Return what a camera with so many persons costs."""
    documents = [frame.model_dump_json() for frame in _frames(persons, seconds)]
    stage = Observe(_registry(), load_rules(), ZoneInfo("Europe/Amsterdam"), {"c1": _Flat()})
    rows, took_ms = _Rows(), list[float]()
    for offset, document in enumerate(documents):
        began_s = time.process_time()
        message = Detections.model_validate_json(document)
        at = message.captured_at
        stage.handle(Input(message, b"", topics.DETECTIONS, 0, offset, message.frame_id, at), rows, at)
        took_ms.append((time.process_time() - began_s) * 1_000)
    return FrameCost(
        tuple(took_ms[int(_WARM_UP * len(took_ms)) :]), {kind_of(key): size for key, size in rows.sizes.items()}
    )


def main() -> None:
    """Measure and print."""
    for persons in PERSONS:
        taken = measure(persons)
        sizes = ", ".join(f"{kind} {size / 1_000:.1f} kB" for kind, size in sorted(taken.largest.items()))
        mean_ms, median_ms = statistics.mean(taken.took_ms), statistics.median(taken.took_ms)
        told = f"mean {mean_ms:.1f} ms, median {median_ms:.1f}, highest {max(taken.took_ms):.1f}"
        print(f"{persons} persons: {told}; largest rows: {sizes}")


if __name__ == "__main__":
    main()

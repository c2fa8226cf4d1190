"""People: what cameras see of those whom a fight or robbery brings to run, leave and gather, among what goes on there anyway.

What goes on anyway, how often people run from a fight, and how much of it a detector tells, are the labelled town's
(`bench/scenarios/assumptions.yaml`, with its sources). Who runs away goes on in a straight line for `RUNS_M`, so that a camera
beside the place may see it: that is geometry, and no chance of its own. Each camera has learnt four weeks of ordinary days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, pi, sin
from typing import Final

import numpy as np

from bench.scenarios.assumptions import AssumedSituation, LifeAssumed, load_assumptions
from bench.scenarios.life import Visit, ordinary, runners, standing, walking
from bench.scenarios.showing import ZONE, Happening, ShownSeconds, shown
from bench.scenarios.town import CAMERAS, ROOM, VIEW_M, MadeCamera, seeing
from schemas.cameras import DetectorInfo
from schemas.categories import Category, Priority
from schemas.evidence import MovementKind
from schemas.observations import Measures, Observation
from streams.domain.geometry.ground import GroundPoint, distance_m

RUNS_M: Final = 250.0
"""How far somebody runs from a fight [own]: a minute and a half at 3 m/s."""
SOON_S: Final = 120.0
"""Who runs does so within so long, as in the town."""
WATCHED_BEFORE_S: Final = 220
WATCHED_AFTER_S: Final = 430
"""Cameras within `NEAR_M` of a fight are played for so long about it: more than the window in which they are asked."""
NEAR_M: Final = 350.0
HOUR: Final = 21
"""Of the floods, local time."""
SLACK_S: Final = 3.0
"""A speed is told over two seconds and held for one, a drop against ten seconds before."""
DETECTOR: Final = DetectorInfo(name="made", version="1")
KINDS: Final[Mapping[tuple[Category, bool], str]] = {
    (Category.GEWELD_VECHTPARTIJ, True): "fight",
    (Category.GEWELD_VECHTPARTIJ, False): "assault",
    (Category.STRAATROOF, True): "robbery",
    (Category.STRAATROOF, False): "robbery",
}
"""The town's kind of each category, by whether it is P1."""


@dataclass(frozen=True, slots=True)
class TrueMovement:
    """True movement: people who do something before a camera because of a cause, from when until when (seconds of the flood)."""

    cause: str
    camera: str
    kind: MovementKind
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Reason: a thing that moves people: which, of what kind, where and when."""

    name: str
    category: Category
    priority: Priority
    place: GroundPoint
    at_s: float


class People:
    """All who are before the cameras of a flood."""

    def __init__(
        self, chance: np.random.Generator, reasons: Sequence[Reason], near: Sequence[Reason], length_s: int
    ) -> None:
        """Make them: `reasons` move people; of `near`, which are nothing some of them, the cameras are played too."""
        assumed = load_assumptions()
        self.movements: list[TrueMovement] = []
        self.watched: dict[str, ShownSeconds] = {}
        self._spans: dict[str, set[int]] = {}
        visits: dict[str, list[Visit]] = {camera.name: [] for camera in CAMERAS}
        for reason in reasons:
            kind = assumed.kinds[KINDS[reason.category, reason.priority is Priority.P1]]
            for name, visit in self._moved(chance, reason, kind, assumed.life):
                visits[name].append(visit)
        for camera in CAMERAS:
            self._spans[camera.name] = _watched(camera, near, length_s)
            if self._spans[camera.name]:
                happening = Happening(np.zeros(length_s))
                hour = assumed.life.by_hour[HOUR]
                happening.visits += ordinary(chance, camera, hour, length_s, assumed.life, assumed.seeing)
                happening.visits += [each for each in visits[camera.name] if each.from_s < min(each.until_s, length_s)]
                self.watched[camera.name] = shown(chance, camera, happening, length_s, assumed.seeing, assumed.life)

    def _moved(
        self, chance: np.random.Generator, reason: Reason, kind: AssumedSituation, life: LifeAssumed
    ) -> Iterator[tuple[str, Visit]]:
        """Yield who is before which camera because of a reason, each sort with its chance as in the town."""
        camera, shows = seeing(reason.place), kind.shows
        number = int(chance.integers(kind.persons[0], kind.persons[1] + 1))
        until_s = reason.at_s + float(chance.uniform(*kind.lasts_s))
        moment_s = reason.at_s + float(chance.uniform(0, SOON_S))
        if camera is not None:
            leaving = (until_s - 60, until_s + 75)
            self.movements.append(TrueMovement(reason.name, camera.name, MovementKind.LEAVING, *leaving))
            for fastest in walking(chance, number, life):
                leaves_s = until_s + float(chance.uniform(-60, 60))
                yield camera.name, Visit(max(0, int(reason.at_s)), int(leaves_s), fastest)
        if chance.random() < shows.run:
            together = runners(chance, moment_s, life)
            yield from self._ran(reason, moment_s, together, [float(chance.uniform(0, 2 * pi))] * len(together))
        if chance.random() < shows.flight:
            each = [Visit(int(moment_s), int(moment_s) + 1, float(chance.uniform(2.5, 4.0))) for _ in range(number)]
            yield from self._ran(reason, moment_s, each, chance.uniform(0, 2 * pi, number).tolist())
            if camera is not None:
                self.movements.append(
                    TrueMovement(reason.name, camera.name, MovementKind.LEAVING, moment_s, moment_s + 12)
                )
        if chance.random() < shows.gathering and camera is not None:
            more = int(chance.integers(life.gathering.persons[0], life.gathering.persons[1] + 1))
            for visit in standing(
                chance, more, (reason.at_s + 15, until_s), life.gathering.arrive_s, False, life, 10_000
            ):
                yield camera.name, visit
            span = (reason.at_s + 15, until_s + 60)
            self.movements.append(TrueMovement(reason.name, camera.name, MovementKind.GATHERING, *span))

    def _ran(
        self, reason: Reason, at_s: float, who: Sequence[Visit], headings: Sequence[float]
    ) -> Iterator[tuple[str, Visit]]:
        """Yield each runner before each camera that the way leads through."""
        for each, heading in zip(who, headings, strict=True):
            for camera in CAMERAS:
                way = through(reason.place, heading, camera)
                if way is None:
                    continue
                from_s, until_s = (at_s + metres / each.fastest_m_per_s for metres in way)
                self.movements.append(TrueMovement(reason.name, camera.name, MovementKind.RUNNING, from_s, until_s))
                yield camera.name, Visit(max(0, int(from_s)), int(until_s) + 2, each.fastest_m_per_s)

    def observations(self, start: datetime) -> Iterator[tuple[float, Observation]]:
        """Yield what the cameras tell, each with when it arrives (seconds after the start)."""
        told = [
            (float(second) + 1.8, _observation(camera, self.watched[camera.name], second, start))
            for camera in CAMERAS
            for second in sorted(self._spans[camera.name])
        ]
        yield from sorted(told, key=lambda each: (each[0], each[1].camera_id))


def _watched(camera: MadeCamera, near: Sequence[Reason], length_s: int) -> set[int]:
    """Return the seconds of a flood in which a camera may be asked about one of these."""
    found = set[int]()
    for each in near:
        if distance_m(each.place, camera.middle) <= NEAR_M:
            at_s = int(each.at_s)
            found |= set(range(max(0, at_s - WATCHED_BEFORE_S), min(length_s, at_s + WATCHED_AFTER_S)))
    return found


def through(place: GroundPoint, heading: float, camera: MadeCamera) -> tuple[float, float] | None:
    """Return from where to where (metres) a straight way from a place leads through a camera's view; None where it does not."""
    from_m, until_m = 0.0, RUNS_M
    steps = ((place.x_m - camera.middle.x_m, cos(heading)), (place.y_m - camera.middle.y_m, sin(heading)))
    for offset_m, step in steps:
        if abs(step) < 1e-9:
            if abs(offset_m) > VIEW_M / 2:
                return None
            continue
        ends = sorted(((-VIEW_M / 2 - offset_m) / step, (VIEW_M / 2 - offset_m) / step))
        from_m, until_m = max(from_m, ends[0]), min(until_m, ends[1])
    return (from_m, until_m) if from_m < until_m else None


def _observation(camera: MadeCamera, told: ShownSeconds, second: int, start: datetime) -> Observation:
    at, count = start + timedelta(seconds=second), int(told.count[second])
    measures = Measures(
        persons=count,
        fastest_m_per_s=float(told.fastest_m_per_s[second]) if camera.metres else None,
        standing_together=int(told.standing_together[second]) if camera.metres else None,
        dropped=float(told.dropped[second]),
        longest_stay_s=float(told.dwell_s[second]),
        running=int(told.running[second]) if camera.metres else None,
    )
    return Observation(
        camera_id=camera.name,
        zone_id=ZONE,
        control_room_id=ROOM,
        second=at,
        frames=5,
        count=count,
        count_max=count,
        vehicles=int(told.vehicles[second]),
        dwell_s=float(told.dwell_s[second]),
        group_size=int(told.group[second]),
        detector=DETECTOR,
        newest_frame_at=at + timedelta(milliseconds=800),
        measures=measures,
        view=measures,
    )


def is_right(cause: str, camera: str, kind: MovementKind, at_s: float, true: Sequence[TrueMovement]) -> bool:
    """Return whether a movement that was told is of the cause that it was told with."""
    return any(
        (each.cause, each.camera, each.kind) == (cause, camera, kind)
        and each.from_s - SLACK_S <= at_s <= each.until_s + SLACK_S
        for each in true
    )

"""Showing: what a detector makes of the persons in a zone, second by second, and how that is written down.

Persons are counted by boxes: fewer than there are where they hide each other, and now and then one that is nobody. A
person's stay is known only as long as the track holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.scenarios.assumptions import SeeingAssumed
from bench.scenarios.layout import SeenInput
from bench.scenarios.town import ZONE_M2, MadeCamera
from schemas.cameras import Visibility

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

GROUP_S: Final = 20
"""`group_min_s` of the town's zones."""
KEEP_ALIVE_S: Final = 10
"""How often a zone in which nothing moves is told (detectors/view/motion_gate.py)."""
ZONE: Final = "plein"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody in a zone, in seconds of the scenario."""

    from_s: int
    until_s: int


@dataclass(frozen=True, slots=True)
class Left:
    """A bag that was left: since when, and while it is told."""

    since_s: int
    from_s: int
    until_s: int


@dataclass
class Happening:
    """Happening: what happens in one camera's zone.

    Attributes:
        visits: Persons who come and go.
        crowd: Persons of a crowd in each second; shape (seconds,).
        left: Bags.
        offline: When no picture comes, as (from, until) in seconds.
        blind: When nothing can be seen.
    """

    crowd: Floats
    visits: list[Visit] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    offline: list[tuple[int, int]] = field(default_factory=list)
    blind: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ShownSeconds:
    """Shown seconds: what is told of each second; arrays of shape (seconds,)."""

    count: Ints
    group: Ints
    dwell_s: Ints
    vehicles: Ints
    left_since_s: Ints
    offline: NDArray[np.bool_]
    blind: NDArray[np.bool_]


def passers(chance: np.random.Generator, per_min: float, duration_s: int, assumed: SeeingAssumed) -> list[Visit]:
    """Return the passers-by of a zone: Poisson, with exponential stays."""
    number = int(chance.poisson(per_min * duration_s / 60))
    starts = chance.uniform(0, duration_s, number)
    waits = chance.random(number) < assumed.waiting_share
    stays_s = np.where(
        waits, chance.exponential(assumed.waiting_s, number), 2 + chance.exponential(assumed.passer_s, number)
    )
    return [Visit(int(start), int(start + stay_s) + 1) for start, stay_s in zip(starts, stays_s, strict=True)]


def shown(
    chance: np.random.Generator, camera: MadeCamera, happening: Happening, duration_s: int, assumed: SeeingAssumed
) -> ShownSeconds:
    """Return what the detector tells of a zone."""
    persons = happening.crowd.copy()
    group = 0.3 * happening.crowd
    dwell_s = np.where(happening.crowd >= 1, 60, 0).astype(np.int64)
    for visit in happening.visits:
        persons[visit.from_s : visit.until_s] += 1
        for start, end in _tracks(chance, visit, duration_s, assumed.track_s):
            dwell_s[start:end] = np.maximum(dwell_s[start:end], np.arange(end - start))
            group[start + GROUP_S : end] += 1
    density = persons / ZONE_M2
    known, read = zip(*assumed.read, strict=True)
    recall = np.interp(density, known, read) / np.maximum(density, 1e-9)
    recall = np.where(density > 0, np.minimum(recall, 1.0), 0.0)
    count = chance.binomial(np.round(persons).astype(np.int64), recall)
    count += chance.poisson(count * (1 / assumed.precision - 1))
    for visit in _ghosts(chance, duration_s, assumed):
        count[visit.from_s : visit.until_s] += 1
    blind, offline = _mask(happening.blind, duration_s), _mask(happening.offline, duration_s)
    count = np.where(blind, 0, count)
    group_seen = np.minimum(chance.binomial(np.round(group).astype(np.int64), recall), count)
    return ShownSeconds(
        count=count,
        group=np.where(blind, 0, group_seen),
        dwell_s=np.where(count > 0, dwell_s, 0),
        vehicles=np.where(blind, 0, _vehicles(chance, camera, duration_s)),
        left_since_s=_left(happening.left, duration_s, blind),
        offline=offline,
        blind=blind,
    )


def _tracks(chance: np.random.Generator, visit: Visit, duration_s: int, track_s: float) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a visit that are followed without a break."""
    start, until = visit.from_s, min(visit.until_s, duration_s)
    while start < until:
        end = min(until, start + 1 + int(chance.exponential(track_s)))
        yield start, end
        start = end


def _ghosts(chance: np.random.Generator, duration_s: int, assumed: SeeingAssumed) -> list[Visit]:
    number = int(chance.poisson(assumed.ghosts_per_hour * duration_s / 3_600))
    starts, stays_s = chance.integers(0, duration_s, number), chance.integers(2, 21, number)
    return [Visit(int(start), int(start + stay)) for start, stay in zip(starts, stays_s, strict=True)]


def _vehicles(chance: np.random.Generator, camera: MadeCamera, duration_s: int) -> Ints:
    found = np.zeros(duration_s, np.int64)
    for start in chance.integers(0, duration_s, int(chance.poisson(camera.vehicles_per_min * duration_s / 60))):
        found[start : start + 6] += 1
    return found


def _mask(spans: Sequence[tuple[int, int]], duration_s: int) -> NDArray[np.bool_]:
    mask = np.zeros(duration_s, np.bool_)
    for start, end in spans:
        mask[start:end] = True
    return mask


def _left(bags: Sequence[Left], duration_s: int, blind: NDArray[np.bool_]) -> Ints:
    since_s = np.full(duration_s, -1, np.int64)
    for bag in bags:
        since_s[bag.from_s : bag.until_s] = bag.since_s
    return np.where(blind, -1, since_s)


def spans(camera: MadeCamera, told: ShownSeconds, arrives_s: Floats) -> Iterator[SeenInput]:
    """Yield what is told as inputs: run by run of seconds that show the same, and empty ones every ten seconds.

    Args:
        camera: Whose zone it is.
        told: What is told.
        arrives_s: When each second's observation arrives; shape (seconds,).
    """
    rows = np.stack((told.count, told.group, told.vehicles, told.left_since_s, told.blind.astype(np.int64)), axis=1)
    steps_s = np.diff(told.dwell_s)
    goes_on = (np.diff(rows, axis=0) == 0).all(axis=1) & (
        (steps_s == 1) & (told.dwell_s[:-1] > 0) | (told.dwell_s[1:] == 0) & (told.dwell_s[:-1] == 0)
    )
    goes_on &= (told.offline[1:] == told.offline[:-1]) & (np.diff(arrives_s - np.arange(len(arrives_s))) == 0)
    starts = [0, *(np.flatnonzero(~goes_on) + 1).tolist()]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        if not told.offline[start]:
            yield _span(camera, told, start, end - start, float(arrives_s[start]))


def _span(camera: MadeCamera, told: ShownSeconds, start: int, length_s: int, at_s: float) -> SeenInput:
    count, since_s = int(told.count[start]), int(told.left_since_s[start])
    still = count == 0 and told.vehicles[start] == 0 and length_s > KEEP_ALIVE_S
    return SeenInput(
        kind="seen",
        at_s=round(at_s, 3),
        camera_id=camera.name,
        zone_id=ZONE,
        second_s=start,
        for_s=length_s,
        every_s=KEEP_ALIVE_S if still else 1,
        count=count,
        group_size=int(told.group[start]),
        dwell_s=float(told.dwell_s[start]),
        vehicles=int(told.vehicles[start]),
        density_per_m2=round(count / ZONE_M2, 3) if camera.calibrated else None,
        visibility=Visibility.BLINDED if told.blind[start] else Visibility.CLEAR,
        object_left_since_s=since_s if since_s >= 0 else None,
    )

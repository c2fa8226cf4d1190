"""Showing: what a detector makes of the persons in a zone, second by second, and how that is written down.

Persons are counted by boxes: fewer than there are where they hide each other, and now and then one that is nobody. A
person's stay is known only as long as the track holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import pi
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bench.scenarios.assumptions import LifeAssumed, SeeingAssumed
from bench.scenarios.layout import SeenInput
from bench.scenarios.life import ALONE, Visit
from bench.scenarios.town import ZONE_M2, MadeCamera
from schemas.cameras import Visibility

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

GROUP_S: Final = 20
"""`group_min_s` of the town's zones."""
HELD_S: Final = 3
"""Seconds until a speed is told: over 2 s, held for 1 s (`Measures`)."""
RUNNING_M_PER_S: Final = 2.0
"""From where on somebody is counted as running (`Measures`)."""
DROP_FROM_S: Final = 10
DROP_UNTIL_S: Final = 5
"""`dropped` compares with the seconds from 10 to 5 s ago."""
WITHIN_M: Final = 2.5
"""Who stands so near to somebody stands with him."""
KEEP_ALIVE_S: Final = 10
"""How often a zone in which nothing moves is told (detectors/view/motion_gate.py)."""
ZONE: Final = "plein"


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
    fastest_m_per_s: Floats
    running: Ints
    standing_together: Ints
    dropped: Floats
    offline: NDArray[np.bool_]
    blind: NDArray[np.bool_]


def shown(
    chance: np.random.Generator,
    camera: MadeCamera,
    happening: Happening,
    duration_s: int,
    assumed: SeeingAssumed,
    life: LifeAssumed,
) -> ShownSeconds:
    """Return what the detector tells of a zone. Who is missed is missed for a while, so misses do not flicker."""
    persons = happening.crowd.copy()
    group = 0.3 * happening.crowd
    standing = 0.3 * happening.crowd
    dwell_s = np.where(happening.crowd >= 1, 60, 0).astype(np.int64)
    fastest_m_per_s = np.where(happening.crowd >= 1, life.walker_m_per_s[0], 0.0)
    companies: dict[int, list[Visit]] = {}
    runs = life.jog_m_per_s[0]
    running = np.zeros(duration_s, np.int64)
    for visit in happening.visits:
        persons[visit.from_s : visit.until_s] += 1
        for start, end in _tracks(chance, visit, duration_s, assumed.track_s):
            dwell_s[start:end] = np.maximum(dwell_s[start:end], np.arange(end - start))
            group[start + GROUP_S : end] += 1
        told = visit.fastest_m_per_s
        if told > runs and chance.random() >= assumed.run_seen:  # the track breaks
            told = life.walker_m_per_s[0]
        walks_until = min(visit.until_s, visit.from_s + GROUP_S) if visit.stands else visit.until_s
        for start, end in ((visit.from_s + HELD_S - 1, walks_until), (visit.until_s - HELD_S, visit.until_s)):
            fastest_m_per_s[start:end] = np.maximum(fastest_m_per_s[start:end], told)
        if told >= RUNNING_M_PER_S:
            running[visit.from_s + HELD_S - 1 : visit.until_s] += 1
        if visit.stands:
            standing[visit.from_s + HELD_S : visit.until_s] += 1
            if visit.company != ALONE:
                companies.setdefault(visit.company, []).append(visit)
    together = _together(standing, companies.values())
    recall = _recall(persons, assumed)
    noise = (_noise(chance, duration_s, assumed.noise_s), _noise(chance, duration_s, assumed.noise_s))
    count = _found(np.round(persons), recall, noise)
    count += np.floor(count * (1 / assumed.precision - 1) + _share(_noise(chance, duration_s, assumed.noise_s))).astype(
        np.int64
    )
    for ghost in _ghosts(chance, duration_s, assumed):
        count[ghost.from_s : ghost.until_s] += 1
    blind, offline = _mask(happening.blind, duration_s), _mask(happening.offline, duration_s)
    count = np.where(blind, 0, count)
    nobody = blind | (count == 0)
    return ShownSeconds(
        count=count,
        group=np.where(blind, 0, np.minimum(_found(np.round(group), recall, noise), count)),
        dwell_s=np.where(count > 0, dwell_s, 0),
        vehicles=np.where(blind, 0, _vehicles(chance, camera, duration_s)),
        left_since_s=_left(happening.left, duration_s, blind),
        fastest_m_per_s=np.where(nobody, 0.0, np.round(fastest_m_per_s, 1)),
        running=np.where(nobody, 0, np.minimum(running, count)),
        standing_together=np.where(nobody, 0, np.minimum(_found(together, recall, noise), count)),
        dropped=_dropped(count, blind),
        offline=offline,
        blind=blind,
    )


def _recall(persons: Floats, assumed: SeeingAssumed) -> Floats:
    """Return the share of so many persons that has a box; shape (seconds,)."""
    density = persons / ZONE_M2
    known, read = zip(*assumed.read, strict=True)
    recall = np.interp(density, known, read) / np.maximum(density, 1e-9)
    return np.where(density > 0, np.minimum(recall, 1.0), 0.0)


def _together(standing: Floats, companies: Iterable[Sequence[Visit]]) -> Floats:
    """Return the most who stand together in each second: the largest company, or who stands near another by chance."""
    by_chance = np.where(standing >= 1, np.maximum(1.0, np.round(standing * pi * WITHIN_M**2 / ZONE_M2)), 0.0)
    for company in companies:
        first, last = min(each.from_s for each in company), max(each.until_s for each in company)
        own = np.zeros(last - first)
        for each in company:
            own[each.from_s + HELD_S - first : each.until_s - first] += 1
        part = by_chance[first:last]
        np.maximum(part, own[: len(part)], out=part)
    return by_chance


def _noise(chance: np.random.Generator, duration_s: int, lasts_s: float) -> Floats:
    """Return a normal deviate per second that keeps for about so long; shape (seconds,)."""
    kernel = np.exp(-np.arange(int(5 * lasts_s)) / lasts_s)
    kernel /= np.sqrt((kernel**2).sum())
    return np.convolve(chance.normal(size=duration_s + len(kernel) - 1), kernel, mode="valid")


def _share(noise: Floats) -> Floats:
    """Return the share of a normal's values below these, to .01: the logistic function is near enough."""
    return 1 / (1 + np.exp(-1.702 * noise))


def _found(number: Floats, recall: Floats, noise: tuple[Floats, Floats]) -> Ints:
    """Return how many of so many persons have a box: as a binomial's mean and deviation, with misses that last."""
    expected = number * recall
    part = expected % 1.0  # what rounding up or down by chance spreads already
    spread = np.sqrt(np.maximum(0.0, expected * (1 - recall) - part * (1 - part)))
    wanted = np.clip(expected + spread * noise[0], 0, number)
    return np.minimum(np.floor(wanted + _share(noise[1])), number).astype(np.int64)


def _dropped(count: Ints, blind: NDArray[np.bool_]) -> Floats:
    """Return by how much the count lies below that of some seconds ago; 0 where any of them could not be seen."""
    fell = np.zeros(len(count))
    if len(count) <= DROP_FROM_S:
        return fell
    before = np.median(sliding_window_view(count, DROP_FROM_S - DROP_UNTIL_S + 1), axis=1)[: len(count) - DROP_FROM_S]
    unseen = sliding_window_view(blind, DROP_FROM_S + 1).any(axis=1)
    fell[DROP_FROM_S:] = np.where(unseen, 0.0, np.maximum(0.0, before - count[DROP_FROM_S:]))
    return fell


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
    shown_ = (told.count, told.group, told.vehicles, told.left_since_s, told.blind, told.standing_together)
    measured = (told.fastest_m_per_s, told.dropped)
    rows = np.stack([each.astype(np.float64) for each in (*shown_, *measured)], axis=1)
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
        fastest_m_per_s=float(told.fastest_m_per_s[start]) if camera.metres else None,
        standing_together=int(told.standing_together[start]) if camera.metres else None,
        dropped=float(told.dropped[start]),
    )

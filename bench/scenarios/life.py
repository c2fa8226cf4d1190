"""Life: what goes on before a camera without any incident: who passes, waits, runs, rides, gathers or leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.scenarios.assumptions import LifeAssumed, SeeingAssumed, Span
from bench.scenarios.town import MadeCamera

ALONE: Final = 0
"""The company of who stands with nobody."""
_FLEES_M_PER_S: Final = (2.5, 4.0)
"""3 m/s in the tried flights of evidence.md, section 4."""
_GONE_S: Final = (3.0, 9.0)


class Visit(NamedTuple):
    """Somebody in a zone, in seconds of the scenario.

    `fastest_m_per_s` is the fastest that a tracker tells of this person at any moment. Persons of one `company`, other than
    `ALONE`, stand within 2.5 m of one of them.
    """

    from_s: int
    until_s: int
    fastest_m_per_s: float = 1.3
    stands: bool = False
    company: int = ALONE


@dataclass
class Company:
    """Gives each company that stands together its number."""

    last: int = field(default=ALONE)

    def next(self) -> int:
        """Return a new one."""
        self.last += 1
        return self.last


def ordinary(
    chance: np.random.Generator,
    camera: MadeCamera,
    passers: float,
    duration_s: int,
    assumed: LifeAssumed,
    seeing: SeeingAssumed,
) -> list[Visit]:
    """Return all who are before a camera on an ordinary day.

    Args:
        chance: Of all of it.
        camera: With its rates.
        passers: Times the camera's own rates; buses and bicycles come no more often than at 1.
        duration_s: How long.
        assumed: What goes on.
        seeing: How long passers-by stay.
    """
    company = Company()
    found = [*_passers(chance, camera.passers_per_min * passers, duration_s, assumed, seeing, company)]
    hours = duration_s / 3_600
    for at_s in _moments(chance, camera.runs_per_hour * passers * hours, duration_s):
        found += runners(chance, at_s, assumed, races=bool(chance.random() < assumed.race_share))
    for at_s in _moments(chance, camera.bicycles_per_hour * min(1.0, passers) * hours, duration_s):
        lasts_s = _between(chance, assumed.rider_lasts_s)
        found.append(Visit(at_s, int(at_s + lasts_s) + 1, float(chance.normal(*assumed.rider_m_per_s))))
    for at_s in _moments(chance, camera.groups_per_hour * passers * hours, duration_s):
        number = int(chance.integers(assumed.staying.persons[0], assumed.staying.persons[1] + 1))
        until_s = at_s + _between(chance, assumed.staying.lasts_s)
        found += standing(chance, number, (at_s, until_s), 60.0, False, assumed, company.next())
    for at_s in _moments(chance, camera.gatherings_per_hour * passers * hours, duration_s):
        rule = assumed.gathering
        number = int(chance.integers(rule.persons[0], rule.persons[1] + 1))
        until_s = at_s + _between(chance, rule.lasts_s)
        at_once = bool(chance.random() < rule.leave_at_once_share)
        found += standing(chance, number, (at_s, until_s), rule.arrive_s, at_once, assumed, company.next())
    for at_s in _moments(chance, camera.buses_per_hour * min(1.0, passers) * hours, duration_s):
        found += _bus(chance, at_s, assumed, company)
    for at_s in _moments(chance, assumed.flight_per_hour * min(1.0, passers) * hours, duration_s):
        found = fled(chance, found, at_s, seeing)
    return found


def runners(chance: np.random.Generator, at_s: float, assumed: LifeAssumed, races: bool = True) -> list[Visit]:
    """Return one or some who run through the view together: as fast as they can, or as joggers do."""
    share = np.array(assumed.runners)
    number = 1 + int(chance.choice(len(share), p=share / share.sum()))
    least, above = assumed.jog_m_per_s
    fastest = _between(chance, assumed.run_m_per_s) if races else least + float(chance.exponential(above))
    until_s = at_s + _between(chance, assumed.run_lasts_s)
    return [
        Visit(max(0, int(at_s)), int(until_s) + 1, fastest * float(chance.uniform(0.9, 1.0))) for _ in range(number)
    ]


def standing(
    chance: np.random.Generator,
    number: int,
    span: tuple[float, float],
    arrive_s: float,
    at_once: bool,
    assumed: LifeAssumed,
    company: int,
) -> list[Visit]:
    """Return persons who come within `arrive_s`, stand together, and leave one by one or all at once."""
    comes_s = span[0] + chance.uniform(0, arrive_s, number)
    goes_s = span[1] + (chance.uniform(0, 6, number) if at_once else chance.uniform(-60, 60, number))
    fastest = walking(chance, number, assumed)
    return [
        Visit(max(0, int(come)), int(go) + 1, speed, True, company)
        for come, go, speed in zip(comes_s.tolist(), goes_s.tolist(), fastest, strict=True)
        if max(0, int(come)) < int(go) + 1
    ]


def fled(chance: np.random.Generator, visits: list[Visit], at_s: float, seeing: SeeingAssumed) -> list[Visit]:
    """Return the visits with all who are there at a moment running off then; a tracker tells only some of them as running."""
    found = []
    for visit in visits:
        if visit.from_s <= at_s < visit.until_s:
            seen = bool(chance.random() < seeing.fleeing_seen)
            fastest = float(chance.uniform(*_FLEES_M_PER_S)) if seen else visit.fastest_m_per_s
            until_s = int(at_s + _between(chance, _GONE_S)) + 1
            found.append(visit._replace(until_s=int(at_s) + 1))
            found.append(Visit(int(at_s), until_s, fastest))
        else:
            found.append(visit)
    return found


def _passers(
    chance: np.random.Generator,
    per_min: float,
    duration_s: int,
    assumed: LifeAssumed,
    seeing: SeeingAssumed,
    company: Company,
) -> Iterator[Visit]:
    """Yield the passers-by: groups of Poisson arrivals with exponential stays, some of which wait together."""
    share = np.array(assumed.group_sizes) / sum(assumed.group_sizes)
    mean_size = float(share @ np.arange(1, len(share) + 1))
    number = int(chance.poisson(per_min / mean_size * duration_s / 60))
    sizes = chance.choice(len(share), number, p=share) + 1
    starts = chance.uniform(0, duration_s, number)
    waits = chance.random(number) < seeing.waiting_share
    stays_s = np.where(
        waits, chance.exponential(seeing.waiting_s, number), 2 + chance.exponential(seeing.passer_s, number)
    )
    speeds = iter(walking(chance, int(sizes.sum()), assumed))
    rows = zip(sizes.tolist(), starts.tolist(), stays_s.tolist(), waits.tolist(), strict=True)
    for size, start, stay_s, waiting in rows:
        together = company.next() if waiting and size > 1 else ALONE
        for _ in range(size):
            yield Visit(int(start), int(start + stay_s) + 1, next(speeds), waiting, together)


def _bus(chance: np.random.Generator, at_s: float, assumed: LifeAssumed, company: Company) -> Iterator[Visit]:
    """Yield who waits for a bus and is gone with it, who gets off, and now and then somebody who runs for it."""
    rule = assumed.bus
    waiting = int(chance.integers(rule.waiting[0], rule.waiting[1] + 1))
    together = company.next()
    comes_s = at_s - np.minimum(chance.exponential(rule.waits_s, waiting), 4 * rule.waits_s)
    for come, speed in zip(comes_s.tolist(), walking(chance, waiting, assumed), strict=True):
        until_s = int(at_s + float(chance.uniform(5, 20))) + 1
        yield Visit(min(max(0, int(come)), until_s - 1), until_s, speed, True, together)
    alight = int(chance.integers(rule.alight[0], rule.alight[1] + 1))
    for speed in walking(chance, alight, assumed):
        off_s = at_s + float(chance.uniform(0, 15))
        yield Visit(int(off_s), int(off_s + float(chance.uniform(6, 25))) + 1, speed)
    if chance.random() < rule.caught_share:
        yield from runners(chance, at_s + 10, assumed)


def walking(chance: np.random.Generator, number: int, assumed: LifeAssumed) -> list[float]:
    """Return the fastest that is told of so many who walk, in m/s."""
    low, high = 0.5, assumed.jog_m_per_s[0]
    told: list[float] = np.clip(chance.normal(*assumed.walker_m_per_s, number), low, high).tolist()
    return told


def _moments(chance: np.random.Generator, expected: float, duration_s: int) -> list[int]:
    found: NDArray[np.int64] = np.sort(chance.integers(0, duration_s, int(chance.poisson(expected))))
    return [int(each) for each in found]


def _between(chance: np.random.Generator, span: Span) -> float:
    return float(chance.uniform(*span))

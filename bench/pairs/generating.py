"""Generating: two weeks of a town's reports by partners, and which are about one matter.

Matters of two partners, matters of one partner, and decoys that look like a matter of two: the same place another day, the same
time at another place, one partner twice, and a busy centre where a third of everything happens. Each report errs as its source
does: in place (within what it claims, but for gross errors), in time (its clock; or it says only when it was told), in category,
and some come twice, some without a place, some with a place as coarse as a street or a postcode area.

Errors and shares are those of `bench/scenarios/assumptions.yaml` for the same kind of source; rates are several times a town's,
so that much lies near much else. What is not from there is [own].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, count
from math import cos, pi, sin, sqrt
from random import Random
from typing import Final

from schemas.categories import Category
from schemas.geo import Position
from schemas.incidents import Incident, Operation, incident_identity
from streams.domain.geometry.ground import GroundPoint, to_lat_lon
from streams.domain.partners.need_to_know import Partners
from streams.domain.partners.pairs import PairEntry

BEGINS: Final = datetime(2026, 11, 2, tzinfo=UTC)
DAYS: Final = 14
SIDE_M: Final = 6_000.0
"""Of the town's built-up area."""
CENTRE_M: Final = 300.0
"""Radius of the busy centre."""
MIDDLE: Final = GroundPoint(119_000.0, 480_000.0)
TOGETHER_PER_DAY: Final = 12.0
ALONE_PER_DAY: Final = 40.0
CASES_SHARE: Final = 0.15
"""Of all matters drawn that are about a home, so many are kept: about one a day, of all kinds together [own]."""
CENTRE_SHARE: Final = 0.33
DECOY_SHARE: Final = 0.5
"""Matters of two that have a decoy."""
COARSE_SHARE: Final = 0.08
COARSE_M: Final = (120.0, 800.0)
"""From a street's middle to a postcode area, as pagers tell it."""
GROSS_M: Final = (200.0, 800.0)
WRONG_SHARE: Final = 0.03
"""Of the first partner's reports, as in the scenarios (`wrong_code_share`)."""
NEIGHBOUR: Final = {
    Category.STRAATROOF: Category.GEWELD_VECHTPARTIJ,
    Category.GEWELD_VECHTPARTIJ: Category.JEUGDOVERLAST,
    Category.ZAKKENROLLERIJ: Category.FIETSDIEFSTAL,
}
"""What a wrong one is filed under, after the kinds' `wrong` in the scenarios; all others as `overig`."""
TOLD_LATER_S: Final = 240.0
"""Mean time from a matter to a report that says only when it was told, exponential."""
LATER_HOME_S: Final = 2 * 86_400.0
"""The same of cases about a home, of which partners hear days apart."""
DEV_SEEDS: Final = (1, 2, 3, 4)
"""Seeds that choices were made on."""
HELD_OUT_SEEDS: Final = (201, 202, 203, 204, 205)
"""Seeds that nothing was chosen on."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Feed: how one source errs.

    Attributes:
        source: As reports name it.
        accuracy_m: The radius of 95 % that it claims.
        when_share: How many of its reports say when it happened.
        clock_sd_s: How far its clock is off.
        transport_s: Mean time from the source to us.
        gross_share: How many are at a wrong place with the same claim.
        missing_share: How many have no place.
        twice_share: How many come twice, under two ids.
    """

    source: str
    accuracy_m: float
    when_share: float
    clock_sd_s: float
    transport_s: float
    gross_share: float
    missing_share: float
    twice_share: float


FEEDS: Final = {
    "politie": Feed("politie-gms", 25, 0.7, 20, 8, 0.03, 0.02, 0.15),
    "brandweer": Feed("brandweer-gms", 40, 0.7, 20, 8, 0.02, 0.01, 0.2),
    "ambulance": Feed("ambulance-gms", 40, 0.7, 20, 8, 0.02, 0.01, 0.2),
    "hor": Feed("signalen", 30, 1.0, 5, 240, 0.05, 0.0, 0.05),
    "ggd": Feed("meldpunt-zorg", 60, 0.5, 90, 60, 0.05, 0.05, 0.05),
    "oov": Feed("oov", 20, 0.5, 5, 240, 0.02, 0.0, 0.05),
    "corporatie": Feed("corporatie", 20, 0.5, 5, 240, 0.02, 0.0, 0.05),
}
"""By partner. Offices (oov, corporatie) know the address [own]; the ambulance's feed is taken to be as the fire brigade's."""
HOMES: Final = frozenset({Category.ONDERMIJNING_PAND, Category.WOONFRAUDE_OVERBEWONING, Category.WOONOVERLAST})


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labelled report: a report, when it came in, and which matter it is about.

    Attributes:
        incident: The report.
        arrived_at: When intake had it (UTC).
        matter: The number of the matter.
        true_category: What it should have been filed under.
        coarse: Whether it has no place, or one that is coarse.
        fault: What is wrong with it, so that nothing could find it by place and category; empty of a sound one.
    """

    incident: Incident
    arrived_at: datetime
    matter: int
    true_category: Category
    coarse: bool
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Matter:
    number: int
    point: GroundPoint
    at: datetime
    sides: tuple[tuple[str, Category], ...]


def generate(seed: int, partners: Partners) -> list[Labelled]:
    """Return the reports of two weeks, in the order in which they come in: the same of the same seed and file."""
    random, numbers = Random(seed), count()  # noqa: S311 - made days, no secret
    found: list[Labelled] = []
    for matter in _matters(random, partners.hits.pairs, numbers):
        for partner, category in matter.sides:
            found += _reports(random, matter, partner, category)
    return sorted(found, key=lambda each: (each.arrived_at, each.incident.incident_id))


def _matters(random: Random, lines: Sequence[PairEntry], numbers: Iterator[int]) -> Iterator[_Matter]:
    for _ in range(round(TOGETHER_PER_DAY * DAYS)):
        line = random.choice(lines)
        if (
            any(Category(each) in HOMES for of in line.categories.values() for each in of)
            and random.random() > CASES_SHARE
        ):
            continue
        sides = tuple((name, Category(random.choice(line.categories[name]))) for name in line.categories)
        together = _Matter(next(numbers), _somewhere(random), _some_time(random), sides)
        yield together
        if random.random() < DECOY_SHARE:
            yield _decoy(random, together, line, next(numbers))
    everybody = sorted({(name, each) for line in lines for name, of in line.categories.items() for each in of})
    for _ in range(round(ALONE_PER_DAY * DAYS)):
        name, category = random.choice(everybody)
        if Category(category) in HOMES and random.random() > CASES_SHARE:
            continue
        yield _Matter(next(numbers), _somewhere(random), _some_time(random), ((name, Category(category)),))


def _decoy(random: Random, matter: _Matter, line: PairEntry, number: int) -> _Matter:
    """Return a matter of one of the two, or of its other categories, that is near in place or time and another one."""
    name, category = random.choice(matter.sides)
    apart_s = max(86_400, 2 * line.within_s)
    match random.choice(("another day", "another place", "the same partner")):
        case "another day":
            return _Matter(
                number,
                matter.point,
                matter.at + random.choice((-1, 1)) * timedelta(seconds=apart_s),
                ((name, category),),
            )
        case "another place":
            return _Matter(
                number, _away(random, matter.point, random.uniform(300, 1_500)), matter.at, ((name, category),)
            )
    near = _away(random, matter.point, random.uniform(150, 400))
    return _Matter(number, near, matter.at + timedelta(seconds=random.uniform(300, 1_200)), ((name, category),))


def _somewhere(random: Random) -> GroundPoint:
    if random.random() < CENTRE_SHARE:
        return _away(random, MIDDLE, CENTRE_M * sqrt(random.random()))
    return GroundPoint(*(each + random.uniform(-SIDE_M, SIDE_M) / 2 for each in MIDDLE))


def _some_time(random: Random) -> datetime:
    return BEGINS + timedelta(days=random.uniform(0, DAYS))


def _away(random: Random, point: GroundPoint, distance_m: float) -> GroundPoint:
    angle = random.uniform(0, 2 * pi)
    return GroundPoint(point.x_m + distance_m * cos(angle), point.y_m + distance_m * sin(angle))


def _reports(random: Random, matter: _Matter, partner: str, category: Category) -> Iterator[Labelled]:
    feed = FEEDS[partner]
    first_s = random.expovariate(1 / TOLD_LATER_S)
    if category in HOMES:
        first_s += random.expovariate(1 / LATER_HOME_S)
    for copy in range(1 + (random.random() < feed.twice_share)):
        told_s = first_s + copy * random.uniform(5, 120)
        yield _report(random, matter, feed, category, told_s, copy)


def _report(random: Random, matter: _Matter, feed: Feed, category: Category, told_s: float, copy: int) -> Labelled:
    coarse = random.random() < COARSE_SHARE
    accuracy_m = random.uniform(*COARSE_M) if coarse else feed.accuracy_m
    gross = random.random() < feed.gross_share
    said_m = random.uniform(*GROSS_M) if gross else abs(random.gauss(0, 1)) * accuracy_m / 2
    point = _away(random, matter.point, said_m)
    missing = random.random() < feed.missing_share
    told_at = matter.at + timedelta(seconds=told_s)
    clock = timedelta(seconds=max(-240.0, min(240.0, random.gauss(0, feed.clock_sd_s))))
    occurred_at = (matter.at if random.random() < feed.when_share else told_at) + clock
    arrived_at = told_at + timedelta(seconds=random.expovariate(1 / feed.transport_s))
    wrong = random.random() < WRONG_SHARE and feed is FEEDS[matter.sides[0][0]]
    lat, lon = to_lat_lon(point)
    source_id = f"{matter.number}-{copy}"
    incident = Incident(
        incident_id=incident_identity(feed.source, source_id),
        operation=Operation.CREATE,
        revision=0,
        source=feed.source,
        source_id=source_id,
        category=NEIGHBOUR.get(category, Category.OVERIG) if wrong else category,
        category_source="",
        source_priority="",
        urgency=3,
        summary="-",
        position=None if missing else Position(lat=lat, lon=lon, accuracy_m=accuracy_m),
        place="",
        occurred_at=min(occurred_at, arrived_at),
        reported_at=told_at,
        received_at=arrived_at,
    )
    fault = "no_place" if missing else "wrong_place" if gross else "wrong_category" if wrong else ""
    return Labelled(incident, arrived_at, matter.number, category, coarse or missing, fault)


Pairing = tuple[int, str, str]
"""A matter, and two partners, the first by name."""


def truth(reports: Sequence[Labelled], partners: Partners) -> dict[Pairing, tuple[Labelled, Labelled]]:
    """Return of which matters two partners should be told: where a line has their true categories.

    With each stands a report of each of the two, a sound one where the partner has any.
    """
    by_matter: dict[int, dict[str, Labelled]] = {}
    for each in reports:
        partner = partners.pairs.partner_of(each.incident.source)
        if partner is not None:
            sides = by_matter.setdefault(each.matter, {})
            if partner not in sides or (sides[partner].fault and not each.fault):
                sides[partner] = each
    found = {}
    for matter, sides in by_matter.items():
        for one, other in combinations(sorted(sides), 2):
            a, b = sides[one], sides[other]
            if partners.pairs.pair(one, a.true_category, other, b.true_category) is not None:
                found[matter, one, other] = (a, b)
    return found

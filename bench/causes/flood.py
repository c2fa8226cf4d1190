"""A labelled flood: fires, fights and robberies with what they bring about, among what happens anyway.

There is no data of which report was a symptom of which. So every size here is chosen [own], towards the difficult side: what
happens anyway is of the same categories, at the same public places, and one cause in six turns out to be nothing. No camera
answers a report here: what verdicts are worth is measured elsewhere (`toezicht eval alerts`). The floods were made before any
rule was tuned on them. Of the kind `evening` most is no symptom.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from bench.causes.people import People, Reason
from bench.scenarios.town import CAMERAS, CENTRE, RADIUS_M, ROOM, anywhere
from schemas.base import derive_id
from schemas.categories import Category, Priority
from schemas.evidence import EpisodeFact, Evidence
from schemas.geo import Position
from streams.domain.geometry.ground import GroundPoint, to_lat_lon

START: Final = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
LENGTH_S: Final = 2_700.0
PUBLIC_M: Final = 450.0
"""Standard deviation of public places around the centre."""
NEAR_M: Final = 45.0
"""Of a symptom's place around its cause, in each direction."""
LATER_S: Final = 420.0
"""Mean time after which a symptom begins; it may be noticed up to `EARLIER_S` before its cause is known to have begun."""
EARLIER_S: Final = 120.0
AT_CAMERA: Final = 0.3
"""Share of causes in a camera's view; a crowd there is seen by the camera alone, as an episode."""
WITHDRAWN: Final = 1 / 6
"""Share of causes that are withdrawn, 5 to 12 minutes after they were reported: they were nothing."""
ACCURACIES_M: Final = (15.0, 30.0, 50.0, 100.0)
SOURCES: Final = ("politie-gms", "p2000", "meldpunt", "brandweer-gms")
CRITICAL: Final = {
    Category.BRAND: 0.45,
    Category.GEWELD_VECHTPARTIJ: 0.5,
    Category.STRAATROOF: 1.0,
    Category.MEDISCH_ONWEL: 0.6,
}
"""Share that is P1 in truth, and said to be."""
CAUSES: Final = {Category.BRAND: 0.5, Category.GEWELD_VECHTPARTIJ: 0.35, Category.STRAATROOF: 0.15}
BRINGS: Final[Mapping[Category, Mapping[Category, float]]] = {
    Category.BRAND: {Category.MEDISCH_ONWEL: 0.8, Category.CROWD_DENSITY: 1.2, Category.JEUGDOVERLAST: 0.8},
    Category.GEWELD_VECHTPARTIJ: {
        Category.MEDISCH_ONWEL: 0.9,
        Category.CROWD_DENSITY: 0.8,
        Category.JEUGDOVERLAST: 1.0,
    },
    Category.STRAATROOF: {Category.MEDISCH_ONWEL: 0.5, Category.JEUGDOVERLAST: 0.3},
}
"""How many symptoms of each category a cause brings about, on average."""
MOVING: Final = frozenset({Category.GEWELD_VECHTPARTIJ, Category.STRAATROOF})
"""What brings people to run, leave and gather."""
ANYWAY_PER_H: Final = {
    Category.MEDISCH_ONWEL: 8.0,
    Category.CROWD_DENSITY: 4.0,
    Category.JEUGDOVERLAST: 10.0,
    Category.BRAND: 2.0,
    Category.GEWELD_VECHTPARTIJ: 2.0,
    Category.FIETSDIEFSTAL: 10.0,
    Category.ZAKKENROLLERIJ: 8.0,
    Category.WONINGINBRAAK: 4.0,
    Category.VERWARD_PERSOON: 6.0,
    Category.VERDACHT_VOORWERP: 2.0,
    Category.OVERIG: 12.0,
}
"""What happens anyway, per hour, and brings nothing about."""
_AT_HOME: Final = {Category.WONINGINBRAAK: 1.0, Category.MEDISCH_ONWEL: 0.5, Category.BRAND: 0.5}
"""Share that is anywhere in the town, and not in public."""


@dataclass(frozen=True, slots=True)
class TrueThing:
    """One thing that happens: `cause` names the one that brought it about; `withdrawn_s` is when its reports are withdrawn."""

    name: str
    category: Category
    priority: Priority
    place: GroundPoint
    at_s: float
    cause: str = ""
    camera: str = ""
    withdrawn_s: float | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Arrival: a partner's line as the source `recorded` reads it, or what a camera saw by itself; of which thing."""

    at_s: float
    thing: str
    line: Mapping[str, Any] | None = None
    seen: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Flood:
    """A flood: what is true, and what arrives, in its order."""

    seed: int
    things: Mapping[str, TrueThing]
    arrivals: Sequence[Arrival]
    people: People | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FloodKind:
    """Flood kind: how many causes (`causes` and a Poisson number of `more`), and how much they bring about.

    `brings` and `anyway` stretch what a cause brings about, and what happens anyway. `at_camera` is the share of causes in a
    camera's view. With `seen` there are fights and robberies alone, and cameras see what people do there.
    """

    causes: int
    more: float
    brings: float
    anyway: float
    at_camera: float = AT_CAMERA
    seen: bool = False


KINDS: Final = {
    "evening": FloodKind(3, 2.0, 1.0, 1.0),
    "upset": FloodKind(2, 1.0, 2.5, 0.4),
    "large": FloodKind(1, 0.0, 6.0, 0.2),
    "fights": FloodKind(3, 2.0, 1.0, 1.0, at_camera=0.5, seen=True),
}
"""A busy evening in which much happens at once; an upset, in which two or three causes bring half of it about; and one large
cause in an evening that is quiet otherwise. The third was added after the first two had been counted once, on seeds 1 to 10. The
fourth is for what people do that cameras see: half of its fights and robberies lie in a camera's view."""


def make_flood(kind: str, seed: int) -> Flood:
    """Return the flood of a kind and a seed; the same one each time."""
    assumed = KINDS[kind]
    chance = np.random.default_rng([seed, 15, *kind.encode()])
    causes = assumed.causes + int(chance.poisson(assumed.more))
    things = [each for number in range(causes) for each in _caused(chance, number, assumed)]
    for category, per_h in ANYWAY_PER_H.items():
        for number in range(int(chance.poisson(assumed.anyway * per_h * LENGTH_S / 3_600))):
            home = chance.random() < _AT_HOME.get(category, 0.0)
            place = anywhere(chance) if home else _public(chance)
            name = f"anyway-{category.value}-{number}"
            things.append(_thing(chance, name, category, place, float(chance.uniform(0, LENGTH_S))))
    people = _people(seed, things) if assumed.seen else None
    arrivals = sorted(
        (arrival for thing in things for arrival in _arrivals(chance, thing)),
        key=lambda each: (each.at_s, each.thing),
    )
    return Flood(seed, {thing.name: thing for thing in things}, arrivals, people)


def _people(seed: int, things: Sequence[TrueThing]) -> People:
    """Return who is before the cameras: what was withdrawn moves nobody, and is reported all the same."""
    fights = [each for each in things if each.category in MOVING]
    near = [Reason(each.name, each.category, each.priority, each.place, each.at_s) for each in fights]
    real = [reason for reason, each in zip(near, fights, strict=True) if each.withdrawn_s is None]
    return People(np.random.default_rng([seed, 16]), real, near, int(LENGTH_S))


def _caused(chance: np.random.Generator, number: int, assumed: FloodKind) -> Iterator[TrueThing]:
    """Yield a cause and what it brings about."""
    shares = {each: share for each, share in CAUSES.items() if each in MOVING or not assumed.seen}
    weights = np.array(list(shares.values()))
    category = list(shares)[int(chance.choice(len(shares), p=weights / weights.sum()))]
    place, camera = _public(chance), ""
    if chance.random() < assumed.at_camera:
        seen = CAMERAS[int(chance.integers(len(CAMERAS)))]
        place, camera = _beside(chance, seen.middle, 8.0), seen.name
    at_s = float(chance.uniform(0, 0.7 * LENGTH_S))
    withdrawn_s = at_s + float(chance.uniform(300, 720)) if chance.random() < WITHDRAWN else None
    cause = _thing(chance, f"cause-{number}", category, place, at_s)
    yield replace(cause, camera=camera, withdrawn_s=withdrawn_s)
    for symptom, mean in BRINGS[category].items():
        for each in range(int(chance.poisson(assumed.brings * mean))):
            begins_s = max(0.0, at_s - EARLIER_S + float(chance.exponential(LATER_S)))
            name = f"cause-{number}-{symptom.value}-{each}"
            thing = _thing(chance, name, symptom, _beside(chance, place, NEAR_M), begins_s)
            sees = camera if symptom is Category.CROWD_DENSITY and each == 0 else ""
            yield replace(thing, cause=cause.name, camera=sees)


def _thing(chance: np.random.Generator, name: str, category: Category, place: GroundPoint, at_s: float) -> TrueThing:
    usual = {Category.OVERIG: Priority.P4, Category.MEDISCH_ONWEL: Priority.P2, Category.BRAND: Priority.P2}
    usual |= dict.fromkeys((Category.GEWELD_VECHTPARTIJ, Category.WONINGINBRAAK, Category.VERWARD_PERSOON), Priority.P2)
    critical = chance.random() < CRITICAL.get(category, 0.0)
    priority = Priority.P1 if critical else usual.get(category, Priority.P3)
    return TrueThing(name, category, priority, place, at_s)


def _arrivals(chance: np.random.Generator, thing: TrueThing) -> Iterator[Arrival]:
    if thing.camera and thing.category is Category.CROWD_DENSITY:
        yield from _episode(chance, thing)
        return
    again = 1.2 if thing.name in {f"cause-{number}" for number in range(99)} else 0.3
    for number in range(1 + int(chance.poisson(again))):
        accuracy_m = float(chance.choice(ACCURACIES_M))
        lat, lon = to_lat_lon(_beside(chance, thing.place, accuracy_m / 2))
        at_s = thing.at_s + 20 + float(chance.exponential(60))
        line = {
            "source": SOURCES[(number + len(thing.name)) % len(SOURCES)],
            "source_id": f"{thing.name}-{number}",
            "category": thing.category.value,
            "priority": {Priority.P1: "P 1", Priority.P2: "P 2"}.get(thing.priority, ""),
            "position": {"lat": lat, "lon": lon, "accuracy_m": accuracy_m},
            "occurred_at": _moment(thing.at_s).isoformat(),
            "reported_at": _moment(at_s).isoformat(),
        }
        yield Arrival(at_s, thing.name, line=line)
        if thing.withdrawn_s is not None:
            gone_s = max(thing.withdrawn_s, at_s + 30)
            told = line | {"operation": "cancel", "reported_at": _moment(gone_s).isoformat()}
            yield Arrival(gone_s, thing.name, line=told)


def _episode(chance: np.random.Generator, thing: TrueThing) -> Iterator[Arrival]:
    """Yield what a camera tells of a crowd: that it begins, and that it is over."""
    middle = next(camera.middle for camera in CAMERAS if camera.name == thing.camera)
    lat, lon = to_lat_lon(middle)
    level = "high" if chance.random() < 0.3 else "warn"
    ends_s = thing.at_s + float(chance.uniform(600, 1_500))
    for phase, at_s in (("begin", thing.at_s + 20), ("end", ends_s)):
        fact = EpisodeFact(
            episode_id=f"episode-{thing.name}",
            phase=phase,
            zone_id="plein",
            signal=f"crowd.{level}" if phase == "begin" else "crowd.none",
            value=2.5,
            explanation=f"crowd: {level}",
        )
        evidence = Evidence(
            evidence_id=derive_id("evidence", thing.name, phase),
            control_room_id=ROOM,
            category=Category.CROWD_DENSITY,
            position=Position(lat=lat, lon=lon, accuracy_m=20),
            camera_id=thing.camera,
            occurred_at=_moment(at_s),
            fact=fact,
        )
        yield Arrival(at_s, thing.name, seen=evidence)


def _public(chance: np.random.Generator) -> GroundPoint:
    while True:
        place = _beside(chance, CENTRE, PUBLIC_M)
        if abs(place.x_m - CENTRE.x_m) < RADIUS_M and abs(place.y_m - CENTRE.y_m) < RADIUS_M:
            return place


def _beside(chance: np.random.Generator, place: GroundPoint, sigma_m: float) -> GroundPoint:
    east, north = chance.normal(0, sigma_m, 2)
    return GroundPoint(place.x_m + float(east), place.y_m + float(north))


def _moment(at_s: float) -> datetime:
    return START + timedelta(seconds=at_s)

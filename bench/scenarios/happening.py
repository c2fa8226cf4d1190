"""Happening: what truly happens in a town for some hours: situations by their rates, with their place, time and priority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bench.scenarios.assumptions import AssumedSituation, Assumptions, CrowdAssumptions, Doubtful, Reporting, Setting
from bench.scenarios.layout import EpisodeRef
from bench.scenarios.life import ALONE, Visit, fled, ordinary, runners, standing, walking
from bench.scenarios.showing import ZONE, Happening, Left
from bench.scenarios.town import CAMERAS, SQUARES, VIEW_M, ZONE_M2, MadeCamera, anywhere, in_public, seeing
from schemas.categories import Category, Priority
from streams.domain.geometry.ground import GroundPoint

DAY_S: Final = 86_400
SOON_S: Final = 120.0
"""Who runs or flees does so within the first two minutes [own]."""
LEAD_S: Final = 7_200
"""Situations may begin so long before the scenario and be reported in it: a bicycle is missed hours later."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One true thing, or nothing where a partner thought there was something.

    `by_itself_s` is when a camera that sees well could recognise it by itself, or None.
    """

    category: Category
    priority: Priority
    point: GroundPoint
    from_s: float
    until_s: float
    nothing: bool = False
    reports: Sequence[Reporting] = ()
    wrong: Sequence[str] = ()
    episodes: tuple[EpisodeRef, ...] = ()
    by_itself_s: float | None = None
    in_view_of: str | None = None


@dataclass
class ScenarioWorld:
    """All that happens, and what of it lies before each camera."""

    things: list[Happened] = field(default_factory=list)
    before: dict[str, Happening] = field(default_factory=dict)


def happen(chance: np.random.Generator, assumed: Assumptions, setting: Setting, duration_s: int) -> ScenarioWorld:
    """Return what happens."""
    world = ScenarioWorld(before={camera.name: Happening(np.zeros(duration_s)) for camera in CAMERAS})
    for camera in CAMERAS:
        world.before[camera.name].visits += ordinary(
            chance, camera, setting.passers, duration_s, assumed.life, assumed.seeing
        )
    for name, kind in assumed.kinds.items():
        number = int(chance.poisson(kind.per_day * setting.rate(name) * (LEAD_S + duration_s) / DAY_S))
        for _ in range(number):
            _situation(chance, assumed, kind, world, duration_s)
    if setting.doubtful is not None:
        _doubtful(chance, assumed, setting.doubtful, world, duration_s)
    for square in chance.permutation(len(SQUARES))[: setting.crowds].tolist():
        _crowd(chance, assumed.crowds, world, _camera(SQUARES[square]), duration_s)
    for camera in CAMERAS:
        if camera.objects:
            _objects(chance, assumed, world, camera, duration_s)
    _outages(chance, setting, world, duration_s)
    return world


def _camera(name: str) -> MadeCamera:
    return next(camera for camera in CAMERAS if camera.name == name)


def _situation(
    chance: np.random.Generator, assumed: Assumptions, kind: AssumedSituation, world: ScenarioWorld, duration_s: int
) -> None:
    """Add a situation, with those who stand about it."""
    camera: MadeCamera | None = None
    if kind.place == "public":
        point, camera = in_public(chance, assumed.in_view_share)
    else:
        point = anywhere(chance)
        camera = seeing(point) if kind.place == "anywhere" else None
    nothing = bool(chance.random() < kind.false_share)
    _happens(chance, assumed, kind, world, (point, camera), float(chance.uniform(-LEAD_S, duration_s)), nothing)


def _doubtful(
    chance: np.random.Generator, assumed: Assumptions, rule: Doubtful, world: ScenarioWorld, duration_s: int
) -> None:
    """Add what is reported before each camera, one after the other, and mostly is not there."""
    names = list(rule.kinds)
    weights = np.array([rule.kinds[name] for name in names])
    for camera in CAMERAS:
        for start_s in range(0, duration_s, rule.every_s):
            kind = assumed.kinds[names[int(chance.choice(len(names), p=weights / weights.sum()))]]
            east_m, north_m = chance.uniform(-VIEW_M / 2, VIEW_M / 2, 2).tolist()
            point = GroundPoint(camera.middle.x_m + east_m, camera.middle.y_m + north_m)
            from_s = start_s + float(chance.uniform(0.2, 0.4)) * rule.every_s
            nothing = bool(chance.random() < rule.nothing_share)
            _happens(chance, assumed, kind, world, (point, camera), from_s, nothing)


def _happens(
    chance: np.random.Generator,
    assumed: Assumptions,
    kind: AssumedSituation,
    world: ScenarioWorld,
    place: tuple[GroundPoint, MadeCamera | None],
    from_s: float,
    nothing: bool,
) -> None:
    """Add a situation or, where there is `nothing`, what will be reported of it."""
    point, camera = place
    until_s = from_s + float(chance.uniform(*kind.lasts_s))
    if camera is not None and not nothing:
        _show(chance, assumed, kind, world.before[camera.name], (from_s, until_s))
    priority = Priority.P4 if nothing else kind.priority
    world.things.append(
        Happened(
            kind.category,
            priority,
            point,
            from_s,
            until_s,
            nothing,
            kind.reports,
            kind.wrong,
            in_view_of=camera.name if camera else None,
        )
    )


def _show(
    chance: np.random.Generator,
    assumed: Assumptions,
    kind: AssumedSituation,
    before: Happening,
    span: tuple[float, float],
) -> None:
    """Put before a camera who stands about a situation, and what is seen of it, each sort with its chance."""
    shows, life, duration_s = kind.shows, assumed.life, len(before.crowd)
    from_s, until_s = span
    company = 1 + max((each.company for each in before.visits), default=ALONE)
    number = int(chance.integers(kind.persons[0], kind.persons[1] + 1))
    together = bool(chance.random() < shows.together)
    new = []
    for fastest in walking(chance, number, life):
        comes_s = max(0, int(from_s + chance.uniform(-60, 60)))
        goes_s = int(until_s + chance.uniform(-60, 60))
        new.append(Visit(comes_s, goes_s, fastest, together, company if together else ALONE))
    soon_s = min(until_s - from_s, SOON_S)
    flees_s = from_s + float(chance.uniform(0, soon_s)) if chance.random() < shows.flight else None
    if chance.random() < shows.run:
        new += runners(chance, from_s + float(chance.uniform(0, soon_s)), life)
    if chance.random() < shows.gathering:
        more = int(chance.integers(life.gathering.persons[0], life.gathering.persons[1] + 1))
        new += standing(chance, more, (from_s + 15, until_s), life.gathering.arrive_s, False, life, company)
    before.visits += [each for each in new if each.from_s < min(each.until_s, duration_s)]
    if flees_s is not None and flees_s >= 0:
        before.visits = fled(chance, before.visits, flees_s, assumed.seeing)


def _crowd(
    chance: np.random.Generator, assumed: CrowdAssumptions, world: ScenarioWorld, camera: MadeCamera, duration_s: int
) -> None:
    """Add a crowd that rises, holds and falls; it is true from when its density reaches the first level."""
    peak_per_m2 = float(chance.choice(assumed.peaks_per_m2)) * float(chance.uniform(0.97, 1.03))
    lasts_s = min(float(chance.uniform(*assumed.lasts_s)), 0.9 * duration_s)
    begins_s = float(chance.uniform(0, duration_s - lasts_s))
    corners_s = begins_s + lasts_s * np.array([0, 1 / 3, 2 / 3, 1])
    density = np.interp(np.arange(duration_s), corners_s, [0, peak_per_m2, peak_per_m2, 0])
    world.before[camera.name].crowd += density * ZONE_M2
    reached = [level for level in assumed.levels if peak_per_m2 >= level.from_per_m2]
    if not reached:
        return
    above_s = np.flatnonzero(density >= reached[0].from_per_m2)
    at_level_s = np.flatnonzero(density >= reached[-1].from_per_m2)
    from_s, until_s = float(above_s[0]), float(above_s[-1])
    episode = EpisodeRef(
        camera_id=camera.name,
        zone_id=ZONE,
        category=Category.CROWD_DENSITY,
        from_s=begins_s,
        until_s=begins_s + lasts_s,
    )
    urgent = reached[-1].priority < Priority.P3
    world.things.append(
        Happened(
            Category.CROWD_DENSITY,
            reached[-1].priority,
            camera.middle,
            from_s,
            until_s,
            reports=assumed.reports if urgent else (),
            episodes=(episode,),
            by_itself_s=float(at_level_s[0]),
            in_view_of=camera.name,
        )
    )


def _objects(
    chance: np.random.Generator, assumed: Assumptions, world: ScenarioWorld, camera: MadeCamera, duration_s: int
) -> None:
    """Add bags that were left, and what only looks so."""
    seeing_ = assumed.seeing
    for rate, real in ((seeing_.objects_per_day, True), (seeing_.false_objects_per_day, False)):
        for _ in range(int(chance.poisson(rate * duration_s / DAY_S))):
            since_s = int(chance.uniform(0, duration_s))
            from_s = since_s + 60
            until_s = from_s + int(chance.uniform(900, 2_400) if real else chance.uniform(30, 300))
            if from_s >= duration_s:
                continue
            world.before[camera.name].left.append(Left(since_s, from_s, until_s))
            if not real:
                continue
            episode = EpisodeRef(
                camera_id=camera.name,
                zone_id=ZONE,
                category=Category.VERDACHT_VOORWERP,
                from_s=from_s,
                until_s=until_s,
            )
            world.things.append(
                Happened(
                    Category.VERDACHT_VOORWERP,
                    Priority.P2,
                    camera.middle,
                    float(since_s),
                    float(until_s),
                    episodes=(episode,),
                    by_itself_s=float(from_s),
                    in_view_of=camera.name,
                )
            )


def _outages(chance: np.random.Generator, setting: Setting, world: ScenarioWorld, duration_s: int) -> None:
    """Take cameras away for a quarter of an hour to an hour: some give no picture, some see nothing in it."""
    names = [camera.name for camera in CAMERAS]
    order = chance.permutation(len(names)).tolist()
    for number, place in enumerate(order[: setting.offline + setting.blind]):
        lasts_s = int(chance.uniform(900, 3_600))
        start_s = int(chance.uniform(0, max(1, duration_s - lasts_s)))
        span = (start_s, min(duration_s, start_s + lasts_s))
        happening = world.before[names[place]]
        (happening.offline if number < setting.offline else happening.blind).append(span)

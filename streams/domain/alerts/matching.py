"""Matching: which facts are about the same thing: near enough, soon enough, and of categories that go together.

Open situations are indexed by square cells of RD New, per group of categories: a situation stands in every cell that
its position's accuracy reaches, and a fact looks into every cell that its own reach touches. So what can match is met
in a handful of small rows, however many situations are open. Of some groups the newest stand in one more row, which tells
whether there is only one of its time: that a report without a place joins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from math import floor
from typing import Annotated, Final

from pydantic import Field

from schemas.alerts import AlertState
from schemas.base import Part, Utc
from schemas.categories import Category
from schemas.geo import Position
from streams.domain.alerts.facts import EpisodeRow, Fact, ReportRow
from streams.domain.alerts.priority.score import lead_category
from streams.domain.alerts.situation import Situation, best_position, is_full, told
from streams.domain.geometry.ground import GroundPoint, distance_m, to_ground
from streams.domain.rules.rules import Rules

ANYWHERE: Final = "anywhere"
"""In place of a cell: the newest situations of a group, wherever they are. Never change it for state that exists."""
NEWEST_AT_MOST: Final = 10
"""Situations in such a row; where there are so many, a report without a place is not about the only one."""


class Spot(Part):
    """Spot: where and when something is, for matching: RD New in metres, the accuracy as far as the rules let it widen.

    `rough_m` is the accuracy that was told, where it is worse than that; else 0.
    """

    group: str
    x_m: float
    y_m: float
    accuracy_m: Annotated[float, Field(ge=0)]
    distance_m: Annotated[float, Field(gt=0)]
    window_s: Annotated[float, Field(gt=0)]
    first_at: Utc
    last_at: Utc
    ongoing: bool = False
    rough_m: Annotated[float, Field(ge=0)] = 0.0


class SituationEntry(Part):
    """An open situation in the index. A full one is not joined any more."""

    alert_id: str
    spot: Spot
    full: bool


def fact_spot(row: Fact, rules: Rules) -> Spot | None:
    """Return where and when a fact is, or None when it has no position."""
    if isinstance(row, ReportRow):
        report = row.report
        return _spot(report.category, report.position, report.occurred_at, report.occurred_at, False, rules)
    return _spot(row.category, row.position, row.begun_at, row.occurred_at, row.phase != "end", rules)


def situation_entry(situation: Situation, rules: Rules) -> SituationEntry | None:
    """Return a situation's place in the index, from its best position; None when it has none, or ended without a person.

    What a person closed stays there for a while: the same again is told from something new, and what is merged leads on.
    """
    if situation.ended_at is not None and situation.state is not AlertState.CLOSED:
        return None
    reports, episodes = told(situation)
    position = best_position(reports, episodes)
    starts = [row.report.occurred_at for row in reports] + [row.begun_at for row in episodes]
    ends = [row.occurred_at for row in episodes]
    ongoing = any(row.phase != "end" for row in episodes)
    first = min(starts)
    spot = _spot(lead_category(reports, episodes, rules), position, first, max([first, *ends]), ongoing, rules)
    if spot is None:
        return None
    full = is_full(situation, rules.joining.reports_at_most)
    return SituationEntry.model_construct(alert_id=situation.alert_id, spot=spot, full=full)


def _spot(
    category: Category, position: Position | None, first: datetime, last: datetime, ongoing: bool, rules: Rules
) -> Spot | None:
    if position is None:
        return None
    point = to_ground(position)
    rule = rules.of(category).situation
    widest_m = rules.joining.accuracy_at_most_m
    return Spot.model_construct(
        group=rules.joining.groups[category],
        x_m=round(point.x_m, 1),
        y_m=round(point.y_m, 1),
        accuracy_m=min(position.accuracy_m, widest_m),
        distance_m=rule.distance_m,
        window_s=rule.window_s,
        first_at=first,
        last_at=last,
        ongoing=ongoing,
        rough_m=position.accuracy_m if position.accuracy_m > widest_m else 0.0,
    )


def same_thing(one: Spot, other: Spot) -> bool:
    """Return whether two spots are near enough, both accuracies allowed for, and their times close enough."""
    reach_m = max(one.distance_m, other.distance_m) + one.accuracy_m + other.accuracy_m
    return one.group == other.group and _apart_m(one, other) <= reach_m and _close_in_time(one, other)


def _close_in_time(one: Spot, other: Spot) -> bool:
    window = timedelta(seconds=max(one.window_s, other.window_s))
    starts_in_time = other.ongoing or one.first_at <= other.last_at + window
    ends_in_time = one.ongoing or other.first_at <= one.last_at + window
    return starts_in_time and ends_in_time


def _apart_m(one: Spot, other: Spot) -> float:
    return distance_m(GroundPoint(one.x_m, one.y_m), GroundPoint(other.x_m, other.y_m))


def nearest_match(spot: Spot, entries: Iterable[SituationEntry]) -> str | None:
    """Return the alert that a fact belongs to: the nearest that matches, of equally near ones by id; or None."""
    matching = {entry.alert_id: entry for entry in entries if not entry.full and same_thing(spot, entry.spot)}
    return min(matching, key=lambda alert_id: (_apart_m(spot, matching[alert_id].spot), alert_id), default=None)


def in_rough_reach(spot: Spot, entries: Sequence[SituationEntry]) -> list[str]:
    """Return the alerts of its time that a fact may be about although they lie further away: one of both is known roughly only.

    Those that take no more are among them, since a fact may be about them too. None where too many are kept to tell.
    """
    if len(entries) >= NEWEST_AT_MOST:
        return []
    return [
        entry.alert_id
        for entry in entries
        if bool(spot.rough_m) is not bool(entry.spot.rough_m)
        and _apart_m(spot, entry.spot) <= spot.distance_m + max(spot.rough_m, entry.spot.rough_m)
        and _close_in_time(spot, entry.spot)
    ]


def may_join(fact: Fact, situation: Situation, rules: Rules) -> bool:
    """Return whether a situation may take a new fact that lies near enough: nobody set it apart, and there is room for it.

    A partner that knows a place only roughly has told its second report from its first by another number: two such reports are
    two events, since nothing else says that they are one, and of two alerts for one event none is hidden.
    """
    if is_full(situation, rules.joining.reports_at_most):
        return False
    if fact.fact_id in situation.apart or _in_another_street(fact, situation, rules):
        return False
    if isinstance(fact, EpisodeRow):
        return True
    told_roughly = {row.report.source for row in situation.live_reports if _rough(row, rules)}
    return not (_rough(fact, rules) and fact.report.source in told_roughly)


def _in_another_street(fact: Fact, situation: Situation, rules: Rules) -> bool:
    """Return whether one of both names a street that the other does not, while its position is that of its town at best.

    A town's centre stands for every street of the town: near it, fires in three streets would be one.
    """
    reports, episodes = told(situation)
    streets = {street for row in reports if (street := _street(row))}
    if _street(fact) in streets:
        return False
    facts: list[Fact] = [*reports, *episodes]
    known_well = any(not _coarse(each, rules) for each in facts)
    if _coarse(fact, rules):
        return bool(_street(fact)) and (known_well or bool(streets))
    return bool(streets) and not known_well


def _street(row: Fact) -> str:
    """Return the street that a report names, for comparing; empty for none, and where it may as well be a town."""
    if isinstance(row, EpisodeRow):
        return ""
    street, comma, _ = row.place.partition(", ")
    return street.casefold() if comma else ""


def _coarse(row: Fact, rules: Rules) -> bool:
    """Return whether a fact has no position, or one that is known worse than joining allows for."""
    position = row.position if isinstance(row, EpisodeRow) else row.report.position
    return position is None or position.accuracy_m > rules.joining.accuracy_at_most_m


def _rough(row: ReportRow, rules: Rules) -> bool:
    position = row.report.position
    return position is None or position.accuracy_m >= rules.position.poor_from_m


def cells_of_entry(entry: SituationEntry, rules: Rules) -> list[str]:
    """Return the cells in which a situation stands."""
    anywhere = [f"{entry.spot.group}/{ANYWHERE}"] if entry.spot.group in rules.joining.groups_anywhere else []
    return [*_cells(entry.spot, entry.spot.accuracy_m, rules), *anywhere]


def newest(entries: Sequence[SituationEntry]) -> list[SituationEntry]:
    """Return the situations to keep of a group wherever they are: those of twice its window before the latest."""
    latest = max((entry.spot.last_at for entry in entries), default=None)
    kept = [
        entry
        for entry in sorted(entries, key=lambda each: (each.spot.last_at, each.alert_id))
        if latest is not None and entry.spot.last_at >= latest - timedelta(seconds=2 * entry.spot.window_s)
    ]
    return kept[-NEWEST_AT_MOST:]


def of_its_time(row: ReportRow, entries: Sequence[SituationEntry], rules: Rules) -> list[str]:
    """Return the alerts within the window of a report without a place; none where too many are kept to tell."""
    if len(entries) >= NEWEST_AT_MOST:
        return []
    at, window = row.report.occurred_at, timedelta(seconds=rules.of(row.report.category).situation.window_s)
    return [
        entry.alert_id
        for entry in entries
        if entry.spot.first_at - window <= at and (entry.spot.ongoing or at <= entry.spot.last_at + window)
    ]


def cells_to_search(spot: Spot, rules: Rules) -> list[str]:
    """Return the cells in which everything stands that a fact could belong to."""
    reach_m = rules.group_reach_m[spot.group] + spot.accuracy_m
    return list(_cells(spot, reach_m, rules))


def cells_near(point: GroundPoint, radius_m: float, group: str, rules: Rules) -> Iterator[str]:
    """Yield the cells of a group in which everything stands that is so near; their own accuracies are allowed for."""
    return _grid(point, radius_m, group, rules.joining.cell_m)


def _cells(spot: Spot, radius_m: float, rules: Rules) -> Iterator[str]:
    return _grid(GroundPoint(spot.x_m, spot.y_m), radius_m, spot.group, rules.joining.cell_m)


def _grid(point: GroundPoint, radius_m: float, group: str, cell_m: float) -> Iterator[str]:
    for x in range(floor((point.x_m - radius_m) / cell_m), floor((point.x_m + radius_m) / cell_m) + 1):
        for y in range(floor((point.y_m - radius_m) / cell_m), floor((point.y_m + radius_m) / cell_m) + 1):
            yield f"{group}/{x}_{y}"

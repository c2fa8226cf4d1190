"""Trend summary: what the safety team's report says of one control room and week, from the messages of the topic `trends`.

A pure function from messages to figures: the last message about each count wins, and a week about which nothing was told
had none, if it was counted at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from schemas.base import Message
from schemas.categories import Category
from schemas.trends import Judgement, KnoxTest, NearRepeats, Trend, TrendTarget, TrendWeek
from streams.domain.trends.areas import ALL, ELSEWHERE, UNKNOWN
from streams.domain.trends.counts import first_whole_week, local_day, monday_of, week_name, week_number, week_of
from streams.domain.trends.surges import SMALL, WEEKS, base_of

Area = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class CountLine:
    """One category in one area: this week, what is usual, and what the count says.

    Attributes:
        category: The category.
        count: This week's.
        usual: Mean per week of at most 52 whole weeks before, or None where none is known.
        weeks_known: How many weeks that is over.
        base_total: What was counted in them.
        judged: What the stage said when it told the count; a count of none says nothing.
        probability: Of so many or more, where it was tested.
        limit: What the probability was held against.
        last: Counts of the 52 weeks that end with this one, oldest first; None where a week was not counted.
    """

    category: Category
    count: int
    usual: float | None
    weeks_known: int
    base_total: int
    judged: Judgement
    probability: float | None
    limit: float | None
    last: tuple[int | None, ...]

    @property
    def small(self) -> bool:
        """Return whether the count is too small for a percentage or a claim."""
        return self.count < SMALL

    @property
    def change_percent(self) -> int | None:
        """Return by how much the count is above or below what is usual; None where either number is too small."""
        if self.small or not self.usual or self.base_total < SMALL:
            return None
        return round(100 * (self.count / self.usual - 1))


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area with its categories. `code` is the CBS code, or `unknown` or `elsewhere`."""

    code: str
    name: str
    lines: tuple[CountLine, ...]

    @property
    def count(self) -> int:
        """Return this week's count over all categories."""
        return sum(line.count for line in self.lines)


@dataclass(frozen=True, slots=True)
class TargetLine:
    """Target line: how a target stands: see `TrendTarget`. `as_of` is the day on which that was told."""

    category: Category
    year: int
    below_per_year: int
    count: int
    since: date
    expected: float
    as_of: date

    @property
    def missed(self) -> bool:
        """Return whether the year's count is no longer below the target."""
        return self.count >= self.below_per_year

    @property
    def above_share(self) -> bool:
        """Return whether the count is above the target's share of the time so far."""
        return self.count > self.expected


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """All that a report says of one control room.

    Attributes:
        room: Its id.
        week: The week, `2026-W48`.
        first_day: Its Monday.
        last_day: Its Sunday.
        complete: Whether the week was over when the report was made.
        known_since: The day on which counting began.
        area_year: Of the division into areas; None where there is none.
        tested: In how many categories and areas a surge could be said.
        total: The control room as a whole.
        areas: Each area, those without a count included; `elsewhere` and `unknown` last.
        targets: The newest of each target and year, of this year and the year of the week.
        surges: Area and line of each count that is a surge.
        unjudged: Area and line of counts that are not small and of which nothing can be said.
        repeats: Pairs near each other whose later one lies in the week, by area.
        knox: The newest test of each category.
    """

    room: str
    week: str
    first_day: date
    last_day: date
    complete: bool
    known_since: date
    area_year: int | None
    tested: int
    total: AreaLine
    areas: tuple[AreaLine, ...]
    targets: tuple[TargetLine, ...]
    surges: tuple[tuple[AreaLine, CountLine], ...]
    unjudged: tuple[tuple[AreaLine, CountLine], ...]
    repeats: tuple[NearRepeats, ...]
    knox: tuple[KnoxTest, ...]


class _Room:
    """The newest of what was told of one control room."""

    def __init__(self) -> None:
        self.trends: dict[tuple[Category, Area, int], Trend] = {}
        self.repeats: dict[tuple[Category, Area, str], NearRepeats] = {}
        self.targets: dict[tuple[Category, int], TrendTarget] = {}
        self.weeks: dict[str, TrendWeek] = {}

    def take(self, message: Message) -> None:
        """Take a message in place of one before it about the same."""
        match message:
            case Trend():
                area = (message.area_code, message.area_year)
                self.trends[message.category, area, week_number(message.week)] = message
            case NearRepeats():
                area = (message.area_code, message.area_year)
                self.repeats[message.category, area, message.week] = message
            case TrendTarget():
                self.targets[message.category, message.year] = message
            case TrendWeek():
                self.weeks[message.week] = message


def summaries(messages: Iterable[Message], week: str | None, now: datetime, zone: ZoneInfo) -> list[RoomSummary]:
    """Return what there is to say of each control room, by name.

    Args:
        messages: Of the topic `trends`, in the order of each control room; others are passed over.
        week: Which week; where None, the newest that is over, or the one that is open where none is.
        now: When the report is made (UTC).
        zone: The municipality's time zone.

    Raises:
        ValueError: The week is none, or lies ahead.
    """
    rooms: dict[str, _Room] = defaultdict(_Room)
    for message in messages:
        if isinstance(message, Trend | NearRepeats | TrendTarget | TrendWeek):
            rooms[message.control_room_id].take(message)
    today = local_day(now, zone)
    if week is not None and week_number(week) > week_of(today):
        raise ValueError("expected a week that has begun")
    return [_summary(name, room, week, today, zone) for name, room in sorted(rooms.items()) if room.weeks]


def _summary(name: str, room: _Room, wanted: str | None, today: date, zone: ZoneInfo) -> RoomSummary:
    newest = max(room.weeks.values(), key=lambda each: each.computed_at)
    since = min(each.known_since for each in room.weeks.values())
    open_week = week_of(today)
    week = week_number(wanted) if wanted else max(open_week - 1, week_of(since))
    told = [each for each in room.weeks.values() if week_number(each.week) <= week]
    then = max(told, key=lambda each: week_number(each.week), default=newest)
    lines = _lines(room, week, since)
    names = {(area.code, then.area_year): area.name for area in then.areas}
    areas = _areas(lines, names)
    total = AreaLine(ALL, "", lines.get((ALL, None), ()))
    places = [total, *(area for area in areas if area.code not in {UNKNOWN, ELSEWHERE})]
    found = [(place, line) for place in places for line in place.lines]
    tests = [each for each in room.weeks.values() if week_number(each.week) <= week + 1 and each.knox]
    return RoomSummary(
        room=name,
        week=week_name(week),
        first_day=monday_of(week),
        last_day=date.fromordinal(monday_of(week).toordinal() + 6),
        complete=week < open_week,
        known_since=since,
        area_year=then.area_year,
        tested=then.tested,
        total=total,
        areas=areas,
        targets=_targets(room, {today.year, monday_of(week).year}, zone),
        surges=tuple(each for each in found if each[1].judged is Judgement.SURGE),
        unjudged=tuple(each for each in found if each[1].judged in {Judgement.SHORT_HISTORY, Judgement.SMALL_BASE}),
        repeats=tuple(_pairs(room, week_name(week))),
        knox=max(tests, key=lambda each: week_number(each.week)).knox if tests else (),
    )


def _lines(room: _Room, week: int, since: date) -> Mapping[Area, tuple[CountLine, ...]]:
    """Return per area the categories that were counted there at all in the last 52 weeks."""
    counts: dict[tuple[Area, Category], dict[int, int]] = defaultdict(dict)
    for (category, area, at), told in room.trends.items():
        if week - WEEKS <= at <= week:
            counts[area, category][at] = told.count
    lines: dict[Area, list[CountLine]] = defaultdict(list)
    for (area, category), by_week in counts.items():
        if any(by_week.values()):
            message = room.trends.get((category, area, week))
            lines[area].append(_line(category, by_week, week, since, message))
    return {area: tuple(sorted(found, key=lambda line: line.category.value)) for area, found in lines.items()}


def _line(category: Category, by_week: Mapping[int, int], week: int, since: date, told: Trend | None) -> CountLine:
    base = base_of(by_week, week, first_whole_week(since))
    first = week_of(since)
    last = tuple(by_week.get(at, 0) if at >= first else None for at in range(week - WEEKS + 1, week + 1))
    return CountLine(
        category=category,
        count=by_week.get(week, 0),
        usual=base.per_week if base.weeks else None,
        weeks_known=base.weeks,
        base_total=base.total,
        judged=told.judged if told else Judgement.SMALL_COUNT,
        probability=told.probability if told else None,
        limit=told.limit if told else None,
        last=last,
    )


def _areas(lines: Mapping[Area, tuple[CountLine, ...]], names: Mapping[Area, str]) -> tuple[AreaLine, ...]:
    """Return the areas of the division in its order, then older ones, then what lies in none; without a division none."""
    older = sorted({area for area in lines if area[1] is not None} - set(names), key=str)
    ordered = [*names, *older, (ELSEWHERE, None), (UNKNOWN, None)]
    if not names:
        ordered = [*older, (UNKNOWN, None)]
    return tuple(
        AreaLine(area[0], names.get(area, area[0]), lines.get(area, ()))
        for area in ordered
        if area in names or lines.get(area)
    )


def _targets(room: _Room, years: Collection[int], zone: ZoneInfo) -> tuple[TargetLine, ...]:
    return tuple(
        TargetLine(
            category=told.category,
            year=told.year,
            below_per_year=told.below_per_year,
            count=told.count,
            since=told.since,
            expected=told.expected,
            as_of=local_day(told.computed_at, zone),
        )
        for (_, year), told in sorted(room.targets.items())
        if year in years
    )


def _pairs(room: _Room, week: str) -> Sequence[NearRepeats]:
    found = [pairs for (_, _, at), pairs in room.repeats.items() if at == week and pairs.to_100_m + pairs.to_200_m]
    return sorted(found, key=lambda pairs: (pairs.category.value, pairs.area_code))

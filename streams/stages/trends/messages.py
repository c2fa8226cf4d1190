"""Trend messages: what `trends` tells, as messages: made from its rows, the plan and the names of areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from schemas.categories import Category
from schemas.trends import AreaName, Judgement, KnoxTest, NearRepeats, Trend, TrendTarget, TrendWeek
from streams import topics
from streams.domain.trends.areas import ALL, AreaMap
from streams.domain.trends.counts import local_day, week_name
from streams.domain.trends.near_repeats import DAYS
from streams.domain.trends.safety_plan import SafetyPlan, Target, expected_so_far, first_counted
from streams.domain.trends.surges import MODEL, SMALL, Base, JudgedCount, judge
from streams.stages.base import Output
from streams.stages.trends.store import RepeatsRow, TrendingRow, TrendStore

Area = tuple[str, int | None]
"""An area's code and the year of its division; no year for what is no area of the file."""


@dataclass(frozen=True)
class Office:
    """Office: what one control room's counts are told with: the plan, the areas, the zone of days and weeks."""

    plan: SafetyPlan
    areas: AreaMap
    zone: ZoneInfo

    def today(self, now: datetime) -> date:
        """Return the day in the municipality."""
        return local_day(now, self.zone)


def judged(area: Area, count: int, base: Base, tested: int) -> JudgedCount:
    """Return what a count says; of what is no area, such as reports without a position, nothing is said."""
    return judge(count, base, tested) if is_area(area) else JudgedCount(Judgement.NOT_AN_AREA)


def is_area(area: Area) -> bool:
    """Return whether surges are said of it: the control room as a whole, and the areas of the file."""
    return area[0] == ALL or area[1] is not None


def tell_count(
    office: Office,
    room: str,
    category: str,
    area: Area,
    week: int,
    count: int,
    revision: int,
    base: Base,
    found: JudgedCount,
    now: datetime,
) -> Output:
    """Return the message about one count."""
    told = Trend(
        control_room_id=room,
        category=Category(category),
        area_code=area[0],
        area_name=office.areas.name(area[0]),
        area_year=area[1],
        week=week_name(week),
        revision=revision,
        count=count,
        small=count < SMALL,
        usual_per_week=round(base.per_week, 3) if base.weeks else None,
        weeks_known=base.weeks,
        judged=found.judgement,
        probability=found.probability,
        limit=found.limit,
        dispersion=None if found.probability is None else round(base.dispersion, 4),
        model="" if found.probability is None else MODEL,
        computed_at=now,
    )
    return Output(topics.TRENDS, told)


def tell_targets(office: Office, room: str, trending: TrendingRow, store: TrendStore, now: datetime) -> list[Output]:
    """Return how each target stands this year."""
    year = office.today(now).year
    return [tell_target(office, room, target, year, trending, store, now) for target in office.plan.targets]


def tell_target(
    office: Office, room: str, target: Target, year: int, trending: TrendingRow, store: TrendStore, now: datetime
) -> Output:
    """Return how a target stands in a calendar year, which may be over."""
    since = first_counted(year, trending.known_since)
    told = TrendTarget(
        control_room_id=room,
        category=target.category,
        year=year,
        below_per_year=target.below_per_year,
        count=store.year(target.category.value, year),
        since=since,
        expected=round(expected_so_far(target.below_per_year, year, since, now.astimezone(office.zone)), 3),
        plan_version=office.plan.version,
        computed_at=now,
    )
    return Output(topics.TRENDS, told)


def tell_pairs(
    office: Office, room: str, category: Category, area: Area, week: int, row: RepeatsRow, now: datetime
) -> Output:
    """Return the message about the near-repeats of one area and week."""
    told = NearRepeats(
        control_room_id=room,
        category=category,
        area_code=area[0],
        area_name=office.areas.name(area[0]),
        area_year=area[1],
        week=week_name(week),
        revision=row.revision,
        within_days=DAYS,
        to_100_m=row.to_100_m,
        to_200_m=row.to_200_m,
        computed_at=now,
    )
    return Output(topics.TRENDS, told)


def tell_week(office: Office, room: str, row: TrendingRow, knox: Sequence[KnoxTest], now: datetime) -> Output:
    """Return the message about a week that begins."""
    told = TrendWeek(
        control_room_id=room,
        week=week_name(row.week),
        known_since=row.known_since,
        tested=row.tested,
        areas=tuple(AreaName(code=code, name=name) for code, name in office.areas.names.items()),
        area_year=office.areas.year,
        knox=tuple(knox),
        computed_at=now,
    )
    return Output(topics.TRENDS, told)

"""Trend messages for the safety team: counts per category, area and week, what stands out, and how the plan's targets stand.

Counts only: no alert, no report, no position, no address, no text that anybody wrote about an incident.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Final

from pydantic import Field

from schemas.base import Identifier, Message, Part, ShortText, Utc, Word
from schemas.categories import Category

WeekName = Annotated[str, Field(pattern=r"^\d{4}-W\d{2}$", description="ISO 8601 week in the municipality's time zone")]
AreaYear = Annotated[int, Field(ge=2000, le=2100, description="Year of the division that the code belongs to")]
Count = Annotated[int, Field(ge=0)]
Probability = Annotated[float, Field(ge=0, le=1)]

CHANGE_OF_A_COUNT: Final = ("control_room_id", "category", "area_code", "area_year", "week", "revision", "computed_at")
"""What was counted, the change and the moment: whence the identity of a count."""


class Judgement(Word):
    """Judgement: what a count says: a surge or not, or why nothing is said."""

    SURGE = "surge"
    USUAL = "usual"
    SMALL_COUNT = "small_count"
    SHORT_HISTORY = "short_history"
    SMALL_BASE = "small_base"
    NOT_AN_AREA = "not_an_area"


class Trend(Message):
    """A count of one category in one area and week, whole at each change; of two the higher revision is newer."""

    name: ClassVar[str] = "trend"
    topics: ClassVar[tuple[str, ...]] = ("trends",)
    id_from: ClassVar[tuple[str, ...]] = CHANGE_OF_A_COUNT
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "computed_at"

    control_room_id: Identifier
    category: Category
    area_code: Annotated[
        Identifier,
        Field(description="CBS code; the control room's id where no areas are known; all, unknown or elsewhere"),
    ]
    area_name: ShortText
    area_year: AreaYear | None
    week: WeekName
    revision: Annotated[int, Field(ge=0, description="Changes of this category and area so far, over all weeks")]
    count: Count
    small: Annotated[bool, Field(description="Too small for a percentage or a claim")]
    usual_per_week: Annotated[float, Field(ge=0, description="Mean of the weeks before it that are known")] | None
    weeks_known: Annotated[int, Field(ge=0, le=52, description="Whole weeks before it that were counted, at most 52")]
    judged: Judgement
    probability: Annotated[Probability, Field(description="Of so many or more at the usual rate")] | None = None
    limit: Annotated[Probability, Field(description="Probability at and below which it is a surge")] | None = None
    dispersion: Annotated[float, Field(ge=1, description="Variance over mean that the prediction took")] | None = None
    model: Annotated[str, Field(max_length=60)] = ""
    computed_at: Utc


class TrendTarget(Message):
    """Trend target: how a target of the plan stands: told when the year's count changes, and each week."""

    name: ClassVar[str] = "trend-target"
    topics: ClassVar[tuple[str, ...]] = ("trends",)
    id_from: ClassVar[tuple[str, ...]] = ("control_room_id", "category", "year", "count", "computed_at")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "computed_at"

    control_room_id: Identifier
    category: Category
    year: Annotated[int, Field(ge=2000, le=2100)]
    below_per_year: Annotated[int, Field(ge=1, description="The target: fewer than this in a calendar year")]
    count: Annotated[Count, Field(description="Counted in the year, since `since`")]
    since: Annotated[date, Field(description="First day that was counted: 1 January, or when counting began")]
    expected: Annotated[float, Field(ge=0, description="The target's share of the time from `since` to now")]
    plan_version: Annotated[str, Field(min_length=1, max_length=40)]
    computed_at: Utc


class NearRepeats(Message):
    """Pairs of one category near each other in place and time, told by the later one's area and week; never as points."""

    name: ClassVar[str] = "near-repeats"
    topics: ClassVar[tuple[str, ...]] = ("trends",)
    id_from: ClassVar[tuple[str, ...]] = CHANGE_OF_A_COUNT
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "computed_at"

    control_room_id: Identifier
    category: Category
    area_code: Identifier
    area_name: ShortText
    area_year: AreaYear | None
    week: WeekName
    revision: Annotated[int, Field(ge=0)]
    within_days: Annotated[int, Field(ge=1)]
    to_100_m: Annotated[Count, Field(description="Pairs at most 100 m apart")]
    to_200_m: Annotated[Count, Field(description="Pairs more than 100 m and at most 200 m apart")]
    computed_at: Utc


class KnoxTest(Part):
    """Knox test: whether one category repeats itself near in place and time more than chance would have it (Knox 1964)."""

    category: Category
    events: Annotated[Count, Field(description="With a good position, in the last 52 weeks")]
    pairs: Annotated[Count, Field(description="In one square of 200 m and at most 14 days apart")]
    expected: Annotated[float, Field(ge=0, description="Pairs when the dates are dealt out by chance")] | None
    probability: Probability | None


class AreaName(Part):
    """An area that is counted."""

    code: Identifier
    name: ShortText


class TrendWeek(Message):
    """A week has begun: what is known of the weeks before it, which areas are counted, and how strict surges are judged."""

    name: ClassVar[str] = "trend-week"
    topics: ClassVar[tuple[str, ...]] = ("trends",)
    id_from: ClassVar[tuple[str, ...]] = ("control_room_id", "week", "computed_at")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "computed_at"

    control_room_id: Identifier
    week: WeekName
    known_since: Annotated[date, Field(description="Day on which counting began; its week is not whole")]
    tested: Annotated[
        Count, Field(description="Categories and areas with enough history, of which a surge can be said")
    ]
    areas: tuple[AreaName, ...]
    area_year: AreaYear | None
    knox: tuple[KnoxTest, ...] = ()
    computed_at: Utc

"""Near-repeats as `trends` keeps and tells them: where alerts are, and the pairs that these make."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from schemas.alerts import Alert
from schemas.base import derive_id
from schemas.categories import Category
from schemas.trends import KnoxTest
from streams import metrics
from streams.domain.trends.counts import Contribution, exact_place, week_of
from streams.domain.trends.near_repeats import DAYS, RepeatEvent, by_chance, pairs_of, square_of
from streams.stages.base import Output
from streams.stages.trends.messages import Area, Office, tell_pairs
from streams.stages.trends.store import PlaceRow, RepeatsRow, TrendStore

EXACT_DAYS: Final = 21
"""A place that is so old on a Monday keeps its square alone: none is kept exactly for more than 27 days."""
PLACE_DAYS: Final = 364
Told = tuple[Category, int, Area]
"""A category, a week and an area: what pairs are told by."""


def replace(
    office: Office,
    alert: Alert,
    before: Contribution | None,
    after: Contribution | None,
    store: TrendStore,
    now: datetime,
) -> list[Output]:
    """Keep where an alert is, if its category is compared by place, and tell the pairs that this makes and unmakes.

    A place that has faded makes and unmakes no pairs any more: a pair that was told stays told when one of the two is taken
    out after the other has faded.
    """
    old = None if before is None else store.place(before.category.value, before.day, alert.alert_id)
    new = None if after is None else _row(office, alert, after, old, now)
    unmoved = before is not None and after is not None and (before.category, before.day) == (after.category, after.day)
    if old == new and (old is None or unmoved):
        return []
    changes: dict[Told, tuple[int, int]] = {}
    if before is not None and old is not None:
        store.put_place(before.category.value, before.day, alert.alert_id, None)
        _add(changes, before, alert.alert_id, old, -1, store)
    if after is not None and new is not None:
        _add(changes, after, alert.alert_id, new, 1, store)
        store.put_place(after.category.value, after.day, alert.alert_id, new)
    return [
        _retell(office, alert.control_room_id, told, by, store, now) for told, by in changes.items() if by != (0, 0)
    ]


def _row(office: Office, alert: Alert, after: Contribution, old: PlaceRow | None, now: datetime) -> PlaceRow | None:
    place = exact_place(alert) if after.category in office.plan.near_repeats else None
    if place is None:
        return None
    row = PlaceRow(
        area_code=after.area_code,
        area_year=after.area_year,
        square=square_of(place.x_m, place.y_m),
        x_m=round(place.x_m, 1),
        y_m=round(place.y_m, 1),
    )
    if old is None:
        return _faded(row) if (office.today(now) - after.day).days >= EXACT_DAYS else row
    return _faded(row) if old.x_m is None else row


def _faded(row: PlaceRow) -> PlaceRow:
    return row.model_copy(update={"x_m": None, "y_m": None})


def _event(day: int, alert_id: str, row: PlaceRow) -> RepeatEvent | None:
    if row.x_m is None or row.y_m is None:
        return None
    return RepeatEvent(day, (row.area_code, row.area_year), row.x_m, row.y_m, alert_id)


def _add(
    changes: dict[Told, tuple[int, int]],
    contribution: Contribution,
    alert_id: str,
    row: PlaceRow,
    by: int,
    store: TrendStore,
) -> None:
    """Add the pairs of one place with all others to what changes; the place itself is not among the rows."""
    category, day = contribution.category, contribution.day.toordinal()
    event = _event(day, alert_id, row)
    if event is None:
        return
    near = store.places(category.value, range(day - DAYS, day + DAYS + 1))
    others = [other for other in (_event(*each) for each in near) if other is not None]
    for pair in pairs_of(event, others):
        told = (category, week_of(date.fromordinal(pair.day)), pair.area)
        close, wide = changes.get(told, (0, 0))
        changes[told] = (close + by * pair.close, wide + by * (not pair.close))


def _retell(office: Office, room: str, told: Told, by: tuple[int, int], store: TrendStore, now: datetime) -> Output:
    category, week, area = told
    known = store.repeats(category.value, week, area)
    row = RepeatsRow(
        revision=known.revision + 1 if known else 0,
        to_100_m=max(0, (known.to_100_m if known else 0) + by[0]),
        to_200_m=max(0, (known.to_200_m if known else 0) + by[1]),
    )
    store.put_repeats(category.value, week, area, row)
    metrics.NEAR_REPEATS.labels(category).inc(max(0, sum(by)))
    return tell_pairs(office, room, category, area, week, row, now)


def close_places(office: Office, room: str, today: date, store: TrendStore) -> list[KnoxTest]:
    """Let places fade and go, and return the test of each category over those of the last year."""
    tests = []
    for category in office.plan.near_repeats:
        days, squares = [], []
        for at, alert_id, row in store.places(category.value):
            age, day = today.toordinal() - at, date.fromordinal(at)
            if age > PLACE_DAYS:
                store.put_place(category.value, day, alert_id, None)
                continue
            store.put_place(category.value, day, alert_id, _faded(row) if age >= EXACT_DAYS else row)
            days.append(at)
            squares.append(row.square)
        seed = int(derive_id("knox", room, category.value, today.isoformat()).replace("-", "")[:8], 16)
        chance = by_chance(days, squares, seed)
        tests.append(
            KnoxTest(
                category=category,
                events=len(days),
                pairs=chance.pairs,
                expected=chance.expected,
                probability=chance.probability,
            )
        )
    return tests

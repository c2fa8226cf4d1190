"""The stage `trends`: alerts to counts per category, area and week, with what stands out, for the safety team.

What leaves are counts. Each change of a count is told at once, with what it says by the model of `domain/surges.py`; each
Monday the week is closed: targets, the test for near-repeats, and the number of cells that surges are tested in.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from schemas.alerts import Alert
from schemas.categories import Category
from schemas.deletion import Deletion
from schemas.ticks import Tick
from schemas.trends import Judgement
from streams import metrics, topics
from streams.domain.trends.areas import AreaMap
from streams.domain.trends.counts import (
    KEPT_WEEKS,
    Contribution,
    begins_at,
    cell_changes,
    contribution_of,
    first_whole_week,
    week_of,
    year_changes,
)
from streams.domain.trends.safety_plan import SafetyPlan
from streams.domain.trends.surges import Base, base_of, common_dispersion
from streams.stages.base import Input, Output, Rows
from streams.stages.timers import Timers
from streams.stages.trends.messages import Office, is_area, judged, tell_count, tell_target, tell_targets, tell_week
from streams.stages.trends.near_repeats import close_places, replace
from streams.stages.trends.store import DUE_BUCKET_S, KEPT, TrendingRow, TrendStore

log = logging.getLogger(__name__)
Cell = tuple[str, str, int | None, int]
RESULTS: Final = ("counted", "taken_out", "moved", "too_old")
"""What can become of an alert in the counts."""


class Trends:
    """Counts alerts, and tells each change of a count."""

    name: str = "trends"
    inputs: tuple[str, ...] = (topics.ALERTS, topics.ROOM_TICKS, topics.ROOM_DELETIONS)
    stateful: bool = True
    max_late: timedelta | None = None
    ticks: str | None = None

    def __init__(self, plan: SafetyPlan, areas: AreaMap, time_zone: ZoneInfo) -> None:
        """Take the plan's targets, the areas, and the zone in which days and weeks begin."""
        self._office = Office(plan, areas, time_zone)
        metrics.from_zero(metrics.TREND_ALERTS, Category, RESULTS)
        metrics.from_zero(metrics.TREND_SURGES, Category)
        metrics.from_zero(metrics.NEAR_REPEATS, plan.near_repeats)

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return the counts that an input changes.

        Raises:
            TypeError: The message is of another type than this stage's topics carry.
        """
        match item.message:
            case Alert() as alert:
                return self._count(alert, TrendStore(rows, alert.control_room_id), now)
            case Tick():
                return self._tick(rows, now)
            case Deletion() as deletion:
                self._delete(deletion, TrendStore(rows, deletion.about))
                return []
            case other:
                raise TypeError(f"expected an alert, a tick or a deletion, got a {other.name}")

    @staticmethod
    def _delete(deletion: Deletion, store: TrendStore) -> None:
        """Delete where alerts were; that they were counted stays, since a count tells of nobody."""
        for alert_id in deletion.alert_ids:
            counted = store.counted(alert_id)
            if counted is not None and counted.contribution is not None:
                told = counted.contribution
                if store.place(told.category.value, told.day, alert_id) is not None:
                    store.put_place(told.category.value, told.day, alert_id, None)

    def _count(self, alert: Alert, store: TrendStore, now: datetime) -> list[Output]:
        """Take what an alert counts for now in place of what it counted for before; an older revision changes nothing."""
        room, known = alert.control_room_id, store.counted(alert.alert_id)
        if known is not None and alert.revision <= known.revision:
            return []
        outputs: list[Output] = []
        trending = store.trending()
        if trending is None:
            trending, outputs = self._begin(room, store, now)
        after = contribution_of(alert, self._office.areas, self._office.zone)
        forgotten = known is None and alert.opened_at < now - KEPT
        if forgotten or (after is not None and after.week <= trending.week - KEPT_WEEKS):
            metrics.TREND_ALERTS.labels(alert.category, "too_old").inc()
            log.info("alert %s is too old to be counted", alert.alert_id)
            return outputs
        before = known.contribution if known else None
        pairs = replace(self._office, alert, before, after, store, now)
        if known is None or before != after or pairs or store.worn(known, now):
            store.count(alert.alert_id, alert.revision, after, now)
        if before != after:
            metrics.TREND_ALERTS.labels((after or before or alert).category, _result(before, after)).inc()
            outputs += self._recount(room, before, after, trending, store, now)
        return outputs + pairs

    def _begin(self, room: str, store: TrendStore, now: datetime) -> tuple[TrendingRow, list[Output]]:
        """Begin to count for a control room."""
        today = self._office.today(now)
        row = TrendingRow(week=week_of(today), known_since=today)
        store.open_week(row, begins_at(row.week + 1, self._office.zone))
        told = tell_week(self._office, room, row, (), now)
        return row, [told, *tell_targets(self._office, room, row, store, now)]

    def _recount(
        self,
        room: str,
        before: Contribution | None,
        after: Contribution | None,
        trending: TrendingRow,
        store: TrendStore,
        now: datetime,
    ) -> list[Output]:
        """Change the counts that differ, and tell each."""
        outputs = [
            self._recount_cell(room, cell, by, trending, store, now) for cell, by in cell_changes(before, after).items()
        ]
        for (category, year), by in year_changes(before, after).items():
            store.put_year(category.value, year, store.year(category.value, year) + by)
            target = self._office.plan.target(category)
            if target is not None:
                outputs.append(tell_target(self._office, room, target, year, trending, store, now))
        return outputs

    def _recount_cell(
        self, room: str, cell: Cell, by: int, trending: TrendingRow, store: TrendStore, now: datetime
    ) -> Output:
        category, code, year, week = cell
        row = store.counts(category, code, year)
        changed = row.changed(week, by)
        store.put_counts(category, code, year, changed)
        was, count = (each.of().get(week, 0) for each in (row, changed))
        common = trending.dispersions.get(Category(category), 1.0)
        base = base_of(changed.of(), week, first_whole_week(trending.known_since)).spread_by(common)
        found = judged((code, year), count, base, trending.tested)
        surged = judged((code, year), was, base, trending.tested).judgement is Judgement.SURGE
        if found.judgement is Judgement.SURGE and not surged:
            metrics.TREND_SURGES.labels(category).inc()
        area = (code, year)
        return tell_count(self._office, room, category, area, week, count, changed.revision, base, found, now)

    def _tick(self, rows: Rows, now: datetime) -> list[Output]:
        """Forget alerts, and close one control room's week: others that are due wait for the next look, a minute later."""
        closing: list[str] = []
        for name in Timers(rows, DUE_BUCKET_S).take(now):
            kind, room, *rest = name.split("/", 2)
            if kind == "close":
                closing.append(room)
            else:
                TrendStore(rows, room).forget(rest[0], now)
        for room in closing[1:]:
            TrendStore(rows, room).close_later(now)
        return self._close(closing[0], TrendStore(rows, closing[0]), now) if closing else []

    def _close(self, room: str, store: TrendStore, now: datetime) -> list[Output]:
        """End a week: drop what is too old, write the rest anew, and tell what the next week is judged by."""
        known = store.trending()
        if known is None:
            return []
        today = self._office.today(now)
        week = max(known.week, week_of(today))
        bases = self._refresh_counts(week, first_whole_week(known.known_since), store)
        store.refresh_years(today.year - 1)
        store.drop_repeats(week - KEPT_WEEKS)
        knox = close_places(self._office, room, today, store)
        row = TrendingRow(
            week=week,
            known_since=known.known_since,
            tested=sum(base.enough for found in bases.values() for base in found),
            dispersions={category: round(common_dispersion(found), 4) for category, found in bases.items()},
        )
        store.open_week(row, begins_at(week + 1, self._office.zone))
        told = tell_week(self._office, room, row, knox, now)
        return [told, *tell_targets(self._office, room, row, store, now)]

    def _refresh_counts(self, week: int, first_week: int, store: TrendStore) -> dict[Category, list[Base]]:
        """Rewrite all counts without the weeks that are too old; return by category what the next week is held against."""
        bases: dict[Category, list[Base]] = {}
        for category, code, year, row in store.all_counts():
            kept = row.since(week - KEPT_WEEKS + 1)
            if not kept.weeks:
                store.drop_counts(category, code, year)
                continue
            store.put_counts(category, code, year, kept)
            if is_area((code, year)):
                bases.setdefault(Category(category), []).append(base_of(kept.of(), week, first_week))
        return bases


def _result(before: Contribution | None, after: Contribution | None) -> str:
    if before is None:
        return "counted"
    return "taken_out" if after is None else "moved"

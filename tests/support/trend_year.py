"""A made-up year of alerts through the stage `trends`, the same each time: for tests of the report, and to look at it.

`python -m tests.support.trend_year FILE.html [nl|en]` writes the report of its last week.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Category
from schemas.geo import Position
from schemas.phrases.language import Language
from streams import topics
from streams.config.files import load_areas, load_safety_plan
from streams.domain.trends.summary import RoomSummary, summaries
from streams.presentation.trends.html import report_html
from streams.runtime.in_memory import InMemory
from streams.stages.trends.stage import Trends
from tests.support.trends import alert

ZONE: Final = ZoneInfo("Europe/Amsterdam")
AREAS: Final = Path(__file__).parents[2] / "streams" / "demo" / "areas.geojson"
BEGAN: Final = datetime(2025, 12, 29, 12, tzinfo=UTC)
WEEKS: Final = 48
MADE: Final = BEGAN + timedelta(weeks=WEEKS, hours=1)
"""A Monday, an hour after noon: the week before it is over."""
RATES: Final = {
    Category.WONINGINBRAAK: 6.0,
    Category.FIETSDIEFSTAL: 11.0,
    Category.JEUGDOVERLAST: 5.0,
    Category.ZAKKENROLLERIJ: 2.5,
    Category.GEWELD_VECHTPARTIJ: 1.2,
    Category.BRAND: 0.6,
}
"""Mean per week, made up."""


@cache
def year() -> tuple[Message, ...]:
    """Return all that the stage told in 48 weeks; in the last one there is much nuisance in one area."""
    line = InMemory([Trends(load_safety_plan(), load_areas(AREAS), ZONE)])
    told = []
    mondays = [(BEGAN + timedelta(weeks=week), None) for week in range(WEEKS)]
    for now, given in [*sorted([*mondays, *alerts()], key=lambda each: each[0]), (MADE, None)]:
        told += line.tick(now) if given is None else line.give(topics.ALERTS, given, now)
    return tuple(output.message for output in told)


def alerts() -> Iterator[tuple[datetime, Alert]]:
    """Yield alerts and when they came; one in ten turns out to be false an hour later."""
    chance = random.Random(20261123)
    for number, (at, category, spot) in enumerate(_events(chance)):
        opened = alert(str(number), at, category=category, position=spot, title="<b>Kerkstraat 12</b>")
        yield opened.opened_at, opened
        if chance.random() < 0.1:
            closed = {"revision": 1, "state": AlertState.CLOSED, "closing": "false"}
            yield opened.opened_at + timedelta(hours=1), opened.model_copy(update=closed)


def _events(chance: random.Random) -> Iterator[tuple[datetime, Category, Position | None]]:
    for week in range(WEEKS):
        monday = BEGAN + timedelta(weeks=week)
        for category, rate in RATES.items():
            for _ in range(_poisson(chance, rate)):
                yield monday + timedelta(hours=chance.uniform(0, 150)), category, _somewhere(chance)
    for extra in range(9):
        spot = Position(lat=52.3150 + extra * 1e-4, lon=4.8850, accuracy_m=20)
        yield monday + timedelta(hours=10 * extra), Category.JEUGDOVERLAST, spot
    for extra in range(3):
        spot = Position(lat=52.3120 + extra * 6e-4, lon=4.8600, accuracy_m=15)
        yield monday + timedelta(hours=30 * extra), Category.WONINGINBRAAK, spot


def _somewhere(chance: random.Random) -> Position | None:
    """Return a place in the example's areas or near them, and sometimes none or a poor one."""
    kind = chance.random()
    if kind < 0.04:
        return None
    accuracy_m = 3_000.0 if kind < 0.07 else 25.0
    return Position(lat=chance.uniform(52.295, 52.328), lon=chance.uniform(4.845, 4.895), accuracy_m=accuracy_m)


def _poisson(chance: random.Random, mean: float) -> int:
    """Return a Poisson count as the number of arrivals within one unit of time."""
    count, at = 0, chance.expovariate(mean)
    while at < 1:
        count += 1
        at += chance.expovariate(mean)
    return count


def summary(week: str | None = None) -> RoomSummary:
    """Return the figures of the year's last week, or of another."""
    [room] = summaries(year(), week, MADE, ZONE)
    return room


if __name__ == "__main__":
    language = Language(sys.argv[2]) if len(sys.argv) > 2 else Language.NL
    Path(sys.argv[1]).write_text(report_html([summary()], language, date(2026, 11, 30)))

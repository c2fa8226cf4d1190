"""Pager lines for tests: places as the field's material has them, a moment, and the source that reads lines at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from streams.domain.incidents.raw_report import RawReport, Reading
from streams.intake.sources.gazetteer import Gazetteer, GazetteerEntry
from streams.intake.sources.p2000.classifications import load_classifications
from streams.intake.sources.p2000.reports import P2000Reports

NOW: Final = datetime(2026, 11, 29, 11, 0, 30, tzinfo=UTC)
CLASSIFICATIONS: Final = load_classifications()
PLACES: Final = Gazetteer(
    version="field-1",
    places=(
        GazetteerEntry(name="Amstelveen", lat=52.3031, lon=4.8586, accuracy_m=4000),
        GazetteerEntry(name="Amsterdam", lat=52.3728, lon=4.8936, accuracy_m=9000),
        GazetteerEntry(name="1181", lat=52.3097, lon=4.8665, accuracy_m=1500),
        GazetteerEntry(name="Stadsplein", town="Amstelveen", lat=52.3063, lon=4.8573, accuracy_m=120),
        GazetteerEntry(name="Keizer Karelplein", town="Amstelveen", lat=52.309, lon=4.852, accuracy_m=120),
    ),
)


def p2000(**options: Any) -> P2000Reports:
    """Return a source that knows these places, in a room of Amstelveen."""
    return P2000Reports(CLASSIFICATIONS, **({"gazetteer": PLACES} | options))


def filled(line: str, now: datetime = NOW) -> bytes:
    """Return a line with the moment put in: @L@ in local time, @U@ in UTC, @L+7min@ seven minutes later."""
    local = now.astimezone(ZoneInfo("Europe/Amsterdam"))
    later = local + timedelta(minutes=7)
    for mark, at in (("@L@", local), ("@U@", now), ("@L+7min@", later)):
        line = line.replace(mark, f"{at:%Y-%m-%d %H:%M:%S}")
    return line.encode()


def page(text: str, at: datetime = NOW, part: str = "K", capcodes: str = "002029568 001201999") -> bytes:
    """Return a page as multimon-ng prints it."""
    return f"FLEX|{at:%Y-%m-%d %H:%M:%S}|1600/2/{part}/A|03.012|{capcodes}|ALN|{text}".encode()


def report_of(reading: Reading) -> RawReport:
    """Return what must be a report."""
    assert isinstance(reading, RawReport), reading
    return reading


def read_text(text: str, source: P2000Reports | None = None, at: datetime = NOW) -> RawReport:
    """Return the report of a message that comes at a moment."""
    return report_of((source or p2000()).read(page(text, at), at))

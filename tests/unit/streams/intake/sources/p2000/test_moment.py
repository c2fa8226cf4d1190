"""The moment of a page: whose clock counts, live and from a file, in each zone."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from schemas.incidents import ReportNote
from streams.intake.sources.p2000.moment import ClockTrust, moment_of, trust_of
from tests.support.pages import NOW

OFF, ARRIVAL = ReportNote.CLOCK_OFF, ReportNote.TIME_OF_ARRIVAL
UTC_ZONE, AMSTERDAM = ZoneInfo("UTC"), ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("ahead_s", "live", "replayed"),
    [
        (0, None, None),
        (-60, None, None),
        (60, None, None),
        (-61, OFF, None),
        (61, OFF, OFF),
        (3_600, OFF, OFF),
        (-86_400 * 20, OFF, None),
        (-86_400 * 365 * 30, OFF, OFF),
    ],
)
def test_whose_clock_counts(ahead_s: int, live: ReportNote | None, replayed: ReportNote | None) -> None:
    """A minute apart is a wrong clock for a live line; a line of a file is from before, but never from ahead or before 2001."""
    time = f"{NOW + timedelta(seconds=ahead_s):%Y-%m-%d %H:%M:%S}"
    said = NOW + timedelta(seconds=ahead_s)
    for trust, note in ((ClockTrust.LIVE, live), (ClockTrust.REPLAYED, replayed), (ClockTrust.LINE, None)):
        assert moment_of(time, UTC_ZONE, trust, NOW) == (NOW if note else said, note)
    assert moment_of(time, UTC_ZONE, ClockTrust.HOST, NOW) == (NOW, None)


@pytest.mark.parametrize(
    "time", ["gisteren", "2026-13-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "28-06-2021 16:50"]
)
def test_a_time_that_is_none(time: str) -> None:
    """The moment of reading stands in for it, with a note; a line without any time needs none."""
    moment, note = moment_of(time, AMSTERDAM, ClockTrust.LIVE, NOW)
    assert moment == NOW
    assert note in {ARRIVAL, OFF}
    assert moment_of("", UTC_ZONE, ClockTrust.LIVE, NOW) == (NOW, None)


def test_a_decoder_that_prints_local_time() -> None:
    """Is told its zone; a time with a zone of its own needs none."""
    assert moment_of("2026-11-29 12:00:30", AMSTERDAM, ClockTrust.LIVE, NOW) == (NOW, None)
    assert moment_of("2026-11-29T12:00:30+01:00", UTC_ZONE, ClockTrust.LIVE, NOW) == (NOW, None)
    summer = datetime(2026, 7, 1, 10, tzinfo=UTC_ZONE)
    assert moment_of("2026-07-01 12:00:00", AMSTERDAM, ClockTrust.LIVE, summer) == (summer, None)


def test_live_and_replayed_are_told_apart_by_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A pipe is live, a file is not; what was chosen is what was chosen."""
    file = tmp_path / "log.txt"
    file.write_text("x")
    read_end, write_end = os.pipe()
    with file.open() as opened, os.fdopen(read_end) as pipe:
        os.close(write_end)
        monkeypatch.setattr(sys, "stdin", opened)
        assert trust_of("auto") is ClockTrust.REPLAYED
        assert trust_of("host") is ClockTrust.HOST
        monkeypatch.setattr(sys, "stdin", pipe)
        assert trust_of("auto") is ClockTrust.LIVE
        assert trust_of("line") is ClockTrust.LINE

"""A decoder's view: Debian's multimon-ng decodes a page as a receiver hears it, and intake's source reads what it prints."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streams.domain.incidents.raw_report import NotForUs, RawReport
from tests.support.pages import p2000

MULTIMON = shutil.which("multimon-ng")
AUDIO = Path(__file__).parent.parent / "data" / "p2000" / "one-page.raw.gz"
"""One made page, FLEX 1600/2, 16 bit at 22,050 Hz: `P 1 BDH-01 Brand woning Stadsplein Amstelveen 130131`."""

pytestmark = pytest.mark.skipif(
    MULTIMON is None, reason="multimon-ng is not installed (Debian: apt-get install multimon-ng)"
)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam", "America/New_York"])
@pytest.mark.parametrize(
    "options",
    [
        ["-q", "-a", "FLEX"],
        ["-a", "FLEX"],
        ["-q", "-a", "FLEX_NEXT"],
        ["-q", "--timestamp", "-a", "FLEX"],
        ["-a", "POCSAG1200", "-a", "FLEX"],
    ],
    ids=" ".join,
)
def test_a_page_that_is_heard_is_a_report(options: list[str], zone: str) -> None:
    """At the moment of decoding, whatever the host's zone, without a note; what else the decoder says is not for us."""
    assert MULTIMON is not None
    before = datetime.now(UTC)
    done = subprocess.run(
        [MULTIMON, *options, "-t", "raw", "-"],
        input=gzip.decompress(AUDIO.read_bytes()),
        env=os.environ | {"TZ": zone},
        capture_output=True,
        check=True,
        timeout=60,
    )
    now = datetime.now(UTC)
    source = p2000()
    readings = [source.read(line, now) for line in (*done.stdout.splitlines(), *done.stderr.splitlines())]
    reports = [reading for reading in readings if isinstance(reading, RawReport)]
    assert [(each.category.value, each.source_priority, each.place) for each in reports] == [
        ("brand", "P 1", "Stadsplein, Amstelveen")
    ]
    assert [reading for reading in readings if not isinstance(reading, RawReport | NotForUs)] == []
    at = reports[0].reported_at
    assert at is not None
    assert before - timedelta(seconds=1) <= at <= now

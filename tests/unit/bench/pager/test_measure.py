"""A made national day: what it holds, that a good source keeps the limits and a bad one keeps none, and the command."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from bench.pager.commands import register
from bench.pager.day import lines_of, made_day
from bench.pager.measure import LIMITS, failed, measure, pooled
from schemas.categories import Category
from schemas.incidents import Incident
from streams.domain.incidents.raw_report import RawReport, Reading
from streams.intake.sources.p2000.classifications import load_classifications
from streams.intake.sources.p2000.reports import P2000Reports

WORDS = load_classifications()


class TakesAll:
    """A source that takes each line for a fire, and shows all of it."""

    name = "takes-all"

    def read(self, content: bytes, now: datetime) -> Reading:
        text = content.decode()
        return RawReport(
            "p2000", text[-100:], False, Category.BRAND, text[-80:], True, "P 1", text[-60:], None, now, now
        )

    def overdue(self, now: datetime, *, ending: bool = False) -> Iterable[Reading]:
        return ()

    def recall(self, incident: Incident) -> None:
        """Nothing to learn."""


def test_a_day_is_the_same_for_the_same_seed() -> None:
    """And has the calls that it was asked for, with names, exercises, withdrawals and hard ones among them."""
    day = made_day(3, 2_000, 100)
    assert [call.pages for call in day] == [call.pages for call in made_day(3, 2_000, 100)]
    assert [call.pages for call in day] != [call.pages for call in made_day(4, 2_000, 100)]
    assert (len(day), sum(call.ours for call in day)) == (2_000, 100)
    assert all(any(getattr(call, what) for call in day if call.ours) for what in ("names", "hard", "withdrawn"))
    assert any(call.drill for call in day)
    times = [at for at, _, _ in lines_of(day, 3)]
    assert times == sorted(times)
    assert times[0] >= datetime(2026, 11, 24, tzinfo=UTC)


def test_the_parser_keeps_the_limits() -> None:
    """On small days of many calls of ours: none is missing, none of elsewhere comes, no name is shown."""
    days = [measure(lambda: P2000Reports(WORDS), seed, 500, 40) for seed in (11, 12, 13)]
    whole = pooled(days)
    assert failed(whole) == [], whole
    assert whole["plain"]["category_right"] == whole["plain"]["calls"]
    assert sum(day["surnames_planted"] for day in days) > 50
    assert all(day["in_more_reports"] == day["withdrawals_missed"] == day["objects_shown"] == 0 for day in days)


def test_a_source_that_takes_all_is_beyond_each_limit() -> None:
    """So none of the figures is one that cannot fail."""
    figures = measure(TakesAll, 11, 500, 40)
    assert set(failed(figures)) == set(LIMITS) - {"ours_missing", "unreadable"}
    figures |= {"ours_missing": 1, "unreadable": 1}
    assert set(failed(figures)) == set(LIMITS)


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--ours", "500"], 2)])
def test_the_command(arguments: list[str], code: int) -> None:
    """It prints the limits, all days together, and each day; more calls of ours than there are is refused."""
    app = typer.Typer()
    register(app)
    app.command("other")(lambda: None)
    done = CliRunner().invoke(app, ["p2000", "--days", "2", "--calls", "100", "--ours", "20", "--json", *arguments])
    assert done.exit_code in ({0, 1} if code == 0 else {2})
    if code == 0:
        told = json.loads(done.stdout)
        assert told["limits"] == LIMITS
        assert len(told["days"]) == 2
        assert (told["beyond"] != []) is (done.exit_code == 1)

"""The report on a budget: what asked, how much of it was flood, who is loud, what chatters, what is stale."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerts import Alert, AlertState, Grouping
from schemas.categories import Category, Priority
from streams.cli.budget import as_document, lines
from streams.config.files import load_rules
from streams.domain.budget.budget import BudgetRow, micros, settled, take
from streams.domain.budget.report import (
    Annunciation,
    AnnunciationSpan,
    RoomReport,
    ask_of,
    chattering,
    floods,
    room_reports,
    source_of,
)
from streams.domain.rules.budget import BudgetRule
from tests.support.messages import NOON, example

_PRODUCT = load_rules().budget
assert _PRODUCT is not None
RULE: BudgetRule = _PRODUCT
ROOM = "amstelveen"
DAY = timedelta(days=1)


def ask(at_s: float, name: str = "a", **changes: Any) -> Annunciation:
    known: dict[str, Any] = {
        "control_room_id": ROOM,
        "at": NOON + timedelta(seconds=at_s),
        "alert_id": name,
        "revision": int(at_s * 10) + 10**6,
        "priority": Priority.P3,
        "category": "fietsdiefstal",
        "source": "signalen",
        "grouped": False,
        "summary": False,
    }
    return Annunciation(**(known | changes))


def reported(*asks: Annunciation, newest: tuple[Alert, ...] = (), rule: BudgetRule = RULE) -> RoomReport:
    [report] = room_reports(asks, newest, NOON - DAY, NOON, rule)
    return report


def test_only_what_asks_is_counted() -> None:
    """A change that asks for nothing is none; a summary and a grouped alert are told apart."""
    assert ask_of(example(Alert, asks=False)) is None
    assert ask_of(example(Alert, asks=True, exercise=True)) is None, "an exercise takes no place of what is real"
    grouped = ask_of(example(Alert, asks=True, grouped_under="s", grouping=Grouping.FLOOD))
    assert grouped is not None
    assert (grouped.grouped, grouped.summary, grouped.source) == (True, False, "politie-gms")


def test_who_began_an_alert() -> None:
    """The partner that reported first, else the camera with its zone."""
    alert = example(Alert)
    first = alert.reports[0]
    later = first.model_copy(update={"source": "p2000", "reported_at": first.reported_at + timedelta(seconds=1)})
    assert source_of(alert.model_copy(update={"reports": (later, first)})) == first.source
    seen = alert.cameras[0]
    by_itself = alert.model_copy(update={"reports": ()})
    assert source_of(by_itself) == f"{seen.camera_id}/{seen.zone_id}"
    nowhere = seen.model_copy(update={"zone_id": None})
    assert source_of(by_itself.model_copy(update={"cameras": (nowhere,)})) == seen.camera_id
    assert source_of(by_itself.model_copy(update={"cameras": ()})) == ""


def test_nothing_known_is_no_room() -> None:
    """And a room whose alerts all are old is reported with zeros."""
    assert room_reports([], [], NOON - DAY, NOON, RULE) == []
    report = reported(newest=(example(Alert, state=AlertState.CLOSED, control_room_id=ROOM),))
    assert (report.whole, report.mix, report.flood_share, report.top_sources) == (
        AnnunciationSpan(0, 0, 0), dict.fromkeys(("P1", "P2", "P3", "P4"), 0.0), 0.0, [],
    )  # fmt: skip


def test_the_load_of_ten_minutes_an_hour_and_the_whole_time() -> None:
    """Each with what was shown, grouped and summarised; repeats count once, the future and the past not at all."""
    report = reported(
        ask(-599), ask(-599), ask(-601, grouped=True), ask(-10, "s", summary=True), ask(-3_601, "b"), ask(5), ask(-90_000)
    )  # fmt: skip
    assert report.last_10_min == AnnunciationSpan(shown=1, grouped=0, summaries=1)
    assert report.last_hour == AnnunciationSpan(shown=1, grouped=1, summaries=1)
    assert report.whole == AnnunciationSpan(shown=2, grouped=1, summaries=1)


def test_the_mix_and_the_loudest_sources_leave_summaries_out() -> None:
    """Shares of what asked; ten sources at most, the loudest first."""
    asks = [ask(-1_000 - at, f"a{at}") for at in range(30)]
    asks += [ask(-5_000 - at, f"b{at}", source=f"p{at:02d}", priority=Priority.P1) for at in range(10)]
    report = reported(*asks, ask(-1, "s", summary=True, source=""))
    assert report.mix == {"P1": 0.25, "P2": 0.0, "P3": 0.75, "P4": 0.0}
    assert len(report.top_sources) == 10
    assert report.top_sources[0] == ("fietsdiefstal", "signalen", 30, 0.75)


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([], []),
        ([0] * 10, []),
        ([0] * 11, [(0, 600)]),
        ([60 * at for at in range(11)], []),
        ([59 * at for at in range(11)], [(590, 59 * 6 + 600)]),
        ([0] * 11 + [300] * 5, [(0, 900)]),
        ([0] * 11 + [300] * 4, [(0, 600)]),
        ([0] * 11 + [601] * 11, [(0, 600), (601, 1_201)]),
        ([10_000 - 60] * 11, [(9_940, 10_000)]),
    ],
)
def test_when_floods_began_and_ended(moments: list[float], expected: list[tuple[float, float]]) -> None:
    """Above ten begins it, below five ends it; one that lasts ends now."""
    found = floods([NOON + timedelta(seconds=at) for at in moments], NOON + timedelta(seconds=10_000), RULE, ROOM)
    assert [((a - NOON).total_seconds(), (b - NOON).total_seconds()) for a, b in found] == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 200), max_size=80), st.integers(0, 15_000))
def test_a_flood_is_reported_as_it_was_decided(gaps: list[int], look_s: int) -> None:
    """The report finds the same state at any moment as the row of `decide` has."""
    moments, at = [], NOON
    for gap_s in gaps:
        at += timedelta(seconds=gap_s)
        moments.append(at)
    look = NOON + timedelta(seconds=look_s)
    row = BudgetRow()
    for each in moments:
        if each <= look:
            row, _ = take(row, Priority.P4, True, micros(each), RULE, ROOM)
    now = max([look, *moments]) + timedelta(days=1)
    found = list(floods(moments, now, RULE, ROOM))
    inside = any(began <= look < until for began, until in found)
    assert (settled(row, micros(look), RULE, ROOM).flood_since_us is not None) is inside


@pytest.mark.parametrize(
    ("moments", "most"),
    [([0, 30, 59.9], 3), ([0, 30, 60], None), ([0, 1], None), ([0, 70, 80, 90, 100, 200], 4), ([], None)],
)
def test_three_times_in_a_minute_is_chattering(moments: list[float], most: int | None) -> None:
    """Of a source, and of one alert where it is the same."""
    same = chattering([ask(at) for at in moments], RULE.chattering)
    assert [(each.alert_id, each.most) for each in same] == ([] if most is None else [("", most), ("a", most)])
    other = chattering([ask(at, f"a{at}") for at in moments], RULE.chattering)
    assert [(each.alert_id, each.most) for each in other] == ([] if most is None else [("", most)])


@pytest.mark.parametrize(
    ("changes", "stale"),
    [
        ({}, True),
        ({"state": AlertState.ACKNOWLEDGED}, True),
        ({"state": AlertState.RETURNED_TO_NORMAL}, False),
        ({"state": AlertState.SHELVED}, False),
        ({"state": AlertState.CLOSED}, False),
        ({"operator_list": False}, False),
        ({"opened_at": NOON - DAY}, False),
    ],
)
def test_what_is_active_for_more_than_a_day_is_stale(changes: dict[str, Any], stale: bool) -> None:
    """What returned, waits on a shelf, has ended or is a case is not; nor is a day exactly."""
    old = {"state": AlertState.NEW, "opened_at": NOON - DAY * 2, "control_room_id": ROOM, "category": Category.BRAND}
    report = reported(newest=(example(Alert, **(old | changes)),))
    assert [each.hours for each in report.stale] == ([48.0] if stale else [])


def test_a_report_is_readable_and_has_all_its_numbers_for_a_program() -> None:
    """Lists are cut for a person only."""
    asks = [ask(-at / 10, f"a{at}", source=f"p{at // 3:02d}") for at in range(60)]
    report = reported(*asks)
    text = "\n".join(lines(report))
    assert "60 shown, 0 grouped" in text
    assert "and 10 more (--json has all)" in text
    assert "stale: none" in text
    document = as_document(report)
    assert document["last_hour"] == {"shown": 60, "grouped": 0, "summaries": 0}
    assert len(document["chattering"]) == 20
    assert document["chattering"][0].keys() == {"category", "source", "alert_id", "most", "last_at"}
    assert document["top_sources"][0]["asked"] == 3

"""Which facts are about the same thing, and that the index finds all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerts import AlertState, Change
from schemas.categories import Category
from schemas.evidence import ReportFact
from schemas.incidents import Operation
from streams.domain.alerts.facts import ReportRow, report_row
from streams.domain.alerts.matching import (
    NEWEST_AT_MOST,
    SituationEntry,
    cells_of_entry,
    cells_to_search,
    fact_spot,
    newest,
    of_its_time,
    same_thing,
    situation_entry,
)
from streams.domain.alerts.situation import Situation, open_situation, with_report
from tests.support.deciding import RULES, Deciding, points
from tests.support.situations import (
    NOON,
    episode,
    position,
    report,
    seconds,
)

PLACES = st.tuples(
    st.sampled_from(list(Category)),
    st.integers(-900, 900),
    st.integers(-900, 900),
    st.sampled_from((1, 40, 200, 9_000)),
    st.integers(-2_000, 2_000),
)


def row_of(category: Category, east_m: float, north_m: float, accuracy_m: float, at_s: float) -> ReportRow:
    at = position(east_m, north_m, accuracy_m)
    evidence = report(category=category, position=at, occurred_at=NOON + seconds(at_s))
    assert isinstance(evidence.fact, ReportFact)
    return report_row(evidence, evidence.fact)


def situation_of(row: ReportRow) -> Situation:
    return with_report(open_situation(report(), NOON), row)


@settings(max_examples=300, deadline=None)
@given(PLACES, PLACES)
def test_whatever_matches_shares_a_cell(
    one: tuple[Category, int, int, int, int], other: tuple[Category, int, int, int, int]
) -> None:
    """A fact never misses a situation because it lies in another cell; and matching has no direction."""
    spot, row = fact_spot(row_of(*one), RULES), row_of(*other)
    entry = situation_entry(situation_of(row), RULES)
    assert spot is not None
    assert entry is not None
    assert same_thing(spot, entry.spot) is same_thing(entry.spot, spot)
    if same_thing(spot, entry.spot):
        assert set(cells_to_search(spot, RULES)) & set(cells_of_entry(entry, RULES))


def test_an_ended_situation_and_one_without_a_place_are_not_in_the_index() -> None:
    """Nothing can be about them; what a person closed stays a while, to tell what recurs."""
    row = row_of(Category.BRAND, 0, 0, 10, 0)
    for state in (AlertState.EXPIRED, AlertState.CANCELLED):
        ended = situation_of(row).model_copy(update={"state": state, "ended_at": NOON})
        assert situation_entry(ended, RULES) is None
    closed = situation_of(row).model_copy(update={"state": AlertState.CLOSED, "ended_at": NOON})
    assert situation_entry(closed, RULES) == situation_entry(situation_of(row), RULES)
    nowhere = row.model_copy(update={"report": row.report.model_copy(update={"position": None})})
    assert situation_entry(situation_of(nowhere), RULES) is None
    assert fact_spot(nowhere, RULES) is None


def fight(at_s: float, number: int = 0) -> SituationEntry:
    """Return a fight in the index."""
    entry = situation_entry(situation_of(row_of(Category.GEWELD_VECHTPARTIJ, 300 * number, 0, 10, at_s)), RULES)
    assert entry is not None
    return entry.model_copy(update={"alert_id": f"alert-{number:03d}"})


WINDOW_S = RULES.of(Category.GEWELD_VECHTPARTIJ).situation.window_s


@pytest.mark.parametrize(
    ("times_s", "kept"),
    [
        ((), 0),
        ((0,), 1),
        ((0, 2 * WINDOW_S), 2),
        ((0, 2 * WINDOW_S + 1), 1),
        (tuple(range(NEWEST_AT_MOST + 5)), NEWEST_AT_MOST),
    ],
)
def test_of_a_group_the_newest_are_kept(times_s: tuple[float, ...], kept: int) -> None:
    """Those of twice the window, and no more than fit; whatever the order in which they came."""
    entries = [fight(at_s, number) for number, at_s in enumerate(times_s)]
    found = newest(list(reversed(entries)))
    assert found == entries[len(entries) - kept :]


@pytest.mark.parametrize(
    ("times_s", "ongoing", "found"),
    [
        ((), False, 0),
        ((WINDOW_S,), False, 1),
        ((-WINDOW_S,), False, 1),
        ((WINDOW_S + 1,), False, 0),
        ((-WINDOW_S - 1,), False, 0),
        ((-WINDOW_S - 1,), True, 1),
        ((-5, 5), False, 2),
        (tuple(range(NEWEST_AT_MOST)), False, 0),
    ],
)
def test_what_is_of_the_time_of_a_report_without_a_place(times_s: tuple[float, ...], ongoing: bool, found: int) -> None:
    """Within the window before and after; where as many are kept as fit, there may be more."""
    row = row_of(Category.GEWELD_VECHTPARTIJ, 0, 0, 10, 0)
    placeless = row.model_copy(update={"report": row.report.model_copy(update={"position": None})})
    entries = [fight(at_s, number) for number, at_s in enumerate(times_s)]
    going = [each.model_copy(update={"spot": each.spot.model_copy(update={"ongoing": ongoing})}) for each in entries]
    assert len(of_its_time(placeless, going, RULES)) == found


@pytest.mark.parametrize(
    ("east_m", "accuracy_m", "late_s", "category", "joined"),
    [
        (50, 10, 0, Category.STRAATROOF, True),
        (79, 10, 0, Category.STRAATROOF, True),
        (81, 10, 0, Category.STRAATROOF, False),
        (310, 5_000, 0, Category.STRAATROOF, True),
        (330, 5_000, 0, Category.STRAATROOF, False),
        (0, 10, 600, Category.STRAATROOF, True),
        (0, 10, 601, Category.STRAATROOF, False),
        (0, 10, -600, Category.STRAATROOF, True),
        (0, 10, -601, Category.STRAATROOF, False),
        (70, 10, 0, Category.GEWELD_VECHTPARTIJ, True),
        (0, 10, 0, Category.FIETSDIEFSTAL, False),
    ],
)
def test_a_second_report_joins_when_it_is_about_the_same_thing(
    deciding: Deciding, east_m: float, accuracy_m: float, late_s: float, category: Category, joined: bool
) -> None:
    """By distance with both accuracies, by time, and by categories that go together."""
    first = deciding.one(report("a"))
    second = deciding.one(
        report(
            "b",
            source="p2000",
            category=category,
            position=position(east_m, accuracy_m=accuracy_m),
            occurred_at=NOON + seconds(late_s),
            reported_at=NOON + seconds(late_s + 60),
        )
    )
    assert (second.alert_id == first.alert_id) is joined
    if joined:
        assert (second.revision, second.change, len(second.reports)) == (1, Change.EVIDENCE, 2)
        assert points(second)["independent"] == 5


@pytest.mark.parametrize(
    ("reports", "alerts"),
    [
        ([("p2000", 800), ("p2000", 800)], 2),
        ([("p2000", 250), ("p2000", 250)], 2),
        ([("p2000", 249), ("p2000", 800)], 1),
        ([("politie-gms", 25), ("politie-gms", 25)], 1),
        ([("politie-gms", 25), ("p2000", 800)], 1),
        ([("p2000", 800), ("politie-gms", 25)], 1),
        ([("politie-gms", 25), ("p2000", 800), ("p2000", 800)], 2),
        ([("p2000", 800), ("brandweer-gms", 800)], 1),
    ],
)
def test_a_partner_that_knows_places_roughly_tells_each_event_once(
    deciding: Deciding, reports: list[tuple[str, float]], alerts: int
) -> None:
    """Two of its reports are two events; with another partner's they may be one."""
    for number, (source, accuracy_m) in enumerate(reports):
        told: dict[str, Any] = {"category": Category.MEDISCH_ONWEL, "position": position(accuracy_m=accuracy_m)}
        deciding.take(report(f"n{number}", source=source, **told))
    assert len(deciding.alerts) == alerts


def test_the_same_rough_report_again_stays_one(deciding: Deciding) -> None:
    """A newer revision of a report is no second one."""
    told: dict[str, Any] = {"source": "p2000", "category": Category.MEDISCH_ONWEL, "position": position(accuracy_m=800)}
    first = deciding.one(report("a", **told))
    second = deciding.one(report("a", revision=1, operation=Operation.UPDATE, **{**told, "urgency": 1}))
    assert second.alert_id == first.alert_id


def test_a_report_joins_the_nearest_of_two(deciding: Deciding) -> None:
    """Not the first that would do."""
    deciding.take(report("a", position=position(0)))
    near = deciding.one(report("b", position=position(120)))
    assert deciding.one(report("c", position=position(75))).alert_id == near.alert_id


def test_reports_without_a_position_stay_by_themselves(deciding: Deciding) -> None:
    """Nothing says that they are about the same thing, and the alert says what is missing."""
    alerts = [deciding.one(report(name, position=None, note="no position")) for name in "ab"]
    assert len({alert.alert_id for alert in alerts}) == 2
    assert points(alerts[0])["position.missing"] == RULES.position.missing_points
    assert alerts[0].factors[-2].reason == "no position"


def test_a_report_in_the_middle_of_a_long_crowd_joins_it(deciding: Deciding) -> None:
    """An episode that goes on has no end to be late for."""
    crowd = deciding.one(episode())
    hour = NOON + timedelta(hours=1)
    about = report(category=Category.CROWD_DENSITY, occurred_at=hour, reported_at=hour)
    assert deciding.one(about, hour).alert_id == crowd.alert_id

"""Which facts are about the same thing, and that the index finds all of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerts import AlertState
from schemas.categories import Category
from schemas.evidence import ReportFact
from streams.domain.joining import cells_of_entry, cells_to_search, fact_spot, same_thing, situation_entry
from streams.domain.situations import ReportRow, Situation, open_situation, report_row, with_report
from streams.rules_file import load_rules
from tests.situation_factories import NOON, position, report, seconds

RULES = load_rules()
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

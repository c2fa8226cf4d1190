"""What makes a category P1, and rules in which a routine urgency lifts one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.categories import Category, Priority
from streams.config.files import load_rules
from streams.domain.rules.reaching import lifted_by_routine, reaching
from streams.domain.rules.rules import ROUTINE_FROM, Rules
from tests.support.deciding import Deciding
from tests.support.rules import changed
from tests.support.situations import report

DATA = Path(__file__).parents[4] / "data"
RULES = load_rules()
ROUTINE = {f"urgency.{number}" for number in range(ROUTINE_FROM, 5)}


def _rules(path: str, value: Any) -> Rules:
    return Rules.model_validate(changed(path, value))


def test_the_products_rules_let_nothing_rise_by_a_routine_urgency() -> None:
    """Nor does any least set of factors that makes a category P1 hold one."""
    assert list(lifted_by_routine(RULES)) == []
    for category in Category:
        for priority in (Priority.P1, Priority.P2, Priority.P3):
            assert not any(ROUTINE & set(names) for names in reaching(category, RULES, priority))


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        (Category.MEDISCH_ONWEL, {()}),
        (Category.BRAND, {("urgency.0",), ("urgency.1",), ("verdict.corroborated",)}),
        (Category.JEUGDOVERLAST, set()),
        (Category.DEMONSTRATIE, set()),
        (Category.WOONFRAUDE_OVERBEWONING, set()),
    ],
)
def test_the_least_sets_that_make_a_category_p1(category: Category, expected: set[tuple[str, ...]]) -> None:
    """By itself, by each of some factors, or by none."""
    assert set(reaching(category, RULES, Priority.P1)) == expected


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("urgency_points", [20, 10, 5, 0, -10], "lifts brand beside independent from P2 to P1"),
        ("urgency_points", [20, 10, 7, 0, -10], "lifts zakkenrollerij"),
        ("urgency_points", [20, 10, 10, 10, -10], "urgency_points.2 10: a routine urgency lifts"),
    ],
)
def test_a_routine_urgency_that_lifts_is_told(path: str, value: Any, words: str) -> None:
    """With the category, the factor beside it, and both priorities."""
    content = changed(path, value)
    for rule in content["categories"].values():
        rule["routine_cap"] = None
    assert any(words in each for each in lifted_by_routine(Rules.model_validate(content)))


def test_a_cap_for_what_is_routine_keeps_it_from_rising() -> None:
    """Points then lift nothing that the cap holds."""
    lifted = list(lifted_by_routine(_rules("urgency_points", [20, 10, 5, 0, -10])))
    assert not any("brand" in each or "geweld" in each for each in lifted)


def test_rules_as_they_were_are_read_and_decide_as_they_did() -> None:
    """What rules 2026.4 decided can be played again: a fire in a bin that a second partner reports is P1 by them."""
    before = load_rules(DATA / "rules" / "2026.4.yaml")
    assert before.version == "2026.4"
    assert any("lifts brand beside independent from P2 to P1" in each for each in lifted_by_routine(before))
    deciding = Deciding(rules=before)
    told: dict[str, Any] = {"category": Category.BRAND, "urgency": 2, "source_priority": "P 2"}
    assert deciding.one(report("a", **told)).priority is Priority.P2
    assert deciding.one(report("b", source="meldpunt", **told)).priority is Priority.P1

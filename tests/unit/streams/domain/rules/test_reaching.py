"""What makes a category P1, and rules in which a routine urgency lifts one."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from schemas.categories import Category, Priority
from schemas.evidence import Verdict
from streams.config.files import load_rules
from streams.domain.rules.reaching import lifted_by_routine, reaching
from streams.domain.rules.rules import ROUTINE_FROM, Rules
from tests.support.deciding import Deciding
from tests.support.rules import changed
from tests.support.situations import NOON, in_view, position, report, seconds, sighting

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
        (Category.GEWELD_VECHTPARTIJ, {("urgency.0",), ("urgency.1",), ("urgency.unsaid",)}),
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
    assert not any(("brand" in each or "geweld" in each) and "to P1" in each for each in lifted)


def test_a_routine_urgency_brings_back_nothing_that_a_camera_did_not_see() -> None:
    """What takes points counts beside what adds them: 76 that a camera takes to 66 is P1 again with ten more."""
    content = _without_routine_caps([20, 10, 10, 0, -10])
    content["categories"]["brand"]["points"] = 76
    lifted = list(lifted_by_routine(Rules.model_validate(content)))
    assert any("a routine urgency lifts brand beside position.poor from P2 to P1" in each for each in lifted)


@pytest.mark.parametrize("points", [1, 5, 9])
def test_what_is_lifted_is_what_scores_say(points: int) -> None:
    """Whatever else is so: a rise from routine that any report, place, delay and camera can show, is refused, and no other."""
    content = _without_routine_caps([20, 10, points, 0, -10])
    rules = Rules.model_validate(content)
    told = {each.split(" lifts ")[1].split()[0] for each in lifted_by_routine(rules)}
    lifted = {category.value for category in Category if _scores_rise(category, rules)}
    assert lifted <= told
    assert {"brand", "straatroof"} <= lifted or points == 1
    assert not told & {"demonstratie", "verkeer_context", "woonfraude_overbewoning", "ondermijning_pand"}


def _without_routine_caps(urgency_points: list[float]) -> dict[str, Any]:
    content = changed("urgency_points", urgency_points)
    for rule in content["categories"].values():
        rule["routine_cap"] = None
    return content


def _scores_rise(category: Category, rules: Rules) -> bool:
    """Return whether the score itself puts some report higher where its source says P2 than where it says nothing."""
    unsaid: dict[str, Any] = {"urgency": 3, "source_priority": ""}
    routine: dict[str, Any] = {"urgency": 2, "source_priority": "P 2"}
    verdicts = (None, Verdict.CORROBORATED, Verdict.UNSEEN, Verdict.CONTRADICTED)
    for late_s, place, verdict in product((0, 7_200), (position(), position(0, 0, 400), None), verdicts):
        found = []
        for said in (unsaid, routine):
            deciding = Deciding(rules=rules)
            at = NOON - seconds(late_s)
            told: dict[str, Any] = {"category": category, "position": place, "occurred_at": at, "reported_at": NOON}
            alert = deciding.one(report("a", in_view("cam-1"), **told, **said))
            if verdict is not None:
                alert = (deciding.take(sighting("a", verdict=verdict)) or [alert])[0]
            found.append(alert.falls_to or alert.priority)
        if found[1] < found[0]:
            return True
    return False


def test_rules_as_they_were_are_read_and_decide_as_they_did() -> None:
    """What rules 2026.4 decided can be played again: a fire in a bin that a second partner reports is P1 by them."""
    before = load_rules(DATA / "rules" / "2026.4.yaml")
    assert before.version == "2026.4"
    assert any("lifts brand beside independent from P2 to P1" in each for each in lifted_by_routine(before))
    deciding = Deciding(rules=before)
    told: dict[str, Any] = {"category": Category.BRAND, "urgency": 2, "source_priority": "P 2"}
    assert deciding.one(report("a", **told)).priority is Priority.P2
    assert deciding.one(report("b", source="meldpunt", **told)).priority is Priority.P1

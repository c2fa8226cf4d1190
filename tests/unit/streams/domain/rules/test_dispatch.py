"""Dispatch rules: seconds for each priority, and no alert that expires while a partner is waited for."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.categories import Priority
from streams.domain.rules.dispatch import DispatchRule
from streams.domain.rules.rules import Rules
from tests.support.deciding import RULES, changed

SECONDS = {"P1": 60, "P2": 120, "P3": 300, "P4": 600}


def test_a_file_without_the_section_waits_as_the_product_does() -> None:
    """An older file decides with the numbers that come with the product."""
    document = RULES.model_dump(mode="json")
    del document["dispatch"]
    assert Rules.model_validate(document).dispatch == RULES.dispatch == DispatchRule()


@pytest.mark.parametrize(
    ("field", "given", "expected"),
    [
        ("answer_s", {"P1": 60}, "missing P2, P3, P4"),
        ("answer_s", SECONDS | {"P1": 0}, "greater than 0"),
        ("answer_s", SECONDS | {"P1": 121}, "P1 121: expected no longer than P2, 120"),
        ("arrive_s", SECONDS | {"P4": 100_000}, "less than or equal to 86400"),
        ("arrive_s", SECONDS | {"P5": 1}, "P5"),
    ],
)
def test_what_cannot_be_is_refused_with_its_value(field: str, given: dict[str, Any], expected: str) -> None:
    """Each priority has its seconds, and the more urgent waits no longer."""
    with pytest.raises(ValidationError) as refused:
        DispatchRule.model_validate({field: given})
    assert expected in str(refused.value)


@pytest.mark.parametrize("field", ["answer_s", "arrive_s"])
def test_an_alert_does_not_expire_before_an_answer(field: str) -> None:
    """The contradiction names the field, its value and what was expected."""
    late = SECONDS | {"P4": RULES.lifetime.open_s}
    with pytest.raises(ValidationError, match=rf"dispatch.{field}.P4 14400: .* expected below lifetime.open_s, 14400"):
        changed(dispatch={field: late})
    assert changed(dispatch={field: SECONDS}).dispatch.model_dump()[field][Priority.P3] == 300

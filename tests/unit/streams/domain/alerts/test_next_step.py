"""The recommended next step: the first rule that fits and can be done, with what it looked at."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.alerts import Alert, AlertState
from schemas.categories import Category
from schemas.evidence import Verdict
from schemas.phrases.catalogue import sentence
from streams.domain.rules.next_steps import NextStepRule
from tests.support.deciding import Deciding, changed, in_state
from tests.support.situations import episode, in_view, report, sighting


def told(alert: Alert) -> tuple[str, str]:
    """Return the step and its reason in English."""
    assert alert.next_step is not None
    assert alert.next_step_reason is not None
    return sentence(alert.next_step), sentence(alert.next_step_reason)


def of(verdict: Verdict | None, **changes: Any) -> tuple[str, str]:
    """Return what is recommended for a report of which one camera says this; None where there is no camera."""
    deciding = Deciding()
    if verdict is not None:
        deciding.take(sighting(verdict=verdict))
    return told(deciding.one(report(cameras=in_view("cam-1") if verdict else (), **changes)))


@pytest.mark.parametrize(
    ("verdict", "category", "step", "reason"),
    [
        (None, Category.STRAATROOF, "ask the police to go", "P1, no camera can say"),
        (
            Verdict.CORROBORATED,
            Category.STRAATROOF,
            "ask the police to go, and look at camera cam-1",
            "P1, a camera saw what belongs to it",
        ),
        (Verdict.PENDING, Category.WONINGINBRAAK, "look at camera cam-1 first", "P2, a camera still looks"),
        (
            Verdict.UNSEEN,
            Category.WONINGINBRAAK,
            "call politie-gms back",
            "P2, a camera could see the place and did not see it",
        ),
        (None, Category.FIETSDIEFSTAL, "call politie-gms back", "P3, no camera can say"),
        (None, Category.OVERIG, "wait", "P4, no camera can say"),
    ],
)
def test_what_is_recommended(verdict: Verdict | None, category: Category, step: str, reason: str) -> None:
    """By the product's own rules."""
    assert of(verdict, category=category) == (step, reason)


def test_what_only_a_camera_saw_is_looked_at_first() -> None:
    """Before anybody goes."""
    alert = Deciding().one(episode())
    assert told(alert) == ("look at camera cam-1 first", "P3, a camera saw it, and nobody reported it")


@pytest.mark.parametrize("state", AlertState)
def test_something_is_recommended_where_something_is_to_be_done(state: AlertState) -> None:
    """What is over is closed; what is put aside, expected or ended waits for nobody."""
    _, alert = in_state(state)
    if state is AlertState.RETURNED_TO_NORMAL:
        assert told(alert)[0] == "close it as true if you see it so"
    else:
        assert (alert.next_step is not None) is (state in {AlertState.NEW, AlertState.ACKNOWLEDGED})


def test_rules_without_next_steps_recommend_nothing() -> None:
    """As rules files that were written before."""
    alert = Deciding(rules=changed(next_steps=[])).one(report())
    assert (alert.next_step, alert.next_step_reason) == (None, None)


@pytest.mark.parametrize("row", [{"do": "close"}, {"do": "wait", "verdict": "true"}, {"do": "dispatch"}])
def test_a_step_that_cannot_be_is_refused(row: dict[str, Any]) -> None:
    """Closing has a verdict, and nothing else has; nothing is dispatched by rules."""
    with pytest.raises(ValidationError):
        NextStepRule.model_validate(row)

"""What of a backup may come back: nothing that was deleted since, or is held no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.alerts import Alert, AlertState
from schemas.deletion import Deletion, DeletionGround, Hold, HoldState
from streams.domain.compliance.returning import Forgotten, Returning, alert_returns, held_returns, kept_until
from tests.support.messages import example
from tests.support.situations import NOON

HOLD = example(Hold, hold_id="h1", state=HoldState.HELD, until=NOON + timedelta(days=30), changed_at=NOON)
RELEASED = HOLD.model_copy(update={"state": HoldState.RELEASED})
COPY = "h1/snapshots/0/17"


def deletion(**changes: object) -> Deletion:
    """Return what a stage is told to forget."""
    return example(Deletion, **{"ground": DeletionGround.CASE, "alert_ids": (), "before": None} | changes)


def test_an_alert_that_was_deleted_as_a_case_stays_away() -> None:
    """Whether it was open in the backup or not, and whether it can be read or not."""
    forgotten = Forgotten.of([deletion(alert_ids=("a1", "a2"))], [])
    assert alert_returns("a2", example(Alert, state=AlertState.NEW), forgotten) is Returning.DELETED
    assert alert_returns("a1", None, forgotten) is Returning.DELETED
    assert alert_returns("a3", None, forgotten) is Returning.RETURNS


@pytest.mark.parametrize(
    ("state", "age_s", "why"),
    [
        (AlertState.CLOSED, 1, Returning.DELETED),
        (AlertState.CLOSED, 0, Returning.RETURNS),
        (AlertState.NEW, 1, Returning.RETURNS),
    ],
)
def test_what_was_over_before_an_age_stays_away(state: AlertState, age_s: int, why: Returning) -> None:
    """As `delete older-than` did it: an open one stays however old it is; the newest of several cutoffs counts."""
    older = [deletion(ground=DeletionGround.OLDER, before=NOON - timedelta(days=days)) for days in (3, 0, 5)]
    alert = example(Alert, alert_id="a1", state=state, changed_at=NOON - timedelta(seconds=age_s))
    assert alert_returns("a1", alert, Forgotten.of(older, [])) is why


def test_a_copy_comes_back_as_long_as_its_hold_holds() -> None:
    """Not at its end, not when it was released in the backup or since, and not where its hold is not known."""
    nothing = Forgotten()
    assert held_returns(COPY, {"h1": HOLD}, nothing, NOON) is Returning.RETURNS
    assert held_returns(COPY, {"h1": HOLD}, nothing, HOLD.until) is Returning.NOT_HELD
    assert held_returns(COPY, {"h1": RELEASED}, nothing, NOON) is Returning.NOT_HELD
    assert held_returns(COPY, {"h1": HOLD}, Forgotten.of([], [RELEASED]), NOON) is Returning.NOT_HELD
    assert held_returns(COPY, {}, nothing, NOON) is Returning.NOT_HELD


def test_that_there_was_a_hold_comes_back() -> None:
    """The word of one that was released has nothing of the case; one past its end is released by its absence."""
    nothing = Forgotten()
    assert held_returns("h1", {"h1": RELEASED}, nothing, NOON) is Returning.RETURNS
    assert held_returns("h1", {"h1": HOLD}, Forgotten.of([], [RELEASED]), NOON) is Returning.RETURNS
    assert held_returns("h1", {"h1": HOLD}, nothing, HOLD.until) is Returning.NOT_HELD
    assert held_returns("h2", {"h1": HOLD}, nothing, NOON) is Returning.NOT_HELD


def test_a_hold_that_was_not_released_is_no_release() -> None:
    """A journal tells releases alone; a hold that was placed is none."""
    assert Forgotten.of([], [HOLD]).released == {}
    assert kept_until(NOON, timedelta(days=27)) == NOON + timedelta(days=27)

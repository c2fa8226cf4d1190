"""A letter that is replayed when the ring of repeats has forgotten it: the decisions themselves change nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.actions import Action
from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.evidence import Verdict
from schemas.incidents import Operation
from streams import topics
from streams.config.files import load_rules
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.acted import ActedRow
from streams.stages.decide.stage import Decide
from streams.stages.decide.store import REPLAYABLE
from tests.support.normal import view
from tests.support.rows import FakeRows
from tests.support.situations import (
    NOON,
    action,
    camera,
    episode,
    in_view,
    item,
    observation,
    registry,
    report,
    seconds,
    sighting,
    tick,
    watch,
)  # fmt: skip

RULES = load_rules()
NOW = NOON + seconds(100)
ENDED_S = RULES.lifetime.open_s + 1_000
FORGOTTEN_S = ENDED_S + RULES.lifetime.forget_s + 1_000


class Deciding:
    """The stage with its rows and no ring: every input is decided on anew."""

    def __init__(self) -> None:
        self.stage, self.rows = Decide(RULES, "r1"), FakeRows()

    def take(self, message: Message, after_s: float = 100) -> list[Alert]:
        outputs = self.stage.handle(item(message), self.rows, NOON + seconds(after_s))
        found = [each.message for each in outputs if each.topic == topics.ALERTS]
        return [each for each in found if isinstance(each, Alert)]

    def tick(self, after_s: float) -> list[Alert]:
        return self.take(tick(at=NOON + seconds(after_s)), after_s)


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


@pytest.mark.parametrize("cause", [report(), episode()], ids=["report", "episode"])
def test_a_fact_of_a_forgotten_alert_makes_none_again(deciding: Deciding, cause: Message) -> None:
    """Judged by the time at which it first came; as long as it can be replayed, and after that nobody has it."""
    assert len(deciding.take(cause)) == 1
    deciding.tick(ENDED_S)
    deciding.tick(FORGOTTEN_S)
    assert deciding.rows.names("alert/") == []
    assert deciding.take(cause) == []
    assert deciding.rows.names("early/") == []
    deciding.tick(FORGOTTEN_S + REPLAYABLE.total_seconds() + 100)
    assert deciding.rows.names("gone/") == []


def test_an_answer_about_a_forgotten_report_does_not_wait(deciding: Deciding) -> None:
    """Its report has been."""
    deciding.take(report())
    deciding.tick(ENDED_S)
    deciding.tick(FORGOTTEN_S)
    assert deciding.take(sighting()) == []
    assert deciding.rows.names("early/") == []


def test_a_newer_revision_of_a_forgotten_report_makes_an_alert(deciding: Deciding) -> None:
    """It is news and no repeat; and when that alert is forgotten too, it is recognised for its own time."""
    deciding.take(report())
    deciding.tick(ENDED_S)
    deciding.tick(FORGOTTEN_S)
    newer = report(revision=1, operation=Operation.UPDATE)
    assert len(deciding.take(newer, FORGOTTEN_S)) == 1
    deciding.tick(FORGOTTEN_S + ENDED_S)
    deciding.tick(2 * FORGOTTEN_S + ENDED_S)
    deciding.tick(FORGOTTEN_S + REPLAYABLE.total_seconds() + 100)
    assert deciding.take(newer, FORGOTTEN_S) == []


def test_an_answer_in_other_words_changes_nothing(deciding: Deciding) -> None:
    """A camera that was asked again, when its rows were gone, says that it could not look in other words."""
    deciding.take(report(cameras=in_view("cam-1")))
    answer = sighting(verdict=Verdict.CAMERA_UNAVAILABLE)
    assert len(deciding.take(answer)) == 1
    other = answer.model_copy(
        update={
            "occurred_at": answer.occurred_at + timedelta(minutes=5),
            "fact": answer.fact.model_copy(update={"explanation": "it saw 0% of the window"}),
        }
    )
    assert other.message_id() == answer.message_id()
    assert deciding.take(other) == []


def test_an_action_is_done_once(deciding: Deciding) -> None:
    """An assignment that is replayed does not take the alert from the one who has it now; a refused one stays refused."""
    [alert] = deciding.take(report())
    first = action(alert.alert_id, Action.ASSIGN).model_copy(update={"user": "anna"})
    assert deciding.take(first)[0].handled_by == "anna"
    second = action(alert.alert_id, Action.ASSIGN, number=2).model_copy(update={"user": "bram", "seen_revision": 1})
    assert deciding.take(second)[0].handled_by == "bram"
    assert deciding.take(first) == []
    refused = action(alert.alert_id, Action.UNSHELVE, number=3)
    assert deciding.take(refused) == []
    assert deciding.take(refused) == []
    [acted] = deciding.rows.names("acted/")
    kept = deciding.rows.get(acted, ActedRow)
    assert kept is not None
    assert kept.action_ids == ("action-1", "action-2", "action-3")


def test_a_cancellation_that_came_first_holds_for_as_long_as_its_report_can_be_replayed(deciding: Deciding) -> None:
    """The report that failed and is replayed days later makes no alert."""
    assert deciding.take(report(revision=1, operation=Operation.CANCEL)) == []
    deciding.tick(13 * 86_400)
    assert deciding.take(report(revision=0)) == []


def test_a_watch_and_what_was_seen_change_nothing_twice() -> None:
    """While their rows are there a repeat is recognised; when they are gone, the answer has an id that `decide` knows."""
    stage, rows = Corroborate(registry(camera("cam-1", 0)), RULES), FakeRows()
    seen = observation(NOON + seconds(10), 3, view=view(persons=3))
    stage.handle(item(seen), rows, NOW)
    asked = watch()
    [first] = stage.handle(item(asked), rows, NOW)
    assert stage.handle(item(asked), rows, NOW) == []
    assert stage.handle(item(seen), rows, NOW) == []
    late = NOW + seconds(RULES.looking.kept_s + 1_000)
    stage.handle(item(tick("camera", late)), rows, late)
    assert rows.names("watch/") == []
    deciding = Deciding()
    deciding.take(report(cameras=in_view("cam-1")))
    [alert] = deciding.take(first.message)
    assert alert.verdict is Verdict.CONSISTENT
    assert alert.state is AlertState.NEW
    stage.handle(item(asked), rows, NOW)
    later = late + seconds(10)
    again = stage.handle(item(tick("camera", later)), rows, later)
    assert [deciding.take(each.message) for each in again] == [[] for _ in again]

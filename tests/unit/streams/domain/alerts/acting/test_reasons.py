"""Why an alert is put aside or called false: a code of a list; an older sender's own words mean what they meant."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.actions import REASON_CODES, Action, FalseAlarmReason, OperatorAction, ShelveReason
from schemas.alerts import AlertState
from schemas.codec import parse
from schemas.contract.json_schema import json_schema, reader_schema
from schemas.decisions import DecisionLog
from schemas.phrases.catalogue import sentence
from schemas.phrases.language import Language
from streams import topics
from streams.domain.alerts.acting.reasons import FALSE, SHELVED
from tests.support.deciding import LATER, Deciding, burglary
from tests.support.messages import NOON
from tests.support.situations import ROOM, action

NEWER = "of_a_newer_release"


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


def decided(deciding: Deciding) -> DecisionLog:
    [found] = [each.message for each in deciding.outputs if each.topic == topics.DECISION_LOG]
    assert isinstance(found, DecisionLog)
    return found


def older(alert_id: str, what: Action, reason: str) -> OperatorAction:
    """Return an action as the release before codes wrote it."""
    document: dict[str, Any] = {
        "action_id": "action-old",
        "control_room_id": ROOM,
        "alert_id": alert_id,
        "seen_revision": 0,
        "action": what.value,
        "user": "operator-3",
        "reason": reason,
        "verdict": "",
        "assignee": None,
        "note": "",
        "note_value": None,
        "until": "2026-11-24T13:00:00.000000Z",
        "other_alert_id": "",
        "fact_id": "",
        "acted_at": "2026-11-24T12:00:00.000000Z",
    }
    return parse(OperatorAction, json.dumps(document).encode())


def test_every_code_has_what_says_it() -> None:
    """And no two of a list say the same, in either language."""
    assert (set(SHELVED), set(FALSE)) == (set(ShelveReason), set(FalseAlarmReason))
    for language in Language:
        for said in (SHELVED, FALSE):
            assert len({sentence(each, language) for each in said.values()}) == len(said)


@pytest.mark.parametrize("code", ShelveReason)
def test_a_shelved_alert_and_the_decision_say_why(deciding: Deciding, code: ShelveReason) -> None:
    """As a phrase, with its English sentence as the text; nothing of it is left when it comes back."""
    opened = deciding.one(burglary())
    alert = deciding.one(action(opened.alert_id, Action.SHELVE, code.value, LATER))
    assert alert.shelf is not None
    assert (alert.shelf.phrase, alert.shelf.reason) == (SHELVED[code], sentence(SHELVED[code]))
    assert decided(deciding).reason == SHELVED[code]
    back = deciding.one(action(opened.alert_id, Action.UNSHELVE, number=2, seen_revision=1))
    assert (back.shelf, back.closing_reason) == (None, None)
    assert decided(deciding).reason is None


@pytest.mark.parametrize("code", FalseAlarmReason)
def test_a_false_alarm_and_the_decision_say_why(deciding: Deciding, code: FalseAlarmReason) -> None:
    """A test and an exercise say nothing about the rules: their verdict is a test. Opened again, it has neither."""
    opened = deciding.one(burglary())
    given = action(opened.alert_id, Action.FALSE_ALARM, reason_code=code.value)
    alert = deciding.one(given)
    tests = {FalseAlarmReason.TEST, FalseAlarmReason.KNOWN_EXERCISE}
    assert (alert.state, alert.closing) == (AlertState.CLOSED, "test" if code in tests else "false")
    assert alert.closing_reason == FALSE[code]
    assert decided(deciding).reason == FALSE[code]
    again = deciding.one(action(opened.alert_id, Action.REOPEN, number=2, seen_revision=1))
    assert (again.closing, again.closing_reason) == ("", None)


def test_a_verdict_that_is_said_goes_before_the_reasons(deciding: Deciding) -> None:
    """A test that nobody announced may be a duplicate all the same."""
    opened = deciding.one(burglary())
    given = action(opened.alert_id, Action.FALSE_ALARM, reason_code="test", verdict="duplicate")
    assert deciding.one(given).closing == "duplicate"


def test_a_false_alarm_needs_no_reason(deciding: Deciding) -> None:
    """None is made up."""
    alert = deciding.one(action(deciding.one(burglary()).alert_id, Action.FALSE_ALARM))
    assert (alert.closing, alert.closing_reason) == ("false", None)


@pytest.mark.parametrize("what", list(REASON_CODES))
@pytest.mark.parametrize("given", ["", "the man in the red coat", "x" * 10_000, NEWER, "Known_Works"])
def test_no_other_word_is_a_reason(deciding: Deciding, what: Action, given: str) -> None:
    """It is refused, the field and all its values are named, and nothing of it is repeated or kept."""
    opened = deciding.one(burglary())
    why = deciding.refused(action(opened.alert_id, what, until=LATER, reason_code=given))
    assert why.startswith(f"reason_code is one of these codes: {', '.join(REASON_CODES[what])}")
    told = "".join(each.message.model_dump_json() for each in deciding.outputs)
    assert not given or given not in told
    assert decided(deciding).reason is None


@given(st.sampled_from(list(REASON_CODES)), st.text(max_size=400))
def test_whatever_stands_there_is_a_code_or_refused(what: Action, given: str) -> None:
    """Any text can be read."""
    deciding = Deciding()
    opened = deciding.one(burglary())
    assert bool(deciding.refused(action(opened.alert_id, what, until=LATER, reason_code=given))) is (
        given not in REASON_CODES[what]
    )


@pytest.mark.parametrize("reason", ["wegwerkzaamheden bij de brug", "known_works"])
def test_what_an_older_sender_gave_is_kept_as_it_was(deciding: Deciding, reason: str) -> None:
    """A recording of it decides as it did: the words are the text, and no phrase stands beside them."""
    alert = deciding.one(older(deciding.one(burglary()).alert_id, Action.SHELVE, reason))
    assert alert.shelf is not None
    assert (alert.state, alert.shelf.reason, alert.shelf.phrase) == (AlertState.SHELVED, reason, None)
    assert decided(deciding).reason is None


@pytest.mark.parametrize(
    ("what", "reason", "verdict"),
    [
        (Action.FALSE_ALARM, "a cat", "false"),
        (Action.FALSE_ALARM, "test", "test"),
        (Action.FALSE_ALARM, "nothing_there", "false"),
        (Action.CLOSE, "true", "true"),
    ],
)
def test_an_older_senders_verdict_counts_and_its_words_are_not_kept(
    deciding: Deciding, what: Action, reason: str, verdict: str
) -> None:
    """As before there were codes."""
    alert = deciding.one(older(deciding.one(burglary()).alert_id, what, reason))
    assert (alert.closing, alert.closing_reason) == (verdict, None)


def test_an_older_shelving_without_a_reason_is_refused_as_it_was(deciding: Deciding) -> None:
    """With the same words."""
    why = deciding.refused(older(deciding.one(burglary()).alert_id, Action.SHELVE, ""))
    assert why == "shelving needs a reason and an end that lies ahead"


def test_nothing_writes_words_of_its_own_any_more() -> None:
    """Neither this release nor whoever holds what it writes to the schema; who reads still takes them."""
    with pytest.raises(
        ValidationError, match=r"reason_code: for shelve waiting_for_unit, .* for false_alarm nothing_there"
    ):
        OperatorAction(
            action_id="a",
            control_room_id=ROOM,
            alert_id="b",
            seen_revision=0,
            action=Action.SHELVE,
            user="op",
            reason="roadworks",
            until=LATER,
            acted_at=NOON,
        )
    document = older("b", Action.SHELVE, "roadworks").model_dump(mode="json")
    jsonschema.validate(document, reader_schema(OperatorAction))
    with pytest.raises(jsonschema.ValidationError, match="roadworks"):
        jsonschema.validate(document, json_schema(OperatorAction))

"""How `toezicht act` is called, and what it says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.actions import Action, FalseAlarmReason, OperatorAction, ShelveReason
from schemas.alerts import Alert, AlertState
from schemas.decisions import DecisionLog
from schemas.phrases.codes.commands import no_alert_known
from streams.cli import act
from streams.cli.main import build_app
from streams.errors import ConfigurationError
from streams.kafka.errors import NoAnswerError
from tests.support.messages import NOON, example

KNOWN = example(Alert, alert_id="a-1", revision=7, state=AlertState.NEW)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what calls the command with a decision that is there; the actions that it sent come with the result."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "nowhere:9092")
    monkeypatch.setattr("streams.cli.options.start_logging", lambda _: None)
    monkeypatch.setattr(act, "utc_now", lambda: NOON)
    runner = CliRunner()

    def newest(_kafka: object, alert_id: str, _timeout_s: float) -> Alert:
        if alert_id != KNOWN.alert_id:
            raise NoAnswerError(no_alert_known(alert_id))
        return KNOWN

    def run(refused: str | None, *words: str, changed: tuple[str, ...] = ("a-1",)) -> tuple[Any, list[OperatorAction]]:
        asked: list[OperatorAction] = []

        def ask(_kafka: object, action: OperatorAction, _timeout_s: float) -> DecisionLog:
            asked.append(action)
            if refused is None:
                raise NoAnswerError("no answer within 30 s")
            return example(DecisionLog, action_id=action.action_id, refused=refused, alert_ids=changed)

        monkeypatch.setattr(act, "newest", newest)
        monkeypatch.setattr(act, "ask", ask)
        return runner.invoke(build_app("act"), ["act", *words]), asked

    return run


def test_an_action_is_sent_with_what_was_seen_and_its_result_is_said(call: Any) -> None:
    """The newest revision, in the alert's control room, under an id of its own."""
    done, (asked,) = call("", "a-1", "acknowledge", "--user", "op")
    assert (done.exit_code, done.output) == (0, "acknowledge a-1: done\n")
    assert (asked.alert_id, asked.control_room_id, asked.seen_revision) == ("a-1", KNOWN.control_room_id, 7)
    assert (asked.action, asked.user, asked.until, asked.acted_at) == (Action.ACKNOWLEDGE, "op", None, NOON)
    _, (other,) = call("", "a-1", "acknowledge", "--user", "op", "--seen", "3")
    assert other.seen_revision == 3
    assert other.action_id != asked.action_id


@pytest.mark.parametrize(
    ("until", "after_s"),
    [("90s", 90), ("30m", 1_800), ("2026-11-24T13:00:00Z", 3_600), ("2026-11-24T13:00:00+01:00", 0)],
)
def test_shelving_says_until_when(call: Any, until: str, after_s: float) -> None:
    """As a time, or as how long from now."""
    _, (asked,) = call("", "a-1", "shelve", "--user", "op", "--reason", "known_works", "--until", until)
    assert (asked.until, asked.reason_code) == (NOON + timedelta(seconds=after_s), "known_works")


def test_merging_and_splitting_name_the_other_thing(call: Any) -> None:
    """And the answer names the alerts that changed too."""
    done, (asked,) = call("", "a-1", "merge", "--user", "op", "--other", "a-2", changed=("a-1", "a-2"))
    assert asked.other_alert_id == "a-2"
    assert done.output == "merge a-1: done, and changed a-2\n"
    _, (asked,) = call("", "a-1", "split", "--user", "op", "--fact", "incident-1")
    assert asked.fact_id == "incident-1"
    _, (asked,) = call("", "a-1", "detach", "--user", "op", "--camera", "stadshart-2")
    assert asked.camera_id == "stadshart-2"


def test_a_refusal_is_said_with_its_reason(call: Any) -> None:
    """Exit code 1."""
    words = ("shelve", "--user", "op", "--reason", "being_watched")
    done, _ = call("a P1 is never shelved", "a-1", *words, changed=())
    assert (done.exit_code, done.output) == (1, "shelve a-1: refused, a P1 is never shelved\n")


def test_what_was_so_already_is_done(call: Any) -> None:
    """Neither an error nor a change."""
    done, _ = call("", "a-1", "assign", "--user", "op", changed=())
    assert (done.exit_code, done.output) == (0, "assign a-1: done, it was so already\n")


def test_json_is_the_decision_itself(call: Any) -> None:
    """For programs."""
    done, (asked,) = call("it has ended (closed)", "a-1", "close", "--user", "op", "--json", changed=())
    assert done.exit_code == 1
    assert (json.loads(done.output)["refused"], json.loads(done.output)["action_id"]) == (
        "it has ended (closed)",
        asked.action_id,
    )


def test_no_answer_and_no_such_alert_are_one_line(call: Any) -> None:
    """Exit code 1, and nothing is sent where there is nothing to act on."""
    done, _ = call(None, "a-1", "close", "--user", "op")
    assert (done.exit_code, done.output) == (1, "toezicht: no answer within 30 s\n")
    done, asked = call("", "a-9", "close", "--user", "op")
    assert (done.exit_code, done.output, asked) == (1, "toezicht: there is no alert a-9 on alert-state\n", [])


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["acknowledge", "--user", "a b"], "--user is 'a b'"),
        (["shelve", "--user", "op", "--reason", "known_works", "--until", "tomorrow"], "--until is 'tomorrow'"),
        (["shelve", "--user", "op", "--until", "30m"], "--reason is '', expected one of waiting_for_unit, "),
        (["close", "--user", "op", "--reason", "test"], "--reason is a text of 4 characters, expected none: only"),
        (["merge", "--user", "op", "--other", "x" * 81], "--other is "),
        (["split", "--user", "op", "--fact", "x" * 81], "--fact is "),
        (["close", "--user", "op", "--seen", "-1"], "--seen is -1"),
    ],
)
def test_a_wrong_value_is_named_before_anything_is_sent(call: Any, words: list[str], named: str) -> None:
    """One line with the value and what was expected."""
    done, asked = call("", "a-1", *words)
    assert isinstance(done.exception, ConfigurationError)
    assert str(done.exception).startswith(f"act: {named}")
    assert asked == []


@pytest.mark.parametrize("words", [["acknowledge"], ["forget", "--user", "op"]])
def test_who_acts_and_what_must_be_said(call: Any, words: list[str]) -> None:
    """There is no user by default, and no other action."""
    done, asked = call("", "a-1", *words)
    assert (done.exit_code, asked) == (2, [])


def test_whom_to_ask_and_who_is_next_are_sent_in_their_order(call: Any) -> None:
    """None is the first partner, and nobody after it."""
    words = ("a-1", "confirm_dispatch", "--user", "op")
    _, (asked,) = call("", *words, "--recipient", "politie", "--recipient", "hor", "--then", "oov")
    assert (asked.recipients, asked.escalate_to) == (("politie", "hor"), ("oov",))
    _, (asked,) = call("", *words)
    assert (asked.recipients, asked.escalate_to) == ((), ())


def test_what_is_judged_by_the_decision_is_sent_as_it_is_said(call: Any) -> None:
    """A verdict, an assignee and a note's value."""
    _, (asked,) = call("", "a-1", "close", "--user", "op", "--verdict", "true")
    assert (asked.verdict, asked.reason, asked.assignee) == ("true", "", None)
    _, (asked,) = call("", "a-1", "assign", "--user", "op", "--to", "")
    assert asked.assignee == ""
    for value, sent in (("12", 12), ("cam-1", "cam-1"), ("", None)):
        _, (asked,) = call("", "a-1", "note", "--user", "op", "--note", "persons_on_camera", "--value", value)
        assert (asked.note, asked.note_value) == ("persons_on_camera", sent)


@pytest.mark.parametrize("note", ["", "x" * 10_000, "the man in the red coat"])
def test_what_is_no_note_goes_nowhere(call: Any, note: str) -> None:
    """It is neither sent nor repeated."""
    done, asked = call("", "a-1", "note", "--user", "op", "--note", note)
    assert isinstance(done.exception, ConfigurationError)
    assert "called_back" in str(done.exception)
    assert not note or note not in str(done.exception)
    assert asked == []


@pytest.mark.parametrize(("what", "known"), [("shelve", "being_watched"), ("false_alarm", "nothing_there")])
@pytest.mark.parametrize("reason", ["x" * 10_000, "the man in the red coat", "Known_Works"])
def test_what_is_no_reason_goes_nowhere(call: Any, what: str, known: str, reason: str) -> None:
    """The field and all that may stand there are named, and what was typed is neither sent nor repeated."""
    done, asked = call("", "a-1", what, "--user", "op", "--reason", reason)
    assert isinstance(done.exception, ConfigurationError)
    assert known in str(done.exception)
    assert "--reason" in str(done.exception)
    assert reason not in str(done.exception)
    assert asked == []
    assert call("", "a-1", what, "--user", "op", "--reason", known)[1][0].reason_code == known


def test_a_false_alarm_needs_no_reason(call: Any) -> None:
    """None is made up."""
    _, (asked,) = call("", "a-1", "false_alarm", "--user", "op")
    assert (asked.reason_code, asked.reason) == (None, "")


def test_it_speaks_dutch(call: Any) -> None:
    """What was done, why not, and what is wrong with the call."""
    done, _ = call("", "a-1", "acknowledge", "--user", "op", "--lang", "nl")
    assert done.output == "in behandeling nemen a-1: gedaan\n"
    done, _ = call("", "a-9", "acknowledge", "--user", "op", "--lang", "nl")
    assert done.output == "toezicht: er is geen melding a-9\n"
    wrong, _ = call("", "a-1", "acknowledge", "--user", "a b", "--lang", "nl")
    assert wrong.exception.told_in(wrong.exception.language) == (
        "act: --user is 'a b', verwacht werd letters, cijfers en . _ : -, hooguit 80"
    )


def test_help_names_every_reason() -> None:
    """Those of shelving and of false alarms."""
    told = " ".join(CliRunner().invoke(build_app("act"), ["act", "--help"]).output.split())
    assert [code for code in (*ShelveReason, *FalseAlarmReason) if code not in told] == []


def test_help_teaches_every_action() -> None:
    """In words, not only as a list."""
    told = CliRunner().invoke(build_app("act"), ["act", "--help"]).output.split("Options:")[0]
    assert [each.value for each in Action if told.count(each.value) < 2] == []

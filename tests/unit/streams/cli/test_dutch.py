"""What operators' commands say in Dutch has no English word, whether it went well or not; what one types stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.actions import Action, FalseAlarmReason, NoteCode, OperatorAction, ShelveReason
from schemas.alerts import Alert
from schemas.cameras import FrameReference
from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from schemas.decisions import DecisionLog
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import faults, snapshots
from schemas.phrases.codes.commands import expected_capture, expected_decide, no_alert_known, no_answer
from schemas.phrases.declare import CODES
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from schemas.snapshots import SnapshotReference, SnapshotRefusal
from streams.cli import act, report, snapshot
from streams.cli.options import moment, reachable, telling
from streams.dead_letters.letters import read_letter
from streams.domain.cameras.snapshots import RefusedSnapshot, choose_picture
from streams.errors import ConfigurationError, DeliveryError, ToezichtError
from streams.intake.intake import Summary
from streams.kafka.dead_letter import Fault, dead_letter
from streams.kafka.errors import ClusterError, MissingTopicError, NoAnswerError
from streams.kafka.record import Record
from streams.settings import KafkaSettings, Settings
from tests.support.messages import NOON, example
from tests.support.words import english_in, words

NL = Language.NL
TYPED = {*words(" ".join([*NoteCode, *ShelveReason, *FalseAlarmReason])), "act", "report", "snapshot", "environment"}
"""Codes of the lists, and commands: what one types, and the machine's own."""


def english(text: str) -> set[str]:
    """Return the English words of a line, without its options and what somebody typed."""
    return english_in(re.sub(r"--\w+|'[^']*'", "", text)) - TYPED


KNOWN = example(Alert, alert_id="a-1")


def made(user: str = "op", other: str = "", fact: str = "", seen: int | None = None) -> OperatorAction:
    return act.make_action(KNOWN, Action.MERGE, user, "", None, other, fact, seen, NOON)


NO_CLUSTER = KafkaSettings(bootstrap_servers="")
WRONG: dict[str, Callable[[], object]] = {
    "user": lambda: made(user="a b"),
    "other": lambda: made(other="x" * 81),
    "fact": lambda: made(fact="x" * 81),
    "seen": lambda: made(seen=-1),
    "note": lambda: act.check_code("--note", "iets anders", tuple(NoteCode)),
    "no note": lambda: act.check_code("--note", "", tuple(NoteCode)),
    "shelve": lambda: act.check_reason(Action.SHELVE, "iets anders"),
    "false": lambda: act.check_reason(Action.FALSE_ALARM, "iets anders"),
    "close": lambda: act.check_reason(Action.CLOSE, "iets anders"),
    "until": lambda: moment("act", "--until", "morgen", NOON, ahead=True),
    "occurred": lambda: moment("report", "--occurred", "gisteren", NOON),
    "cluster": lambda: reachable(Settings(data=Path("nergens")), NO_CLUSTER),
    "camera": lambda: snapshot.make_request("a b", "op", "", "", False),
    **{
        f"report {number}": lambda given=given: report.report_line(Category.BRAND, *given)  # type: ignore[misc]
        for number, given in enumerate(
            [
                ("a b", "", "", "", None, None, 50, "", False),
                ("op", "heel hoog", "", "", None, None, 50, "", False),
                ("op", "", "", "", 52.3, None, 50, "", False),
                ("op", "", "", "", None, None, 50, "", True),
                ("op", "", "", "", None, None, 50, "4711", False),
                ("op", "", "0612345678", "", None, None, 50, "", False),
            ]
        )
    },
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_call(name: str) -> None:
    """As the command line prints it: the error knows in which language."""
    with pytest.raises(ConfigurationError) as caught, telling(NL):
        WRONG[name]()
    told = caught.value.told_in(caught.value.language)
    assert told != str(caught.value)
    assert english(told) == set(), told


@pytest.mark.parametrize(
    "error",
    [
        NoAnswerError(no_alert_known("a-1")),
        NoAnswerError(no_answer(30.0, expected_decide())),
        NoAnswerError(no_answer(30.0, expected_capture("cam-1"))),
        ClusterError.about("localhost:9092", "nothing can be written", OSError("refused")),
        MissingTopicError.for_topics("localhost:9092", ["alerts"], {}),
        DeliveryError("alerts: a record is not confirmed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_went_wrong_on_the_way(error: ToezichtError) -> None:
    """The reasons of machines are for operations, in English."""
    assert error.told_in(NL) != str(error) == error.told_in(Language.EN)
    assert english(error.told_in(NL)) == set()


def test_errors_for_operations_stay_english() -> None:
    """They are told as they are, in any language."""
    error = ToezichtError("OpenCV is not installed")
    assert error.told_in(NL) == "OpenCV is not installed"


@pytest.mark.parametrize("action", Action)
def test_what_was_done(action: Action) -> None:
    """With others, without, as it was so already, and refused."""
    asked = example(OperatorAction, action=action, alert_id="a-1")
    refused = Phrase(code="refused-p1-shelved")
    for changes in (
        {"alert_ids": ("a-1",)},
        {"alert_ids": ("a-1", "a-2")},
        {"alert_ids": ()},
        {"alert_ids": (), "refused": sentence(refused), "refused_phrase": refused},
    ):
        told = act.describe(asked, example(DecisionLog, **changes), NL)
        assert english(told) == set(), told
        assert action.value not in told.split()


def test_what_became_of_a_report() -> None:
    """All results and notes at once."""
    summary = Summary(read=1, unconfirmed=1)
    summary.results.update(["created", "updated", "cancelled", "duplicate", "stale", "after_cancel", "reactivated"])
    summary.notes.update(["place_uncertain", "zone_assumed"])
    assert english(report.describe("op-1/4711", summary, NL)) == set()
    assert english(report.describe("op-1/4711", Summary(), NL)) == set()


SNAPSHOTS = [code for code in CODES if hasattr(snapshots, code.replace("-", "_"))]
FRAME = example(FrameReference, captured_at=NOON)


@pytest.mark.parametrize("refused", [*SnapshotRefusal, None])
def test_a_picture_and_why_there_is_none(refused: SnapshotRefusal | None) -> None:
    """With and without what else is told of it."""
    why = snapshots.whole_picture_coarse(snapshots.detector_loading())
    for phrase in (why, None):
        detail = sentence(phrase) if phrase else ""
        given: dict[str, Any] = {"detail": detail, "phrase": phrase}
        reference = example(SnapshotReference, **given)
        if refused is not None:
            reference = SnapshotReference(request_id="r", camera_id="c-1", moment=NOON, refused=refused, **given)
        for out in (None, Path("beeld.jpg")):
            told = snapshot.describe(reference, 1_000, out, NL)
            assert english(told) == set(), told


@pytest.mark.parametrize("moment_s", [-600, -30, 3, 90])
def test_why_no_picture_shows_a_moment(moment_s: float) -> None:
    """As capture tells it."""
    later = FRAME.model_copy(update={"captured_at": NOON + timedelta(seconds=60)})
    for kept in ([], [FRAME], [FRAME, later]):
        at = NOON + timedelta(seconds=moment_s)
        found = choose_picture(kept, False, at, NOON + timedelta(seconds=70), NOON + timedelta(seconds=70))
        if isinstance(found, RefusedSnapshot):
            assert english(sentence(found.what, NL)) == set()
            assert english(sentence(found.what)) != set()


def test_letters() -> None:
    """Why each was set aside, whether it presses, and one that cannot be read."""
    at = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    record = Record("incidents", 0, 1, b"k", b"{}", [("ce_id", b"1")], at)
    aside = dead_letter("locate", record, Fault(DeadLetterReason.WRONG_KEY, faults.key_wrong("incident"))).record
    read = read_letter((0, 1), at, aside.key, aside.value, aside.headers)
    for found in (read, read_letter((0, 2), at, None, b"Jan", [])):
        told = found.line(NL)
        assert told != found.line(Language.EN)
        assert english_in(told) - {"incident", "incidents", "locate", "unreadable", "key", "wrong"} == set(), told

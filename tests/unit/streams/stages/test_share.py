"""The stage `share` tells each partner what changed for it, once, and takes its own answers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerts import Alert, AlertState, AlertSummary
from schemas.base import Message, json_document
from schemas.cases import CaseReceipt, PartnerCase, handover_identity
from schemas.categories import Category, Priority
from schemas.dead_letters import DeadLetterReason
from schemas.deletion import Deletion
from schemas.dispatch import AlertDispatch, DispatchReceipt, DispatchRequest, DispatchState
from schemas.phrases.codes import sharing
from schemas.phrases.phrase import Phrase
from schemas.sharing import PartnerAlert, PartnerDispatch, PartnerDispatchWithdrawn
from streams import topics
from streams.config.partners import load_partners
from streams.domain.cases.case import CaseRow
from streams.domain.partners.shared import SharedRow
from streams.errors import NotAllowedError
from streams.stages.base import Input, Output
from streams.stages.share import KEPT, Share
from tests.support.messages import NOON, ROOM, example
from tests.support.partition import LivePartition
from tests.support.rows import FakeRows
from tests.support.sharing import alerts, beyond, default_document
from tests.support.situations import seconds, tick

PARTNERS = load_partners()
AT = NOON + seconds(60)
KEY = f"shared/{ROOM}/alert-1"


class Scene:
    """A stage with its rows, and what it said."""

    def __init__(self) -> None:
        self.stage = Share(PARTNERS)
        self.rows = FakeRows()
        self.offset = 0

    def give(self, message: Message, topic: str, now: datetime = AT) -> Sequence[Output]:
        """Give a message that stands on a topic."""
        self.offset += 1
        return self.stage.handle(Input(message, b"", topic, 0, self.offset, message.message_id(), now), self.rows, now)

    def alert(self, now: datetime = AT, **changes: Any) -> list[tuple[str, PartnerAlert]]:
        """Give an alert; return what partners are told, by topic."""
        outputs = self.give(example(Alert, **changes), topics.ALERTS, now)
        return [(each.topic, each.message) for each in outputs if isinstance(each.message, PartnerAlert)]

    def dispatch(self, **changes: Any) -> Sequence[Output]:
        """Give a confirmed request."""
        return self.give(example(DispatchRequest, **changes), topics.DISPATCH_REQUESTS)

    def answer(self, partner: str, **changes: Any) -> Sequence[Output]:
        """Give what a partner answers."""
        return self.give(example(DispatchReceipt, **changes), topics.answers_topic(partner))

    @property
    def row(self) -> SharedRow | None:
        """Return what is kept of the alert."""
        return self.rows.get(KEY, SharedRow)


@pytest.fixture
def scene() -> Scene:
    """Return one in which nothing was said yet."""
    return Scene()


def told(outputs: list[tuple[str, PartnerAlert]]) -> list[tuple[str, bool]]:
    """Return on which topics something was told, and whether it was withdrawn."""
    return [(topic, message.withdrawn) for topic, message in outputs]


def test_each_recipient_is_told_on_its_own_topic(scene: Scene) -> None:
    """And nobody else; a recipient that is no partner cannot be told."""
    found = scene.alert(recipients=("politie", "ambulance", "nobody"))
    assert told(found) == [("partner-ambulance", False), ("partner-politie", False)]
    assert {message.ground for _, message in found} == {"avg-6-1d", "politiewet-3"}
    assert [message.verdict for _, message in found] == [None, example(Alert).verdict]


def test_it_is_told_again_only_when_its_own_view_changed(scene: Scene) -> None:
    """What another partner sees, or nobody, changes nothing for it."""
    scene.alert(recipients=("politie", "ambulance"))
    assert scene.alert(recipients=("politie", "ambulance"), revision=2, score=83) == []
    seen = scene.alert(recipients=("politie", "ambulance"), revision=3, verdict="contradicted")
    assert told(seen) == [("partner-politie", False)]
    assert [
        message.revision for _, message in scene.alert(recipients=("politie", "ambulance"), revision=4, priority="P2")
    ] == [4, 4]


def test_an_older_revision_says_nothing(scene: Scene) -> None:
    """One that was overtaken, or comes again."""
    scene.alert(revision=5)
    assert scene.alert(revision=4, priority="P3") == []
    assert scene.alert(revision=5) == []


def test_what_is_no_longer_theirs_is_withdrawn_once(scene: Scene) -> None:
    """Nothing of what it is now is told with that; if it becomes theirs again, it is told anew."""
    scene.alert(recipients=("politie", "ambulance"))
    found = scene.alert(recipients=("politie",), revision=2)
    assert told(found) == [("partner-ambulance", True)]
    assert (found[0][1].category, found[0][1].title, found[0][1].ground) == (None, "", None)
    assert scene.alert(recipients=("politie",), revision=3) == []
    assert told(scene.alert(recipients=("politie", "ambulance"), revision=4)) == [("partner-ambulance", False)]


def test_what_becomes_about_health_changes_its_topic(scene: Scene) -> None:
    """Withdrawn where it was, told where it belongs; two messages of one revision, each with an identity of its own."""
    scene.alert(recipients=("politie",), reports=())
    found = scene.alert(recipients=("politie",), revision=2, category="verward_persoon", reports=())
    assert told(found) == [("partner-politie", True), ("partner-politie-health", False)]
    assert len({message.message_id() for _, message in found}) == 2
    back = scene.alert(recipients=("politie",), revision=3, reports=())
    assert told(back) == [("partner-politie-health", True), ("partner-politie", False)]


@pytest.mark.parametrize("state", ["shelved", "suppressed", "closed", "cancelled", "expired"])
def test_what_is_over_or_put_aside_is_not_told_first(scene: Scene, state: str) -> None:
    """A partner that knows of it learns its state; one that does not need not begin with it."""
    assert scene.alert(state=state) == []
    assert told(scene.alert(revision=2)) == [("partner-politie", False)]
    assert [message.state for _, message in scene.alert(revision=3, state=state)] == [state]


def test_what_is_below_the_lowest_priority_is_not_told_first(scene: Scene) -> None:
    """What nobody corroborated stays in the room; one that was told is told on, whatever its priority."""
    assert scene.alert(priority="P4") == []
    assert told(scene.alert(revision=2, priority="P3")) == [("partner-politie", False)]
    assert [message.priority for _, message in scene.alert(revision=3, priority="P4")] == [Priority.P4]
    case = scene.alert(
        alert_id="case", priority="P4", category="woonfraude_overbewoning", recipients=("corporatie", "oov"), reports=()
    )
    assert told(case) == [("partner-corporatie", False), ("partner-oov", False)]


def test_summaries_and_canaries_never_go_out(scene: Scene) -> None:
    """One is for the room alone, the other is made up."""
    summary = AlertSummary(
        open=1,
        grouped=1,
        counts=(),
        alert_ids=(),
        not_listed=0,
        oldest_at=NOON,
        newest_at=NOON,
        in_flood=True,
        taking=True,
    )
    assert scene.alert(summary=summary) == []
    assert scene.alert(control_room_id="canary-0") == []
    assert scene.dispatch(control_room_id="canary-0") == []
    assert scene.rows.documents == {}
    assert not {topics.CANARY, topics.SHADOW_ALERTS} & {*scene.stage.inputs}


def test_an_exercise_is_marked(scene: Scene) -> None:
    """Wherever it goes."""
    ((_, message),) = scene.alert(exercise=True)
    assert message.exercise
    (sent,) = scene.dispatch()
    assert isinstance(sent.message, PartnerDispatch)
    assert sent.message.exercise


def test_a_dispatch_goes_to_its_partner_alone_with_the_view_of_its_alert(scene: Scene) -> None:
    """With the deadline and the attempt; in the square in which the place was told before."""
    ((_, view),) = scene.alert()
    (sent,) = scene.dispatch(deadline_at=NOON + seconds(90), attempt=2)
    assert sent.topic == "partner-politie"
    message = sent.message
    assert isinstance(message, PartnerDispatch)
    assert (message.deadline_at, message.attempt, message.position) == (NOON + seconds(90), 2, view.position)
    assert (message.ground, message.verdict, message.dispatch_id) == (view.ground, view.verdict, "dispatch-1")


def test_a_dispatch_that_overtakes_its_alert_goes_out_with_what_it_tells(scene: Scene) -> None:
    """Seconds count; the alert follows."""
    (sent,) = scene.dispatch(recipient="ambulance")
    assert isinstance(sent.message, PartnerDispatch)
    assert (sent.message.place, sent.message.position) == ("Stadsplein, Amstelveen", None)
    assert told(scene.alert()) == [("partner-ambulance", False), ("partner-politie", False)]


def test_whoever_is_asked_to_come_is_told_of_the_alert_from_then_on(scene: Scene) -> None:
    """Also where the rules do not name it as a recipient, and below the lowest priority."""
    scene.alert(priority="P4")
    scene.dispatch(recipient="ambulance")
    assert told(scene.alert(revision=2, priority="P4")) == [("partner-ambulance", False)]


def asked(state: DispatchState, alert_id: str = "alert-1") -> AlertDispatch:
    """Return a request to the ambulance as an alert tells it."""
    return AlertDispatch(
        dispatch_id="dispatch-1", alert_id=alert_id, recipient="ambulance", state=state, attempt=1, asked_at=NOON,
        asked_revision=1, since=NOON, deadline_at=NOON, confirmed_by="operator-1", confirmed_at=NOON,
        reason=sharing.receipt_of_nothing("x"),
    )  # fmt: skip


@pytest.mark.parametrize("state", ["rejected", "expired", "withdrawn"])
def test_whoever_does_not_come_need_not_know_any_more(scene: Scene, state: str) -> None:
    """Where the rules do not name it: it is withdrawn; a recipient of the rules is told on."""
    scene.dispatch(recipient="ambulance")
    assert told(scene.alert(dispatches=(asked(DispatchState.ACCEPTED),))) == [
        ("partner-ambulance", False), ("partner-politie", False),
    ]  # fmt: skip
    assert told(scene.alert(revision=2, dispatches=(asked(DispatchState(state)),))) == [("partner-ambulance", True)]
    assert scene.alert(revision=3, dispatches=(asked(DispatchState(state)),)) == []


def test_a_request_that_nobody_waits_for_any_more_is_withdrawn_once(scene: Scene) -> None:
    """By its id, on the topic that it stands on; one that its partner refused, or did not answer, ended by that."""
    scene.dispatch(recipient="ambulance")
    scene.alert(dispatches=(asked(DispatchState.ASKED),))
    over = example(Alert, revision=2, state="closed", closing="false", dispatches=(asked(DispatchState.WITHDRAWN),))
    [gone] = [each for each in scene.give(over, topics.ALERTS) if isinstance(each.message, PartnerDispatchWithdrawn)]
    assert isinstance(gone.message, PartnerDispatchWithdrawn)
    assert (gone.topic, gone.message.dispatch_id) == ("partner-ambulance", "dispatch-1")
    again = scene.give(over.model_copy(update={"revision": 3}), topics.ALERTS)
    assert not [each for each in again if isinstance(each.message, PartnerDispatchWithdrawn)]


@pytest.mark.parametrize("state", ["rejected", "expired", "done"])
def test_a_request_that_ended_by_its_answer_is_not_withdrawn(scene: Scene, state: str) -> None:
    """Its partner knows."""
    scene.dispatch(recipient="ambulance")
    told_of = scene.give(example(Alert, revision=2, dispatches=(asked(DispatchState(state)),)), topics.ALERTS)
    assert not [each for each in told_of if isinstance(each.message, PartnerDispatchWithdrawn)]


def test_whoever_was_asked_for_an_alert_that_was_merged_is_told_of_what_goes_on(scene: Scene) -> None:
    """The request was about the other one; the alert itself tells that somebody comes for it."""
    found = scene.alert(alert_id="alert-9", dispatches=(asked(DispatchState.EN_ROUTE),))
    assert told(found) == [("partner-ambulance", False), ("partner-politie", False)]


@pytest.mark.parametrize("recipient", ["hor", "nobody"])
def test_a_dispatch_without_a_ground_goes_to_nobody_and_comes_back_at_once(scene: Scene, recipient: str) -> None:
    """As rejected, so that the operator need not wait for the deadline."""
    scene.alert()
    (back,) = scene.dispatch(recipient=recipient)
    assert back.topic == topics.DISPATCH_RECEIPTS
    assert isinstance(back.message, DispatchReceipt)
    assert (back.message.outcome, back.message.dispatch_id, back.message.recipient) == (
        "rejected",
        "dispatch-1",
        recipient,
    )


def test_an_answer_is_handed_on_without_its_words(scene: Scene) -> None:
    """Its identity stays; words may be about persons."""
    scene.alert()
    scene.dispatch()
    (on,) = scene.answer("politie", detail="Jan de Vries is there")
    assert on.topic == topics.DISPATCH_RECEIPTS
    assert on.message == example(DispatchReceipt, detail="")
    assert on.message.message_id() == example(DispatchReceipt).message_id()


@pytest.mark.parametrize(
    ("partner", "changes", "code"),
    [
        ("brandweer", {}, "receipt-of-another"),
        ("brandweer", {"recipient": "brandweer"}, "receipt-of-another"),
        ("politie", {"recipient": "brandweer"}, "receipt-of-another"),
        ("politie", {"dispatch_id": "dispatch-9"}, "receipt-of-nothing"),
        ("politie", {"alert_id": "alert-9"}, "receipt-of-nothing"),
        ("politie", {"control_room_id": "elsewhere"}, "receipt-of-nothing"),
    ],
)
def test_any_other_answer_is_refused(scene: Scene, partner: str, changes: dict[str, Any], code: str) -> None:
    """Of another partner's dispatch, another room's, or none at all."""
    scene.alert()
    scene.dispatch()
    with pytest.raises(NotAllowedError) as refused:
        scene.answer(partner, **changes)
    assert isinstance(refused.value.what, Phrase)
    assert refused.value.what.code == code


@pytest.mark.parametrize(
    "message", [example(Alert), example(PartnerAlert), example(DispatchRequest), tick("room", NOON)]
)
def test_a_partner_sends_answers_and_nothing_else(scene: Scene, message: Message) -> None:
    """An alert on a partner's topic would be told to others as ours."""
    with pytest.raises(NotAllowedError):
        scene.give(message, topics.answers_topic("politie"))
    assert scene.rows.documents == {}


def test_what_is_refused_is_a_dead_letter_with_its_reason() -> None:
    """On the real runner: visibly, and nothing goes on."""
    live = LivePartition(Share(PARTNERS))
    live.give(topics.answers_topic("politie"), example(DispatchReceipt), NOON + seconds(60))
    letters = [record for record in live.records if record.topic == topics.DEAD_LETTERS]
    assert len(letters) == 1
    assert DeadLetterReason.NOT_ALLOWED.encode() in dict(letters[0].headers)["dead-letter"]
    assert not [record for record in live.records if record.topic == topics.DISPATCH_RECEIPTS]


def on(live: LivePartition, topic: str) -> int:
    """Return how many records stand on a topic."""
    return len([record for record in live.records if record.topic == topic])


def test_an_answer_of_another_is_refused_also_when_it_is_a_copy_of_one_that_was_taken() -> None:
    """It has that one's id, and would else pass for it come again; the partner's own, sent twice, is no second answer."""
    live, answer = LivePartition(Share(PARTNERS)), example(DispatchReceipt)
    live.give(topics.DISPATCH_REQUESTS, example(DispatchRequest), AT)
    for partner in ("politie", "brandweer", "brandweer", "politie"):
        live.give(topics.answers_topic(partner), answer, AT)
    assert on(live, topics.DEAD_LETTERS) == 2
    assert {record.value for record in live.records if record.topic == topics.DISPATCH_RECEIPTS} == {
        json_document(answer)
    }


def test_a_partner_cannot_keep_an_alert_from_others_by_taking_its_id() -> None:
    """The id of an alert's next revision can be worked out; an answer that has it is an answer, and the alert is told."""
    live = LivePartition(Share(PARTNERS))
    live.give(topics.DISPATCH_REQUESTS, example(DispatchRequest), AT)
    alert = example(Alert, revision=3, recipients=("ambulance", "politie"))
    answer = live.append(topics.answers_topic("politie"), example(DispatchReceipt), AT)
    headers = [(name, alert.message_id().encode() if name == "ce_id" else value) for name, value in answer.headers]
    live.take(replace(answer, headers=headers))
    assert on(live, topics.DISPATCH_RECEIPTS) == 1
    live.give(topics.ALERTS, alert, AT)
    assert on(live, "partner-ambulance") == 1


def test_what_is_over_is_forgotten(scene: Scene) -> None:
    """After a day, in which it may still reopen and be answered; its timers are gone too."""
    scene.alert()
    over = NOON + seconds(600)
    scene.alert(over, revision=2, state="closed", closing="true")
    scene.give(tick("room", over + seconds(4_000)), topics.ROOM_TICKS, over + seconds(4_000))
    assert scene.row is not None
    late = over + KEPT + seconds(4_000)
    for step in range(3):
        scene.give(tick("room", late), topics.ROOM_TICKS, late + seconds(120 * step))
    assert {key.split("/")[0] for key in scene.rows.documents} <= {"due-clock"}


def test_what_lives_long_is_kept_as_long(scene: Scene) -> None:
    """An alert that is still open is not forgotten by its timer."""
    scene.alert(expires_at=NOON + timedelta(days=3))
    scene.give(tick("room", NOON + timedelta(days=2)), topics.ROOM_TICKS, NOON + timedelta(days=2))
    assert scene.row is not None
    scene.give(tick("room", NOON + timedelta(days=5)), topics.ROOM_TICKS, NOON + timedelta(days=5))
    assert scene.row is None


def test_a_row_stays_small(scene: Scene) -> None:
    """Of a large alert that everybody may see."""
    report, camera = example(Alert).reports[0], example(Alert).cameras[0]
    scene.alert(
        category=Category.CROWD_DENSITY,
        recipients=tuple(PARTNERS.partners),
        reports=(report,) * 40,
        cameras=(camera,) * 25,
    )
    assert len(scene.rows.documents[KEY]) < 5_000


@given(st.lists(alerts(), min_size=1, max_size=6))
def test_whatever_alerts_come_no_topic_gets_more_than_it_may(changes: list[Alert]) -> None:
    """Revisions of one alert that change hands in any way; each partner ends with what is its own now, or with nothing."""
    scene, document, towns = Scene(), default_document(), frozenset(PARTNERS.towns)
    known: dict[str, set[str]] = {}
    for revision, alert in enumerate(changes):
        now = alert.model_copy(update={"revision": revision, "alert_id": "alert-1"})
        for output in scene.give(now, topics.ALERTS):
            message = output.message
            assert isinstance(message, PartnerAlert)
            assert beyond(output.topic, message.model_dump(mode="json"), document, towns) == []
            held = known.setdefault(message.partner, set())
            if message.withdrawn:
                held.remove(output.topic)
            else:
                held.add(output.topic)
            assert len(held) <= 1 or message.withdrawn
        theirs = {
            name
            for name in now.recipients
            if any(
                PARTNERS.grant(name, each)
                for each in (now.category, *(r.category for r in now.reports if not r.cancelled))
            )
        }
        assert {name for name, held in known.items() if held} <= theirs
    assert scene.row is not None
    assert {each.partner for each in scene.row.told} == {name for name, held in known.items() if held}


def test_states_that_end_are_those_of_the_lifecycle() -> None:
    """A new state must be decided on here."""
    from streams.domain.partners.view import BEGINS, ENDED

    assert {*AlertState} - BEGINS - ENDED == {AlertState.SHELVED, AlertState.SUPPRESSED}


HOME: dict[str, Any] = {
    "alert_id": "case-1", "category": "woonfraude_overbewoning", "operator_list": False, "priority": "P4", "reports": (),
    "recipients": ("oov", "corporatie"),
}  # fmt: skip
ROOM_CASE = f"case/{ROOM}/case-1"


def given_cases(outputs: Sequence[Output]) -> list[tuple[str, bool]]:
    """Return on which topics a case was told, and whether it was withdrawn."""
    return [(each.topic, each.message.withdrawn) for each in outputs if isinstance(each.message, PartnerCase)]


def receipt(partner: str, number: int, **changes: Any) -> CaseReceipt:
    """Return a partner's answer to a handover."""
    identity = handover_identity(ROOM, "case-1", partner, number)
    return example(CaseReceipt, alert_id="case-1", recipient=partner, handover_id=identity, **changes)


def test_a_case_goes_to_one_partner_and_to_nobody_as_an_alert(scene: Scene) -> None:
    """Though the rules name more recipients; nothing but the case is kept of it."""
    outputs = scene.give(example(Alert, **HOME), topics.ALERTS)
    assert [(each.topic, each.message.name) for each in outputs] == [("partner-oov", "partner-case")]
    assert {key.split("/")[0] for key in scene.rows.documents} == {"case", "due"}


def test_a_case_that_was_told_as_an_alert_is_withdrawn_from_all(scene: Scene) -> None:
    """As of a release, or a file, that handed nothing over; or since it was the operators' until now."""
    assert told(scene.alert(**HOME | {"operator_list": True})) == [
        ("partner-corporatie", False),
        ("partner-oov", False),
    ]
    outputs = scene.give(example(Alert, **HOME, revision=2), topics.ALERTS)
    alerts_told = [(each.topic, each.message) for each in outputs if isinstance(each.message, PartnerAlert)]
    assert told(alerts_told) == [("partner-corporatie", True), ("partner-oov", True)]
    assert given_cases(outputs) == [("partner-oov", False)]
    assert scene.rows.get(f"shared/{ROOM}/case-1", SharedRow) is None
    assert scene.give(example(Alert, **HOME | {"operator_list": True}, revision=1), topics.ALERTS) == []
    back = scene.give(example(Alert, **HOME | {"operator_list": True}, revision=3), topics.ALERTS)
    assert given_cases(back) == [("partner-oov", True)]
    assert len(back) == 3


def test_a_case_is_answered_on_the_partners_own_topic(scene: Scene) -> None:
    """Referred, then accepted by the other; an answer of whoever does not have it is refused and changes nothing."""
    scene.give(example(Alert, **HOME), topics.ALERTS)
    for partner, answer in (("hor", receipt("oov", 1)), ("corporatie", receipt("corporatie", 1))):
        with pytest.raises(NotAllowedError):
            scene.give(answer, topics.answers_topic(partner))
    referred = scene.give(receipt("oov", 1, outcome="referred", refer_to="corporatie"), topics.answers_topic("oov"))
    assert given_cases(referred) == [("partner-oov", True), ("partner-corporatie", False)]
    assert scene.give(receipt("corporatie", 2), topics.answers_topic("corporatie")) == []
    row = scene.rows.get(ROOM_CASE, CaseRow)
    assert row is not None
    assert (row.last.partner, row.last.accepted, row.facts) == ("corporatie", True, None)


def test_a_deleted_case_is_forgotten_once_nobody_has_to_answer_it(scene: Scene) -> None:
    """While a partner may still answer it stays: they must hear that it ends."""
    deletion = example(Deletion, about=ROOM, alert_ids=("case-1",))
    scene.give(example(Alert, **HOME), topics.ALERTS)
    scene.give(deletion, topics.ROOM_DELETIONS)
    assert scene.rows.get(ROOM_CASE, CaseRow) is not None
    scene.give(receipt("oov", 1), topics.answers_topic("oov"))
    scene.give(deletion, topics.ROOM_DELETIONS)
    assert scene.rows.get(ROOM_CASE, CaseRow) is None


def test_time_brings_a_case_back_and_ends_it(scene: Scene) -> None:
    """By the ticks alone, which come every second: back to its owner, overdue there, over, and forgotten."""
    scene.give(example(Alert, **HOME), topics.ALERTS)
    scene.give(receipt("oov", 1, outcome="referred", refer_to="corporatie"), topics.answers_topic("oov"))
    said: list[tuple[int, list[tuple[str, bool]]]] = []
    for hour in range(24 * 16):
        at = AT + timedelta(hours=hour)
        outputs = scene.give(tick("room", at), topics.ROOM_TICKS, at)
        said += [(hour // 24, found)] if (found := given_cases(outputs)) else []
    assert said == [
        (4, [("partner-corporatie", True), ("partner-oov", False)]),
        (8, [("partner-oov", False)]),
        (14, [("partner-oov", True)]),
    ]
    assert {key.split("/")[0] for key in scene.rows.documents} == {"due-clock"}


@pytest.mark.parametrize("outcome", ["accepted", "closed"])
def test_once_it_is_accepted_or_closed_no_row_has_a_word_of_it(scene: Scene, outcome: str) -> None:
    """Its place, kind and time are gone at once, a day after its alert is over its row, and by its time also its timer."""
    scene.give(example(Alert, **HOME, place="Planted Street, Amstelveen"), topics.ALERTS)
    assert any("Planted Street" in row for row in map(str, scene.rows.documents.values()))
    scene.give(receipt("oov", 1, outcome=outcome), topics.answers_topic("oov"))
    kept = str(scene.rows.documents)
    assert "Planted" not in kept
    assert "woonfraude" not in kept
    for days, left in ((2, {"due", "due-clock"}), (5, {"due-clock"})):
        at = AT + timedelta(days=days)
        scene.give(tick("room", at), topics.ROOM_TICKS, at)
        assert {key.split("/")[0] for key in scene.rows.documents} == left


def test_a_repeated_run_says_the_same_of_cases() -> None:
    """Deterministic: the same inputs at the same times give the same messages and rows."""

    def run() -> tuple[list[Any], dict[str, Any]]:
        found = Scene()
        given = [
            (example(Alert, **HOME), topics.ALERTS, AT),
            (receipt("oov", 1, outcome="referred", refer_to="corporatie"), topics.answers_topic("oov"), AT),
            (tick("room", AT + timedelta(days=5)), topics.ROOM_TICKS, AT + timedelta(days=5)),
        ]
        return [found.give(*each) for each in given], dict(found.rows.documents)

    assert run() == run()

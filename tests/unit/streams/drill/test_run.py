"""A drill against stages that answer as they should, or not: what it sends, what it refuses, what it says of a missing leg."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from schemas.actions import DRILL_USER, Action, OperatorAction
from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Category
from schemas.decisions import DecisionLog
from schemas.dispatch import AlertDispatch, DispatchOutcome, DispatchReceipt, DispatchRequest, DispatchState
from schemas.incidents import Incident
from schemas.phrases.codes.dispatch import dispatch_asked, the_partner
from schemas.sharing import PartnerAlert, PartnerDispatch
from streams import topics
from streams.cli.drill import run_drills, times_as_dict
from streams.config.files import load_rules
from streams.config.partners import load_partners
from streams.config.registry import load_registry
from streams.domain.drill import NotAnExerciseError
from streams.drill.plan import DrillPlan, drill_plan
from streams.drill.run import LEGS, Drill, DrillError
from streams.errors import ConfigurationError, DeliveryError
from tests.support.messages import NOON, example
from tests.support.worker_process import REGISTRY

RULES = load_rules()


def plan(partner: str = "", *, stand_in: bool = True, room: str = "", category: Category = Category.BRAND) -> DrillPlan:
    """Return the plan that the built-in files give."""
    return drill_plan(load_registry(REGISTRY), RULES, load_partners(rules=RULES), room, category, partner, stand_in)


@dataclass
class Stages:
    """The stages as a drill sees them; each change of what they should do is a fault."""

    without: frozenset[str] = frozenset()
    unmarked: frozenset[str] = frozenset()
    refuses: int = 0
    changes_meanwhile: bool = False
    answer: DispatchOutcome | None = None
    sent: list[tuple[str, Message]] = field(default_factory=list)
    coming: list[tuple[str, Message]] = field(default_factory=list)
    alert: Alert | None = None
    now_s: float = 0.0

    def send(self, topic: str, message: Message) -> None:
        """Take a message and let come what stages make of it."""
        self.sent.append((topic, message))
        self.now_s += 0.01
        match message:
            case Incident():
                row = (
                    example(Alert)
                    .reports[0]
                    .model_copy(update={"source": message.source, "source_id": message.source_id})
                )
                self._alert(
                    example(Alert, alert_id="a-1", revision=0, reports=(row,), state=AlertState.NEW, dispatches=())
                )
            case OperatorAction(action=Action.CONFIRM_DISPATCH):
                self._confirm(message)
            case OperatorAction(action=Action.CLOSE):
                self._change(state=AlertState.CLOSED)
            case DispatchReceipt():
                self._receipt(message)

    def came(self, wait_s: float) -> Iterable[tuple[str, Message]]:
        """Return what came."""
        self.now_s += wait_s
        coming, self.coming = self.coming, []
        return coming

    def _comes(self, topic: str, message: Any) -> None:
        if message.name in self.without:
            return
        if hasattr(message, "exercise"):
            message = message.model_copy(update={"exercise": message.name not in self.unmarked})
        self.coming.append((topic, message))

    def _alert(self, alert: Alert) -> None:
        self.alert = alert
        self._comes(topics.ALERTS, alert)

    def _change(self, **changes: Any) -> Alert:
        assert self.alert is not None
        self._alert(self.alert.model_copy(update=changes | {"revision": self.alert.revision + 1}))
        return self.alert

    def _confirm(self, action: OperatorAction) -> None:
        if self.refuses:
            self.refuses -= 1
            if self.changes_meanwhile:
                self._change()
            self._comes(topics.DECISION_LOG, example(DecisionLog, action_id=action.action_id, refused="it had changed"))
            return
        [partner] = action.recipients
        asked = AlertDispatch(
            dispatch_id="d-1", alert_id="a-1", recipient=partner, state=DispatchState.ASKED, attempt=1, asked_at=NOON,
            asked_revision=1, since=NOON, deadline_at=NOON, confirmed_by=action.user, confirmed_at=NOON,
            reason=dispatch_asked(the_partner(partner), NOON),
        )  # fmt: skip
        self._change(dispatches=(asked,))
        about = {"dispatch_id": "d-1", "alert_id": "a-1", "control_room_id": action.control_room_id}
        self._comes(topics.DISPATCH_REQUESTS, example(DispatchRequest, recipient=partner, **about))
        self._comes(topics.partner_topic(partner), example(PartnerAlert, partner=partner, alert_id="a-1"))
        self._comes(topics.partner_topic(partner), example(PartnerDispatch, partner=partner, **about))
        if self.answer is not None:
            self._receipt(example(DispatchReceipt, recipient=partner, outcome=self.answer, **about))

    def _receipt(self, receipt: DispatchReceipt) -> None:
        assert self.alert is not None
        [known] = self.alert.dispatches
        self._comes(topics.DISPATCH_RECEIPTS, receipt)
        self._change(dispatches=(known.model_copy(update={"answered_at": NOON, "state": DispatchState.ACCEPTED}),))


def drill(stages: Stages, made: DrillPlan | None = None, told: Callable[[str, float], None] = lambda *_: None) -> Drill:
    """Return a drill on stages, whose clock goes on where it waits."""

    def pause(seconds: float) -> None:
        stages.now_s += seconds

    return Drill(
        stages, made or plan(), "drill-1", lambda: NOON + timedelta(seconds=stages.now_s), 60, 5.0, told,
        lambda: stages.now_s, pause,
    )  # fmt: skip


def test_each_leg_has_its_time_and_the_operators_is_named() -> None:
    """The stand-in answers; the alert is closed as a test, by the drill's own user; all that is sent is an exercise."""
    stages, legs = Stages(), list[str]()
    run = drill(stages, told=lambda leg, _: legs.append(leg))
    result = run.run()
    assert legs == list(result.legs_ms) == list(LEGS)
    assert result.legs_ms["operator"] == pytest.approx(5_000, abs=1)
    assert result.informed_ms is not None
    assert result.informed_ms == pytest.approx(stages.now_s * 1_000, abs=1_000)
    assert (result.outcome, result.dispatch_id) == (DispatchOutcome.ACCEPTED, "d-1")
    [incident, confirmation, receipt, close] = [message for _, message in stages.sent]
    assert isinstance(incident, Incident)
    assert incident.exercise
    assert [each.user for each in (confirmation, close) if isinstance(each, OperatorAction)] == [DRILL_USER] * 2
    assert isinstance(close, OperatorAction)
    assert close.verdict == "test"
    assert isinstance(receipt, DispatchReceipt)
    assert [topic for topic, _ in stages.sent][2] == "partner-brandweer-answers"


def test_a_partners_own_program_answers() -> None:
    """The drill sends no answer then, and tells what the partner said, which may be no."""
    stages = Stages(answer=DispatchOutcome.REJECTED)
    result = drill(stages, plan("politie", stand_in=False)).run()
    assert result.outcome is DispatchOutcome.REJECTED
    assert not [message for _, message in stages.sent if isinstance(message, DispatchReceipt)]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("alert", ["incident"]),
        ("dispatch-request", ["incident", "operator-action", "operator-action"]),
        ("partner-alert", ["incident", "operator-action", "operator-action"]),
        ("partner-dispatch", ["incident", "operator-action", "operator-action"]),
    ],
)
def test_what_is_not_marked_as_an_exercise_ends_it(name: str, sent: list[str]) -> None:
    """Nothing is confirmed or answered then; an alert that is no exercise is not touched, one that is gets closed."""
    stages = Stages(unmarked=frozenset({name}))
    with pytest.raises(NotAnExerciseError, match=f"the {name} about a-1 is not marked as an exercise"):
        drill(stages).run()
    assert [message.name for _, message in stages.sent] == sent
    actions = [message.action for _, message in stages.sent if isinstance(message, OperatorAction)]
    assert actions in ([], [Action.CONFIRM_DISPATCH, Action.CLOSE])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("alert", "no alert within 60 s: is `worker locate decide` running"),
        ("dispatch-request", "nothing became of the drill's confirm_dispatch within 60 s: is `worker decide` running"),
        ("partner-dispatch", "partner-brandweer has no request for brandweer within 60 s: is `worker share` running"),
        ("dispatch-receipt", "no receipt within 60 s: is `worker share` running"),
    ],
)
def test_a_missing_leg_is_named(name: str, says: str) -> None:
    """With what to look at; the alert is closed all the same."""
    stages = Stages(without=frozenset({name}))
    with pytest.raises(DrillError, match=says):
        drill(stages).run()
    closed = [
        message for _, message in stages.sent if isinstance(message, OperatorAction) and message.action is Action.CLOSE
    ]
    assert len(closed) == (name != "alert")


def test_a_partners_program_that_does_not_answer_is_named() -> None:
    """And what it needs."""
    with pytest.raises(DrillError, match="does politie's program run, may it write partner-politie-answers"):
        drill(Stages(), plan("politie", stand_in=False)).run()


def test_an_alert_that_changed_meanwhile_is_confirmed_again() -> None:
    """On its newest revision, each time as another action."""
    stages = Stages(refuses=2, changes_meanwhile=True)
    assert drill(stages).run().dispatch_id == "d-1"
    confirmed = [m for _, m in stages.sent if isinstance(m, OperatorAction) and m.action is Action.CONFIRM_DISPATCH]
    assert [each.seen_revision for each in confirmed] == [0, 1, 2]
    assert len({each.action_id for each in confirmed}) == 3


def test_a_refusal_is_told() -> None:
    """In decide's own words, at once."""
    with pytest.raises(DrillError, match="decide refused the drill's confirm_dispatch: it had changed"):
        drill(Stages(refuses=1)).run()


def test_a_broker_that_goes_away_hides_nothing() -> None:
    """What failed first is told, not that the alert could not be closed."""
    stages = Stages(without=frozenset({"partner-dispatch"}))
    send = stages.send

    def refuse(topic: str, message: Message) -> None:
        if isinstance(message, OperatorAction) and message.action is Action.CLOSE:
            raise DeliveryError("operator-actions: gone")
        send(topic, message)

    stages.send = refuse  # type: ignore[method-assign]
    with pytest.raises(DrillError, match="has no request"):
        drill(stages).run()


def test_the_plan_names_what_it_cannot_do() -> None:
    """Health has its own topic; nobody is asked who may not know."""
    assert plan().partner == "brandweer"
    assert plan(category=Category.MEDISCH_ONWEL).topic == "partner-ambulance-health"
    partners = load_partners(rules=RULES)
    nobody = partners.model_copy(update={"partners": {"ggd": partners.partners["ggd"]}})
    with pytest.raises(ConfigurationError, match="--category is 'brand', expected one of which a partner is told: "):
        drill_plan(load_registry(REGISTRY), RULES, nobody, "", Category.BRAND, "", True)


def test_drills_follow_each_other_until_one_misses_a_leg() -> None:
    """Each has a name of its own; what came before the fault is told with it."""
    stages = Stages()
    results, missing = run_drills(stages, plan(), 3, 1.0, 0.0, lambda *_: None)
    assert (len(results), missing) == (3, "")
    assert len({each.name for each in results}) == 3
    told = times_as_dict(results, 3)
    assert (told["told"], told["missing"], told["legs_ms"].keys()) == (3, None, LEGS.keys())
    results, missing = run_drills(Stages(without=frozenset({"partner-dispatch"})), plan(), 3, 0.2, 0.0, lambda *_: None)
    assert len(results) == 1
    assert "is `worker share` running" in missing
    assert times_as_dict(results, 3, missing)["informed_ms"] is None

"""The stage `decide`: one alert per situation and control room, scored again whenever a fact or a person changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert, AlertState, Change
from schemas.decisions import DecisionLog
from schemas.deletion import Deletion
from schemas.dispatch import DispatchReceipt
from schemas.evidence import Evidence
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.dispatch import refused_receipt_unknown
from schemas.phrases.codes.refusals import (
    refused_decided_before,
    refused_no_such_alert,
    refused_unknown_action,
)
from schemas.phrases.phrase import Phrase
from schemas.ticks import Tick
from streams import topics
from streams.domain.alerts.acting.actions import act
from streams.domain.alerts.acting.confirm_dispatch import confirm
from streams.domain.alerts.acting.merge_split import merge, split
from streams.domain.alerts.acting.notes import annotate
from streams.domain.alerts.acting.reasons import reason_of
from streams.domain.alerts.alert import told_priority
from streams.domain.alerts.cause import explains, separate, with_symptoms
from streams.domain.alerts.dispatch import received, requests_of
from streams.domain.alerts.revise import Policy, revise
from streams.domain.alerts.situation import Situation
from streams.domain.alerts.suppression import NO_PLAN, Plan
from streams.domain.alerts.timers import due
from streams.domain.canary import is_canary
from streams.domain.rules.rules import Rules
from streams.stages.base import Input, Output, Rows
from streams.stages.decide.facts import Pair, fact_changes
from streams.stages.decide.store import DUE_BUCKET_S, SituationStore
from streams.stages.decide.tick_order import last_tick, note_tick
from streams.stages.timers import Timers

NO_ANSWER: Final[Mapping[str, Any]] = {}
ALERTS_AT_MOST: Final = 40
"""Alerts that one tick looks at, of which each may be sent. What is left waits for the next tick, a second later."""
BYTES_AT_MOST: Final = 400_000
"""Once a tick sends so much, other alerts wait for a later one: what it causes must fit a record of the changelog (980 kB), or it
is set aside and the next tick tries the same for ever. One alert alone may have 530 kB (40 reports, 25 cameras each)."""


class Decide:
    """Joins facts to situations, and says each change of one as a whole alert.

    What an input finds changed is sent; what changes nothing is only written to the decision log.
    """

    name: str = "decide"
    inputs: tuple[str, ...] = (
        topics.EVIDENCE,
        topics.EVIDENCE_URGENT,
        topics.OPERATOR_ACTIONS,
        topics.DISPATCH_RECEIPTS,
        topics.ROOM_TICKS,
        topics.ROOM_DELETIONS,
    )
    stateful: bool = True
    max_late: timedelta | None = None
    ticks: str | None = topics.ROOM_TICKS

    def __init__(self, rules: Rules, registry_version: str, plan: Plan = NO_PLAN) -> None:
        """Take the rules, the registry's version, which goes into each alert, and the plan of what is expected."""
        self._rules = rules
        self._registry_version = registry_version
        self._policy = Policy(rules, plan, registry_version)

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return the alerts that an input changes, and the record of the decision.

        Raises:
            TypeError: The message is of another type than this stage's topics carry.
        """
        match item.message:
            case Evidence() as evidence:
                store = self._store(rows, evidence.control_room_id)
                changes = fact_changes(evidence, store, self._rules, now)
                alerts = self._changed(changes, store, Change.EVIDENCE, now)
                return self._outputs(item, rows, store, alerts, now)
            case OperatorAction() as action:
                store = self._store(rows, action.control_room_id)
                alerts, refused = self._act(action, store, now)
                told = sentence(refused)[:300] if refused else ""
                reason = None if refused else reason_of(action)
                answer = {"action_id": action.action_id, "refused": told, "refused_phrase": refused, "reason": reason}
                return self._outputs(item, rows, store, alerts, now, answer)
            case DispatchReceipt() as receipt:
                store = self._store(rows, receipt.control_room_id)
                alerts, refused = self._receive(receipt, store, now)
                told = sentence(refused)[:300] if refused else ""
                said = {"dispatch_id": receipt.dispatch_id, "refused": told, "refused_phrase": refused}
                return self._outputs(item, rows, store, alerts, now, said)
            case Tick():
                return self._tick(item, rows, now)
            case Deletion() as deletion:
                store = self._store(rows, deletion.about)
                store.delete(deletion, now)
                return self._outputs(item, rows, store, [], now)
            case other:
                raise TypeError(f"expected evidence, an action, a receipt, a tick or a deletion, got a {other.name}")

    def _store(self, rows: Rows, room: str) -> SituationStore:
        return SituationStore(rows, room, self._rules, self._registry_version)

    def _act(self, action: OperatorAction, store: SituationStore, now: datetime) -> tuple[list[Alert], Phrase | None]:
        """Do what an operator asks; return the alerts that it changed, or why it is refused, which changes nothing."""
        known = store.get(action.alert_id)
        if known is None and not store.budget.knows(action.alert_id):
            return [], refused_no_such_alert()
        if not store.acted.first_time(action):
            return [], refused_decided_before()
        if not isinstance(action.action, Action):
            return [], refused_unknown_action(action.action)
        if known is None:
            return [], store.budget.act(action, now)
        changes: Sequence[Pair]
        match action.action:
            case Action.MERGE:
                changes, refused = merge(known, store.get(action.other_alert_id), action, self._rules, now)
            case Action.SPLIT:
                changes, refused = split(known, action, now)
            case Action.DETACH | Action.ATTACH:
                after, refused = separate(known, action)
                changes = ((known, after),)
            case Action.CONFIRM_DISPATCH:
                after, refused = confirm(known, action, told_priority(known, self._rules), self._rules, now)
                changes = ((known, after),)
            case Action.NOTE:
                after, refused = annotate(known, action, now)
                changes = ((known, after),)
            case _:
                after, refused = act(known, action, told_priority(known, self._rules), now)
                changes = ((known, after),)
        return self._changed(changes, store, Change.ACTION, now), refused

    def _receive(
        self, receipt: DispatchReceipt, store: SituationStore, now: datetime
    ) -> tuple[list[Alert], Phrase | None]:
        """Take a partner's answer; return the alert that it changed, or why it means nothing, which changes nothing."""
        known = store.asking(receipt.alert_id)
        if known is None:
            return [], refused_receipt_unknown()
        told = received(known, receipt, told_priority(known, self._rules), self._rules, now)
        return self._changed(((known, told.situation),), store, told.change, now), told.refused

    def _changed(self, changes: Sequence[Pair], store: SituationStore, why: Change, now: datetime) -> list[Alert]:
        alerts = [self._change(before, after, store, why, now) for before, after in changes]
        return [alert for alert in alerts if alert is not None]

    def _change(
        self, before: Situation | None, after: Situation, store: SituationStore, why: Change, now: datetime
    ) -> Alert | None:
        """Write and return what changed; None where nothing did."""
        if after is before or after == before:
            return None
        return self._revise(before, after, store, why, now)

    def _revise(
        self,
        before: Situation | None,
        after: Situation,
        store: SituationStore,
        why: Change,
        now: datetime,
        look: bool = False,
    ) -> Alert:
        """Write and return the next revision; `look` whether to look for another cause, though its facts are the same."""
        near = store.causes.near(after) if look else store.causes.of_change(before, after)
        revision = revise(before, after, why, store.repeats.of(after), self._policy, now, near)
        return store.keep(before, revision, now)

    def _look_at_repeats(self, store: SituationStore, now: datetime) -> list[Alert]:
        """Return the alerts that repeat what was changed otherwise than before."""
        found = []
        for alert_id in store.repeats.take_touched():
            known = store.get(alert_id)
            if known is None or known.ended_at is not None:
                continue
            if store.repeats.of(known) != known.near_repeats:
                found.append(self._revise(known, known, store, Change.EVIDENCE, now))
        return found

    def _tell_causes(self, store: SituationStore, now: datetime) -> list[Alert]:
        """Return the causes that something came under, or left."""
        found = []
        for alert_id, added, removed in store.causes.take_changed():
            known = store.get(alert_id)
            after = with_symptoms(known, added, removed) if known is not None and explains(known) else known
            if known is not None and after is not None and after is not known:
                found.append(self._revise(known, after, store, Change.EVIDENCE, now))
        return found

    def _tick(self, item: Input, rows: Rows, now: datetime) -> list[Output]:
        """Do what is due: expire, bring back, escalate, show what fell, forget; a tick with nothing due leaves no trace."""
        timers = Timers(rows, DUE_BUCKET_S)
        if not timers.moved(now):
            return []
        note_tick(rows, item.offset)
        rooms: dict[str, tuple[SituationStore, list[Alert]]] = {}
        left = BYTES_AT_MOST
        for name in timers.take(now, "alert/", ALERTS_AT_MOST):
            kind, room, about = name.split("/", 2)
            store, alerts = rooms.setdefault(room, (self._store(rows, room), []))
            if kind != "alert":
                store.come_due(kind, about, now)
            elif left <= 0:
                store.look_soon(about, now)
            elif (alert := self._look_again(about, store, now)) is not None:
                alerts.append(alert)
                left -= len(alert.model_dump_json().encode())
        told = [
            output
            for store, alerts in rooms.values()
            if alerts or store.budget.telling or store.causes.telling
            for output in self._outputs(item, rows, store, alerts, now)
        ]
        forgotten = [name for store, _ in rooms.values() for name in store.forgotten_cases]
        return told + [_forgotten(item, alert_id) for alert_id in forgotten]

    def _look_again(self, alert_id: str, store: SituationStore, now: datetime) -> Alert | None:
        known = store.get(alert_id)
        if known is None:
            return None
        if known.ended_at is not None:
            store.settle(known, now)
            return None
        step = due(known, self._rules, now)
        if step is None:
            stale = store.causes.stale(known)
            if not stale:
                store.causes.come_under(known)
            alert = self._revise(known, known, store, Change.EVIDENCE, now, look=True) if stale else None
            store.look_again(store.get(alert_id) or known)
            return alert
        if (
            step.change is Change.EXPIRED and step.situation.state is AlertState.CANCELLED
        ):  # said before: it takes no more
            store.put(known, step.situation)
            return None
        changed = self._revise(known, step.situation, store, step.change, now, look=True)
        store.look_again(store.get(alert_id) or known)
        return changed

    def _outputs(
        self,
        item: Input,
        rows: Rows,
        store: SituationStore,
        alerts: Sequence[Alert],
        now: datetime,
        answer: Mapping[str, Any] = NO_ANSWER,
    ) -> list[Output]:
        """Return each alert for its two topics, its requests to partners, and one record of the decision, with what it answers.

        A summary stands before what is under it. The newest state stands in its control room's partition, which is the
        input's, under the alert's own key.
        """
        outputs: list[Output] = []
        alerts = [*alerts, *self._look_at_repeats(store, now)]
        alerts = [*alerts, *self._tell_causes(store, now)]
        alerts = [*store.budget.told(), *alerts]
        canary = is_canary(store.room)
        changes, newest = (topics.CANARY, topics.CANARY_STATE) if canary else (topics.ALERTS, topics.ALERT_STATE)
        for alert in alerts:
            state = Output(newest, alert, key=alert.alert_id, partition=item.partition)
            outputs += [Output(changes, alert), state]
            outputs += [Output(topics.DISPATCH_REQUESTS, request) for request in requests_of(alert)]
        decision = DecisionLog.model_construct(
            control_room_id=store.room,
            sequence=store.next_sequence(),
            topic=item.topic,
            partition=item.partition,
            offset=item.offset,
            input_id=item.event_id,
            now=now,
            alert_ids=tuple(alert.alert_id for alert in alerts),
            rules_version=self._rules.version,
            registry_version=self._registry_version,
            after_tick=last_tick(rows),
            **answer,
        )
        return [*outputs, Output(topics.DECISION_LOG, decision, measured=store.budget.measured)]


def _forgotten(item: Input, alert_id: str) -> Output:
    """Return that a case of a partner is to go from `alert-state`: its partner has it, or its time is over."""
    return Output(topics.ALERT_STATE, item.message, key=alert_id, partition=item.partition, tombstone=True)

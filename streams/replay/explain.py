"""Explain: whether an alert's score comes out again, by following its control room's decision log to the alert's revision.

The inputs are taken from the topics and decided anew, in the order and at the times of the log, by the stage itself. First the
decisions that concern the alert are followed, a handful; where they do not give it, as a summary, the whole room's are, from the
day before on. The ticks between them that left no decision are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from schemas.alerts import Alert, Factor
from schemas.decisions import DecisionLog
from schemas.errors import UndecodableError
from schemas.phrases.codes import explanations as says
from schemas.phrases.phrase import Phrase, Told
from streams import topics
from streams.domain.alerts.suppression import NO_PLAN, Plan
from streams.domain.rules.rules import Rules
from streams.kafka.decoding import Decoder, undecodable_line
from streams.kafka.partitioner import partition_of
from streams.kafka.reader import Reader
from streams.kafka.record import Record
from streams.replay.recording import FACTS, Recording, input_of, recording_of
from streams.runtime.in_memory import MemoryRows
from streams.settings import KafkaSettings
from streams.stages.base import Input
from streams.stages.decide.stage import Decide

BEFORE: Final = timedelta(days=1)
"""How long before an alert its room's log is followed from: what came early, or was decided late."""
COMPARED: Final = (
    "priority",
    "score",
    "capped_by",
    "falls_to",
    "falls_at",
    "factors",
    "near_repeats",
    "verdict",
    "report_verdicts",
    "caused_by",
    "under_cause",
    "movements",
    "dispatches",
    "unanswered_at",
    "exercise",
)
"""What must come out again. Reasons are compared as text: what was sent before there were phrases has none."""


class ExplainOutcome(StrEnum):
    """Explain outcome: what came of deciding anew."""

    SAME = "same"
    DIFFERENT = "different"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Recomputed:
    """An alert beside the one that came out again.

    Attributes:
        alert: As it was sent.
        again: As it came out; None where its revision was not reached.
        outcome: Whether both say the same.
        decisions: How many decisions were followed.
        differences: Each thing that differs or is missing.
    """

    alert: Alert
    again: Alert | None
    outcome: ExplainOutcome
    decisions: int
    differences: tuple[Told, ...]


def read_alert(kafka: KafkaSettings, alert_id: str, decoder: Decoder) -> Alert | None:
    """Return the newest revision of an alert, None where none is retained; a decoder counts what of it cannot be decoded.

    Raises:
        ClusterError: The cluster does not answer.
    """
    found: list[Alert] = []
    with Reader(kafka, "explain") as reader:
        for record in reader.read_spans(reader.spans((topics.ALERT_STATE, topics.ALERTS))):
            if alert_id.encode() in (record.value or b""):
                message = decoder.message(record)
                if isinstance(message, Alert) and message.alert_id == alert_id:
                    found.append(message)
    return max(found, key=lambda each: each.revision, default=None)


def read_room(kafka: KafkaSettings, alert: Alert) -> Recording:
    """Return the decisions of an alert's control room since the day before it and what it repeats, and their inputs.

    Raises:
        ClusterError: The cluster does not answer.
    """
    room = alert.control_room_id.encode()
    partition = partition_of(topics.DECISION_LOG, room)
    since = min([alert.opened_at, alert.occurred_at, *(each.occurred_at for each in alert.near_repeats)]) - BEFORE
    with Reader(kafka, "explain") as reader:
        spans = reader.spans((topics.DECISION_LOG, *FACTS), since).items()
        records = reader.read_spans({place: span for place, span in spans if place[1] == partition})
        return recording_of(record for record in records if record.key == room)


def recompute(alert: Alert, recording: Recording, rules: Rules, plan: Plan = NO_PLAN) -> Recomputed:
    """Return what comes out when an alert's inputs are decided anew, with the whole room's where its own do not do.

    A summary is such an alert: what opened it depends on what was shown lately.

    Args:
        alert: The alert to explain.
        recording: The decisions of its control room, and their inputs.
        rules: The rules to decide by.
        plan: What is expected.
    """
    logs = [sorted(log.decisions.items()) for log in recording.logs.values()]
    whole = [each for log in logs for (room, _), each in log if room == alert.control_room_id]
    found = _followed(alert, [each for each in whole if _concerns(each, alert, recording)], recording, rules, plan)
    if found.outcome is ExplainOutcome.SAME:
        return found
    followed = _followed(alert, whole, recording, rules, plan)
    return followed if followed.outcome is ExplainOutcome.SAME else found


def _concerns(decision: DecisionLog, alert: Alert, recording: Recording) -> bool:
    """Return whether a decision changed the alert, one that it repeats, or its cause, or was made on what names its reports."""
    cause = () if alert.caused_by is None else (alert.caused_by,)
    if {alert.alert_id, *cause, *(each.alert_id for each in alert.near_repeats)} & set(decision.alert_ids):
        return True
    record = _record(decision, recording)
    value = (record.value if record else None) or b""
    return any(report.incident_id.encode() in value for report in alert.reports)


def _record(decision: DecisionLog, recording: Recording) -> Record | None:
    """Return what a decision was made on; of a tick its time is all."""
    if decision.topic == topics.ROOM_TICKS:
        return Record(decision.topic, decision.partition, decision.offset, None, None, [], decision.now)
    return recording.log(decision.partition).facts.get((decision.topic, decision.offset))


def _input(decision: DecisionLog, recording: Recording) -> Input | Phrase:
    """Return what the stage was given, or why it cannot be given again."""
    record, place = _record(decision, recording), f"{decision.topic}/{decision.partition}@{decision.offset}"
    try:
        return says.input_not_retained(place) if record is None else input_of(record)
    except UndecodableError as error:
        return says.input_undecodable(place, error.what)


def _followed(
    alert: Alert, decisions: Iterable[DecisionLog], recording: Recording, rules: Rules, plan: Plan
) -> Recomputed:
    """Follow decisions in the order of their sequence, up to the one that gives the alert's revision."""
    stage, rows = Decide(rules, alert.registry_version, plan), MemoryRows()
    missing: list[Told] = [line] if (line := undecodable_line(recording.undecodable)) else []
    again: Alert | None = None
    count = 0
    for decision in decisions:
        item = _input(decision, recording)
        if isinstance(item, Phrase):
            missing.append(item)
            continue
        count += 1
        found = [output.message for output in stage.handle(item, rows, decision.now) if output.topic == topics.ALERTS]
        again = next((each for each in found if isinstance(each, Alert) and _same(each, alert)), None)
        if again is not None:
            break
    if again is None:
        missing.append(says.revision_not_reached(alert.revision))
        return Recomputed(alert, None, ExplainOutcome.INCOMPLETE, count, tuple(missing))
    differences = tuple(_differences(alert, again))
    outcome = (
        ExplainOutcome.SAME if not differences else ExplainOutcome.INCOMPLETE if missing else ExplainOutcome.DIFFERENT
    )
    return Recomputed(alert, again, outcome, count, (*differences, *(missing if differences else ())))


def _same(one: Alert, other: Alert) -> bool:
    return (one.alert_id, one.revision) == (other.alert_id, other.revision)


def _differences(alert: Alert, again: Alert) -> Iterator[Phrase]:
    for name in COMPARED:
        was, now = getattr(alert, name), getattr(again, name)
        if name == "factors":
            yield from _factors(alert, again)
        elif was != now:
            yield says.comes_out_otherwise(name, _words(was), _words(now))


def _factors(alert: Alert, again: Alert) -> Iterator[Phrase]:
    was, now = ({factor.rule_id: factor for factor in each.factors} for each in (alert, again))
    for rule_id in dict.fromkeys((*was, *now)):
        before, after = was.get(rule_id), now.get(rule_id)
        if (before and (before.points, before.reason)) != (after and (after.points, after.reason)):
            yield says.factor_comes_out_otherwise(rule_id, *(_factor(each) for each in (before, after)))


def _factor(factor: Factor | None) -> Phrase:
    if factor is None:
        return says.factor_not_there()
    return says.factor_told(f"{factor.points:+g}", factor.phrase or factor.reason)


def _words(value: object) -> str:
    return "none" if value is None else str(value)

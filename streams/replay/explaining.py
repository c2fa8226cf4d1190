"""Whether an alert's score comes out again: its inputs are taken from the topics and decided anew, at their recorded times.

Only the decisions that concern the alert are played: those that changed it, those about its reports and episodes, and those of
alerts that it repeats or that were changed together with it. Where they do not give it, all of its control room are. They go
through the stage itself, so nothing is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.alerts import Alert, DecisionLog
from schemas.base import Message
from schemas.evidence import EpisodeFact, Evidence, ReportFact
from schemas.operations import Tick
from streams import topics
from streams.domain.alerts.suppression import NO_PLAN, Plan
from streams.domain.rules.rules import Rules
from streams.runtime.in_memory import MemoryRows
from streams.stages.base import Input
from streams.stages.decide.stage import Decide

Place = tuple[str, int, int]
"""Topic, partition and offset of a record."""

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
)
"""What must come out again."""


class ExplainOutcome(StrEnum):
    """What came of deciding anew."""

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
        decisions: How many decisions were played.
        differences: One line for each thing that differs or is missing.
    """

    alert: Alert
    again: Alert | None
    outcome: ExplainOutcome
    decisions: int
    differences: tuple[str, ...]


def recompute(
    alert: Alert,
    decisions: Iterable[DecisionLog],
    messages: Mapping[Place, Message],
    rules: Rules,
    plan: Plan = NO_PLAN,
) -> Recomputed:
    """Return what comes out when an alert's inputs are decided anew, with the whole control room's where its own do not do.

    A summary is such an alert: what opened it depends on what was shown lately. So is one that repeated another before.

    Args:
        alert: The alert to explain.
        decisions: The decision log of its control room, in any order, repeats included.
        messages: Evidence and operators' actions, by the place of their record.
        rules: The rules to decide by.
        plan: What is expected.
    """
    ordered = _in_order(alert, decisions)
    found = _played(alert, concerning(alert, ordered, messages), messages, rules, plan)
    if found.outcome is ExplainOutcome.SAME:
        return found
    whole = _played(alert, ordered, messages, rules, plan)
    return whole if whole.outcome is ExplainOutcome.SAME else found


def _played(
    alert: Alert, chosen: Sequence[DecisionLog], messages: Mapping[Place, Message], rules: Rules, plan: Plan
) -> Recomputed:
    stage, rows = Decide(rules, alert.registry_version, plan), MemoryRows()
    missing: list[str] = []
    again: Alert | None = None
    played = 0
    for decision in chosen:
        message = _message(decision, messages)
        if message is None:
            missing.append(f"{decision.topic}/{decision.partition}@{decision.offset} is not retained any more")
            continue
        played += 1
        outputs = stage.handle(_input(decision, message), rows, decision.now)
        found = [output.message for output in outputs if output.topic == topics.ALERTS]
        again = next((each for each in found if isinstance(each, Alert) and _same(each, alert)), again)
        if again is not None:
            break
    if again is None:
        missing.append(f"revision {alert.revision} did not come out: its decisions are not all in the decision log")
        return Recomputed(alert, None, ExplainOutcome.INCOMPLETE, played, tuple(missing))
    differences = tuple(_differences(alert, again))
    outcome = (
        ExplainOutcome.SAME if not differences else ExplainOutcome.INCOMPLETE if missing else ExplainOutcome.DIFFERENT
    )
    return Recomputed(alert, again, outcome, played, (*differences, *(missing if differences else ())))


def concerning(alert: Alert, decisions: Iterable[DecisionLog], messages: Mapping[Place, Message]) -> list[DecisionLog]:
    """Return the decisions that an alert came from, in their order, each once."""
    ordered = _in_order(alert, decisions)
    alert_ids = _related(alert, ordered)
    facts = {row.incident_id for row in alert.reports}
    for decision in ordered:
        if alert_ids & set(decision.alert_ids):
            facts |= set(_fact_ids(_message(decision, messages)))
    return [
        decision
        for decision in ordered
        if alert_ids & set(decision.alert_ids) or facts & set(_fact_ids(_message(decision, messages)))
    ]


def _in_order(alert: Alert, decisions: Iterable[DecisionLog]) -> list[DecisionLog]:
    mine = {each.sequence: each for each in decisions if each.control_room_id == alert.control_room_id}
    return [mine[sequence] for sequence in sorted(mine)]


def _related(alert: Alert, ordered: Sequence[DecisionLog]) -> set[str]:
    """Return the alert, those that it repeats, and those that one fact or action changed together with any of them.

    A tick changes alerts that have nothing to do with each other.
    """
    together = [
        set(decision.alert_ids)
        for decision in ordered
        if len(decision.alert_ids) > 1 and decision.topic != topics.ROOM_TICKS
    ]
    found = {alert.alert_id, *(each.alert_id for each in alert.near_repeats)}
    while True:
        more = set().union(*(ids for ids in together if ids & found)) - found
        if not more:
            return found
        found |= more


def _message(decision: DecisionLog, messages: Mapping[Place, Message]) -> Message | None:
    if decision.topic == topics.ROOM_TICKS:
        return Tick(group="room", partition=decision.partition, at=decision.now)
    return messages.get((decision.topic, decision.partition, decision.offset))


def _fact_ids(message: Message | None) -> Iterator[str]:
    if not isinstance(message, Evidence):
        return
    match message.fact:
        case ReportFact() as report:
            yield report.incident.incident_id
        case EpisodeFact() as episode:
            yield episode.episode_id
        case sighting:
            yield sighting.incident_id


def _input(decision: DecisionLog, message: Message) -> Input:
    return Input(
        message=message,
        payload=b"",
        topic=decision.topic,
        partition=decision.partition,
        offset=decision.offset,
        event_id=decision.input_id,
        entered_at=decision.now,
    )


def _same(one: Alert, other: Alert) -> bool:
    return (one.alert_id, one.revision) == (other.alert_id, other.revision)


def _differences(alert: Alert, again: Alert) -> Iterator[str]:
    for name in COMPARED:
        was, now = getattr(alert, name), getattr(again, name)
        if was == now:
            continue
        if name == "factors":
            yield from _factors(alert, again)
        else:
            yield f"{name}: was {_words(was)}, comes out as {_words(now)}"


def _factors(alert: Alert, again: Alert) -> Iterator[str]:
    was, now = ({factor.rule_id: factor for factor in each.factors} for each in (alert, again))
    for rule_id in dict.fromkeys((*was, *now)):
        before, after = was.get(rule_id), now.get(rule_id)
        if before != after:
            told = [f"{each.points:+g} {each.reason}" if each else "not there" for each in (before, after)]
            yield f"factor {rule_id}: was {told[0]}, comes out as {told[1]}"


def _words(value: object) -> str:
    return "none" if value is None else str(value)

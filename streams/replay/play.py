"""Other rules: what was recorded runs through the stages again, in the order of time.

Time is the one that decisions are given: when the broker took an input first (ADR 1). The live order differs from it where
the stage was behind, or took one topic before another; by how much is measured from the decision log and told as the
tolerance: facts that lie nearer together than this may have met in another order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from schemas.actions import OperatorAction
from schemas.alerts import Alert
from schemas.base import Message
from schemas.decisions import DecisionLog
from schemas.dispatch import DispatchReceipt, dispatch_identity
from streams import topics
from streams.domain.review.differences import facts_of
from streams.domain.rules.rules import Rules
from streams.kafka.dead_letter import Fault
from streams.kafka.record import Record
from streams.replay.recording import Recording, taken_at
from streams.runtime.guard import read_record
from streams.runtime.in_memory import InMemory
from streams.stages.base import Stage

_GIVEN_AS: Final = {topics.CAMERA_STATUS: topics.CAMERA_STATE}
"""The newest states are compacted; what was said of a camera, change by change, says the same."""
_SECOND: Final = timedelta(seconds=1)


@dataclass
class PlayedRecording:
    """Played recording: what came of playing.

    Attributes:
        alerts: Every version of each alert.
        inputs: Records that were given to the stages, ticks left out.
        ticks: Times that the stages were told the time.
        refused: Records that cannot be read or that a stage raised on; live they are dead letters.
        reaimed: Actions and answers given to the alert that holds what the live one held, since it has another identity.
    """

    alerts: list[Alert] = field(default_factory=list)
    inputs: int = 0
    ticks: int = 0
    refused: int = 0
    reaimed: int = 0


def play(recording: Recording, stages: Sequence[Stage], until: datetime) -> PlayedRecording:
    """Give everything that was recorded and that the first of these stages takes, a tick each second, until a time.

    Args:
        recording: What was recorded; its alerts tell which facts an operator's action was about.
        stages: `decide` alone, fed with recorded evidence; or locate, corroborate and decide, fed with reports and
            observations.
        until: The last tick (UTC).
    """
    return _Player(recording, stages).run(until)


class _Player:
    """One playing."""

    def __init__(self, recording: Recording, stages: Sequence[Stage]) -> None:
        self._line = InMemory(stages)
        made = _made_by(stages)
        self._taken = {topic for stage in stages for topic in stage.inputs} - made
        self._records = [
            (taken_at(record), record)
            for record in _records(recording)
            if _GIVEN_AS.get(record.topic, record.topic) in self._taken
        ]
        self._records.sort(key=lambda each: (each[0], each[1].topic, each[1].partition, each[1].offset))
        self._held_live: dict[str, Counter[str]] = defaultdict(Counter)
        for alert in recording.alerts.values():
            self._held_live[alert.alert_id].update(facts_of(alert))
        self._attempts = {
            each.dispatch_id: each.attempt for alert in recording.alerts.values() for each in alert.dispatches
        }
        self._holder: dict[str, str] = {}
        self._alert_ids: set[str] = set()
        self._seen: set[tuple[str, str]] = set()
        self._played = PlayedRecording()

    def run(self, until: datetime) -> PlayedRecording:
        clock = self._records[0][0].replace(microsecond=0) if self._records else until
        for now, record in self._records:
            while clock <= now:
                self._tick(clock)
                clock += _SECOND
            self._give(record, now)
        while clock <= until:
            self._tick(clock)
            clock += _SECOND
        return self._played

    def _tick(self, now: datetime) -> None:
        self._played.ticks += 1
        self._keep(output.message for output in self._line.tick(now) if output.topic == topics.ALERTS)

    def _give(self, record: Record, now: datetime) -> None:
        item = read_record(record, None)
        if item is None:
            return
        if isinstance(item, Fault):
            self._played.refused += 1
            return
        if (record.topic, item.event_id) in self._seen:
            return
        self._seen.add((record.topic, item.event_id))
        message = self._aimed(item.message)
        self._played.inputs += 1
        try:
            outputs = self._line.give(_GIVEN_AS.get(record.topic, record.topic), message, now)
        except Exception:  # live it would be a dead letter, whatever a stage raises
            self._played.refused += 1
            return
        self._keep(output.message for output in outputs if output.topic == topics.ALERTS)

    def _keep(self, messages: Iterable[Message]) -> None:
        for alert in messages:
            if isinstance(alert, Alert):
                self._played.alerts.append(alert)
                self._alert_ids.add(alert.alert_id)
                self._holder.update(dict.fromkeys(facts_of(alert), alert.alert_id))

    def _aimed(self, message: Message) -> Message:
        """Return an action or a partner's answer on the alert that holds most of what the live one held."""
        if not isinstance(message, OperatorAction | DispatchReceipt) or message.alert_id in self._alert_ids:
            return message
        held = self._held_live.get(message.alert_id, Counter())
        holders = Counter(self._holder[fact] for fact in held if fact in self._holder)
        if not holders:
            return message
        self._played.reaimed += 1
        aimed: dict[str, str] = {"alert_id": min(holders, key=lambda each: (-holders[each], each))}
        if isinstance(message, DispatchReceipt):
            attempt = self._attempts.get(message.dispatch_id, 1)
            aimed["dispatch_id"] = dispatch_identity(
                message.control_room_id, aimed["alert_id"], message.recipient, attempt
            )
        return message.model_copy(update=aimed)


def _made_by(stages: Sequence[Stage]) -> set[str]:
    """Return the topics that some of the stages fill themselves, so that what was recorded of them is not given again."""
    names = {stage.name for stage in stages}
    made: set[str] = {topics.CAMERA_TICKS, topics.ROOM_TICKS}
    if "locate" in names:
        made |= {topics.CAMERA_WATCHES, topics.EVIDENCE, topics.EVIDENCE_URGENT}
    return made


def _records(recording: Recording) -> Iterator[Record]:
    yield from recording.sights
    for log in recording.logs.values():
        yield from log.facts.values()


def disorder_s(decisions: Iterable[DecisionLog]) -> float:
    """Return by how many seconds the live order departed from the order of time at most, over all control rooms."""
    newest: dict[str, datetime] = {}
    most = timedelta(0)
    for each in sorted(decisions, key=lambda each: (each.control_room_id, each.sequence)):
        before = newest.setdefault(each.control_room_id, each.now)
        most = max(most, before - each.now)
        newest[each.control_room_id] = max(before, each.now)
    return most.total_seconds()


def asks_cameras_otherwise(one: Rules, other: Rules) -> bool:
    """Return whether two rules differ in what cameras are asked or found to say: then recorded evidence does not do."""
    if one.looking != other.looking or one.normal != other.normal or one.episodes != other.episodes:
        return True
    return any(one.of(category).cameras != other.of(category).cameras for category in one.categories)

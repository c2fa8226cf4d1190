"""The same rules again: the decision log is followed, and must give exactly the alerts that were sent.

Each partition is followed by itself. Its decisions stand in the order of their control room's sequence; `after_tick` tells
where between the ticks (`streams/stages/decide/tick_order.py`). What the log does not name was not decided: it was a
repeat, which the runner answers from memory, or it was set aside as a dead letter. Either way it left no trace in the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from schemas.alerts import Alert
from schemas.decisions import DecisionLog
from schemas.errors import UndecodableError
from streams import topics
from streams.domain.alerts.suppression import NO_PLAN, Plan
from streams.domain.rules.rules import Rules
from streams.errors import ToezichtError
from streams.kafka.decoding import undecodable_line
from streams.kafka.record import Record
from streams.replay.as_recorded import as_recorded
from streams.replay.recording import Recording, input_of, tick_id
from streams.runtime.in_memory import MemoryRows
from streams.runtime.processed import SLOTS
from streams.stages.base import Output
from streams.stages.decide.stage import Decide
from streams.stages.decide.store import SequenceRow
from streams.stages.decide.tick_order import last_tick

SAID_AT_MOST: Final = 100
"""Differences that are told one by one; all are counted."""


class ReplayError(ToezichtError):
    """The recording cannot be followed. One line saying what is missing and what to do."""


@dataclass
class FollowedLog:
    """Followed log: what came of following a log.

    Attributes:
        decisions: Followed, alerts compared.
        alerts: Whole alerts that were compared.
        ticks: Ticks that were handled.
        facts: Evidence and actions that were handled.
        differing: How many differences there are; `differences` tells the first of them, one line each.
    """

    decisions: int = 0
    alerts: int = 0
    ticks: int = 0
    facts: int = 0
    differing: int = 0
    differences: list[str] = field(default_factory=list)

    def differ(self, line: str) -> None:
        """Note a difference."""
        self.differing += 1
        if len(self.differences) < SAID_AT_MOST:
            self.differences.append(line)


def follow(recording: Recording, rules: Rules, start: Mapping[int, MemoryRows], plan: Plan = NO_PLAN) -> FollowedLog:
    """Follow all partitions of a recording.

    Args:
        recording: What was recorded.
        rules: Those that the recording was made with.
        start: The rows from which a partition starts; without them it starts with none. They are changed.
        plan: What was expected then.

    Raises:
        ReplayError: The log begins after the start, or misses a part that cannot be done without.
    """
    followed = FollowedLog()
    for partition in sorted(recording.logs):
        _Follower(recording, partition, rules, plan, start.get(partition) or MemoryRows(), followed).run()
    return followed


class _Follower:
    """One partition that is followed."""

    def __init__(
        self,
        recording: Recording,
        partition: int,
        rules: Rules,
        plan: Plan,
        rows: MemoryRows,
        followed: FollowedLog,
    ) -> None:
        self._recording = recording
        self._log = recording.log(partition)
        self._rules = rules
        self._plan = plan
        self._rows = rows
        self._followed = followed
        self._stages: dict[str, Decide] = {}
        self._ticks = iter([record for record in self._log.ticks if record.offset > last_tick(rows)])
        self._waiting: Record | None = next(self._ticks, None)
        self._repeats: dict[str, None] = {}
        self._tick_versions: dict[int, str] = {}

    def run(self) -> None:
        """Follow the partition from its start to the last decision."""
        decisions = self._to_follow()
        by_tick = {(each.offset, each.control_room_id): each for each in decisions if each.topic == topics.ROOM_TICKS}
        self._tick_versions = {each.offset: each.registry_version for each in by_tick.values()}
        for decision in decisions:
            self._tick_up_to(_place(decision), by_tick, decision.registry_version)
            if decision.topic != topics.ROOM_TICKS:
                self._decide(decision)
        for decision in by_tick.values():
            self._followed.differ(f"{_name(decision)}: gives nothing, live it gave {len(decision.alert_ids)} alerts")

    def _to_follow(self) -> list[DecisionLog]:
        """Return the decisions that the rows do not hold yet, in the order in which they were made."""
        found: list[DecisionLog] = []
        for room in sorted({room for room, _ in self._log.decisions}):
            row = self._rows.get(f"sequence/{room}", SequenceRow)
            first = expected = row.next if row else 0
            sequences = sorted(sequence for name, sequence in self._log.decisions if name == room)
            for sequence in (each for each in sequences if each >= first):
                if sequence > expected == first:
                    lost = undecodable_line(self._recording.undecodable)
                    raise ReplayError(
                        f"{room}: the log begins with decision {sequence}, expected {expected}; begin earlier with --from, "
                        "or start from a state that was saved before it with --state" + (f" ({lost})" if lost else "")
                    )
                if sequence > expected:
                    self._followed.differ(f"{room}: decisions {expected} to {sequence - 1} are not in the log")
                found.append(self._log.decisions[room, sequence])
                expected = sequence + 1
        self._check_versions(found)
        return sorted(found, key=_order)

    def _check_versions(self, decisions: Sequence[DecisionLog]) -> None:
        others = sorted({each.rules_version for each in decisions} - {self._rules.version})
        if others:
            raise ReplayError(f"the log was made with rules {', '.join(others)}, these are {self._rules.version}")
        if any(each.after_tick is None for each in decisions):
            raise ReplayError("the log was written by an older release, which did not tell where ticks stood")

    def _tick_up_to(self, offset: int, logged: dict[tuple[int, str], DecisionLog], registry_version: str) -> None:
        """Handle the ticks up to an offset, and compare what they give with what was logged of them."""
        while self._waiting is not None and self._waiting.offset <= offset:
            record, self._waiting = self._waiting, next(self._ticks, None)
            if tick_id(record) in self._repeats:
                continue
            version = self._tick_versions.get(record.offset, registry_version)
            outputs = self._stage(version).handle(input_of(record), self._rows, record.appended_at)
            self._followed.ticks += 1
            if last_tick(self._rows) == record.offset:
                self._remember(tick_id(record))
            for alerts, made in _decisions(outputs):
                self._compare(logged.pop((record.offset, made.control_room_id), None), made, alerts)

    def _remember(self, event_id: str) -> None:
        """Keep what the runner's ring of repeats would know."""
        self._repeats[event_id] = None
        if len(self._repeats) > SLOTS:
            del self._repeats[next(iter(self._repeats))]

    def _decide(self, decision: DecisionLog) -> None:
        record = self._log.facts.get((decision.topic, decision.offset))
        if record is None:
            raise ReplayError(
                f"{_name(decision)}: its input {decision.topic}/{decision.partition}@{decision.offset} is not there any more"
            )
        try:
            item = input_of(record)
        except UndecodableError as error:
            raise ReplayError(f"{_name(decision)}: {error.detail}") from None
        outputs = self._stage(decision.registry_version).handle(item, self._rows, decision.now)
        self._followed.facts += 1
        for alerts, made in _decisions(outputs):
            self._compare(decision, made, alerts)

    def _compare(self, logged: DecisionLog | None, made: DecisionLog, alerts: Sequence[Alert]) -> None:
        """Compare a decision, its time and its place included, and each whole alert."""
        self._followed.decisions += 1
        if logged is None:
            self._followed.differ(f"{_name(made)}: gives {len(alerts)} alerts, live it gave none and was not logged")
        elif (made := as_recorded(made, logged)) != logged:
            self._followed.differ(f"{_name(logged)}: {_changed_fields(logged, made)} differ")
        for alert in alerts:
            self._followed.alerts += 1
            live = self._recording.alerts.get((alert.alert_id, alert.revision))
            if live is None:
                lost = (
                    "was never sent, or cannot be decoded"
                    if self._recording.undecodable[topics.ALERTS]
                    else "was never sent"
                )
                self._followed.differ(f"alert {alert.alert_id} revision {alert.revision}: {lost}")
            elif live != (alert := as_recorded(alert, live)):
                fields = _changed_fields(live, alert)
                self._followed.differ(f"alert {alert.alert_id} revision {alert.revision}: {fields} differ")

    def _stage(self, registry_version: str) -> Decide:
        found = self._stages.get(registry_version)
        if found is None:
            found = self._stages[registry_version] = Decide(self._rules, registry_version, self._plan)
        return found


def _decisions(outputs: Sequence[Output]) -> Iterator[tuple[list[Alert], DecisionLog]]:
    """Yield each decision with the alerts that were sent before it."""
    alerts: list[Alert] = []
    for output in outputs:
        if isinstance(output.message, DecisionLog):
            yield alerts, output.message
            alerts = []
        elif isinstance(output.message, Alert) and output.topic == topics.ALERTS:
            alerts.append(output.message)


def _place(decision: DecisionLog) -> int:
    assert decision.after_tick is not None  # checked when the decisions were taken
    return decision.after_tick


def _order(decision: DecisionLog) -> tuple[int, bool, str, int]:
    """Sort a tick's decisions before those that came after it; control rooms do not meet."""
    return _place(decision), decision.topic != topics.ROOM_TICKS, decision.control_room_id, decision.sequence


def _name(decision: DecisionLog) -> str:
    return f"{decision.control_room_id}, decision {decision.sequence}"


def _changed_fields(one: Alert | DecisionLog, other: Alert | DecisionLog) -> str:
    """Return the names of the fields that differ, never their content."""
    return ", ".join(name for name in type(one).model_fields if getattr(one, name) != getattr(other, name))

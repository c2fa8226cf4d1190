"""The completeness check: what was accepted against what was decided, and what is missing is sent again.

It follows four topics, each with the stage that answers for it:

- `incidents`: `locate` puts each revision of a report on `evidence` or `evidence-urgent`;
- `evidence`, `evidence-urgent` and `operator-actions`: `decide` writes each that it is given, also what changes nothing,
  to `decision-log`;

or the stage sets the record aside, on `dead-letters`. A null value is no input, nor is what stands on another partition
than its key's: the stage sends it on, and the copy is one. `camera-watches` is not followed: `corroborate` answers some of
them with nothing, by rule (one that is cancelled, that a newer revision replaces, or whose camera said the same before), so
a watch that was handled cannot be told from one that was lost.

One check reads, in this order: how far the stages' groups are, all answers up to the topics' present ends, and the inputs
up to where the groups are. So an input is read after its answer, a backlog is not read at all, and what stays in memory
is small (`streams/completeness/ledger.py` has the numbers).
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Protocol

from schemas.codec import decode, envelope
from schemas.dead_letters import DeadLetterReference
from schemas.decisions import DecisionLog
from schemas.errors import UndecodableError
from schemas.evidence import Evidence, ReportFact
from schemas.incidents import Incident
from streams import metrics, topics
from streams.clock import Clock
from streams.completeness.ledger import COPIES_AT_MOST, AcceptedInput, Ledger, Missing, MissingReason, RecordPlace
from streams.kafka.decoding import Decoder, undecodable_line
from streams.kafka.partitioner import partition_of
from streams.kafka.record import FIRST_APPENDED_AT, Record, Where

log = logging.getLogger(__name__)

STAGE_OF: Final = {
    topics.INCIDENTS: "locate",
    topics.EVIDENCE: "decide",
    topics.EVIDENCE_URGENT: "decide",
    topics.OPERATOR_ACTIONS: "decide",
    topics.DISPATCH_RECEIPTS: "decide",
}
"""Which stage answers for the inputs of a topic; its consumer group has its name."""
_EVIDENCE: Final = (topics.EVIDENCE, topics.EVIDENCE_URGENT)
ANSWERS: Final = (*_EVIDENCE, topics.DECISION_LOG, topics.DEAD_LETTERS)
"""Where the answers stand."""
AGAIN_AT_MOST: Final = 500
"""Records sent again by one check: a few seconds' work; the rest follows with the next check."""
TOLD_AT_MOST: Final = 100
"""Lines of log by one check."""


class Cluster(Protocol):
    """Cluster: what the check needs of Kafka."""

    def committed(self) -> Mapping[Where, int]:
        """Return the next offset of each followed partition, for those that a group has committed."""

    def answers(self) -> Iterator[Record]:
        """Yield what came on the topics with answers since the last call, up to their ends at this call."""

    def inputs(self, until: Mapping[Where, int]) -> Iterator[Record]:
        """Yield what came on the followed topics since the last call, up to these offsets."""

    def send_again(self, place: RecordPlace) -> int | None:
        """Send a record again and return the confirmed offset of the copy, or None where the record is gone."""


@dataclass
class CheckResult:
    """Check result: what one check found.

    Attributes:
        checked: Inputs read by this check.
        waiting: Inputs without an answer that are not surely missing, or were sent again.
        missing: What has no answer now.
        reinjected: How many of them were sent again.
        given_up: How many of them are left to a person.
        undecodable: How many answers could not be decoded, by topic, since the last check: what they answer counts as missing.
    """

    checked: int = 0
    waiting: int = 0
    missing: list[Missing] = field(default_factory=list)
    reinjected: int = 0
    given_up: int = 0
    undecodable: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for a program; no content, no ids."""
        found = [{**each.place._asdict(), "reason": each.reason, "copies": each.copies} for each in self.missing]
        return {**asdict(self), "missing": found}


class Check:
    """Compares again and again; everything that it remembers is in its ledger.

    Args:
        cluster: Where it reads and sends.
        ledger: What it knows.
        clock: Tells when a commit was seen.
        stopping: Whether it is time to end.
        dry_run: Whether what is missing is only told and counted.
    """

    def __init__(
        self, cluster: Cluster, ledger: Ledger, clock: Clock, stopping: Callable[[], bool], *, dry_run: bool
    ) -> None:
        self._cluster = cluster
        self._ledger = ledger
        self._clock = clock
        self._stopping = stopping
        self._dry_run = dry_run
        self._decoder = Decoder()
        for topic in STAGE_OF:  # each series is there before anything is wrong, so that its first increase is seen
            for metric in (
                metrics.INPUTS_CHECKED, metrics.INPUTS_MISSING, metrics.INPUTS_REINJECTED, metrics.INPUTS_GIVEN_UP,
                metrics.INPUTS_WAITING,
            ):  # fmt: skip
                metric.labels(topic)
        metrics.COMPLETENESS_CHECKED_AT.set(clock().timestamp())

    def run(self) -> CheckResult | None:
        """Make one check and return what it found, or None where it was told to stop before it was complete.

        A failure of the cluster is raised; the next check goes on from where this one stood.
        """
        checked = self.look()
        return None if self._stopping() else self.judge(checked)

    def look(self) -> int:
        """Read what came, and return how many inputs there were."""
        committed = self._cluster.committed()
        self._ledger.committed(committed, self._clock())
        for record in self._cluster.answers():
            take_answer(record, self._ledger, self._decoder)
        checked = 0
        for record in self._cluster.inputs(committed):
            checked += take_input(record, self._ledger)
            if self._ledger.full:
                log.warning("more inputs without an answer than are kept at once: the rest is read later")
                break
        return checked

    def judge(self, checked: int) -> CheckResult:
        """Say what is missing, and send it again."""
        now = self._clock()
        result = CheckResult(checked, missing=self._ledger.missing(now), undecodable=dict(self._decoder.undecodable))
        self._decoder.undecodable.clear()
        self._tell(result)
        if not self._dry_run:
            self._send_again(result)
        waiting = self._ledger.waiting()
        for topic in STAGE_OF:
            metrics.INPUTS_WAITING.labels(topic).set(waiting[topic])
        result.waiting = waiting.total()
        if not self._ledger.full:
            self._ledger.forget(now)
        metrics.COMPLETENESS_CHECKED_AT.set(now.timestamp())
        return result

    def _tell(self, result: CheckResult) -> None:
        """Count and log what is new: what was found now, and what is given up."""
        new = [each for each in result.missing if each.reason is not MissingReason.STILL_UNDECIDED]
        for each in new:
            given_up = each.reason is MissingReason.GIVEN_UP
            (metrics.INPUTS_GIVEN_UP if given_up else metrics.INPUTS_MISSING).labels(each.place.topic).inc()
            result.given_up += given_up
        for each in new[:TOLD_AT_MOST]:
            stage = STAGE_OF[each.place.topic]
            log.warning(
                "%s/%d@%d has no answer of %s: %s, sent again %d times", *each.place, stage, each.reason, each.copies
            )
        if len(new) > TOLD_AT_MOST:
            log.warning("and %d more: %s", len(new) - TOLD_AT_MOST, dict(Counter(each.place.topic for each in new)))
        if result.undecodable:
            log.warning("%s; what they answer counts as missing", undecodable_line(result.undecodable))

    def _send_again(self, result: CheckResult) -> None:
        due = [each for each in result.missing if each.copies < COPIES_AT_MOST]
        for each in due[:AGAIN_AT_MOST]:
            if self._stopping():
                return
            offset = self._cluster.send_again(each.place)
            if offset is None:
                log.error("%s/%d@%d is gone and cannot be sent again", *each.place)
                self._ledger.give_up(each, self._clock())
                metrics.INPUTS_GIVEN_UP.labels(each.place.topic).inc()
                result.given_up += 1
            else:
                self._ledger.sent_again(each, offset)
                metrics.INPUTS_REINJECTED.labels(each.place.topic).inc()
                result.reinjected += 1


def take_input(record: Record, ledger: Ledger) -> bool:
    """Enter an accepted record, and return whether it is an input.

    One on another partition than its key's is sent on by its stage: its copy is the input.
    """
    if record.value is None or record.partition != partition_of(record.topic, record.key or b""):
        return False
    copy = any(name == FIRST_APPENDED_AT for name, _ in record.headers)
    place = RecordPlace(record.topic, record.partition, record.offset)
    ledger.accept(AcceptedInput(place, input_id(record, record.value), copy))
    metrics.INPUTS_CHECKED.labels(record.topic).inc()
    return True


def take_answer(record: Record, ledger: Ledger, decoder: Decoder) -> None:
    """Enter what a record says about an input, if anything."""
    message = None if _from_a_camera(record) else decoder.message(record)
    if isinstance(message, DecisionLog):
        lanes = _EVIDENCE if message.topic in _EVIDENCE else (message.topic,)
        for topic in lanes:  # after a restart with other rules a report may stand on both; it is decided once
            ledger.decided(topic, message.input_id, record.appended_at)
    elif isinstance(message, Evidence):
        if isinstance(message.fact, ReportFact):
            ledger.decided(topics.INCIDENTS, message.fact.incident.message_id(), record.appended_at)
    elif isinstance(message, DeadLetterReference) and STAGE_OF.get(message.topic) == message.stage:
        ledger.set_aside(RecordPlace(message.topic, message.partition, message.offset), record.appended_at)


def input_id(record: Record, value: bytes) -> str:
    """Return what the answer to a record names it by.

    A report's is derived from the report, as it is within the evidence; others' is the event's id. A record that has
    neither can only be set aside; its own digest makes it and its copies one input.
    """
    try:
        if record.topic == topics.INCIDENTS:
            message = decode(value, record.headers)
            if isinstance(message, Incident):
                return message.message_id()
        return envelope(record.headers).event_id
    except UndecodableError:
        return hashlib.sha256((record.key or b"") + b"\0" + value).hexdigest()


def _from_a_camera(record: Record) -> bool:
    """Return whether a record is evidence that `locate` did not send: cameras send far more of it, and it answers nothing."""
    try:
        return record.topic in _EVIDENCE and envelope(record.headers).stage != STAGE_OF[topics.INCIDENTS]
    except UndecodableError:
        return False

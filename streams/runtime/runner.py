"""The one runner between the agents and the framework: decode, guard, decide, write, send, confirm, acknowledge.

For each record of a stage's topics, in the order of its partition:

1. it is decoded and guarded (`streams/runtime/guard.py`); what fails goes to dead-letters, and the partition goes on; what a
   client with another partitioner wrote is sent on to the partition of its key, where its state is;
2. a repeated input sends again exactly what it caused the first time (`streams/runtime/processed.py`);
3. otherwise the agent decides, synchronously, with `now` being the time at which the broker appended the record (for one
   that is sent again: the first time), so that the same record gives the same decision whenever it is handled;
4. its rows become visible, and go to the changelog together with the outputs, without waiting (`streams/runtime/send_queue.py`);
5. when the broker has confirmed all of it, and all inputs before it are released, the rows are written to RocksDB and the
   input is acknowledged.

A send that fails stops the worker without acknowledging: the next worker takes the input again.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from schemas.audit import AuditEvent
from schemas.base import derive_id
from schemas.codec import Encoded
from schemas.dead_letters import DeadLetterReason
from schemas.deletion import Deletion
from schemas.phrases.codes import faults as says
from schemas.ticks import Tick
from streams import metrics
from streams.domain.incidents.urgency import may_be_urgent
from streams.errors import DeliveryError, NotAllowedError, UnknownCameraError
from streams.kafka.batches import PackedValue
from streams.kafka.dead_letter import Fault, dead_letter
from streams.kafka.partitioner import partition_of
from streams.kafka.record import (
    EncodedOutput,
    Record,
    Where,
    append_time,
    first_appended_at,
    is_sent_again,
    normal_headers,
    sent_again,
)
from streams.runtime import traced
from streams.runtime.assignment import PartitionAssignment
from streams.runtime.encode import MAX_RECORD_BYTES, MAX_ROW_BYTES, encoded, handler_fault, placed
from streams.runtime.faust.table import StateTable
from streams.runtime.guard import read_record, size_of
from streams.runtime.processed import ProcessedInputs
from streams.runtime.recurring import RecurringFaults
from streams.runtime.send_queue import QueuedInput
from streams.runtime.state import NoRows, PartitionState, StateError, StateRows
from streams.stages.base import Input, Output, Rows, Stage
from streams.topics import AUDIT, EVIDENCE, EVIDENCE_URGENT, INCIDENTS, ONLOOKERS, partner_of
from streams.tracing.context import TraceContext
from streams.tracing.spans import Span, within

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Owned:
    """Owned: what the runner keeps in memory of one partition that it owns."""

    state: PartitionState
    processed: ProcessedInputs


class Runner:
    """Runs one `Stage`.

    Args:
        stage: The agent.
        assignment: Tells what may be taken, and sends what it causes.
        table: Its state, or None for a stage without.
    """

    def __init__(self, stage: Stage, assignment: PartitionAssignment, table: StateTable | None) -> None:
        self.stage = stage
        self.assignment = assignment
        self.send_queue = assignment.send_queue
        self.table = table
        self._owned: dict[int, Owned] = {}
        self._sequence = 0
        self._recurring = RecurringFaults()
        metrics.failures_from_zero(stage.name)
        self._taken = {topic: metrics.MESSAGES_IN.labels(stage.name, topic) for topic in stage.inputs}
        self._repeated = metrics.MESSAGES_REPEATED.labels(stage.name)
        self._sent_on = {topic: metrics.MESSAGES_SENT_ON.labels(stage.name, topic) for topic in stage.inputs}
        self._told_of: set[str] = set()
        self._redelivered = metrics.MESSAGES_REPLAYED.labels(stage.name)

    async def run(self, events: AsyncIterator[Any]) -> None:
        """Handle the events of a stream until it ends or the worker fails."""
        async with self.send_queue.sending(), self.assignment.committing():
            async for event in events:
                try:
                    if await self.assignment.admit(event.message):
                        self.handle(record_of(event), self.assignment.acknowledgement(event.message))
                except (DeliveryError, StateError) as error:
                    self.send_queue.stop(error)
                except Exception as error:  # the framework would start a new agent, and pass over this input
                    log.exception("%s: a fault of ours", self.stage.name, extra={"stage": self.stage.name})
                    self.send_queue.stop(error)
                if self.send_queue.failed:
                    return

    def handle(self, record: Record, acknowledge: Callable[[], object]) -> None:
        """Handle one record up to the hand-over of all it causes."""
        span = traced.handling(self.stage.name, record)
        if span is None:
            self._take(record, acknowledge, None)
            return
        with within(span.context):
            self._take(record, acknowledge, span)

    def _take(self, record: Record, acknowledge: Callable[[], object], span: Span | None) -> None:
        self._taken[record.topic].inc()
        if record.again:
            self._redelivered.inc()
        item, trace = read_record(record, self.stage.max_late), traced.header_of(span)
        if isinstance(item, Input):
            if span is not None:
                traced.about(span, item)
            place = self._elsewhere(item)
            decided = self._decide(item, record, span) if place is None else self._send_on(item, record, place)
            if not isinstance(decided, Fault):
                rows, outputs = decided
                self._put(QueuedInput(item.partition, acknowledge, outputs, span=span), rows, trace)
                return
            item = decided
        outputs = self._set_aside(record, item) if isinstance(item, Fault) else []
        if span is not None and isinstance(item, Fault):
            span.failed = item.reason.value
        self._put(QueuedInput(record.partition, acknowledge, outputs, span=span), None, trace)

    def prepare(self, places: Iterable[Where]) -> None:
        """Read what is kept in memory of the partitions that came, so that their first inputs do not wait for it."""
        if self.table is None:
            return
        try:
            for partition in sorted({partition for _, partition in places}):
                self._own(self.table, partition)
        except StateError as error:
            self.send_queue.stop(error)

    def forget(self) -> None:
        """Forget what is held in memory: the partitions go, and those that come back are read again."""
        self._owned.clear()
        if self.table is not None:
            self.table.forget()

    def _elsewhere(self, item: Input) -> int | None:
        """Return the partition on which an input belongs, where that is another one than it stands on."""
        if isinstance(item.message, Tick) or not item.message.carried_by(item.topic):
            return None
        partition = partition_of(item.topic, item.message.key().encode())
        return None if partition == item.partition else partition

    def _send_on(self, item: Input, record: Record, partition: int) -> tuple[None, list[EncodedOutput]] | Fault:
        """Return an input as it is for its partition, with the time at which the broker took it first; there it is decided.

        An onlooker leaves that to the stage that answers for the input, and takes the copy.
        """
        if self.stage.name in ONLOOKERS:
            return None, []
        headers = sent_again(record.headers, record.appended_at)
        size = size_of(replace(record, headers=headers))
        if size > MAX_RECORD_BYTES:
            return Fault(DeadLetterReason.TOO_LARGE, says.copy_too_large(partition, size, MAX_RECORD_BYTES))
        if item.topic not in self._told_of:
            self._told_of.add(item.topic)
            log.warning(
                "%s: %s/%d@%d: its key belongs on partition %d: a client has another partitioner (docs/partners.md). "
                "What it writes is sent on",
                self.stage.name, item.topic, item.partition, item.offset, partition,
            )  # fmt: skip
        self._sent_on[item.topic].inc()
        return None, [EncodedOutput(item.topic, partition, Encoded(record.key or b"", item.payload, headers))]

    def _own(self, table: StateTable, partition: int) -> Owned:
        owned = self._owned.get(partition)
        state = table.partition_state(partition)
        if owned is None or owned.state is not state:
            owned = self._owned[partition] = Owned(state, ProcessedInputs(StateRows(state)))
        return owned

    def _decide(
        self, item: Input, record: Record, span: Span | None = None
    ) -> tuple[StateRows | None, list[EncodedOutput]] | Fault:
        if self.table is None:
            outputs = self._handle(item, NoRows(), record)
            return outputs if isinstance(outputs, Fault) else (None, outputs)
        owned = self._own(self.table, item.partition)
        rows = StateRows(owned.state)
        known_as = identity(item)
        before = owned.processed.find(known_as, rows)
        if before is not None:
            self._repeated.inc()
            if span is not None:
                traced.repeated(span)
            return None, before
        outputs = self._handle(item, rows, record)
        if isinstance(outputs, Fault):
            return outputs
        if isinstance(item.message, Deletion):
            owned.processed.forget({*item.message.alert_ids, *item.message.fact_ids}, item.message.before, rows)
            proof = deletion_proof(self.stage.name, item.message, item.partition, rows.deleted(), record.appended_at)
            outputs += encoded(self.stage.name, [Output(AUDIT, proof)], item.entered_at, record.appended_at)
        if outputs or rows.writes:
            remember = owned.processed.remember(item.topic, known_as, outputs, rows)
            if rows.largest() > MAX_ROW_BYTES:
                return Fault(DeadLetterReason.TOO_LARGE, says.row_too_large(MAX_ROW_BYTES))
            remember()
        return rows, outputs

    def _handle(self, item: Input, rows: Rows, record: Record) -> list[EncodedOutput] | Fault:
        try:
            outputs = self.stage.handle(item, rows, record.appended_at)
            return encoded(self.stage.name, outputs, item.entered_at, record.appended_at)
        except StateError:  # not the message's fault
            raise
        except (UnknownCameraError, NotAllowedError) as error:  # not this code's fault: there is nothing to trace
            return handler_fault(error)
        except Exception as error:  # one bad message never stops a partition
            log.exception("%s: the agent raised", self.stage.name, extra={"stage": self.stage.name})
            return handler_fault(error)

    def _set_aside(self, record: Record, fault: Fault) -> list[EncodedOutput]:
        """Return the dead letter of a fault; none for one that recurs, was told within the minute, and need not be kept."""
        before = self._recurring.count(fault.subject, record.appended_at) if fault.subject else 0
        if before is None and fault.passing:
            metrics.MESSAGES_FAILED.labels(self.stage.name, fault.reason).inc()
            return []
        if before:
            fault = replace(fault, what=says.told_again(fault.what, before))
        return [set_aside(self.stage.name, record, fault, quietly=before is None)]

    def _put(self, entry: QueuedInput, rows: StateRows | None, trace: TraceContext | None) -> None:
        if rows is not None and rows.writes and self.table is not None:
            self._sequence += 1
            state = self._own(self.table, entry.partition).state
            entry.writes = state.stage(self._sequence, rows)
            entry.settled = partial(state.settle, self._sequence, entry.writes)
        self.send_queue.put(entry, placed(entry.outputs, trace))


def deletion_proof(stage: str, deletion: Deletion, partition: int, rows: int, at: datetime) -> AuditEvent:
    """Return what the audit is told of what a stage deleted: of which case, where, how many rows, by whom."""
    return AuditEvent(
        cause_id=derive_id(deletion.deletion_id, stage, deletion.about),
        actor=deletion.asked_by,
        action="delete",
        object_type="case" if deletion.alert_ids else "older",
        object_id=deletion.alert_ids[0] if deletion.alert_ids else deletion.about,
        reason=deletion.deletion_id,
        result=f"{stage}/{partition}: {rows} rows"[:40],
        at=at,
    )


def identity(item: Input) -> str:
    """Return by what an input is known when it comes again: its id, and where a partner sent it, within its own topic alone.

    Who writes there chooses ids. One that is another message's, which can be worked out, would be taken for that message come
    again: it could keep an alert from others, or be answered without being looked at.
    """
    return item.event_id if partner_of(item.topic) is None else f"{item.topic}/{item.event_id}"


def set_aside(stage: str, record: Record, fault: Fault, quietly: bool = False) -> EncodedOutput:
    """Count and log a fault and return the dead letter; `quietly` leaves the line out, but of what may be urgent.

    Of an onlooker's nothing is urgent: the stage that answers for the record tells that.
    """
    urgent = stage not in ONLOOKERS and may_be_urgent_report(record)
    metrics.count_failure(stage, fault.reason, urgent)
    level, words = (logging.ERROR, "URGENT, ") if urgent else (logging.WARNING, "")
    if urgent or not quietly:
        where = (words, record.topic, record.partition, record.offset)
        log.log(level, "%s: %s%s/%d@%d: %s", stage, *where, fault.detail, extra={"stage": stage})
    return dead_letter(stage, record, fault, urgent)


def may_be_urgent_report(record: Record) -> bool:
    """Return whether a record that is set aside is, or may be, a report of urgency 0 or 1.

    What travels on the urgent topic is; of the other topics of reports the bytes tell, those of key and headers too, and
    pictures are not looked through. Of what was cut short nobody can tell, so it may be.
    """
    if record.topic == EVIDENCE_URGENT:
        return True
    if record.topic not in {INCIDENTS, EVIDENCE}:
        return False
    if isinstance(record.value, PackedValue) and record.value.size > len(record.value):
        return True
    return may_be_urgent(
        b";".join(part for part in (record.key, record.value, *(content for _, content in record.headers)) if part)
    )


def record_of(event: Any) -> Record:
    """Return a Faust event as a record."""
    message = event.message
    headers = normal_headers(message.headers)
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=headers,
        appended_at=first_appended_at(headers, append_time(1_000 * (message.timestamp or 0))),
        again=is_sent_again(headers),
    )

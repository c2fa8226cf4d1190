"""Process: reads what was done, sends a line of each, and commits only what the Logboek confirmed.

A line is sent at least once; its ids follow from the message, so the Logboek knows one that comes again. After a kill it goes on
at the first that is not known to be confirmed. Partitions are assigned and not shared out: a second process would send the same
lines.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from kafka import TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from schemas.codec import decode, envelope
from schemas.errors import UndecodableError
from streams import metrics, topics
from streams.domain.logbook.lines import LogbookLine, ProcessingKind, line_of
from streams.health import Beat
from streams.kafka.batches import PackedValue
from streams.kafka.consumer import Consumer
from streams.kafka.errors import ClusterError
from streams.kafka.options import kafka_client_options
from streams.kafka.outage import Outage
from streams.kafka.record import Record, Where, consumed
from streams.logbook.answer import LogbookAnswer, LogbookFault
from streams.settings import KafkaSettings
from streams.tracing.context import context_of

log = logging.getLogger(__name__)

GROUP: Final = "logbook"
READS: Final = (topics.AUDIT_CHAIN, topics.OPERATOR_ACTIONS, topics.DISPATCH_REQUESTS)
AT_ONCE: Final = 200
"""Lines that are sent together: some 50 kB."""
REMEMBERED: Final = 2_000
"""Messages of a partition before the first that is not confirmed, among which one that comes again is looked for: more than a
worker repeats after a crash."""
POLL_S: Final = 0.5
UNREADABLE: Final = "unreadable"
GONE: Final = "gone"
UNSENT: Final = (UNREADABLE, GONE)
FIRST_RETRY_S: Final = 1.0
LONGEST_RETRY_S: Final = 60.0
ANSWER_MS: Final = 15_000
OPTIONS: Final[Mapping[str, Any]] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",  # what retention took meanwhile is gone, and told
    "max_poll_records": AT_ONCE,
    "bootstrap_timeout_ms": ANSWER_MS,
    "request_timeout_ms": ANSWER_MS,
}


class Receiver(Protocol):
    """Receiver: what takes lines."""

    def send(self, lines: list[LogbookLine]) -> LogbookAnswer:
        """Send lines, and tell whether each is confirmed."""


def logged(record: Record) -> LogbookLine | None:
    """Return the line that a record is; None where it tells of no processing.

    Raises:
        UndecodableError: It cannot be read.
    """
    if record.value is None or isinstance(record.value, PackedValue):
        return None
    about = envelope(record.headers)
    trace = context_of(record.headers)
    message = decode(record.value, record.headers)
    return line_of(message, about.event_id, record.appended_at, None if trace is None else trace.trace_id)


@dataclass
class KnownLines:
    """Known lines: by partition, those that were lately read, so that a message that stands there twice is one line."""

    spans: dict[Where, OrderedDict[str, None]] = field(default_factory=lambda: defaultdict(OrderedDict))

    def is_new(self, where: Where, line: LogbookLine) -> bool:
        """Take a line, and return whether it was not there lately."""
        known = self.spans[where]
        new = line.span_id not in known
        known[line.span_id] = None
        known.move_to_end(line.span_id)
        while len(known) > REMEMBERED:
            known.popitem(last=False)
        return new


class Logbook:
    """Logbook: reads the topics and sends their lines, until it is told to stop.

    Args:
        kafka: The cluster.
        receiver: Takes the lines.
        stopping: Waits so long (s), and returns whether it is time to end.
    """

    def __init__(self, kafka: KafkaSettings, receiver: Receiver, stopping: Callable[[float], bool]) -> None:
        self._kafka, self._receiver, self._stopping = kafka, receiver, stopping
        self._consumer: Any = None
        self._known = KnownLines()
        self._confirmed: dict[Where, int] = {}
        self._outage = Outage()
        metrics.from_zero(metrics.LOGBOOK_LINES, ProcessingKind)
        metrics.from_zero(metrics.LOGBOOK_FAILED, LogbookFault)
        metrics.from_zero(metrics.LOGBOOK_UNSENT, UNSENT)
        metrics.LOGBOOK_OLDEST_AT.set(0)

    def run(self, ready: Callable[[], None], turned: Callable[[], None], progress: Beat) -> None:
        """Work until it is time to end; what is not confirmed by then comes again by its ids."""
        told = False
        while not self._stopping(0.0):
            try:
                records = self._poll()
                if not told:
                    told = True
                    ready()
                self._outage.over("the topics of the Logboek are read again")
                turned()
                if not records or self._send(records, turned):
                    progress()
            except ClusterError as error:
                self._outage.tell(f"logbook: {error}")
                self._stopping(FIRST_RETRY_S)
        self.close()

    def close(self) -> None:
        """Disconnect; the next call connects again, at the first that is not confirmed."""
        consumer, self._consumer = self._consumer, None
        self._known = KnownLines()
        if consumer is not None:
            with contextlib.suppress(KafkaError, OSError, ValueError):
                consumer.close(autocommit=False)

    def _poll(self) -> list[Record]:
        with self._connected() as consumer:
            polled = consumer.poll(timeout_ms=int(1_000 * POLL_S))
        return [consumed(record) for records in polled.values() for record in records]

    def _send(self, records: list[Record], turned: Callable[[], None]) -> bool:
        """Send the lines of records until all are confirmed, and commit; return False where it is time to end before."""
        lines: list[LogbookLine] = []
        oldest_s: float | None = None
        for record in records:
            where = (record.topic, record.partition)
            line = self._line(record)
            if line is None or not self._known.is_new(where, line) or record.offset < self._confirmed.get(where, 0):
                continue
            lines.append(line)
            oldest_s = min(oldest_s or record.appended_at.timestamp(), record.appended_at.timestamp())
        if lines:
            metrics.LOGBOOK_OLDEST_AT.set(oldest_s or 0.0)
            if not self._confirm(lines, turned):
                return False
            for line in lines:
                metrics.LOGBOOK_LINES.labels(line.kind.value).inc()
            metrics.LOGBOOK_OLDEST_AT.set(0)
        self._commit(records)
        return True

    def _confirm(self, lines: list[LogbookLine], turned: Callable[[], None]) -> bool:
        """Send lines again and again until all are confirmed; return False where it is time to end before."""
        wait_s = FIRST_RETRY_S
        while True:
            sent = self._receiver.send(lines)
            if sent.fault is None:
                self._outage.over("the Logboek confirms again")
                return True
            metrics.LOGBOOK_FAILED.labels(sent.fault.value).inc()
            status = f" (HTTP {sent.status})" if sent.status else ""
            self._outage.tell(
                f"{len(lines)} lines are not confirmed by the Logboek, and kept: {sent.fault.value}{status}"
            )
            until_s = time.monotonic() + wait_s
            while (left_s := until_s - time.monotonic()) > 0:
                turned()
                if self._stopping(min(1.0, left_s)):
                    return False
            wait_s = min(2 * wait_s, LONGEST_RETRY_S)

    def _line(self, record: Record) -> LogbookLine | None:
        """Return a record's line; one that nobody can read is told and passed over: the audit's own check finds it."""
        try:
            return logged(record)
        except UndecodableError as error:
            metrics.LOGBOOK_UNSENT.labels(UNREADABLE).inc()
            log.error("%s/%d@%d cannot be read: %s", record.topic, record.partition, record.offset, error.reason)  # noqa: TRY400
            return None

    def _commit(self, records: list[Record]) -> None:
        for record in records:
            where = (record.topic, record.partition)
            self._confirmed[where] = max(self._confirmed.get(where, 0), record.offset + 1)
        with self._connected() as consumer:
            consumer.commit(
                {TopicPartition(*where): OffsetAndMetadata(offset, "", -1) for where, offset in self._confirmed.items()}
            )

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        try:
            if self._consumer is None:
                options = {**OPTIONS, "group_id": GROUP, "client_id": f"toezicht-{GROUP}"}
                self._consumer = Consumer(**kafka_client_options(self._kafka), **options)
                self._begin(self._consumer)
            yield self._consumer
        except (KafkaError, OSError, ValueError) as error:
            self.close()
            raise ClusterError.about(
                self._kafka.bootstrap_servers, f"{', '.join(READS)} cannot be read", error
            ) from None

    def _begin(self, consumer: Any) -> None:
        """Take all partitions, a little before what is confirmed: a message that stands there twice is known by the first."""
        counts = consumer.partition_counts(READS, ANSWER_MS)
        missing = sorted(topic for topic in READS if not counts.get(topic))
        if missing:
            raise KafkaError(f"topic {missing[0]} is missing; `toezicht topics apply` makes it")
        places = [TopicPartition(topic, number) for topic in READS for number in range(counts[topic])]
        consumer.assign(places)
        begins = consumer.beginning_offsets(places)
        for place in places:
            stood = consumer.committed(place, metadata=True)
            first = begins[place] if stood is None or stood.offset < 0 else stood.offset
            if first < begins[place]:
                lost = begins[place] - first
                log.error("%s/%d: %d records went by retention before they were sent to the Logboek", *place, lost)
                metrics.LOGBOOK_UNSENT.labels(GONE).inc(lost)
            self._confirmed[tuple(place)] = max(first, begins[place])
            consumer.seek(place, max(begins[place], first - REMEMBERED))

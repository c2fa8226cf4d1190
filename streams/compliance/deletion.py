"""Deletion of one case, or of all that is older, on a cluster: what there is of it, and what is done about each topic.

Compacted topics get a tombstone, stages are told to forget their rows, topics are cut off before an offset. What Kafka cannot
do is told with the time at which it is gone by itself. Each thing done is told to the audit: what, where, how many, by whom.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from schemas.alerts import Alert
from schemas.audit import AuditEvent
from schemas.base import Message, derive_id, iso_utc
from schemas.codec import encode
from schemas.deletion import REPORTS, Deletion, DeletionGround
from schemas.evidence import Evidence
from streams import topics
from streams.compliance.ways import Way, way_of
from streams.domain.compliance.case import AlertCase, case_of, newest_alerts
from streams.errors import ToezichtError
from streams.kafka.admin import cluster_topics, delete_before
from streams.kafka.decoding import Decoder
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader, Spans
from streams.kafka.record import Record, Where
from streams.settings import KafkaSettings
from streams.topics import BY_NAME, DAY_MS, HOUR_MS, TopicSpec, partner_of

NAME: Final = "delete"
LEAST: Final = timedelta(days=1)
"""Nothing younger is deleted by age: stages that are behind, and the check for completeness, still need it."""
COMPACTED_WITHIN: Final = timedelta(milliseconds=DAY_MS + HOUR_MS)
"""A compacted topic is compacted within a day (`max.compaction.lag.ms`) of the end of a segment."""
POLL_S: Final = 0.25
STAGES: Final = {
    topics.ROOM_DELETIONS: ("decide", "share", "trends", "shadow"),
    topics.CAMERA_DELETIONS: ("corroborate", "observe"),
    topics.REPORT_DELETIONS: ("hits",),
}
"""Which stages forget by which topic."""


class NotDeletableError(ToezichtError):
    """A case is not deleted: it is not known, open, or held."""


@dataclass
class Trace:
    """Trace: what a topic has of a case, or of what is older, and what becomes of it.

    Attributes:
        topic: Which.
        way: How what stands on it is deleted.
        records: How many records there are.
        last: By partition, the offset after the last one.
        others: How many other records stand before those: a cut would take them too.
        gone_by: When the last of it is gone by itself (UTC); None where it never is, or is gone.
        done: What was done about it now; empty for nothing.
    """

    topic: str
    way: Way
    records: int = 0
    last: dict[Where, int] = field(default_factory=dict)
    others: int = 0
    gone_by: datetime | None = None
    done: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "topic": self.topic,
            "way": self.way.value,
            "records": self.records,
            "others_before": self.others,
            "gone_by": None if self.gone_by is None else iso_utc(self.gone_by),
            "done": self.done,
        }


def find_case(kafka: KafkaSettings, alert_id: str) -> AlertCase:
    """Return the case of an alert, with the episodes that cameras began by themselves.

    Raises:
        NotDeletableError: No alert of this id is known.
        ClusterError: It cannot be read.
    """
    decoder = Decoder()
    with Reader(kafka, NAME) as reader:
        names = (topics.ALERT_STATE, topics.ALERTS)
        read = (decoder.message(record) for record in reader.read_spans(reader.spans(names)))
        case = case_of(alert_id, newest_alerts(each for each in read if isinstance(each, Alert)))
        if case is None:
            raise NotDeletableError(f"no alert {alert_id} is known: neither on {' nor on '.join(names)}")
        facts = (topics.EVIDENCE, topics.EVIDENCE_URGENT)
        for record in reader.read_spans(reader.spans(facts, case.since)):
            message = decoder.message(record)
            if isinstance(message, Evidence):
                case = case.with_fact(message)
    return case


def records_of(kafka: KafkaSettings, case: AlertCase, names: Iterable[str]) -> Iterator[Record]:
    """Yield the records that name a case, of those topics on which one can stand.

    Raises:
        ClusterError: They cannot be read.
    """
    wanted = [name for name in names if way_of(name) in {Way.BY_AGE, Way.TOMBSTONE}]
    with Reader(kafka, NAME) as reader:
        for record in reader.read_spans(reader.spans(wanted, case.since)):
            if case.has(record.key, record.value, *(content for _, content in record.headers)):
                yield record


def present(kafka: KafkaSettings, wanted: Sequence[TopicSpec]) -> list[TopicSpec]:
    """Return the topics that the cluster has.

    Raises:
        ClusterError: It cannot be asked.
    """
    found, _ = cluster_topics(kafka, wanted)
    return [spec for spec in wanted if spec.name in found]


def survey(kafka: KafkaSettings, case: AlertCase, specs: Sequence[TopicSpec], now: datetime) -> list[Trace]:
    """Return what each topic has of a case, and when it is gone by itself.

    Raises:
        ClusterError: They cannot be read.
    """
    found = {spec.name: Trace(spec.name, way_of(spec.name)) for spec in specs}
    newest: dict[str, datetime] = {}
    for record in records_of(kafka, case, found):
        if record.value is None:
            continue
        trace, place = found[record.topic], (record.topic, record.partition)
        trace.records += 1
        trace.last[place] = max(trace.last.get(place, 0), record.offset + 1)
        newest[record.topic] = max(newest.get(record.topic, record.appended_at), record.appended_at)
    with Reader(kafka, NAME) as reader:
        for name, trace in found.items():
            if trace.last:
                first = reader.starts((name,))
                trace.others = sum(last - first[place] for place, last in trace.last.items()) - trace.records
                trace.gone_by = _gone_by(BY_NAME[name], newest[name])
    for trace in found.values():
        if trace.way is Way.STATE:
            trace.gone_by = now + COMPACTED_WITHIN + timedelta(milliseconds=BY_NAME[trace.topic].segment_ms)
    return [each for each in found.values() if each.records or each.way is Way.STATE]


def _gone_by(spec: TopicSpec, at: datetime) -> datetime | None:
    if spec.retention_ms is None:
        return None
    return at + timedelta(milliseconds=spec.retention_ms + spec.segment_ms + HOUR_MS)


@dataclass
class Deleter:
    """Deleter: does what a deletion takes, and tells the audit each thing that it did.

    Args:
        kafka: The cluster.
        user: Who asked for it.
        now: When (UTC).
    """

    kafka: KafkaSettings
    user: str
    now: datetime
    deletion_id: str = ""

    def __post_init__(self) -> None:
        """Connect."""
        self.deletion_id = self.deletion_id or derive_id("deletion", self.user, iso_utc(self.now))
        self._producer = ConfirmedProducer(self.kafka, NAME)

    def close(self) -> None:
        """Disconnect."""
        self._producer.close()

    def confirm(self) -> None:
        """Wait until the broker has all that was handed over.

        Raises:
            DeliveryError: It has not.
        """
        self._producer.confirm()

    def words_of_case(self, case: AlertCase) -> list[tuple[str, Deletion]]:
        """Return what the stages are told to forget of a case, each with its topic."""
        told = dict.fromkeys(
            (topics.ROOM_DELETIONS, topics.REPORT_DELETIONS, *[topics.CAMERA_DELETIONS] * bool(case.camera_ids))
        )
        about = {topics.ROOM_DELETIONS: (case.control_room_id,), topics.REPORT_DELETIONS: (REPORTS,)}
        return [
            (topic, self._deletion(key, DeletionGround.CASE, case))
            for topic in told
            for key in about.get(topic, case.camera_ids)
        ]

    def words_of_age(self, cutoff: datetime, abouts: Sequence[tuple[str, str]]) -> list[tuple[str, Deletion]]:
        """Return what the stages are told to forget of all that is older, each with its topic."""
        return [(topic, self._deletion(about, DeletionGround.OLDER, None, cutoff)) for topic, about in abouts]

    def case(self, case: AlertCase, traces: Sequence[Trace], cut: Sequence[str]) -> None:
        """Delete a case: tombstones, stages, and the topics that are to be cut off after it."""
        for trace in traces:
            if trace.way is Way.TOMBSTONE:
                self.bury(case.alert_ids, trace, case.alert_ids[0])
        for topic, message in self.words_of_case(case):
            self._send(topic, message)
        for trace in traces:
            if trace.topic in cut:
                self._cut(trace, case.alert_ids[0])
        self._producer.confirm()

    def older(self, traces: Sequence[Trace], cutoff: datetime, abouts: Sequence[tuple[str, str]]) -> None:
        """Delete all that is older: topics are cut off, and stages told to forget what they keep of their inputs."""
        for trace in traces:
            self._cut(trace, f"before-{cutoff:%Y-%m-%dT%H:%M:%SZ}")
        for topic, message in self.words_of_age(cutoff, abouts):
            self._send(topic, message)
        self._producer.confirm()

    def bury(self, alert_ids: Sequence[str], trace: Trace, about: str) -> None:
        """Write a tombstone for each of these alerts, on each partition on which any of them stands."""
        for _, partition in trace.last:
            for alert_id in alert_ids:
                self._producer.tombstone(trace.topic, partition, alert_id.encode())
        trace.done = f"{len(alert_ids)} tombstones"
        trace.gone_by = self.now + COMPACTED_WITHIN + timedelta(milliseconds=BY_NAME[trace.topic].segment_ms)
        self.tell("topic", about, f"{trace.topic}: {trace.done}")

    def tell(self, what: str, about: str, result: str, action: str = "delete", reason: str = "") -> None:
        """Tell the audit what was done."""
        event = AuditEvent(
            cause_id=derive_id(self.deletion_id, action, what, about, result),
            actor=self.user,
            action=action,
            object_type=what,
            object_id=about[:120],
            reason=reason or self.deletion_id,
            result=result[:40],
            at=self.now,
        )
        self._send(topics.AUDIT, event)

    def _deletion(
        self, about: str, ground: DeletionGround, case: AlertCase | None, before: datetime | None = None
    ) -> Deletion:
        return Deletion(
            deletion_id=self.deletion_id,
            about=about,
            ground=ground,
            alert_ids=() if case is None else case.alert_ids[:50],
            fact_ids=() if case is None else case.fact_ids[:500],
            before=before,
            asked_by=self.user,
            asked_at=self.now,
        )

    def _send(self, topic: str, message: Message) -> None:
        record = encode(message, stage=NAME, handled_at=self.now, entered_at=self.now)
        self._producer.send_encoded(topic, record)

    def _cut(self, trace: Trace, about: str) -> None:
        delete_before(self.kafka, trace.last)
        trace.done, trace.gone_by = f"cut, {trace.records + trace.others} records", None
        self.tell("topic", about, f"{trace.topic}: {trace.done}")


def older_traces(kafka: KafkaSettings, specs: Sequence[TopicSpec], cutoff: datetime) -> list[Trace]:
    """Return what each topic has that is older, of those that Kafka can cut off.

    Raises:
        ClusterError: They cannot be asked.
    """
    names = [spec.name for spec in specs if way_of(spec.name) in {Way.BY_AGE, Way.NO_CASE}]
    with Reader(kafka, NAME) as reader:
        first, until = reader.starts(names), reader.since(names, cutoff)
    found: dict[str, Trace] = {name: Trace(name, way_of(name)) for name in names}
    for place, end in until.items():
        if end > first[place]:
            trace = found[place[0]]
            trace.records += end - first[place]
            trace.last[place] = end
    return [each for each in found.values() if each.records]


def ended_before(kafka: KafkaSettings, topic: str, cutoff: datetime) -> tuple[list[str], Trace]:
    """Return the alerts of a compacted topic that were over before a time, and where they stand.

    Raises:
        ClusterError: It cannot be read.
    """
    alerts: dict[str, tuple[Alert, Where]] = {}
    buried: set[str] = set()
    decoder = Decoder()
    with Reader(kafka, NAME) as reader:
        for record in reader.read_spans(reader.spans((topic,))):
            if record.value is None:
                buried.add((record.key or b"").decode("utf-8", "replace"))
                continue
            message = decoder.message(record)
            if isinstance(message, Alert):
                buried.discard(message.alert_id)
                alerts[message.alert_id] = message, (record.topic, record.partition)
    trace = Trace(topic, Way.TOMBSTONE)
    known = newest_alerts(alert for alert, _ in alerts.values())
    found = []
    for alert_id, (alert, place) in alerts.items():
        case = case_of(alert_id, {alert_id: alert})
        if alert_id not in buried and case is not None and case.ended and known[alert_id].changed_at < cutoff:
            found.append(alert_id)
            trace.last[place] = 0
    trace.records = len(found)
    return sorted(found), trace


def await_stages(kafka: KafkaSettings, deletion_id: str, since: Spans, wait_s: float) -> dict[str, str]:
    """Return what stages told the audit that they deleted, as far as they did within a time (s), by stage and partition.

    Args:
        kafka: The cluster.
        deletion_id: The deletion that they answer.
        since: Where the audit ended before it was asked for.
        wait_s: How long to wait for all of them; those that do not run cannot tell.
    """
    found: dict[str, str] = {}
    expected = {stage for stages in STAGES.values() for stage in stages}
    decoder = Decoder()
    with Reader(kafka, NAME) as reader:
        reader.begin({place: end for place, (_, end) in since.items()})
        deadline_s = time.monotonic() + wait_s
        while time.monotonic() < deadline_s and {name.partition("/")[0] for name in found} < expected:
            for record in reader.poll(POLL_S):
                event = decoder.message(record)
                if isinstance(event, AuditEvent) and event.reason == deletion_id and "/" in event.result:
                    stage, _, told = event.result.partition(": ")
                    found[stage] = told
    return found


def is_partners(topic: str) -> bool:
    """Return whether a topic is a partner's: what stands there was told to it, and a copy may be elsewhere."""
    return partner_of(topic) is not None

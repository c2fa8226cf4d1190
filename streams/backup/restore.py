"""Restore: a backup, brought back to a cluster that is empty, without what may not return.

Records keep partition, key, headers and the time at which the broker took them, so that they are gone when they would have been:
while they are written, their topics take the sender's time. Their offsets are new. What was deleted since is left out where it
stands under a key of its own, and the stages are told of it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from schemas.alerts import Alert, AlertState
from schemas.codec import encode
from schemas.deletion import Deletion, Hold
from streams import topics
from streams.backup.journal import Told
from streams.backup.manifest import BackupError, Manifest, TopicPart, records_of, verify_files
from streams.backup.parts import TAKEN
from streams.backup.save import Progress, silent
from streams.clients.audit import check_chain
from streams.domain.alerts.situation import Situation
from streams.domain.audit.chain import HeadRow
from streams.domain.audit.verify import ChainCheck, Head
from streams.domain.compliance.returning import Forgotten, Returning, alert_returns, held_returns, kept_until
from streams.kafka.admin import apply, cluster_topics, stamp
from streams.kafka.decoding import Decoder
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader
from streams.kafka.record import Record
from streams.settings import KafkaSettings
from streams.stages.audit import HEAD
from streams.stages.row_versions import ROWS
from streams.topics import BY_NAME, FOUR_WEEKS_MS, TopicSpec

NAME: Final = "restore"
ALERT_ROWS: Final = frozenset({"alert"})
"""Rows of `decide` that are an alert: the stage itself takes them out of its index when it is told to."""
SHARED_ROWS: Final = frozenset({"shared", "case"})
"""Rows of `share` about one alert, which nothing else refers to but a timer."""
AT_ONCE: Final = 500
"""Records that are handed over before their confirmation is waited for."""
_LAW: Final = timedelta(milliseconds=FOUR_WEEKS_MS)


@dataclass
class TopicReturn:
    """Topic return: what became of the records of one topic.

    Attributes:
        topic: Which.
        returned: How many records came back.
        others: How many did not, by why.
    """

    topic: str
    returned: int = 0
    others: Counter[Returning] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Return one line for a person."""
        words = {Returning.TOO_OLD: "too old", Returning.DELETED: "deleted since", Returning.NOT_HELD: "held no more"}
        left = "".join(f", {count} {words[why]}" for why, count in sorted(self.others.items()))
        return f"{self.topic}: {self.returned} records{left}"


@dataclass
class Restorer:
    """Restorer: brings one backup back.

    Args:
        kafka: The cluster.
        folder: The backup.
        manifest: What it has.
        now: The moment by which its records are so old (UTC).
        since: What was deleted, and which holds were released, since it was made.
        say: Told how far it is, a line each.
    """

    kafka: KafkaSettings
    folder: Path
    manifest: Manifest
    now: datetime
    since: Sequence[Told] = ()
    say: Progress = silent
    outcomes: list[TopicReturn] = field(default_factory=list)
    _producer: ConfirmedProducer | None = None

    def __post_init__(self) -> None:
        """Put together what is forgotten."""
        told = [message for _, message in self.since]
        self._forgotten = Forgotten.of(
            [each for each in told if isinstance(each, Deletion)], [each for each in told if isinstance(each, Hold)]
        )

    def look(self) -> None:
        """Verify the backup's files, and count what would return; nothing is written, and no cluster is asked.

        Raises:
            BackupError: A file is not as it was written, or the backup has a topic that no backup of this release has.
        """
        verify_files(self.folder, self.manifest)
        self.outcomes = []
        for part in self.manifest.topics:
            if part.topic not in TAKEN:
                raise BackupError(f"{self.folder}: has the topic {part.topic}, expected one of {', '.join(TAKEN)}")
            outcome = TopicReturn(part.topic)
            for _ in self._returning(part, outcome):
                outcome.returned += 1
            self.outcomes.append(outcome)

    def restore(self, wanted: Sequence[TopicSpec]) -> ChainCheck:
        """Bring it back, and return what the audit's chain is found to be then.

        Args:
            wanted: All topics that the cluster should have; those that are missing are made.

        Raises:
            BackupError: The cluster is not empty, or the files are not as they were written.
            ClusterError: It cannot be reached, or refuses.
            DeliveryError: It did not confirm a record; what was brought back until then is there, and the topics are to be
                deleted before it is tried again.
        """
        self.look()
        require_empty(self.kafka, wanted)
        apply(self.kafka, wanted)
        names = [part.topic for part in self.manifest.topics]
        self._producer = ConfirmedProducer(self.kafka, NAME)
        self.outcomes = []
        stamp(self.kafka, names, by_broker=False)
        try:
            for part in self.manifest.topics:
                self.outcomes.append(self._bring(part))
                self.say(str(self.outcomes[-1]))
        finally:
            self._producer.close()
            stamp(self.kafka, names, by_broker=True)
        self._tell_deletions()
        self._count()
        head = self.manifest.audit_head
        return check_chain(self.kafka, [Head.parse(head)] if head else ())

    def _bring(self, part: TopicPart) -> TopicReturn:
        """Write one topic's records; the head of the audit's chain names its event's offset, which is another one now."""
        assert self._producer is not None
        outcome = TopicReturn(part.topic)
        for record in self._returning(part, outcome):
            value = self._moved(record)
            at_ms = round(record.appended_at.timestamp() * 1000)
            self._producer.send(part.topic, record.partition, record.key, value, record.headers, at_ms)
            outcome.returned += 1
            if outcome.returned % AT_ONCE == 0:
                self._producer.confirm()
        self._producer.confirm()
        return outcome

    def _returning(self, part: TopicPart, outcome: TopicReturn) -> Iterator[Record]:
        """Yield the records of a topic that may come back; count the others."""
        spec = BY_NAME[part.topic]
        limit = timedelta(milliseconds=spec.retention_ms or 0)
        limit = min(limit, _LAW) if spec.from_images else limit
        holds = self._holds(part) if part.topic == topics.HOLDS else {}
        decoder = Decoder()
        for record in records_of(self.folder, part):
            why = Returning.RETURNS
            if kept_until(record.appended_at, limit) < self.now:
                why = Returning.TOO_OLD
            elif part.topic == topics.ALERT_STATE:
                message = decoder.message(record)
                why = alert_returns(_key(record), message if isinstance(message, Alert) else None, self._forgotten)
            elif part.topic == topics.HOLDS:
                why = held_returns(_key(record), holds, self._forgotten, self.now)
            elif part.topic == topics.changelog("share") and _names(record, SHARED_ROWS, self._forgotten):
                why = Returning.DELETED
            if why is Returning.RETURNS:
                yield record
            else:
                outcome.others[why] += 1

    def _holds(self, part: TopicPart) -> dict[str, Hold]:
        decoder = Decoder()
        found = (decoder.message(each) for each in records_of(self.folder, part) if b"/" not in (each.key or b""))
        return {each.hold_id: each for each in found if isinstance(each, Hold)}

    def _moved(self, record: Record) -> bytes | None:
        """Return a record's value as it is right on this cluster."""
        if record.value is None:
            return None
        if record.topic == topics.changelog("audit") and record.key == HEAD.encode():
            row = ROWS.read(HEAD, record.value, HeadRow)
            return ROWS.write(HEAD, row.model_copy(update={"offset": self._new_offset(row.offset)}))
        if record.topic == topics.changelog("decide") and _names(record, ALERT_ROWS, self._forgotten):
            situation = ROWS.read(_key(record), record.value, Situation)
            if situation.ended_at is None:  # the stage deletes what ended, and this did before it was deleted
                situation = situation.model_copy(update={"ended_at": self.now, "state": AlertState.CLOSED})
            return ROWS.write(_key(record), situation)
        return record.value

    def _new_offset(self, offset: int) -> int:
        """Return where the event of an offset stands now: one after another, those that were too old left out."""
        part = self.manifest.part(topics.AUDIT)
        before = (
            0 if part is None else sum(each.offset <= offset for each in self._returning(part, TopicReturn(part.topic)))
        )
        return max(0, before - 1)

    def _tell_deletions(self) -> None:
        """Say anew what the stages are to forget, and which holds were released, as it was said then."""
        if not self.since:
            return
        producer = ConfirmedProducer(self.kafka, NAME)
        try:
            for topic, message in self.since:
                encoded = encode(message, stage=NAME, handled_at=self.now, entered_at=self.now)
                producer.send_encoded(topic, encoded)
            producer.confirm()
        finally:
            producer.close()

    def _count(self) -> None:
        """Hold what the cluster has against what was sent.

        Raises:
            BackupError: It has less.
        """
        with Reader(self.kafka, NAME) as reader:
            for outcome in self.outcomes:
                found = sum(end - first for first, end in reader.spans((outcome.topic,)).values())
                if found < outcome.returned:
                    raise BackupError(
                        f"{outcome.topic}: has {found} records, expected {outcome.returned}: retention or somebody took some"
                    )


def require_empty(kafka: KafkaSettings, wanted: Iterable[TopicSpec]) -> None:
    """Hold that no topic of ours has a record.

    Raises:
        BackupError: One has; names those, and what to do.
        ClusterError: It cannot be asked.
    """
    found, _ = cluster_topics(kafka, tuple(wanted))
    with Reader(kafka, NAME) as reader:
        spans = reader.spans(found)
    counts: Counter[str] = Counter()
    for (topic, _), (first, end) in spans.items():
        counts[topic] += end - first
    told = [f"{topic} ({count} records)" for topic, count in sorted(counts.items()) if count]
    if told:
        more = f" and {len(told) - 3} more" if len(told) > 3 else ""
        raise BackupError(
            f"Kafka at {kafka.bootstrap_servers} is not empty: {', '.join(told[:3])}{more}; expected a new cluster on which "
            "nothing of toezicht has run: stop all processes, and delete its topics"
        )


def _names(record: Record, kinds: frozenset[str], forgotten: Forgotten) -> bool:
    """Return whether a record is a row of these kinds about an alert that was deleted: `<kind>/<room>/<alert>`."""
    kind, _, rest = _key(record).partition("/")
    return kind in kinds and rest.rpartition("/")[2] in forgotten.alert_ids


def _key(record: Record) -> str:
    return (record.key or b"").decode("utf-8", "replace")

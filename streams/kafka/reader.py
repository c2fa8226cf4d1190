"""Reader: topics with kafka-python, without a consumer group: from a time up to now, from now on, or on and on.

Where a reader stands is kept here and not in the client, so that it goes on there when a broker was away. One that goes
silent is an error, never half an answer: see `STALLED_S`.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from kafka import TopicPartition
from kafka.errors import AuthorizationError, KafkaError, KafkaTimeoutError

from schemas.base import Message
from streams.kafka.access.acls import Needs
from streams.kafka.access.admission import access_error
from streams.kafka.consumer import Consumer
from streams.kafka.decoding import Decoder, undecodable_line
from streams.kafka.errors import ClusterError, MissingTopicError
from streams.kafka.options import kafka_client_options
from streams.kafka.outage import Outage
from streams.kafka.record import Record, Where, append_time, consumed
from streams.settings import KafkaSettings
from streams.topics import BY_NAME

log = logging.getLogger(__name__)

POLL_S: Final = 0.25
"""How long one look for records waits; between two of them it is seen whether to stop."""
ANSWER_S: Final = 15.0
"""How long a broker may take to answer a question, the first one included."""
STALLED_S: Final = 20.0
"""Partitions that are not at their end and give nothing for so long are a failure of the cluster."""
RETRY_S: Final = 1.0
_STEP_S: Final = 0.1
OPTIONS: Final[Mapping[str, Any]] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",  # what retention took meanwhile is passed over, and nothing of what follows it
    "max_poll_records": 2_000,
}

Spans = dict[Where, tuple[int, int]]
"""Per partition the first offset, and the one after the last."""
M = TypeVar("M", bound=Message)


class Reader:
    """Reads partitions of topics, each in the order of its offsets. It connects when it is first used.

    Args:
        kafka: The cluster.
        name: What the broker's log calls it.
        stopping: Whether it is time to end; `read` then ends where it is.
        answer_s: How long a broker may take to answer a question (s); ANSWER_S where not given.

    Raises:
        ClusterError: In every method: no broker answers, or it went silent. The next call connects anew.
        AccessError: In every method: it does not let this client in, or read.
        MissingTopicError: In every method: it has no such topic.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        name: str = "reader",
        stopping: Callable[[], bool] = lambda: False,
        answer_s: float | None = None,
    ) -> None:
        self._kafka = kafka
        self._stopping = stopping
        answer_ms = int(1_000 * (answer_s or ANSWER_S))
        self._options = {
            **OPTIONS,
            "client_id": f"toezicht-{name}",
            "bootstrap_timeout_ms": answer_ms,
            "request_timeout_ms": answer_ms,
        }
        self._next: dict[Any, int] = {}
        self._consumer: Any = None
        self._there: set[str] = set()
        self._ids: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Disconnect."""
        self.close()

    def close(self) -> None:
        """Disconnect; the next call connects again, and reading goes on where it was."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError, OSError, ValueError):
                consumer.close()

    def require(self, names: Iterable[str]) -> None:
        """Ask whether topics are there, with the partitions that they should have.

        Raises:
            MissingTopicError: One is not.
        """
        with self._connected((name, 0) for name in names):
            pass

    def starts(self, names: Iterable[str]) -> dict[Where, int]:
        """Return the first offset that is retained, of each partition of topics."""
        places = _partitions(names)
        with self._connected(places) as consumer:
            return dict(consumer.beginning_offsets(places))

    def ends(self, names: Iterable[str]) -> dict[Where, int]:
        """Return the offset after the last record, of each partition of topics."""
        places = _partitions(names)
        with self._connected(places) as consumer:
            return dict(consumer.end_offsets(places))

    def since(self, names: Iterable[str], moment: datetime) -> dict[Where, int]:
        """Return the offset of the first record that the broker took at or after a time; where there is none, the end."""
        places = _partitions(names)
        with self._connected(places) as consumer:
            ends = consumer.end_offsets(places)
            found = consumer.offsets_for_times(dict.fromkeys(places, max(0, int(moment.timestamp() * 1000))))
        return {place: ends[place] if found.get(place) is None else found[place].offset for place in places}

    def oldest(self, names: Iterable[str]) -> dict[Where, datetime | None]:
        """Return when the broker took the oldest record of each partition of topics (UTC); None where there is none.

        The broker tells its time without giving the record: who asks needs no right to read it.
        """
        places = _partitions(names)
        with self._connected(places) as consumer:
            found = consumer.offsets_for_times(dict.fromkeys(places, 0))
        return {place: None if found.get(place) is None else append_time(found[place].timestamp) for place in places}

    def spans(self, names: Iterable[str], since: datetime | None = None, until: datetime | None = None) -> Spans:
        """Return what was appended to topics from one time to before another; None is what is retained, or now."""
        names = tuple(names)
        first = self.starts(names) if since is None else self.since(names, since)
        last = self.ends(names) if until is None else self.since(names, until)
        return {place: (first[place], last[place]) for place in first}

    def ids(self, names: Iterable[str]) -> dict[str, str]:
        """Return the id of each topic; none of one that the broker gives no id."""
        names = tuple(names)
        with self._connected((name, 0) for name in names) as consumer:
            found: dict[str, str] = consumer.topic_ids(names, self._options["request_timeout_ms"])
        return found

    def made_anew(self, ends: Mapping[Where, int]) -> frozenset[str]:
        """Return the topics that were made anew since this was asked before, however often it connected anew meanwhile.

        Their offsets begin again: where it stands in them means nothing, and neither does what was read.

        Args:
            ends: Where their partitions end now: one that ends before where it stands was made anew too, or lost its end.
        """
        found = self.ids({topic for topic, _ in ends})
        anew = {topic for topic, each in found.items() if self._ids.get(topic, each) != each}
        self._ids |= found
        short = {place[0] for place, offset in self._next.items() if offset > ends.get(place, offset)}
        return frozenset(anew | short)

    @property
    def stands(self) -> Mapping[Where, int]:
        """Return the offset of the next record of each partition that is read."""
        return dict(self._next)

    def begin(self, offsets: Mapping[Where, int]) -> None:
        """Read these partitions from these offsets, and no others."""
        self._next = {TopicPartition(*place): offset for place, offset in offsets.items()}
        if self._consumer is not None:
            self._assign(self._consumer)

    def behind(self, until: Mapping[Where, int]) -> list[Where]:
        """Return the partitions that are not read up to these offsets."""
        return [place for place, offset in self._next.items() if offset < until.get(place, 0)]

    def poll(self, wait_s: float = POLL_S) -> list[Record]:
        """Return what came, waiting at most this long (s) for the first. Silence and a broker that is away look the same."""
        with self._connected(self._next) as consumer:
            consumer.resume(*self._next)
            polled = consumer.poll(timeout_ms=int(1_000 * wait_s))
            for place, offset in self._next.items():
                self._next[place] = _position(consumer, place, offset)
        return [consumed(record) for records in polled.values() for record in records]

    def read(self, until: Mapping[Where, int]) -> Iterator[Record]:
        """Yield the records below these offsets, from where it stands."""
        finished = False
        try:
            yield from self._read(until)
            finished = True
        finally:
            if not finished:  # what was polled and not yielded must come again
                self.close()

    def read_spans(self, spans: Mapping[Where, tuple[int, int]]) -> Iterator[Record]:
        """Yield the records of spans, as far as they are retained."""
        self.begin({place: first for place, (first, end) in spans.items() if first < end})
        return self.read({place: end for place, (_, end) in spans.items()})

    def _read(self, until: Mapping[Where, int]) -> Iterator[Record]:
        moved_s = time.monotonic()
        while (behind := self.behind(until)) and not self._stopping():
            stood = sum(self._next.values())
            with self._connected(behind) as consumer:
                consumer.pause(*self._next)
                consumer.resume(*behind)
                polled = consumer.poll(timeout_ms=int(1_000 * POLL_S))
            for place, records in polled.items():
                for record in records:
                    if record.offset < self._next[place]:  # a topic that was made anew: that was given before
                        continue
                    if record.offset >= until[place]:
                        self._next[place] = until[place]
                        consumer.seek(place, until[place])
                        break
                    self._next[place] = record.offset + 1
                    yield consumed(record)
            with self._connected(behind) as consumer:
                for place in behind:  # over offsets that hold no record
                    self._next[place] = max(self._next[place], _position(consumer, place, 0))
            if sum(self._next.values()) > stood:
                moved_s = time.monotonic()
            elif time.monotonic() - moved_s > STALLED_S:
                raise self._failed(behind[:1], KafkaTimeoutError(f"nothing came for {STALLED_S:.0f} s"))

    @contextlib.contextmanager
    def _connected(self, places: Iterable[Where]) -> Iterator[Any]:
        """Give the consumer, and turn what it raises into one line that names the cluster and the topics."""
        places = tuple(places)
        try:
            if self._consumer is None:
                self._consumer = Consumer(**kafka_client_options(self._kafka), **self._options)
                self._there = set()
                self._check({topic for topic, _ in (*places, *self._next)})
                self._assign(self._consumer)
            self._check({topic for topic, _ in places})
            yield self._consumer
        except (KafkaError, OSError, ValueError) as error:
            self.close()
            raise self._failed(places, error) from None

    def _check(self, names: set[str]) -> None:
        """Ask once for each topic whether it is there: the client would wait for it without a word."""
        if asked := names - self._there:
            found = self._consumer.partition_counts(asked, self._options["request_timeout_ms"])
            error = MissingTopicError.for_topics(self._kafka.bootstrap_servers, asked, found)
            if error is not None:
                self.close()
                raise access_error(self._kafka, Needs.of(describes=asked)) or error  # one may not see it
            self._there |= asked

    def _assign(self, consumer: Any) -> None:
        if self._next:
            consumer.assign(list(self._next))
        for place, offset in self._next.items():
            consumer.seek(place, offset)

    def _failed(self, places: Iterable[Where], error: Exception) -> ClusterError:
        topics = sorted({topic for topic, _ in places})
        needs = Needs.of(reads=topics) if isinstance(error, AuthorizationError) else Needs()
        refused = access_error(self._kafka, needs)
        return refused or ClusterError.about(
            self._kafka.bootstrap_servers, f"{', '.join(topics)} cannot be read", error
        )


class TopicFollower(ABC):
    """A reader in a thread of its own, until it is told to stop; it begins anew whenever it breaks.

    Args:
        kafka: The cluster.
        name: Of the thread, in the log, and of its client.
    """

    def __init__(self, kafka: KafkaSettings, name: str) -> None:
        self._name = name
        self._stop = threading.Event()
        self._reader = Reader(kafka, name, self._stop.is_set)
        self._outage = Outage()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read no more, and finish what was taken."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end of what is being done."""
        self._thread.join(timeout_s)

    @abstractmethod
    def _follow(self) -> None:
        """Read until told to stop."""

    def _run(self) -> None:
        while not self._stop.is_set():
            began_s = time.monotonic()
            try:
                with self._reader:
                    self._follow()
            except ClusterError as error:
                if time.monotonic() - began_s > STALLED_S:  # it read meanwhile: this is news
                    self._outage = Outage()
                self._outage.tell(f"{self._name}: {error}")
                self._stop.wait(RETRY_S)
            except Exception:
                log.exception("reading %s broke, it begins anew", self._name)
                self._stop.wait(RETRY_S)


def await_topics(
    kafka: KafkaSettings,
    names: Iterable[str],
    stopping: Callable[[], bool],
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait until topics are there, and say so; return whether they are, or the process was told to stop.

    Raises:
        ClusterError: No broker answers.
    """
    names, outage = tuple(names), Outage()
    while not stopping():
        try:
            with Reader(kafka, "topics") as reader:
                reader.require(names)
        except MissingTopicError as error:
            outage.tell(f"waiting: {error}")
        else:
            outage.over("the topics are there")
            return True
        for _ in range(round(RETRY_S / _STEP_S)):
            if not stopping():
                sleep(_STEP_S)
    return False


def read_records(kafka: KafkaSettings, names: Iterable[str], since: datetime | None = None) -> Iterator[Record]:
    """Yield the records that are on topics now, oldest first of each partition.

    Args:
        kafka: The cluster.
        names: The topics.
        since: Records that the broker took before are left out; None begins with the oldest.

    Raises:
        ClusterError: The cluster cannot be reached, has no such topic, or went silent; one line.
    """
    with Reader(kafka) as reader:
        yield from reader.read_spans(reader.spans(names, since))


def read_messages(
    kafka: KafkaSettings, topic: str, kind: type[M], since: datetime | None = None, decoder: Decoder | None = None
) -> Iterator[M]:
    """Yield the messages of a kind that are on a topic now. See `read_records`.

    Whoever gives a decoder tells what it could not decode; else the log does.
    """
    counting = decoder or Decoder()
    for record in read_records(kafka, (topic,), since):
        message = counting.message(record)
        if isinstance(message, kind):
            yield message
    if decoder is None and counting.undecodable:
        log.warning("%s", undecodable_line(counting.undecodable))


def _partitions(names: Iterable[str]) -> list[Any]:
    return [TopicPartition(name, number) for name in names for number in range(BY_NAME[name].partitions)]


def _position(consumer: Any, place: Where, otherwise: int) -> int:
    """Return where a client stands, without waiting for the broker's word; what it does not know is said otherwise."""
    position = consumer.position(place, timeout_ms=0)
    return otherwise if position is None else int(position)

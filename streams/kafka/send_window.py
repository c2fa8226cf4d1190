"""Send window: records that the broker has not confirmed are kept here, so that none is lost while the process lives.

kafka-python gives up a record after its delivery timeout, refuses one whose topic it cannot ask about, and fails what is on its
way when the broker does not know the producer any more. So what is not confirmed is kept and sent again in order, with a
new producer where the old one gave it up. What then comes twice has the same event id, and consumers drop the second.
"""

from __future__ import annotations

import gc
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from kafka import errors
from kafka.errors import KafkaError

from schemas.codec import Encoded, Headers
from schemas.phrases.codes.commands import no_cluster
from streams.errors import DeliveryError
from streams.kafka.closing import close_producer
from streams.kafka.errors import ClusterError, may_not
from streams.tracing.spans import Span, begun

log = logging.getLogger(__name__)

SIZE: Final = 500
"""Sent but not confirmed; with so many, no more is taken. A few hundred keep the broker busy (design §6)."""
AGAIN_AFTER_S: Final = 1.0
"""How long a broker is left alone after it failed, so that one that fails at once is not asked without a pause."""
TELL_AFTER_S: Final = 5.0
"""A broker that confirms nothing for so long is told of; below, it was busy."""
REMIND_EVERY_S: Final = 600.0
CLOSE_WITHIN_S: Final = 1.0

REFUSALS: Final = (
    errors.AuthorizationError,
    errors.IllegalArgumentError,
    errors.InvalidRecordError,
    errors.InvalidTimestampError,
    errors.InvalidTopicError,
    errors.KafkaConfigurationError,
    errors.MessageSizeTooLargeError,
    errors.PolicyViolationError,
    errors.RecordListTooLargeError,
    errors.UnrecognizedBrokerVersion,
    errors.UnsupportedCodecError,
    errors.UnsupportedForMessageFormatError,
    errors.UnsupportedVersionError,
)
"""What is wrong with a record, with its sender or with an option: the same record would be answered the same way again."""


class Confirmation(Protocol):
    """The broker's word on one record, as kafka-python gives it."""

    is_done: bool

    def get(self, timeout: float | None = None) -> Any:
        """Wait, and raise what went wrong; a KafkaTimeoutError where it is not done in time."""


class Producer(Protocol):
    """Producer: what is used of a producer."""

    def send(self, topic: str, *, key: bytes, value: bytes, headers: Headers) -> Confirmation:
        """Hand one record over."""

    def close(self, timeout: float | None = None) -> None:
        """Disconnect."""


@dataclass(slots=True)
class _Kept:
    """A record that is not confirmed, the number that its sender knows it by, and the broker's word once it was sent."""

    topic: str
    record: Encoded
    number: int
    span: Span | None = None
    confirmation: Confirmation | None = None

    def confirmed(self) -> bool:
        """Return whether the broker took it."""
        if self.confirmation is None or not self.confirmation.is_done:
            return False
        try:
            self.confirmation.get(timeout=0)
        except Exception:
            return False
        return True


class SendWindow:
    """Keeps records until they are confirmed, in the order in which they came.

    Args:
        connect: Makes a producer that is connected. It must not wait for long: neither it nor what it makes (`max_block_ms`).
        address: The cluster's, for what is told.
        confirmed: Called with the topic of each record that is confirmed.
        clock_s: A monotonic clock (s).
        sleep: Waits (s).
        say: Takes a line for a person: that a broker is waited for, once, and that it is back.
        user: Who sends, for what is told.
    """

    def __init__(
        self,
        connect: Callable[[], Producer],
        address: str,
        confirmed: Callable[[str], None] = lambda _: None,
        clock_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        say: Callable[[str], None] = log.warning,
        user: str = "this client",
    ) -> None:
        self._connect = connect
        self._user = user
        self._address = address
        self._on_confirmed = confirmed
        self._clock_s = clock_s
        self._sleep = sleep
        self._say = say
        self._producer: Producer | None = None
        self._kept: deque[_Kept] = deque()
        self._unsent: deque[_Kept] = deque()
        self._again_at_s = self._quiet_since_s = clock_s()
        self._told_at_s: float | None = None
        self._reason = ""

    def __len__(self) -> int:
        """Return how many records are not confirmed."""
        return len(self._kept)

    @property
    def full(self) -> bool:
        """Return whether no more should be taken."""
        return len(self._kept) >= SIZE

    @property
    def quiet_s(self) -> float:
        """Return for how long (s) the broker has confirmed nothing of what is kept; 0 where nothing is."""
        return self._clock_s() - self._quiet_since_s if self._kept else 0.0

    @property
    def numbers(self) -> tuple[int, int]:
        """Return the lowest and the highest number of what is not confirmed; there must be something."""
        return self._kept[0].number, self._kept[-1].number

    def connect(self) -> None:
        """Wait until a broker answers, and say so where none does.

        Raises:
            ClusterError: A broker answers and refuses, or an option is wrong: waiting would not help.
        """
        while self._producer is None:
            try:
                self._producer = self._connected()
            except (KafkaError, OSError, ValueError) as error:
                if not isinstance(error, errors.RetriableError):
                    told = f"Kafka at {self._address} cannot be used: {_one_line(error)}"
                    raise ClusterError(told, no_cluster(self._address)) from None
                self._tell("nothing is read until it answers")
                self._sleep(AGAIN_AFTER_S)
        self._quiet_since_s = self._clock_s()
        self._tell_of_the_end()

    def put(self, topic: str, record: Encoded, number: int) -> None:
        """Take a record; it is sent in one of the next turns."""
        if not self._kept:
            self._quiet_since_s = self._clock_s()
        record, span = begun(topic, record)
        kept = _Kept(topic, record, number, span)
        self._kept.append(kept)
        self._unsent.append(kept)

    def turn(self, wait_s: float) -> None:
        """Send what is not sent and let go of what is confirmed, waiting at most so long (s) for the oldest.

        Raises:
            DeliveryError: The broker refuses a record for good; it and what stands behind it are still kept.
        """
        before = len(self._kept)
        if not self._send():
            self._sleep(min(wait_s, AGAIN_AFTER_S))
        self._take(wait_s)
        if not self._kept or len(self._kept) < before:
            self._quiet_since_s = self._clock_s()
            self._tell_of_the_end()
        elif self._clock_s() - self._quiet_since_s >= TELL_AFTER_S:
            more = ", no more is read" if self.full else ""
            self._tell(f"{len(self._kept)} records are not confirmed and kept{more}")

    def close(self) -> None:
        """Disconnect; what is not confirmed is still kept, but nobody sends it any more."""
        producer, self._producer = self._producer, None
        if producer is not None:
            close_producer(producer, 0.0 if self._kept else CLOSE_WITHIN_S)

    def _connected(self) -> Producer:
        """Return a new producer; one that cannot be made leaves its sockets in cycles that Python would find too late."""
        try:
            return self._connect()
        except BaseException:
            gc.collect()
            raise

    def _send(self) -> bool:
        """Send what is not sent, and return whether all of it is."""
        while self._unsent:
            if self._clock_s() < self._again_at_s:
                return False
            kept = self._unsent[0]
            try:
                if self._producer is None:
                    self._producer = self._connected()
                record = kept.record
                kept.confirmation = self._producer.send(
                    kept.topic, key=record.key, value=record.value, headers=record.headers
                )
            except Exception as error:
                self._failed(kept.topic, error, "the producer refuses a record")
                return False
            self._unsent.popleft()
        return True

    def _take(self, wait_s: float) -> None:
        """Let go of the oldest records, as far as they are confirmed; wait for the first of them."""
        while self._kept and (confirmation := self._kept[0].confirmation) is not None:
            if not confirmation.is_done and not wait_s:
                return
            try:
                confirmation.get(timeout=wait_s)
            except Exception as error:
                if confirmation.is_done:
                    self._failed(self._kept[0].topic, error, "the broker did not take a record")
                    self._begin_anew()
                return
            kept = self._kept.popleft()
            if kept.span is not None:
                kept.span.end()
            self._on_confirmed(kept.topic)
            wait_s = 0.0

    def _failed(self, topic: str, error: Exception, what: str) -> None:
        """Note why it does not go on; raises DeliveryError where it never will."""
        if isinstance(error, ClusterError):  # the broker does not let this client in
            raise DeliveryError(str(error)) from error
        if isinstance(error, errors.TopicAuthorizationFailedError):
            raise DeliveryError(f"{topic}: {what}: {may_not(self._user, 'WRITE', topic)}") from error
        if isinstance(error, REFUSALS) or not isinstance(error, KafkaError):
            raise DeliveryError(f"{topic}: {what}: {type(error).__name__}") from error
        self._reason = "" if isinstance(error, errors.KafkaTimeoutError) else type(error).__name__
        self._again_at_s = self._clock_s() + AGAIN_AFTER_S

    def _begin_anew(self) -> None:
        """Let a producer go that gave up a record, and send all that is not confirmed with the next one, in order."""
        self.close()
        self._unsent = deque(kept for kept in self._kept if not kept.confirmed())
        for kept in self._unsent:
            kept.confirmation = None

    def _tell(self, what: str) -> None:
        now_s = self._clock_s()
        if self._told_at_s is None or now_s - self._told_at_s >= REMIND_EVERY_S:
            self._told_at_s = now_s
            reason = f" ({self._reason})" if self._reason else ""
            self._say(f"waiting for Kafka at {self._address}{reason}: {what}")

    def _tell_of_the_end(self) -> None:
        if self._told_at_s is not None:
            self._told_at_s, self._reason = None, ""
            self._say(f"Kafka at {self._address} answers again")


def _one_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]

"""Producer: records to topics with kafka-python, each confirmed by all replicas before it counts as sent."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError, TopicAuthorizationFailedError

from schemas.codec import Encoded, Headers
from streams.errors import DeliveryError
from streams.kafka.access.admission import require_access
from streams.kafka.closing import close_producer
from streams.kafka.errors import ClusterError, may_not, user_of
from streams.kafka.options import kafka_client_options
from streams.settings import KafkaSettings
from streams.topics import MAX_MESSAGE_BYTES
from streams.tracing.spans import Span, begun

CONFIRM_WITHIN_S: Final = 60.0
"""How long to wait for the broker's word on what was sent."""
CONNECT_WITHIN_S: Final = 15.0
CLOSE_WITHIN_S: Final = 1.0
MORE_HEADERS_BYTES: Final = 20_000
OPTIONS: Final[Mapping[str, Any]] = {
    "acks": "all",
    # An idempotent producer of kafka-python 3.0 sends nothing any more once a record that was under way when the broker
    # went away has expired (seen with a broker stopped for 20 s). One request at a time keeps the order just as well,
    # and a record that arrives twice has one `ce_id`.
    "enable_idempotence": False,
    "max_in_flight_requests_per_connection": 1,
    # A record that is sent again has a header more than it had; what is too large for its topic the broker refuses.
    "max_request_size": MAX_MESSAGE_BYTES + MORE_HEADERS_BYTES,
}


def connect(kafka: KafkaSettings, name: str, within_s: float = CONFIRM_WITHIN_S, **changes: Any) -> Any:
    """Return kafka-python's producer, connected, for whoever keeps by itself what is not confirmed.

    Its `send` hands a record over and returns the broker's word on it: `is_done`, `get(timeout)`. It waits for nothing but a
    topic that it does not know yet; it keeps what it is given without a limit, so a limit is the caller's.

    Args:
        kafka: The cluster.
        name: What the broker's log calls it.
        within_s: How long a record may take to be confirmed (s); half of it goes to one try.
        changes: kafka-python's options that are to be different.

    Raises:
        KafkaError: No broker answers.
        AccessError: It does not let this client in.
    """
    try_ms = int(500 * within_s)
    timeouts = {
        "bootstrap_timeout_ms": min(try_ms, int(1_000 * CONNECT_WITHIN_S)),
        "request_timeout_ms": try_ms,
        "max_block_ms": try_ms,
        "delivery_timeout_ms": 2 * try_ms,
    }
    options = kafka_client_options(kafka) | dict(OPTIONS) | timeouts | {"client_id": f"toezicht-{name}"}
    try:
        return KafkaProducer(**options | changes)
    except KafkaTimeoutError:
        require_access(kafka)  # a wrong password looks like a broker that is away, and waiting would not help
        raise


def reason(kafka: KafkaSettings, topic: str, error: BaseException) -> str:
    """Return in a few words why a record was not taken: who may not write where, else the kind of error."""
    if isinstance(error, TopicAuthorizationFailedError):
        return may_not(user_of(kafka), "WRITE", topic)
    return type(error).__name__


class ConfirmedProducer:
    """Sends records, and waits for the broker's confirmation of all of them. It lives on through an outage.

    Args:
        kafka: The cluster.
        name: What the broker's log calls it.
        within_s: How long a record may take to be confirmed (s).

    Raises:
        ClusterError: No broker answers, or it does not let this client in.
    """

    def __init__(self, kafka: KafkaSettings, name: str, within_s: float = CONFIRM_WITHIN_S) -> None:
        self._kafka, self._within_s = kafka, within_s
        try:
            self._producer = connect(kafka, name, within_s)
        except (KafkaError, OSError, ValueError) as error:
            raise ClusterError.about(kafka.bootstrap_servers, "nothing can be written", error) from None
        self._waiting: deque[tuple[str, Any, Span | None]] = deque()
        self._failure: DeliveryError | None = None

    def send(
        self,
        topic: str,
        partition: int | None,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        at_ms: int | None = None,
        span: Span | None = None,
    ) -> Any:
        """Hand one record over and return the broker's word on it: `is_done`, `get(timeout)`; the key may choose its partition.

        Its time (ms since 1970) counts where the topic takes the senders' times; else it has the broker's. `span` is told once
        the broker has it.

        Raises:
            DeliveryError: The client refuses it.
        """
        while self._waiting and self._waiting[0][1].is_done:  # whoever never asks for confirmation gathers nothing
            self._note(0.0)
        try:
            own = {} if at_ms is None else {"timestamp_ms": at_ms}
            sent = self._producer.send(topic, partition=partition, key=key, value=value, headers=headers, **own)
        except Exception as error:
            told = reason(self._kafka, topic, error)
            raise DeliveryError(f"{topic}: the producer refuses a record: {told}") from error
        self._waiting.append((topic, sent, span))
        return sent

    def tombstone(self, topic: str, partition: int, key: bytes) -> Any:
        """Hand over that what stands under a key of a compacted topic is deleted; see `send`."""
        return self.send(topic, partition, key, None, [])

    def send_encoded(self, topic: str, record: Encoded) -> Any:
        """Hand an encoded message over, with which a trace begins where it is of none; see `send`."""
        record, span = begun(topic, record)
        return self.send(topic, None, record.key, record.value, record.headers, span=span)

    def confirm(self, now_s: Callable[[], float] = time.monotonic) -> None:
        """Wait until the broker has confirmed everything that was handed over since the last call.

        Raises:
            DeliveryError: It refused a record, or did not confirm it in time.
        """
        deadline_s = now_s() + self._within_s
        while self._waiting:
            self._note(max(0.0, deadline_s - now_s()))
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def close(self) -> None:
        """Disconnect; what is not confirmed by now is given up."""
        close_producer(self._producer, CLOSE_WITHIN_S)

    def _note(self, timeout_s: float) -> None:
        """Take the broker's word on the oldest record, waiting at most this long (s); the first failure is kept."""
        topic, sent, span = self._waiting.popleft()
        try:
            sent.get(timeout=timeout_s)
            if span is not None:
                span.end()
        except Exception as error:
            if span is not None:
                span.end("not_confirmed")
            failure = DeliveryError(f"{topic}: a record is not confirmed: {reason(self._kafka, topic, error)}")
            failure.__cause__ = error
            self._failure = self._failure or failure

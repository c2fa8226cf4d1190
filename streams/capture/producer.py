"""Producer: what capture needs of a Kafka producer, and the options that give it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from streams.kafka.producer import OPTIONS
from streams.topics import MAX_MESSAGE_BYTES

PRODUCER_OPTIONS: Final[Mapping[str, Any]] = {
    **OPTIONS,
    "linger_ms": 0,  # Waiting for more pictures would only add latency.
    "batch_size": 500_000,  # What has gathered during a request leaves together.
    "compression_type": None,  # JPEG does not compress further.
    "max_request_size": MAX_MESSAGE_BYTES,
    "max_block_ms": 1_000,  # A send without metadata fails soon and is tried again.
    "delivery_timeout_ms": 15_000,  # A picture older than this helps nobody.
    "request_timeout_ms": 10_000,
    "reconnect_backoff_max_ms": 1_000,
}


class SendConfirmation(Protocol):
    """A producer's promise for one record."""

    @property
    def is_done(self) -> bool: ...  # noqa: D102
    def succeeded(self) -> bool: ...  # noqa: D102
    def add_callback(self, function: Callable[..., object], *arguments: object) -> object: ...  # noqa: D102
    def add_errback(self, function: Callable[..., object], *arguments: object) -> object: ...  # noqa: D102


class FrameProducer(Protocol):
    """The part of kafka-python's producer that is used here."""

    def send(  # noqa: D102
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        headers: Any = None,
        partition: int | None = None,
    ) -> SendConfirmation: ...
    def close(self, timeout: float | None = None) -> None: ...  # noqa: D102

"""A kafka-python producer in memory: keeps what is sent, and confirms at once or when the test says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kafka.errors import KafkaTimeoutError

from schemas.codec import Headers, decode


@dataclass
class FakeConfirmation:
    """A confirmation that is given when the test says so."""

    is_done: bool = False
    error: Exception | None = None
    on_wait: Callable[[], None] = lambda: None

    def get(self, timeout: float | None = None) -> Any:
        """Wait; time that passes is the test's."""
        if timeout:
            self.on_wait()
        if not self.is_done:
            raise KafkaTimeoutError(f"Timeout after waiting for {timeout} secs.")
        if self.error is not None:
            raise self.error
        return None

    def confirm(self) -> None:
        """Tell that the broker has the record."""
        self.is_done = True

    def fail(self, error: Exception) -> None:
        """Tell that it did not take it."""
        self.is_done, self.error = True, error


@dataclass
class FakeProducer:
    """Keeps what is sent; `refuses` is what `send` raises, `closing` what `close` does."""

    confirms: bool = True
    refuses: Exception | None = None
    closed: bool = False
    sent: list[tuple[str, bytes, bytes, Headers]] = field(default_factory=list)
    confirmations: list[FakeConfirmation] = field(default_factory=list)

    def send(self, topic: str, *, key: bytes, value: bytes, headers: Headers) -> FakeConfirmation:
        """Keep a record."""
        if self.refuses is not None:
            raise self.refuses
        self.sent.append((topic, key, value, headers))
        self.confirmations.append(FakeConfirmation(self.confirms))
        return self.confirmations[-1]

    def close(self, timeout: float | None = None) -> None:
        """Disconnect; as the real one, refuse to where something is not confirmed."""
        if not all(confirmation.is_done for confirmation in self.confirmations):
            raise KafkaTimeoutError("Timeout waiting for future")
        self.closed = True

    def messages(self) -> list[Any]:
        """Return what was sent, decoded as a consumer would."""
        return [decode(value, headers) for _, _, value, headers in self.sent]

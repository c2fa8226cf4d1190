"""Errors of whoever talks to a cluster; each is one line for a person."""

from __future__ import annotations

from typing import Self

from streams.errors import ToezichtError


class ClusterError(ToezichtError):
    """The cluster cannot be reached, or refuses what was asked. One line naming the address, the reason and what to do."""

    @classmethod
    def about(cls, servers: str, what: str, error: Exception) -> Self:
        """Return the error for what a client raised.

        Args:
            servers: The cluster's address.
            what: What could not be done, and to which topics.
            error: What the client raised.
        """
        reason = (str(error) or type(error).__name__).splitlines()[0]
        expected = "a running broker with our topics; see KAFKA_BOOTSTRAP_SERVERS and `toezicht topics check`"
        return cls(f"Kafka at {servers}: {what}: {reason}; expected {expected}")


class NoAnswerError(ToezichtError):
    """Nobody answered in time, or there is nothing to answer about."""

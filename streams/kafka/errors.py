"""Errors of whoever talks to a cluster; each is one line for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from schemas.phrases.codes.commands import no_cluster, topics_missing
from streams.errors import ToezichtError
from streams.topics import BY_NAME


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
        return cls(f"Kafka at {servers}: {what}: {reason}; expected {expected}", no_cluster(servers))


class MissingTopicError(ClusterError):
    """A topic is not there, or not as it should be. One line naming the address, the topic and `toezicht topics apply`."""

    @classmethod
    def for_topics(cls, servers: str, names: Iterable[str], found: Mapping[str, int]) -> Self | None:
        """Return the error, or None where all are there.

        Args:
            servers: The cluster's address.
            names: The topics that are needed.
            found: How many partitions those have that are there.
        """
        line = _missing(names, found)
        if not line:
            return None
        gone = ", ".join(sorted(name for name in set(names) if not found.get(name)))
        return cls(f"Kafka at {servers}: {line}", topics_missing(servers, gone) if gone else no_cluster(servers))


class NoAnswerError(ToezichtError):
    """Nobody answered in time, or there is nothing to answer about."""


def _missing(names: Iterable[str], found: Mapping[str, int]) -> str:
    """Return one line on the topics that are not there, or have fewer partitions than they should; empty for none."""
    names = sorted(set(names))
    gone = [name for name in names if not found.get(name)]
    if gone:
        what = f"topic {gone[0]} is" if len(gone) == 1 else f"topics {', '.join(gone)} are"
        return f"{what} missing; `toezicht topics apply` makes them"
    for name in names:
        expected = BY_NAME[name].partitions
        if found[name] < expected:
            return f"topic {name} has {found[name]} of {expected} partitions; see `toezicht topics check`"
    return ""

"""Errors of whoever talks to a cluster; each is one line for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Self

from schemas.phrases.codes.commands import no_cluster, topics_missing
from streams.errors import ToezichtError
from streams.settings import KafkaSettings
from streams.topics import BY_NAME

LACKS_TOLD: Final = 3
"""Rights that one line names; who lacks one usually lacks all, and the command prints them."""


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


class AccessError(ClusterError):
    """The cluster does not let this client in, or do what it needs. One line naming the user, the right and what it is on."""

    @classmethod
    def refused(cls, kafka: KafkaSettings, why: str) -> Self:
        """Return the error for a client that is not let in."""
        return cls(
            f"Kafka at {kafka.bootstrap_servers}: {user_of(kafka)} is not let in: {why}",
            no_cluster(kafka.bootstrap_servers),
        )

    @classmethod
    def lacking(cls, kafka: KafkaSettings, rights: Iterable[tuple[str, str, str]]) -> Self:
        """Return the error for rights that are lacking: operation, kind of resource and name of each."""
        told = [f'{operation} {kind.lower()} "{name}"' for operation, kind, name in rights]
        shown = ", ".join(told[:LACKS_TOLD]) + (f" and {len(told) - LACKS_TOLD} more" if len(told) > LACKS_TOLD else "")
        return cls(
            f"Kafka at {kafka.bootstrap_servers}: {user_of(kafka)} may not {shown}: run `toezicht topics acls`",
            no_cluster(kafka.bootstrap_servers),
        )


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


def may_not(user: str, operation: str, topic: str) -> str:
    """Return one line on a right to a topic that is lacking: who, what, and what to do."""
    return f'{user} may not {operation} topic "{topic}": run `toezicht topics acls`'


def user_of(kafka: KafkaSettings) -> str:
    """Return who comes, for a person."""
    return f'user "{kafka.sasl_username}"' if kafka.sasl_username else "this client's certificate"


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

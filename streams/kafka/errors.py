"""Errors of whoever talks to a cluster; each is one line for a person."""

from __future__ import annotations

from streams.errors import ToezichtError


class ClusterError(ToezichtError):
    """The cluster cannot be reached, or refuses what was asked. One line naming the address and the reason."""


class UnreachableError(ToezichtError):
    """The cluster cannot be reached."""


class NoAnswerError(ToezichtError):
    """The cluster cannot be reached, or nobody answered in time."""

"""Outcome: what became of one attempt to deliver, with a bounded reason that is safe as a metric label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from schemas.base import Word


class OutcomeReason(Word):
    """Outcome reason: why an attempt ended as it did."""

    RECEIVED = "received"
    NOTHING_TO_CANCEL = "nothing_to_cancel"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    NAME_UNKNOWN = "name_unknown"
    ADDRESS_FORBIDDEN = "address_forbidden"
    REDIRECTED = "redirected"
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    CLIENT_ERROR = "client_error"
    MESSAGE_REFUSED = "message_refused"
    SECRET_UNREADABLE = "secret_unreadable"  # noqa: S105 - a reason, no secret
    NOT_CONFIRMED = "not_confirmed"
    DEFECT = "defect"


DELIVERED: Final = frozenset({OutcomeReason.RECEIVED, OutcomeReason.NOTHING_TO_CANCEL})
FINAL: Final = frozenset({OutcomeReason.MESSAGE_REFUSED})
"""What the same message would be answered again: it is set aside at once, so that it does not hold up what follows."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome: what became of an attempt.

    Attributes:
        reason: Why it ended so.
        retry_after_s: How long the target asks to be left alone (s).
        answers: Bodies in which the target answered a dispatch.
    """

    reason: OutcomeReason
    retry_after_s: float = 0.0
    answers: tuple[bytes, ...] = ()

    @property
    def delivered(self) -> bool:
        """Return whether nothing is left to do."""
        return self.reason in DELIVERED

    @property
    def final(self) -> bool:
        """Return whether trying again is of no use."""
        return self.reason in FINAL

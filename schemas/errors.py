"""Errors of this package. A message that is broken is another thing than one that is not for us."""

from __future__ import annotations

from schemas.dead_letters import DeadLetterReason
from schemas.phrases.catalogue import text_of
from schemas.phrases.phrase import Told


class SchemaError(Exception):
    """Root of the errors of this package."""


class ContractError(SchemaError):
    """The contract of a release cannot be read; one line with its folder."""


class UndecodableError(SchemaError):
    """A record cannot be read as the message it claims to be.

    Attributes:
        reason: Which bounded kind of fault it is.
        what: What is told of it.
        detail: The same in English.
    """

    def __init__(self, reason: DeadLetterReason, what: Told) -> None:
        detail = text_of(what)
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.what = what
        self.detail = detail

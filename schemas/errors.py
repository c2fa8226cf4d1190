"""Errors of this package. A message that is broken is another thing than one that is not for us."""

from __future__ import annotations

from schemas.dead_letters import DeadLetterReason


class SchemaError(Exception):
    """Root of the errors of this package."""


class UndecodableError(SchemaError):
    """A record cannot be read as the message it claims to be. `reason` says which bounded kind of fault it is."""

    def __init__(self, reason: DeadLetterReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

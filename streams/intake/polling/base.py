"""Polling base: what a system is that is asked what changed.

Example::

    class Bells:
        name = "bells"

        def question(self, since: datetime, page: int) -> Question:
            return Question("/bells/", (("changed_after", since.isoformat()), ("page", str(page))))

        def page(self, content: bytes, since: datetime) -> PolledPage: ...
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """Question: a path below the configured address, and its parameters."""

    path: str
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PolledPage:
    """Polled page: what one answer has.

    Attributes:
        documents: Each as the system's source reads it, in the order of the answer.
        newest: The newest change in it (UTC), None where it has none.
        more: Whether another page follows.
        descending: Whether it begins with the newest, so that what follows is older, and all is read before anything is taken.
    """

    documents: tuple[bytes, ...]
    newest: datetime | None
    more: bool
    descending: bool = False


class UnreadablePageError(Exception):
    """An answer is none of this system's: nothing is taken of it, and it is asked again."""


class PolledSource(Protocol):
    """Polled source: one system.

    Attributes:
        name: Of the source that reads its documents.
    """

    name: str

    def question(self, since: datetime, page: int) -> Question:
        """Return what to ask: what changed at or after `since` (UTC), and which page of it, from 1."""

    def page(self, content: bytes, since: datetime) -> PolledPage:
        """Return what an answer has.

        Raises:
            UnreadablePageError: It is none.
        """


def moment_of(document: Any, field: str) -> datetime | None:
    """Return a document's moment (UTC), None where it has none that can be read."""
    value = document.get(field) if isinstance(document, dict) else None
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
        return None if at is None else (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_answer(content: bytes) -> Any:
    """Return an answer's JSON.

    Raises:
        UnreadablePageError: It is none.
    """
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadablePageError("expected JSON") from None


def page_of(found: list[Any], field: str, *, more: bool, descending: bool = False) -> PolledPage:
    """Return a page of documents, of which `field` says when each changed."""
    moments = [at for at in (moment_of(each, field) for each in found) if at is not None]
    documents = tuple(json.dumps(each).encode() for each in found)
    return PolledPage(documents, max(moments, default=None), more, descending)

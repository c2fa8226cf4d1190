"""Cursor: a place in the list's order as text, for who reads it page by page: the next page begins behind it."""

from __future__ import annotations

import base64
from datetime import datetime

import orjson

from console.api.problems import ProblemError
from schemas.categories import Priority
from streams.presentation.standing import Rank


def cursor_of(place: Rank) -> str:
    """Return a place as text."""
    priority, score, opened_at, alert_id = place
    document = orjson.dumps([priority.value, score, opened_at.isoformat(), alert_id])
    return base64.urlsafe_b64encode(document).decode()


def place_of(cursor: str) -> Rank:
    """Return the place that a text stands for.

    Raises:
        ProblemError: 422, it is none.
    """
    try:
        priority, score, opened_at, alert_id = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        moment = datetime.fromisoformat(opened_at)
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone")
        return Priority(priority), float(score), moment, str(alert_id)
    except (ValueError, TypeError):
        fields = {"cursor": "a next_cursor of an answer"}
        raise ProblemError(422, "invalid", "expected a next_cursor of an answer", fields) from None

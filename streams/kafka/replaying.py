"""A record that is sent again later is judged by the time at which the broker took it first.

Dead letters that are replayed, and inputs that the completeness check found undecided, go back to their topic with their
own bytes and headers. What is decided about them must be what would have been decided then, so `now` is that first time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from schemas.base import iso_utc
from schemas.codec import Headers

FIRST_APPENDED_AT: Final = "first-appended-at"
"""Header with the broker's append time (ISO 8601, UTC) of the record that is sent again."""


def sent_again(headers: Headers, appended_at: datetime) -> Headers:
    """Return the headers with which a record is sent again: its own, and when the broker took it first."""
    if is_sent_again(headers):
        return headers
    return [*headers, (FIRST_APPENDED_AT, iso_utc(appended_at).encode())]


def is_sent_again(headers: Headers) -> bool:
    """Return whether a record was sent again."""
    return any(name == FIRST_APPENDED_AT for name, _ in headers)


def first_appended_at(headers: Headers, appended_at: datetime) -> datetime:
    """Return when the broker took a record first (UTC); a time that cannot be, such as a later one, is not believed."""
    for name, value in headers:
        if name == FIRST_APPENDED_AT:
            try:
                first = datetime.fromisoformat(value.decode())
                return min(first.astimezone(UTC), appended_at) if first.tzinfo else appended_at
            except (ValueError, OverflowError, AttributeError):  # not a time, or a header without a value
                return appended_at
    return appended_at

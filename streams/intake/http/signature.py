"""Signature: who sent a document, and when: HMAC-SHA256 over its id, its timestamp and its bytes (Standard Webhooks 1.0).

The scheme's own library makes the signature that is compared; the time is an argument here, and whatever a header holds is an
answer and never an error.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from standardwebhooks import Webhook

TOLERANCE: Final = timedelta(minutes=5)
"""How far a timestamp may lie from now, both ways: what Standard Webhooks' libraries allow."""
MOST_SIGNATURES: Final = 4
"""A sender that replaces its secret sends two."""
_ID: Final = re.compile(r"[A-Za-z0-9_:-]{1,128}")
"""Without a dot: dots part what is signed."""
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Signed:
    """Signed: a document whose sender is proven.

    Attributes:
        id: The message's id, which its sender keeps when it tries again.
        at: When it was signed (UTC).
    """

    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotSigned:
    """Not signed: why a document's sender is not proven: a bounded code, and what was expected."""

    code: str
    expected: str


def verify(
    body: bytes, message_id: str, timestamp: str, signatures: str, secrets: Collection[str], now: datetime
) -> Signed | NotSigned:
    """Return the proven id and moment, or why there are none.

    Args:
        body: The document as it came.
        message_id: The header `webhook-id`.
        timestamp: The header `webhook-timestamp`: whole seconds since 1970.
        signatures: The header `webhook-signature`: `v1,` and base64, several with blanks between.
        secrets: The sender's, one of which must have made one of the signatures.
        now: When it came (UTC).
    """
    if not _ID.fullmatch(message_id):
        return NotSigned("signature_missing", "webhook-id: 1 to 128 letters, digits and _ : -")
    if not _TIMESTAMP.fullmatch(timestamp):
        return NotSigned("signature_missing", "webhook-timestamp: whole seconds since 1970")
    at = datetime.fromtimestamp(int(timestamp), UTC) if int(timestamp) < 2**36 else datetime.max.replace(tzinfo=UTC)
    if abs(at - now) > TOLERANCE:
        return NotSigned("signature_too_old", f"webhook-timestamp within {TOLERANCE.seconds} s of now: set the clock")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return NotSigned("not_utf8", "JSON in UTF-8")
    given = [each.encode("utf-8", "replace") for each in signatures.split(" ")[:MOST_SIGNATURES] if each]
    made = [Webhook(secret).sign(message_id, at, text).encode() for secret in secrets]
    fits = [hmac.compare_digest(mine, theirs) for mine in made for theirs in given]
    if not any(fits):
        return NotSigned("signature_wrong", "webhook-signature: v1, and base64 of HMAC-SHA256 over id.timestamp.body")
    return Signed(message_id, at)

"""Dead letters: what could not be handled, why and from where."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Identifier, Message, ShortText, Utc, Word
from schemas.phrases.phrase import Phrase


class DeadLetterReason(Word):
    """Dead letter reason: why a message could not be handled; safe as a metric label."""

    NOT_JSON = "not_json"
    INVALID = "invalid"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_VERSION = "unknown_version"
    WRONG_KEY = "wrong_key"
    FROM_THE_FUTURE = "from_the_future"
    TOO_LATE = "too_late"
    OUTSIDE_COUNTRY = "outside_country"
    UNREADABLE_RECORD = "unreadable_record"
    UNREADABLE_REPORT = "unreadable_report"
    UNREADABLE_PICTURE = "unreadable_picture"
    UNKNOWN_CAMERA = "unknown_camera"
    NOT_ALLOWED = "not_allowed"
    HANDLER_FAILED = "handler_failed"
    NOT_DELIVERED = "not_delivered"
    TOO_LARGE = "too_large"


class DeadLetterReference(Message):
    """Dead letter reference: why and from where a message was set aside.

    It travels in the header `dead-letter`; the value is the original.
    """

    name: ClassVar[str] = "dead-letter"
    topics: ClassVar[tuple[str, ...]] = ("dead-letters",)
    # the key tells apart what two runs of intake read at the same line: intake puts a digest of the line there
    id_from: ClassVar[tuple[str, ...]] = ("stage", "topic", "partition", "offset", "original_key")
    key_field: ClassVar[str] = "original_key"
    time_field: ClassVar[str] = "failed_at"

    stage: Identifier
    reason: DeadLetterReason
    detail: Annotated[
        ShortText, Field(description="One line naming the field, the kind of fault and what was expected")
    ]
    phrase: Annotated[Phrase | None, Field(description="The detail as a phrase")] = None
    topic: Annotated[str, Field(max_length=249, description="Where it stood; for intake, the name of the source")]
    partition: Annotated[int, Field(ge=-1)]
    offset: Annotated[int, Field(ge=-1, description="For intake, the line or record number")]
    original_key: Annotated[str, Field(max_length=200)] = ""
    original_bytes: Annotated[
        int | None, Field(ge=0, description="Size of the original; larger than the value where that holds a part only")
    ] = None
    failed_at: Utc
    urgent: Annotated[
        bool, Field(description="Whether it is, or may be, a report of urgency 0 or 1, of which operators know nothing")
    ] = False

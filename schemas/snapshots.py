"""A picture on request, or why there is none."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from schemas.base import Identifier, Message, Pixels, ShortText, Utc, Word
from schemas.phrases.phrase import Phrase


class SnapshotRequest(Message):
    """An operator asks one camera for a picture; persons are pixelated unless `unblurred` is asked and the user may have it."""

    name: ClassVar[str] = "snapshot-request"
    topics: ClassVar[tuple[str, ...]] = ("snapshot-requests",)
    id_field: ClassVar[str] = "request_id"
    key_field: ClassVar[str] = "camera_id"
    time_field: ClassVar[str] = "requested_at"

    request_id: Identifier
    camera_id: Identifier
    alert_id: str
    user: Identifier
    requested_at: Utc
    moment: Annotated[Utc, Field(description="The moment that the picture should show")]
    unblurred: bool = False


class SnapshotRefusal(Word):
    """Snapshot refusal: why a request for a picture is answered without one; safe as a metric label."""

    NOT_PERMITTED = "not_permitted"
    NOT_PERMITTED_THEN = "not_permitted_then"
    TOO_OLD = "too_old"
    IN_THE_FUTURE = "in_the_future"
    NO_PICTURE = "no_picture"
    FAILED = "failed"


class SnapshotReference(Message):
    """The answer to a request. It travels in the header `snapshot`; the value is the JPEG, and empty where it is refused.

    Either the picture's time and size are there, or `refused`. `pixelated` tells that persons and vehicles, or the whole
    picture, were made coarse. `detail` is one line for a person: why there is no picture, or why it is another than asked for.
    """

    name: ClassVar[str] = "snapshot"
    topics: ClassVar[tuple[str, ...]] = ("snapshots",)
    id_from: ClassVar[tuple[str, ...]] = ("request_id",)
    key_field: ClassVar[str] = "camera_id"

    request_id: Identifier
    camera_id: Identifier
    moment: Annotated[Utc, Field(description="The moment that was asked for")]
    captured_at: Utc | None = None
    width_px: Pixels | None = None
    height_px: Pixels | None = None
    pixelated: bool = True
    refused: SnapshotRefusal | None = None
    detail: ShortText = ""
    phrase: Annotated[Phrase | None, Field(description="The detail as a phrase")] = None

    @model_validator(mode="after")
    def _picture_or_refusal(self) -> SnapshotReference:
        present = [part is not None for part in (self.captured_at, self.width_px, self.height_px)]
        if any(present) if self.refused is not None else not all(present):
            raise ValueError("a snapshot has captured_at, width_px and height_px, or refused and none of them")
        return self

    def happened_at(self) -> datetime:
        """Return when the picture was taken; of a refusal the moment that was asked for."""
        return self.captured_at or self.moment

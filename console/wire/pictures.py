"""Pictures: what is asked of a camera, and its answer; the image itself is a JPEG of its own address."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from console.wire.base import Identifier, Moment, WireAnswer, WireBody


class PictureReason(StrEnum):
    """Picture reason: why a picture is needed without pixelation or without an alert. There is no free text."""

    LIFE_IN_DANGER = "life_in_danger"
    MISSING_PERSON = "missing_person"
    SUSPECT_DESCRIBED = "suspect_described"
    LEGAL_REQUEST = "legal_request"
    CAMERA_CHECK = "camera_check"
    CROWD_CHECK = "crowd_check"


class PictureAsked(WireBody):
    """Picture asked: one camera at one moment, for an alert. Without pixelation only for who may, with a reason."""

    request_id: Identifier
    camera_id: Identifier
    alert_id: Annotated[str, Field(max_length=80)] = ""
    moment: Annotated[AwareDatetime | None, Field(strict=False, description="Now where not given")] = None
    unblurred: bool = False
    reason: Annotated[
        str,
        Field(
            max_length=40,
            description="A code: " + ", ".join(PictureReason) + "; needed without pixelation or without an alert",
        ),
    ] = ""
    by_itself: Annotated[
        bool, Field(description="Whether the page asked by itself, as for a P1 that a camera covers")
    ] = False


class PictureAnswer(WireAnswer):
    """Picture answer: whether the image is there, or why not, in words."""

    request_id: str
    camera_id: str
    state: Literal["pending", "there", "refused"]
    asked_at: Moment
    captured_at: Moment | None
    width_px: int | None
    height_px: int | None
    pixelated: bool
    refused: Annotated[str, Field(description="In words; empty where it is not refused")]
    code: str

"""Errors of this package; the text of each is one line for a person and never holds a credential."""

from __future__ import annotations

from enum import StrEnum

from schemas.phrases.catalogue import text_of
from schemas.phrases.phrase import Told


class DetectorsError(Exception):
    """Root of the errors of this package."""


class SourceFault(StrEnum):
    """Source fault: why a source gives no pictures; safe as a metric label and as a camera status's reason."""

    BAD_ADDRESS = "bad_address"
    MISSING_FILE = "missing_file"
    UNREADABLE_VIDEO = "unreadable_video"
    UNREADABLE_PICTURE = "unreadable_picture"
    EMPTY = "empty"
    STARTS_LATER = "starts_later"
    NO_CONNECTION = "no_connection"
    NOT_FOUND = "not_found"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason code
    LOGIN_UNSUPPORTED = "login_unsupported"
    FORBIDDEN = "forbidden"
    REDIRECTED = "redirected"
    BUSY = "busy"
    TRANSPORT_REFUSED = "transport_refused"
    FORMAT_REFUSED = "format_refused"
    CAMERA_ERROR = "camera_error"
    LOST = "lost"
    WRONG_SIZE = "wrong_size"


class SourceError(DetectorsError):
    """A source gives no pictures.

    Attributes:
        fault: The bounded kind of fault.
        what: What is told, with the source's address without credentials.
        detail: The same in one English line.
    """

    def __init__(self, fault: SourceFault, what: Told) -> None:
        detail = text_of(what)
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.what = what
        self.detail = detail

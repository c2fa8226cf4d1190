"""Source address: what a source's address says: which kind of source, and how to show it without its credentials."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, urlsplit

from detectors.errors import SourceError, SourceFault
from schemas.phrases.codes import sources as says
from schemas.phrases.codes.common import several

RTSP_PORT: Final = 554
"""Port of an address that names none (RFC 2326 §3.2)."""
_SCHEME: Final = re.compile(r"^\s*([A-Za-z][A-Za-z0-9+.-]*)://", re.DOTALL)
_SECRET_VALUE: Final = re.compile(
    r"(?i)((?:pass(?:w(?:or)?d)?|pwd|psw|secret|token|key|auth|user(?:name)?|login)[\w.-]*=)[^&;/\s]*"
)

_WAYS_AROUND: Final = {
    "rtsps": says.address_encrypted,
    "http": says.address_stills,
    "https": says.address_stills,
    "onvif": says.address_onvif,
}
"""What cameras offer besides and is not read, each with what to do instead."""


class SourceKind(StrEnum):
    """Source kind: where pictures come from."""

    RTSP = "rtsp"
    FILE = "file"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class RtspAddress:
    """The parts of an `rtsp://` address. `user` and `password` are decoded; None where the address has none.

    Attributes:
        request_uri: The address without user information, as it stands in an RTSP request.
    """

    host: str
    port: int
    request_uri: str
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def redact(url: str) -> str:
    """Return an address without user information, for logs, topics, metrics and errors.

    What stands between `//` and the last `@` is replaced, so that a password with an unescaped `@`, `/` or `#` is
    hidden too; so is the value of any parameter that is named like a credential (some cameras take them there). A path
    without a scheme has no user information and is returned as it is.
    """
    match = _SCHEME.match(url)
    if match is None:
        return url
    rest = url[match.end() :]
    hidden = "***@" if "@" in rest else ""
    shown = rest.rpartition("@")[2]
    shown = _SECRET_VALUE.sub(r"\1***", shown)
    return f"{match[1]}://{hidden}{shown}"


def source_kind(url: str) -> SourceKind:
    """Return which kind of source an address names; a path that is not a folder is a file, whether it exists or not.

    Raises:
        SourceError: `bad_address`: a scheme that is not `rtsp`, or nothing at all.
    """
    match = _SCHEME.match(url)
    if match is None:
        if not url.strip() or "\0" in url:
            raise SourceError(SourceFault.BAD_ADDRESS, says.address_empty())
        # `Path.is_dir` fails for a path that is too long.
        return SourceKind.FOLDER if os.path.isdir(url) else SourceKind.FILE  # noqa: PTH112
    if match[1].lower() != "rtsp":
        what = _WAYS_AROUND.get(match[1].lower(), says.address_kind)()
        raise SourceError(SourceFault.BAD_ADDRESS, says.source_fault(redact(url), what))
    parse_rtsp(url)
    return SourceKind.RTSP


def parse_rtsp(url: str) -> RtspAddress:
    """Return the parts of an `rtsp://` address.

    Raises:
        SourceError: `bad_address`: no host, a port that is no number, a character that an address cannot hold, or an `@`
            after the host, which is what a password with an unescaped `/` or `?` looks like.
    """
    expected = says.address_form()
    if "@" in url.partition("//")[2].partition("@")[2] or re.search(r"//[^@]*[/?#][^@]*@", url):
        expected = several((expected, says.address_encoding()))
    problem = SourceError(SourceFault.BAD_ADDRESS, says.source_fault(redact(url), expected))
    if any(character.isspace() or not character.isprintable() for character in url):
        raise problem
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        user, password = parts.username, parts.password
    except ValueError:
        raise problem from None
    if parts.scheme.lower() != "rtsp" or not host or "@" in parts.path + parts.query + parts.fragment:
        raise problem
    if user is not None and not unquote(user).isprintable():
        raise problem
    location = parts.netloc.rpartition("@")[2]
    query = f"?{parts.query}" if parts.query else ""
    return RtspAddress(
        host=host,
        port=RTSP_PORT if port is None else port,
        request_uri=f"rtsp://{location}{parts.path}{query}",
        user=None if user is None else unquote(user),
        password=None if password is None else unquote(password),
    )

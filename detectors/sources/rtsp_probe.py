"""Finds out why an RTSP stream does not open: FFmpeg tells OpenCV only that it did not.

One DESCRIBE without credentials, and where the camera asks for them one more with them (RFC 2326 §10.2, RFC 7616 §3,
RFC 7617). Nothing that is sent or received is logged.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import socket
from typing import Final

from detectors.errors import SourceError, SourceFault
from detectors.sources.url import RtspAddress

_MAX_HEAD_BYTES: Final = 16_384
_FIELD: Final = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')
_HASHES: Final = {"MD5": "md5", "SHA-256": "sha256"}


def probe(address: RtspAddress, shown: str, timeout_s: float) -> SourceError:
    """Return why a stream does not open.

    Args:
        address: The stream.
        shown: Its address without credentials, for the error's text.
        timeout_s: Limit for each wait.
    """
    try:
        with socket.create_connection((address.host, address.port), timeout_s) as connection:
            return _fault(_ask(connection, address), address, shown)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return SourceError(SourceFault.NO_CONNECTION, f"{shown}: cannot be reached: {reason}")


def _ask(connection: socket.socket, address: RtspAddress) -> int:
    """Return the status of the last answer to DESCRIBE, 0 for an answer that is not RTSP."""
    status, head = _describe(connection, address.request_uri, 1, "")
    if status != 401 or address.user is None:
        return status
    answers = [_answer(challenge, address) for challenge in _challenges(head)]
    authorization = next((answer for answer in answers if answer), "")
    if not authorization:
        return status
    return _describe(connection, address.request_uri, 2, f"Authorization: {authorization}\r\n")[0]


def _describe(connection: socket.socket, uri: str, sequence: int, header: str) -> tuple[int, str]:
    request = f"DESCRIBE {uri} RTSP/1.0\r\nCSeq: {sequence}\r\nAccept: application/sdp\r\n{header}\r\n"
    connection.sendall(request.encode())
    received = b""
    while b"\r\n\r\n" not in received and len(received) < _MAX_HEAD_BYTES:
        part = connection.recv(4096)
        if not part:
            break
        received += part
    head = received.partition(b"\r\n\r\n")[0].decode("latin-1")
    match = re.match(r"RTSP/\d\.\d (\d{3})", head)
    return (int(match[1]) if match else 0), head


def _challenges(head: str) -> list[str]:
    """Return the values of WWW-Authenticate, digest before basic as FFmpeg chooses."""
    lines = (line.partition(":") for line in head.split("\r\n"))
    found = [value.strip() for name, _, value in lines if name.strip().lower() == "www-authenticate"]
    return sorted(found, key=lambda value: not value.lower().startswith("digest"))


def _answer(challenge: str, address: RtspAddress) -> str:
    """Return the value of Authorization for a challenge; empty for a scheme that is not known here."""
    user, password = address.user or "", address.password or ""
    scheme, _, rest = challenge.partition(" ")
    if scheme.lower() == "basic":
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    if scheme.lower() != "digest":
        return ""
    given = {match[1].lower(): match[2] or match[3] or "" for match in _FIELD.finditer(rest)}
    algorithm = given.get("algorithm", "MD5").upper()
    if algorithm not in _HASHES:
        return ""
    return _digest(given, algorithm, user, password, address.request_uri)


def _digest(given: dict[str, str], algorithm: str, user: str, password: str, uri: str) -> str:
    def digest(*parts: str) -> str:
        return hashlib.new(_HASHES[algorithm], ":".join(parts).encode(), usedforsecurity=False).hexdigest()

    realm, nonce = given.get("realm", ""), given.get("nonce", "")
    who, what = digest(user, realm, password), digest("DESCRIBE", uri)
    fields = {"username": user.replace("\\", "\\\\").replace('"', '\\"'), "realm": realm, "nonce": nonce, "uri": uri}
    if "auth" in re.split(r"[,\s]+", given.get("qop", "")):
        once = secrets.token_hex(8)
        fields |= {"cnonce": once, "response": digest(who, nonce, "00000001", once, "auth", what)}
        extra = ", qop=auth, nc=00000001"
    else:
        fields["response"] = digest(who, nonce, what)
        extra = ""
    if "opaque" in given:
        fields["opaque"] = given["opaque"]
    if "algorithm" in given:
        extra += f", algorithm={given['algorithm']}"
    return "Digest " + ", ".join(f'{name}="{value}"' for name, value in fields.items()) + extra


def _fault(status: int, address: RtspAddress, shown: str) -> SourceError:
    if status in (401, 403):
        said = "asks for a user and a password" if address.user is None else "refuses this user or password"
        return SourceError(SourceFault.WRONG_PASSWORD, f"{shown}: the camera {said}")
    if status == 404:
        return SourceError(SourceFault.NOT_FOUND, f"{shown}: the camera has no stream at this path")
    if status == 200:
        return SourceError(SourceFault.UNREADABLE_VIDEO, f"{shown}: the stream is there but gives no video in time")
    if status == 0:
        return SourceError(SourceFault.NO_CONNECTION, f"{shown}: what answers there does not speak RTSP")
    return SourceError(SourceFault.NO_CONNECTION, f"{shown}: the camera answers with status {status}")

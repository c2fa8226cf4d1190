"""RTSP probe: asks a camera in our own words what FFmpeg would not tell: before it is opened, and why it did not open.

FFmpeg follows a redirect to any host with the password in its hand, answers a digest that it does not know with nothing, and
tells of an answer only whether it began with 4 or 5. So each opening begins with one DESCRIBE without credentials, which costs no
login; and where FFmpeg's own login was accepted but the stream was not given, the same steps are taken once more to learn the
status (RFC 2326 §10, RFC 7616 §3, RFC 7617). Nothing that is sent or received is logged.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import socket
import time
from types import TracebackType
from typing import Final, Self

from detectors.errors import SourceError, SourceFault
from detectors.sources.base import Transport
from detectors.sources.rtsp_answer import (
    HEAD_END,
    MAX_HEAD_BYTES,
    Challenge,
    RtspAnswer,
    camera_does,
    chosen_challenge,
    login_fault,
    parse_answer,
    status_fault,
)
from detectors.sources.url import RtspAddress
from schemas.phrases.codes import sources as says

_MAX_BODY_BYTES: Final = 65_536
_CONTROL: Final = re.compile(r"(?im)^a=control:(\S+)")
_VIDEO: Final = re.compile(r"(?ims)^m=video.*?(?=^m=|\Z)")
_TRANSPORTS: Final[dict[Transport, tuple[str, ...]]] = {
    "tcp": ("RTP/AVP/TCP;unicast;interleaved=0-1", "RTP/AVP/UDP;unicast;client_port={}-{}"),
    "udp": ("RTP/AVP/UDP;unicast;client_port={}-{}",),
}
"""What FFmpeg asks for, in its order."""
_PORTS: Final = (50_000, 50_001)
"""Named when UDP is asked for and never listened on: playing is not begun."""


def ask(address: RtspAddress, shown: str, timeout_s: float) -> bool:
    """Return whether a camera asks for a login before it describes a stream, which it will describe otherwise.

    Args:
        address: The stream.
        shown: Its address without credentials, for the error's text.
        timeout_s: Limit for each wait.

    Raises:
        SourceError: The stream cannot be opened, with the reason.
    """
    answer = _asked(address, shown, timeout_s)
    if isinstance(answer, SourceError):
        raise answer
    if 200 <= answer.status < 300:
        return False
    if answer.status != 401:
        raise status_fault(answer, shown)
    if address.user is None:
        raise SourceError(SourceFault.WRONG_PASSWORD, camera_does(shown, says.asks_password()))
    fault = login_fault(answer.challenges, shown)
    if fault is not None:
        raise fault
    return True


def login_kind(address: RtspAddress, timeout_s: float) -> str | None:
    """Return how a camera asks who one is: `none`, `basic`, or `digest` and its algorithm; None where it does not say.

    It is asked without credentials, which costs no login.
    """
    try:
        with _Conversation(address, timeout_s) as camera:
            answer, _ = camera.request("DESCRIBE", address.request_uri, "Accept: application/sdp\r\n")
    except (OSError, UnicodeError):
        return None
    if 200 <= answer.status < 300:
        return "none"
    chosen = chosen_challenge(answer.challenges) if answer.status == 401 else None
    if chosen is None:
        return None
    return f"digest {chosen.algorithm or 'MD5'}" if chosen.scheme == "digest" else chosen.scheme


def explain(address: RtspAddress, shown: str, transport: Transport, timeout_s: float) -> SourceError:
    """Return why a stream is not given by a camera that describes it, or that has just accepted this login.

    Args:
        address: The stream.
        shown: Its address without credentials, for the error's text.
        transport: How RTP is asked for.
        timeout_s: Limit for each wait.
    """
    try:
        with _Conversation(address, timeout_s) as camera:
            answer = camera.walk(transport)
    except (OSError, UnicodeError) as error:
        return _unreachable(error, shown)
    if 200 <= answer.status < 300:
        return SourceError(SourceFault.UNREADABLE_VIDEO, says.source_fault(shown, says.no_video_in_time()))
    if answer.status == 401:
        return refused(shown)
    return status_fault(answer, shown)


def refused(shown: str) -> SourceError:
    """Return the error for a login that a camera does not accept."""
    return SourceError(SourceFault.WRONG_PASSWORD, camera_does(shown, says.refuses_login()))


def _asked(address: RtspAddress, shown: str, timeout_s: float) -> RtspAnswer | SourceError:
    try:
        with _Conversation(address, timeout_s) as camera:
            return camera.request("DESCRIBE", address.request_uri, "Accept: application/sdp\r\n")[0]
    except (OSError, UnicodeError) as error:
        return _unreachable(error, shown)


def _unreachable(error: Exception, shown: str) -> SourceError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return SourceError(SourceFault.NO_CONNECTION, says.source_fault(shown, says.unreachable(reason)))


class _Conversation:
    """One connection to a camera."""

    def __init__(self, address: RtspAddress, timeout_s: float) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._sequence = 0
        self._challenge: Challenge | None = None
        self._session = ""
        self._socket = socket.create_connection((address.host, address.port), timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def walk(self, transport: Transport) -> RtspAnswer:
        """Return the first answer that is no success on the way to a stream, or the last; gives its session back."""
        address, accept = self._address, "Accept: application/sdp\r\n"
        answer, description = self.request("DESCRIBE", address.request_uri, accept)
        if answer.status == 401 and address.user is not None:
            self._challenge = chosen_challenge(answer.challenges)
            answer, description = self.request("DESCRIBE", address.request_uri, accept)
        if not 200 <= answer.status < 300:
            return answer
        track = _track(description, address.request_uri)
        for asked in _TRANSPORTS[transport]:
            answer, _ = self.request("SETUP", track, f"Transport: {asked.format(*_PORTS)}\r\n")
            if answer.status != 461:
                break
        if not 200 <= answer.status < 300:
            return answer
        self._session = answer.session
        answer, _ = self.request("PLAY", address.request_uri)
        self.request("TEARDOWN", address.request_uri)
        return answer

    def request(self, method: str, uri: str, header: str = "") -> tuple[RtspAnswer, str]:
        """Send a request; return its answer and what follows the head. Waits for the time limit at the most."""
        self._sequence += 1
        header += f"Session: {self._session}\r\n" if self._session else ""
        if self._challenge is not None:
            header += f"Authorization: {authorization(self._challenge, self._address, method, uri)}\r\n"
        self._socket.sendall(f"{method} {uri} RTSP/1.0\r\nCSeq: {self._sequence}\r\n{header}\r\n".encode())
        return self._answer()

    def _answer(self) -> tuple[RtspAnswer, str]:
        """Return the next answer; pictures between two answers, and answers that only ask to wait, are passed over."""
        until_s, received = time.monotonic() + self._timeout_s, b""
        while True:
            if received.startswith(b"$") and len(received) >= 4:
                whole = 4 + int.from_bytes(received[2:4])
                if len(received) >= whole:
                    received = received[whole:]
                    continue
            elif HEAD_END in received or len(received) >= MAX_HEAD_BYTES:
                head, _, body = received.partition(HEAD_END)
                answer = parse_answer(head)
                if len(body) >= min(answer.length, _MAX_BODY_BYTES):
                    if not 100 <= answer.status < 200:
                        return answer, body[: answer.length].decode("latin-1")
                    received = body[answer.length :]
                    continue
            if time.monotonic() > until_s:
                raise TimeoutError
            part = self._socket.recv(4096)
            if not part:
                return parse_answer(received), ""
            received += part


def _track(description: str, uri: str) -> str:
    """Return the address of a description's video, which FFmpeg asks for: an absolute one, or one within the stream's."""
    video = _VIDEO.search(description)
    control = _CONTROL.search(video[0]) if video else None
    if control is None or control[1] == "*":
        return uri
    return control[1] if control[1].lower().startswith("rtsp://") else f"{uri.rstrip('/')}/{control[1]}"


def authorization(challenge: Challenge, address: RtspAddress, method: str, uri: str) -> str:
    """Return the value of Authorization that answers a challenge by basic, or by digest with MD5."""
    user, password = address.user or "", address.password or ""
    if challenge.scheme == "basic":
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    given = challenge.fields
    realm, nonce = given.get("realm", ""), given.get("nonce", "")
    who, what = _md5(user, realm, password), _md5(method, uri)
    once = secrets.token_hex(8)
    if given.get("algorithm", "").lower() == "md5-sess":
        who = _md5(who, nonce, once)
    fields = {"username": user.replace("\\", "\\\\").replace('"', '\\"'), "realm": realm, "nonce": nonce, "uri": uri}
    extra = ""
    if "auth" in re.split(r"[,\s]+", given.get("qop", "")):
        fields |= {"cnonce": once, "response": _md5(who, nonce, "00000001", once, "auth", what)}
        extra = ", qop=auth, nc=00000001"
    else:
        fields["response"] = _md5(who, nonce, what)
    if "opaque" in given:
        fields["opaque"] = given["opaque"]
    if "algorithm" in given:
        extra += f", algorithm={given['algorithm']}"
    return "Digest " + ", ".join(f'{name}="{value}"' for name, value in fields.items()) + extra


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

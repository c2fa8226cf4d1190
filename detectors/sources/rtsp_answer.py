"""RTSP answer: what a camera answers to a request, and what an installer must know of it.

Statuses are those of RFC 2326 §7.1.1 and RFC 7826 §17; ONVIF's Streaming Specification adds none of its own. Nothing that a
camera sends is shown: of where it redirects to the host alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from detectors.errors import SourceError, SourceFault
from schemas.phrases.codes import sources as says
from schemas.phrases.phrase import Phrase

MAX_HEAD_BYTES: Final = 16_384
"""Bytes of an answer's head that are looked at; a usual one has some hundred."""
HEAD_END: Final = b"\r\n\r\n"
_STATUS: Final = re.compile(r"RTSP/\d{1,3}\.\d{1,3} +(\d{3})(?!\d)")
_LINES: Final = re.compile(r"\r\n|\r|\n")
_FIELD: Final = re.compile(r'(?<!\w)(\w+) ?= ?(?:"([^"]*)"|([^,\s]+))')
_HOST: Final = re.compile(r"[A-Za-z0-9.:_-]{1,100}")
_DIGEST, _BASIC = "digest", "basic"
_SPOKEN: Final = ("", "MD5", "MD5-sess")
"""Algorithms of digest that FFmpeg answers, written exactly so (libavformat/httpauth.c)."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """Challenge: how a camera asks for a login: scheme in lower case, and its parameters."""

    scheme: str
    fields: dict[str, str]

    @property
    def algorithm(self) -> str:
        """Return digest's algorithm as the camera writes it, shortened to what may be shown; empty where it tells none."""
        return re.sub(r"[^A-Za-z0-9-]", "", self.fields.get("algorithm", ""))[:20]


@dataclass(frozen=True, slots=True)
class RtspAnswer:
    """RTSP answer: what a camera answered.

    Attributes:
        status: 100 to 999; 0 for what is no RTSP.
        challenges: How it asks for a login, in its order.
        location: Where it redirects to.
        session: The session that it gave.
        length: Bytes of what follows the head.
    """

    status: int
    challenges: tuple[Challenge, ...] = ()
    location: str = ""
    session: str = ""
    length: int = 0


def parse_answer(head: bytes) -> RtspAnswer:
    """Return what the head of an answer says; never fails, and looks at `MAX_HEAD_BYTES` at the most."""
    lines = _LINES.split(head[:MAX_HEAD_BYTES].partition(HEAD_END)[0].decode("latin-1"))
    match = _STATUS.match(lines[0])
    if match is None or match[1] < "100":
        return RtspAnswer(0)
    fields = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
    told = dict(reversed(fields))
    length = told.get("content-length", "")
    return RtspAnswer(
        status=int(match[1]),
        challenges=tuple(_challenge(value) for name, value in fields if name == "www-authenticate"),
        location=told.get("location", ""),
        session=told.get("session", "").partition(";")[0],
        length=int(length) if re.fullmatch(r"[0-9]{1,7}", length) else 0,
    )


def _challenge(value: str) -> Challenge:
    scheme, _, rest = value.partition(" ")
    return Challenge(scheme.lower(), {m[1].lower(): m[2] or m[3] or "" for m in _FIELD.finditer(rest)})


def chosen_challenge(challenges: tuple[Challenge, ...]) -> Challenge | None:
    """Return the challenge that FFmpeg answers: the last by digest, else the last by basic, else None."""
    of = {each.scheme: each for each in challenges}
    return of.get(_DIGEST) or of.get(_BASIC)


def login_fault(challenges: tuple[Challenge, ...], shown: str) -> SourceError | None:
    """Return why a login cannot even be tried; None where it can. Nothing need be sent to know it.

    Args:
        challenges: How the camera asks for it.
        shown: The camera's address without credentials.
    """
    chosen = chosen_challenge(challenges)
    if chosen is None:
        said = says.asks_login_unspoken() if challenges else says.asks_login_unsaid()
    elif chosen.scheme == _DIGEST and chosen.fields.get("algorithm", "") not in _SPOKEN:
        said = says.asks_login_hash(chosen.algorithm) if chosen.algorithm else says.asks_login_hash_unknown()
    else:
        return None
    return SourceError(SourceFault.LOGIN_UNSUPPORTED, camera_does(shown, said))


def camera_does(shown: str, what: Phrase) -> Phrase:
    """Return what the camera at an address does, as one phrase."""
    return says.source_fault(shown, says.camera_does(what))


class _Meaning(NamedTuple):
    fault: SourceFault
    what: Phrase


_FORM: Final = _Meaning(SourceFault.FORMAT_REFUSED, says.refuses_form())
_WAY: Final = _Meaning(SourceFault.TRANSPORT_REFUSED, says.refuses_transport())
_FULL: Final = _Meaning(SourceFault.BUSY, says.is_full())
_LOADED: Final = _Meaning(SourceFault.BUSY, says.is_loaded())
_NOT_THERE: Final = _Meaning(SourceFault.NOT_FOUND, says.has_no_path())
_UNABLE: Final = _Meaning(SourceFault.CAMERA_ERROR, says.is_unable())
_LOGIN: Final = _Meaning(SourceFault.LOGIN_UNSUPPORTED, says.wants_login_elsewhere())
_FORBIDDEN: Final = _Meaning(SourceFault.FORBIDDEN, says.forbids())
_MEANINGS: Final = {
    403: _FORBIDDEN,
    404: _NOT_THERE,
    406: _FORM,
    407: _LOGIN,
    410: _NOT_THERE,
    415: _FORM,
    429: _LOADED,
    453: _FULL,
    454: _Meaning(SourceFault.CAMERA_ERROR, says.lost_session()),
    461: _WAY,
    462: _WAY,
    463: _LOGIN,
    470: _LOGIN,
    471: _LOGIN,
    472: _LOGIN,
    501: _UNABLE,
    503: _LOADED,
    505: _UNABLE,
    551: _UNABLE,
}


def status_fault(answer: RtspAnswer, shown: str) -> SourceError:
    """Return what a status other than success says to who must act. 401 says nothing of a password: see `login_fault`.

    Args:
        answer: The camera's.
        shown: Its address without credentials.
    """
    status = answer.status
    if status == 0:
        return SourceError(SourceFault.NO_CONNECTION, says.source_fault(shown, says.no_rtsp()))
    if 300 <= status < 400:
        host = _host(answer.location)
        said = says.sends_on(host, status) if host else says.sends_on_elsewhere(status)
        return SourceError(SourceFault.REDIRECTED, says.source_fault(shown, said))
    usual = _Meaning(SourceFault.CAMERA_ERROR, says.not_understood())
    if status >= 500:
        usual = _Meaning(SourceFault.CAMERA_ERROR, says.has_error())
    meaning = _MEANINGS.get(status, usual)
    return SourceError(meaning.fault, says.source_fault(shown, says.camera_answers(meaning.what, status)))


def _host(location: str) -> str:
    """Return the host and port of an address that a camera sent, empty where it has none; nothing else of it is shown."""
    try:
        netloc = urlsplit(location).netloc.rpartition("@")[2]
    except ValueError:
        netloc = ""
    return netloc if _HOST.fullmatch(netloc) else ""

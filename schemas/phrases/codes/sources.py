"""Codes of why a source gives no pictures. None has a credential."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Name, Number, Said, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def source_fault(source: Name, what: Said) -> Phrase: ...


@phrase
def address_empty() -> Phrase: ...


@phrase
def address_kind() -> Phrase: ...


@phrase
def address_encrypted() -> Phrase: ...


@phrase
def address_stills() -> Phrase: ...


@phrase
def address_onvif() -> Phrase: ...


@phrase
def address_form() -> Phrase: ...


@phrase
def address_encoding() -> Phrase: ...


@phrase
def no_such_file() -> Phrase: ...


@phrase
def file_empty() -> Phrase: ...


@phrase
def file_unreadable(reason: Name) -> Phrase: ...


@phrase
def file_cannot_be_read() -> Phrase: ...


@phrase
def start_ahead(at: Name) -> Phrase: ...


@phrase
def offset_behind(offset_s: Number) -> Phrase: ...


@phrase
def no_video() -> Phrase: ...


@phrase
def no_stills() -> Phrase: ...


@phrase
def no_video_given() -> Phrase: ...


@phrase
def no_video_in_time() -> Phrase: ...


@phrase
def pictures_late() -> Phrase: ...


@phrase
def packets_undecoded(since_s: Whole) -> Phrase: ...


@phrase
def stream_ended() -> Phrase: ...


@phrase
def unreachable(reason: Name) -> Phrase: ...


@phrase
def no_rtsp() -> Phrase: ...


@phrase
def camera_does(what: Said) -> Phrase: ...


@phrase
def camera_answers(what: Said, status: Whole) -> Phrase: ...


@phrase
def asks_login_unsaid() -> Phrase: ...


@phrase
def asks_login_unspoken() -> Phrase: ...


@phrase
def asks_login_hash(algorithm: Name) -> Phrase: ...


@phrase
def asks_login_hash_unknown() -> Phrase: ...


@phrase
def asks_password() -> Phrase: ...


@phrase
def refuses_login() -> Phrase: ...


@phrase
def refused_login_waits(left_s: Whole) -> Phrase: ...


@phrase
def refuses_form() -> Phrase: ...


@phrase
def refuses_transport() -> Phrase: ...


@phrase
def is_full() -> Phrase: ...


@phrase
def is_loaded() -> Phrase: ...


@phrase
def has_no_path() -> Phrase: ...


@phrase
def is_unable() -> Phrase: ...


@phrase
def wants_login_elsewhere() -> Phrase: ...


@phrase
def forbids() -> Phrase: ...


@phrase
def lost_session() -> Phrase: ...


@phrase
def not_understood() -> Phrase: ...


@phrase
def has_error() -> Phrase: ...


@phrase
def sends_on(host: Name, status: Whole) -> Phrase: ...


@phrase
def sends_on_elsewhere(status: Whole) -> Phrase: ...

"""Messages to Kafka records and back: CloudEvents 1.0 in Kafka's binary mode.

Attributes are `ce_*` headers, the value is the message as JSON (or a picture, where the message travels in a header).
Three extension attributes tell times that are not part of what happened, so that equal inputs give equal values:
`ce_enteredat` is when the newest contributing input entered the pipeline, `ce_handledat` when the sending stage handled
it, `ce_stage` which stage that was.

`ce_source` and `ce_type` are named after the NL GOV profile for CloudEvents 1.1 (ADR 21): the source is this process's, which is
told it once, where it reads its settings (`send_as`). No decision depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.base import FORMER_TYPE_PREFIX, TYPE_PREFIX, Message, iso_utc, json_document
from schemas.catalogue import BY_TYPE, IN_HEADER, NAMES
from schemas.dead_letters import DeadLetterReason
from schemas.errors import UndecodableError
from schemas.phrases.codes import faults as says
from schemas.source import EventSource

Headers = list[tuple[str, bytes]]
M = TypeVar("M", bound=Message)

JSON: Final = "application/json"
JPEG: Final = "image/jpeg"
OCTETS: Final = "application/octet-stream"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}|\d{1,9}")
_WITHOUT_VALUE: Final = {
    "value_error": "Values contradict each other",
    "union_tag_invalid": "No such kind",
    "union_tag_not_found": "The kind is missing",
}
"""For the kinds of error whose own text quotes the value."""
_TYPE: Final = re.compile(
    rf"(?:{re.escape(TYPE_PREFIX)}|{re.escape(FORMER_TYPE_PREFIX)})\.([a-z-]+)\.v(\d{{1,4}})", re.ASCII
)


class _Process:
    """What this process sends as."""

    source = EventSource()


def send_as(source: EventSource) -> None:
    """Let all that this process sends from now on have this source."""
    _Process.source = source


def sends_as() -> EventSource:
    """Return the source of what this process sends."""
    return _Process.source


class Encoded(NamedTuple):
    """A record ready to be sent: key, value and headers as bytes."""

    key: bytes
    value: bytes
    headers: Headers


class Envelope(NamedTuple):
    """Envelope: what the headers of a record say about its message; times are UTC."""

    event_id: str
    event_type: str
    entered_at: datetime | None
    handled_at: datetime | None
    stage: str


def encode(
    message: Message,
    *,
    stage: str,
    handled_at: datetime,
    entered_at: datetime,
    payload: bytes | None = None,
    payload_type: str = JPEG,
    source: EventSource | None = None,
) -> Encoded:
    """Return the record for a message.

    Args:
        message: What to send.
        stage: The stage that sends it.
        handled_at: When the stage handled it (UTC).
        entered_at: When the newest contributing input entered the pipeline (UTC).
        payload: The record's value for a message that travels in a header; required for those, refused for others.
        payload_type: The payload's content type.
        source: Whose message it is; this process's where None.

    Raises:
        ValueError: A payload is missing or not allowed.
    """
    header = IN_HEADER.get(type(message))
    if (header is None) != (payload is None):
        raise ValueError(f"{message.name} {'takes no' if header is None else 'needs a'} payload")
    value = json_document(message)
    headers: Headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", message.message_id().encode()),
        ("ce_type", message.ce_type().encode()),
        ("ce_source", (source or _Process.source).urn.encode()),
        ("ce_time", iso_utc(message.happened_at()).encode()),
        ("ce_subject", message.subject().encode()),
        ("ce_enteredat", iso_utc(entered_at).encode()),
        ("ce_handledat", iso_utc(handled_at).encode()),
        ("ce_stage", stage.encode()),
    ]
    if header is None or payload is None:
        return Encoded(message.key().encode(), value, [*headers, ("content-type", JSON.encode())])
    headers += [("content-type", payload_type.encode()), (header, value)]
    return Encoded(message.key().encode(), payload, headers)


def envelope(headers: Iterable[tuple[str, bytes]] | None) -> Envelope:
    """Return what the headers say, without reading the value.

    Raises:
        UndecodableError: A required attribute is missing or not text.
    """
    found = _header_map(headers)
    for required in ("ce_id", "ce_type", "ce_specversion"):
        if required not in found:
            raise UndecodableError(DeadLetterReason.UNKNOWN_TYPE, says.header_missing(required))
    return Envelope(
        event_id=_text(found, "ce_id"),
        event_type=_text(found, "ce_type"),
        entered_at=_moment(found, "ce_enteredat"),
        handled_at=_moment(found, "ce_handledat"),
        stage=_text(found, "ce_stage") if "ce_stage" in found else "",
    )


def decode(value: bytes, headers: Iterable[tuple[str, bytes]] | None) -> Message:
    """Return the message of a record.

    Raises:
        UndecodableError: Its type or version is unknown, or its document does not fit its schema. The detail names the
            field and what was expected, and never repeats the value.
    """
    found = _header_map(headers)
    if "ce_type" not in found:
        raise UndecodableError(DeadLetterReason.UNKNOWN_TYPE, says.header_missing("ce_type"))
    model = message_type(_text(found, "ce_type"))
    header = IN_HEADER.get(model)
    if header is None:
        return parse(model, value)
    if header not in found:
        raise UndecodableError(DeadLetterReason.INVALID, says.header_missing_carrier(header, model.name))
    return parse(model, found[header])


def message_type(event_type: str) -> type[Message]:
    """Return the model for a CloudEvents type.

    Raises:
        UndecodableError: The name is unknown, or the name is known and the version is not.
    """
    model = BY_TYPE.get(event_type)
    if model is not None:
        return model
    match = _TYPE.fullmatch(event_type)
    if match and match[1] in NAMES:
        raise UndecodableError(DeadLetterReason.UNKNOWN_VERSION, says.message_version_unknown(match[2], match[1]))
    raise UndecodableError(DeadLetterReason.UNKNOWN_TYPE, says.message_type_unknown())


def parse(model: type[M], value: bytes) -> M:
    """Return a message from its JSON document. Strict, as the JSON Schema is: no "3" for 3, no number for a time.

    A field that it does not know is left out: the next minor version may have it, and its sender be updated first.

    Raises:
        UndecodableError: It is not JSON, or does not fit the model.
    """
    try:
        return model.model_validate_json(value, strict=True, extra="ignore")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise UndecodableError(DeadLetterReason.NOT_JSON, says.not_json(model.name, first["msg"])) from None
        what = says.field_unexpected(model.name, _field(first["loc"]), _expectation(first))
        raise UndecodableError(DeadLetterReason.INVALID, what) from None


def _field(location: tuple[int | str, ...]) -> str:
    """Return a field's path; what is not shaped like one of our names may be somebody's data and is not repeated."""
    parts = (str(part) if _NAME.fullmatch(str(part)) else "(unnamed)" for part in location)
    return ".".join(parts) or "(whole message)"


def _expectation(error: ErrorDetails) -> str:
    """Return what was expected; messages that quote the value are replaced."""
    return _WITHOUT_VALUE.get(error["type"], error["msg"])


def _header_map(headers: Iterable[tuple[str, bytes]] | Mapping[str, bytes] | None) -> dict[str, bytes]:
    found = dict(headers or ())
    return {key: value for key, value in found.items() if value is not None} if None in found.values() else found


def _text(found: Mapping[str, bytes], name: str) -> str:
    try:
        return found[name].decode()
    except UnicodeDecodeError:
        raise UndecodableError(DeadLetterReason.INVALID, says.header_not_text(name)) from None


def _moment(found: Mapping[str, bytes], name: str) -> datetime | None:
    if name not in found:
        return None
    text = _text(found, name)
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UndecodableError(DeadLetterReason.INVALID, says.header_not_time(name)) from None

"""Messages survive the way to a record and back; nothing that a record holds makes the codec fail otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerts import Alert
from schemas.base import Message, iso_utc
from schemas.cameras import FrameReference
from schemas.catalogue import IN_HEADER, MESSAGES
from schemas.codec import decode, encode, envelope, parse, send_as, sends_as
from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from schemas.errors import UndecodableError
from schemas.evidence import Evidence
from schemas.geo import Position
from schemas.incidents import CameraWatch, Incident
from schemas.observations import Observation
from schemas.source import EventSource
from schemas.ticks import Tick
from schemas.trends import Trend
from tests.support.messages import NOON, example, payload
from tests.support.situations import sighting

TIMES = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9000, 1, 1)).flatmap(
    lambda naive: st.integers(-14 * 60, 14 * 60).map(
        lambda minutes: naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    )
)
TEXT = st.text(max_size=120)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)


def _fault(read: Callable[[], object]) -> UndecodableError | None:
    """Return the one error that may come out of reading; any other fails the test."""
    try:
        read()
    except UndecodableError as error:
        return error
    return None


def _encode(message: Message) -> tuple[bytes, list[tuple[str, bytes]], bytes]:
    record = encode(message, stage="test", handled_at=NOON, entered_at=NOON, payload=payload(type(message)))
    return record.value, record.headers, record.key


@pytest.mark.parametrize("model", MESSAGES, ids=lambda model: model.name)
def test_round_trip(model: type[Message]) -> None:
    """A message comes back equal, its headers tell what it is, and its key is the record's."""
    message = example(model)
    value, headers, key = _encode(message)
    assert decode(value, headers) == message
    about = envelope(headers)
    assert (about.event_id, about.event_type, about.stage) == (message.message_id(), model.ce_type(), "test")
    assert about.entered_at == about.handled_at == NOON
    assert key.decode() == message.key()
    assert value == (payload(model) if model in IN_HEADER else message.model_dump_json().encode())


@pytest.mark.parametrize("model", MESSAGES, ids=lambda model: model.name)
def test_equal_messages_give_equal_records(model: type[Message]) -> None:
    """A message that was read back is encoded to the same bytes as the first."""
    first = _encode(example(model))
    assert _encode(decode(first[0], first[1])) == first


@pytest.mark.parametrize("model", MESSAGES, ids=lambda model: model.name)
def test_the_names_follow_the_profile(model: type[Message]) -> None:
    """NL GOV profile for CloudEvents 1.1: the type is a reverse DNS name with one version, the source a URN; nothing is empty."""
    headers = {name: value.decode() for name, value in _encode(example(model))[1]}
    assert re.fullmatch(r"nl\.toezicht\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*", headers["ce_type"])
    assert headers["ce_source"] == "urn:nld:oin:00000000000000000000:systeem:toezicht"
    assert headers["ce_specversion"] == "1.0"
    assert headers["ce_stage"] == "test"
    for name, value in headers.items():
        assert value, name
        if name.startswith("ce_"):
            assert re.fullmatch(r"ce_[a-z0-9]{1,20}", name)


@pytest.mark.parametrize("model", MESSAGES, ids=lambda model: model.name)
def test_the_former_names_are_read(model: type[Message]) -> None:
    """Recordings, dead letters, saved rows and other senders have them: the same message, with the same identity."""
    message = example(model)
    value, headers, _ = _encode(message)
    former = {"ce_type": f"toezicht.{model.name}.v1".encode(), "ce_source": b"/toezicht/test"}
    older = [(name, former.get(name, text)) for name, text in headers]
    assert older != headers
    assert decode(value, older) == message
    assert envelope(older).event_id == envelope(headers).event_id == decode(value, older).message_id()


def test_a_process_sends_as_its_organisation() -> None:
    """From when it is told; a message of somebody else's keeps its own."""
    before = sends_as()
    try:
        send_as(EventSource("00000001823288444000", "cameratoezicht"))
        assert (
            dict(_encode(example(Tick))[1])["ce_source"] == b"urn:nld:oin:00000001823288444000:systeem:cameratoezicht"
        )
        other = encode(
            example(Tick), stage="test", handled_at=NOON, entered_at=NOON, source=sends_as().beside("shadow")
        )
        assert dict(other.headers)["ce_source"].endswith(b":systeem:cameratoezicht-shadow")
    finally:
        send_as(before)


def test_alert_id_travels_in_the_subject() -> None:
    """The key of an alert is its control room; its own id is in `ce_subject`."""
    headers = dict(_encode(example(Alert))[1])
    assert headers["ce_subject"] == b"alert-1"


@given(TIMES)
def test_times_are_held_and_written_in_utc(moment: datetime) -> None:
    """Whatever the zone, the same moment gives the same bytes, with a Z and microseconds."""
    tick = example(Tick, at=moment)
    again = example(Tick, at=moment.astimezone(UTC))
    assert tick.at.tzinfo is UTC
    assert _encode(tick) == _encode(again)
    assert json.loads(tick.model_dump_json())["at"] == iso_utc(moment)
    assert iso_utc(moment).endswith("Z")
    assert len(iso_utc(moment)) == 27


@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    accuracy_m=st.floats(0, 100_000, exclude_min=True),
    place=TEXT,
    source_id=st.text(min_size=1, max_size=120),
    revision=st.integers(0, 2**63 - 1),
    moment=TIMES,
)
def test_round_trip_of_any_incident(
    lat: float, lon: float, accuracy_m: float, place: str, source_id: str, revision: int, moment: datetime
) -> None:
    """Every incident that can be made can be read back, bit for bit."""
    changes = {"place": place, "source_id": source_id, "revision": revision, "occurred_at": moment}
    message = example(Incident, position=Position(lat=lat, lon=lon, accuracy_m=accuracy_m), **changes)
    value, headers, _ = _encode(message)
    assert decode(value, headers) == message
    assert _encode(decode(value, headers))[0] == value


@settings(max_examples=300)
@given(value=st.binary(max_size=300), model=st.sampled_from(MESSAGES))
def test_any_bytes_are_a_message_or_undecodable(value: bytes, model: type[Message]) -> None:
    """Random bytes under a known type raise nothing but UndecodableError."""
    headers = [*_encode(example(model))[1]]
    carried = IN_HEADER.get(model)
    if carried:
        headers = [(name, value if name == carried else text) for name, text in headers]
    with pytest.raises(UndecodableError):
        decode(value, headers)


@settings(max_examples=300)
@given(model=st.sampled_from(MESSAGES), data=st.data())
def test_a_field_with_any_json_is_a_message_or_undecodable(model: type[Message], data: st.DataObject) -> None:
    """One field replaced by any JSON raises nothing but UndecodableError, and the detail is one short line."""
    document = json.loads(example(model).model_dump_json())
    document[data.draw(st.sampled_from(sorted(document)) | TEXT)] = data.draw(JSON_VALUES)
    error = _fault(lambda: parse(model, json.dumps(document).encode()))
    if error is not None:
        assert error.reason in {DeadLetterReason.INVALID, DeadLetterReason.NOT_JSON}
        assert len(error.detail) <= 300
        assert "\n" not in error.detail


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ce_id", "ce_type", "ce_specversion", "ce_enteredat", "ce_handledat", "ce_stage", "x"]),
            st.binary(max_size=40)
            | st.sampled_from([b"nl.toezicht.tick.v1", b"toezicht.tick.v1"])
            | st.just(b"0001-01-01T00:00:00+14:00"),
        ),
        max_size=8,
    )
)
def test_any_headers_are_read_or_undecodable(headers: list[tuple[str, bytes]]) -> None:
    """Random headers raise nothing but UndecodableError, from the envelope and from decode."""
    for error in (_fault(lambda: envelope(headers)), _fault(lambda: decode(b"{}", headers))):
        assert error is None or error.detail


@pytest.mark.parametrize(
    ("event_type", "reason"),
    [
        (None, DeadLetterReason.UNKNOWN_TYPE),
        ("", DeadLetterReason.UNKNOWN_TYPE),
        ("nl.toezicht.unheard-of.v1", DeadLetterReason.UNKNOWN_TYPE),
        ("nl.toezicht.incident.v1\n", DeadLetterReason.UNKNOWN_TYPE),
        ("nl.nl.toezicht.incident.v1", DeadLetterReason.UNKNOWN_TYPE),
        ("toezicht.unheard-of.v1", DeadLetterReason.UNKNOWN_TYPE),
        ("com.example.incident.v1", DeadLetterReason.UNKNOWN_TYPE),
        ("nl.toezicht.incident.v2", DeadLetterReason.UNKNOWN_VERSION),
        ("toezicht.incident.v2", DeadLetterReason.UNKNOWN_VERSION),
        ("toezicht.incident.v0", DeadLetterReason.UNKNOWN_VERSION),
        ("toezicht.incident.v99999", DeadLetterReason.UNKNOWN_TYPE),
    ],
)
def test_unknown_types_and_versions(event_type: str | None, reason: DeadLetterReason) -> None:
    """A version we do not know is told apart from a message we do not know."""
    headers = [] if event_type is None else [("ce_type", event_type.encode())]
    with pytest.raises(UndecodableError) as caught:
        decode(b"{}", headers)
    assert caught.value.reason is reason


@pytest.mark.parametrize("document", [b"", b"{", b"nul", b'{"a":1} {}', b"\xff\xfe", b"[" * 5000, b'{"a":NaN,}'])
def test_broken_json(document: bytes) -> None:
    """What is not JSON says so."""
    with pytest.raises(UndecodableError) as caught:
        parse(Incident, document)
    assert caught.value.reason is DeadLetterReason.NOT_JSON


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (Incident, "revision", "3"),
        (Incident, "revision", 3.5),
        (Incident, "revision", True),
        (Incident, "occurred_at", 1_700_000_000),
        (Incident, "occurred_at", "2026-11-24T12:00:00"),
        (Incident, "occurred_at", "0001-01-01T00:00:00+14:00"),
        (Incident, "category", "Brand"),
        (Observation, "lower_bound", "true"),
        (Observation, "dwell_s", "12.5"),
        (FrameReference, "width_px", 0),
    ],
)
def test_reading_is_as_strict_as_the_schema(model: type[Message], field: str, value: object) -> None:
    """Values that the JSON Schema refuses, or times without a zone, are refused here too."""
    document = json.loads(example(model).model_dump_json()) | {field: value}
    with pytest.raises(UndecodableError) as caught:
        parse(model, json.dumps(document).encode())
    assert f"field {field}" in caught.value.detail


@pytest.mark.parametrize("model", MESSAGES, ids=lambda model: model.name)
def test_a_message_of_the_next_minor_version_is_read(model: type[Message]) -> None:
    """What it has more, at any depth, is left out and goes nowhere from here; a worker may be updated after its senders."""
    document = json.loads(example(model).model_dump_json())

    def grown(node: Any) -> Any:
        if isinstance(node, list):
            return [grown(child) for child in node]
        if isinstance(node, dict):
            parts = {name: child if name == "values" else grown(child) for name, child in node.items()}
            of_fields = bool(node) and all(name.isidentifier() for name in node)  # and not of ids, as a mapping is
            return parts | {"added_later": {"age": 17}} if of_fields else parts
        return node

    found = parse(model, json.dumps(grown(document)).encode())
    assert found == example(model)
    assert "added_later" not in found.model_dump_json()


def test_detail_never_repeats_values() -> None:
    """Neither a value, nor a field that nobody named like that, nor the tag of a variant is quoted."""
    secret = "Jan Jansen 06-12345678"
    incident = json.loads(example(Incident).model_dump_json())
    evidence = json.loads(example(Evidence).model_dump_json())
    watch = json.loads(example(CameraWatch).model_dump_json())
    evidence["fact"]["kind"] = secret
    watch["window_until"] = "1999-12-31T23:59:59Z"
    cases: list[tuple[type[Message], object]] = [
        (Incident, incident | {"category": secret}),
        (Incident, incident | {"occurred_at": secret}),
        (Evidence, evidence),
        (CameraWatch, watch),
    ]
    for model, document in cases:
        with pytest.raises(UndecodableError) as caught:
            parse(model, json.dumps(document).encode())
        for part in ("Jan", "Jansen", "06-", "1999"):
            assert part not in caught.value.detail


@pytest.mark.parametrize("model", [Incident, FrameReference])
def test_payload_where_it_belongs(model: type[Message]) -> None:
    """A payload is required for a message in a header and refused for any other."""
    wrong = None if model in IN_HEADER else b"x"
    with pytest.raises(ValueError, match="payload"):
        encode(example(model), stage="test", handled_at=NOON, entered_at=NOON, payload=wrong)


def test_identities_depend_on_what_differs() -> None:
    """A count that comes back to what it was, and the same line number of another run, are other messages."""
    assert example(Trend).message_id() != example(Trend, revision=9).message_id()
    letter = example(DeadLetterReference)
    assert letter.message_id() != example(DeadLetterReference, original_key="other").message_id()
    assert letter.message_id() == example(DeadLetterReference, failed_at=NOON + timedelta(days=1)).message_id()


def test_a_verdict_of_a_newer_release_is_set_aside_and_never_guessed() -> None:
    """Its record goes to dead-letters, from where it is sent again once the reader is as new; a field more is left out."""
    evidence = sighting()
    document = json.loads(evidence.model_dump_json())
    assert parse(Evidence, json.dumps(document | {"newer": 1}).encode()) == evidence
    document["fact"]["verdict"] = "probable"
    with pytest.raises(UndecodableError, match="verdict"):
        parse(Evidence, json.dumps(document).encode())

"""An event of a camera is read by a list; what could tell one person or vehicle from another is dropped and counted."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from streams.capture.onvif.event import TELLS, Attribute, CameraEvent, EventReading, NotTaken, read_event
from tests.support.mutation import Mutator, tries
from tests.support.onvif import ABANDONED, CROSSED, INSIDE, LOITERING, NOW, OCCUPANCY, payload, topic

COUNT = 100_000


def _event(reading: EventReading) -> CameraEvent:
    assert isinstance(reading.event, CameraEvent), reading
    return reading.event


def test_an_event_says_which_rule_of_which_camera() -> None:
    """And when, of which object, and that it goes on."""
    assert _event(read_event(topic(), payload())) == CameraEvent("gemeente/plein-1", LOITERING, "Bank", NOW, True, "5")


@pytest.mark.parametrize(
    ("data", "holds"),
    [
        ({}, True),
        ({"IsInside": True}, True),
        ({"State": "true"}, True),
        ({"State": 1}, True),
        ({"IsInside": False}, False),
        ({"State": "false"}, False),
        ({"State": None}, False),
        ({"operation": "Deleted"}, False),
        ({"operation": "Initialized", "State": False}, False),
    ],
)
def test_an_end_is_told_by_a_state_or_by_deleting(data: dict[str, Any], holds: bool) -> None:
    """Both are spoken by cameras."""
    assert _event(read_event(topic(INSIDE), payload("Hek", **data))).holds is holds


def test_a_counter_tells_how_many() -> None:
    """A whole number; anything else is no count."""
    assert _event(read_event(topic(OCCUPANCY), payload("Telling", Count=7))).count == 7
    for count in (None, -1, 1.5, True, "7", 10**30):
        assert read_event(topic(OCCUPANCY), payload("Telling", Count=count)).event is NotTaken.UNREADABLE


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gemeente/plein-1/onvif-mj/VideoAnalytics/p/m", NotTaken.METADATA),
        ("onvif-mj/VideoAnalytics", NotTaken.METADATA),
        ("gemeente/plein-1/status", NotTaken.NOT_AN_EVENT),
        ("onvif-ej/RuleEngine/LineDetector/Crossed", NotTaken.NOT_AN_EVENT),
        (topic("VideoSource/MotionAlarm"), NotTaken.UNKNOWN_EVENT),
        (topic("RuleEngine/LineDetector/CrossedTwice"), NotTaken.UNKNOWN_EVENT),
        (topic("RuleEngine/Recognition/LicensePlate"), NotTaken.PERSONAL),
        (topic("RuleEngine/FaceRecognition/Match"), NotTaken.PERSONAL),
        (topic() + "\n", NotTaken.NOT_AN_EVENT),
        ("", NotTaken.NOT_AN_EVENT),
    ],
)
def test_what_stands_in_no_list_is_left(name: str, reason: NotTaken) -> None:
    """Under a bounded code; metadata with its boxes and attributes is never read."""
    assert read_event(name, payload()).event is reason


@pytest.mark.parametrize(
    "broken",
    [b"", b"{", b"[]", b"5", b"\xff", b"[" * 60_000, b'{"a":' * 10_000, b"{}", b'{"Source": {"Rule": ""}}', b'{"Source": 1}',
     b'{"Source": {"Rule": "' + b"x" * 200 + b'"}}', b'{"Source": {"Rule": "a\\nb"}}', b'{"Source": {"Rule": true}}'],
    ids=lambda broken: repr(broken[:20]),
)  # fmt: skip
def test_what_is_no_event_is_unreadable(broken: bytes) -> None:
    """Whatever the bytes."""
    assert read_event(topic(), broken).event is NotTaken.UNREADABLE


def test_a_huge_payload_is_not_read() -> None:
    """Nothing is built of it."""
    assert read_event(topic(), b" " * 70_000).event is NotTaken.TOO_LARGE


PERSONAL: dict[str, Any] = {
    "Likelihood": 0.9,
    "Object": {
        "Appearance": {
            "Class": {"Type": [{"#text": "HumanFace", "@Likelihood": 0.8}, {"#text": "LicensePlate"}]},
            "HumanFace": {"Age": {"Min": 33, "Max": 44}, "Gender": "Zwartjanssen", "FacialHair": {"Beard": True}},
            "LicensePlateInfo": {"PlateNumber": "12-ABC-3"},
            "HumanBody": {"Clothing": {"Tops": {"Color": "Red"}}},
        }
    },
    "Age": 40,
    "Sex": "F",
}


def test_faces_plates_age_and_sex_are_dropped_and_counted() -> None:
    """Wherever they stand in an event; the event itself is taken, and nothing of them is in it."""
    reading = read_event(topic(), payload("Bank", **PERSONAL))
    assert reading.dropped == (Attribute.FACE, Attribute.PLATE, Attribute.AGE, Attribute.SEX, Attribute.OTHER)
    assert _event(reading) == _event(read_event(topic(), payload()))
    for value in ("Zwartjanssen", "12-ABC-3", "Red", "33"):
        assert value not in repr(reading)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Image", ()), ("Message", ()), ("Stage", ()), ("AverageSpeed", ()), ("Storage", ()), ("VideoSource", ()),
        ("AnalyticsConfiguration", ()), ("ObjectId", ()), ("Essex", ()), ("Since", ()), ("IsInside", ()),
        ("age", (Attribute.AGE,)), ("HumanFaceAge", (Attribute.FACE, Attribute.AGE)), ("Sex", (Attribute.SEX,)),
        ("PlateNumber", (Attribute.PLATE,)), ("VehicleColor", (Attribute.OTHER,)), ("PersonName", (Attribute.OTHER,)),
    ],
)  # fmt: skip
def test_names_that_only_sound_like_attributes_are_none(name: str, found: tuple[Attribute, ...]) -> None:
    """A count of what was dropped is only worth something where it counts the right things."""
    assert read_event(topic(), payload("Bank", NOW, 5, **{name: 1})).dropped == found


def test_a_mutated_event_is_read_or_refused() -> None:
    """Nothing raises; what is read is bounded, printable, and of the list."""
    seeds = [
        payload(), payload("Hek", IsInside=True), payload("Telling", Count=3), payload("Bank", **PERSONAL),
        payload("Tas", operation="Deleted"), payload("Lijn", at="2026-11-29T12:00:30.123+01:00", object_id="a"),
    ]  # fmt: skip
    topics = [topic(), topic(INSIDE), topic(OCCUPANCY), topic(CROSSED), topic(ABANDONED)]
    mutator, results = Mutator(17), Counter[str]()
    for _ in range(tries(COUNT)):
        name = mutator.random.choice(topics)
        if mutator.random.random() < 0.2:
            name = mutator.line([name.encode()]).decode("utf-8", "replace")
        reading = read_event(name, mutator.line(seeds))
        event = reading.event
        results[type(event).__name__ if isinstance(event, CameraEvent) else event.value] += 1
        if isinstance(event, CameraEvent):
            assert event.event in TELLS
            assert 0 < len(event.rule) <= 120
            assert event.rule.isprintable()
            assert event.count is None or 0 <= event.count <= 1_000
            assert len(json.dumps(event.object_id)) < 800
    assert results["CameraEvent"] > 0
    assert results[NotTaken.UNREADABLE.value] > 0

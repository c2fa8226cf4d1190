"""Requests for pictures are answered once, lawfully, and told to the audit first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from detectors.capture.snapshot import SnapshotPainter
from schemas.audit import AuditEvent
from schemas.cameras import CameraState, CameraStatus
from schemas.codec import decode, envelope
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.snapshots import only_pixelated
from schemas.snapshots import SnapshotRefusal
from streams.capture.frame_buffer import PictureRing
from streams.capture.sender import FrameSender
from streams.capture.snapshots import SnapshotService
from streams.topics import AUDIT, SNAPSHOTS
from tests.support.capture import NOW, FakeProducer, FakeTime, Recorder
from tests.support.capture import _eventually as eventually
from tests.support.snapshots import (
    SIZE,
    UTC_ZONE,
    Finder,
    Office,
    answers,
    camera_of,
    contrast,
    decoded,
    office,
    picture,
    request,
)


def audited(producer: FakeProducer) -> list[AuditEvent]:
    """Return what the audit is told."""
    told = [decode(record.value, record.headers) for record in producer.sent if record.topic == AUDIT]
    return [message for message in told if isinstance(message, AuditEvent)]


def ago(seconds: float) -> datetime:
    """Return a moment before now."""
    return NOW - timedelta(seconds=seconds)


def test_the_picture_nearest_to_the_moment_comes_pixelated() -> None:
    """Keyed by camera, its reference in the header, the JPEG in the value; told to the audit before."""
    room = office()
    ((told, record),) = room.ask(request(ago(4.4)))
    assert (told.request_id, told.camera_id, told.moment) == ("r-1", "cam-1", ago(4.4))
    assert (told.captured_at, told.width_px, told.height_px) == (ago(4), *SIZE)
    assert (told.pixelated, told.refused, told.detail) == (True, None, "")
    assert record.key == b"cam-1"
    assert decoded(record.value).shape == (SIZE[1], SIZE[0], 3)
    assert contrast(decoded(record.value)) < 20
    assert [sent.topic for sent in room.producer.sent] == [AUDIT, SNAPSHOTS]
    (entry,) = audited(room.producer)
    assert (entry.actor, entry.action, entry.object_type, entry.object_id) == (
        "operator-3",
        "snapshot",
        "camera",
        "cam-1",
    )
    assert (entry.result, entry.cause_id) == ("pixelated", "r-1")
    assert "alert-1" in entry.reason
    assert envelope(record.headers).stage == "capture"


def test_the_picture_waits_for_the_audit() -> None:
    """It is not sent before the broker has confirmed that the audit knows."""
    room = office()
    room.producer.there = False
    room.desk.take(request(ago(4)))
    room.desk.work()
    assert eventually(lambda: bool(room.producer.sent))
    assert not room.sender.close(0.3)
    assert {record.topic for record in room.producer.sent} == {AUDIT}


@pytest.mark.parametrize(
    ("users", "user", "unblurred", "pixelated"),
    [
        (["chief"], "chief", True, False),
        (["chief"], "chief", False, True),
        (["chief"], "operator-3", True, True),
        ([], "chief", True, True),
    ],
)
def test_persons_are_shown_only_to_who_is_named_and_asks(
    users: list[str], user: str, unblurred: bool, pixelated: bool
) -> None:
    """Who asks in vain gets the pixelated one, and both the answer and the audit say so."""
    room = office(users=users)
    ((told, record),) = room.ask(request(ago(1), user=user, unblurred=unblurred))
    assert told.pixelated is pixelated
    assert (contrast(decoded(record.value)) < 20) is pixelated
    (entry,) = audited(room.producer)
    assert entry.result == ("pixelated" if pixelated else "unblurred")
    denied = unblurred and pixelated
    assert (sentence(only_pixelated()) in told.detail) is denied
    assert (sentence(only_pixelated()) in entry.reason) is denied
    assert ("an unblurred picture" in entry.reason) is unblurred


def test_without_a_reliable_detector_the_whole_picture_is_coarse() -> None:
    """The answer says so."""
    ((told, record),) = office(Finder(degraded=True)).ask(request(ago(1)))
    assert told.pixelated
    assert "no reliable detector" in told.detail
    assert contrast(decoded(record.value)) < 20


@pytest.mark.parametrize(
    ("moment", "legal", "reason"),
    [
        (ago(40), {}, SnapshotRefusal.TOO_OLD),
        (ago(-60), {}, SnapshotRefusal.IN_THE_FUTURE),
        (ago(1), {"valid_until": "2021-01-01"}, SnapshotRefusal.NOT_PERMITTED),
        (
            ago(1),
            {"viewing_windows": [{"days": ["tue"], "from": "13:00", "until": "14:00"}]},
            SnapshotRefusal.NOT_PERMITTED,
        ),
        (
            ago(9),
            {"viewing_windows": [{"days": ["tue"], "from": "12:00", "until": "14:00"}]},
            SnapshotRefusal.NOT_PERMITTED_THEN,
        ),
    ],
)
def test_a_refusal_is_an_answer(moment: datetime, legal: dict[str, Any], reason: SnapshotRefusal) -> None:
    """It has no picture, a bounded reason and a line for a person; the audit and a counter know it."""
    before = counted(reason)
    room = office(**legal)
    ((told, record),) = room.ask(request(moment))
    assert (told.refused, told.captured_at, record.value) == (reason, None, b"")
    assert told.detail
    (entry,) = audited(room.producer)
    assert entry.result == reason
    assert told.detail[:100] in entry.reason
    assert told.phrase is not None
    assert entry.phrase is not None
    assert (told.detail, entry.reason) == (sentence(told.phrase), sentence(entry.phrase))
    assert counted(reason) == before + 1


def counted(result: str) -> float:
    """Return how many answers a counter has of this kind."""
    return REGISTRY.get_sample_value("toezicht_snapshots_answered_total", {"result": result}) or 0


def test_a_camera_that_is_lost_has_no_picture_of_now() -> None:
    """Its last seconds can be asked for, until they are too old."""
    room = office()
    room.ring.status(CameraStatus(camera_id="cam-1", state=CameraState.OFFLINE, reason="lost", changed_at=NOW))
    room.time.pass_s(20)
    told = room.ask(request(NOW + timedelta(seconds=20), "now"), request(NOW, "then"))
    assert [(answer.request_id, answer.refused) for answer, _ in told] == [
        ("now", SnapshotRefusal.NO_PICTURE), ("then", None),
    ]  # fmt: skip


def test_a_moment_that_is_just_ahead_is_waited_for() -> None:
    """The answer comes with the picture, and not before."""
    room = office()
    room.desk.take(request(NOW + timedelta(seconds=1)))
    room.desk.work()
    assert room.producer.sent == []
    room.time.pass_s(1)
    room.ring.picture(picture(1))
    room.desk.work()
    assert room.sender.close(20)
    ((told, _),) = answers(room.producer)
    assert told.captured_at == NOW + timedelta(seconds=1)


def test_who_waits_when_capture_ends_is_told() -> None:
    """Nobody waits for a process that is gone."""
    room = office()
    room.desk.take(request(NOW + timedelta(seconds=1)))
    room.desk.work(ending=True)
    assert room.sender.close(20)
    ((told, _),) = answers(room.producer)
    assert (told.refused, told.detail) == (SnapshotRefusal.NO_PICTURE, "capture ends")


def test_a_repeated_request_gets_one_answer() -> None:
    """Also while the first waits, and after an answer that somebody else gave."""
    room = office()
    room.desk.know("elsewhere")
    asked = request(NOW)
    told = room.ask(asked, asked, request(ago(3), "elsewhere"), request(ago(3), "r-2"), asked)
    assert [answer.request_id for answer, _ in told] == ["r-1", "r-2"]
    assert len(audited(room.producer)) == 2


def test_another_ones_camera_is_left_alone() -> None:
    """Whoever captures it answers."""
    room = office()
    assert room.ask(request(ago(1), camera_id="cam-2")) == []
    assert room.producer.sent == []


def test_a_picture_that_cannot_be_made_small_enough_is_refused() -> None:
    """Who asks is told."""
    ((told, _),) = office(max_bytes=100).ask(request(ago(1)))
    assert told.refused is SnapshotRefusal.FAILED


def test_a_picture_that_cannot_be_handled_is_refused_and_others_are_answered() -> None:
    """The kind of error alone is told."""
    room = office()
    whole = picture(0.5)
    room.ring.picture(type(whole)(whole.reference, b"no jpeg", whole.entered_at))
    told = room.ask(request(NOW + timedelta(seconds=0.5), "bad"), request(ago(3), "good"))
    by_id = {answer.request_id: answer for answer, _ in told}
    assert by_id["bad"].refused is SnapshotRefusal.FAILED
    assert "PictureError" in by_id["bad"].detail
    assert by_id["good"].refused is None


def test_a_camera_without_pictures_has_an_answer() -> None:
    """It has just begun, or nothing is kept."""
    producer, time = FakeProducer(), FakeTime()
    sender = FrameSender(producer, lambda: time.moment, patience_s=20)
    sender.start(lambda: None)
    painter = SnapshotPainter(Finder, 900_000)
    ring = PictureRing(0, 1, Recorder())
    desk = SnapshotService({"cam-1": camera_of("cam-1")}, UTC_ZONE, ring, painter, (), sender, lambda: time.moment)
    ((told, _),) = Office(desk, ring, sender, producer, time).ask(request(NOW))
    assert told.refused is SnapshotRefusal.NO_PICTURE

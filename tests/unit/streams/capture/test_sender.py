"""Tests of sending pictures and camera states, with a producer in memory and a broker that goes away."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from prometheus_client import REGISTRY

from detectors.capture.camera import Picture
from schemas.audit import AuditEvent
from schemas.cameras import CameraState, CameraStatus, Detections, FrameReference, Visibility
from schemas.codec import decode, envelope
from schemas.snapshots import SnapshotReference
from streams.capture.sender import MAX_UNCONFIRMED_BYTES, WAITING_PER_CAMERA, FrameSender
from streams.kafka.partitioner import partition_of
from streams.topics import AUDIT, CAMERA_FRAMES, CAMERA_STATE, CAMERA_STATUS, DETECTIONS, SNAPSHOTS
from tests.support.capture import NOW, FakeProducer, _eventually
from tests.support.messages import example


@pytest.fixture
def producer() -> FakeProducer:
    return FakeProducer()


@pytest.fixture
def sender(producer: FakeProducer) -> Iterator[FrameSender]:
    made = FrameSender(producer, lambda: NOW)
    made.start(lambda: None)
    yield made
    made.close(0.1)


def _picture(sequence: int, size: int = 100, camera_id: str = "cam-1") -> Picture:
    reference = FrameReference(
        camera_id=camera_id, epoch="e", sequence=sequence, captured_at=NOW - timedelta(hours=1), width_px=64, height_px=48,
        mask_version="m1",
    )  # fmt: skip
    return Picture(reference, b"\xff" * size, NOW + timedelta(milliseconds=sequence))


def _status(reason: str) -> CameraStatus:
    return CameraStatus(camera_id="cam-1", state=CameraState.OFFLINE, reason=reason, changed_at=NOW)


def test_a_picture_is_a_record_with_its_reference(sender: FrameSender, producer: FakeProducer) -> None:
    """The value is the JPEG, the key the camera, the headers the reference and when it entered by the wall clock."""
    sender.picture(_picture(3))
    assert sender.close(20)
    record = producer.sent[0]
    message = decode(record.value, record.headers)
    assert isinstance(message, FrameReference)
    assert (record.topic, record.key, record.value, message.sequence) == (CAMERA_FRAMES, b"cam-1", b"\xff" * 100, 3)
    assert message.captured_at == NOW - timedelta(hours=1)
    assert envelope(record.headers).entered_at == NOW + timedelta(milliseconds=3)
    assert (sender.counts.sent, sender.counts.dropped) == (1, {})


def test_a_state_goes_to_both_topics(sender: FrameSender, producer: FakeProducer) -> None:
    """Each change is told in the history and in the newest state."""
    sender.status(_status("lost"))
    assert sender.close(20)
    assert [record.topic for record in producer.confirmed] == [CAMERA_STATUS, CAMERA_STATE]


def test_the_newest_state_of_each_aspect_outlives_compaction(sender: FrameSender, producer: FakeProducer) -> None:
    """Each aspect has its own key, and all stand in the partition of their camera, where its reader is."""
    stream = _status("streaming").model_copy(update={"state": CameraState.ONLINE})
    view = _status("black").model_copy(update={"state": CameraState.DEGRADED, "aspect": "view"})
    for status in (_status("lost"), view, stream):
        sender.status(status)
    assert sender.close(20)
    kept = {(record.partition, record.key): record for record in producer.confirmed if record.topic == CAMERA_STATE}
    assert {(place, decode(record.value, record.headers)) for place, record in kept.items()} == {
        ((partition_of(CAMERA_STATE, b"cam-1"), b"cam-1/stream"), stream),
        ((partition_of(CAMERA_STATE, b"cam-1"), b"cam-1/view"), view),
    }


@pytest.mark.parametrize(
    ("state", "reason", "online", "not_permitted"),
    [
        (CameraState.ONLINE, "connected", 1, 0),
        (CameraState.OFFLINE, "silent", 0, 0),
        (CameraState.REFUSED, "outside_viewing_window", 0, 1),
        (CameraState.REFUSED, "wrong_size", 0, 0),
    ],
)
def test_a_camera_that_the_law_refuses_is_told_from_one_that_fails(
    sender: FrameSender, state: CameraState, reason: str, online: int, not_permitted: int
) -> None:
    """Operations are woken by the second only."""
    sender.status(_status(reason).model_copy(update={"state": state}))
    label = {"camera": _status(reason).camera_id}
    assert REGISTRY.get_sample_value("toezicht_camera_online", label) == online
    assert REGISTRY.get_sample_value("toezicht_camera_not_permitted", label) == not_permitted


def test_what_a_camera_sees_is_no_matter_of_its_stream(sender: FrameSender) -> None:
    """A camera that is blinded is still online, and a picture that was left out is counted."""
    sender.status(_status("streaming").model_copy(update={"state": CameraState.ONLINE}))
    sender.status(_status("blinded").model_copy(update={"state": CameraState.DEGRADED, "aspect": "view"}))
    assert REGISTRY.get_sample_value("toezicht_camera_online", {"camera": "cam-1"}) == 1
    reasons = {
        reason: REGISTRY.get_sample_value("toezicht_camera_cannot_see", {"camera": "cam-1", "reason": reason})
        for reason in (*Visibility, "streaming")
    }
    assert reasons == {v: float(v == "blinded") for v in Visibility} | {"clear": None, "streaming": None}
    sender.status(_status("clear").model_copy(update={"state": CameraState.ONLINE, "aspect": "view"}))
    label = {"camera": "cam-1", "reason": "blinded"}
    assert REGISTRY.get_sample_value("toezicht_camera_cannot_see", label) == 0
    sender.frame_quiet("cam-1")
    assert sender.counts.quiet == 1
    assert REGISTRY.get_sample_value("toezicht_frames_quiet_total", {"camera": "cam-1"}) == 1


def test_a_broker_that_is_away_costs_old_pictures_and_no_state(sender: FrameSender, producer: FakeProducer) -> None:
    """Pictures beyond what memory is given are dropped and counted; states are all delivered later, in order."""
    producer.there = False
    big = MAX_UNCONFIRMED_BYTES // 4
    reasons = ["lost", "no_connection", "streaming"]
    for reason in reasons:
        sender.status(_status(reason))
    for sequence in range(4):
        sender.picture(_picture(sequence, big))
        assert _eventually(lambda: sum(record.topic == CAMERA_FRAMES for record in producer.sent) > sequence)  # noqa: B023 - at once
    for sequence in range(4, 40):
        sender.picture(_picture(sequence, big))
    held = sum(len(record.value) for record in producer.sent)
    assert held <= MAX_UNCONFIRMED_BYTES + big
    assert sender.counts.dropped["broker_unavailable"] >= 40 - 5 - WAITING_PER_CAMERA
    producer.there = True
    for record in list(producer.sent):
        producer.settle(record, record.topic != CAMERA_STATUS)  # the state under way expires, the pictures arrive
    assert sender.close(20)
    told = [decode(record.value, record.headers) for record in producer.confirmed if record.topic == CAMERA_STATUS]
    assert [status.reason for status in told if isinstance(status, CameraStatus)] == reasons
    assert sender.counts.sent + sender.counts.dropped["broker_unavailable"] == 40


def test_pictures_that_expire_are_counted(sender: FrameSender, producer: FakeProducer) -> None:
    """A picture that the broker did not confirm in time is dropped with its reason."""
    producer.there = False
    sender.picture(_picture(0))
    assert _eventually(lambda: bool(producer.sent and producer.sent[0].errbacks))
    producer.settle(producer.sent[0], False)
    assert sender.counts.dropped == {"broker_unavailable": 1}


@pytest.mark.parametrize(
    ("error", "reason"), [(KafkaTimeoutError(), "broker_unavailable"), (MessageSizeTooLargeError(), "too_large")]
)
def test_a_producer_that_refuses(sender: FrameSender, producer: FakeProducer, error: Exception, reason: str) -> None:
    """What the producer does not take is counted by its reason, and the sender goes on."""
    producer.raises = error
    sender.picture(_picture(0))
    assert _eventually(lambda: sender.counts.dropped == {reason: 1})
    producer.raises = None
    sender.picture(_picture(1))
    assert sender.close(20)
    assert sender.counts.sent == 1


def test_a_state_that_cannot_be_sent_is_tried_again_calmly(sender: FrameSender, producer: FakeProducer) -> None:
    """A producer without a cluster is not asked in a busy loop, and the state arrives when there is one."""
    producer.raises = KafkaTimeoutError()
    sender.status(_status("lost"))
    time.sleep(0.3)
    assert producer.attempts <= 3
    producer.raises = None
    assert sender.close(20)
    assert len(producer.confirmed) == 2


def test_the_end_does_not_wait_for_a_broker_that_is_away(sender: FrameSender, producer: FakeProducer) -> None:
    """Closing says after its limit that not everything was confirmed, and counts what is left."""
    producer.there = False
    sender.picture(_picture(0))
    assert not sender.close(0.2)


def test_a_patient_sender_drops_nothing(producer: FakeProducer) -> None:
    """A file that is played as fast as possible waits for room."""
    sender = FrameSender(producer, lambda: NOW, patience_s=20)
    sender.start(lambda: None)
    for sequence in range(200):
        sender.picture(_picture(sequence))
    assert sender.close(20)
    assert (sender.counts.sent, sender.counts.dropped) == (200, {})


def test_sending_that_breaks_stops_capture(producer: FakeProducer) -> None:
    """A fault that no retry can mend is told, and the end is not called clean."""
    told = threading.Event()
    sender = FrameSender(producer, lambda: NOW)
    producer.raises = RuntimeError("broken")
    sender.start(told.set)
    sender.picture(_picture(0))
    assert told.wait(20)
    assert not sender.close(20)


def test_detections_are_offered_as_pictures_are(sender: FrameSender, producer: FakeProducer) -> None:
    """They are of one camera, and count as what was sent; the stage that they tell is the one that is told."""
    found = example(Detections, camera_id="cam-1")
    sender.offer(DETECTIONS, found, NOW, stage="detect")
    assert sender.close(20)
    (record,) = producer.sent
    assert (record.topic, record.key, decode(record.value, record.headers)) == (DETECTIONS, b"cam-1", found)
    assert envelope(record.headers).stage == "detect"
    assert sender.counts.sent == 1


def test_what_must_arrive_arrives_in_order(sender: FrameSender, producer: FakeProducer) -> None:
    """An answer waits until what was told before it is confirmed, through a failure too."""
    producer.there = False
    sender.keep(AUDIT, example(AuditEvent), NOW)
    sender.keep(SNAPSHOTS, example(SnapshotReference), NOW, b"jpeg")
    assert _eventually(lambda: bool(producer.sent and producer.sent[0].errbacks))
    assert [record.topic for record in producer.sent] == [AUDIT]
    producer.there = True
    producer.settle(producer.sent[0], False)
    assert sender.close(20)
    assert [record.topic for record in producer.confirmed] == [AUDIT, SNAPSHOTS]
    assert producer.confirmed[1].value == b"jpeg"


def test_a_picture_beside_a_state_that_is_refused_is_not_lost_uncounted(
    sender: FrameSender, producer: FakeProducer
) -> None:
    """What waits beside it is tried by itself, so that the end is clean."""
    producer.raises = KafkaTimeoutError()
    with sender._changed:  # both are taken at once
        sender.status(_status("lost"))
        sender.picture(_picture(0))
    assert _eventually(lambda: sender.counts.dropped == {"broker_unavailable": 1})
    producer.raises = None
    assert sender.close(20)


def test_a_state_of_the_detector_or_the_view_is_no_state_of_the_stream(sender: FrameSender) -> None:
    """A camera that sends pictures is online although its detector is a fallback."""
    label = {"camera": "cam-1"}
    sender.status(_status("streaming").model_copy(update={"state": CameraState.ONLINE}))
    for aspect in ("detector", "view"):
        sender.status(_status("blinded").model_copy(update={"state": CameraState.DEGRADED, "aspect": aspect}))
    assert REGISTRY.get_sample_value("toezicht_camera_online", label) == 1

"""Keys of the records that stages read and send: each message's own, and a camera's newest states by aspect."""

from __future__ import annotations

import pytest

from detectors.tracking.bytetrack import Trackers
from schemas.cameras import CameraState, CameraStatus, FrameReference
from schemas.codec import encode
from schemas.dead_letters import DeadLetterReason
from schemas.evidence import Evidence, SightingFact, Verdict
from streams.config.files import load_rules
from streams.kafka.dead_letter import Fault
from streams.kafka.partitioner import partition_of
from streams.kafka.record import Record
from streams.runtime.encode import encoded
from streams.runtime.guard import read_record
from streams.stages.base import Input
from streams.stages.corroborate.stage import Corroborate
from streams.stages.detect.detections import PictureFindings, TrackedDetections
from streams.topics import CAMERA_STATE, CAMERA_STATUS
from tests.support.messages import DETECTOR, example
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera, item, registry, seconds, watch


def status(aspect: str, state: CameraState, reason: str, at_s: float) -> CameraStatus:
    """Return a change of one aspect."""
    return CameraStatus(camera_id="cam-1", aspect=aspect, state=state, reason=reason, changed_at=NOON + seconds(at_s))


def record(message: CameraStatus, key: str) -> Record:
    """Return a state as the broker keeps it."""
    sent = encode(message, stage="capture", handled_at=NOON, entered_at=NOON)
    return Record(CAMERA_STATE, 0, 0, key.encode(), sent.value, sent.headers, message.changed_at)


BLACK = status("view", CameraState.DEGRADED, "black", -60)
READY = status("detector", CameraState.ONLINE, "detector_ready", -30)


@pytest.mark.parametrize("key", ["cam-1/view", "cam-1"])
def test_a_cameras_state_is_read_under_both_keys(key: str) -> None:
    """The camera and aspect, and the camera alone as older releases wrote it."""
    found = read_record(record(BLACK, key), None)
    assert isinstance(found, Input)
    assert found.message == BLACK


@pytest.mark.parametrize("key", ["cam-1/stream", "cam-2/view", "cam-1/", ""])
def test_a_state_under_a_key_that_is_not_its_own_is_set_aside(key: str) -> None:
    """It would overwrite another's when the topic is compacted."""
    found = read_record(record(BLACK, key), None)
    assert isinstance(found, Fault)
    assert found.reason is DeadLetterReason.WRONG_KEY


def test_a_reader_that_starts_from_the_compacted_topic_knows_every_aspect() -> None:
    """That the view is black is not forgotten because the detector spoke later."""
    kept = {key: record(message, key) for message in (BLACK, READY) for key in [message.state_key()]}
    stage, rows = Corroborate(registry(camera("cam-1", 0)), load_rules()), FakeRows()
    for each in kept.values():
        found = read_record(each, stage.max_late)
        assert isinstance(found, Input)
        stage.handle(found, rows, each.appended_at)
    [output] = stage.handle(item(watch()), rows, NOON)
    assert isinstance(output.message, Evidence)
    assert isinstance(output.message.fact, SightingFact)
    assert output.message.fact.verdict is Verdict.CAMERA_UNAVAILABLE


def test_a_key_of_its_own_leaves_a_message_in_its_cameras_partition() -> None:
    """Of some hundred cameras each: readers are given a camera's topics by partition."""
    for number in range(100):
        name = f"cam-{number}"
        frame = example(FrameReference, camera_id=name)
        outputs = TrackedDetections(DETECTOR, Trackers("run")).outputs(frame, PictureFindings([]))
        history, state, detections = encoded("detect", outputs, NOON, NOON)
        assert (history.topic, state.topic) == (CAMERA_STATUS, CAMERA_STATE)
        assert (history.record.key, state.record.key) == (name.encode(), f"{name}/detector".encode())
        places = {each.partition for each in (history, state, detections)}
        assert places == {partition_of(CAMERA_STATUS, name.encode())}

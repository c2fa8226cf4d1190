"""Parts of `bench detect`: processor time of each thing that the worker does to a picture beside computing the model.

One thread does them one after the other, by the functions that the worker calls, and its own processor time is taken: waiting for
the model does not count. What is left of `own` is the broker's client, the event loop, and threads that wait for each other.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from bench.detect.load import CAMERAS, PICTURES, Cameras
from bench.detect.subject import Subject
from detectors.models.folder import read_facts
from detectors.models.jpeg import decode_jpeg
from detectors.models.letterbox import fit
from detectors.models.openvino_yolo import OpenVinoYoloDetector, Request, compile_model
from detectors.tracking.bytetrack import Trackers
from schemas.cameras import FrameReference
from streams import topics
from streams.kafka.record import Record
from streams.runtime.encode import encoded, placed
from streams.runtime.guard import read_record
from streams.stages.base import Input
from streams.stages.detect.detections import PictureFindings, TrackedDetections

PARTS: Final = ("read", "decode", "copy", "boxes", "track_and_tell", "encode")
"""A record to a checked message; JPEG to pixels; pixels into the model's input; the model's answer to objects; objects to
tracks and a message; a message to a record."""
BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
FPS: Final = 5.0


def parts_ms(subject: Subject, pictures: Sequence[Any], count: int = PICTURES) -> dict[str, float]:
    """Return the median milliseconds of processor time of each part of a picture, and their sum; empty on a card.

    Args:
        subject: The model.
        pictures: What the cameras show.
        count: How many pictures are taken, of all cameras together.
    """
    if subject.card is not None:
        return {}
    cameras, facts = Cameras(pictures, "parts"), read_facts(subject.model)
    detector = OpenVinoYoloDetector(subject.model)
    request = Request(compile_model(subject.model, facts), facts)
    tracked = TrackedDetections(detector.info, Trackers("parts"))
    taken: dict[str, list[float]] = {part: [] for part in PARTS}
    for number in range(count):
        at = BEGIN + timedelta(seconds=number // CAMERAS / FPS)
        moments = [time.thread_time()]
        item = _read(cameras, at, number)
        frame = item.message
        assert isinstance(frame, FrameReference)
        moments.append(time.thread_time())
        picture = decode_jpeg(item.payload, frame.width_px, frame.height_px, detector.input_px)
        moments.append(time.thread_time())
        place = fit(picture.shape[1], picture.shape[0], facts.width_px, facts.height_px)
        request.put(picture, place)
        moments.append(time.thread_time())
        request.start()
        answer = request.wait()
        moments.append(time.thread_time())
        objects = detector.objects(answer, place, frame.width_px, frame.height_px)
        moments.append(time.thread_time())
        outputs = tracked.outputs(frame, PictureFindings(objects))
        moments.append(time.thread_time())
        placed(encoded("detect", outputs, at, at))
        moments.append(time.thread_time())
        spent = [after - before for before, after in pairwise(moments)]
        for part, seconds in zip(PARTS, [*spent[:3], *spent[4:]], strict=True):
            taken[part].append(seconds)
    told = {part: round(1_000 * statistics.median(values), 3) for part, values in taken.items()}
    return told | {"all": round(sum(told.values()), 3)}


def _read(cameras: Cameras, at: datetime, number: int) -> Input:
    sent = cameras.next(at)
    record = Record(topics.CAMERA_FRAMES, 0, number, sent.key, sent.value, list(sent.headers), at)
    item = read_record(record, None)
    assert isinstance(item, Input)
    return item

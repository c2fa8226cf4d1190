"""Pictures of a sampled camera are looked at or spared, in their order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest
from prometheus_client import REGISTRY

from schemas.cameras import Box, DetectedObject, FrameReference, ObjectClass, Visibility
from streams.domain.cameras.sampling import LookReason
from streams.stages.detect.sampling import ChosenPicture, SampledCameras

pytestmark = pytest.mark.vision

BEGAN = datetime(2026, 1, 5, 12, tzinfo=UTC)


def frame(number: int, epoch: str = "e1", **more: object) -> FrameReference:
    """Return a picture's reference, five per second."""
    fields = {
        "camera_id": "plein",
        "epoch": epoch,
        "sequence": number,
        "captured_at": BEGAN + timedelta(seconds=number / 5),
        "width_px": 640,
        "height_px": 360,
        "mask_version": "1",
    }
    return FrameReference.model_validate(fields | more)


def picture(*persons: int) -> bytes:
    """Return a grey place with somebody dark, 20 px high, at each of these distances from the left."""
    pixels = np.full((360, 640), 140, np.uint8)
    for x in persons:
        pixels[200:220, x : x + 7] = 40
    return cv2.imencode(".jpg", pixels)[1].tobytes()


def person(x: int, track: int | None) -> DetectedObject:
    """Return what is found of one of them."""
    box = Box(x_min_px=x, y_min_px=200, x_max_px=x + 7, y_max_px=220)
    return DetectedObject(object_class=ObjectClass.PERSON, score=0.7, box=box, track_id=track)


def test_who_stands_still_is_looked_at_every_four_seconds() -> None:
    """What was spared is told with the look, and its time as quiet."""
    sampled = SampledCameras(["plein"])
    told = [sampled.choose(frame(number), picture(100)) for number in range(21)]
    assert [number for number, each in enumerate(told) if each.look.reason.looks] == [0, 20]
    assert told[20].spared == 15
    assert [(number, each.spared) for number, each in enumerate(told) if each.over] == [(5, 4)]
    assert (told[20].look.reason, told[20].look.quiet_s) == (LookReason.STILL, 4.0)


def test_the_first_picture_of_a_later_second_tells_that_the_look_s_is_over() -> None:
    """Once after each look, with those that were spared until then; each is told once."""
    sampled = SampledCameras(["plein"])
    told = [sampled.choose(frame(number), picture(100)) for number in range(2, 26)]
    assert [number for number, each in enumerate(told, 2) if each.look.reason.looks] == [2, 22]
    assert [(number, each.spared) for number, each in enumerate(told, 2) if each.over] == [(5, 2), (25, 2)]
    assert told[20].spared == 17


def test_who_enters_is_looked_at_with_the_first_picture() -> None:
    """20 px high where the picture is 640 px wide; who is found there is followed and no newcomer any more."""
    sampled = SampledCameras(["plein"])
    sampled.choose(frame(0), picture())
    look = sampled.choose(frame(1), picture(300)).look
    assert look.reason is LookReason.NEWCOMER
    sampled.looked(frame(1), look, [person(300, None)])
    assert sampled.choose(frame(2), picture(303)).look.reason is not LookReason.NEWCOMER


def test_somebody_whom_the_model_does_not_know_is_not_looked_at_each_time() -> None:
    """A dog, a flag: looking again would bring nothing."""
    sampled, looks = SampledCameras(["plein"]), []
    for number in range(11):
        chosen = sampled.choose(frame(number), picture(300 + 3 * number) if number else picture())
        if chosen.look.reason.looks:
            sampled.looked(frame(number), chosen.look, [])
            looks.append((number, chosen.look.reason.value))
    assert looks[:2] == [(0, "first"), (1, "newcomer")]
    assert len(looks) <= 6


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"attention": True}, LookReason.ATTENTION),
        ({"visibility": Visibility.BLURRED}, LookReason.VIEW),
        ({"quiet_s": 0.1}, LookReason.QUIET_OVER),
        ({"epoch": "e2"}, LookReason.FIRST),
    ],
)
def test_what_is_asked_of_a_camera_is_looked_at(more: dict[str, object], reason: LookReason) -> None:
    """As without sampling; a stream that was opened anew begins anew."""
    sampled = SampledCameras(["plein"])
    sampled.choose(frame(0), picture())
    assert sampled.choose(frame(1, **more), picture()).look.reason is reason  # type: ignore[arg-type]


def test_what_is_forgotten_begins_anew() -> None:
    """The camera went to another worker and came back."""
    sampled = SampledCameras(["plein"])
    sampled.choose(frame(0), picture())
    sampled.forget()
    assert sampled.choose(frame(1), picture()).look.reason is LookReason.FIRST


def test_what_cannot_be_decoded_is_looked_at() -> None:
    """And set aside there with its reason, as without sampling."""
    assert SampledCameras(["plein"]).choose(frame(0), b"no picture") == ChosenPicture(
        SampledCameras(["plein"]).choose(frame(0), b"").look
    )


def test_each_reason_is_counted_from_zero() -> None:
    """Of sampled cameras alone."""
    sampled = SampledCameras(["plein-telt"])
    assert sampled.holds("plein-telt")
    assert not sampled.holds("plein")
    for reason in LookReason:
        labels = {"camera": "plein-telt", "reason": reason.value}
        assert REGISTRY.get_sample_value("toezicht_frames_sampled_total", labels) == 0

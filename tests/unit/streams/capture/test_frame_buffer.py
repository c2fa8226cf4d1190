"""The last pictures of each camera are kept within seconds and bytes, in memory, and handed on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from detectors.capture.camera import Picture
from schemas.cameras import CameraState, CameraStatus
from streams.capture.frame_buffer import PictureRing
from tests.support.capture import NOW, Recorder
from tests.support.snapshots import picture


def ring(seconds_s: float = 30, max_bytes: int = 1_000_000) -> tuple[PictureRing, Recorder]:
    """Return a ring and who takes what it hands on."""
    recorder = Recorder()
    return PictureRing(seconds_s, max_bytes, recorder), recorder


def status(state: CameraState, camera_id: str = "cam-1", aspect: str = "stream") -> CameraStatus:
    """Return a change of a camera's state."""
    return CameraStatus(camera_id=camera_id, aspect=aspect, state=state, reason="some_reason", changed_at=NOW)


def seconds(kept: PictureRing, camera_id: str = "cam-1") -> list[float]:
    """Return when the kept pictures were taken, in seconds after the first."""
    return [(item.reference.captured_at - NOW).total_seconds() for item in kept.of(camera_id)[0]]


def test_everything_is_handed_on() -> None:
    """Whoever comes next sees what capture told."""
    kept, recorder = ring()
    shown = picture(0)
    kept.picture(shown)
    kept.status(status(CameraState.ONLINE))
    kept.frame_read("cam-1")
    kept.frame_dropped("cam-1", "too_large")
    assert recorder.pictures == [shown]
    assert recorder.reasons() == ["online:some_reason"]
    assert (recorder.read, recorder.dropped) == (1, ["too_large"])


def test_old_pictures_go() -> None:
    """A picture is kept for so many seconds; one camera's pictures are not another's."""
    kept, _ = ring(seconds_s=10)
    for second in range(0, 25, 5):
        kept.picture(picture(second))
    kept.picture(picture(20, camera_id="cam-2"))
    assert seconds(kept) == [10, 15, 20]
    assert seconds(kept, "cam-2") == [20]
    assert kept.of("nobody") == ([], False)


def test_bytes_are_bounded_over_all_cameras() -> None:
    """The oldest make room, whoever's they are."""
    kept, _ = ring(max_bytes=250)
    for second, camera_id in enumerate(["a", "b", "a", "b", "b"]):
        kept.picture(Picture(picture(second, camera_id).reference, b"x" * 100, NOW + timedelta(seconds=second)))
    assert seconds(kept, "b") == [3, 4]
    assert seconds(kept, "a") == [2]
    assert kept.of("a")[1]


def test_the_newest_picture_of_a_quiet_camera_is_kept() -> None:
    """While it is online nothing moved, so it still holds; when it is lost the picture goes with its age."""
    kept, _ = ring(seconds_s=10)
    kept.picture(picture(0))
    kept.picture(picture(1))
    kept.expire(NOW + timedelta(seconds=600))
    assert kept.of("cam-1")[1]
    assert seconds(kept) == [1]
    kept.status(status(CameraState.DEGRADED, aspect="view"))
    assert seconds(kept) == [1]
    kept.status(status(CameraState.OFFLINE))
    assert kept.of("cam-1") == ([], False)


def test_a_lost_camera_keeps_its_last_seconds() -> None:
    """They are what somebody may ask for now."""
    kept, _ = ring(seconds_s=10)
    kept.picture(picture(0))
    kept.status(status(CameraState.OFFLINE))
    assert (seconds(kept), kept.of("cam-1")[1]) == ([0], False)
    kept.expire(NOW + timedelta(seconds=10))
    assert seconds(kept) == [0]
    kept.expire(NOW + timedelta(seconds=10.1))
    assert seconds(kept) == []


def test_what_the_law_refuses_is_forgotten_at_once() -> None:
    """Nothing of that camera stays, and nothing of another goes."""
    kept, _ = ring()
    kept.picture(picture(0))
    kept.picture(picture(0, camera_id="cam-2"))
    kept.status(status(CameraState.REFUSED))
    assert seconds(kept) == []
    assert seconds(kept, "cam-2") == [0]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_pictures_come_back_in_the_order_in_which_they_were_taken(order: tuple[int, ...]) -> None:
    """Also where a file that was opened again has earlier times."""
    kept, _ = ring()
    for second in order:
        kept.picture(picture(second))
    assert seconds(kept) == [0, 1, 2]

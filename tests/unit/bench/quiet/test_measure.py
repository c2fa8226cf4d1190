"""The bench of a quiet camera measures what it says, on streams of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.quiet import measure as quiet
from bench.quiet.stream import StreamKind, open_file, paced, write_stream
from detectors.opencv import cv2
from detectors.sources.base import QuietDecoding
from tests.support import h264, scenes

pytestmark = pytest.mark.vision


@pytest.mark.parametrize(
    ("sent_at_s", "enters", "woke"),
    [
        ([], [], []),
        ([1.0, 11.0], [5.0], [None]),
        ([1.0, 11.0, 11.0, 11.2, 21.2], [10.5], [0.5]),
        ([10.0, 12.0, 12.2, 30.0, 30.2], [11.0, 20.0], [1.2, 10.2]),
        ([12.0, 12.2], [12.2], [None]),
    ],
)
def test_a_camera_is_awake_when_pictures_come_one_after_the_other(
    sent_at_s: list[float], enters: list[float], woke: list[float | None]
) -> None:
    """A picture every ten seconds is none of that."""
    found = quiet.woken(sent_at_s, enters)
    assert [None if after_s is None else round(after_s, 2) for after_s in found] == woke


def test_packets_come_at_their_own_times(tmp_path: Path) -> None:
    """Counted from the first."""
    (tmp_path / "made.ts").write_bytes(h264.encoded(h264.moving(12)))
    waited: list[float] = []
    stream = paced(open_file(tmp_path / "made.ts"), waited.append)
    assert sum(packet.size > 0 for packet in stream.packets) == 12
    assert [round(moment, 2) for moment in waited] == [round(number / h264.FPS, 2) for number in range(12)]
    stream.close()


@pytest.mark.parametrize(("decoding", "within_s"), [("all", 0.4), ("key_frames", 0.85)])
def test_somebody_who_enters_a_made_stream_wakes_the_camera(
    tmp_path: Path, decoding: QuietDecoding, within_s: float
) -> None:
    """Within two pictures, or one after the next key frame (0.7 s later); until then it sends a picture every ten seconds."""
    kind = StreamKind((320, 180), fps=10, megabits=0.3)
    assert str(kind).startswith("320x180 H.264 main, 10/s")
    empty = cv2.resize(scenes.street(), kind.size, interpolation=cv2.INTER_AREA).astype(np.float32)
    write_stream(tmp_path / "made.mkv", empty, kind, 13, [10.3])
    did = quiet._simulated(tmp_path / "made.mkv", decoding, 12.0)
    assert not [moment for moment in did.sent_at_s if 5.3 < moment < 10.3]
    woke = quiet.woken(did.sent_at_s, [10.3])
    assert woke[0] is not None
    assert woke[0] <= within_s


def test_a_stream_of_ones_own_is_measured_and_nobody_enters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part has a cost; what moves there is not known."""
    monkeypatch.setattr(quiet, "WARM_UP_S", 0.2)
    monkeypatch.setattr(quiet, "SETTLED_S", 0.5)
    empty = cv2.resize(scenes.street(), (320, 180), interpolation=cv2.INTER_AREA).astype(np.float32)
    write_stream(tmp_path / "own.mkv", empty, StreamKind((320, 180), fps=10, megabits=0.3), 3, [])
    result = quiet.measure(0.8, None, tmp_path / "own.mkv", StreamKind(), 4, tmp_path, lambda _line: None)
    assert result["stream"] == "own.mkv"
    assert all(spent > 0 for spent in result["ms_per_picture"].values())
    for decoding in ("all", "key_frames"):
        told = result[decoding]
        assert told["decoding_percent_of_a_core"] > 0
        assert told["camera_percent_of_a_core"] > 0
        assert (told["entered"], told["woke_after_s"]) == (0, None)

"""Many quiet cameras: what their server sends is what was encoded, and both ways of reading it are measured."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from bench.quiet import many
from bench.quiet.many import CAPTURE, PLAIN, served
from bench.quiet.stream import StreamKind, open_file, write_stream
from detectors.sources.ffmpeg import av
from tests.support import scenes

pytestmark = pytest.mark.vision

KIND = StreamKind((320, 180), fps=10, megabits=0.6)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return three seconds, whose key frames are larger than one RTP packet."""
    path = tmp_path_factory.mktemp("quiet") / "film.mkv"
    empty = cv2.resize(scenes.street(), KIND.size, interpolation=cv2.INTER_AREA).astype(np.float32)
    write_stream(path, empty, KIND, 3, [])
    return path


def test_every_camera_shows_the_film_as_it_was_encoded(film: Path) -> None:
    """To the pixel, from its first picture, and again from the beginning after its last."""
    stream = open_file(film)
    made = [picture.to_ndarray(format="gray") for packet in stream.packets for picture in stream.decoder.decode(packet)]
    stream.close()
    with (
        served(film, 40) as port,
        av.open(f"rtsp://127.0.0.1:{port}/x", container_options={"rtsp_flags": "prefer_tcp"}) as opened,
    ):
        shown, times = list[Any](), list[int]()
        for picture in opened.decode(video=0):
            shown.append(picture.to_ndarray(format="gray"))
            times.append(picture.pts or 0)
            if len(shown) == 40:
                break
    assert len(made) == 30
    assert all((each == made[number % 30]).all() for number, each in enumerate(shown))
    assert {after - before for before, after in pairwise(times[1:])} == {90_000 // 40}


def test_what_a_viewer_says_of_how_packets_arrive_is_no_request(film: Path) -> None:
    """FFmpeg tells it some seconds after the beginning, in the connection itself."""
    with served(film, 10) as port, socket.create_connection(("127.0.0.1", port), 10) as camera:
        camera.sendall(b"$\x01\x00\x04\r\n\r\nOPTIONS rtsp://x RTSP/1.0\r\nCSeq: 7\r\n\r\n")
        assert camera.recv(1_000) == b"RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\n"


@pytest.mark.parametrize("reader", [PLAIN, CAPTURE])
def test_a_reader_is_measured(
    film: Path, reader: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once each camera is open: key frames alone by PyAV, and by capture once nothing has moved for a while."""
    monkeypatch.setattr(many, "WARM_UP_S", 3.0)
    with served(film, KIND.fps) as port:
        many.main([reader, str(port), "2", "3", "320", "180"])
    found = json.loads(capsys.readouterr().out)
    assert found["cpu_ms"] > 0
    assert found["pictures_per_s"] > 0
    assert ("sent_per_s" in found) == (reader == CAPTURE)


def test_medians_of_adjacent_pairs_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ratio is the median of the pairs' own ratios."""
    costs = iter([4.0, 8.0, 8.0, 8.0, 5.0, 15.0])

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[0] == sys.executable
        return subprocess.CompletedProcess(command, 0, json.dumps({"cpu_ms": next(costs)}))

    monkeypatch.setattr("bench.quiet.many.subprocess.run", run)
    monkeypatch.setattr(many, "FILM_S", 0.5)
    told = many.measure_many(7, 3, 1, None, KIND, tmp_path, lambda _line: None)
    assert (told["cameras"], told["plain"], told["capture"], told["of_plain"]) == (
        7,
        {"cpu_ms": 5.0},
        {"cpu_ms": 8.0},
        2.0,
    )
    assert told["pairs_cpu_ms"] == [[4.0, 8.0], [8.0, 8.0], [5.0, 15.0]]

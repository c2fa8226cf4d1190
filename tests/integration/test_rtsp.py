"""Capture from a real RTSP server: GStreamer's, as Debian packages it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from detectors.capture.camera import CameraConfig, CaptureOptions
from detectors.capture.capture import Capture
from detectors.errors import SourceError
from detectors.opencv import cv2
from detectors.sources.base import ReadingOptions, SourceConfig
from detectors.sources.open import open_source
from streams.cli.main import build_app
from tests.support.capture import REAL_CLOCK, Answer, Recorder, nothing

SERVER = Path(__file__).parents[1] / "support" / "rtsp_server.py"
PYTHON = "/usr/bin/python3"
USER, PASSWORD = "bob", "pw-Zq7-unlikely"
NEEDED = "import gi; [gi.require_version(n, '1.0') for n in ('Gst', 'GstRtsp', 'GstRtspServer')]; \
from gi.repository import Gst, GstRtspServer; Gst.init(None); \
missing = [n for n in ('x264enc', 'rtph264pay', 'videotestsrc') if not Gst.ElementFactory.find(n)]; assert not missing"
READING = ReadingOptions(live_max_fps=10, open_timeout_s=10, read_timeout_s=3)


def _server_runs() -> bool:
    if not Path(PYTHON).exists():
        return False
    return subprocess.run([PYTHON, "-c", NEEDED], capture_output=True, timeout=60, check=False).returncode == 0


pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not _server_runs(),
        reason="Debian's gir1.2-gst-rtsp-server-1.0, python3-gi, gstreamer1.0-plugins-{base,good,bad,ugly} are not there",
    ),
]


class Server:
    """The server as a child process."""

    def __init__(self, port: int, method: str, transport: str) -> None:
        command = [PYTHON, str(SERVER), str(port), method, USER, PASSWORD, transport]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def url(self, password: str = PASSWORD, path: str = "/cam") -> str:
        return f"rtsp://{USER}:{password}@127.0.0.1:{self.port}{path}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def serving(method: str = "none", transport: str = "any", port: int = 0) -> Iterator[Server]:
    """Run a server for a while."""
    server = Server(port, method, transport)
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def capturing(url: str) -> Iterator[Recorder]:
    """Run capture of one camera for a while."""
    recorder, stop = Recorder(), threading.Event()
    camera = CameraConfig("cam-1", SourceConfig(url), 320, 240, "m1", [[(0, 0), (80, 0), (80, 60), (0, 60)]])
    options = CaptureOptions(900_000, reading=READING, silent_after_s=1.5, backoff_first_s=0.2, backoff_max_s=1.0)
    capture = Capture([camera], options, REAL_CLOCK, lambda _id: Answer(), recorder)
    thread = threading.Thread(target=capture.run, args=(stop,))
    thread.start()
    try:
        yield recorder
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    ("method", "offered", "asked"),
    [("none", "any", "tcp"), ("basic", "tcp", "tcp"), ("digest", "udp", "udp"), ("digest", "udp", "tcp")],
)
def test_reads_pictures(method: str, offered: str, asked: str) -> None:
    """A protected stream gives pictures over the transport that is asked for, and TCP falls back to UDP."""
    with serving(method, offered) as server:
        config = SourceConfig(server.url(), transport=asked)  # type: ignore[arg-type]
        source = open_source(config, READING, REAL_CLOCK, nothing)
        try:
            frames = [source.read() for _ in range(3)]
        finally:
            source.close()
    assert [frame.image.shape for frame in frames if frame] == [(240, 320, 3)] * 3
    times = [frame.captured_at for frame in frames if frame]
    assert times == sorted(times)


def test_pictures_that_waited_while_opening_are_dropped() -> None:
    """Opening takes seconds in which pictures gather; they are counted and not handed out."""
    dropped: list[str] = []
    with serving() as server:
        source = open_source(SourceConfig(server.url()), READING, REAL_CLOCK, dropped.append)
        try:
            source.read()
        finally:
            source.close()
    assert "stale" in dropped


@pytest.mark.parametrize(
    ("method", "password", "path", "fault"),
    [
        ("basic", "wrong-Xk3", "/cam", "wrong_password"),
        ("digest", "wrong-Xk3", "/cam", "wrong_password"),
        ("none", PASSWORD, "/other", "not_found"),
    ],
)
def test_says_why_it_does_not_open(method: str, password: str, path: str, fault: str) -> None:
    """A wrong password and a wrong path are told apart, without the credentials."""
    with serving(method) as server, pytest.raises(SourceError) as caught:
        open_source(SourceConfig(server.url(password, path)), READING, REAL_CLOCK, nothing)
    assert caught.value.fault == fault
    assert password not in str(caught.value)
    assert USER not in str(caught.value)


def test_a_stream_without_the_credentials_it_asks_for_is_a_wrong_password() -> None:
    """An address without a user is told to need one."""
    with serving("digest") as server, pytest.raises(SourceError, match="asks for a user") as caught:
        open_source(SourceConfig(f"rtsp://127.0.0.1:{server.port}/cam"), READING, REAL_CLOCK, nothing)
    assert caught.value.fault == "wrong_password"


def test_a_transport_that_the_camera_refuses_does_not_open() -> None:
    """UDP does not fall back, so a camera that offers TCP alone names the setting."""
    with serving("none", "tcp") as server, pytest.raises(SourceError) as caught:
        open_source(SourceConfig(server.url(), transport="udp"), READING, REAL_CLOCK, nothing)
    assert caught.value.fault == "transport_refused"


def test_a_server_that_dies_and_returns() -> None:
    """The camera goes offline when its server is killed, and online again when it returns."""
    with serving("digest") as first:
        port, url = first.port, first.url()
        with capturing(url) as recorder:
            assert recorder.wait_for(lambda: len(recorder.pictures) >= 2)
            first.kill()
            assert recorder.wait_for(lambda: recorder.reasons()[-1].startswith("offline:"))
            assert recorder.wait_for(lambda: recorder.reasons()[-1] == "offline:no_connection")
            with serving("digest", port=port):
                assert recorder.wait_for(lambda: recorder.reasons()[-1] == "online:streaming")
    assert recorder.reasons()[:2] == ["offline:opening", "online:streaming"]
    assert recorder.reasons()[-1] == "offline:shutdown"
    assert len({picture.reference.epoch for picture in recorder.pictures}) >= 1
    assert not any(PASSWORD in repr(told) for told in (*recorder.statuses, *recorder.pictures))


def test_a_server_that_hangs_is_silent_before_the_read_gives_up() -> None:
    """The watchdog reports a camera that stays connected and sends nothing, while the read still waits."""
    with serving() as server, capturing(server.url()) as recorder:
        assert recorder.wait_for(lambda: len(recorder.pictures) >= 2)
        server.process.send_signal(signal.SIGSTOP)
        try:
            assert recorder.wait_for(lambda: "offline:silent" in recorder.reasons())
            silent = next(status for status in recorder.statuses if status.reason == "silent")
            assert (silent.changed_at - recorder.pictures[-1].entered_at).total_seconds() < 10
            assert recorder.wait_for(lambda: "offline:lost" in recorder.reasons())
        finally:
            server.process.send_signal(signal.SIGCONT)
        assert recorder.wait_for(lambda: recorder.reasons()[-1] == "online:streaming")


TRY_TO_OPEN = """
import logging, sys
logging.basicConfig(level="DEBUG")
from detectors.errors import SourceError
from detectors.sources.base import ReadingOptions, SourceConfig
from detectors.sources.open import open_source
from tests.support.capture import REAL_CLOCK, nothing
try:
    source = open_source(SourceConfig(sys.stdin.readline()), ReadingOptions(), REAL_CLOCK, nothing)
    print("opened", repr(source.read())[:40])
except SourceError as error:
    print("error", error, repr(error))
"""


@pytest.mark.parametrize(("password", "outcome"), [(PASSWORD, "opened"), ("wrong-Xk3", "wrong_password")])
def test_no_output_holds_credentials(password: str, outcome: str) -> None:
    """Neither we nor OpenCV nor FFmpeg print a password, whether it is right or wrong."""
    with serving("basic") as server:
        done = subprocess.run(
            [sys.executable, "-c", TRY_TO_OPEN], input=server.url(password), capture_output=True, text=True, timeout=60,
            check=True,
        )  # fmt: skip
    assert outcome in done.stdout
    assert password not in done.stdout + done.stderr
    assert USER not in done.stdout + done.stderr


@pytest.mark.parametrize(("method", "kind"), [("none", "none"), ("basic", "basic"), ("digest", "digest MD5")])
def test_a_camera_is_tried(method: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it sends is measured, the password comes from a variable as it is, and of the picture a mosaic alone is written."""
    monkeypatch.setenv("CAM_LOGIN", f"{USER}:{PASSWORD}")
    picture = tmp_path / "cam.jpg"
    with serving(method) as server:
        url = f"rtsp://${{CAM_LOGIN}}@127.0.0.1:{server.port}/cam"
        run = ["cameras", "try", url, "--seconds", "3", "--picture", str(picture)]
        told = CliRunner().invoke(build_app("cameras"), [*run, "--json"])
        assert told.exit_code == 0, told.output
        found = json.loads(told.stdout)
        assert (found["codec"], found["width_px"], found["height_px"], found["login"]) == ("h264", 320, 240, kind)
        assert found["fps"] == pytest.approx(10, abs=1)
        assert found["key_frame_s"] == pytest.approx(0.5, abs=0.1)
        assert PASSWORD not in told.output
        assert CliRunner().invoke(build_app("cameras"), run).stdout.count("${CAM_LOGIN}") == 1
    written = cv2.imread(str(picture))
    assert written is not None
    cell_px = 7  # 320 pixels in 48 cells
    assert np.ptp(written[1 : cell_px - 1, 1 : cell_px - 1].reshape(-1, 3).astype(int), axis=0).max() < 12

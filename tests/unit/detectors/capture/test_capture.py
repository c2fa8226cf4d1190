"""Tests of one camera's thread and of the watchdog, with sources that follow a script."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from detectors.capture.camera import CameraConfig, CameraReader, CaptureOptions, Ending
from detectors.capture.capture import Capture
from detectors.capture.status import StatusReporter
from detectors.errors import SourceError, SourceFault
from detectors.sources.base import Frame, ReadingOptions
from schemas.cameras import CameraState, Visibility
from tests.support.capture import NOW, REAL_CLOCK, Answer, FakeTime, Recorder, ScriptedSource, camera, frame

OPTIONS = CaptureOptions(900_000, backoff_first_s=0.001, backoff_max_s=0.002, permission_every_s=0.001)
LOST = SourceError(SourceFault.LOST, "rtsp://***@camera/stream: the stream ended")


def _run(
    *scripts: list[object] | SourceError,
    config: CameraConfig | None = None,
    permits: Callable[[], Answer] = Answer,
    options: CaptureOptions = OPTIONS,
) -> tuple[Recorder, Ending, list[ScriptedSource]]:
    """Run a camera whose source is opened once per script; it is stopped when the scripts are used up."""
    recorder, stop, left, opened = Recorder(), threading.Event(), list(scripts), []

    def opener(*_: object) -> ScriptedSource:
        if not left:
            stop.set()
            raise LOST
        script = left.pop(0)
        if isinstance(script, Exception):
            raise script
        opened.append(ScriptedSource(script))
        return opened[-1]

    reader = CameraReader(config or camera(), options, REAL_CLOCK, permits, recorder, opener, random.Random(1))
    reader.run(stop)
    return recorder, reader.ending, opened


def test_pictures_are_masked_and_numbered() -> None:
    """Each picture gets its place within the run, the registry's size and the version of the masks."""
    recorder, ending, opened = _run([frame(), frame(at=NOW + timedelta(seconds=1)), None], config=camera("a.avi"))
    first, second = (picture.reference for picture in recorder.pictures)
    assert (first.sequence, second.sequence) == (0, 1)
    assert first.epoch == second.epoch
    assert (first.width_px, first.height_px, first.mask_version) == (64, 48, "m1")
    assert first.message_id() != second.message_id()
    assert recorder.reasons() == ["offline:opening", "online:streaming", "offline:end_of_file"]
    assert (ending, opened[0].closed, recorder.read) == (Ending.END_OF_FILE, True, 2)


def test_a_cut_and_a_reopening_begin_a_new_epoch() -> None:
    """Pictures that do not follow on have another epoch, and their numbers begin again."""
    recorder, _, _ = _run([frame(), frame(take=1), LOST], [frame()])
    epochs = [picture.reference.epoch for picture in recorder.pictures]
    assert len(set(epochs)) == 3
    assert [picture.reference.sequence for picture in recorder.pictures] == [0, 0, 0]


def test_a_lost_stream_comes_back() -> None:
    """A live camera is tried again after a loss and after failing to open, and each change is told once."""
    refused = SourceError(SourceFault.NO_CONNECTION, "rtsp://camera: cannot be reached")
    recorder, ending, _ = _run([frame(), LOST], refused, refused, refused, [frame(), frame(), LOST])
    assert recorder.reasons() == [
        "offline:opening", "online:streaming", "offline:lost", "offline:no_connection", "online:streaming", "offline:lost",
    ]  # fmt: skip
    assert ending is Ending.STOPPED


@pytest.mark.parametrize("fault", [SourceFault.MISSING_FILE, SourceFault.UNREADABLE_VIDEO, SourceFault.EMPTY])
def test_a_bad_file_ends_its_camera(fault: SourceFault) -> None:
    """A file that cannot be read is reported and not tried again."""
    recorder, ending, _ = _run(SourceError(fault, "a.avi: bad"), config=camera("a.avi"))
    assert recorder.reasons() == ["offline:opening", f"offline:{fault}"]
    assert ending is Ending.FAILED


@pytest.mark.parametrize("script", [[frame(size=(640, 480))], [frame(), frame(size=(640, 480))]])
def test_a_wrong_size_is_refused(script: list[Frame]) -> None:
    """No picture leaves whose size the masks do not fit, be it the first or a later one."""
    recorder, ending, _ = _run(list(script), config=camera("a.avi"))
    assert recorder.reasons()[-1] == "refused:wrong_size"
    assert len(recorder.pictures) == len(script) - 1
    assert ending is Ending.FAILED


def test_an_unexpected_error_is_told_by_its_kind_alone() -> None:
    """A fault of a library stops no camera for good and shows nothing of its text."""
    recorder, _, _ = _run([RuntimeError("rtsp://bob:Zq7@host")], [frame(), LOST])
    assert "offline:internal_error" in recorder.reasons()
    assert recorder.reasons()[-2:] == ["online:streaming", "offline:lost"]
    assert not any("Zq7" in status.detail for status in recorder.statuses)


def test_a_camera_without_permission_is_not_opened() -> None:
    """A refusal names its reason, and nothing is opened."""
    recorder, ending, opened = _run([frame()], config=camera("a.avi"), permits=lambda: Answer(False, "expired", "B-1"))
    assert recorder.reasons() == ["refused:expired"]
    assert (ending, opened) == (Ending.REFUSED, [])


def test_permission_that_ends_closes_the_source_and_returns() -> None:
    """When the viewing window closes no further picture is taken, and when it opens the camera is opened anew."""
    answers = [Answer(), Answer(False, "outside_viewing_window"), Answer(False, "outside_viewing_window")]

    def permits() -> Answer:
        return answers.pop(0) if answers else Answer()

    slow: list[object] = [frame(), lambda: threading.Event().wait(0.01), frame(), frame(), frame()]
    options = CaptureOptions(900_000, backoff_first_s=0.001, backoff_max_s=0.001, permission_every_s=0.005)
    recorder, _, opened = _run(slow, [frame(), LOST], permits=permits, options=options)
    assert recorder.reasons()[1:4] == ["online:streaming", "refused:outside_viewing_window", "offline:opening"]
    assert opened[0].closed
    assert recorder.reasons()[4] == "online:streaming"


def test_a_picture_that_comes_after_the_permission_ended_goes_no_further() -> None:
    """A read may wait for seconds, and the viewing window closes meanwhile."""
    time, recorder, stop = FakeTime(), Recorder(), threading.Event()
    script: list[object] = [
        frame(),
        lambda: time.pass_s(4),
        frame(at=NOW + timedelta(seconds=4)),
        lambda: stop.set(),
        LOST,
    ]

    def permits() -> Answer:
        return Answer() if time.moment < NOW + timedelta(seconds=2) else Answer(False, "outside_viewing_window")

    opener = [ScriptedSource(script)]
    options = CaptureOptions(900_000, permission_every_s=1)
    CameraReader(
        camera("a.avi"), options, time.clock, permits, recorder, lambda *_: opener.pop(), random.Random(1)
    ).run(stop)
    assert [picture.reference.captured_at for picture in recorder.pictures] == [NOW]
    assert recorder.reasons()[-1] == "refused:outside_viewing_window"


def test_a_picture_that_is_too_large_is_dropped() -> None:
    """It is counted with its reason, and the camera stays online."""
    recorder, _, _ = _run([frame(), LOST], options=CaptureOptions(10, backoff_first_s=0.001, backoff_max_s=0.001))
    assert recorder.dropped == ["too_large"]
    assert "online:streaming" in recorder.reasons()
    assert recorder.pictures == []


def test_backoff_doubles_up_to_its_limit() -> None:
    """Waits grow from one second to thirty, with half of each by chance."""
    reader = CameraReader(
        camera(), CaptureOptions(1), REAL_CLOCK, Answer, Recorder(), lambda *_: ScriptedSource([]), random.Random(1)
    )
    waits = []
    for failures in (1, 2, 3, 5, 6, 50, 5000):
        reader._failures = failures
        waits.append(reader._backoff_s())
    for wait, longest in zip(waits, (1, 2, 4, 16, 30, 30, 30), strict=True):
        assert longest / 2 <= wait <= longest


def test_the_watchdog_tells_silence_once_and_the_return() -> None:
    """A camera is silent after the limit, not before, and online with its next picture."""
    fake, told = FakeTime(), Recorder()
    status = StatusReporter("cam-1", fake.clock, told.status)
    status.check_silence(5)
    status.picture()
    for _ in range(3):
        fake.pass_s(2.5)
        status.check_silence(5)
    fake.pass_s(100)
    status.check_silence(5)
    status.picture()
    assert told.reasons() == ["online:streaming", "offline:silent", "online:streaming"]
    assert (told.statuses[1].changed_at - NOW).total_seconds() == 7.5


def test_a_picture_that_waits_for_its_time_is_no_silence() -> None:
    """A slow file is not silent between its pictures."""
    fake, told = FakeTime(), Recorder()
    status = StatusReporter("cam-1", fake.clock, told.status)
    status.picture()
    for _ in range(20):
        fake.pass_s(1)
        status.alive()
        status.check_silence(5)
    assert told.reasons() == ["online:streaming"]


def test_nothing_is_told_after_the_end() -> None:
    """A thread that wakes up late cannot contradict the last state."""
    told = Recorder()
    status = StatusReporter("cam-1", FakeTime().clock, told.status)
    status.close(("shutdown", ""))
    status.picture()
    status.tell(CameraState.OFFLINE, "lost", "")
    assert told.reasons() == ["offline:shutdown"]


def test_a_blocked_read_delays_neither_the_watchdog_nor_the_end() -> None:
    """A camera whose read never returns is reported silent, and capture ends without it."""
    release, recorder, stop = threading.Event(), Recorder(), threading.Event()
    sources = {"cam-1": ScriptedSource([frame(), release.wait, None])}
    options = CaptureOptions(900_000, silent_after_s=0.3)
    capture = Capture([camera()], options, REAL_CLOCK, lambda _id: Answer(), recorder, lambda *_: sources["cam-1"])
    endings: dict[str, Ending] = {}
    thread = threading.Thread(target=lambda: endings.update(capture.run(stop)))
    thread.start()
    assert recorder.wait_for(lambda: recorder.reasons()[-1:] == ["offline:silent"])
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    release.set()
    assert endings == {"cam-1": Ending.STOPPED}
    assert recorder.reasons() == ["offline:opening", "online:streaming", "offline:silent", "offline:shutdown"]


def test_capture_ends_when_all_files_have_ended() -> None:
    """Two files are read side by side and capture returns how each ended."""
    recorder = Recorder()
    cameras = [camera("a.avi"), CameraConfig("cam-2", camera("b.avi").source, 64, 48, "m1", [])]
    capture = Capture(
        cameras, OPTIONS, REAL_CLOCK, lambda _id: Answer(), recorder, lambda *_: ScriptedSource([frame(), None])
    )
    assert capture.run(threading.Event()) == {"cam-1": Ending.END_OF_FILE, "cam-2": Ending.END_OF_FILE}
    assert len(recorder.pictures) == 2
    assert "offline:shutdown" not in recorder.reasons()


def test_a_picture_says_what_it_could_see_and_the_view_is_told_beside_the_stream() -> None:
    """The two aspects of a camera do not disturb each other, and a lost view survives reopening the source."""
    black = [frame(at=NOW + timedelta(seconds=second), value=5) for second in range(6)]
    again = [frame(at=NOW + timedelta(seconds=second), value=5) for second in range(8, 14)]
    recorder, _, _ = _run([*black, LOST], [*again, LOST])
    assert {picture.reference.visibility for picture in recorder.pictures} == {Visibility.BLACK}
    assert recorder.views() == ["degraded:black"]
    assert recorder.reasons() == [
        "offline:opening", "online:streaming", "offline:lost", "online:streaming", "offline:lost",
    ]  # fmt: skip


def test_a_gated_camera_leaves_out_what_does_not_move() -> None:
    """Five seconds after the first picture, all but one in ten seconds are left out, and that one says so."""
    still = [frame(at=NOW + timedelta(seconds=number / 5), value=120) for number in range(80)]
    recorder, _, _ = _run([*still, LOST], [frame(at=NOW + timedelta(seconds=100)), LOST], config=gated())
    assert (recorder.read, len(recorder.pictures), recorder.quiet) == (81, 28, 53)
    quiet = [picture.reference.quiet_s for picture in recorder.pictures]
    assert quiet == [*[0.0] * 26, 10.0, 0.0]
    assert [picture.reference.sequence for picture in recorder.pictures] == [*range(27), 0]


def gated() -> CameraConfig:
    """Return a camera that leaves out what does not move."""
    return replace(camera(), motion_gate=True)


def test_a_picture_that_is_taken_with_attention_says_so() -> None:
    """Asked for each picture anew; the source is given the rate to ask for itself."""
    recorder, stop, rates = Recorder(), threading.Event(), [0.0, 10.0, 0.0]
    given: list[float] = []

    def opener(_config: object, reading: ReadingOptions, *_: object) -> ScriptedSource:
        given.append(reading.attended_fps())
        return ScriptedSource([frame(at=NOW + timedelta(seconds=second)) for second in range(3)] + [None])

    asked = iter([5.0, *rates])
    capture = Capture(
        [camera("a.avi")],
        OPTIONS,
        REAL_CLOCK,
        lambda _: Answer(),
        recorder,
        opener,
        attended_fps=lambda camera_id: next(asked) if camera_id == "cam-1" else 0.0,
    )
    assert capture.run(stop) == {"cam-1": Ending.END_OF_FILE}
    assert given == [5.0]
    assert [picture.reference.attention for picture in recorder.pictures] == [False, True, False]


def test_attention_gives_no_picture_that_the_law_forbids() -> None:
    """The end of the viewing hours ends it, whatever a report asks for; the picture that is being read then is not handed on."""
    recorder, stop = Recorder(), threading.Event()
    allowed = Answer()

    def forbid() -> None:
        nonlocal allowed
        allowed = Answer(False, "outside_viewing_window")

    script: list[object] = [
        frame(),
        forbid,
        *(frame(at=NOW + timedelta(seconds=second)) for second in range(1, 4)),
        None,
    ]
    options = replace(OPTIONS, permission_every_s=0)
    capture = Capture(
        [camera("a.avi")], options, REAL_CLOCK, lambda _: allowed, recorder, lambda *_: ScriptedSource(script),
        attended_fps=lambda _: 60.0,
    )  # fmt: skip
    assert capture.run(stop) == {"cam-1": Ending.REFUSED}
    assert len(recorder.pictures) == 1

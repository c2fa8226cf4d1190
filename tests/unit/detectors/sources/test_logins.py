"""When a refused login is tried again: no account is locked by us, and no stream waits for one that its user may not see."""

from __future__ import annotations

import random
import threading
from functools import partial

import pytest

from detectors.capture.camera import CameraReader, CaptureOptions
from detectors.errors import SourceError
from detectors.sources.base import ReadingOptions, SourceConfig
from detectors.sources.logins import Login, Logins
from detectors.sources.open import open_source
from detectors.sources.url import RtspAddress, parse_rtsp
from tests.support.capture import Answer, FakeTime, Recorder, camera
from tests.support.rtsp_camera import DIGEST, RtspCamera, serving


class Waits(threading.Event):
    """An order to stop that comes after a time which passes only by waiting."""

    def __init__(self, time: FakeTime, after_s: float) -> None:
        super().__init__()
        self._time, self._after_s = time, after_s

    def wait(self, timeout: float | None = None) -> bool:
        """Let the time pass, and none of our own."""
        self._time.pass_s(timeout or 0.0)
        return self.is_set()

    def is_set(self) -> bool:
        """Return whether the time is up."""
        return self._time.clock.monotonic_s() >= self._after_s


@pytest.mark.vision
@pytest.mark.parametrize(("minutes", "most"), [(1, 2), (5, 2), (30, 4), (180, 9)])
def test_row_3_a_refused_password_is_not_repeated_at_the_pace_of_a_lost_line(minutes: int, most: int) -> None:
    """Two attempts in the first minute at the most, then minutes apart; the state stays told."""
    time, recorder = FakeTime(), Recorder()
    with serving(RtspCamera((DIGEST,))) as refusing:
        reader = CameraReader(
            camera(refusing.url("wrong-Xk3")), CaptureOptions(900_000), time.clock, Answer, recorder,
            partial(open_source, logins=Logins()), random.Random(1),
        )  # fmt: skip
        reader.run(Waits(time, minutes * 60))
    assert 1 <= refusing.refused <= most
    assert recorder.reasons() == ["offline:opening", "offline:wrong_password"]


@pytest.mark.vision
def test_sixteen_channels_of_a_recorder_cost_no_more_logins_than_one() -> None:
    """They have one account, and the recorder would lock it after the fifth."""
    time = FakeTime()
    opener = partial(open_source, logins=Logins())
    with serving(RtspCamera((DIGEST,))) as recorder:
        readers = [
            CameraReader(
                camera(recorder.url("wrong-Xk3", f"/channel{number}")), CaptureOptions(900_000), time.clock, Answer,
                Recorder(), opener, random.Random(number),
            )
            for number in range(16)
        ]  # fmt: skip
        for minute in range(30):
            for reader in readers:
                reader.run(Waits(time, minute * 60 + 4 * readers.index(reader)))
    assert recorder.refused <= 4


@pytest.mark.vision
def test_sixteen_channels_that_begin_at_once_make_one_login() -> None:
    """The first is waited for; the others are told what became of it."""
    opener, errors = partial(open_source, logins=Logins()), []
    with serving(RtspCamera((DIGEST,))) as recorder:

        def open_channel(number: int) -> None:
            config = SourceConfig(recorder.url("wrong-Xk3", f"/channel{number}"))
            try:
                opener(config, ReadingOptions(), FakeTime().clock, lambda _: None)
            except SourceError as error:
                errors.append(error.fault.value)

        threads = [threading.Thread(target=open_channel, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == ["wrong_password"] * 16
    assert recorder.refused == 1


def address(path: str = "/1", password: str = "a") -> RtspAddress:
    """Return a stream of one recorder."""
    return parse_rtsp(f"rtsp://admin:{password}@recorder{path}")


def attempt(logins: Logins, now_s: float, outcome: Login, path: str = "/1", password: str = "a") -> bool:
    """Return whether a login may be made now, and make it with this outcome."""
    try:
        with logins.attempt(address(path, password), "shown", now_s) as made:
            made.outcome = outcome
    except SourceError:
        return False
    return True


def test_waits_grow_and_the_refused_stream_comes_last() -> None:
    """Its account is free earlier, so that another stream of it can show that the password is right."""
    logins = Logins()
    assert attempt(logins, 0, Login.REFUSED)
    assert not attempt(logins, 59, Login.ACCEPTED, "/2")
    assert not attempt(logins, 61, Login.REFUSED)
    assert attempt(logins, 61, Login.ACCEPTED, "/2")
    assert attempt(logins, 61, Login.ACCEPTED, "/3")
    assert not attempt(logins, 89, Login.REFUSED)
    assert attempt(logins, 91, Login.REFUSED)


def test_a_stream_that_the_user_may_not_see_holds_up_no_other() -> None:
    """The others were let in with the same password."""
    logins = Logins()
    assert attempt(logins, 0, Login.ACCEPTED, "/2")
    assert attempt(logins, 0, Login.REFUSED)
    assert attempt(logins, 0, Login.ACCEPTED, "/2")
    assert attempt(logins, 0, Login.ACCEPTED, "/3")
    assert not attempt(logins, 80, Login.REFUSED)


def test_a_password_that_was_changed_at_the_recorder_is_tried_once_and_not_by_each_stream() -> None:
    """A stream that had been let in and is refused speaks for all."""
    logins = Logins()
    for path in ("/1", "/2", "/3"):
        assert attempt(logins, 0, Login.ACCEPTED, path)
    assert attempt(logins, 1000, Login.REFUSED)
    assert not attempt(logins, 1001, Login.REFUSED, "/2")
    assert attempt(logins, 1061, Login.REFUSED, "/2")
    assert not attempt(logins, 1300, Login.REFUSED, "/3")
    assert attempt(logins, 1362, Login.REFUSED, "/3")


def test_what_is_not_known_is_not_held_against_an_account() -> None:
    """A line that breaks during a login is a lost line; another password is another account; success begins anew."""
    logins = Logins()
    assert attempt(logins, 0, Login.UNKNOWN)
    assert attempt(logins, 0, Login.REFUSED)
    assert attempt(logins, 0, Login.ACCEPTED, password="b")
    assert attempt(logins, 100, Login.ACCEPTED)
    assert attempt(logins, 101, Login.REFUSED)
    assert attempt(logins, 101 + 91, Login.ACCEPTED)


def test_the_error_says_when_and_names_no_one() -> None:
    """Who reads it need not wonder why nothing is tried."""
    logins = Logins()
    assert attempt(logins, 0, Login.REFUSED)
    with pytest.raises(SourceError, match="not asked again for 80 s") as caught:
        logins.check(address(), "rtsp://***@recorder/1", 10)
    assert caught.value.fault == "wrong_password"
    assert "admin" not in str(caught.value)

"""What an opening tells, and what it costs the camera: at most one login."""

from __future__ import annotations

import pytest

from detectors.errors import SourceError
from detectors.sources.base import ReadingOptions, SourceConfig
from detectors.sources.open import open_source
from tests.support.capture import FakeTime, nothing
from tests.support.rtsp_camera import BASIC, DIGEST, PASSWORD, SHA256, RtspCamera, serving

pytestmark = pytest.mark.vision
QUICK = ReadingOptions(open_timeout_s=5, read_timeout_s=5)


def error_of(camera: RtspCamera, url: str | None = None, transport: str = "tcp") -> SourceError:
    """Return why a stream does not open."""
    config = SourceConfig(url or camera.url(), transport=transport)  # type: ignore[arg-type]
    with pytest.raises(SourceError) as caught:
        open_source(config, QUICK, FakeTime().clock, nothing)
    assert PASSWORD not in repr(caught.value)
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)
    return caught.value


@pytest.mark.parametrize("challenge", [BASIC, DIGEST])
def test_row_3_one_opening_costs_one_wrong_login(challenge: str) -> None:
    """The password is sent once, also to find the reason."""
    with serving(RtspCamera((challenge,))) as camera:
        error = error_of(camera, camera.url("wrong-Xk3"))
    assert error.fault == "wrong_password"
    assert "wrong-Xk3" not in repr(error)
    assert camera.refused == 1


def test_row_5_only_sha256_is_told_in_one_line_and_no_login_is_made() -> None:
    """What to set is said, and it is not called a video that does not come."""
    with serving(RtspCamera((SHA256,))) as camera:
        error = error_of(camera)
    assert error.fault == "login_unsupported"
    assert "SHA-256" in error.detail
    assert "MD5" in error.detail
    assert "\n" not in error.detail
    assert camera.logins == 0


@pytest.mark.parametrize(
    ("challenges", "tried"),
    [
        ((SHA256, DIGEST), True),
        ((DIGEST, SHA256), False),
        ((BASIC, DIGEST), True),
        (('Digest realm="cam", nonce="n0", algorithm=MD5',), True),
        (('Digest realm="cam", nonce="n0", algorithm=md5',), False),
        (("Negotiate abc",), False),
    ],
)
def test_a_login_is_tried_where_ffmpeg_can(challenges: tuple[str, ...], tried: bool) -> None:
    """FFmpeg answers the last digest that a camera offers, and only MD5 as it is written in the standard."""
    with serving(RtspCamera(challenges)) as camera:
        error = error_of(camera, camera.url("wrong-Xk3"))
    assert error.fault == ("wrong_password" if tried else "login_unsupported")
    assert camera.logins == int(tried)


def test_a_camera_that_asks_for_a_user_is_asked_once() -> None:
    """An address without one is told so."""
    with serving(RtspCamera((DIGEST,))) as camera:
        error = error_of(camera, f"rtsp://127.0.0.1:{camera.port}/cam")
    assert error.fault == "wrong_password"
    assert "asks for a user and a password" in error.detail
    assert camera.requests == ["DESCRIBE"]


@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY"])
@pytest.mark.parametrize(
    ("status", "fault", "words"),
    [
        ("400 Bad Request", "camera_error", "manual"),
        ("403 Forbidden", "forbidden", "right to live view"),
        ("404 Not Found", "not_found", "manual"),
        ("406 Not Acceptable", "format_refused", "H.264"),
        ("415 Unsupported Media Type", "format_refused", "H.264"),
        ("429 Too Many Requests", "busy", "overloaded"),
        ("453 Not Enough Bandwidth", "busy", "close other viewers"),
        ("454 Session Not Found", "camera_error", "restart"),
        ("459 Aggregate Operation Not Allowed", "camera_error", "manual"),
        ("461 Unsupported Transport", "transport_refused", "source.transport"),
        ("500 Internal Server Error", "camera_error", "restart"),
        ("503 Service Unavailable", "busy", "overloaded"),
        ("551 Option not supported", "camera_error", "firmware"),
    ],
)
@pytest.mark.parametrize("challenges", [(), (DIGEST,)])
def test_each_status_says_what_to_do(
    method: str, status: str, fault: str, words: str, challenges: tuple[str, ...]
) -> None:
    """Whichever request it answers, before or after a login; and a right login is never a wrong password."""
    with serving(RtspCamera(challenges, {method: status})) as camera:
        error = error_of(camera)
    assert error.fault == fault
    assert words in error.detail
    assert f"({status[:3]})" in error.detail
    assert camera.refused == 0


def test_a_redirect_is_told_and_not_followed() -> None:
    """The host is named, and what else a camera writes there is not; the other host hears nothing."""
    with serving(RtspCamera()) as other, serving(RtspCamera()) as camera:
        camera.statuses["DESCRIBE"] = "302 Moved Temporarily"
        camera.headers["DESCRIBE"] = f"Location: rtsp://someone:secret-9@127.0.0.1:{other.port}/x?token=secret-9\r\n"
        error = error_of(camera)
        assert error.fault == "redirected"
        assert f"127.0.0.1:{other.port}" in error.detail
        assert "secret-9" not in error.detail
        assert other.requests == []


def test_a_stream_without_video_says_so() -> None:
    """Sound alone is no video; FFmpeg opens it gladly."""
    sound = "\r\n".join(
        ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=cam", "t=0 0", "m=audio 0 RTP/AVP 8", "a=control:t1", ""]
    )
    with serving(RtspCamera(description=sound)) as camera:
        error = error_of(camera)
    assert error.fault == "unreadable_video"
    assert "no video" in error.detail


def test_udp_that_is_refused_names_the_setting() -> None:
    """There is no fallback from UDP, so the setting must be changed."""
    with serving(RtspCamera(statuses={"SETUP": "461 Unsupported Transport"})) as camera:
        assert error_of(camera, transport="udp").fault == "transport_refused"

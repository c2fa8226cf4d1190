"""Tests of source addresses and of hiding their credentials."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.errors import SourceError
from detectors.sources.base import SourceConfig
from detectors.sources.url import parse_rtsp, redact, source_kind

MARK = "Zq7!Kx"


def _outcome(url: str) -> str:
    try:
        return source_kind(url).value
    except SourceError as error:
        return str(error) + repr(error)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://bob:pw@host/x", "rtsp://***@host/x"),
        ("rtsp://bob@host:554/x", "rtsp://***@host:554/x"),
        ("rtsp://host/x", "rtsp://host/x"),
        ("RTSP://bob:p@ss@host/x", "RTSP://***@host/x"),
        ("rtsp://bob:p/s#s?@host/x", "rtsp://***@host/x"),
        ("rtsp://bob:p ss@host/x", "rtsp://***@host/x"),
        ("rtsp://host/live?user=bob&password=pw&channel=1", "rtsp://host/live?user=***&password=***&channel=1"),
        ("rtsp://host/user=bob_password=pw_channel=1.sdp", "rtsp://host/user=***"),
        ("  rtsp://bob:pw@host", "rtsp://***@host"),
        ("/video/a@b.avi", "/video/a@b.avi"),
        ("", ""),
    ],
)
def test_redact(url: str, shown: str) -> None:
    """What identifies a user is hidden, the rest stays."""
    assert redact(url) == shown


@given(st.text(), st.text(), st.text())
def test_redact_never_shows_a_password(before: str, after: str, tail: str) -> None:
    """Whatever surrounds it, a password before the last @ is hidden, in errors too."""
    url = f"rtsp://bob:{before}{MARK}{after}@host/{tail}"
    assert MARK not in redact(url)
    assert MARK not in repr(SourceConfig(url))
    assert MARK not in _outcome(url)


@given(st.text())
def test_any_text_is_a_kind_or_a_bad_address(url: str) -> None:
    """An address that makes no sense has a defined result."""
    assert _outcome(url).split(":")[0] in {"rtsp", "file", "folder", "bad_address"}


def test_parts_of_an_address() -> None:
    """User and password are decoded, and the request carries neither."""
    address = parse_rtsp("rtsp://b%40b:p%2Fw@host:8554/a/b?c=1")
    assert (address.host, address.port, address.user, address.password) == ("host", 8554, "b@b", "p/w")
    assert address.request_uri == "rtsp://host:8554/a/b?c=1"
    assert "p/w" not in repr(address)
    assert parse_rtsp("rtsp://host").port == 554


@pytest.mark.parametrize(
    "url",
    ["rtsp://", "rtsp://host:99999/x", "rtsp://host:pw/x", "rtsp://[::1/x", "rtsp://ho st/x", "rtsp://a:1/b@host/x",
     "rtsp://a%0d%0ab:x@host/x", "http://host/x", "ftp://bob:pw@host", "", " ", "a\0b"],
)  # fmt: skip
def test_bad_addresses(url: str) -> None:
    """What is no source is refused by name."""
    with pytest.raises(SourceError) as caught:
        source_kind(url)
    assert caught.value.fault == "bad_address"


def test_files_and_folders(tmp_path: Path) -> None:
    """A folder is told from a file; what is not there yet is a file."""
    assert source_kind(str(tmp_path)) == "folder"
    assert source_kind(str(tmp_path / "missing.avi")) == "file"

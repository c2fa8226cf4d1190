"""Tests of source addresses and of hiding their credentials."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.errors import SourceError
from detectors.sources.base import SourceConfig
from detectors.sources.url import RtspAddress, parse_rtsp, redact, source_kind
from schemas.phrases.catalogue import told
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from tests.support.mutation import tries

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
     "rtsp://a%0d%0ab:x@host/x", "http://host/x", "rtsps://bob:pw@host/x", "HTTPS://host/x", "onvif://host",
     "ftp://bob:pw@host", "", " ", "a\0b"],
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


@pytest.mark.parametrize(
    "url", ["rtsp://admin:p#ss@h/x", "rtsp://admin:p/ss@h/x", "rtsp://a:1?b@h/x", "rtsp://a:b@c@h/p@q"]
)
def test_an_address_with_a_character_that_must_be_encoded_says_so(url: str) -> None:
    """And how, instead of asking for the form that it has; it shows nothing of the password."""
    with pytest.raises(SourceError, match="must be percent-encoded") as caught:
        parse_rtsp(url)
    assert "p#ss" not in str(caught.value)
    assert "p/ss" not in str(caught.value)


ADDRESSES = (
    f"rtsp://bob:{MARK}@camera-1.example:554/Streaming/Channels/102?transportmode=unicast",
    f"rtsp://bob:{MARK}@[2001:db8::7]:8554/a/b",
    f"rtsp://10.0.0.5/user=bob_password={MARK}_channel=1.sdp",
    f"rtsp://bob:%20%2F{MARK}%23@h/x#y",
)


def test_mutated_addresses_are_read_or_refused() -> None:
    """A hundred thousand in full: never another error, and while the user's part is whole, never the password in what is told."""
    chance = random.Random(14)
    for number in range(tries(100_000)):
        characters = list(ADDRESSES[number % len(ADDRESSES)])
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(characters))
            piece = chance.choice(
                ("", "@", "/", "#", "?", ":", "[", "]", "%", "%0d", "\0", " ", "\u00e9", "//", "9" * 20, "rtsp://")
            )
            characters[at : at + chance.randint(0, 2)] = piece
        url = "".join(characters)
        told, parts = read(url)
        assert (parts is None) == told.startswith("bad_address: ")
        assert "\n" not in told
        if url.startswith("rtsp://") and f":{MARK}@" in url:
            assert MARK not in told
            assert MARK not in redact(url)
        if parts is not None:
            assert parts.host
            assert 0 <= parts.port < 65_536
            assert "@" not in parts.request_uri


def read(url: str) -> tuple[str, RtspAddress | None]:
    """Return what is told of an address, and its parts where it is one; any other error is a defect."""
    try:
        return "", parse_rtsp(url)
    except SourceError as error:
        return str(error), None


@pytest.mark.parametrize(
    ("url", "way"),
    [
        ("rtsps://bob:pw@host/x", "a VPN, or let a gateway on this machine"),
        ("http://bob:pw@host/video.mjpg", "most such cameras give rtsp:// too"),
        ("https://bob:pw@host/snapshot.jpg", "let a gateway on this machine (go2rtc, MediaMTX) read it"),
        ("onvif://bob:pw@host", "expected the rtsp:// address of its stream"),
    ],
)
def test_what_is_not_read_is_refused_with_the_way_around_it(url: str, way: str) -> None:
    """In both languages, and without the password."""
    with pytest.raises(SourceError) as caught:
        source_kind(url)
    assert way in caught.value.detail
    assert "pw" not in caught.value.detail
    assert isinstance(caught.value.what, Phrase)
    assert told(caught.value.what, "", Language.NL) != caught.value.detail

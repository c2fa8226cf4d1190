"""While quiet, key frames alone are decoded; as soon as it is not, the next picture is the one that a full decoder gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.errors import SourceFault
from detectors.sources import group_decoder
from detectors.sources.group_decoder import LONGEST_GROUP_S, GroupDecoder
from tests.support import h264
from tests.support.h264 import broken

pytestmark = pytest.mark.vision

Shown = tuple[int, bytes] | None
"""Which picture was given, by its time in the stream, and its pixels."""

VIDEOS = {
    "plain": h264.encoded(h264.moving(40)),
    "b_pictures": h264.encoded(h264.moving(40), bf="2", b_strategy="0"),
    "open_groups": h264.encoded(h264.moving(40), bf="2", b_strategy="0", x264_params="open-gop=1"),
    "key_frames_alone": h264.encoded(h264.moving(40), key_every=1),
}


def shown(picture: VideoFrame | None) -> Shown:
    if picture is None:
        return None
    assert picture.pts is not None
    return picture.pts, picture.to_ndarray(format="bgr24").tobytes()


def taken(
    video: bytes, quiet: Sequence[bool], packets: Sequence[Packet[VideoStream]] | None = None
) -> tuple[list[Shown], list[str]]:
    """Return what is given after each packet, and the reasons of what was dropped."""
    dropped: list[str] = []
    stream = h264.opened(video)
    given_packets = [packet for packet in stream.packets if packet.size] if packets is None else packets
    decoder = GroupDecoder(stream.decoder, dropped.append)
    pictures = [shown(decoder.take(packet, calm)) for packet, calm in zip(given_packets, quiet, strict=True)]
    return pictures, dropped


def during(*quiet: tuple[int, int], count: int = 40) -> list[bool]:
    """Return at which packets it is quiet."""
    return [any(first <= number < end for first, end in quiet) for number in range(count)]


@pytest.mark.parametrize("name", VIDEOS)
def test_what_is_not_quiet_is_decoded_picture_by_picture(name: str) -> None:
    """Each picture once, in order, but those that the decoder still holds back at the end."""
    pictures, dropped = taken(VIDEOS[name], during())
    times = [picture[0] for picture in pictures if picture is not None]
    assert times == sorted(set(times))
    assert len(times) >= 38 - (name == "open_groups")
    assert dropped == []


@pytest.mark.parametrize("name", ["plain", "b_pictures"])
def test_while_quiet_each_key_frame_comes_at_once_and_nothing_else(name: str) -> None:
    """From the first group after one of known length; also where B-pictures would hold it back."""
    video = VIDEOS[name]
    whole = {picture for picture in taken(video, during())[0] if picture is not None}
    pictures, dropped = taken(video, during((0, 40)))
    key_frames = [number for number, packet in enumerate(h264.packets(video)) if packet.is_keyframe]
    assert key_frames == [0, 10, 20, 30]
    assert [number for number, picture in enumerate(pictures) if picture and number >= 10] == [10, 20, 30]
    assert {picture for picture in pictures[10:] if picture} <= whole
    assert dropped == []


@pytest.mark.parametrize("name", VIDEOS)
@pytest.mark.parametrize("ends", [20, 21, 25, 29, 30, 31])
@pytest.mark.parametrize("begins", [0, 14, 19])
def test_the_first_picture_after_quiet_is_the_right_one(name: str, begins: int, ends: int) -> None:
    """It and all after it are, to the pixel, what a decoder gives that has decoded everything."""
    whole, _ = taken(VIDEOS[name], during())
    pictures, dropped = taken(VIDEOS[name], during((begins, ends)))
    behind = 3 if name == "open_groups" else 2 if name == "b_pictures" else 0
    fresh = [picture for picture in pictures[ends:] if picture is not None]
    assert fresh == [picture for picture in whole[ends:] if picture is not None][-len(fresh) :]
    assert len(fresh) >= 40 - ends - (behind if ends in {20, 21, 30, 31} else 0)
    times = [picture[0] for picture in pictures[10:] if picture is not None]
    assert times == sorted(set(times))
    assert dropped == []


def test_quiet_that_comes_and_goes_within_a_group_loses_nothing() -> None:
    """What was kept is decoded in one go, and of it the newest picture is given."""
    whole, _ = taken(VIDEOS["plain"], during())
    quiet = during((12, 14), (16, 19), (23, 24))
    pictures, _ = taken(VIDEOS["plain"], quiet)
    assert pictures == [None if calm else picture for picture, calm in zip(whole, quiet, strict=True)]


@pytest.mark.parametrize(("key_every", "split"), [(17, True), (18, False), (30, False)])
def test_groups_too_long_to_watch_by_are_decoded_whole(key_every: int, split: bool) -> None:
    """So that pictures more than two seconds apart are never all there is."""
    video = h264.encoded(h264.moving(70), key_every=key_every)
    pictures, _ = taken(video, during((0, 70), count=70))
    given_at = [number for number, picture in enumerate(pictures) if picture is not None]
    assert (given_at == [*range(key_every), *range(key_every, 70, key_every)]) is split
    assert split or given_at == [*range(70)]
    assert LONGEST_GROUP_S == 1.75


def test_a_group_that_goes_on_longer_than_the_one_before_is_caught_up_with() -> None:
    """A camera that changes its mind, or whose key frame was lost, is looked at again in time, and picture by picture."""
    long = h264.packets(h264.encoded(h264.moving(70), key_every=30))[30:70]
    packets = later(h264.packets(VIDEOS["plain"])[:20], 0) + later(long, 20)
    pictures, dropped = taken(VIDEOS["plain"], during((0, 60), count=60), packets)
    given_at = [number for number, picture in enumerate(pictures) if picture is not None and number >= 10]
    assert given_at == [10, 20, *range(38, 60)]
    assert max(after - before for before, after in pairwise(given_at)) <= 2 * h264.FPS
    assert dropped == []


def test_no_more_is_kept_than_a_few_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream with large packets is decoded whole, group by group, from where it is too much."""
    sizes = [packet.size for packet in h264.packets(VIDEOS["plain"])]
    monkeypatch.setattr(group_decoder, "MOST_KEPT_BYTES", sum(sizes[10:15]))
    pictures, _ = taken(VIDEOS["plain"], during((10, 20), count=40))
    assert [number for number, picture in enumerate(pictures[:20]) if picture and number >= 10] == [10, *range(15, 20)]


def test_a_camera_that_refreshes_bit_by_bit_is_decoded_whole() -> None:
    """Its key frames alone show nothing; that is tried three times."""
    video = h264.encoded(h264.moving(40), key_every=5, x264_params="intra-refresh=1")
    pictures, _ = taken(video, during((0, 40)))
    assert all(pictures[:5])
    assert all(pictures[25:])
    assert all(any(pictures[first : first + 10]) for first in range(0, 40, 10))


def later(packets: list[Packet[VideoStream]], first: int) -> list[Packet[VideoStream]]:
    """Return packets with the times of so many pictures later than the stream's first."""
    for number, packet in enumerate(packets):
        packet.pts = packet.dts = round((first + number) / h264.FPS / packet.time_base)
    return packets


@pytest.mark.parametrize("at", [10, 13, 20])
@pytest.mark.parametrize("quiet", [(0, 0), (0, 40), (0, 15)])
def test_a_packet_that_cannot_be_decoded_is_counted_and_heals(at: int, quiet: tuple[int, int]) -> None:
    """At the next key frame everything is as it should be."""
    packets = h264.packets(VIDEOS["plain"])
    packets[at] = broken(packets[at], b"\x00\x00\x00\x01\x65" + bytes(range(200)))
    pictures, dropped = taken(VIDEOS["plain"], during(quiet), packets)
    assert dropped == ([] if at == 13 and quiet == (0, 40) else [SourceFault.UNREADABLE_PICTURE])
    whole, _ = taken(VIDEOS["plain"], during())
    assert next(picture for picture in pictures[30:] if picture is not None) == whole[30]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 5_000), st.binary(max_size=40)), max_size=6),
    st.lists(st.booleans(), min_size=40, max_size=40),
)
def test_whatever_comes_is_decoded_or_counted(changes: list[tuple[int, int, bytes]], quiet: list[bool]) -> None:
    """Bytes that were changed on the way end nothing, and the memory of what was kept ends with its group."""
    packets = h264.packets(VIDEOS["b_pictures"])
    for number, where, data in changes:
        old = bytes(packets[number])
        where = min(where, len(old))
        packets[number] = broken(packets[number], old[:where] + data + old[where + len(data) :] or b"\x00")
    pictures, dropped = taken(VIDEOS["b_pictures"], quiet, packets)
    assert len(pictures) == 40
    assert set(dropped) <= {SourceFault.UNREADABLE_PICTURE}


def test_a_stream_that_changes_its_size_gives_the_new_size() -> None:
    """Also while quiet."""
    small, large = h264.encoded(h264.moving(20)), h264.encoded(h264.moving(20, (128, 96)))
    stream = h264.opened(small)
    decoder = GroupDecoder(stream.decoder, pytest.fail)
    for packets, size in ((h264.packets(small), (64, 48)), (h264.packets(large), (128, 96))):
        pictures = [decoder.take(packet, True) for packet in packets]
        assert {(picture.width, picture.height) for picture in pictures if picture} == {size}


def test_a_stream_without_times_is_decoded_whole() -> None:
    """Nobody knows how long its groups last."""
    packets = h264.packets(VIDEOS["plain"])
    for packet in packets:
        packet.pts = packet.dts = None
    stream = h264.opened(VIDEOS["plain"])
    decoder = GroupDecoder(stream.decoder, pytest.fail)
    pictures = [decoder.take(packet, True) for packet in packets]
    assert sum(picture is not None for picture in pictures) == 40
    assert np.asarray([picture.width for picture in pictures if picture]).min() == 64

"""A live stream gives its newest picture, at a limited rate, and says without an address why it gives no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from av.packet import Packet
from av.video.stream import VideoStream

from detectors.errors import SourceError, SourceFault
from detectors.sources.base import Frame, QuietDecoding, ReadingOptions, SourceConfig
from detectors.sources.ffmpeg import av
from detectors.sources.live import LiveSource
from detectors.sources.pacing import BatchedReading
from tests.support import h264
from tests.support.capture import NOW, FakeTime
from tests.support.h264 import broken

pytestmark = pytest.mark.vision

URL = "rtsp://bob:Zq7-secret@camera/stream"
VIDEO = h264.encoded(h264.moving(60))
Packets = Iterator["Packet[VideoStream]"]
USUAL = ReadingOptions(live_max_fps=5)


@dataclass
class Read:
    """What a source gave until it ended."""

    frames: list[Frame] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    error: SourceError | None = None
    closed: bool = False
    waits_s: list[float] = field(default_factory=list)

    def moments(self) -> list[float]:
        """Return when the pictures were taken, in seconds after the beginning."""
        return [round((frame.captured_at - NOW).total_seconds(), 3) for frame in self.frames]


def read(
    options: ReadingOptions = USUAL,
    decoding: QuietDecoding = "all",
    alter: Callable[[Packets], Packets] = iter,
    late_s: Callable[[float], float] = lambda _: 0.0,
    video: bytes = VIDEO,
    told_nothing: bool = False,
    quiet_until_s: float | None = None,
) -> Read:
    """Read a stream to its end. Each packet comes at its own time, or so much later.

    `told_nothing` says that its description had no parameter sets, `quiet_until_s` until when nothing moves.
    """
    now, told = FakeTime(), Read()
    if quiet_until_s is not None:
        ends_s = quiet_until_s
        options = replace(options, quiet=lambda: now.clock.monotonic_s() < ends_s)

    def sleep(wait_s: float) -> None:
        told.waits_s.append(wait_s)
        now.pass_s(wait_s)

    def live(packets: Packets) -> Packets:
        for number, packet in enumerate(packets):
            at_s = number / h264.FPS
            now.pass_s(max(0.0, at_s + late_s(at_s) - now.clock.monotonic_s()))
            yield packet

    def close() -> None:
        told.closed = True

    stream = h264.opened(video)
    stream = replace(stream, packets=alter(live(stream.packets)), close=close)
    if told_nothing:
        stream = replace(stream, decoder=av.CodecContext.create("h264", "r"))
    config = SourceConfig(URL, quiet_decoding=decoding)
    source = LiveSource(stream, config, options, now.clock, told.dropped.append, sleep)
    try:
        while True:
            told.frames.append(source.read())
    except SourceError as error:
        told.error = error
    source.close()
    return told


def test_five_pictures_per_second_are_handed_out() -> None:
    """Every second of ten, with the moment of its arrival; the first of all had waited for the stream to open."""
    told = read()
    assert told.moments() == [round(0.1 + number / 5, 3) for number in range(30)]
    assert told.dropped == ["stale"]
    assert {frame.image.shape for frame in told.frames} == {(48, 64, 3)}
    assert all(frame.image.flags.writeable for frame in told.frames)
    assert told.closed


def test_attention_asks_for_more() -> None:
    """From the next picture on."""
    moments = read(ReadingOptions(live_max_fps=2, attended_fps=lambda: 10.0)).moments()
    assert moments == [round(number / 10, 3) for number in range(1, 60)]


def silent(packets: Packets) -> Packets:
    for number, packet in enumerate(packets):
        if number == 5:
            raise av.error.ExitError(1, f"Immediate exit requested: {URL!r}")
        yield packet


def ended(packets: Packets) -> Packets:
    for _, packet in zip(range(5), packets, strict=False):
        yield packet


@pytest.mark.parametrize("alter", [silent, ended, iter])
def test_a_stream_that_ends_or_falls_silent_is_lost(alter: Callable[[Packets], Packets]) -> None:
    """Neither the error nor what it came from holds the password."""
    told = read(alter=alter)
    assert told.error is not None
    assert told.error.fault is SourceFault.LOST
    assert "rtsp://***@camera/stream" in str(told.error)
    assert (told.error.__cause__, told.error.__context__) == (None, None)
    assert len(told.frames) >= 2


def test_pictures_that_waited_are_dropped_and_counted() -> None:
    """After the network stood still for two seconds, what was held up by more than half a second is not handed out."""
    told = read(late_s=lambda at_s: max(0.0, 4 - at_s) if at_s >= 2 else 0.0)
    assert not [moment for moment in told.moments() if 2 <= moment < 4]
    assert told.dropped.count("stale") == 1 + 15
    assert told.moments()[-1] == 5.9


def test_a_picture_that_cannot_be_decoded_is_dropped_and_counted() -> None:
    """The stream goes on."""

    def garbled(packets: Packets) -> Packets:
        for number, packet in enumerate(packets):
            yield broken(packet, b"\x00\x00\x00\x01\x65" + bytes(200)) if number == 30 else packet

    told = read(alter=garbled)
    assert told.dropped == ["stale", SourceFault.UNREADABLE_PICTURE]
    assert told.moments()[-1] >= 5.8


def test_a_stream_that_changes_its_size_hands_out_the_new_size() -> None:
    """What that means for the masks is decided where they are painted."""

    def grown(packets: Packets) -> Packets:
        yield from (packet for number, packet in enumerate(packets) if number < 30)
        yield from h264.packets(h264.encoded(h264.moving(30, (128, 96))))

    shapes = [frame.image.shape[:2] for frame in read(alter=grown).frames]
    assert set(shapes) == {(48, 64), (96, 128)}
    assert shapes == sorted(shapes)


@pytest.mark.parametrize(
    ("decoding", "quiet", "between"),
    [("key_frames", True, [2.0, 3.0]), ("key_frames", False, None), ("all", True, None)],
)
def test_key_frames_alone_are_read_while_quiet_where_so_configured(
    decoding: QuietDecoding, quiet: bool, between: list[float] | None
) -> None:
    """Else five pictures per second."""
    moments = read(ReadingOptions(live_max_fps=5, quiet=lambda: quiet), decoding).moments()
    assert [moment for moment in moments if 1.9 < moment < 3.5] == (between or [2.1, 2.3, 2.5, 2.7, 2.9, 3.1, 3.3])


@pytest.mark.parametrize("ends_s", [2.02, 2.3, 2.31, 2.5, 2.61, 2.9, 3.0])
def test_the_next_packet_that_is_read_after_quiet_gives_a_picture(ends_s: float) -> None:
    """Within a quarter of a second and a picture: whole, not the one of a key frame later; and then each at its own time."""
    told = read(ReadingOptions(live_max_fps=10), "key_frames", quiet_until_s=ends_s)
    every = read(ReadingOptions(live_max_fps=10))
    woken = next(frame for frame in told.frames if (frame.captured_at - NOW).total_seconds() >= ends_s)
    woken_s = (woken.captured_at - NOW).total_seconds()
    assert woken_s <= ends_s + BatchedReading.LONGEST_S + 1 / h264.FPS
    shown = [
        at_s for at_s, frame in zip(every.moments(), every.frames, strict=True) if (frame.image == woken.image).all()
    ]
    assert len(shown) == 1
    assert woken_s - BatchedReading.LONGEST_S - 0.001 <= shown[0] <= woken_s
    after = [at_s for at_s in told.moments() if at_s > woken_s + 0.2]
    assert after == [at_s for at_s in every.moments() if at_s > woken_s + 0.2]
    assert told.dropped == ["stale"]


def test_packets_gather_while_quiet_and_each_key_frame_is_read_as_it_comes() -> None:
    """Some are read at once, some times a second; nothing is late that is looked at."""
    told = read(ReadingOptions(live_max_fps=5, quiet=lambda: True), "key_frames")
    assert [at_s for at_s in told.moments() if at_s > 1.9] == [2.0, 3.0, 4.0, 5.0]
    assert told.dropped == ["stale"]
    assert sum(told.waits_s) > 0.7 * (5.9 - 2.0)
    assert max(told.waits_s) <= BatchedReading.LONGEST_S


@pytest.mark.parametrize(("decoding", "quiet"), [("key_frames", False), ("all", True)])
def test_nothing_waits_where_every_picture_may_matter(decoding: QuietDecoding, quiet: bool) -> None:
    """Each packet is read as it comes."""
    assert read(ReadingOptions(live_max_fps=5, quiet=lambda: quiet), decoding).waits_s == []


def without_parameter_sets(packets: Packets) -> Packets:
    """Give packets as a relay does that cut off what says how to decode them (NAL unit types 7 and 8)."""
    for packet in packets:
        units = [unit for unit in bytes(packet).split(b"\x00\x00\x01") if unit and unit[0] & 31 not in (7, 8)]
        yield broken(packet, b"".join(b"\x00\x00\x01" + unit for unit in units))


def never(packets: Packets) -> Packets:
    """Give packets that are no picture of any kind, at the times of those that were."""
    for packet in packets:
        yield broken(packet, b"\x00\x00\x01\x02" + bytes(60))


@pytest.mark.parametrize("alter", [without_parameter_sets, never])
@pytest.mark.parametrize("decoding", ["all", "key_frames"])
def test_row_1_packets_come_and_never_a_picture(alter: Callable[[Packets], Packets], decoding: QuietDecoding) -> None:
    """Told after some seconds, in words for an installer, and then given up, so that it is opened again."""
    told = read(decoding=decoding, alter=alter, video=h264.encoded(h264.moving(200)), told_nothing=True)
    assert told.error is not None
    assert told.error.fault is SourceFault.UNREADABLE_VIDEO
    assert "parameter sets" in told.error.detail
    assert told.frames == []
    assert 60 <= told.dropped.count(SourceFault.UNREADABLE_PICTURE) <= 65


def test_row_2_the_codec_changes_while_the_session_goes_on() -> None:
    """Six seconds after the last picture the stream is given up: the next opening learns what it is now."""
    other = h264.packets(h264.encoded(h264.moving(200), codec="libx265"))

    def changed(packets: Packets) -> Packets:
        for number, packet in enumerate(packets):
            yield packet if number < 30 else broken(packet, bytes(other[number - 30]))

    told = read(alter=changed, video=h264.encoded(h264.moving(200)))
    assert told.error is not None
    assert told.error.fault is SourceFault.UNREADABLE_VIDEO
    assert "codec" in told.error.detail
    assert told.moments()[-1] < 3.0
    assert 50 <= told.dropped.count(SourceFault.UNREADABLE_PICTURE) <= 65


def test_a_short_time_without_a_picture_is_no_fault() -> None:
    """A line that loses packets for five seconds is not opened anew."""

    def garbled(packets: Packets) -> Packets:
        for number, packet in enumerate(packets):
            yield broken(packet, b"\x00\x00\x00\x01\x65" + bytes(200)) if 30 <= number < 80 else packet

    told = read(alter=garbled, video=h264.encoded(h264.moving(120)))
    assert told.error is not None
    assert told.error.fault is SourceFault.LOST
    assert told.moments()[-1] >= 11.8


def test_times_that_stand_still_lose_no_picture() -> None:
    """A camera whose RTP time never rises is shown as one whose does."""

    def standing(packets: Packets) -> Packets:
        for packet in packets:
            if packet.size:
                packet.pts = packet.dts = 9000
            yield packet

    assert len(read(alter=standing).frames) == 30
    assert len(read(ReadingOptions(live_max_fps=5, quiet=lambda: True), "key_frames", standing).frames) == 30


def test_pictures_that_all_come_late_are_told_and_the_stream_is_opened_again() -> None:
    """A line that carries half of the stream, or a camera whose clock runs at half the speed: none of it is live."""
    told = read(late_s=lambda at_s: at_s, video=h264.encoded(h264.moving(200)))
    assert told.error is not None
    assert told.error.fault is SourceFault.LOST
    assert "late" in told.error.detail
    assert told.dropped.count("stale") > 20


def test_rarely_wanted_pictures_are_no_missing_ones() -> None:
    """One picture in ten seconds is asked for, and the others are there."""
    told = read(ReadingOptions(live_max_fps=0.1), video=h264.encoded(h264.moving(250)))
    assert told.error is not None
    assert told.error.fault is SourceFault.LOST
    assert len(told.frames) == 3

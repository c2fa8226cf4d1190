"""Trial of a stream: what a camera really sends, measured for some seconds, before anybody writes it down.

What is told are figures. Whoever wants to see the picture masks it first: it comes back as `Frame` does, unmasked.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream

from detectors.errors import SourceError, SourceFault
from detectors.sources.base import Image, ReadingOptions, SourceConfig
from detectors.sources.ffmpeg import av
from detectors.sources.group_decoder import GroupDecoder
from detectors.sources.logins import Logins
from detectors.sources.open import is_live, open_source
from detectors.sources.pacing import Clock
from detectors.sources.rtsp_probe import login_kind
from detectors.sources.stream import LiveStream, open_stream
from detectors.sources.url import parse_rtsp, redact, source_kind
from schemas.phrases.codes import sources as says

UNKNOWN: Final = "unknown"
SETTLED_S: Final = 1.0
"""What had waited while the stream was opened comes at once in the beginning; it tells nothing of the network (s)."""
_LOGIN_TIMEOUT_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Trial:
    """Trial: what a source gave while it was watched.

    Attributes:
        kind: `rtsp`, `file` or `folder`.
        width_px: Width of the picture.
        height_px: Its height.
        codec: FFmpeg's name of the coding, such as `h264`; empty for files and folders, of which any is taken.
        profile: The coding's profile, such as `High`; empty where it is not told.
        fps: Pictures per second by the stream's own clock; None where too few came.
        key_frame_s: Median distance of two key frames (s); None where fewer than two came.
        reordered: Whether pictures are sent in another order than they are shown in (B-frames), which costs delay.
        kbit_per_s: What it takes of the network.
        first_picture_s: From the beginning of opening to the first picture that could be shown (s).
        late_s: How much later the latest picture came than the promptest, by the stream's clock (s): how long the network, or the
            camera, held it up. What the camera itself takes before it sends cannot be seen from outside.
        login: How it asks who one is: `none`, `basic`, `digest` with its algorithm, or `unknown`.
        watched_s: How long it was watched (s).
        image: One picture, unmasked: (height, width, 3).
    """

    kind: str
    width_px: int
    height_px: int
    codec: str = ""
    profile: str = ""
    fps: float | None = None
    key_frame_s: float | None = None
    reordered: bool = False
    kbit_per_s: float | None = None
    first_picture_s: float | None = None
    late_s: float | None = None
    login: str = UNKNOWN
    watched_s: float = 0.0
    image: Image | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """Stream figures: those of `Trial` that its arrivals tell."""

    fps: float | None
    key_frame_s: float | None
    kbit_per_s: float | None
    late_s: float | None
    watched_s: float


@dataclass(frozen=True, slots=True)
class PacketArrival:
    """Packet arrival: a coded picture: when it came, and its place on the stream's own clock (both in seconds)."""

    at_s: float
    position_s: float | None
    is_key: bool
    bytes_: int


def try_source(config: SourceConfig, clock: Clock, seconds: float, logins: Logins) -> Trial:
    """Return what a source gives. Blocks for as long as it is watched, and for opening it.

    Args:
        config: How it is configured.
        clock: Time.
        seconds: How long a live stream is watched (s); of a file or folder one picture is read.
        logins: What became of earlier logins.

    Raises:
        SourceError: It gives no picture, with the reason.
    """
    options = ReadingOptions()
    if not is_live(config.url):
        return _still(config, options, clock)
    began_s = clock.monotonic_s()
    stream = open_stream(config, options, clock, logins)
    try:
        watched = _watch(stream, config, options, clock, began_s, seconds)
    finally:
        stream.close()
    arrivals, image, first_s = watched
    found = figures(arrivals)
    decoder = stream.decoder
    address = parse_rtsp(config.url)
    return Trial(
        kind=source_kind(config.url).value,
        width_px=image.shape[1],
        height_px=image.shape[0],
        codec=decoder.name,
        profile=decoder.profile or "",
        reordered=bool(decoder.has_b_frames),
        first_picture_s=first_s - began_s,
        login=login_kind(address, _LOGIN_TIMEOUT_S) or UNKNOWN,
        image=image,
        fps=found.fps,
        key_frame_s=found.key_frame_s,
        kbit_per_s=found.kbit_per_s,
        late_s=found.late_s,
        watched_s=found.watched_s,
    )


def figures(arrivals: Sequence[PacketArrival]) -> StreamFigures:
    """Return the figures of what came; None for what too few tell."""
    watched_s = arrivals[-1].at_s - arrivals[0].at_s if arrivals else 0.0
    placed = [(each.at_s, each.position_s) for each in arrivals if each.position_s is not None]
    span_s = max(at for _, at in placed) - min(at for _, at in placed) if placed else 0.0
    keys = sorted(each.position_s for each in arrivals if each.is_key and each.position_s is not None)
    lags = [at_s - position_s for at_s, position_s in placed if at_s >= arrivals[0].at_s + SETTLED_S]
    return StreamFigures(
        fps=(len(placed) - 1) / span_s if span_s > 0 else None,
        key_frame_s=statistics.median(b - a for a, b in pairwise(keys)) if len(keys) > 1 else None,
        kbit_per_s=sum(each.bytes_ for each in arrivals) * 8 / 1000 / watched_s if watched_s > 0 else None,
        late_s=max(lags) - min(lags) if len(lags) > 1 else None,
        watched_s=watched_s,
    )


def _still(config: SourceConfig, options: ReadingOptions, clock: Clock) -> Trial:
    source = open_source(config, options, clock, lambda _reason: None)
    try:
        frame = source.read()
    finally:
        source.close()
    if frame is None:
        raise SourceError(SourceFault.EMPTY, says.source_fault(redact(config.url), says.no_video()))
    height_px, width_px = frame.image.shape[:2]
    return Trial(source_kind(config.url).value, width_px, height_px, login="none", image=frame.image)


def _watch(
    stream: LiveStream, config: SourceConfig, options: ReadingOptions, clock: Clock, began_s: float, seconds: float
) -> tuple[list[PacketArrival], Image, float]:
    """Return what came, the first picture that could be shown, and when it was there.

    It is watched on until there is a picture, as long as capture would.
    """
    decoder = GroupDecoder(stream.decoder, lambda _reason: None)
    arrivals: list[PacketArrival] = []
    image: Image | None = None
    first_s = began_s
    until_s = clock.monotonic_s() + seconds
    at_least_s = clock.monotonic_s() + options.picture_timeout_s
    while (now_s := clock.monotonic_s()) < until_s or (image is None and now_s < at_least_s):
        packet = _next(stream)
        if packet is None:
            raise SourceError(SourceFault.LOST, says.source_fault(redact(config.url), says.stream_ended()))
        arrivals.append(_arrival(packet, clock.monotonic_s()))
        picture = decoder.take(packet, image is not None)  # after the first one nothing need be decoded but key frames
        if picture is not None and image is None:
            image, first_s = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8), clock.monotonic_s()
    if image is None:
        what = says.packets_undecoded(clock.monotonic_s() - began_s)
        raise SourceError(SourceFault.UNREADABLE_VIDEO, says.source_fault(redact(config.url), what))
    return arrivals, image, first_s


def _next(stream: LiveStream) -> Packet[VideoStream] | None:
    try:
        packet = next(stream.packets, None)
    except av.FFmpegError:  # its text holds the address
        return None
    return None if packet is None or packet.size == 0 else packet


def _arrival(packet: Packet[VideoStream], at_s: float) -> PacketArrival:
    position_s = None if packet.pts is None or packet.time_base is None else float(packet.pts * packet.time_base)
    return PacketArrival(at_s, position_s, packet.is_keyframe, packet.size)

"""Small H.264 streams for tests, made in memory by libx264, with their headers before each key frame."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Literal

import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from detectors.sources.ffmpeg import av
from detectors.sources.stream import LiveStream
from tests.support.scenes import Image

FPS = 10


def moving(count: int, size: tuple[int, int] = (64, 48), first: int = 0) -> list[Image]:
    """Return pictures with noise in which a bright square walks, no two of them equal. Size is width and height."""
    chance = np.random.default_rng(5)
    pictures = []
    for number in range(first, first + count):
        picture = chance.integers(60, 90, (size[1], size[0], 3), np.uint8)
        picture[10:26, 2 + number % 40 : 18 + number % 40] = 220
        pictures.append(picture)
    return pictures


Codec = Literal["libx264", "libx265"]


def encoded(pictures: list[Image], key_every: int = 10, codec: Codec = "libx264", **options: str) -> bytes:
    """Return an MPEG transport stream; the encoder's `options` as given, such as `bf="2"`."""
    file = io.BytesIO()
    fixed = {"preset": "ultrafast", "g": str(key_every), "keyint_min": str(key_every), "sc_threshold": "0", "bf": "0"}
    if codec == "libx265":
        fixed = {"preset": "ultrafast", "x265-params": f"keyint={key_every}:repeat-headers=1:bframes=0:log-level=none"}
    given = {name.replace("x264_", "x264-"): value for name, value in options.items()}
    with av.open(file, "w", format="mpegts") as container:
        stream = container.add_stream(codec, rate=FPS, options=fixed | given)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        for number, picture in enumerate(pictures):
            frame = VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def opened(video: bytes) -> LiveStream:
    """Return a stream whose packets are all there."""
    stream = LiveStream.of(av.open(io.BytesIO(video), "r", format="mpegts"))
    assert stream is not None
    return stream


def packets(video: bytes) -> list[Packet[VideoStream]]:
    """Return the packets of a stream, without the empty one at its end."""
    return [packet for packet in opened(video).packets if packet.size]


def broken(packet: Packet[VideoStream], data: bytes) -> Packet[VideoStream]:
    """Return a packet with other bytes in the same place of the stream."""
    made = Packet(data)
    made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
    made.is_keyframe = packet.is_keyframe
    return made  # type: ignore[return-value]

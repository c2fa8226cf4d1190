"""The stream of `bench quiet`: an empty scene with a sensor's noise in H.264, somebody who enters, and packets that come live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from detectors.opencv import cv2
from detectors.sources.ffmpeg import av
from detectors.sources.stream import LiveStream
from detectors.synthetic import write_empty_scene, write_moving_scene

PROFILES: Final = ("baseline", "main", "high")
NOISE: Final = 3.0
"""Standard deviation of the sensor's noise in grey levels: a street camera by day."""
SEED: Final = 1
PERSON: Final = (7 / 640, 20 / 640)
"""Width and height of who enters, as shares of the picture's width: 20 px high where it is 640 px wide."""
PERSON_GREY: Final = 50
WALK_PER_S: Final = 30 / 640
STAYS_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class StreamKind:
    """Stream kind: how a stream is encoded.

    Attributes:
        size: Width and height in pixels.
        fps: Pictures per second.
        megabits: Mbit/s that it fills, constant over about a second.
        key_frame_s: Seconds between key frames.
        profile: Of H.264; baseline codes with CAVLC, the others with CABAC.
        b_pictures: B-pictures between two others; each holds the stream back by one picture.
    """

    size: tuple[int, int] = (640, 360)
    fps: int = 25
    megabits: float = 1.0
    key_frame_s: float = 1.0
    profile: str = "main"
    b_pictures: int = 0

    def __str__(self) -> str:
        return (
            f"{self.size[0]}x{self.size[1]} H.264 {self.profile}, {self.fps}/s, {self.megabits:g} Mbit/s, key frame every "
            f"{self.key_frame_s:g} s, {self.b_pictures} B-pictures"
        )


def empty_scene(folder: Path, video: Path | None, size: tuple[int, int]) -> NDArray[np.float32]:
    """Return a place without anybody, (height, width, 3): the background of a video, or a composed one."""
    if video is None:
        video = folder / "scene.avi"
        write_moving_scene(video, 20, 5, (640, 360), SEED)
    picture = cv2.imread(str(write_empty_scene(folder / "empty", video)))
    return cv2.resize(np.asarray(picture), size).astype(np.float32)


def write_stream(
    path: Path, empty: NDArray[np.float32], kind: StreamKind, seconds: float, entries: Sequence[float]
) -> None:
    """Encode a place before which nothing moves, but for a person who appears at each of some moments and walks for 3 s.

    Args:
        path: The file, ending in `.mkv`.
        empty: The place, of the stream's size.
        kind: How to encode it.
        seconds: Its length.
        entries: When somebody enters, in seconds.
    """
    bits = round(kind.megabits * 1e6)
    group = str(max(1, round(kind.key_frame_s * kind.fps)))
    options = {
        "preset": "veryfast", "profile": kind.profile, "bf": str(kind.b_pictures), "g": group, "keyint_min": group,
        "sc_threshold": "0", "maxrate": str(bits), "bufsize": str(bits),
    }  # fmt: skip
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=kind.fps, options=options)
        stream.width, stream.height = kind.size
        stream.pix_fmt, stream.bit_rate = "yuv420p", bits
        stream.codec_context.thread_count = 1
        for number, picture in enumerate(_pictures(empty, kind.fps, round(seconds * kind.fps), entries)):
            frame = VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, kind.fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _pictures(
    empty: NDArray[np.float32], fps: int, count: int, entries: Sequence[float]
) -> Iterator[NDArray[np.uint8]]:
    chance = np.random.default_rng(SEED)
    noises = [NOISE * chance.standard_normal(empty.shape, np.float32) for _ in range(12)]
    width = empty.shape[1]
    for number in range(count):
        noise = np.roll(noises[int(chance.integers(len(noises)))], int(chance.integers(width)), axis=1)
        walked_s = min((number / fps - entry for entry in entries if number / fps >= entry), default=STAYS_S)
        picture = empty if walked_s >= STAYS_S else _with_person(empty, walked_s)
        yield np.clip(picture + noise, 0, 255).astype(np.uint8)


def _with_person(empty: NDArray[np.float32], walked_s: float) -> NDArray[np.float32]:
    height, width = empty.shape[:2]
    wide, tall = (max(1, round(share * width)) for share in PERSON)
    left, top = round(width * (0.4 + WALK_PER_S * walked_s)), round(0.6 * height)
    picture = empty.copy()
    centre, axes = (left + wide // 2, top + tall // 2), (wide // 2, tall // 2)
    cv2.ellipse(picture, centre, axes, 0, 0, 360, (PERSON_GREY,) * 3, cv2.FILLED, cv2.LINE_AA)
    return picture


def open_file(path: Path) -> LiveStream:
    """Open a video file as a live stream whose packets are all there.

    Raises:
        ValueError: It holds no video that can be decoded.
    """
    stream = LiveStream.of(av.open(str(path), "r"))
    if stream is None:
        raise ValueError(f"{path}: no video that can be decoded")
    return stream


def paced(stream: LiveStream, wait_until: Callable[[float], None]) -> LiveStream:
    """Return a stream whose packets come one by one, each at its own time.

    Args:
        stream: A stream whose packets are all there.
        wait_until: Waits until so many seconds after the first packet.
    """

    def packets() -> Iterator[Packet[VideoStream]]:
        first_s: float | None = None
        for packet in stream.packets:
            if packet.dts is not None:
                at_s = float(packet.dts * packet.time_base)
                first_s = at_s if first_s is None else first_s
                wait_until(at_s - first_s)
            yield packet

    return replace(stream, packets=packets())

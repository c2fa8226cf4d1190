"""A picture, the source that gives it, and how a source is configured and read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from detectors.sources.pacing import Clock, no_attention, not_quiet

Image = NDArray[np.uint8]
"""Pixels (height, width, 3), blue-green-red, origin at the top left. Unmasked: see `detectors.privacy.masks`."""

Transport = Literal["tcp", "udp"]
QuietDecoding = Literal["all", "key_frames"]
Dropped = Callable[[str], None]
"""Told the bounded reason of each picture that was dropped."""


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """A source as it is configured.

    Attributes:
        url: An `rtsp://` address, a video file or a folder.
        start: Time of the first picture of a file or folder (UTC); None is the moment of opening.
        fps: Pictures per second of a file or folder; what its header says is not used, because it may be wrong.
        loop: Whether a file or folder begins again at its end.
        offset_s: Where in the file to begin the first time, in seconds of its own time.
        transport: How RTP comes: `tcp` falls back to UDP where the camera refuses it; `udp` does not fall back.
        quiet_decoding: Which pictures of a live stream are decoded while nothing moves.
    """

    url: str = field(repr=False)
    start: datetime | None = None
    fps: float = 5.0
    loop: bool = False
    offset_s: float = 0.0
    transport: Transport = "tcp"
    quiet_decoding: QuietDecoding = "all"


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Reading options: how to read, for all sources.

    Attributes:
        speed: How many times faster than recorded files are played; 0 is as fast as possible.
        live_max_fps: Most pictures per second taken from a live stream.
        file_max_fps: Most pictures per second of picture time taken from a file or folder; 0 takes all.
        open_timeout_s: How long opening a stream may take.
        read_timeout_s: How long a stream may be silent before it counts as lost.
        picture_timeout_s: How long a stream may go on without a picture that can be shown. Who joins it between two key frames
            waits for the next.
        max_lag_s: How long a live picture may have waited in the buffer.
        attended_fps: Gives a higher limit than the two above while a report asks for more of the camera, else 0.
        quiet: Tells whether nothing moves before the camera and nobody asks for more of it.
    """

    speed: float = 1.0
    live_max_fps: float = 5.0
    file_max_fps: float = 0.0
    open_timeout_s: float = 8.0
    read_timeout_s: float = 5.0
    picture_timeout_s: float = 6.0
    max_lag_s: float = 0.5
    attended_fps: Callable[[], float] = no_attention
    quiet: Callable[[], bool] = not_quiet


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture, unmasked.

    Attributes:
        image: The pixels.
        captured_at: When it was taken (UTC).
        due_at: When it may be handed out, for files that are played at a speed; None for at once.
        take: Counts the runs through a file, from 0.
    """

    image: Image
    captured_at: datetime
    due_at: datetime | None = None
    take: int = 0


class FrameSource(Protocol):
    """Something that gives pictures, used by one thread."""

    def read(self) -> Frame | None:
        """Return the next picture; waits for it. None says that a file has ended.

        Raises:
            SourceError: There is no next picture: `lost`, `unreadable_video`, `unreadable_picture`.
        """

    def close(self) -> None:
        """Give the source back; may be called twice."""


OpenSource = Callable[[SourceConfig, ReadingOptions, Clock, Dropped], FrameSource]

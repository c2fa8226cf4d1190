"""Decodes a live stream's packets, or, while nothing moves before the camera, its key frames alone.

A key frame and what follows it up to the next are a group; no picture of it can be decoded without those before it. So what is
not decoded is kept for as long as its group lasts, and is decoded at once when somebody wants more than key frames: the
very next picture is whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from detectors.errors import SourceFault
from detectors.sources.base import Dropped
from detectors.sources.ffmpeg import av

LONGEST_GROUP_S: Final = 1.75
"""Groups that last longer are decoded whole: pictures more than 2 s apart leave time in which nobody watched
(`detectors.view.motion_gate`), and a picture may come a quarter of a second late."""
MOST_KEPT_BYTES: Final = 8_000_000
"""Packets of one camera that wait undecoded at the most: two seconds of 32 Mbit/s."""
FAILURES_AT_MOST: Final = 3
"""Key frames in a row that give no picture by themselves, after which the stream is decoded whole. Some cameras refresh their
pictures bit by bit and mark only where that begins; a packet that was broken on its way is followed by one that is not."""


class GroupDecoder:
    """Decodes the packets of one stream, in their order.

    Args:
        decoder: FFmpeg's decoder of the stream.
        dropped: Told of each picture that cannot be decoded.
    """

    def __init__(self, decoder: VideoCodecContext, dropped: Dropped) -> None:
        self._decoder = decoder
        self._dropped = dropped
        self._kept: list[Packet[VideoStream]] = []
        """What follows on the decoder's state and was not decoded."""
        self._kept_bytes = 0
        self._tick_s: float | None = None
        """Unit of the stream's times; asked for once, since a fraction costs more than all else that is done for a packet."""
        self.newest_s: float | None = None
        """Position of the newest packet in its stream, in seconds, by decoding order; None where the stream tells none."""
        self._began_s: float | None = None
        """Position of the newest key frame."""
        self._splits = False
        """Whether the newest group may be decoded in part: the one before it was short enough."""
        self._failures = 0
        self._given: int | None = None
        """Time of the key frame that was given by itself, in ticks: it comes again when its group is decoded after all."""

    def take(self, packet: Packet[VideoStream], key_frames_only: bool) -> VideoFrame | None:
        """Return the newest picture that can be shown after a packet; None where there is no new one.

        Args:
            packet: The stream's next.
            key_frames_only: Whether key frames alone are wanted, as far as the stream allows that.
        """
        self.newest_s = self._position_s(packet)
        if packet.is_keyframe:
            self._begin()
        if key_frames_only and self._may_wait(packet):
            if packet.is_keyframe:
                return self._key_frame(packet)
            self._keep(packet)
            return None
        waiting, self._kept, self._kept_bytes = [*self._kept, packet], [], 0
        return self._decode(waiting)

    @property
    def skips(self) -> bool:
        """Return whether what followed the newest key frame was not decoded, and need not be until the next."""
        return bool(self._kept)

    def _begin(self) -> None:
        """Begin a group. What was kept of the one before is not needed any more."""
        lasted_s, self._began_s = self._since_key_frame_s(), self.newest_s
        is_short = lasted_s is not None and 0 < lasted_s <= LONGEST_GROUP_S
        self._splits = is_short and self._failures < FAILURES_AT_MOST
        self._given = None
        if self._kept:
            # Else pictures that it held back long ago would come now.
            self._decoder.flush_buffers()
            self._kept, self._kept_bytes = [], 0

    def _since_key_frame_s(self) -> float | None:
        return None if self.newest_s is None or self._began_s is None else self.newest_s - self._began_s

    def _position_s(self, packet: Packet[VideoStream]) -> float | None:
        ticks = packet.pts if packet.dts is None else packet.dts
        if self._tick_s is None:
            self._tick_s = float(packet.time_base)
        return None if ticks is None else ticks * self._tick_s

    def _may_wait(self, packet: Packet[VideoStream]) -> bool:
        """Return whether a packet need not be decoded at once; once one of a group must, all after it must."""
        since_s = self._since_key_frame_s()
        few = self._kept_bytes + packet.size <= MOST_KEPT_BYTES
        self._splits = self._splits and few and since_s is not None and since_s <= LONGEST_GROUP_S
        return self._splits

    def _keep(self, packet: Packet[VideoStream]) -> None:
        self._kept.append(packet)
        self._kept_bytes += packet.size

    def _key_frame(self, packet: Packet[VideoStream]) -> VideoFrame | None:
        """Decode a key frame as if it were the last, since else a stream with B-pictures would hold it back."""
        self._decoder.flush_buffers()
        picture = self._decode([packet, None], counts=False)
        self._decoder.flush_buffers()
        if picture is None:
            self._failures += 1
            self._splits = False
            return self._decode([packet])
        self._failures, self._given = 0, picture.pts
        self._keep(packet)
        return picture

    def _decode(self, packets: Iterable[Packet[VideoStream] | None], counts: bool = True) -> VideoFrame | None:
        newest = None
        for packet in packets:
            try:
                pictures = self._decoder.decode(packet)
            except av.FFmpegError:
                if counts:
                    self._dropped(SourceFault.UNREADABLE_PICTURE)
                continue
            fresh = [picture for picture in pictures if picture.pts is None or picture.pts != self._given]
            newest = fresh[-1] if fresh else newest
        return newest

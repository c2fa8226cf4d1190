"""A live stream: always the newest picture, at a limited rate; while nothing moves, of key frames alone where so configured."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from detectors.errors import SourceError, SourceFault
from detectors.sources.base import Dropped, Frame, Image, ReadingOptions, SourceConfig
from detectors.sources.ffmpeg import av
from detectors.sources.group_decoder import GroupDecoder
from detectors.sources.logins import Logins
from detectors.sources.pacing import Backlog, BatchedReading, Clock, Sampler, not_quiet
from detectors.sources.stream import LiveStream, open_stream
from detectors.sources.url import redact
from schemas.phrases.codes import sources as says


class LiveSource:
    """Reads a stream as fast as it comes, so that nothing waits, and converts to pixels only what is handed out.

    Args:
        stream: The stream; closed with the source.
        config: How it is configured.
        options: How to read.
        clock: Time.
        dropped: Told of pictures that waited too long or cannot be decoded.
        sleep: Waits for so many seconds, by the clock.
    """

    def __init__(
        self,
        stream: LiveStream,
        config: SourceConfig,
        options: ReadingOptions,
        clock: Clock,
        dropped: Dropped,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._stream = stream
        self._shown = redact(config.url)
        self._clock = clock
        self._dropped = dropped
        self._key_frames_only = options.quiet if config.quiet_decoding == "key_frames" else not_quiet
        self._sampler = Sampler(options.live_max_fps, options.attended_fps)
        self._backlog = Backlog(options.max_lag_s)
        self._decoder = GroupDecoder(stream.decoder, dropped)
        self._batches = BatchedReading()
        self._sleep = sleep
        self._pixels = VideoReformatter()
        self._without = _Without(options.picture_timeout_s, clock.monotonic_s())

    def read(self) -> Frame:
        """Return the newest picture that is due.

        Raises:
            SourceError: `lost`: the stream ended, was silent for longer than the read timeout, or all that came had waited.
                `unreadable_video`: packets came for longer than the picture timeout, and no picture of them could be decoded.
        """
        while True:
            self._leave_unread()
            packet = self._next()
            captured_at, arrived_s = self._clock.now(), self._clock.monotonic_s()
            picture = self._decoder.take(packet, self._key_frames_only())
            self._batches.take(arrived_s, self._decoder.newest_s, packet.size, packet.is_keyframe)
            if picture is None:
                self._check(arrived_s)
                continue
            if self._backlog.is_stale(arrived_s, _position_s(picture)):
                self._dropped("stale")
                self._check(arrived_s, late=True)
                continue
            if not self._sampler.wants(captured_at):
                self._without.passed_over(arrived_s)
                continue
            image = self._image(picture)
            if image is not None:
                self._without.shown(arrived_s)
                return Frame(image, captured_at)
            self._dropped(SourceFault.UNREADABLE_PICTURE)
            self._check(arrived_s)

    def _check(self, at_s: float, late: bool = False) -> None:
        """Give the stream up if it has gone on for too long without a picture that can be shown."""
        if not self._without.missed(at_s):
            return
        if late:
            raise SourceError(SourceFault.LOST, says.source_fault(self._shown, says.pictures_late()))
        what = says.packets_undecoded(at_s - self._without.since_s)
        raise SourceError(SourceFault.UNREADABLE_VIDEO, says.source_fault(self._shown, what))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def _leave_unread(self) -> None:
        """While key frames alone are wanted, let packets gather until the next is due."""
        if self._decoder.skips and self._key_frames_only():
            wait_s = self._batches.wait_s(self._clock.monotonic_s())
            if wait_s > 0:
                self._sleep(wait_s)

    def _next(self) -> Packet[VideoStream]:
        try:
            packet = next(self._stream.packets, None)
        except av.FFmpegError:
            packet = None
        if packet is None or packet.size == 0:
            # Raised outside of the handler: what FFmpeg's error says holds the address.
            raise SourceError(SourceFault.LOST, says.source_fault(self._shown, says.stream_ended()))
        return packet

    def _image(self, picture: VideoFrame) -> Image | None:
        try:
            # One thread: FFmpeg's own choice takes three times the processor time for a picture of 640x360.
            converted = self._pixels.reformat(picture, format="bgr24", threads=1)
        except (av.FFmpegError, ValueError):
            return None
        return np.ascontiguousarray(converted.to_ndarray(), np.uint8)


class _Without:
    """Since when a stream has shown nothing."""

    def __init__(self, timeout_s: float, since_s: float) -> None:
        self._timeout_s = timeout_s
        self._failing = False
        self.since_s = since_s

    def shown(self, at_s: float) -> None:
        """Note a picture that was handed out."""
        self.since_s, self._failing = at_s, False

    def passed_over(self, at_s: float) -> None:
        """Note a decoded picture that nobody wanted; one after a picture without pixels proves nothing."""
        if not self._failing:
            self.since_s = at_s

    def missed(self, at_s: float) -> bool:
        """Note that nothing could be shown; return whether that has lasted too long."""
        self._failing = True
        return at_s - self.since_s > self._timeout_s


def _position_s(picture: VideoFrame) -> float:
    """Return a picture's position in its stream, in seconds; 0 where the stream tells none."""
    return 0.0 if picture.pts is None or picture.time_base is None else float(picture.pts * picture.time_base)


def open_live(
    config: SourceConfig, options: ReadingOptions, clock: Clock, dropped: Dropped, logins: Logins
) -> LiveSource:
    """Open a live stream. Blocks until it is open or has failed.

    Raises:
        SourceError: The stream does not open: see `open_stream`.
    """
    return LiveSource(open_stream(config, options, clock, logins), config, options, clock, dropped)

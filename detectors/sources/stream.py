"""Opens a live stream: its packets, and what decodes them. Nothing is decoded here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from detectors.sources.base import ReadingOptions, SourceConfig, Transport
from detectors.sources.ffmpeg import av
from detectors.sources.rtsp_probe import probe
from detectors.sources.url import parse_rtsp, redact

_PROBE_TIMEOUT_S: Final = 8.0
"""How long each answer may take when the camera is asked why it did not open; a camera that must start up takes seconds."""
_TRANSPORT: Final[dict[Transport, dict[str, str]]] = {
    "tcp": {"rtsp_flags": "prefer_tcp"},
    "udp": {"rtsp_transport": "udp"},
}
"""Options of FFmpeg's RTSP demuxer (libavformat/rtsp.c); with `prefer_tcp` UDP is tried where TCP is refused."""
_PICTURES_ALONE: Final = {"allowed_media_types": "video"}
"""A camera's sound is not asked for."""


@dataclass(frozen=True, slots=True)
class LiveStream:
    """An open stream.

    Attributes:
        packets: Its packets as they come, each a coded picture. Raises `av.FFmpegError` when nothing comes in time, and
            ends, or gives an empty packet, when the stream ends.
        decoder: Decodes them; used by one thread.
        close: Gives the connection back; may be called twice.
    """

    packets: Iterator[Packet[VideoStream]]
    decoder: VideoCodecContext
    close: Callable[[], None]

    @classmethod
    def of(cls, container: InputContainer) -> LiveStream | None:
        """Return the first video stream of what FFmpeg has opened; None where it has none that can be decoded."""
        if not container.streams.video or container.streams.video[0].codec_context is None:
            return None
        stream = container.streams.video[0]
        # One thread per camera: more would also hold pictures back, since FFmpeg spreads whole pictures over them.
        stream.codec_context.thread_count = 1
        return cls(container.demux(stream), stream.codec_context, container.close)


def open_stream(config: SourceConfig, options: ReadingOptions) -> LiveStream:
    """Open an RTSP stream. Blocks until it is open or has failed.

    Raises:
        SourceError: The stream does not open: `no_connection`, `wrong_password`, `not_found`, `unreadable_video`.
    """
    address, shown = parse_rtsp(config.url), redact(config.url)
    try:
        container = av.open(
            config.url,
            format="rtsp",
            container_options=_TRANSPORT[config.transport] | _PICTURES_ALONE,
            timeout=(options.open_timeout_s, options.read_timeout_s),
        )
    except (av.FFmpegError, ValueError):
        stream = None
    else:
        stream = LiveStream.of(container)
        if stream is None:
            container.close()
    if stream is None:
        raise probe(address, shown, _PROBE_TIMEOUT_S)
    return stream

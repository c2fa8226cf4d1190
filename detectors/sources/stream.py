"""Opens a live stream: its packets, and what decodes them. Nothing is decoded here."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from detectors.errors import SourceError, SourceFault
from detectors.sources.base import ReadingOptions, SourceConfig, Transport
from detectors.sources.ffmpeg import av
from detectors.sources.logins import Login, Logins
from detectors.sources.pacing import Clock
from detectors.sources.rtsp_answer import RtspAnswer, status_fault
from detectors.sources.rtsp_probe import ask, explain, refused
from detectors.sources.url import RtspAddress, parse_rtsp, redact
from schemas.phrases.codes import sources as says

_PROBE_TIMEOUT_S: Final = 8.0
"""How long each answer may take when the camera is asked by us; a camera that must start up takes seconds."""
_PUT_AWAY_S: Final = 0.5
"""What GStreamer's RTSP server needs to put away a stream that it described to a connection which has ended: until then it
answers with 503."""
_TRANSPORT: Final[dict[Transport, dict[str, str]]] = {
    "tcp": {"rtsp_flags": "prefer_tcp"},
    "udp": {"rtsp_transport": "udp"},
}
"""Options of FFmpeg's RTSP demuxer (libavformat/rtsp.c); with `prefer_tcp` UDP is tried where TCP is refused."""
_REFUSALS: Final[dict[type[Exception], int]] = {
    av.error.HTTPForbiddenError: 403,
    av.error.HTTPTooManyRequestsError: 429,
}
"""FFmpeg's errors for answers with which cameras refuse a user too, beside 401."""
_ANSWERED: Final = (
    av.error.HTTPNotFoundError,
    av.error.HTTPBadRequestError,
    av.error.HTTPOtherClientError,
    av.error.HTTPServerError,
    av.error.InvalidDataError,
)
"""FFmpeg's errors for answers of a camera that did not refuse the login: it may be asked with it once more."""
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


def open_stream(config: SourceConfig, options: ReadingOptions, clock: Clock, logins: Logins) -> LiveStream:
    """Open an RTSP stream. Blocks until it is open or has failed. One opening tries one login at the most.

    Args:
        config: How it is configured.
        options: How to read.
        clock: Time.
        logins: What became of earlier logins.

    Raises:
        SourceError: The stream does not open, with the reason.
    """
    address, shown = parse_rtsp(config.url), redact(config.url)
    logins.check(address, shown, clock.monotonic_s())
    if not ask(address, shown, _PROBE_TIMEOUT_S):
        opened, _ = _open(config, options, address, described=True)
    else:
        with logins.attempt(address, shown, clock.monotonic_s()) as attempt:
            opened, attempt.outcome = _open(config, options, address)
    if isinstance(opened, SourceError):
        raise opened
    return opened


def _open(
    config: SourceConfig, options: ReadingOptions, address: RtspAddress, described: bool = False
) -> tuple[LiveStream | SourceError, Login]:
    """Return the stream, or why there is none, and what became of the login.

    `described` says that the camera has just described it to another connection.
    """
    try:
        container = av.open(
            config.url,
            format="rtsp",
            container_options=_TRANSPORT[config.transport] | _PICTURES_ALONE,
            timeout=(options.open_timeout_s, options.read_timeout_s),
        )
    except (av.FFmpegError, ValueError) as error:
        # The error itself holds the address with its password: no more of it goes further than this.
        kind, number = type(error), getattr(error, "errno", None)
    else:
        stream = LiveStream.of(container)
        if stream is not None:
            return stream, Login.ACCEPTED
        container.close()
        said = says.source_fault(redact(config.url), says.no_video_given())
        return SourceError(SourceFault.UNREADABLE_VIDEO, said), Login.ACCEPTED
    if described and issubclass(kind, av.error.HTTPServerError):
        time.sleep(_PUT_AWAY_S)
        return _open(config, options, address)
    return _not_opened(kind, number, config, address)


def _not_opened(
    kind: type[Exception], number: int | None, config: SourceConfig, address: RtspAddress
) -> tuple[SourceError, Login]:
    """Return why FFmpeg did not open a stream, by the kind and number of its error, and what became of the login."""
    shown = redact(config.url)
    if issubclass(kind, av.error.HTTPUnauthorizedError):
        return refused(shown), Login.REFUSED
    for refusal, status in _REFUSALS.items():
        if issubclass(kind, refusal):
            return status_fault(RtspAnswer(status), shown), Login.REFUSED
    if number == errno.EPROTONOSUPPORT:
        return status_fault(RtspAnswer(461), shown), Login.ACCEPTED
    if issubclass(kind, _ANSWERED):
        error = explain(address, shown, config.transport, _PROBE_TIMEOUT_S)
        return error, Login.REFUSED if error.fault is SourceFault.WRONG_PASSWORD else Login.ACCEPTED
    said = says.source_fault(shown, says.no_video_in_time())
    return SourceError(SourceFault.UNREADABLE_VIDEO, said), Login.UNKNOWN

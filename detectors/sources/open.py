"""Opens a source: a live RTSP stream, a video file, or a folder of still images."""

from __future__ import annotations

from pathlib import Path

from detectors.errors import SourceError, SourceFault
from detectors.sources.base import Dropped, FrameSource, ReadingOptions, SourceConfig
from detectors.sources.live import open_live
from detectors.sources.logins import Logins
from detectors.sources.pacing import Clock
from detectors.sources.recorded import FolderSource, VideoSource
from detectors.sources.url import SourceKind, source_kind
from schemas.phrases.codes import sources as says


def open_source(
    config: SourceConfig, options: ReadingOptions, clock: Clock, dropped: Dropped, logins: Logins | None = None
) -> FrameSource:
    """Open a source. Blocks until it is open or has failed.

    Args:
        config: How it is configured.
        options: How to read.
        clock: Time.
        dropped: Told of pictures that are dropped.
        logins: What became of earlier logins; whoever opens more than once must remember them. None knows of none.

    Raises:
        SourceError: Why it could not be opened; the detail holds no credentials.
    """
    kind = source_kind(config.url)
    if kind is SourceKind.RTSP:
        return open_live(config, options, clock, dropped, Logins() if logins is None else logins)
    path = Path(config.url)
    try:
        if not path.exists():
            raise SourceError(SourceFault.MISSING_FILE, says.source_fault(str(path), says.no_such_file()))
        if kind is SourceKind.FOLDER:
            return FolderSource(config, options, clock, dropped)
        if path.stat().st_size == 0:
            raise SourceError(SourceFault.EMPTY, says.source_fault(str(path), says.file_empty()))
    except OSError as error:
        why = says.file_unreadable(error.strerror) if error.strerror else says.file_cannot_be_read()
        raise SourceError(SourceFault.MISSING_FILE, says.source_fault(str(path), why)) from None
    return VideoSource(config, options, clock, dropped)


def is_live(url: str) -> bool:
    """Return whether an address names a live stream, which comes back when it is lost; a file does not."""
    try:
        return source_kind(url) is SourceKind.RTSP
    except SourceError:
        return False

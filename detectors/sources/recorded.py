"""Recorded pictures: a video file and a folder of still images, played at their configured rate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final

import numpy as np

from detectors.errors import SourceError, SourceFault
from detectors.opencv import cv2
from detectors.sources.base import Dropped, Frame, Image, ReadingOptions, SourceConfig
from detectors.sources.pacing import Clock, Playback, Sampler
from schemas.phrases.codes import sources as says
from schemas.phrases.phrase import Phrase

IMAGE_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp"})
_JPEG_START, _JPEG_SCAN, _JPEG_END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"


class RecordedSource(ABC):
    """Recorded source: what files and folders have in common: times, rate, offset, rounds.

    A subclass opens its material, sets `pictures`, and gives its pictures in order through `_skip` and `_next`.

    Attributes:
        pictures: How many pictures one round has; for a video as its header says.
    """

    pictures: int

    def __init__(self, config: SourceConfig, options: ReadingOptions, clock: Clock, dropped: Dropped) -> None:
        self._path = Path(config.url)
        self._config = config
        self._options = options
        self._clock = clock
        self._dropped = dropped
        self._sampler = Sampler(options.file_max_fps, options.attended_fps)
        self._index = 0
        self._take = 0
        self._in_round = 0
        self._delivered = False
        self._unreadable = 0  # since the last picture that could be decoded, over rounds: sampling may meet few of each
        self._playback: Playback | None = None

    @abstractmethod
    def _skip(self) -> bool:
        """Pass over one picture; return False at the end."""

    @abstractmethod
    def _next(self) -> Image | None:
        """Return the next picture, None for one that cannot be decoded.

        Raises:
            EOFError: There is no next picture.
        """

    @abstractmethod
    def _rewind(self) -> None:
        """Go back to the first picture."""

    @abstractmethod
    def close(self) -> None:
        """Give the material back."""

    def read(self) -> Frame | None:
        """Return the next picture with its time; None at the end.

        Raises:
            SourceError: `starts_later`: the configured start lies in the future. `unreadable_video`,
                `unreadable_picture`: as many pictures as a round has could not be decoded, one after the other.
        """
        playback = self._playback or self._begin()
        while True:
            captured_at = playback.captured_at(self._index)
            wanted = self._sampler.wants(captured_at)
            try:
                image = self._advance(wanted)
            except EOFError:
                if not self._go_round():
                    return None
                image = self._advance(wanted)  # the sampler was asked for this moment and must not be asked again
            self._index += 1
            self._in_round += 1
            if image is not None:
                self._delivered = True
                self._unreadable = 0
                return Frame(image, captured_at, playback.due_at(self._index - 1), self._take)
            if wanted:
                self._unreadable += 1
                self._dropped(SourceFault.UNREADABLE_PICTURE)

    def _advance(self, wanted: bool) -> Image | None:
        """Go one picture on and return it, or None where it is passed over or cannot be decoded; EOFError at the end."""
        if wanted:
            return self._next()
        if not self._skip():
            raise EOFError
        return None

    def _begin(self) -> Playback:
        """Go to the offset and fix the times; the first picture after the offset is the one that has the start."""
        opened_at = self._clock.now()
        if self._config.start is not None and self._config.start > opened_at:
            raise SourceError(SourceFault.STARTS_LATER, self._said(says.start_ahead(str(self._config.start))))
        passed = round(self._config.offset_s * self._config.fps)
        for _ in range(passed):
            if not self._skip():
                raise SourceError(SourceFault.EMPTY, self._said(says.offset_behind(self._config.offset_s)))
        left = max(0, self.pictures - passed)
        opened_at = self._clock.now()
        self._playback = Playback.begin(self._config.start, opened_at, left, self._config.fps, self._options.speed)
        return self._playback

    def _said(self, what: Phrase) -> Phrase:
        return says.source_fault(str(self._path), what)

    def _go_round(self) -> bool:
        """Begin the next round where the source loops; return False where it ends."""
        if self._in_round == 0 or self._unreadable >= self._in_round or not (self._delivered or self._config.loop):
            raise self._nothing()
        if not self._config.loop:
            return False
        if self._in_round > 1:  # a single still that is shown again is no cut
            self._take += 1
        self._in_round = 0
        self._rewind()
        return True

    @abstractmethod
    def _nothing(self) -> SourceError:
        """Return the error for material of which nothing can be decoded."""


class VideoSource(RecordedSource):
    """A video file, decoded by OpenCV's FFmpeg.

    Raises:
        SourceError: `unreadable_video`: it is no video that FFmpeg can decode.
    """

    def __init__(self, config: SourceConfig, options: ReadingOptions, clock: Clock, dropped: Dropped) -> None:
        super().__init__(config, options, clock, dropped)
        self._rewind()
        self.pictures = max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))

    def _rewind(self) -> None:
        # Opened anew, because seeking in a video lands on a key frame near the place.
        self._capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        if not self._capture.isOpened():
            raise self._nothing()

    def _skip(self) -> bool:
        return bool(self._capture.grab())

    def _next(self) -> Image | None:
        if not self._capture.grab():
            raise EOFError
        decoded, image = self._capture.retrieve()
        return np.asarray(image, np.uint8) if decoded and image is not None else None

    def _nothing(self) -> SourceError:
        return SourceError(SourceFault.UNREADABLE_VIDEO, self._said(says.no_video()))

    def close(self) -> None:
        """Close the file."""
        self._capture.release()


class FolderSource(RecordedSource):
    """The still images of a folder in the order of their names. One that cannot be read keeps its place in time.

    Raises:
        SourceError: `empty`: the folder holds no still image.
        OSError: The folder cannot be listed.
    """

    def __init__(self, config: SourceConfig, options: ReadingOptions, clock: Clock, dropped: Dropped) -> None:
        super().__init__(config, options, clock, dropped)
        self._files = sorted(path for path in self._path.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
        self._place = 0
        self.pictures = len(self._files)
        if not self._files:
            raise SourceError(SourceFault.EMPTY, self._said(says.no_stills()))

    def _rewind(self) -> None:
        self._place = 0

    def _skip(self) -> bool:
        self._place += 1
        return self._place <= len(self._files)

    def _next(self) -> Image | None:
        if self._place >= len(self._files):
            raise EOFError
        self._place += 1
        return read_picture(self._files[self._place - 1])

    def _nothing(self) -> SourceError:
        return SourceError(SourceFault.UNREADABLE_PICTURE, f"{self._path}: no still image in it can be read")

    def close(self) -> None:
        """Do nothing: no file stays open."""


def read_picture(path: Path) -> Image | None:
    """Return a still image in colour; None if it is corrupt, cut short or gone."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    # The decoder fills up a JPEG that was cut short with grey, which would pass for a picture.
    if content.startswith(_JPEG_START) and content.rfind(_JPEG_END) < content.rfind(_JPEG_SCAN):
        return None
    if not content:
        return None
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
    return None if image is None else np.asarray(image, np.uint8)

"""Clips of boxes in pixels, of a camera that nobody surveyed: where somebody is told to run: `toezicht eval events`, CAVIAR."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Final, NamedTuple

from schemas.cameras import Box, Detections
from schemas.observations import SituationKind
from streams.domain.geometry.projection import GroundMap
from streams.evaluation.common import EvaluationError
from streams.evaluation.events import as_it_begins, frame_of, watched

SIZE_PX: Final = (384, 288)
"""Of CAVIAR's pictures."""
_PAUSE_S: Final = 60.0
"""Between clips that one camera shows one behind the other: nobody of one is taken for somebody of the next."""


class Clip(NamedTuple):
    """Clip: its name, and the frames of its persons."""

    name: str
    frames: tuple[Detections, ...]


def read_clip(path: Path) -> Clip:
    """Return a clip of a table `t_s,track,kind,x_centre_px,y_centre_px,width_px,height_px`, gzip or not.

    Raises:
        EvaluationError: It cannot be read, or a line has no number where there must be one.
    """
    boxes: dict[float, list[tuple[Box, int | None]]] = defaultdict(list)
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        for row in csv.DictReader(io.StringIO(text)):
            if row["kind"] != "person":
                continue
            names = ("t_s", "x_centre_px", "y_centre_px", "width_px", "height_px")
            at_s, x, y, wide, high = (float(row[name]) for name in names)
            if not all(isfinite(value) for value in (at_s, x, y, wide, high)):
                raise ValueError
            box = Box(x_min_px=x - wide / 2, y_min_px=y - high / 2, x_max_px=x + wide / 2, y_max_px=y + high / 2)
            boxes[at_s].append((box, int(row["track"])))
    except (OSError, EOFError, ValueError, KeyError, TypeError, csv.Error, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise EvaluationError(f"{path}: {type(error).__name__}, expected a table of boxes") from None
    frames = tuple(frame_of(number, at_s, boxes[at_s], SIZE_PX) for number, at_s in enumerate(sorted(boxes)))
    return Clip(path.name.split(".")[0], frames)


def runs(clip: Clip, ordinary: Iterable[Clip], ground: GroundMap | None) -> bool:
    """Return whether somebody is told to run in a clip, after the camera learnt its normal speed from ordinary ones."""
    memory = watched(_one_behind_the_other(list(ordinary)), ground, SIZE_PX).memory
    shown = watched(clip.frames, ground, SIZE_PX, as_it_begins(memory)).shown
    return any(SituationKind.RUNNING.value in each.situations for each in shown)


def _one_behind_the_other(clips: Sequence[Clip]) -> list[Detections]:
    found: list[Detections] = []
    for number, clip in enumerate(clips):
        after = timedelta(0)
        if found:
            after = found[-1].captured_at - clip.frames[0].captured_at + timedelta(seconds=_PAUSE_S)
        found += [
            frame.model_copy(
                update={
                    "captured_at": frame.captured_at + after,
                    "frame_id": f"{number}-{frame.frame_id}",
                    "track_epoch": f"clip-{number}",
                }
            )
            for frame in clip.frames
        ]
    return found

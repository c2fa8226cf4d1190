"""Counts crowds with the model that an operator has configured, where there is one: once per camera and second."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.models.base import DetectorError, Picture
from detectors.models.crowd_counter import CrowdCounter, load_crowd_counter
from schemas.cameras import CrowdMap, FrameReference
from streams.errors import ConfigurationError
from streams.settings import Settings

log = logging.getLogger(__name__)

COLUMNS: Final = 32
ROWS: Final = 24
"""Cells of a picture: 24 x 24 px of PETS2009's, smaller than a person near the camera."""


class CrowdCounts:
    """Counts in the first picture of each second of each camera; may be called from several threads.

    Args:
        counter: The model; without one nothing is counted.
    """

    def __init__(self, counter: CrowdCounter | None = None) -> None:
        self._counter = counter
        self._lock = threading.Lock()
        self._counted: dict[str, datetime] = {}

    @classmethod
    def from_settings(cls, settings: Settings) -> CrowdCounts:
        """Load the configured model.

        Raises:
            ConfigurationError: It cannot be used.
        """
        try:
            counter = load_crowd_counter(settings.crowd_model, settings.crowd_model_measured_to_per_m2)
        except DetectorError as error:
            value = str(settings.crowd_model)
            raise ConfigurationError(
                "environment", "TOEZICHT_CROWD_MODEL", value, f"a counting model ({error})"
            ) from None
        if counter is not None:
            log.info("crowds are counted by %s %s", counter.info.name, counter.info.version)
        return cls(counter)

    def of(self, frame: FrameReference, picture: Picture) -> CrowdMap | None:
        """Return the crowd in a picture; None without a model, and for all but the first picture of a second."""
        if self._counter is None:
            return None
        second = frame.captured_at.replace(microsecond=0)
        with self._lock:
            if self._counted.get(frame.camera_id) == second:
                return None
            self._counted[frame.camera_id] = second
        info = self._counter.info
        cells = in_cells(self._counter.density(picture), COLUMNS, ROWS)
        return CrowdMap(
            model=f"{info.name} {info.version}",
            measured_to_per_m2=info.measured_to_per_m2,
            columns=cells.shape[1],
            rows=cells.shape[0],
            persons=tuple(round(float(cell), 3) for cell in cells.ravel()),
        )


def in_cells(density: NDArray[np.float32], columns: int, rows: int) -> NDArray[np.float64]:
    """Return the sums of a map (height, width) over cells (rows, columns), of which a small map has fewer."""
    height_px, width_px = density.shape
    down = np.linspace(0, height_px, min(rows, height_px) + 1)[:-1].astype(np.intp)
    across = np.linspace(0, width_px, min(columns, width_px) + 1)[:-1].astype(np.intp)
    return np.add.reduceat(np.add.reduceat(density.astype(np.float64), down, axis=0), across, axis=1)

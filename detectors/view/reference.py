"""View reference: a camera's usual view as edges in a small grey copy, and how much of it a later picture shows.

Edges belong to walls, kerbs and poles, not to the light: they stay where they are when clouds pass or lamps go on. Each
edge pixel is compared by the direction of its brightness gradient, and its strength at two scales tells a blurred
picture (fine structure gone, coarse still there) from a foggy one (both fainter).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.opencv import cv2
from detectors.view.thumbnail import Shown

Floats = NDArray[np.float32]

BLOCKS: Final = (8, 6)
"""Columns and rows of blocks that are judged by themselves, so that a crowd in some leaves the others to judge by."""
EDGE_SHARE: Final = 0.12
"""Strongest share of the shown pixels that counts as edges; in street scenes some 10 % of pixels carry the outlines."""
LEAST_EDGE: Final = 24.0
"""Sobel response of an edge: a step of 6 grey levels over a pixel gives 24; sensor noise, averaged, stays below."""
BLOCK_EDGE_SHARE: Final = 0.03
"""Share of a block's pixels that must be edges before the block can be judged: about 35 of 1,200."""
FAINT: Final = 5.0
"""Gradient, as LEAST_EDGE, that counts half at most: the last trace of another picture in the mean is no edge."""
LEAST_BLOCKS: Final = 6
"""With fewer blocks than this nobody can say that the view has moved: a sky, a wall."""
_COARSE_STEP: Final = 4
"""The coarse scale is a quarter of the small copy: structure of 8 px and more, which no usual defocus removes."""
_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Comparison:
    """Comparison: how a picture compares with the reference.

    Attributes:
        matched: Share of the blocks with edges whose edges are where they were, 0 to 1.
        sharpness: Strength of fine edges over that of coarse ones, both relative to the reference: 1 is as sharp, in fog
            and darkness too; 0 where no block matches.
        structure: Strength of the picture's own gradients, relative to the reference's; wherever they are.
    """

    matched: float
    sharpness: float
    structure: float


@dataclass(frozen=True, slots=True)
class _Gradient:
    """Brightness gradient (height, width) of a picture, along x and y, and its length."""

    x: Floats
    y: Floats
    length: Floats


class Reference:
    """The edges of a view.

    Args:
        picture: Brightness (height, width), the mean of several pictures, so that noise and passers-by have faded.
        shown: Where the picture is not masked.
        washed: Share of it that is saturated in normal times: a bright sky.
    """

    def __init__(self, picture: Floats, shown: Shown, washed: float) -> None:
        self.washed: Final = washed
        self._shown = shown > 0
        self._fine = _gradient(picture)
        self._coarse = _gradient(_coarse(picture))
        self._edges = _strongest(self._fine.length, self._shown)
        small = cv2.resize(shown, self._coarse.length.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        self._coarse_edges = _strongest(self._coarse.length, small)
        self._edge_share = _blocks(self._edges)
        self._judged = self._edge_share >= BLOCK_EDGE_SHARE
        self._structure = _mean(self._fine.length, self._shown)

    @property
    def usable(self) -> bool:
        """Return whether there are edges enough to tell a moved or blurred view by."""
        return int(self._judged.sum()) >= LEAST_BLOCKS

    def compare(self, picture: Floats, least_match: float) -> Comparison:
        """Return how a picture of the same size compares.

        Args:
            picture: Brightness (height, width), the mean of the last seconds.
            least_match: Mean cosine between the directions of the gradients from which on a block matches.
        """
        fine = _gradient(picture)
        along = fine.x * self._fine.x + fine.y * self._fine.y
        cosine = along / ((fine.length + FAINT) * (self._fine.length + _TINY))
        matches = _blocks(np.where(self._edges, cosine, 0)) / np.maximum(self._edge_share, _TINY)
        good = self._judged & (matches >= least_match)
        fine_kept = self._kept(along, self._fine, self._edges, good)
        coarse = _gradient(_coarse(picture))
        along = coarse.x * self._coarse.x + coarse.y * self._coarse.y
        coarse_kept = self._kept(along, self._coarse, self._coarse_edges, good)
        return Comparison(
            matched=float(good.sum() / max(1, self._judged.sum())),
            sharpness=max(0.0, fine_kept / coarse_kept) if coarse_kept > _TINY else 0.0,
            structure=_mean(fine.length, self._shown) / max(self._structure, _TINY),
        )

    @staticmethod
    def _kept(along: Floats, reference: _Gradient, edges: NDArray[np.bool_], good: NDArray[np.bool_]) -> float:
        """Return how much of the reference's edges a picture still has in some blocks.

        The part of its gradient that points as the reference's does is counted, so noise adds nothing on average.
        """
        now = _blocks(np.where(edges, along / (reference.length + _TINY), 0))[good].sum()
        before = _blocks(np.where(edges, reference.length, 0))[good].sum()
        return float(now / before) if before > _TINY else 0.0


def _gradient(picture: Floats) -> _Gradient:
    x = np.asarray(cv2.Sobel(picture, cv2.CV_32F, 1, 0), np.float32)
    y = np.asarray(cv2.Sobel(picture, cv2.CV_32F, 0, 1), np.float32)
    return _Gradient(x, y, np.asarray(cv2.magnitude(x, y), np.float32))


def _coarse(picture: Floats) -> Floats:
    height_px, width_px = picture.shape
    size = (max(1, width_px // _COARSE_STEP), max(1, height_px // _COARSE_STEP))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _strongest(length: Floats, shown: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of the strongest gradients among those that are shown."""
    lengths = length[shown]
    if lengths.size == 0:
        return np.zeros(length.shape, np.bool_)
    limit = max(LEAST_EDGE, float(np.quantile(lengths, 1 - EDGE_SHARE)))
    return np.asarray(shown & (length >= limit), np.bool_)


def _blocks(values: NDArray[np.float32] | NDArray[np.bool_]) -> Floats:
    """Return the mean of each block, (rows, columns)."""
    return np.asarray(cv2.resize(values.astype(np.float32), BLOCKS, interpolation=cv2.INTER_AREA), np.float32)


def _mean(values: Floats, where: NDArray[np.bool_]) -> float:
    return float(values[where].mean()) if where.any() else 0.0

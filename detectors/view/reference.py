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


@dataclass(frozen=True, slots=True)
class _Edges:
    """Edges: a picture's gradient there as a direction of length 1 (height, width), else 0, with its mean length by blocks."""

    x: Floats
    y: Floats
    strength: Floats

    @classmethod
    def of(cls, gradient: _Gradient, edges: NDArray[np.bool_]) -> _Edges:
        """Return those of a gradient, whose pixels are named."""
        part = np.where(edges, 1 / (gradient.length + _TINY), 0).astype(np.float32)
        return cls(gradient.x * part, gradient.y * part, _blocks(np.where(edges, gradient.length, 0)))

    def along(self, gradient: _Gradient) -> Floats:
        """Return the part of another picture's gradient that points as these do; 0 beside them."""
        return np.asarray(cv2.add(cv2.multiply(gradient.x, self.x), cv2.multiply(gradient.y, self.y)), np.float32)

    def kept(self, along: Floats, good: NDArray[np.bool_]) -> float:
        """Return how much of these edges a picture still has in some blocks; noise adds nothing to it on average."""
        before = self.strength[good].sum()
        return float(_blocks(along)[good].sum() / before) if before > _TINY else 0.0


class Reference:
    """The edges of a view.

    Args:
        picture: Brightness (height, width), the mean of several pictures, so that noise and passers-by have faded.
        shown: Where the picture is not masked.
        washed: Share of it that is saturated in normal times: a bright sky.
    """

    def __init__(self, picture: Floats, shown: Shown, washed: float) -> None:
        self.washed: Final = washed
        self._shown = shown
        fine = _gradient(picture)
        coarse = _gradient(_coarse(picture))
        edges = _strongest(fine.length, shown > 0)
        small = cv2.resize(shown, coarse.length.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        edge_share = _blocks(edges)
        self._judged = edge_share >= BLOCK_EDGE_SHARE
        self._edge_share = np.maximum(edge_share, _TINY)
        self._structure = _mean(fine.length, shown)
        self._fine = _Edges.of(fine, edges)
        self._coarse = _Edges.of(coarse, _strongest(coarse.length, small))

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
        along = self._fine.along(fine)
        cosine = cv2.divide(along, fine.length + np.float32(FAINT))
        good = self._judged & (_blocks(np.asarray(cosine, np.float32)) / self._edge_share >= least_match)
        fine_kept = self._fine.kept(along, good)
        coarse_kept = self._coarse.kept(self._coarse.along(_gradient(_coarse(picture))), good)
        return Comparison(
            matched=float(good.sum() / max(1, self._judged.sum())),
            sharpness=max(0.0, fine_kept / coarse_kept) if coarse_kept > _TINY else 0.0,
            structure=_mean(fine.length, self._shown) / max(self._structure, _TINY),
        )


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
    return np.asarray(
        cv2.resize(values.astype(np.float32, copy=False), BLOCKS, interpolation=cv2.INTER_AREA), np.float32
    )


def _mean(values: Floats, shown: Shown) -> float:
    """Return the mean where something is shown; 0 where nothing is."""
    return float(cv2.mean(values, shown)[0])

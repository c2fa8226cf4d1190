"""What is usual in the view of a camera, for tests of verdicts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from schemas.observations import Measures
from streams.domain.cameras.registry import Camera
from streams.domain.normal.block import Block
from streams.domain.normal.hours import BLOCK, bucket_of
from streams.domain.normal.measure import Sizes
from streams.domain.normal.profile import ProfileRow, fingerprint, with_block
from streams.stages.base import Rows
from tests.support.situations import NOON
from tests.support.zones import AMSTERDAM

CALM: Final[Sizes] = (1, 1.2, 0, 0.0, 15.0)
"""One walks by: persons, fastest, standing, dropped, stay."""
BLOCKS: Final = 20


def view(persons: int = 0, fastest: float | None = None, standing: int | None = 0, stay_s: float = 0.0) -> Measures:
    """Return what a calibrated camera's whole view shows."""
    return Measures(
        persons=persons,
        fastest_m_per_s=fastest,
        standing_together=standing,
        dropped=0.0,
        longest_stay_s=stay_s,
    )


def learn(
    rows: Rows,
    camera: Camera,
    blocks: int = BLOCKS,
    largest: Sizes = CALM,
    at: datetime = NOON,
    made_of: Camera | None = None,
) -> None:
    """Write what is usual in a camera's view at the hour of a moment: blocks of weeks before it that showed this at most."""
    bucket, row = bucket_of(at, AMSTERDAM), None
    made_with = fingerprint(made_of or camera, None)
    for number in range(blocks):
        start = at - timedelta(days=1 + 7 * (number // 6 % 3)) + number % 6 * BLOCK
        row = with_block(row, Block(start, 600, largest), made_with, AMSTERDAM)
    if isinstance(row, ProfileRow):
        rows.put(f"normal/{camera.id}/*/{bucket}", row)

"""Block: ten minutes of a camera's view, or of one zone: how much of it was watched, and the largest of each measure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from streams.domain.normal.hours import BLOCK, BLOCK_S
from streams.domain.normal.measure import UNKNOWN, Sizes

WATCHED_SHARE: Final = 0.5
"""Share of a block's seconds that must have been watched: as much as of a report's window (`looking.seen_share`)."""
REPORTED: Final = timedelta(minutes=30)
"""Blocks so near to a report that asked the camera teach nothing: who comes to look or to help is not usual. [own]"""


class Block(NamedTuple):
    """Block: how many of its seconds were watched, and the largest of each measure in them."""

    start: datetime
    watched_s: int
    largest: Sizes


def block_of(start: datetime, seconds: Iterable[Sizes]) -> Block:
    """Return a block of the seconds that were watched in it: with a clear view, by a detector in order, each once."""
    watched_s, largest = 0, UNKNOWN
    for sizes in seconds:
        watched_s += 1
        largest = larger(largest, sizes)
    return Block(start, watched_s, largest)


def larger(sizes: Sizes, others: Sizes) -> Sizes:
    """Return the larger of each measure; what one of them does not know, the other tells."""
    a, b, c, d, e = (
        other if known is None else known if other is None else max(known, other)
        for known, other in zip(sizes, others, strict=True)
    )
    return (a, b, c, d, e)


def teaches(block: Block, reported: Iterable[datetime]) -> bool:
    """Return whether a block says what is usual: enough of it was watched, and nothing was reported then.

    Args:
        block: The block.
        reported: When what was reported happened, of each report that asked this camera.
    """
    if block.watched_s < WATCHED_SHARE * BLOCK_S:
        return False
    return not any(block.start - REPORTED <= at <= block.start + BLOCK + REPORTED for at in reported)

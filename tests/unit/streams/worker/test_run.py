"""How a worker's process is set up."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from streams.worker.run import FULL_COLLECTION_AFTER, collect_seldom


@pytest.fixture
def as_it_was() -> Iterator[tuple[int, int, int]]:
    """Give Python's own thresholds, and set them again afterwards."""
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)
    gc.unfreeze()


def test_garbage_is_looked_for_everywhere_only_seldom(as_it_was: tuple[int, int, int]) -> None:
    """What is young is looked through as often as before, and what is there already never again."""
    collect_seldom()
    assert gc.get_threshold() == (*as_it_was[:2], FULL_COLLECTION_AFTER)
    assert as_it_was[2] < FULL_COLLECTION_AFTER
    assert gc.get_freeze_count() > 0

"""In which order integration tests run side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take longest; what only computes comes at the end, when the demos are through."""
    mine = [item for item in items if item.path.is_relative_to(FOLDER)]
    slow = {item.path for item in mine if item.get_closest_marker("slow")}
    turns = {item: _turn(item, slow) for item in mine}
    items.sort(key=lambda item: turns.get(item, 0))  # they were shuffled before, and stay so within a turn


def _turn(item: pytest.Item, slow: set[Path]) -> int:
    if item.get_closest_marker("long"):
        return 1
    if item.get_closest_marker("vision"):
        return 4
    return 2 if item.path in slow else 3

"""Fixtures for tests of decisions about alerts."""

from __future__ import annotations

import pytest

from tests.support.deciding import PLAN, Deciding


@pytest.fixture
def deciding() -> Deciding:
    """Return the stage `decide` with nothing known."""
    return Deciding()


@pytest.fixture
def planned() -> Deciding:
    """Return the same with a plan of an event and of maintenance."""
    return Deciding(PLAN)

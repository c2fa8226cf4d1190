"""The clock that goes on while the machine is suspended."""

from __future__ import annotations

import time

import pytest

from streams.clock import boottime_s
from tests.support.clock import suspend


def test_the_clock_goes_on_while_the_machine_is_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    """And only ever rises; Python's monotonic clock stands still."""
    before_s, awake_s = boottime_s(), time.monotonic()
    assert boottime_s() >= before_s
    suspend(monkeypatch, 3_600)
    slept_s, worked_s = boottime_s() - before_s, time.monotonic() - awake_s
    assert slept_s >= 3_600 > worked_s

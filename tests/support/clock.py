"""A machine that is suspended for a while, as its clocks tell it afterwards."""

from __future__ import annotations

import time

import pytest


def suspend(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Suspend the machine and wake it up: the clock since its start has gone on, the monotonic one has stood still."""
    read = time.clock_gettime

    def after(clock: int) -> float:
        return read(clock) + (seconds if clock == time.CLOCK_BOOTTIME else 0.0)

    monkeypatch.setattr(time, "clock_gettime", after)

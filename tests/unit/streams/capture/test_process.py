"""Capture's clock: what a camera's pictures and silence are held against goes on while the machine is suspended."""

from __future__ import annotations

import pytest

from detectors.capture.status import SILENT, StatusReporter
from detectors.sources.pacing import Backlog
from schemas.cameras import CameraStatus
from streams.capture.process import SYSTEM_CLOCK
from tests.support.clock import suspend


def test_a_picture_from_before_the_machine_slept_has_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    """It lay in the connection's buffer: taken for fresh, it would be told with the time at which the machine woke up."""
    backlog = Backlog(max_lag_s=0.5)
    arrived_s = SYSTEM_CLOCK.monotonic_s()
    for number in range(5):
        backlog.is_stale(arrived_s + number / 5, number / 5)
    suspend(monkeypatch, 60)
    assert backlog.is_stale(SYSTEM_CLOCK.monotonic_s() + 1, 1.0)


def test_a_camera_is_silent_while_the_machine_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody saw a picture of it."""
    told: list[CameraStatus] = []
    reporter = StatusReporter("c1", SYSTEM_CLOCK, told.append)
    reporter.picture()
    reporter.check_silence(10)
    assert len(told) == 1
    suspend(monkeypatch, 60)
    reporter.check_silence(10)
    assert told[-1].reason == SILENT

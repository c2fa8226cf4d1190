"""Fixtures for tests against a running demo."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

STARTED_WITHIN_S = 240.0


@dataclass
class RunningDemo:
    """A demo that runs until its module ends: two at a time would starve each other.

    Attributes:
        folder: Its data; logs and ports are in `run`.
        lines: What it said so far.
    """

    folder: Path
    lines: list[str] = field(default_factory=list)

    @property
    def targets_file(self) -> Path:
        """Return Prometheus' file of targets."""
        return self.folder / "run" / "prometheus-targets.json"

    @property
    def alerts_seen(self) -> int:
        """Return how many changes of alerts were shown."""
        return sum(bool(re.match(r"P[1-4] ", line)) for line in self.lines)


@pytest.fixture(scope="module")
def running_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """Yield a demo that has shown several alerts; real video and model are used where they are configured."""
    folder = tmp_path_factory.mktemp("running-demo")
    environment = dict(os.environ)
    data = environment.get("TOEZICHT_TEST_DATA")
    if data:
        environment["TOEZICHT_DEMO_VIDEO"] = str(Path(data) / "pets2009" / "S2L1-view001.avi")
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "demo", "--data", str(folder)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    demo = RunningDemo(folder)
    assert process.stderr is not None
    reader = threading.Thread(target=demo.lines.extend, args=(process.stderr,), daemon=True)
    reader.start()
    try:
        deadline = time.monotonic() + STARTED_WITHIN_S
        while demo.alerts_seen < 5:
            assert process.poll() is None, "the demo ended: " + "".join(demo.lines[-10:])
            assert time.monotonic() < deadline, "no alerts: " + "".join(demo.lines[-10:])
            time.sleep(0.2)
        yield demo
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

"""In which order integration tests run side by side, and a demo that runs for a class of them."""

from __future__ import annotations

import contextlib
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
ENDS_WITHIN_S = 30.0
"""The processes are given 8 s, Kafka its own time; a hang takes far longer."""
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


def belonging_to(folder: Path) -> list[bytes]:
    """Return the command lines of all processes that have a folder in their arguments or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended while we looked, or is the kernel's
            command = (process / "cmdline").read_bytes()
            if str(folder).encode() in command + (process / "environ").read_bytes():
                found.append(command.replace(b"\0", b" "))
    return found


@dataclass
class RunningDemo:
    """A demo that runs until the class of its tests ends: two at a time would starve each other.

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


@pytest.fixture(scope="class")
def running_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """Yield a demo that has shown several alerts; real video and model are used where they are configured.

    At the end it is told to stop as by Ctrl-C: it must end well and soon, and leave no process behind.
    """
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
        assert any("Ctrl-C stops" in line for line in demo.lines)
        process.send_signal(signal.SIGINT)
        assert process.wait(ENDS_WITHIN_S) == 0, "".join(demo.lines[-10:])
        assert belonging_to(folder) == []
    finally:
        process.kill()
        process.wait()

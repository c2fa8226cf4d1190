"""A process that detects and tracks reaches no network and writes nothing to the user's home.

In a process of its own, because ultralytics is silent under pytest anyway, and because OpenVINO sends from a child process:
the hook is inherited by it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.vision]

PROGRAM = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        print("reached", event, [str(item)[:80] for item in arguments], flush=True)
        raise OSError("no network in this test")
sys.addaudithook(watch)
from pathlib import Path
import numpy as np
from streams.stages.detect.stage import Detect
from streams.settings import Settings
from detectors.tracking.bytetrack import Trackers
agent = Detect.from_settings(Settings(models=Path(sys.argv[1]), cache=Path(sys.argv[2]), weights=None))
found = agent._detector.detect([np.zeros((64, 64, 3), np.uint8)] * 3, ["a", "b", "c"])
from ultralytics.utils.events import events
from ultralytics.utils import SETTINGS
print("found", len(found), "telemetry", events.enabled, SETTINGS["sync"])
"""


def test_nothing_is_reached_and_nothing_is_written_to_the_home(models: Path, tmp_path: Path) -> None:
    """Telemetry, updates, downloads and settings stay where they were told to."""
    home, cache = tmp_path / "home", tmp_path / "cache"
    home.mkdir()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("YOLO", "XDG", "MPL", "PYTEST"))
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(models), str(cache)],
        env=environment | {"HOME": str(home)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["found 3 telemetry False False"]
    assert [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()] == []
    assert (cache / "ultralytics").is_dir()

"""Series stay bounded: a control room of a thousand cameras is less than 50,000 of them, all processes together."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CAMERAS = 1_000
MOST_SERIES = 50_000
PROCESS = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from prometheus_client import disable_created_metrics, generate_latest
from zoneinfo import ZoneInfo
from schemas.cameras import CameraState, CameraStatus, Visibility
from streams import metrics
from streams.capture.attention import AttentionService
from streams.capture.sender import cameras_from_zero, count_status
from streams.clock import utc_now
from streams.config.files import load_rules
from streams.config.registry import load_registry
from streams.stages.observe import Observe

disable_created_metrics()
count, process = int(sys.argv[1]), sys.argv[2]
registry = load_registry(Path("deploy/cameras.yaml"))
first = registry.cameras[0]
cameras = [first.model_copy(update={"id": f"camera-{number}"}) for number in range(count)]
ids = [camera.id for camera in cameras]
rules, now = load_rules(None), datetime(2026, 11, 2, 12, tzinfo=UTC)
if process == "capture":
    cameras_from_zero(ids)
    AttentionService(ids, rules.attention, utc_now)
    for each in ids:
        for aspect, state, reason in (
            ("stream", CameraState.ONLINE, "streaming"), ("view", CameraState.DEGRADED, Visibility.BLACK),
            ("stream", CameraState.REFUSED, "outside_hours"),
        ):
            count_status(CameraStatus(camera_id=each, state=state, reason=reason, detail="", changed_at=now, aspect=aspect))
if process == "worker":
    Observe(registry.model_copy(update={"cameras": tuple(cameras)}), rules, ZoneInfo("UTC"), {})
    for each in ids:  # a picture that waited too long, or that a newer one overtook
        for reason in ("stale", "overtaken"):
            metrics.FRAMES_DROPPED.labels(each, reason).inc()
lines = [line for line in generate_latest().decode().splitlines() if line.startswith("toezicht_")]
named = {}
for line in lines:
    name = line.split("{")[0].split(" ")[0]
    named[name] = named.get(name, 0) + 1
print(json.dumps(named))
"""


@pytest.fixture(scope="module")
def series() -> dict[str, dict[str, int]]:
    """Return by process how many series each metric has there, with and without the cameras."""
    found = {}
    for process, cameras in (("capture", CAMERAS), ("worker", CAMERAS), ("none", 0)):
        run = subprocess.run(
            [sys.executable, "-c", PROCESS, str(cameras), process],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        found[process] = json.loads(run.stdout)
    return found


def test_a_thousand_cameras_are_less_than_50_000_series(series: dict[str, dict[str, int]]) -> None:
    """Of all processes together, each with all series that do not depend on cameras."""
    per_camera = sum(sum(series[process].values()) - sum(series["none"].values()) for process in ("capture", "worker"))
    assert per_camera > 20 * CAMERAS  # all of them were made, or the test shows nothing
    assert per_camera + 14 * sum(series["none"].values()) < MOST_SERIES  # the processes of the compose file, and some


def test_no_metric_has_more_than_a_few_series_per_camera(series: dict[str, dict[str, int]]) -> None:
    """A label that multiplies with the camera is the usual way to break Prometheus."""
    for process in ("capture", "worker"):
        assert {name: count for name, count in series[process].items() if count > 8 * CAMERAS} == {}

"""The demo, whole: real Kafka, real video, real detector, and the alerts that are written down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import belonging_to

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.xdist_group("demo"), pytest.mark.timeout(600)]


@dataclass
class Finished:
    """A demo that ended by itself."""

    code: int
    summary: dict[str, Any]
    errors: str
    folder: Path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, test_data: Path, models: Path) -> Finished:
    """Run the scenario once with the real video and model."""
    folder = tmp_path_factory.mktemp("demo")
    process = subprocess.run(
        [sys.executable, "-m", "streams.cli", "demo", "--once", "--check", "--data", str(folder)],
        env={
            **os.environ,
            "TOEZICHT_DEMO_VIDEO": str(test_data / "pets2009" / "S2L1-view001.avi"),
            "TOEZICHT_DEMO_CALIBRATION": str(test_data / "pets2009" / "View_001.xml"),
        },
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    lines = process.stdout.strip().splitlines()
    return Finished(process.returncode, json.loads(lines[-1]) if lines else {}, process.stderr, folder)


def test_the_scenario_gives_the_alerts_that_are_written_down(finished: Finished) -> None:
    """`--check` compares with streams/demo/expected.yaml and ends with code 1 where something differs."""
    assert finished.code == 0, finished.errors[-3000:]
    assert "not as expected" not in finished.errors


def test_the_last_line_is_the_summary(finished: Finished) -> None:
    """One JSON object with the counts, the alerts per priority and the latencies."""
    summary = finished.summary
    assert {"frames", "detections", "observations", "incidents", "alerts", "latency_ms"} <= summary.keys()
    assert summary["frames"] >= summary["detections"] > 0
    assert summary["observations"] > 0
    assert summary["incidents"] == 14
    assert summary["canaries_back"] >= 4
    assert sum(summary["alerts"].values()) >= 10
    assert 0 < summary["latency_ms"]["p50"] <= summary["latency_ms"]["p95"]
    assert set(summary["memory_mb"]) >= {"deciding", "seeing", "cameras"}


def test_it_leaves_no_process_behind(finished: Finished) -> None:
    """Nothing that was started with the demo's folder, by its arguments or by its environment, still runs."""
    assert belonging_to(finished.folder) == []


def test_no_camera_flaps(finished: Finished) -> None:
    """Each camera is offline while it opens and after the end, and never in between; all can see all the time."""
    log = (finished.folder / "run" / "cameras.log").read_text()
    for camera in ("stadsplein-noord", "stadsplein-zuid", "busstation", "keizerplein"):
        assert log.count(f"camera {camera} is online: streaming") == 1
        assert log.count(f"camera {camera} is online: clear") == 1
        assert log.count(f"camera {camera} is offline") == 2
    assert "is degraded" not in log


def test_no_credential_and_no_traceback_in_the_logs(finished: Finished) -> None:
    """Every process wrote its log, and none of them failed."""
    logs = list((finished.folder / "run").glob("*.log"))
    assert len(logs) >= 5
    for log in logs:
        text = log.read_text()
        assert "Traceback" not in text, f"{log.name}: {text[-2000:]}"


def test_the_newcomers_demo_gives_every_situation_and_no_camera_that_could_not_look(tmp_path: Path) -> None:
    """Without real video or model the scenario holds too, but for what depends on the pictures.

    It composes a scene, says that the detector is a fallback, and tells Prometheus its processes.
    """
    environment = {**os.environ, "TOEZICHT_DATA": str(tmp_path)}
    for name in ("TOEZICHT_DEMO_VIDEO", "TOEZICHT_MODELS", "TOEZICHT_WEIGHTS"):
        environment.pop(name, None)
    process = subprocess.run(
        [sys.executable, "-m", "streams.cli", "demo", "--once", "--check", "--data", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert "composing a scene from photos" in process.stderr
    assert "the HOG fallback" in (tmp_path / "run" / "seeing.log").read_text()
    assert len(json.loads((tmp_path / "run" / "prometheus-targets.json").read_text())) >= 3
    assert belonging_to(tmp_path) == []

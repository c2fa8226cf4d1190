"""The demo, whole: real Kafka, real video, real detector, and the alerts that are written down."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Finished:
    """A demo that ended by itself."""

    code: int
    summary: dict[str, Any]
    errors: str
    folder: Path


def belonging_to(folder: Path) -> list[bytes]:
    """Return the command lines of all processes that have a folder in their arguments or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended while we looked, or is the kernel's
            command = (process / "cmdline").read_bytes()
            if str(folder).encode() in command + (process / "environ").read_bytes():
                found.append(command.replace(b"\0", b" "))
    return found


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


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the demo without an end, without real video or model: the composed scene and the fallback detector."""
    environment = {**os.environ, "TOEZICHT_DATA": str(tmp_path)}
    for name in ("TOEZICHT_DEMO_VIDEO", "TOEZICHT_MODELS", "TOEZICHT_WEIGHTS"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "demo", "--data", str(tmp_path)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()


def test_without_video_and_model_it_runs_degraded_and_stops_on_ctrl_c(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    """It composes a scene, says that the detector is a fallback, and ends within ten seconds of SIGINT, leaving nothing."""
    assert running.stderr is not None
    seen = []
    for line in running.stderr:
        seen.append(line)
        if "Ctrl-C stops" in line:
            break
    assert any("composing a scene from photos" in line for line in seen)
    assert "the HOG fallback" in (tmp_path / "run" / "seeing.log").read_text()
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 0
    assert belonging_to(tmp_path) == []
    assert time.monotonic() - began < 30  # the processes are given 8 s, Kafka its own time; a hang takes far longer
    ports = json.loads((tmp_path / "run" / "prometheus-targets.json").read_text())
    assert len(ports) >= 3


def test_the_newcomers_demo_gives_every_situation_and_no_camera_that_could_not_look(tmp_path: Path) -> None:
    """Without real video or model the scenario holds too, but for what depends on the pictures."""
    environment = dict(os.environ)
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

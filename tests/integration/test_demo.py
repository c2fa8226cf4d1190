"""The demo, whole: real Kafka, real video, real detector, the alerts that are written down, and a dashboard that shows it.

All demos are in this module: tests of one module run one after the other, and two demos at a time would starve each other.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import belonging_to
from tests.support.prometheus import RunningPrometheus

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
GRAFANA = ROOT / "deploy" / "grafana"
BOARDS = ("toezicht", *sorted(path.stem for path in (GRAFANA / "boards").glob("*.yaml")))
NOT_IN_THE_DEMO = (
    "toezicht_canary_",
    "toezicht_shadow_",
    "toezicht_notify_",
    "toezicht_onvif_",
    "toezicht_geocoding_",
    "toezicht_intake_",
    "toezicht_partner_answers_",
    "toezicht_acknowledged_",
    "toezicht_alerts_judged_total{",
    "toezicht_target_",
    "toezicht_kafka_",
    "toezicht_topic_",
    "toezicht_cluster_",
    "toezicht_logbook_",
    "toezicht_frames_sampled_",
    'kind=~"hit',
)
"""Metrics of what the demo does not run: canaries (they would count as the scenario's reports), shadow rules, channels to
partners, reports over the network, cameras' own events, hits, the exporter, sampling; and no partner answers there, no operator
acknowledges or judges, and how targets stand is told when a count of theirs changes."""
QUERIES = [
    (panel["title"], target["expr"])
    for board in BOARDS
    for panel in json.loads((GRAFANA / "dashboards" / f"{board}.json").read_text())["panels"]
    for target in panel.get("targets", ())
    if not any(prefix in target["expr"] for prefix in NOT_IN_THE_DEMO)
]
MAY_BE_EMPTY = {"Frames dropped", "Cannot see"} | {
    f"Console: {what}" for what in ("logins", "actions", "events", "read again")
}
"""Where nothing to show is good news, or where nobody opens the page; every other panel must have data without the zero that
stands in for none.
"""
RUNNING_ON = ("supervisor", "deciding", "seeing", "cameras", "console")
"""Processes that run as long as the demo; the intakes end with their reports."""
OVER_WITHIN_S = 500.0
"""Only there to end a demo that never is."""
ENDS_WITHIN_S = 30.0
"""The processes are given 8 s, Kafka its own time; a hang takes far longer."""
COMMAND = (sys.executable, "-m", "streams.cli", "demo")


@dataclass
class Finished:
    """A demo that ended by itself."""

    code: int
    summary: dict[str, Any]
    errors: str
    folder: Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the demo has its data; the file of what Prometheus scrapes is there."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def prometheus(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPrometheus | None]:
    """Yield a Prometheus that scrapes the demo's processes, with the deployed rules; None where it is not installed."""
    program = shutil.which("prometheus")
    if program is None:
        yield None
        return
    running = RunningPrometheus(
        program, tmp_path_factory.mktemp("prometheus"), folder / "run" / "prometheus-targets.json"
    )
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def finished(folder: Path, test_data: Path, models: Path, prometheus: RunningPrometheus | None) -> Finished:
    """Run the scenario once with the real video and model, while Prometheus looks."""
    process = subprocess.run(
        [*COMMAND, "--once", "--check", "--data", str(folder)],
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
    assert summary["incidents"] == 15
    assert summary["canaries_back"] >= 4
    assert sum(summary["alerts"].values()) >= 11
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


def test_the_newcomers_demo_gives_every_situation_and_ends_well_on_ctrl_c(tmp_path: Path) -> None:
    """Without real video or model the scenario holds too, but for what depends on the pictures; no camera could not look.

    It composes a scene, says that the detector is a fallback, and tells Prometheus its processes. Told to stop while its
    cameras go on, it ends soon, and leaves no process behind.
    """
    environment = {**os.environ, "TOEZICHT_DATA": str(tmp_path)}
    for name in ("TOEZICHT_DEMO_VIDEO", "TOEZICHT_MODELS", "TOEZICHT_WEIGHTS"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [*COMMAND, "--check", "--data", str(tmp_path)], env=environment, stderr=subprocess.PIPE, text=True
    )
    lines: list[str] = []
    assert process.stderr is not None
    threading.Thread(target=lines.extend, args=(process.stderr,), daemon=True).start()
    try:
        deadline = time.monotonic() + OVER_WITHIN_S
        while not any("the scenario is over" in line for line in lines):
            assert process.poll() is None, "the demo ended: " + "".join(lines[-10:])
            assert time.monotonic() < deadline, "it is not over: " + "".join(lines[-10:])
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(ENDS_WITHIN_S) == 0, "".join(lines[-30:])
    finally:
        process.kill()
        process.wait()
    assert any("Ctrl-C stops" in line for line in lines)
    assert any("the operators' page is at http://127.0.0.1:" in line for line in lines)
    assert any("in a terminal alone" in line for line in lines)
    assert any("composing a scene from photos" in line for line in lines)
    assert "the HOG fallback" in (tmp_path / "run" / "seeing.log").read_text()
    assert len(json.loads((tmp_path / "run" / "prometheus-targets.json").read_text())) >= 3
    assert belonging_to(tmp_path) == []


class TestDashboard:
    """A real Prometheus that looked at the demo while it ran: every panel of the dashboard had data."""

    @pytest.fixture
    def looked(self, finished: Finished, prometheus: RunningPrometheus | None) -> RunningPrometheus:
        """Return the Prometheus, when the demo is through."""
        assert finished.code == 0
        if prometheus is None:
            pytest.skip("prometheus (Debian package) is not installed")
        return prometheus

    def test_every_process_is_scraped_and_the_rules_are_evaluated(self, looked: RunningPrometheus) -> None:
        """All that runs on was up at once, and no rule failed."""
        moments = {
            each["metric"]["process"]: {at for at, value in each["values"].items() if value == "1"}
            for each in looked.ever('up{job="toezicht"}')
        }
        assert set.intersection(*(moments[name] for name in RUNNING_ON))
        rules = looked.rules()
        assert rules
        assert [rule["name"] for rule in rules if rule.get("lastError")] == []

    @pytest.mark.parametrize(
        ("title", "expression"), QUERIES, ids=[f"{title}-{i}" for i, (title, _) in enumerate(QUERIES)]
    )
    def test_a_panel_has_data(self, looked: RunningPrometheus, title: str, expression: str) -> None:
        """Every query returned at least one series with a number."""
        if title not in MAY_BE_EMPTY:
            expression = expression.removesuffix(" or vector(0)").removesuffix(" > 0")
        assert looked.ever(expression.replace("$__rate_interval", "30s")), f"no data for {expression}"

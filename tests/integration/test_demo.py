"""The demo, whole: real Kafka, real video, real detector, the alerts that are written down, and a dashboard that shows it.

All demos are in this module: tests of one module run one after the other, and two demos at a time would starve each other.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.local.broker import free_port
from tests.integration.conftest import RunningDemo, belonging_to

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "dashboards" / "toezicht.json").read_text())
NOT_IN_THE_DEMO = ("toezicht_canary_", "toezicht_shadow_")
"""Metrics of processes that the demo does not run: canaries (they would count as the scenario's reports) and shadow rules."""
QUERIES = [
    (panel["title"], target["expr"])
    for panel in DASHBOARD["panels"]
    for target in panel.get("targets", ())
    if not any(prefix in target["expr"] for prefix in NOT_IN_THE_DEMO)
]
FOUND_WITHIN_S = 120.0
MAY_BE_EMPTY = {"Frames dropped"}
"""Where nothing to show is good news; every other panel must have data without the zero that stands in for none."""


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


def query(address: str, expression: str) -> list[Any]:
    """Return the series of an instant query."""
    expression = expression.replace("$__rate_interval", "30s")
    url = f"{address}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        series: list[Any] = json.load(answer)["data"]["result"]
    return [each for each in series if each["value"][1] != "NaN"]


class TestDashboard:
    """A real Prometheus against a demo that runs: every panel of the dashboard has data."""

    @pytest.fixture(scope="class")
    def prometheus(self, running_demo: RunningDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
        """Yield the address of a Prometheus that scrapes the demo's processes, with the deployed rules."""
        program: Any = shutil.which("prometheus")
        if program is None:
            pytest.skip("prometheus (Debian package) is not installed")
        folder = tmp_path_factory.mktemp("prometheus")
        config = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["rule_files"] = [str(ROOT / "deploy" / "prometheus" / "alerts.yml")]
        job = config["scrape_configs"][0]
        job.pop("static_configs")
        job["file_sd_configs"] = [{"files": [str(running_demo.targets_file)]}]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        address = f"127.0.0.1:{free_port()}"
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [
                    program,
                    f"--config.file={folder / 'prometheus.yml'}",
                    f"--storage.tsdb.path={folder / 'data'}",
                    f"--web.listen-address={address}",
                ],
                stdout=log,
                stderr=log,
            )
        try:
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait(30)

    def test_every_process_is_scraped_and_the_rules_are_evaluated(self, prometheus: str) -> None:
        """All targets of the running demo are up, the supervisor too, and no rule fails."""
        deadline = time.monotonic() + FOUND_WITHIN_S
        up: set[str] = set()
        while not {"supervisor", "deciding", "seeing", "cameras"} <= up:
            assert time.monotonic() < deadline, f"up: {up}"
            with contextlib.suppress(OSError):  # Prometheus is starting
                up = {each["metric"]["process"] for each in query(prometheus, 'up{job="toezicht"} == 1')}
            time.sleep(0.3)
        assert query(prometheus, 'up{job="toezicht"} == 0') == []
        with urllib.request.urlopen(f"{prometheus}/api/v1/rules", timeout=10) as answer:
            rules = [rule for group in json.load(answer)["data"]["groups"] for rule in group["rules"]]
        assert rules
        assert [rule["name"] for rule in rules if rule.get("lastError")] == []

    @pytest.mark.parametrize(
        ("title", "expression"), QUERIES, ids=[f"{title}-{i}" for i, (title, _) in enumerate(QUERIES)]
    )
    def test_a_panel_has_data(self, prometheus: str, title: str, expression: str) -> None:
        """Within the limit every query returns at least one series with a number."""
        if title not in MAY_BE_EMPTY:
            expression = expression.removesuffix(" or vector(0)").removesuffix(" > 0")
        deadline = time.monotonic() + FOUND_WITHIN_S
        found: list[Any] = []
        while not found:
            assert time.monotonic() < deadline, f"panel {title}: no data for {expression}"
            with contextlib.suppress(OSError):  # Prometheus is starting
                found = query(prometheus, expression)
            time.sleep(0.3)

"""A real Prometheus against the running demo: every panel of the dashboard has data."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.local.broker import free_port
from tests.integration.conftest import RunningDemo

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.xdist_group("demo"), pytest.mark.timeout(600)]
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


@pytest.fixture(scope="module")
def prometheus(running_demo: RunningDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
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


def query(address: str, expression: str) -> list[Any]:
    """Return the series of an instant query."""
    expression = expression.replace("$__rate_interval", "30s")
    url = f"{address}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        series: list[Any] = json.load(answer)["data"]["result"]
    return [each for each in series if each["value"][1] != "NaN"]


def test_every_process_is_scraped_and_the_rules_are_evaluated(prometheus: str) -> None:
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


@pytest.mark.parametrize(("title", "expression"), QUERIES, ids=[f"{title}-{i}" for i, (title, _) in enumerate(QUERIES)])
def test_a_panel_has_data(prometheus: str, title: str, expression: str) -> None:
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

"""A real Prometheus that scrapes processes and evaluates the deployed rules, and what it knows of them afterwards."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.parse
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import yaml

from streams.local.broker import free_port

DEPLOYED: Final = Path(__file__).parents[2] / "deploy" / "prometheus"
STEP_S: Final = 1
"""Between two scrapes, two evaluations and two points that are looked at."""
READY_WITHIN_S: Final = 240.0


class RunningPrometheus:
    """Prometheus as it is deployed, but for how often it looks and where it finds what to scrape.

    Args:
        program: The executable.
        folder: Its data and its log.
        targets: The file of targets that a supervisor writes; it may come later.
    """

    def __init__(self, program: str, folder: Path, targets: Path) -> None:
        config = yaml.safe_load((DEPLOYED / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": f"{STEP_S}s", "evaluation_interval": f"{STEP_S}s"}
        config["rule_files"] = [str(DEPLOYED / name) for name in config["rule_files"]]
        del config["alerting"]  # nobody is to be told
        config["scrape_configs"] = [each for each in config["scrape_configs"] if each["job_name"] != "watching"]
        job = config["scrape_configs"][0]
        job.pop("static_configs")
        job["file_sd_configs"] = [{"files": [str(targets)], "refresh_interval": f"{STEP_S}s"}]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        self._address = f"127.0.0.1:{free_port()}"
        self._began_s = time.time()
        arguments = [
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={self._address}",
        ]
        with (folder / "log").open("w") as log:
            self._process = subprocess.Popen([program, *arguments], stdout=log, stderr=log)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(30)

    def ever(self, expression: str) -> list[dict[str, Any]]:
        """Return the series of an expression since the beginning: its labels, and its numbers by time, where it has any."""
        until_s = time.time()
        told = self._ask("query_range", query=expression, start=self._began_s, end=until_s, step=STEP_S)
        series = [
            {"metric": each["metric"], "values": {at: value for at, value in each["values"] if value != "NaN"}}
            for each in told["result"]
        ]
        return [each for each in series if each["values"]]

    def now(self, expression: str) -> list[dict[str, Any]]:
        """Return the series of an expression at this moment, each with its labels."""
        return [each["metric"] for each in self._ask("query", query=expression)["result"]]

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules with what became of their evaluation."""
        return [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]

    def _ask(self, what: str, **parameters: Any) -> Any:
        url = f"http://{self._address}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            with suppress(OSError), urllib.request.urlopen(url, timeout=10) as answer:  # while it starts
                return json.load(answer)["data"]
            assert time.monotonic() < deadline, f"no answer from {url}"
            time.sleep(STEP_S)

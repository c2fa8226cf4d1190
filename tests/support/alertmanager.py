"""A real Alertmanager with the deployed routes, whose receivers are all on one address of the test."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Final

import yaml

from streams.local.broker import free_port

DEPLOYED: Final = Path(__file__).parents[2] / "deploy" / "alertmanager" / "alertmanager.yml"
PROGRAM: Final = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
READY_WITHIN_S: Final = 240.0


class RunningAlertmanager:
    """Alertmanager as it is deployed, but for how long it gathers and whom it tells.

    Args:
        program: The executable.
        folder: Its data and its log.
        receivers: Where the receivers are: the path is the name of each one's file.
    """

    def __init__(self, program: str, folder: Path, receivers: str) -> None:
        config = yaml.safe_load(DEPLOYED.read_text())
        for route in (config["route"], *config["route"]["routes"]):
            route |= {"group_wait": "1s", "group_interval": "1s"}
        for receiver in config["receivers"]:
            for webhook in receiver["webhook_configs"]:  # Debian 12's has no `url_file` yet
                webhook["url"] = f"{receivers}/{Path(webhook.pop('url_file')).name}"
        (folder / "alertmanager.yml").write_text(yaml.safe_dump(config))
        self.address = f"127.0.0.1:{free_port()}"
        arguments = [
            f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address={self.address}", "--cluster.listen-address=",
        ]  # fmt: skip
        self._log = folder / "alertmanager.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen([program, *arguments], stdout=log, stderr=log)
        try:
            self._await_ready()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(30)

    def fire(self, *alerts: dict[str, str]) -> None:
        """Tell it what fires, as Prometheus does: the labels of each alert."""
        body = json.dumps([{"labels": labels} for labels in alerts]).encode()
        url = f"http://{self.address}/api/v2/alerts"
        with urllib.request.urlopen(
            urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=10
        ):
            pass

    def _await_ready(self) -> None:
        deadline_s = time.monotonic() + READY_WITHIN_S
        while True:
            with suppress(OSError), urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=5):
                return
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline_s, self._log.read_text()
            time.sleep(0.1)

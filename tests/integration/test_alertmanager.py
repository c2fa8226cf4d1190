"""A real Alertmanager with the deployed routes: who is told of what, and what is silenced by what explains it."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from streams.local.broker import free_port

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
DEPLOYED: Final = Path(__file__).parents[2] / "deploy" / "alertmanager" / "alertmanager.yml"
PROGRAM: Final = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
WITHIN_S: Final = 60.0


class Told:
    """What each receiver was told: the names of alerts, and of which camera."""

    def __init__(self) -> None:
        self.by: dict[str, set[str]] = {}
        self.changed = threading.Condition()
        told = self

        class Handler(BaseHTTPRequestHandler):
            """Takes Alertmanager's webhook; the path is the receiver's file."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with told.changed:
                    names = {
                        each["labels"]["alertname"] + each["labels"].get("camera", "")
                        for each in body["alerts"]
                        if each["status"] == "firing"
                    }
                    told.by.setdefault(self.path.strip("/"), set()).update(names)
                    told.changed.notify_all()
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def until(self, receiver: str, names: set[str]) -> None:
        """Wait until a receiver was told all of these."""
        with self.changed:
            assert self.changed.wait_for(lambda: names <= self.by.get(receiver, set()), WITHIN_S), self.by


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[Told, str]]:
    """Yield what is told, and the address of an Alertmanager that tells it."""
    if PROGRAM is None:
        pytest.skip("prometheus-alertmanager (Debian package) is not installed")
    heard = Told()
    config = yaml.safe_load(DEPLOYED.read_text())
    for route in (config["route"], *config["route"]["routes"]):  # as deployed, but for how long it gathers
        route |= {"group_wait": "1s", "group_interval": "1s"}
    for receiver in config["receivers"]:
        for webhook in receiver["webhook_configs"]:  # Debian 12's has no `url_file` yet
            webhook["url"] = f"http://127.0.0.1:{heard.server.server_port}/{Path(webhook.pop('url_file')).name}"
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    arguments = [
        f"--config.file={tmp_path / 'alertmanager.yml'}", f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address={address}", "--cluster.listen-address=",
    ]  # fmt: skip
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([PROGRAM, *arguments], stdout=log, stderr=log)
    try:
        deadline_s = time.monotonic() + WITHIN_S
        while True:
            with suppress(OSError), urllib.request.urlopen(f"http://{address}/-/ready", timeout=5):
                break
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline_s, (tmp_path / "log").read_text()
            time.sleep(0.1)
        yield heard, address
    finally:
        process.terminate()
        process.wait(30)
        heard.server.shutdown()
        heard.server.server_close()


def fire(address: str, *alerts: dict[str, str]) -> None:
    """Tell Alertmanager what fires, as Prometheus does."""
    body = json.dumps([{"labels": labels} for labels in alerts]).encode()
    request = urllib.request.Request(f"http://{address}/api/v2/alerts", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10):
        pass


def test_what_is_critical_wakes_somebody_the_rest_waits_and_the_watchdog_leaves_the_host(
    told: tuple[Told, str],
) -> None:
    """Each goes to its own receiver and to no other."""
    heard, address = told
    fire(
        address,
        {"alertname": "Watchdog", "severity": "none"},
        {"alertname": "ProcessDown", "severity": "critical", "process": "deciding"},
        {"alertname": "DeadLetters", "severity": "warning", "stage": "locate", "reason": "invalid"},
    )
    heard.until("dead-mans-switch", {"Watchdog"})
    heard.until("on-call", {"ProcessDown"})
    heard.until("operations", {"DeadLetters"})
    assert heard.by == {
        "dead-mans-switch": {"Watchdog"}, "on-call": {"ProcessDown"}, "operations": {"DeadLetters"},
    }  # fmt: skip


def test_a_switch_that_fails_is_one_message_and_silences_nothing_else(told: tuple[Told, str]) -> None:
    """Its cameras are silent, those of another process are not, and no label that both lack counts as the same."""
    heard, address = told
    fire(address, {"alertname": "CamerasOfflineTogether", "severity": "critical", "process": "cameras"})
    heard.until("on-call", {"CamerasOfflineTogether"})
    fire(
        address,
        *(
            {"alertname": "CameraOffline", "severity": "warning", "process": "cameras", "camera": f"c{i}"}
            for i in range(30)
        ),
        {"alertname": "CameraOffline", "severity": "warning", "process": "edge", "camera": "other"},
        {"alertname": "DiskFills", "severity": "warning", "process": "cameras"},
        {"alertname": "AlertFlood", "severity": "warning", "control_room": "a"},
    )
    heard.until("operations", {"CameraOfflineother", "DiskFills", "AlertFlood"})
    assert heard.by["operations"] == {"CameraOfflineother", "DiskFills", "AlertFlood"}


def test_what_follows_from_the_broker_or_from_something_worse_is_silent(told: tuple[Told, str]) -> None:
    """Without the broker every stage stands; what is critical of a stage silences what can wait of it, and of no other."""
    heard, address = told
    fire(
        address,
        {"alertname": "BrokerTakesNothing", "severity": "critical"},
        {"alertname": "UrgentDeadLetter", "severity": "critical", "stage": "locate"},
        {"alertname": "SloBurnsFast", "severity": "critical", "slo": "p1_delivered"},
    )
    heard.until("on-call", {"BrokerTakesNothing", "UrgentDeadLetter", "SloBurnsFast"})
    fire(
        address,
        {"alertname": "StageStands", "severity": "critical", "stage": "decide"},
        {"alertname": "DeadLetters", "severity": "warning", "stage": "locate", "reason": "invalid"},
        {"alertname": "DeadLetters", "severity": "warning", "stage": "share", "reason": "invalid"},
        {"alertname": "SloBurnsSlowly", "severity": "warning", "slo": "p1_delivered"},
        {"alertname": "SloBurnsSlowly", "severity": "warning", "slo": "precision", "camera": "-precision"},
        {"alertname": "DiskFills", "severity": "critical", "process": "deciding"},
    )
    heard.until("operations", {"DeadLetters", "SloBurnsSlowly-precision"})
    heard.until("on-call", {"DiskFills"})
    assert "StageStands" not in heard.by["on-call"]
    assert heard.by["operations"] == {"DeadLetters", "SloBurnsSlowly-precision"}

"""A real Alertmanager with the deployed routes: who is told of what, and what is silenced by what explains it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.alertmanager import PROGRAM, RunningAlertmanager

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
WITHIN_S: Final = 240.0


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
def told(tmp_path: Path) -> Iterator[tuple[Told, RunningAlertmanager]]:
    """Yield what is told, and an Alertmanager that tells it."""
    if PROGRAM is None:
        pytest.skip("prometheus-alertmanager (Debian package) is not installed")
    heard = Told()
    running = None
    try:
        running = RunningAlertmanager(PROGRAM, tmp_path, f"http://127.0.0.1:{heard.server.server_port}")
        yield heard, running
    finally:
        if running is not None:
            running.close()
        heard.server.shutdown()
        heard.server.server_close()


def test_what_is_critical_wakes_somebody_the_rest_waits_and_the_watchdog_leaves_the_host(
    told: tuple[Told, RunningAlertmanager],
) -> None:
    """Each goes to its own receiver and to no other."""
    heard, manager = told
    manager.fire(
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


def test_a_switch_that_fails_is_one_message_and_silences_nothing_else(told: tuple[Told, RunningAlertmanager]) -> None:
    """Its cameras are silent, those of another process are not, and no label that both lack counts as the same."""
    heard, manager = told
    manager.fire({"alertname": "CamerasOfflineTogether", "severity": "critical", "process": "cameras"})
    heard.until("on-call", {"CamerasOfflineTogether"})
    manager.fire(
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


def test_what_follows_from_the_broker_or_from_something_worse_is_silent(told: tuple[Told, RunningAlertmanager]) -> None:
    """Without the broker every stage stands; what is critical of a stage silences what can wait of it, and of no other."""
    heard, manager = told
    manager.fire(
        {"alertname": "BrokerTakesNothing", "severity": "critical"},
        {"alertname": "UrgentDeadLetter", "severity": "critical", "stage": "locate"},
        {"alertname": "SloBurnsFast", "severity": "critical", "slo": "p1_delivered"},
    )
    heard.until("on-call", {"BrokerTakesNothing", "UrgentDeadLetter", "SloBurnsFast"})
    manager.fire(
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

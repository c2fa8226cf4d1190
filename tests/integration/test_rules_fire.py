"""Rules see the faults that they are for: made by the code that meets them, scraped by a real Prometheus, asked as deployed.

How long a rule waits (`for`) is promtool's to test (deploy/prometheus/*_test.yml); here its expression meets real series.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from schemas.alerts import Alert
from schemas.cameras import CameraState, CameraStatus, Visibility
from schemas.codec import encode
from schemas.dead_letters import DeadLetterReason
from schemas.decisions import DecisionLog
from schemas.phrases.codes import faults as says
from streams import metrics
from streams.capture.sender import BROKER_UNAVAILABLE, FrameSender, cameras_from_zero, count_status
from streams.clock import utc_now
from streams.intake.intake import Intake
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.kafka.dead_letter import Fault
from streams.kafka.record import EncodedOutput, Record
from streams.local.broker import free_port
from streams.logbook.process import GONE, UNSENT
from streams.process import start_metrics
from streams.runtime.runner import set_aside
from streams.settings import Settings
from streams.stages.decide.budget import BudgetMeasure
from streams.stages.decide.metrics import alerts_from_zero, count_alerts
from streams.topics import ALERTS, DECISION_LOG, INCIDENTS
from tests.support.alertmanager import PROGRAM as ALERTMANAGER
from tests.support.alertmanager import RunningAlertmanager
from tests.support.capture import FakeProducer
from tests.support.messages import example
from tests.support.produced import Faults
from tests.support.prometheus import DEPLOYED, RunningPrometheus

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
ROOM: Final = "fire-room"
CAMERAS: Final = tuple(f"fire-{number}" for number in range(5))
SEEN_WITHIN_S: Final = 240.0
RULES: Final[dict[str, dict[str, Any]]] = {
    rule["alert"]: rule
    for name in ("alerts.yml", "slo.yml")
    for group in yaml.safe_load((DEPLOYED / name).read_text())["groups"]
    for rule in group["rules"]
    if "alert" in rule
}


def status(camera: str, aspect: str, state: CameraState, reason: str) -> None:
    """Tell a change of a camera as capture does."""
    count_status(
        CameraStatus(camera_id=camera, state=state, reason=reason, detail="", changed_at=utc_now(), aspect=aspect)
    )


def dead_letter() -> None:
    """Set aside what may be a report of P1."""
    record = Record(INCIDENTS, 0, 1, b"k", b'{"source_priority": "P 1"}', [], utc_now())
    set_aside("fire-stage", record, Fault(DeadLetterReason.NOT_JSON, says.line_too_large(1, 2)))


def tell(topic: str, message: Any, measured: object = None) -> None:
    """Confirm an output of `decide`."""
    record = encode(message, stage="decide", handled_at=utc_now(), entered_at=utc_now())
    count_alerts([EncodedOutput(topic, 0, record, message, measured)])


def drop() -> None:
    """Drop a picture because no broker takes it."""
    FrameSender(FakeProducer(), utc_now).frame_dropped(CAMERAS[0], BROKER_UNAVAILABLE)


def offline() -> None:
    """Let all cameras but one go offline at once."""
    for camera in CAMERAS[1:]:
        status(camera, "stream", CameraState.OFFLINE, "no_connection")


def flood() -> None:
    """Let a control room be in a flood, with its budget spent, and group an alert."""
    tell(DECISION_LOG, example(DecisionLog, control_room_id=ROOM), BudgetMeasure(ROOM, True, 1.4))
    tell(ALERTS, example(Alert, control_room_id=ROOM, priority="P4", asks=True, grouped_under="s", grouping="flood"))


def silent() -> None:
    """Read a source that may be silent for a second, and hear nothing more."""
    Intake(RecordedReports(load_categories()), None, lambda: datetime(2026, 1, 1, tzinfo=UTC), silent_after_s=1.0)


FIRST: Final = ("NoAlertsFlow",)
"""Seen before any alert changes."""
HERE: Final[dict[str, Callable[[], None]]] = {
    "CameraOffline": offline,
    "CamerasOfflineTogether": lambda: None,  # the same
    "CameraCannotSee": lambda: status(CAMERAS[0], "view", CameraState.DEGRADED, Visibility.BLACK),
    "DeadLetters": dead_letter,
    "UrgentDeadLetter": lambda: None,  # the same
    "BrokerTakesNothing": drop,
    "AlertFlood": flood,
    "AlertBudgetSpent": lambda: None,  # the same
    "SourceSilent": silent,
    "DetectorDegraded": lambda: metrics.DETECTOR_DEGRADED.set(1),
    "LogbookBehind": lambda: metrics.LOGBOOK_OLDEST_AT.set(1),
    "LogbookLineLost": lambda: metrics.LOGBOOK_UNSENT.labels(GONE).inc(),
    "IntakeCredentialsFaulty": lambda: metrics.INTAKE_CREDENTIALS_FAULTY.set(1),
}
MUST_BE_THERE: Final = frozenset({"Watchdog", "ProcessDown", "StageMissing", "AlertmanagerMissing"})
"""Seen from the beginning: something is not there."""
AT_THE_END: Final = frozenset({"NothingScraped", "SourceGone", "StageGone"})
"""Seen when nothing is scraped any more."""
OF_PROCESSES: Final = frozenset({"ContainerRestarts", "AlertsNotDelivered"})


@dataclass
class House:
    """House: a Prometheus, what it scrapes, and what can go wrong there."""

    prometheus: RunningPrometheus
    faults: Faults
    targets: Path
    restarting: Restarting
    alertmanager: RunningAlertmanager | None

    def produced(self) -> dict[str, Callable[[], None]]:
        """Return what produces the fault of each rule, those of processes and of nothing at all left out."""
        faults, nothing = self.faults, lambda: None
        return HERE | {
            "ConsumerLagGrows": lambda: faults.lag(2_000),
            "ConsumerLagStays": nothing,
            "StageStands": nothing,
            "AlertsSlow": faults.slow_alerts,
            "SloBurnsFast": nothing,
            "SloBurnsSlowly": nothing,
            "ProcessRestarts": faults.restarts,
            "InputsMissing": faults.inputs_lost,
            "InputsGivenUp": nothing,
            "CompletenessCheckStands": nothing,
            "PartnerNotReached": faults.partner_not_reached,
            "PartnerSetAside": nothing,
            "CanaryLost": faults.canary_lost,
            "ListNotWhole": faults.list_not_whole,
            "DiskFills": faults.disk_full,
            "ClockOff": faults.clock_off,
            "DeliveryGap": faults.gap,
            "StateRebuilt": faults.state_distrusted,
            "ObservationsLate": faults.observations_late,
            "TopicKeptTooLong": faults.cluster_broken,
            "KafkaPartitionsDown": nothing,
            "KafkaUnderReplicated": nothing,
            "ClusterNotMeasured": nothing,
            "CasesStuck": faults.cases_stuck,
            "HitsMany": faults.hits_many,
        }

    def sees(self, name: str) -> list[dict[str, str]]:
        """Return what a rule's expression gives now."""
        return self.prometheus.now(RULES[name]["expr"])

    def await_rule(self, name: str) -> None:
        """Wait until a rule sees its fault."""
        wait(lambda: bool(self.sees(name)), name)


class Restarting:
    """Restarting: a process that serves metrics always on the same port, and is killed."""

    def __init__(self) -> None:
        self.port = free_port()
        self._code = (
            f"import prometheus_client, time; prometheus_client.start_http_server({self.port}); time.sleep(600)"
        )
        self._process = self._started()

    def again(self) -> None:
        """Kill it, and start it again."""
        self.close()
        self._process = self._started()

    def close(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", self._code])


class _Refuses(BaseHTTPRequestHandler):
    """A receiver that takes nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Yield a Prometheus that scrapes this process while nothing is wrong yet, two others, and one that is not there."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus (Debian package) is not installed")
    folder = tmp_path_factory.mktemp("prometheus")
    with pytest.MonkeyPatch.context() as patched, ExitStack() as stack:
        for each in vars(metrics).values():
            if isinstance(each, MetricWrapperBase) and each._labelnames:
                patched.setattr(each, "_metrics", {})  # what other tests counted in this process
        receiver = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), _Refuses))
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        stack.callback(receiver.shutdown)
        manager = None
        if ALERTMANAGER is not None:
            manager = RunningAlertmanager(ALERTMANAGER, folder, f"http://127.0.0.1:{receiver.server_port}")
            stack.callback(manager.close)
        restarting = Restarting()
        stack.callback(restarting.close)
        yield from _scraping(program, folder, patched, restarting, manager)


def _scraping(
    program: str,
    folder: Path,
    patched: pytest.MonkeyPatch,
    restarting: Restarting,
    manager: RunningAlertmanager | None,
) -> Iterator[House]:
    cameras_from_zero(CAMERAS)
    for camera in CAMERAS:
        status(camera, "stream", CameraState.ONLINE, "streaming")
        status(camera, "view", CameraState.ONLINE, "clear")
    alerts_from_zero([ROOM])
    metrics.failures_from_zero("fire-stage")
    metrics.from_zero(metrics.LOGBOOK_UNSENT, UNSENT)
    metrics.DETECTOR_DEGRADED.set(0)
    faults = Faults(folder, patched)
    port = start_metrics(Settings(metrics_port=0, data=folder))
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gone = nobody.getsockname()[1]
    places = {"cameras": f"127.0.0.1:{port}", "gone": f"127.0.0.1:{gone}", "restarting": f"127.0.0.1:{restarting.port}"}
    if manager is not None:
        places["alertmanager"] = manager.address
    targets = [{"targets": [address], "labels": {"process": process}} for process, address in places.items()]
    (folder / "targets.json").write_text(json.dumps(targets))
    running = RunningPrometheus(program, folder, folder / "targets.json")
    try:
        wait(lambda: len(running.ever('count_over_time(up{job="toezicht"}[1m]) > 2')) == len(places), "all are scraped")
        yield House(running, faults, folder / "targets.json", restarting, manager)
    finally:
        running.close()
        faults.close()


def wait(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds."""
    deadline_s = time.monotonic() + SEEN_WITHIN_S
    while not holds():
        assert time.monotonic() < deadline_s, what
        time.sleep(0.5)


def test_a_rule_sees_the_fault_that_it_is_for_and_nothing_before_it(house: House) -> None:
    """Each is silent while all is well, and sees what the code then tells; no rule is without a fault here."""
    faults, prometheus = house.produced(), house.prometheus
    assert {*faults, *FIRST, *OF_PROCESSES, *AT_THE_END, *MUST_BE_THERE} == set(RULES)
    silent = [*faults, *FIRST, *OF_PROCESSES, *AT_THE_END]
    assert {name: house.sees(name) for name in silent} == {name: [] for name in silent}
    house.faults.reports_without_alerts()
    for name in FIRST:
        house.await_rule(name)
    for produce in faults.values():
        produce()
    for _ in range(3):
        _start_again(house)
    house.await_rule("ContainerRestarts")
    if house.alertmanager is not None:  # else the Debian package is not installed
        house.alertmanager.fire({"alertname": "ProcessDown", "severity": "critical", "process": "deciding"})
        house.await_rule("AlertsNotDelivered")
    house.faults.lag(9_000)  # it grows
    for name in faults:
        house.await_rule(name)
    assert [each["process"] for each in house.sees("CamerasOfflineTogether")] == ["cameras"]
    offline = {each["camera"]: each["process"] for each in house.sees("CameraOffline")}
    assert offline == dict.fromkeys(CAMERAS[1:], "cameras")  # both have the label that one silences the other by
    assert {"alert_latency"} <= {each["slo"] for each in house.sees("SloBurnsFast")}

    told = house.targets.read_text()
    house.targets.write_text("[]")
    for name in sorted(AT_THE_END):
        house.await_rule(name)
    assert [each["source"] for each in house.sees("SourceGone")] == ["recorded"]
    assert {"locate"} <= {each["stage"] for each in house.sees("StageGone")}
    house.targets.write_text(told)
    wait(lambda: len(prometheus.now('up{job="toezicht"}')) == len(json.loads(told)), "all are scraped again")


def _start_again(house: House) -> None:
    """Start a process again, and wait until Prometheus has seen it."""
    changes = 'changes(process_start_time_seconds{process="restarting"}[15m]) > %d'
    before = next((n for n in range(10, -1, -1) if house.prometheus.now(changes % (n - 1))), 0)
    house.restarting.again()
    wait(lambda: bool(house.prometheus.now(changes % before)), f"it was seen to start {before + 1} times")


def test_rules_of_what_must_be_there_see_that_it_is_not(house: House) -> None:
    """A process that does not answer, stages that nobody runs, no Alertmanager as deployed; the watchdog is always there."""
    wait(lambda: [each["process"] for each in house.sees("ProcessDown")] == ["gone"], "the others are up")
    assert {"corroborate", "share"} <= {each["stage"] for each in house.sees("StageMissing")}
    assert house.sees("Watchdog") == [{}]
    assert house.sees("AlertmanagerMissing") == [{}]
    assert [rule["name"] for rule in house.prometheus.rules() if rule.get("lastError")] == []

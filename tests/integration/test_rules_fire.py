"""Rules see the faults that they are for: made by the code that meets them, scraped by a real Prometheus, asked as deployed.

How long a rule waits (`for`) is promtool's to test (deploy/prometheus/*_test.yml); here its expression meets real series.
"""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
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
from streams.process import start_metrics
from streams.runtime.runner import set_aside
from streams.settings import Settings
from streams.stages.decide.budget import BudgetMeasure
from streams.stages.decide.metrics import alerts_from_zero, count_alerts
from streams.topics import ALERTS, DECISION_LOG, INCIDENTS
from tests.support.capture import FakeProducer
from tests.support.messages import example
from tests.support.prometheus import DEPLOYED, RunningPrometheus

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
ROOM: Final = "fire-room"
CAMERAS: Final = tuple(f"fire-{number}" for number in range(5))
SEEN_WITHIN_S: Final = 90.0
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


FAULTS: Final[dict[str, Callable[[], None]]] = {
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
    "IntakeCredentialsFaulty": lambda: metrics.INTAKE_CREDENTIALS_FAULTY.set(1),
}


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPrometheus]:
    """Yield a Prometheus that scrapes this process while nothing is wrong yet, and one process that is not there."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus (Debian package) is not installed")
    folder = tmp_path_factory.mktemp("prometheus")
    with pytest.MonkeyPatch.context() as patched:
        for each in vars(metrics).values():
            if isinstance(each, MetricWrapperBase) and each._labelnames:
                patched.setattr(each, "_metrics", {})  # what other tests counted in this process
        yield from _scraping(program, folder)


def _scraping(program: str, folder: Path) -> Iterator[RunningPrometheus]:
    cameras_from_zero(CAMERAS)
    for camera in CAMERAS:
        status(camera, "stream", CameraState.ONLINE, "streaming")
        status(camera, "view", CameraState.ONLINE, "clear")
    alerts_from_zero([ROOM])
    metrics.failures_from_zero("fire-stage")
    metrics.DETECTOR_DEGRADED.set(0)
    port = start_metrics(Settings(metrics_port=0, data=folder))
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gone = nobody.getsockname()[1]
    targets = [
        {"targets": [f"127.0.0.1:{port}"], "labels": {"process": "cameras"}},
        {"targets": [f"127.0.0.1:{gone}"], "labels": {"process": "gone"}},
    ]
    (folder / "targets.json").write_text(json.dumps(targets))
    running = RunningPrometheus(program, folder, folder / "targets.json")
    try:
        wait(lambda: len(running.ever('count_over_time(up{job="toezicht"}[1m]) > 2')) == 2)
        yield running
    finally:
        running.close()


def wait(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline_s = time.monotonic() + SEEN_WITHIN_S
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.5)


def test_a_rule_sees_the_fault_that_it_is_for_and_nothing_before_it(prometheus: RunningPrometheus) -> None:
    """Each is silent while all is well, and sees what the code then tells."""
    before = {name: prometheus.now(RULES[name]["expr"]) for name in FAULTS}
    assert before == {name: [] for name in FAULTS}
    for produce in FAULTS.values():
        produce()
    for name in FAULTS:
        wait(lambda name=name: bool(prometheus.now(RULES[name]["expr"])))  # type: ignore[misc]
    together = prometheus.now(RULES["CamerasOfflineTogether"]["expr"])
    assert [each["process"] for each in together] == ["cameras"]
    offline = {each["camera"]: each["process"] for each in prometheus.now(RULES["CameraOffline"]["expr"])}
    assert offline == dict.fromkeys(CAMERAS[1:], "cameras")  # both have the label that one silences the other by


def test_rules_of_what_must_be_there_see_that_it_is_not(prometheus: RunningPrometheus) -> None:
    """A process that does not answer, stages that nobody runs; the watchdog is always there."""
    assert [each["process"] for each in prometheus.now(RULES["ProcessDown"]["expr"])] == ["gone"]
    missing = {each["stage"] for each in prometheus.now(RULES["StageMissing"]["expr"])}
    assert {"observe", "corroborate"} <= missing
    assert prometheus.now(RULES["Watchdog"]["expr"]) == [{}]
    for quiet in ("NothingScraped", "ClockOff", "DeliveryGap", "PartnerSetAside", "SloBurnsFast"):
        assert prometheus.now(RULES[quiet]["expr"]) == [], quiet
    assert [rule["name"] for rule in prometheus.rules() if rule.get("lastError")] == []

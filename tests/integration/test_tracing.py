"""A report followed from intake to console and webhook in one trace, and one line of the Logboek for each thing that is done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import yaml

from schemas.alerts import Alert
from schemas.audit import AuditEvent
from streams import topics
from streams.clients.telling import MessageTeller
from streams.clock import utc_now
from streams.domain.logbook.lines import ProcessingKind
from streams.kafka.reader import read_messages
from streams.logbook.receiver import ACTIVITY
from streams.settings import KafkaSettings
from tests.support.console.access import PASSWORD
from tests.support.messages import example
from tests.support.partner_room import make_partners
from tests.support.partner_topics import ENVIRONMENT, hook
from tests.support.receiver import Receiver, receiving
from tests.support.registry import registry_camera, write_registry
from tests.support.sharing import default_document
from tests.support.tracing import Collector, ToldSpan, collecting
from tests.support.worker_process import REGISTRY, eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]
ROOM = "amstelveen"
PARTNER = "brandweer"
USER = "jan"
WEBHOOK = "notify webhook"
OWN = {"Sec-Fetch-Site": "same-origin"}
WITHIN_S = 400.0
"""Only there to end a test that fails."""
REGISTER = Path(__file__).parents[2] / "deploy" / "register.yaml"


@dataclass
class Running:
    """A command that was started."""

    process: subprocess.Popen[bytes]
    ready: Path
    log: Path

    def wait(self) -> None:
        """Wait until it is ready."""
        eventually(lambda: self.ready.exists() or self.process.poll() is not None, WITHIN_S)
        assert self.process.poll() is None, self.log.read_text()[-2_000:]


@contextmanager
def running(folder: Path, environment: Mapping[str, str], *command: str) -> Iterator[Running]:
    """Start a command, and end it in good order where nobody killed it."""
    ready, log = folder / f"{command[0]}.json", folder / f"{command[0]}.log"
    ready.unlink(missing_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", *command],
            env={**environment, "TOEZICHT_READY_FILE": str(ready)},
            stderr=out,
        )
    try:
        yield Running(process, ready, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def accounts_file(folder: Path) -> Path:
    """Return a file with the account of one supervisor."""
    path = folder / "accounts.json"
    path.touch(0o600)
    account = {"user": USER, "roles": ["supervisor"], "rooms": [ROOM], "password": PASSWORD, "must_change": False}
    path.write_text(json.dumps([account]))
    return path


def browser(console: Running) -> httpx2.Client:
    """Return a browser that is logged in, once the list is whole."""
    address = console.log.read_text().rpartition("the console is at ")[2].split()[0].strip('",')
    client = httpx2.Client(base_url=address, headers=OWN, timeout=60)
    eventually(lambda: client.get("/readyz").status_code == 200, WITHIN_S)
    assert client.post("/api/v1/session", json={"user": USER, "password": PASSWORD}).status_code == 200
    return client


def partners_file(folder: Path, receiver: Receiver) -> Path:
    """Return the built-in file in which one partner has a webhook."""
    document = default_document()
    document["partners"][PARTNER]["delivery"] = {"channels": {"hook": hook(receiver)}, "otherwise": ["hook"]}
    path = folder / "partners.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True))
    return path


def alert_of(kafka: KafkaSettings) -> Alert:
    """Return the newest revision of the one alert that there is."""
    found: list[Alert] = []

    def there() -> bool:
        found[:] = list(read_messages(kafka, topics.ALERTS, Alert))
        return bool(found)

    eventually(there, WITHIN_S)
    return found[-1]


def act(page: httpx2.Client, alert: Alert, action: str, number: int, **more: object) -> None:
    """Do something to the alert, as the page does."""
    asked = {
        "action_id": f"act-{number}", "alert_id": alert.alert_id, "seen_revision": alert.revision, "action": action, **more,
    }  # fmt: skip
    answer = page.post(f"/api/v1/rooms/{ROOM}/actions", json=asked)
    assert answer.status_code == 202, answer.text


def parents(trace: list[ToldSpan], span: ToldSpan) -> list[str]:
    """Return the services on the way from a span to where its trace began."""
    by_id = {each.span_id: each for each in trace}
    found = [span.service]
    while span.parent:
        span = by_id[span.parent]
        found.append(span.service)
    return found


def reaches_a_root(trace: list[ToldSpan], span: ToldSpan) -> bool:
    """Return whether all on the way from a span to where its trace began was told: each process tells when it likes."""
    by_id = {each.span_id: each for each in trace}
    while span.parent:
        if span.parent not in by_id:
            return False
        span = by_id[span.parent]
    return True


def test_a_report_is_one_trace_and_each_processing_one_line(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """The Logboek is killed while it waits for an answer, and refuses some: each line is there once, by its ids."""
    kafka = empty_kafka
    make_partners(kafka)
    with ExitStack() as stack:
        collector, logboek = stack.enter_context(collecting()), stack.enter_context(collecting())
        receiver = stack.enter_context(receiving())
        environment = {
            **os.environ, **ENVIRONMENT, "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "TOEZICHT_REGISTRY": str(REGISTRY),
            "TOEZICHT_DATA": str(tmp_path), "TOEZICHT_PARTNERS": str(partners_file(tmp_path, receiver)),
            "TOEZICHT_TRACES_TO": collector.url, "TOEZICHT_LOG_FORMAT": "json",
        }  # fmt: skip
        serving = {"TOEZICHT_CONSOLE_PORT": "0", "TOEZICHT_CONSOLE_FIRST_ACCOUNTS": str(accounts_file(tmp_path))}
        worker = stack.enter_context(running(tmp_path, environment, "worker", "locate", "decide", "share", "audit"))
        notify = stack.enter_context(running(tmp_path, environment, "notify"))
        console = stack.enter_context(running(tmp_path, environment | serving, "console"))
        for each in (worker, notify, console):
            each.wait()
        page = browser(console)
        stack.callback(page.close)
        report_by_hand(page)
        trace = one_trace(collector, kafka, receiver)
        assert {each.status for each in trace if each.name != WEBHOOK} == {0}

        alert = alert_of(kafka)
        act(page, alert, "acknowledge", 1)
        act(page, alert, "confirm_dispatch", 2, recipients=[PARTNER])
        assert page.get(f"/api/v1/rooms/{ROOM}/alerts/{alert.alert_id}").status_code == 200
        look_at_pictures(kafka)
        lines = each_line_once(logboek, tmp_path, environment, kafka)
        acted = [each for each in lines if each.name == "acknowledge alert"]
        with_trace = {each.trace_id for each in collector.spans}
        assert {each.trace_id for each in acted} <= with_trace
        assert not [each for each in lines if USER in str(each) or alert.alert_id in str(each)]


@pytest.mark.vision
def test_a_picture_is_one_trace_from_its_camera_to_what_is_seen_of_it(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Capture begins it, and detect and observe go on with it: each of the three tells its part with the same camera."""
    from tests.support.running_capture import write_video  # needs the vision extra

    camera = f"cam-{uuid.uuid4()}"
    write_video(tmp_path / "a.avi", 50)
    registry = write_registry(tmp_path / "r.yaml", registry_camera(camera, {"url": "a.avi", "loop": True}))
    with ExitStack() as stack:
        collector = stack.enter_context(collecting())
        environment = {
            **os.environ, "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "TOEZICHT_REGISTRY": str(registry),
            "TOEZICHT_DATA": str(tmp_path), "TOEZICHT_TRACES_TO": collector.url, "TOEZICHT_TRACES_PICTURES_SHARE": "1",
        }  # fmt: skip
        stack.enter_context(running(tmp_path, environment, "worker", "detect", "observe")).wait()
        stack.enter_context(running(tmp_path, environment, "capture"))

        def ends(spans: list[ToldSpan]) -> list[ToldSpan]:
            ours = {each.trace_id for each in spans if each.attributes.get("toezicht.camera_id") == camera}
            return [each for each in spans if each.name == "observe detections" and each.trace_id in ours]

        spans = collector.until(lambda spans: any(reaches_a_root(spans, each) for each in ends(spans)), WITHIN_S)
        observed = next(each for each in ends(spans) if reaches_a_root(spans, each))
        trace = [each for each in spans if each.trace_id == observed.trace_id]
        assert parents(trace, observed) == ["toezicht-observe", "toezicht-detect", "toezicht-capture"]
        assert [each.name for each in sorted(trace, key=lambda each: each.start_ns)][:3] == [
            "send camera-frames", "detect camera-frames", "observe detections",
        ]  # fmt: skip
        assert {each.status for each in trace} == {0}


def report_by_hand(page: httpx2.Client) -> None:
    """Enter a report, as an operator does; intake makes it a report of the flow."""
    asked = {
        "report_id": "r-1", "category": "brand", "urgency": 1, "lat": 52.3063, "lon": 4.8573, "accuracy_m": 30,
        "occurred_at": utc_now().isoformat(),
    }  # fmt: skip
    answer = page.post(f"/api/v1/rooms/{ROOM}/reports", json=asked)
    assert answer.status_code == 202, answer.text


def one_trace(collector: Collector, kafka: KafkaSettings, receiver: Receiver) -> list[ToldSpan]:
    """Return the trace of the report, once the page and the partner were told."""
    receiver.await_taken(1)
    ends = {"toezicht-console", "toezicht-notify"}

    def whole(spans: list[ToldSpan]) -> bool:
        ours = {each.trace_id for each in spans if each.name == "send incidents"}
        trace = [each for each in spans if each.trace_id in ours]
        told = [
            each for each in trace if each.name == "console alert-state" or (each.name == WEBHOOK and each.status == 0)
        ]
        return {each.service for each in told} == ends and all(reaches_a_root(trace, each) for each in told)

    spans = collector.until(whole, WITHIN_S)
    [began] = [each for each in spans if each.name == "send incidents"]
    trace = [each for each in spans if each.trace_id == began.trace_id]
    [shown] = [each for each in trace if each.name == "console alert-state"]
    # an attempt that ran out of time on a slow machine is a span of its own, and may never have come to the partner
    told = next(each for each in trace if each.name == WEBHOOK and each.status == 0)
    way = ["toezicht-locate", "toezicht-intake", "toezicht-console"]
    assert parents(trace, shown) == ["toezicht-console", "toezicht-decide", *way]
    assert parents(trace, told) == ["toezicht-notify", "toezicht-share", "toezicht-decide", *way]
    alert = alert_of(kafka)
    assert {each.attributes["toezicht.alert_id"] for each in (shown, told)} == {alert.alert_id}
    assert f"00-{told.trace_id}-{told.span_id}-01" in {each.headers["traceparent"] for each in receiver.hooks}
    return trace


def look_at_pictures(kafka: KafkaSettings) -> None:
    """Tell the audit of a picture, one that was refused, and two looks of which one twice, as capture and the console do."""
    teller = MessageTeller(kafka, "console")
    for cause, action, result in [
        ("s1", "snapshot", "pixelated"),
        ("s2", "snapshot", "too_old"),
        ("s1.1", "view_snapshot", "pixelated"),
        *[("s1.2", "view_snapshot", "pixelated")] * 2,
    ]:
        event = example(
            AuditEvent, cause_id=cause, actor=USER, action=action, object_type="camera", object_id="stadsplein-1", result=result,
            at=utc_now(),
        )  # fmt: skip
        teller.tell(event)
    teller.close()


def each_line_once(
    logboek: Collector, folder: Path, environment: Mapping[str, str], kafka: KafkaSettings
) -> list[ToldSpan]:
    """Run the Logboek's process, killed before its first lines are confirmed, and return the lines, each once."""
    environment = {
        **environment, "TOEZICHT_LOGBOOK_TO": logboek.url, "TOEZICHT_LOGBOOK_ACTIVITIES": str(REGISTER),
    }  # fmt: skip
    asked, killed = threading.Event(), threading.Event()

    def lost(_: int) -> tuple[int, int]:
        asked.set()
        killed.wait(WITHIN_S)
        return 200, 0

    logboek.answer = lost  # it takes the lines, and nobody is there any more to hear so
    with running(folder, environment, "logbook") as logbook:
        assert asked.wait(WITHIN_S), logbook.log.read_text()[-2_000:]
        logbook.process.kill()
        logbook.process.wait()
    killed.set()
    logboek.until(bool)
    first = once(logboek.spans)
    assert first
    logboek.answer = lambda number: (200, 1) if number % 2 else (200, 0)
    wanted = Counter({"view_snapshot camera": 2, "view_alert alert": 1, "snapshot camera": 1, "report report": 1,
                      "acknowledge alert": 1, "confirm_dispatch alert": 1, "dispatch alert": 1})  # fmt: skip
    with running(folder, environment, "logbook"):
        again = len(first) + sum(wanted.values())  # what it took comes again, by the ids that it had
        logboek.until(lambda spans: len(spans) >= again and Counter(once(spans).values()) == wanted, WITHIN_S)
    registered = yaml.safe_load(REGISTER.read_text())["processing_activities"]
    by_id = {(each.trace_id, each.span_id): each for each in logboek.spans}
    assert len({span for _, span in by_id}) == len(by_id)
    assert {each.attributes[ACTIVITY] for each in by_id.values()} == {
        registered[kind.value] for kind in ProcessingKind if kind is not ProcessingKind.RETENTION
    }
    assert all(0 < each.start_ns <= each.end_ns for each in by_id.values())
    return list(by_id.values())


def once(spans: list[ToldSpan]) -> dict[tuple[str, str], str]:
    """Return lines by their ids, as a Logboek keeps them."""
    return {(each.trace_id, each.span_id): each.name for each in spans}

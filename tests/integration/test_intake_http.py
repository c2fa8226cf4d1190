"""Reports by HTTP as they run: the command, a real broker, a request made by curl and openssl as the documentation has it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from schemas.incidents import Incident, Operation
from streams.clock import utc_now
from streams.kafka.admin import apply
from streams.kafka.reader import read_messages
from streams.local.broker import LocalBroker, free_port
from streams.settings import KafkaSettings, Settings
from streams.topics import INCIDENTS
from tests.support.intake_command import RUN
from tests.support.intake_http import OTHER_SECRET, SECRET, sender, signed, write_senders

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
WITHIN_S = 240.0


class Running:
    """Reports by HTTP as a process of its own."""

    def __init__(self, broker: str, senders: Path, log: Path, **settings: str) -> None:
        self.senders = senders
        self.log = log
        self.port = free_port()
        environment = os.environ | {
            "KAFKA_BOOTSTRAP_SERVERS": broker, "TOEZICHT_METRICS_PORT": "0", "TOEZICHT_INTAKE_HTTP_PORT": str(self.port),
            "TOEZICHT_INTAKE_HTTP_CREDENTIALS": str(senders), **settings,
        }  # fmt: skip
        with log.open("wb") as errors:
            self.process = subprocess.Popen([*RUN, "http"], env=environment, stderr=errors, stdout=errors)
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=WITHIN_S)

    def ready(self) -> None:
        """Wait until it takes reports."""
        deadline_s = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline_s and self.process.poll() is None:
            with contextlib.suppress(httpx2.HTTPError):
                if self.client.get("/readyz").status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def post(self, document: dict[str, Any], message_id: str, secret: str = SECRET, **more: Any) -> httpx2.Response:
        """Post a signed report."""
        body = json.dumps(document).encode()
        return self.client.post("/incidents", content=body, headers=signed(body, message_id, utc_now(), secret), **more)

    def stop(self) -> int:
        """End it, and return its exit code."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WITHIN_S)


def _incidents(kafka: KafkaSettings, source: str) -> list[Incident]:
    read = read_messages(kafka, INCIDENTS, Incident, utc_now() - timedelta(hours=1))
    return [each for each in read if each.source == source]


@pytest.fixture
def source() -> str:
    """Return a partner's source that no other test uses."""
    return f"partner-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def running(kafka: KafkaSettings, tmp_path: Path, source: str) -> Iterator[Running]:
    """Yield a process that takes reports of one partner."""
    senders = write_senders(tmp_path / "intake.yaml", sender(sources=[source, "politie-gms"]))
    made = Running(kafka.bootstrap_servers, senders, tmp_path / "log")
    try:
        made.ready()
        yield made
    finally:
        made.stop()


def test_the_documented_request_makes_an_incident(running: Running, kafka: KafkaSettings) -> None:
    """A shell with openssl and curl is enough; the answer names the incident that is on the topic."""
    text = (ROOT / "docs/reports-http.md").read_text()
    script, answer = re.findall(r"```(?:sh|json)\n(.*?)```", text, re.DOTALL)[:2]
    script = script.replace("2026-4711", uuid.uuid4().hex)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=os.environ | {"SECRET": SECRET, "ADDRESS": f"http://127.0.0.1:{running.port}"},
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told | {"incident_id": "…"} == json.loads(answer)
    assert told["incident_id"] in {each.incident_id for each in _incidents(kafka, "politie-gms")}


def test_what_is_answered_with_202_is_on_the_topic(running: Running, kafka: KafkaSettings, source: str) -> None:
    """Each once, in order; a repetition, a replay and a test are none."""
    report = {"source": source, "source_id": "1", "category": "bzdsbr", "text": "Zwartjanssen"}
    first = running.post(report, "m1")
    assert (first.status_code, first.json()["result"]) == (202, "created")
    assert running.post(report, "m1").json() == first.json()
    assert running.post(report, "m2").json()["result"] == "duplicate"
    assert running.post(report | {"operation": "cancel"}, "m3").json()["result"] == "cancelled"
    assert running.post(report | {"operation": "test"}, "m4").status_code == 200
    assert [(each.operation, each.revision) for each in _incidents(kafka, source)] == [
        (Operation.CREATE, 0),
        (Operation.CANCEL, 1),
    ]


def test_a_restarted_process_knows_what_was_reported(
    running: Running, kafka: KafkaSettings, tmp_path: Path, source: str
) -> None:
    """From the topic: the same report is known, and one that was recorded before opens nothing that was cancelled since."""
    body = json.dumps({"source": source, "source_id": "1", "category": "bzdsbr"}).encode()
    recorded = signed(body, "m1", utc_now() - timedelta(seconds=3))
    assert running.client.post("/incidents", content=body, headers=recorded).status_code == 202
    assert running.post({"source": source, "source_id": "1", "operation": "cancel"}, "m2").status_code == 202
    running.process.kill()
    running.process.wait(WITHIN_S)
    again = Running(kafka.bootstrap_servers, running.senders, tmp_path / "log2")
    try:
        again.ready()
        assert again.client.post("/incidents", content=body, headers=recorded).json()["result"] == "after_cancel"
        assert len(_incidents(kafka, source)) == 2
    finally:
        assert again.stop() == 0


def test_a_secret_is_replaced_while_it_runs(running: Running, source: str) -> None:
    """Within a second or so of the change of the file; the process is the same."""
    report = {"source": source, "source_id": "1", "category": "bzdsbr"}
    assert running.post(report, "m1", OTHER_SECRET).status_code == 401
    write_senders(running.senders, sender(sources=[source], secrets=[OTHER_SECRET, SECRET]))
    deadline_s = time.monotonic() + WITHIN_S
    while running.post(report, "m2", OTHER_SECRET).status_code != 202 and time.monotonic() < deadline_s:
        time.sleep(0.1)
    assert running.post(report, "m3", OTHER_SECRET).status_code == 202
    assert running.post(report, "m4", SECRET).status_code == 202
    assert running.process.poll() is None


def test_a_slow_client_is_cut_and_holds_up_nobody(running: Running, source: str) -> None:
    """Dozens of half a head and of half a body: reports are answered meanwhile, and the connections end."""
    opened = []
    for number in range(40):
        connection = socket.create_connection(("127.0.0.1", running.port), timeout=30)
        head = b"POST /incidents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n"
        connection.sendall(head if number % 2 else head + b"\r\n{")
        opened.append(connection)
    assert running.post({"source": source, "source_id": "1"}, "m1").status_code == 202
    for connection in opened:
        with contextlib.suppress(ConnectionError):
            while connection.recv(4096):
                pass
        connection.close()
    assert running.post({"source": source, "source_id": "2"}, "m2").status_code == 202


@pytest.mark.slow
def test_while_the_broker_is_away_no_report_is_answered_and_none_is_lost(tmp_path: Path, source: str) -> None:
    """503 while it is away; what was handed in arrives when it is back, once; its sender then learns so."""
    port = free_port()
    with LocalBroker(tmp_path / "broker", Settings().cache, port=port) as broker:
        kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
        apply(kafka)
        senders = write_senders(tmp_path / "intake.yaml", sender(sources=[source]))
        made = Running(kafka.bootstrap_servers, senders, tmp_path / "log", TOEZICHT_INTAKE_HTTP_ANSWER_WITHIN_S="1")
        made.ready()
    report = {"source": source, "source_id": "1", "category": "bzdsbr"}
    try:
        away = made.post(report, "m1")
        assert (away.status_code, away.json()["code"]) == (503, "not_confirmed")
        with LocalBroker(tmp_path / "broker", Settings().cache, port=port):
            deadline_s = time.monotonic() + WITHIN_S
            while (answer := made.post(report, "m1")).status_code != 202 and time.monotonic() < deadline_s:
                time.sleep(0.2)
            assert (answer.status_code, answer.json()["result"]) == (202, "duplicate"), made.log.read_text()
            assert len(_incidents(kafka, source)) == 1
            assert made.stop() == 0
    finally:
        made.stop()
    assert "Traceback" not in made.log.read_text()


def test_without_a_file_of_credentials_it_does_not_start(kafka: KafkaSettings, tmp_path: Path) -> None:
    """One line, and exit code 2; also where others can read it."""
    for path, told in ((tmp_path / "none.yaml", "a file"), (tmp_path / "open.yaml", "0600")):
        if told == "0600":
            write_senders(path, sender()).chmod(0o644)
        made = Running(kafka.bootstrap_servers, path, tmp_path / "log")
        made.client.close()
        assert made.process.wait(WITHIN_S) == 2
        lines = made.log.read_text().splitlines()
        assert told in lines[-1]
        assert SECRET not in made.log.read_text()

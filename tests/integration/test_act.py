"""`toezicht act` with a worker that decides, on a real broker: done, or refused with the reason."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.alerts import AlertState
from streams.clients.actions import newest
from streams.clients.alerts import AlertReader
from streams.settings import KafkaSettings
from tests.support.worker_process import DecidingWorker, eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture
def worker(tmp_path: Path, empty_kafka: KafkaSettings) -> Iterator[DecidingWorker]:
    """Yield a worker, and end it."""
    made = DecidingWorker(tmp_path, empty_kafka)
    yield made
    made.close()


def act(kafka: KafkaSettings, *words: str) -> Any:
    """Return the command's result."""
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", "act", *words],
        env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_an_operator_acts_without_a_console(worker: DecidingWorker, empty_kafka: KafkaSettings) -> None:
    """The first acknowledges; who acts on what was seen before is told so; nothing can be done to what is not there."""
    kafka = empty_kafka
    worker.report(1)
    eventually(lambda: bool(worker.reported()), 240)
    reader = AlertReader(kafka, from_start=True)
    eventually(lambda: bool(reader.changes(0.3)), 240)
    [alert] = reader.alerts
    reader.close()
    done = act(kafka, alert.alert_id, "acknowledge", "--user", "operator-3")
    assert (done.returncode, done.stdout) == (0, f"acknowledge {alert.alert_id}: done\n"), done.stderr
    known = newest(kafka, alert.alert_id, 30)
    assert (known.state, known.handled_by) == (AlertState.ACKNOWLEDGED, "operator-3")
    seen = str(alert.revision)
    late = act(kafka, alert.alert_id, "close", "--user", "operator-4", "--verdict", "false", "--seen", seen)
    assert late.returncode == 1
    assert late.stdout.startswith(f"close {alert.alert_id}: refused, operator-3 acted on it at revision")
    nothing = act(kafka, "nothing", "close", "--user", "operator-4")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert nothing.stderr == "toezicht: there is no alert nothing on alert-state\n"

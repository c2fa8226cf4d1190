"""Commands that operations reads at night are run, as they stand on the page: there is an alert, a dead letter and an audit.

Each command of these pages is either run, or stands below with why it is not; so a new one is looked at.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import yaml
from typer.testing import CliRunner

from schemas.alerts import Alert
from schemas.dead_letters import DeadLetterReason
from schemas.phrases.codes import faults as says
from streams import topics
from streams.cli.main import build_app
from streams.clock import utc_now
from streams.config.partners import load_partners, wanted_topics
from streams.errors import ToezichtError
from streams.kafka.admin import apply
from streams.kafka.dead_letter import Fault, dead_letter
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.record import Record
from streams.process import READY_VARIABLE
from streams.settings import KafkaSettings
from tests.support.audit import audit_event
from tests.support.cluster import empty
from tests.support.compose import SERVICES, command_of, environment_of, mounts_of
from tests.support.killed_worker import killed_worker
from tests.support.messages import example
from tests.support.notices import HOOK
from tests.support.placed import send
from tests.support.sharing import default_document
from tests.support.worker_process import REGISTRY, eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGES: Final = ("first-day", "runbooks", "operations")
WITHIN_S: Final = 400.0
"""Only there to end a test that fails."""
CHANGES: Final = {
    "toezicht worker locate corroborate decide": "runs until it is stopped; tests/integration/test_worker.py",
    "toezicht canary --once": "needs all stages; tests/integration/test_canary.py",
    "toezicht drill": "needs all stages and a partner; tests/integration/test_drill.py",
    "toezicht drill --partner politie --operator 20": "the same",
    "toezicht drill --times 20 --json": "the same",
    "toezicht dead-letters replay --reason unknown_camera --since 2h": "sends; the same with --dry-run is run",
}
"""Commands of these pages that are not run here, and why."""
ENDS_WITH: Final = {
    "toezicht cameras check --open": {
        0,
        1,
    },  # the camera of the example is not there, which is told where it may look now
}
"""With which codes a command ends here, where 0 is not the only one."""


class Line(NamedTuple):
    """Line: a command of a page."""

    page: str
    command: str


def lines() -> list[Line]:
    """Return the commands of the pages' blocks, without what a comment says of them."""
    found = []
    for page in PAGES:
        text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            for line in block.splitlines():
                words = shlex.split(line, comments=True)
                if words[:1] == ["toezicht"]:
                    found.append(Line(page, shlex.join(words)))
    return found


READ: Final = [line for line in dict.fromkeys(lines()) if line.command not in CHANGES]


class Run(NamedTuple):
    """Run: what a command needs: where, and which files."""

    kafka: KafkaSettings
    folder: Path

    def __call__(self, command: str) -> tuple[int, str]:
        """Run a command in this process; return its code and what it printed."""
        words = shlex.split(command)[1:]
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "TOEZICHT_REGISTRY": str(REGISTRY),
            "TOEZICHT_PARTNERS": str(self.folder / "partners.yaml"),
            "TOEZICHT_BACKUPS": str(self.folder / "backups"),
            "TOEZICHT_COMPLETENESS_GRACE_S": "1",
            "TOEZICHT_DATA": str(self.folder / "data"),
        }
        result = CliRunner().invoke(build_app(words[0]), words, env=environment)
        refused = result.exception if isinstance(result.exception, ToezichtError) else None
        return (2, str(refused)) if refused else (result.exit_code, result.output)


@pytest.fixture(scope="module")
def run(local_broker: KafkaSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Yield what runs commands on a broker with an alert, a dead letter at the place that the page shows, and an audit."""
    empty(local_broker)
    apply(local_broker, wanted_topics(load_partners()))
    folder, now = tmp_path_factory.mktemp("commands"), utc_now()
    document = default_document()
    hook = {"kind": "webhook", "options": HOOK}
    document["partners"]["politie"]["delivery"] = {"channels": {"hook": hook}, "otherwise": ["hook"]}
    (folder / "partners.yaml").write_text(yaml.safe_dump(document))
    producer = ConfirmedProducer(local_broker, "test")
    record = Record(topics.INCIDENTS, 0, 1, b"k", b"{", [], now)
    for _ in range(18):  # the pages show the letter 0-17
        letter = dead_letter("locate", record, Fault(DeadLetterReason.NOT_JSON, says.line_too_large(1, 2)))
        producer.send(letter.topic, letter.partition, *letter.record)
    producer.confirm()
    producer.close()
    alert = example(Alert, changed_at=now, opened_at=now, occurred_at=now)
    send(local_broker, [(topics.ALERTS, alert), (topics.ALERT_STATE, alert), (topics.AUDIT, audit_event(1))], now)
    with killed_worker("audit", local_broker, folder / "worker"):
        made = Run(local_broker, folder)
        eventually(lambda: json.loads(made("toezicht audit verify --json")[1])["entries"] == 1, WITHIN_S)
        yield made


@pytest.mark.parametrize("line", READ, ids=lambda line: f"{line.page}: {line.command}")
def test_a_command_of_the_page_does_what_it_is_there_for(run: Run, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with the code that the page leads one to expect, and says something."""
    monkeypatch.chdir(run.folder)
    code, said = run(line.command)
    assert code in ENDS_WITH.get(line.command, {0}), said
    assert said.strip()


def test_what_is_not_run_stands_on_a_page() -> None:
    """An entry of a command that is gone goes too."""
    assert set(CHANGES) | set(ENDS_WITH) <= {line.command for line in lines()}
    assert {line.page for line in READ} == set(PAGES)


# ---- what the compose file starts by itself, or the host's cron ----------------------------------------------------------


def _container(run: Run, service: str) -> tuple[list[str], dict[str, str]]:
    """Return a service's words and variables, the folders of its container being those of this machine."""
    given = {
        "CONFIG": str(REGISTRY.parent), "BACKUPS": str(run.folder / "kept"),
        "KAFKA_BOOTSTRAP_SERVERS": run.kafka.bootstrap_servers,
    }  # fmt: skip
    mounts = mounts_of(service, given)

    def outside(word: str) -> str:
        inside = next((each for each in mounts if word == each or word.startswith(f"{each}/")), None)
        return word if inside is None else mounts[inside] + word.removeprefix(inside)

    known = {name: outside(value) for name, value in environment_of(service, given).items()}
    here = {"TOEZICHT_DATA": str(run.folder / "data"), "TOEZICHT_METRICS_PORT": "0"}
    return [outside(word) for word in command_of(service, given)], os.environ | known | here


def test_what_compose_runs_daily_deletes_and_then_backs_up(run: Run) -> None:
    """By the very words and variables of the file, as processes: a wrong one would be found by the host's cron alone."""
    daily = [name for name, service in SERVICES.items() if service.get("profiles") == ["daily"]]
    assert sorted(daily) == ["backup", "delete"]
    for service in sorted(daily, reverse=True):
        words, environment = _container(run, service)
        (run.folder / "kept").mkdir(mode=0o700, exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli", *words], env=environment, capture_output=True, text=True, check=False,
            timeout=WITHIN_S,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        assert done.stdout.strip()
    assert list((run.folder / "kept").glob("backup-*Z/manifest.json"))
    assert "older" in (run.folder / "kept" / "deletions.ndjson").read_text()
    eventually(lambda: "backup" in {each["action"] for each in _audited(run)}, WITHIN_S)


def test_what_compose_starts_to_measure_the_cluster_measures_it(run: Run) -> None:
    """It is ready, answers what compose asks of its health, tells of the brokers, and ends in good order."""
    words, environment = _container(run, "exporter")
    ready = run.folder / "exporter.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", *words],
        env=environment | {READY_VARIABLE: str(ready)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        eventually(lambda: ready.exists() or process.poll() is not None, WITHIN_S)
        assert process.poll() is None
        address = f"http://127.0.0.1:{json.loads(ready.read_text())['metrics_port']}"
        eventually(lambda: "\ntoezicht_kafka_brokers 1.0" in _got(f"{address}/metrics"), WITHIN_S)
        _got(f"{address}/readyz")
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=WITHIN_S)
        assert process.returncode == 0, said
    finally:
        process.kill()
        process.wait()


def _audited(run: Run) -> list[dict[str, str]]:
    export = run.folder / "audit.ndjson"
    export.unlink(missing_ok=True)
    run(f"toezicht audit export --out {export}")
    return [json.loads(line) for line in export.read_text().splitlines()]


def _got(address: str) -> str:
    with urllib.request.urlopen(address, timeout=WITHIN_S) as answer:
        return str(answer.read().decode())

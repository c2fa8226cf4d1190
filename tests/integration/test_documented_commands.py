"""Commands that operations reads at night are run, as they stand on the page: there is an alert, a dead letter and an audit.

Each command of these pages is either run, or stands below with why it is not; so a new one is looked at.
"""

from __future__ import annotations

import json
import re
import shlex
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
from streams.settings import KafkaSettings
from tests.support.audit import audit_event
from tests.support.cluster import empty
from tests.support.killed_worker import killed_worker
from tests.support.messages import example
from tests.support.notices import HOOK
from tests.support.placed import send
from tests.support.sharing import default_document
from tests.support.worker_process import REGISTRY, eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGES: Final = ("first-day", "runbooks", "operations")
WITHIN_S: Final = 120.0
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

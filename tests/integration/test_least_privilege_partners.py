"""Least privilege around partners: each a real process by a user of its own, on a broker that allows nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import yaml

from bench.cluster.secured_broker import ADMIN
from schemas.actions import OperatorAction
from schemas.alerts import Alert
from schemas.codec import decode, encode
from schemas.sharing import PartnerAlert, PartnerHit
from streams import topics
from streams.clock import utc_now
from streams.config.partners import load_partners, wanted_topics
from streams.kafka.access.acl_admin import add_acls
from streams.kafka.admin import apply
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import read_records
from streams.local.broker import free_port
from streams.logbook.process import GROUP as LOGBOOK_GROUP
from streams.process import READY_VARIABLE
from streams.rights.granting import Grants
from streams.rights.partners import connected
from tests.support.cluster import await_handled
from tests.support.intake_http import sender, signed, write_senders
from tests.support.messages import example
from tests.support.partner_topics import ENVIRONMENT, KEY_VARIABLE, hook
from tests.support.receiver import receiving
from tests.support.registry import registry_camera, write_registry
from tests.support.secured import SecuredBrokers, secured_brokers
from tests.support.sharing import default_document
from tests.support.tracing import collecting
from tests.support.worker_process import eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]

NOBODY: Final = "nobody"
WITHIN_S: Final = 400.0
"""Only there to end a test that fails."""
REGISTER: Final = Path(__file__).parents[2] / "deploy" / "register.yaml"
ROOM: Final = "amstelveen"
PLACE: Final = {"lat": 52.303, "lon": 4.8525, "accuracy_m": 10}
COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "share": ("worker", "share"),
    "hits": ("worker", "hits"),
    "observe": ("worker", "observe"),
    "notify": ("notify", "--since", "3600"),
    "intake": ("intake", "http"),
    "logbook": ("logbook",),
}
"""Each process around partners by the user that it comes by; `observe` stands for the pictures' stages, and the Logboek is told
of what partners are asked."""
READS: Final = {
    "share": topics.ALERTS, "hits": topics.INCIDENTS, "observe": topics.CAMERA_DELETIONS, "notify": topics.DEAD_LETTERS,
    "intake": topics.INCIDENTS, "logbook": topics.AUDIT_CHAIN,
}  # fmt: skip


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBrokers]:
    """Yield a secured broker with all topics and users, and the rights that the command gives for the built-in partners."""
    partners = load_partners()
    grants = Grants.of({}, connected(partners))
    with secured_brokers(tmp_path_factory.mktemp("secured")) as made:
        apply(made.settings_of(ADMIN), wanted_topics(partners))
        made.add_users([*(grants.users[name] for name in COMMANDS), NOBODY])
        add_acls(made.settings_of(ADMIN), grants.acls())
        yield made


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return what the processes are given beside the cluster: a registry, the partners with a channel, and who may report."""
    channel = {
        "kind": "webhook",
        "options": {
            "url": "https://partner.example/hook",
            "allow": {"hosts": ["partner.example"]},
            "secrets": [{"variable": KEY_VARIABLE}],
        },
    }
    return ENVIRONMENT | {
        "TOEZICHT_REGISTRY": str(write_registry(tmp_path / "cameras.yaml", registry_camera("c1", {"url": "none"}))),
        "TOEZICHT_PARTNERS": str(_partners_file(tmp_path, channel)),
        "TOEZICHT_INTAKE_HTTP_PORT": str(free_port()),
        "TOEZICHT_INTAKE_HTTP_CREDENTIALS": str(
            write_senders(tmp_path / "s.yaml", sender(), sender("hor", sources=["hor"]))
        ),
        "TOEZICHT_LOGBOOK_TO": "http://127.0.0.1:9/v1/traces",
        "TOEZICHT_LOGBOOK_ACTIVITIES": str(REGISTER),
    }


def _partners_file(folder: Path, channel: Mapping[str, Any]) -> Path:
    document = default_document()
    document["partners"]["politie"]["delivery"] = {"channels": {"hook": dict(channel)}, "otherwise": ["hook"]}
    path = folder / "partners.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


@contextmanager
def _running(broker: SecuredBrokers, folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Run all commands until they are ready; each ends in good order, and was refused nothing."""
    running: dict[str, tuple[subprocess.Popen[bytes], Path, Path]] = {}
    try:
        for user, words in COMMANDS.items():
            ready, log = folder / f"{user}.json", folder / f"{user}.log"
            variables = os.environ | broker.environment_of(user) | dict(environment)
            variables |= {READY_VARIABLE: str(ready), "TOEZICHT_DATA": str(folder / user), "TOEZICHT_METRICS_PORT": "0"}
            with log.open("w") as out:
                command = [sys.executable, "-m", "streams.cli", *words]
                running[user] = (subprocess.Popen(command, env=variables, stdout=out, stderr=out), ready, log)
        for process, ready, log in running.values():
            eventually(lambda up=ready, of=process: up.exists() or of.poll() is not None, WITHIN_S)  # type: ignore[misc]
            assert process.poll() is None, log.read_text()
        yield
        for process, _, log in running.values():
            assert process.poll() is None, log.read_text()
            process.send_signal(signal.SIGTERM)
        for process, _, log in running.values():
            assert process.wait(WITHIN_S) == 0, log.read_text()
            assert "may not" not in log.read_text()
    finally:
        for process, _, _ in running.values():
            if process.poll() is None:
                process.kill()
                process.wait(WITHIN_S)


def _report(port: str, *sources: str) -> None:
    """Send a report about one thing at one place from each source, by HTTP."""
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=WITHIN_S) as client:
        eventually(lambda: client.get("/readyz").status_code == 200, WITHIN_S)
        for source in sources:
            report = {"source": source, "source_id": f"{source}/1", "category": "jeugdoverlast", "position": PLACE}
            body = json.dumps(report).encode()
            headers = signed(body, f"m-{source}", utc_now(), name=source)
            assert client.post("/incidents", content=body, headers=headers).status_code == 202


def _told(broker: SecuredBrokers, kind: type[PartnerHit | PartnerAlert]) -> set[str]:
    """Return the partners that were told something of a kind."""
    found = read_records(broker.settings_of(ADMIN), ("partner-politie", "partner-hor"))
    messages = (decode(record.value or b"", record.headers) for record in found)
    return {message.partner for message in messages if isinstance(message, kind)}


def test_each_does_its_work(broker: SecuredBrokers, tmp_path: Path, environment: dict[str, str]) -> None:
    """Reports by HTTP make a hit of two partners; an alert becomes a partner's view, and its webhook; an action a line."""
    alert = example(Alert, alert_id="least", control_room_id=ROOM, recipients=("politie",))
    action = example(OperatorAction, alert_id="least", control_room_id=ROOM)
    with receiving() as receiver, collecting() as logboek:
        _partners_file(tmp_path, hook(receiver))
        with _running(broker, tmp_path, environment | {"TOEZICHT_LOGBOOK_TO": logboek.url}):
            _report(environment["TOEZICHT_INTAKE_HTTP_PORT"], "politie-gms", "hor")
            producer = ConfirmedProducer(broker.settings_of(ADMIN), "test")
            for topic, message in ((topics.ALERTS, alert), (topics.OPERATOR_ACTIONS, action)):
                producer.send_encoded(topic, encode(message, stage="test", handled_at=utc_now(), entered_at=utc_now()))
            producer.confirm()
            producer.close()
            eventually(lambda: _told(broker, PartnerHit) >= {"politie", "hor"}, WITHIN_S)
            eventually(lambda: "politie" in _told(broker, PartnerAlert), WITHIN_S)
            eventually(lambda: any(b'"least"' in each.body for each in receiver.taken), WITHIN_S)
            assert logboek.until(bool, WITHIN_S)[0].name == f"{action.action} alert"
            await_handled(broker.settings_of(ADMIN), LOGBOOK_GROUP, [topics.OPERATOR_ACTIONS])


@pytest.mark.parametrize("name", COMMANDS)
def test_without_rights_it_ends_with_one_line(
    broker: SecuredBrokers, tmp_path: Path, environment: dict[str, str], name: str
) -> None:
    """Which names the user, the right, the topic and what to do; at its start, and not in the middle."""
    variables = os.environ | broker.environment_of(NOBODY) | environment
    variables |= {"TOEZICHT_DATA": str(tmp_path), "TOEZICHT_METRICS_PORT": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", *COMMANDS[name]],
        env=variables, capture_output=True, text=True, check=False, timeout=WITHIN_S,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    [line] = [each for each in done.stderr.splitlines() if each.startswith("toezicht: ")]
    assert f'user "{NOBODY}" may not ' in line
    assert f'"{READS[name]}"' in line
    assert line.endswith(": run `toezicht topics acls`")

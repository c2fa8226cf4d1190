"""Systems as their operators run them: the real commands and readers, a stand-in of each system, and a real broker."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bench.intake.feeds import street
from schemas.categories import Category
from schemas.incidents import Incident, Operation
from streams.clock import utc_now
from streams.kafka.reader import read_messages, read_records
from streams.local.broker import free_port
from streams.process import READY_VARIABLE
from streams.settings import KafkaSettings
from streams.topics import DEAD_LETTERS, INCIDENTS
from tests.support.incoming import MELDING, SIGNAL
from tests.support.intake_command import RUN
from tests.support.intake_http import SECRET, sender, signed, write_senders
from tests.support.pages import page
from tests.support.polled import TOKEN, PolledSystem, serving

pytestmark = pytest.mark.integration
WITHIN_S = 240.0
"""Only there to end a test that fails."""
WORDS = ("Zwartjanssen", "0612345678", "zwartjanssen@x.nl")
"""What people wrote, and who they are: nowhere on a topic."""
DOCUMENTS = {"signalen": SIGNAL, "meldingen": MELDING}
PERSONAL: dict[str, dict[str, Any]] = {
    "signalen": {
        "text": f"{WORDS[0]} van nummer 12A belt, {WORDS[1]}",
        "reporter": {"email": WORDS[2], "phone": WORDS[1]},
        "notes": [{"text": WORDS[0]}],
    },
    "meldingen": {"text": f"{WORDS[0]} belt {WORDS[1]}", "email": WORDS[2], "phone": WORDS[1]},
}


@contextmanager
def running(kafka: KafkaSettings, folder: Path, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a command of intake that is ready, and end it in good order."""
    ready, log = folder / "ready.json", folder / "log"
    ready.unlink(missing_ok=True)
    environment = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "TOEZICHT_METRICS_PORT": "0", "TOEZICHT_DATA": str(folder),
        READY_VARIABLE: str(ready), **settings,
    }  # fmt: skip
    with log.open("ab") as output:
        process = subprocess.Popen([*RUN, *arguments], env=environment, stdout=output, stderr=output)
    try:
        _eventually(lambda: ready.exists() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN_S) == 0, log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(WITHIN_S)
    assert not any(word in log.read_text() for word in WORDS)


def _eventually(so: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + WITHIN_S
    while not so():
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


def _of(kafka: KafkaSettings, source: str, ids: set[str]) -> list[Incident]:
    read = read_messages(kafka, INCIDENTS, Incident, utc_now() - timedelta(hours=1))
    return [each for each in read if each.source == source and each.source_id in ids]


def _document(system: str, number: int, at: datetime, **changes: Any) -> dict[str, Any]:
    """Return a system's document with all that people wrote."""
    found = deepcopy(DOCUMENTS[system]) | PERSONAL[system] | {"id": number, "updated_at": at.isoformat()}
    begun = (at - timedelta(minutes=1)).isoformat()
    found |= {name: begun for name in ("created_at", "incident_date_start") if name in found}
    return found | changes


def _nothing_personal(kafka: KafkaSettings, ids: set[str]) -> None:
    for record in read_records(kafka, (INCIDENTS, DEAD_LETTERS)):
        told = (record.value or b"") + b"".join(value for _, value in record.headers)
        if any(each.encode() in told for each in ids):
            assert not any(word.encode() in told for word in (*WORDS, "Stadsplein 12", "12A"))


@pytest.fixture
def number() -> int:
    """Return the first of some numbers that no other test uses."""
    return random.randrange(10**6, 10**9)


@pytest.mark.parametrize("system", DOCUMENTS)
def test_a_polled_system_goes_on_where_it_stood(kafka: KafkaSettings, tmp_path: Path, system: str, number: int) -> None:
    """What changed while nobody asked is asked for at the next start; each once, and nothing of what people wrote."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    ids, polled = {str(number), str(number + 1)}, PolledSystem()
    polled.reports[number] = _document(system, number, utc_now())
    with serving(polled) as url:
        command = ("poll", system, "--url", url, "--token-file", str(token), "--every", "1")
        with running(kafka, tmp_path, *command):
            _eventually(lambda: _of(kafka, system, ids))
        later = {"priority": {"priority": "low"}} if system == "signalen" else {"urgency": -1}
        polled.reports[number] = _document(system, number, utc_now(), **later)
        polled.reports[number + 1] = _document(system, number + 1, utc_now())
        asked = len(polled.asked)
        with running(kafka, tmp_path, *command):
            _eventually(lambda: len(_of(kafka, system, ids)) >= 3 and len(polled.asked) >= asked + 3)
    found = _of(kafka, system, ids)
    told = sorted((each.source_id, each.revision, each.operation) for each in found)
    assert told == [
        (str(number), 0, Operation.CREATE), (str(number), 1, Operation.UPDATE), (str(number + 1), 0, Operation.CREATE),
    ]  # fmt: skip
    assert all(each.category is Category.JEUGDOVERLAST and each.place == "Stadsplein, Amstelveen" for each in found)
    assert all(each.position is not None and each.position.lat == pytest.approx(52.3063) for each in found)
    urgencies = {each.revision: each.urgency for each in found if each.source_id == str(number)}
    assert urgencies[0] < urgencies[1]
    _nothing_personal(kafka, ids)


@pytest.mark.parametrize("system", DOCUMENTS)
def test_a_webhook_becomes_an_incident_and_a_restart_knows_it(
    kafka: KafkaSettings, tmp_path: Path, system: str, number: int
) -> None:
    """Signed by a sender that can, with a token by one that cannot; answered when it is on the topic."""
    proof = {"secrets": [SECRET]} if system == "signalen" else {"secrets": []}
    proof["tokens_sha256"] = [hashlib.sha256(TOKEN.encode()).hexdigest()]
    senders = write_senders(tmp_path / "intake.yaml", sender(system, may=[system], sources=[], **proof))
    port, ids = free_port(), {str(number)}
    settings = {"TOEZICHT_INTAKE_HTTP_PORT": str(port), "TOEZICHT_INTAKE_HTTP_CREDENTIALS": str(senders)}
    body = json.dumps(_document(system, number, utc_now())).encode()

    def post(message_id: str) -> dict[str, Any]:
        headers = signed(body, message_id, utc_now(), SECRET, system)
        if system == "meldingen":
            headers = {
                "Content-Type": "application/json",
                "Toezicht-Sender": system,
                "Authorization": f"Bearer {TOKEN}",
            }
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=WITHIN_S) as client:
            _eventually(lambda: client.get("/readyz").status_code == 200)
            answer = client.post(f"/webhooks/{system}", content=body, headers=headers)
            forged = headers | {"webhook-signature": "v1,AAAA"} | {"Authorization": "Bearer other"}
            assert client.post(f"/webhooks/{system}", content=body, headers=forged).status_code == 401
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json()
        return told

    with running(kafka, tmp_path, "http", **settings):
        told = post("m1")
        found = _of(kafka, system, ids)
        assert (told["result"], told["incident_id"]) == ("created", found[0].incident_id)
    with running(kafka, tmp_path, "http", **settings):
        assert post("m2")["result"] == "duplicate"
    found = _of(kafka, system, ids)
    assert [each.revision for each in found] == [0]
    assert (found[0].category, found[0].place) == (Category.JEUGDOVERLAST, "Stadsplein, Amstelveen")
    _nothing_personal(kafka, ids)


def test_pages_over_tcp_survive_a_cut(kafka: KafkaSettings, tmp_path: Path, number: int) -> None:
    """A decoder that ends, in the middle of a line too, and comes again: each whole page is an incident, once."""
    names = [street(number + each).lower() for each in range(30)]

    def pages(chosen: list[str]) -> bytes:
        texts = [
            f"P 1 BAD-01 Brand woning {name.capitalize()} Amstelveen 131{each + 100}"
            for each, name in enumerate(chosen)
        ]
        return b"".join(page(text, utc_now()) + b"\n" for text in texts)

    def places() -> list[str]:
        read = read_messages(kafka, INCIDENTS, Incident, utc_now() - timedelta(hours=1))
        found = (each.place.split(",")[0].lower() for each in read if each.source == "p2000")
        return sorted(each for each in found if each in names)

    with socket.create_server(("127.0.0.1", 0)) as decoder:
        decoder.settimeout(WITHIN_S)
        address = f"127.0.0.1:{decoder.getsockname()[1]}"
        with running(kafka, tmp_path, "p2000", "--connect", address) as process:
            first, _ = decoder.accept()
            first.sendall(pages(names[:15]) + pages(names[15:16])[:40])
            first.close()
            second, _ = decoder.accept()
            second.sendall(pages(names[15:]))
            _eventually(lambda: len(places()) >= len(names))
            assert process.poll() is None
            with contextlib.closing(second):
                second.sendall(pages(names[:1]))  # what a second receiver hears too
                time.sleep(1.0)
    assert places() == sorted(names)

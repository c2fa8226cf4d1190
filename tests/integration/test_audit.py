"""`worker audit` and `toezicht audit` on a real broker: what is told is chained once, and whatever is done to the chain shows."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from schemas.audit import AuditEntry
from schemas.codec import encode
from streams.clients.audit import AuditTrail, chain_values
from streams.clients.telling import MessageTeller
from streams.domain.audit.chain import GENESIS, hash_of
from streams.domain.audit.verify import read_entry
from streams.settings import KafkaSettings
from streams.topics import AUDIT, AUDIT_CHAIN
from tests.support.audit import audit_event
from tests.support.killed_worker import killed_worker

pytestmark = pytest.mark.integration

WITHIN_S = 120
"""Only there to end a test that fails."""


def tell(kafka: KafkaSettings, *numbers: int, again: int = 1) -> None:
    """Tell events without waiting for each."""
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    for number in numbers:
        event = audit_event(number)
        record = encode(event, stage="console", handled_at=event.at, entered_at=event.at)
        for _ in range(again):
            producer.send(AUDIT, key=record.key, value=record.value, headers=record.headers)
    producer.flush()
    producer.close()


def entries(kafka: KafkaSettings) -> list[AuditEntry]:
    """Return the entries that stand on the topic, repeats included."""
    return [read[0] for _, value in chain_values(kafka) if (read := read_entry(value)) is not None]


def until_chained(kafka: KafkaSettings, count: int) -> list[str]:
    """Wait until so many different entries are there; return what each is about, in the order of their numbers."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        found = {each.sequence: each.object_id for each in entries(kafka)}
        if len(found) >= count:
            assert sorted(found) == list(range(len(found)))
            return [found[number] for number in range(count)]
        assert time.monotonic() < deadline, f"{len(found)} of {count} are chained"
        time.sleep(0.1)


def audit(kafka: KafkaSettings, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `toezicht audit`."""
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", "audit", *words],
        env={"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )


def verify(kafka: KafkaSettings, *words: str) -> dict[str, Any]:
    """Return what `toezicht audit verify` says to a program."""
    done = audit(kafka, "verify", "--json", *words)
    assert done.stdout, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if told["holds"] else 1)
    return told


def append(kafka: KafkaSettings, document: dict[str, Any]) -> None:
    """Put a record on the chain's topic that its writer did not write."""
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    producer.send(AUDIT_CHAIN, key=b"audit", value=json.dumps(document).encode()).get(30)
    producer.close()


def test_a_worker_that_is_killed_again_and_again_chains_each_event_once(
    empty_kafka: KafkaSettings, tmp_path: Path
) -> None:
    """In mid-stream, with its local state and without; events that are told twice included."""
    kafka, told = empty_kafka, 0
    for life in range(3):
        with killed_worker("audit", kafka, tmp_path / ("a" if life < 2 else "b")):
            tell(kafka, *range(told, told + 300), again=2)
            told += 300
            until_chained(kafka, told - 200 if life < 2 else told)  # the others it has in hand as it is killed
    assert until_chained(kafka, told) == [f"alert-{number}" for number in range(told)]
    found = verify(kafka)
    assert (found["holds"], found["first"], found["entries"]) == (True, 0, told)


def test_what_is_done_to_the_chain_shows(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """On the topic and in a file; each time with the entry that it was done to."""
    kafka = empty_kafka
    assert verify(kafka)["head"] is None
    with killed_worker("audit", kafka, tmp_path):
        teller = MessageTeller(kafka, "console")
        for number in range(10):
            teller.tell(audit_event(number, action="snapshot") if number == 3 else audit_event(number))
        teller.close()
        until_chained(kafka, 10)
        head = verify(kafka)["head"]
        assert verify(kafka, "--expect-head", head)["holds"]

        out = tmp_path / "audit.ndjson"
        assert audit(kafka, "export", "--out", str(out)).returncode == 0
        assert verify(kafka, str(out), "--expect-head", head)["holds"]
        lines = out.read_text().splitlines()
        cut, altered = tmp_path / "cut.ndjson", tmp_path / "altered.ndjson"
        cut.write_text("\n".join(lines[:-2]))
        assert verify(kafka, str(cut))["holds"]
        (found,) = verify(kafka, str(cut), "--expect-head", head)["findings"]
        assert (found["what"], found["first"], found["last"]) == ("truncated", 8, 9)
        altered.write_text("\n".join([*lines[:4], lines[4].replace("operator-1", "operator-2"), *lines[5:]]))
        (found,) = verify(kafka, str(altered))["findings"]
        assert (found["what"], found["first"], found["at"]) == ("altered", 4, 5)
        told = audit(kafka, "verify", str(altered))
        assert "THE CHAIN DOES NOT HOLD: 1 findings\n  entry 4: altered (at 5)" in told.stdout

        forged = json.loads(lines[9]) | {"sequence": 10, "previous_hash": json.loads(lines[9])["hash"], "actor": "x"}
        append(kafka, forged | {"hash": hash_of(forged)})
        (found,) = verify(kafka)["findings"]
        assert (found["what"], found["first"]) == ("inserted", 10)
        tell(kafka, 10)
        deadline = time.monotonic() + WITHIN_S
        while len(entries(kafka)) < 12:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        (found,) = verify(kafka)["findings"]
        assert (found["what"], found["first"]) == ("inserted", 10)
    assert audit(kafka, "export", "--out", str(out)).returncode == 2
    wrong = audit(kafka, "verify", "--expect-head", "9")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("toezicht: audit verify: --expect-head is '9', expected SEQUENCE:HASH")


def of_rest(wanted: set[int], entry: AuditEntry) -> bool:
    """Return whether an entry's number leaves one of these rests when it is divided by three."""
    return entry.sequence % 3 in wanted


def test_pages_go_backwards(empty_kafka: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the newest, those that are wanted, until the beginning; each entry once, however it is cut into chunks."""
    with killed_worker("audit", empty_kafka, tmp_path):
        tell(empty_kafka, *range(60))
        until_chained(empty_kafka, 60)
    monkeypatch.setattr("streams.clients.audit.CHUNK", 7)
    monkeypatch.setattr("streams.clients.audit.CHUNKS_AT_MOST", 3)
    trail = AuditTrail(empty_kafka)
    try:
        for wanted in ({0, 1, 2}, {1}, set[int]()):
            seen, before, asked = list[int](), None, 0
            while asked == 0 or before is not None:
                page = trail.page(partial(of_rest, wanted), before, 5)
                assert page.findings == ()
                assert len(page.entries) <= 5
                seen += [each.sequence for each in page.entries]
                before, asked = page.next_before, asked + 1
            assert seen == [number for number in reversed(range(60)) if number % 3 in wanted]
        first = trail.page(lambda _: True, 1, 5).entries
        assert [(each.sequence, each.previous_hash) for each in first] == [(0, GENESIS)]
        assert trail.page(lambda _: True, 0, 5).entries == ()
    finally:
        trail.close()

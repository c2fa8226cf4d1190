"""`toezicht backup` and `restore`: what must last comes back to a new broker, what may not does not, and all goes on."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner

from schemas.alerts import Alert, AlertState
from schemas.base import derive_id
from schemas.codec import encode
from schemas.deletion import HoldState
from schemas.incidents import Incident
from streams import topics
from streams.backup.manifest import Manifest, read_manifest
from streams.cli.main import build_app
from streams.clients.audit import chain_values, check_chain
from streams.clock import utc_now
from streams.compliance.holds import held_keys, read_holds
from streams.config.partners import load_partners, wanted_topics
from streams.domain.audit.verify import read_entry
from streams.errors import ToezichtError
from streams.kafka.admin import apply, check, stamp
from streams.kafka.reader import read_records
from streams.local.broker import LocalBroker
from streams.settings import KafkaSettings, Settings
from tests.support.audit import audit_event
from tests.support.cluster import await_handled
from tests.support.killed_worker import killed_worker
from tests.support.messages import example
from tests.support.one_alert import alert_at, close
from tests.support.placed import send
from tests.support.worker_process import REGISTRY, eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]

STAGES = "locate corroborate decide share trends hits audit"
DELETED, OPEN, HELD, FRESH = "Geplantstraat", "Andereweg", "Bewaarlaan", "Nieuweplein"
WITHIN_S = 240
"""Only there to end a test that fails."""


class Done(NamedTuple):
    """What a command ended with: its code, what it printed for a program, and the line of what a person can mend."""

    code: int
    printed: str
    refused: str


def run(kafka: KafkaSettings, backups: Path, *words: str) -> Done:
    """Run a command in this process."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "TOEZICHT_REGISTRY": str(REGISTRY),
        "TOEZICHT_BACKUPS": str(backups),
    }
    result = CliRunner().invoke(build_app(words[0]), list(words), env=environment)
    refused = result.exception if isinstance(result.exception, ToezichtError) else None
    assert refused is not None or result.exit_code in {0, 1}, (result, result.exception)
    return Done(2 if refused else result.exit_code, result.stdout, str(refused or ""))


def incident(number: int, place: str) -> Incident:
    """Return a report at a place, each far from the others in time."""
    now = utc_now()
    return example(
        Incident, incident_id=derive_id("backup-test", str(number)), source_id=f"backup-test-{number}",
        summary=f"Inbraak, {place}", place=place, position=None, occurred_at=now - timedelta(hours=3 * number),
        reported_at=now, received_at=now,
    )  # fmt: skip


def _state(kafka: KafkaSettings, place: str) -> AlertState | None:
    found = alert_at(kafka, place)
    return None if found is None else found.state


def tell(kafka: KafkaSettings, *numbers: int) -> None:
    """Tell the audit events."""
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    for number in numbers:
        event = audit_event(number)
        record = encode(event, stage="console", handled_at=event.at, entered_at=event.at)
        producer.send(topics.AUDIT, key=record.key, value=record.value, headers=record.headers)
    producer.flush()
    producer.close()


def chained(kafka: KafkaSettings) -> dict[int, str]:
    """Return what each entry of the chain is about, by its number."""
    read = (read_entry(value) for _, value in chain_values(kafka))
    return {entry.sequence: entry.object_id for entry, _ in filter(None, read)}


def put_old(kafka: KafkaSettings, days: float, alert_id: str) -> None:
    """Put an alert on its compacted topic as the broker took it so long ago."""
    then = utc_now() - timedelta(days=days)
    alert = example(Alert, alert_id=alert_id, place="Oudepad", changed_at=then)
    record = encode(alert, stage="test", handled_at=then, entered_at=then)
    stamp(kafka, [topics.ALERT_STATE], by_broker=False)
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    producer.send(
        topics.ALERT_STATE, key=alert_id.encode(), headers=record.headers, value=record.value, partition=0,
        timestamp_ms=int(then.timestamp() * 1000),
    ).get(30)  # fmt: skip
    producer.close()
    stamp(kafka, [topics.ALERT_STATE], by_broker=True)


def rows(kafka: KafkaSettings, stage: str) -> dict[bytes, bytes]:
    """Return a stage's rows as its changelog has them now."""
    found: dict[bytes, bytes] = {}
    for record in read_records(kafka, [topics.changelog(stage)]):
        if record.value is None:
            found.pop(record.key or b"", None)
        else:
            found[record.key or b""] = record.value
    return found


class Backup(NamedTuple):
    """A backup of a control room at work, what was deleted after it, and the broker that it was made of."""

    old: KafkaSettings
    folder: Path
    place: Path
    manifest: Manifest
    deleted: Alert
    open: Alert
    hold: str
    head: str


@pytest.fixture
def backup(empty_kafka: KafkaSettings, tmp_path: Path) -> Backup:
    """Three alerts, one held, and ten audited events; after the backup one is closed and deleted, and the hold is released."""
    kafka, folder = empty_kafka, tmp_path / "backups"
    apply(kafka, wanted_topics(load_partners()))
    put_old(kafka, 26, "alert-that-would-be-too-old")
    put_old(kafka, 10, "alert-of-ten-days-ago")
    officer = ("--user", "officer")
    with killed_worker(STAGES, kafka, tmp_path / "worker", TOEZICHT_REGISTRY=str(REGISTRY)):
        reports = [(topics.INCIDENTS, incident(number, place)) for number, place in enumerate((DELETED, OPEN, HELD), 1)]
        send(kafka, reports, utc_now())
        tell(kafka, *range(10))
        eventually(lambda: all(alert_at(kafka, place) for place in (DELETED, OPEN, HELD)), WITHIN_S)
        eventually(lambda: len(chained(kafka)) >= 10, WITHIN_S)
        alerts = {place: alert_at(kafka, place) for place in (DELETED, OPEN, HELD)}
        doomed, still, held = alerts[DELETED], alerts[OPEN], alerts[HELD]
        assert doomed is not None
        assert still is not None
        assert held is not None
        demand = ("--requester", "parket", "--ground", "PL1", "--until", "90d")
        assert run(kafka, folder, "hold", "add", held.alert_id, *demand, *officer).code == 0
        (hold,) = read_holds(kafka)
        await_handled(kafka, "share", (topics.ALERTS,))

        made = run(kafka, folder, "backup", "--user", "beheer", "--json")
        assert made.code == 0
        place = Path(json.loads(made.printed)["backup"])

        close(kafka, doomed)
        eventually(lambda: _state(kafka, str(doomed.place)) is AlertState.CLOSED, WITHIN_S)
        assert run(kafka, folder, "delete", "case", doomed.alert_id, *officer, "--wait", "30").code == 0
        assert run(kafka, folder, "hold", "release", hold, *officer).code == 0
    manifest = read_manifest(place)
    return Backup(kafka, folder, place, manifest, doomed, still, hold, manifest.audit_head)


@pytest.fixture
def new_broker(tmp_path: Path) -> Iterator[KafkaSettings]:
    """Yield another broker, on which nothing has ever been."""
    with LocalBroker(tmp_path / "new", Settings().cache, port=0, progress=lambda _: None) as local:
        yield KafkaSettings(bootstrap_servers=local.bootstrap_servers)


def test_a_backup_comes_back_and_all_go_on(backup: Backup, new_broker: KafkaSettings, tmp_path: Path) -> None:
    """Times, keys and the chain are what they were; what is too old, deleted or held no more does not come; then it works on."""
    kafka = new_broker
    parts = {part.topic: part for part in backup.manifest.topics}
    assert parts[topics.ALERT_STATE].left_out == 1, "26 days old: 33 when the backup is deleted"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in backup.place.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert {part.what for part in backup.manifest.files} == {"TOEZICHT_REGISTRY"}
    words = ("restore", str(backup.place), "--user", "beheer", "--json")

    refused = run(backup.old, backup.folder, *words)
    assert "is not empty" in refused.refused
    no_journal = run(kafka, backup.folder, *words, "--deletions", str(tmp_path / "none"))
    assert "the journal of what was deleted since" in no_journal.refused
    dry = run(kafka, backup.folder, *words, "--dry-run")
    assert json.loads(dry.printed)["deleted_since"] == [backup.deleted.alert_id]

    done = run(kafka, backup.folder, *words, "--files-to", str(tmp_path / "files"))
    assert (done.code, done.refused) == (0, "")
    told = json.loads(done.printed)
    assert told["audit"] == {"holds": True, "head": backup.head}
    assert told["topics"][topics.ALERT_STATE]["deleted"] == 1
    assert (tmp_path / "files" / f"01-{REGISTRY.name}").read_bytes() == REGISTRY.read_bytes()
    assert check(kafka, wanted_topics(load_partners())) == [], "all topics are as they should be again"

    before, after = (
        {each.key: each for each in read_records(cluster, [topics.ALERT_STATE])} for cluster in (backup.old, kafka)
    )
    old, open_now = before[b"alert-of-ten-days-ago"], after[b"alert-of-ten-days-ago"]
    assert (old.appended_at, old.value, old.headers) == (open_now.appended_at, open_now.value, open_now.headers)
    assert backup.deleted.alert_id.encode() not in after
    assert (read_holds(kafka)[backup.hold].state, list(held_keys(kafka, backup.hold))) == (HoldState.RELEASED, [])

    told_before = max(chained(kafka))
    with killed_worker(STAGES, kafka, tmp_path / "restored", TOEZICHT_REGISTRY=str(REGISTRY)):
        tell(kafka, 50)
        eventually(lambda: "alert-50" in chained(kafka).values(), WITHIN_S)
        send(kafka, [(topics.INCIDENTS, incident(4, FRESH))], utc_now())
        eventually(lambda: alert_at(kafka, FRESH) is not None, WITHIN_S)
        close(kafka, backup.open)
        eventually(lambda: _state(kafka, str(backup.open.place)) is AlertState.CLOSED, WITHIN_S)
        closed = alert_at(kafka, OPEN)
        assert closed is not None
        assert (closed.alert_id, closed.revision > backup.open.revision) == (backup.open.alert_id, True)
        deadline = time.monotonic() + WITHIN_S
        while left := [key for key in rows(kafka, "decide") if backup.deleted.alert_id.encode() in key]:
            assert time.monotonic() < deadline, left
            time.sleep(0.2)
    found = chained(kafka)
    assert sorted(found) == list(range(max(found) + 1))
    events = list(found.values())
    assert len(set(events[: told_before + 1])) == told_before + 1, "no event of before is chained a second time"
    assert check_chain(kafka).count == 0
    assert not [value for value in rows(kafka, "share").values() if DELETED.encode() in value]

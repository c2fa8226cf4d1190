"""No copy after its time: of planted cases nothing stands on any topic of a real broker, raw, but where retention says so."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from kafka import KafkaProducer

from schemas.base import Message
from schemas.cases import CaseOutcome, CaseReceipt
from schemas.categories import Category
from schemas.incidents import Incident, incident_identity
from streams import topics
from streams.clock import utc_now
from streams.config.partners import load_partners, wanted_topics
from streams.kafka.admin import apply
from streams.settings import KafkaSettings, Settings
from tests.support.messages import example
from tests.support.placed import Reader, send
from tests.support.raw_topics import QuickBroker, RawRecord, ShortTopic, quick, raw_records
from tests.support.sharing import default_document

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]

SPECS: Final = wanted_topics(load_partners())
BY_NAME: Final = {spec.name: spec for spec in SPECS}
STREET: Final = "Plantedlaan"
OUTCOMES: Final = {"accepted": CaseOutcome.ACCEPTED, "closed": CaseOutcome.CLOSED, "referred": CaseOutcome.REFERRED}
WITHIN_S: Final = 240
"""Only there to end a test that fails."""
KEPT_BY_RETENTION: Final = {
    topics.INCIDENTS: 27, topics.EVIDENCE: 27, topics.EVIDENCE_URGENT: 27, topics.CAMERA_WATCHES: 27, topics.ALERTS: 27,
    topics.DECISION_LOG: 27, topics.DEAD_LETTERS: 14, "partner-oov": 7, "partner-corporatie": 7, "partner-ggd-health": 1,
    "partner-oov-answers": 27, "partner-corporatie-answers": 27, "partner-ggd-answers": 27,
}  # fmt: skip
"""The topics that hold a case for so many days whatever becomes of it (docs/cases.md): each deletes, none is compacted."""


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[KafkaSettings]:
    """Yield the settings of a broker that cleans every second."""
    with QuickBroker(tmp_path / "broker", Settings().cache, port=0, progress=print) as local:
        yield KafkaSettings(bootstrap_servers=local.bootstrap_servers)


def files_of(folder: Path) -> dict[str, str]:
    """Write rules and partners in which a case lives for seconds; return the settings that name them."""
    rules = yaml.safe_load(files("streams.domain.rules").joinpath("default.yaml").read_text(encoding="utf-8"))
    rules["lifetime"] |= {"open_s": 2, "forget_s": 2, "reopen_s": 1}
    rules["damping"] |= {"fall_after_s": 1}
    rules["dispatch"] = {name: dict.fromkeys(times, 1) for name, times in rules["dispatch"].items()}
    document = copy.deepcopy(default_document())
    for line in document["cases"]:
        line |= {"answer_s": 30, "keep_s": 50}
    for name, content in (("rules", rules), ("partners", document)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    return {
        "TOEZICHT_RULES": str(folder / "rules.yaml"),
        "TOEZICHT_PARTNERS": str(folder / "partners.yaml"),
        "TOEZICHT_REGISTRY": str(Path(__file__).parents[2] / "deploy" / "cameras.yaml"),
        "CAMERA_USER": "u",
        "CAMERA_PASSWORD": "p",
    }


@contextmanager
def workers(kafka: KafkaSettings, folder: Path) -> Iterator[None]:
    """Run the stages through which a case goes until the end of the block, and kill them then."""
    ready, log = folder / "ready.json", folder / "worker.log"
    own = {"TOEZICHT_DATA": str(folder / "data"), "TOEZICHT_READY_FILE": str(ready)}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.short_memory", "worker", "locate", "decide", "share"],
            env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, **own, **files_of(folder)},
            cwd=Path(__file__).parents[2],
            stderr=out,
        )
    try:
        wait_for(lambda: ready.exists() or process.poll() is not None, lambda: log.read_text()[-2_000:])
        assert process.poll() is None, log.read_text()[-2_000:]
        yield
    finally:
        process.kill()
        process.wait()


def wait_for(there: Callable[[], bool], told: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + WITHIN_S
    while not there():
        assert time.monotonic() < deadline, told()
        time.sleep(0.3)


def planted(name: str, category: Category) -> Incident:
    """Return a report with words of its own, that nobody calls urgent."""
    now, source_id = utc_now(), f"planted-{name}"
    return example(
        Incident, source="meldpunt", source_id=source_id, incident_id=incident_identity("meldpunt", source_id), category=category,
        summary=f"something, {STREET}, Amstelveen", place=f"{STREET}, Amstelveen", source_priority="P 3", urgency=3,
        occurred_at=now, reported_at=now, received_at=now,
    )  # fmt: skip


def cases(reader: Reader) -> dict[str, dict[str, Any]]:
    """Return what was told of cases, by handover."""
    found = (json.loads(each.value) for each in reader.poll())
    return {each["handover_id"]: each for each in found if "handover_id" in each and not each["withdrawn"]}


def answers(told: Mapping[str, dict[str, Any]]) -> list[tuple[str, Message]]:
    """Return one acceptance, one closing and one referral; the rest is never answered."""
    homes = [each for each in told.values() if each["category"] == Category.WOONFRAUDE_OVERBEWONING]
    given: list[tuple[str, Message]] = []
    for case, (name, outcome) in zip(homes, OUTCOMES.items(), strict=False):
        receipt = CaseReceipt(
            handover_id=case["handover_id"], control_room_id=case["control_room_id"], alert_id=case["alert_id"],
            recipient="oov", outcome=outcome, refer_to="corporatie" if name == "referred" else None, answered_at=utc_now(),
        )  # fmt: skip
        given.append((topics.answers_topic("oov"), receipt))
    return given


def roll(kafka: KafkaSettings) -> None:
    """Write a key of no use to each partition of what is compacted, so that what stood there can be cleaned."""
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    for spec in SPECS:
        for number in range(spec.partitions):
            producer.send(spec.name, key=b"filler", value=b"{}", partition=number)
    producer.flush()
    producer.close()


def holding(records: Iterable[RawRecord], words: set[bytes]) -> dict[str, set[bytes]]:
    """Return which words stand on which topics."""
    found: dict[str, set[bytes]] = defaultdict(set)
    for record in records:
        found[record.topic] |= {word for word in words if word in record.content}
    return {topic: there for topic, there in found.items() if there}


def test_after_its_time_no_topic_has_a_word_of_a_case(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Accepted, closed, referred and not answered, never answered, and about somebody's health; on any topic, byte by byte."""
    apply(kafka, quick(SPECS))
    theirs = [each.name for each in SPECS if topics.partner_of(each.name) and "-answers" not in each.name]
    reports = [planted(f"home-{number}", Category.WOONFRAUDE_OVERBEWONING) for number in range(4)]
    for number, each in enumerate(reports):  # too far apart to be one
        assert each.position is not None
        moved = each.position.model_copy(update={"lat": each.position.lat - 0.003 * number})
        reports[number] = each.model_copy(update={"position": moved})
    reports.append(planted("distress", Category.VERWARD_PERSOON))
    reader = Reader(kafka, theirs)
    with workers(kafka, tmp_path):
        send(kafka, [(topics.INCIDENTS, each) for each in reports], utc_now())
        wait_for(lambda: len(cases(reader)) >= len(reports), lambda: cases(reader))
        told = dict(cases(reader))
        send(kafka, answers(told), utc_now())
        alerts = {each["alert_id"].encode() for each in told.values()}
        words = {STREET.encode(), b"planted-", *alerts, *(each.encode() for each in told)}
        state = [BY_NAME[topics.changelog(stage)] for stage in ("decide", "share")]
        assert holding(raw_records(kafka, state), words) != {}
        wait_for(lambda: left_in_newest(kafka, words) == {}, lambda: left_in_newest(kafka, words))
    assert any(each["came_from"] == "oov" for each in cases(reader).values())
    reader.close()

    def cleaned() -> dict[str, set[bytes]]:
        roll(kafka)
        return holding(raw_records(kafka, SPECS), words)

    wait_for(lambda: set(cleaned()) <= set(KEPT_BY_RETENTION), cleaned)
    assert {topics.INCIDENTS, topics.ALERTS, "partner-oov", "partner-ggd-health"} <= set(cleaned())
    apply(kafka, quick([BY_NAME[name] for name in KEPT_BY_RETENTION], ShortTopic))
    wait_for(lambda: cleaned() == {}, cleaned)


def left_in_newest(kafka: KafkaSettings, words: set[bytes]) -> dict[str, set[bytes]]:
    """Return which words stand in what is compacted as it will be left: in the newest record of a key, or in the key of one."""
    newest: dict[tuple[str, int, bytes], RawRecord] = {}
    for record in raw_records(kafka, [spec for spec in SPECS if "compact" in spec.cleanup]):
        newest[record.topic, record.partition, record.key] = record
    tombstones = (each.content.strip(b"\0") == each.key for each in newest.values())
    return holding((each for each, gone in zip(newest.values(), tombstones, strict=True) if not gone), words)


def test_what_holds_a_case_deletes_and_for_no_longer_than_is_written() -> None:
    """The limit that a municipality is told: nothing of these is compacted, and none is kept for longer than four weeks."""
    for name, days in KEPT_BY_RETENTION.items():
        spec = BY_NAME[name]
        assert (spec.cleanup, spec.retention_ms) == ("delete", days * topics.DAY_MS), name
        assert (spec.retention_ms or 0) + spec.segment_ms <= topics.FOUR_WEEKS_MS
    page = (Path(__file__).parents[2] / "docs" / "cases.md").read_text(encoding="utf-8")
    for name in KEPT_BY_RETENTION:
        template = name.replace("oov", "<id>").replace("corporatie", "<id>").replace("ggd", "<id>")
        assert f"`{template}`" in page, template

"""`toezicht delete` and `hold` on a real broker: of a planted word no topic has a byte left, but where it says so."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from typer.testing import CliRunner

from schemas.alerts import Alert
from schemas.base import derive_id
from schemas.incidents import Incident
from streams import topics
from streams.cli.main import build_app
from streams.clock import utc_now
from streams.compliance.ways import Way, way_of
from streams.config.partners import load_partners, wanted_topics
from streams.errors import ToezichtError
from streams.kafka.admin import apply
from streams.kafka.consumer import Consumer
from streams.settings import KafkaSettings
from streams.topics import BY_NAME
from tests.support.cluster import await_handled
from tests.support.killed_worker import killed_worker
from tests.support.messages import example
from tests.support.one_alert import alert_at, close
from tests.support.placed import send
from tests.support.worker_process import REGISTRY, eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]

MARKER, OTHER = "Geplantstraat", "Andereweg"
DEMAND = ("--requester", "parket-amsterdam", "--ground", "PL1", "--user", "officer")
STAGES = "locate corroborate decide share trends hits"
WITHIN_S = 240
"""Only there to end a test that fails."""


class Done(NamedTuple):
    """What a command ended with: its code, what it printed, and in which line it said what a person can mend."""

    code: int
    printed: str
    refused: str


def run(kafka: KafkaSettings, *words: str) -> Done:
    """Run a command in this process."""
    environment = {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "TOEZICHT_REGISTRY": str(REGISTRY)}
    result = CliRunner().invoke(build_app(words[0]), list(words), env=environment)
    told_of = result.exception if isinstance(result.exception, ToezichtError) else None
    assert result.exit_code in {0, 1}, result
    return Done(result.exit_code, result.stdout, str(told_of or ""))


def told(kafka: KafkaSettings, *words: str) -> Any:
    """Return what a command tells a program."""
    done = run(kafka, *words, "--json")
    assert done.code == 0, done
    return json.loads(done.printed)


def raw(kafka: KafkaSettings, names: list[str]) -> dict[str, bytes]:
    """Return all bytes that anybody can read of each topic, unpacked: keys, values and headers."""
    found = dict.fromkeys(names, b"")
    consumer: Any = Consumer(bootstrap_servers=kafka.bootstrap_servers)
    places = [TopicPartition(name, number) for name in names for number in range(BY_NAME[name].partitions)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    ends = consumer.end_offsets(places)
    while any(consumer.position(place) < ends[place] for place in places):
        for place, records in consumer.poll(timeout_ms=500).items():
            for each in records:
                headers = b"".join(value or b"" for _, value in each.headers)
                found[place.topic] += (each.key or b"") + (each.value or b"") + headers
    consumer.close()
    return found


def having(kafka: KafkaSettings, names: list[str], word: str) -> set[str]:
    """Return the topics on which a word can be read."""
    return {name for name, content in raw(kafka, names).items() if word.encode() in content}


def incident(number: int, place: str) -> Incident:
    """Return a report at a place, each far from the other."""
    now = utc_now()
    return example(
        Incident,
        incident_id=derive_id("deletion-test", str(number)),
        source_id=f"deletion-test-{number}",
        summary=f"Inbraak, {place}",
        place=place,
        position=None,
        occurred_at=now - timedelta(hours=3 * number),
        reported_at=now,
        received_at=now,
    )


def put(kafka: KafkaSettings, topic: str, value: bytes, at_ms: int | None = None) -> None:
    """Put bytes on a topic that no stage of the test writes, as taken by the broker at a time."""
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    producer.send(topic, key=b"room", value=value, partition=0, timestamp_ms=at_ms).get(30)
    producer.close()


def configure(kafka: KafkaSettings, topic: str, **settings: str) -> None:
    """Change a topic's settings."""
    client: Any = KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    names = {name.replace("_", "."): value for name, value in settings.items()}
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, names)])
    asked = ConfigResource(ConfigResourceType.TOPIC, topic)

    def known() -> bool:
        told_now = client.describe_configs([asked], config_filter="all")["topic"][topic]
        return all(str(told_now[name]["value"]) == value for name, value in names.items())

    eventually(known, WITHIN_S)
    client.close()


def compact_soon(kafka: KafkaSettings, names: list[str]) -> None:
    """Let Kafka compact topics in seconds and not within a day, and close the segments that hold what was deleted."""
    for name in names:
        configure(
            kafka,
            name,
            segment_ms="100",
            min_cleanable_dirty_ratio="0.0",
            max_compaction_lag_ms="1",
            delete_retention_ms="0",
        )
    time.sleep(0.2)
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    for name in names:
        for number in range(BY_NAME[name].partitions):
            producer.send(name, key=b"rolled", value=b"{}", partition=number).get(30)
    producer.close()


def test_of_a_planted_word_nothing_is_left(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """A case with a word in it, and another one: a hold keeps the first, then it is deleted, and the other stays."""
    kafka = empty_kafka
    wanted = wanted_topics(load_partners())
    apply(kafka, wanted)
    names = [spec.name for spec in wanted]
    with killed_worker(STAGES, kafka, tmp_path / "worker", TOEZICHT_REGISTRY=str(REGISTRY)):
        send(kafka, [(topics.INCIDENTS, incident(1, MARKER)), (topics.INCIDENTS, incident(2, OTHER))], utc_now())
        eventually(lambda: alert_at(kafka, MARKER) is not None and alert_at(kafka, OTHER) is not None, WITHIN_S)
        alert = alert_at(kafka, MARKER)
        assert alert is not None
        case = alert.alert_id
        put(kafka, topics.SNAPSHOTS, f"picture of {MARKER} {case}".encode())

        refused = run(kafka, "delete", "case", case, "--user", "officer")
        assert "is open" in refused.refused
        close(kafka, alert)
        eventually(lambda: (found := alert_at(kafka, MARKER)) is not None and found.closing == "true", WITHIN_S)
        await_handled(kafka, "share", (topics.ALERTS,))
        before = having(kafka, names, MARKER)
        assert {topics.INCIDENTS, topics.ALERTS, topics.ALERT_STATE, topics.SNAPSHOTS} <= before
        assert before & {topics.EVIDENCE, topics.EVIDENCE_URGENT}
        assert topics.changelog("decide") in before

        held = told(
            kafka,
            "hold",
            "add",
            case,
            "--requester",
            "parket-amsterdam",
            "--ground",
            "PL1",
            "--until",
            "30d",
            "--user",
            "officer",
        )
        assert held["records"] >= len(before - {spec for spec in before if way_of(spec) is Way.STATE})
        assert topics.HOLDS in having(kafka, names, MARKER)
        again = told(
            kafka,
            "hold",
            "add",
            case,
            "--requester",
            "parket-amsterdam",
            "--ground",
            "PL1",
            "--until",
            "60d",
            "--user",
            "officer",
        )
        assert (again["hold_id"], again["records"]) == (held["hold_id"], held["records"])
        refused = run(kafka, "delete", "case", case, "--user", "officer")
        assert "is held until" in refused.refused

        dry = told(kafka, "delete", "case", case, "--user", "officer", "--dry-run")
        assert {each["topic"] for each in dry["topics"] if each["records"]} >= before - {
            name for name in before if way_of(name) is Way.STATE
        }
        assert having(kafka, names, MARKER) == before | {topics.HOLDS}

        assert told(kafka, "hold", "release", held["hold_id"], "--user", "officer")["records"] == held["records"]
        done = told(kafka, "delete", "case", case, "--user", "officer", "--cut", "all", "--wait", "60")
        stages = {name.partition("/")[0] for name in done["stages"]}
        assert stages >= {"decide", "share", "trends", "hits"}
        assert sum(int(each.split()[0]) for name, each in done["stages"].items() if name.startswith("decide/")) > 0
        proved = [json.loads(each) for each in _values(kafka, topics.AUDIT)]
        assert {each["actor"] for each in proved if each["action"] == "delete"} == {"officer"}
        assert MARKER not in json.dumps(proved)
        proofs = {each["result"].partition(":")[0] for each in proved if each["object_id"] == case}
        assert proofs >= {topics.ALERT_STATE, topics.ALERTS, topics.SNAPSHOTS, topics.INCIDENTS}

    by_compaction = [name for name in names if way_of(name) in {Way.STATE, Way.TOMBSTONE, Way.HELD}]
    assert having(kafka, names, MARKER) <= set(by_compaction), "cut topics have nothing to read"
    compact_soon(kafka, by_compaction)
    deadline = time.monotonic() + WITHIN_S
    while left := having(kafka, names, MARKER):
        assert time.monotonic() < deadline, left
        time.sleep(1)
    assert topics.changelog("decide") in having(kafka, names, OTHER), "the other case stays"
    assert topics.ALERT_STATE in having(kafka, names, OTHER)


def _values(kafka: KafkaSettings, topic: str) -> list[bytes]:
    consumer: Any = KafkaConsumer(topic, bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest",
                                  consumer_timeout_ms=3_000, group_id=None)  # fmt: skip
    found = [each.value for each in consumer]
    consumer.close()
    return found


def test_what_is_old_goes_and_what_is_held_stays(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """Dead letters of three days ago, one of them of a case that is held: both go, and a copy of that one alone is kept."""
    kafka = empty_kafka
    now = utc_now()
    then = now - timedelta(days=4)
    alert = example(Alert, alert_id="alert-held", state="closed", opened_at=then, occurred_at=then)
    send(kafka, [(topics.ALERTS, alert)], now)
    configure(kafka, topics.DEAD_LETTERS, message_timestamp_type="CreateTime")
    old_ms = int((now - timedelta(days=3)).timestamp() * 1_000)
    put(kafka, topics.DEAD_LETTERS, b"alert-held was here", old_ms)
    put(kafka, topics.DEAD_LETTERS, b"another letter", old_ms)
    configure(kafka, topics.DEAD_LETTERS, message_timestamp_type="LogAppendTime")
    put(kafka, topics.DEAD_LETTERS, b"a new letter")

    told(
        kafka,
        "hold",
        "add",
        "alert-held",
        "--requester",
        "parket",
        "--ground",
        "PL2",
        "--until",
        "90d",
        "--user",
        "officer",
    )
    dry = told(kafka, "delete", "older-than", "2d", "--user", "officer", "--dry-run")
    assert {each["topic"]: each["records"] for each in dry["topics"]} == {topics.DEAD_LETTERS: 2}
    assert len(_values(kafka, topics.DEAD_LETTERS)) == 3
    refused = run(kafka, "delete", "older-than", "1h", "--user", "officer")
    assert "at least a day" in refused.refused

    done = told(kafka, "delete", "older-than", "2d", "--user", "officer")
    assert [each["done"] for each in done["topics"]] == ["cut, 2 records"]
    assert _values(kafka, topics.DEAD_LETTERS) == [b"a new letter"]
    held = b"".join(_values(kafka, topics.HOLDS))
    assert b"alert-held was here" in held
    assert b"another letter" not in held
    report = run(kafka, "compliance", "report", "--json")
    holds = json.loads(report.printed)["holds"]
    assert [(each["standing"], each["requester"]) for each in holds if "requester" in each] == [("kept", "parket")]

"""`worker hits` on a real broker: both partners are told once, whatever becomes of the worker."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.incidents import Incident
from streams import topics
from streams.clock import utc_now
from streams.config.partners import load_partners, wanted_topics
from streams.kafka.admin import apply
from streams.settings import KafkaSettings
from tests.support.hits import at, reported
from tests.support.killed_worker import killed_worker
from tests.support.placed import Reader, identity, send

pytestmark = pytest.mark.integration

MATTERS = 200
REGISTRY = Path(__file__).parents[2] / "deploy" / "cameras.yaml"
PARTNERS = load_partners()
THEIRS = [
    topic.name for topic in wanted_topics(PARTNERS) if topics.partner_of(topic.name) and "-answers" not in topic.name
]


def matters(now: datetime) -> list[list[Incident]]:
    """Return pairs of reports of the police and the fire brigade, each matter at a place of its own."""
    return [
        [
            reported(f"{source}-{number}", source, position=at(400.0 * number), occurred_at=now)
            for source in ("politie-gms", "brandweer-gms")
        ]
        for number in range(MATTERS)
    ]


def test_both_partners_are_told_once_and_soon(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """Each with its own reference and the other's name, the audit once for each; with the worker killed in the middle."""
    kafka, now = empty_kafka, utc_now() - timedelta(minutes=1)
    apply(kafka, wanted_topics(PARTNERS))
    reader, audit, came_in = Reader(kafka, THEIRS), Reader(kafka, [topics.AUDIT]), Reader(kafka, [topics.INCIDENTS])
    made = matters(now)
    for part, name in ((made[: MATTERS // 2], "a"), (made[MATTERS // 2 :], "b")):
        with killed_worker(
            "hits", kafka, tmp_path / name, TOEZICHT_REGISTRY=str(REGISTRY), CAMERA_USER="u", CAMERA_PASSWORD="p"
        ):
            for pair in part:
                send_one_by_one(kafka, pair, now)
            reader.until(2 * MATTERS if name == "b" else MATTERS)
            audit.until(MATTERS if name == "b" else MATTERS // 2)
    told = {(record.topic, dict(record.headers)["ce_id"]): json.loads(record.value) for record in reader.records}
    assert Counter(topic for topic, _ in told) == {"partner-politie": MATTERS, "partner-brandweer": MATTERS}
    by_hit: dict[str, dict[str, Any]] = {}
    for (topic, _), message in told.items():
        by_hit.setdefault(message["hit_id"], {})[topics.partner_of(topic) or ""] = message
    assert len(by_hit) == MATTERS
    for sides in by_hit.values():
        assert (sides["politie"]["other"], sides["brandweer"]["other"]) == ("brandweer", "politie")
        numbers = {partner: message["your_reference"].rsplit("-", 1) for partner, message in sides.items()}
        assert numbers["politie"][0] == "politie-gms"
        assert numbers["brandweer"] == ["brandweer-gms", numbers["politie"][1]]
        assert b"straatroof" not in json.dumps(sides).encode()
    assert len({dict(each.headers)["ce_id"] for each in audit.records}) == MATTERS
    came_in.until(2 * MATTERS)
    tell_delays(came_in.records, reader.records)
    for each in (reader, audit, came_in):
        each.close()


def send_one_by_one(kafka: KafkaSettings, pair: Sequence[Incident], now: datetime) -> None:
    """Send the two reports of a matter."""
    send(kafka, [(topics.INCIDENTS, each) for each in pair], now)


def tell_delays(came_in: Sequence[Any], told: Sequence[Any]) -> None:
    """Print how long after the second report the broker had each message: a figure for the documentation, no condition."""
    by_source = {json.loads(each.value)["source_id"]: each.timestamp for each in came_in}
    first = {identity(each): each for each in sorted(told, key=lambda each: each.timestamp, reverse=True)}
    delays = []
    for record in first.values():
        number = json.loads(record.value)["your_reference"].rsplit("-", 1)[1]
        second = max(by_source[f"{source}-{number}"] for source in ("politie-gms", "brandweer-gms"))
        delays.append(record.timestamp - second)
    delays.sort()
    assert len(delays) == 2 * MATTERS
    print(f"told after the second report, ms: median {delays[len(delays) // 2]}, p99 {delays[int(0.99 * len(delays))]}")
    print(f"max {delays[-1]}")

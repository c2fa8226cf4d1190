"""`worker share` on a real broker: after a mixed day each partner's topics hold what that partner may have, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.base import Message
from schemas.categories import Category
from schemas.dispatch import DispatchReceipt, DispatchRequest
from streams import topics
from streams.clock import utc_now
from streams.config.files import load_rules
from streams.config.partners import load_partners, wanted_topics
from streams.kafka.admin import apply, check
from streams.runtime.in_memory import MemoryRows
from streams.settings import KafkaSettings
from streams.stages.base import Input
from streams.stages.share import Share
from tests.support.killed_worker import killed_worker
from tests.support.messages import example
from tests.support.placed import Reader, identity, send
from tests.support.sharing import SECRET, beyond, default_document, mixed_day

pytestmark = pytest.mark.integration

ROOMS = ("amstelveen", "aalsmeer", "uithoorn", "diemen", "ouder-amstel")
ALERTS = 4_500
LEAST = 10_000
PARTNERS = load_partners(rules=load_rules())
THEIRS = [
    topic.name for topic in wanted_topics(PARTNERS) if topics.partner_of(topic.name) and "-answers" not in topic.name
]


def test_each_partners_topics_hold_only_what_is_theirs_after_a_mixed_day(
    empty_kafka: KafkaSettings, tmp_path: Path
) -> None:
    """By a check of raw JSON, with the worker killed and its disk lost; what comes out is what the stage says in memory."""
    kafka, now = empty_kafka, utc_now() - timedelta(minutes=5)
    apply(kafka, wanted_topics(PARTNERS))
    assert [each for each in check(kafka, wanted_topics(PARTNERS)) if each.what == "topic"] == []
    day = mixed_day(2026, ALERTS, ROOMS, now)
    stage, rows = Share(PARTNERS), MemoryRows()
    expected = {
        (output.topic, output.message.message_id().encode()): json.loads(output.message.model_dump_json())
        for number, alert in enumerate(day)
        for output in stage.handle(Input(alert, b"", topics.ALERTS, 0, number, alert.message_id(), now), rows, now)
    }
    assert len(expected) >= LEAST
    reader = Reader(kafka, THEIRS)
    for life, part in enumerate((day[:3_000], day[3_000:])):
        with killed_worker("share", kafka, tmp_path / str(life)):
            send(kafka, [(topics.ALERTS, each) for each in part], now)
            seen = len({identity(each) for each in reader.records})
            reader.until(len(expected) if life else seen + 500)
    found = [(each, json.loads(each.value)) for each in reader.records]
    reader.close()
    assert {identity(record): told for record, told in found} == expected

    document, towns = default_document(), frozenset(PARTNERS.towns)
    assert [line for record, told in found for line in beyond(record.topic, told, document, towns)] == []
    assert not [
        record
        for record, _ in found
        if SECRET.encode() in record.value + b"".join(value for _, value in record.headers)
    ]
    kinds = Counter((record.topic, told["category"]) for record, told in found)
    assert len(kinds) > 40
    assert max(len(record.value) + sum(len(n) + len(v) for n, v in record.headers) for record, _ in found) < 64_000


def test_dispatches_go_to_their_partner_and_its_answers_come_back(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """Each request on one topic alone; answers of others are refused and stand on dead-letters."""
    kafka, now = empty_kafka, utc_now() - timedelta(minutes=5)
    apply(kafka, wanted_topics(PARTNERS))
    asked = [(partner, category) for partner, category in PARTNERS.grants if category is not Category.OVERIG]
    requests = [
        example(
            DispatchRequest, dispatch_id=f"dispatch-{n}", alert_id=f"alert-{n}", recipient=partner, category=category,
            control_room_id=ROOMS[n % len(ROOMS)], confirmed_by=SECRET, confirmed_at=now,
        )
        for n, (partner, category) in enumerate(asked)
    ]  # fmt: skip
    with killed_worker("share", kafka, tmp_path):
        reader = Reader(kafka, THEIRS)
        send(kafka, [(topics.DISPATCH_REQUESTS, each) for each in requests], now)
        sent = reader.until(len(requests))
        reader.close()
        assert len(sent) == len(requests)
        document = default_document()
        for record in sent:
            told = json.loads(record.value)
            assert beyond(record.topic, told, document, frozenset(PARTNERS.towns)) == []
            assert SECRET.encode() not in record.value
        by_partner = Counter(topics.partner_of(record.topic) for record in sent)
        assert by_partner == Counter(partner for partner, _ in asked)

        answers = [
            example(
                DispatchReceipt, dispatch_id=each.dispatch_id, alert_id=each.alert_id, recipient=each.recipient,
                control_room_id=each.control_room_id, detail=SECRET, answered_at=now,
            )
            for each in requests
        ]  # fmt: skip
        placed: list[tuple[str, Message]] = [(topics.answers_topic(each.recipient), each) for each in answers]
        for answer in answers[::4]:
            other = "oov" if answer.recipient != "oov" else "hor"
            placed += [
                (topics.answers_topic(other), each) for each in (answer, answer.model_copy(update={"recipient": other}))
            ]
        send(kafka, placed, now)
        reader, letters = Reader(kafka, [topics.DISPATCH_RECEIPTS]), Reader(kafka, [topics.DEAD_LETTERS])
        back = [json.loads(record.value) for record in reader.until(len(answers))]
        refused = letters.until(2 * len(answers[::4]))
        assert {each["dispatch_id"]: each["recipient"] for each in back} == {
            each.dispatch_id: each.recipient for each in requests
        }
        assert {each["detail"] for each in back} == {""}
        assert len(back) == len(answers)
        assert all(b"not_allowed" in dict(each.headers)["dead-letter"] for each in refused)
        reader.close()
        letters.close()

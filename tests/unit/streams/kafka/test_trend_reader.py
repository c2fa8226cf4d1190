"""Reading the topic `trends` to its end, and the figures as JSON."""

from __future__ import annotations

import json
from collections import namedtuple
from typing import Any

import pytest
from kafka import TopicPartition

from schemas.base import Message
from schemas.codec import encode
from schemas.trends import Trend, TrendWeek
from streams.cli.trends import figures
from streams.kafka import trend_reader
from streams.kafka.errors import UnreachableError
from streams.kafka.trend_reader import read_trends
from streams.settings import KafkaSettings
from tests.support.messages import NOON, example
from tests.support.trend_year import summary

PLACE = TopicPartition("trends", 0)
Kept = namedtuple("Kept", ["offset", "value", "headers"])


class FakeConsumer:
    """Gives records in pieces, as a consumer does; a poll may bring nothing."""

    def __init__(self, *pieces: list[Any]) -> None:
        self.pieces = list(pieces)
        self.at = 0

    def position(self, place: TopicPartition) -> int:
        assert place == PLACE
        return self.at

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[Any]]:
        assert timeout_ms > 0
        piece = self.pieces.pop(0) if self.pieces else []
        if piece:
            self.at = piece[-1].offset + 1
        return {PLACE: piece} if piece else {}


def kept(offset: int, message: Message | None) -> Any:
    if message is None:
        return Kept(offset, None, [])
    record = encode(message, stage="trends", handled_at=NOON, entered_at=NOON)
    return Kept(offset, record.value, record.headers)


def read(consumer: FakeConsumer, end: int) -> list[Message]:
    fake: Any = consumer
    return list(trend_reader._until(fake, {PLACE: end}))


def test_everything_up_to_the_end_is_read_in_order_and_nothing_after_it() -> None:
    """In several pieces, with an empty one; a deletion and what cannot be read are passed over."""
    first, second, later = example(TrendWeek), example(Trend), example(Trend, revision=9)
    broken = Kept(3, b"{", kept(0, first).headers)
    consumer = FakeConsumer([kept(0, first)], [], [kept(1, None), kept(2, second), broken], [kept(4, later)])
    assert read(consumer, 4) == [first, second]


def test_an_empty_topic_is_read_at_once() -> None:
    """Without asking for anything."""
    assert read(FakeConsumer(), 0) == []


def test_a_broker_that_stops_to_answer_is_an_error_and_no_half_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The topic's name is in it."""
    monkeypatch.setattr(trend_reader, "GIVE_UP_S", -1.0)
    with pytest.raises(UnreachableError, match="trends could not be read to its end"):
        read(FakeConsumer([kept(0, example(Trend))]), 2)


def test_a_broker_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the address."""
    monkeypatch.setattr(trend_reader, "ANSWER_MS", 300)
    with pytest.raises(UnreachableError, match=r"no Kafka at 127\.0\.0\.1:1: "):
        list(read_trends(KafkaSettings(bootstrap_servers="127.0.0.1:1")))


def test_the_figures_are_json_with_every_number_of_the_report() -> None:
    """Dates and categories as text; what is not known is null."""
    [room] = json.loads(figures([summary()]))["rooms"]
    assert (room["week"], room["first_day"], room["complete"]) == ("2026-W48", "2026-11-23", True)
    assert room["targets"][0]["below_per_year"] == 350
    [[area, line]] = room["surges"]
    assert (area["name"], line["category"], line["count"]) == ("Uilenstede/Kronenburg", "jeugdoverlast", 8)
    assert (area["count"], line["small"], line["change_percent"]) == (13, False, 982)
    assert None in room["total"]["lines"][0]["last"]
    assert json.loads(figures([])) == {"rooms": []}

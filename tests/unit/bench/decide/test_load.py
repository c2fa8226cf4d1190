"""The mix of events of `bench decide`, and how its rate is counted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from bench.decide.load import LoadEvent, actions_in, alerts_in, mix, reports
from bench.decide.measure import _rate
from schemas.actions import OperatorAction
from schemas.evidence import Evidence, ReportFact, SightingFact
from schemas.ticks import Tick
from streams import topics
from streams.config.files import load_rules
from streams.kafka.partitioner import partition_of
from streams.runtime.in_memory import InMemory
from streams.stages.decide.stage import Decide

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def kind(event: LoadEvent) -> type[object]:
    return type(event.message)


@pytest.mark.parametrize("events", [20, 400])
def test_the_mix_is_60_30_10(events: int) -> None:
    """Evidence, ticks and actions come in the shares that are promised, in each block."""
    found = Counter(kind(event) for event in mix(events, 0, 1_000, NOON))
    assert found == {Evidence: events * 6 // 10, Tick: events * 3 // 10, OperatorAction: events // 10}


def test_nothing_is_asked_for_and_nothing_comes() -> None:
    """An empty mix is empty."""
    assert list(mix(0, 0, 0, NOON)) == []


def test_answers_follow_their_report() -> None:
    """A camera's answer never comes before what it answers."""
    known = set()
    for event in mix(400, 0, 1_000, NOON):
        if isinstance(event.message, Evidence):
            fact = event.message.fact
            if isinstance(fact, ReportFact):
                known.add(fact.incident.incident_id)
            elif isinstance(fact, SightingFact):
                assert fact.incident_id in known
    assert len(known) == alerts_in(400)


def test_a_message_goes_to_the_partition_of_its_control_room() -> None:
    """What belongs together meets in one partition."""
    for event in mix(200, 0, 1_000, NOON):
        if not isinstance(event.message, Tick):
            assert event.partition == partition_of(event.topic, event.message.key().encode())


def test_every_event_but_a_tick_changes_an_alert() -> None:
    """Actions are about alerts that were opened before, and no report joins another's alert."""
    stage = InMemory([Decide(load_rules(), "bench")])
    opened = actions_in(100)
    for event in reports(0, opened, NOON):
        stage.give(event.topic, event.message, NOON)
    for event in mix(100, opened, 0, NOON):
        sent = stage.give(event.topic, event.message, NOON)
        assert (kind(event) is Tick) == (not any(output.topic == topics.ALERTS for output in sent))


@pytest.mark.parametrize(
    ("times_s", "expected"),
    [([0.0, 1.0], 2.0), ([float(n) for n in range(11)], 10 / 9), ([5.0, 5.0], 2_000.0)],
)
def test_a_rate_leaves_the_first_tenth_out(times_s: list[float], expected: float) -> None:
    """Few records, many, and all at once."""
    assert _rate(times_s) == pytest.approx(expected)

"""Sending: what an operator enters as intake reads it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from console.projection.cluster import sending
from console.projection.cluster.sending import line_of
from console.wire.actions import ReportAsked
from schemas.actions import OperatorAction
from schemas.categories import Category
from streams import topics
from streams.domain.incidents.raw_report import RawReport
from streams.domain.incidents.urgency import known_urgency
from streams.errors import DeliveryError
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.settings import KafkaSettings
from tests.support.messages import NOON, example


def read(**changes: Any) -> RawReport:
    """Return what intake reads of a report that is asked for."""
    known = {"report_id": "r-1", "category": "brand", "urgency": 1, "lat": 52.3063, "lon": 4.8573}
    line = line_of(ReportAsked.model_validate(known | changes), "operator-3")
    found = RecordedReports(load_categories()).read(json.dumps(line).encode(), NOON)
    assert isinstance(found, RawReport), found
    return found


def test_intake_reads_what_was_entered() -> None:
    found = read(occurred_at=NOON - timedelta(minutes=4), accuracy_m=80.0)
    assert (found.source, found.source_id, found.category) == ("operator", "operator-3/r-1", Category.BRAND)
    assert found.occurred_at == NOON - timedelta(minutes=4)
    assert found.notes == ()
    assert found.position is not None
    assert (found.position.lat, found.position.lon, found.position.accuracy_m) == (52.3063, 4.8573, 80.0)


@pytest.mark.parametrize("urgency", range(5))
def test_its_urgency_is_what_was_chosen(urgency: int) -> None:
    assert known_urgency(read(urgency=urgency).source_priority) == urgency


@pytest.mark.parametrize("category", Category)
def test_its_category_is_what_was_chosen(category: Category) -> None:
    assert read(category=category.value).category is category


def test_two_people_never_change_each_others_report() -> None:
    asked = ReportAsked(report_id="r-1", category="brand", urgency=1, lat=52.3, lon=4.8)
    assert line_of(asked, "operator-3")["source_id"] != line_of(asked, "operator-4")["source_id"]


def test_an_error_that_nobody_foresaw_fails_one_action_and_not_all_that_come_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each action is answered; the next one gets a connection of its own."""
    made: list[str] = []

    class Producer:
        def __init__(self, *_: Any) -> None:
            made.append("made")
            if len(made) == 1:
                raise RuntimeError("not foreseen")

        def send_encoded(self, topic: str, record: object) -> None:
            made.append(topic)

        def confirm(self) -> None:
            made.append("confirmed")

        def close(self) -> None:
            made.append("closed")

    monkeypatch.setattr(sending, "ConfirmedProducer", Producer)
    actions = sending.KafkaActions(KafkaSettings(), lambda: NOON)

    async def send() -> None:
        with pytest.raises(DeliveryError, match="RuntimeError"):
            await asyncio.wait_for(actions.send(example(OperatorAction)), 5)
        await asyncio.wait_for(actions.send(example(OperatorAction)), 5)

    actions.start()
    asyncio.run(send())
    actions.stop()
    actions.join(5)
    assert made == ["made", "made", topics.OPERATOR_ACTIONS, "confirmed", "closed"]

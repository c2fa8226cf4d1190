"""Sending: what an operator enters as intake reads it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from console.projection.cluster.sending import line_of
from console.wire.actions import ReportAsked
from schemas.categories import Category
from streams.domain.incidents.raw_report import RawReport
from streams.domain.incidents.urgency import known_urgency
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from tests.support.messages import NOON


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

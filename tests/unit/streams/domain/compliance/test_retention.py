"""A topic is held against its limit by what its settings say and by what is on it; what cannot be read is never kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.phrases.catalogue import text_of
from streams.domain.compliance.finding import LimitStanding
from streams.domain.compliance.retention import SLACK, KeptTopic, time_span, topic_finding
from tests.support.situations import NOON

DAY = timedelta(days=1)
PICTURES = KeptTopic("snapshots", True, 28 * DAY, 27.5 * DAY, oldest_at=NOON - 20 * DAY, records=7)


@pytest.mark.parametrize(
    ("topic", "standing", "code"),
    [
        (PICTURES, LimitStanding.KEPT, "topic-within"),
        (replace(PICTURES, oldest_at=None, records=0), LimitStanding.KEPT, "topic-empty"),
        (replace(PICTURES, oldest_at=NOON - 28 * DAY), LimitStanding.KEPT, "topic-within"),
        (
            replace(PICTURES, oldest_at=NOON - 28 * DAY - timedelta(seconds=1)),
            LimitStanding.BREACH,
            "older-than-allowed",
        ),
        (replace(PICTURES, settings_keep=28.5 * DAY), LimitStanding.BREACH, "settings-keep-longer"),
        (replace(PICTURES, settings_keep=None, oldest_at=None), LimitStanding.BREACH, "kept-without-end"),
        (replace(PICTURES, stamped_by_broker=False), LimitStanding.NOT_KNOWN, "times-of-clients"),
        (replace(PICTURES, fault="no right"), LimitStanding.NOT_KNOWN, "not-read"),
        (replace(PICTURES, limit=None, settings_keep=None), LimitStanding.TOLD, "topic-unlimited"),
        (replace(PICTURES, oldest_at=NOON + DAY), LimitStanding.KEPT, "topic-within"),  # two clocks
    ],
)
def test_a_topic_stands_to_its_limit(topic: KeptTopic, standing: LimitStanding, code: str) -> None:
    """Settings and age are held against it one by one: neither proves the other."""
    found = topic_finding(topic, NOON)
    assert (found.standing, found.what.code) == (standing, code)


def test_what_a_broker_deletes_late_is_no_breach_but_of_the_law() -> None:
    """It looks every five minutes; the four weeks have room for that before them."""
    reports = KeptTopic("incidents", False, 27.5 * DAY, 27.5 * DAY, oldest_at=NOON - 27.5 * DAY - SLACK)
    assert topic_finding(reports, NOON).standing is LimitStanding.KEPT
    late = replace(reports, oldest_at=NOON - 27.5 * DAY - SLACK - timedelta(seconds=1))
    assert topic_finding(late, NOON).standing is LimitStanding.BREACH
    assert topic_finding(replace(late, from_images=True, limit=27.5 * DAY), NOON).standing is LimitStanding.BREACH


def test_a_span_is_told_in_the_unit_that_suits_it() -> None:
    """Frames are kept for minutes, the audit for a year."""
    told = [text_of(time_span(each)) for each in (15 * timedelta(minutes=1), 25 * timedelta(hours=1), 27.5 * DAY)]
    assert told == ["15 minutes", "25 hours", "27.5 days"]

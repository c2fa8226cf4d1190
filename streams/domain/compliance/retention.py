"""Retention: how long a topic keeps what is on it, by its settings and by the oldest record that is there.

Both are held against the limit. Settings alone prove nothing: they may have been changed an hour ago, and a broker that does not
delete tells nobody. The age alone neither: a topic that is new has nothing old on it, whatever its settings are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.base import iso_utc
from schemas.phrases.codes import compliance as says
from schemas.phrases.phrase import Phrase
from streams.domain.compliance.finding import ComplianceFinding, LimitStanding, ReportPart

SLACK: Final = timedelta(hours=1)
"""How much later than its limit something may be found: a broker looks every five minutes for what it may delete
(`log.retention.check.interval.ms`), and removes it a minute later (`file.delete.delay.ms`). Not for the four weeks of the law:
our own retention is shorter than those by more than that."""
_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class KeptTopic:
    """Kept topic: what a topic keeps, and how long it may.

    Attributes:
        name: The topic.
        from_images: Whether it derives from images, so that the law limits it (Gemeentewet art. 151c: four weeks).
        limit: How long a record may be there; None where nothing limits it, as for the newest state of each camera.
        settings_keep: How long a record may stay by the cluster's settings: its retention and its segment's time; None is
            without end.
        stamped_by_broker: Whether the records' times are the broker's own; a client's may be anything.
        oldest_at: When the broker took the oldest record that is there (UTC); None where there is none.
        records: How many there are at most: offsets that compaction emptied are counted.
        fault: Why it could not be read; empty where it was.
    """

    name: str
    from_images: bool
    limit: timedelta | None
    settings_keep: timedelta | None = None
    stamped_by_broker: bool = True
    oldest_at: datetime | None = None
    records: int = 0
    fault: str = ""


def topic_finding(topic: KeptTopic, now: datetime) -> ComplianceFinding:
    """Return how a topic stands to its limit.

    Args:
        topic: What it keeps.
        now: The moment by which its oldest record is so old (UTC).
    """
    age = None if topic.oldest_at is None else max(timedelta(0), now - topic.oldest_at)
    standing, what = _judged(topic, age)
    facts = {
        "from_images": topic.from_images,
        "limit_s": None if topic.limit is None else int(topic.limit.total_seconds()),
        "settings_keep_s": None if topic.settings_keep is None else int(topic.settings_keep.total_seconds()),
        "stamped_by_broker": topic.stamped_by_broker,
        "oldest_at": None if topic.oldest_at is None else iso_utc(topic.oldest_at),
        "age_s": None if age is None else int(age.total_seconds()),
        "records_at_most": topic.records,
    }
    return ComplianceFinding(ReportPart.TOPICS, topic.name, standing, what, facts)


def _judged(topic: KeptTopic, age: timedelta | None) -> tuple[LimitStanding, Phrase]:
    if topic.fault:
        return LimitStanding.NOT_KNOWN, says.not_read(topic.fault)
    breach = None if topic.limit is None else _breach(topic, topic.limit, age)
    if breach is not None:
        return LimitStanding.BREACH, breach
    if not topic.stamped_by_broker and topic.records:
        return LimitStanding.NOT_KNOWN, says.times_of_clients()
    if age is None:
        return LimitStanding.KEPT, says.topic_empty()
    if topic.limit is None:
        return LimitStanding.TOLD, says.topic_unlimited(time_span(age))
    return LimitStanding.KEPT, says.topic_within(time_span(age), time_span(topic.limit))


def _breach(topic: KeptTopic, limit: timedelta, age: timedelta | None) -> Phrase | None:
    """Return how a topic goes beyond its limit, or None."""
    if topic.settings_keep is None:
        return says.kept_without_end(time_span(limit))
    if topic.settings_keep > limit:
        return says.settings_keep_longer(time_span(topic.settings_keep), time_span(limit))
    if age is not None and age > (limit if topic.from_images else limit + SLACK):
        return says.older_than_allowed(time_span(age), time_span(limit))
    return None


def time_span(span: timedelta) -> Phrase:
    """Return a span of time in the unit that suits it: minutes below two hours, hours below two days, else days."""
    seconds = span.total_seconds()
    if seconds < 2 * _HOUR_S:
        return says.span_minutes(seconds / _MINUTE_S)
    return says.span_hours(seconds / _HOUR_S) if seconds < 2 * _DAY_S else says.span_days(seconds / _DAY_S)

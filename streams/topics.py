"""Every topic: its name, key, partitions, retention and limits. Nothing else in the project repeats these.

Retention counts from the broker's arrival time (LogAppendTime), because a camera's clock may be wrong and a retention
that a wrong clock can stretch is none. Kafka deletes whole segments, so what derives from images is kept for 27 days in
segments of 12 hours: gone before 28 days (Gemeentewet art. 151c, four weeks; domain fact sheet §1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from schemas.base import PARTNER, PARTNER_ID
from schemas.sharing import ANSWERS_TOPIC, HEALTH_TOPIC, PARTNER_TOPIC

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
FOUR_WEEKS_MS: Final = 28 * DAY_MS
SEGMENT_MS: Final = 12 * HOUR_MS
LEGAL_MS: Final = 27 * DAY_MS
WEEK_MS: Final = 7 * DAY_MS
AUDIT_MS: Final = 400 * DAY_MS
"""More than a year, so that each yearly audit of camera surveillance finds all of its year (ADR 17)."""

HELD_MS: Final = 400 * DAY_MS
"""The longest that a hold keeps anything without being placed anew (ADR 31)."""

CAMERA_PARTITIONS: Final = 4
ROOM_PARTITIONS: Final = 4

MAX_FRAME_BYTES: Final = 900_000
"""Largest JPEG that capture sends: below the clients' request limit of 1,000,000 bytes, headers included."""
MAX_MESSAGE_BYTES: Final = 1_000_000
MAX_HELD_BYTES: Final = MAX_MESSAGE_BYTES + 10_000
"""Largest copy of a record that is held: its key and headers say where it stood."""

Group = Literal["camera", "room", "single"]


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One topic as it should be.

    Attributes:
        name: Its name.
        group: Co-partitioned with the others of its group.
        retention_ms: How long a record is kept; None only where cleanup is `compact` alone.
        cleanup: Kafka's cleanup.policy.
        segment_ms: How soon a segment is closed, so that retention can remove it.
        from_images: Whether its content derives from images, so that no setting may keep it beyond four weeks.
        overtakes: Whether a stage that is behind takes it before its other topics.
        max_message_bytes: Largest record batch.
    """

    name: str
    group: Group
    retention_ms: int | None
    cleanup: Literal["delete", "compact", "compact,delete"] = "delete"
    segment_ms: int = SEGMENT_MS
    from_images: bool = False
    overtakes: bool = False
    max_message_bytes: int = MAX_MESSAGE_BYTES

    @property
    def partitions(self) -> int:
        """Return the partition count of its group."""
        return {"camera": CAMERA_PARTITIONS, "room": ROOM_PARTITIONS, "single": 1}[self.group]

    def config(self) -> dict[str, str]:
        """Return Kafka's topic configuration."""
        config = {
            "cleanup.policy": self.cleanup,
            "segment.ms": str(self.segment_ms),
            "max.message.bytes": str(self.max_message_bytes),
            "message.timestamp.type": "LogAppendTime",
            "retention.ms": str(-1 if self.retention_ms is None else self.retention_ms),
        }
        if "compact" in self.cleanup:
            config |= {"max.compaction.lag.ms": str(DAY_MS), "min.cleanable.dirty.ratio": "0.1"}
        return config


CAMERA_FRAMES: Final = "camera-frames"
CAMERA_STATUS: Final = "camera-status"
CAMERA_STATE: Final = "camera-state"
DETECTIONS: Final = "detections"
OBSERVATIONS: Final = "observations"
INCIDENTS: Final = "incidents"
CAMERA_WATCHES: Final = "camera-watches"
EVIDENCE: Final = "evidence"
EVIDENCE_URGENT: Final = "evidence-urgent"
CAMERA_TICKS: Final = "camera-ticks"
ROOM_TICKS: Final = "room-ticks"
ALERTS: Final = "alerts"
ALERT_STATE: Final = "alert-state"
CANARY: Final = "canary"
CANARY_STATE: Final = "canary-state"
SHADOW_ALERTS: Final = "shadow-alerts"
DECISION_LOG: Final = "decision-log"
OPERATOR_ACTIONS: Final = "operator-actions"
DISPATCH_REQUESTS: Final = "dispatch-requests"
DISPATCH_RECEIPTS: Final = "dispatch-receipts"
SNAPSHOT_REQUESTS: Final = "snapshot-requests"
SNAPSHOTS: Final = "snapshots"
TRENDS: Final = "trends"
AUDIT: Final = "audit"
AUDIT_CHAIN: Final = "audit-chain"
DEAD_LETTERS: Final = "dead-letters"
ROOM_DELETIONS: Final = "room-deletions"
CAMERA_DELETIONS: Final = "camera-deletions"
REPORT_DELETIONS: Final = "report-deletions"
HOLDS: Final = "holds"

FLOW: Final[tuple[TopicSpec, ...]] = (
    TopicSpec(CAMERA_FRAMES, "camera", 15 * MINUTE_MS, segment_ms=5 * MINUTE_MS, from_images=True),
    TopicSpec(CAMERA_STATUS, "camera", LEGAL_MS, from_images=True),
    TopicSpec(CAMERA_STATE, "camera", None, cleanup="compact"),
    TopicSpec(DETECTIONS, "camera", DAY_MS, segment_ms=HOUR_MS, from_images=True),
    TopicSpec(OBSERVATIONS, "camera", LEGAL_MS, from_images=True),
    TopicSpec(INCIDENTS, "single", LEGAL_MS),
    TopicSpec(CAMERA_WATCHES, "camera", LEGAL_MS),
    TopicSpec(EVIDENCE, "room", LEGAL_MS, from_images=True),
    TopicSpec(EVIDENCE_URGENT, "room", LEGAL_MS, from_images=True, overtakes=True),
    TopicSpec(CAMERA_TICKS, "camera", LEGAL_MS),
    TopicSpec(ROOM_TICKS, "room", LEGAL_MS),
    TopicSpec(ALERTS, "room", LEGAL_MS, from_images=True),
    TopicSpec(ALERT_STATE, "room", LEGAL_MS, cleanup="compact,delete", from_images=True),
    TopicSpec(CANARY, "room", DAY_MS, segment_ms=HOUR_MS),
    TopicSpec(CANARY_STATE, "room", DAY_MS, segment_ms=HOUR_MS, cleanup="compact,delete"),
    TopicSpec(SHADOW_ALERTS, "room", LEGAL_MS, from_images=True),
    TopicSpec(DECISION_LOG, "room", LEGAL_MS),
    TopicSpec(OPERATOR_ACTIONS, "room", LEGAL_MS, overtakes=True),
    TopicSpec(DISPATCH_REQUESTS, "room", LEGAL_MS, overtakes=True),
    TopicSpec(DISPATCH_RECEIPTS, "room", LEGAL_MS, overtakes=True),
    TopicSpec(SNAPSHOT_REQUESTS, "camera", DAY_MS, segment_ms=HOUR_MS),
    TopicSpec(SNAPSHOTS, "camera", LEGAL_MS, from_images=True),
    TopicSpec(TRENDS, "room", 400 * DAY_MS),
    TopicSpec(AUDIT, "single", AUDIT_MS),
    TopicSpec(AUDIT_CHAIN, "single", AUDIT_MS),
    TopicSpec(DEAD_LETTERS, "single", 14 * DAY_MS, from_images=True),
    TopicSpec(ROOM_DELETIONS, "room", LEGAL_MS),
    TopicSpec(CAMERA_DELETIONS, "camera", LEGAL_MS),
    TopicSpec(REPORT_DELETIONS, "single", LEGAL_MS),
    # images for a criminal case may be kept beyond four weeks, until that hold ends (ADR 31): never longer than this
    TopicSpec(HOLDS, "single", HELD_MS, cleanup="compact,delete", max_message_bytes=MAX_HELD_BYTES),
)


def partner_topic(partner: str) -> str:
    """Return the name of the topic of what a partner gets."""
    return PARTNER_TOPIC.replace(PARTNER, partner)


def health_topic(partner: str) -> str:
    """Return the name of the topic of what a partner gets that is about somebody's health."""
    return HEALTH_TOPIC.replace(PARTNER, partner)


def answers_topic(partner: str) -> str:
    """Return the name of the topic on which a partner answers."""
    return ANSWERS_TOPIC.replace(PARTNER, partner)


def partner_topics(partner: str, health: bool = True) -> tuple[TopicSpec, ...]:
    """Return the topics of one partner, by its id in the file of partners (docs/need-to-know.md).

    What a partner gets is kept for a week, so that one that was down over a long weekend misses nothing; what is about
    somebody's health for a day. What it answers overtakes: a receipt must not wait behind a backlog of alerts.

    Args:
        partner: Its id.
        health: Whether it gets anything about somebody's health.
    """
    gets = TopicSpec(partner_topic(partner), "room", WEEK_MS, from_images=True)
    about_health = TopicSpec(health_topic(partner), "room", DAY_MS, segment_ms=HOUR_MS, from_images=True)
    answers = TopicSpec(answers_topic(partner), "room", LEGAL_MS, overtakes=True)
    return (gets, about_health, answers) if health else (gets, answers)


STATEFUL_STAGES: Final[dict[str, Group]] = {
    "observe": "camera",
    "corroborate": "camera",
    "decide": "room",
    "trends": "room",
    "shadow": "room",
    "share": "room",
    "hits": "single",
    "audit": "single",
}
"""Stages that keep state, with the group that their state is partitioned as."""

ONLOOKERS: Final = frozenset({"shadow"})
"""Stages that read what another one answers for: what a client put on a wrong partition is the other one's to send on."""


def changelog(stage: str) -> str:
    """Return the name of a stage's changelog topic, as Faust derives it from the app id and the table name."""
    return f"{stage}-state-changelog"


CHANGELOGS: Final[tuple[TopicSpec, ...]] = tuple(
    TopicSpec(
        changelog(stage),
        group,
        AUDIT_MS if stage == "audit" else LEGAL_MS,  # the head of the chain lives as long as its newest entry
        cleanup="compact,delete",
        segment_ms=HOUR_MS,
        from_images=stage != "audit",
    )
    for stage, group in STATEFUL_STAGES.items()
)

TOPICS: Final[tuple[TopicSpec, ...]] = FLOW + CHANGELOGS


class _Specifications(dict[str, TopicSpec]):
    """Specifications by name. Which partners there are, a file says; what their topics are like follows from the name alone."""

    def __missing__(self, name: str) -> TopicSpec:
        """Return the specification of a partner's topic.

        Raises:
            KeyError: It is none.
        """
        found = _PARTNERS_TOPIC.fullmatch(name)
        if found is None:
            raise KeyError(name)
        return next(topic for topic in partner_topics(found[1]) if topic.name == name)


_PARTNERS_TOPIC: Final = re.compile(f"partner-({PARTNER_ID})(?:-health|-answers)?")
BY_NAME: Final[Mapping[str, TopicSpec]] = _Specifications({topic.name: topic for topic in TOPICS})
"""All topics but those of partners; theirs are found by their names too."""


def partner_of(name: str) -> str | None:
    """Return whose topic it is, where it is a partner's."""
    found = _PARTNERS_TOPIC.fullmatch(name)
    return found[1] if found else None


def overtakes(name: str) -> bool:
    """Return whether a stage that is behind takes a topic before its others."""
    return BY_NAME[name].overtakes

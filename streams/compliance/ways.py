"""Ways: how each topic's data are deleted, of one case and by age. A new topic has a line here, or a test fails."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from streams import topics
from streams.topics import CHANGELOGS, partner_of


class Way(StrEnum):
    """Way: how what stands on a topic is deleted."""

    BY_AGE = "by_age"
    """Kafka deletes no record from the middle of a partition: what is of a case goes by the topic's retention, earlier by
    `delete older-than`, or with all that is older by `delete case --cut`."""
    NO_CASE = "no_case"
    """Nothing on it names a case; it goes by the topic's retention, or earlier by `delete older-than`."""
    TOMBSTONE = "tombstone"
    """The case's own record is deleted by its key, and gone from the disks once the topic was compacted."""
    STATE = "state"
    """A stage's rows: the stage itself deletes them when it is told to, and so its changelog has tombstones for them."""
    NEWEST = "newest"
    """The newest state of something that is no case; it is replaced, never old."""
    LASTING = "lasting"
    """Counts, or who did what: kept for as long as the topic says, and nothing of it is content of a case."""
    HELD = "held"
    """Copies for a criminal case: deleted when the hold is released or past its end."""


_BY_AGE: Final = (
    topics.INCIDENTS, topics.CAMERA_WATCHES, topics.EVIDENCE, topics.EVIDENCE_URGENT, topics.ALERTS, topics.CANARY,
    topics.SHADOW_ALERTS, topics.DECISION_LOG, topics.OPERATOR_ACTIONS, topics.DISPATCH_REQUESTS, topics.DISPATCH_RECEIPTS,
    topics.SNAPSHOT_REQUESTS, topics.SNAPSHOTS, topics.DEAD_LETTERS, topics.ROOM_DELETIONS, topics.CAMERA_DELETIONS,
    topics.REPORT_DELETIONS,
)  # fmt: skip
_NO_CASE: Final = (
    topics.CAMERA_FRAMES, topics.CAMERA_STATUS, topics.DETECTIONS, topics.OBSERVATIONS, topics.CAMERA_TICKS, topics.ROOM_TICKS,
)  # fmt: skip

WAYS: Final[Mapping[str, Way]] = {
    **dict.fromkeys(_BY_AGE, Way.BY_AGE),
    **dict.fromkeys(_NO_CASE, Way.NO_CASE),
    topics.ALERT_STATE: Way.TOMBSTONE,
    topics.CANARY_STATE: Way.TOMBSTONE,
    topics.CAMERA_STATE: Way.NEWEST,
    topics.TRENDS: Way.LASTING,
    topics.AUDIT: Way.LASTING,
    topics.AUDIT_CHAIN: Way.LASTING,
    topics.HOLDS: Way.HELD,
    **{spec.name: Way.STATE for spec in CHANGELOGS},
    topics.changelog("audit"): Way.LASTING,
}
"""Of all topics but those of partners, which are deleted by age."""


def way_of(topic: str) -> Way:
    """Return how what stands on a topic is deleted.

    Raises:
        KeyError: Nobody has said so: add it above.
    """
    return WAYS[topic] if partner_of(topic) is None else Way.BY_AGE

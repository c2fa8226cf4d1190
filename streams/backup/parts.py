"""Parts: which topics a backup takes, and why it leaves the others. A new topic has a line here, or a test fails.

What comes along is what nothing else can make again: who did what, what is held, counts of a year, and what the stages know
now: alerts that are open, what is usual in a view, which cases a partner has. What came in meanwhile does not: a stage would
handle all of it a second time, and partners would be told of it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from streams import topics
from streams.topics import CHANGELOGS, TopicSpec, partner_of


class BackupPart(StrEnum):
    """Backup part: whether a topic is in a backup, and why it is not."""

    LASTING = "lasting"
    """Kept for longer than four weeks, and from nowhere else to be had."""
    PRESENT = "present"
    """What is known now, the newest record of each key: an open alert, a row of a stage."""
    PASSED = "passed"
    """What went through: it was decided on, and what came of it is in what is known now. Dead letters are among it."""
    PICTURES = "pictures"
    """Pictures, and what was seen in them in the last minutes or weeks: nothing of it is copied but what is held."""
    RENEWED = "renewed"
    """Whoever wrote it writes it again when it starts, or by the clock."""


PARTS: Final[Mapping[str, BackupPart]] = {
    **dict.fromkeys((topics.AUDIT, topics.AUDIT_CHAIN, topics.TRENDS, topics.HOLDS), BackupPart.LASTING),
    topics.changelog("audit"): BackupPart.LASTING,
    topics.ALERT_STATE: BackupPart.PRESENT,
    **{spec.name: BackupPart.PRESENT for spec in CHANGELOGS if spec.name != topics.changelog("audit")},
    topics.changelog("shadow"): BackupPart.RENEWED,
    **dict.fromkeys(
        (
            topics.INCIDENTS, topics.CAMERA_WATCHES, topics.EVIDENCE, topics.EVIDENCE_URGENT, topics.ALERTS, topics.SHADOW_ALERTS,
            topics.DECISION_LOG, topics.OPERATOR_ACTIONS, topics.DISPATCH_REQUESTS, topics.DISPATCH_RECEIPTS,
            topics.DEAD_LETTERS, topics.ROOM_DELETIONS, topics.CAMERA_DELETIONS, topics.REPORT_DELETIONS,
        ),
        BackupPart.PASSED,
    ),
    **dict.fromkeys(
        (
            topics.CAMERA_FRAMES, topics.CAMERA_STATUS, topics.DETECTIONS, topics.OBSERVATIONS, topics.SNAPSHOTS,
            topics.SNAPSHOT_REQUESTS,
        ),
        BackupPart.PICTURES,
    ),
    **dict.fromkeys(
        (topics.CAMERA_STATE, topics.CAMERA_TICKS, topics.ROOM_TICKS, topics.CANARY, topics.CANARY_STATE), BackupPart.RENEWED
    ),
}  # fmt: skip
"""Of all topics but those of partners: what a partner was sent is its own, and what it answered was decided on."""

TAKEN: Final = tuple(name for name, part in PARTS.items() if part in {BackupPart.LASTING, BackupPart.PRESENT})
"""The topics of a backup, each stage's rows before what they made: see `streams/backup/save.py`."""


def part_of(topic: str) -> BackupPart:
    """Return whether a topic is in a backup.

    Raises:
        KeyError: Nobody has said so: add it above.
    """
    return PARTS[topic] if partner_of(topic) is None else BackupPart.PASSED


def newest_only(spec: TopicSpec) -> bool:
    """Return whether only the newest record of each key counts."""
    return "compact" in spec.cleanup

"""Attention: whether a report asks the cameras near it for more attention, and what a camera's process makes of such requests.

`locate` decides by the broker's clock, and says until when in the watch and in the report's evidence. Capture decides by its
own clock and the message's times. Both are bounded: by the rule's length, by the window in which cameras look for the report,
and by the number of cameras.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from schemas.categories import Priority
from schemas.evidence import Coverage
from schemas.incidents import CameraWatch, Incident, Operation
from streams.domain.corroboration.coverage import Located, looking_window
from streams.domain.rules.cameras import AttentionRule
from streams.domain.rules.rules import Rules

TOLERANCE: Final = timedelta(minutes=2)
"""By how much capture's clock may be ahead of the broker's without shortening attention [own]. A clock that is further ahead
shortens it, one that is behind never prolongs it."""


class AttentionOutcome(StrEnum):
    """Attention outcome: what came of a report, or of one camera's request; safe as a metric's label.

    Attributes:
        ASKED: `locate` asks cameras.
        LOW_PRIORITY: The report by itself is lower than the rule asks for.
        NO_CAMERA: No camera may look at it.
        WITHDRAWN: The report is cancelled, or its newest revision asks this camera for nothing.
        OVER: The time to look has passed.
        NOT_YET: The time to look has not come: it is said to happen later.
        GRANTED: Capture attends.
        REPEATED: This revision or a newer one is known.
        CROWDED_OUT: More cameras were asked than a process attends at once; it may get its turn while its time lasts.
    """

    ASKED = "asked"
    LOW_PRIORITY = "low_priority"
    NO_CAMERA = "no_camera"
    WITHDRAWN = "withdrawn"
    OVER = "over"
    NOT_YET = "not_yet"
    GRANTED = "granted"
    REPEATED = "repeated"
    CROWDED_OUT = "crowded_out"


def asks_attention(
    incident: Incident, located: Located, by_itself: Priority, rules: Rules, now: datetime
) -> tuple[datetime | None, AttentionOutcome]:
    """Return until when a report asks the nearest cameras for attention, or None, and why.

    Args:
        incident: The report.
        located: With the cameras that are asked: permission and distance were decided there.
        by_itself: The priority of the report, before anything else is known.
        rules: With an `attention` section.
        now: When the report came, by the broker's clock.
    """
    rule = rules.attention
    assert rule is not None
    if incident.operation is Operation.CANCEL:
        return None, AttentionOutcome.WITHDRAWN
    if not located.asked:
        return None, AttentionOutcome.NO_CAMERA
    if by_itself > rule.least_priority:  # as text, P4 > P1 is the lower priority
        return None, AttentionOutcome.LOW_PRIORITY
    window_from, window_until = looking_window(incident.category, incident.occurred_at, rules)
    if now < window_from:
        return None, AttentionOutcome.NOT_YET
    if now >= window_until:
        return None, AttentionOutcome.OVER
    return min(now + timedelta(seconds=rule.length_s), window_until), AttentionOutcome.ASKED


def with_attention(located: Located, until: datetime, rule: AttentionRule) -> Located:
    """Return where a report goes, with the nearest of the cameras that can see it asked for attention."""
    in_view = [near.camera_id for near in located.coverage if near.coverage is Coverage.IN_VIEW]
    nearest = set(in_view[: rule.cameras_at_most])
    return replace(
        located,
        coverage=tuple(
            near.model_copy(update={"attention_until": until}) if near.camera_id in nearest else near
            for near in located.coverage
        ),
    )


@dataclass(frozen=True, slots=True)
class AttentionRequest:
    """Attention request: what one report asks of one camera, as capture knows it.

    Attributes:
        camera_id: The camera.
        incident_id: The report.
        revision: The report's.
        distance_m: From the reported place to the camera's view area.
        asked_at: When the broker took the request.
        ends_at: Until when to attend, by capture's clock; None where it asks for nothing any more.
        forget_at: When a repetition of it could do no harm any more, by capture's clock.
    """

    camera_id: str
    incident_id: str
    revision: int
    distance_m: float
    asked_at: datetime
    ends_at: datetime | None
    forget_at: datetime


def ask_of(watch: CameraWatch, asked_at: datetime, came_at: datetime, rule: AttentionRule) -> AttentionRequest:
    """Return what a watch asks of capture.

    It ends as long after it came as the broker's clock says that it lasts, and never longer after it than the rule's length:
    so a capture whose clock is behind attends no longer. It never ends later than `TOLERANCE` after the message's own end
    by capture's clock: so what comes late, since the broker was away, is over.

    Args:
        watch: The watch.
        asked_at: When the broker took it, by its clock, as `attention_until` is.
        came_at: Now, by capture's clock.
        rule: The rule of this process.
    """
    longest = timedelta(seconds=rule.length_s)
    ends_at = None
    if watch.attention_until is not None and watch.operation is not Operation.CANCEL:
        lasts = min(watch.attention_until - asked_at, longest)
        ends_at = min(came_at + lasts, watch.attention_until + TOLERANCE)
    return AttentionRequest(
        camera_id=watch.camera_id,
        incident_id=watch.incident_id,
        revision=watch.incident_revision,
        distance_m=watch.distance_m,
        asked_at=asked_at,
        ends_at=ends_at,
        forget_at=came_at + longest + TOLERANCE,
    )


def judge_ask(known: AttentionRequest | None, new: AttentionRequest, now: datetime) -> AttentionOutcome | None:
    """Return what becomes of a request; None for a watch that asks for nothing and ends nothing.

    Args:
        known: What the same report asked of the same camera before.
        new: The request.
        now: By capture's clock.
    """
    if known is not None and known.revision >= new.revision:
        return AttentionOutcome.REPEATED
    if new.ends_at is None:
        return None if known is None or known.ends_at is None else AttentionOutcome.WITHDRAWN
    return AttentionOutcome.OVER if new.ends_at <= now else AttentionOutcome.GRANTED


def attended(asks: Iterable[AttentionRequest], now: datetime, at_most: int) -> dict[str, datetime]:
    """Return the cameras to attend and until when: the newest requests first, of equally new ones the nearest.

    Args:
        asks: All that is known.
        now: By capture's clock.
        at_most: How many cameras.
    """
    ranks: dict[str, tuple[float, float, str]] = {}
    ends: dict[str, datetime] = {}
    for ask in asks:
        if ask.ends_at is None or ask.ends_at <= now:
            continue
        camera_id, rank = ask.camera_id, (-ask.asked_at.timestamp(), ask.distance_m, ask.camera_id)
        ranks[camera_id] = min(ranks.get(camera_id, rank), rank)
        ends[camera_id] = max(ends.get(camera_id, ask.ends_at), ask.ends_at)
    return {camera_id: ends[camera_id] for camera_id in sorted(ranks, key=ranks.__getitem__)[:at_most]}

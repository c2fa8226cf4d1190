"""Handover: a period of a room for the next shift, of the changes of its alerts and cameras. Nothing of reporters is in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson

from console.wire.rooms import BlindTime, Handover
from schemas.alerts import AlertState
from schemas.cameras import CameraState, CameraStatus
from schemas.categories import Priority
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import cameras as says
from schemas.phrases.language import Language
from streams.clients.registry import PermissionCode

ENDED: Final = frozenset({AlertState.CLOSED, AlertState.CANCELLED, AlertState.EXPIRED})
ASIDE: Final = frozenset({AlertState.SHELVED, AlertState.SUPPRESSED})
_LAWFUL: Final = frozenset(code.value for code in PermissionCode)


class ChangeError(Exception):
    """A record on `alerts` or `alert-state` is none; one line without its content."""


@dataclass(frozen=True, slots=True)
class AlertChange:
    """Alert change: what a change of an alert tells a handover."""

    alert_id: str
    room: str
    revision: int
    at: datetime
    opened_at: datetime
    state: AlertState
    priority: Priority
    closing: str
    grouped: bool
    entry: bool
    """Whether it is an alert of the operators' list, and no summary."""


def change_of(value: bytes) -> AlertChange:
    """Return what a record of `alerts` or `alert-state` tells.

    Raises:
        ChangeError: It is none.
    """
    try:
        document = orjson.loads(value)
        return AlertChange(
            alert_id=_text(document["alert_id"]),
            room=_text(document["control_room_id"]),
            revision=int(document["revision"]),
            at=_moment(document["changed_at"]),
            opened_at=_moment(document["opened_at"]),
            state=AlertState(document["state"]),
            priority=Priority(document["priority"]),
            closing=_text(document.get("closing", "")),
            grouped=document.get("grouped_under") is not None,
            entry=document.get("operator_list") is not False and document.get("summary") is None,
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ChangeError(f"an alert is not as expected: {type(error).__name__}") from None


def handover_of(
    changes: Iterable[AlertChange],
    newest: Iterable[AlertChange],
    statuses: Iterable[CameraStatus],
    from_at: datetime,
    to_at: datetime,
    language: Language,
) -> Handover:
    """Return a period.

    Args:
        changes: Those of `alerts` from before the period until its end, in their order.
        newest: The newest state of each alert: it tells of those that did not change in the period. One that changed after the
            period, and last more than a day before it, is not known: that matters for periods of the past alone.
        statuses: The cameras' changes from before the period until its end, in their order.
        from_at: Where the period begins.
        to_at: Before which it ends.
        language: In which words are.
    """
    histories = _histories(changes, newest, to_at)
    ends = {alert_id: found[-1] for alert_id, found in histories.items()}
    came = [each for each in ends.values() if from_at <= each.opened_at < to_at]
    closed = Counter(each.closing for each in ends.values() if each.closing and from_at <= each.at)
    alert_id, longest_s = longest_unanswered(histories, from_at, to_at)
    still = [each for each in ends.values() if each.state not in ENDED]
    still.sort(key=lambda each: (each.priority.value, each.opened_at, each.alert_id))
    return Handover(
        from_at=from_at,
        to_at=to_at,
        came=Counter(each.priority for each in came),
        open_ids=tuple(each.alert_id for each in still if each.state not in ASIDE),
        aside_ids=tuple(each.alert_id for each in still if each.state in ASIDE),
        grouped=sum(any(each.grouped for each in histories[found.alert_id]) for found in came),
        closed=dict(closed),
        longest_unanswered_s=longest_s,
        longest_unanswered_id=alert_id,
        cameras_blind=blind_times(statuses, from_at, to_at, language),
    )


def longest_unanswered(
    histories: Mapping[str, list[AlertChange]], from_at: datetime, to_at: datetime
) -> tuple[str | None, float | None]:
    """Return the P1 that waited longest for somebody in a period, and for how long (s), as far as it lies in the period."""
    found: tuple[str | None, float | None] = (None, None)
    for alert_id, changes in histories.items():
        since: datetime | None = None
        for each, until in zip(changes, [*(later.at for later in changes[1:]), to_at], strict=True):
            waits = each.state is AlertState.NEW and each.priority is Priority.P1 and not each.grouped
            since = (since or each.at) if waits else None
            if since is None:
                continue
            waited_s = (min(until, to_at) - max(since, from_at)).total_seconds()
            if waited_s > (found[1] or 0.0):
                found = alert_id, waited_s
    return found


def blind_times(
    statuses: Iterable[CameraStatus], from_at: datetime, to_at: datetime, language: Language
) -> tuple[BlindTime, ...]:
    """Return how long each camera could not look in a period, the longest first, with the reason that held longest.

    That the law forbade it is no blindness: its hours are known. Of what was before the first status nothing is said.
    """
    blind: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    reasons: dict[str, str] = {}
    now: dict[str, dict[str, CameraStatus]] = {}
    since: dict[str, datetime] = {}

    def count(camera_id: str, until: datetime) -> None:
        why = _blind(now[camera_id])
        span_s = (min(until, to_at) - max(since[camera_id], from_at)).total_seconds()
        if why is not None and span_s > 0:
            blind[camera_id][why.reason] += span_s
            reasons[why.reason] = sentence(says.status_reason(why.reason), language)

    for status in statuses:
        if status.camera_id in now:
            count(status.camera_id, status.changed_at)
        now.setdefault(status.camera_id, {})[status.aspect] = status
        since[status.camera_id] = max(status.changed_at, since.get(status.camera_id, status.changed_at))
    for camera_id in now:
        count(camera_id, to_at)
    found = [
        BlindTime(
            camera_id=camera_id,
            seconds=round(sum(spans.values()), 1),
            reason=reasons[max(spans, key=lambda reason: spans[reason])],
        )
        for camera_id, spans in blind.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.seconds, each.camera_id)))


def _histories(
    changes: Iterable[AlertChange], newest: Iterable[AlertChange], to_at: datetime
) -> dict[str, list[AlertChange]]:
    """Return the changes of each alert until the end of a period, in the order of their revisions, repeats left out."""
    found: dict[str, dict[int, AlertChange]] = {}
    for each in (*changes, *newest):
        if each.entry and each.at < to_at:
            found.setdefault(each.alert_id, {}).setdefault(each.revision, each)
    return {alert_id: [of[number] for number in sorted(of)] for alert_id, of in found.items()}


def _blind(aspects: Mapping[str, CameraStatus]) -> CameraStatus | None:
    """Return what makes a camera blind; None where nothing does, or the law."""
    for aspect in ("stream", "view"):
        status = aspects.get(aspect)
        if status is not None and status.state is not CameraState.ONLINE:
            return None if status.reason in _LAWFUL else status
    return None


def _moment(value: object) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None:
        raise ChangeError("expected a moment with a zone")
    return at.astimezone(UTC)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ChangeError("expected a text")
    return value

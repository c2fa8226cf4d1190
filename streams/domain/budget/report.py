"""Budget report of a control room, from its alerts themselves: load, mix, floods, the loudest sources.

What is counted are the times that an alert newly asked for attention (`asks`); the metrics are those of EEMUA 191 and
ISA-18.2 (domain fact sheet §4). Chattering is told of a source and of an alert. What cameras see by themselves is held by the
delays of episodes (20 s to begin, 20 s to end): what is left is a crowd that grows through its levels within a minute. A
partner that reports and withdraws is held by nothing but the budget.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.alerts import Alert, AlertState
from schemas.base import iso_utc
from schemas.categories import Priority
from streams.domain.rules.budget import BudgetRule, ChatteringRule

TOP: Final = 10
"""Sources that are named; ISA-18.2 asks for the ten loudest."""
_ACTIVE: Final = frozenset({AlertState.NEW, AlertState.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class Annunciation:
    """One time that an alert, or a summary, newly asked for attention."""

    control_room_id: str
    at: datetime
    alert_id: str
    revision: int
    priority: Priority
    category: str
    source: str
    grouped: bool
    summary: bool


class AnnunciationSpan(NamedTuple):
    """Annunciation span: what was asked within a time: alerts with a line of their own, alerts under a summary, and summaries."""

    shown: int
    grouped: int
    summaries: int


class AnnunciationSource(NamedTuple):
    """Annunciation source: how often one source asked, and its share of everything that asked."""

    category: str
    source: str
    asked: int
    share: float


class Chatter(NamedTuple):
    """A source, or one alert of it, that asked often within the window; `most` is the highest number in any window."""

    category: str
    source: str
    alert_id: str
    most: int
    last_at: str


class Stale(NamedTuple):
    """An alert that is active for too long."""

    alert_id: str
    priority: str
    category: str
    state: str
    hours: float


@dataclass(frozen=True, slots=True)
class RoomReport:
    """One control room. `mix` are the shares of priorities among what asked; `flood_share` is of the time from `since`."""

    control_room_id: str
    operators: int
    since: str
    last_10_min: AnnunciationSpan
    last_hour: AnnunciationSpan
    whole: AnnunciationSpan
    mix: dict[str, float]
    floods: int
    flood_share: float
    top_sources: list[AnnunciationSource]
    chattering: list[Chatter]
    stale: list[Stale]


def ask_of(alert: Alert) -> Annunciation | None:
    """Return what one change of an alert asks, None where it asks nothing; an exercise takes no place of what is real."""
    if not alert.asks or alert.exercise:
        return None
    return Annunciation(
        control_room_id=alert.control_room_id,
        at=alert.changed_at,
        alert_id=alert.alert_id,
        revision=alert.revision,
        priority=alert.priority,
        category=alert.category.value,
        source=source_of(alert),
        grouped=alert.grouped_under is not None,
        summary=alert.summary is not None,
    )


def source_of(alert: Alert) -> str:
    """Return who began an alert: the partner that reported first, else the camera and its zone."""
    if alert.reports:
        return min(alert.reports, key=lambda each: (each.reported_at, each.incident_id)).source
    seen = next(iter(alert.cameras), None)
    return "" if seen is None else f"{seen.camera_id}/{seen.zone_id}" if seen.zone_id else seen.camera_id


def room_reports(
    asks: Iterable[Annunciation], newest: Iterable[Alert], since: datetime, now: datetime, rule: BudgetRule
) -> list[RoomReport]:
    """Return a report for each control room that anything is known of, in the order of their ids.

    Args:
        asks: What asked from `since` to `now`, in any order; repeats count once.
        newest: The newest version of each alert that is known.
        since: The beginning of the time that is reported; floods that began before are not known.
        now: Its end.
        rule: The budget.
    """
    by_room: dict[str, list[Annunciation]] = {}
    for ask in {(each.alert_id, each.revision): each for each in asks}.values():
        if since <= ask.at <= now:
            by_room.setdefault(ask.control_room_id, []).append(ask)
    stale: dict[str, list[Stale]] = {}
    for alert in newest:
        by_room.setdefault(alert.control_room_id, [])
        if (old := _stale(alert, now, rule)) is not None:
            stale.setdefault(alert.control_room_id, []).append(old)
    return [
        _room(room, sorted(by_room[room], key=lambda each: (each.at, each.alert_id)), stale.get(room, []), since, now, rule)
        for room in sorted(by_room)
    ]  # fmt: skip


def floods(
    moments: Sequence[datetime], now: datetime, rule: BudgetRule, room: str
) -> Iterator[tuple[datetime, datetime]]:
    """Yield when each flood began and ended, from the moments in order at which alerts asked; one that lasts ends now.

    It ends at the moment at which the window holds fewer than `ends_below` again, as `decide` finds it.
    """
    operators, window = rule.operators_in(room), timedelta(seconds=rule.flood.window_s)
    above, below = rule.flood.starts_above * operators, rule.flood.ends_below * operators
    came: deque[datetime] = deque(maxlen=above + 1)
    began: datetime | None = None
    for at in moments:
        over = came[-below] + window if len(came) >= below else at
        if began is not None and over <= at:
            yield began, over
            began = None
        came.append(at)
        if began is None and len(came) > above and came[0] > at - window:
            began = at
    if began is not None:
        yield began, min(now, came[-below] + window)


def chattering(asks: Sequence[Annunciation], rule: ChatteringRule) -> list[Chatter]:
    """Return the sources and the alerts that asked often within the window, the worst first. `asks` are in order of time."""
    named: dict[tuple[str, str, str], list[datetime]] = {}
    for ask in asks:
        if not ask.summary:
            named.setdefault((ask.category, ask.source, ""), []).append(ask.at)
            named.setdefault((ask.category, ask.source, ask.alert_id), []).append(ask.at)
    found = [
        Chatter(*name, most=most, last_at=iso_utc(moments[-1]))
        for name, moments in named.items()
        if (most := _most_within(moments, rule.window_s)) >= rule.activations
    ]
    return sorted(found, key=lambda each: (-each.most, each))


def _room(
    room: str, asks: Sequence[Annunciation], stale: Sequence[Stale], since: datetime, now: datetime, rule: BudgetRule
) -> RoomReport:
    single = [ask for ask in asks if not ask.summary]
    priorities = Counter(ask.priority.value for ask in single)
    sources = Counter((ask.category, ask.source) for ask in single)
    loudest = sorted(sources.items(), key=lambda each: (-each[1], each[0]))[:TOP]
    flooded = list(floods([ask.at for ask in single], now, rule, room))
    flooded_s = sum((until - began).total_seconds() for began, until in flooded)
    return RoomReport(
        control_room_id=room,
        operators=rule.operators_in(room),
        since=iso_utc(since),
        last_10_min=_span(asks, now - timedelta(minutes=10)),
        last_hour=_span(asks, now - timedelta(hours=1)),
        whole=_span(asks, since),
        mix={each.value: round(priorities[each.value] / max(1, len(single)), 3) for each in Priority},
        floods=len(flooded),
        flood_share=round(flooded_s / max(1.0, (now - since).total_seconds()), 4),
        top_sources=[AnnunciationSource(*name, asked, round(asked / len(single), 3)) for name, asked in loudest],
        chattering=chattering(asks, rule.chattering),
        stale=sorted(stale, key=lambda each: (-each.hours, each.alert_id)),
    )


def _span(asks: Sequence[Annunciation], since: datetime) -> AnnunciationSpan:
    inside = [ask for ask in asks if ask.at >= since]
    summaries = sum(ask.summary for ask in inside)
    grouped = sum(ask.grouped for ask in inside)
    return AnnunciationSpan(shown=len(inside) - grouped - summaries, grouped=grouped, summaries=summaries)


def _stale(alert: Alert, now: datetime, rule: BudgetRule) -> Stale | None:
    age_s = (now - alert.opened_at).total_seconds()
    if (
        not alert.operator_list
        or alert.state not in _ACTIVE
        or alert.summary is not None
        or age_s <= rule.stale_after_s
    ):
        return None
    return Stale(
        alert_id=alert.alert_id,
        priority=alert.priority.value,
        category=alert.category.value,
        state=alert.state.value,
        hours=round(age_s / 3_600, 1),
    )


def _most_within(moments: Sequence[datetime], window_s: float) -> int:
    window, inside, most = timedelta(seconds=window_s), deque[datetime](), 0
    for at in moments:
        inside.append(at)
        while at - inside[0] >= window:
            inside.popleft()
        most = max(most, len(inside))
    return most

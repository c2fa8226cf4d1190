"""The alert that a situation makes: what it says, where it stands in its life, and its revisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from schemas.alerts import Alert, AlertCamera, AlertState, Change
from schemas.categories import Priority
from streams.domain.alerts.damping import ShownPriority, shown
from streams.domain.alerts.lifecycle import ENDED, QUIET, Life
from streams.domain.alerts.score import Scored, camera_verdicts, report_verdicts, score
from streams.domain.alerts.situation import EpisodeRow, ReportRow, Situation, best_position, best_verdict, told
from streams.domain.rules.rules import Rules

_LIFE: Final = frozenset(Life.model_fields) & frozenset(Alert.model_fields) - {"priority"}
"""What an alert takes from its life as it stands there; its priority comes with the score."""
_FAR_AHEAD: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""A plan may end "never", so near the last moment that a date can be: what is added to it must still be one."""


class JudgedSituation(NamedTuple):
    """What a situation's facts are worth by the rules, and what its cameras say."""

    scored: Scored
    cameras: tuple[AlertCamera, ...]


def judge(situation: Situation, rules: Rules) -> JudgedSituation:
    """Return a situation's score by the rules as they are; where it stands in its life does not matter."""
    cameras = camera_verdicts(situation)
    return JudgedSituation(score(situation, cameras, rules), cameras)


def alert_of(situation: Situation, rules: Rules, registry_version: str, judged: JudgedSituation | None = None) -> Alert:
    """Return the whole alert of a situation, as it was judged, else scored by the rules as they are."""
    scored, cameras = judged or judge(situation, rules)
    seen = shown_of(situation, scored, rules, situation.changed_at)
    category = scored.category
    reports, episodes = told(situation)
    lead = next((row for row in reports if row.report.category is category), None)
    facts = [(row.report.occurred_at, row.evidence_id) for row in situation.reports]
    facts += [(row.occurred_at, row.evidence_id) for row in situation.sightings]
    facts += [(row.occurred_at, row.evidence_id) for row in situation.episodes]
    starts = [row.report.occurred_at for row in reports] + [row.begun_at for row in episodes]
    return Alert(
        **{name: getattr(situation, name) for name in _LIFE},
        expires_at=expires_at(situation, rules),
        alert_id=situation.alert_id,
        control_room_id=situation.control_room_id,
        priority=seen.priority,
        score=scored.score,
        factors=scored.factors,
        capped_by=scored.capped_by,
        falls_to=scored.priority if seen.falls_at else None,
        falls_at=seen.falls_at,
        near_repeats=situation.near_repeats,
        category=category,
        title=(lead.summary if lead else f"{rules.of(category).name} seen by {episodes[0].camera_id}"),
        place=lead.place if lead else _zone(episodes[0]),
        position=best_position(reports, episodes),
        verdict=best_verdict([camera.verdict for camera in cameras]),
        report_verdicts=report_verdicts(situation),
        reports=tuple(row.report for row in situation.reports),
        cameras=cameras,
        evidence_ids=tuple(evidence_id for _, evidence_id in sorted(facts)),
        recipients=_recipients(reports, episodes, rules),
        operator_list=rules.of(category).operator_list,
        occurred_at=min(starts),
        grouped_under=(situation.standing.grouped_under or None) if situation.standing else None,
        grouping=situation.standing.grouping if situation.standing else None,
        rules_version=rules.version,
        registry_version=registry_version,
    )


def shown_of(situation: Situation, scored: Scored, rules: Rules, now: datetime) -> ShownPriority:
    """Return the priority to show: an ended alert keeps the one that was shown last."""
    if situation.ended_at is not None and situation.shown is not None:
        return situation.shown.model_copy(update={"falls_at": None})
    limited = scored.capped_by is not None
    return shown(situation.shown, scored.priority, limited, rules.damping, rules.version, now)


def told_priority(situation: Situation, rules: Rules) -> Priority:
    """Return the priority that a situation was told with, or shows now where a row does not know it yet."""
    if situation.priority is not None:
        return situation.priority
    return shown_of(situation, judge(situation, rules).scored, rules, situation.changed_at).priority


def as_shown(situation: Situation, alert: Alert) -> Situation:
    """Return a situation that remembers the priority that its alert shows."""
    known = situation.shown
    if known is not None and alert.falls_at is None and known.is_at_rest(alert.priority, alert.rules_version):
        return situation
    told_at = ShownPriority(priority=alert.priority, rules_version=alert.rules_version, falls_at=alert.falls_at)
    return situation.model_copy(update={"shown": told_at})


def fallen(situation: Situation, now: datetime) -> Situation:
    """Return a situation whose hold is over, so that its score alone counts; itself where none is, or it goes on."""
    if situation.shown is None or situation.shown.falls_at is None or situation.shown.falls_at > now:
        return situation
    return situation.model_copy(update={"shown": None})


def _zone(row: EpisodeRow) -> str:
    return f"zone {row.zone_id} of {row.camera_id}"[:120]


def _recipients(reports: Sequence[ReportRow], episodes: Sequence[EpisodeRow], rules: Rules) -> tuple[str, ...]:
    """Return who is to know: the recipients of each category in it, the weightiest category's first."""
    categories = {row.report.category for row in reports} | {row.category for row in episodes}
    ordered = sorted(categories, key=lambda category: (-rules.of(category).points, category.value))
    return tuple(dict.fromkeys(recipient for category in ordered for recipient in rules.of(category).recipients))


def expires_at(situation: Situation, rules: Rules) -> datetime:
    """Return when an alert ends by itself: some time after it came on the list and its newest report or episode.

    What is put aside does not end there: its time begins when it comes back.
    """
    moments = [situation.opened_at, *(row.report.reported_at for row in situation.reports)]
    moments += [row.occurred_at for row in situation.episodes]
    moments += [at for at in (situation.back_at, _aside_until(situation)) if at is not None]
    return min(max(moments), _FAR_AHEAD) + timedelta(seconds=rules.lifetime.open_s)


def _aside_until(situation: Situation) -> datetime | None:
    aside = situation.shelf or situation.suppression
    return None if aside is None else aside.until


def changed(before: Situation, after: Situation, change: Change, now: datetime) -> Situation:
    """Return a changed situation as its next revision; the first revision of an alert is 0."""
    if after.state is not before.state:
        if after.state is AlertState.CANCELLED:
            change = Change.CANCELLED
        elif after.state is AlertState.NEW:
            change = Change.REOPENED if before.state in QUIET | ENDED else Change.BACK
    told_at = {"change": change, "revision": before.revision + 1, "changed_at": max(now, before.changed_at)}
    return after.model_copy(update=told_at)

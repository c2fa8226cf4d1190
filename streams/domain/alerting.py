"""The alert that a situation makes, and its life: acknowledged, shelved, closed, expired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.alerts import Alert, AlertState, Change
from schemas.categories import Priority
from schemas.operations import Action, OperatorAction
from streams.domain.damping import Shown, shown
from streams.domain.priority import Scored, camera_verdicts, lead_category, report_verdicts, score
from streams.domain.rules import Rules
from streams.domain.situations import ENDED, EpisodeRow, ReportRow, Situation, best_position, best_verdict, told

_CLOSINGS: Final = frozenset({"test", "duplicate"})
"""Reasons of closing that say more than true or false."""
_ACKNOWLEDGEABLE: Final = frozenset({AlertState.NEW, AlertState.RETURNED_TO_NORMAL})
_SHELVABLE: Final = frozenset({AlertState.NEW, AlertState.ACKNOWLEDGED})


def alert_of(situation: Situation, rules: Rules, registry_version: str) -> Alert:
    """Return the whole alert of a situation, scored by the rules as they are."""
    cameras = camera_verdicts(situation)
    scored = score(situation, cameras, rules)
    seen = _shown(situation, scored, rules)
    category = lead_category(situation, rules)
    reports, episodes = told(situation)
    lead = next((row for row in reports if row.report.category is category), None)
    facts = [(row.report.occurred_at, row.evidence_id) for row in situation.reports]
    facts += [(row.occurred_at, row.evidence_id) for row in situation.sightings]
    facts += [(row.occurred_at, row.evidence_id) for row in situation.episodes]
    starts = [row.report.occurred_at for row in reports] + [row.begun_at for row in episodes]
    return Alert(
        alert_id=situation.alert_id,
        control_room_id=situation.control_room_id,
        revision=situation.revision,
        state=situation.state,
        change=situation.change,
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
        opened_at=situation.opened_at,
        changed_at=situation.changed_at,
        expires_at=expires_at(situation, rules),
        handled_by=situation.handled_by,
        closing=situation.closing,
        grouped_under=(situation.standing.grouped_under or None) if situation.standing else None,
        grouping=situation.standing.grouping if situation.standing else None,
        rules_version=rules.version,
        registry_version=registry_version,
    )


def _shown(situation: Situation, scored: Scored, rules: Rules) -> Shown:
    """Return the priority to show: an ended alert keeps the one that was shown last."""
    if situation.ended_at is not None and situation.shown is not None:
        return situation.shown.model_copy(update={"falls_at": None})
    limited = scored.capped_by is not None
    return shown(situation.shown, scored.priority, limited, rules.damping, rules.version, situation.changed_at)


def as_shown(situation: Situation, alert: Alert) -> Situation:
    """Return a situation that remembers the priority that its alert shows."""
    known = situation.shown
    if known is not None and alert.falls_at is None and known.is_at_rest(alert.priority, alert.rules_version):
        return situation
    told_at = Shown(priority=alert.priority, rules_version=alert.rules_version, falls_at=alert.falls_at)
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
    """Return when an alert ends by itself: some time after it opened and its newest report or episode."""
    newest = [row.report.reported_at for row in situation.reports] + [row.occurred_at for row in situation.episodes]
    return max([situation.opened_at, *newest]) + timedelta(seconds=rules.lifetime.open_s)


def changed(before: Situation, after: Situation, change: Change, now: datetime) -> Situation:
    """Return a changed situation as its next revision; the first revision of an alert is 0."""
    if after.state is AlertState.CANCELLED and before.state is not AlertState.CANCELLED:
        change = Change.CANCELLED
    told_at = {"change": change, "revision": before.revision + 1, "changed_at": max(now, before.changed_at)}
    return after.model_copy(update=told_at)


def expire(situation: Situation, now: datetime) -> Situation:
    """Return a situation that takes no more facts: expired, or cancelled as it was."""
    state = situation.state if situation.state is AlertState.CANCELLED else AlertState.EXPIRED
    return situation.model_copy(update={"state": state, "ended_at": now, "shelved_until": None})


def unshelve(situation: Situation) -> Situation:
    """Return a shelved situation as it stood before: acknowledged when a person handled it, else new."""
    state = AlertState.ACKNOWLEDGED if situation.handled_by else AlertState.NEW
    return situation.model_copy(update={"state": state, "shelved_until": None})


class Acted(NamedTuple):
    """What an action did: the situation after it, and why it was refused, empty when it was not."""

    situation: Situation
    refused: str


def act(situation: Situation, action: OperatorAction, priority: Priority, now: datetime) -> Acted:
    """Return what an operator's action does. A refused one changes nothing.

    Acknowledging asks for a new or returned alert, closing for any that has not ended. To confirm a dispatch is to have
    seen the alert. Whoever acts handles it.
    """
    if situation.state in ENDED or situation.ended_at is not None:
        return Acted(situation, f"the alert has ended: it is {situation.state.value}")
    match action.action:
        case Action.ACKNOWLEDGE | Action.CONFIRM_DISPATCH:
            return _acknowledge(situation, action)
        case Action.ASSIGN:
            return Acted(situation.model_copy(update={"handled_by": action.user}), "")
        case Action.SHELVE | Action.UNSHELVE:
            return _shelve(situation, action, priority, now)
        case Action.CLOSE | Action.FALSE_ALARM:
            verdict = "false" if action.action is Action.FALSE_ALARM else "true"
            told_at = {
                "state": AlertState.CLOSED,
                "closing": action.reason if action.reason in _CLOSINGS else verdict,
                "handled_by": action.user,
                "ended_at": now,
                "shelved_until": None,
            }
            return Acted(situation.model_copy(update=told_at), "")


def _acknowledge(situation: Situation, action: OperatorAction) -> Acted:
    if situation.state in _ACKNOWLEDGEABLE:
        told_at = {"state": AlertState.ACKNOWLEDGED, "handled_by": action.user}
        return Acted(situation.model_copy(update=told_at), "")
    if action.action is Action.CONFIRM_DISPATCH:
        return Acted(situation.model_copy(update={"handled_by": action.user}), "")
    return Acted(situation, f"only a new alert can be acknowledged, this is {situation.state.value}")


def _shelve(situation: Situation, action: OperatorAction, priority: Priority, now: datetime) -> Acted:
    """Shelve with an end and a reason, a P1 never (domain fact sheet §4); or take from the shelf."""
    if action.action is Action.UNSHELVE:
        if situation.state is AlertState.SHELVED:
            return Acted(unshelve(situation), "")
        return Acted(situation, f"only a shelved alert can be unshelved, this is {situation.state.value}")
    if situation.state not in _SHELVABLE:
        return Acted(situation, f"only a new or acknowledged alert can be shelved, this is {situation.state.value}")
    if priority is Priority.P1:
        return Acted(situation, "a P1 cannot be shelved")
    if action.until is None or action.until <= now or not action.reason:
        return Acted(situation, "shelving needs a reason and an end that lies ahead")
    told_at = {"state": AlertState.SHELVED, "shelved_until": action.until}
    return Acted(situation.model_copy(update=told_at), "")

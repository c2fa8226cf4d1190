"""Merging and splitting, and how both are remembered.

An operator merges and splits. By itself an alert is merged only where a single report that nobody acted on is told to be
elsewhere: it then goes where a new report from there would go.

Merged: the other alert closes as a duplicate and names where it went on. Its facts belong to that one from then on, so their
later revisions, sightings and phases go there, and so does a new report that would have joined the other alert.
Split: a report or an episode gets an alert of its own, whose id comes from the action. The alert that it was a part of
keeps its id apart, and never takes it again by itself; only a merge does.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from schemas.actions import OperatorAction
from schemas.alerts import AlertState
from schemas.base import derive_id
from schemas.phrases.codes.operator_list import alert_state
from schemas.phrases.codes.refusals import (
    refused_exercise_and_real,
    refused_fact_over,
    refused_merge_into_itself,
    refused_no_other_alert,
    refused_no_such_fact,
    refused_only_fact,
    refused_other_alert,
    refused_too_many_episodes,
    refused_too_many_reports,
)
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.acting.actions import marked, refusal
from streams.domain.alerts.acting.notes import joined_notes
from streams.domain.alerts.dispatch import joined
from streams.domain.alerts.lifecycle import TABLE, ActionRefusal, Cause, in_state
from streams.domain.alerts.situation import Situation, fact_ids, settled, with_episode, with_report, with_sighting
from streams.domain.rules.rules import Rules


class Regrouped(NamedTuple):
    """Regrouped: what a merge or split did: each alert before and after it, None before a new one; or why it was refused."""

    changes: tuple[tuple[Situation | None, Situation], ...]
    refused: Phrase | None


def merge(
    situation: Situation, other: Situation | None, action: OperatorAction, rules: Rules, now: datetime
) -> Regrouped:
    """Return the alert with the other one's facts, and the other one closed; both are of one control room.

    Only the first one's revision is known to have been seen. Nothing of the other one goes out of sight.
    """
    refused = refusal(situation, action) or _unmergeable(situation, other, rules)
    if refused or other is None:
        return Regrouped((), refused)
    after, closed = went_on(situation, other, now)
    after = marked(situation, after, action.user)
    closed = marked(other, closed.model_copy(update={"handled_by": action.user}), action.user)
    return Regrouped(((situation, after), (other, closed)), None)


def went_on(situation: Situation, other: Situation, now: datetime) -> tuple[Situation, Situation]:
    """Return a situation with another one's facts, and the other one closed as its duplicate."""
    after = situation
    for report in other.reports:
        after = with_report(after, report)
    for sighting in other.sightings:
        after = with_sighting(after, sighting)
    for episode in other.episodes:
        after = with_episode(after, episode)
    apart = sorted({*situation.apart, *other.apart} - set(fact_ids(after)))
    after = after.model_copy(
        update={
            "apart": tuple(apart),
            "notes": joined_notes(situation, other),
            "detached": situation.detached or other.detached,
            "detached_cameras": tuple(sorted({*situation.detached_cameras, *other.detached_cameras})),
            **joined(situation, other, now),
        }
    )
    told = {"closing": "duplicate", "merged_into": situation.alert_id, "ended_at": now, "dispatches": ()}
    return after, in_state(other, AlertState.CLOSED).model_copy(update=told)


def placed_anew(known: Situation, after: Situation) -> bool:
    """Return whether all that a situation has is one report, an update brought it another place, and nobody acted on it."""
    if known.state is not AlertState.NEW or known.acted_by is not None or len(after.reports) != 1 or after.episodes:
        return False
    was, position = known.reports[0].report.position, after.reports[0].report.position
    return after.live and position is not None and position != was


def _unmergeable(situation: Situation, other: Situation | None, rules: Rules) -> Phrase | None:
    if other is None:
        return refused_no_other_alert()
    if other.alert_id == situation.alert_id:
        return refused_merge_into_itself()
    if isinstance(TABLE[other.state, Cause.MERGED], ActionRefusal) or other.ended_at is not None:
        return refused_other_alert(alert_state(other.state.value))
    if other.exercise is not situation.exercise:
        return refused_exercise_and_real()
    at_most = rules.joining.reports_at_most
    reports, episodes = len(situation.reports) + len(other.reports), len(situation.episodes) + len(other.episodes)
    if reports > at_most:
        return refused_too_many_reports(reports, at_most)
    return refused_too_many_episodes(episodes, at_most) if episodes > at_most else None


def split(situation: Situation, action: OperatorAction, now: datetime) -> Regrouped:
    """Return the alert without one of its facts, and a new alert with it."""
    refused = refusal(situation, action) or _unsplittable(situation, action.fact_id)
    if refused:
        return Regrouped((), refused)
    fact_id = action.fact_id
    rest = settled(
        situation.model_copy(
            update={
                "reports": tuple(row for row in situation.reports if row.report.incident_id != fact_id),
                "sightings": tuple(row for row in situation.sightings if row.incident_id != fact_id),
                "episodes": tuple(row for row in situation.episodes if row.episode_id != fact_id),
                "apart": tuple(sorted({*situation.apart, fact_id})),
            }
        )
    )
    own = Situation(
        alert_id=derive_id("alert", situation.control_room_id, "split", situation.alert_id, fact_id, action.action_id),
        control_room_id=situation.control_room_id,
        opened_at=now,
        changed_at=now,
        split_from=situation.alert_id,
        detached=situation.detached,
        detached_cameras=situation.detached_cameras,
        reports=tuple(row for row in situation.reports if row.report.incident_id == fact_id),
        sightings=tuple(row for row in situation.sightings if row.incident_id == fact_id),
        episodes=tuple(row for row in situation.episodes if row.episode_id == fact_id),
    )
    return Regrouped(((situation, marked(situation, rest, action.user)), (None, own)), None)


def _unsplittable(situation: Situation, fact_id: str) -> Phrase | None:
    known = fact_ids(situation)
    if fact_id not in known:
        return refused_no_such_fact()
    if len(known) == 1:
        return refused_only_fact()
    live = {row.report.incident_id for row in situation.live_reports} | {
        row.episode_id for row in situation.live_episodes
    }
    return None if fact_id in live else refused_fact_over()

"""Situations: what partners reported and cameras saw about one thing, whatever order it arrived in.

A situation holds the newest revision of each report, the best answer of each camera to each report, and the newest
phase of each episode. These are chosen by what the facts say, never by when they arrived, so that facts in any order
make the same situation, and a fact that is applied twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.alerts import AlertNote, AlertState, Grouping, NearRepeat
from schemas.base import Identifier, Part, Utc, derive_id
from schemas.categories import Category, Priority
from schemas.dispatch import AlertDispatch
from schemas.evidence import Evidence
from schemas.geo import Position
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.facts import (
    EpisodeRow,
    Fact,
    ReportRow,
    SightingRow,
    better_sighting,
    newer_episode,
    newer_report,
)
from streams.domain.alerts.lifecycle import Cause, Life, happens
from streams.domain.alerts.priority.damping import ShownPriority


class ListStanding(Part):
    """List standing: how an alert last stood on the operator's list, and under which summary, empty where it stands by itself.

    `under_cause` is whether it stood under its cause.
    """

    state: AlertState
    priority: Priority
    category: Category
    grouped_under: str = ""
    grouping: Grouping | None = None
    under_cause: bool = False


class CauseLink(Part):
    """Cause link: the alert that explains this one, why, and whether this one stands under it on the list."""

    alert_id: str
    reason: Phrase
    under: bool


class Indexed(Part):
    """Under which rules, and in which cells of their index, a situation stands (`streams/domain/alerts/matching.py`)."""

    rules_version: str
    cells: tuple[str, ...]


class Situation(Life):
    """One alert's working state: its life and its facts. `indexed` is None in rows that do not know it yet.

    `detached` is whether a person took it from its cause: it never comes under one by itself again. `detached_cameras` are those
    of which a person said that what they saw people do is of something else.
    """

    alert_id: str
    control_room_id: Identifier
    shown: ShownPriority | None = None
    near_repeats: tuple[NearRepeat, ...] = ()
    notes: tuple[AlertNote, ...] = ()
    dispatches: tuple[AlertDispatch, ...] = ()
    unanswered_at: Utc | None = None
    caused_by: CauseLink | None = None
    symptoms: tuple[str, ...] = ()
    detached: bool = False
    detached_cameras: tuple[str, ...] = ()
    reports: tuple[ReportRow, ...] = ()
    sightings: tuple[SightingRow, ...] = ()
    episodes: tuple[EpisodeRow, ...] = ()
    standing: ListStanding | None = None
    indexed: Indexed | None = None

    @property
    def live_reports(self) -> tuple[ReportRow, ...]:
        """Return the reports that are not cancelled."""
        return tuple([row for row in self.reports if not row.report.cancelled])

    @property
    def live_episodes(self) -> tuple[EpisodeRow, ...]:
        """Return the episodes that have not ended."""
        return tuple([row for row in self.episodes if not row.over])

    @property
    def exercise(self) -> bool:
        """Return whether it is an exercise: all that partners reported is called one, and no camera saw anything by itself."""
        return bool(self.reports) and not self.episodes and all(row.report.exercise for row in self.reports)

    @property
    def live(self) -> bool:
        """Return whether anything of it still holds."""
        return bool(self.live_reports or self.live_episodes)


def open_situation(cause: Evidence, now: datetime) -> Situation:
    """Return a new situation, identified by the evidence that opens it."""
    return Situation(
        alert_id=derive_id("alert", cause.control_room_id, cause.evidence_id),
        control_room_id=cause.control_room_id,
        opened_at=now,
        changed_at=now,
    )


def with_fact(situation: Situation, row: Fact) -> Situation:
    """Return the situation with a report or an episode's phase; itself when nothing changed."""
    return with_report(situation, row) if isinstance(row, ReportRow) else with_episode(situation, row)


def with_report(situation: Situation, row: ReportRow) -> Situation:
    """Return the situation with a report; itself when nothing changed."""
    incident_id = row.report.incident_id
    known = next((each for each in situation.reports if each.report.incident_id == incident_id), None)
    kept = newer_report(known, row)
    if kept is known:
        return situation
    others = [each for each in situation.reports if each is not known]
    reports = sorted([*others, kept], key=lambda each: (each.report.occurred_at, each.report.incident_id))
    return settled(situation.model_copy(update={"reports": tuple(reports)}))


def with_sighting(situation: Situation, row: SightingRow) -> Situation:
    """Return the situation with a camera's answer; itself when nothing changed."""
    name = (row.incident_id, row.camera_id)
    known = next((each for each in situation.sightings if (each.incident_id, each.camera_id) == name), None)
    kept = better_sighting(known, row)
    if kept is known or kept == known:
        return situation
    sightings = sorted(
        [*(each for each in situation.sightings if each is not known), kept],
        key=lambda each: (each.incident_id, each.camera_id),
    )
    return situation.model_copy(update={"sightings": tuple(sightings)})


def with_episode(situation: Situation, row: EpisodeRow) -> Situation:
    """Return the situation with an episode's phase; itself when nothing changed."""
    known = next((each for each in situation.episodes if each.episode_id == row.episode_id), None)
    kept = newer_episode(known, row)
    if kept is known or kept == known:
        return situation
    others = [each for each in situation.episodes if each is not known]
    episodes = sorted([*others, kept], key=lambda each: each.episode_id)
    return settled(situation.model_copy(update={"episodes": tuple(episodes)}))


def settled(situation: Situation) -> Situation:
    """Return a situation in the state that its facts bring: quiet when none holds any more, new when one does again."""
    if situation.live:
        cause = Cause.HOLDS
    else:
        cause = Cause.OVER if situation.episodes else Cause.WITHDRAWN
    return happens(situation, cause)


def is_full(situation: Situation, at_most: int) -> bool:
    """Return whether a situation takes no more facts: it holds so many reports, or so many episodes. Bounds a message."""
    return max(len(situation.reports), len(situation.episodes)) >= at_most


def fact_ids(situation: Situation) -> list[str]:
    """Return the incidents and episodes of a situation."""
    return [row.fact_id for row in situation.reports] + [row.fact_id for row in situation.episodes]


def told(situation: Situation) -> tuple[Sequence[ReportRow], Sequence[EpisodeRow]]:
    """Return the facts that speak for a situation: those that hold, or all of them when none does any more."""
    reports, episodes = situation.live_reports, situation.live_episodes
    if reports or episodes:
        return reports, episodes
    return situation.reports, situation.episodes


def best_position(reports: Sequence[ReportRow], episodes: Sequence[EpisodeRow]) -> Position | None:
    """Return the most accurate position; of equally accurate ones the one that happened first."""
    known = [(row.report.position, row.report.occurred_at, row.report.incident_id) for row in reports]
    known += [(row.position, row.begun_at, row.episode_id) for row in episodes]
    placed = [(position, at, name) for position, at, name in known if position is not None]
    best = min(placed, key=lambda each: (each[0].accuracy_m, each[1], each[2]), default=None)
    return best[0] if best else None

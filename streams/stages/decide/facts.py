"""What a fact changes: the situations before and after it, which become alerts where they differ.

A fact goes to the alert that has it, to one about the same thing, or opens one; what comes too early waits in the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.evidence import EpisodeFact, Evidence, ReportFact, SightingFact
from streams.domain.alerts.alert import judge, told_priority
from streams.domain.alerts.merge_split import placed_anew, went_on
from streams.domain.alerts.recurrence import again, worse
from streams.domain.alerts.situation import (
    EpisodeRow,
    ReportRow,
    Situation,
    better_sighting,
    episode_row,
    newer_episode,
    newer_report,
    open_situation,
    report_row,
    sighting_row,
    with_episode,
    with_report,
    with_sighting,
)
from streams.domain.rules.rules import Rules
from streams.stages.decide.store import EarlyRow, SituationStore

Pair = tuple[Situation | None, Situation]
"""A situation before, None where it is new, and after."""


def fact_changes(evidence: Evidence, store: SituationStore, rules: Rules, now: datetime) -> Sequence[Pair]:
    """Return what a fact changes, in the order in which it is to be told."""
    match evidence.fact:
        case ReportFact() as report:
            return _report(evidence, report_row(evidence, report), store, rules, now)
        case SightingFact() as sighting:
            return _sighting(evidence, sighting, store, now)
        case EpisodeFact() as episode:
            return _episode(evidence, episode_row(evidence, episode), store, rules, now)


def _report(evidence: Evidence, row: ReportRow, store: SituationStore, rules: Rules, now: datetime) -> Sequence[Pair]:
    """Take a report into its alert, into one about the same thing, or into a new one.

    One that is cancelled before it came makes no alert of its own; it waits, so that a late copy makes none either. A
    revision that a forgotten alert had is a repeat, as it comes when a dead letter is replayed twice.
    """
    fact_id = row.report.incident_id
    known = store.of_fact(fact_id)
    if known is not None:
        return _known_report(known, with_report(known, row), store, rules, now)
    gone = store.gone(fact_id)
    if gone is not None and row.report.revision <= gone.revision:
        return []
    early = store.early(fact_id) or EarlyRow()
    row = newer_report(early.report, row)
    match = store.index.match(row, now)
    if row.report.cancelled and (match is None or match.ended_at is not None):
        store.wait(fact_id, early.model_copy(update={"report": row}), now)
        return []
    store.arrived(fact_id)
    match, situation = again(match, open_situation(evidence, now))
    after = with_report(situation, row)
    for sighting in early.sightings:
        after = with_sighting(after, sighting)
    return [(match, after)]


def _known_report(
    known: Situation, after: Situation, store: SituationStore, rules: Rules, now: datetime
) -> Sequence[Pair]:
    """Take what is new of a known report. One that is placed anew joins what a new report from there would join."""
    other = store.index.match(after.reports[0], now) if placed_anew(known, after) else None
    if other is None or other.ended_at is not None:
        return _known(known, after, rules)
    joined, closed = went_on(other, after, now)
    return [(other, joined), (known, closed)]


def _sighting(evidence: Evidence, fact: SightingFact, store: SituationStore, now: datetime) -> Sequence[Pair]:
    """Take a camera's answer; one that comes before its report waits for it."""
    row = sighting_row(evidence, fact)
    known = store.of_fact(fact.incident_id)
    if known is not None:
        after = known if known.ended_at is not None else with_sighting(known, row)
        return [(known, after)]
    if store.gone(fact.incident_id) is not None:
        return []
    early = store.early(fact.incident_id) or EarlyRow()
    others = {each.camera_id: each for each in early.sightings}
    others[row.camera_id] = better_sighting(others.get(row.camera_id), row)
    sightings = tuple(others[camera_id] for camera_id in sorted(others))
    store.wait(fact.incident_id, early.model_copy(update={"sightings": sightings}), now)
    return []


def _episode(evidence: Evidence, row: EpisodeRow, store: SituationStore, rules: Rules, now: datetime) -> Sequence[Pair]:
    """Take an episode's phase. One that ended before its beginning came makes no alert of its own."""
    known = store.of_fact(row.episode_id)
    if known is not None:
        return _known(known, with_episode(known, row), rules)
    gone = store.gone(row.episode_id)
    if gone is not None and row.occurred_at <= gone.occurred_at:
        return []
    early = store.early(row.episode_id) or EarlyRow()
    row = newer_episode(early.episode, row)
    match = store.index.match(row, now)
    if row.phase == "end" and (match is None or match.ended_at is not None):
        store.wait(row.episode_id, EarlyRow(episode=row), now)
        return []
    store.arrived(row.episode_id)
    match, situation = again(match, open_situation(evidence, now))
    return [(match, with_episode(situation, row))]


def _known(known: Situation, after: Situation, rules: Rules) -> Sequence[Pair]:
    """Take what is new of a known fact. An alert that has ended takes only what makes it open again."""
    if known.ended_at is not None and after is not known:
        worth = judge(after, rules).scored.priority
        after = worse(known, after, told_priority(known, rules), worth)
    return [(known, after)]

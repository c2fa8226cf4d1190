"""Facts: what a fact changes: the situations before and after it, which become alerts where they differ.

A fact goes to the alert that has it, to one about the same thing, or opens one; what comes too early waits in the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.evidence import EpisodeFact, Evidence, ReportFact, SightingFact
from streams.domain.alerts.acting.merge_split import placed_anew, went_on
from streams.domain.alerts.alert import judge, told_priority
from streams.domain.alerts.facts import (
    Fact,
    SightingRow,
    better_sighting,
    episode_row,
    newer_fact,
    report_row,
    sighting_row,
)
from streams.domain.alerts.recurrence import again, worse
from streams.domain.alerts.situation import Situation, open_situation, with_fact, with_sighting
from streams.domain.rules.rules import Rules
from streams.stages.decide.store import EarlyRow, SituationStore

Pair = tuple[Situation | None, Situation]
"""A situation before, None where it is new, and after."""


def fact_changes(evidence: Evidence, store: SituationStore, rules: Rules, now: datetime) -> Sequence[Pair]:
    """Return what a fact changes, in the order in which it is to be told."""
    row: Fact
    match evidence.fact:
        case SightingFact() as sighting:
            return _sighting(sighting_row(evidence, sighting), store, now)
        case ReportFact() as report:
            row = report_row(evidence, report)
        case EpisodeFact() as episode:
            row = episode_row(evidence, episode)
    known = store.of_fact(row.fact_id)
    if known is not None:
        return _known(known, with_fact(known, row), store, rules, now)
    return _new(evidence, row, store, now)


def _known(known: Situation, after: Situation, store: SituationStore, rules: Rules, now: datetime) -> Sequence[Pair]:
    """Take what is new of a known fact. An alert that has ended takes only what makes it open again.

    A report that is placed anew joins what a new report from there would join.
    """
    if placed_anew(known, after):
        other = store.index.match(after.reports[0], known.alert_id, now)
        if other is not None and other.ended_at is None:
            joined, closed = went_on(other, after, now)
            return [(other, joined), (known, closed)]
    elif known.ended_at is not None and after is not known:
        worth = judge(after, rules, now).scored.priority
        after = worse(known, after, told_priority(known, rules), worth)
    return [(known, after)]


def _new(evidence: Evidence, row: Fact, store: SituationStore, now: datetime) -> Sequence[Pair]:
    """Take a fact that no alert has into the alert about the same thing, or into a new one.

    What is over before it came (a cancelled report, an ended episode) makes no alert of its own; it waits, so that a late copy
    makes none either. What a forgotten alert had is a repeat, as it comes when a dead letter is replayed twice.
    """
    fact_id = row.fact_id
    gone = store.gone(fact_id)
    if gone is not None and gone.knew(row):
        return []
    waiting = store.early(fact_id)
    early = waiting or EarlyRow()
    row = newer_fact(early.report or early.episode, row)
    found = store.index.match(row, None, now)
    if row.over and (found is None or found.ended_at is not None):
        store.wait(fact_id, early.with_fact(row), now)
        return []
    if waiting is not None:
        store.arrived(fact_id)
    found, situation = again(found, open_situation(evidence, now))
    after = with_fact(situation, row)
    for sighting in early.sightings:
        after = with_sighting(after, sighting)
    return [(found, after)]


def _sighting(row: SightingRow, store: SituationStore, now: datetime) -> Sequence[Pair]:
    """Take a camera's answer; one that comes before its report waits for it."""
    known = store.of_fact(row.incident_id)
    if known is not None:
        return [(known, known if known.ended_at is not None else with_sighting(known, row))]
    if store.gone(row.incident_id) is not None:
        return []
    early = store.early(row.incident_id) or EarlyRow()
    others = {each.camera_id: each for each in early.sightings}
    others[row.camera_id] = better_sighting(others.get(row.camera_id), row)
    sightings = tuple(others[camera_id] for camera_id in sorted(others))
    store.wait(row.incident_id, early.model_copy(update={"sightings": sightings}), now)
    return []

"""The alert that a situation makes: what it is worth, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from schemas.alerts import Alert, AlertCamera
from schemas.categories import Category, Priority
from schemas.incidents import ReportNote
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.titles import (
    category_name,
    kind_unknown,
    title_exercise,
    title_placed,
    title_seen_by,
    zone_of_camera,
)
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.facts import EpisodeRow, ReportRow
from streams.domain.alerts.lifecycle import as_told
from streams.domain.alerts.movements import movements_of
from streams.domain.alerts.next_step import next_step
from streams.domain.alerts.priority.camera_verdicts import best_verdict, camera_verdicts, report_verdicts
from streams.domain.alerts.priority.damping import ShownPriority, shown
from streams.domain.alerts.priority.score import Scored, category_phrase, is_case, score
from streams.domain.alerts.situation import Situation, best_position, told
from streams.domain.alerts.timers import expires_at
from streams.domain.incidents.revisions import summary
from streams.domain.rules.rules import Rules


class JudgedSituation(NamedTuple):
    """Judged situation: what a situation's facts are worth by the rules, what its cameras say, and the priority to show."""

    scored: Scored
    cameras: tuple[AlertCamera, ...]
    shown: ShownPriority


def judge(situation: Situation, rules: Rules, now: datetime) -> JudgedSituation:
    """Return a situation's score by the rules as they are, and what it shows; an ended alert keeps what was shown last."""
    cameras = camera_verdicts(situation)
    scored = score(situation, cameras, rules)
    if situation.ended_at is not None and situation.shown is not None:
        last = {"falls_at": None, "rules_version": rules.version}
        return JudgedSituation(scored, cameras, situation.shown.model_copy(update=last))
    limited = scored.capped_by is not None
    seen = shown(situation.shown, scored.priority, limited, rules.damping, rules.version, now)
    return JudgedSituation(scored, cameras, seen)


def alert_of(situation: Situation, judged: JudgedSituation, rules: Rules, registry_version: str) -> Alert:
    """Return the whole alert of a situation, as it was judged by the rules as they are."""
    scored, cameras, seen = judged
    category = scored.category
    reports, episodes = told(situation)
    lead = next((row for row in reports if row.report.category is category), None)
    facts = [(row.report.occurred_at, row.evidence_id) for row in situation.reports]
    facts += [(row.occurred_at, row.evidence_id) for row in situation.sightings]
    facts += [(row.occurred_at, row.evidence_id) for row in situation.episodes]
    starts = [row.report.occurred_at for row in reports] + [row.begun_at for row in episodes]
    verdict = best_verdict([camera.verdict for camera in cameras])
    step, link = next_step(situation, category, seen.priority, verdict, cameras, rules), situation.caused_by
    return Alert.model_construct(
        **as_told(situation),
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
        next_step=step.step if step else None,
        next_step_reason=step.reason if step else None,
        caused_by=link.alert_id if link else None,
        cause_reason=link.reason if link else None,
        under_cause=link is not None and link.under,
        symptoms=situation.symptoms,
        movements=movements_of(situation, rules),
        notes=situation.notes,
        dispatches=situation.dispatches,
        unanswered_at=situation.unanswered_at,
        category=category,
        **_marked(_named(lead, category, episodes, rules), situation.exercise),
        position=best_position(reports, episodes),
        verdict=verdict,
        report_verdicts=report_verdicts(reports, situation.sightings),
        reports=tuple(row.report for row in situation.reports),
        cameras=cameras,
        evidence_ids=tuple(evidence_id for _, evidence_id in sorted(facts)),
        recipients=recipients_of(situation, rules),
        operator_list=not is_case(reports, rules.of(category)),
        exercise=situation.exercise,
        occurred_at=min(starts),
        grouped_under=(situation.standing.grouped_under or None) if situation.standing else None,
        grouping=situation.standing.grouping if situation.standing else None,
        rules_version=rules.version,
        registry_version=registry_version,
    )


def told_priority(situation: Situation, rules: Rules) -> Priority:
    """Return the priority that a situation was told with, or shows now where a row does not know it yet."""
    if situation.priority is not None:
        return situation.priority
    return judge(situation, rules, situation.changed_at).shown.priority


def _named(lead: ReportRow | None, category: Category, episodes: Sequence[EpisodeRow], rules: Rules) -> dict[str, Any]:
    """Return the title and the place of an alert: those of its leading report, else of what a camera saw."""
    if lead is not None:
        title = _title(lead.summary, lead.report.category, lead.place, lead.report.notes)
        return {"title": lead.summary, "title_phrase": title, "place": lead.place}
    row = episodes[0]
    seen = title_seen_by(category_phrase(category, rules.of(category).name), row.camera_id)
    place = zone_of_camera(row.zone_id, row.camera_id)
    return {
        "title": sentence(seen)[:300],
        "title_phrase": seen,
        "place": sentence(place)[:120],
        "place_phrase": place,
    }


def _marked(named: dict[str, Any], exercise: bool) -> dict[str, Any]:
    """Return a title and a place, the title marked where it is of an exercise: nobody may take it for real, or drive to it."""
    if not exercise:
        return named
    marked = title_exercise(named["title_phrase"] or named["title"])
    return {**named, "title": sentence(marked)[:300], "title_phrase": marked}


@lru_cache(maxsize=1_024)
def _title(told: str, category: Category, place: str, notes: tuple[ReportNote, ...]) -> Phrase | None:
    """Return a report's summary as a phrase, where it was built of category and place; None where its sender wrote another."""
    if told != summary(category, place, notes):
        return None
    what = kind_unknown() if ReportNote.UNKNOWN_KIND in notes else category_name(category.value)
    return title_placed(what, place) if place else what


def recipients_of(situation: Situation, rules: Rules) -> tuple[str, ...]:
    """Return who is to know of an alert: the recipients of each category in it, the weightiest category's first.

    Of a case of its recipients it is those whose case it is.
    """
    reports, episodes = told(situation)
    categories = {row.report.category for row in reports} | {row.category for row in episodes}
    ordered = sorted(categories, key=lambda category: (-rules.of(category).points, category.value))
    return tuple(dict.fromkeys(recipient for category in ordered for recipient in _of(category, reports, rules)))


def _of(category: Category, reports: Sequence[ReportRow], rules: Rules) -> tuple[str, ...]:
    rule = rules.of(category)
    own = [row for row in reports if row.report.category is category]
    return rule.case_recipients if rule.case_recipients and is_case(own, rule) else rule.recipients

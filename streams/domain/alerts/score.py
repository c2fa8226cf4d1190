"""The score: explicit points, each with its rule and its reason; thresholds; and limits that nothing passes.

Only what the facts say goes in, never when they arrived, so that the same facts always give the same score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.alerts import AlertCamera, Factor, NearRepeat
from schemas.categories import Category, Priority
from schemas.evidence import Coverage, Verdict
from schemas.incidents import Incident, ReportNote
from streams.domain.alerts.situation import (
    VERDICT_RANK,
    EpisodeRow,
    ReportRow,
    SightingRow,
    Situation,
    best_position,
    incident_row,
    told,
)
from streams.domain.rules.rules import CategoryRule, Rules

_WORDS: Final = {
    Verdict.PENDING: "a camera was asked and may still answer",
    Verdict.CORROBORATED: "a camera saw it",
    Verdict.CONSISTENT: "what a camera saw fits it, and is usual there",
    Verdict.CONTRADICTED: "a camera saw that it is not so",
    Verdict.UNSEEN: "a camera could see and did not see it",
    Verdict.CAMERA_UNAVAILABLE: "cameras cover the place but could not look",
    Verdict.NO_COVERAGE: "no camera could see the place",
}
_UNASKED: Final = {
    Coverage.NOT_PERMITTED_NOW: (Verdict.CAMERA_UNAVAILABLE, "may not be looked at now"),
    Coverage.NO_CAMERAS_FOR_CATEGORY: (Verdict.NO_COVERAGE, "not asked: no cameras for this category"),
    Coverage.OUT_OF_RANGE: (Verdict.NO_COVERAGE, "does not see the place"),
}
"""What a camera says that was not asked. One that covers the place and may not be looked at could not look: it is there."""

UNKNOWN_KIND: Final = "unknown_kind"
"""The factor of an urgent report that no table explains."""
_VIEWS: Final = tuple(Coverage)
"""The best view first: in view, not permitted now, not for this category, out of range."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A score with its explanation; `score` is the sum of the factors' points, held within 0 and 100.

    `category` is the one that counts.
    """

    score: float
    priority: Priority
    category: Category
    factors: tuple[Factor, ...]
    capped_by: str | None


def lead_category(reports: Sequence[ReportRow], episodes: Sequence[EpisodeRow], rules: Rules) -> Category:
    """Return the category that counts: the one with the most points, of equal ones the first to happen."""
    known = [(row.report.category, row.report.occurred_at) for row in reports]
    known += [(row.category, row.begun_at) for row in episodes]
    return min(known, key=lambda each: (-rules.of(each[0]).points, each[1], each[0].value))[0]


def score(situation: Situation, cameras: Sequence[AlertCamera], rules: Rules) -> Scored:
    """Return a situation's score, priority and explanation.

    Args:
        situation: With at least one report or episode.
        cameras: What each camera says, as `camera_verdicts` gives it.
        rules: The rules.
    """
    reports, episodes = told(situation)
    return _scored(reports, episodes, situation.near_repeats, cameras, rules)


def alone(incident: Incident, rules: Rules) -> Priority:
    """Return the priority that a report has by itself, before anything else is known of its situation."""
    return _scored((incident_row(incident),), (), (), (), rules).priority


def _scored(
    reports: Sequence[ReportRow],
    episodes: Sequence[EpisodeRow],
    repeats: Sequence[NearRepeat],
    cameras: Sequence[AlertCamera],
    rules: Rules,
) -> Scored:
    category = lead_category(reports, episodes, rules)
    rule = rules.of(category)
    factors = [Factor(rule_id=f"category.{category.value}", points=rule.points, reason=rule.name)]
    if reports:
        factors += [_urgency(reports, rules), *_age(reports, rule, rules), *_independent(reports, rules)]
        factors += [*_position(reports, rules), *_unknown_kind(category, reports, rules)]
    factors.append(_verdict(cameras, bool(reports), rules))
    factors += _crowd(episodes, rules)
    factors += _circumstances(category, reports, episodes, rules)
    factors += _near_repeat(repeats, rules)
    total = min(100.0, max(0.0, sum(factor.points for factor in factors)))
    priority = rules.thresholds.priority(total)
    unknown = any(factor.rule_id == UNKNOWN_KIND for factor in factors)
    capped, capped_by = _limited(priority, bool(reports), category, rule, unknown)
    return Scored(round(total, 3), capped, category, tuple(factors), capped_by)


def _limited(
    priority: Priority, reported: bool, category: Category, rule: CategoryRule, unknown: bool
) -> tuple[Priority, str | None]:
    """Return the priority under the hard limits, and the limit that lowered it, if one did.

    The cap of what is known to be minor does not hold what is urgent and `unknown`.
    """
    limits: list[tuple[str, Priority]] = []
    if not rule.operator_list:
        limits.append(("limit.case", Priority.P4))
    if not reported and not rule.rises_on_camera_alone:
        limits.append(("limit.camera_only", Priority.P4))
    if rule.cap is not None and not unknown:
        limits.append((f"limit.{category.value}", rule.cap))
    lowering = [(limit, name) for name, limit in limits if limit > priority]  # as text, P4 > P1 is the lower priority
    return max(lowering, key=lambda each: each[0], default=(priority, None))


def _urgency(reports: Sequence[ReportRow], rules: Rules) -> Factor:
    first = min(reports, key=lambda row: (row.report.urgency, row.report.occurred_at, row.report.incident_id)).report
    says = f"{first.source} says {first.source_priority}" if first.source_priority else f"{first.source} does not say"
    return Factor(
        rule_id=f"urgency.{first.urgency}",
        points=rules.urgency_points[first.urgency],
        reason=f"urgency {first.urgency} on the scale 0 (highest) to 4: {says}",
    )


def _age(reports: Sequence[ReportRow], rule: CategoryRule, rules: Rules) -> list[Factor]:
    """Return what the delay of the quickest report adds."""
    delay = max(timedelta(0), min(row.first_reported_at - row.report.occurred_at for row in reports))
    delay_s = delay.total_seconds()
    reason = f"reported {delay_s / 60:.0f} min after it happened"
    factors = []
    if rule.just_now is not None and delay_s <= rule.just_now.within_s:
        factors.append(Factor(rule_id="age.just_now", points=rule.just_now.points, reason=reason))
    reached = [step for step in rules.age if delay_s >= step.from_s]
    if reached and reached[-1].points:
        factors.append(Factor(rule_id=f"age.{reached[-1].from_s:g}", points=reached[-1].points, reason=reason))
    return factors


def _independent(reports: Sequence[ReportRow], rules: Rules) -> list[Factor]:
    sources = sorted({row.report.source for row in reports})
    if len(sources) < 2:
        return []
    points = min(rules.independent.points_at_most, (len(sources) - 1) * rules.independent.points_per_source)
    return [Factor(rule_id="independent", points=points, reason=f"{len(sources)} sources: {', '.join(sources)}"[:300])]


def _position(reports: Sequence[ReportRow], rules: Rules) -> list[Factor]:
    notes = sorted({row.note for row in reports if row.note})
    accuracies_m = [row.report.position.accuracy_m for row in reports if row.report.position is not None]
    factors = []
    if not accuracies_m:
        points, reason = rules.position.missing_points, "no report has a position"
        factors.append(Factor(rule_id="position.missing", points=points, reason=reason))
    elif min(accuracies_m) >= rules.position.poor_from_m:
        reason = (
            f"the best position is within {min(accuracies_m):.0f} m, "
            f"other reports match up to {rules.joining.accuracy_at_most_m:.0f} m further away"
        )
        factors.append(Factor(rule_id="position.poor", points=rules.position.poor_points, reason=reason))
    return factors + [Factor(rule_id="position.note", points=0, reason=note) for note in notes]


def _unknown_kind(category: Category, reports: Sequence[ReportRow], rules: Rules) -> list[Factor]:
    """Return what is added where nothing but an unknown kind is known, and its source calls it urgent."""
    rule = rules.unknown_kind
    urgent = [
        row.report
        for row in reports
        if ReportNote.UNKNOWN_KIND in row.report.notes and row.report.urgency <= rule.urgency_at_most
    ]
    if category is not Category.OVERIG or not urgent:
        return []
    sources = ", ".join(sorted({report.source for report in urgent}))
    reason = f"unknown kind: no table explains what {sources} reports, and it is urgent"[:300]
    return [Factor(rule_id=UNKNOWN_KIND, points=rule.points, reason=reason)]


def _verdict(cameras: Sequence[AlertCamera], reported: bool, rules: Rules) -> Factor:
    verdict = best_verdict([camera.verdict for camera in cameras])
    if not reported:
        points, reason = rules.verdict_points.camera_only, "a camera saw it, nobody reported it"
        return Factor(rule_id="verdict.camera_only", points=points, reason=reason)
    which = next((f": {each.camera_id}, {each.explanation}" for each in cameras if each.verdict is verdict), "")
    if verdict is Verdict.NO_COVERAGE:
        which = ""
    reason = f"{_WORDS[verdict]}{which}"[:300]
    return Factor(rule_id=f"verdict.{verdict.value}", points=rules.verdict_points.of(verdict), reason=reason)


def _crowd(episodes: Sequence[EpisodeRow], rules: Rules) -> list[Factor]:
    levels = {f"crowd.{level.name}": level.points for level in rules.episodes.crowd.levels}
    known = [row for row in episodes if row.signal in levels]
    if not known:
        return []
    worst = max(known, key=lambda row: (levels[row.signal], row.episode_id))
    reason = f"{worst.camera_id}: {worst.explanation}"[:300]
    factors = [Factor(rule_id=worst.signal, points=levels[worst.signal], reason=reason)]
    rising = max(known, key=lambda row: (row.rise_per_min or 0.0, row.episode_id))
    rise_per_min = rising.rise_per_min or 0.0
    reached = [step for step in rules.episodes.crowd.growth if rise_per_min >= step.rise_per_min]
    if reached:
        reason = f"{rising.camera_id}: rose by {rise_per_min:.0f} persons per minute when it reached its level"
        factors.append(Factor(rule_id="crowd.growth", points=reached[-1].points, reason=reason))
    return factors


def _circumstances(
    category: Category, reports: Sequence[ReportRow], episodes: Sequence[EpisodeRow], rules: Rules
) -> list[Factor]:
    """Return what the local time and the place add: of the first moment, at the best position."""
    concerned = rules.circumstances_of[category]
    if not concerned:
        return []
    at = min([row.report.occurred_at for row in reports] + [row.begun_at for row in episodes])
    position = best_position(reports, episodes)
    zone = rules.zone
    return [
        Factor(
            rule_id=f"circumstance.{each.name}"[:80],
            points=each.points,
            reason=f"{each.reason} ({at.astimezone(zone):%a %H:%M} local time)"[:300],
        )
        for each in concerned
        if each.holds(at, position, zone)
    ]


def _near_repeat(repeats: Sequence[NearRepeat], rules: Rules) -> list[Factor]:
    if not repeats or not rules.near_repeat.points:
        return []
    nearest = min(repeats, key=lambda each: (each.distance_m, each.occurred_at))
    within_days = rules.near_repeat.within_s / 86_400
    reason = (
        f"{len(repeats)} earlier within {rules.near_repeat.distance_m:.0f} m and {within_days:g} days, the nearest about "
        f"{nearest.distance_m:.0f} m away at {nearest.occurred_at:%d %b %H:%M} UTC"
    )
    return [Factor(rule_id="near_repeat", points=rules.near_repeat.points, reason=reason)]


def camera_verdicts(situation: Situation) -> tuple[AlertCamera, ...]:
    """Return what each camera near a situation could see and said, ranked by view, then by distance.

    Of one that was asked about several reports, the best answer is told. Each says until when a report asked it for attention:
    the last of those that hold, whichever report its words are about.
    """
    reports, episodes = told(situation)
    answers = {(row.incident_id, row.camera_id): row for row in situation.sightings}
    said: list[AlertCamera] = []
    attention: dict[str, datetime] = {}
    for row in reports:
        for near in row.cameras:
            answer = answers.get((row.report.incident_id, near.camera_id))
            told_by = {"camera_id": near.camera_id, "distance_m": near.distance_m, "coverage": near.coverage}
            until = None if row.report.cancelled else near.attention_until
            if until is not None:
                attention[near.camera_id] = max(until, attention.get(near.camera_id, until))
            if near.coverage in _UNASKED:
                (verdict, words), zone, degraded = _UNASKED[near.coverage], None, False
            elif answer is None:
                verdict, words, zone, degraded = Verdict.PENDING, "asked, still looking", None, False
            else:
                verdict, words = answer.verdict, answer.explanation
                zone, degraded = answer.zone_id, answer.degraded
            said.append(AlertCamera(**told_by, verdict=verdict, zone_id=zone, explanation=words, degraded=degraded))
    said += [_seen_by_itself(row) for row in episodes]
    best: dict[str, AlertCamera] = {}
    for camera in sorted(said, key=_telling):
        best.setdefault(camera.camera_id, camera)
    attended = [
        each.model_copy(update={"attention_until": attention[each.camera_id]}) if each.camera_id in attention else each
        for each in best.values()
    ]
    return tuple(sorted(attended, key=_view))


def best_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the best of what cameras say; no coverage where no camera says anything."""
    return min(verdicts, key=VERDICT_RANK.__getitem__, default=Verdict.NO_COVERAGE)


def report_verdicts(reports: Sequence[ReportRow], sightings: Sequence[SightingRow]) -> dict[str, Verdict]:
    """Return the best that any camera said about each of these reports, by its incident id."""
    answers = {(row.incident_id, row.camera_id): row.verdict for row in sightings}
    verdicts = {}
    for row in reports:
        incident_id = row.report.incident_id
        asked = [near.camera_id for near in row.cameras if near.coverage not in _UNASKED]
        said = [answers.get((incident_id, camera_id), Verdict.PENDING) for camera_id in asked]
        said += [_UNASKED[near.coverage][0] for near in row.cameras if near.coverage in _UNASKED]
        verdicts[incident_id] = best_verdict(said)
    return verdicts


def _seen_by_itself(row: EpisodeRow) -> AlertCamera:
    return AlertCamera(
        camera_id=row.camera_id,
        distance_m=0,
        coverage=Coverage.IN_VIEW,
        verdict=Verdict.CORROBORATED,
        zone_id=row.zone_id,
        explanation=row.explanation,
        degraded=row.degraded,
    )


def _telling(camera: AlertCamera) -> tuple[bool, int, float, str, str, str]:
    seen = camera.coverage is Coverage.IN_VIEW
    rank = VERDICT_RANK[camera.verdict]
    return (not seen, rank, camera.distance_m, camera.camera_id, camera.zone_id or "", camera.explanation)


def _view(camera: AlertCamera) -> tuple[int, float, int, str]:
    return (_VIEWS.index(camera.coverage), camera.distance_m, VERDICT_RANK[camera.verdict], camera.camera_id)

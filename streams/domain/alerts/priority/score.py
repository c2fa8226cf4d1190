"""The score: explicit points, each with its rule and its reason; thresholds; and limits that nothing passes.

Only what the facts say goes in, never when they arrived, so that the same facts always give the same score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple, ParamSpec
from zoneinfo import ZoneInfo

from schemas.alerts import AlertCamera, Factor, NearRepeat
from schemas.categories import Category, Priority
from schemas.evidence import Likelihood, Verdict
from schemas.incidents import Incident, ReportNote
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import factors as says
from schemas.phrases.codes.common import own_words
from schemas.phrases.phrase import Phrase, Told
from streams.domain.alerts.facts import EpisodeRow, ReportRow, incident_row
from streams.domain.alerts.priority.camera_verdicts import best_verdict, most_telling
from streams.domain.alerts.situation import Situation, best_position, told
from streams.domain.rules.rules import ROUTINE_FROM, CategoryRule, Rules

P = ParamSpec("P")
_BEST: Final[dict[Verdict, Callable[[str, Told], Phrase]]] = {
    Verdict.PENDING: says.best_pending,
    Verdict.CORROBORATED: says.best_corroborated,
    Verdict.CONSISTENT: says.best_consistent,
    Verdict.CONTRADICTED: says.best_contradicted,
    Verdict.UNSEEN: says.best_unseen,
    Verdict.CAMERA_UNAVAILABLE: says.best_camera_unavailable,
}


_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNKNOWN_KIND: Final = "unknown_kind"
"""The factor of an urgent report that no table explains."""
UNSAID: Final = 3
"""The urgency of a report whose source says none; one that says routine has it too, and its words."""


class Scored(NamedTuple):
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
    if len(reports) == 1 and not episodes:
        return reports[0].report.category
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


def case_alone(incident: Incident, rules: Rules) -> bool:
    """Return whether a report by itself is a case of its recipients, before anything else is known of its situation."""
    return is_case((incident_row(incident),), rules.of(incident.category))


def _scored(
    reports: Sequence[ReportRow],
    episodes: Sequence[EpisodeRow],
    repeats: Sequence[NearRepeat],
    cameras: Sequence[AlertCamera],
    rules: Rules,
) -> Scored:
    category = lead_category(reports, episodes, rules)
    rule = rules.of(category)
    factors = [_category(category, rule.points, rule.name)]
    if reports:
        factors += [_urgency(reports, rule, rules), *_age(reports, rule, rules), *_independent(reports, rules)]
        factors += [*_position(reports, rules), *_unknown_kind(category, reports, rules)]
    factors.append(_verdict(cameras, bool(reports), rules))
    crowd = _crowd(episodes, rules)
    factors += crowd
    factors += _circumstances(category, reports, episodes, rules)
    factors += _near_repeat(repeats, rules)
    total = min(100.0, max(0.0, sum(factor.points for factor in factors)))
    priority = rules.thresholds.priority(total)
    unknown = any(factor.rule_id == UNKNOWN_KIND for factor in factors)
    routine = rule.routine_cap is not None and _routine(reports) and not any(factor.points > 0 for factor in crowd)
    case = is_case(reports, rule)
    capped, capped_by = _limited(priority, bool(reports), category, rule, unknown, routine, case)
    return Scored(round(total, 3), capped, category, tuple(factors), capped_by)


def _factor(rule_id: str, points: float, say: Callable[P, Phrase], /, *values: P.args, **named: P.kwargs) -> Factor:
    """Return a factor with its reason in words and as a phrase; those that were told lately are not made anew."""
    assert not named
    return _told(rule_id, points, say, values)


@lru_cache(maxsize=4_096)
def _told(rule_id: str, points: float, say: Callable[..., Phrase], values: tuple[Any, ...]) -> Factor:
    phrase = say(*values)
    return Factor(rule_id=rule_id, points=points, reason=sentence(phrase)[:300], phrase=phrase)


@lru_cache(maxsize=256)
def _category(category: Category, points: float, name: str) -> Factor:
    named = category_phrase(category, name)
    return Factor(rule_id=f"category.{category.value}", points=points, reason=name, phrase=named)


def category_phrase(category: Category, name: str) -> Phrase:
    """Return a category by the name that the rules give it: the product's own, or the municipality's words as they are."""
    return _known(says.category(category.value), name)


@lru_cache(maxsize=256)
def _known(phrase: Phrase, text: str) -> Phrase:
    """Return a phrase where the rules' text is its sentence, the text as it is where it is another."""
    return phrase if sentence(phrase) == text else own_words(text)


def _limited(
    priority: Priority, reported: bool, category: Category, rule: CategoryRule, unknown: bool, routine: bool, case: bool
) -> tuple[Priority, str | None]:
    """Return the priority under the hard limits, and the limit that lowered it, if one did.

    The cap of what is known to be minor does not hold what is urgent and `unknown`. That of what is `routine` does not hold where
    a camera sees a crowd that is more than a warning: nobody who called it routine spoke of that.
    """
    limits: list[tuple[str, Priority]] = []
    if case:
        limits.append(("limit.case", Priority.P4))
    if not reported and not rule.rises_on_camera_alone:
        limits.append(("limit.camera_only", Priority.P4))
    if rule.cap is not None and not unknown:
        limits.append((f"limit.{category.value}", rule.cap))
    if rule.routine_cap is not None and routine:
        limits.append(("limit.routine", rule.routine_cap))
    lowering = [(limit, name) for name, limit in limits if limit > priority]  # as text, P4 > P1 is the lower priority
    return max(lowering, key=lambda each: each[0], default=(priority, None))


def _routine(reports: Sequence[ReportRow]) -> bool:
    """Return whether a source says that it is routine and none that it is urgent; where none says anything, nobody judged it."""
    return _said(reports) and min(row.report.urgency for row in reports) >= ROUTINE_FROM


def is_case(reports: Sequence[ReportRow], rule: CategoryRule) -> bool:
    """Return whether an alert is a case of its recipients and no operator's work: non-acute distress, nuisance between homes.

    Either its category always is, or every report says itself that it is so little urgent; one that says nothing was not judged.
    """
    if not rule.operator_list:
        return True
    least = rule.case_from_urgency
    if least is None or not reports:
        return False
    return all(_said([row]) and row.report.urgency >= least for row in reports)


def was_case(situation: Situation, rules: Rules) -> bool:
    """Return whether a situation, as it stands, is a case of its recipients and no operator's work."""
    reports, episodes = told(situation)
    return is_case(reports, rules.of(lead_category(reports, episodes, rules)))


def _said(reports: Sequence[ReportRow]) -> bool:
    """Return whether any source says how urgent it is."""
    return any(row.report.source_priority or row.report.urgency != UNSAID for row in reports)


def _urgency(reports: Sequence[ReportRow], rule: CategoryRule, rules: Rules) -> Factor:
    first = min(reports, key=lambda row: (row.report.urgency, row.report.occurred_at, row.report.incident_id)).report
    urgency = first.urgency
    assumed = rule.unsaid_urgency is not None and not _said(reports)
    if rule.unsaid_urgency is not None and assumed:
        urgency = min(urgency, rule.unsaid_urgency)
    rule_id, points = f"urgency.{urgency}", rules.urgency_points[urgency]
    if assumed:
        return _factor(rule_id, points, says.urgency_assumed, urgency, first.source)
    if not first.source_priority:
        return _factor(rule_id, points, says.urgency_unsaid, urgency, first.source)
    return _factor(rule_id, points, says.urgency, first.urgency, first.source, first.source_priority)


def _age(reports: Sequence[ReportRow], rule: CategoryRule, rules: Rules) -> list[Factor]:
    """Return what the delay of the quickest report adds."""
    delay = max(timedelta(0), min(row.first_reported_at - row.report.occurred_at for row in reports))
    delay_s = delay.total_seconds()
    delay_min = round(delay_s / 60)
    factors = []
    if rule.just_now is not None and delay_s <= rule.just_now.within_s:
        factors.append(_factor("age.just_now", rule.just_now.points, says.reported_after, delay_min))
    reached = [step for step in rules.age if delay_s >= step.from_s]
    if reached and reached[-1].points:
        factors.append(_factor(f"age.{reached[-1].from_s:g}", reached[-1].points, says.reported_after, delay_min))
    return factors


def _independent(reports: Sequence[ReportRow], rules: Rules) -> list[Factor]:
    sources = sorted({row.report.source for row in reports})
    if len(sources) < 2:
        return []
    points = min(rules.independent.points_at_most, (len(sources) - 1) * rules.independent.points_per_source)
    return [_factor("independent", points, says.independent_sources, len(sources), ", ".join(sources))]


def _position(reports: Sequence[ReportRow], rules: Rules) -> list[Factor]:
    notes = {row.note: row.note_phrase for row in reports if row.note}
    accuracies_m = [row.report.position.accuracy_m for row in reports if row.report.position is not None]
    rule, factors = rules.position, []
    if not accuracies_m:
        factors.append(_factor("position.missing", rule.missing_points, says.position_missing))
    elif min(accuracies_m) >= rule.poor_from_m:
        further_m = rules.joining.accuracy_at_most_m
        factors.append(_factor("position.poor", rule.poor_points, says.position_poor, min(accuracies_m), further_m))
    return factors + [
        Factor(rule_id="position.note", points=0, reason=note, phrase=phrase) for note, phrase in sorted(notes.items())
    ]


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
    return [_factor(UNKNOWN_KIND, rule.points, says.unknown_kind, sources)]


def _verdict(cameras: Sequence[AlertCamera], reported: bool, rules: Rules) -> Factor:
    verdict = best_verdict([camera.verdict for camera in cameras])
    if not reported:
        return _factor("verdict.camera_only", rules.verdict_points.camera_only, says.best_camera_only)
    rule_id = f"verdict.{verdict.value}"
    told_by = most_telling([each for each in cameras if each.verdict is verdict])
    if told_by is None or verdict is Verdict.NO_COVERAGE:
        return _factor(rule_id, rules.verdict_points.of(verdict), says.best_no_coverage)
    points = verdict_points(verdict, told_by.likelihood, rules)
    return _factor(rule_id, points, _BEST[verdict], told_by.camera_id, told_by.phrase or told_by.explanation)


def verdict_points(verdict: Verdict, likelihood: Likelihood | None, rules: Rules) -> float:
    """Return what a verdict is worth: by its likelihood, within what the verdict may be worth; else by the rules' table.

    A verdict of a sender that knows no likelihood counts as it did.
    """
    if likelihood is None:
        return rules.verdict_points.of(verdict)
    points = rules.normal.points(likelihood.ratio)
    match verdict:
        case Verdict.CORROBORATED:
            return max(0.0, points)
        case Verdict.CONSISTENT:
            return min(rules.normal.consistent_at_most, max(0.0, points))
        case _:
            return min(0.0, points)


def _crowd(episodes: Sequence[EpisodeRow], rules: Rules) -> list[Factor]:
    if not episodes:
        return []
    levels = {f"crowd.{level.name}": level.points for level in rules.episodes.crowd.levels}
    known = [row for row in episodes if row.signal in levels]
    if not known:
        return []
    worst = max(known, key=lambda row: (levels[row.signal], row.episode_id))
    what = worst.phrase or worst.explanation
    factors = [_factor(worst.signal, levels[worst.signal], says.crowd_seen, worst.camera_id, what)]
    rising = max(known, key=lambda row: (row.rise_per_min or 0.0, row.episode_id))
    rise_per_min = rising.rise_per_min or 0.0
    reached = [step for step in rules.episodes.crowd.growth if rise_per_min >= step.rise_per_min]
    if reached:
        rose = round(rise_per_min)
        factors.append(_factor("crowd.growth", reached[-1].points, says.crowd_growth, rising.camera_id, rose))
    return factors


def _circumstances(
    category: Category, reports: Sequence[ReportRow], episodes: Sequence[EpisodeRow], rules: Rules
) -> list[Factor]:
    """Return what the local time and the place add: of the first moment, at the best position."""
    concerned = rules.circumstances_of[category]
    if not concerned:
        return []
    at = min([row.report.occurred_at for row in reports] + [row.begun_at for row in episodes])
    position, zone = best_position(reports, episodes), rules.zone
    holding = [each for each in concerned if each.holds(at, position, zone)]
    if not holding:
        return []
    weekday, clock = _local(at, zone)
    return [
        _factor(
            f"circumstance.{each.name}"[:80],
            each.points,
            says.circumstance,
            _known(says.circumstance_night(), each.reason),
            weekday,
            clock,
        )
        for each in holding
    ]


@lru_cache(maxsize=4_096)
def _local(at: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """Return the weekday and the clock of a moment, which each change of its alert tells anew."""
    local = at.astimezone(zone)
    return _WEEKDAYS[local.weekday()], f"{local:%H:%M}"


def _near_repeat(repeats: Sequence[NearRepeat], rules: Rules) -> list[Factor]:
    if not repeats or not rules.near_repeat.points:
        return []
    nearest = min(repeats, key=lambda each: (each.distance_m, each.occurred_at))
    within_days = rules.near_repeat.within_s / 86_400
    within_m, near_m, at = rules.near_repeat.distance_m, nearest.distance_m, nearest.occurred_at
    return [
        _factor(
            "near_repeat",
            rules.near_repeat.points,
            says.near_repeat,
            len(repeats),
            within_m,
            within_days,
            near_m,
            at,
        )
    ]

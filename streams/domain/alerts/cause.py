"""Cause and symptom: which alert explains another one near it, by the table of the rules, and whether that stands under it.

A fire explains the crowd and the ambulance near it. The link follows from what the facts of both say (category, place, time) and
never from which came first; of several causes the nearest in place and time counts. A category is a cause or a symptom, never
both, so there is no circle and no chain.

A symptom stands under its cause on the operator's list, and is no entry of its own, unless it would be hidden by that: a P1,
what is more urgent than its cause, and what somebody has in hand stand by themselves, and so does a symptom of what is not in
sight itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import inf
from typing import Final, NamedTuple

from schemas.actions import Action, OperatorAction
from schemas.alerts import AlertState
from schemas.categories import Category, Priority
from schemas.phrases.codes.causes import cause_link
from schemas.phrases.codes.refusals import refused_no_cause, refused_not_detached
from schemas.phrases.codes.titles import category_name
from streams.domain.alerts.acting.actions import Acted, marked, refusal
from streams.domain.alerts.lifecycle import ENDED
from streams.domain.alerts.movements import separate_camera
from streams.domain.alerts.priority.score import lead_category
from streams.domain.alerts.situation import CauseLink, Situation, best_position, told
from streams.domain.geometry.ground import GroundPoint, distance_m, to_ground
from streams.domain.rules.causes import CauseRule
from streams.domain.rules.rules import Rules

SYMPTOMS_AT_MOST: Final = 40
"""Symptoms of one cause [own]: bounds its message. What is more stands by itself."""
_IN_SIGHT: Final = frozenset({AlertState.NEW, AlertState.ACKNOWLEDGED})
"""States in which a cause explains anything: what is over, put aside or closed does not."""
_NO_SYMPTOM: Final = ENDED | {AlertState.CANCELLED}
_WAITS: Final = frozenset({AlertState.NEW, AlertState.RETURNED_TO_NORMAL})


class CauseSpot(NamedTuple):
    """Cause spot: what a link looks at: RD New in metres; `signals` are those of the cameras where nobody reported it."""

    category: Category
    point: GroundPoint
    accuracy_m: float
    first_at: datetime
    last_at: datetime
    signals: frozenset[str]


def categories_of(situation: Situation) -> set[Category]:
    """Return the categories of what speaks for a situation."""
    reports, episodes = told(situation)
    return {row.report.category for row in reports} | {row.category for row in episodes}


def cause_spot(situation: Situation, rules: Rules) -> CauseSpot | None:
    """Return what a situation's facts say for a link; None where none tells a place."""
    reports, episodes = told(situation)
    position = best_position(reports, episodes)
    if position is None:
        return None
    starts = [row.report.occurred_at for row in reports] + [row.begun_at for row in episodes]
    return CauseSpot(
        lead_category(reports, episodes, rules),
        to_ground(position),
        position.accuracy_m,
        min(starts),
        max([*starts, *(row.occurred_at for row in episodes)]),
        frozenset() if reports else frozenset(row.signal for row in episodes),
    )


def explains(situation: Situation) -> bool:
    """Return whether a situation is in sight, so that it may explain others."""
    return situation.ended_at is None and situation.state in _IN_SIGHT


def link_of(symptom: Situation, others: Sequence[Situation], rules: Rules) -> CauseLink | None:
    """Return the cause of a situation, with its reason; None where it has none, or a person took it from it.

    Args:
        symptom: The situation, with the priority that it is told with.
        others: What may be its cause: all that stand near enough, and maybe others.
        rules: The rules.
    """
    if not others or symptom.detached or symptom.ended_at is not None or symptom.state in _NO_SYMPTOM:
        return None
    here = cause_spot(symptom, rules)
    if here is None:
        return None
    found = []
    for other in others:
        if other.alert_id == symptom.alert_id or not explains(other) or _full(other, symptom):
            continue
        if other.exercise is not symptom.exercise:
            continue  # an exercise explains nothing that is real, nor the other way round
        there = cause_spot(other, rules)
        rule = None if there is None else rules.cause_rules.get((there.category, here.category))
        if rule is None or there is None:
            continue
        apart_m, lag_s = distance_m(here.point, there.point), (here.first_at - there.first_at).total_seconds()
        share = _share(here, there, apart_m, rule)
        if share <= 1:
            found.append((share, there.first_at, other.alert_id, other, there.category, apart_m, lag_s))
    if not found:
        return None
    *_, cause, category, apart_m, lag_s = min(found, key=lambda each: each[:3])
    symptom_name, cause_name = category_name(here.category.value), category_name(category.value)
    order = "after" if lag_s >= 0 else "before"
    reason = cause_link(symptom_name, cause_name, apart_m, abs(lag_s), order)
    return CauseLink(alert_id=cause.alert_id, reason=reason, under=_hides_nothing(symptom, cause))


def _share(here: CauseSpot, there: CauseSpot, apart_m: float, rule: CauseRule) -> float:
    """Return how much of the rule's reach lies between a symptom and a cause, in place and time together; above 1 is too far."""
    if max(here.accuracy_m, there.accuracy_m) > rule.distance_m:
        return inf
    if rule.signals and not here.signals & set(rule.signals):
        return inf
    early_s = (there.first_at - here.first_at).total_seconds()
    late_s = (here.first_at - there.last_at).total_seconds()
    waited = max(0.0, early_s) / rule.before_s + max(0.0, late_s) / rule.after_s
    return apart_m / rule.distance_m + waited


def _full(cause: Situation, symptom: Situation) -> bool:
    return len(cause.symptoms) >= SYMPTOMS_AT_MOST and symptom.alert_id not in cause.symptoms


def _hides_nothing(symptom: Situation, cause: Situation) -> bool:
    """Return whether a symptom may stand under its cause: nothing urgent, and nothing in hand, is hidden by it."""
    if symptom.priority in (None, Priority.P1) or cause.priority is None or symptom.priority < cause.priority:
        return False  # as text, P1 < P2
    grouped = cause.standing is not None and bool(cause.standing.grouped_under)
    return symptom.state in _WAITS and symptom.handled_by is None and not grouped


def with_symptoms(cause: Situation, added: Iterable[str], removed: Iterable[str]) -> Situation:
    """Return a cause with more or fewer symptoms."""
    symptoms = tuple(sorted({*cause.symptoms, *added} - set(removed)))
    return cause if symptoms == cause.symptoms else cause.model_copy(update={"symptoms": symptoms})


def separate(situation: Situation, action: OperatorAction) -> Acted[Situation]:
    """Return a situation that a person takes from its cause for good, or puts back; or why that is refused.

    With a camera's id it is what that camera saw people do that is taken from the situation, or put back.
    """
    if action.camera_id:
        return separate_camera(situation, action)
    refused = refusal(situation, action)
    out = action.action is Action.DETACH
    if refused is None and out and situation.caused_by is None:
        refused = refused_no_cause()
    elif refused is None and not out and not situation.detached:
        refused = refused_not_detached()
    if refused is not None:
        return Acted(situation, refused)
    return Acted(marked(situation, situation.model_copy(update={"detached": out}), action.user), None)

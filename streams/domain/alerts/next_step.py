"""Next step: what the rules recommend to do with an alert, as a phrase with its reason. A person decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from schemas.alerts import AlertCamera
from schemas.categories import Category, Priority
from schemas.evidence import Coverage, Verdict
from schemas.phrases.codes.next_steps import (
    next_call_back,
    next_close,
    next_look,
    next_send,
    next_send_and_look,
    next_step_reason,
    next_wait,
    next_with_cause,
)
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.facts import VERDICT_RANK
from streams.domain.alerts.situation import Situation
from streams.domain.rules.next_steps import NextStepRule, Step
from streams.domain.rules.rules import Rules


class NextStep(NamedTuple):
    """Next step: what to do, and why."""

    step: Phrase
    reason: Phrase


def next_step(
    situation: Situation,
    category: Category,
    priority: Priority,
    verdict: Verdict,
    cameras: Sequence[AlertCamera],
    rules: Rules,
) -> NextStep | None:
    """Return what is recommended: of the first rule that fits and can be done; None where there is none.

    Args:
        situation: The alert's facts and state.
        category: As it is told.
        priority: As it is shown.
        verdict: The best that any camera said.
        cameras: All near it.
        rules: The rules.
    """
    state, camera_only = situation.state, not situation.live_reports
    for rule in rules.next_steps_of(state, priority, category, verdict, camera_only):
        step = _step(rule, situation, category, cameras, rules)
        if step is not None and rule.do is Step.WITH_CAUSE and situation.caused_by is not None:
            return NextStep(step, situation.caused_by.reason)
        if step is not None:
            said = "camera_only" if camera_only else verdict.value
            return NextStep(step, next_step_reason(priority.value, said, state.value))
    return None


def _step(
    rule: NextStepRule, situation: Situation, category: Category, cameras: Sequence[AlertCamera], rules: Rules
) -> Phrase | None:
    match rule.do:
        case Step.SEND:
            who, camera_id = rules.of(category).recipients[0], _camera(cameras)
            return next_send_and_look(who, camera_id) if camera_id else next_send(who)
        case Step.LOOK:
            camera_id = _camera(cameras)
            return next_look(camera_id) if camera_id else None
        case Step.CALL_BACK:
            newest = max(situation.live_reports, key=lambda row: (row.report.reported_at, row.fact_id), default=None)
            return next_call_back(newest.report.source) if newest else None
        case Step.WITH_CAUSE:
            link = situation.caused_by
            return next_with_cause() if link is not None and link.under else None
        case Step.CLOSE:
            return next_close(rule.verdict)
        case Step.WAIT:
            return next_wait()


def _camera(cameras: Sequence[AlertCamera]) -> str | None:
    """Return the camera to look at: one that sees the place, of those what said most of it, then the nearest."""
    can_look = [
        each for each in cameras if each.coverage is Coverage.IN_VIEW and each.verdict is not Verdict.CAMERA_UNAVAILABLE
    ]
    best = min(can_look, key=lambda each: (VERDICT_RANK[each.verdict], each.distance_m, each.camera_id), default=None)
    return best.camera_id if best else None

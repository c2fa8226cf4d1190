"""Movements: what cameras saw people do near a situation at its time, and that it explains: they ran, left at once, gathered.

They open no alert: such things mean nothing mostly (evidence: 1.7 an hour in busy views). Beside what brings them about they are
told as a line with its reason, which a person can take out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from schemas.actions import Action, OperatorAction
from schemas.alerts import AlertMovement
from schemas.evidence import CameraCoverage, Movement, MovementKind
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.causes import movement
from schemas.phrases.codes.refusals import refused_no_movement, refused_not_detached
from streams.domain.alerts.acting.actions import Acted, marked, refusal
from streams.domain.alerts.situation import Situation, told
from streams.domain.rules.rules import Rules

MOVEMENTS_AT_MOST: Final = 12
"""Movements that an alert tells, of three kinds and up to 25 cameras [own]: what is nearest."""


def movements_of(situation: Situation, rules: Rules) -> tuple[AlertMovement, ...]:
    """Return what cameras saw people do that a situation explains, the nearest first; not what a person took from it.

    Of one camera and kind the most persons; what several reports of it asked the same camera is one.
    """
    answers = {(row.incident_id, row.camera_id): row for row in situation.sightings if row.movements}
    if not answers:
        return ()
    best: dict[tuple[str, MovementKind], AlertMovement] = {}
    for row in told(situation)[0]:
        report, rule = row.report, rules.movement_rules.get(row.report.category)
        if rule is None or report.position is None or report.position.accuracy_m > rule.distance_m:
            continue
        for near in row.cameras:
            answer = answers.get((report.incident_id, near.camera_id))
            if answer is None or near.distance_m > rule.distance_m or near.camera_id in situation.detached_cameras:
                continue
            for each in answer.movements:
                lag_s = (each.at - report.occurred_at).total_seconds()
                if each.kind in rule.movements and -rule.before_s <= lag_s <= rule.after_s:
                    found = _alert_movement(each, near, lag_s)
                    name = (near.camera_id, each.kind)
                    best[name] = min(best.get(name, found), found, key=_most)
    ranked = sorted(best.values(), key=lambda each: (each.distance_m, each.at, each.camera_id, each.kind))
    return tuple(ranked[:MOVEMENTS_AT_MOST])


def _alert_movement(each: Movement, near: CameraCoverage, lag_s: float) -> AlertMovement:
    where, order = ("away" if near.distance_m else "in_view"), ("after" if lag_s >= 0 else "before")
    reason = movement(each.kind.value, each.persons, where, near.distance_m, abs(lag_s), order, near.camera_id)
    known = {"kind": each.kind, "persons": each.persons, "at": each.at}
    return AlertMovement(camera_id=near.camera_id, distance_m=near.distance_m, reason=reason, **known)


def _most(each: AlertMovement) -> tuple[int, datetime, float, str]:
    return (-each.persons, each.at, each.distance_m, sentence(each.reason))


def separate_camera(situation: Situation, action: OperatorAction) -> Acted[Situation]:
    """Return a situation without what one camera saw people do, or with it again; or why that is refused."""
    known, camera_id = set(situation.detached_cameras), action.camera_id
    refused = refusal(situation, action)
    if action.action is Action.DETACH:
        if refused is None and not any(row.camera_id == camera_id and row.movements for row in situation.sightings):
            refused = refused_no_movement(camera_id)
        after = known | {camera_id}
    else:
        if refused is None and camera_id not in known:
            refused = refused_not_detached()
        after = known - {camera_id}
    if refused is not None:
        return Acted(situation, refused)
    changed = situation.model_copy(update={"detached_cameras": tuple(sorted(after))})
    return Acted(marked(situation, changed, action.user), None)

"""The drill: an exercise from a report to a partner's answer, to be sure that a real one would come through.

All that it sends is an exercise, and it goes on only where what comes back is marked as one. So it needs no person who confirms
(domain fact sheet §1, demand 5): nobody is sent anywhere, no alert of a real situation is touched, and `decide` refuses what the
drill's user confirms of anything that is no exercise.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shapely.geometry import Point, Polygon

from schemas.actions import DRILL_USER, Action, OperatorAction
from schemas.alerts import Alert
from schemas.base import derive_id
from schemas.categories import Category
from schemas.dispatch import DispatchOutcome, DispatchReceipt, DispatchRequest
from schemas.geo import Position
from schemas.sharing import PartnerAlert, PartnerDispatch
from streams.domain.cameras.registry import ControlRoom
from streams.domain.incidents.raw_report import RawReport
from streams.errors import ToezichtError

SOURCE: Final = "drill"
"""The source of its reports."""
PRIORITY: Final = "P 1"
"""What is most pressing is what a drill is for: its deadline is the shortest."""
_TRIES: Final = 1_000

Marked = Alert | DispatchRequest | PartnerAlert | PartnerDispatch


class NotAnExerciseError(ToezichtError):
    """Something that a drill caused is not marked as an exercise: it goes no further."""


def place_in(room: ControlRoom, name: str) -> Position:
    """Return where a drill is said to be: in a control room's area, elsewhere each time, so that no two are one situation.

    Args:
        room: The control room.
        name: The drill's name, from which the place follows.
    """
    area, chance = Polygon([(point.lon, point.lat) for point in room.area]), random.Random(name)  # noqa: S311 (a place, no secret)
    west, south, east, north = area.bounds
    found = area.representative_point()
    for _ in range(_TRIES):
        tried = Point(chance.uniform(west, east), chance.uniform(south, north))
        if area.contains(tried):
            found = tried
            break
    return Position(lat=round(found.y, 6), lon=round(found.x, 6), accuracy_m=10)


def report(name: str, room: ControlRoom, category: Category, now: datetime) -> RawReport:
    """Return a drill's report, as a source tells one, marked as an exercise.

    Args:
        name: The drill's name.
        room: The control room that is to get it.
        category: What it is said to be about.
        now: When.
    """
    return RawReport(
        source=SOURCE,
        source_id=name,
        cancels=False,
        category=category,
        category_source=SOURCE,
        category_known=True,
        source_priority=PRIORITY,
        place="",
        position=place_in(room, name),
        occurred_at=now,
        reported_at=now,
        exercise=True,
    )


def require_exercise(message: Marked) -> None:
    """Hold that a message is marked as an exercise.

    Raises:
        NotAnExerciseError: It is not.
    """
    if not message.exercise:
        raise NotAnExerciseError(
            f"the {message.name} about {message.alert_id} is not marked as an exercise: the drill goes no further; "
            "expected exercise: true (is every stage of this release?)"
        )


def confirmation(alert: Alert, partner: str, now: datetime) -> OperatorAction:
    """Return what the drill confirms in place of a person: that a partner is asked to come, to an exercise.

    Raises:
        NotAnExerciseError: The alert is none.
    """
    require_exercise(alert)
    return _action(alert, Action.CONFIRM_DISPATCH, now, (partner,))


def closing(alert: Alert, now: datetime) -> OperatorAction:
    """Return the action that closes a drill's alert as a test.

    Raises:
        NotAnExerciseError: The alert is none.
    """
    require_exercise(alert)
    return _action(alert, Action.CLOSE, now)


def answer(dispatch: PartnerDispatch, outcome: DispatchOutcome, now: datetime) -> DispatchReceipt:
    """Return what the stand-in of a partner answers.

    Raises:
        NotAnExerciseError: It is asked to something real, to which nobody but the partner may answer.
    """
    require_exercise(dispatch)
    return DispatchReceipt(
        dispatch_id=dispatch.dispatch_id,
        control_room_id=dispatch.control_room_id,
        alert_id=dispatch.alert_id,
        recipient=dispatch.partner,
        outcome=outcome,
        answered_at=now,
    )


def _action(alert: Alert, action: Action, now: datetime, recipients: Sequence[str] = ()) -> OperatorAction:
    return OperatorAction(
        action_id=derive_id("action", SOURCE, alert.alert_id, action.value, str(alert.revision)),
        control_room_id=alert.control_room_id,
        alert_id=alert.alert_id,
        seen_revision=alert.revision,
        action=action,
        user=DRILL_USER,
        recipients=tuple(recipients),
        verdict="test" if action is Action.CLOSE else "",
        acted_at=now,
    )

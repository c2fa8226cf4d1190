"""Load: reports of fires that become P1 alerts, and what a person confirms of each."""

from __future__ import annotations

from datetime import datetime, timedelta

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert
from schemas.base import derive_id
from schemas.categories import Category
from schemas.incidents import Incident
from streams.domain.cameras.registry import Registry
from streams.domain.drill import place_in
from streams.domain.incidents.raw_report import RawReport
from streams.domain.incidents.revisions import AcceptedReport, normalise

CATEGORY = Category.BRAND
USER = "bench"
BEFORE = timedelta(seconds=5)


def report(number: int, run: str, registry: Registry, now: datetime) -> Incident:
    """Return a report of a fire with the highest urgency, at a place of its own."""
    name = f"{run}-{number}"
    made = normalise(
        RawReport(
            source="brandweer-gms",
            source_id=name,
            cancels=False,
            category=CATEGORY,
            category_source="bench",
            category_known=True,
            source_priority="P 1",
            place="",
            position=place_in(registry.control_rooms[0], name),
            occurred_at=now - BEFORE,
            reported_at=now - BEFORE,
        ),
        None,
        now,
    )
    assert isinstance(made, AcceptedReport), made
    return made.incident


def confirmation(alert: Alert, partner: str, now: datetime) -> OperatorAction:
    """Return what the console sends when a person confirms that a partner is asked to come."""
    return OperatorAction(
        action_id=derive_id("action", USER, alert.alert_id),
        control_room_id=alert.control_room_id,
        alert_id=alert.alert_id,
        seen_revision=alert.revision,
        action=Action.CONFIRM_DISPATCH,
        user=USER,
        recipients=(partner,),
        verdict="",
        acted_at=now,
    )

"""What partners are told, for tests: messages, their records, and notices as notifiers get them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas.base import Message
from schemas.cases import PartnerCase
from schemas.categories import Category, Priority
from schemas.codec import Encoded, encode
from schemas.geo import Position
from schemas.sharing import PartnerAlert, PartnerDispatch
from streams.kafka.record import Record
from streams.notify.notice import Notice, read_notice

AT: Final = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
PARTNER: Final = "politie"

HOOK: Final = {
    "url": "https://partner.example/hook",
    "allow": {"hosts": ["partner.example"]},
    "secrets": [{"variable": "PARTNER_KEY"}],
}
"""A webhook in a file of partners."""


def partner_alert(**changes: Any) -> PartnerAlert:
    """Return an alert as a partner sees it."""
    values = {
        "partner": PARTNER,
        "control_room_id": "amstelveen",
        "alert_id": "a1",
        "revision": 0,
        "changed_at": AT,
        "partners_version": "test",
        "ground": "politiewet-3",
        "category": Category.STRAATROOF,
        "priority": Priority.P2,
        "place": "Stationsstraat",
        "position": Position(lat=52.3, lon=4.86, accuracy_m=50.0),
        "occurred_at": AT,
    }
    return PartnerAlert(**{**values, **changes})


def partner_dispatch(**changes: Any) -> PartnerDispatch:
    """Return a confirmed request as a partner sees it."""
    values = {
        "dispatch_id": "d1",
        "partner": PARTNER,
        "control_room_id": "amstelveen",
        "alert_id": "a1",
        "alert_revision": 0,
        "confirmed_at": AT,
        "deadline_at": AT + timedelta(minutes=2),
        "partners_version": "test",
        "ground": "politiewet-3",
        "category": Category.STRAATROOF,
        "priority": Priority.P1,
        "place": "Stationsstraat",
    }
    return PartnerDispatch(**{**values, **changes})


def partner_case(**changes: Any) -> PartnerCase:
    """Return a case as the partner that has it sees it."""
    values = {
        "handover_id": "h1",
        "partner": PARTNER,
        "control_room_id": "amstelveen",
        "alert_id": "a1",
        "revision": 0,
        "changed_at": AT,
        "handed_at": AT,
        "answer_by": AT + timedelta(days=4),
        "partners_version": "test",
        "ground": "politiewet-3",
        "category": Category.ONDERMIJNING_PAND,
        "place": "Amstelveen",
    }
    return PartnerCase(**{**values, **changes})


def encoded(message: Message, at: datetime = AT) -> Encoded:
    """Return a message's record as the stage that shares sends it."""
    return encode(message, stage="share", handled_at=at, entered_at=at)


def record_of(message: Message, offset: int = 0, at: datetime = AT, topic: str = f"partner-{PARTNER}") -> Record:
    """Return a message's record as it is read."""
    key, value, headers = encoded(message, at)
    return Record(topic, 0, offset, key, value, headers, at)


def notice_of(message: Message, at: datetime = AT, health: bool = False) -> Notice:
    """Return a message as notifiers get it."""
    notice = read_notice(record_of(message, at=at), PARTNER, health)
    assert notice is not None
    return notice

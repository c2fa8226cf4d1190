"""Signalen: reports of residents about public space, one JSON document per report (Amsterdam/signals, fact sheet §2c).

The document is what the private API has of a signal (`GET /signals/v1/private/signals/{id}`), or what the public one takes::

    {"id": 4711, "status": {"state": "m", "created_at": "2026-11-29T12:59:00+01:00"}, "type": {"code": "SIG"},
     "category": {"main_slug": "overlast-van-en-door-personen-of-groepen", "sub_slug": "jongerenoverlast"},
     "priority": {"priority": "normal"}, "incident_date_start": "2026-11-29T12:30:00+01:00",
     "location": {"geometrie": {"type": "Point", "coordinates": [4.8573, 52.3063]}, "buurt_code": "BU03620401",
                  "address": {"openbare_ruimte": "Stadsplein", "postcode": "1181ZM", "woonplaats": "Amstelveen"}}}

Never read: `reporter`, `text`, `text_extra`, `extra_properties`, notes, attachments, house numbers, the letters of a
postcode, who handles it. The state says whether it is open, closed or cancelled; what the public API tells of a signal, its
state alone, is counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from schemas.incidents import ReportNote, ordered_notes
from schemas.phrases.codes import faults as says
from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading
from streams.intake.sources import fields
from streams.intake.sources.categories import slug
from streams.intake.sources.operations import LineOperation, operation
from streams.intake.sources.partner import (
    JsonReports,
    PartnerOptions,
    first,
    missing,
    part,
    place_of,
    place_told,
    postcode_of,
)

STATES: Final[Mapping[str, LineOperation]] = {
    **dict.fromkeys(
        (
            "m", "i", "b", "h", "ingepland", "reopened", "closure requested", "reopen requested", "reaction requested",
            "reaction received", "forward to external", "ready to send", "sent", "send failed", "done external", "open",
        ),
        LineOperation.REPORT,
    ),
    "o": LineOperation.CLOSED,
    "s": LineOperation.CLOSED,  # split: its parts are signals of their own
    "closed": LineOperation.CLOSED,
    "a": LineOperation.CANCEL,
}  # fmt: skip
"""States of a signal (§2c), and the two words of the public API."""
NO_REPORTS: Final = frozenset({"QUE", "COM", "MAI", "PRJ"})
"""Types of a signal that are no report of something that happens: question, complaint, maintenance, project (§2c)."""
_SHOWN: Final = re.compile(r"[A-Z]{1,5}-(\d{1,18})")
"""How a signal's number is shown: SIG-4711."""


class SignalenOptions(PartnerOptions):
    """Read signals of Signalen, one JSON document a line, as its private API tells them.

    Kept are category, priority, position, street and town, and times. The reporter, texts and house numbers are never read. A
    cancelled signal cancels its report; one that is dealt with changes nothing, and one that is opened again is an update.

    Example: toezicht intake signalen --partner signalen < signals.jsonl
    """

    silent_after_s = 86_400.0  # a day without any report of a resident is none [own]


class SignalenReports(JsonReports):
    """Reads one signal per document."""

    name = "signalen"
    Options = SignalenOptions

    def _read(self, signal: dict[str, Any], notes: list[ReportNote], now: datetime) -> Reading:
        status = part(signal, "status")
        done = operation(status.get("state") if status else signal.get("status"), notes, STATES)
        kind = fields.text(part(signal, "type").get("code"), ReportNote.FIELD_LEFT_OUT)
        notes += kind.notes
        aside = _aside(signal, done, kind.value)
        identity = fields.identity(_number(signal), self._prefix)
        if aside or not identity.value:
            return NotForUs(aside) if aside else missing("id", says.expected_text_or_number())
        notes += identity.notes
        return self._report(signal, status, identity.value, done is LineOperation.CANCEL, notes, now)

    def _report(
        self,
        signal: dict[str, Any],
        status: dict[str, Any],
        source_id: str,
        cancels: bool,
        notes: list[ReportNote],
        now: datetime,
    ) -> RawReport:
        location = part(signal, "location", notes=notes)
        address = part(location, "address", notes=notes)
        place = place_of(address.get("openbare_ruimte"), address.get("woonplaats"))
        street, town = place.value
        postcode = postcode_of(address.get("postcode"))
        told = fields.position(location.get("geometrie"), fields.DEFAULT_ACCURACY_M)
        position = self._located(told, street, town, postcode)
        code = _category(signal, notes)
        category, shown, known = self._categories.of(code)
        stated = (
            part(signal, "priority").get("priority")
            if isinstance(signal.get("priority"), dict)
            else signal.get("priority")
        )
        priority = fields.priority(stated)
        began = fields.moment(
            first(signal, "incident_date_start", "created_at"), self._zone, now, ReportNote.TIME_OF_ARRIVAL
        )
        changed = fields.moment(
            first(status, "created_at") or first(signal, "updated_at", "created_at"),
            self._zone,
            now,
            ReportNote.FIELD_LEFT_OUT,
        )
        area = fields.Field("")
        if not street:
            area = self._areas.name(first(location, "buurt_code", "area_code"), (began.value or now).year)
        notes += [*place.notes, *area.notes, *position.notes, *priority.notes, *began.notes, *changed.notes]
        return RawReport(
            source=self._partner,
            source_id=source_id,
            cancels=cancels,
            category=category,
            category_source=shown,
            category_known=known,
            category_said=bool(code),
            source_priority=priority.value,
            place=place_told(street or area.value, town, postcode),
            position=position.value,
            occurred_at=began.value,
            reported_at=changed.value,
            notes=ordered_notes(notes),
        )


def _aside(signal: Mapping[str, Any], done: LineOperation, kind: str) -> str:
    """Return why a signal is no report for us, or nothing."""
    if kind.upper() in NO_REPORTS:
        return "no_report"
    if done is LineOperation.CLOSED:
        return "closed"
    alone = not {"category", "location", "incident_date_start"} & set(signal)  # as the public API tells how far it is
    return "state_alone" if alone and done is LineOperation.REPORT and "status" in signal else ""


def _number(signal: Mapping[str, Any]) -> Any:
    """Return a signal's number, also from how it is shown; else its UUID."""
    number = signal.get("id")
    if not fields.is_unsaid(number):
        return number
    shown = _SHOWN.fullmatch(fields.text(signal.get("id_display")).value)
    return shown[1] if shown else signal.get("signal_id")


def _category(signal: Mapping[str, Any], notes: list[ReportNote]) -> str:
    """Return the slug of a signal's category, also from its address in the API (`…/sub_categories/jongerenoverlast`)."""
    category = part(signal, "category", notes=notes)
    named = fields.text(first(category, "sub_slug"), ReportNote.UNKNOWN_KIND)
    if named.value:
        return named.value
    address = fields.text(first(category, "category_url", "sub_category"), ReportNote.UNKNOWN_KIND)
    notes += [*named.notes, *address.notes]
    return address.value.rstrip("/").rpartition("/")[2] or slug(fields.text(category.get("sub")).value)

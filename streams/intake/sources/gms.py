"""GMS: a control room's incidents as JSON, one document per state of an incident.

No public interface of GMS is known. The fields are those that viewers for fire crews read (domain fact sheet §2b); their
names are read whatever their case, since one supplier writes IncidentId and another incidentId::

    {"IncidentId": "FLK-2026-4711", "kindOfChange": "created",
     "IncidentLocatie": {"XCoordinaat": 118859, "YCoordinaat": 479949, "NaamLocatie1": "Stadsplein",
                         "Postcode": "1181ZM", "Plaatsnaam": "Amstelveen"},
     "BrwDisciplineGegevens": {"Prioriteit": 1, "StartDTG": "2026-11-29T12:58:00", "Meldingsclassificatie1": "Brand",
                               "Meldingsclassificatie2": "Gebouw", "Meldingsclassificatie3": "01 Woning"},
     "Karakteristieken": [{"Naam": "GRIP", "Waarden": ["1"]}]}

An incident has a part for each service that it was given to; the most urgent priority counts, and the first classification
that says what it is about. A classification is told by LMC's code or by the names of its levels. What people write
(`kladblokregels`, values of characteristics but for a number of GRIP, second names of a place, house numbers, who called) is
never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from schemas.categories import Category
from schemas.incidents import ReportNote, ordered_notes
from schemas.phrases.codes import faults as says
from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading
from streams.domain.incidents.urgency import urgency
from streams.intake.sources import fields
from streams.intake.sources.operations import OPERATIONS, LineOperation, operation
from streams.intake.sources.partner import (
    JsonReports,
    PartnerOptions,
    first,
    lowered,
    missing,
    part,
    place_of,
    place_told,
    postcode_of,
)

SERVICES: Final = ("brwdisciplinegegevens", "poldisciplinegegevens", "cpadisciplinegegevens", "disciplinegegevens")
"""Parts of an incident by service. Fire's is the one that is known; the others' names follow it. [own]"""
_CODES: Final = ("meldingsclassificatiecode", "meldingsclassificatie", "lmccode")
_LEVELS: Final = ("meldingsclassificatie1", "meldingsclassificatie2", "meldingsclassificatie3")
_LMC: Final = re.compile(r"[a-z]{2}[a-z0-9]{1,4}|e33", re.IGNORECASE)
"""How a code of LMC looks; anything else in the field is a name."""
_TESTS: Final = re.compile(r"dv[a-z]{2}(?:tm)", re.IGNORECASE)
_EXERCISES: Final = re.compile(r"dv[a-z]{2}(?:oe)", re.IGNORECASE)
"""LMC's Dienstverlening, a service, Testmelding or Oefening: dvmutm, dvbwoe, …"""
MOST_CHARACTERISTICS: Final = 200
"""How many characteristics of an incident are looked at; LMC has 642, of which an incident has some."""
_CHANGES: Final[Mapping[str, LineOperation]] = {
    **OPERATIONS,
    "synchronisatie": LineOperation.REPORT,
    "open": LineOperation.REPORT,
    "actueel": LineOperation.REPORT,
    "lopend": LineOperation.REPORT,
    "beeindigd": LineOperation.CLOSED,
    "beëindigd": LineOperation.CLOSED,
    "deleted": LineOperation.CLOSED,  # it left the feed, which says nothing of whether it happened
    "vervallen": LineOperation.CANCEL,
}
"""`created`, `updated`, `synchronisatie` and `deleted` are seen (§2b); the Dutch states are [own]."""


class GmsOptions(PartnerOptions):
    """Read a control room's incidents, one JSON document a line, from standard input or a connection.

    Kept are priority, LMC classification, place without house number, and times; notes (kladblok), callers and crews are
    never read. A change of an incident is an update, `vervallen` cancels it, its end at the control room changes nothing.

    Example: toezicht intake gms --partner politie-gms --connect gms-gateway:7000
    """

    silent_after_s = 21_600.0  # a control room of a region has some call in six hours, whatever the night [own]


class GmsReports(JsonReports):
    """Reads one state of an incident per document."""

    name = "gms"
    Options = GmsOptions

    def _read(self, document: dict[str, Any], notes: list[ReportNote], now: datetime) -> Reading:
        incident = lowered(document)
        wrapped = incident.get("message")
        if isinstance(wrapped, dict) and "incidentid" not in incident:
            incident = lowered(wrapped)  # as a message bus hands it on
        done = {operation(incident.get(field), notes, _CHANGES) for field in ("kindofchange", "status")}
        services = [part(incident, name, notes=notes) for name in SERVICES]
        services = [service for service in services if service]
        aside = self._aside(done, services, incident)
        if aside:
            return NotForUs(aside)
        identity = fields.identity(first(incident, "incidentid", "incidentnummer"), self._prefix)
        if not identity.value:
            return missing("IncidentId", says.expected_text_or_number())
        notes += identity.notes
        return self._report(incident, services, identity.value, LineOperation.CANCEL in done, notes, now)

    def _aside(self, done: set[LineOperation], services: list[dict[str, Any]], incident: Mapping[str, Any]) -> str:
        """Return why a document is no report for us, or nothing."""
        codes = [code for service in services for code in _codes(service)]
        if any(_TESTS.fullmatch(code) for code in codes) or LineOperation.TEST in done:
            return "test"
        if any(_EXERCISES.fullmatch(code) for code in codes) or "oefening" in _named(incident):
            return "exercise"
        if LineOperation.CANCEL not in done and LineOperation.CLOSED in done:
            return "closed"
        return ""

    def _report(
        self,
        incident: dict[str, Any],
        services: list[dict[str, Any]],
        source_id: str,
        cancels: bool,
        notes: list[ReportNote],
        now: datetime,
    ) -> RawReport:
        where = part(incident, "incidentlocatie", notes=notes)
        place = place_of(where.get("naamlocatie1"), where.get("plaatsnaam"))
        street, town = place.value
        postcode = postcode_of(where.get("postcode"))
        told = fields.position(
            {"x_rd": where.get("xcoordinaat"), "y_rd": where.get("ycoordinaat")}, fields.DEFAULT_ACCURACY_M
        )
        position = self._located(told, street, town, postcode)
        category, shown, known, said = self._category(services)
        started = [service.get("startdtg") for service in services] + [incident.get("startdtg")]
        began = [fields.moment(value, self._zone, now, ReportNote.TIME_OF_ARRIVAL) for value in started]
        changed = fields.moment(
            first(incident, "wijzigdtg", "mutatiedtg", "timestamp"), self._zone, now, ReportNote.FIELD_LEFT_OUT
        )
        priority = self._priority(services, incident, notes)
        notes += [*place.notes, *position.notes, *changed.notes]
        notes += [note for each in began for note in each.notes]
        return RawReport(
            source=self._partner,
            source_id=source_id,
            cancels=cancels,
            category=category,
            category_source=shown,
            category_known=known,
            category_said=said,
            source_priority=priority,
            place=place_told(street, town, postcode),
            position=position.value,
            occurred_at=min((at.value for at in began if at.value is not None), default=None),
            reported_at=changed.value,
            notes=ordered_notes(notes),
        )

    def _category(self, services: list[dict[str, Any]]) -> tuple[Category, str, bool, bool]:
        """Return the first classification that says what it is about, as the tables do; whether it is known, and said at all."""
        found: list[tuple[Category, str, bool]] = []
        for service in services:
            found += [self._categories.of(code) for code in _codes(service)]
            levels = [fields.text(service.get(level)).value for level in _LEVELS]
            if any(levels) and not any(_is_code(level, named=True) for level in levels):
                found.append(self._categories.of_class(*levels))
        if not found:
            return *self._categories.of(""), False
        ranked = sorted(found, key=lambda each: (not each[2], each[0] in {Category.OVERIG, Category.VERKEER_CONTEXT}))
        return *ranked[0], True

    def _priority(self, services: list[dict[str, Any]], incident: Mapping[str, Any], notes: list[ReportNote]) -> str:
        """Return the most urgent priority of the services, with the scaling-up where there is one."""
        said = [fields.priority(service.get("prioriteit")) for service in (*services, incident)]
        for each in said:
            notes += each.notes
        most = min((each.value for each in said if each.value), key=urgency, default="")
        grip = _named(incident).get("grip", "")
        return f"P{most} GRIP{grip}" if grip and most.isdigit() else f"GRIP{grip}" if grip else most


def _codes(service: Mapping[str, Any]) -> Iterator[str]:
    """Yield what stands in a service's classifications and is a code of LMC, the finest first."""
    for field in (*_CODES, *reversed(_LEVELS)):
        said = fields.text(service.get(field)).value
        if _is_code(said, named=field in _LEVELS):
            yield said


def _is_code(said: str, *, named: bool) -> bool:
    """Return whether a text is shaped like a code; in a field of names one that begins with a capital is a name: Brand, Alarm."""
    return _LMC.fullmatch(said) is not None and not (named and said[:1].isupper())


def _named(incident: Mapping[str, Any]) -> dict[str, str]:
    """Return the characteristics that count: GRIP with its number, and that it is an exercise."""
    found: dict[str, str] = {}
    listed = incident.get("karakteristieken")
    for each in listed[:MOST_CHARACTERISTICS] if isinstance(listed, list) else ():
        characteristic = lowered(each) if isinstance(each, dict) else {}
        name = fields.text(characteristic.get("naam")).value.casefold()
        values = characteristic.get("waarden")
        said = [
            fields.text(value).value.casefold() for value in (values if isinstance(values, list) else [values])[:20]
        ]
        if name == "grip":
            levels = [match[1] for value in said if (match := re.fullmatch(r"(?:grip\s?)?([1-5])", value))]
            if levels:
                found["grip"] = max(levels)
        elif name in {"oefening", "training"} and not set(said) & {"nee", "n", "false", "0"}:
            found["oefening"] = "ja"
    return found

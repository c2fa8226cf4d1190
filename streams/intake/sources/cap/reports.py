"""CAP: alerts of the Common Alerting Protocol 1.2 (OASIS), one document each; a message and what updates it are one report.

A message has an id of its own (sender, identifier); an update or a cancellation names the ones before it in `references`
("sender,identifier,sent", with blanks between). The report's id is that of the first of them. Which message belongs to which
report is remembered; after a restart it is known by sender and time of sending, which references name and incidents keep.

Kept are category, event code, urgency and severity, times, and the middle of the area with the radius that holds it. What
people write (headline, description, instruction, contact, note, the sender's name; of an area's description whatever the
gazetteer does not know) is never read. `Exercise`, `Test`, `Draft` and `System` are no reports, nor are `Ack` and `Error`.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from importlib.util import find_spec
from typing import Any, Final, Self

from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from schemas.incidents import Incident, ReportNote, ordered_notes
from schemas.phrases.codes import faults as says
from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading, Unreadable
from streams.errors import ToezichtError
from streams.intake.sources import fields
from streams.intake.sources.base import Cut
from streams.intake.sources.cap.document import Element, RefusedDocumentError, parse
from streams.intake.sources.cap.places import position_of
from streams.intake.sources.gazetteer import clean_name
from streams.intake.sources.partner import PartnerOptions, PartnerReports, missing, place_told

REMEMBERED: Final = 20_000
"""Messages whose report is remembered; a sender updates an alert for some days at the most."""
MOST_REFERENCES: Final = 100
_ASIDE: Final = {"Exercise": "exercise", "Test": "test", "Draft": "draft", "System": "system"}
_NO_REPORT: Final = {"Ack": "ack", "Error": "error"}
_KINDS: Final = frozenset({"Alert", "Update", "Cancel"})
_SEVERE: Final = frozenset({"Extreme", "Severe"})
_ALL_CLEAR: Final = "AllClear"


class CapOptions(PartnerOptions):
    """Read alerts of the Common Alerting Protocol (CAP 1.2), XML documents one after the other.

    An Update or Cancel changes the report that its references name. Exercises, tests, drafts and system messages are counted and
    left. Texts that people write are never read. Documents with a document type are refused.

    Example: toezicht intake cap --partner veiligheidsregio < alert.xml
    """

    cut = Cut.ALERTS


class CapReports(PartnerReports):
    """Reads one message per document, and remembers which report it belongs to."""

    name = "cap"
    Options = CapOptions

    @classmethod
    def from_options(cls, options: PartnerOptions, time_zone: str) -> Self:
        """Return the source.

        Raises:
            ConfigurationError: An option is wrong.
            FileError: A file that one names is wrong.
            ToezichtError: It was installed without the extra `partners`.
        """
        if find_spec("lxml") is None:
            raise ToezichtError("lxml is not installed, expected the extra partners: toezicht[partners]")
        return super().from_options(options, time_zone)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Prepare; see `PartnerReports`."""
        super().__init__(*args, **options)
        self._reports: OrderedDict[str, str] = OrderedDict()
        self._by_time: OrderedDict[tuple[str, datetime], str] = OrderedDict()
        self._also: list[RawReport] = []

    def read(self, content: bytes, now: datetime) -> Reading:
        """Return what one document says; see the module's description."""
        if not content.strip():
            return NotForUs("blank")
        try:
            alert, repaired = parse(content)
        except RefusedDocumentError as error:
            return Unreadable(DeadLetterReason.UNREADABLE_REPORT, says.cap_expected(str(error)))
        status, kind = alert.text("status"), alert.text("msgType")
        aside = _ASIDE.get(status) or _NO_REPORT.get(kind)
        if aside:
            return NotForUs(aside)
        notes = list(repaired)
        if status != "Actual" or kind not in _KINDS:
            notes.append(ReportNote.FIELD_LEFT_OUT)
        identifier = alert.text("identifier")
        if not identifier:
            return missing("identifier", says.expected_text_or_number())
        sender = _digest(alert.text("sender"))
        own = fields.identity(f"{sender}/{identifier}", self._prefix)
        sent = fields.moment(alert.text("sent"), self._zone, now, ReportNote.TIME_OF_ARRIVAL)
        notes += [*own.notes, *sent.notes]
        roots = self._roots(alert.text("references"), now) if kind != "Alert" else []
        root = roots[0] if roots else own.value
        self._remember(own.value, root, sender, sent.value)
        if kind == "Cancel":
            self._also += [self._cancellation(each, sent.value) for each in roots[1:]]
        info = _chosen(alert)
        if kind != "Cancel" and info is not None and _ALL_CLEAR in set(info.texts("responseType")):
            return NotForUs("closed")
        return self._report(info, root, kind == "Cancel", sent.value, notes, now)

    def overdue(self, now: datetime, *, ending: bool = False) -> Iterable[Reading]:
        """Return the other reports that a cancellation named: a document is one reading, and may end several."""
        also, self._also = self._also, []
        return also

    def recall(self, incident: Incident) -> None:
        """Learn the report that a message of this time belongs to; of two senders' messages each has its own."""
        if incident.source == self._partner:
            sender, _, _ = incident.source_id.removeprefix(self._prefix).partition("/")
            self._remember("", incident.source_id, sender, incident.reported_at)

    def _roots(self, references: str, now: datetime) -> list[str]:
        """Return the reports that references belong to, the earliest first; those of one chain are one."""
        found: list[tuple[datetime, str, bool]] = []
        for reference in references.split()[:MOST_REFERENCES]:
            named = reference.split(",")
            if len(named) < 2 or not named[1]:
                continue
            sender = _digest(named[0])
            own = fields.identity(f"{sender}/{named[1]}", self._prefix).value
            sent = fields.moment(named[2] if len(named) > 2 else "", self._zone, now, ReportNote.FIELD_LEFT_OUT).value
            report = self._reports.get(own) or (self._by_time.get((sender, sent)) if sent else None) or None
            found.append((sent or now, report or own, report is not None))
        found.sort(key=lambda each: each[0])
        known = list(dict.fromkeys(report for _, report, is_known in found if is_known))
        return known or [report for _, report, _ in found[:1]]

    def _remember(self, own: str, report: str, sender: str, sent: datetime | None) -> None:
        if own:
            self._reports[own] = report
        if sent is not None:
            at = (sender, sent)
            # two messages of one second cannot be told apart by it: neither is known by its time
            self._by_time[at] = "" if self._by_time.get(at, report) != report else report
        for memory in (self._reports, self._by_time):
            while len(memory) > REMEMBERED:
                memory.popitem(last=False)

    def _cancellation(self, source_id: str, sent: datetime | None) -> RawReport:
        return RawReport(
            self._partner, source_id, True, *self._categories.of(""), "", "", None, sent, sent, category_said=False
        )

    def _report(
        self,
        info: Element | None,
        source_id: str,
        cancels: bool,
        sent: datetime | None,
        notes: list[ReportNote],
        now: datetime,
    ) -> RawReport:
        category, shown, known, said = self._category(info)
        street = town = ""
        where: fields.Field[Any] = fields.Field(None)
        onset: fields.Field[datetime | None] = fields.Field(None)
        if info is not None:
            areas = list(info.children("area"))
            where = position_of(
                (text for area in areas for text in area.texts("polygon")),
                (text for area in areas for text in area.texts("circle")),
            )
            street, town = self._named(area.text("areaDesc") for area in areas)
            if not street:
                street = self._coded(areas, (sent or now).year, notes)
            onset = fields.moment(info.text("onset"), self._zone, now, ReportNote.TIME_OF_ARRIVAL)
        where = self._located(where, street, town, "")
        notes += [*where.notes, *onset.notes]
        began = onset.value if onset.value is not None and onset.value <= (sent or now) else sent
        return RawReport(
            source=self._partner,
            source_id=source_id,
            cancels=cancels,
            category=category,
            category_source=shown,
            category_known=known,
            category_said=said,
            source_priority=_priority(info, notes),
            place=place_told(street, town, ""),
            position=where.value,
            occurred_at=began,
            reported_at=sent,
            notes=ordered_notes(notes),
        )

    def _category(self, info: Element | None) -> tuple[Category, str, bool, bool]:
        """Return what it is about, by an event code or event that a table has, else by CAP's category; whether it is said."""
        if info is None:
            return *self._categories.of(""), False
        codes = [code.text("value") for code in info.children("eventCode")]
        told = [self._categories.of(code) for code in (*codes, info.text("event"))]
        for found in told:
            if found[2]:
                return *found, True
        by_category = [self._categories.of(name) for name in info.texts("category") if name in self._categories.cap]
        if by_category:
            return *by_category[0], True
        shaped = next((found for code, found in zip(codes, told, strict=False) if code and found[1] == code), None)
        first = next((name for name in info.texts("category") if name in _CATEGORIES), "")
        if shaped is not None or first:
            return Category.OVERIG, shaped[1] if shaped is not None else first, False, True
        return *self._categories.of(""), bool(codes or info.text("event"))

    def _named(self, described: Iterable[str]) -> tuple[str, str]:
        """Return street and town of a description that the gazetteer knows; anything else may be somebody's words."""
        for text in described:
            parts = [clean_name(each) for each in text[:200].split(",")]
            for street, town in zip(parts, [*parts[1:], ""], strict=True):
                if street and town and self._gazetteer.position(street, town) is not None and self._knows(street, town):
                    return street, town
            for town in parts:
                if self._knows("", town):
                    return "", town
        return "", ""

    def _coded(self, areas: Iterable[Element], year: int, notes: list[ReportNote]) -> str:
        """Return the name of the first area that is told by a code of CBS (`CBS-buurtcode`, `CBS-wijkcode`)."""
        for area in areas:
            for code in area.children("geocode"):
                if code.text("valueName").casefold().startswith("cbs"):
                    found = self._areas.name(code.text("value"), year)
                    notes += found.notes
                    return found.value
        return ""

    def _knows(self, street: str, town: str) -> bool:
        if street:
            return (street.lower(), town.lower()) in {(s.lower(), t.lower()) for s, t in self._gazetteer.streets()}
        return bool(town) and town.lower() in {name.lower() for name in self._gazetteer.towns()}


_CATEGORIES: Final = frozenset(
    {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"}
)


def _digest(sender: str) -> str:
    """Return who sent it, as an id that is nobody's address: senders are often e-mail addresses."""
    return hashlib.sha256(sender.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _chosen(alert: Element) -> Element | None:
    """Return the block of information in Dutch, else the first: each is the same in another language."""
    blocks = list(alert.children("info"))
    dutch = [block for block in blocks if block.text("language").lower().startswith("nl")]
    return next(iter(dutch or blocks), None)


def _priority(info: Element | None, notes: list[ReportNote]) -> str:
    """Return urgency and severity as a priority, as ours are told in CAP (domain fact sheet §7): P1 is Immediate and Severe.

    What is immediate and of a severity that is not said is P 1: nobody judged it. Certainty tells nobody how soon to go.
    """
    if info is None:
        return ""
    urgency, severity = info.text("urgency"), info.text("severity")
    if urgency == "Immediate":
        return {"Moderate": "P 2", "Minor": "P 3"}.get(severity, "P 1")
    if urgency == "Expected":
        return "P 3" if severity == "Minor" else "P 2"
    if urgency == "Future":
        return "P 2" if severity in _SEVERE else "P 3"
    if urgency == "Past":
        return "P 4"
    if urgency != "Unknown":
        notes.append(ReportNote.PRIORITY_UNKNOWN)
    return {"Extreme": "P 1", "Severe": "P 2"}.get(severity, "")

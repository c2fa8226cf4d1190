"""CAP 1.2 out: a message as a Common Alerting Protocol document: Alert, Update or Cancel, with references, in Dutch and English.

OASIS, Common Alerting Protocol 1.2 (2010); the map of priorities and categories is that of docs/domain.md § 7. Built as a
tree and never of text, so nothing in a message can become an element.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from lxml import etree

from schemas.categories import Category, Priority
from schemas.evidence import Verdict
from schemas.geo import Position
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.titles import category_name
from schemas.phrases.language import Language
from streams.notify.notice import Notice, one_line
from streams.notify.texts import text_of

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
LANGUAGES: Final = ((Language.NL, "nl-NL"), (Language.EN, "en-GB"))
Scope = Literal["Restricted", "Private"]
_FORBIDDEN: Final = re.compile(r"[\s,<&]+")
"""What an identifier, a sender and a code may not hold (CAP 1.2, § 3.2.1)."""
_CATEGORY: Final = {
    Category.BRAND: "Fire",
    Category.MEDISCH_ONWEL: "Health",
    Category.VERWARD_PERSOON: "Health",
    Category.CROWD_DENSITY: "Safety",
    Category.DEMONSTRATIE: "Safety",
    Category.VERKEER_CONTEXT: "Transport",
    Category.OVERIG: "Other",
    None: "Other",
}
"""All others are `Security`."""
_URGENCY: Final = {Priority.P1: "Immediate", Priority.P2: "Expected", Priority.P3: "Expected", Priority.P4: "Future"}
_SEVERITY: Final = {Priority.P1: "Severe", Priority.P2: "Moderate", Priority.P3: "Minor", Priority.P4: "Minor"}
_UNKNOWN: Final = "Unknown"
_PLACELESS: Final = {Language.NL: "Niet bekend bij deze ontvanger", Language.EN: "Not told to this recipient"}


class CapId(NamedTuple):
    """CAP id: what other documents refer to a document by."""

    identifier: str
    sent: str


class CapHeader(NamedTuple):
    """CAP header: what does not follow from the message.

    Attributes:
        sender: Who sends, as a name that is the same for ever, such as `toezicht.gemeente.example`.
        scope: Whom it is for.
        zone: In which times are written.
    """

    sender: str
    scope: Scope
    zone: ZoneInfo


def cap_id(notice: Notice, zone: ZoneInfo) -> CapId:
    """Return a message's identity: the same whenever it is made."""
    about = notice.about
    end = ".withdrawn" if notice.ending == "withdrawn" else ""
    return CapId(plain(f"{about}.{notice.revision}{end}"), cap_time(notice.changed_at, zone))


def cap_time(moment: datetime, zone: ZoneInfo) -> str:
    """Return a time as CAP writes it: to the second, with its offset, never Z; UTC is `-00:00` (CAP 1.2, § 3.3.2)."""
    local = moment.astimezone(zone)
    text = local.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "-00:00" if text.endswith("+00:00") else text


def plain(text: str) -> str:
    """Return a text that can be an identifier: without blanks, commas, `<` and `&`."""
    return _FORBIDDEN.sub("_", one_line(text)) or "_"


def kind_of(notice: Notice, before: Sequence[CapId]) -> Literal["Alert", "Update", "Cancel"]:
    """Return what a message is to whoever got these before."""
    if notice.ending in ("withdrawn", "cancelled"):
        return "Cancel"
    return "Update" if before else "Alert"


def cap_document(notice: Notice, before: Sequence[CapId], header: CapHeader) -> bytes:
    """Return a message as a CAP 1.2 document in UTF-8.

    Args:
        notice: The message.
        before: What was sent about it before, the oldest first; an Update or Cancel refers to all of it.
        header: What does not follow from the message.
    """
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # as lxml documents it
    identity, sender = cap_id(notice, header.zone), plain(header.sender)
    _add(alert, "identifier", identity.identifier)
    _add(alert, "sender", sender)
    _add(alert, "sent", identity.sent)
    _add(alert, "status", "Exercise" if notice.exercise else "Actual")
    _add(alert, "msgType", kind_of(notice, before))
    _add(alert, "scope", header.scope)
    if header.scope == "Restricted":
        _add(alert, "restriction", notice.ground or notice.partner)
    else:
        _add(alert, "addresses", notice.partner)
    if notice.exercise:
        _add(alert, "note", text_of((notice,), Language.NL).lines[0])
    if before:
        _add(alert, "references", " ".join(f"{sender},{each.identifier},{each.sent}" for each in before))
    _add(alert, "incidents", plain(notice.alert_id))
    for language, code in LANGUAGES:
        _info(alert, notice, language, code, header.zone)
    document: bytes = etree.tostring(alert, xml_declaration=True, encoding="UTF-8")
    return document


def _info(alert: etree._Element, notice: Notice, language: Language, code: str, zone: ZoneInfo) -> None:
    text = text_of((notice,), language)
    info = _add(alert, "info", None)
    _add(info, "language", code)
    _add(info, "category", _CATEGORY.get(notice.category, "Security"))
    category = notice.category or Category.OVERIG
    _add(info, "event", sentence(category_name(category.value), language))
    _add(info, "responseType", _response(notice))
    _add(info, "urgency", _urgency(notice))
    _add(info, "severity", _severity(notice))
    _add(info, "certainty", _certainty(notice))
    if notice.occurred_at is not None:
        _add(info, "onset", cap_time(notice.occurred_at, zone))
    _add(info, "headline", text.subject)
    _add(info, "description", text.body)
    if notice.position is not None or notice.place:
        _area(info, notice.place, notice.position, language)


def _area(info: etree._Element, place: str, position: Position | None, language: Language) -> None:
    area = _add(info, "area", None)
    _add(area, "areaDesc", place or _PLACELESS[language])
    if position is not None:  # latitude first, radius in kilometres
        _add(area, "circle", f"{position.lat:.6f},{position.lon:.6f} {position.accuracy_m / 1_000:.3f}")


def _response(notice: Notice) -> str:
    if notice.ending:
        return "AllClear"
    return "Execute" if notice.dispatch_id else "Monitor"


def _urgency(notice: Notice) -> str:
    if notice.ending:
        return "Past"
    return _URGENCY[notice.priority] if notice.priority else _UNKNOWN


def _severity(notice: Notice) -> str:
    if notice.category is Category.CROWD_DENSITY and notice.priority is Priority.P1:
        return "Extreme"
    return _SEVERITY[notice.priority] if notice.priority else _UNKNOWN


def _certainty(notice: Notice) -> str:
    """Return how sure it is: a person confirmed a dispatch; a camera that saw it makes it likely (docs/domain.md § 7)."""
    if notice.dispatch_id:
        return "Observed"
    return "Likely" if notice.verdict is Verdict.CORROBORATED else "Possible"


def _add(parent: etree._Element, name: str, text: str | None) -> etree._Element:
    """Add an element; a text keeps no control character, which XML cannot hold."""
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if text is not None:
        child.text = "".join(c for c in text if c == "\n" or c.isprintable())
    return child

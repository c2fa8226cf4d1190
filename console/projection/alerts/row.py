"""List row: one alert as it is kept: what orders and filters it, its document as it came, and its JSON in each language.

20,000 alerts as pydantic objects take 300 MB and 6 s; a row has what the list asks for, and is made into JSON when somebody
reads it first.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import orjson

from console.projection.alerts.names import CameraName, in_document
from schemas.alerts import Alert, AlertState
from schemas.base import iso_utc
from schemas.categories import Category, Priority
from schemas.codec import parse
from schemas.evidence import Verdict
from schemas.incidents import ReportNote
from schemas.phrases.catalogue import SENTENCES, sentence, told
from schemas.phrases.codes.operator_list import summary_of
from schemas.phrases.codes.titles import category_name, kind_unknown, title_exercise
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.presentation.printable import printable
from streams.presentation.standing import on_the_list

SPEAKS_FOR: Final = frozenset({Verdict.CORROBORATED.value, Verdict.CONSISTENT.value})
LOOKED: Final = SPEAKS_FOR | {Verdict.UNSEEN.value, Verdict.CONTRADICTED.value}
"""Verdicts of cameras that could look, and are done looking."""
_LEVEL: Final = 1
"""zlib's fastest: a document shrinks to a third in 30 µs."""
_MOMENT_LENGTH: Final = len("2026-11-24T10:00:00.000000Z")


class ListRowError(ValueError):
    """A record that is no alert as a list needs it; says which field is not as expected, never its value."""


@dataclass(frozen=True, slots=True)
class SummaryCount:
    """Summary count: how many alerts are open under a summary."""

    open: int


@dataclass(frozen=True, slots=True)
class ListRow:
    """List row: the newest version of one alert; `offset` is that of its record on `alert-state`.

    `shown` tells whether this version or one before it was operators' work: a case of its recipients never is.
    """

    alert_id: str
    control_room_id: str
    offset: int
    revision: int
    change: str
    state: AlertState
    priority: Priority
    score: float
    category: Category
    opened_at: datetime
    changed_at: datetime
    acknowledged_at: datetime | None
    handled_by: str | None
    operator_list: bool
    shown: bool
    asks: bool
    exercise: bool
    caused_by: str | None
    under_cause: bool
    grouped_under: str | None
    summary: SummaryCount | None
    packed: bytes = field(repr=False)
    told: dict[Language, bytes] = field(default_factory=dict, repr=False, compare=False)

    def also_shown(self) -> ListRow:
        """Return it as a version of an alert that was operators' work before: who shows that must hear of it."""
        return replace(self, shown=True, told={})

    def document(self) -> dict[str, Any]:
        """Return the alert as it came."""
        found: dict[str, Any] = orjson.loads(zlib.decompress(self.packed))
        return found

    def alert(self) -> Alert:
        """Return the alert as a message, for who needs it whole: it takes 0.3 ms.

        Raises:
            UndecodableError: It does not fit the schema.
        """
        return parse(Alert, zlib.decompress(self.packed))

    def json(self, language: Language, camera_name: CameraName = str) -> bytes:
        """Return the alert as an `AlertRow` in a language; made once.

        Args:
            language: In which the words are.
            camera_name: Gives a camera's name by its id, always the same one.

        Raises:
            ListRowError: A field of the document is not as expected.
        """
        found = self.told.get(language)
        if found is None:
            try:
                made = orjson.dumps(_wire(self, self.document(), language, camera_name))
                # A copy: what orjson returns holds ten times its length, 260 MB of 20,000 rows.
                found = self.told[language] = bytes(memoryview(made))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise ListRowError(f"a field of the row: {type(error).__name__}") from None
        return found


def row_of(value: bytes, offset: int) -> ListRow:
    """Return the row of a record's value, the alert as JSON, at an offset.

    Raises:
        ListRowError: It is no alert.
    """
    try:
        found = orjson.loads(value)
        summary = found.get("summary")
        acknowledged_at = found.get("acknowledged_at")
        operator_list = found["operator_list"]
        return ListRow(
            alert_id=_text(found["alert_id"]),
            control_room_id=_text(found["control_room_id"]),
            offset=offset,
            revision=int(found["revision"]),
            change=_text(found["change"]),
            state=AlertState(found["state"]),
            priority=Priority(found["priority"]),
            score=_finite(found["score"]),
            category=Category(found["category"]),
            opened_at=_at(found["opened_at"]),
            changed_at=_at(found["changed_at"]),
            acknowledged_at=None if acknowledged_at is None else _at(acknowledged_at),
            handled_by=_text_or_none(found.get("handled_by")),
            operator_list=bool(operator_list),
            shown=bool(operator_list),
            asks=bool(found.get("asks", False)),
            exercise=bool(found.get("exercise", False)),
            caused_by=_text_or_none(found.get("caused_by")),
            under_cause=bool(found.get("under_cause", False)),
            grouped_under=_text_or_none(found.get("grouped_under")),
            summary=None if summary is None else SummaryCount(int(summary["open"])),
            packed=zlib.compress(value, _LEVEL),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ListRowError(f"a record of alert-state: {type(error).__name__}") from None


def room_in(value: bytes) -> str | None:
    """Return which control room a record that is no alert names all the same; None where it names none."""
    try:
        found = orjson.loads(value)
    except ValueError:
        return None
    room = found.get("control_room_id") if isinstance(found, dict) else None
    return room if isinstance(room, str) and room else None


def _at(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without a zone")
    return found


def _finite(found: object) -> float:
    """Return a number; one that is none would put the order of all rows out of place, since nothing is above or below it."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise TypeError("expected a number")
    return float(found)


def _text(found: object) -> str:
    if not isinstance(found, str) or not found:
        raise TypeError("expected text")
    return found


def _text_or_none(found: object) -> str | None:
    return None if found is None else _text(found)


def _why_aside(alert: Mapping[str, Any], aside: Mapping[str, Any] | None, language: Language) -> str:
    """Return why an alert was put aside, is held back, or was called false; nothing where nobody said it."""
    if aside:
        return printable(in_words(aside.get("phrase"), aside["reason"], language))
    false = alert.get("closing_reason")
    return printable(in_words(false, "", language)) if false else ""


def _wire(row: ListRow, alert: Mapping[str, Any], language: Language, camera_name: CameraName) -> dict[str, Any]:
    """Return an alert as the fields of `console.wire.rows.AlertRow`."""
    looked = [camera["verdict"] for camera in alert["cameras"] if camera["verdict"] in LOOKED]
    aside = alert.get("shelf") or alert.get("suppression")
    return {
        "id": row.alert_id,
        "offset": row.offset,
        "revision": row.revision,
        "state": row.state.value,
        "change": row.change,
        "priority": row.priority.value,
        "score": row.score,
        "category": row.category.value,
        "what": heading(_what(row, alert, language)),
        "title": heading(
            printable(in_words(in_document(alert.get("title_phrase"), camera_name), alert["title"], language))
        ),
        "where": printable(in_words(alert.get("place_phrase"), alert["place"], language)),
        "place": _place(alert["position"]),
        "verdict": alert["verdict"],
        "reports": len(alert["reports"]),
        "cameras_saw": sum(verdict in SPEAKS_FOR for verdict in looked),
        "cameras_looked": len(looked),
        "listed": on_the_list(row),
        "asks": row.asks,
        "handled_by": row.handled_by,
        "handled_since": moment(alert.get("acknowledged_at")) if row.handled_by else None,
        "opened_at": moment(alert["opened_at"]),
        "changed_at": moment(alert["changed_at"]),
        "back_at": moment(alert.get("back_at")),
        "escalated_at": moment(alert.get("escalated_at")),
        "unanswered_at": moment(alert.get("unanswered_at")),
        "until": moment(aside["until"]) if aside else None,
        "aside": _why_aside(alert, aside, language),
        "closing": alert.get("closing", ""),
        "merged_into": alert.get("merged_into"),
        "falls_to": alert.get("falls_to"),
        "falls_at": moment(alert.get("falls_at")),
        "grouped_under": row.grouped_under,
        "under_cause": row.caused_by if row.under_cause else None,
        "symptoms": len(alert.get("symptoms", ())),
        "summary": _counts(alert.get("summary")),
        "next_step": in_words(in_document(alert.get("next_step"), camera_name), "", language),
        "recipients": alert["recipients"],
        "found_by": [
            *(each["source_id"] for each in alert["reports"]),
            *(each["camera_id"] for each in alert["cameras"]),
        ],
    }


def _what(row: ListRow, alert: Mapping[str, Any], language: Language) -> str:
    """Return what an alert is about: the category, or that its kind is unknown where no report of it has another."""
    if row.summary is not None:
        return sentence(summary_of(row.summary.open), language)
    unknown = [ReportNote.UNKNOWN_KIND.value in report.get("notes", ()) for report in alert["reports"]]
    known = row.category is not Category.OVERIG or not any(unknown)
    kind = category_name(row.category.value) if known else kind_unknown()
    return sentence(title_exercise(kind) if alert.get("exercise") else kind, language)


def heading(text: str) -> str:
    """Return a text that stands by itself: with a capital."""
    return text[:1].upper() + text[1:]


def _place(position: Mapping[str, Any] | None) -> dict[str, float] | None:
    return None if position is None else {name: float(position[name]) for name in ("lat", "lon", "accuracy_m")}


def _counts(summary: Mapping[str, Any] | None) -> list[dict[str, Any]] | None:
    if summary is None:
        return None
    return [{name: count[name] for name in ("priority", "category", "open")} for count in summary["counts"]]


def moment(text: str | None) -> str | None:
    """Return a moment as the API tells it, with milliseconds, from one as messages have it."""
    if text is None or (len(text) == _MOMENT_LENGTH and text.endswith("Z")):
        return None if text is None else f"{text[:23]}Z"
    return f"{iso_utc(_at(text))[:23]}Z"


def in_words(phrase: Mapping[str, Any] | None, text: str, language: Language) -> str:
    """Return in a language what a document tells as a phrase; its text where it has none, or one of a newer sender."""
    return text if phrase is None else _told(orjson.dumps(phrase, option=orjson.OPT_SORT_KEYS), text, language)


@lru_cache(maxsize=SENTENCES)
def _told(phrase: bytes, text: str, language: Language) -> str:
    return told(parse_phrase(phrase), text, language)


def parse_phrase(document: bytes) -> Phrase:
    """Return a phrase of its JSON.

    Raises:
        ValueError: It is none.
    """
    return Phrase.model_validate_json(document, strict=True, extra="ignore")

"""Recorded reports: JSON lines, one GMS-like report per line.

Fields (anything else is dropped here and goes nowhere: reporter, telephone, free text, notes)::

    source             required; partner and feed, such as "politie-gms"
    source_id          required; the partner's own id, a text or a number
    operation          "report" (default), "cancel", "test"
    category           LMC code ("bzibwn"), Signalen slug, or our own name; unknown codes become "overig"
    priority           as the partner writes it: "P 1", "A1", "high", 1
    position           {"lat", "lon"} or {"x_rd", "y_rd"} (RD New, EPSG:28992, metres), with "accuracy_m" (50)
    place              {"street", "town"}; a house number is dropped
    occurred_at        RFC 3339 with a zone; else when it was reported
    reported_at        RFC 3339 with a zone; else when it is read
    occurred_before_s  for scenarios, in place of occurred_at: so long before the report is read
    at_s               for scenarios: when to play it, in seconds after the start (`intake recorded --play`)

    {"source": "politie-gms", "source_id": "2026-4711", "category": "bzdsbr", "priority": "P 1", "at_s": 12,
     "position": {"lat": 52.30633, "lon": 4.8573, "accuracy_m": 30},
     "place": {"street": "Stadsplein 12", "town": "Amstelveen"}, "occurred_before_s": 40}
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import pyproj
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from schemas.base import Identifier, Utc
from schemas.dead_letters import DeadLetterReason
from schemas.geo import Lat, Lon, Position
from schemas.incidents import Incident
from streams.domain import canary
from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading, Unreadable
from streams.intake.sources.base import SourceOptions
from streams.intake.sources.categories import Categories, load_categories
from streams.intake.sources.gazetteer import clean_name, join_place

DEFAULT_ACCURACY_M: Final = 50.0
"""Where a partner gives a position without accuracy: an address in a street, as geocoders place it."""
MAX_ID: Final = 120
_PRIORITY: Final = re.compile(r"[A-Za-z0-9. ]{0,12}")
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

Accuracy = Annotated[float, Field(gt=0, le=100_000)]
Seconds = Annotated[float, Field(ge=0, le=28 * 86_400)]


def _text_of_number(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else value


class _Kept(BaseModel):
    """What is kept of a line; fields that are not named are dropped unread."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False, coerce_numbers_to_str=True)


class _Degrees(_Kept):
    lat: Lat
    lon: Lon
    accuracy_m: Accuracy = DEFAULT_ACCURACY_M


class _Rijksdriehoek(_Kept):
    x_rd: float
    y_rd: float
    accuracy_m: Accuracy = DEFAULT_ACCURACY_M


class _Place(_Kept):
    street: str = ""
    town: str = ""


def _not_the_canary(source: str) -> str:
    if source == canary.SOURCE:
        raise ValueError("this name is the canary's: nobody would see the report")
    return source


class _Recorded(_Kept):
    source: Annotated[Identifier, AfterValidator(_not_the_canary)]
    source_id: Annotated[str, Field(min_length=1, max_length=MAX_ID, pattern=r"^[^\x00-\x1f\x7f]+$")]
    operation: Literal["report", "cancel", "test"] = "report"
    category: str = ""
    priority: Annotated[str, BeforeValidator(_text_of_number)] = ""
    position: dict[str, Any] | None = None
    place: _Place = _Place()
    occurred_at: Utc | None = None
    reported_at: Utc | None = None
    occurred_before_s: Seconds | None = None


class _Timed(_Kept):
    at_s: Seconds = 0


class RecordedOptions(SourceOptions):
    """Read recorded reports from a file of JSON lines.

    A line needs source and source_id, and may have operation, category, priority, position, place, occurred_at and
    reported_at; everything else in it is dropped unread. Reading a file again changes nothing.

    Example: toezicht intake recorded reports.jsonl --play --speed 2
    """

    categories: Path | None = Field(
        None, description="YAML file of partners' codes and our categories; the built-in one else"
    )


class RecordedReports:
    """Reads one recorded report per line."""

    name = "recorded"
    Options = RecordedOptions

    def __init__(self, categories: Categories, run: str = "") -> None:
        """Take the mapping of partners' codes; `run` is put before each id, so that a scenario can be played again."""
        self._categories = categories
        self._prefix = f"{run}/" if run else ""

    @classmethod
    def from_options(cls, options: RecordedOptions, _time_zone: str) -> RecordedReports:
        """Return the source; every time in its lines names a zone. Raises FileError."""
        return cls(load_categories(options.categories), options.run)

    def read(self, content: bytes, now: datetime) -> Reading:
        """Return what one line says; see the module's description for the fields."""
        if not content.strip():
            return NotForUs("blank")
        try:
            line = _Recorded.model_validate_json(content)
            if line.operation == "test":
                return NotForUs("test")
            position = None if line.position is None else _position(line.position)
        except ValidationError as error:
            return _unreadable(error)
        return self._report(line, position, now)

    def overdue(self, now: datetime, *, ending: bool = False) -> Iterable[Reading]:
        """Return nothing: each line is a report of its own."""
        return ()

    def recall(self, incident: Incident) -> None:
        """Nothing to learn: every line carries its own id."""

    def _report(self, line: _Recorded, position: Position | None, now: datetime) -> RawReport:
        category, code, known = self._categories.of(line.category)
        occurred_at = line.occurred_at
        if occurred_at is None and line.occurred_before_s is not None:
            occurred_at = (line.reported_at or now) - timedelta(seconds=line.occurred_before_s)
        return RawReport(
            source=line.source,
            source_id=(self._prefix + line.source_id)[:MAX_ID],
            cancels=line.operation == "cancel",
            category=category,
            category_source=code,
            category_known=known,
            source_priority=line.priority.strip() if _PRIORITY.fullmatch(line.priority) else "",
            place=join_place(clean_name(line.place.street), clean_name(line.place.town)),
            position=position,
            occurred_at=occurred_at,
            reported_at=line.reported_at,
        )


def play_at_s(content: bytes) -> float:
    """Return when a scenario's line is to be played, in seconds after the start; 0 where it does not say."""
    try:
        return _Timed.model_validate_json(content).at_s
    except ValidationError:
        return 0.0


def _position(fields: dict[str, Any]) -> Position | None:
    if "x_rd" in fields or "y_rd" in fields:
        rd = _Rijksdriehoek.model_validate(fields)
        lon, lat = _to_wgs84().transform(rd.x_rd, rd.y_rd)
        if not (math.isfinite(lat) and math.isfinite(lon)):
            lat, lon = 0.0, 0.0  # far outside the projection: refused later as outside the country
        return Position(lat=round(lat, 7), lon=round(lon, 7), accuracy_m=rd.accuracy_m)
    degrees = _Degrees.model_validate(fields)
    return Position(lat=degrees.lat, lon=degrees.lon, accuracy_m=degrees.accuracy_m)


@cache
def _to_wgs84() -> Any:
    return pyproj.Transformer.from_crs("EPSG:28992", "EPSG:4326", always_xy=True)


def _unreadable(error: ValidationError) -> Unreadable:
    """Return the fault without the line's values: only fields that we ask for are named."""
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return Unreadable(DeadLetterReason.NOT_JSON, first["msg"][:200])
    parts = [str(part) for part in first["loc"] if _FIELD.fullmatch(str(part))]
    return Unreadable(DeadLetterReason.INVALID, f"field {'.'.join(parts) or '(whole line)'}: {first['msg']}"[:200])

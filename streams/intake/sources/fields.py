"""Fields: lenient readers of a position, a time, a priority, a number and a text, for every source.

An optional field that cannot be read must not lose its report. So each reader takes whatever a partner's system wrote and
returns a value with notes: what stood there in another form is put right, what cannot be read is left out, and both are
told. Null and empty mean "not said", which needs no note. Nothing of what was written is repeated in a note.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final, Generic, TypeVar

from schemas.geo import Position
from schemas.incidents import ReportNote
from streams.domain.geometry.country import inside
from streams.domain.geometry.ground import GroundPoint, to_lat_lon
from streams.domain.incidents.urgency import MAX_PRIORITY, known_urgency

T = TypeVar("T")

MAX_ID: Final = 120
"""Longest id of a source that a message has."""
DEFAULT_ACCURACY_M: Final = 50.0
"""Where a partner gives a position without accuracy: an address in a street, as geocoders place it."""
MAX_ACCURACY_M: Final = 100_000.0
NO_CLOCK: Final = timedelta(days=3_653)
"""Ten years: no report is as old. What is older is a zero of a language, a database or a receiver (0001, 1900, 1970, 2000)."""
_LAT: Final = ("lat", "latitude")
_LON: Final = ("lon", "lng", "longitude")
_X_RD: Final = ("x_rd", "rd_x")
_Y_RD: Final = ("y_rd", "rd_y")
_TRUTHS: Final = {
    **dict.fromkeys(("true", "yes", "ja", "j", "y", "1"), True),
    **dict.fromkeys(("false", "no", "nee", "n", "0"), False),
}
"""How partners' systems write whether something is so, in lower case."""
_NUMBER: Final = re.compile(r"[+-]?\d{1,20}(?:[.,]\d{1,20})?")
_DUTCH_TIME: Final = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})[T ](\d{1,2}):(\d{2})(?::(\d{2}))?")
_COMPACT_TIME: Final = re.compile(r"(?:19|20)\d{12}")
"""Year to second without anything between, as control rooms' systems export it; as a number it would lie in the year 2600."""
_UNITS: Final = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (math.inf, 1e9))
"""Below which size a number is seconds, milli-, micro- or nanoseconds since 1970: each from 1973 to beyond 5000."""


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """A field as it was read.

    Attributes:
        value: What it says; None or empty where it is not said or was left out.
        notes: What had to be put right or left out.
    """

    value: T
    notes: tuple[ReportNote, ...] = ()


def document(content: bytes) -> Field[Any]:
    """Return a JSON document, whatever its bytes: a byte order mark is skipped, bytes that are no UTF-8 are replaced.

    Raises:
        ValueError: It is no JSON. The message has no values of it.
    """
    notes: tuple[ReportNote, ...] = ()
    try:
        written = content.decode("utf-8")
    except UnicodeDecodeError:
        written = content.decode("utf-8", "replace")
        notes = (ReportNote.TEXT_REPAIRED,)
    try:
        return Field(json.loads(written.lstrip("\ufeff"), strict=False), notes)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} (column {error.colno})") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError:
        raise ValueError("a number has too many digits") from None


def number(value: Any) -> Field[float | None]:
    """Return a finite number; one in text, also with a decimal comma, is read. No note tells that it could not be."""
    if isinstance(value, str):
        text = value.strip()
        if not _NUMBER.fullmatch(text):
            return Field(None)
        return Field(float(text.replace(",", ".")), (ReportNote.NUMBER_REPAIRED,) if "," in text else ())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Field(None)
    try:
        found = float(value)
    except OverflowError:
        return Field(None)
    return Field(found if math.isfinite(found) else None)


def seconds(value: Any, at_most_s: float) -> Field[float | None]:
    """Return a duration from 0 s on."""
    if is_unsaid(value):
        return Field(None)
    found = number(value)
    if found.value is None or not 0 <= found.value <= at_most_s:
        return Field(None, (ReportNote.FIELD_LEFT_OUT,))
    return found


def priority(value: Any) -> Field[str]:
    """Return a priority as its source writes it, where we know it; anything else may be somebody's words."""
    if is_unsaid(value):
        return Field("")
    as_number = None if isinstance(value, str) else number(value).value
    written = value if as_number is None else f"{as_number:g}"
    said = " ".join(written.split()) if isinstance(written, str) else ""
    known = known_urgency(said) if len(said) <= 2 * MAX_PRIORITY else None
    if known is None:
        return Field("", (ReportNote.PRIORITY_UNKNOWN,))
    fits = len(said) <= MAX_PRIORITY and said.isascii()
    return Field(said if fits else str(known) if known else "A0")


def text(value: Any, left_out: ReportNote = ReportNote.FIELD_LEFT_OUT) -> Field[str]:
    """Return a text; a number is one too."""
    if is_unsaid(value):
        return Field("")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Field(str(value))
    return Field(value.strip()) if isinstance(value, str) else Field("", (left_out,))


def identity(value: Any, prefix: str = "") -> Field[str]:
    """Return the id that a source gives a report, or nothing where it gives none; one that ours cannot be is hashed.

    It is never cut: two that differ at the end would be one report.

    Args:
        value: A text or a whole number.
        prefix: What stands before it.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    said = text(value).value
    if not said:
        return Field("")
    whole = prefix + said
    if len(whole) <= MAX_ID and whole.isprintable():
        return Field(whole)
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
    return Field(f"sha256-{digest}", (ReportNote.ID_HASHED,))


def moment(value: Any, zone: tzinfo, now: datetime, left_out: ReportNote) -> Field[datetime | None]:
    """Return a moment in UTC.

    ISO 8601 with or without a zone, Dutch day-month-year with a time, and seconds (or milli-, micro-, nanoseconds) since
    1970 are read. What names no zone is local time; in the hour that occurs twice, the one nearer to now. A day without a
    time is no moment, and neither is what lies ten years back: a zero.

    Args:
        value: What stands there.
        zone: The zone of times that name none.
        now: When it was read (UTC).
        left_out: The note for what is no moment.
    """
    if is_unsaid(value):
        return Field(None)
    stated = _stated(value)
    if stated is None:
        return Field(None, (left_out,))
    notes: tuple[ReportNote, ...] = ()
    try:
        if stated.tzinfo is None:
            notes = (ReportNote.ZONE_ASSUMED,)
            read = [stated.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
            found = min(read, key=lambda each: abs(each - now))
        else:
            found = stated.astimezone(UTC)
    except (OverflowError, ValueError):  # in UTC it lies outside the years 1 to 9999
        return Field(None, (left_out,))
    return Field(None, (left_out,)) if now - found > NO_CLOCK else Field(found, notes)


def _stated(value: Any) -> datetime | None:
    """Return a time as it stands there, with its zone or without."""
    as_number = number(value).value
    try:
        if isinstance(value, str) and _COMPACT_TIME.fullmatch(value.strip()):
            return datetime.strptime(value.strip(), "%Y%m%d%H%M%S")  # noqa: DTZ007 - it names no zone, and the caller reads it in one
        if as_number is not None:
            unit = next(unit for below, unit in _UNITS if abs(as_number) < below)
            return datetime.fromtimestamp(as_number / unit, UTC)
        if not isinstance(value, str):
            return None
        written = value.strip().upper()
        dutch = _DUTCH_TIME.fullmatch(written)
        if dutch is not None:
            day, month, year, hour, minute, second = (int(part or 0) for part in dutch.groups())
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - it names no zone, and the caller reads it in one
        return datetime.fromisoformat(written) if len(written) > len("2026-11-29") else None
    except (ValueError, OverflowError, OSError):
        return None


def position(value: Any, usual_accuracy_m: float) -> Field[Position | None]:
    """Return a position inside the country.

    Degrees (`lat`, `lon`), RD New in metres (`x_rd`, `y_rd`) and a GeoJSON point (lon, lat) are read, with `accuracy_m`. Two
    numbers in the country's box tell by themselves which is the latitude, and metres are far from degrees, so numbers that
    stand in the wrong order or in the other system's fields are put right. Anything else is left out.

    Args:
        value: What stands there.
        usual_accuracy_m: The source's usual accuracy, in metres, where it says none that can be.
    """
    if is_unsaid(value):
        return Field(None)
    pair = _pair(value)
    if pair is None:
        return Field(None, (ReportNote.POSITION_LEFT_OUT,))
    first, second, metres = pair
    if is_unsaid(first) and is_unsaid(second):
        return Field(None)
    one, other = number(first), number(second)
    if one.value is None or other.value is None:
        return Field(None, (ReportNote.POSITION_LEFT_OUT,))
    placed = _placed(one.value, other.value, metres)
    if placed is None:
        return Field(None, (ReportNote.POSITION_LEFT_OUT,))
    lat, lon, put_right = placed
    within = _accuracy(value.get("accuracy_m") if isinstance(value, dict) else None, usual_accuracy_m)
    found = Position(lat=round(lat, 7), lon=round(lon, 7), accuracy_m=within.value)
    return Field(found, (*put_right, *one.notes, *other.notes, *within.notes))


def _pair(value: Any) -> tuple[Any, Any, bool] | None:
    """Return the two numbers of a position as they stand there, eastwards first, and whether their fields are for metres."""
    if isinstance(value, list):
        return (value[0], value[1], False) if len(value) in {2, 3} else None
    if not isinstance(value, dict):
        return None
    if "coordinates" in value:
        stated = value["coordinates"]
        if is_unsaid(stated):
            return None, None, False
        return _pair(stated) if isinstance(stated, list) else None
    found = {str(name).lower(): each for name, each in value.items()}
    for east, north, metres in ((_X_RD, _Y_RD, True), (_LON, _LAT, False)):
        x = [found[name] for name in east if name in found]
        y = [found[name] for name in north if name in found]
        if x or y:
            return (x[0] if x else None, y[0] if y else None, metres)
    return (None, None, False) if all(is_unsaid(each) for each in found.values()) else None


def _placed(east: float, north: float, metres: bool) -> tuple[float, float, tuple[ReportNote, ...]] | None:
    """Return latitude, longitude and what was put right; None where no order and no system puts it inside the country."""
    swapped, converted = (ReportNote.POSITION_SWAPPED,), (ReportNote.POSITION_CONVERTED,)
    for x, y, note in ((east, north, ()), (north, east, swapped)):
        if inside(y, x):
            return y, x, converted if metres else note
        lat, lon = to_lat_lon(GroundPoint(x, y)) if max(abs(x), abs(y)) > 1_000 else (0.0, 0.0)
        if inside(lat, lon):
            return lat, lon, note if metres else converted
    return None


def _accuracy(value: Any, usual_m: float) -> Field[float]:
    """Return the radius in metres; what is no radius is the usual one, and what is too wide the widest that there is."""
    if is_unsaid(value):
        return Field(usual_m)
    found = number(value)
    if found.value is None or found.value <= 0:
        return Field(usual_m, (ReportNote.ACCURACY_UNKNOWN,))
    if found.value > MAX_ACCURACY_M:
        return Field(MAX_ACCURACY_M, (ReportNote.ACCURACY_UNKNOWN,))
    return Field(found.value, found.notes)


def truth(value: Any) -> Field[bool | None]:
    """Return whether something is so; None where that is not said, with a note where it cannot be read.

    What cannot be read is no exercise: who takes one for real drives in vain, and who takes what is real for one does not drive.
    """
    if is_unsaid(value):
        return Field(None)
    known = _TRUTHS.get(str(value).strip().casefold()) if isinstance(value, bool | int | str) else None
    return Field(known) if known is not None else Field(None, (ReportNote.FIELD_LEFT_OUT,))


def is_unsaid(value: Any) -> bool:
    """Return whether a field says nothing: null, an empty or blank text, an empty list or object."""
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, list | dict) and not value)
    )

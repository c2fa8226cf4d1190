"""Table of cameras (CSV): many at once, as installers have them in a spreadsheet, and all mistakes with line and column.

What cannot be known from a table stays careful: a camera without masks in it is masked all over until somebody draws them, and
one without a decision of the mayor is no camera (Gemeentewet art. 151c).
"""

from __future__ import annotations

import csv
import difflib
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from streams.cameras.trial import whole
from streams.config.yaml import FileError
from streams.domain.cameras.registry import Camera, MapPoint, Registry, Weekday
from streams.domain.geometry.ground import GroundPoint, to_ground, to_lat_lon

MOST_BYTES: Final = 5_000_000
MOST_ROWS: Final = 5_000
FAULTS_AT_MOST: Final = 200
NOT_DRAWN: Final = "not drawn"
"""Version of masks that hide all, until somebody draws them."""
ARC_STEP_DEG: Final = 15.0

COLUMNS: Final[Mapping[str, str]] = {
    "id": "letters, digits, . _ : -",
    "name": "what operators call it",
    "control_room": "an id of control_rooms",
    "lat": "degrees north (WGS 84), such as 52.30615",
    "lon": "degrees east, such as 4.85689",
    "url": "rtsp://viewer@10.0.3.7/stream2, with ${NAME} or password_file for the password",
    "password_file": "file with the password alone, relative to the registry's folder; may be empty",
    "transport": "tcp or udp; tcp where empty",
    "width_px": "width of its picture, as `cameras try` tells it",
    "height_px": "its height",
    "bearing_deg": "where it looks: degrees from north, clockwise; with angle_deg and range_m in place of view_area",
    "angle_deg": "how wide it looks, up to 180 degrees",
    "range_m": "how far it sees somebody, in metres",
    "view_area": "corners `lat lon, lat lon, lat lon`; in place of the three before",
    "like": "id of a camera of the registry, or of a line above, with the same decision; then the five after it are empty",
    "decision_ref": "the mayor's decision",
    "valid_from": "2026-01-01",
    "valid_until": "2027-12-31",
    "public_area": "corners of the designated public place: `lat lon, lat lon, lat lon`",
    "viewing": "hours of live viewing: `thu fri sat 18:00-03:00 / mon tue wed sun 18:00-23:59`",
    "masks": "polygons in pixels `x y, x y, x y / …`; `none` where nothing is to be hidden; all is hidden where empty",
}
"""The columns, each with what stands in it."""
REQUIRED: Final = ("id", "name", "control_room", "lat", "lon", "url", "width_px", "height_px")
_LEGAL: Final = ("decision_ref", "valid_from", "valid_until", "public_area", "viewing")
_SECTOR: Final = ("bearing_deg", "angle_deg", "range_m")
_NEVER_SHOWN: Final = "url"
_COLUMN_OF: Final[Mapping[tuple[str, ...], str]] = {
    ("position", "lat"): "lat",
    ("position", "lon"): "lon",
    ("source", "password_file"): "password_file",
    ("source", "transport"): "transport",
    ("source",): "url",
    ("legal", "public_area"): "public_area",
    ("legal", "viewing_windows"): "viewing",
    ("legal", "valid_from"): "valid_from",
    ("legal", "decision_ref"): "decision_ref",
    ("legal",): "valid_until",
    ("zones",): "width_px",
}
"""Which column a fault of a camera's field comes from, where they have other names."""

EXAMPLE: Final = "\n".join(
    [
        "id,name,control_room,lat,lon,url,password_file,width_px,height_px,bearing_deg,angle_deg,range_m,like,masks",
        'plein-1,"Plein, noordzijde",amstelveen,52.30615,4.85689,rtsp://viewer@10.0.3.7/stream2,secrets/plein-1,'
        '1280,720,90,70,40,stadsplein-1,"1000 0, 1280 0, 1280 240, 1000 240"',
        'plein-2,"Plein, zuidzijde",amstelveen,52.30600,4.85700,rtsp://${PLEIN_2_LOGIN}@10.0.3.8/stream2,,'
        "1280,720,0,70,40,stadsplein-1,",
        "",
    ]
)


class _CellError(Exception):
    """A cell is not what its column holds; says what was expected."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]


def read_table(text: str, name: str, registry: Registry) -> list[dict[str, Any]]:
    """Return the cameras of a table, each as the registry's file has one.

    Args:
        text: The table: a header with names of `COLUMNS`, and a line per camera; `,` or `;` or a tab between.
        name: What stands for it in errors.
        registry: The registry that they come into.

    Raises:
        FileError: All that is wrong, a line each: line, column, what stands there and what was expected.
    """
    faults: list[str] = []
    rows = list(_rows(text, name, faults))
    legal = {each.id: each.legal.model_dump(mode="json", by_alias=True) for each in registry.cameras}
    taken = {each.id for each in registry.cameras}
    rooms = {each.id for each in registry.control_rooms}
    entries: list[dict[str, Any]] = []
    for row in rows:
        told: dict[str, str] = {}
        entry = _entry(row.cells, legal, told)
        if row.cells["id"] in taken:
            told.setdefault("id", "an id that no other camera has")
        if row.cells["control_room"] and row.cells["control_room"] not in rooms:
            told.setdefault("control_room", f"one of {', '.join(sorted(rooms))}")
        if not told:
            told |= _model_faults(entry)
        if not told:
            legal[row.cells["id"]] = entry["legal"]
        taken.add(row.cells["id"])
        faults += (_fault(name, row, column, expected) for column, expected in told.items())
        entries.append(entry)
    if faults:
        raise FileError("\n".join(faults[:FAULTS_AT_MOST]))
    return entries


def _fault(name: str, row: _Row, column: str, expected: str) -> str:
    value = row.cells.get(column, "")
    shown = "***" if column == _NEVER_SHOWN and value else repr(value if len(value) <= 60 else f"{value[:59]}…")
    return f"{name}:{row.line}: column {column} is {shown}, expected {expected}"


def _rows(text: str, name: str, faults: list[str]) -> Iterator[_Row]:
    """Yield the rows under their header; what is wrong with the header ends it all, since no cell would mean anything."""
    if len(text) > MOST_BYTES:
        raise FileError(f"{name}: the table has {len(text)} characters, expected {MOST_BYTES} at the most")
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        header = [each.strip().lower() for each in next(reader, [])]
        if wrong := _header_faults(header):
            raise FileError("\n".join(f"{name}:1: {each}" for each in wrong))
        rows = 0
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            rows += 1
            if rows > MOST_ROWS:
                raise FileError(f"{name}: more than {MOST_ROWS} cameras")
            if len(values) > len(header):
                faults.append(
                    f"{name}:{reader.line_num}: {len(values)} cells, expected {len(header)}; quote what has a comma"
                )
                continue
            padded = [*values, *[""] * (len(header) - len(values))]
            cells = dict.fromkeys(COLUMNS, "") | {
                column: value.strip() for column, value in zip(header, padded, strict=True)
            }
            yield _Row(reader.line_num, cells)
    except csv.Error as error:
        raise FileError(f"{name}:{reader.line_num}: not CSV: {error}") from None


def _header_faults(header: Sequence[str]) -> list[str]:
    found = []
    for column in header:
        if column not in COLUMNS:
            near = difflib.get_close_matches(column, list(COLUMNS), 1)
            expected = f"expected {near[0]}" if near else f"expected some of {', '.join(COLUMNS)}"
            found.append(f"there is no column {column[:60]!r}, {expected}")
        elif header.count(column) > 1 and f"the column {column} is there twice" not in found:
            found.append(f"the column {column} is there twice")
    missing = [column for column in REQUIRED if column not in header]
    return [*found, *([f"the columns {', '.join(missing)} are missing"] if missing else [])]


def _entry(cells: Mapping[str, str], legal: Mapping[str, Any], told: dict[str, str]) -> dict[str, Any]:
    """Return a camera; what is wrong with its cells is told by their columns."""

    def cell(column: str, read: Callable[[str], Any], empty: Any = None) -> Any:
        text = cells[column]
        if not text:
            if column in REQUIRED:
                told[column] = COLUMNS[column]
            return empty
        try:
            return read(text)
        except _CellError as error:
            told[column] = str(error)
            return empty

    width_px, height_px = cell("width_px", _pixels, 1), cell("height_px", _pixels, 1)
    lat, lon = cell("lat", _degrees(90), 0.0), cell("lon", _degrees(180), 0.0)
    source = {"url": cell("url", _without_password, "-")}
    source |= {column: cells[column] for column in ("password_file", "transport") if cells[column]}
    masks = cell("masks", _polygons, [whole(width_px, height_px)])
    return {
        "id": cell("id", str, "-"),
        "name": cell("name", str, "-"),
        "control_room": cell("control_room", str, "-"),
        "position": {"lat": lat, "lon": lon},
        "view_area": _view_area(cells, cell, lat, lon, told),
        "width_px": width_px,
        "height_px": height_px,
        "source": source,
        "legal": _legal(cells, cell, legal, told),
        "masks": {"version": "1" if cells["masks"] else NOT_DRAWN, "polygons": masks},
        "zones": [{"id": "all", "name": "Whole view", "polygon": whole(width_px, height_px)}],
    }


_Cell = Callable[[str, Callable[[str], Any], Any], Any]


def _view_area(cells: Mapping[str, str], cell: _Cell, lat: float, lon: float, told: dict[str, str]) -> Any:
    sector = [cells[column] for column in _SECTOR]
    if cells["view_area"]:
        if any(sector):
            told["view_area"] = f"either this or {', '.join(_SECTOR)}"
        return cell("view_area", _places, [])
    numbers = [cell(column, read, 1.0) for column, read in zip(_SECTOR, (_degrees(360), _angle, _metres), strict=True)]
    for column in _SECTOR:
        if not cells[column]:
            told[column] = COLUMNS[column]
    if told.keys() & {"lat", "lon", *_SECTOR}:
        return []
    return sector_area(lat, lon, *numbers)


def _legal(cells: Mapping[str, str], cell: _Cell, legal: Mapping[str, Any], told: dict[str, str]) -> Any:
    if cells["like"]:
        for column in _LEGAL:
            if cells[column]:
                told[column] = "nothing, since `like` says whose decision it has"
        if cells["like"] not in legal:
            told["like"] = "a camera of the registry, or of a line above that is right"
        return legal.get(cells["like"], {})
    for column in _LEGAL:
        if not cells[column]:
            told[column] = f"{COLUMNS[column]}; or `like`"
    return {
        "decision_ref": cells["decision_ref"],
        "valid_from": cells["valid_from"],
        "valid_until": cells["valid_until"],
        "public_area": cell("public_area", _places, []),
        "viewing_windows": cell("viewing", _windows, []),
    }


def sector_area(lat: float, lon: float, bearing_deg: float, angle_deg: float, range_m: float) -> list[dict[str, float]]:
    """Return the ground that a camera sees as corners: where it stands, and an arc at its range.

    Args:
        lat: Where it stands, degrees north.
        lon: Degrees east.
        bearing_deg: Where it looks, clockwise from the map's north (RD New; within a degree of true north).
        angle_deg: How wide it looks.
        range_m: How far it sees (m).
    """
    stands = to_ground(MapPoint(lat=lat, lon=lon))
    steps = max(1, math.ceil(angle_deg / ARC_STEP_DEG))
    bearings = [math.radians(bearing_deg - angle_deg / 2 + angle_deg * n / steps) for n in range(steps + 1)]
    arc = [GroundPoint(stands.x_m + range_m * math.sin(b), stands.y_m + range_m * math.cos(b)) for b in bearings]
    corners = [(lat, lon), *(to_lat_lon(point) for point in arc)]
    return [{"lat": round(north, 6), "lon": round(east, 6)} for north, east in corners]


def _model_faults(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return what the registry would say of a camera, by column."""
    try:
        Camera.model_validate(entry)
    except ValidationError as error:
        found: dict[str, str] = {}
        for fault in error.errors(include_url=False, include_input=False):
            found.setdefault(_column(fault["loc"], fault["msg"]), fault["msg"].removeprefix("Value error, "))
        return found
    return {}


def _column(location: tuple[int | str, ...], told: str) -> str:
    names = tuple(str(part) for part in location)
    for length in range(len(names), 0, -1):
        if names[:length] in _COLUMN_OF:
            return _COLUMN_OF[names[:length]]
    if names and names[0] in COLUMNS:
        return names[0]
    return "masks" if "mask" in told else "view_area"


def _number(text: str, least: float, most: float, what: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise _CellError(what) from None
    if not (math.isfinite(value) and least <= value <= most):
        raise _CellError(what)
    return value


def _degrees(most: float) -> Callable[[str], float]:
    return lambda text: _number(text, -most, most, f"degrees from -{most:g} to {most:g}")


def _angle(text: str) -> float:
    return _number(text, 1, 180, "degrees from 1 to 180")


def _metres(text: str) -> float:
    return _number(text, 1, 1_000, "metres from 1 to 1000")


def _pixels(text: str) -> int:
    value = _number(text, 1, 20_000, "whole pixels, such as 1280")
    if value != int(value):
        raise _CellError("whole pixels, such as 1280")
    return int(value)


def _without_password(text: str) -> str:
    login, at, _ = text.partition("://")[2].rpartition("@")
    if at and ":" in login and "${" not in login:
        raise _CellError("no password: user@ with password_file, or ${NAME} of the environment")
    return text


def _pairs(text: str, what: str) -> list[tuple[float, float]]:
    found = []
    for pair in text.split(","):
        parts = pair.split()
        if len(parts) != 2:
            raise _CellError(what)
        found.append((_number(parts[0], -1e6, 1e6, what), _number(parts[1], -1e6, 1e6, what)))
    if len(found) < 3:
        raise _CellError(what)
    return found


def _places(text: str) -> list[dict[str, float]]:
    return [{"lat": lat, "lon": lon} for lat, lon in _pairs(text, "at least three corners `lat lon, lat lon, lat lon`")]


def _polygons(text: str) -> list[list[list[float]]]:
    if text.lower() == "none":
        return []
    what = "`none`, or polygons `x y, x y, x y / …` of at least three corners"
    return [[[_whole(x), _whole(y)] for x, y in _pairs(part, what)] for part in text.split("/")]


def _whole(value: float) -> float:
    """Return a number as people write it: 1280 for 1280.0."""
    return int(value) if value == int(value) else value


def _windows(text: str) -> list[dict[str, Any]]:
    what = "days and hours `thu fri sat 18:00-03:00`, more of them after `/`"
    found = []
    for part in text.split("/"):
        *days, hours = part.split() or [""]
        begin, dash, end = hours.partition("-")
        if not days or not dash or any(day.lower() not in set(Weekday) for day in days):
            raise _CellError(what)
        found.append({"days": [day.lower() for day in days], "from": begin, "until": end})
    return found

"""Lenient readers: each form that partners write is read or left out, and the note says which."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.incidents import ReportNote
from streams.intake.sources import fields

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
HERE = (52.3063, 4.8573)
SWAPPED, CONVERTED, LEFT_OUT = (
    ReportNote.POSITION_SWAPPED,
    ReportNote.POSITION_CONVERTED,
    ReportNote.POSITION_LEFT_OUT,
)


@pytest.mark.parametrize(
    ("value", "where", "notes"),
    [
        ({"lat": 52.3063, "lon": 4.8573}, HERE, ()),
        ({"lat": "52.3063", "lon": "4.8573"}, HERE, ()),
        ({"latitude": 52.3063, "longitude": 4.8573}, HERE, ()),
        ({"Lat": 52.3063, "Lng": 4.8573}, HERE, ()),
        ([4.8573, 52.3063], HERE, ()),
        ([52.3063, 4.8573], HERE, (SWAPPED,)),
        ({"type": "Point", "coordinates": [4.8573, 52.3063, 2.0]}, HERE, ()),
        ({"type": "Point", "coordinates": [52.3063, 4.8573]}, HERE, (SWAPPED,)),
        ({"type": "Point", "coordinates": [118859, 479949]}, HERE, (CONVERTED,)),
        ({"x_rd": 118859, "y_rd": 479949}, HERE, ()),
        ({"rd_x": "118859,5", "rd_y": "479949,1"}, HERE, (ReportNote.NUMBER_REPAIRED,) * 2),
        ({"x_rd": 4.8573, "y_rd": 52.3063}, HERE, (CONVERTED,)),
        ({"lat": 118859, "lon": 479949}, HERE, (CONVERTED,)),
        ({"lat": 0, "lon": 0}, None, (LEFT_OUT,)),
        ({"x_rd": 0, "y_rd": 0}, None, (LEFT_OUT,)),
        ({"lat": 48.85, "lon": 2.35}, None, (LEFT_OUT,)),
        ({"lat": 52.3063}, None, (LEFT_OUT,)),
        ({"lat": None, "lon": 4.8573}, None, (LEFT_OUT,)),
        ({"lat": True, "lon": True}, None, (LEFT_OUT,)),
        ({"lat": float("nan"), "lon": 4.8}, None, (LEFT_OUT,)),
        ({"type": "Polygon", "coordinates": [[4.8, 52.3], [4.9, 52.3]]}, None, (LEFT_OUT,)),
        ({"where": "bij de kerk"}, None, (LEFT_OUT,)),
        (7, None, (LEFT_OUT,)),
        ({"x_rd": None, "y_rd": None}, None, ()),
        ({"type": "Point", "coordinates": None}, None, ()),
        ({"type": "Point", "coordinates": []}, None, ()),
        (None, None, ()),
    ],
)
def test_positions(value: Any, where: tuple[float, float] | None, notes: tuple[ReportNote, ...]) -> None:
    """Order and system are told by the numbers themselves, since only one of them lies inside the country."""
    found = fields.position(value, 50.0)
    place = None if found.value is None else (round(found.value.lat, 4), round(found.value.lon, 4))
    assert place == (None if where is None else pytest.approx(where, abs=2e-4))
    assert found.notes == notes


@pytest.mark.parametrize(
    ("value", "accuracy_m", "noted"),
    [
        (30, 30, False), ("30", 30, False), (None, 50, False), ("", 50, False),
        (0, 50, True), (-1, 50, True), ("ongeveer", 50, True), (200_000, 100_000, True), (float("inf"), 50, True),
    ],
)  # fmt: skip
def test_accuracies(value: Any, accuracy_m: float, noted: bool) -> None:
    """What is no radius is the usual one; what is too wide never becomes narrow."""
    found = fields.position({"lat": 52.3, "lon": 4.85, "accuracy_m": value}, 50.0)
    assert found.value is not None
    assert found.value.accuracy_m == accuracy_m
    assert (ReportNote.ACCURACY_UNKNOWN in found.notes) is noted


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-29T12:58:00+01:00", "2026-11-29T11:58:00+00:00"),
        ("2026-11-29t11:58:00z", "2026-11-29T11:58:00+00:00"),
        ("2026-11-29 11:58:00.123456789Z", "2026-11-29T11:58:00.123456+00:00"),
        ("20261129T115800Z", "2026-11-29T11:58:00+00:00"),
        (1795953480, "2026-11-29T11:58:00+00:00"),
        (1795953480000, "2026-11-29T11:58:00+00:00"),
        ("1795953480000", "2026-11-29T11:58:00+00:00"),
        (1795953480000000000, "2026-11-29T11:58:00+00:00"),
    ],
)
def test_times_that_say_all(value: Any, expected: str) -> None:
    """Without a note."""
    assert fields.moment(value, AMSTERDAM, NOW, ReportNote.TIME_OF_ARRIVAL) == fields.Field(
        datetime.fromisoformat(expected)
    )


@pytest.mark.parametrize(
    ("value", "now", "expected"),
    [
        ("2026-11-29T12:58:00", NOW, "2026-11-29T11:58:00+00:00"),
        ("29-11-2026 12:58", NOW, "2026-11-29T11:58:00+00:00"),
        ("29/11/2026 12:58:07", NOW, "2026-11-29T11:58:07+00:00"),
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 31, tzinfo=UTC), "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 1, 31, tzinfo=UTC), "2026-10-25T01:30:00+00:00"),
    ],
    ids=["iso", "dutch", "dutch-seconds", "autumn-first", "autumn-second"],
)
def test_times_without_a_zone(value: str, now: datetime, expected: str) -> None:
    """Local time; of the hour that comes twice, the one of the arrival."""
    found = fields.moment(value, AMSTERDAM, now, ReportNote.TIME_OF_ARRIVAL)
    assert found == fields.Field(datetime.fromisoformat(expected), (ReportNote.ZONE_ASSUMED,))


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00:00Z", "0000-00-00 00:00:00", "1900-01-01T00:00:00", "1970-01-01T00:00:00Z", 0, "0", -1,
        "2000-01-01T00:00:00Z", "gisteren", "2026-11-29", "2026-02-30T10:00:00Z", "31-02-2026 10:00", True, ["2026"], {"t": 1},
        1e300, "9999-12-31T23:59:59-23:59",
    ],
)  # fmt: skip
def test_what_is_no_time(value: Any) -> None:
    """A zero of a language, a database or a receiver, a day without a time, and words."""
    found = fields.moment(value, AMSTERDAM, NOW, ReportNote.TIME_OF_ARRIVAL)
    assert found == fields.Field(None, (ReportNote.TIME_OF_ARRIVAL,))


@pytest.mark.parametrize(
    ("value", "said", "noted"),
    [
        ("P 1", "P 1", False), (" p  1 ", "p 1", False), (1, "1", False), (1.0, "1", False), ("spoed", "spoed", False),
        ("Prioriteit: 1", "1", False), ("\uff30\uff11", "1", False), (None, "", False), ("", "", False),
        ("bel Zwart", "", True), ("0612345678", "", True), (True, "", True), ({"code": "P 1"}, "", True), (10**400, "", True),
    ],
)  # fmt: skip
def test_priorities(value: Any, said: str, noted: bool) -> None:
    """What we know is passed on as its source writes it; anything else may be somebody's words and is not."""
    assert fields.priority(value) == fields.Field(said, (ReportNote.PRIORITY_UNKNOWN,) if noted else ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [("R1", "run/R1"), (7, "run/7"), (7.0, "run/7"), (None, ""), (True, ""), ({}, ""), ([1], ""), ("  ", "")],
)
def test_identities(value: Any, expected: str) -> None:
    """A text or a number, with what stands before it; nothing where there is none."""
    assert fields.identity(value, "run/") == fields.Field(expected)

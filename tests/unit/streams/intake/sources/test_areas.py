"""Areas: a code is a name in its years; what ended is read as what took its place, and told."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.incidents import ReportNote
from streams.intake.sources.areas import ReportAreas, load_areas

LEFT_OUT, UNCERTAIN = (ReportNote.PLACE_LEFT_OUT,), (ReportNote.PLACE_UNCERTAIN,)
TABLE: list[dict[str, Any]] = [
    {"code": "WK036201", "name": "Oud", "since": 2000, "until": 2017, "now": "WK036202"},
    {"code": "WK036202", "name": "Midden", "since": 2005, "until": 2019, "now": "WK036203"},
    {"code": "WK036203", "name": "Nieuw", "since": 2018},
    {"code": "WK036204", "name": "Eerst", "since": 2000, "until": 2009},
    {"code": "WK036204", "name": "Later", "since": 2010},
    {"code": "BU03620301", "name": "Buurt", "since": 2020},
]
AREAS = ReportAreas.model_validate({"version": "1", "areas": TABLE})


@pytest.mark.parametrize(
    ("code", "year", "expected", "notes"),
    [
        ("WK036203", 2026, "Nieuw", ()),
        ("bu03620301", 2026, "Buurt", ()),
        ("BU03620399", 2026, "Nieuw", ()),
        ("WK036201", 2010, "Oud", ()),
        ("WK036201", 2018, "Midden", UNCERTAIN),
        ("WK036201", 2026, "Nieuw", UNCERTAIN),
        ("WK036204", 2005, "Eerst", ()),
        ("WK036204", 2026, "Later", ()),
        ("WK036203", 1999, "", LEFT_OUT),
        ("WK999999", 2026, "", LEFT_OUT),
        ("bij Zwartjanssen", 2026, "", LEFT_OUT),
        ({"code": 1}, 2026, "", ()),
        (None, 2026, "", ()),
    ],
)
def test_a_code_in_a_year(code: Any, year: int, expected: str, notes: tuple[ReportNote, ...]) -> None:
    """By its years, else by what took its place, else by its district."""
    found = AREAS.name(code, year)
    assert (found.value, found.notes) == (expected, notes)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "GM0362"},
        {"until": 1999},
        {"now": "WK036203"},
        {"until": 2017, "now": "WK036299"},
        {"until": 2017, "now": "WK036205"},
    ],
)
def test_a_table_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    """An end before the beginning, and what took a place that is still there, is unknown, or is itself."""
    entry = {"code": "WK036205", "name": "X", "since": 2000} | changes
    with pytest.raises(ValidationError):
        ReportAreas.model_validate({"version": "1", "areas": [*TABLE, entry]})


def test_two_that_replace_each_other_end() -> None:
    """With nothing found."""
    ring = [
        {"code": "WK036201", "name": "A", "since": 2000, "until": 2001, "now": "WK036202"},
        {"code": "WK036202", "name": "B", "since": 2000, "until": 2001, "now": "WK036201"},
    ]
    assert ReportAreas.model_validate({"version": "1", "areas": ring}).name("WK036201", 2026).value == ""


def test_the_built_in_table() -> None:
    """Fourteen districts; a neighbourhood has its district's name."""
    areas = load_areas()
    assert len({area.code for area in areas.areas if area.code.startswith("WK")}) == 14
    assert areas.name("BU03620599", 2026).value == "Uilenstede Kronenburg"
    assert areas.name("WK036204", 2017).value == ""

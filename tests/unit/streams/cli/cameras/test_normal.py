"""`toezicht cameras normal` shows what is usual, what is borrowed and what is not known, from the rows of `corroborate`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from streams.cameras.normal import ZoneProfile, as_document, newest_rows, profiles
from streams.cli.cameras.normal import lines
from streams.domain.cameras.registry import Camera
from streams.domain.normal.measure import Sizes
from streams.domain.rules.cameras import NormalRule
from streams.kafka.record import Record
from streams.stages.row_versions import RowError
from tests.support.normal import learn
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera

CAM_1 = camera("cam-1", 0)
RULE = NormalRule()


def known(*taught: tuple[datetime, int, Sizes], made_of: Camera | None = None) -> list[ZoneProfile]:
    rows = FakeRows()
    for at, blocks, largest in taught:
        learn(rows, CAM_1, blocks, largest, at, made_of)
    return profiles(rows.documents, CAM_1, NOON)


def text(found: list[ZoneProfile]) -> list[str]:
    return lines(CAM_1, found, RULE)


def line(found: list[str], title: str) -> str:
    return next(each for each in found if each.strip().startswith(title))


def test_an_hour_is_a_bar_as_high_as_what_is_usual_then() -> None:
    """13:00 local time; the hours around it borrow from it, up to six away."""
    found = text(known((NOON, 20, (3, 1.2, 0, 0.0, 15.0))))
    assert "the whole view: 20 blocks learnt since 09 Nov 2026" in found
    persons = line(found, "persons")
    assert "mon-thu" in persons
    assert "·" * 7 + "▃" * 13 + "·" * 4 in persons
    assert persons.endswith("5; 12 h borrowed; 11 h not known")
    friday = found[found.index(persons) + 1]
    assert "·" * 24 in friday
    assert friday.endswith("not known (0 of 12 blocks)")


def test_what_is_too_little_is_told() -> None:
    found = text(known((NOON, 11, (3, None, None, None, 15.0))))
    assert line(found, "persons").endswith("not known (11 of 12 blocks)")
    assert line(found, "fastest").endswith("not known (0 of 12 blocks)")


def test_hours_that_have_enough_do_not_borrow() -> None:
    found = known((NOON, 20, (3, 1.2, 0, 0.0, 15.0)), (NOON + timedelta(hours=6), 20, (40, 9.0, 0, 0.0, 15.0)))
    persons, fastest = line(text(found), "persons"), line(text(found), "fastest")
    assert persons.endswith("5 to 46; 15 h borrowed; 7 h not known")
    assert "never in" in fastest


def test_what_does_not_hold_any_more_is_told_and_not_used() -> None:
    other = CAM_1.model_copy(update={"masks": CAM_1.masks.model_copy(update={"version": "2"})})
    found = text(known((NOON, 20, (3, 1.2, 0, 0.0, 15.0)), made_of=other))
    assert any("1 hours do not hold any more" in each for each in found)
    assert line(found, "persons").endswith("not known (0 of 12 blocks)")


def test_weeks_that_are_too_old_are_not_shown() -> None:
    """Whoever stopped could not drop them."""
    rows = FakeRows()
    learn(rows, CAM_1)
    assert [each.blocks for each in profiles(rows.documents, CAM_1, NOON + timedelta(days=12))] == [14, 0, 0]
    assert [each.blocks for each in profiles(rows.documents, CAM_1, NOON + timedelta(days=30))] == [0, 0, 0]


def test_programs_get_all_numbers() -> None:
    document: dict[str, Any] = json.loads(
        json.dumps(as_document(CAM_1, known((NOON, 20, (3, 1.2, 0, 0.0, 15.0))), RULE))
    )
    assert [each["zone_id"] for each in document["zones"]] == [None, "plein", "rand"]
    hours = document["zones"][0]["hours"]
    assert len(hours) == 96
    noon = next(each for each in hours if (each["days"], each["hour"]) == ("mon-thu", 13))
    assert noon["blocks"] == 20
    assert noon["measures"]["persons"] == {
        "blocks": [0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0],
        "learnt_of": "hour",
        "unusual_from": 5,
    }
    assert document["zones"][1]["hours"][0]["measures"]["persons"]["blocks"] is None


def test_the_newest_rows_of_a_changelog_count_and_deleted_ones_do_not() -> None:
    def record(key: str | None, value: bytes | None) -> Record:
        name = None if key is None else key.encode()
        return Record("c", 0, 0, name, value, (), NOON)  # type: ignore[arg-type]

    rows = newest_rows(
        [
            record("normal/cam-1/*/fri.01", b"1"),
            record("normal/cam-1/*/fri.02", b"2"),
            record("normal/cam-10/*/fri.02", b"9"),
            record("seen/cam-1/plein/3", b"3"),
            record(None, b"4"),
            record("normal/cam-1/*/fri.01", b"5"),
            record("normal/cam-1/*/fri.02", None),
        ],
        "normal/cam-1/",
    )
    assert rows == {"normal/cam-1/*/fri.01": b"5"}


def test_a_row_of_a_newer_release_is_one_line() -> None:
    with pytest.raises(RowError, match="version 9"):
        profiles({"normal/cam-1/*/fri.01": b'{"row_version":9}'}, CAM_1, NOON)
    assert profiles({"normal/cam-1/*/holiday.01": b"{}"}, CAM_1, NOON)[0].blocks == 0

"""The room's list: the newest of each alert, in the order of `toezicht watch`, and what is dropped when."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.projection.alerts.room_list import KEPT, RoomList
from console.projection.alerts.row import ListRowError
from schemas.alerts import Alert, AlertState
from schemas.categories import Priority
from schemas.phrases.language import Language
from streams.presentation.standing import on_the_list, ordered
from tests.support.alerts import alert
from tests.support.console.control_room import lived
from tests.support.messages import NOON, ROOM


def listed(*changes: dict[str, Any]) -> RoomList:
    found = RoomList(ROOM)
    for offset, change in enumerate(changes):
        found.take(alert(**change).model_dump_json().encode(), offset)
    return found


def ids(found: RoomList) -> list[str]:
    return [row.alert_id for row in found.in_order()]


def test_the_newest_counts_whatever_the_order_of_arrival() -> None:
    found = RoomList(ROOM)
    newer, older = (alert(revision=each, score=10.0 * each).model_dump_json().encode() for each in (2, 1))
    assert found.take(newer, 9) is not None
    assert found.take(older, 8) is None
    assert found.take(newer, 9) is None
    assert [row.revision for row in found.in_order()] == [2]
    assert found.newest == 9


def test_one_that_cannot_be_read_leaves_what_is_known() -> None:
    found = listed({"revision": 1})
    with pytest.raises(ListRowError):
        found.take(b'{"alert_id":"alert-1"}', 5)
    assert [row.revision for row in found.in_order()] == [1]


@given(st.permutations(range(60)), st.integers(0, 3))
def test_the_order_is_that_of_the_terminal(order: list[int], seed: int) -> None:
    """Of the same alerts, whatever the order of their records: the list, and behind it what is not on it."""
    draw = random.Random(seed)
    alerts = [
        alert(
            alert_id=f"a-{number}",
            score=draw.choice((10, 20)),
            priority=draw.choice(tuple(Priority)),
            state=draw.choice((AlertState.NEW, AlertState.ACKNOWLEDGED, AlertState.CLOSED)),
            opened_at=NOON + timedelta(seconds=number % 7),
            under_cause=number % 5 == 1,
            caused_by=f"a-{number - 1}" if number % 5 == 1 else None,
            operator_list=number % 11 > 0,
        )
        for number in range(60)
    ]
    found = RoomList(ROOM)
    for offset, number in enumerate(order):
        found.take(alerts[number].model_dump_json().encode(), offset)
    on_it = [row.alert_id for row in found.in_order() if on_the_list(row)]
    assert on_it == [each.alert_id for each in ordered(alerts)]
    assert ids(found)[: len(on_it)] == on_it


def test_of_a_lived_room_it_is_the_terminals_list() -> None:
    """With what the real `decide` makes: summaries, symptoms, what is put aside and what has ended."""
    room, found = lived(120, NOON), RoomList(ROOM)
    for record in room.records:
        if record.topic == "alert-state":
            found.take(record.value or b"", record.offset)
    on_it = [row.alert_id for row in found.in_order() if on_the_list(row)]
    assert on_it == [each.alert_id for each in ordered(list(room.alerts.values()), ROOM)]
    assert sorted(ids(found)) == sorted(each.alert_id for each in room.alerts.values() if each.operator_list)


def test_what_ended_is_kept_a_day() -> None:
    found = listed(
        {"alert_id": "a", "state": AlertState.CLOSED}, {"alert_id": "b"}, {"alert_id": "c", "state": AlertState.SHELVED}
    )
    changed_at = alert().changed_at
    assert found.forget(changed_at + KEPT) == 0
    assert found.forget(changed_at + KEPT + timedelta(seconds=1)) == 1
    assert ids(found) == ["b", "c"]


def test_of_what_ended_its_json_is_made_again_for_who_asks() -> None:
    """A day's ended alerts would hold the words of each in every language that somebody reads."""
    found = listed({"alert_id": "a", "state": AlertState.CLOSED}, {"alert_id": "b"})
    rows = {row.alert_id: row for row in found.all()}
    told = {name: row.json(Language.NL) for name, row in rows.items()}
    found.forget(alert().changed_at)
    assert {name: bool(row.told) for name, row in rows.items()} == {"a": False, "b": True}
    assert {name: row.json(Language.NL) for name, row in rows.items()} == told


def test_who_did_not_hear_of_an_end_that_was_dropped_must_load_again() -> None:
    found = listed({"alert_id": "b"}, {"alert_id": "a", "state": AlertState.CLOSED}, {"alert_id": "c"})
    assert found.knows_since(-1)
    found.forget(alert().changed_at + 2 * KEPT)
    assert [found.knows_since(offset) for offset in (-1, 0, 1, 2)] == [False, False, True, True]


def test_what_lies_before_the_first_record_is_not_known() -> None:
    found = RoomList(ROOM, 500)
    assert (found.newest, found.knows_since(498), found.knows_since(499)) == (499, False, True)


def test_cases_of_others_are_not_shown() -> None:
    """A case goes to its recipients; one that was on the list before says that it left."""
    found = listed(
        {"alert_id": "case", "operator_list": False}, {"alert_id": "was"}, {"alert_id": "was", "operator_list": False}
    )
    assert ids(found) == []
    assert found.get("case") is None
    assert found.get("was") is None
    assert [(row.alert_id, on_the_list(row)) for row in found.since(-1)] == [("was", False)]


def test_since_is_in_the_order_of_offsets() -> None:
    found = listed({"alert_id": "c"}, {"alert_id": "a"}, {"alert_id": "b"}, {"alert_id": "c", "revision": 2})
    assert [(row.alert_id, row.offset) for row in found.since(0)] == [("a", 1), ("b", 2), ("c", 3)]


def test_a_page_goes_on_behind_a_place_that_is_gone() -> None:
    found = listed(*({"alert_id": f"a-{number}", "score": 90 - number} for number in range(5)))
    [first, second, *rest] = found.ranked()
    found.take(alert(alert_id=second.alert_id, score=1, revision=9).model_dump_json().encode(), 9)
    after = (second.priority, -second.score, second.opened_at, second.alert_id)
    assert [row.alert_id for row in found.ranked(after)][: len(rest)] == [row.alert_id for row in rest]
    assert first.alert_id not in [row.alert_id for row in found.ranked(after)]


def test_an_example_is_of_the_room() -> None:
    """Or these tests would test nothing."""
    assert alert().control_room_id == ROOM
    assert isinstance(alert(), Alert)

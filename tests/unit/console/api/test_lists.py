"""The API of the list: rows, pages, one alert, history, status and acting, as the page and partners use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from console.api.app import create_app
from console.wire.people import Caller, Me, Role
from console.wire.rows import AlertRow
from schemas.categories import Category, Priority
from streams.presentation.standing import ordered
from tests.support.console.control_room import ControlRoom, lived
from tests.support.console.parts import ConsoleInMemory
from tests.support.console.people import OPERATOR, FakeSessions, somebody
from tests.support.messages import NOON, ROOM

BASE = f"/api/v1/rooms/{ROOM}"
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def room() -> ControlRoom:
    """Return a room in which much happened; no test here changes it."""
    return lived(120, NOON)


@pytest.fixture
def console(room: ControlRoom) -> ConsoleInMemory:
    """Return a console of it."""
    found = ControlRoom()
    found.records, found.alerts = room.records, room.alerts
    return ConsoleInMemory(found, lambda: NOON)


@pytest.fixture
def client(console: ConsoleInMemory) -> Iterator[TestClient]:
    """Yield a client of the console."""
    with TestClient(create_app(console.parts)) as found:
        yield found


def rows(client: TestClient, language: str = "nl") -> list[dict[str, Any]]:
    answer = client.get(f"{BASE}/rows", params={"lang": language})
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_the_whole_list_is_in_its_order_with_where_the_stream_goes_on(
    client: TestClient, console: ConsoleInMemory
) -> None:
    found = rows(client)
    on_it = [each["id"] for each in found if each["listed"]]
    assert on_it == [each.alert_id for each in ordered(list(console.room.alerts.values()), ROOM)]
    headers = client.get(f"{BASE}/rows").headers
    assert headers["x-position"] == console.rooms.known_room(ROOM).position()
    assert headers["x-total"] == str(len(found))
    for each in found:
        AlertRow.model_validate_json(json.dumps(each))


def test_words_are_in_the_language_that_is_asked_for(client: TestClient) -> None:
    texts = [{each["what"] for each in rows(client, language)} for language in ("nl", "en")]
    assert {"Straatroof", "Persoon onwel"} & texts[0]
    assert not {"Straatroof", "Persoon onwel"} & texts[1]


@pytest.mark.parametrize(
    "became", [somebody(OPERATOR, Role.ADMINISTRATOR), somebody(OPERATOR, Role.OPERATOR, rooms=("uithoorn",))]
)
def test_a_stream_ends_when_its_reader_may_not_look_there_any_more(console: ConsoleInMemory, became: Me) -> None:
    """A login in the same browser may have brought other roles or rooms, with the same session."""
    known = [somebody(OPERATOR, Role.OPERATOR), became]

    class Changed(FakeSessions):
        def me(self, caller: Caller) -> Me:
            return known.pop(0) if len(known) > 1 else known[0]

    client = TestClient(create_app(replace(console.parts, sessions=Changed())))
    answer = client.get(f"/api/v1/rooms/{ROOM}/stream")
    assert answer.text.rstrip().endswith('data: {"reason":"session_ended"}')
    assert "event: status" not in answer.text


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_pages_have_every_alert_once_in_the_lists_order(client: TestClient, limit: int) -> None:
    found, cursor = [], None
    while True:
        page = client.get(f"{BASE}/alerts", params={"limit": limit, **({"cursor": cursor} if cursor else {})}).json()
        assert len(page["alerts"]) <= limit
        found += page["alerts"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    places = [(each["priority"], -each["score"], each["opened_at"], each["id"]) for each in found]
    assert places == sorted(places)
    assert sorted(each["id"] for each in found) == sorted(each["id"] for each in rows(client))


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"priority": "P1"}, lambda each: each["priority"] == "P1"),
        ({"state": ["shelved", "suppressed"]}, lambda each: each["state"] in {"shelved", "suppressed"}),
        ({"category": "brand"}, lambda each: each["category"] == "brand"),
        ({"mine": True}, lambda each: each["handled_by"] == "operator-1"),
        ({"changed_since": "2026-11-24T11:30:00Z"}, lambda each: each["changed_at"] >= "2026-11-24T11:30:00.000Z"),
    ],
)
def test_pages_have_what_is_asked_for(client: TestClient, query: dict[str, Any], holds: Any) -> None:
    found = client.get(f"{BASE}/alerts", params={"limit": 500, **query}).json()["alerts"]
    assert sorted(each["id"] for each in found) == sorted(each["id"] for each in rows(client) if holds(each))


def test_a_page_that_did_not_change_is_not_sent_again(client: TestClient) -> None:
    tag = client.get(f"{BASE}/alerts").headers["etag"]
    again = client.get(f"{BASE}/alerts", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(f"{BASE}/alerts", params={"limit": 3}).headers["etag"] != tag


@pytest.mark.parametrize("cursor", ["x", "bm90aGluZw==", "W10=", "W251bGwsbnVsbCxudWxsLG51bGxd", "é", "=" * 200])
def test_what_is_no_cursor_is_refused(client: TestClient, cursor: str) -> None:
    answer = client.get(f"{BASE}/alerts", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_every_alert_can_be_opened(client: TestClient, console: ConsoleInMemory) -> None:
    """Whole, in both languages; what it allows is what `decide` would not refuse."""
    for each in rows(client):
        for language in ("nl", "en"):
            answer = client.get(f"{BASE}/alerts/{each['id']}", params={"lang": language})
            assert answer.status_code == 200, answer.text
        alert, detail = console.room.alerts[each["id"]], answer.json()
        assert detail["row"] == {
            **each,
            **{name: detail["row"][name] for name in ("what", "title", "where", "aside", "next_step")},
        }
        assert len(detail["factors"]) == len(alert.factors)
        assert ("shelve" in detail["allowed"]) <= (alert.priority is not Priority.P1)
        assert ("release" in detail["allowed"]) <= (alert.handled_by == "operator-1")


def test_who_opens_an_alert_is_noted_and_who_reads_the_list_is_not(
    client: TestClient, console: ConsoleInMemory
) -> None:
    """Its detail, and its history, which is a part of it; an alert that is none was seen by nobody."""
    alert, sessions = rows(client)[0]["id"], console.parts.sessions
    assert isinstance(sessions, FakeSessions)
    for path in ("rows", "alerts", "alerts?mine=true", "status", "handover", "alerts/none", "alerts/none/history"):
        client.get(f"{BASE}/{path}")
    assert sessions.opened == []
    client.get(f"{BASE}/alerts/{alert}")
    client.get(f"{BASE}/alerts/{alert}", params={"reread": True})
    client.get(f"{BASE}/alerts/{alert}/history")
    assert sessions.opened == [(OPERATOR, ROOM, alert, reread) for reread in (False, True, True)]


def test_history_tells_each_change_once_and_in_its_order(client: TestClient, console: ConsoleInMemory) -> None:
    alert = max(console.room.alerts.values(), key=lambda each: each.revision)
    lines = client.get(f"{BASE}/alerts/{alert.alert_id}/history").json()
    revisions = [each["revision"] for each in lines if each["revision"] is not None]
    assert revisions == list(range(alert.revision + 1))
    assert [each["at"] for each in lines] == sorted(each["at"] for each in lines)
    assert all(each["text"] for each in lines)


def test_the_topic_is_read_for_a_past_once_and_only_where_it_was_not_seen(
    client: TestClient, console: ConsoleInMemory
) -> None:
    """It takes as long as all that happened in the room since the alert opened."""
    alert = max(console.room.alerts.values(), key=lambda each: each.revision)
    path = f"{BASE}/alerts/{alert.alert_id}/history"
    seen = client.get(path).json()
    assert console.histories.asked == []
    console.rooms.known_room(ROOM).alerts.past.forget(
        alert.alert_id
    )  # as a console that began after the topic was compacted
    assert client.get(path).json() == seen == client.get(path).json()
    assert console.histories.asked == [alert.alert_id]


def test_the_pulse_tells_what_stands_still(client: TestClient, console: ConsoleInMemory) -> None:
    first = client.get(f"{BASE}/status").json()
    assert (first["reading"], first["canary_late"], first["cameras_able"], first["cameras_total"]) == (
        True,
        False,
        13,
        16,
    )
    assert first["ticks_at"] == "2026-11-24T12:00:00.000Z"
    asked = [
        each for each in console.room.records if each.topic == "alert-state" and b'"asks":true' in (each.value or b"")
    ]
    documents = [json.loads(each.value or b"") for each in asked]
    counted = [
        each for each in documents
        if each["operator_list"] and not each["grouped_under"] and not each["summary"] and each["priority"] != "P4"
        and each["changed_at"] >= "2026-11-24T11:00:00"
    ]  # fmt: skip
    assert 0 < first["alerts_hour"] == len(counted) < len(asked), "the budget does not count the log"
    assert any(each["priority"] == "P4" for each in documents)
    console.stages.still = frozenset({"decide"})
    console.rooms._clock = lambda: NOON + timedelta(seconds=7)
    second = client.get(f"{BASE}/status").json()
    assert [each["stage"] for each in second["stages"] if each["stands_still"]] == ["decide"]
    assert not second["reading"]


@pytest.mark.parametrize("path", ["alerts/nothing", "alerts/nothing/history", "alerts/%00", "alerts/..%2f..%2fetc"])
def test_an_alert_that_is_not_there_is_a_problem(client: TestClient, path: str) -> None:
    answer = client.get(f"{BASE}/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["rows", "alerts", "status", "stream", "choices", "cameras"])
def test_a_room_of_others_is_not_there(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/v1/rooms/ouder-amstel/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_room")


def test_one_stream_too_many_is_told_before_it_begins(console: ConsoleInMemory, client: TestClient) -> None:
    held = [console.rooms.stream(ROOM, None, "nl", "operator-1") for _ in range(8)]  # type: ignore[arg-type]
    answer = client.get(f"{BASE}/stream")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")
    assert len(held) == 8


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seen_revision": False}, "seen_revision"),
        ({"seen_revision": -1}, "seen_revision"),
        ({"seen_revision": "1"}, "seen_revision"),
        ({"user": "operator-2"}, "user"),
        ({"control_room_id": "elsewhere"}, "control_room_id"),
        ({"action": "explode"}, "action"),
        ({"action_id": "with space"}, "action_id"),
        ({"reason": "x" * 41}, "reason"),
        ({"until": "tomorrow"}, "until"),
        ({"recipients": "politie"}, "recipients"),
        ({"escalate_to": [1]}, "0"),
    ],
)
def test_a_body_that_is_not_as_expected_names_its_field(client: TestClient, change: dict[str, Any], field: str) -> None:
    body = {"action_id": "a-1", "alert_id": "x", "seen_revision": 0, "action": "close"} | change
    answer = client.post(f"{BASE}/actions", json=body, headers=OWN)
    assert answer.status_code == 422
    assert field in [each["field"].rpartition(".")[2] for each in answer.json()["fields"]]


def test_an_action_as_the_page_sends_it_is_taken() -> None:
    """With every field that it knows, filled or not: lists are lists in JSON."""
    found = ControlRoom()
    found.report(NOON)
    console = ConsoleInMemory(found, lambda: NOON)
    [alert_id] = found.alerts
    empty = {"verdict": "", "reason": "", "note": "", "other_alert_id": "", "fact_id": "", "camera_id": ""}
    known = {"alert_id": alert_id, "seen_revision": 0}
    asked: list[dict[str, Any]] = [
        {"action": "acknowledge", "recipients": [], "escalate_to": []},
        {"action": "confirm_dispatch", "recipients": ["politie"], "escalate_to": ["hor"]},
    ]
    with TestClient(create_app(console.parts)) as client:
        for number, each in enumerate(asked):
            body = empty | known | {"action_id": f"a-{number}"} | each
            assert client.post(f"{BASE}/actions", json=body, headers=OWN).status_code == 202


@pytest.mark.parametrize(("exercise", "load"), [(False, 1), (True, 0)])
def test_an_exercise_is_no_load(exercise: bool, load: int) -> None:
    """It stands on the list and asks, and takes no place of what is real, as in the budget."""
    found = ControlRoom()
    found.report(NOON, Category.STRAATROOF, exercise=exercise, urgency=1, source_priority="P 1")
    console = ConsoleInMemory(found, lambda: NOON)
    with TestClient(create_app(console.parts)) as client:
        assert client.get(f"{BASE}/status").json()["alerts_hour"] == load


def test_a_revision_of_the_future_is_refused_by_decide(room: ControlRoom) -> None:
    """And not by the console, which may be some records behind."""
    found = ControlRoom()
    found.report(NOON)
    console = ConsoleInMemory(found, lambda: NOON)
    [alert_id] = found.alerts
    with TestClient(create_app(console.parts)) as client:
        body = {"action_id": "a-1", "alert_id": alert_id, "seen_revision": 2**53, "action": "acknowledge"}
        assert client.post(f"{BASE}/actions", json=body, headers=OWN).status_code == 202
        answer = client.get("/api/v1/actions/a-1").json()
    assert (answer["state"], answer["code"]) == ("refused", "refused-revision-ahead")

"""A flood of 500 alerts a minute: what is under the pointer stays there, and a stream that resumes anywhere misses nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any, Final

import httpx2
import pytest
from playwright.sync_api import expect

from tests.support.console.browser import Person
from tests.support.console.running import ROOM, ControlRoom
from tests.support.console.seats import People

pytestmark = [pytest.mark.integration, pytest.mark.slow]
PER_MINUTE: Final = 500
ALERTS: Final = 100
UNDER_POINTER: Final = """([x, y]) => document.elementFromPoint(x, y)?.closest('.row')?.dataset.id ?? ''"""


class Flood(threading.Thread):
    """Reports that come at the rate of a flood, each about something else, one in ten a P1."""

    def __init__(self, room: ControlRoom) -> None:
        super().__init__(daemon=True)
        self._room, self._ending = room, threading.Event()
        self.streets: list[str] = []

    def run(self) -> None:
        """Report."""
        for number in range(ALERTS):
            kind = ("straatroof", "P 1") if number % 10 == 9 else ("woninginbraak", "P 2")
            self.streets.append(self._room.report(*kind))
            if self._ending.wait(60 / PER_MINUTE):
                return

    def end(self) -> None:
        """Report no more."""
        self._ending.set()
        self.join()


def opened(person: Person) -> int:
    """Return how many alerts are open, as the page says it."""
    return int(person.page.locator("#tab-open").locator(".n").inner_text())


def events(client: httpx2.Client, since: str) -> Iterator[tuple[str, str, Any]]:
    """Yield name, id and data of what a room's stream says since an event."""
    with client.stream("GET", f"/rooms/{ROOM}/stream", params={"since": since}) as stream:
        assert stream.status_code == 200, stream.read()
        name = event_id = ""
        for line in stream.iter_lines():
            key, _, value = line.partition(": ")
            if key == "event":
                name = value
            elif key == "id":
                event_id = value
            elif key == "data":
                yield name, event_id, json.loads(value)


def listed(client: httpx2.Client) -> tuple[str, dict[str, Any]]:
    """Return a position, and all rows up to it by their ids."""
    answer = client.get(f"/rooms/{ROOM}/rows")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    return answer.headers["x-position"], {row["id"]: row for row in rows}


def newest(rows: dict[str, Any], more: list[Any]) -> dict[str, Any]:
    """Return rows with newer ones in their places, as the page takes them."""
    result = dict(rows)
    for row in more:
        if row["offset"] >= result.get(row["id"], row)["offset"]:
            result[row["id"]] = row
    return result


def test_the_order_is_held_under_the_pointer(people: People, room: ControlRoom) -> None:
    """While a hand is on the list nothing moves: not by what comes, not by what ends; then all of it is there, in order."""
    before = [room.report("geweld_vechtpartij") for _ in range(6)]  # above whatever else of P2 the module reports
    anna = people("anna")
    for street in before:
        anna.shown(street)
    box = anna.row(before[3]).bounding_box()
    assert box is not None
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    anna.page.mouse.move(*middle)
    seen, stood = {anna.page.evaluate(UNDER_POINTER, middle)}, opened(anna)
    flood = Flood(room)
    flood.start()
    turns = 0
    while flood.is_alive() or turns == 0:
        turns += 1
        anna.page.mouse.move(middle[0] + turns % 40, middle[1])
        seen.add(anna.page.evaluate(UNDER_POINTER, middle))
        if turns == 20:
            room.cancel(before[0])
        anna.page.wait_for_timeout(100)
    flood.join()
    assert seen == {anna.row(before[3]).get_attribute("data-id")}
    assert turns > 20
    waits = anna.page.locator(".bar .waits")
    expect(waits).to_be_visible()
    assert anna.page.locator(".band .row").count() == 3
    expect(anna.page.locator(".band h2 button")).to_contain_text("P1")
    anna.press(".")
    anna.until(lambda: opened(anna) == stood + ALERTS - 1)
    expect(anna.row(before[0])).to_have_count(0)


def test_a_stream_resumes_anywhere_in_a_flood(people: People, room: ControlRoom) -> None:
    """From every id that was given out in it, a stream makes the same list of what was known there."""
    client = room.console.client("bram")
    position, rows = listed(client)
    recorded: list[tuple[str, str, Any]] = []
    flood = Flood(room)
    flood.start()
    wanted = len(rows) + ALERTS
    known = set(rows)
    for name, event_id, data in events(client, position):
        if name in {"alert", "decision"}:
            recorded.append((name, event_id, data))
            known |= {data["id"]} if name == "alert" else set()
        if len(known) == wanted and not flood.is_alive():
            break
    flood.join()
    _, last = listed(client)
    at = rows
    for name, event_id, data in recorded:
        at = newest(at, [data] if name == "alert" else [])
        missed = []
        for more, _, row in events(client, event_id):
            if more == "status":
                break
            missed += [row] if more == "alert" else []
        assert without_now(newest(at, missed)) == without_now(last), event_id
    assert len(recorded) >= ALERTS


def without_now(rows: dict[str, Any]) -> dict[str, int]:
    """Return what says whether two lists are the same: each alert with the offset of its newest row."""
    return {key: row["offset"] for key, row in rows.items()}

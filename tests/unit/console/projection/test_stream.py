"""The stream: resume from every id gives the same list, a slow reader loads again, and nothing is told twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from console.api.parts import StreamEvent
from console.api.problems import ProblemError
from console.projection import room as room_module
from console.projection.alerts.row import row_of
from console.projection.listeners import DEPTH, RoomEvent
from console.projection.stream import NOTHING, position_of
from console.settings import ConsoleSettings
from schemas.actions import Action
from schemas.phrases.language import Language
from streams import topics
from streams.kafka.record import Record
from tests.support.console.control_room import ControlRoom, lived
from tests.support.console.parts import ConsoleInMemory
from tests.support.messages import NOON, ROOM
from tests.support.situations import action

USER = "operator-1"
List = dict[str, tuple[int, bool, str]]


def served(room: ControlRoom, upto: int | None = None, **changes: Any) -> ConsoleInMemory:
    """Return a console that has read a room's records, or those up to a place in them."""
    found = ControlRoom()
    found.records = room.records[:upto]
    return ConsoleInMemory(found, lambda: NOON, **changes)


def opened(console: ConsoleInMemory, since: str | None) -> AsyncIterator[StreamEvent]:
    return console.rooms.stream(ROOM, since, Language.NL, USER)


async def missed(console: ConsoleInMemory, since: str | None) -> list[StreamEvent]:
    """Return what a stream begins with, up to its first pulse, or its end."""
    found: list[StreamEvent] = []
    stream = opened(console, since)
    async for event in stream:
        if event[1] == "status":
            break
        found.append(event)
    await stream.aclose()  # type: ignore[attr-defined]
    return found


def page(events: list[StreamEvent], known: List | None = None) -> List:
    """Return the list that a page has after events: the newest of each alert."""
    found = dict(known or {})
    for _, name, data in events:
        row = json.loads(data)
        if name == "alert" and row["offset"] > found.get(row["id"], (-1, False, ""))[0]:
            found[row["id"]] = (row["offset"], row["listed"], row["state"])
    return found


def test_resume_from_every_id_of_an_hour_gives_the_same_list() -> None:
    """Whoever was cut off after any event, and comes to a console that was started since, has what that console has."""
    room = lived(60, NOON, hours=1.0)
    heard: list[StreamEvent] = []

    async def listen() -> None:
        console = served(room, 0)
        stream = opened(console, None)
        assert (await anext(stream))[1] == "status"
        for record in room.records:
            console.hear([record])
        while len(heard) < console.rooms.known_room(ROOM).alerts.newest:
            heard.append(await anext(stream))

    asyncio.run(listen())
    assert len(heard) > 150

    async def resume() -> None:
        restarted = served(room)
        whole = page(await missed(restarted, None))
        known: List = {}
        for event in heard:
            known = page([event], known)
            assert page(await missed(restarted, event[0]), known) == whole

    asyncio.run(resume())


def test_ids_are_the_same_in_every_console() -> None:
    """One that was there all the time, and one that read it all later, say one thing under one id."""
    room = lived(30, NOON)
    first, second = served(room), served(room)

    async def both() -> tuple[list[StreamEvent], list[StreamEvent]]:
        return await missed(first, "5.3"), await missed(second, "5.3")

    one, other = asyncio.run(both())
    assert one == other
    assert len(one) > 10


def test_ids_only_grow_and_rows_stand_in_the_order_of_their_offsets() -> None:
    found = asyncio.run(missed(served(lived(30, NOON)), None))
    ids = [tuple(map(int, event[0].split("."))) for event in found]
    assert ids == sorted(ids)


def test_a_decision_comes_on_every_stream() -> None:
    """With who has the alert, and since when, where it was refused."""
    room = lived(10, NOON)
    console = served(room)
    console.room = room
    room.tell = console.hear
    alert = next(each for each in room.alerts.values() if each.state.value == "new")

    async def two() -> list[dict[str, Any]]:
        stream = opened(console, console.rooms.known_room(ROOM).position())
        assert (await anext(stream))[1] == "status"
        for number, user in ((901, "operator-3"), (902, "operator-4")):
            room.act(
                action(alert.alert_id, Action.ACKNOWLEDGE, number=number, user=user, seen_revision=alert.revision), NOON
            )
        found: list[dict[str, Any]] = []
        while len(found) < 2:  # a pulse may stand between them
            event = await anext(stream)
            found += [json.loads(event[2])] if event[1] == "decision" else []
        return found

    done, refused = asyncio.run(two())
    assert (done["action_id"], done["state"], done["alert_id"]) == ("action-901", "done", alert.alert_id)
    assert (refused["state"], refused["code"]) == ("refused", "refused-handled")
    assert (refused["values"]["handled_by"], refused["values"]["handled_since"]) == (
        "operator-3",
        "2026-11-24T12:00:00.000Z",
    )
    assert refused["refused"].startswith("operator-3 heeft")


def test_a_row_comes_before_the_decision_that_made_it() -> None:
    """So that a page which hears "done" shows what was done."""
    room = lived(10, NOON)
    names = [event[1] for event in asyncio.run(missed(served(room), None))]
    assert names.index("decision") > max(place for place, name in enumerate(names) if name == "alert")


def test_an_id_older_than_what_is_kept_loads_again() -> None:
    room = lived(40, NOON)
    console = served(room)
    console.rooms._clock = lambda: NOON + timedelta(hours=30)
    console.rooms.forget()
    [reset] = asyncio.run(missed(console, "0.0"))
    assert (reset[1], json.loads(reset[2])) == ("reset", {"reason": "too_old"})


def test_an_id_of_the_future_waits_and_then_loads_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic that was made anew begins at 0: its rows would all look old."""
    monkeypatch.setattr("console.projection.stream.CATCH_UP_S", 0.05)
    console = served(lived(10, NOON))

    async def listen() -> list[StreamEvent]:
        return [event async for event in opened(console, "99999.1") if event[1] != "status"]

    [reset] = asyncio.run(listen())
    assert json.loads(reset[2]) == {"reason": "restarted"}


def test_an_id_of_topics_that_are_no_more_loads_again() -> None:
    """They were made anew while a page was away, and have grown beyond where it was since."""
    room = lived(10, NOON)
    console = served(room, 0)
    console.rooms.begin({}, "111")
    console.hear(room.records)
    console.rooms.whole()
    [first, *_] = asyncio.run(missed(console, None))
    assert first[0].endswith(".111")
    assert [event[1] for event in asyncio.run(missed(console, "3.2.111"))][:1] == ["alert"]
    [reset] = asyncio.run(missed(console, "3.2.222"))
    assert (reset[1], json.loads(reset[2])) == ("reset", {"reason": "restarted"})
    assert asyncio.run(missed(console, "3.2"))[0][1] == "alert", "an id of before ids told it"


def test_topics_that_are_made_anew_end_every_stream_and_begin_an_empty_list() -> None:
    """What was known is of topics that are no more; the rows of the new ones have lower offsets and are taken."""
    room = lived(10, NOON)
    console = served(room)

    async def listen() -> StreamEvent:
        stream = opened(console, console.rooms.known_room(ROOM).position())
        assert (await anext(stream))[1] == "status"
        console.rooms.begin({console.rooms.known_room(ROOM).partition: 0}, "222")
        return await anext(stream)

    reset = asyncio.run(listen())
    assert (reset[1], json.loads(reset[2])) == ("reset", {"reason": "restarted"})
    assert not console.rooms.ready()
    assert not console.rooms.status(ROOM).reading
    assert len(console.rooms.known_room(ROOM).alerts) == 0
    again = lived(3, NOON, seed=8)
    console.hear(again.records)
    console.rooms.whole()
    assert {row.alert_id for row in console.rooms.known_room(ROOM).alerts.all()} == set(again.alerts)
    assert console.rooms.known_room(ROOM).position().endswith(".222")


def test_a_second_console_that_is_some_records_behind_is_waited_for() -> None:
    room = lived(10, NOON)
    newest = max(place for place, record in enumerate(room.records) if record.topic == topics.ALERT_STATE)
    console, late = served(room, newest), room.records[newest:]

    async def listen() -> StreamEvent:
        stream = opened(console, f"{late[0].offset}.0")
        assert (await anext(stream))[1] == "status"
        asyncio.get_running_loop().call_later(0.02, console.hear, late)
        return await anext(stream)

    assert asyncio.run(listen())[1] in {"status", "decision"}


def flood(first: int, count: int, room: ControlRoom) -> list[Record]:
    """Return so many newer versions of one alert."""
    [record] = [each for each in room.records if each.topic == topics.ALERT_STATE][:1]
    return [
        Record(record.topic, record.partition, first + number, record.key, record.value, record.headers, NOON)
        for number in range(count)
    ]


def test_a_slow_reader_is_told_to_load_again() -> None:
    """And nobody waits for it, nor does what it has not read grow without end."""
    console = served(lived(5, NOON))

    async def listen() -> list[str]:
        stream, quick = opened(console, None), opened(console, None)
        await anext(stream)
        await anext(quick)
        console.hear(flood(10_000, DEPTH + 1, console.room))
        rest = [event[1] async for event in stream]
        assert len(console.rooms.known_room(ROOM).listeners) == 1
        return rest

    assert asyncio.run(listen())[-1] == "reset"


def test_who_keeps_up_with_a_flood_gets_every_row() -> None:
    console = served(lived(5, NOON))

    async def listen() -> list[int]:
        stream = opened(console, console.rooms.known_room(ROOM).position())
        await anext(stream)
        offsets: list[int] = []
        for record in flood(10_000, 2 * DEPTH, console.room):
            console.hear([record])
            event = await anext(stream)
            while event[1] != "alert":
                event = await anext(stream)
            offsets.append(int(event[0].split(".")[0]))
        return offsets

    assert asyncio.run(listen()) == list(range(10_000, 10_000 + 2 * DEPTH))


def test_a_stream_that_ends_on_purpose_says_so() -> None:
    console = served(lived(5, NOON))

    async def listen() -> list[str]:
        stream = opened(console, console.rooms.known_room(ROOM).position())
        await anext(stream)
        asyncio.get_running_loop().call_soon(console.rooms.end_streams)
        return [event[1] async for event in stream]

    assert asyncio.run(listen()) == ["bye"]


def test_a_list_that_is_not_whole_yet_gives_a_pulse_and_no_row() -> None:
    """So that no page takes half a list for the whole one."""
    console = served(lived(5, NOON), whole=False)

    async def listen() -> list[tuple[str, Any]]:
        stream = opened(console, None)
        first = await anext(stream)
        console.rooms.whole()
        second = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        return [(name, json.loads(data).get("reading")) for _, name, data in (first, second)]

    with pytest.raises(ProblemError, match="not_ready"):
        console.rooms.rows(ROOM, Language.NL)
    assert asyncio.run(listen()) == [("status", False), ("alert", None)]


def limits(console: ConsoleInMemory, users: list[str]) -> list[Any]:
    """Open a stream for each; return them, and the code of the first that was refused behind them."""
    found: list[Any] = []
    try:
        for user in users:
            found.append(console.rooms.stream(ROOM, None, Language.NL, user))
    except ProblemError as problem:
        found.append(problem.code)
    return found


@pytest.mark.parametrize(
    ("users", "open_"), [(["a"] * 4, 3), (["a", "b", "c", "d", "e", "f"], 5)], ids=["of one person", "together"]
)
def test_there_are_so_many_streams_and_no_more(users: list[str], open_: int) -> None:
    console = served(lived(2, NOON), settings=ConsoleSettings(streams=5, streams_per_user=3))
    found = limits(console, users)
    assert (len(found) - 1, found[-1]) == (open_, "too_many_streams")


def ends(how: Callable[[Any], Any]) -> int:
    """Open and end twenty streams one after the other, where five may be open; return how many could be."""
    console = served(lived(2, NOON), settings=ConsoleSettings(streams=5))

    async def many() -> int:
        for _ in range(20):
            stream = console.rooms.stream(ROOM, None, Language.NL, USER)
            await how(stream)
            del stream
        return 20

    return asyncio.run(many())


def test_a_place_is_given_back_however_a_stream_ends() -> None:
    """Closed in the middle, and also where its reader was gone before it began."""

    async def never(_: Any) -> None:
        return

    async def begun(stream: Any) -> None:
        await anext(stream)
        await stream.aclose()

    assert (ends(never), ends(begun)) == (20, 20)


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.", ".1", "a.b", "1.2.", "1.2.x", "1.2.-1", "1.2.3.4", "-2.1", "1.-2", "١.٢", "1" * 19 + ".1", " 1.2"],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ProblemError, match="invalid"):
        position_of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, NOTHING), ("-1.-1", NOTHING), ("12.0", (12, 0, "")), ("3.-1", (3, -1, "")), ("1.2.3", (1, 2, "3"))],
)
def test_ids(text: str | None, expected: tuple[int, int, str]) -> None:
    assert position_of(text) == expected


def test_a_record_that_breaks_something_keeps_no_other_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it raises: those behind it are in the list, and on every stream."""
    lived_room = lived(20, NOON)
    bad = next(record for record in lived_room.records if record.topic == topics.ALERT_STATE)

    def breaks(value: bytes, offset: int) -> Any:
        if offset == bad.offset:
            raise RuntimeError("not foreseen")
        return row_of(value, offset)

    monkeypatch.setattr(room_module, "row_of", breaks)
    console = served(lived_room)
    rows = console.rooms.known_room(ROOM).alerts.all()
    assert len(rows) >= len(lived_room.alerts) - 1


def test_an_event_that_cannot_be_told_ends_no_stream() -> None:
    console = served(lived(5, NOON))

    def broken(_: Language) -> bytes:
        raise RuntimeError("not foreseen")

    async def listen() -> list[str]:
        known = console.rooms.known_room(ROOM)
        stream = opened(console, known.position())
        first = await anext(stream)
        known.listeners.tell(RoomEvent("alert", broken, 20_000))
        known.listeners.tell(RoomEvent("zone", lambda _: b"{}"))
        return [first[1], (await anext(stream))[1]]

    assert asyncio.run(listen()) == ["status", "zone"]


def test_a_clock_that_runs_ahead_does_not_hide_that_nothing_comes_any_more() -> None:
    """Ticks of an hour later come once and never again: the picture gets old all the same."""
    now = [NOON]
    room = ControlRoom()
    console = ConsoleInMemory(room, lambda: now[0])
    room.tick(NOON + timedelta(hours=1))
    assert console.rooms.status(ROOM).ticks_at == NOON
    now[0] += timedelta(seconds=20)
    assert console.rooms.status(ROOM).ticks_at == NOON

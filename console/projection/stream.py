"""Stream: the events of one room for one reader: what it missed, what changes, and a pulse every 2 s."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from typing import Final, Literal, NamedTuple

from console.api.parts import StreamEvent
from console.api.problems import ProblemError
from console.projection.alerts.row import ListRowError
from console.projection.listeners import Listener, RoomEvent, StreamPlace
from console.projection.room import KnownRoom
from console.wire.events import Bye, Reset, Status
from schemas.phrases.language import Language
from streams import metrics, topics

log = logging.getLogger(__name__)

STATUS_S: Final = 2.0
CATCH_UP_S: Final = 3.0
"""How long a reader that knows more than this console is kept waiting, since a second console may be some records behind."""
LOOK_S: Final = 0.1
TOPICS: Final = {"alert": topics.ALERT_STATE, "decision": topics.DECISION_LOG}
"""Of which topic a record is that an event tells."""
_ID: Final = re.compile(r"(-1|\d{1,18})\.(-1|\d{1,18})(?:\.(\d{1,10}))?", re.ASCII)


class StreamPosition(NamedTuple):
    """Stream position: what stands up to an offset on `alert-state` and one on `decision-log` is known.

    `made` tells these topics apart from others that had their names; empty where nobody said it, and then nothing is compared.
    """

    alert: int
    decision: int
    made: str = ""


NOTHING: Final = StreamPosition(-1, -1)
"""Of who knows nothing yet, and takes what there is."""


def position_of(event_id: str | None) -> StreamPosition:
    """Return the position that an id of the stream stands for; before everything where there is none.

    Raises:
        ProblemError: 422, it is no id.
    """
    if event_id is None:
        return NOTHING
    found = _ID.fullmatch(event_id)
    if found is None:
        raise ProblemError(422, "invalid", "expected an id of the stream", {"since": "<offset>.<offset>"})
    return StreamPosition(int(found[1]), int(found[2]), found[3] or "")


async def events(
    room: KnownRoom,
    since: StreamPosition,
    language: Language,
    whole: Callable[[], bool],
    status: Callable[[], Status],
    place: StreamPlace,
) -> AsyncIterator[StreamEvent]:
    """Yield a room's events from a position on.

    Args:
        room: The room.
        since: What its reader knows.
        language: In which the words are.
        whole: Whether all lists are whole.
        status: Gives the pulse.
        place: The stream's; it is held as long as this runs.
    """
    told = _Told(room, since, language, place)
    with room.listeners.listening() as listener:
        async for pulse in _until_known(room, since, whole, listener):
            if pulse:
                yield told.event("status", status().model_dump_json().encode())
        if not listener.stopping and since[:2] != NOTHING[:2] and (reason := _unknown(room, since)):
            metrics.CONSOLE_RESETS.labels(reason).inc()
            yield told.event("reset", Reset(reason=reason).model_dump_json().encode())
            return
        for missed in room.missed(since.alert, since.decision):
            if (event := told.take(missed)) is not None:
                yield event
        loop, status_s = asyncio.get_running_loop(), 0.0
        while not listener.ends:
            if loop.time() >= status_s:
                status_s = loop.time() + STATUS_S
                yield told.event("status", status().model_dump_json().encode())
            news = await listener.next(status_s - loop.time())
            if news is not None and (event := told.take(news)) is not None:
                yield event
        if listener.stopping:
            yield told.event("bye", Bye(reason="stopping").model_dump_json().encode())
        else:
            why: Literal["restarted", "slow"] = "restarted" if listener.anew else "slow"
            metrics.CONSOLE_RESETS.labels(why).inc()
            yield told.event("reset", Reset(reason=why).model_dump_json().encode())


class _Told:
    """Told: how far a reader is, and its events with the ids that say so."""

    def __init__(self, room: KnownRoom, since: StreamPosition, language: Language, place: StreamPlace) -> None:
        self._alert, self._decision, _ = since
        self._room, self._language, self._place = room, language, place

    def take(self, event: RoomEvent) -> StreamEvent | None:
        """Return an event for the reader; None where it knows it already, or it cannot be told."""
        known = event.alert_offset <= self._alert and event.decision_offset <= self._decision
        if event.is_dated and known:
            return None
        self._alert = max(self._alert, event.alert_offset)
        self._decision = max(self._decision, event.decision_offset)
        data = json_of(event, self._language)
        return None if data is None else self.event(event.name, data)

    def event(self, name: str, data: bytes) -> StreamEvent:
        """Return an event with the reader's position."""
        metrics.CONSOLE_EVENTS.labels(name).inc()
        return self._room.position_at(self._alert, self._decision), name, data


async def _until_known(
    room: KnownRoom, since: StreamPosition, whole: Callable[[], bool], listener: Listener
) -> AsyncIterator[bool]:
    """Wait until the list is whole, and as new as its reader's, for as long as that may take; yield whether a pulse is due."""
    loop = asyncio.get_running_loop()
    status_s = known_s = 0.0
    while not listener.stopping:
        if whole():
            known_s = known_s or loop.time() + CATCH_UP_S
            if room.alerts.newest >= since.alert or _others(room, since) or loop.time() >= known_s:
                return
        due = loop.time() >= status_s
        if due:
            status_s = loop.time() + STATUS_S
        yield due
        await asyncio.sleep(LOOK_S)


def _others(room: KnownRoom, since: StreamPosition) -> bool:
    """Return whether a position is of topics that are no more."""
    return bool(since.made and room.made and since.made != room.made)


def _unknown(room: KnownRoom, since: StreamPosition) -> Literal["restarted", "too_old"] | None:
    """Return why a reader has to load the list again; None where it need not."""
    if since.alert > room.alerts.newest or _others(room, since):
        return "restarted"
    return None if room.alerts.knows_since(since.alert) else "too_old"


def json_of(event: RoomEvent, language: Language) -> bytes | None:
    """Return an event's JSON; None where its record is not as expected, which is counted."""
    try:
        return event.json(language)
    except ListRowError as error:
        metrics.CONSOLE_UNREADABLE.labels(topics.ALERT_STATE).inc()
        log.error("an alert cannot be told: %s", error)  # noqa: TRY400 - an alert that nobody sees: one line
        return None
    except Exception:  # whatever is wrong with one record: else it would end the stream of everybody, again and again
        metrics.CONSOLE_UNREADABLE.labels(TOPICS.get(event.name, "other")).inc()
        log.exception("an event cannot be told: %s", event.name)
        return None

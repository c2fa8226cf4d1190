"""Outbox: nothing that happened goes untold, and nothing is told twice without a crash."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.access.outbox import TAKEN_S, AccessEvent, AuditOutbox
from console.access.store import AccessStore
from console.wire.problems import ProblemError
from tests.support.console.access import HeardAudits, SetClock


def outbox(folder: Path, clock: SetClock) -> AuditOutbox:
    return AuditOutbox(AccessStore(folder / "access.sqlite"), clock)


def add(box: AuditOutbox, *actors: str) -> None:
    with box._store.writing() as db:
        for actor in actors:
            box.add(db, AccessEvent(actor, "login", "session", actor, "local"))


def test_events_are_told_in_their_order_and_once(tmp_path: Path) -> None:
    """Each with an identity of its own, so that a repeat can be known."""
    box, audits = outbox(tmp_path, SetClock()), HeardAudits()
    add(box, "a", "b", "c")
    asyncio.run(box.tell_once(audits))
    asyncio.run(box.tell_once(audits))
    assert [each["actor"] for each in audits.told] == ["a", "b", "c"]
    assert len({each["cause_id"] for each in audits.told}) == 3
    assert box.waiting() == 0


def test_what_an_audit_that_is_away_did_not_take_waits(tmp_path: Path) -> None:
    """Also over a restart of the console."""
    clock, audits = SetClock(), HeardAudits(away=True)
    box = outbox(tmp_path, clock)
    add(box, "a", "b")
    with pytest.raises(ProblemError):
        asyncio.run(box.tell_once(audits))
    assert box.waiting() == 2
    audits.away, happened_at = False, clock.now
    clock.forward(minutes=20)
    asyncio.run(outbox(tmp_path, clock).tell_once(audits))
    assert [(each["actor"], each["at"]) for each in audits.told] == [("a", happened_at), ("b", happened_at)]


def test_two_consoles_tell_each_event_once(tmp_path: Path) -> None:
    """While one tells it, the other leaves it; what a killed one took is told by the other, later."""
    clock, audits = SetClock(), HeardAudits()
    one, other = outbox(tmp_path, clock), outbox(tmp_path, clock)
    add(one, *"abcdefgh")

    async def both() -> None:
        await asyncio.gather(one.tell_once(audits), other.tell_once(audits))

    asyncio.run(both())
    assert sorted(each["actor"] for each in audits.told) == list("abcdefgh")
    add(one, "i")
    assert one._take() is not None  # and is killed
    asyncio.run(other.tell_once(audits))
    assert len(audits.told) == 8
    clock.forward(seconds=TAKEN_S + 1)
    asyncio.run(other.tell_once(audits))
    assert [each["actor"] for each in audits.told][8:] == ["i"]


def test_it_goes_on_telling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes later, and through an outage."""
    monkeypatch.setattr("console.access.outbox.AGAIN_S", 0.001)
    monkeypatch.setattr("console.access.outbox.LONGEST_S", 0.001)
    box, audits = outbox(tmp_path, SetClock()), HeardAudits(away=True)
    add(box, "a")

    async def live() -> None:
        telling = asyncio.ensure_future(box.tell_forever(audits))
        await asyncio.sleep(0.02)
        audits.away = False
        while not audits.told:
            await asyncio.sleep(0.001)
        add(box, "b")
        while len(audits.told) < 2:
            await asyncio.sleep(0.001)
        telling.cancel()

    asyncio.run(asyncio.wait_for(live(), 20))
    assert [each["actor"] for each in audits.told] == ["a", "b"]

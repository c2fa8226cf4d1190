"""The stage `audit` puts each event into the chain once, whatever comes again."""

from __future__ import annotations

from datetime import datetime, timedelta

from schemas.audit import AuditEntry, AuditEvent
from schemas.codec import parse
from streams.domain.audit.chain import GENESIS, HeadRow
from streams.domain.audit.verify import ChainCheck
from streams.stages.audit import HEAD, Audit
from streams.stages.base import Input
from streams.topics import AUDIT, AUDIT_CHAIN
from tests.support.audit import audit_event
from tests.support.rows import FakeRows
from tests.support.situations import NOON


def taken(number: int, offset: int | None = None, at: datetime | None = None) -> tuple[Input, datetime]:
    """Return the nth event as an input, and when the broker took it."""
    event = audit_event(number)
    now = at or event.at + timedelta(seconds=1)
    return Input(event, b"", AUDIT, 0, number if offset is None else offset, event.message_id(), now), now


def chained(rows: FakeRows, *inputs: tuple[Input, datetime]) -> list[AuditEntry]:
    """Return the entries that inputs make."""
    outputs = [output for item, now in inputs for output in Audit().handle(item, rows, now)]
    assert {output.topic for output in outputs} <= {AUDIT_CHAIN}
    return [output.message for output in outputs if isinstance(output.message, AuditEntry)]


def test_each_event_is_an_entry_that_names_the_one_before() -> None:
    """With all that was told, by whom the broker got it and when."""
    entries = chained(FakeRows(), *(taken(number) for number in range(3)))
    assert [each.sequence for each in entries] == [0, 1, 2]
    assert [each.previous_hash for each in entries] == [GENESIS, entries[0].hash, entries[1].hash]
    event = audit_event(1)
    assert entries[1].event_id == event.message_id()
    assert entries[1].told_at == event.at + timedelta(seconds=1)
    same = event.model_dump(exclude={"cause_id"})
    assert entries[1].model_dump(include=set(same)) == same


def test_what_is_in_the_chain_is_not_put_there_again() -> None:
    """Also where the group's offsets are lost, and events come that were told long before the last 2,048."""
    rows = FakeRows()
    chained(rows, *(taken(number) for number in range(5)))
    assert chained(rows, *(taken(number) for number in range(5))) == []
    (more,) = chained(rows, taken(5))
    assert more.sequence == 5


def test_a_topic_that_was_made_anew_goes_on_with_the_chain() -> None:
    """Its offsets begin again, later."""
    rows = FakeRows()
    chained(rows, *(taken(number) for number in range(5)))
    (entry,) = chained(rows, taken(9, offset=0, at=NOON + timedelta(hours=1)))
    assert entry.sequence == 5


def test_an_event_that_is_sent_again_later_is_chained() -> None:
    """From the dead letters: with its first time, and a later offset; the head's time does not go back."""
    rows = FakeRows()
    chained(rows, *(taken(number) for number in range(5)))
    (entry,) = chained(rows, taken(1, offset=6))
    assert entry.sequence == 5
    head = rows.get(HEAD, HeadRow)
    assert head is not None
    assert head.told_at == NOON + timedelta(seconds=5)
    assert chained(rows, taken(4)) == []


def test_events_of_earlier_releases_are_chained() -> None:
    """They name no control room."""
    old = (
        b'{"cause_id":"r-1","actor":"op","action":"snapshot","object_type":"camera","object_id":"cam-1",'
        b'"result":"pixelated","at":"2026-11-29T10:00:00Z"}'
    )
    event = parse(AuditEvent, old)
    item = Input(event, old, AUDIT, 0, 0, event.message_id(), event.at)
    (entry,) = chained(FakeRows(), (item, event.at))
    check = ChainCheck()
    assert check.take(entry.model_dump_json().encode(), 0) == entry
    assert check.finish() == ()

"""What inputs caused is remembered in rings, one for each topic."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.codec import Encoded
from streams.kafka.record import EncodedOutput
from streams.runtime import processed as module
from streams.runtime.processed import Done, ProcessedInputs
from streams.runtime.state import PartitionState, StateRows
from streams.stages.row_versions import ROWS
from tests.support.kafka import FakeDatabase
from tests.support.rows import FakeRows

SLOTS = 4


def remembered(rows: FakeRows, *inputs: tuple[str, str]) -> ProcessedInputs:
    """Return the rings after these inputs (topic, event id), which caused nothing but rows."""
    found = ProcessedInputs(rows)
    for topic, event_id in inputs:
        found.remember(topic, event_id, [], rows)()
    return found


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the rings small."""
    monkeypatch.setattr(module, "SLOTS", SLOTS)


def test_a_flood_on_one_topic_pushes_out_nothing_of_another() -> None:
    """What overtakes is taken first after a crash, and what was taken before it must still be known then."""
    rows = FakeRows()
    flood = [("evidence-urgent", f"urgent-{number}") for number in range(SLOTS + 2)]
    known = remembered(rows, ("evidence", "first"), *flood)
    for rings in (known, ProcessedInputs(rows)):  # the second is rebuilt, as after a restart
        assert rings.find("first", rows) == []
        assert rings.find("urgent-1", rows) is None
        assert rings.find("urgent-2", rows) == []


def test_a_ring_goes_on_where_it_was_after_a_restart() -> None:
    """The oldest is replaced next, and no more rows come to be than there are places."""
    rows = FakeRows()
    remembered(rows, *(("evidence", str(number)) for number in range(SLOTS + 1)))
    after = ProcessedInputs(rows)
    after.remember("evidence", "new", [], rows)()
    assert after.find("1", rows) is None
    assert [after.find(each, rows) for each in ("2", "3", "4", "new")] == [[]] * 4
    assert len(rows.names("done/")) == SLOTS


def test_an_input_that_comes_on_another_topic_is_still_known() -> None:
    """A report may change its lane between two starts with other rules."""
    rows = FakeRows()
    known = remembered(rows, ("evidence", "a"))
    assert known.find("a", rows) == []


def sent(topic: str, partition: int, key: str, message: Encoded) -> EncodedOutput:
    """Return a message as it is sent to one of its topics."""
    return EncodedOutput(topic, partition, Encoded(key.encode(), message.value, message.headers))


def test_a_message_for_two_topics_is_kept_once_and_repeated_as_it_was() -> None:
    """Also one of the same words and other headers, which is another message."""
    alert = Encoded(b"", b'{"title":"\xc3\xa9\\n"}', [("ce_id", b"1"), ("ce_type", b"alert")])
    again = Encoded(b"", alert.value, [("ce_id", b"2"), ("ce_type", b"alert")])
    outputs = [
        sent("alerts", 1, "room", alert),
        sent("alert-state", 1, "alert-1", alert),
        sent("alerts", 1, "room", again),
        sent("decision-log", 1, "room", Encoded(b"", b"{}", [("ce_id", b"3")])),
    ]
    rows = FakeRows()
    known = ProcessedInputs(rows)
    known.remember("evidence", "event", outputs, rows)()
    for rings in (known, ProcessedInputs(rows)):
        assert rings.find("event", rows) == outputs
    done = rows.get("done/evidence/00000", Done)
    assert done is not None
    assert [message for *_, message in done.records] == [0, 0, 1, 2]
    assert len(done.messages) == 3


def test_what_the_first_version_kept_is_repeated_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """It had the headers with each record and the documents apart."""
    monkeypatch.setattr(module, "SLOTS", 2_048)
    samples = json.loads((Path(__file__).parents[3] / "data/state/v1/done.json").read_text())
    assert any(json.loads(raw)["records"] for raw in samples.values())
    for name, raw in samples.items():
        before, rows = json.loads(raw), FakeRows()
        rows.put(name, ROWS.read(name, raw.encode(), Done))
        found = ProcessedInputs(rows).find(before["event_id"], rows)
        assert found == [
            EncodedOutput(
                record["topic"],
                record["partition"],
                Encoded(
                    record["key"].encode(),
                    before["values"][record["value"]].encode(),
                    [(header, value.encode()) for header, value in record["headers"]],
                ),
            )
            for record in before["records"]
        ]


def test_what_was_done_is_not_kept_in_memory() -> None:
    """It is read for a repeated input alone; a slot that is written again is told as it is now."""
    state = PartitionState(FakeDatabase)
    for number in range(2 * SLOTS):
        rows = StateRows(state)
        ProcessedInputs(rows).remember("evidence", f"event-{number}", [], rows)()
        state.stage(number, rows)
    assert not state.parsed
    rows = StateRows(state)
    known = ProcessedInputs(rows)
    assert known.find("event-0", rows) is None
    assert known.find(f"event-{2 * SLOTS - 1}", rows) == []
    assert not state.parsed


class SteppedClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def test_what_an_input_caused_is_kept_for_a_day() -> None:
    """Whatever else comes, and on a topic on which nothing more comes; an input of since then is known as before."""
    rows, clock = FakeRows(), SteppedClock()
    known = ProcessedInputs(rows, clock)
    message = Encoded(b"", b'{"place":"Planted Street"}', [("ce_id", b"1")])
    known.remember("partner-oov-answers", "answer", [sent("partner-oov", 0, "room", message)], rows)()
    clock.now += timedelta(seconds=module.REMEMBERED_S - 1)
    known.remember("room-ticks", "tick-1", [], rows)()
    assert known.find("answer", rows) is not None
    again = ProcessedInputs(rows, clock)  # a restart does not prolong it
    for rings in (known, again):
        clock.now += timedelta(seconds=1)
        rings.remember("room-ticks", f"tick-{clock.now}", [], rows)()
        assert rings.find("answer", rows) is None
        assert rings.find("tick-1", rows) == []
    assert "Planted" not in str(rows.documents)


def test_what_is_forgotten_is_forgotten_only_with_what_is_written() -> None:
    """An input whose rows are not kept, since they are too large, forgets nothing for good in memory alone."""
    rows, clock = FakeRows(), SteppedClock()
    known = ProcessedInputs(rows, clock)
    known.remember("alerts", "first", [], rows)()
    clock.now += timedelta(days=2)
    other = FakeRows()
    known.remember("alerts", "refused", [], other)
    assert known.find("first", rows) == []
    assert known.find("refused", rows) is None
    known.remember("room-ticks", "later", [], rows)()
    assert known.find("first", rows) is None


def test_a_ring_that_turned_over_leaves_nothing_behind() -> None:
    """Rows that newer inputs replaced are not deleted with the time of the older ones."""
    rows, clock = FakeRows(), SteppedClock()
    known = ProcessedInputs(rows, clock)
    for number in range(SLOTS):
        known.remember("alerts", f"old-{number}", [], rows)()
    clock.now += timedelta(hours=23)
    for number in range(SLOTS):
        known.remember("alerts", f"new-{number}", [], rows)()
    clock.now += timedelta(hours=2)
    known.remember("alerts", "newest", [], rows)()
    assert [known.find(f"new-{number}", rows) for number in range(1, SLOTS)] == [[]] * (SLOTS - 1)
    clock.now += timedelta(days=2)
    for number in range(2):
        known.remember("alerts", f"last-{number}", [], rows)()
    assert [known.find(f"new-{number}", rows) for number in range(SLOTS)] == [None] * SLOTS
    assert set(known._name_of) == {"last-0", "last-1"}


def test_what_names_a_deleted_case_is_forgotten_with_it() -> None:
    """In a key, a header or a document; what others caused stays, and goes on as it was."""
    rows = FakeRows()
    known = ProcessedInputs(rows)
    for name, sent in (
        ("key", EncodedOutput("alerts", 0, Encoded(b"alert-7", b"{}", []))),
        ("document", EncodedOutput("alerts", 0, Encoded(b"room", b'{"id": "alert-7"}', []))),
        ("header", EncodedOutput("alerts", 0, Encoded(b"room", b"{}", [("ce_subject", b"alert-7")]))),
    ):
        known.remember("evidence", name, [sent], rows)()
    known.remember("actions", "other", [EncodedOutput("alerts", 0, Encoded(b"room", b"alert-8", []))], rows)()
    known.forget({"alert-7"}, None, rows)
    assert [name for name in ("key", "document", "header") if known.find(name, rows) is not None] == []
    assert known.find("other", rows) is not None
    assert b"alert-7" not in b"".join(rows.documents.values())
    again = ProcessedInputs(rows)
    again.remember("evidence", "next", [], rows)()
    assert again.find("next", rows) == []


def test_what_is_old_is_forgotten_by_its_own_time() -> None:
    """A ring of a quiet topic would else keep its messages for months: rows have no end of their own."""
    rows = FakeRows()
    known = ProcessedInputs(rows)
    for name, at in (("old", "2026-10-01T00:00:00.000000Z"), ("new", "2026-11-24T00:00:00.000000Z")):
        sent = EncodedOutput("alerts", 0, Encoded(b"room", b"{}", [("ce_handledat", at.encode())]))
        known.remember("evidence", name, [sent], rows)()
    known.remember("evidence", "nothing", [], rows)()
    known.forget((), datetime(2026, 11, 1, tzinfo=UTC), rows)
    assert known.find("old", rows) is None
    assert known.find("new", rows) is not None
    assert known.find("nothing", rows) == []

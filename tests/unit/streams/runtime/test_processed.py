"""What inputs caused is remembered in rings, one for each topic."""

from __future__ import annotations

import pytest

from streams.runtime import processed as module
from streams.runtime.processed import ProcessedInputs
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

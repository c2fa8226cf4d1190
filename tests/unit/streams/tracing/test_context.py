"""The header of a trace: as W3C writes it, read with care, and continued the same way each time."""

from __future__ import annotations

import pytest

from streams.tracing.context import (
    TRACEPARENT,
    TraceContext,
    context_of,
    derived_context,
    new_context,
    read_context,
    with_context,
)

GIVEN = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""The example of the recommendation, § 3.2.3."""
CONTEXT = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", True)


def test_the_recommendations_example_is_read_and_written_as_it_is() -> None:
    """And what other flags it has beside the one that we know does not matter."""
    assert read_context(GIVEN) == CONTEXT
    assert CONTEXT.header() == GIVEN
    assert read_context(GIVEN[:-2] + b"00") == CONTEXT._replace(sampled=False)
    assert read_context(GIVEN[:-2] + b"03") == CONTEXT


@pytest.mark.parametrize(
    "value",
    [
        None, b"", b"00", b"01" + GIVEN[2:], GIVEN.upper(), GIVEN + b"-x", GIVEN + b"\n", b" " + GIVEN, b"\xff" * 55,
        b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01", b"00-0af7651916cd43dd8448eb211c80319c-" + b"0" * 16 + b"-01",
    ],
)  # fmt: skip
def test_what_is_no_context_is_as_if_it_were_not_there(value: bytes | None) -> None:
    """Whoever wrote it: nothing is refused for its trace."""
    assert read_context(value) is None
    assert context_of([(TRACEPARENT, value)]) is None


def test_what_follows_from_the_same_names_is_the_same_and_from_others_another() -> None:
    """So a stage that takes an input again sends the same header."""
    first = CONTEXT.continued("decide", "evidence", "id-1")
    assert first == CONTEXT.continued("decide", "evidence", "id-1")
    assert first.trace_id == CONTEXT.trace_id
    others = {
        CONTEXT.continued("share", "evidence", "id-1"),
        CONTEXT.continued("decide", "evidence", "id-2"),
        CONTEXT,
        first,
    }
    assert len(others) == 4
    assert derived_context(1.0, "a", "b") == derived_context(1.0, "a", "b") != derived_context(1.0, "ab", "")


def test_a_trace_that_begins_is_chance() -> None:
    """Nobody can work out the trace of a message whose id he knows."""
    assert len({new_context(1.0).trace_id for _ in range(50)}) == 50


@pytest.mark.parametrize(("share", "least", "most"), [(0.0, 0, 0), (1.0, 2_000, 2_000), (0.25, 400, 600)])
def test_the_share_is_of_traces(share: float, least: int, most: int) -> None:
    """By the trace's id, so that all of a trace is told or nothing of it."""
    told = sum(derived_context(share, "share", str(number)).sampled for number in range(2_000))
    assert least <= told <= most


def test_a_record_keeps_its_own_context_and_a_tombstone_stays_bare() -> None:
    """A copy that is sent on is of the trace of its original; a header would make a tombstone a record."""
    other = CONTEXT.beside()
    assert with_context([("ce_id", b"1")], CONTEXT) == [("ce_id", b"1"), (TRACEPARENT, GIVEN)]
    assert with_context([(TRACEPARENT, GIVEN)], other) == [(TRACEPARENT, GIVEN)]
    assert with_context([], CONTEXT) == []

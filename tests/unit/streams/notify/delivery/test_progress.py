"""Progress: what is committed, and what a restart does again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.notify.delivery.progress import MOST_BYTES, Progress, read_done, written_done


def test_the_first_that_is_not_done_is_committed_and_what_is_done_beyond_it_is_told() -> None:
    """Offsets need not follow one another: transactions and compaction leave gaps."""
    progress = Progress(10)
    assert [progress.take(offset) for offset in (10, 11, 14, 15, 16)] == [True] * 5
    for offset in (11, 15, 16):
        progress.finish(offset)
    assert (progress.first, progress.metadata) == (10, "done:11,15+1")
    again = Progress(progress.first, progress.metadata)
    assert [offset for offset in (10, 11, 14, 15, 16, 17) if again.take(offset)] == [10, 14, 17]
    progress.finish(10)
    progress.finish(14)
    assert (progress.first, progress.metadata) == (17, "")


def test_nothing_read_commits_where_it_began() -> None:
    """And an offset that was committed before is not done again."""
    progress = Progress(5)
    assert progress.first == 5
    assert not progress.take(4)


@given(st.lists(st.integers(0, 400), unique=True), st.sets(st.integers(0, 400)))
def test_whatever_was_done_when_it_was_committed_is_not_done_again(offsets: list[int], done: set[int]) -> None:
    """And whatever was not is."""
    progress = Progress(0)
    taken = sorted(offsets)
    for offset in taken:
        progress.take(offset)
    for offset in done & set(taken):
        progress.finish(offset)
    again = Progress(progress.first, progress.metadata)
    repeated = {offset for offset in taken if offset >= progress.first and again.take(offset)}
    assert repeated == set(taken) - done


def test_metadata_that_would_be_too_long_tells_as_much_as_fits() -> None:
    """Kafka refuses a commit with more than 4,096 bytes of it."""
    text = written_done(range(0, 20_000, 2))
    assert MOST_BYTES - 20 < len(text) <= MOST_BYTES
    found = sorted(read_done(text))
    assert found == list(range(0, 2 * len(found), 2))


@given(st.text(max_size=200) | st.text("done:0123456789,+", max_size=60).map("done:".__add__))
def test_what_another_program_committed_names_nothing_or_offsets(text: str) -> None:
    """It neither breaks nor grows."""
    assert all(isinstance(each, int) for each in read_done(text))
    assert len(read_done("done:1+999999999")) == 0

"""Acknowledgements go out in the order in which inputs were taken."""

from functools import partial

from streams.ledger import Ledger


def test_nothing_overtakes_an_unfinished_input() -> None:
    """An input that is done waits for the one before it."""
    released: list[int] = []
    ledger = Ledger()
    entries = [ledger.take(partial(released.append, number)) for number in range(4)]

    assert ledger.finish(entries[1]) == 0
    assert ledger.finish(entries[3]) == 0
    assert released == []
    assert ledger.finish(entries[0]) == 2
    assert released == [0, 1]
    assert len(ledger) == 2
    assert ledger.finish(entries[2]) == 2
    assert released == [0, 1, 2, 3]
    assert len(ledger) == 0


def test_a_revoked_partition_releases_nothing_any_more() -> None:
    """After a drop, an input that finishes late is not acknowledged: its new owner takes it again."""
    released: list[int] = []
    ledger = Ledger()
    entry = ledger.take(lambda: released.append(1))
    ledger.drop()

    assert ledger.finish(entry) == 0
    assert released == []

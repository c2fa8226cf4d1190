"""Tries: five a minute for one account from one address, thirty from one address, and no way to lock others out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.access.store import AccessStore
from console.access.tries import FOR_ONE_ACCOUNT, FROM_ONE_ADDRESS, WITHIN_S, count_try, forget_tries, wait_s

HERE, ELSEWHERE = "10.0.0.7", "10.0.0.8"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a store's connection within a transaction."""
    store = AccessStore(tmp_path / "access.sqlite")
    with store.writing() as connection:
        yield connection
    store.close()


def test_the_sixth_within_a_minute_waits(db: sqlite3.Connection) -> None:
    """Until the first is a minute old; what is refused does not count, so waiting as told is enough."""
    assert [count_try(db, "jan", HERE, 10.0 * n).later_s for n in range(5)] == [0] * 5
    assert count_try(db, "jan", HERE, 45.0).later_s == 15
    assert count_try(db, "JAN", HERE, 50.0).later_s == 10
    assert count_try(db, "jan", HERE, 60.0).later_s == 0
    assert count_try(db, "jan", HERE, 60.5).later_s == 10


def test_a_flood_from_elsewhere_locks_nobody_out(db: sqlite3.Connection) -> None:
    """The owner of the account, at their own machine, gets in."""
    for _ in range(50):
        count_try(db, "jan", ELSEWHERE, 1.0)
    assert count_try(db, "jan", ELSEWHERE, 1.0).later_s
    assert count_try(db, "jan", HERE, 1.0).later_s == 0


def test_many_names_from_one_address_wait_too(db: sqlite3.Connection) -> None:
    """Thirty tries a minute for whichever account; the audit is told of that once."""
    assert all(count_try(db, f"name-{n}", HERE, 1.0).later_s == 0 for n in range(FROM_ONE_ADDRESS))
    refused = [count_try(db, f"name-{n}", HERE, 2.0) for n in range(100, 140)]
    assert all(each.later_s for each in refused)
    assert [each.tell for each in refused] == [True] + [False] * 39
    assert count_try(db, "name-1", HERE, 61.0).later_s == 0
    assert db.execute("SELECT count(*) FROM tries").fetchone()[0] <= 3


def test_who_gets_in_begins_anew(db: sqlite3.Connection) -> None:
    """Four slips and a login do not make the next slip the last."""
    for _ in range(FOR_ONE_ACCOUNT):
        count_try(db, "jan", HERE, 1.0)
    forget_tries(db, "Jan", HERE)
    assert count_try(db, "jan", HERE, 2.0).later_s == 0


def test_a_clock_that_goes_back_locks_nobody_out(db: sqlite3.Connection) -> None:
    """Tries of a later time than now, by more than a minute, are forgotten."""
    for _ in range(FOR_ONE_ACCOUNT):
        count_try(db, "jan", HERE, 10_000.0)
    assert count_try(db, "jan", HERE, 1.0).later_s == 0


def test_no_name_is_kept(db: sqlite3.Connection) -> None:
    """What is typed as a name may be a password."""
    count_try(db, "hunter2-hunter2", HERE, 1.0)
    assert b"hunter2" not in bytes(str(db.execute("SELECT * FROM tries").fetchall()[0]["account"]), "utf-8")


@given(st.lists(st.floats(0, WITHIN_S), max_size=12).map(sorted), st.integers(1, 6))
def test_waiting_as_told_is_enough_and_no_longer_than_a_minute(at_s: list[float], allowed: int) -> None:
    """For any tries of the last minute."""
    later_s = wait_s(at_s, allowed, WITHIN_S)
    assert 0 <= later_s <= WITHIN_S
    left = [each for each in at_s if each > later_s]
    assert not later_s or len(left) < allowed
    assert bool(later_s) is (len(at_s) >= allowed)

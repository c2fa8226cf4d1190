"""Openings: who opened which alert is told once an opening, and nobody waits for it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.access.openings import ONE_LOOK, SAME_OPENING, AlertOpenings, is_opening
from console.wire.people import Role
from tests.support.console.access import Access, SetClock, make_access
from tests.support.console.people import somebody

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
ANNA, BEN = somebody("anna", Role.OPERATOR), somebody("ben", Role.OPERATOR)
MOMENT = timedelta(microseconds=1)


def openings(access: Access) -> AlertOpenings:
    return AlertOpenings(access.store, access.outbox, access.clock)


@pytest.mark.parametrize(
    ("told", "reread", "expected"),
    [
        (None, False, True),
        (None, True, True),
        (timedelta(0), False, False),
        (ONE_LOOK - MOMENT, False, False),
        (ONE_LOOK, False, True),
        (ONE_LOOK, True, False),
        (SAME_OPENING - MOMENT, True, False),
        (SAME_OPENING, True, True),
    ],
)
def test_what_the_page_reads_again_is_the_same_opening_for_ten_minutes(
    told: timedelta | None, reread: bool, expected: bool
) -> None:
    """And nobody's first look is hidden by saying so."""
    assert is_opening(None if told is None else NOW - told, NOW, reread) is expected


def test_each_opening_is_told_with_who_what_and_where(tmp_path: Path) -> None:
    """Also the same alert again, and by somebody else; not what changed meanwhile."""
    access = make_access(tmp_path)
    noting = openings(access)
    noting.note(ANNA, "amstelveen", "a-1", False)
    noting.note(BEN, "amstelveen", "a-1", False)
    access.clock.forward(minutes=1)
    noting.note(ANNA, "amstelveen", "a-1", True)
    noting.note(ANNA, "amstelveen", "a-2", False)
    noting.note(ANNA, "amstelveen", "a-1", False)
    rows = access.store.rows("SELECT actor, action, object_type, object_id, result, room FROM untold ORDER BY rowid")
    told = [tuple(row) for row in rows]
    assert told == [
        (who, "view_alert", "alert", alert, "shown", "amstelveen")
        for who, alert in (("anna", "a-1"), ("ben", "a-1"), ("anna", "a-2"), ("anna", "a-1"))
    ]


def test_one_that_stands_open_is_told_again_and_what_is_long_ago_is_not_kept(tmp_path: Path) -> None:
    """Every ten minutes at most, however often it changes; memory has what is younger alone."""
    access = make_access(tmp_path)
    noting = openings(access)
    for _ in range(61):
        noting.note(ANNA, "amstelveen", "a-1", True)
        access.clock.forward(seconds=30)
    assert access.outbox.waiting() == 4
    for number in range(50):
        noting.note(ANNA, "amstelveen", f"b-{number}", False)
        access.clock.forward(minutes=1)
    assert len(noting._told) == 10


def test_a_full_disk_keeps_nobody_from_an_alert(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is an error in the log, and told as soon as it can be."""
    access = make_access(tmp_path, SetClock())
    noting = openings(access)
    with access.store.writing() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    access.store._db.execute(f"PRAGMA max_page_count = {pages}")
    with caplog.at_level(logging.ERROR):
        for number in range(400):
            noting.note(ANNA, "amstelveen", f"a-{number}", False)
    assert "the audit is not told that an alert was opened" in caplog.text
    access.store._db.execute("PRAGMA max_page_count = 1073741823")
    waiting = access.outbox.waiting()
    noting.note(ANNA, "amstelveen", "a-399", True)
    assert access.outbox.waiting() == waiting + 1

"""Identities that are derived from their causes, and times in one form."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from schemas.base import NAMESPACE, derive_id, iso_utc


@given(st.lists(st.text(max_size=20), max_size=4))
def test_derived_ids_are_uuid5(causes: list[str]) -> None:
    """Any other program can derive the same identity with its own UUIDv5."""
    assert derive_id(*causes) == str(uuid.uuid5(NAMESPACE, "\x1f".join(causes)))


def test_causes_do_not_run_into_each_other() -> None:
    """The border between two causes counts."""
    assert derive_id("a", "bc") != derive_id("ab", "c")


def test_iso_utc() -> None:
    """Microseconds and a Z, whatever the zone."""
    local = datetime(2026, 11, 24, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert iso_utc(local) == iso_utc(datetime(2026, 11, 24, 12, tzinfo=UTC)) == "2026-11-24T12:00:00.000000Z"

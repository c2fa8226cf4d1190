"""An answer to a request for a picture has a picture or a reason."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.snapshots import SnapshotReference, SnapshotRefusal, SnapshotRequest
from tests.support.messages import NOON, example

PICTURE = {"captured_at": NOON, "width_px": 64, "height_px": 48}
NOTHING = {"captured_at": None, "width_px": None, "height_px": None}


@pytest.mark.parametrize(
    "changes", [PICTURE, NOTHING | {"refused": SnapshotRefusal.TOO_OLD}], ids=["a picture", "a refusal"]
)
def test_a_picture_or_a_refusal(changes: dict[str, Any]) -> None:
    """Both happened at a time, and have the identity of their request's answer."""
    answer = example(SnapshotReference, **changes)
    assert answer.happened_at() == NOON
    assert answer.message_id() == example(SnapshotReference).message_id()


@pytest.mark.parametrize(
    "changes",
    [
        NOTHING,
        PICTURE | {"refused": SnapshotRefusal.TOO_OLD},
        PICTURE | {"captured_at": None},
        NOTHING | {"refused": SnapshotRefusal.TOO_OLD, "width_px": 64},
    ],
)
def test_neither_or_both_is_no_answer(changes: dict[str, Any]) -> None:
    """What is half a picture is refused as a message."""
    with pytest.raises(ValidationError, match="captured_at, width_px and height_px, or refused"):
        example(SnapshotReference, **changes)


def test_nobody_asks_for_persons_by_default() -> None:
    """A request of an older sender has no such field."""
    assert example(SnapshotRequest).unblurred is False

"""Which kept picture shows a moment, and when there is none to show."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cameras import FrameReference
from schemas.phrases.catalogue import sentence
from schemas.snapshots import SnapshotRefusal, SnapshotRequest
from streams.domain.cameras.snapshots import AHEAD, Chosen, NotYet, RefusedSnapshot, choose_picture, may_see_persons
from tests.support.messages import NOON, example


def frames(*at_s: float, quiet_s: dict[float, float] | None = None) -> list[FrameReference]:
    """Return pictures, each so many seconds after noon."""
    quiet = quiet_s or {}
    return [
        example(FrameReference, sequence=number, captured_at=at(second), quiet_s=quiet.get(second, 0.0))
        for number, second in enumerate(at_s)
    ]


def at(second: float) -> datetime:
    """Return a moment after noon."""
    return NOON + timedelta(seconds=second)


def chosen(
    kept: list[FrameReference], moment_s: float, now_s: float = 100, online: bool = True, asked_s: float | None = None
) -> int | SnapshotRefusal | None:
    """Return the chosen picture, the reason why none is, or None for later."""
    asked_at = at(now_s - 2 if asked_s is None else asked_s)
    found = choose_picture(kept, online, at(moment_s), at(now_s), asked_at)
    if isinstance(found, RefusedSnapshot):
        assert sentence(found.what)
        return found.reason
    return found.index if isinstance(found, Chosen) else None


@pytest.mark.parametrize(
    ("kept", "moment_s", "result"),
    [
        ((), 50, SnapshotRefusal.NO_PICTURE),
        ((50,), 50, 0),
        ((50,), 45, 0),
        ((50,), 44.9, SnapshotRefusal.TOO_OLD),
        ((50, 51), 50.4, 0),
        ((50, 51), 50.5, 1),
        ((50, 51), 50.6, 1),
        ((50, 50, 51), 50, 0),
        ((50, 60), 55, 1),
        ((50, 61), 55.5, SnapshotRefusal.NO_PICTURE),
        ((50, 61), 54, 0),
        ((50,), 92, 0),
        ((50,), 92.1, SnapshotRefusal.IN_THE_FUTURE),
    ],
)
def test_the_nearest_picture_answers(kept: tuple[float, ...], moment_s: float, result: int | SnapshotRefusal) -> None:
    """Before the oldest, in a gap and beyond what can come there is none, and a reason."""
    assert chosen(frames(*kept), moment_s, now_s=100, asked_s=90) == result


@pytest.mark.parametrize(
    ("moment_s", "result"), [(20, 0), (29.9, 0), (30, 1), (11, 0), (10.5, 0), (9.9, 0), (31, 2), (30.4, 1)]
)
def test_what_a_quiet_camera_showed_holds_until_something_moves(moment_s: float, result: int) -> None:
    """Pictures without motion are not sent: the one before stands for them, and not the one with the motion."""
    assert chosen(frames(10, 30, 31, quiet_s={30: 19.8}), moment_s) == result


@pytest.mark.parametrize(
    ("online", "newest_s", "moment_s", "result"),
    [
        (True, 40, 100, 0),
        (False, 40, 100, SnapshotRefusal.NO_PICTURE),
        (False, 96, 100, 0),
        (True, 100 - 3601, 100, SnapshotRefusal.NO_PICTURE),
        (False, 40, 40, 0),
    ],
)
def test_the_newest_picture_holds_while_the_camera_is_online(
    online: bool, newest_s: float, moment_s: float, result: int | SnapshotRefusal
) -> None:
    """Where it is lost, only for seconds; never for longer than a quiet time can be told."""
    assert chosen(frames(newest_s), moment_s, now_s=100, online=online) == result


def test_a_picture_that_can_still_come_is_waited_for() -> None:
    """Not for longer than the limit, and not from a camera that is offline."""
    kept = frames(99)
    assert chosen(kept, 100, now_s=100, asked_s=100) is None
    assert chosen(kept, 101.9, now_s=101, asked_s=100) is None
    assert chosen(kept, 101.9, now_s=102, asked_s=100) == 0
    assert chosen(kept, 102.1, now_s=100, asked_s=100) is SnapshotRefusal.IN_THE_FUTURE
    assert chosen(kept, 100, now_s=100, asked_s=100, online=False) == 0
    assert chosen([*kept, *frames(100.1)], 100, now_s=100.2, asked_s=100) == 1


SECONDS = st.floats(0, 200, allow_nan=False)


@given(st.lists(SECONDS, max_size=8), SECONDS, SECONDS, st.booleans())
def test_every_request_is_answered_in_the_end(kept: list[float], moment_s: float, asked_s: float, online: bool) -> None:
    """Whatever is kept, after the wait there is a picture or a reason."""
    now = at(asked_s) + AHEAD
    found = choose_picture(frames(*sorted(kept)), online, at(moment_s), now, at(asked_s))
    assert not isinstance(found, NotYet)
    if isinstance(found, Chosen):
        assert 0 <= found.index < len(kept)


@pytest.mark.parametrize(
    ("unblurred", "user", "users", "seen"),
    [
        (True, "chief", {"chief"}, True),
        (False, "chief", {"chief"}, False),
        (True, "operator", {"chief"}, False),
        (True, "operator", {""}, False),
        (True, "operator", set(), False),
    ],
)
def test_who_may_see_persons(unblurred: bool, user: str, users: set[str], seen: bool) -> None:
    """Only who asks for it and is named."""
    assert may_see_persons(example(SnapshotRequest, unblurred=unblurred, user=user), users) is seen

"""Which pictures the model looks at, and why: a function of what changed, of who is followed, and of the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.cameras import Box, DetectedObject, ObjectClass
from streams.domain.cameras.sampling import (
    BODY_M,
    FAST_M_PER_S,
    GAP_S,
    MISSED_S,
    PLACES_S,
    STILL_S,
    VAIN_S,
    Followed,
    GroundStep,
    LookReason,
    PictureChange,
    Region,
    SamplingState,
    expected,
    fastest,
    regular_due,
    sample,
    with_look,
)
from streams.domain.observations.measures import HURRYING_FROM_M_PER_S

BEGAN = datetime(2026, 1, 5, 12, tzinfo=UTC)
STILL, MOVES = PictureChange(moved=False), PictureChange(moved=True)
ELSEWHERE = Region(300, 100, 310, 120)


def at(seconds: float) -> datetime:
    """Return a moment."""
    return BEGAN + timedelta(seconds=seconds)


def person(x_px: float, track: int | None = 1, height_px: float = 100, y_px: float = 200) -> DetectedObject:
    """Return a person whose box begins there."""
    box = Box(x_min_px=x_px, y_min_px=y_px, x_max_px=x_px + 40, y_max_px=y_px + height_px)
    return DetectedObject(object_class=ObjectClass.PERSON, score=0.8, box=box, track_id=track)


def walked(px_per_s: float, until_s: float = 1.8, every_s: float = 1.0) -> Followed:
    """Return what is followed of one who walked at this speed, seen twice."""
    followed = Followed()
    for moment_s in (until_s - every_s, until_s):
        followed = with_look(followed, at(moment_s), [person(px_per_s * moment_s)])
    return followed


def after_a_look(seconds: float) -> SamplingState:
    """Return the state after a look."""
    return SamplingState(at(seconds), at(seconds), at(seconds))


@pytest.mark.parametrize(
    ("moment_s", "change", "followed", "more", "reason"),
    [
        (2.0, MOVES, walked(70), {}, LookReason.FOLLOWED),
        (2.6, MOVES, walked(70), {}, LookReason.FOLLOWED),
        (2.8, MOVES, walked(70), {}, LookReason.REGULAR),
        (2.0, STILL, walked(70), {}, LookReason.UNCHANGED),
        (2.8, STILL, walked(70), {}, LookReason.UNCHANGED),
        (2.0, MOVES, walked(120), {}, LookReason.FAST),
        (2.0, MOVES, Followed(), {}, LookReason.FOLLOWED),
        (2.0, MOVES, with_look(Followed(), at(1.8), [person(0, None)]), {}, LookReason.NEW_TRACK),
        (2.0, MOVES, with_look(Followed(), at(1.8), [person(0)]), {}, LookReason.NEW_TRACK),
        (2.0, PictureChange(moved=True, newcomers=(ELSEWHERE,)), walked(70), {}, LookReason.NEWCOMER),
        (2.0, STILL, walked(70), {"attention": True}, LookReason.ATTENTION),
        (2.0, STILL, walked(70), {"clear": False}, LookReason.VIEW),
        (2.0, STILL, walked(70), {"quiet_s": 0.2}, LookReason.QUIET_OVER),
        (1.8 + GAP_S + 0.1, STILL, walked(70), {}, LookReason.FIRST),
        (1.7, STILL, walked(70), {}, LookReason.FIRST),
    ],
)
def test_the_model_looks_for_a_reason(
    moment_s: float, change: PictureChange, followed: Followed, more: dict[str, float], reason: LookReason
) -> None:
    """One reason for each picture; the last look was at 1.8 s."""
    assert sample(after_a_look(1.8), at(moment_s), change, followed, **more)[1].reason is reason  # type: ignore[arg-type]


def test_the_first_picture_is_looked_at() -> None:
    """Nothing is known before it."""
    state, look = sample(SamplingState(), at(0), MOVES, Followed())
    assert look.reason is LookReason.FIRST
    assert state == after_a_look(0)


def test_what_stands_still_is_looked_at_now_and_then_and_its_time_is_quiet() -> None:
    """The time between is told as watched without motion, so who stands there stays."""
    state, told = after_a_look(0), []
    for number in range(1, 21):
        state, look = sample(state, at(number / 5), STILL, Followed())
        told.append(look)
    assert [each.reason for each in told] == [LookReason.UNCHANGED] * 19 + [LookReason.STILL]
    assert told[-1].quiet_s == pytest.approx(STILL_S)


def test_only_time_in_which_nothing_changed_is_quiet() -> None:
    """Who is followed and goes makes no second quiet; what moves now began after the picture before."""
    state = after_a_look(1.8)
    state, _ = sample(state, at(2.0), MOVES, walked(70))
    state, _ = sample(state, at(2.2), STILL, walked(70))
    state, _ = sample(state, at(2.4), STILL, walked(70))
    _, look = sample(state, at(2.8), MOVES, walked(70))
    assert look.reason is LookReason.REGULAR
    assert look.quiet_s == pytest.approx(0.4)


def test_quiet_time_of_capture_goes_on() -> None:
    """Capture left pictures out: its time counts, and is not called a gap."""
    _, look = sample(after_a_look(0), at(10), STILL, Followed(), quiet_s=9.8)
    assert look.reason is LookReason.QUIET_OVER
    assert look.quiet_s == pytest.approx(10)


@pytest.mark.parametrize(
    ("looked_s", "now_s", "due"),
    [
        (0.8, 1.6, False),
        (0.8, 1.8, True),
        (1.2, 1.6, False),
        (1.2, 1.8, True),
        (1.4, 1.8, False),
        (1.4, 2.8, True),
        (0.8, 2.1, True),
    ],
)
def test_each_second_has_a_look(looked_s: float, now_s: float, due: bool) -> None:
    """From .7 s on, unless one from .3 s on stands for it; what was missed is made up for."""
    assert regular_due(at(looked_s), at(now_s)) is due


@pytest.mark.parametrize(("px_per_s", "speed"), [(0, 0), (78, 0.78), (-200, 2.0)])
def test_speed_is_by_the_height_of_a_body_where_the_ground_is_not_known(px_per_s: float, speed: float) -> None:
    """A person's longer side is the height, here 100 px."""
    assert fastest(walked(px_per_s)) == pytest.approx(speed * BODY_M)


def test_speed_is_on_the_ground_where_that_is_known() -> None:
    """Who runs away from the camera goes up a tenth of a height in its picture, where a pixel is .2 m; across it is little."""

    def away(step: GroundStep | None, across_px: float = 0.0) -> Followed:
        followed = Followed()
        for moment_s in (0.8, 1.0):
            where = person(across_px * moment_s, y_px=200 - 10 * moment_s)
            followed = with_look(followed, at(moment_s), [where], find_step=lambda _: step)
        return followed

    assert fastest(away(GroundStep(0.02, 0.2))) == pytest.approx(2.0)
    assert fastest(away(None)) == pytest.approx(0.1 * BODY_M)
    assert fastest(away(GroundStep(0.02, 0.0), across_px=150)) == pytest.approx(3.0)
    assert fastest(away(GroundStep(0.0, 0.0), across_px=100)) == pytest.approx((1.0**2 + 0.1**2) ** 0.5 * BODY_M)


def test_who_is_half_hidden_grows_and_goes_nowhere() -> None:
    """The lower edge went up by half a height, the upper one stayed."""
    followed = with_look(Followed(), at(0), [person(0)])
    followed = with_look(followed, at(0.2), [person(0, height_px=50)])
    assert fastest(followed) == 0


def test_a_track_is_known_from_where_it_was_without_one() -> None:
    """So the second sight of somebody tells their speed, however fast they go; too far away it is somebody else."""
    followed = with_look(Followed(), at(0), [person(0, None), person(600, None)])
    assert fastest(with_look(followed, at(0.2), [person(100)])) == pytest.approx(5 * BODY_M)
    assert fastest(with_look(followed, at(0.2), [person(300)])) is None


def test_somebody_who_is_lost_is_expected_for_a_while() -> None:
    """Behind a tree they are no newcomer when they come out."""
    lost = with_look(walked(70), at(2.0), [])
    assert len(expected(lost, at(2.2))) == 1
    assert fastest(lost) == 0
    assert expected(with_look(lost, at(2.0 + PLACES_S + 0.1), []), at(4.2)) == []


def test_where_somebody_may_be_grows_along_their_way() -> None:
    """Around the box and ahead of it."""
    (soon,), (later,) = expected(walked(100), at(1.9)), expected(walked(100), at(2.8))
    assert later.right_px - soon.right_px == pytest.approx(90 + 36)
    assert later.left_px < soon.left_px < 180


def test_a_place_in_which_the_model_knew_nobody_waits() -> None:
    """A look for a newcomer that found nobody there is not made again at once; one that found somebody follows them."""
    vain = with_look(Followed(), at(0), [], [ELSEWHERE])
    assert ELSEWHERE in expected(vain, at(0.2))
    assert expected(vain, at(VAIN_S)) == []
    found = with_look(Followed(), at(0), [person(290, None, y_px=90)], [ELSEWHERE])
    assert ELSEWHERE not in expected(found, at(0.2))


@pytest.mark.parametrize(
    ("px_per_s", "missed_s", "counts"), [(150, 0.2, True), (150, 0.5, True), (150, 0.6, False), (70, 0.2, False)]
)
def test_who_is_fast_counts_for_a_while_though_a_look_does_not_show_them(
    px_per_s: float, missed_s: float, counts: bool
) -> None:
    """Behind somebody, or missed: the next picture may show them again, a second later they are gone. Not who walks."""
    lost = with_look(walked(px_per_s), at(1.8 + missed_s), [])
    assert fastest(lost) == (pytest.approx(px_per_s / 100 * BODY_M) if counts else 0)
    look = sample(after_a_look(1.8 + missed_s), at(2.0 + missed_s), MOVES, lost)[1]
    assert (look.reason is LookReason.FAST) is counts


def test_from_running_on_every_picture_is_looked_at() -> None:
    """People go over to running there; and a missed runner is looked for in more than one picture at 5/s."""
    assert FAST_M_PER_S == HURRYING_FROM_M_PER_S
    assert MISSED_S > 0.4

"""Tests of the times of pictures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from detectors.sources.pacing import Backlog, BatchedReading, Playback, Sampler
from tests.support.capture import NOW


@pytest.mark.parametrize(("speed", "first_s"), [(1, 0), (0.5, 0), (2, -5), (4, -7.5), (0, -10)])
def test_start_now_is_moved_back_for_speed(speed: float, first_s: float) -> None:
    """Ten seconds of file played faster begin in the past, so that no picture is from the future."""
    playback = Playback.begin(None, NOW, pictures=70, fps=7, speed=speed)
    assert (playback.captured_at(0) - NOW).total_seconds() == pytest.approx(first_s)
    for index in range(200):
        assert playback.captured_at(index) <= playback.due_at(index)


@pytest.mark.parametrize(("speed", "due_s"), [(1, 10), (0.5, 20), (2, 5), (0, 0)])
def test_due(speed: float, due_s: float) -> None:
    """A file with a start in the past is played at its speed."""
    playback = Playback.begin(NOW - timedelta(days=1), NOW, pictures=700, fps=7, speed=speed)
    assert (playback.due_at(70) - NOW).total_seconds() == pytest.approx(due_s)
    assert playback.captured_at(70) == NOW - timedelta(days=1) + timedelta(seconds=10)


def test_a_loop_that_caught_up_goes_on_in_real_time() -> None:
    """After its first round a file played faster has reached the present and stays there."""
    playback = Playback.begin(None, NOW, pictures=70, fps=7, speed=10)
    assert playback.due_at(140) == playback.captured_at(140) == NOW + timedelta(seconds=11)


@pytest.mark.parametrize(("fps", "max_fps", "taken"), [(25, 5, 50), (7, 5, 50), (5, 5, 50), (4, 5, 40), (25, 0, 250)])
def test_sampler(fps: float, max_fps: float, taken: int) -> None:
    """Ten seconds of pictures give ten seconds at the limit, or all of them below it."""
    sampler = Sampler(max_fps)
    count = sum(sampler.wants(NOW + timedelta(seconds=index / fps)) for index in range(round(10 * fps)))
    assert count == pytest.approx(taken, abs=3)


def test_sampler_takes_jitter_and_going_back() -> None:
    """Pictures a little early keep the rate, and a clock that is set back does not silence a camera."""
    sampler = Sampler(5)
    jittered = [index * 0.2 + (0.03 if index % 2 else -0.03) for index in range(50)]
    assert sum(sampler.wants(NOW + timedelta(seconds=at)) for at in jittered) == 50
    assert sampler.wants(NOW - timedelta(hours=1))


def test_backlog_drops_what_waited_while_opening() -> None:
    """Three seconds of pictures that arrive at once are stale, and the first that had to be waited for is not."""
    backlog = Backlog(0.5)
    burst = [backlog.is_stale(10 + index * 0.001, index * 0.1) for index in range(30)]
    assert all(burst)
    assert [backlog.is_stale(10.1 + index * 0.1, 3.0 + index * 0.1) for index in range(5)] == [False] * 5


def test_backlog_drops_what_waited_during_a_stall() -> None:
    """After a stall of two seconds, pictures older than the limit are stale until the stream is caught up."""
    backlog = Backlog(0.5)
    for index in range(50):
        backlog.is_stale(index * 0.1, index * 0.1)
    late = [backlog.is_stale(7.0 + index * 0.001, 5.0 + index * 0.1) for index in range(20)]
    assert late[0] is True
    assert late[-1] is False
    assert late == sorted(late, reverse=True)


@pytest.mark.parametrize("positions", [[0.0] * 5, [5.0, 4.0, 3.0, 2.0, 1.0], [0.0, 100.0, 200.0, 300.0, 400.0]])
def test_backlog_without_usable_positions_keeps_all_but_the_first(positions: list[float]) -> None:
    """Positions that stand, fall or jump tell nothing, so pictures are kept."""
    backlog = Backlog(0.5)
    assert [backlog.is_stale(index * 0.1, at) for index, at in enumerate(positions)] == [True, *[False] * 4]


def test_backlog_follows_a_drifting_clock() -> None:
    """A camera's clock that runs a thousandth slow does not make everything stale within an hour."""
    backlog = Backlog(0.5)
    stale = [backlog.is_stale(index * 0.2 * 1.001, index * 0.2) for index in range(5 * 3600)]
    assert sum(stale) == 1


@pytest.mark.parametrize(
    ("source_fps", "max_fps", "attended_fps", "usual", "attended"),
    [(25, 2, 10, 2, 10), (7, 2, 10, 2, 7), (25, 5, 3, 5, 5), (25, 0, 10, 25, 25), (25, 5, 0, 5, 5)],
)
def test_a_report_raises_the_rate_within_one_old_interval(
    source_fps: float, max_fps: float, attended_fps: float, usual: float, attended: float
) -> None:
    """As far as the source gives pictures, never below the usual rate, and back when it is over."""
    fps = 0.0
    sampler = Sampler(max_fps, lambda: fps)
    taken: list[float] = []
    for index in range(round(30 * source_fps)):
        at_s = index / source_fps
        fps = attended_fps if 10 <= at_s < 20 else 0.0
        if sampler.wants(NOW + timedelta(seconds=at_s)):
            taken.append(at_s)
    within = [sum(start <= at < start + 9 for at in taken) / 9 for start in (1, 10.5, 21)]
    assert within == pytest.approx([usual, attended, usual], abs=0.5)
    raised = [at for at in taken if 10 <= at < 20]
    assert raised[0] < 10 + 2 / max(attended, 1) + 1 / source_fps


def reading(
    seconds: float, fps: int = 10, size: int = 1_000, group_s: float = 1.0, late_s: float = 0.0
) -> BatchedReading:
    """Return what was learned by so many seconds of a stream whose packets were all read as they came."""
    batches = BatchedReading()
    for number in range(round(seconds * fps) + 1):
        at_s = number / fps
        batches.take(100 + at_s + (late_s if at_s else 0.0), at_s, size, number % round(group_s * fps) == 0)
    return batches


@pytest.mark.parametrize(
    ("read_s", "now_s", "wait_s"),
    [
        (0.5, 0.5, 0.0),  # how long a group lasts is not known
        (1.0, 1.0, 0.25),
        (1.3, 1.3, 0.25),
        (1.3, 1.35, 0.25),
        (1.3, 1.41, 0.0),  # the next picture is there
        (1.8, 1.8, 0.14),  # the next key frame is due in a fifth of a second
        (1.9, 1.9, 0.04),
        (1.9, 1.93, 0.0),  # less than is worth it
    ],
)
def test_packets_gather_until_the_next_key_frame_is_due(read_s: float, now_s: float, wait_s: float) -> None:
    """A quarter of a second at the most."""
    assert reading(read_s).wait_s(100 + now_s) == pytest.approx(wait_s)


def test_no_more_gathers_than_a_connection_holds() -> None:
    """Of 2.56 Mbit/s a tenth of a second."""
    assert reading(1.0, size=32_000).wait_s(101) == pytest.approx(0.1)
    assert reading(1.0, fps=25, size=80_000).wait_s(101) == 0.0


def test_what_was_read_late_does_not_make_the_next_key_frame_late() -> None:
    """The least delay says when packets come, and creeps after a camera whose clock is slow."""
    assert reading(1.8, late_s=0.1).wait_s(101.8) == pytest.approx(0.14 + 0.01)
    drifting = BatchedReading()
    for number in range(301):
        drifting.take(100 + number * 0.1 * 1.0002, number * 0.1, 1_000, number % 10 == 0)
    assert drifting.wait_s(100 + 30 * 1.0002) == pytest.approx(0.25)


@pytest.mark.parametrize("position_s", [None, 1.0, 0.2, 9.0])
def test_a_stream_whose_times_jump_is_learned_anew(position_s: float | None) -> None:
    """Or tells none, or the same again."""
    batches = reading(1.0)
    batches.take(101.1, position_s, 1_000, False)
    assert batches.wait_s(101.1) == 0.0

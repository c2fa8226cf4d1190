"""Stages: how far behind one is, told by where its inputs ended when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from console.projection.cluster.stages import STILL, StageKeeping, StageWatch
from streams.clients.stages import INPUTS, StageProgress
from streams.kafka.record import Where
from streams.settings import KafkaSettings
from tests.support.messages import NOON

PLACE: Where = ("evidence", 0)
OTHER: Where = ("evidence", 1)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def progress(committed: dict[Where, int], ends: dict[Where, int]) -> StageProgress:
    return StageProgress("decide", committed, ends)


@pytest.mark.parametrize(
    ("committed", "ends", "lag"),
    [
        ({PLACE: 5}, {PLACE: 5}, 0),
        ({PLACE: 5}, {PLACE: 9, OTHER: 3}, 7),
        ({}, {PLACE: 0, OTHER: 0}, 0),
        ({PLACE: 9}, {PLACE: 5}, 0),
    ],
)
def test_the_lag_is_what_waits_in_all_partitions(committed: dict[Where, int], ends: dict[Where, int], lag: int) -> None:
    """A partition that was never taken from waits whole; a topic that is empty does not."""
    assert progress(committed, ends).lag == lag


def test_one_that_keeps_up_is_of_the_last_look() -> None:
    keeping = StageKeeping("decide")
    keeping.take(progress({PLACE: 5}, {PLACE: 5}), at(0))
    keeping.take(progress({PLACE: 8}, {PLACE: 8}), at(2))
    state = keeping.state(at(3), at(2))
    assert (state.newest_at, state.lag, state.behind_s, state.stands_still) == (at(2), 0, 1.0, False)


def test_one_that_works_on_is_as_far_behind_as_its_oldest_input() -> None:
    """Always with a few records under way, and never behind for that."""
    keeping = StageKeeping("decide")
    for look in range(30):
        keeping.take(progress({PLACE: 100 * look}, {PLACE: 100 * look + 50}), at(2 * look))
    state = keeping.state(at(58), at(58))
    assert (state.newest_at, state.lag, state.stands_still) == (at(56), 50, False)


def test_one_that_takes_nothing_while_inputs_come_stands_still() -> None:
    keeping = StageKeeping("decide")
    keeping.take(progress({PLACE: 5}, {PLACE: 5}), at(0))
    for look in range(1, 8):
        keeping.take(progress({PLACE: 5}, {PLACE: 5 + look}), at(2 * look))
    state = keeping.state(at(14), at(14))
    assert (state.newest_at, state.lag, state.behind_s, state.stands_still) == (at(0), 7, 14.0, True)
    keeping.take(progress({PLACE: 12}, {PLACE: 12}), at(16))
    assert not keeping.state(at(16), at(16)).stands_still


def test_one_whose_topic_was_made_anew_keeps_up_again() -> None:
    """Its inputs end below where they did: nobody gets past where those of before ended."""
    keeping = StageKeeping("decide")
    keeping.take(progress({PLACE: 500}, {PLACE: 510}), at(0))
    for look in range(1, 9):
        keeping.take(progress({PLACE: look}, {PLACE: look}), at(2 * look))
    assert (keeping.state(at(16), at(16)).newest_at, keeping.state(at(16), at(16)).stands_still) == (at(16), False)


def test_one_without_inputs_does_not_stand_still() -> None:
    """No camera sends, so nothing waits for `detect`."""
    keeping = StageKeeping("detect")
    for look in range(20):
        keeping.take(progress({}, {PLACE: 0}), at(2 * look))
    assert not keeping.state(at(38), at(38)).stands_still


def test_one_that_never_ran_stands_still_from_when_that_was_found() -> None:
    keeping = StageKeeping("locate")
    for look in range(8):
        keeping.take(progress({}, {PLACE: 3}), at(2 * look))
    state = keeping.state(at(14), at(14))
    assert (state.newest_at, state.stands_still) == (None, True)


def test_when_the_cluster_is_silent_nobody_knows() -> None:
    """What was known is not told as if it were of now."""
    keeping = StageKeeping("decide")
    keeping.take(progress({PLACE: 5}, {PLACE: 5}), at(0))
    state = keeping.state(at(0) + STILL + timedelta(seconds=1), at(0))
    assert (state.lag, state.stands_still) == (None, True)


def test_before_the_first_look_every_stage_is_there_and_nothing_is_known() -> None:
    watch = StageWatch(KafkaSettings(bootstrap_servers="127.0.0.1:9"), lambda: NOON)
    assert [(each.stage, each.lag, each.newest_at) for each in watch.now()] == [(stage, None, None) for stage in INPUTS]

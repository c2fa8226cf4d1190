"""Reports of `bench workers` each open an alert of their own, and workers that run by turns never run at once."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from bench.flow.load import SIDE, place
from bench.start.load import ROOMS_PER_PARTITION, life, rooms
from bench.workers.commands import PARTS
from bench.workers.measure import _counted, _longest, _quantiles
from bench.workers.running import SLOTS, ReportLoad, by_turns, stop
from schemas.evidence import Evidence
from streams import topics
from streams.cli.main import build_app
from streams.errors import ConfigurationError
from streams.kafka.partitioner import partition_of

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FILLED = 1_700
"""Squares of a room that 20,000 open alerts of one partition take."""


@pytest.mark.parametrize("room", [None, 3])
def test_each_report_has_a_square_of_its_own_in_the_partition_that_was_asked_for(room: int | None) -> None:
    """Also beside the alerts that the changelog was filled with, so that each opens an alert."""
    load = ReportLoad()
    made = [(partition, load.report(partition, NOON, room)) for _ in range(500) for partition in (0, 2)]
    for partition, report in made:
        assert partition_of(topics.EVIDENCE, report.control_room_id.encode()) == partition
    squares = {(report.control_room_id, str(report.position)) for _, report in made}
    assert len(squares) == len(made)
    assert len({report.control_room_id for _, report in made}) == (2 if room is not None else 2 * ROOMS_PER_PARTITION)
    filled = {place(number) for number in range(FILLED)}
    for _, report in made:
        assert report.position is not None
        assert (report.position.lat, report.position.lon) not in filled
    assert FILLED + 500 < SIDE**2
    _, first = next(life(rooms()[0][0], 0, NOON, closed=False))
    assert isinstance(first, Evidence)
    assert first.position is not None
    assert (first.position.lat, first.position.lon) in filled


@pytest.mark.parametrize("pids", [[7], [7, 8]])
def test_processes_run_by_turns(pids: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Never two at once; one that is alone has no more turns than each of two; afterwards all go on."""
    told: list[tuple[int, int]] = []
    slots = [0]

    def sleep(_: float) -> None:
        slots[0] += 1

    monkeypatch.setattr("bench.workers.running.os.kill", lambda pid, number: told.append((pid, number)))
    monkeypatch.setattr("bench.workers.running.time.sleep", sleep)
    stop(pids)
    assert told == [(pid, signal.SIGSTOP) for pid in pids]
    told.clear()
    with by_turns(pids):
        while slots[0] < 5 * SLOTS:
            os.sched_yield()
    turns, last = told[: -len(pids)], told[-len(pids) :]
    assert last == [(pid, signal.SIGCONT) for pid in pids]
    for number in range(0, len(turns), 2):
        pid = pids[number // 2 % len(pids)]
        assert turns[number : number + 2] == [(pid, signal.SIGCONT), (pid, signal.SIGSTOP)]
    assert abs(slots[0] / SLOTS - len(turns) / 2 / len(pids)) <= 1


def test_the_longest_wait_tells_which_partition_moved() -> None:
    """By partition, with what a report waited for that stood where nothing moved."""
    decided = [
        (0.0, 0.2, (topics.EVIDENCE, 0, 1), "a"),
        (1.0, 4.0, (topics.EVIDENCE, 1, 1), "b"),
        (2.0, 4.0, (topics.EVIDENCE, 1, 2), "b"),
    ]
    assert _longest(decided) == {"longest_s": 3.0, "by_partition_s": {0: 0.2, 1: 3.0}, "moved": [1], "reports": 3}
    quantiles = _quantiles([0.1] * 19 + [2.0])
    assert (quantiles["reports"], quantiles["p50_ms"], quantiles["most_ms"]) == (20, 100.0, 2_000.0)


@pytest.mark.parametrize(
    ("cost_us", "busiest", "ratio"), [(100.0, 0.5, 2.0), (125.0, 0.5, 1.6), (100.0, 1.0, 1.0), (100.0, 0.625, 1.6)]
)
def test_two_workers_are_counted_by_cost_and_by_the_busier_one(cost_us: float, busiest: float, ratio: float) -> None:
    """Twice as much where each has half at the same cost; as much where one has all."""
    one = {"cpu_us": 100.0, "busiest_share": 1.0}
    assert _counted(one, {"cpu_us": cost_us, "busiest_share": busiest}) == pytest.approx(ratio)


def test_an_unknown_part_is_refused() -> None:
    """With those that there are."""
    run = CliRunner().invoke(build_app(), ["bench", "workers", "--part", "third"])
    assert isinstance(run.exception, ConfigurationError)
    assert ", ".join(PARTS) in str(run.exception)

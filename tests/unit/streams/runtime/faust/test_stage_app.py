"""A stage joined to its app: what ends behind the framework's back ends the worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from streams import metrics
from streams.clock import utc_now
from streams.errors import DeliveryError
from streams.runtime.faust.app import LEASE_S
from streams.runtime.faust.stage_app import _measure_lag, _tell_refused, build
from streams.runtime.lag import HeldUp, PartitionEnd
from streams.runtime.lease import Lease
from streams.settings import KafkaSettings
from tests.support.stages import Counting


class FakeStream:
    """A stream of the framework that ends, or breaks."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def noack(self) -> FakeStream:
        """Return itself."""
        return self

    async def events(self) -> AsyncIterator[Any]:
        """Yield nothing."""
        if self._error is not None:
            raise self._error
        events: tuple[Any, ...] = ()
        for event in events:
            yield event


def failures_of(error: Exception | None, folder: Path) -> list[Exception]:
    """Return what ended the worker when its stream ended."""

    async def run() -> list[Exception]:
        failures: list[Exception] = []
        built = build(Counting(), KafkaSettings(bootstrap_servers="127.0.0.1:1"), folder, utc_now, failures.append)
        agent: Any = built.app.agents["decide-agent"]
        await asyncio.gather(agent.fun(FakeStream(error)), return_exceptions=True)
        return failures

    return asyncio.run(run())


def test_the_framework_takes_no_times_of_its_own(tmp_path: Path) -> None:
    """What its sensor keeps of each event, and works out each second, nobody reads; an event passes without it."""

    async def run() -> None:
        app = build(Counting(), KafkaSettings(bootstrap_servers="127.0.0.1:1"), tmp_path, utc_now, print).app
        app.on_init_dependencies()
        assert list(app.sensors) == []
        place = TP("evidence", 0)
        assert app.sensors.on_stream_event_in(place, 0, None, None) is None
        app.sensors.on_message_in(place, 0, None)
        app.sensors.on_stream_event_out(place, 0, None, None, None)

    asyncio.run(run())


def test_a_stream_that_breaks_ends_the_worker(tmp_path: Path) -> None:
    """The framework would start a new agent, and what the old one had in flight would never be acknowledged."""
    broken = RuntimeError("the queue is broken")
    assert failures_of(broken, tmp_path) == [broken]


def test_a_stream_that_ends_by_itself_ends_the_worker(tmp_path: Path) -> None:
    """Nothing would be taken any more."""
    (error,) = failures_of(None, tmp_path)
    assert isinstance(error, DeliveryError)
    assert "decide: the framework ended its stream" in str(error)


def test_a_tick_that_the_broker_refuses_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing waits for it, and without ticks nothing comes due; one that is confirmed says nothing."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        refused, confirmed, dropped = (loop.create_future() for _ in range(3))
        refused.set_exception(PermissionError("not authorised"))
        confirmed.set_result(7)
        dropped.cancel()
        for future in (refused, confirmed, dropped):
            _tell_refused("decide: room-ticks/1", future)

    with caplog.at_level(logging.WARNING):
        asyncio.run(run())
    assert [record.getMessage() for record in caplog.records] == [
        "decide: room-ticks/1: the broker did not confirm a tick: PermissionError('not authorised')"
    ]


def test_a_stage_gets_on_where_it_finishes_something_or_has_nothing_to_do(tmp_path: Path) -> None:
    """What waits and is not finished is no progress, however lively the process; neither is a lease that is not renewed."""

    async def run() -> None:
        built = build(Counting(), KafkaSettings(bootstrap_servers="127.0.0.1:1"), tmp_path, utc_now, lambda _: None)
        now_s = [100.0]
        built.assignment.lease = Lease(LEASE_S, lambda: now_s[0])
        built.assignment.lease.prove(now_s[0])
        built.assignment.offsets.open({("evidence", 0): 5})
        assert built.gets_on()
        built.lag = 3
        assert not built.gets_on(), "three wait, and nothing was finished since"
        built.assignment.offsets.offer(("evidence", 0), 5)
        built.assignment.offsets.release_of(("evidence", 0), 5)()
        assert built.gets_on(), "one was finished"
        assert not built.gets_on()
        built.lag = 0
        assert built.gets_on(), "nothing waits"
        now_s[0] += 2 * LEASE_S + 1.0
        assert not built.gets_on(), "the group has not heard from it"

    asyncio.run(run())


def test_the_lag_of_a_partition_that_went_to_another_worker_is_told_no_more() -> None:
    """Its last value would stay for ever, and a stage that is quiet at night would look as if it stood."""

    class Consumer:
        """Has the partitions that a test gives it, each seven records long."""

        def __init__(self) -> None:
            self.has = {TP("room-ticks", 0), TP("room-ticks", 1)}

        def assignment(self) -> set[TP]:
            return self.has

        def partition_end(self, _: TP) -> PartitionEnd:
            return PartitionEnd(0, 7, 7)

    consumer, stage = Consumer(), Counting()
    stage.name = "lag-of-one-that-went"
    offsets = SimpleNamespace(positions=lambda: dict.fromkeys(consumer.has, 2), next_of=lambda _: 3)
    built: Any = SimpleNamespace(
        app=SimpleNamespace(consumer=consumer, topics=()), stage=stage, assignment=SimpleNamespace(offsets=offsets)
    )
    told: set[TP] = set()

    def lags() -> dict[str, float]:
        _measure_lag(built, HeldUp(stage.name), told)
        found = [sample for family in metrics.CONSUMER_LAG.collect() for sample in family.samples]
        return {each.labels["partition"]: each.value for each in found if each.labels["stage"] == stage.name}

    assert lags() == {"0": 5, "1": 5}
    consumer.has = {TP("room-ticks", 1)}
    assert lags() == {"1": 5}
    consumer.has = {TP("room-ticks", 0), TP("room-ticks", 1)}
    assert lags() == {"0": 5, "1": 5}

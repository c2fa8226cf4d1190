"""The order of a recovery that is turned round: a seek comes before everything else. How a stage is set up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from faust.tables.recovery import RebalanceAgain, ServiceStopped
from faust.types import TP

from streams.runtime.faust.recovery import OrderedRecovery
from tests.support.apps import app_in

OURS = TP("evidence", 0)


class Calls:
    """The consumer and the flow as a recovery uses them; notes what is called, in order."""

    def __init__(self, app: Any) -> None:
        self.made: list[str] = []
        self.app = app
        app._fetcher.maybe_start = self.start
        app._consumer = self
        app.consumer_generation_id = 7
        app.flow_control.resume = lambda: self.made.append("clear queues")
        app.tables.opened = self.opened
        app.on_rebalance_end = lambda: None
        self.no_fetch_under_way = asyncio.Lock()

    def assignment(self) -> set[TP]:
        """Return one partition."""
        return {OURS}

    async def perform_seek(self) -> None:
        """Seek."""
        assert self.no_fetch_under_way.locked()
        self.made.append("seek")

    async def position(self, _: TP) -> int:
        """Return where it stands after the seek."""
        return 408 if self.made == ["seek"] else 457

    async def opened(self, positions: dict[TP, int], generation: int) -> bool:
        """Note where the stage begins."""
        self.made.append(f"open {positions[OURS]} in {generation}")
        return True

    def resume_partitions(self, _: set[TP]) -> None:
        """Resume."""
        assert self.no_fetch_under_way.locked()
        self.made.append("resume partitions")

    def resume_flow(self) -> None:
        """Resume."""
        self.made.append("resume flow")

    async def start(self) -> None:
        """Start the fetch loop."""
        self.made.append("fetch")


@pytest.mark.parametrize("end", ["_resume_streams", "on_recovery_completed"])
def test_partitions_are_sought_opened_and_cleared_before_they_are_resumed(tmp_path: Path, end: str) -> None:
    """After a recovery, and after a rebalance without one: the framework resumes first and loses what comes meanwhile."""

    async def scenario() -> None:
        app = app_in(tmp_path)
        calls = Calls(app)
        await getattr(app.tables.recovery, end)(7)
        assert calls.made == ["seek", "open 408 in 7", "clear queues", "resume partitions", "resume flow", "fetch"]

    asyncio.run(scenario())


def test_an_older_recovery_does_not_begin(tmp_path: Path) -> None:
    """The group has moved on: the next recovery says where the partitions stand."""

    async def scenario() -> None:
        app = app_in(tmp_path)
        calls = Calls(app)
        await app.tables.recovery.on_recovery_completed(6)
        assert calls.made == []

    asyncio.run(scenario())


async def never() -> None:
    """Wait for ever."""
    await asyncio.Event().wait()


def waiting(folder: Path, step: Coroutine[Any, Any, None], before: str = "") -> None:
    """Wait for one step of a recovery, after something happened to it."""

    async def scenario() -> None:
        recovery: Any = app_in(folder).tables.recovery
        assert isinstance(recovery, OrderedRecovery)
        if before == "rebalance":
            recovery.signal_recovery_start.set()
        elif before == "stop":
            recovery._stopped.set()
        async with asyncio.timeout(0.3):
            await recovery._wait(step, timeout=0.01)

    asyncio.run(scenario())


def test_a_step_that_takes_long_is_waited_for(tmp_path: Path) -> None:
    """The framework would take it for an order to stop, and stand still for ever; only the test's own limit ends this."""
    with pytest.raises(TimeoutError):
        waiting(tmp_path, never())


def test_another_rebalance_and_an_order_to_stop_are_told_apart(tmp_path: Path) -> None:
    """Each as the framework's own recovery expects it."""
    with pytest.raises(RebalanceAgain):
        waiting(tmp_path, never(), "rebalance")
    with pytest.raises(ServiceStopped):
        waiting(tmp_path, never(), "stop")


def test_a_worker_keeps_its_name_in_the_group_over_a_restart(tmp_path: Path) -> None:
    """It is that of its state folder, so two workers on one host differ."""
    names = [app_in(tmp_path / name).conf.consumer_group_instance_id for name in ("decide", "decide", "decide 2/é")]
    assert names[0] == names[1] != names[2]
    assert all(character.isascii() and (character.isalnum() or character in "._-") for character in names[2])

"""Which inputs share a group: those that keep coming, within the longest linger. What raises ends the worker."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence

import pytest

from streams.kafka.record import EncodedOutput, Raw, Where
from streams.runtime import send_queue as module
from streams.runtime.send_queue import QueuedInput, SendQueue
from streams.slow import SLOW_S
from tests.support.kafka import FakeTransmit

A_LIMIT_S = 30.0
"""Only ends a test that fails."""


class Scene:
    """A send queue, what it sent, and how many inputs were acknowledged."""

    def __init__(self) -> None:
        self.transmit = FakeTransmit()
        self.acknowledged = 0
        self.send_queue = SendQueue("decide", self.transmit, lambda error: None)

    def put(self) -> None:
        """Take an input that sends one record."""
        self.send_queue.put(QueuedInput(0, self._acknowledge), [(("alerts", 0), (b"key", b"value", []))])

    def _acknowledge(self) -> None:
        self.acknowledged += 1


def running(scenario: Callable[[Scene], Awaitable[None]]) -> Scene:
    """Run a scenario until all that it put is acknowledged."""

    async def run() -> Scene:
        scene = Scene()
        async with asyncio.timeout(A_LIMIT_S), scene.send_queue.sending():
            await scenario(scene)
            await scene.send_queue.drained()
        return scene

    return asyncio.run(run())


def test_inputs_that_keep_coming_share_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where they take longer together than one alone would wait."""
    monkeypatch.setattr(module, "LONGEST_LINGER_S", A_LIMIT_S)
    monkeypatch.setattr(module, "LINGER_S", 0.02)

    async def scenario(scene: Scene) -> None:
        for _ in range(30):
            scene.put()
            await asyncio.sleep(0.002)

    scene = running(scenario)
    assert scene.acknowledged == 30
    assert len(scene.transmit.waiting) < 10  # one, unless the machine sleeps


def test_a_lone_input_does_not_wait_for_the_longest_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else comes, so it goes."""
    monkeypatch.setattr(module, "LONGEST_LINGER_S", 2 * A_LIMIT_S)

    async def scenario(scene: Scene) -> None:
        scene.put()

    assert running(scenario).acknowledged == 1


def test_a_group_ends_although_inputs_keep_coming(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first has waited for long enough."""
    monkeypatch.setattr(module, "LONGEST_LINGER_S", 0.01)

    async def scenario(scene: Scene) -> None:
        while not scene.acknowledged:  # for ever, if the group waited for an end
            scene.put()
            await asyncio.sleep(0)

    assert running(scenario).acknowledged > 0


RECORD: tuple[Where, Raw] = (("alerts", 0), (b"key", b"value", []))


@pytest.mark.parametrize("records", [[RECORD], []], ids=["confirmed by the broker", "nothing to send"])
@pytest.mark.parametrize("broken", ["settled", "confirmed", "acknowledge"])
def test_a_callback_that_raises_ends_the_worker(broken: str, records: list[tuple[Where, Raw]]) -> None:
    """A group that is not released would be lost: nothing after it is acknowledged, and the worker would stand still."""
    called, failures = list[str](), list[Exception]()

    def call(name: str, *_: object) -> None:
        called.append(name)
        if name == broken:
            raise KeyError(f"a defect in {name}")

    def confirmed(_: Sequence[EncodedOutput]) -> None:
        call("confirmed")

    async def run() -> None:
        queue = SendQueue("decide", FakeTransmit(), failures.append, confirmed)
        async with asyncio.timeout(A_LIMIT_S), queue.sending():
            for _ in range(2):
                entry = QueuedInput(0, lambda: call("acknowledge"), settled=lambda: call("settled"))
                queue.put(entry, records)
            await queue.drained()
            await queue.wait_for_room()
        assert queue.failed

    asyncio.run(run())
    assert [str(error) for error in failures] == [
        f"decide: what is confirmed cannot be released: KeyError('a defect in {broken}')"
    ]
    assert called == ["settled", "confirmed", "acknowledge"][: len(called)]
    assert called[-1] == broken


def test_what_takes_long_is_told_with_where_the_time_went(caplog: pytest.LogCaptureFixture) -> None:
    """An input that was decided on half a second before its group was sent waited to be gathered."""
    caplog.set_level("INFO")

    async def run() -> None:
        queue = SendQueue("decide", FakeTransmit(), lambda _: None)
        async with asyncio.timeout(A_LIMIT_S), queue.sending():
            entry = QueuedInput(0, lambda: None)
            entry.taken_at_s -= 2 * SLOW_S
            queue.put(entry, [RECORD])
            await queue.drained()

    asyncio.run(run())
    [line] = [record.getMessage() for record in caplog.records if record.name == "streams.slow"]
    told = re.search(r"for 1 inputs \(1 .*\): gathered (\d+\.\d\d), confirmed after", line)
    assert told is not None
    assert float(told[1]) >= SLOW_S

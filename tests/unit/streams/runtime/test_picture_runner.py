"""Pictures: stale ones are dropped before decoding, bad ones go aside, and acknowledgements keep the order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.cameras import FrameReference
from schemas.codec import encode
from schemas.dead_letters import DeadLetterReason
from schemas.ticks import Tick
from streams.runtime.assignment import PartitionAssignment
from streams.runtime.picture_runner import MAX_PICTURES_WAITING, PictureRunner
from streams.runtime.send_queue import SendQueue
from streams.stages.base import Failed, Input, Output, PictureStage
from tests.support.kafka import FakeGroup, FakeTransmit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PLACE = ("camera-frames", 0)


class Looking:
    """A stage that notes what it was given; a picture that says `bad` fails, one that says `raise` raises.

    While it is held, nothing that it was given ends.
    """

    name = "detect"
    inputs: tuple[str, ...] = ("camera-frames",)
    in_hand = 4
    max_age_s = 2.0
    overtaken_s = 0.5
    max_late: timedelta | None = None

    def __init__(self, *, held: bool = False) -> None:
        self.given: list[bytes] = []
        self.most = 0
        self.forgotten = 0
        self._open = 0
        self._go = threading.Event()
        self._thread = ThreadPoolExecutor(1)
        if not held:
            self._go.set()

    def submit(self, item: Input) -> Future[Sequence[Output] | Failed]:
        """Begin with a picture."""
        self.given.append(item.payload)
        self._open += 1
        self.most = max(self.most, self._open)
        return self._thread.submit(self._handle, item)

    def forget(self) -> None:
        """Count it."""
        self.forgotten += 1

    def close(self) -> None:
        """End the thread."""
        self._go.set()
        self._thread.shutdown(cancel_futures=True)

    def release(self) -> None:
        """Let everything end."""
        self._go.set()

    def _handle(self, item: Input) -> Sequence[Output] | Failed:
        self._go.wait(30)
        self._open -= 1
        if item.payload == b"raise":
            raise RuntimeError("out of memory")
        if item.payload == b"bad":
            return Failed(DeadLetterReason.UNREADABLE_PICTURE, "bad")
        return [Output("detections", Tick(group="camera", partition=0, at=item.message.happened_at()))]


@dataclass
class FakeMessage:
    """A Faust message."""

    offset: int
    value: bytes | None
    headers: Any
    key: bytes = b"c1"
    topic: str = "camera-frames"
    partition: int = 0
    generation_id: int = 1
    timestamp: float = NOW.timestamp()


@dataclass
class FakeEvent:
    """A Faust event."""

    message: FakeMessage


def event(number: int, payload: bytes | None, age_s: float = 0.0, camera: str = "c1") -> FakeEvent:
    """Return a picture of some age."""
    entered = NOW - timedelta(seconds=age_s)
    frame = FrameReference(
        camera_id=camera, epoch="e", sequence=number, captured_at=entered, width_px=9, height_px=9, mask_version="1"
    )
    record = encode(frame, stage="capture", handled_at=entered, entered_at=entered, payload=payload or b"")
    return FakeEvent(FakeMessage(number, payload, record.headers, camera.encode()))


@dataclass
class Scene:
    """A runner with everything around it in memory."""

    stage: Looking = field(default_factory=Looking)
    transmit: FakeTransmit = field(default_factory=FakeTransmit)
    group: FakeGroup = field(default_factory=FakeGroup)
    failures: list[Exception] = field(default_factory=list)
    assignment: PartitionAssignment = field(init=False)
    runner: PictureRunner = field(init=False)

    async def open(self) -> None:
        """Begin with the partition at offset 0."""
        send_queue = SendQueue("detect", self.transmit, self.failures.append)
        self.assignment = self.group.assignment(send_queue, self.failures, complete=False)
        self.runner = PictureRunner(self.stage, self.assignment, lambda: NOW)
        await self.assignment.opened({PLACE: 0}, 1)

    @property
    def acknowledged(self) -> int:
        """Return how many of the partition's records are acknowledged."""
        return self.assignment.offsets.positions()[PLACE]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; the limit is only there to end a test that fails."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


def run(*pictures: tuple[bytes | None, float]) -> Scene:
    """Run pictures of some ages (seconds) of one camera through the runner, until all are acknowledged."""
    scene = Scene()

    async def events() -> AsyncIterator[FakeEvent]:
        for number, (payload, age_s) in enumerate(pictures):
            yield event(number, payload, age_s)
        await until(lambda: scene.acknowledged == len(pictures) or bool(scene.failures))

    async def scenario() -> None:
        await scene.open()
        await scene.runner.run(events())
        scene.stage.close()

    asyncio.run(scenario())
    return scene


def test_it_takes_picture_stages() -> None:
    """The fake is one."""
    assert isinstance(Looking(), PictureStage)


def test_pictures_are_looked_at_a_few_at_a_time_and_acknowledged() -> None:
    """No more are in hand than the stage asks for."""
    scene = run(*[(b"ok", 0)] * 9)
    assert len(scene.stage.given) == 9
    assert scene.stage.most <= 4
    assert scene.transmit.topics() == ["detections"] * 9


def test_a_stale_picture_is_dropped_before_it_is_decoded() -> None:
    """It is acknowledged, and the stage never sees it; exactly the limit is still fresh."""
    scene = run((b"old", 2.1), (b"edge", 2.0))
    assert scene.stage.given == [b"edge"]
    assert scene.transmit.topics() == ["detections"]


def test_a_bad_picture_goes_to_dead_letters_and_the_rest_goes_on() -> None:
    """Nothing is lost and nothing stops."""
    scene = run((b"ok", 0), (b"bad", 0), (b"ok", 0))
    assert sorted(scene.transmit.topics()) == ["dead-letters", "detections", "detections"]


def test_a_picture_on_which_the_stage_raises_goes_aside_alone() -> None:
    """The flow goes on."""
    scene = run((b"raise", 0), (b"ok", 0))
    assert scene.transmit.topics() == ["dead-letters", "detections"]
    assert scene.failures == []


def test_a_null_value_is_set_aside() -> None:
    """A deletion is no picture, and there is nothing to delete on a topic of pictures."""
    scene = run((None, 0), (b"ok", 0))
    assert scene.stage.given == [b"ok"]
    assert sorted(scene.transmit.topics()) == ["dead-letters", "detections"]


def test_a_fault_of_the_stage_itself_stops_the_worker() -> None:
    """It must not stand still."""

    class Broken(Looking):
        def submit(self, item: Input) -> Future[Sequence[Output] | Failed]:
            raise RuntimeError("no threads left")

    scene = Scene(stage=Broken())

    async def events() -> AsyncIterator[FakeEvent]:
        yield event(0, b"ok")
        await until(lambda: bool(scene.failures))

    async def scenario() -> None:
        await scene.open()
        await scene.runner.run(events())

    asyncio.run(scenario())
    assert [str(error) for error in scene.failures] == ["no threads left"]
    assert scene.acknowledged == 0


def held(change: Callable[[Scene], Any], pictures: int = 6) -> Scene:
    """Run pictures into a stage that holds them all; then change something, and let the stage end them."""
    scene = Scene(stage=Looking(held=True))

    async def events() -> AsyncIterator[FakeEvent]:
        for number in range(pictures):
            yield event(number, b"ok")
        await until(lambda: len(scene.stage.given) == min(pictures, scene.stage.in_hand))
        await change(scene)
        scene.stage.release()
        await asyncio.to_thread(scene.stage.close)
        await asyncio.sleep(0.05)

    async def scenario() -> None:
        await scene.open()
        await scene.runner.run(events())

    asyncio.run(scenario())
    return scene


def test_what_is_not_sent_when_partitions_go_is_neither_sent_nor_acknowledged() -> None:
    """Whoever gets them looks at the pictures again; letting go waits for nothing that is being looked at."""

    async def revoke(scene: Scene) -> None:
        await scene.assignment.revoked()
        scene.runner.forget()

    scene = held(revoke)
    assert len(scene.stage.given) == 4
    assert scene.transmit.sent == []
    assert scene.group.commits == [{PLACE: 0}]
    assert scene.stage.forgotten == 1
    assert scene.failures == []


def test_pictures_of_before_count_for_nothing_when_partitions_came_back() -> None:
    """The same pictures are taken again, and acknowledged once."""

    async def come_back(scene: Scene) -> None:
        await scene.assignment.revoked()
        scene.runner.forget()
        await scene.assignment.opened({PLACE: 0}, 2)

    scene = held(come_back)
    assert scene.transmit.sent == []
    assert scene.acknowledged == 0


def test_what_the_broker_confirmed_is_committed_when_the_worker_ends() -> None:
    """No more and no less: three of six pictures were sent."""
    scene = Scene(stage=Looking(held=True))

    async def events() -> AsyncIterator[FakeEvent]:
        for number in range(3):
            yield event(number, b"ok")
        scene.stage.release()
        await until(lambda: scene.acknowledged == 3)
        scene.stage._go.clear()
        for number in range(3, 6):
            yield event(number, b"ok")
        await until(lambda: len(scene.stage.given) == 6)
        await scene.assignment.revoked()

    async def scenario() -> None:
        await scene.open()
        await scene.runner.run(events())
        await asyncio.to_thread(scene.stage.close)

    asyncio.run(scenario())
    assert scene.group.commits[-1] == {PLACE: 3}
    assert len(scene.transmit.sent) == 3
    assert scene.failures == []


def test_a_worker_that_is_cancelled_lets_its_threads_end() -> None:
    """Whatever they were doing; nothing of it is acknowledged."""
    scene = Scene(stage=Looking(held=True))

    async def events() -> AsyncIterator[FakeEvent]:
        for number in range(6):
            yield event(number, b"ok")
        await asyncio.Event().wait()

    async def scenario() -> None:
        await scene.open()
        running = asyncio.create_task(scene.runner.run(events()))
        await until(lambda: len(scene.stage.given) == 4)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await asyncio.to_thread(scene.stage.close)
        await asyncio.sleep(0.05)

    asyncio.run(scenario())
    assert scene.acknowledged == 0
    assert scene.failures == []


def test_no_more_pictures_wait_than_there_is_room_for() -> None:
    """The rest stays with the broker; what is in hand is not counted."""
    scene = Scene(stage=Looking(held=True))
    offered = 0

    async def events() -> AsyncIterator[FakeEvent]:
        nonlocal offered
        for number in range(3 * MAX_PICTURES_WAITING):
            offered += 1
            yield event(number, b"ok")

    async def scenario() -> None:
        await scene.open()
        running = asyncio.create_task(scene.runner.run(events()))
        await until(lambda: offered > MAX_PICTURES_WAITING)
        await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.to_thread(scene.stage.close)

    asyncio.run(scenario())
    assert offered <= MAX_PICTURES_WAITING + scene.stage.in_hand + 2

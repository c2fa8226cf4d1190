"""Batches of pictures: stale ones are dropped before decoding, bad ones go aside, and order is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.cameras import FrameReference
from schemas.codec import encode
from schemas.operations import DeadLetterReason
from streams.batch_runner import BatchRunner
from streams.outbox import Outbox
from streams.stage import Failed, Input, Output
from tests.unit.streams.fake_kafka import FakeGroup, FakeTransmit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Collecting:
    """An agent that notes what it was given; a picture that says `bad` fails, one that says `raise` raises."""

    name = "detect"
    inputs: tuple[str, ...] = ("camera-frames",)
    batch_size = 4
    batch_wait_s = 0.01
    max_age_s = 2.0
    max_late: timedelta | None = None

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []

    async def handle_batch(self, items: Sequence[Input], now: datetime) -> Sequence[Sequence[Output] | Failed]:
        """Note the batch."""
        self.batches.append([item.payload for item in items])
        if any(item.payload == b"raise" for item in items):
            raise RuntimeError("out of memory")
        failed = Failed(DeadLetterReason.UNREADABLE_PICTURE, "bad")
        return [failed if item.payload == b"bad" else [Output("detections", _tick(item))] for item in items]


def _tick(item: Input) -> Any:
    from schemas.operations import Tick

    return Tick(group="camera", partition=0, at=item.message.happened_at())


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


def run(*pictures: tuple[bytes | None, float]) -> tuple[Collecting, FakeTransmit, list[int], list[Exception]]:
    """Run pictures of some ages (seconds) through the runner."""
    agent, transmit, acknowledged = Collecting(), FakeTransmit(), list[int]()
    group = FakeGroup()
    failures: list[Exception] = []

    async def events() -> AsyncIterator[FakeEvent]:
        for number, (payload, age_s) in enumerate(pictures):
            entered = NOW - timedelta(seconds=age_s)
            frame = FrameReference(
                camera_id="c1",
                epoch="e",
                sequence=number,
                captured_at=entered,
                width_px=9,
                height_px=9,
                mask_version="1",
            )
            record = encode(frame, stage="capture", handled_at=entered, entered_at=entered, payload=payload or b"")
            yield FakeEvent(FakeMessage(number, payload, record.headers))
        await asyncio.sleep(0.3)

    async def scenario() -> None:
        delivery = group.delivery(Outbox("detect", transmit, failures.append), failures, complete=False)
        await delivery.opened({("camera-frames", 0): 0}, 1)
        await BatchRunner(agent, delivery, lambda: NOW).run(events())
        acknowledged.extend(range(delivery.progress.positions()["camera-frames", 0]))

    asyncio.run(scenario())
    return agent, transmit, acknowledged, failures


def test_pictures_share_batches_and_are_acknowledged_in_order() -> None:
    """No batch is larger than the agent's size."""
    agent, transmit, acknowledged, _ = run(*[(b"ok", 0)] * 6)
    assert sum(len(batch) for batch in agent.batches) == 6
    assert max(len(batch) for batch in agent.batches) <= 4
    assert acknowledged == list(range(6))
    assert transmit.topics() == ["detections"] * 6


def test_a_stale_picture_is_dropped_before_it_is_decoded() -> None:
    """It is acknowledged, and the agent never sees it; exactly the limit is still fresh."""
    agent, transmit, acknowledged, _ = run((b"old", 2.1), (b"edge", 2.0), (b"new", 0))
    assert [payload for batch in agent.batches for payload in batch] == [b"edge", b"new"]
    assert acknowledged == [0, 1, 2]
    assert len(transmit.sent) == 2


def test_a_bad_picture_goes_to_dead_letters_and_the_rest_goes_on() -> None:
    """Nothing is lost and nothing stops."""
    _, transmit, acknowledged, _ = run((b"ok", 0), (b"bad", 0), (b"ok", 0))
    assert sorted(transmit.topics()) == ["dead-letters", "detections", "detections"]
    assert acknowledged == [0, 1, 2]


def test_a_batch_that_raises_goes_aside_as_a_whole() -> None:
    """The flow goes on with the next batch."""
    _, transmit, acknowledged, failures = run((b"raise", 0))
    assert transmit.topics() == ["dead-letters"]
    assert acknowledged == [0]
    assert failures == []


def test_a_null_value_is_passed_over() -> None:
    """A deletion is no picture."""
    agent, transmit, acknowledged, _ = run((None, 0), (b"ok", 0))
    assert sum(len(batch) for batch in agent.batches) == 1
    assert acknowledged == [0, 1]
    assert len(transmit.sent) == 1

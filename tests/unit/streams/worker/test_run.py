"""How a worker's process is set up, and what ends it."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streams.clock import utc_now
from streams.errors import DeliveryError
from streams.runtime.lease import Lease
from streams.settings import KafkaSettings
from streams.worker import run as module
from streams.worker.run import FULL_COLLECTION_AFTER, STALLED_AFTER_S, collect_seldom, run_stages


@pytest.fixture
def as_it_was() -> Iterator[tuple[int, int, int]]:
    """Give Python's own thresholds, and set them again afterwards."""
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)
    gc.unfreeze()


def test_garbage_is_looked_for_everywhere_only_seldom(as_it_was: tuple[int, int, int]) -> None:
    """What is young is looked through as often as before, and what is there already never again."""
    collect_seldom()
    assert gc.get_threshold() == (*as_it_was[:2], FULL_COLLECTION_AFTER)
    assert as_it_was[2] < FULL_COLLECTION_AFTER
    assert gc.get_freeze_count() > 0


class FakeApp:
    """A stage's application that starts, and whose health is as the test says."""

    def __init__(self, health: Callable[[], float] = lambda: 0.0, crash: BaseException | None = None) -> None:
        self.stage = SimpleNamespace(name="decide")
        self.app = SimpleNamespace(
            tables=SimpleNamespace(restore=SimpleNamespace(under_way=False)),
            crashed=crash is not None,
            crash_reason=crash,
        )
        self.finished: list[bool] = []
        self._health = health

    @property
    def assignment(self) -> Any:
        """Return its hold on its partitions."""
        return SimpleNamespace(stalled_s=self._health())

    def gets_on(self) -> bool:
        """Say that it has nothing to do."""
        return True

    async def start(self) -> None:
        """Connect at once."""

    async def stop(self, *, finish: bool) -> None:
        """Note how it was stopped."""
        self.finished.append(finish)


def ended_by(
    built: FakeApp, monkeypatch: pytest.MonkeyPatch, ready: Callable[[], None] = lambda: None
) -> Exception | None:
    """Run a worker of one stage until it ends, and return why."""
    monkeypatch.setattr(module, "build", lambda *_: built)
    monkeypatch.setattr(module, "collect_seldom", lambda: None)
    monkeypatch.setattr(module, "_end_anyway_after", lambda _: threading.Timer(0, lambda: None))
    switch_every_s = sys.getswitchinterval()
    try:
        stage: Any = built.stage
        running = run_stages([stage], KafkaSettings(bootstrap_servers="127.0.0.1:1"), Path(), utc_now, ready)
        return asyncio.run(asyncio.wait_for(running, 30))  # only ends a test that fails
    finally:
        sys.setswitchinterval(switch_every_s)


def test_a_worker_that_cannot_say_that_it_is_ready_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for it would wait for ever; nothing else would see the error."""

    def ready() -> None:
        raise OSError("No space left on device")

    built = FakeApp()
    assert str(ended_by(built, monkeypatch, ready)) == "No space left on device"
    assert built.finished == [False]


def test_sentences_are_read_before_the_first_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the worker is ready, in a thread: it would stand still for them. A stage that tells nothing does without."""
    read_in: list[str] = []
    done = threading.Event()

    def read() -> None:
        read_in.append(threading.current_thread().name)
        done.set()

    def stalled_when(known: Callable[[], bool]) -> Callable[[], float]:
        return lambda: STALLED_AFTER_S + 1 if known() else 0.0

    monkeypatch.setattr(module, "prepare_sentences", read)
    ready: list[bool] = []
    ended_by(FakeApp(stalled_when(done.is_set)), monkeypatch, lambda: ready.append(done.is_set()))
    assert ready == [False]
    assert read_in != [threading.main_thread().name]
    assert len(read_in) == 1
    observing = FakeApp(lambda: STALLED_AFTER_S + 1)
    observing.stage = SimpleNamespace(name="observe")
    ended_by(observing, monkeypatch)
    assert len(read_in) == 1


def test_a_worker_whose_watch_breaks_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would notice any more that it stands still."""

    def broken() -> float:
        raise KeyError("a defect of ours")

    assert isinstance(ended_by(FakeApp(broken), monkeypatch), KeyError)


def test_a_stage_that_stands_still_or_crashed_ends_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason."""
    stalled = ended_by(FakeApp(lambda: STALLED_AFTER_S + 1), monkeypatch)
    assert isinstance(stalled, DeliveryError)
    assert "no membership of its group" in str(stalled)
    assert isinstance(ended_by(FakeApp(crash=ZeroDivisionError()), monkeypatch), ZeroDivisionError)
    assert "decide crashed" in str(ended_by(FakeApp(crash=SystemExit(3)), monkeypatch))


class Awake:
    """A worker's hold on its partitions, and a clock that its watch moves on: by so much at the first look, then by `step_s`."""

    def __init__(self, first_s: float, step_s: float) -> None:
        self.now_s = 0.0
        self.lease = Lease(7, lambda: self.now_s)
        self.lease.prove(0.0)
        self._steps_s = first_s, step_s

    @property
    def stalled_s(self) -> float:
        """Return for how long it could not work."""
        return self.lease.missing_s

    async def sleep(self, _: float) -> None:
        """Let time pass."""
        self.now_s += self._steps_s[self.now_s > 0]


@pytest.mark.parametrize(
    ("first_s", "step_s", "ended_at_s"),
    [(1.0, 1.0, 7 + STALLED_AFTER_S + 1), (3_600.0, 1.0, 3_600 + STALLED_AFTER_S + 1)],
    ids=["awake", "slept for an hour"],
)
def test_a_worker_that_slept_has_not_stood_still_yet(
    first_s: float, step_s: float, ended_at_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it woke up it has as long as any other to join its group again."""
    hold, built = Awake(first_s, step_s), FakeApp()
    watched: Any = SimpleNamespace(stage=built.stage, app=built.app, assignment=hold, gets_on=built.gets_on)
    monkeypatch.setattr(module, "boottime_s", lambda: hold.now_s)
    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "sleep", hold.sleep)
        with pytest.raises(DeliveryError, match="no membership"):
            asyncio.run(module._watch([watched]))
    assert hold.now_s == ended_at_s

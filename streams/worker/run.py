"""The composition root: stages joined to the framework, and a worker process that runs several of them.

One Faust app per stage, with the stage's name as its id, however many stages share a process: a stage keeps its consumer
group, its state and its changelog wherever it runs.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

from schemas.phrases.catalogue import prepare_sentences
from streams.clock import Clock, boottime_s
from streams.errors import DeliveryError
from streams.health import HEALTH
from streams.runtime.faust.stage_app import StageApp, build
from streams.settings import KafkaSettings
from streams.slow import PAUSES, STOOD, watch_garbage
from streams.stages.base import PictureStage, Stage
from streams.worker.stages import counter_of

log = logging.getLogger(__name__)

STOP_WITHIN_S: Final = 6.0
"""Below the supervisor's 8 s, after which it would kill."""
STALLED_AFTER_S: Final = 150.0
"""A worker that could not work for so long ends: above what one record may wait for a broker that is gone."""
WATCH_EVERY_S: Final = 0.25
SLEPT_S: Final = 10.0
"""Where so much time passed between two looks, the worker slept: it has not waited for its group yet."""
SWITCH_EVERY_S: Final = 0.0005
"""How long one thread may compute while another waits. The framework reads from the broker in a thread of its own; with Python's
5 ms that thread waits for its turn again and again while a stage computes, and the stage runs dry with a backlog before it."""
FULL_COLLECTION_AFTER: Final = 1_000
"""Collections of the middle generation before Python looks for garbage everywhere, instead of its 10. Rows are held in memory for
long: with some thousand alerts each look stopped the worker for 150 ms, every eight seconds, and found 200 objects."""
TELLING: Final = frozenset({"locate", "corroborate", "decide"})
"""Stages that tell in words of most of what they take: the sentences are read while their workers join their groups. With the
first report they would stop all that the process does, for 0.2 to 0.5 s of a processor."""
FAILED_STOP_WITHIN_S: Final = 1.0
"""After a failure there is nothing to finish, and the next worker is waited for."""


def collect_seldom() -> None:
    """Look through all objects for garbage seldom, and never again through those that are there now."""
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_COLLECTION_AFTER)


async def run_stages(
    stages: Sequence[Stage | PictureStage],
    kafka: KafkaSettings,
    state_folder: Path,
    clock: Clock,
    ready: Callable[[], None] = lambda: None,
) -> Exception | None:
    """Run stages in this process until it is told to stop or one fails; return the error that stopped it, if one did."""
    sys.setswitchinterval(SWITCH_EVERY_S)
    watch_garbage()
    if not any(isinstance(stage, PictureStage) for stage in stages):  # a cycle may hold a picture
        collect_seldom()
    stopping = asyncio.Event()
    errors: list[Exception] = []

    def fail(error: Exception) -> None:
        log.error("stopping: %s: %s", type(error).__name__, error)
        errors.append(error)
        stopping.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    apps = [build(stage, kafka, state_folder, clock, fail, counter_of(stage.name)) for stage in stages]
    starting = _begin(_start(apps, ready), fail)
    watching = _begin(_watch(apps), fail)
    await stopping.wait()
    guard = _end_anyway_after(FAILED_STOP_WITHIN_S if errors else STOP_WITHIN_S)
    watching.cancel()
    starting.cancel()
    await asyncio.gather(*(built.stop(finish=not errors) for built in apps), return_exceptions=True)
    guard.cancel()
    return errors[0] if errors else None


def _end_anyway_after(seconds: float) -> threading.Timer:
    """End the process even where stopping hangs: the framework waits without a limit for a broker that is gone.

    Nothing is lost by it: what was not confirmed was not acknowledged.
    """

    def end() -> None:
        log.warning("stopping took longer than %.0f s, ending at once", seconds)
        logging.shutdown()
        os._exit(1)

    guard = threading.Timer(seconds, end)
    guard.daemon = True
    guard.start()
    return guard


def _begin(work: Coroutine[Any, Any, None], fail: Callable[[Exception], None]) -> asyncio.Task[None]:
    """Begin with work that nobody awaits: what it raises ends the worker."""

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            fail(error)

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    return task


async def _start(apps: Sequence[StageApp], ready: Callable[[], None]) -> None:
    await asyncio.gather(*(built.start() for built in apps))
    ready()
    if TELLING & {built.stage.name for built in apps}:
        await asyncio.to_thread(prepare_sentences)


async def _watch(apps: Sequence[StageApp]) -> None:
    """Notice an app that crashed by itself, where mode keeps the reason, and one that stands still.

    Raises:
        Exception: The reason.
    """
    looked_s = boottime_s()
    turn = HEALTH.turns("event loop")
    gets_on = [(built, HEALTH.progress(built.stage.name)) for built in apps]
    while True:
        due_s = time.perf_counter() + WATCH_EVERY_S
        await asyncio.sleep(WATCH_EVERY_S)
        turn()
        PAUSES.turn()
        PAUSES.note(STOOD, due_s)
        before_s, looked_s = looked_s, boottime_s()
        slept = looked_s - before_s > SLEPT_S
        for built, progress in gets_on:
            if built.gets_on():
                progress()
            if slept or built.app.tables.restore.under_way:
                built.assignment.lease.missed_from_now()
            elif built.assignment.stalled_s > STALLED_AFTER_S:
                raise DeliveryError(f"{built.stage.name}: no membership of its group for {STALLED_AFTER_S:.0f} s")
            if built.app.crashed:
                reason = built.app.crash_reason
                raise (
                    reason if isinstance(reason, Exception) else RuntimeError(f"{built.stage.name} crashed: {reason!r}")
                )

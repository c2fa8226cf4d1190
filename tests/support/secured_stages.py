"""Stages side by side in one process, each by a user of its own: what a worker is, with the rights of each stage apart."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from streams.clock import utc_now
from streams.runtime.faust.stage_app import StageApp, build
from streams.settings import KafkaSettings
from streams.stages.base import PictureStage, Stage

READY_WITHIN_S: Final = 240.0
"""Only there to end a test that fails."""
END_WITHIN_S: Final = 30.0
LOOK_S: Final = 0.1


class SecuredStages:
    """Running stages; use it as a context manager.

    Attributes:
        errors: What stopped a stage.
    """

    def __init__(
        self, stages: Sequence[Stage | PictureStage], kafka_of: Callable[[str], KafkaSettings], folder: Path
    ) -> None:
        self.errors: list[BaseException] = []
        self._stages, self._kafka_of, self._folder = stages, kafka_of, folder
        self._ready, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="stages", daemon=True)

    def __enter__(self) -> Self:
        """Start, and wait until all take part."""
        self._thread.start()
        while not self._ready.wait(LOOK_S):
            assert self._thread.is_alive(), self.errors
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join(END_WITHIN_S)

    async def _run(self) -> None:
        apps = [self._built(stage) for stage in self._stages]
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await asyncio.gather(*(app.start() for app in apps))
            self._ready.set()
            told: set[str] = set()
            while not self._stop.is_set():
                for app in apps:
                    reason = app.app.crash_reason if app.app.crashed else None
                    if reason is not None and app.stage.name not in told:
                        told.add(app.stage.name)
                        self.errors.append(reason)
                await asyncio.sleep(LOOK_S)
        except BaseException as error:
            self.errors.append(error)
            raise
        finally:
            finish = not self.errors
            await asyncio.gather(*(app.stop(finish=finish) for app in apps), return_exceptions=True)

    def _built(self, stage: Stage | PictureStage) -> StageApp:
        folder = self._folder / stage.name
        folder.mkdir(parents=True)
        return build(stage, self._kafka_of(stage.name), folder, utc_now, self.errors.append)

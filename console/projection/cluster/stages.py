"""Stages: whether the parts of the pipeline keep up, asked of the cluster every few seconds."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from console.wire.events import StageState
from streams.clients.stages import INPUTS, StageOffsets, StageProgress
from streams.clock import Clock
from streams.kafka.errors import ClusterError
from streams.kafka.outage import Outage
from streams.kafka.record import Where
from streams.settings import KafkaSettings

EVERY_S: Final = 2.0
STILL: Final = timedelta(seconds=10)
"""A stage that is so far behind, or of which nobody knows for so long, stands still (docs/console.md §7)."""
SEEN_AT_MOST: Final = 1_800
"""Looks that are remembered: an hour."""


class StageKeeping:
    """Stage keeping: until when one stage has handled its inputs, told by where they ended when.

    At each look it is known where the inputs end; a stage whose group is past that has handled what came until then.
    """

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self._looks: deque[tuple[datetime, dict[Where, int]]] = deque(maxlen=SEEN_AT_MOST)
        self._began_at: datetime | None = None
        self._newest_at: datetime | None = None
        self._lag: int | None = None

    def take(self, progress: StageProgress, now: datetime) -> None:
        """Take what was found at a look."""
        if self._looks and any(end < self._looks[-1][1].get(place, 0) for place, end in progress.ends.items()):
            self._looks.clear()  # a topic was made anew: nobody ever gets past where the one before it ended
        self._began_at = self._began_at or now
        self._looks.append((now, dict(progress.ends)))
        while self._looks and _past(progress, self._looks[0][1]):
            self._newest_at = self._looks.popleft()[0]
        self._lag = progress.lag

    def state(self, now: datetime, looked_at: datetime | None) -> StageState:
        """Return the stage as it is known now; `looked_at` is when the cluster answered last."""
        known = looked_at is not None and now - looked_at <= STILL
        since = self._newest_at or self._began_at
        behind = timedelta(0) if since is None else max(timedelta(0), now - since)
        return StageState(
            stage=self.stage,
            newest_at=self._newest_at,
            lag=self._lag if known else None,
            behind_s=round(behind.total_seconds(), 1),
            stands_still=behind > STILL,
        )


def _past(progress: StageProgress, ends: dict[Where, int]) -> bool:
    return all(progress.committed.get(place, 0) >= end for place, end in ends.items())


class StageWatch:
    """Stage watch: asks the cluster how far the stages are, in a thread of its own.

    Args:
        kafka: The cluster.
        clock: Gives now.
    """

    def __init__(self, kafka: KafkaSettings, clock: Clock) -> None:
        self._offsets, self._clock = StageOffsets(kafka, "console-stages"), clock
        self._keeping = {stage: StageKeeping(stage) for stage in INPUTS}
        self._looked_at: datetime | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._outage = Outage()
        self._thread = threading.Thread(target=self._run, name="console-stages", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end (s)."""
        self._thread.join(timeout_s)

    def now(self) -> tuple[StageState, ...]:
        """Return each stage as it was found last."""
        with self._lock:
            now = self._clock()
            return tuple(each.state(now, self._looked_at) for each in self._keeping.values())

    def take(self, found: Iterable[StageProgress], at: datetime) -> None:
        """Take what the cluster answered."""
        with self._lock:
            for progress in found:
                self._keeping[progress.stage].take(progress, at)
            self._looked_at = at

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    at = self._clock()
                    self.take(self._offsets.read(), at)
                    self._outage.over("console-stages: the cluster answers again")
                except ClusterError as error:
                    self._outage.tell(f"console-stages: {error}")
                self._stop.wait(EVERY_S)
        finally:
            self._offsets.close()

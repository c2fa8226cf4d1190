"""Cost of an event in processor time of `decide`, with few and with many alerts open in its partition: part of `bench decide`.

The real stage runs behind the real runner, over a RocksDB, without Kafka.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Final

from bench.decide.load import actions_in, alerts_in, mix, reports
from bench.start.fill import History
from bench.yardsticks.chain import PARTITIONS
from streams.clock import utc_now

FEW: Final = 200
MANY: Final = 20_000
"""Open alerts in one partition."""
COSTED_EVENTS: Final = 400
COST_PAIRS: Final = 7


class Costed:
    """One partition with open alerts, without Kafka."""

    def __init__(self, open_alerts: int, folder: Path) -> None:
        self._history = History(0, folder, lambda _, __: None)
        self._at = utc_now()
        self._opened = PARTITIONS * open_alerts
        for event in reports(0, self._opened, self._at):
            if event.partition == 0:
                self._history.take(self._history.record(event.message, self._at))
        self._acted = 0

    def event_s(self) -> float:
        """Return the processor time (s) that an event of the mix takes."""
        events = PARTITIONS * COSTED_EVENTS
        mixed = mix(events, self._opened, self._acted, self._at)
        records = [self._history.record(event.message, self._at) for event in mixed if event.partition == 0]
        self._opened += alerts_in(events)
        self._acted += actions_in(events)
        began_s = time.process_time()
        for record in records:
            self._history.take(record)
        return (time.process_time() - began_s) / len(records)

    def close(self) -> None:
        """Close the database."""
        self._history.close()


def costs_s() -> list[tuple[float, float]]:
    """Return the cost of an event with few and with many open alerts, in adjacent pairs; the first pair warms up."""
    with tempfile.TemporaryDirectory(prefix="toezicht-cost-") as scratch:
        few, many = (Costed(number, Path(scratch) / str(number)) for number in (FEW, MANY))
        pairs = [(few.event_s(), many.event_s()) for _ in range(COST_PAIRS + 1)]
        few.close()
        many.close()
    return pairs[1:]

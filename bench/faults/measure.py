"""`bench faults`: what is lost, doubled or changed when parts of the real pipeline die under load.

One broker and one process per stage run under a steady load of numbered inputs. First comes a span without a fault; what
its alerts end in, by the kind of report, is what every later span is held against. Then one fault after the other is
injected, and after each one all that was accepted must come through before the next.
"""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.faults.kinds import FAULTS, LONG_FAULTS, Fault, none
from bench.faults.load import Load, ReportKind
from bench.faults.map import LAST_WATCHED
from bench.faults.seen import READ, Final_, SeenTopics, by_kind, different
from bench.faults.world import FaultWorld
from bench.topics.follow import Following

BEFORE_S: Final = 2.0
"""Load before a fault, so that it hits work in flight."""
AFTER_S: Final = 3.0
"""Load after the flow is back."""
BACK_WITHIN_S: Final = 150.0
THROUGH_WITHIN_S: Final = 120.0
"""Only there to end a run in which something never comes."""
SETTLED_S: Final = 2.0
"""How long is waited after everything came through, for what should not come."""
EQUAL_WITHIN_S: Final = 30.0
POLL_S: Final = 0.1


@dataclass(frozen=True)
class Rates:
    """The load: inputs per second in all, reports among them, and how long the span without a fault lasts.

    `pauses` lets the load rest after each span until everything came through: for a load near what the machine can do,
    which would else never get rid of what gathered during a fault.
    """

    per_second: float = 100.0
    reports_per_second: float = 15.0
    undisturbed_s: float = 6.0
    pauses: bool = False


@contextmanager
def scene(
    folder: Path, rates: Rates, progress: Callable[[str], None], *, plain: bool = False, world: FaultWorld | None = None
) -> Iterator[FaultScene]:
    """Yield a pipeline that runs under load, in a world of its own where none is given; everything is stopped at the end."""
    world = world or FaultWorld(folder, progress, plain=plain)
    try:
        world.start()
        made = FaultScene(world, rates, progress)
        try:
            yield made
        finally:
            made.close()
    finally:
        world.stop()


class FaultScene:
    """A pipeline under load, and what is known of its undisturbed results."""

    def __init__(self, world: FaultWorld, rates: Rates, progress: Callable[[str], None]) -> None:
        self.world = world
        self._progress = progress
        run = uuid.uuid4().hex[:8]
        self.load = Load(world.kafka, run, rates.per_second, rates.reports_per_second)
        self.seen = SeenTopics(run, self.load.act)
        self._following = Following(world.kafka, READ, self.seen.take)
        self._expected: dict[ReportKind, set[Final_]] = {}
        self._judged = range(0)
        self.load.start()
        self._undisturbed_s, self._pauses = rates.undisturbed_s, rates.pauses

    def close(self) -> None:
        """Stop the reading, which answers alerts through the load, and then the load."""
        self._following.close()
        self.load.close()

    def undisturbed(self) -> dict[str, Any]:
        """Learn what each kind of report ends in, without a fault."""

        def wait(world: FaultWorld, chance: random.Random) -> float:
            time.sleep(self._undisturbed_s)
            return none(world, chance)

        self._expected = {}
        result = self._span("none", wait, random.Random(0))  # noqa: S311 - no secret
        self._expected = by_kind(self.seen.finals(self._judged))  # later reports are not at their end yet
        result["different"] = sum(len(finals) > 1 for finals in self._expected.values())
        result["kinds"] = len(self._expected)
        return result

    def fault(self, name: str, seed: int) -> dict[str, Any]:
        """Inject a fault and return its row of the table."""
        return self.injected(name, (FAULTS | LONG_FAULTS)[name], seed)

    def injected(self, name: str, fault: Fault, seed: int) -> dict[str, Any]:
        """Inject a fault that is not of the table, and return its row."""
        return self._span(name, fault, random.Random(f"{name}-{seed}"))  # noqa: S311 - no secret

    def _span(self, name: str, inject: Fault, chance: random.Random) -> dict[str, Any]:
        self.load.factor = 1.0
        first, inputs, restarts = self.load.next_report, self.load.accepted.inputs, self.world.restarts()
        since = datetime.now(UTC)
        time.sleep(BEFORE_S)
        began_s = time.time()
        over_s = inject(self.world, chance)
        over_number = self.load.next_report
        back_s, caught_up_s = self._wait_for_flow(name, over_number, over_s)
        self.world.await_whole()
        time.sleep(AFTER_S)
        self.load.flush()
        last, until = self.load.next_report, datetime.now(UTC) - timedelta(seconds=AFTER_S)
        self._judged = numbers = range(first, last)
        if self._pauses:
            self.load.factor = 0.0
        missing, unobserved = self._wait_for_all(numbers, since, until, closed=False)
        for to_close in self.seen.to_close(self.load.accepted, numbers):
            self.load.close_alert(*to_close)
        if not missing:
            missing, unobserved = self._wait_for_all(numbers, since, until, closed=True)
        time.sleep(SETTLED_S)
        finals = self.seen.finals(numbers)
        wrong = different(finals, self._expected) if self._expected else []
        unequal = self._unequal(numbers)
        twice = self.seen.twice(numbers)
        row = {
            "fault": name,
            "inputs": self.load.accepted.inputs - inputs,
            "lost": sum(map(len, missing.values())) + len(unobserved),
            "twice": len(twice),
            "different": len(set(wrong) | set(unequal)),
            "recovery_s": None if back_s is None else round(max(0.0, back_s - over_s), 1),
            "caught_up_s": None if caught_up_s is None else round(max(0.0, caught_up_s - over_s), 1),
            "largest_gap_s": round(self.seen.largest_gap_s(began_s, back_s or time.time()), 1),
            "restarts": self.world.restarts() - restarts,
            "repeated_records": self.seen.repeated,
        }
        self.seen.repeated = 0
        what = {**missing, "observations": unobserved, "twice": twice, "wrong": wrong, "unequal": unequal}
        shown = {kind: found[:5] for kind, found in what.items() if found}
        if shown:
            row["examples"] = shown
        self._progress(" ".join(f"{key}={value}" for key, value in row.items()))
        return row

    def _unequal(self, numbers: Sequence[int]) -> list[str]:
        """Return whose newest state is another than their newest revision, and stays so.

        The two lie on topics, and in a cluster on brokers, of their own: one may be read some seconds before the other.
        """
        deadline = time.monotonic() + EQUAL_WITHIN_S
        while (unequal := self.seen.unequal_state(numbers)) and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return unequal

    def _wait_for_flow(self, name: str, number: int, over_s: float) -> tuple[float | None, float | None]:
        """Return when results of each kind came again, and when those of inputs that were sent after the fault came.

        After an outage of the broker what waited comes first. In all other faults results of what was sent before may only
        have been on their way, so the flow is back with the first result of what was sent afterwards.
        """
        deadline = time.monotonic() + BACK_WITHIN_S
        over = datetime.fromtimestamp(over_s, UTC)
        again_s: float | None = None
        while time.monotonic() < deadline:
            if again_s is None and name.startswith("broker"):
                again_s = _all_after(self.seen.again_s(over_s))
            shown, watched, observed = self.seen.results_s(number, over)
            caught_up_s = _all_after([shown, observed, *([watched] if number <= LAST_WATCHED else [])])
            if caught_up_s is not None:
                return again_s or caught_up_s, caught_up_s
            time.sleep(POLL_S)
        return again_s, None

    def _wait_for_all(
        self, numbers: Sequence[int], since: datetime, until: datetime, *, closed: bool
    ) -> tuple[dict[str, list[str]], list[str]]:
        deadline = time.monotonic() + THROUGH_WITHIN_S
        while True:
            missing = self.seen.missing(self.load.accepted, numbers, closed=closed)
            unobserved = self.seen.unobserved(self.load.accepted, since, until)
            if not (missing or unobserved) or time.monotonic() > deadline:
                return missing, unobserved
            time.sleep(POLL_S)


def _all_after(results: Sequence[Sequence[float]]) -> float | None:
    """Return when the first of each kind of result came, or None while one is missing."""
    return max(min(each) for each in results) if all(results) else None


def measure(
    names: Sequence[str], seed: int, rates: Rates, folder: Path, progress: Callable[[str], None], *, plain: bool = False
) -> dict[str, Any]:
    """Return the table: one row per fault, after one without; `plain` runs the stages on the framework as it comes."""
    with scene(folder, rates, progress, plain=plain) as made:
        rows = [made.undisturbed()]
        for number, name in enumerate(names, 1):
            progress(f"fault {number} of {len(names)}: {name}")
            rows.append(made.fault(name, seed + number))
    return table(rows, seed) | {"plain": plain}


def table(rows: Sequence[dict[str, Any]], seed: int) -> dict[str, Any]:
    """Return rows with their total; the first is the one without a fault."""
    back = [row["recovery_s"] for row in rows[1:] if row["recovery_s"] is not None]
    return {
        "faults": rows,
        "seed": seed,
        "total": {
            "faults": len(rows) - 1,
            "inputs": sum(row["inputs"] for row in rows),
            "lost": sum(row["lost"] for row in rows),
            "twice": sum(row["twice"] for row in rows),
            "different": sum(row["different"] for row in rows),
            "recovery_p50_s": round(statistics.median(back), 1) if back else None,
            "recovery_max_s": max(back, default=None),
            "not_back": len(rows) - 1 - len(back),
        },
    }

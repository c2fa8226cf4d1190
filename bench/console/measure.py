"""`bench console`: the figures of the operators' page, in one run on one machine.

A broker, `worker decide` with so many open alerts in one room, `toezicht console`, and Chromium. Beside the page stands one that
only parses and paints, served by a process that only hands on: what no page can do without. Machines are shared, so each figure
is told with that limit and with how many processes waited for a core.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from bench.console import running
from bench.console.browser import ProbedPage, browser
from bench.console.figures import load
from bench.console.full_room import FullRoom, write_files
from bench.console.page import LimitRows, acting, loading, memory, visible
from bench.console.running import Served
from bench.console.shift import shift

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes: how many alerts are open, and how many of each thing are measured; a shift's length in seconds."""

    alerts: int
    loads: int
    visible: int
    actions: int
    readers: int
    shift_s: float
    changes: int


FULL: Final = Sizes(alerts=20_000, loads=5, visible=200, actions=100, readers=25, shift_s=90.0, changes=240_000)
"""240,000 changes: one in eight seconds of eight hours for each hundredth alert; what a night of floods brings."""
QUICK: Final = Sizes(alerts=150, loads=1, visible=3, actions=3, readers=3, shift_s=16.0, changes=2_000)
"""Shows that it runs, and measures nothing."""


def measure(bootstrap_servers: str, sizes: Sizes, chromium: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    """Return the figures; see `toezicht bench console --help`."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
        "TOEZICHT_DATA": str(folder),
        "TOEZICHT_LOG_LEVEL": "WARNING",
    }
    environment |= write_files(folder)
    room = FullRoom(bootstrap_servers)
    found: dict[str, Any] = {"alerts": sizes.alerts, "cores": os.cpu_count()}
    loads: dict[str, float] = {}

    def part(name: str, work: Callable[[], dict[str, Any]]) -> None:
        progress(f"measuring {name}, load {load()}")
        told = work()
        found.update(told)
        loads[name] = load()
        progress(", ".join(f"{figure} {value}" for figure, value in told.items()))

    with running.decide(environment, folder):
        room.fill(sizes.alerts, progress)
        with running.console(environment, folder) as served:
            rows, found["rendered_s"] = running.read_rows(served)
            _, found["rendered_again_s"] = running.read_rows(served)
            first = orjson.loads(rows.partition(b"\n")[0])
            with running.limit(rows, folder) as plainly, browser(chromium) as shown:
                limit = LimitRows(plainly, first)
                part("loading", lambda: loading(shown, served, plainly, sizes.alerts, sizes.loads))
                with (
                    pair(shown, served, plainly, sizes.alerts) as (page, plain),
                    pair(shown, served, plainly, sizes.alerts) as others,
                ):
                    part("acting", lambda: acting(page, plain, others, room, sizes.actions))
                with pair(shown, served, plainly, sizes.alerts) as (page, plain):
                    part("visible", lambda: visible(page, plain, room, limit, sizes.visible))
                with ProbedPage(shown, served, sizes.alerts) as page:
                    part("shift", lambda: shift(page, room, served, limit, sizes.readers, sizes.shift_s))
                with ProbedPage(shown, served, sizes.alerts) as page:
                    part("memory", lambda: memory(page, room, sizes.changes, progress))
    room.close()
    return found | {"load": loads}


@contextmanager
def pair(shown: Browser, served: Served, plainly: Served, alerts: int) -> Iterator[tuple[ProbedPage, ProbedPage]]:
    """Yield the console's page and the limit's, both with the whole list."""
    with ProbedPage(shown, served, alerts) as page, ProbedPage(shown, plainly, alerts) as plain:
        yield page, plain

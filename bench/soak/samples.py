"""Samples: what each process holds at a moment (psutil), how far each stage is behind (its metrics), and the broker's disk."""

from __future__ import annotations

import json
import os
import re
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import psutil

from bench.soak.figures import LEAST_SAMPLES, Point
from streams.local.supervisor import Child

MEGABYTE: Final = 2.0**20
ANSWERS_WITHIN_S: Final = 5.0
BROKER: Final = "broker"
MACHINE: Final = "machine"
_LAG: Final = re.compile(r'^toezicht_consumer_lag_messages\{[^}]*stage="(\w+)"[^}]*\} ([0-9.eE+-]+)$', re.MULTILINE)

Values = dict[str, float]


def process_values(pid: int) -> Values | None:
    """Return what a process holds now; None where it is gone.

    `uss_mb` is the memory that is its own and would be free without it (MiB), `rss_mb` with what it shares; `cpu_s` the
    processor seconds used so far, all threads together.
    """
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            memory, spent = process.memory_full_info(), process.cpu_times()
            return {
                "uss_mb": memory.uss / MEGABYTE,
                "rss_mb": memory.rss / MEGABYTE,
                "threads": float(process.num_threads()),
                "files": float(process.num_fds()),
                "cpu_s": spent.user + spent.system,
            }
    except psutil.NoSuchProcess:
        return None


def lags(metrics: str) -> dict[str, float]:
    """Return how many records wait for each stage, of a page of metrics."""
    found: dict[str, float] = defaultdict(float)
    for stage, value in _LAG.findall(metrics):
        found[stage] += float(value)
    return dict(found)


def folder_mb(folder: Path) -> float:
    """Return what a folder takes on the disk (MiB); files that go meanwhile do not count."""
    blocks = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            blocks += path.lstat().st_blocks
    return blocks * 512 / MEGABYTE


class SampleLog:
    """Sample log: curves as they come, each sample in a line of a file too, so that a run that is cut short is not lost.

    Attributes:
        curves: By process and thing, see `bench.soak.figures.Curves`.
        starts: How often each process was seen under a number of its own; one that goes on has 1.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.curves: dict[str, dict[str, list[Point]]] = defaultdict(lambda: defaultdict(list))
        self.starts: dict[str, int] = defaultdict(int)
        self._pids: dict[str, int] = {}
        self._file: IO[str] = file.open("w", encoding="utf-8")

    def take(self, at_s: float, found: Mapping[str, Values]) -> None:
        """Take one sample of everything (s since the begin, to the hundredth: the file says the same)."""
        at_s = round(at_s, 2)
        for name, values in found.items():
            for what, value in values.items():
                self.curves[name][what].append(Point(at_s, value))
        self._file.write(json.dumps({"at_s": at_s, **found}) + "\n")
        self._file.flush()

    def seen(self, name: str, pid: int) -> None:
        """Note under which number a process runs."""
        if self._pids.get(name) != pid:
            self._pids[name] = pid
            self.starts[name] += 1

    def restarted(self) -> list[str]:
        """Return the processes that did not run through."""
        return [name for name, count in self.starts.items() if count > 1]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_samples(file: Path) -> SampleLog:
    """Return what a run noted in its file; which processes were started again stands in its logs.

    Raises:
        ValueError: A line is no sample.
    """
    log = SampleLog(Path(os.devnull))
    for line in file.read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        log.take(sample.pop("at_s"), sample)
    return log


def look(log: SampleLog, children: Callable[[], list[Child]], broker: int | None, disk: Path) -> dict[str, Values]:
    """Return one sample of the processes that run, the stages in them, the broker and the machine."""
    found: dict[str, Values] = {MACHINE: {"load": os.getloadavg()[0]}}
    for name, pid in _running(children(), broker):
        values = process_values(pid)
        if values is not None:
            log.seen(name, pid)
            found[name] = values
    if BROKER in found:
        found[BROKER]["disk_mb"] = folder_mb(disk)
    for child in children():
        for stage, lag in _lags_of(child).items():
            found[f"stage {stage}"] = {"lag": lag}
    return found


def _running(children: list[Child], broker: int | None) -> Iterator[tuple[str, int]]:
    if broker is not None:
        yield BROKER, broker
    for child in children:
        if child.popen is not None and child.running():
            yield child.spec.name, child.popen.pid


def _lags_of(child: Child) -> dict[str, float]:
    port = child.metrics_port()
    if port is None or not child.running():
        return {}
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=ANSWERS_WITHIN_S) as answer:
            return lags(answer.read().decode())
    except OSError:
        return {}  # it ends, or has no time: the sample has no lag, and the next one has


def java_of() -> int | None:
    """Return the process of the broker that this process started; None for a cluster of others."""
    return next((child.pid for child in psutil.Process().children() if child.name() == "java"), None)


@dataclass(frozen=True, slots=True)
class SoakPlan:
    """Soak plan: how long (s), how much of it is warm-up (s), and how often everything is sampled (s)."""

    seconds: float
    warm_up_s: float
    every_s: float


class Sampling:
    """Sampling: takes a sample at every turn, in a thread of its own: what keeps the main one busy shifts none.

    Args:
        log: Takes them.
        children: The processes to look at.
        broker: The broker's process, if it is ours.
        disk: The broker's data.
        plan: How long, and how often.
    """

    def __init__(
        self, log: SampleLog, children: Callable[[], list[Child]], broker: int | None, disk: Path, plan: SoakPlan
    ) -> None:
        self._log, self._children, self._broker, self._disk, self._plan = log, children, broker, disk, plan
        self._counting = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.began_s = time.monotonic()

    def __enter__(self) -> Sampling:
        """Begin."""
        self.began_s = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End after the sample that is being taken."""
        self._ended.set()
        self._thread.join()

    @property
    def passed_s(self) -> float:
        """Return the seconds since it began."""
        return time.monotonic() - self.began_s

    @property
    def over(self) -> bool:
        """Return whether the time has passed; on a machine that is busy it lasts until there are samples enough to judge."""
        return self.passed_s >= self._plan.seconds and self._counting >= LEAST_SAMPLES

    def _run(self) -> None:
        turn = 0
        while not self._ended.wait(max(0.0, turn * self._plan.every_s - self.passed_s)):
            at_s = self.passed_s
            self._log.take(at_s, look(self._log, self._children, self._broker, self._disk))
            self._counting += at_s >= self._plan.warm_up_s
            turn = int(self.passed_s / self._plan.every_s) + 1

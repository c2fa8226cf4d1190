"""`bench intake`: reports per second of one worker that reads lines, beside a process that only produces them.

Each round is a process of its own on one broker, timed from the first line on its standard input, once it is ready, to its word
that the broker has all. What a report costs (`processor_ms`) depends less on what else the machine does than its rate.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from bench.intake.feeds import FEEDS
from bench.intake.limit import TOPIC
from bench.intake_http.measure import processor_s
from streams.clock import utc_now
from streams.kafka.admin import apply
from streams.process import READY_VARIABLE
from streams.settings import KafkaSettings
from streams.topics import DAY_MS, TopicSpec

GOAL_PER_S: Final = 500.0
WITHIN_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Round:
    """Round: reports per second, processor time of one (ms), and how many were taken as reports of their own."""

    per_s: float
    processor_ms: float
    taken: int


def measure(broker: str, count: int, pairs: int, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Return the figures of each feed.

    Args:
        broker: The cluster; our topics exist.
        count: Reports of each round.
        pairs: Adjacent pairs of rounds of each feed; medians are told.
        folder: For logs and files.
        say: Told how far it is.
    """
    apply(KafkaSettings(bootstrap_servers=broker), [TopicSpec(TOPIC, "room", DAY_MS)])
    told: dict[str, Any] = {}
    for name in FEEDS:
        rounds = []
        for number in range(pairs):
            ours = _ours(broker, name, count, folder)
            limit = _limit(broker, name, count, folder)
            rounds.append((ours, limit))
            say(f"{name}, pair {number + 1} of {pairs}: {ours.per_s:.0f}/s beside {limit.per_s:.0f}/s")
        told[name] = figures(rounds)
    return {
        "reports": count, "pairs": pairs, "processors": os.cpu_count(), **told, "goal_per_s": GOAL_PER_S,
        "holds": all(told[name]["per_s"] >= GOAL_PER_S and told[name]["taken"] == count for name in FEEDS),
    }  # fmt: skip


def figures(rounds: list[tuple[Round, Round]]) -> dict[str, float]:
    """Return the medians of pairs of rounds, ours and the limit's; of what was taken the least."""
    median = statistics.median
    return {
        "per_s": round(median(ours.per_s for ours, _ in rounds), 1),
        "limit_per_s": round(median(limit.per_s for _, limit in rounds), 1),
        "ratio": round(median(ours.per_s / limit.per_s for ours, limit in rounds), 3),
        "processor_ms": round(median(ours.processor_ms for ours, _ in rounds), 3),
        "limit_processor_ms": round(median(limit.processor_ms for _, limit in rounds), 3),
        "taken": min(ours.taken for ours, _ in rounds),
    }


def _ours(broker: str, name: str, count: int, folder: Path) -> Round:
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": broker, "TOEZICHT_METRICS_PORT": "0", "TOEZICHT_LOG_LEVEL": "ERROR",
        READY_VARIABLE: str(ready),
    }  # fmt: skip
    command = [sys.executable, "-m", "streams.cli", "intake", name, *(["-"] if name == "recorded" else []), "--json"]
    with _started(command, environment, folder / f"{name}.log") as process:
        deadline_s = time.monotonic() + WITHIN_S
        while not ready.exists():
            _require(process, deadline_s, folder / f"{name}.log")
            time.sleep(0.02)
        told, seconds, cost_s = _fed(process, name, count)
    summary = json.loads(told)
    taken = 0 if summary["unconfirmed"] else summary["results"].get("created", 0)
    return Round(count / seconds, cost_s / count * 1_000, taken)


def _limit(broker: str, name: str, count: int, folder: Path) -> Round:
    command = [sys.executable, "-m", "bench.intake.limit", broker]
    with _started(command, {}, folder / "limit.log") as process:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError((folder / "limit.log").read_text())
        told, seconds, cost_s = _fed(process, name, count)
    return Round(count / seconds, cost_s / count * 1_000, int(told))


def _fed(process: subprocess.Popen[bytes], name: str, count: int) -> tuple[bytes, float, float]:
    """Feed a process and return its word at the end, how long it took (s), and what it computed (s)."""
    assert process.stdin is not None
    assert process.stdout is not None
    at = utc_now()
    feed = b"".join(FEEDS[name](number, at) + b"\n" for number in range(count))
    before_s = processor_s(process.pid)
    began_s = time.perf_counter()
    writer = threading.Thread(target=_write, args=(process.stdin, feed), daemon=True)
    writer.start()
    told = process.stdout.readline()
    seconds = time.perf_counter() - began_s
    writer.join(WITHIN_S)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not told:
        raise RuntimeError(f"{name} ended with {process.returncode}")
    return told, seconds, usage.ru_utime + usage.ru_stime - before_s


def _write(into: IO[bytes], feed: bytes) -> None:
    into.write(feed)
    into.close()


def _started(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as errors:
        return subprocess.Popen(
            command, env=os.environ | environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )


def _require(process: subprocess.Popen[bytes], deadline_s: float, log: Path) -> None:
    if process.poll() is not None or time.monotonic() > deadline_s:
        process.kill()
        raise RuntimeError(log.read_text())

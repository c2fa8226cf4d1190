"""`bench intake-http`: requests per second and the time of an answer, beside an endpoint that only verifies and produces.

Both are processes of their own on one broker, and rounds come in adjacent pairs: first as fast as answers come, then at a steady
rate, where the time counts from when a request was due. Machines are shared, so a ratio means more than a figure, and what a
request costs (`processor_ms`) more than how soon it was answered.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from bench.detect.measure import percentile
from bench.intake_http.limit import TOPIC
from bench.intake_http.load import SOURCE, LoadResult, as_fast_as_answered, at_a_rate, requests
from streams.clock import utc_now
from streams.local.broker import free_port

GOAL_P99_MS: Final = 100.0
GOAL_PER_S: Final = 500.0
CONNECTIONS: Final = 32
WARM: Final = 200
READY_WITHIN_S: Final = 60.0


def measure(
    broker: str, count: int, per_s: float, pairs: int, folder: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """Return the figures of both.

    Args:
        broker: The cluster; our topics exist.
        count: Requests of each round.
        per_s: The steady rate.
        pairs: Adjacent pairs of rounds; medians are told.
        folder: For the file of credentials and logs.
        say: Told how far it is.
    """
    secret = f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"
    senders = folder / "intake.yaml"
    senders.write_text(
        f'credentials:\n  - {{id: {SOURCE}, sources: [{SOURCE}], secrets: ["{secret}"], per_minute: 60000, burst: 10000}}\n'
    )
    senders.chmod(0o600)
    _make_topic(broker)
    found: dict[str, list[tuple[LoadResult, LoadResult]]] = {"ours": [], "limit": []}
    cost_ms: dict[str, list[float]] = {"ours": [], "limit": []}
    with _ours(broker, senders, folder) as ours, _limit(broker, secret, folder) as limit:
        for port, _ in (ours, limit):
            asyncio.run(as_fast_as_answered(port, requests(WARM, secret, utc_now(), port), CONNECTIONS))
        for number in range(pairs):
            for name, (port, process) in (("ours", ours), ("limit", limit)):
                before_s = processor_s(process)
                fast = asyncio.run(as_fast_as_answered(port, requests(count, secret, utc_now(), port), CONNECTIONS))
                cost_ms[name].append((processor_s(process) - before_s) / count * 1_000)
                steady = asyncio.run(at_a_rate(port, requests(count, secret, utc_now(), port), per_s, CONNECTIONS))
                found[name].append((fast, steady))
                p99_ms = percentile(steady.latencies_ms, 0.99)
                say(f"pair {number + 1} of {pairs}, {name}: {fast.per_s:.0f}/s; p99 {p99_ms:.1f} ms")
    told = {
        name: figures(rounds) | {"processor_ms": round(statistics.median(cost_ms[name]), 3)}
        for name, rounds in found.items()
    }
    ratio = statistics.median(
        ours[0].per_s / limit[0].per_s for ours, limit in zip(found["ours"], found["limit"], strict=True)
    )
    return {
        "requests": count, "pairs": pairs, "steady_per_s": per_s, "processors": os.cpu_count(), **told,
        "ratio": round(ratio, 3),
        "processor_ratio": round(
            statistics.median(limit / ours for ours, limit in zip(cost_ms["ours"], cost_ms["limit"], strict=True)), 3
        ),
        "goal_p99_ms": GOAL_P99_MS, "p99_holds": told["ours"]["steady_p99_ms"] < GOAL_P99_MS,
        "goal_per_s": GOAL_PER_S, "per_s_holds": told["ours"]["per_s"] >= GOAL_PER_S,
    }  # fmt: skip


def figures(rounds: list[tuple[LoadResult, LoadResult]]) -> dict[str, float]:
    """Return the medians of rounds."""

    def median(of: Callable[[LoadResult, LoadResult], float], digits: int = 1) -> float:
        return round(statistics.median(of(fast, steady) for fast, steady in rounds), digits)

    return {
        "per_s": median(lambda fast, _: fast.per_s),
        "full_p50_ms": median(lambda fast, _: percentile(fast.latencies_ms, 0.5)),
        "full_p99_ms": median(lambda fast, _: percentile(fast.latencies_ms, 0.99)),
        "steady_reached_per_s": median(lambda _, steady: steady.per_s),
        "steady_p50_ms": median(lambda _, steady: percentile(steady.latencies_ms, 0.5)),
        "steady_p99_ms": median(lambda _, steady: percentile(steady.latencies_ms, 0.99)),
        "refused": float(sum(fast.refused + steady.refused for fast, steady in rounds)),
    }


def processor_s(process: int) -> float:
    """Return how long a process has computed (s): unlike its speed, that does not depend on what else the machine does."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # proc(5): utime and stime, after the name


def _make_topic(broker: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker)
    try:
        admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    finally:
        admin.close()


@contextmanager
def _ours(broker: str, senders: Path, folder: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": broker, "TOEZICHT_METRICS_PORT": "0", "TOEZICHT_INTAKE_HTTP_PORT": str(port),
        "TOEZICHT_INTAKE_HTTP_CREDENTIALS": str(senders), "TOEZICHT_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    command = [sys.executable, "-m", "streams.cli", "intake", "http"]
    with _process(command, environment, folder / "ours.log") as process:
        _await(f"http://127.0.0.1:{port}/readyz", folder / "ours.log")
        yield port, process


@contextmanager
def _limit(broker: str, secret: str, folder: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    log = folder / "limit.log"
    with _process([sys.executable, "-m", "bench.intake_http.limit", broker, str(port), secret], {}, log) as process:
        deadline_s = time.monotonic() + READY_WITHIN_S
        while "ready" not in log.read_text():
            if time.monotonic() > deadline_s:
                raise TimeoutError(log.read_text())
            time.sleep(0.05)
        yield port, process


@contextmanager
def _process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[int]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=output, stderr=output)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _await(address: str, log: Path) -> None:
    deadline_s = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline_s:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own process
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise TimeoutError(log.read_text())

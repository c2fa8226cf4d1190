"""Running: the processes beside a measurement of notifications, and what they tell."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

Arrivals = queue.SimpleQueue[tuple[str, float]]
"""The id of each request that a partner's server got, and when (s since 1970)."""
_KEY: Final = "BENCH_WEBHOOK_KEY"


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so large a share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextmanager
def running(arguments: Sequence[str], environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run a program of Python until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait(15)


@contextmanager
def receiver() -> Iterator[tuple[str, Arrivals]]:
    """Run a partner's server; its address, and what comes there."""
    arrivals: Arrivals = queue.SimpleQueue()
    with running(["-m", "bench.notify.receiver"]) as process:
        assert process.stdout is not None
        out = process.stdout
        port = int(out.readline())

        def read() -> None:
            for line in out:
                event_id, _, at_s = line.rstrip().rpartition(" ")
                arrivals.put((event_id, float(at_s)))

        threading.Thread(target=read, daemon=True).start()
        yield f"http://127.0.0.1:{port}/hook", arrivals


def webhook(url: str) -> dict[str, Any]:
    """Return the delivery of a partner by a webhook at this address, as a file of partners has it."""
    options = {
        "url": url,
        "allow": {"hosts": ["127.0.0.1"], "networks": ["127.0.0.0/8"]},
        "secrets": [{"variable": _KEY}],
    }
    return {"channels": {"hook": {"kind": "webhook", "options": options}}, "otherwise": ["hook"]}


@contextmanager
def notifying(servers: str, partners: Path) -> Iterator[None]:
    """Run `toezicht notify` for a file of partners."""
    key = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
    environment = {"KAFKA_BOOTSTRAP_SERVERS": servers, _KEY: key, "TOEZICHT_METRICS_PORT": "0"}
    with running(["-m", "streams.cli", "notify", "--partners", str(partners)], environment):
        yield


@contextmanager
def posting(servers: str, topic: str, url: str) -> Iterator[None]:
    """Run the limit: what only reads a topic and posts."""
    with running(["-m", "bench.notify.plain", servers, topic, url]) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield

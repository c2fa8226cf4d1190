"""The chain's writer, `worker audit`, as a process on a real broker."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.settings import KafkaSettings

WITHIN_S = 120
"""Only there to end a test that fails."""


@contextmanager
def audit_worker(kafka: KafkaSettings, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the stage, and kill it at the end (SIGKILL)."""
    folder.mkdir(exist_ok=True)
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", "worker", "audit"],
            env={
                **os.environ,
                "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
                "TOEZICHT_DATA": str(folder / "data"),
                "TOEZICHT_READY_FILE": str(ready),
            },
            stderr=log,
        )
    try:
        deadline = time.monotonic() + WITHIN_S
        while not ready.exists():
            assert process.poll() is None, (folder / "worker.log").read_text()[-2_000:]
            assert time.monotonic() < deadline, "the worker did not start"
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()

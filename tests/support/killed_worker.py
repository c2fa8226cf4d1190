"""A worker of one stage as a process, which its test kills."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.settings import KafkaSettings

READY_WITHIN_S = 180
"""Only there to end a test that fails."""


@contextmanager
def killed_worker(stage: str, kafka: KafkaSettings, folder: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a stage, or several, on their state in a folder until the end of the block, and kill them then (SIGKILL)."""
    folder.mkdir(exist_ok=True)
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    own = {"TOEZICHT_DATA": str(folder / "data"), "TOEZICHT_READY_FILE": str(ready)}
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", "worker", *stage.split()],
            env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, **own, **settings},
            stderr=log,
        )
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while not ready.exists():
            assert process.poll() is None, (folder / "worker.log").read_text()[-2_000:]
            assert time.monotonic() < deadline, "the worker did not start"
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()

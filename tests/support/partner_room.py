"""The stages from a report to a partner and back, as a process on a real broker."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from streams.config.files import load_rules
from streams.config.partners import load_partners, wanted_topics
from streams.kafka.admin import apply
from streams.settings import KafkaSettings
from tests.support.worker_process import REGISTRY, eventually

WITHIN_S: Final = 120.0
"""Only there to end a test that fails."""
STAGES: Final = ("locate", "decide", "share")


def make_partners(kafka: KafkaSettings) -> None:
    """Make the topics of the built-in partners."""
    apply(kafka, wanted_topics(load_partners(rules=load_rules())))


@contextmanager
def stages(kafka: KafkaSettings, folder: Path, *names: str) -> Iterator[None]:
    """Run stages as a process, all three where none is named, and kill it at the end."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "TOEZICHT_REGISTRY": str(REGISTRY),
        "TOEZICHT_DATA": str(folder / "data"), "TOEZICHT_READY_FILE": str(ready),
    }  # fmt: skip
    with (folder / "worker.log").open("w") as log:
        command = [sys.executable, "-m", "streams.cli", "worker", *(names or STAGES)]
        process = subprocess.Popen(command, env=os.environ | environment, stderr=log)
    try:
        eventually(lambda: ready.exists() or process.poll() is not None, WITHIN_S)
        assert process.poll() is None, (folder / "worker.log").read_text()[-2_000:]
        yield
    finally:
        process.kill()
        process.wait()

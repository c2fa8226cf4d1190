"""Upgrade and the way back, as docs/upgrade.md has it: an older release on newer state ends with a line, and loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from streams.settings import KafkaSettings
from streams.stages.row_versions import ROWS
from tests.support.worker_process import REGISTRY, DecidingWorker, eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]
ENDS_WITHIN_S = 180
"""Only there to end a test that fails."""
OLDER = """\
from streams.stages.row_versions import ROWS
object.__setattr__(ROWS, "newest", {**ROWS.newest, "alert": ROWS.newest["alert"] - 1})
from streams.cli.main import main
main()
"""
"""The release before: what it knows of alerts is one version less."""


def test_an_older_release_on_newer_state_ends_with_a_line_and_the_newer_goes_on(
    empty_kafka: KafkaSettings, tmp_path: Path
) -> None:
    """What came meanwhile waits in its topic, and becomes an alert when the newer release is started again."""
    first = DecidingWorker(tmp_path, empty_kafka)
    try:
        first.report(1)
        eventually(lambda: "worker-test-1" in first.reported(), ENDS_WITHIN_S)
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(ENDS_WITHIN_S) == 0
        first.report(1, revision=1)  # whose alert's row must be read
        first.report(2)
        told = older(empty_kafka, tmp_path)
        newest = ROWS.newest["alert"]
        assert f"row alert/… is of version {newest}, and this software knows {newest - 1}" in told
        assert "start that release again, nothing is lost" in told
        again = DecidingWorker(tmp_path, empty_kafka)
        try:
            eventually(lambda: {"worker-test-1", "worker-test-2"} <= again.reported(), ENDS_WITHIN_S)
        finally:
            again.close()
    finally:
        first.close()


def older(kafka: KafkaSettings, folder: Path) -> str:
    """Run the release before on the same state until it ends by itself; return what it said."""
    environment = {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "TOEZICHT_REGISTRY": str(REGISTRY),
        "TOEZICHT_DATA": str(folder / "data"),
    }
    command = [sys.executable, "-c", OLDER, "worker", "locate", "corroborate", "decide"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=ENDS_WITHIN_S)
    assert ended.returncode == 1, ended.stderr
    return ended.stderr

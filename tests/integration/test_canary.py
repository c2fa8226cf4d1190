"""A canary through real workers on a real broker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from streams.canary.partitions import names
from streams.local.supervisor import ProcessSpec, Supervisor
from streams.settings import KafkaSettings
from tests.support.registry import registry_camera, write_registry

pytestmark = [pytest.mark.integration]


def test_a_round_comes_back(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """Each partition's canary comes all the way; the command tells each step and ends well."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": empty_kafka.bootstrap_servers,
        "TOEZICHT_REGISTRY": str(write_registry(tmp_path / "cameras.yaml", registry_camera("c1", {"url": "none"}))),
        "TOEZICHT_DATA": str(tmp_path),
    }
    command = [sys.executable, "-m", "streams.cli"]
    stages = ProcessSpec("deciding", [*command, "worker", "observe", "locate", "corroborate", "decide"], environment)
    workers = Supervisor([stages], tmp_path / "run")
    workers.start()
    try:
        done = subprocess.run(
            [*command, "canary", "--once", "--within", "120", "--json"],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
    finally:
        workers.stop()
    assert done.returncode == 0, done.stderr
    steps = {(told["canary"], told["step"]) for told in map(json.loads, done.stdout.splitlines())}
    assert steps == {
        (number, step) for number in range(len(names())) for step in ("report", "camera", "action", "state")
    }

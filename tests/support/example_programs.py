"""Programs of `docs/examples`, run as a partner runs them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from streams.local.kafka_jars import kafka_jars
from streams.settings import KafkaSettings, Settings
from tests.support.partner_room import WITHIN_S
from tests.support.worker_process import eventually

EXAMPLES: Final = Path(__file__).parents[2] / "docs" / "examples"


@dataclass
class Program:
    """An example as a partner runs it: in a folder of its own, with all that it starts in one process group."""

    command: list[str]
    environment: dict[str, str]
    folder: Path

    def start(self) -> None:
        """Start it."""
        with (self.folder / "said").open("a") as out, (self.folder / "errors").open("a") as errors:
            self._process = subprocess.Popen(
                self.command, cwd=self.folder, env=os.environ | self.environment, stdout=out, stderr=errors,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """Kill it and what it started as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def said(self) -> list[str]:
        """Return what it said in all its lives; fails where it ended by itself."""
        assert self._process.poll() is None, (self.folder / "errors").read_text()[-2_000:]
        return (self.folder / "said").read_text().splitlines()

    def until(self, line: str, times: int = 1) -> None:
        """Wait until it said something."""
        eventually(lambda: sum(each.startswith(line) for each in self.said()) >= times, WITHIN_S)


def python(partner: str, kafka: KafkaSettings, folder: Path) -> Program:
    """Return the example with kafka-python."""
    command = [
        sys.executable,
        str(EXAMPLES / "python" / "partner.py"),
        partner,
        "--bootstrap-servers",
        kafka.bootstrap_servers,
    ]
    return Program(command, {}, folder)


def kcat(partner: str, kafka: KafkaSettings, folder: Path) -> Program:
    """Return the example in shell."""
    for needed in ("kcat", "jq"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed (Debian: apt-get install {needed})")
    return Program(
        ["bash", str(EXAMPLES / "kcat" / "partner.sh"), partner], {"BOOTSTRAP_SERVERS": kafka.bootstrap_servers}, folder
    )


def node(partner: str, kafka: KafkaSettings, folder: Path) -> Program:
    """Return the example with kafkajs, run by the Node of the extra `dev`."""
    if not (EXAMPLES / "node" / "node_modules" / "kafkajs").is_dir():
        pytest.skip(
            "kafkajs is not installed: `make test` does it, or `../../../scripts/node.sh npm ci` in docs/examples/node"
        )
    command = [str(EXAMPLES.parents[1] / "scripts" / "node.sh"), "node", str(EXAMPLES / "node" / "partner.js"), partner]
    return Program(command, {"BOOTSTRAP_SERVERS": kafka.bootstrap_servers}, folder)


def java(partner: str, kafka: KafkaSettings, folder: Path) -> Program:
    """Return the example in Java, with the broker's jars."""
    found = shutil.which("java")
    modules = (
        subprocess.run([found, "--list-modules"], capture_output=True, text=True, check=False).stdout if found else ""
    )
    if "jdk.compiler" not in modules:
        pytest.skip("no JDK is installed, which runs a source file (Debian: apt-get install default-jdk-headless)")
    jars = kafka_jars(Settings().cache, lambda _: None)
    command = [
        "java",
        "-Xmx128m",
        "-XX:+UseSerialGC",
        "-cp",
        f"{jars}/*",
        str(EXAMPLES / "java" / "Partner.java"),
        partner,
    ]
    return Program(command, {"BOOTSTRAP_SERVERS": kafka.bootstrap_servers}, folder)

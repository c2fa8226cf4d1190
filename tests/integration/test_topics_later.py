"""Processes that are started before their topics: they say what they wait for, are not ready, and begin once it is there."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from streams.kafka.admin import apply
from streams.settings import KafkaSettings
from streams.topics import ALERT_STATE, ALERTS, CANARY
from tests.support.cluster import clear, empty
from tests.support.worker_process import REGISTRY, eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow]

WITHIN_S: Final = 120.0
"""Only there to end a test that fails."""
LATE: Final[dict[str, list[str]]] = {
    "worker": ["worker", "observe", "locate", "corroborate", "decide"],
    "intake": ["intake", "p2000"],
    "canary": ["canary"],
}
DUTCH: Final = frozenset({"watch"})
"""Commands of operators, who ask operations: docs/operators.md."""
AT_ONCE: Final[dict[str, list[str]]] = {
    "watch": ["watch", "--for", "600"],
    "act": ["act", "some-alert", "acknowledge", "--user", "op-1"],
    "canary --once": ["canary", "--once"],
}


class Begun:
    """A command that runs, its log, and whether it is ready."""

    def __init__(self, folder: Path, kafka: KafkaSettings, words: list[str]) -> None:
        folder.mkdir()
        self._log = folder / "log"
        self._ready = folder / "ready.json"
        environment = {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "TOEZICHT_REGISTRY": str(REGISTRY),
            "TOEZICHT_DATA": str(folder / "data"),
            "TOEZICHT_READY_FILE": str(self._ready),
        }
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streams.cli", *words],
                env=environment,
                stdin=subprocess.PIPE,
                stderr=log,
                stdout=log,
            )

    @property
    def ready(self) -> bool:
        """Return whether it said that it does its work."""
        return self._ready.exists()

    def said(self) -> str:
        """Return what it said."""
        return self._log.read_text()

    def end(self) -> None:
        """End it where it still runs."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def no_topics(local_broker: KafkaSettings) -> Iterator[KafkaSettings]:
    """Yield a broker that has no topic, and make them again for whoever comes next."""
    clear(local_broker)
    yield local_broker
    empty(local_broker)


def test_a_process_that_is_started_before_its_topics_waits_for_them(no_topics: KafkaSettings, tmp_path: Path) -> None:
    """It names them, once; it is not ready; told to stop it stops; and once they are there a report becomes an alert."""
    with contextlib.ExitStack() as ended:
        begun = {name: Begun(tmp_path / name, no_topics, words) for name, words in LATE.items()}
        stopped = Begun(tmp_path / "stopped", no_topics, LATE["canary"])
        for each in (*begun.values(), stopped):
            ended.callback(each.end)
        for name, each in begun.items():
            eventually(lambda each=each: "`toezicht topics apply`" in each.said(), WITHIN_S)  # type: ignore[misc]
            assert not each.ready, name
        eventually(lambda: "`toezicht topics apply`" in stopped.said(), WITHIN_S)
        stopped.process.send_signal(signal.SIGTERM)
        assert stopped.process.wait(WITHIN_S) == 0
        assert "incidents" in begun["worker"].said()

        apply(no_topics)
        for each in begun.values():
            eventually(lambda each=each: each.ready, WITHIN_S)  # type: ignore[misc]
            assert each.process.poll() is None, each.said()
        stdin = begun["intake"].process.stdin
        assert stdin is not None
        stdin.write(
            b"FLEX|2026-11-24 10:00:00|1600/2/K/A|10.120|001120999|ALN|P 1 BAD-01 Gebouwbrand Stadsplein Amstelveen\n"
        )
        stdin.close()
        once = Begun(tmp_path / "once", no_topics, ["canary", "--once", "--within", "100"])
        ended.callback(once.end)
        assert once.process.wait(WITHIN_S) == 0, once.said()
        assert begun["intake"].process.wait(WITHIN_S) == 0
        for name in ("worker", "canary"):
            assert begun[name].said().count("`toezicht topics apply`") <= len(LATE["worker"]), begun[name].said()


def test_a_command_that_waits_for_nothing_names_the_topic_and_what_makes_it(
    no_topics: KafkaSettings, tmp_path: Path
) -> None:
    """One line, and the end."""
    with contextlib.ExitStack() as ended:
        begun = {name: Begun(tmp_path / name, no_topics, words) for name, words in AT_ONCE.items()}
        for each in begun.values():
            ended.callback(each.end)
        for name, each in begun.items():
            assert each.process.wait(WITHIN_S) != 0, name
            [line] = [line for line in each.said().splitlines() if line.startswith("toezicht:")]
            told = "ontbreekt, vraag het aan beheer" if name in DUTCH else "missing; `toezicht topics apply` makes them"
            assert told in line
            assert any(topic in line for topic in (ALERTS, ALERT_STATE, CANARY)), line

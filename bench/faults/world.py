"""The pipeline under test of `bench faults`: a real broker, and a supervised process for each stage."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench.faults.map import registry_document
from streams.kafka.admin import apply
from streams.local.broker import LocalBroker, free_port
from streams.local.supervisor import Child, ProcessSpec, Supervisor
from streams.local.watchdog import Watchdog
from streams.settings import KafkaSettings, Settings

STAGES: Final = ("observe", "locate", "corroborate", "decide")
POLL_S: Final = 0.1
GONE_WITHIN_S: Final = 30.0
BACK_WITHIN_S: Final = 240.0


class FaultWorld:
    """Starts everything; faults reach into it.

    Attributes:
        folder: Data of the broker, state and logs of the workers.
        broker: The broker.
        watchdog: What starts it again, as under `toezicht up`, except while a fault keeps it away.

    Args:
        plain: Whether the stages run on the framework as it comes, for comparison.
        stages: Which run, a process each.
    """

    def __init__(
        self, folder: Path, progress: Callable[[str], None], *, plain: bool = False, stages: Sequence[str] = STAGES
    ) -> None:
        self.folder = folder
        self._stages = stages
        self._plain = plain
        self._progress = progress
        self.broker = LocalBroker(folder / "broker", Settings().cache, free_port(), progress=progress)
        self.watchdog = Watchdog(self.broker, progress)
        self._kept_away = threading.Event()
        self._registry = folder / "registry.yaml"
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._spares: list[Supervisor] = []

    def start(self) -> None:
        """Start the broker and all workers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._registry.write_text(registry_document())
        self._start_brokers()
        specs = [self.spec(stage, stage) for stage in self._stages]
        self.supervisor = Supervisor(specs, self.folder / "run", beside=self._look_after)
        self.supervisor.start(self._progress)
        self._watching.start()

    def stop(self) -> None:
        """Stop all of it."""
        self._stop.set()
        if self._watching.is_alive():
            self._watching.join()
        for supervisor in (*self._spares, self.supervisor):
            supervisor.stop()
        self._stop_brokers()

    def await_whole(self) -> None:
        """Wait until what a fault took away is there again; one broker is, once the flow is."""

    def _start_brokers(self) -> None:
        self.watchdog.start()
        apply(self.kafka)

    def _stop_brokers(self) -> None:
        self.broker.stop()

    def _reaching(self, stage: str) -> dict[str, str]:
        """Return the variables by which a stage reaches the brokers."""
        return {"KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap_servers}

    @property
    def kafka(self) -> KafkaSettings:
        """Return how to reach the broker."""
        return KafkaSettings(bootstrap_servers=self.broker.bootstrap_servers)

    def spec(self, name: str, stage: str) -> ProcessSpec:
        """Return the process of one stage."""
        environment = self._reaching(stage) | {
            "TOEZICHT_REGISTRY": str(self._registry),
            "TOEZICHT_DATA": str(self.folder / "data"),
            "TOEZICHT_METRICS_PORT": "0",
            "TOEZICHT_LOG_LEVEL": "INFO",
        }
        command = (
            ["bench.yardsticks.stage", stage, name]
            if self._plain
            else ["streams.cli", "worker", stage, "--state", name]
        )
        return ProcessSpec(name, [sys.executable, "-m", *command], environment)

    def state_folder(self, name: str) -> Path:
        """Return where a worker keeps its state."""
        return self.folder / "data" / "state" / name

    def child(self, name: str) -> Child:
        """Return a worker by its name, spare or not."""
        for supervisor in (self.supervisor, *self._spares):
            for child in supervisor.children:
                if child.spec.name == name:
                    return child
        raise KeyError(name)

    def pid(self, name: str) -> int:
        """Return the process id of a worker, waiting until it runs."""
        deadline = time.monotonic() + GONE_WITHIN_S
        while time.monotonic() < deadline:
            child = self.child(name)
            if child.running() and child.popen is not None:
                return child.popen.pid
            time.sleep(0.05)
        raise TimeoutError(f"worker {name} does not run")

    def kill(self, name: str) -> float:
        """Kill -9 a worker and return when (s since the epoch); the supervisor starts it again."""
        os.kill(self.pid(name), signal.SIGKILL)
        return time.time()

    def restart(self, name: str) -> float:
        """Stop a worker in an orderly way (SIGTERM), and wait until its follower is ready; return when (s since the epoch)."""
        child = self.child(name)
        before = self.pid(name)
        os.kill(before, signal.SIGTERM)
        deadline = time.monotonic() + BACK_WITHIN_S
        while self.pid(name) == before or not child.ready_file.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"worker {name} does not come back")
            time.sleep(POLL_S)
        return time.time()

    def join(self, name: str, stage: str) -> None:
        """Start a second worker of a stage, and wait until it is ready."""
        spare = Supervisor([self.spec(name, stage)], self.folder / "run")
        spare.start(self._progress)
        self._spares.append(spare)

    def leave(self, name: str) -> None:
        """Stop a second worker in an orderly way."""
        spare = next(each for each in self._spares if each.children[0].spec.name == name)
        self._spares.remove(spare)
        spare.stop()

    def stop_broker(self) -> None:
        """Take the broker away in an orderly way; it stays away."""
        with self._lock:
            self._kept_away.set()
        self.broker.stop()

    def start_broker(self) -> float:
        """Bring the broker back, on its port and data, and return when it answered (s since the epoch)."""
        self.broker.start()
        self._kept_away.clear()
        return time.time()

    def kill_broker(self) -> None:
        """Kill -9 the broker under its watchdog."""
        pid = self.broker.pid
        assert pid is not None
        self._killed_at = self.watchdog.restarts
        os.kill(pid, signal.SIGKILL)

    def await_broker(self) -> float:
        """Wait until the watchdog brought the killed broker back, and return when it answered (s since the epoch)."""
        deadline = time.monotonic() + BACK_WITHIN_S
        while self.watchdog.restarts == self._killed_at or not self.watchdog.up:
            if time.monotonic() > deadline:
                raise TimeoutError("the broker does not come back")
            time.sleep(0.05)
        return time.time()

    def restarts(self) -> int:
        """Return how often a worker was started again so far."""
        return sum(child.restarts for child in self.supervisor.children)

    def _look_after(self) -> None:
        with self._lock:
            if not self._kept_away.is_set():
                self.watchdog.poll()

    def _watch(self) -> None:
        while not self._stop.wait(POLL_S):
            for supervisor in (self.supervisor, *self._spares):
                supervisor.poll()

"""Processes that belong together: started in order, restarted with backoff, stopped in reverse, none left behind.

A child is killed by the kernel when its parent dies (`streams/local/parent_death.py`), so not even `kill -9` leaves one running.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from streams.errors import ToezichtError
from streams.local.backoff import Backoff
from streams.local.parent_death import pdeath_command
from streams.metrics import WORKER_RESTARTS
from streams.process import READY_VARIABLE

log = logging.getLogger(__name__)

STOP_WITHIN_S: Final = 8.0
"""After this a process that does not stop is killed; the whole stops within 10 s (issue: clean stop on Ctrl-C)."""

SUPERVISOR: Final = "supervisor"
"""What the supervising process is called in Prometheus' file of targets."""


class ProcessError(ToezichtError):
    """A process could not be started or did not become ready in time."""


@dataclass(frozen=True)
class ProcessSpec:
    """One process.

    Attributes:
        name: What it is called in logs, state and metrics.
        command: Program and arguments.
        environment: Variables on top of this process's own.
        stdin: A file to read from; nothing where empty.
        ready_within_s: How long it may take until it says that it is ready; zero does not wait.
        restart: Whether it is started again after it ends; otherwise an end with code 0 is its success.
        withheld: Variables of this process's own environment that it does not get: others' passwords.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: Path | None = None
    ready_within_s: float = 90.0
    restart: bool = True
    withheld: frozenset[str] = frozenset()


@dataclass
class Child:
    """A process that runs, ran, or waits to be started again."""

    spec: ProcessSpec
    folder: Path
    popen: subprocess.Popen[bytes] | None = None
    started_at_s: float = 0.0
    start_again_at_s: float = 0.0
    backoff: Backoff = field(default_factory=Backoff)
    restarts: int = 0
    finished: bool = False

    @property
    def ready_file(self) -> Path:
        """Return where the process says that it is ready."""
        return self.folder / f"{self.spec.name}.ready.json"

    @property
    def log_file(self) -> Path:
        """Return where the process's output goes."""
        return self.folder / f"{self.spec.name}.log"

    def running(self) -> bool:
        """Return whether the process lives."""
        return self.popen is not None and self.popen.poll() is None

    def metrics_port(self) -> int | None:
        """Return the port of its metrics, once it said so."""
        try:
            return int(json.loads(self.ready_file.read_text())["metrics_port"])
        except (OSError, ValueError, KeyError):
            return None

    def resident_mb(self) -> float | None:
        """Return its resident memory in MiB (`VmRSS` of /proc), or None when it does not run."""
        if self.popen is None or not self.running():
            return None
        try:
            status = Path(f"/proc/{self.popen.pid}/status").read_text()
        except OSError:
            return None
        kilobytes = next((line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")), None)
        return None if kilobytes is None else int(kilobytes) / 1024


class Supervisor:
    """Starts, watches and stops a list of processes."""

    def __init__(
        self,
        specs: Sequence[ProcessSpec],
        folder: Path,
        clock_s: Callable[[], float] = time.monotonic,
        metrics_port: int | None = None,
        beside: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; nothing runs before `start`. Logs and signs of readiness go into the folder.

        `metrics_port` is where this process itself serves metrics, if it does: the restarts are counted here. `beside` is
        called whenever the processes are looked after, also while they start: it looks after what they need.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.children = [Child(spec, folder) for spec in specs]
        self._started: list[Child] = []
        self._beside = beside
        self._clock_s = clock_s
        self._own_port = metrics_port
        for spec in specs:
            WORKER_RESTARTS.labels(spec.name)  # a series from the start: `increase` does not see one that begins at 1
        self._targets = folder / "prometheus-targets.json"
        self._told: dict[str, int] = {}

    def start(self, progress: Callable[[str], None] = lambda _: None) -> None:
        """Start all in order, each after the one before it is ready; those before it are looked after meanwhile.

        Raises:
            ProcessError: One ended or was not ready in time; those started before are stopped.
        """
        try:
            for child in self.children:
                progress(f"starting {child.spec.name}")
                self._launch(child)
                self._wait_ready(child)
                self._started.append(child)
        except BaseException:
            self.stop()
            raise
        self._write_targets()

    def poll(self) -> None:
        """Restart what died, once its backoff is over. Call several times a second."""
        self._beside()
        now_s = self._clock_s()
        if self._ports() != self._told:
            self._write_targets()
        for child in self._started:
            if child.finished or child.running():
                continue
            if child.popen is not None:
                self._note_death(child, now_s)
            elif now_s >= child.start_again_at_s:
                self._launch(child)

    def stop(self) -> None:
        """Stop all, the last started first; kill what does not stop in time."""
        running = [child for child in reversed(self.children) if child.running()]
        deadline_s = self._clock_s() + STOP_WITHIN_S
        for child in running:
            assert child.popen is not None
            child.popen.send_signal(signal.SIGTERM)
        for child in running:
            assert child.popen is not None
            try:
                child.popen.wait(max(0.1, deadline_s - self._clock_s()))
            except subprocess.TimeoutExpired:
                log.warning("%s does not stop, killing it", child.spec.name)
                child.popen.kill()
                child.popen.wait()
        for child in self.children:
            child.finished = True

    def child(self, name: str) -> Child:
        """Return a process by its name."""
        return next(child for child in self.children if child.spec.name == name)

    def memory_mb(self) -> dict[str, float]:
        """Return the resident memory of each process that runs, in MiB."""
        found = {child.spec.name: child.resident_mb() for child in self.children}
        return {name: round(megabytes, 1) for name, megabytes in found.items() if megabytes is not None}

    def _launch(self, child: Child) -> None:
        child.ready_file.unlink(missing_ok=True)
        inherited = {name: value for name, value in os.environ.items() if name not in child.spec.withheld}
        environment = {**inherited, **child.spec.environment, READY_VARIABLE: str(child.ready_file)}
        with child.log_file.open("ab") as log_file, (child.spec.stdin or Path(os.devnull)).open("rb") as stdin:
            child.popen = subprocess.Popen(
                pdeath_command(list(child.spec.command)),
                env=environment,
                stdin=stdin,
                stdout=log_file,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor alone, which stops in order
            )
        child.started_at_s = self._clock_s()

    def _wait_ready(self, child: Child) -> None:
        limit_s = child.spec.ready_within_s
        while limit_s and child.metrics_port() is None:
            if not child.running():
                if child.popen is not None and child.popen.returncode == 0 and not child.spec.restart:
                    return
                raise ProcessError(f"{child.spec.name} ended while starting: {last_line(child.log_file)}")
            if self._clock_s() - child.started_at_s > limit_s:
                raise ProcessError(f"{child.spec.name} was not ready within {limit_s:.0f} s, see {child.log_file}")
            self.poll()
            time.sleep(0.05)

    def _note_death(self, child: Child, now_s: float) -> None:
        assert child.popen is not None
        code, child.popen = child.popen.returncode, None
        if code == 0 and not child.spec.restart:
            child.finished = True
            return
        pause_s = child.backoff.ended(now_s - child.started_at_s)
        log.warning(
            "%s ended with code %s (%s), starting it again in %.0f s",
            child.spec.name, code, last_line(child.log_file), pause_s,
        )  # fmt: skip
        child.start_again_at_s = now_s + pause_s
        child.restarts += 1
        WORKER_RESTARTS.labels(child.spec.name).inc()

    def _ports(self) -> dict[str, int]:
        """Return where each process serves metrics; one that did its task and ended is not a process that is down."""
        own = {} if self._own_port is None else {SUPERVISOR: self._own_port}
        running = [child for child in self.children if not child.finished]
        return own | {child.spec.name: port for child in running if (port := child.metrics_port()) is not None}

    def _write_targets(self) -> None:
        """Write Prometheus' file of targets (file_sd_configs), for the processes that told their port."""
        self._told = self._ports()
        targets = [{"targets": [f"127.0.0.1:{port}"], "labels": {"process": name}} for name, port in self._told.items()]
        scratch = self._targets.with_suffix(".part")
        scratch.write_text(json.dumps(targets, indent=1))
        scratch.replace(self._targets)


def last_line(path: Path) -> str:
    """Return the last line of a log that says something, for a one-line error."""
    try:
        lines = [line.strip() for line in path.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return "no log"
    return lines[-1][:300] if lines else "it said nothing"

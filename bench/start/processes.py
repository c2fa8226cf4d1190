"""Processes of `bench start --processes`: each of the product's, as compose and `deploy/pipeline.yaml` start them.

A start is from the command to the product's own word that the process does its work: 200 at `/readyz`, which compose and the
chart probe. Each process is started once before it counts, so that its consumer group and its folder are there, as at any later
start; it is stopped in an orderly way before the next one. The limits are started between them, in the same round.
"""

from __future__ import annotations

import base64
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil

from streams.errors import ToezichtError
from streams.health import READY
from streams.local.broker import free_port
from streams.local.parent_death import pdeath_command
from streams.local.pipeline import process_specs
from streams.local.supervisor import STOP_WITHIN_S, last_line
from streams.settings import Settings

READY_WITHIN_S: Final = 180.0
LOOK_EVERY_S: Final = 0.01
ANSWERS_WITHIN_S: Final = 2.0
MEGABYTE: Final = 2.0**20
NOBODY: Final = "http://127.0.0.1:9"
"""Where nothing answers (the port `discard`): a process that tells others is ready before it has reached them."""
SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class ProcessKind:
    """Process kind: one process of the product.

    Attributes:
        name: As compose names its service.
        command: The command of `toezicht` that it is.
        environment: Its own settings, by variable; `{folder}` is where the run has its files.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


KINDS: Final = (
    ProcessKind("deciding", ("worker", "observe", "locate", "corroborate", "decide")),
    ProcessKind("observe", ("worker", "observe")),
    ProcessKind("locate", ("worker", "locate")),
    ProcessKind("corroborate", ("worker", "corroborate")),
    ProcessKind("decide", ("worker", "decide")),
    ProcessKind("trends", ("worker", "trends")),
    ProcessKind("share", ("worker", "share")),
    ProcessKind("hits", ("worker", "hits")),
    ProcessKind("audit", ("worker", "audit")),
    ProcessKind("seeing", ("worker", "detect")),
    ProcessKind("cameras", ("capture",)),
    ProcessKind("completeness", ("completeness",)),
    ProcessKind("exporter", ("exporter",)),
    ProcessKind("notify", ("notify",)),
    ProcessKind("canary", ("canary",)),
    ProcessKind("console", ("console",), {"TOEZICHT_CONSOLE_PORT": "0"}),
    ProcessKind(
        "intake-http",
        ("intake", "http"),
        {"TOEZICHT_INTAKE_HTTP_PORT": "0", "TOEZICHT_INTAKE_HTTP_CREDENTIALS": "{folder}/senders.yaml"},
    ),
    ProcessKind("signalen", ("intake", "poll", "signalen", "--url", NOBODY, "--token-file", "{folder}/token")),
    ProcessKind("meldingen", ("intake", "poll", "meldingen", "--url", NOBODY, "--token-file", "{folder}/token")),
    ProcessKind(
        "logbook",
        ("logbook",),
        {"TOEZICHT_LOGBOOK_TO": f"{NOBODY}/v1/traces", "TOEZICHT_LOGBOOK_ACTIVITIES": "{folder}/activities.yaml"},
    ),
)
"""Each that runs for long; the stages of `deciding` by themselves too, as a larger room runs them."""

LIMITS: Final[Mapping[str, str]] = {
    "limit: python": "pass",
    "limit: framework and clients": (
        "import faust; faust.App; import aiokafka, kafka, faust.tables.manager, faust.transport.drivers.aiokafka"
    ),
}
"""What is started beside them, as programs: Python that does nothing, and one that only imports what speaks to Kafka."""
TELL_MEMORY: Final = "print(open('/proc/self/statm').read().split()[1])"
"""The pages that a process holds (proc_pid_statm(5)). `ru_maxrss` would be its parent's: it outlives the exec."""


@dataclass(frozen=True, slots=True)
class OneStart:
    """One start: seconds until it was ready, processor seconds by then, and its memory then (RSS, MiB)."""

    ready_s: float
    cpu_s: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class StartPlan:
    """Start plan: which processes, and how often each.

    Attributes:
        names: Of `KINDS`; all where empty.
        rounds: How often each is started that counts.
    """

    names: tuple[str, ...]
    rounds: int

    def kinds(self) -> list[ProcessKind]:
        """Return the processes that are meant.

        Raises:
            ToezichtError: There is none of a name.
        """
        known = {kind.name: kind for kind in KINDS}
        for name in self.names:
            if name not in known:
                raise ToezichtError(f"bench start: --process is {name!r}, expected one of {', '.join(known)}")
        return [known[name] for name in self.names] or list(KINDS)


def environment_of(settings: Settings, bootstrap_servers: str, say: Callable[[str], None]) -> dict[str, str]:
    """Write what the processes read, the demo's files and made-up logins, and return the variables that all of them get."""
    from streams.demo.material import prepare

    folder = settings.data
    material = prepare(folder / "demo", say)
    write_files(folder)
    return {**process_specs(material.pipeline, bootstrap_servers, folder.resolve())[0].environment}


def write_files(folder: Path) -> None:
    """Write made-up senders, a token and processing activities, for the processes that ask for them."""
    token, secret = os.urandom(SECRET_BYTES).hex(), os.urandom(SECRET_BYTES)
    activities = "\n".join(
        f"  {kind}: https://example.org/{kind}" for kind in ("view", "action", "snapshot", "dispatch", "retention")
    )
    signed = f"whsec_{base64.b64encode(secret).decode()}"
    for name, text in {
        "token": token,
        "senders.yaml": f"credentials:\n  - {{id: bench, sources: [bench], secrets: ['{signed}']}}\n",
        "activities.yaml": f"processing_activities:\n{activities}\n",
    }.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(text)


def measure_starts(
    environment: Mapping[str, str], folder: Path, plan: StartPlan, say: Callable[[str], None]
) -> dict[str, Any]:
    """Start each process so often, with the limits between them; return medians by process. See `toezicht bench start --help`."""
    kinds = plan.kinds()
    found: dict[str, list[OneStart]] = {name: [] for name in (*LIMITS, *(kind.name for kind in kinds))}
    for number in range(plan.rounds + 1):
        say("each once, which does not count" if number == 0 else f"round {number} of {plan.rounds}")
        for name, program in LIMITS.items():
            found[name].append(run_to_its_end(program))
        for kind in kinds:
            found[kind.name].append(start_once(kind, environment, folder))
    return table_of(found, plan.rounds)


def table_of(found: Mapping[str, Sequence[OneStart]], rounds: int) -> dict[str, Any]:
    """Return medians by process, without the first start of each."""
    return {"rounds": rounds, "processes": {name: _medians(starts[1:]) for name, starts in found.items()}}


def start_once(kind: ProcessKind, environment: Mapping[str, str], folder: Path) -> OneStart:
    """Start a process, wait until it says that it is ready, and stop it.

    Raises:
        ToezichtError: It ended, or was not ready in time.
    """
    began_s = time.monotonic()
    with running(kind, environment, folder) as process:
        ready_s = time.monotonic() - began_s
        return OneStart(ready_s, _spent_s(process), process.memory_info().rss / MEGABYTE)


@contextmanager
def running(kind: ProcessKind, environment: Mapping[str, str], folder: Path) -> Iterator[psutil.Process]:
    """Yield a process once it says that it is ready; it is stopped at the end.

    Raises:
        ToezichtError: It ended, or was not ready in time.
    """
    log, port, began_s = folder / f"{kind.name}.log", free_port(), time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(
            pdeath_command([sys.executable, "-m", "streams.cli", *_placed(kind.command, folder)]),
            env={**os.environ, **environment, **_own(kind, folder), "TOEZICHT_METRICS_PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while not _is_ready(port):
            if process.poll() is not None:
                raise ToezichtError(f"bench start: {kind.name} ended: {last_line(log)}")
            if time.monotonic() - began_s > READY_WITHIN_S:
                raise ToezichtError(f"bench start: {kind.name} is not ready after {READY_WITHIN_S:.0f} s, see {log}")
            time.sleep(LOOK_EVERY_S)
        yield psutil.Process(process.pid)
    finally:
        _stop(process)


def run_to_its_end(program: str) -> OneStart:
    """Run a program of Python to its end, as a limit: seconds, processor seconds, and its memory at the end.

    Raises:
        ToezichtError: It failed.
    """
    began_s = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", f"{program}\n{TELL_MEMORY}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as told:
        pages = told.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ToezichtError(f"bench start: {program!r} ended with code {process.returncode}")
    memory_mb = int(pages) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    return OneStart(time.monotonic() - began_s, used.ru_utime + used.ru_stime, memory_mb)


def _spent_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def _is_ready(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{READY}", timeout=ANSWERS_WITHIN_S) as told:
        return bool(told.status == 200)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _placed(parts: Sequence[str], folder: Path) -> list[str]:
    return [part.replace("{folder}", str(folder)) for part in parts]


def _own(kind: ProcessKind, folder: Path) -> dict[str, str]:
    return dict(zip(kind.environment, _placed(list(kind.environment.values()), folder), strict=True))


def _medians(starts: Sequence[OneStart]) -> dict[str, float]:
    return {
        "ready_s": round(statistics.median(each.ready_s for each in starts), 2),
        "slowest_s": round(max(each.ready_s for each in starts), 2),
        "cpu_s": round(statistics.median(each.cpu_s for each in starts), 2),
        "memory_mb": round(statistics.median(each.memory_mb for each in starts), 1),
    }


def lines_of(result: Mapping[str, Any]) -> list[str]:
    """Return the table as a person reads it."""
    head = f"{'process':30} {'ready s':>8} {'slowest':>8} {'cpu s':>7} {'MB':>7}"
    rows = (
        f"{name:30} {row['ready_s']:8.2f} {row['slowest_s']:8.2f} {row['cpu_s']:7.2f} {row['memory_mb']:7.0f}"
        for name, row in result["processes"].items()
    )
    return [head, *rows]

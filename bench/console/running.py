"""Running: the processes that are measured: `worker decide`, `toezicht console`, and the server of the limit."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from bench.console.full_room import ROOM
from streams.errors import ToezichtError
from streams.local.parent_death import pdeath_command
from streams.local.supervisor import Child, ProcessSpec, Supervisor

READY_WITHIN_S: Final = 300.0
OWN: Final = {"Sec-Fetch-Site": "same-origin"}
COOKIE: Final = "toezicht"
USER: Final = "jan"
TOLD: Final = "the console is at "


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used (user and system, /proc/PID/stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Served:
    """Served: where a server is, its process, and the session's cookie; empty where it asks for none."""

    address: str
    pid: int
    cookie: str = ""


@contextmanager
def decide(environment: Mapping[str, str], folder: Path) -> Iterator[Child]:
    """Run the stage `decide` until the end of the block."""
    with _running("decide", ["worker", "decide"], environment, folder) as child:
        yield child


@contextmanager
def console(environment: Mapping[str, str], folder: Path) -> Iterator[Served]:
    """Run a console until the end of the block, and log in there."""
    password = secrets.token_urlsafe(24)
    accounts = folder / "accounts.json"
    accounts.touch(0o600)
    first = {"user": USER, "roles": ["supervisor"], "rooms": [ROOM], "password": password, "must_change": False}
    accounts.write_text(json.dumps([first]), encoding="utf-8")
    settings = {
        "TOEZICHT_LOG_LEVEL": "INFO",  # it tells its address
        "TOEZICHT_CONSOLE_PORT": "0",
        "TOEZICHT_CONSOLE_FIRST_ACCOUNTS": str(accounts),
        "TOEZICHT_CONSOLE_STREAMS_PER_USER": "100",
    }
    with _running("console", ["console"], {**environment, **settings}, folder) as child:
        address = child.log_file.read_text().rpartition(TOLD)[2].split()[0]
        with httpx2.Client(base_url=address, headers=OWN, timeout=60) as client:
            _wait_whole(client)
            answer = client.post("/api/v1/session", json={"user": USER, "password": password})
            answer.raise_for_status()
            assert child.popen is not None
            yield Served(address, child.popen.pid, client.cookies[COOKIE])


@contextmanager
def limit(rows: bytes, folder: Path) -> Iterator[Served]:
    """Run the server of the limit until the end of the block."""
    path = folder / "rows.ndjson"
    path.write_bytes(rows)
    command = pdeath_command([sys.executable, "-m", "bench.console.limit", str(path)])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError("the server of the limit does not start")
        yield Served(address, process.pid)
    finally:
        process.kill()
        process.wait()


def read_rows(served: Served) -> tuple[bytes, float]:
    """Return the whole list, as a partner would read it, and how long it took (s): the first time its rows are rendered."""
    began_s = time.monotonic()
    with httpx2.Client(base_url=served.address, headers=OWN, cookies={COOKIE: served.cookie}, timeout=120) as client:
        answer = client.get(f"/api/v1/rooms/{ROOM}/rows")
        answer.raise_for_status()
        return answer.content, time.monotonic() - began_s


def _wait_whole(client: httpx2.Client) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while client.get("/readyz").status_code != 200:
        if time.monotonic() > deadline:
            raise ToezichtError(f"after {READY_WITHIN_S:.0f} s the console has no whole list")
        time.sleep(0.1)


@contextmanager
def _running(name: str, command: list[str], environment: Mapping[str, str], folder: Path) -> Iterator[Child]:
    spec = ProcessSpec(
        name, [sys.executable, "-m", "streams.cli", *command], environment, ready_within_s=READY_WITHIN_S, restart=False
    )
    supervisor = Supervisor([spec], folder / "run")
    supervisor.start()
    try:
        yield supervisor.children[0]
    finally:
        supervisor.stop()

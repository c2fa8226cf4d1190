"""Processes start in order, come back after a death, and none is left behind."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from streams.local.supervisor import ProcessError, ProcessSpec, Supervisor

READY = (
    "import json, os, time, signal\n"
    "signal.signal(signal.SIGTERM, lambda *_: exit(0))\n"
    "open(os.environ['TOEZICHT_READY_FILE'], 'w').write(json.dumps({'metrics_port': 1}))\n"
)


def python(name: str, code: str, **options: object) -> ProcessSpec:
    """Return a process that runs some Python."""
    return ProcessSpec(name, (sys.executable, "-c", code), **options)  # type: ignore[arg-type]


def eventually(condition: Callable[[], bool], within_s: float = 30) -> None:
    """Wait for a condition; the limit is only there to end a test that fails."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)


def test_a_process_that_dies_is_started_again_and_counted(tmp_path: Path) -> None:
    """After its backoff it runs with a new process id."""
    supervisor = Supervisor([python("sleeper", READY + "time.sleep(600)")], tmp_path)
    supervisor.start()
    try:
        child = supervisor.child("sleeper")
        assert child.popen is not None
        first = child.popen.pid
        child.popen.kill()
        child.popen.wait()
        child.backoff.pause_s = 0.0

        def polled() -> bool:
            supervisor.poll()
            return child.running()

        eventually(polled)
        assert child.popen is not None
        assert child.popen.pid != first
        assert child.restarts == 1
    finally:
        supervisor.stop()


def test_stopping_leaves_no_process_behind_even_one_that_ignores_the_signal(tmp_path: Path) -> None:
    """A process that does not stop in time is killed."""
    stubborn = READY + "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)"
    supervisor = Supervisor([python("kind", READY + "time.sleep(600)"), python("stubborn", stubborn)], tmp_path)
    supervisor.start()
    ids = [child.popen.pid for child in supervisor.children if child.popen]
    supervisor.stop()
    assert len(ids) == 2
    for process_id in ids:
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)


def test_a_process_that_ends_while_starting_stops_all_with_its_last_words(tmp_path: Path) -> None:
    """The error carries the last line of its log, and the one started before it is stopped."""
    broken = python("broken", "raise SystemExit('no such camera')")
    supervisor = Supervisor([python("first", READY + "time.sleep(600)"), broken], tmp_path)
    with pytest.raises(ProcessError, match="broken ended while starting: no such camera"):
        supervisor.start()
    assert not any(child.running() for child in supervisor.children)


def test_a_task_that_ends_well_is_not_started_again(tmp_path: Path) -> None:
    """`restart: false` with code 0 is a success."""
    supervisor = Supervisor([python("task", READY, restart=False)], tmp_path)
    supervisor.start()
    child = supervisor.child("task")
    try:

        def polled() -> bool:
            supervisor.poll()
            return child.finished

        eventually(polled)
        assert child.restarts == 0
    finally:
        supervisor.stop()


def test_prometheus_is_told_of_what_runs_and_of_the_supervisor_itself(tmp_path: Path) -> None:
    """The file of targets follows ports as they change; a task that is done is no process that is down."""
    other_port = READY.replace("1}", "2}")
    restarted = (
        f"import os\nif os.path.exists({str(tmp_path / 'again')!r}):\n exec({other_port + 'time.sleep(600)'!r})\n"
    )
    specs = [python("task", READY, restart=False), python("sleeper", restarted + READY + "time.sleep(600)")]
    supervisor = Supervisor(specs, tmp_path, metrics_port=9)

    def told() -> dict[str, list[str]]:
        supervisor.poll()
        targets = json.loads((tmp_path / "prometheus-targets.json").read_text())
        return {target["labels"]["process"]: target["targets"] for target in targets}

    supervisor.start()
    try:
        eventually(lambda: told() == {"supervisor": ["127.0.0.1:9"], "sleeper": ["127.0.0.1:1"]})
        (tmp_path / "again").touch()
        child = supervisor.child("sleeper")
        child.backoff.pause_s = 0.0
        assert child.popen is not None
        child.popen.kill()
        eventually(lambda: told() == {"supervisor": ["127.0.0.1:9"], "sleeper": ["127.0.0.1:2"]})
        assert REGISTRY.get_sample_value("toezicht_worker_restarts_total", {"worker": "task"}) == 0
    finally:
        supervisor.stop()


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """The kernel ends them: kill -9 of the supervisor leaves nothing running."""
    code = (
        "import sys, time, pathlib\n"
        "from streams.local.supervisor import ProcessSpec, Supervisor\n"
        f"child = ProcessSpec('c', (sys.executable, '-c', {READY + 'time.sleep(600)'!r}))\n"
        f"s = Supervisor([child], pathlib.Path({str(tmp_path)!r}))\n"
        "s.start(); print(s.children[0].popen.pid, flush=True); time.sleep(600)\n"
    )
    import subprocess

    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child_id = int(parent.stdout.readline())
        parent.kill()

        def gone() -> bool:
            try:
                os.kill(child_id, 0)
            except ProcessLookupError:
                return True
            return Path(f"/proc/{child_id}/stat").read_text().split()[2] == "Z"

        eventually(gone)


def test_a_process_does_not_get_what_is_withheld(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can read its memory or /proc finds no password there."""
    monkeypatch.setenv("CAMERA_PASSWORD", "hush")
    monkeypatch.setenv("OTHER", "said")
    code = f"{READY}time.sleep(600)"
    secret = frozenset({"CAMERA_PASSWORD", "NEVER_SET"})
    supervisor = Supervisor([python("with", code), python("without", code, withheld=secret)], tmp_path)
    supervisor.start()
    try:
        told = {}
        for child in supervisor.children:
            assert child.popen is not None
            told[child.spec.name] = Path(f"/proc/{child.popen.pid}/environ").read_bytes()
        assert {name: b"hush" in text for name, text in told.items()} == {"with": True, "without": False}
        assert all(b"OTHER=said" in text for text in told.values())
    finally:
        supervisor.stop()


def test_what_the_processes_need_is_looked_after_while_they_start(tmp_path: Path) -> None:
    """A process that waits for the broker becomes ready only when somebody brings the broker back meanwhile."""
    needed = tmp_path / "broker-is-up"
    waits = f"import os, time\nwhile not os.path.exists({str(needed)!r}): time.sleep(0.01)\n"
    supervisor = Supervisor([python("waits", waits + READY + "time.sleep(600)")], tmp_path, beside=needed.touch)
    supervisor.start()
    supervisor.stop()


def test_a_process_that_dies_while_a_later_one_starts_is_started_again(tmp_path: Path) -> None:
    """The later one may need it."""
    starts, pid = tmp_path / "starts", tmp_path / "pid"
    first = (
        f"import os\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\nopen({str(starts)!r}, 'a').write('x')\n"
        + READY
        + "time.sleep(600)"
    )
    second = (
        "import os, signal, time\n"
        f"os.kill(int(open({str(pid)!r}).read()), signal.SIGKILL)\n"
        f"while open({str(starts)!r}).read() != 'xx': time.sleep(0.01)\n" + READY + "time.sleep(600)"
    )
    supervisor = Supervisor([python("first", first), python("second", second)], tmp_path)
    supervisor.start()
    try:
        assert supervisor.child("first").restarts == 1
    finally:
        supervisor.stop()

"""What `bench start --idle` tells: shares of a core, of processes that live."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from bench.start.idle import STAGES, shares_of
from bench.start.processes import KINDS
from streams.errors import ToezichtError


def test_a_process_that_computes_uses_more_than_one_that_sleeps() -> None:
    """However busy the machine is; a broker that is not ours is not known."""
    with (
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy,
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as asleep,
    ):
        while psutil.Process(asleep.pid).status() != psutil.STATUS_SLEEPING:
            pass
        computes, sleeps, unknown = shares_of([psutil.Process(busy.pid), psutil.Process(asleep.pid), None], 1.0)
        for process in (busy, asleep):
            process.kill()
    assert unknown is None
    assert computes is not None
    assert sleeps is not None
    assert computes > sleeps
    assert sleeps < 0.5


def test_one_that_has_ended_is_no_figure() -> None:
    """A worker that died used nothing, which would look as a success."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    looked_at = psutil.Process(ended.pid)
    ended.wait()
    with pytest.raises(ToezichtError, match="has ended"):
        shares_of([looked_at], 0.0)


def test_the_idle_stages_are_those_of_deciding() -> None:
    """As compose runs them in one process."""
    [deciding] = [kind for kind in KINDS if kind.name == "deciding"]
    assert deciding.command[1:] == STAGES

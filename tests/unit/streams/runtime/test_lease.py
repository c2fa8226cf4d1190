"""The lease: sending is allowed for as long as nobody else can have the partitions, whatever the machine does."""

from __future__ import annotations

import asyncio

import pytest

from streams.runtime.lease import Lease
from tests.support.clock import suspend


def test_a_lease_ends_while_the_machine_is_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that was closed, a virtual machine that was moved: others have the partitions by now."""
    lease = Lease(7)
    lease.prove(lease.now_s())
    before = lease.held
    suspend(monkeypatch, 60)
    assert (before, lease.held) == (True, False)
    assert lease.missing_s >= 53


def test_an_answer_that_comes_after_the_machine_slept_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit was sent before, and who has the partitions since then is not known."""
    lease = Lease(7)
    sent_at_s = lease.now_s()
    suspend(monkeypatch, 60)
    lease.prove(sent_at_s)
    assert not lease.held


def test_the_lease_ends_while_the_worker_sleeps_and_sending_waits_for_the_next_proof() -> None:
    """The clock goes on while a process is stopped; a proof counts from when it was asked for, not from its answer."""

    async def run() -> None:
        clock = [0.0]
        lease = Lease(7, lambda: clock[0])
        waiting = asyncio.create_task(lease.wait())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        lease.prove(0.0)
        await waiting
        clock[0] = 6.9
        assert (lease.held, lease.aging) == (True, True)
        clock[0] = 7.0
        assert (lease.held, lease.aging) == (False, True)
        waiting = asyncio.create_task(lease.wait())
        lease.prove(-1.0)
        await asyncio.sleep(0.01)
        assert not waiting.done()
        lease.prove(6.0)
        await waiting

    asyncio.run(run())

"""Idle of `bench start --idle`: what a pipeline that has nothing to do costs: its stages in one process, and its broker.

Nothing is sent but what the stages send by themselves: ticks, commits, fetches that find nothing. Beside it, as its limit, plain
consumers of as many groups read the same topics, with the shortest wait at the broker that a stage asks for, and commit once a
second; what the same broker uses with them, and with nobody, is measured too. Nobody sends ticks then.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.start.processes import MEGABYTE, ProcessKind, running
from streams.errors import ToezichtError
from streams.kafka.options import COMMITTED
from streams.local.parent_death import pdeath_command
from streams.runtime.faust.consumer import FETCH_WAITS_MS
from streams.topics import BY_NAME

STAGES: Final = ("observe", "locate", "corroborate", "decide")
TURN_MS: Final = 1_000
"""As often as ticks come to a stage, each of which it commits."""
WARM_UP_S: Final = 15.0
"""After it is ready: the first fetches, and what the framework begins a few seconds late."""


def measure_idle(
    environment: Mapping[str, str],
    folder: Path,
    seconds: float,
    broker: psutil.Process | None,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Return shares of a core, of the stages and of the broker; see `toezicht bench start --help`."""
    say(f"the broker alone for {seconds:.0f} s")
    alone = shares_of([broker], seconds)
    say(f"{len(STAGES)} idle stages for {seconds:.0f} s")
    with running(ProcessKind("idle", ("worker", *STAGES)), environment, folder) as process:
        time.sleep(WARM_UP_S)
        stages, with_stages = shares_of([process, broker], seconds)
        memory_mb = process.memory_full_info().uss / MEGABYTE
    say(f"as many plain consumers for {seconds:.0f} s")
    with _plain(environment["KAFKA_BOOTSTRAP_SERVERS"], folder) as plain:
        time.sleep(WARM_UP_S)
        limit, with_plain = shares_of([psutil.Process(plain.pid), broker], seconds)
    return {
        "seconds": seconds,
        "stages_share": stages,
        "plain_consumers_share": limit,
        "stages_memory_mb": round(memory_mb, 1),
        "broker_share": {"alone": alone[0], "with_stages": with_stages, "with_plain_consumers": with_plain},
    }


def shares_of(processes: Sequence[psutil.Process | None], seconds: float) -> list[float | None]:
    """Return the share of a core that each used over so long; None for a broker that is not ours."""
    before = [_spent_s(process) for process in processes]
    began_s = time.monotonic()
    time.sleep(seconds)
    passed_s = time.monotonic() - began_s
    after = [_spent_s(process) for process in processes]
    return [
        None if first is None or last is None else round((last - first) / passed_s, 4)
        for first, last in zip(before, after, strict=True)
    ]


def _spent_s(process: psutil.Process | None) -> float | None:
    if process is None:
        return None
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        raise ToezichtError("bench start: a process that was measured has ended") from None
    return float(times.user + times.system)


@contextmanager
def _plain(servers: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "plain.log").open("ab") as log:
        process = subprocess.Popen(
            pdeath_command([sys.executable, "-m", "bench.start.idle", servers]), env={**os.environ}, stderr=log
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


async def read_idly(servers: str) -> None:
    """Read the stages' topics with a plain consumer for each group, and commit once a second, until ended."""
    from streams.stages.corroborate.stage import Corroborate
    from streams.stages.decide.stage import Decide
    from streams.stages.locate import Locate
    from streams.stages.observe import Observe

    await asyncio.gather(*(_read(servers, stage.inputs) for stage in (Observe, Locate, Corroborate, Decide)))


async def _read(servers: str, names: Sequence[str]) -> None:
    reader = AIOKafkaConsumer(
        **COMMITTED,
        bootstrap_servers=servers,
        group_id=f"plain-{'-'.join(names)}"[:200],
        enable_auto_commit=False,
        fetch_max_wait_ms=FETCH_WAITS_MS,
    )
    await reader.start()
    reader.assign([TopicPartition(name, number) for name in names for number in range(BY_NAME[name].partitions)])
    try:
        while True:
            await reader.getmany(timeout_ms=TURN_MS)
            await reader.commit()
    finally:
        await reader.stop()


if __name__ == "__main__":
    asyncio.run(read_idly(sys.argv[1]))

"""The yardstick for `bench decide`: one plain Faust agent with one table that awaits nothing.

This is what the framework does by itself with the same records in one topic: JSON in, a count per key in a table, the same JSON
out. No confirmation is awaited, nothing is validated, joined, scored or guarded.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import faust

from bench.yardsticks.chain import PARTITIONS
from streams.process import tell_ready

STOP_WITHIN_S: Final = 5.0


def topic_names(run: str) -> tuple[str, str, str]:
    """Return the agent's input, its output and its table's changelog, as Faust names it."""
    return f"plain-{run}-in", f"plain-{run}-out", f"plain-{run}-counts-changelog"


def build(run: str, bootstrap_servers: str, folder: Path) -> faust.App:
    """Return the app."""
    app = faust.App(
        f"plain-{run}",
        broker=f"kafka://{bootstrap_servers}",
        store="rocksdb://?driver=rocksdict",
        datadir=folder,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        topic_partitions=PARTITIONS,
        topic_allow_declare=False,
        topic_disable_leader=True,
        worker_redirect_stdouts=False,
    )
    source, sink = (
        app.topic(name, key_type=str, key_serializer="raw", value_serializer="json") for name in topic_names(run)[:2]
    )
    counts = app.Table("counts", default=int, partitions=PARTITIONS)

    @app.agent(source, name="plain-agent")  # type: ignore[untyped-decorator]
    async def forward(stream: faust.StreamT) -> None:
        async for event in stream.events():
            counts[event.key] += 1
            await sink.send(key=event.key, value=event.value)

    return app


async def run_worker(run: str, bootstrap_servers: str, folder: Path) -> None:
    """Run the agent until SIGTERM."""
    app = build(run, bootstrap_servers, folder)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await app.start()
    tell_ready("plain", 0)
    await stopping.wait()
    try:
        await asyncio.wait_for(app.stop(), STOP_WITHIN_S)
    finally:
        os._exit(0)


def main(arguments: Sequence[str]) -> None:
    """Run as a process: RUN BOOTSTRAP_SERVERS FOLDER."""
    run, bootstrap_servers, folder = arguments
    asyncio.run(run_worker(run, bootstrap_servers, Path(folder)))


if __name__ == "__main__":
    main(sys.argv[1:])

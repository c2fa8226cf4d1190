"""The yardstick for `bench flow`: a chain of plain Faust agents that await nothing, with one table at the end.

This is what the framework does by itself: JSON in, JSON out, no confirmation is awaited and nothing is guarded. Its topics
and its messages' size equal those of the real chain's reports.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import faust

AGENTS: Final = 4
"""As many as the real chain has steps: intake, locate, corroborate, decide."""
PARTITIONS: Final = 4


def topic_names(run: str) -> list[str]:
    """Return the chain's topics: the input of each agent, and what the last one writes."""
    return [f"plain-{run}-{number}" for number in range(AGENTS + 1)]


def changelog_name(run: str) -> str:
    """Return the table's changelog topic, as Faust names it."""
    return f"plain-{run}-counts-changelog"


def build(run: str, bootstrap_servers: str, folder: Path) -> faust.App:
    """Return the app: each agent forwards what it reads, the last counts per key in a table first."""
    app = faust.App(
        f"plain-{run}",
        broker=f"kafka://{bootstrap_servers}",
        store="rocksdb://?driver=rocksdict",
        datadir=folder,
        web_enabled=False,
        topic_partitions=PARTITIONS,
        topic_allow_declare=False,
        topic_disable_leader=True,
        worker_redirect_stdouts=False,
    )
    names = topic_names(run)
    topics = [app.topic(name, key_type=str, key_serializer="raw", value_serializer="json") for name in names]
    counts = app.Table("counts", default=int, partitions=PARTITIONS)
    for number in range(AGENTS):
        _add_agent(app, topics[number], topics[number + 1], counts if number == AGENTS - 1 else None, number)
    return app


def _add_agent(app: faust.App, source: Any, sink: Any, counts: Any, number: int) -> None:
    @app.agent(source, name=f"plain-agent-{number}")  # type: ignore[untyped-decorator]
    async def forward(stream: Any) -> None:
        async for event in stream.events():
            if counts is not None:
                counts[event.key] += 1
            await sink.send(key=event.key, value=event.value)


async def run_worker(run: str, bootstrap_servers: str, folder: Path, ready: Path) -> None:
    """Run the chain until SIGTERM; write the ready file when it takes messages."""
    app = build(run, bootstrap_servers, folder)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await app.start()
    ready.write_text(json.dumps({"pid": os.getpid(), "metrics_port": 0}))
    await stopping.wait()
    await app.stop()


def main(arguments: Sequence[str]) -> None:
    """Run as a process: RUN BOOTSTRAP_SERVERS FOLDER; the ready file is named by the supervisor."""
    run, bootstrap_servers, folder = arguments
    asyncio.run(run_worker(run, bootstrap_servers, Path(folder), Path(os.environ["TOEZICHT_READY_FILE"])))


if __name__ == "__main__":
    main(sys.argv[1:])

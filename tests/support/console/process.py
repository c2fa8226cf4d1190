"""A console as a process of its own, with real access and server over a control room in memory.

`python -m tests.support.console.process ALERTS`; settings are the environment, as for `toezicht console`.
"""

from __future__ import annotations

import asyncio
import sys

from console.assemble import FlowParts, Users, run
from console.settings import ConsoleSettings
from streams.clock import utc_now
from streams.errors import ToezichtError
from streams.settings import KafkaSettings, Settings
from tests.support.console.control_room import lived
from tests.support.console.parts import ConsoleInMemory


def flow_in_memory(_: Settings, __: KafkaSettings, console: ConsoleSettings, ___: Users) -> FlowParts:
    """Return parts that tick as the real ones do, once a second."""
    memory = ConsoleInMemory(lived(int(sys.argv[1]), utc_now()), utc_now, console)

    async def tick() -> None:
        while True:
            memory.room.tick(utc_now())
            await asyncio.sleep(1)

    parts = memory.parts
    return FlowParts(parts.rooms, parts.acting, parts.pictures, parts.audits, parts.tiles, (tick,), lambda: None)


if __name__ == "__main__":
    try:
        run(flow_in_memory)
    except ToezichtError as error:
        sys.stderr.write(f"toezicht: {error}\n")
        sys.exit(2)

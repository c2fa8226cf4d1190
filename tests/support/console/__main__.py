"""Serve the page with made-up alerts: `python -m tests.support.console --port 8090 --alerts 300`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import uvicorn
from fastapi import FastAPI

from console.api.app import create_app
from console.wire.audit import AuditLine
from streams.clock import utc_now
from tests.support.console.control_room import lived
from tests.support.console.parts import ConsoleInMemory
from tests.support.console.places import FakePlaces


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.console", description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--alerts", type=int, default=300, help="alerts at the start")
    parser.add_argument("--every", type=float, default=1.0, help="seconds between changes; 0 for none")
    parser.add_argument("--decides-after", type=float, default=0.05, help="seconds that a decision takes")
    parser.add_argument(
        "--user", default="operator-1", help="who is logged in; supervisor-1, viewer-1, auditor-1; empty for nobody"
    )
    parser.add_argument("--cameras", type=int, default=16, help="cameras of the room")
    parser.add_argument("--tiles", action="store_true", help="a background for the map")
    given = parser.parse_args()
    room = lived(given.alerts, utc_now())
    cameras = tuple(f"stadshart-{number}" for number in range(1, given.cameras + 1))
    places = FakePlaces(utc_now, alerts=lambda: tuple(room.alerts.values()), cameras=cameras, tiles=given.tiles)
    console = ConsoleInMemory(
        room, utc_now, decides_after_s=given.decides_after, by_itself=given.user or None, places=places
    )
    console.audits.lines += made_up_lines(utc_now())
    app = create_app(console.parts)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_time(console)), asyncio.create_task(_news(console, given.every))]
        yield
        for task in tasks:
            task.cancel()

    app.router.lifespan_context = lifespan
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=given.port, log_level="warning", timeout_graceful_shutdown=2)
    )
    print(f"http://127.0.0.1:{given.port}/", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()


def made_up_lines(now: datetime) -> list[AuditLine]:
    """Return some lines of an audit."""
    kinds = (
        ("login", "session", "operator-1", "local", "done"),
        ("view_snapshot", "camera", "stadshart-4", "alert:5c0d", "pixelated"),
        ("acknowledge", "alert", "5c0d2f", "", "sent"),
        ("login", "account", "operator-3", "wrong_password", "refused"),
        ("of_tomorrow", "thing", "x-1", "because", "odd"),
    )
    return [
        AuditLine(
            sequence=number, at=now - timedelta(minutes=260 - number), actor=f"operator-{1 + number % 3}",
            action=action, object_type=kind, object_id=about, reason=reason, result=result,
        )
        for number in range(260)
        for action, kind, about, reason, result in (kinds[number % len(kinds)],)
    ]  # fmt: skip


async def _time(console: ConsoleInMemory) -> None:
    """Let time pass, and a canary come back twice a minute."""
    while True:
        for second in range(30):
            console.room.tick(utc_now())
            console.rooms.whole()
            if second == 0:
                console.room.canary(utc_now())
            await asyncio.sleep(1)


async def _news(console: ConsoleInMemory, every_s: float) -> None:
    """Let something happen every so often."""
    while every_s > 0:
        if random.random() < 0.6:
            console.room.report(utc_now())
        else:
            console.room.operate(utc_now())
        await asyncio.sleep(every_s)


if __name__ == "__main__":
    main()

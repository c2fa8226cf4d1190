"""The console's rooms on a real broker with a real worker: reports become rows, actions are decided, two consoles agree."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.api.parts import StreamEvent
from console.api.problems import ProblemError
from console.wire.actions import ActionAsked, ReportAsked
from schemas.alerts import AlertState
from schemas.phrases.language import Language
from streams.settings import KafkaSettings
from tests.support.console.cluster import ROOM, ClusterConsole, listed, running, until
from tests.support.console.people import somebody
from tests.support.worker_process import DecidingWorker

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture
def worker(tmp_path: Path, empty_kafka: KafkaSettings) -> Iterator[DecidingWorker]:
    """Yield a worker, and end it."""
    made = DecidingWorker(tmp_path, empty_kafka)
    yield made
    made.close()


def asked(number: int, alert_id: str, action: str, revision: int, **more: Any) -> ActionAsked:
    known = {"action_id": f"console-{number}", "alert_id": alert_id, "seen_revision": revision, "action": action}
    return ActionAsked.model_validate(known | more)


async def decided(console: ClusterConsole, number: int) -> Any:
    me = somebody("operator-9")
    await until(lambda: console.acting.decision(f"console-{number}", me).state != "pending")
    return console.acting.decision(f"console-{number}", me)


def test_a_report_is_acted_on_and_a_second_console_says_the_same(
    worker: DecidingWorker, empty_kafka: KafkaSettings
) -> None:
    """From the topic to the row and from the key to the answer, with nothing made up but the cameras."""

    async def work() -> None:
        async with running(empty_kafka) as console:
            await until(console.rooms.ready)
            assert listed(console) == []
            begin = console.rooms.known_room(ROOM).position()
            worker.report(1, 2)
            await until(lambda: len(listed(console)) == 2)
            [alert_id, _] = listed(console)
            detail = console.rooms.detail(ROOM, alert_id, Language.NL, somebody())
            assert "acknowledge" in detail.allowed
            take = asked(1, alert_id, "acknowledge", detail.row.revision)
            close = asked(2, alert_id, "close", detail.row.revision, verdict="false")

            pending = await console.acting.act(ROOM, take, somebody("operator-3"))
            assert pending.state in {"pending", "done"}
            assert (await decided(console, 1)).state == "done"
            row = console.rooms.known_room(ROOM).alerts.get(alert_id)
            assert row is not None
            assert (row.state, row.handled_by) == (AlertState.ACKNOWLEDGED, "operator-3")

            await console.acting.act(ROOM, close, somebody("operator-4"))
            refused = await decided(console, 2)
            assert (refused.state, refused.code) == ("refused", "refused-acted-since")
            assert refused.values["handled_by"] == "operator-3"
            again = await console.acting.act(ROOM, take, somebody("operator-3"))
            assert again == console.acting.decision("console-1", somebody())

            history = await console.rooms.history(ROOM, alert_id, Language.NL)
            assert [(line.change, line.user) for line in history][-2:] == [
                ("action", "operator-3"),
                ("refused", "operator-4"),
            ]

            await console.acting.report(
                ROOM,
                ReportAsked(report_id="r-1", category="brand", urgency=1, lat=52.3063, lon=4.8573),
                somebody("operator-3"),
            )
            await until(lambda: len(listed(console)) == 3)
            await until(
                lambda: all(each.lag == 0 for each in console.rooms.status(ROOM).stages if each.stage != "observe")
            )
            status = console.rooms.status(ROOM)
            assert status.reading
            assert status.ticks_at is not None
            assert not [
                each.stage for each in status.stages if each.stands_still and each.stage in {"locate", "decide"}
            ]

            heard = await missed(console, begin)
            assert {name for _, name, _ in heard} == {"alert", "decision"}
            async with running(empty_kafka) as second:
                await until(second.rooms.ready)
                assert listed(second) == listed(console)
                assert second.acting.decision("console-2", somebody()) == refused
                newest = {json.loads(data)["id"]: name for _, name, data in heard if name == "alert"}
                assert set(newest) <= set(listed(second))
                for event_id, _, _ in heard:
                    count = len(await missed(second, event_id))
                    assert count == len(await missed(console, event_id))

    asyncio.run(work())


async def missed(console: ClusterConsole, since: str) -> list[StreamEvent]:
    """Return what a stream begins with, up to its first pulse."""
    stream, found = console.rooms.stream(ROOM, since, Language.NL, "operator-3"), []
    async for event in stream:
        if event[1] == "status":
            break
        found.append(event)
    await stream.aclose()  # type: ignore[attr-defined]
    return found


def test_without_a_broker_nothing_is_said_to_be_done() -> None:
    """It is not ready, and an action that cannot be sent is a problem that the page can send again."""
    nowhere = KafkaSettings(bootstrap_servers="127.0.0.1:9")

    async def work() -> None:
        async with running(nowhere) as console:
            await asyncio.sleep(0.2)
            assert not console.rooms.ready()
            assert not console.rooms.status(ROOM).reading
            with pytest.raises(ProblemError, match="not_ready"):
                console.rooms.rows(ROOM, Language.NL)
            with pytest.raises(ProblemError, match="not_sent"):
                await console.acting.report(
                    ROOM, ReportAsked(report_id="r-1", category="brand", urgency=1, lat=52.3, lon=4.85), somebody()
                )

    asyncio.run(work())

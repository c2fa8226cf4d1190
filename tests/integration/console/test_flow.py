"""The console's API on a real broker, made as `toezicht console` makes it: what is done, and what the audit then has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from console.access.openings import AlertOpenings
from console.access.outbox import AuditOutbox
from console.access.store import AccessStore
from console.api.app import create_app
from console.api.parts import Parts
from console.flow import flow_parts
from console.settings import ConsoleSettings
from schemas.alerts import Alert, AlertState
from schemas.cameras import CameraState, CameraStatus
from streams.clock import utc_now
from streams.settings import KafkaSettings, Settings
from streams.topics import ALERT_STATE, ALERTS, CAMERA_STATE, OBSERVATIONS
from tests.support.console.capture import Capture, send
from tests.support.console.people import FakeSessions
from tests.support.killed_worker import READY_WITHIN_S as WITHIN_S
from tests.support.killed_worker import killed_worker
from tests.support.messages import example
from tests.support.registry import registry_camera, write_registry
from tests.support.situations import ROOM, observation

pytestmark = pytest.mark.integration

OWN = {"sec-fetch-site": "same-origin"}


class Client:
    """Client: what a page sends, without a network."""

    def __init__(self, parts: Parts) -> None:
        transport = httpx2.ASGITransport(app=create_app(parts))
        self._http = httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1/api/v1", headers=OWN)

    async def get(self, path: str, as_user: str = "operator-1") -> httpx2.Response:
        """Ask."""
        return await self._http.get(path, headers={"cookie": f"toezicht={as_user}"})

    async def post(self, path: str, body: dict[str, Any], as_user: str = "operator-1") -> httpx2.Response:
        """Send."""
        return await self._http.post(path, json=body, headers={"cookie": f"toezicht={as_user}"})


async def until(found: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + WITHIN_S
    while not await found():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


def test_what_is_done_on_the_console_is_in_the_chain(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """Cameras, zones, a shift, a picture and an action; then the audit, as each role may see it."""
    kafka, now, capture = empty_kafka, utc_now(), Capture(empty_kafka)
    registry = write_registry(tmp_path / "r.yaml", registry_camera("cam-1", {"url": "rtsp://10.0.0.5/1"}))
    text = registry.read_text()
    registry.write_text(
        text.replace("control_room: room\n", f"control_room: {ROOM}\n").replace("id: room\n", f"id: {ROOM}\n")
    )
    alert = example(
        Alert, control_room_id=ROOM, opened_at=now, changed_at=now, occurred_at=now, state=AlertState.NEW, closing="",
        summary=None, handled_by=None, revision=0,
    )  # fmt: skip
    status = CameraStatus(camera_id="cam-1", state=CameraState.ONLINE, reason="streaming", changed_at=now)
    zone = observation(now, count=7, camera_id="cam-1")
    send(kafka, (CAMERA_STATE, status), (OBSERVATIONS, zone), (ALERTS, alert), (ALERT_STATE, alert))

    async def play() -> None:
        console = ConsoleSettings()
        flow = flow_parts(Settings(registry=registry, data=tmp_path / "data"), kafka, console, lambda _: ())
        running = [asyncio.create_task(work()) for work in flow.beside]
        sessions = FakeSessions(None)
        store = AccessStore(tmp_path / "access.sqlite")
        outbox = AuditOutbox(store, utc_now)
        sessions.tell_opened = AlertOpenings(store, outbox, utc_now).note  # type: ignore[method-assign]
        parts = Parts(console, flow.rooms, flow.acting, flow.pictures, flow.audits, sessions, flow.tiles)
        client = Client(parts)

        async def ready() -> bool:
            return flow.rooms.ready()

        await until(ready)
        room = (await client.get(f"/rooms/{ROOM}", "operator-1")).json()
        assert (room["name"], room["alerts_per_hour"], room["tiles"]) == ("Room", 24, False)
        ((camera),) = (await client.get(f"/rooms/{ROOM}/cameras")).json()
        assert (camera["state"], camera["place"], camera["unseen_reports"]) == ("online", [52.302, 4.852], 0)

        async def counted() -> bool:
            return bool((await client.get(f"/rooms/{ROOM}/zones")).json()[0]["count"] == 7)

        await until(counted)
        series = (await client.get(f"/rooms/{ROOM}/zones/cam-1:plein/series")).json()
        assert (series["calibrated"], series["step_s"]) == (False, 10)
        assert {point["count"] for point in series["points"]} == {None, 7.0}
        shift = (await client.get(f"/rooms/{ROOM}/handover")).json()
        assert shift["open_ids"] == [alert.alert_id]
        for read in ("", "?reread=true", "/history"):
            assert (await client.get(f"/rooms/{ROOM}/alerts/{alert.alert_id}{read}")).status_code == 200
        await outbox.tell_once(flow.audits)
        store.close()

        capture.start()
        asked = {"request_id": "p-1", "camera_id": "cam-1", "alert_id": alert.alert_id}
        assert (await client.post(f"/rooms/{ROOM}/snapshots", asked)).json()["state"] in {"pending", "there"}

        async def there() -> bool:
            return bool((await client.get("/snapshots/p-1")).json()["state"] == "there")

        await until(there)
        assert (await client.get("/snapshots/p-1/image", "operator-3")).status_code == 404
        image = await client.get("/snapshots/p-1/image")
        assert (image.headers["content-type"], image.headers["cache-control"]) == ("image/jpeg", "no-store")
        action = {"action_id": "x-1", "alert_id": alert.alert_id, "seen_revision": 0, "action": "acknowledge"}
        assert (await client.post(f"/rooms/{ROOM}/actions", action)).json()["state"] == "pending"
        assert (await client.get("/tiles/1/0/0")).status_code == 404

        async def lines(user: str) -> list[tuple[str, str]]:
            page = (await client.get("/audit", user)).json()
            assert page["chain_holds"] is True
            return [(line["actor"], line["action"]) for line in page["lines"]]

        async def chained() -> bool:
            return len(await lines("auditor-1")) == 3

        with killed_worker("audit", kafka, tmp_path):
            await until(chained)
        seen = [("operator-1", "acknowledge"), ("operator-1", "view_snapshot"), ("operator-1", "view_alert")]
        assert await lines("auditor-1") == seen
        assert await lines("operator-1") == seen
        assert await lines("supervisor-1") == seen
        assert await lines("operator-3") == []
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        flow.stop()

    asyncio.run(play())
    capture.ending.set()
    capture.join(WITHIN_S)

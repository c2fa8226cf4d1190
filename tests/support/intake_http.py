"""Reports by HTTP for tests: a file of senders, signed requests, and an application with desks over a producer in memory."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
from standardwebhooks import Webhook

from schemas.dead_letters import DeadLetterReason
from schemas.incidents import Incident
from schemas.phrases.codes import faults as says
from streams.domain.incidents.raw_report import RawReport, Reading, Unreadable
from streams.intake.http.app import HttpParts, create_app
from streams.intake.http.credentials import Credentials
from streams.intake.http.desk import IntakeDesk, TakesDocuments
from streams.intake.intake import Intake
from streams.intake.sources.base import IncidentSource
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.kafka.send_window import SendWindow
from tests.support.producer import FakeProducer

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
SECRET = f"whsec_{b64encode(bytes(range(32))).decode()}"
OTHER_SECRET = f"whsec_{b64encode(bytes(range(32, 64))).decode()}"
REPORT: dict[str, Any] = {
    "source": "politie-gms",
    "source_id": "2026-4711",
    "category": "bzdsbr",
    "priority": "P 1",
    "position": {"lat": 52.30633, "lon": 4.8573, "accuracy_m": 30},
    "place": {"street": "Stadsplein", "town": "Amstelveen"},
}


def sender(name: str = "politie-gms", **changes: Any) -> dict[str, Any]:
    """Return a sender as the file has it."""
    return {"id": name, "sources": [name], "secrets": [SECRET], "per_minute": 60_000, "burst": 10_000} | changes


def write_senders(path: Path, *senders: Mapping[str, Any]) -> Path:
    """Write a file of senders that its owner alone can read."""
    path.write_text(json.dumps({"credentials": list(senders)}))
    path.chmod(0o600)
    later = time.time_ns() + 1_000_000  # a file system's clock may be coarser than two writes are apart
    os.utime(path, ns=(later, later))
    return path


def signed(
    body: bytes,
    message_id: str = "m1",
    at: datetime = NOW,
    secret: str = SECRET,
    name: str = "politie-gms",
    **more: str,
) -> dict[str, str]:
    """Return the headers of a signed request."""
    text = body.decode("utf-8", "replace")
    return {
        "Content-Type": "application/json",
        "Toezicht-Sender": name,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, text),
    } | more


class StandIn:
    """Stand-in: a system's source, as small as one can be: `{"id": …}`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, content: bytes, now: datetime) -> Reading:
        """Return what a document says."""
        try:
            said = json.loads(content)
            source_id = str(said["id"])
        except (ValueError, KeyError, TypeError):
            return Unreadable(DeadLetterReason.NOT_JSON, says.json_expected("no id"))
        category, shown, known = load_categories().of(str(said.get("category", "")))
        return RawReport(self.name, source_id, False, category, shown, known, "", "", None, None, now)

    def overdue(self, now: datetime, *, ending: bool = False) -> Iterable[Reading]:
        """Return nothing."""
        return ()

    def recall(self, incident: Incident) -> None:
        """Nothing to learn."""


@dataclass
class Served:
    """Served: an application in memory, and what it sent."""

    client: httpx2.AsyncClient
    parts: HttpParts
    producer: FakeProducer
    now: datetime = NOW
    now_s: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)

    async def post(
        self, document: Any, message_id: str = "m1", path: str = "/incidents", **changes: Any
    ) -> httpx2.Response:
        """Post a document, signed."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return await self.client.post(path, content=body, headers=signed(body, message_id, **changes))

    def incidents(self) -> list[Incident]:
        """Return the incidents that were sent."""
        return [each for each in self.producer.messages() if isinstance(each, Incident)]


@asynccontextmanager
async def served(
    credentials: Credentials, producer: FakeProducer | None = None, known: Iterable[Incident] = (), **changes: Any
) -> AsyncIterator[Served]:
    """Yield an application whose desks send to a producer in memory; `known` is what the topic has from before."""
    made = producer or FakeProducer()
    sources: dict[str, IncidentSource] = {
        "incidents": RecordedReports(load_categories()),
        "signalen": StandIn("signalen"),
    }
    box: list[Served] = []
    desks = {
        name: IntakeDesk(name, _connect(source, made, list(known), lambda: box[0].now))
        for name, source in sources.items()
    }
    parts = HttpParts(
        credentials,
        desks,
        ZoneInfo("Europe/Amsterdam"),
        clock=lambda: box[0].now,
        clock_s=lambda: box[0].now_s,
        **changes,
    )
    transport = httpx2.ASGITransport(app=create_app(parts), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://intake") as client:
        box.append(Served(client, parts, made))
        for desk in desks.values():
            desk.start()
        while not all(desk.ready for desk in desks.values()):
            await asyncio.sleep(0.001)
        try:
            yield box[0]
        finally:
            for desk in desks.values():
                desk.stop()


def _connect(
    source: IncidentSource, producer: FakeProducer, known: list[Incident], clock: Callable[[], datetime]
) -> Callable[..., TakesDocuments]:
    def connect(
        stopping: threading.Event, pause: Callable[[float], None], confirmed: Callable[[str], None]
    ) -> TakesDocuments:
        window = SendWindow(lambda: producer, "kafka:9092", confirmed, sleep=lambda _: None)
        window.connect()
        intake = Intake(source, window, clock, None, stopping.is_set, keeps_content=False)
        for incident in known:
            intake.recall(incident)
        return intake

    return connect

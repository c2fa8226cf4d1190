"""Demo room: the demo's processes on a real broker for as long as wanted, with its scenario again and again and people at work.

What the demo starts is started as it starts it (`streams/cli/demo.py`). Its dozen reports come once there; here they come
every minute anew, with ids of their own, an operator ends what is on the list after each round, and somebody has the page open.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

import httpx2

from bench.console.readers import ReadersAsked, read
from bench.console.running import COOKIE, OWN
from bench.soak.samples import SampleLog, Sampling, SoakPlan, java_of
from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert
from schemas.base import derive_id
from schemas.codec import encode
from streams import topics
from streams.clients.alerts import AlertReader
from streams.clock import utc_now
from streams.demo.material import Material, prepare
from streams.demo.page import DemoPage, open_page, why_no_page
from streams.demo.scenario import SETTLE_S, scenario_specs
from streams.domain.alerts.lifecycle import ENDED
from streams.kafka.producer import ConfirmedProducer
from streams.local.cluster import RunningCluster, cluster, processes
from streams.local.pipeline import CONSOLE, BrokerSection, process_specs
from streams.local.supervisor import ProcessSpec, Supervisor
from streams.settings import KafkaSettings, Settings

ROOM: Final = "amstelveen"
USER: Final = "operator-1"
READERS: Final = 2
READER_STAYS_S: Final = 120.0
"""A page that is open breaks off now and then: a laptop sleeps, a proxy cuts."""
PAGE_WITHIN_S: Final = 180.0
POLL_S: Final = 0.2
READY_WITHIN_S: Final = 900.0
"""How long a round's reports may take to begin: an hour is not thrown away for a machine that stood still for minutes."""


class RoomOperator:
    """Room operator: ends what is on the demo's list, so that the next round's reports are situations of their own."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._reader = AlertReader(kafka, from_start=False)
        self._producer = ConfirmedProducer(kafka, "soak")
        self.closed = 0

    def end_all(self) -> None:
        """Close every alert of the room that is open, with a verdict."""
        while self._reader.changes(POLL_S):
            pass
        for alert in self._reader.alerts:
            if alert.control_room_id == ROOM and alert.state not in ENDED and alert.summary is None:
                self._close(alert)
        self._producer.confirm()

    def stop(self) -> None:
        """Disconnect."""
        self._reader.close()
        self._producer.close()

    def _close(self, alert: Alert) -> None:
        now = utc_now()
        action = OperatorAction(
            action_id=derive_id("action", alert.alert_id, str(alert.revision), "soak"), control_room_id=ROOM,
            alert_id=alert.alert_id, seen_revision=alert.revision, action=Action.CLOSE, verdict="true", user=USER, acted_at=now,
        )  # fmt: skip
        record = encode(action, stage="soak", handled_at=now, entered_at=now)
        self._producer.send_encoded(topics.OPERATOR_ACTIONS, record)
        self.closed += 1


@dataclass
class DemoRoom:
    """Demo room: what of the demo is at work while the samples are taken."""

    material: Material
    settings: Settings
    reached: RunningCluster
    supervisor: Supervisor
    like: ProcessSpec
    page: DemoPage | None

    def rounds(self, sampling: Sampling, say: Callable[[str], None]) -> dict[str, int]:
        """Play the scenario again and again until the sampling is over; return what was done."""
        operator, count = RoomOperator(self.reached.kafka), 0
        try:
            while not sampling.over:
                count += 1
                say(f"round {count}, after {sampling.passed_s / 60:.0f} min")
                self._round(sampling)
                operator.end_all()
            return {"rounds": count, "alerts_closed": operator.closed}
        finally:
            operator.stop()

    def _round(self, sampling: Sampling) -> None:
        folder = self.settings.data / "scenario"
        specs = [
            replace(each, ready_within_s=each.ready_within_s and READY_WITHIN_S)
            for each in scenario_specs(self.material, self.like)
        ]
        intakes = Supervisor(specs, folder, beside=self.supervisor.poll)
        intakes.start()
        ends_s = sampling.passed_s + self.material.length_s + SETTLE_S
        try:
            while sampling.passed_s < ends_s and not sampling.over:
                intakes.poll()
                time.sleep(POLL_S)
        finally:
            intakes.stop()


def soak(
    plan: SoakPlan, settings: Settings, kafka: KafkaSettings, log: SampleLog, say: Callable[[str], None],
    at_end: Callable[[KafkaSettings, ProcessSpec], None] = lambda _kafka, _like: None,
) -> dict[str, int]:  # fmt: skip
    """Run the demo for so long, take samples all the while, and return what was done.

    `at_end` is called before anything is stopped, with the cluster and the first process.
    """
    folder = settings.data
    with ExitStack() as stack:
        stack.callback(log.close)
        material = prepare(folder / "demo", say)
        reached = stack.enter_context(cluster(settings, kafka, BrokerSection(port=0), say))
        specs = process_specs(material.pipeline, reached.bootstrap_servers, folder.resolve())
        page = None if why_no_page() else open_page(folder, [ROOM])
        specs = [spec if page is None else page.given_to(spec) for spec in specs if page or spec.name != CONSOLE]
        supervisor = stack.enter_context(processes(specs, settings, say, reached.look_after))
        if page is not None:
            stack.enter_context(_OpenPage(page, plan.seconds, supervisor))
        room = DemoRoom(material, settings, reached, supervisor, specs[0], page)
        disk = folder / "broker" / "log"
        with Sampling(log, lambda: supervisor.children, java_of(), disk, plan) as sampling:
            did = room.rounds(sampling, say)
        at_end(reached.kafka, specs[0])
        return did


class _OpenPage:
    """The page as somebody has it open: logs in, and reads the room's stream until the end."""

    def __init__(self, page: DemoPage, seconds: float, supervisor: Supervisor) -> None:
        self._page, self._seconds = page, seconds
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        deadline_s = time.monotonic() + PAGE_WITHIN_S
        while not page.is_ready():
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"after {PAGE_WITHIN_S:.0f} s the page is not ready")
            supervisor.poll()
            time.sleep(POLL_S)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """Leave it to end with the console, or with this process: it waits for a stream that nobody ends."""
        self._left.set()

    def _read(self) -> None:
        try:
            self._follow()
        except httpx2.HTTPError:
            if not self._left.is_set():
                raise

    def _follow(self) -> None:
        address, account = f"http://127.0.0.1:{self._page.port}", self._page.accounts[0]
        with httpx2.Client(base_url=address, headers=OWN, timeout=60) as client:
            asked = {"user": account.user, "password": account.password}
            client.post("/api/v1/session", json=asked).raise_for_status()
            cookie = client.cookies[COOKIE]
            with client.stream("GET", f"/api/v1/rooms/{ROOM}/rows") as answer:
                position = str(answer.headers["X-Position"])
        path = f"/api/v1/rooms/{ROOM}/stream"
        asyncio.run(read(ReadersAsked(address, path, cookie, position, READERS, self._seconds, READER_STAYS_S)))

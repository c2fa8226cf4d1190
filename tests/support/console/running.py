"""A control room as it runs: a real broker, the deciding stages, an intake that is fed lines, and consoles, each a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx2
import yaml
from prometheus_client.parser import text_string_to_metric_families

from console.wire.people import Role
from schemas.base import Message
from schemas.decisions import DecisionLog
from schemas.dispatch import DispatchOutcome, DispatchReceipt
from schemas.phrases.codes.commands import expected_decide
from streams import topics
from streams.clients.alerts import AlertReader
from streams.config.files import load_rules
from streams.kafka.request_reply import ask
from streams.local.broker import free_port
from streams.settings import KafkaSettings
from tests.support.cluster import empty
from tests.support.console.access import PASSWORD
from tests.support.registry import registry_camera

ROOM: Final = "amstelveen"
OTHER_ROOM: Final = "uithoorn"
SOURCE: Final = "politie-gms"
WITHIN_S: Final = 120.0
"""Only there to end a test that fails."""
USERS: Final = {
    "anna": (Role.OPERATOR, (ROOM,)),
    "bram": (Role.OPERATOR, (ROOM,)),
    "kees": (Role.VIEWER, (ROOM,)),
    "sara": (Role.SUPERVISOR, (ROOM,)),
    "agnes": (Role.AUDITOR, (ROOM,)),
    "udo": (Role.OPERATOR, (OTHER_ROOM,)),
    "beheerder": (Role.ADMINISTRATOR, ()),
}
BEGINNER: Final = "nieuw"
"""An operator whose password was made by somebody else."""
_LAT, _LON, _STEP = 52.25, 4.80, 0.004
_ACROSS: Final = 20


def places(*points: tuple[float, float]) -> list[dict[str, float]]:
    """Return points as the registry writes them."""
    return [{"lat": lat, "lon": lon} for lat, lon in points]


def registry_of_two_rooms(path: Path, cameras: Sequence[dict[str, Any]] | None = None) -> Path:
    """Write a registry with two rooms and, unless others are given, two cameras of the first."""
    area = places((52.24, 4.79), (52.24, 4.90), (52.34, 4.90), (52.34, 4.79))
    rooms = [
        {"id": ROOM, "name": "Meldkamer Amstelveen", "area": area},
        {"id": OTHER_ROOM, "name": "Uithoorn", "area": places((52.2, 4.7), (52.2, 4.78), (52.3, 4.78), (52.3, 4.7))},
    ]
    if cameras is None:
        cameras = [named_camera("cam-1", "Stadsplein noord"), named_camera("cam-2", "Stadsplein zuid")]
    path.write_text(yaml.safe_dump({"version": "t1", "control_rooms": rooms, "cameras": list(cameras)}))
    return path


def named_camera(camera_id: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a camera of the room."""
    return registry_camera(camera_id, {"url": "rtsp://127.0.0.1:9/1"}) | {"name": name, "control_room": ROOM} | more


def rules_without_groups(path: Path) -> Path:
    """Write the product's rules without a budget: each alert has a line of its own."""
    content = load_rules().model_dump(mode="json")
    content["budget"] = None
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    return path


def place_of(number: int) -> dict[str, float]:
    """Return a place in the room, some hundreds of metres from those of other numbers."""
    return {
        "lat": _LAT + _STEP * (number // _ACROSS % _ACROSS),
        "lon": _LON + _STEP * (number % _ACROSS),
        "accuracy_m": 20,
    }


def street_of(number: int) -> str:
    """Return the name of a street, without digits: intake would take those for a house number."""
    return "".join("bcdfghjklm"[int(digit)] + "a" for digit in f"{number:04}").capitalize() + "straat"


def line_of(number: int, category: str = "woninginbraak", priority: str = "P 2", **more: Any) -> dict[str, Any]:
    """Return a report as a partner writes it, in a street of its own."""
    place = {"street": street_of(number), "town": "Amstelveen"}
    known = {"source": SOURCE, "source_id": f"R-{number}", "category": category, "priority": priority}
    return known | {"position": place_of(number), "place": place, "occurred_before_s": 5} | more


class Process:
    """A process of the product that tells when it is ready."""

    def __init__(self, folder: Path, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name, self.folder = name, folder
        self._command = [sys.executable, "-m", "streams.cli", *command]
        self._ready, self.log = folder / f"{name}.json", folder / f"{name}.log"
        self._environment = {**os.environ, **environment, "TOEZICHT_READY_FILE": str(self._ready)}
        self.process: subprocess.Popen[bytes]

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.begin()
        self.await_ready()

    def await_ready(self) -> None:
        """Wait until it is ready."""
        deadline_s = time.monotonic() + WITHIN_S
        while not self._ready.exists():
            assert self.process.poll() is None, self.log.read_text()[-3_000:]
            assert time.monotonic() < deadline_s, self.log.read_text()[-3_000:]
            time.sleep(0.02)

    def begin(self) -> None:
        """Start it."""
        self._ready.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdin=subprocess.PIPE, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """End it at once (SIGKILL), frozen or not."""
        self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()

    def freeze(self) -> None:
        """Let it stand still (SIGSTOP)."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on (SIGCONT)."""
        self.process.send_signal(signal.SIGCONT)

    def write(self, lines: str) -> None:
        """Write to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(lines.encode())
        self.process.stdin.flush()


def first_accounts(folder: Path) -> Path:
    """Write who may log in, as the demo hands it over; given again it would end their sessions."""
    path = folder / "accounts.json"
    path.touch(0o600)
    told = [
        {"user": user, "roles": [role], "rooms": list(rooms), "password": PASSWORD, "must_change": False}
        for user, (role, rooms) in USERS.items()
    ]
    told.append({**told[0], "user": BEGINNER, "must_change": True})
    path.write_text(json.dumps(told))
    return path


class Console(Process):
    """A console at an address that stays the same when it is started again."""

    def __init__(self, folder: Path, name: str, settings: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self.port = free_port()
        known = {"PORT": str(self.port), "ORGANISATION": "Amstelveen (proef)"}
        console = {f"TOEZICHT_CONSOLE_{key}": value for key, value in {**known, **settings}.items()}
        super().__init__(folder, name, ["console"], {**environment, **console})

    def set(self, name: str, value: str) -> None:
        """Give it another setting, for its next start."""
        self._environment[f"TOEZICHT_CONSOLE_{name}"] = value

    @property
    def address(self) -> str:
        """Return where browsers find it."""
        return f"http://127.0.0.1:{self.port}"

    def await_ready(self) -> None:
        """Wait until its lists are whole."""
        super().await_ready()
        self._environment.pop("TOEZICHT_CONSOLE_FIRST_ACCOUNTS", None)
        deadline_s = time.monotonic() + WITHIN_S
        while httpx2.get(f"{self.address}/readyz").status_code != 200:
            assert time.monotonic() < deadline_s, self.log.read_text()[-3_000:]
            time.sleep(0.02)

    def measured(self, metric: str) -> float:
        """Return the sum of a metric's series."""
        port = json.loads(self._ready.read_text())["metrics_port"]
        families = text_string_to_metric_families(httpx2.get(f"http://127.0.0.1:{port}/metrics").text)
        return sum(each.value for family in families for each in family.samples if each.name == metric)

    def client(self, user: str = "anna") -> httpx2.Client:
        """Return what asks the API as somebody who is logged in."""
        client = httpx2.Client(base_url=f"{self.address}/api/v1", headers={"sec-fetch-site": "same-origin"}, timeout=60)
        answer = client.post("/session", json={"user": user, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client


class ControlRoom:
    """A control room that runs: what comes in, and its consoles.

    Attributes:
        kafka: Its broker, which has nothing else on it.
        worker: The deciding stages.
        console: The console that people use.
    """

    def __init__(self, kafka: KafkaSettings, folder: Path) -> None:
        self.kafka, self.folder = kafka, folder
        self.registry = registry_of_two_rooms(folder / "registry.yaml")
        self.environment = {
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "TOEZICHT_REGISTRY": str(self.registry),
            "TOEZICHT_RULES": str(rules_without_groups(folder / "rules.yaml")),
            "TOEZICHT_DATA": str(folder / "data"),
            "TOEZICHT_METRICS_PORT": "0",
        }
        stages = ["worker", "locate", "observe", "corroborate", "decide", "audit"]
        self.worker = Process(folder, "worker", stages, self.environment)
        self.intake = Process(folder, "intake", ["intake", "recorded", "-"], self.environment)
        self.canary = Process(folder, "canary", ["canary", "--every", "30"], self.environment)
        self.console = self.another_console("console", settings={"FIRST_ACCOUNTS": str(first_accounts(folder))})
        self._numbers = iter(range(10_000))
        self._known: dict[str, int] = {}
        self._cookies: dict[str, Any] = {}

    def another_console(
        self, name: str, registry: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> Console:
        """Return a console with the same accounts and sessions, and the same rooms unless a registry is given."""
        environment = self.environment | {"TOEZICHT_REGISTRY": str(registry or self.registry)}
        return Console(self.folder, name, settings or {}, environment)

    def cookie(self, user: str) -> Any:
        """Return the cookie of somebody who is logged in: one session for all their browsers of a module."""
        if user not in self._cookies:
            [(name, value)] = self.console.client(user).cookies.items()
            self._cookies[user] = {"name": name, "value": value, "url": self.console.address}
        return self._cookies[user]

    def end_session(self, user: str) -> None:
        """End somebody's session at the server; their browser still has its cookie."""
        cookie = self._cookies.pop(user)
        with httpx2.Client(base_url=self.console.address, headers={"sec-fetch-site": "same-origin"}) as client:
            client.delete("/api/v1/session", headers={"cookie": f"{cookie['name']}={cookie['value']}"})

    @contextmanager
    def worker_frozen(self) -> Iterator[None]:
        """Let the stages stand still meanwhile."""
        self.worker.freeze()
        try:
            yield
        finally:  # who stood still for longer than its group waits ends by itself, and `toezicht up` starts it again
            self.worker.kill()
            self.worker.start()

    def report(self, category: str = "woninginbraak", priority: str = "P 2", **more: Any) -> str:
        """Let a partner report something somewhere else, and return its street, which the page shows."""
        number = next(self._numbers)
        self.tell(line_of(number, category, priority, **more))
        self._known[street_of(number)] = number
        return street_of(number)

    def report_again(self, street: str, category: str = "woninginbraak", priority: str = "P 2", **more: Any) -> None:
        """Let another partner report the same."""
        known = line_of(self._known[street], category, priority) | {"source": "meldpunt"}
        self.tell(known | {"source_id": f"M-{next(self._numbers)}", **more})

    def answer(self, street: str, recipient: str, outcome: str, **more: Any) -> None:
        """Let a partner answer the request about what happened in a street, as its system does."""
        reader = AlertReader(self.kafka, from_start=True)
        try:
            while not reader.caught_up():
                reader.changes(0.3)
            alert = next(each for each in reader.alerts if street in each.title)
        finally:
            reader.close()
        dispatch = [each for each in alert.dispatches if each.recipient == recipient][-1]
        told = DispatchReceipt(
            dispatch_id=dispatch.dispatch_id,
            control_room_id=alert.control_room_id,
            alert_id=alert.alert_id,
            recipient=recipient,
            outcome=DispatchOutcome(outcome),
            answered_at=datetime.now(UTC),
            **more,
        )

        def answer_of(message: Message, _: bytes) -> DecisionLog | None:
            return message if isinstance(message, DecisionLog) and message.dispatch_id == told.dispatch_id else None

        decision = ask(self.kafka, told, topics.DECISION_LOG, answer_of, WITHIN_S, expected_decide())
        assert decision.refused == ""

    def cancel(self, street: str) -> None:
        """Let its partner withdraw a report."""
        self.tell(line_of(self._known[street], operation="cancel"))

    def tell(self, *lines: dict[str, Any]) -> None:
        """Let partners write lines."""
        self.intake.write("".join(json.dumps(line) + "\n" for line in lines))


@contextmanager
def running_room(kafka: KafkaSettings, folder: Path) -> Iterator[ControlRoom]:
    """Yield a control room that runs, on an empty broker; no process of it is left at the end."""
    empty(kafka)
    room = ControlRoom(kafka, folder)
    with ExitStack() as stack:
        for each in (room.worker, room.intake, room.canary, room.console):
            each.begin()
            stack.callback(each.kill)
        for each in (room.worker, room.console):
            each.await_ready()
        yield room

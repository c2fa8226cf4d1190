"""A control room in memory: reports and cameras' answers go into the real `decide`, and its records come out with offsets."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert
from schemas.base import Message, derive_id
from schemas.categories import Category
from schemas.codec import encode
from schemas.evidence import CameraCoverage as Near
from schemas.evidence import Coverage, EpisodeFact, Evidence, SightingFact, Verdict
from schemas.incidents import Operation, ReportNote, incident_identity
from schemas.ticks import Tick
from streams import topics
from streams.config.files import load_rules
from streams.domain.alerts.suppression import Plan
from streams.domain.incidents.revisions import summary
from streams.kafka.partitioner import partition_of
from streams.kafka.record import Record
from streams.stages.base import Output
from streams.stages.decide.stage import Decide
from tests.support.rows import FakeRows
from tests.support.situations import ROOM, item, position, report, seconds

PARTITION: Final = partition_of(topics.ALERT_STATE, ROOM.encode())
CAMERAS: Final = tuple(f"stadshart-{number}" for number in range(1, 17))
STREETS: Final = (
    "Stadsplein", "Rembrandtweg", "Dorpsstraat", "Keizer Karelweg", "Amsterdamseweg", "Beneluxbaan", "Handelsplein", "Lindenlaan",
    "Sportlaan", "Westelijk Halfrond", "Van Heuven Goedhartlaan", "Mr. Rijkensplein", "Laan van de Helende Meesters",
)  # fmt: skip
SOURCES: Final = (("politie-gms", "P 1"), ("p2000", "A1"), ("hor", "hoog"), ("meldingen", ""), ("ggd", "B"))
KINDS: Final = tuple(category for category in Category if category is not Category.CROWD_DENSITY)
VERDICTS: Final = tuple(verdict for verdict in Verdict if verdict not in (Verdict.PENDING, Verdict.NO_COVERAGE))

Listening = Callable[[list[Record]], None]


class ControlRoom:
    """Control room: one room's `decide` with its rows in memory.

    Args:
        plan: What is expected.
        seed: Of what it makes up.
    """

    def __init__(self, plan: Plan | None = None, seed: int = 7) -> None:
        self._stage = Decide(load_rules(), "r1", *([] if plan is None else [plan]))
        self._rows = FakeRows()
        self._offsets: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._number = 0
        self._reported: deque[tuple[str, dict[str, Any]]] = deque(maxlen=5)
        self.records: list[Record] = []
        self.alerts: dict[str, Alert] = {}
        self.tell: Listening = lambda _: None

    def take(self, message: Message, now: datetime) -> list[Record]:
        """Give `decide` a message; return the records that it makes, the message's own among them, and tell who listens."""
        topic = topics.ROOM_TICKS if isinstance(message, Tick) else message.topics[0]
        found = [self._record(topic, message, now)]
        inputs = item(message, found[0].offset, PARTITION)
        for output in self._stage.handle(inputs, self._rows, now):
            if isinstance(output.message, Alert):
                self.alerts[output.message.alert_id] = output.message
            found.append(self._made(output, now))
        self.records += found
        self.tell(found)
        return found

    def act(self, action: OperatorAction, now: datetime) -> list[Record]:
        """Do what an operator asks."""
        return self.take(action, now)

    def tick(self, now: datetime) -> None:
        """Let time pass."""
        self.take(Tick(group="room", partition=PARTITION, at=now), now)

    def canary(self, now: datetime) -> None:
        """Let a canary come back."""
        if self.alerts:
            found = [self._record(topics.CANARY, next(iter(self.alerts.values())), now)]
            self.records += found
            self.tell(found)

    def report(self, now: datetime, category: Category | None = None, **changes: Any) -> str:
        """Let somebody report something; return the report's name."""
        self._number += 1
        name = f"2026-{self._number:05}"
        source, priority = self._random.choice(SOURCES)
        kind = category or self._random.choice(KINDS)
        place = f"{self._random.choice(STREETS)}, Amstelveen"
        occurred_at = now - seconds(self._random.randint(20, 200))
        notes = (ReportNote.UNKNOWN_KIND,) if kind is Category.OVERIG and self._random.random() < 0.5 else ()
        known: dict[str, Any] = {
            "category": kind,
            "source": source,
            "source_priority": priority,
            "urgency": self._random.choice((0, 1, 1, 2, 2, 3, 3, 4)),
            "position": self._position(),
            "place": place,
            "summary": summary(kind, place, notes),
            "notes": notes,
            "occurred_at": occurred_at,
            "reported_at": now - seconds(2),
            "received_at": now,
        }
        near = self._random.sample(CAMERAS, self._random.randint(0, 3))
        coverage = self._random.choices(tuple(Coverage), (6, 1, 1, 1))[0]
        cameras = tuple(
            Near(camera_id=camera, distance_m=round(self._random.uniform(3, 90), 1), coverage=coverage)
            for camera in near
        )
        self.take(report(name, cameras, **(known | changes)), now)
        self._reported.append((name, known | changes))
        if coverage is Coverage.IN_VIEW:
            for camera in near[: self._random.randint(0, 3)]:
                self._sight(
                    name, known["source"] if "source" not in changes else changes["source"], camera, occurred_at, now
                )
        return name

    def withdraw(self, now: datetime) -> None:
        """Let whoever reported something lately withdraw it."""
        if self._reported:
            name, known = self._reported.pop()
            self.take(report(name, **(known | {"operation": Operation.CANCEL, "revision": 1, "reported_at": now})), now)

    def crowd(self, now: datetime, name: str, level: str = "warn", phase: str = "begin") -> None:
        """Let a camera see a crowd."""
        fact = EpisodeFact(
            episode_id=name,
            phase=phase,
            zone_id="plein",
            signal=f"crowd.{level}",
            value=2.5,
            explanation=f"{level} crowd",
        )
        evidence = Evidence(
            evidence_id=derive_id("evidence", name, phase, level, now.isoformat()),
            control_room_id=ROOM,
            category=Category.CROWD_DENSITY,
            position=self._position(),
            camera_id=self._random.choice(CAMERAS),
            occurred_at=now,
            fact=fact,
        )
        self.take(evidence, now)

    def operate(self, now: datetime) -> None:
        """Let an operator do something to an open alert."""
        open_ = [each for each in self.alerts.values() if each.state.value in ("new", "acknowledged", "shelved")]
        if not open_:
            return
        alert = self._random.choice(open_)
        what, more = self._random.choice(
            (
                (Action.ACKNOWLEDGE, {}),
                (Action.ACKNOWLEDGE, {}),
                (Action.RELEASE, {}),
                (Action.SHELVE, {"reason": "waiting_for_partner", "until": now + timedelta(minutes=45)}),
                (Action.ASSIGN, {"assignee": "operator-4"}),
                (Action.CLOSE, {"verdict": self._random.choice(("true", "false", "test", "duplicate"))}),
                (Action.NOTE, {"note": "police_informed"}),
            )
        )
        self._number += 1
        known: dict[str, Any] = {
            "action_id": f"made-up-{self._number}",
            "control_room_id": ROOM,
            "alert_id": alert.alert_id,
            "seen_revision": alert.revision,
            "action": what,
            "user": self._random.choice(("operator-3", "operator-4", "operator-5")),
            "acted_at": now,
        }
        self.take(OperatorAction.model_validate(known | more), now)

    def _sight(self, name: str, source: str, camera: str, at: datetime, now: datetime) -> None:
        incident_id = incident_identity(source, name)
        verdict = self._random.choice(VERDICTS)
        fact = SightingFact(
            incident_id=incident_id,
            verdict=verdict,
            zone_id="plein",
            signal="persons",
            value=2,
            explanation=f"2 persons in zone plein ({verdict.value})",
        )
        evidence = Evidence(
            evidence_id=derive_id("evidence", "sighting", camera, incident_id, verdict.value),
            control_room_id=ROOM,
            category=Category.STRAATROOF,
            position=None,
            camera_id=camera,
            occurred_at=at,
            fact=fact,
        )
        self.take(evidence, now)

    def _position(self) -> Any:
        if self._random.random() < 0.05:
            return None
        east_m, north_m = self._random.uniform(-1_900, 1_900), self._random.uniform(-1_900, 1_900)
        return position(east_m, north_m, self._random.choice((10, 10, 25, 50, 400, 1_500)))

    def _made(self, output: Output, now: datetime) -> Record:
        return self._record(output.topic, output.message, now, output.key)

    def _record(self, topic: str, message: Message, now: datetime, key: str | None = None) -> Record:
        made = encode(message, stage="decide", handled_at=now, entered_at=now)
        offset = self._offsets[topic]
        self._offsets[topic] += 1
        at = made.key if key is None else key.encode()
        return Record(topic, PARTITION, offset, at, made.value, made.headers, now)


def lived(alerts: int, now: datetime, seed: int = 7, hours: float = 3.0) -> ControlRoom:
    """Return a control room in which about so many alerts were made in the last hours: of every kind, state and standing."""
    room = ControlRoom(plan_at(now), seed)
    began_at = now - timedelta(hours=hours)
    step = timedelta(hours=hours) / max(1, alerts)
    at, ticked_at = began_at, began_at
    for number in range(alerts):
        at += step
        while ticked_at < at:
            ticked_at += seconds(20)
            room.tick(ticked_at)
        if number % 25 == 7:
            room.crowd(at, f"crowd-{number}", "alarm" if number % 2 else "warn")
            room.crowd(at + seconds(5), f"crowd-{number - 25}", "none", "end")
        elif number % 40 == 11:
            _fire_and_symptoms(room, at)
        else:
            room.report(at)
        if number % 2:
            room.operate(at)
        if number % 30 == 20:
            room.withdraw(at)
    room.tick(now)
    room.canary(now)
    return room


def _fire_and_symptoms(room: ControlRoom, at: datetime) -> None:
    """Let something burn, and what follows from it be reported near it."""
    room.report(at, Category.BRAND, position=position(300, -250), source="p2000", source_priority="P 1", urgency=1)
    for number, kind in enumerate((Category.VERKEER_CONTEXT, Category.MEDISCH_ONWEL, Category.VERKEER_CONTEXT)):
        near = position(300 + 60 * (number + 1), -250)
        room.report(at + seconds(1), kind, position=near, source="p2000", source_priority="B", urgency=4)


def plan_at(now: datetime) -> Plan:
    """Return a plan that expects youths all day."""
    entry = {
        "id": "feest",
        "reason": "kermis",
        "control_room": ROOM,
        "from": (now - timedelta(hours=6)).isoformat(),
        "until": (now + timedelta(hours=6)).isoformat(),
        "categories": ["jeugdoverlast"],
        "area": [
            {"lat": 52.29, "lon": 4.83},
            {"lat": 52.29, "lon": 4.89},
            {"lat": 52.32, "lon": 4.89},
            {"lat": 52.32, "lon": 4.83},
        ],
    }
    return Plan.model_validate({"version": "p1", "entries": [entry]})

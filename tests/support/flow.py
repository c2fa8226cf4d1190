"""The stages from reports to alerts, message by message, without a broker."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from schemas.alerts import Alert
from schemas.base import Message
from schemas.codec import decode, encode
from schemas.ticks import Tick
from streams import topics
from streams.config.files import load_rules
from streams.stages.base import Stage
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from tests.support.normal import learn, view
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera, item, observation, registry, seconds


class Flow:
    """The three stages, each with its rows; every message passes through its own record on the way."""

    def __init__(self) -> None:
        cameras = registry(camera("cam-1", 0), camera("cam-2", 30))
        rules = load_rules()
        self.stages: list[tuple[Stage, FakeRows]] = [
            (Locate(cameras, rules, "Europe/Amsterdam"), FakeRows()),
            (Corroborate(cameras, rules), FakeRows()),
            (Decide(rules, cameras.version), FakeRows()),
        ]
        for known in cameras.cameras:
            learn(self.stages[1][1], known, largest=(3, 1.2, 0, 0.0, 15.0))
        self.alerts: dict[str, Alert] = {}

    def send(self, topic: str, message: Message, now: datetime) -> None:
        waiting = deque([(topic, message)])
        while waiting:
            at, sent = waiting.popleft()
            record = encode(sent, stage="test", handled_at=now, entered_at=now)
            read = decode(record.value, record.headers)
            if at == topics.ALERTS and isinstance(read, Alert):
                self.alerts[read.alert_id] = read
            for stage, rows in self.stages:
                if at in stage.inputs:
                    waiting += [(each.topic, each.message) for each in stage.handle(item(read), rows, now)]

    def second(self, at_s: float, count: int, camera_id: str = "cam-1", fastest: float | None = None) -> None:
        at, shown = NOON + seconds(at_s), view(count, fastest)
        for zone in ("plein", "rand"):
            self.send(topics.OBSERVATIONS, observation(at, count, zone, camera_id, view=shown), at)

    def tick(self, at_s: float) -> None:
        at = NOON + seconds(at_s)
        self.send(topics.CAMERA_TICKS, Tick(group="camera", partition=0, at=at), at)
        self.send(topics.ROOM_TICKS, Tick(group="room", partition=0, at=at), at)

"""Busy control rooms come out of their log as they were: the budget, the plan, near-repeats, merges and two rooms together."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from schemas.actions import Action
from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Category, Priority
from schemas.codec import decode
from schemas.evidence import Verdict
from schemas.incidents import Operation
from streams import topics
from streams.domain.alerts.suppression import Plan
from streams.kafka.record import Record
from streams.replay.follow_log import follow
from streams.replay.recording import recording_of
from streams.stages.decide.stage import Decide
from tests.support.deciding import EVENT, WORKS
from tests.support.partition import LivePartition
from tests.support.recordings import SHORT
from tests.support.situations import (
    EAST_ROOM,
    NOON,
    ROOM,
    action,
    episode,
    in_view,
    position,
    report,
    seconds,
    sighting,
)

PLAN = Plan.model_validate({"version": "p1", "entries": [EVENT, WORKS]})
CATEGORIES = (
    Category.OVERIG,
    Category.FIETSDIEFSTAL,
    Category.WONINGINBRAAK,
    Category.STRAATROOF,
    Category.JEUGDOVERLAST,
    Category.VERWARD_PERSOON,
    Category.BRAND,
)
ON_THE_LIST = {AlertState.NEW, AlertState.ACKNOWLEDGED, AlertState.RETURNED_TO_NORMAL}


class Busy:
    """Two control rooms of one partition, whose topics are taken in any order, and what people do there."""

    def __init__(self, chance: random.Random) -> None:
        self.live = LivePartition(Decide(SHORT, "r1", PLAN))
        self._chance = chance
        self._now = NOON
        self._revisions: dict[str, int] = {}
        self._pending: dict[str, list[Record]] = {}
        self.taken: list[Record] = []
        self.alerts: list[Alert] = []

    def run(self, steps: int) -> LivePartition:
        """Let so many things happen, and take some of what waits after each of them."""
        for step in range(steps):
            self._now += seconds(self._chance.choice((0, 0, 1, 3, 10, 61, 200)))
            message = self._message(step)
            record = self.live.append(message.topics[0], message, self._now) if message else self.live.tick(self._now)
            self._pending.setdefault(record.topic, []).append(record)
            while self._pending and self._chance.random() < 0.8:
                self._take()
        return self.live

    def _take(self) -> None:
        topic = self._chance.choice(sorted(self._pending))
        record = self._pending[topic].pop(0)
        if not self._pending[topic]:
            del self._pending[topic]
        before = len(self.live.records)
        self.live.take(record)
        self.taken.append(record)
        for each in self.live.records[before:]:
            if each.topic == topics.ALERTS:
                alert = decode(each.value or b"", each.headers)
                assert isinstance(alert, Alert)
                self.alerts.append(alert)

    def _message(self, step: int) -> Message | None:
        chance, room = self._chance, self._chance.choice((ROOM, EAST_ROOM))
        name = f"{room}-{chance.randrange(25)}"
        match chance.choices(("report", "sighting", "crowd", "action", "tick"), (45, 10, 7, 13, 25))[0]:
            case "report":
                return self._report(name, room)
            case "sighting":
                said = sighting(name, at=self._now, verdict=chance.choice((Verdict.CORROBORATED, Verdict.UNSEEN)))
                return said.model_copy(update={"control_room_id": room, "evidence_id": f"sighting-{step}"})
            case "crowd":
                phase = chance.choice(("begin", "change", "end"))
                level = "none" if phase == "end" else chance.choice(("warn", "high", "critical"))
                where_m = chance.randrange(0, 400, 100)
                crowd = episode(phase, level, self._now, f"crowd-{room}-{chance.randrange(4)}", where_m)
                return crowd.model_copy(update={"control_room_id": room})
            case "action" if self.alerts:
                known = list({alert.alert_id: alert for alert in self.alerts}.values())
                newest = known[-8:]
                what = chance.choice((*Action, *(Action.SPLIT,) * 3, Action.MERGE))
                several = [each for each in known if len(each.reports) > 1 and each.state in ON_THE_LIST][-8:]
                of = several if what is Action.SPLIT and several else newest
                seen, other = chance.choice(of), chance.choice(newest)
                return action(
                    seen.alert_id,
                    what,
                    chance.choice(("known", "false", "")),
                    self._now + seconds(100),
                    number=step,
                    control_room_id=seen.control_room_id,
                    seen_revision=seen.revision,
                    user=f"operator-{chance.randrange(2)}",
                    other_alert_id=other.alert_id,
                    note=chance.choice(("called_back", "no_answer", "somebody's words")),
                    fact_id=seen.reports[-1].incident_id if seen.reports else "",
                )
        return None

    def _report(self, name: str, room: str) -> Message:
        chance = self._chance
        revision = self._revisions[name] = self._revisions.get(name, -1) + 1
        later = chance.choice((Operation.UPDATE, Operation.UPDATE, Operation.CANCEL))
        told = report(
            name,
            in_view("cam-1"),
            revision=revision,
            operation=later if revision else Operation.CREATE,
            category=chance.choice(CATEGORIES),
            urgency=chance.randrange(5),
            position=position(chance.randrange(0, 1_500, 150)),
            occurred_at=self._now - seconds(chance.randrange(400)),
            reported_at=self._now,
        )
        return told.model_copy(update={"control_room_id": room, "evidence_id": f"{name}-{revision}"})


@pytest.mark.parametrize("seed", range(12))
def test_the_log_of_busy_rooms_gives_the_live_alerts(seed: int) -> None:
    """Each alert and decision as it was; nothing is set aside, and no P1 is out of sight."""
    busy = Busy(random.Random(seed))
    live = busy.run(120)
    followed = follow(recording_of(live.records), SHORT, {}, PLAN)
    assert followed.differences == []
    assert followed.alerts == len({(alert.alert_id, alert.revision) for alert in busy.alerts})
    assert not [record for record in live.records if record.topic == topics.DEAD_LETTERS]
    for alert in busy.alerts:
        if alert.priority is Priority.P1:
            assert alert.state not in {AlertState.SHELVED, AlertState.SUPPRESSED}
            assert alert.grouped_under is None or alert.state not in ON_THE_LIST


@pytest.mark.parametrize("seed", range(4))
def test_what_is_taken_again_after_a_crash_says_the_same_again(seed: int) -> None:
    """Whatever an input caused: its rows were written, and nobody knows what of its outputs got out."""
    busy = Busy(random.Random(seed))
    live = busy.run(120)
    said = _said(live.records)
    written, first = len(live.changelog), len(live.records)
    live.crash()
    for record in busy.taken:
        live.take(record)
    assert _said(live.records[first:]) == said
    assert len(live.changelog) == written


def _said(records: Sequence[Record]) -> list[tuple[str, bytes | None]]:
    """Return what was told; of the newest states only the newest are told again (`streams/runtime/processed.py`)."""
    return [(each.topic, each.value) for each in records if each.topic in {topics.ALERTS, topics.DECISION_LOG}]


def test_busy_rooms_have_everything_in_them() -> None:
    """What the log is followed through is there: else the test above would tell nothing of it."""
    busy = Busy(random.Random(8))
    busy.run(900)
    parts: tuple[str, ...] = (
        "grouped_under",
        "summary",
        "near_repeats",
        "suppression",
        "merged_into",
        "split_from",
        "escalated_at",
    )
    parts += ("caused_by", "under_cause", "symptoms", "notes", "next_step")
    assert [part for part in parts if not any(getattr(alert, part) for alert in busy.alerts)] == []

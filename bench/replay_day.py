"""Replay day: how long a day takes to follow: a made day of one town, decided live in memory, then followed from its records.

The day has 20,000 facts (reports, answers of cameras, crowds), a tick per second in each of four partitions, and 500 actions
of operators. Run it with `python -m bench.replay_day --json`.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from schemas.actions import Action, OperatorAction
from schemas.base import Message, derive_id
from schemas.categories import Category
from schemas.codec import encode
from schemas.evidence import CameraCoverage, Coverage, Evidence, ReportFact, SightingFact, Verdict
from schemas.geo import Position
from schemas.incidents import Incident, Operation, incident_identity
from schemas.ticks import Tick
from streams import topics
from streams.config.files import load_rules
from streams.domain.rules.rules import Rules
from streams.kafka.record import Record
from streams.replay.file import RecordingHead, read_recording, write_recording
from streams.replay.recording import input_of, recording_of
from streams.replay.runs import other_rules, same_rules
from streams.runtime.in_memory import MemoryRows
from streams.stages.base import Output
from streams.stages.decide.stage import Decide

DAWN: Final = datetime(2026, 11, 24, tzinfo=UTC)
DAY_S: Final = 86_400
ANSWERS: Final = (Verdict.CORROBORATED, Verdict.UNSEEN, Verdict.CONTRADICTED, Verdict.CAMERA_UNAVAILABLE)


def made_facts(facts: int, actions: int, chance: random.Random) -> Iterator[tuple[int, int, str, Message]]:
    """Yield second, partition, topic and message: a report and two cameras' answers each, and actions on their alerts."""
    reports = facts // 3
    acted = set(chance.sample(range(reports), min(actions, reports)))
    for number in range(reports):
        second, partition = chance.randrange(DAY_S - 1_000), number % topics.ROOM_PARTITIONS
        report = _report(number, DAWN + timedelta(seconds=second), f"room-{partition}", chance)
        yield second, partition, topics.EVIDENCE, report
        for camera in ("cam-1", "cam-2"):
            answer = _answer(report, camera, chance.choice(ANSWERS), DAWN + timedelta(seconds=second))
            yield second + chance.randrange(1, 500), partition, topics.EVIDENCE, answer
        if number in acted:
            yield second + 600, partition, topics.OPERATOR_ACTIONS, _action(report, number, chance)


def _report(number: int, at: datetime, room: str, chance: random.Random) -> Evidence:
    category = chance.choice([Category.STRAATROOF, Category.FIETSDIEFSTAL, Category.JEUGDOVERLAST, Category.BRAND])
    incident = Incident(
        incident_id=incident_identity("politie-gms", str(number)),
        operation=Operation.CREATE,
        revision=0,
        source="politie-gms",
        source_id=str(number),
        category=category,
        category_source="made",
        source_priority="",
        urgency=chance.randrange(5),
        summary="made for a measurement",
        position=Position(lat=52.25 + chance.random() / 10, lon=4.8 + chance.random() / 10, accuracy_m=20),
        place="made",
        occurred_at=at - timedelta(seconds=chance.randrange(600)),
        reported_at=at,
        received_at=at,
    )
    cameras = tuple(CameraCoverage(camera_id=f"cam-{n}", distance_m=n, coverage=Coverage.IN_VIEW) for n in (1, 2))
    return Evidence(
        evidence_id=derive_id("evidence", "report", incident.incident_id, "0", room),
        control_room_id=room,
        category=category,
        position=incident.position,
        camera_id=None,
        occurred_at=incident.occurred_at,
        fact=ReportFact(incident=incident, cameras=cameras),
    )


def _answer(report: Evidence, camera: str, verdict: Verdict, at: datetime) -> Evidence:
    assert isinstance(report.fact, ReportFact)
    incident_id = report.fact.incident.incident_id
    return Evidence(
        evidence_id=derive_id("evidence", "sighting", camera, incident_id, verdict.value),
        control_room_id=report.control_room_id,
        category=report.category,
        position=None,
        camera_id=camera,
        occurred_at=at,
        fact=SightingFact(
            incident_id=incident_id, verdict=verdict, zone_id=None, signal="persons", value=2, explanation="made"
        ),
    )


def _action(report: Evidence, number: int, chance: random.Random) -> OperatorAction:
    what = chance.choice([Action.ACKNOWLEDGE, Action.CLOSE, Action.FALSE_ALARM])
    return OperatorAction(
        action_id=f"action-{number}",
        control_room_id=report.control_room_id,
        alert_id=derive_id("alert", report.control_room_id, report.evidence_id),
        seen_revision=0,
        action=what,
        user="operator-1",
        verdict="true" if what is Action.CLOSE else "",
        acted_at=report.occurred_at,
    )


def made_day(rules: Rules, facts: int, actions: int, seed: int) -> list[Record]:
    """Return a day's records: decided live, in the order of time."""
    stage = Decide(rules, "made")
    rows = [MemoryRows() for _ in range(topics.ROOM_PARTITIONS)]
    offsets: dict[tuple[str, int], int] = defaultdict(int)
    due: dict[int, list[tuple[int, str, Message]]] = defaultdict(list)
    for second, partition, topic, message in made_facts(facts, actions, random.Random(seed)):  # noqa: S311 - no secret
        due[second].append((partition, topic, message))
    records: list[Record] = []

    def put(topic: str, partition: int, message: Message, now: datetime) -> Record:
        raw = encode(message, stage="made", handled_at=now, entered_at=now)
        record = Record(topic, partition, offsets[topic, partition], raw.key, raw.value, raw.headers, now)
        offsets[topic, partition] += 1
        records.append(record)
        return record

    def take(record: Record) -> None:
        outputs: list[Output] = list(stage.handle(input_of(record), rows[record.partition], record.appended_at))
        for output in outputs:
            if output.topic in {topics.ALERTS, topics.DECISION_LOG}:
                put(output.topic, record.partition, output.message, record.appended_at)

    for second in range(DAY_S):
        now = DAWN + timedelta(seconds=second)
        for partition in range(topics.ROOM_PARTITIONS):
            take(put(topics.ROOM_TICKS, partition, Tick(group="room", partition=partition, at=now), now))
        for partition, topic, message in due.pop(second, []):
            take(put(topic, partition, message, now))
    return records


def measure(facts: int, actions: int, seed: int, folder: Path) -> dict[str, Any]:
    """Return how long a day takes to read from a file, to follow with its rules, and to play with others.

    `cpu_s` is the process's own time: `seconds` without what else the machine does.
    """
    rules, file = load_rules(), folder / "day.jsonl"
    night = DAWN + timedelta(days=1)
    head = RecordingHead(toezicht="recording", version=1, since=DAWN, until=night, exported_at=night)
    write_recording(file, head, made_day(rules, facts, actions, seed))
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    day = recording_of(read_recording(file))
    reading = {"seconds": round(time.perf_counter() - began_s, 3), "cpu_s": round(time.process_time() - began_cpu_s, 3)}
    began_cpu_s = time.process_time()
    followed = same_rules(day, rules, {}).document | {"cpu_s": round(time.process_time() - began_cpu_s, 3)}
    others = rules.model_copy(update={"version": "others"})
    began_cpu_s = time.process_time()
    played = other_rules(day, [Decide(others, "made")], others, DAWN, night, DAWN).document
    played |= {"cpu_s": round(time.process_time() - began_cpu_s, 3)}
    keys = ("seconds", "cpu_s", "inputs_per_s")
    return {
        "facts": facts,
        "actions": actions,
        "reading": reading,
        "same_rules": {key: followed[key] for key in ("decisions", "ticks", "alerts", "differing", *keys)},
        "other_rules": {key: played[key] for key in ("inputs", "ticks", "same", "before", *keys)},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=20_000)
    parser.add_argument("--actions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="toezicht-bench-") as folder:
        result = measure(given.facts, given.actions, given.seed, Path(folder))
    print(json.dumps(result) if given.json else json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

"""Every stage keeps the same contract: a pure function of rows, input and now, that owns its rows and knows its topics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

import cv2
import numpy as np
import pytest
from pydantic import BaseModel

from schemas.base import Message
from schemas.cameras import FrameReference
from schemas.catalogue import IN_HEADER, MESSAGES
from schemas.dead_letters import DeadLetterReason
from schemas.trends import Trend
from streams import topics
from streams.config.files import load_rules
from streams.runtime.in_memory import MemoryRows
from streams.runtime.state import NoRows, PartitionState, StateRows
from streams.stages.base import Failed, Input, Output, PictureStage, Rows, Stage
from streams.stages.decide.shadow import Shadow
from streams.stages.decide.stage import Decide
from streams.stages.detect.stage import Detect
from streams.stages.locate import Locate
from streams.stages.row_versions import kind_of
from streams.worker.stages import STAGES
from tests.support.detectors import FakeDetector
from tests.support.kafka import FakeDatabase
from tests.support.messages import example
from tests.support.partition import LivePartition
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera, incident, position, registry, seconds
from tests.support.state_rows import MODELS, runs, topic_of

R = TypeVar("R", bound=BaseModel)
TIMERS = {"due", "due-clock"}


@dataclass(frozen=True)
class Owned:
    """What a stage may send to, and the kinds of rows that are its own."""

    sends: frozenset[str]
    keeps: frozenset[str]


def owned(sends: Sequence[str], *keeps: str) -> Owned:
    """Return what a stage owns."""
    return Owned(frozenset(sends), frozenset(keeps))


DECIDES = (
    "acted",
    "alert",
    "budget",
    "cell",
    "early",
    "fact",
    "gone",
    "repeat",
    "sequence",
    "summary",
    "ticked",
    *TIMERS,
)
OWNED = {
    "observe": owned([topics.OBSERVATIONS], "camera", "memory"),
    "locate": owned([topics.CAMERA_WATCHES, topics.EVIDENCE, topics.EVIDENCE_URGENT]),
    "corroborate": owned(
        [topics.EVIDENCE], "block", "normal", "watch", "open", "seen", "state", "crowd", "situation", *TIMERS
    ),
    "decide": owned(
        [topics.ALERTS, topics.ALERT_STATE, topics.CANARY, topics.DECISION_LOG, topics.DISPATCH_REQUESTS], *DECIDES
    ),
    "shadow": owned([topics.SHADOW_ALERTS], *DECIDES),
    "trends": owned([topics.TRENDS], "counted", "counts", "place", "repeats", "trending", "year", *TIMERS),
    "share": owned(
        [
            topics.DISPATCH_RECEIPTS,
            *(topics.partner_topic(each) for each in ("ambulance", "brandweer", "corporatie", "hor", "oov", "politie")),
            *(topics.health_topic(each) for each in ("ambulance", "ggd", "politie")),
        ],
        "case",
        "shared",
        *TIMERS,
    ),
    "hits": owned(
        [
            topics.AUDIT,
            *(topics.health_topic(each) for each in ("ambulance", "brandweer", "politie")),
            *(topics.partner_topic(each) for each in ("brandweer", "politie")),
        ],
        "held",
        "hit",
        "near",
        *TIMERS,
    ),
    "audit": owned([topics.AUDIT_CHAIN], "head"),
}
"""By name. A new stage is an entry here, and what it is given in `tests/support/state_rows.py`, or below if it keeps nothing."""


@dataclass(frozen=True)
class Given:
    """One input and the time at which it is handled."""

    item: Input
    now: datetime


def stages() -> Iterator[tuple[Stage, list[tuple[datetime, Message]]]]:
    """Yield each stage, made anew, and what it is given."""
    kept = {stage.name: (stage, given) for stage, given in runs()}
    yield from kept.values()
    _, decided = kept[Decide.name]
    yield Shadow(load_rules(), "r1"), decided
    reports = (
        incident("a"),
        incident("b", position=position(700)),
        incident("c", position=None),
        incident("d", urgency=1),
    )
    near = registry(camera("cam-1", 0), camera("cam-2", 50))
    yield Locate(near, load_rules(), "Europe/Amsterdam"), [(NOON + seconds(70), each) for each in reports]


def fresh(name: str) -> Stage:
    """Return a stage as a process has it that starts."""
    return next(stage for stage, _ in stages() if stage.name == name)


@cache
def inputs(name: str) -> tuple[Given, ...]:
    """Return what a stage is given, one after the other."""
    stage, messages = next(each for each in stages() if each[0].name == name)
    return tuple(
        Given(taken(message, topic_of(stage, message), offset, now), now)
        for offset, (now, message) in enumerate(messages)
    )


def taken(message: Message, topic: str, offset: int = 0, now: datetime = NOON) -> Input:
    """Return a message as an input."""
    return Input(message, b"", topic, 2, offset, message.message_id(), now)


def said(outputs: Sequence[Output]) -> list[tuple[Any, ...]]:
    """Return all of outputs that is sent."""
    return [
        (
            out.topic,
            out.message.message_id(),
            out.message,
            out.key,
            out.partition,
            out.entered_at,
            out.payload,
            out.tombstone,
        )
        for out in outputs
    ]


def copied(rows: FakeRows) -> FakeRows:
    """Return rows of their own with the same content."""
    other = FakeRows()
    other.documents = dict(rows.documents)
    return other


@dataclass(frozen=True)
class Step:
    """One input with the rows before it, what it caused, and the rows after it."""

    given: Given
    before: FakeRows
    said: list[tuple[Any, ...]]
    after: FakeRows


@cache
def steps(name: str) -> tuple[Step, ...]:
    """Return a stage's whole run."""
    stage, rows, found = fresh(name), FakeRows(), list[Step]()
    for given in inputs(name):
        before = copied(rows)
        outputs = said(stage.handle(given.item, rows, given.now))
        found.append(Step(given, before, outputs, copied(rows)))
    return tuple(found)


@pytest.fixture(params=OWNED)
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of one of the stages."""
    return str(request.param)


def test_every_stage_keeps_the_contract() -> None:
    """Whatever a worker can run is held to it."""
    assert set(OWNED) | {Detect.name} == set(STAGES)
    assert {stage.name for stage, _ in stages()} == set(OWNED)


def test_it_says_what_it_is(name: str) -> None:
    """A known stage of known topics of one partition count; it has state where the settings of topics say so."""
    stage = fresh(name)
    assert isinstance(stage, Stage)
    assert stage.stateful is (name in topics.STATEFUL_STAGES)
    assert len({topics.BY_NAME[topic].partitions for topic in stage.inputs}) == 1
    if stage.stateful:
        assert {topics.BY_NAME[topic].group for topic in stage.inputs} == {topics.STATEFUL_STAGES[name]}


def test_the_same_rows_input_and_now_cause_the_same(name: str) -> None:
    """Also in a process that was never given what came before, and in another order: nothing is remembered but in rows."""
    stage = fresh(name)
    assert any(step.said for step in steps(name))
    for step in reversed(steps(name)):
        rows = copied(step.before)
        assert said(stage.handle(step.given.item, rows, step.given.now)) == step.said
        assert rows.documents == step.after.documents


def test_a_whole_run_is_the_same_on_any_rows(name: str) -> None:
    """On those of a worker, those of a replay, and the fake of the tests: all of them keep the contract of rows."""
    for kept in (on_state_rows, on_memory_rows):
        found, documents = kept(fresh(name), inputs(name))
        assert found == [step.said for step in steps(name)]
        assert documents == steps(name)[-1].after.documents


def on_state_rows(stage: Stage, given: Sequence[Given]) -> tuple[list[Any], dict[str, bytes]]:
    """Play a run on the rows of a worker; return what it said and the rows' documents, versions left out."""
    database = FakeDatabase()
    state = PartitionState(lambda: database)
    found, kept = [], dict[str, BaseModel]()
    for number, each in enumerate(given):
        rows = StateRows(state)
        found.append(said(stage.handle(each.item, rows, each.now)))
        state.stage(number, rows)
        for key, row in rows.writes.items():
            kept.pop(key, None)
            if row is not None:
                kept[key] = row
    return found, {key: row.model_dump_json(by_alias=True).encode() for key, row in kept.items()}


def on_memory_rows(stage: Stage, given: Sequence[Given]) -> tuple[list[Any], dict[str, bytes]]:
    """Play a run on the rows of a replay."""
    rows = MemoryRows()
    found = [said(stage.handle(each.item, rows, each.now)) for each in given]
    kinds = {key: MODELS[kind_of(key)] for key, _ in rows.scan("", BaseModel)}
    kept = {key: rows.get(key, model) for key, model in kinds.items()}
    return found, {key: row.model_dump_json(by_alias=True).encode() for key, row in kept.items() if row is not None}


def test_it_sends_to_its_own_topics_alone(name: str) -> None:
    """Each a known one that carries such messages; no two messages of one topic share an identity, but a repeated one is one."""
    sent: dict[tuple[Any, ...], object] = {}
    for topic, identity, message, *_, tombstone in (each for step in steps(name) for each in step.said):
        assert topic in OWNED[name].sends
        assert topics.BY_NAME[topic].name == topic
        assert isinstance(message, Message)
        if tombstone:
            assert "compact" in topics.BY_NAME[topic].cleanup
            continue
        assert message.carried_by(topic)
        assert sent.setdefault((topic, identity), message) == message
    assert sent


def test_it_writes_rows_of_its_own_kinds_alone(name: str) -> None:
    """Each of the model of its kind; in this run it writes every kind that is its own, so the list stays true."""
    assert kinds_written(name) == OWNED[name].keeps
    for step in steps(name):
        for key, document in step.after.documents.items():
            MODELS[kind_of(key)].model_validate_json(document)


def kinds_written(name: str) -> set[str]:
    """Return the kinds of rows of a run."""
    return {kind_of(key) for step in steps(name) for key in step.after.documents}


def test_a_stage_without_state_writes_nothing(name: str) -> None:
    """It is given rows that refuse; one with state writes some."""
    stage = fresh(name)
    if stage.stateful:
        assert kinds_written(name)
        return
    for step in steps(name):
        assert said(stage.handle(step.given.item, NoRows(), step.given.now)) == step.said


def test_messages_of_other_kinds_are_refused(name: str) -> None:
    """As a fault of the message, with nothing written."""
    stage, rows = fresh(name), FakeRows()
    strange = [model for model in MESSAGES if not any(map(model.carried_by, stage.inputs))]
    assert len(strange) >= len(MESSAGES) - 2 * len(stage.inputs)  # `detections` carries two kinds, others one
    for model in strange:
        with pytest.raises(TypeError):
            stage.handle(taken(example(model), stage.inputs[0]), rows, NOON)
    assert rows.documents == {}


def test_what_it_refuses_goes_to_dead_letters_and_leaves_no_trace(name: str) -> None:
    """On the real runner: one letter, no row."""
    stage = fresh(name)
    strange = example(Trend)
    assert type(strange) not in IN_HEADER
    live = LivePartition(stage)
    live.give(stage.inputs[0], strange, NOON + seconds(3_600))
    letter = live.records[-1]
    assert (letter.topic, len(live.records), live.changelog) == (topics.DEAD_LETTERS, 2, [])
    assert DeadLetterReason.HANDLER_FAILED.encode() in dict(letter.headers)["dead-letter"]


class BreakingRows:
    """Rows that break at their nth write, as a disk does."""

    def __init__(self, rows: Rows, breaks_at: int) -> None:
        self._rows = rows
        self._left = breaks_at

    def get(self, key: str, model: type[R]) -> R | None:
        return self._rows.get(key, model)

    def get_each(self, keys: Sequence[str], model: type[R]) -> list[R]:
        return self._rows.get_each(keys, model)

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        return self._rows.scan(prefix, model)

    def put(self, key: str, row: BaseModel) -> None:
        self._write()
        self._rows.put(key, row)

    def delete(self, key: str) -> None:
        self._write()
        self._rows.delete(key)

    def _write(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise OSError("no more writes")


def test_a_call_that_broke_off_can_be_made_again(name: str) -> None:
    """Its writes are thrown away as a whole, so the stage may remember nothing of it: the same input then causes the same."""
    stage = fresh(name)
    for step in steps(name):
        for breaks_at in (0, 2):
            try:
                stage.handle(step.given.item, BreakingRows(copied(step.before), breaks_at), step.given.now)
            except OSError:
                rows = copied(step.before)
                assert said(stage.handle(step.given.item, rows, step.given.now)) == step.said
                assert rows.documents == step.after.documents


def pictures(number: int) -> list[Input]:
    """Return bright and dark pictures of two cameras."""
    found = []
    for sequence in range(number):
        at = NOON + seconds(0.2 * sequence)
        frame = FrameReference(
            camera_id=f"cam-{sequence % 2}", epoch="e1", sequence=sequence, captured_at=at, width_px=64, height_px=48,
            mask_version="1",
        )  # fmt: skip
        jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), 200 if sequence % 3 else 10, np.uint8))[1].tobytes()
        found.append(Input(frame, jpeg, topics.CAMERA_FRAMES, 0, sequence, frame.message_id(), at))
    return found


@pytest.fixture
def detect() -> Iterator[Callable[[], PictureStage]]:
    """Return what starts the stage that looks at pictures; all are closed in the end."""
    made: list[Detect] = []

    def start() -> PictureStage:
        made.append(Detect(FakeDetector(), "run"))
        return made[-1]

    yield start
    for stage in made:
        stage.close()


def test_a_picture_stage_says_the_same_of_the_same_pictures(detect: Callable[[], PictureStage]) -> None:
    """In the order in which they were given, to known topics, also in another process of the same name."""
    first, again = ([looking.result() for looking in map(detect().submit, pictures(12))] for _ in range(2))
    told = [[] if isinstance(each, Failed) else said(each) for each in first]
    assert told == [[] if isinstance(each, Failed) else said(each) for each in again]
    messages = [message for outputs in told for message in outputs]
    assert len(messages) >= 12
    assert {topic for topic, *_ in messages} <= {topics.DETECTIONS, topics.CAMERA_STATUS, topics.CAMERA_STATE}
    seen = [message.happened_at() for topic, _, message, *_ in messages if topic == topics.DETECTIONS]
    assert len(seen) == 12
    assert all(before < after for before, after in pairwise(seen))


def test_a_picture_stage_sets_aside_what_is_no_picture(detect: Callable[[], PictureStage]) -> None:
    """That message alone: those around it are looked at."""
    stage = detect()
    assert isinstance(stage, PictureStage)
    before, after = pictures(2)
    strange = taken(example(Trend), topics.CAMERA_FRAMES)
    results = [looking.result() for looking in [stage.submit(each) for each in (before, strange, after)]]
    assert [isinstance(each, Failed) for each in results] == [False, True, False]
    assert isinstance(results[1], Failed)
    assert results[1].reason is DeadLetterReason.UNKNOWN_TYPE

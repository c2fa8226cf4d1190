"""Rows of state as the stages write them now, from real runs with synthetic data, and the shape of each row's model.

`python -m tests.support.state_rows` adds the samples and digests of versions that have none yet. It never changes those that are
there: they are what earlier releases wrote, and today's code must read them.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

from pydantic import BaseModel

from schemas.actions import Action
from schemas.alerts import Alert, AlertState
from schemas.base import Message, derive_id
from schemas.cameras import CameraState, CameraStatus
from schemas.cases import CaseOutcome, CaseReceipt, handover_identity
from schemas.categories import Category, Priority
from schemas.codec import encode
from schemas.dispatch import DispatchOutcome, DispatchReceipt, DispatchRequest, dispatch_identity
from schemas.evidence import Movement, MovementKind, Verdict
from schemas.incidents import Operation
from schemas.observations import Measures, SituationKind, ZoneSituation
from schemas.ticks import Tick
from streams import topics
from streams.config.files import load_rules, load_safety_plan
from streams.config.partners import load_partners
from streams.domain.alerts.situation import Situation
from streams.domain.audit.chain import HeadRow
from streams.domain.budget.budget import BudgetRow
from streams.domain.budget.summary import SummaryRow
from streams.domain.cameras.registry import ControlRoom, MapPoint, Registry
from streams.domain.cases.case import CaseRow
from streams.domain.corroboration.history import SlotRow
from streams.domain.corroboration.watch import CameraStateRow, WatchRow
from streams.domain.normal.profile import ProfileRow
from streams.domain.observations.episodes import CrowdRow, SituationRow
from streams.domain.observations.memory import CameraMemory
from streams.domain.observations.open_second import CameraSecond
from streams.domain.partners.hits import HitRow
from streams.domain.partners.shared import SharedRow
from streams.domain.trends.areas import AreaMap
from streams.domain.trends.counts import CountsRow
from streams.kafka.partitioner import partition_of
from streams.kafka.record import Record
from streams.runtime.processed import Done
from streams.runtime.runner import Runner
from streams.runtime.send_queue import QueuedInput
from streams.runtime.state import PartitionState
from streams.stages.audit import Audit
from streams.stages.base import Stage
from streams.stages.corroborate.normal import BlockRow
from streams.stages.corroborate.stage import Corroborate, OpenRow
from streams.stages.decide.acted import ActedRow
from streams.stages.decide.index import CellRow
from streams.stages.decide.near_repeats import RepeatRow
from streams.stages.decide.stage import Decide
from streams.stages.decide.store import EarlyRow, GoneRow, LinkRow, SequenceRow
from streams.stages.decide.tick_order import TickedRow
from streams.stages.hits import HeldRow, Hits, NearRow
from streams.stages.observe import Observe
from streams.stages.row_versions import ROWS, kind_of
from streams.stages.share import Share
from streams.stages.timers import DueClock, DueRow
from streams.stages.trends.stage import Trends
from streams.stages.trends.store import CountedRow, PlaceRow, RepeatsRow, TrendingRow, YearRow
from tests.support.audit import audit_event
from tests.support.kafka import FakeDatabase
from tests.support.messages import ROOM, example
from tests.support.situations import (
    NOON,
    action,
    camera,
    episode,
    in_view,
    incident,
    observation,
    position,
    registry,
    report,
    seconds,
    sighting,
    tick,
    watch,
)
from tests.support.trends import burglary
from tests.support.zones import AMSTERDAM, PLACE, RULES, bag, frame, person
from tests.support.zones import camera as zone_camera

FOLDER: Final = Path(__file__).parents[1] / "data" / "state"
DIGESTS: Final = FOLDER / "shapes.json"
MODELS: Final[dict[str, type[BaseModel]]] = {
    "acted": ActedRow,
    "alert": Situation,
    "block": BlockRow,
    "budget": BudgetRow,
    "camera": CameraSecond,
    "case": CaseRow,
    "cell": CellRow,
    "counted": CountedRow,
    "counts": CountsRow,
    "crowd": CrowdRow,
    "done": Done,
    "due": DueRow,
    "due-clock": DueClock,
    "early": EarlyRow,
    "fact": LinkRow,
    "gone": GoneRow,
    "head": HeadRow,
    "held": HeldRow,
    "hit": HitRow,
    "memory": CameraMemory,
    "near": NearRow,
    "normal": ProfileRow,
    "open": OpenRow,
    "repeat": RepeatRow,
    "place": PlaceRow,
    "repeats": RepeatsRow,
    "seen": SlotRow,
    "sequence": SequenceRow,
    "shared": SharedRow,
    "situation": SituationRow,
    "state": CameraStateRow,
    "summary": SummaryRow,
    "trending": TrendingRow,
    "ticked": TickedRow,
    "watch": WatchRow,
    "year": YearRow,
}
"""The model of each kind of row."""


def runs() -> Iterator[tuple[Stage, list[tuple[datetime, Message]]]]:
    """Yield each stage with state, and what it is given."""
    place = ControlRoom(id="room", name="room", area=tuple(MapPoint.model_validate(each) for each in PLACE))
    watched = zone_camera({"dwelling_s": 1, "object_left_s": 30})
    frames = [frame(at / 5, person(10 + 4 * at, track=1), person(150, track=2), bag(10, 3)) for at in range(12)]
    yield (
        Observe(Registry(version="1", control_rooms=(place,), cameras=(watched,)), RULES, AMSTERDAM, {}),
        [(each.happened_at(), each) for each in (*frames, tick("camera", NOON + seconds(9)))],
    )
    crowd = [observation(NOON + seconds(second), count=500, camera_id="cam-2") for second in range(40)]
    told = CameraStatus(camera_id="cam-1", state=CameraState.ONLINE, reason="pictures", changed_at=NOON)
    left = ZoneSituation(kind=SituationKind.OBJECT_LEFT, since=NOON, value=30, explanation="a bag stands there")
    seen = [observation(NOON + seconds(second), count=second % 3, situations=(left,)) for second in range(12)]
    walks = Measures(persons=1, fastest_m_per_s=1.3, standing_together=0, dropped=0.0, longest_stay_s=12.0, running=0)
    calm = [
        observation(NOON + seconds(second), count=1, camera_id="cam-2", quiet_s=60, measures=walks, view=walks)
        for second in range(100, 650, 61)
    ]
    ticks = [tick("camera", NOON + seconds(second)) for second in (400, 3_000)]
    yield (
        Corroborate(registry(camera("cam-1", 0), camera("cam-2", 50)), load_rules()),
        [(each.happened_at(), each) for each in (told, watch(), *seen, watch("b"), *crowd, ticks[0], *calm, ticks[1])],
    )
    first = report("a", in_view("cam-1"))
    alert_id = derive_id("alert", first.control_room_id, first.evidence_id)
    inputs: list[Message] = [
        sighting("late", verdict=Verdict.UNSEEN),
        report("gone", operation=Operation.CANCEL, revision=1),
        first,
        sighting("a", movements=(Movement(kind=MovementKind.RUNNING, persons=5, at=NOON),)),
        report("b", source="meldpunt"),
        report("c", category=Category.WONINGINBRAAK, position=position(600)),
        report("d", category=Category.WONINGINBRAAK, position=position(750), occurred_at=NOON + seconds(60)),
        episode(),
        sighting("a", verdict=Verdict.UNSEEN, camera_id="cam-2"),
        episode("end", "none", at=NOON + seconds(60), name="crowd-2"),
        *(report(f"noise-{n}", category=Category.OVERIG, position=position(300 * n)) for n in range(1, 7)),
        action(alert_id, Action.ACKNOWLEDGE),
        action(alert_id, Action.CONFIRM_DISPATCH, number=3, recipients=("politie",), escalate_to=("ambulance",)),
        DispatchReceipt(
            dispatch_id=dispatch_identity(first.control_room_id, alert_id, "politie", 1),
            control_room_id=first.control_room_id,
            alert_id=alert_id,
            recipient="politie",
            outcome=DispatchOutcome.REJECTED,
            answered_at=NOON + seconds(95),
        ),
        action(alert_id, Action.SHELVE, "known_works", NOON + seconds(3_600), number=2),
        tick("room", NOON + seconds(3_700)),
        tick("room", NOON + seconds(30_000)),
        tick("room", NOON + seconds(200_000)),
    ]
    yield Decide(load_rules(), "r1"), [(max(NOON + seconds(90), each.happened_at()), each) for each in inputs]
    burglaries = [burglary("a"), burglary("b", east_m=50), burglary("b", revision=1, closing="false"), burglary("c")]
    week_later = tick("room", NOON + seconds(7 * 86_400))
    yield (
        Trends(load_safety_plan(), AreaMap(None), AMSTERDAM),
        [(max(NOON, each.happened_at()), each) for each in (*burglaries, week_later)],
    )
    yield Share(load_partners()), sharing()
    yield Hits(load_partners(), registry(camera("cam-1", 0))), reported_by_two()
    looks = [audit_event(number) for number in range(3)]
    yield Audit(), [(each.at + seconds(1), each) for each in looks]


def reported_by_two() -> list[tuple[datetime, Message]]:
    """Return reports of partners that give hits, one that is cancelled, and one long after all is over."""
    fire = incident("p", source="politie-gms", category=Category.BRAND)
    given: list[Message] = [
        fire,
        incident("b", source="brandweer-gms", category=Category.BRAND, position=position(20)),
        incident("a", source="ambulance-gms", category=Category.MEDISCH_ONWEL, position=position(30)),
        incident("h", source="hor", category=Category.JEUGDOVERLAST),
        fire.model_copy(update={"revision": 1, "operation": Operation.CANCEL}),
    ]
    times = [*range(90, 95), 20_000, 2_000_000]
    later: list[Message] = [incident("later", source="hor"), incident("last", source="hor")]
    return [(NOON + seconds(second), each) for second, each in zip(times, [*given, *later], strict=True)]


def sharing() -> list[tuple[datetime, Message]]:
    """Return alerts that come, change hands and end, a dispatch that is answered, and the time at which all is forgotten."""
    robbery = example(Alert, recipients=("politie", "ambulance", "nobody"))
    unwell = example(
        Alert, alert_id="alert-2", category=Category.MEDISCH_ONWEL, recipients=("ambulance",), reports=(), revision=0
    )
    fight = unwell.model_copy(
        update={"category": Category.GEWELD_VECHTPARTIJ, "recipients": ("ambulance", "politie"), "revision": 1}
    )
    distress = example(
        Alert, alert_id="alert-3", category=Category.VERWARD_PERSOON, recipients=("politie",), reports=()
    )
    request = example(DispatchRequest, recipient="brandweer", category=Category.BRAND, alert_id="alert-4")
    given: list[Message] = [
        robbery,
        unwell,
        fight,
        distress,
        example(
            Alert, alert_id="alert-5", category=Category.ZAKKENROLLERIJ, recipients=("hor",), position=None, reports=()
        ),
        example(
            Alert, alert_id="alert-6", category=Category.OVERIG, recipients=("oov",), priority=Priority.P4, reports=()
        ),
        request,
        example(DispatchReceipt, recipient="brandweer", alert_id="alert-4"),
        example(
            DispatchRequest, recipient="hor", category=Category.BRAND, dispatch_id="dispatch-2", alert_id="alert-4"
        ),
        robbery.model_copy(update={"revision": 2, "recipients": ("politie",)}),
        robbery.model_copy(update={"revision": 3, "recipients": ("politie",), "state": AlertState.CLOSED}),
        *cases(),
        tick("room", NOON + seconds(3_700)),
        tick("room", NOON + seconds(200_000)),
        tick("room", NOON + seconds(900_000)),
    ]
    return [(max(NOON + seconds(90), each.happened_at()), each) for each in given]


def cases() -> list[Message]:
    """Return a case that is referred and not answered, one that is accepted, and one about somebody's health."""
    home = example(
        Alert, alert_id="case-1", category=Category.WOONFRAUDE_OVERBEWONING, recipients=("oov",), reports=(),
        operator_list=False, priority=Priority.P4,
    )  # fmt: skip
    premises = home.model_copy(update={"alert_id": "case-2", "category": Category.ONDERMIJNING_PAND})
    distress = home.model_copy(update={"alert_id": "case-3", "category": Category.VERWARD_PERSOON})
    answer = example(CaseReceipt, alert_id="case-1", handover_id=handover_identity(ROOM, "case-1", "oov", 1))
    referred = answer.model_copy(update={"outcome": CaseOutcome.REFERRED, "refer_to": "corporatie"})
    accepted = answer.model_copy(
        update={"alert_id": "case-2", "handover_id": handover_identity(ROOM, "case-2", "oov", 1)}
    )
    return [home, premises, distress, referred, accepted]


def written() -> dict[str, dict[str, bytes]]:
    """Return rows as they are written now, by kind and key: of each kind the smallest and the largest ones."""
    found: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for stage, inputs in runs():
        for key, value in _writes(stage, inputs):
            found[kind_of(key)].append((key, value))
    chosen: dict[str, dict[str, bytes]] = {}
    for kind, rows in sorted(found.items()):
        rows.sort(key=lambda row: (len(row[1]), row))
        chosen[kind] = dict([rows[0], rows[len(rows) // 2], rows[-1]])
    return chosen


def _writes(stage: Stage, inputs: list[tuple[datetime, Message]]) -> list[tuple[str, bytes]]:
    """Return the rows that a stage writes, in their order: each message on its key's partition, ticks on all of these."""
    found: list[tuple[str, bytes]] = []
    records = [
        (now, topic_of(stage, each), each, encode(each, stage="sample", handled_at=now, entered_at=now))
        for now, each in inputs
    ]
    places = {partition_of(topic, made.key) for _, topic, each, made in records if not isinstance(each, Tick)}
    databases = {place: FakeDatabase() for place in places}
    states = {place: PartitionState(partial(databases.__getitem__, place)) for place in places}

    def put(entry: QueuedInput, _: Any) -> None:
        database = databases[entry.partition]
        for key, value in (entry.writes or {}).items():
            database.content.pop(key, None)
            if value is not None:
                database.content[key] = value
                found.append((key.decode(), value))
        if entry.settled:
            entry.settled()

    table = SimpleNamespace(partition_state=states.__getitem__)
    runner = Runner(stage, cast(Any, SimpleNamespace(send_queue=SimpleNamespace(put=put))), cast(Any, table))
    for offset, (now, topic, message, made) in enumerate(records):
        for place in places if isinstance(message, Tick) else [partition_of(topic, made.key)]:
            runner.handle(Record(topic, place, offset, made.key, made.value, made.headers, now), lambda: None)
    return found


def topic_of(stage: Stage, message: Message) -> str:
    """Return the topic that a stage takes a message from."""
    if isinstance(message, Tick):
        return topics.CAMERA_TICKS if message.group == "camera" else topics.ROOM_TICKS
    if isinstance(message, DispatchReceipt | CaseReceipt) and topics.DISPATCH_RECEIPTS not in stage.inputs:
        return topics.answers_topic(message.recipient)
    return next(topic for topic in message.topics if topic in stage.inputs)


def shape(model: type[BaseModel]) -> str:
    """Return a digest of a model's fields, types and limits; what only describes, class names included, does not count."""
    schema = model.model_json_schema(mode="validation")
    text = json.dumps(_bare(schema, schema.get("$defs", {})), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _bare(part: Any, named: Mapping[str, Any], within: tuple[str, ...] = ()) -> Any:
    """Return a schema without what describes, and with each named part in its place: names of classes may change.

    A part that holds itself, as a phrase does, stands there as how many parts further out it is.
    """
    if isinstance(part, Mapping):
        if "$ref" in part:
            name = part["$ref"].rsplit("/", 1)[-1]
            if name in within:
                return {"outer": len(within) - within.index(name)}
            return _bare(named[name], named, (*within, name))
        told = {"description", "title", "examples", "$defs"}
        return {
            name: {each: _bare(value, named, within) for each, value in inner.items()}
            if name == "properties" else _bare(inner, named, within)
            for name, inner in part.items()
            if name not in told
        }  # fmt: skip
    return [_bare(each, named, within) for each in part] if isinstance(part, list) else part


def sample_file(kind: str, version: int) -> Path:
    """Return where the rows of one kind are kept as one version wrote them."""
    return FOLDER / f"v{version}" / f"{kind}.json"


def main() -> None:
    """Freeze what is not frozen yet."""
    digests: dict[str, dict[str, str]] = json.loads(DIGESTS.read_text()) if DIGESTS.exists() else {}
    for kind, rows in written().items():
        version = ROWS.newest.get(kind, 1)
        digests.setdefault(kind, {}).setdefault(str(version), shape(MODELS[kind]))
        path = sample_file(kind, version)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            document = {key: value.decode() for key, value in rows.items()}
            path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
            print(path)
    DIGESTS.write_text(json.dumps(digests, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()

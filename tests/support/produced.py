"""Faults that wake operations, each produced in the code that meets it, with nothing around it but fakes.

`Faults` is made while nothing is wrong, so that each series is there; what it then does is each method.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Final, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from console.projection.rooms import ProjectedRooms
from console.settings import ConsoleSettings
from schemas.alerts import Alert
from schemas.codec import encode
from schemas.incidents import Incident
from schemas.sharing import PartnerHit
from streams import metrics
from streams.canary.partitions import names
from streams.canary.probe import Canaries
from streams.clock import utc_now
from streams.completeness.check import Check
from streams.completeness.ledger import Ledger, RecordPlace
from streams.config.files import load_rules
from streams.domain.cameras.registry import ControlRoom, MapPoint, Registry
from streams.domain.canary import asked_by
from streams.domain.cases.case import CaseStep
from streams.domain.partners.routing import DeliveryChannel, Routing
from streams.errors import DeliveryError
from streams.exporter import measure
from streams.kafka.admin import FoundTopic, state_of
from streams.kafka.record import EncodedOutput, Raw, Record, Where
from streams.local.supervisor import ProcessSpec, Supervisor
from streams.notify import target
from streams.notify.delivery.outcome import Outcome, OutcomeReason
from streams.notify.delivery.progress import Progress
from streams.notify.notice import Notice
from streams.notify.notifiers.base import Notifier, NotifierOptions
from streams.notify.partners import PartnerChannel
from streams.runtime.faust import stage_app
from streams.runtime.faust.local_state import discard_distrusted, mark_of
from streams.runtime.lag import PartitionEnd
from streams.runtime.offsets import OffsetTracker
from streams.runtime.send_queue import SendQueue
from streams.settings import KafkaSettings
from streams.stages.base import Input
from streams.stages.decide.metrics import count_alerts
from streams.stages.observe import Observe
from streams.stages.share_metrics import count_shared, hits_from_zero, shared_from_zero
from streams.topics import ALERTS, BY_NAME, DETECTIONS, INCIDENTS
from tests.support.console.places import FakePlaces
from tests.support.kafka import FakeGroup, FakeMessage
from tests.support.messages import example
from tests.support.notices import partner_alert, record_of
from tests.support.rows import FakeRows
from tests.support.zones import AMSTERDAM, CAMERA, RULES, frame, person

LONG_AGO: Final = timedelta(minutes=10)
STAGE: Final = "fire-stage"
RESTARTS: Final = 4
LATE: Final = 100
HITS: Final = 30
SLOW: Final = 30
"""Alerts that come too late: objectives of an hour and more look at no fewer than five."""
WITHIN_S: Final = 240.0
_WHERE: Final[Where] = (INCIDENTS, 0)
_CORNERS: Final = (MapPoint(lat=51, lon=3), MapPoint(lat=53, lon=3), MapPoint(lat=53, lon=6))

_ENDS: Final = """
import os, sys, time
open(os.environ["TOEZICHT_READY_FILE"], "w").write('{"metrics_port": 1}')
while not os.path.exists(sys.argv[1]):
    time.sleep(0.02)
sys.exit(1)
"""
"""A process that is ready, and ends as soon as a file is there."""


class Faults:
    """All that can go wrong here.

    Args:
        folder: For state that is not to be trusted, and for logs of processes.
        patch: Puts fakes around a partner's channel, and a full disk under this process.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._folder, self._patch = folder, patch
        self._cluster = LosingCluster()
        self._clock: datetime = utc_now() - LONG_AGO
        ledger = Ledger(timedelta(hours=1), timedelta(seconds=30))
        self._check = Check(self._cluster, ledger, lambda: self._clock, lambda: False, dry_run=False)
        metrics.COMPLETENESS_CHECKED_AT.set(time.time())
        self._canaries(utc_now())
        self._supervisor = Supervisor(
            [ProcessSpec("fire-worker", (sys.executable, "-c", _ENDS, str(folder / "go")))], folder
        )
        self._partner = _Partner(patch)
        self._queue = SendQueue("test", _nothing_is_sent, lambda _: None)
        self._group = FakeGroup(first={_WHERE: 6})
        self._assignment = self._group.assignment(self._queue, [])
        self._distrusted(marked=False)
        room = ControlRoom(id="room", name="room", area=_CORNERS)
        self._observe = Observe(Registry(version="1", control_rooms=(room,), cameras=(CAMERA,)), RULES, AMSTERDAM, {})
        metrics.END_TO_END_SECONDS.labels(ALERTS)
        for stage in (STAGE, "locate"):
            metrics.MESSAGES_IN.labels(stage, INCIDENTS)
        metrics.CONSOLE_WHOLE_AT.set(0)
        shared_from_zero(["politie"])
        hits_from_zero(["politie"])
        self._cluster_looks(utc_now(), whole=True)

    def close(self) -> None:
        """End what runs, and let this process tell what it told before."""
        self._partner.close()
        metrics.CLOCK_AT.set_function(time.time)
        for gauge in (metrics.COMPLETENESS_CHECKED_AT, metrics.CONSOLE_WHOLE_AT, metrics.CLUSTER_MEASURED_AT):
            gauge.set(0)

    def reports_without_alerts(self) -> None:
        """Take reports of which no alert comes."""
        metrics.MESSAGES_IN.labels("locate", INCIDENTS).inc(20)

    def slow_alerts(self) -> None:
        """Confirm alerts whose newest input entered ten seconds ago."""
        now = utc_now()
        for _ in range(SLOW):
            record = encode(example(Alert), stage="decide", handled_at=now, entered_at=now - timedelta(seconds=10))
            count_alerts([EncodedOutput(ALERTS, 0, record, example(Alert))])

    def lag(self, waiting: int) -> None:
        """Measure that so many records wait for a stage that takes none."""
        offsets = OffsetTracker()
        offsets.open({_WHERE: 0})
        consumer = SimpleNamespace(
            assignment=lambda: {_Place(*_WHERE)}, partition_end=lambda _: PartitionEnd(0, waiting, waiting)
        )
        built: Any = SimpleNamespace(
            app=SimpleNamespace(consumer=consumer, topics=[]), assignment=SimpleNamespace(offsets=offsets),
            stage=SimpleNamespace(name=STAGE, inputs=(INCIDENTS,)), lag=0,
        )  # fmt: skip
        held: Any = SimpleNamespace(look=lambda *_: None)
        stage_app._measure_lag(built, held, set())

    def cluster_broken(self) -> None:
        """Look, ten minutes ago and never since, at a cluster that lacks copies and keeps a topic for ever."""
        self._cluster_looks(utc_now() - LONG_AGO - timedelta(minutes=1), whole=False)

    def cases_stuck(self) -> None:
        """Have a case whose owner does not answer in its time either."""
        metrics.CASES.labels(CaseStep.OVERDUE).inc()

    def hits_many(self) -> None:
        """Confirm that a partner was told of another again and again."""
        hit = example(PartnerHit, partner="politie", withdrawn=False)
        record = encode(hit, stage="hits", handled_at=utc_now(), entered_at=utc_now())
        count_shared([EncodedOutput("partner-politie", 0, record, hit)] * HITS)

    def restarts(self) -> None:
        """Let the supervisor start a process that ends, again and again."""
        child = self._supervisor.child("fire-worker")
        deadline_s = time.monotonic() + WITHIN_S
        with self._patch.context() as patched:
            patched.setattr(type(child.backoff), "ended", lambda *_: 0.0)
            self._supervisor.start()
            (self._folder / "go").touch()
            while child.restarts < RESTARTS:
                assert time.monotonic() < deadline_s
                self._supervisor.poll()
                time.sleep(0.02)
        self._supervisor.stop()

    def inputs_lost(self) -> None:
        """Find an input that was accepted and never decided, and whose record is gone; that was ten minutes ago."""
        self._check.run()
        self._clock += timedelta(minutes=1)
        self._check.run()

    def canary_lost(self) -> None:
        """Begin to send canaries, of which none comes back for ten minutes."""
        self._canaries(utc_now() - LONG_AGO).send()

    def partner_not_reached(self) -> None:
        """Try for ten minutes to tell a partner, and be refused by it with another message."""
        self._partner.tell()

    def list_not_whole(self) -> None:
        """Let a console have read the whole list for the last time ten minutes ago."""
        then = utc_now() - LONG_AGO
        missing: Any = None
        ProjectedRooms(ConsoleSettings(), FakePlaces(lambda: then), missing, missing, lambda: then).whole()

    def disk_full(self) -> None:
        """Let the disk be almost full."""
        self._patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=100, used=95, free=5))

    def clock_off(self) -> None:
        """Let the clock be five seconds ahead."""
        metrics.CLOCK_AT.set_function(lambda: time.time() + 5)

    def gap(self) -> None:
        """Be given a record while those before it are there and were not given."""

        async def scenario() -> None:
            await self._assignment.opened({_WHERE: 5}, 1)
            with pytest.raises(DeliveryError):
                await self._assignment.admit(FakeMessage(*_WHERE, 9))

        asyncio.run(scenario())

    def state_distrusted(self) -> None:
        """Find local state that was marked as not to be trusted."""
        self._distrusted(marked=True)

    def observations_late(self) -> None:
        """See frames of a second that is over."""
        rows = FakeRows()
        for at_s in (0.5, 1.5, 2.5, *(0.9 for _ in range(LATE))):
            message = frame(at_s, person(10, 1))
            item = Input(message, b"", DETECTIONS, 0, 0, message.message_id(), message.happened_at())
            self._observe.handle(item, rows, message.happened_at())

    def _cluster_looks(self, at: datetime, *, whole: bool) -> None:
        spec = BY_NAME[ALERTS]
        in_step = ([1, 2, 3], [1, 2, 3], [1, 2, 3]) if whole else ([1, 2], [1], [])
        partitions = [
            {"leader_id": each[0] if each else -1, "isr_nodes": each, "replica_nodes": [1, 2, 3]} for each in in_step
        ]
        state = state_of(3, [{"name": ALERTS, "partitions": partitions}], lambda _: 2)
        config = spec.config() | ({} if whole else {"retention.ms": "-1"})
        found = {ALERTS: FoundTopic(spec.partitions, 3, config)}
        reader = SimpleNamespace(spans=lambda _: {(ALERTS, 0): (0, 1)}, oldest=lambda _: {(ALERTS, 0): at})
        with self._patch.context() as patched:
            patched.setattr(measure, "cluster_state", lambda _: state)
            patched.setattr(measure, "cluster_topics", lambda *_: (found, []))
            patched.setattr(measure, "Reader", lambda *_: nullcontext(reader))
            measure.measure(KafkaSettings(), [spec], at)

    def _canaries(self, at: datetime) -> Canaries:
        lines: Any = SimpleNamespace(send=lambda *_: None, came=lambda _: [])
        return Canaries(lines, names(), asked_by(load_rules()), lambda: at)

    def _distrusted(self, *, marked: bool) -> None:
        path = self._folder / "rocks"
        if marked:
            path.mkdir()
            mark_of(path).touch()
        table: Any = SimpleNamespace(partitions=1, data=SimpleNamespace(partition_path=lambda _: path))
        discard_distrusted(STAGE, table)


class _Place(NamedTuple):
    """A topic and a partition, as the framework names them."""

    topic: str
    partition: int


async def _nothing_is_sent(records: Mapping[Where, Sequence[Raw]]) -> Mapping[Where, asyncio.Future[int]]:
    assert not records
    return {}


class LosingCluster:
    """Losing cluster: one report that a stage committed past, that nothing answers, and whose record is gone."""

    def __init__(self) -> None:
        record = encode(example(Incident), stage="test", handled_at=utc_now(), entered_at=utc_now())
        self._inputs = [Record(INCIDENTS, 0, 0, record.key, record.value, record.headers, utc_now() - LONG_AGO)]

    def committed(self) -> Mapping[Where, int]:
        """Return that the stage is past it."""
        return {_WHERE: 1}

    def answers(self) -> Iterator[Record]:
        """Yield no answer."""
        return iter(())

    def inputs(self, until: Mapping[Where, int]) -> Iterator[Record]:
        """Yield it once."""
        assert until
        given, self._inputs = self._inputs, []
        return iter(given)

    def send_again(self, place: RecordPlace) -> int | None:
        """Return that its record is gone."""
        assert place.topic == INCIDENTS
        return None


class _Refusing(Notifier[NotifierOptions]):
    """Is not there for one alert, and refuses the message about another."""

    kind: ClassVar[str] = "fake"
    options_model: ClassVar[type[NotifierOptions]] = NotifierOptions

    def deliver(self, notices: Sequence[Notice], now: datetime) -> Outcome:
        """Fail."""
        assert now
        refused = notices[0].alert_id == "refused"
        return Outcome(OutcomeReason.MESSAGE_REFUSED if refused else OutcomeReason.UNREACHABLE)


class _Partner:
    """A partner's channel, with fakes for the broker."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.records: list[Record] = []
        topics = ("partner-politie", "partner-politie-health")
        consumer = SimpleNamespace(
            progress={(topic, 0): Progress(0) for topic in topics},
            poll=self._poll,
            commit=lambda: None,
            close=lambda: None,
        )
        producer = SimpleNamespace(send=lambda *_: None, confirm=lambda: None, close=lambda: None)
        channel = DeliveryChannel(kind="fake", health=True)
        routing = Routing(channels={"main": channel}, otherwise=("main",))
        made = PartnerChannel("politie", "Politie", "main", channel, routing, _Refusing, NotifierOptions())
        patch.setattr(target, "TargetConsumer", lambda *_: consumer)
        patch.setattr(target, "ConfirmedProducer", lambda *_: producer)
        zone, then = ZoneInfo("Europe/Amsterdam"), utc_now() - LONG_AGO
        self._target = target.DeliveryTarget(KafkaSettings(), made, zone, then, utc_now, lambda: False)

    def tell(self) -> None:
        """Have two messages to tell, and take steps until one is set aside and the other waits."""
        then = utc_now() - LONG_AGO
        self.records = [
            record_of(partner_alert(alert_id=name, changed_at=then), number, then)
            for number, name in enumerate(("refused", "not-reached"))
        ]
        counted = metrics.NOTIFY_SET_ASIDE.labels("politie", "main", "other", "message_refused")
        waiting = metrics.NOTIFY_OLDEST_AT.labels("politie", "main")
        deadline_s = time.monotonic() + WITHIN_S
        while not (counted._value.get() and waiting._value.get()):
            assert time.monotonic() < deadline_s
            self._target.step()

    def close(self) -> None:
        """End its threads."""
        self._target._pool.shutdown()

    def _poll(self, wait_s: float) -> list[Record]:
        time.sleep(min(wait_s, 0.005))
        records, self.records = self.records, []
        return records

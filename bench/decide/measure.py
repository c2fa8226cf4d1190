"""`bench decide`: events per second that `decide` handles in one worker, beside a plain Faust agent, and what one costs.

A round lets a worker drain a backlog of events (`bench/decide/load.py`), and then a plain agent drain the same records. Its
rate is counted by the broker's clock between the records that the worker writes, the first tenth of them left out: the worker
starts, and its caches are empty. Rounds come in adjacent pairs, and medians are told: machines are shared, so only a ratio
means something.

Latency is measured with events that come at a steady rate to a worker that has begun: from the moment when one is handed to a
producer until the broker has the alert that it changed. At the rate of the goal, and at half of what the worker handled. The
cost per event is processor time without Kafka, with few and with many alerts open in one partition.
"""

from __future__ import annotations

import statistics
import sys
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from prometheus_client.parser import text_string_to_metric_families

from bench.decide import cost as decide_cost
from bench.decide.load import LoadEvent, actions_in, alerts_in, mix, reports
from bench.detect.measure import percentile
from bench.flow.load import registry
from bench.topics.written import MILLISECOND, Written
from bench.yardsticks import agent as plain_agent
from bench.yardsticks.chain import PARTITIONS
from schemas.base import iso_utc
from schemas.codec import Encoded, encode, envelope
from schemas.ticks import Tick
from streams import topics
from streams.clock import utc_now
from streams.local.supervisor import Child, ProcessSpec, Supervisor

LEFT_OUT: Final = 0.1
"""Share of a round's records before the clock starts."""
WARM_EVENTS: Final = 1_000
"""Handled before live events come, so that a worker's start is not measured."""
LIVE_PER_S: Final = 500.0
HALF: Final = 0.5
"""The other rate at which latency is measured, as a share of what the worker handled in this run: how the stage does where the
machine, which runs the broker and the load too, is not the limit."""
LIVE_S: Final = 20.0
LINGER_MS: Final = 5
"""How long the load's producer gathers live events; it is part of the latency."""
IN, BATCHES = "toezicht_messages_in_total", "toezicht_batches_sent_total"
SLOWEST: Final = 5
"""Alerts that are told one by one, with what happened then."""


@dataclass(frozen=True)
class LiveAlert:
    """An alert that a live event changed.

    Attributes:
        at_s: When the event was handed to a producer, in seconds since the first was.
        to_broker_s: From there until the broker had the event: the load's producer and the broker.
        to_alert_s: From there until the broker had the alert: the stage, and the broker again.
    """

    at_s: float
    to_broker_s: float
    to_alert_s: float

    @property
    def latency_s(self) -> float:
        """Return both together."""
        return self.to_broker_s + self.to_alert_s


@dataclass(frozen=True)
class Live:
    """Live: the alerts of a load that came at a steady rate, and what the worker wrote of inputs that took long."""

    alerts: tuple[LiveAlert, ...]
    told: tuple[str, ...]


@dataclass(frozen=True)
class DecideRound:
    """One drained backlog."""

    events_per_s: float
    inputs_per_batch: float = 0.0


class DecideBench:
    """The rounds on one broker.

    Args:
        bootstrap_servers: The cluster; its topics exist.
        events: Events per round.
        folder: For the workers' state and logs.
    """

    def __init__(self, bootstrap_servers: str, events: int, folder: Path) -> None:
        self._servers = bootstrap_servers
        self._events = events
        self._folder = folder
        self._at = utc_now()
        self._opened = 0
        self._acted = 0
        small = registry().model_copy(update={"cameras": ()})  # the stage reads its version alone
        (folder / "registry.yaml").write_text(small.model_dump_json(by_alias=True))

    def prepare(self, alerts: int) -> None:
        """Open the alerts that later actions are about."""
        made = _encoded(reports(self._opened, alerts, self._at), self._at)
        self._opened += alerts
        with self._decide():
            self._send_and_wait(made)

    def pair(self) -> tuple[DecideRound, DecideRound]:
        """Let `decide` drain a round, and the plain agent the same records after it."""
        made = _encoded(self._mix(self._events), self._at)
        return self._real(made), self._plain(made)

    def _real(self, made: Sequence[tuple[LoadEvent, Encoded]]) -> DecideRound:
        decisions = _decisions(made)
        written = self._decided()
        self._send(made)
        with self._decide() as worker:
            times_s = written.wait_for(decisions)
            return DecideRound(_rate(times_s) * len(made) / decisions, _inputs_per_batch(worker))

    def _plain(self, made: Sequence[tuple[LoadEvent, Encoded]]) -> DecideRound:
        run = uuid.uuid4().hex[:8]
        source, sink, changelog = plain_agent.topic_names(run)
        admin = KafkaAdminClient(bootstrap_servers=self._servers)
        admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in (source, sink, changelog)])
        admin.close()
        written = Written(self._servers, sink)
        self._send([(replace(event, topic=source), record) for event, record in made])
        command = ["bench.yardsticks.agent", run, self._servers, str(self._folder / f"plain-{run}")]
        with _running(command, {}, self._folder / "run"):
            return DecideRound(_rate(written.wait_for(len(made))))

    def live(self, per_s: float, seconds: float) -> Live:
        """Return each alert that live events change."""
        warm, made = (_encoded(self._mix(number), self._at) for number in (WARM_EVENTS, int(per_s * seconds)))
        producer = KafkaProducer(bootstrap_servers=self._servers, acks="all", linger_ms=LINGER_MS)
        with self._decide("INFO") as worker:
            self._send_and_wait(warm)
            logged = worker.log_file.stat().st_size  # workers before it wrote there too
            written, decided = Written(self._servers, topics.ALERTS), self._decided()
            began_s, began_at = time.monotonic(), utc_now()
            for number, (event, record) in enumerate(made):
                time.sleep(max(0.0, began_s + number / per_s - time.monotonic()))
                _send_one(producer, event, _entered(record, utc_now()))
            producer.flush()
            decided.wait_for(_decisions(made))
            records = written.all_records()
            told = [line for line in _text_from(worker.log_file, logged).splitlines() if ": slow: " in line]
        producer.close()
        found = [(record.timestamp * MILLISECOND, envelope(record.headers)) for record in records]
        return Live(
            tuple(
                LiveAlert(
                    (about.entered_at - began_at).total_seconds(),
                    (about.handled_at - about.entered_at).total_seconds(),
                    appended_s - about.handled_at.timestamp(),
                )
                for appended_s, about in found
                if about.entered_at is not None and about.handled_at is not None and about.entered_at >= began_at
            ),
            tuple(told),
        )

    def _send_and_wait(self, made: Sequence[tuple[LoadEvent, Encoded]]) -> None:
        written = self._decided()
        self._send(made)
        written.wait_for(_decisions(made))

    def _decided(self) -> Written:
        """Return the decisions that are written from now on; ticks that do something, a budget's turn, are none of the load's."""
        return Written(self._servers, topics.DECISION_LOG, but=f'"topic":"{topics.ROOM_TICKS}"'.encode())

    def _mix(self, events: int) -> Iterator[LoadEvent]:
        first, acted = self._opened, self._acted
        self._opened += alerts_in(events)
        self._acted += actions_in(events)
        return mix(events, first, acted, self._at)

    def _send(self, made: Iterable[tuple[LoadEvent, Encoded]]) -> None:
        producer = KafkaProducer(bootstrap_servers=self._servers, acks="all", linger_ms=20, batch_size=262_144)
        for event, record in made:
            _send_one(producer, event, record)
        producer.flush()
        producer.close()

    @contextmanager
    def _decide(self, log_level: str = "WARNING") -> Iterator[Child]:
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": self._servers,
            "TOEZICHT_REGISTRY": str(self._folder / "registry.yaml"),
            "TOEZICHT_DATA": str(self._folder),
            "TOEZICHT_LOG_LEVEL": log_level,
        }
        with _running(["streams.cli", "worker", "decide"], environment, self._folder / "run") as worker:
            yield worker


def measure(
    bootstrap_servers: str, events: int, pairs: int, folder: Path, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Return the medians over adjacent pairs, the latencies, and the cost per event."""
    bench = DecideBench(bootstrap_servers, events, folder)
    live = int(LIVE_PER_S * LIVE_S) + WARM_EVENTS
    progress("opening the alerts that are acted on")
    bench.prepare(pairs * actions_in(events) + 2 * actions_in(live))
    rounds: list[tuple[DecideRound, DecideRound]] = []
    for number in range(1, pairs + 1):
        real, plain = bench.pair()
        rounds.append((real, plain))
        told = f"{real.events_per_s:.0f} events/s, plain {plain.events_per_s:.0f}"
        progress(f"pair {number} of {pairs}: {told}")
    handled_per_s = statistics.median(real.events_per_s for real, _ in rounds)
    latencies = [_latency(bench, per_s, handled_per_s, progress) for per_s in (LIVE_PER_S, _half_of(handled_per_s))]
    progress(f"cost with {decide_cost.FEW} and with {decide_cost.MANY} open alerts")
    costs = decide_cost.costs_s()
    return {
        "events_per_s": round(handled_per_s, 1),
        "plain_events_per_s": round(statistics.median(plain.events_per_s for _, plain in rounds), 1),
        "ratio": round(statistics.median(real.events_per_s / plain.events_per_s for real, plain in rounds), 3),
        "pairs": [[round(real.events_per_s, 1), round(plain.events_per_s, 1)] for real, plain in rounds],
        "inputs_per_batch": round(statistics.median(real.inputs_per_batch for real, _ in rounds), 1),
        "events": events,
        "latency": latencies,
        "cost_few_us": round(1e6 * statistics.median(few for few, _ in costs), 1),
        "cost_many_us": round(1e6 * statistics.median(many for _, many in costs), 1),
        "cost_ratio": round(statistics.median(many / few for few, many in costs), 3),
        "open_alerts": [decide_cost.FEW, decide_cost.MANY],
    }


def _text_from(path: Path, begin: int) -> str:
    with path.open("rb") as file:
        file.seek(begin)
        return file.read().decode()


def _half_of(handled_per_s: float) -> float:
    """Return half of what the worker handled, at most the rate of the goal."""
    return min(LIVE_PER_S, round(HALF * handled_per_s))


def _latency(bench: DecideBench, per_s: float, handled_per_s: float, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return the latencies at one rate of live events, and which share it is of what the worker handled from a backlog."""
    progress(f"{per_s:.0f} live events/s for {LIVE_S:.0f} s")
    live = bench.live(per_s, LIVE_S)
    load = round(per_s / handled_per_s, 2)
    return {"live_events_per_s": per_s, "load": load, **told_of(live)}


def told_of(live: Live) -> dict[str, Any]:
    """Return how long alerts took (ms), leg by leg, the slowest one by one, and what the worker said of what took long."""
    legs = {
        "": [each.latency_s for each in live.alerts],
        "to_broker_": [each.to_broker_s for each in live.alerts],
        "to_alert_": [each.to_alert_s for each in live.alerts],
    }
    slowest = sorted(live.alerts, key=lambda each: -each.latency_s)[:SLOWEST]
    return {
        "alerts": len(live.alerts),
        **{
            f"{leg}p{share * 100:.0f}_ms": round(1000 * percentile(times_s, share), 1)
            for leg, times_s in legs.items()
            for share in (0.5, 0.95, 0.99)
        },
        "slowest": [
            {
                "at_s": round(each.at_s, 2),
                "to_broker_ms": round(1000 * each.to_broker_s, 1),
                "to_alert_ms": round(1000 * each.to_alert_s, 1),
            }
            for each in slowest
        ],
        "told": live.told,
    }


def _decisions(made: Sequence[tuple[LoadEvent, Encoded]]) -> int:
    """Return how many events leave a record in the decision log."""
    return sum(not isinstance(event.message, Tick) for event, _ in made)


def _rate(times_s: Sequence[float]) -> float:
    """Return records per second, the first ones left out."""
    first = int(LEFT_OUT * len(times_s))
    return (len(times_s) - first) / max(MILLISECOND, times_s[-1] - times_s[first])


def _encoded(events: Iterable[LoadEvent], at: datetime) -> list[tuple[LoadEvent, Encoded]]:
    return [(event, encode(event.message, stage="bench", handled_at=at, entered_at=at)) for event in events]


def _entered(record: Encoded, now: datetime) -> Encoded:
    """Return a record that enters now; its document was encoded before, so that the load takes little of a shared processor."""
    told = iso_utc(now).encode()
    headers = [(name, told if name in {"ce_enteredat", "ce_handledat"} else value) for name, value in record.headers]
    return record._replace(headers=headers)


def _send_one(producer: KafkaProducer, event: LoadEvent, record: Encoded) -> None:
    producer.send(event.topic, key=record.key, value=record.value, headers=record.headers, partition=event.partition)


@contextmanager
def _running(command: Sequence[str], environment: dict[str, str], folder: Path) -> Iterator[Child]:
    """Run one process until the end of the block."""
    spec = ProcessSpec("worker", [sys.executable, "-m", *command], environment, restart=False)
    supervisor = Supervisor([spec], folder)
    supervisor.start()
    try:
        yield supervisor.children[0]
    finally:
        supervisor.stop()


def _inputs_per_batch(worker: Child) -> float:
    """Return how many inputs a worker handed over together on average, as its metrics tell."""
    with urllib.request.urlopen(f"http://127.0.0.1:{worker.metrics_port()}/metrics") as answer:
        text = answer.read().decode()
    totals = Counter[str]()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.labels.get("stage") == "decide" and sample.name in {IN, BATCHES}:
                totals[sample.name] += int(sample.value)
    return totals[IN] / totals[BATCHES]

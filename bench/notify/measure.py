"""Measure: how long it takes from a message's sending to its webhook being received, by turns with the limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import yaml

from bench.notify.running import Arrivals, notifying, posting, quantile, receiver, webhook
from schemas.categories import Category, Priority
from schemas.codec import encode
from schemas.geo import Position
from schemas.sharing import PartnerAlert
from streams.kafka.admin import apply
from streams.kafka.errors import ClusterError
from streams.kafka.producer import ConfirmedProducer
from streams.settings import KafkaSettings
from streams.topics import DAY_MS, TopicSpec

NOTIFIED: Final = "benched"
PLAIN: Final = "plain"
WITHIN_S: Final = 120.0
MAKE_TRIES: Final = 5
GOAL_S: Final = 0.5
WARM: Final = 50
"""Messages of each before the first round: connections are made, and code is read."""


def measure(
    servers: str, messages: int, per_s: float, pairs: int, folder: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """Return quantiles (ms) of both, and their ratio.

    Args:
        servers: The cluster's address.
        messages: Messages per round.
        per_s: Messages a second.
        pairs: Adjacent pairs of rounds.
        folder: For files.
        say: Takes a line for a person.
    """
    kafka = KafkaSettings(bootstrap_servers=servers)
    topics = {name: f"partner-{name}" for name in (NOTIFIED, PLAIN)}
    _make(kafka, topics.values())
    with ExitStack() as stack:
        url, arrivals = stack.enter_context(receiver())
        file = folder / "partners.yaml"
        file.write_text(yaml.safe_dump({"partners": {NOTIFIED: {"name": "bench", "delivery": webhook(url)}}}))
        stack.enter_context(notifying(servers, file))
        stack.enter_context(posting(servers, topics[PLAIN], url))
        producer = ConfirmedProducer(kafka, "bench")
        stack.callback(producer.close)
        for name, topic in topics.items():
            _round(producer, topic, name, "warm", WARM, per_s, arrivals)
        found: dict[str, list[list[float]]] = {NOTIFIED: [], PLAIN: []}
        for pair in range(pairs):
            for name, topic in topics.items():
                found[name].append(_round(producer, topic, name, str(pair), messages, per_s, arrivals))
            both = (quantile(found[name][-1], 0.99) for name in topics)
            say(f"pair {pair + 1} of {pairs}: p99 {' beside '.join(f'{each:.0f} ms' for each in both)}")
    every = {name: [value for each in rounds for value in each] for name, rounds in found.items()}
    p99_ms = quantile(every[NOTIFIED], 0.99)
    return {
        "messages": messages * pairs,
        "per_s": per_s,
        "p50_ms": round(quantile(every[NOTIFIED], 0.5), 1),
        "p99_ms": round(p99_ms, 1),
        "max_ms": round(max(every[NOTIFIED]), 1),
        "limit_p50_ms": round(quantile(every[PLAIN], 0.5), 1),
        "limit_p99_ms": round(quantile(every[PLAIN], 0.99), 1),
        "ratio_p50": round(
            median(quantile(a, 0.5) / quantile(b, 0.5) for a, b in zip(found[NOTIFIED], found[PLAIN], strict=True)), 2
        ),
        "goal_p99_ms": GOAL_S * 1_000,
        "goal_met": p99_ms < GOAL_S * 1_000,
    }


def _make(kafka: KafkaSettings, topics: Iterable[str]) -> None:
    """Make topics; on a machine that has much to do, a broker that just made all others takes its time."""
    specs = [TopicSpec(topic, "room", DAY_MS) for topic in topics]
    for _ in range(MAKE_TRIES):
        try:
            apply(kafka, specs)
            return
        except ClusterError:
            time.sleep(1.0)
    apply(kafka, specs)


def _round(
    producer: ConfirmedProducer,
    topic: str,
    partner: str,
    name: str,
    count: int,
    per_s: float,
    arrivals: Arrivals,
) -> list[float]:
    """Send at a steady rate and return how long each took (ms)."""
    sent: dict[str, float] = {}
    began_s = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, began_s + number / per_s - time.monotonic()))
        now = datetime.now(UTC)
        message = _message(partner, f"{name}-{number}", now)
        sent[message.message_id()] = time.time()
        producer.send_encoded(topic, encode(message, stage="share", handled_at=now, entered_at=now))
    producer.confirm()
    took: list[float] = []
    seen: set[str] = set()
    while len(seen) < count:
        event_id, at_s = arrivals.get(timeout=WITHIN_S)
        if event_id in sent and event_id not in seen:
            seen.add(event_id)
            took.append(1_000 * (at_s - sent[event_id]))
    return took


def _message(partner: str, alert_id: str, now: datetime) -> PartnerAlert:
    return PartnerAlert(
        partner=partner,
        control_room_id="bench",
        alert_id=alert_id,
        revision=0,
        changed_at=now,
        partners_version="bench",
        ground="bench",
        category=Category.STRAATROOF,
        priority=Priority.P1,
        place="Stationsstraat",
        position=Position(lat=52.3, lon=4.86, accuracy_m=50.0),
        occurred_at=now,
    )

"""Measure: from a person's confirmation of a P1 to its webhook, leg by leg, by turns with a chain that only forwards."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from bench.dispatch.load import CATEGORY, confirmation, report
from bench.flow.load import registry as grid
from bench.notify.running import Arrivals, notifying, posting, quantile, receiver, running, webhook
from schemas.alerts import Alert, AlertState
from schemas.categories import Priority
from schemas.codec import encode
from schemas.dispatch import DispatchRequest
from schemas.sharing import PartnerDispatch
from streams import topics
from streams.clock import utc_now
from streams.config.files import load_rules
from streams.config.partners import DEFAULT_PARTNERS, load_partners, wanted_topics
from streams.errors import ToezichtError
from streams.kafka.admin import apply
from streams.kafka.decoding import Decoder
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader
from streams.local.supervisor import ProcessSpec, Supervisor
from streams.settings import KafkaSettings
from streams.topics import DAY_MS, TopicSpec

GOAL_MS: Final = 500.0
PARTNER: Final = "brandweer"
WARM: Final = 10
"""Confirmations of each before the first round: connections are made, and code is read."""
WITHIN_S: Final = 180.0
STAGES: Final = {"deciding": ("observe", "locate", "corroborate", "decide"), "share": ("share",)}
"""The workers, as `deploy/pipeline.yaml` has them."""
HOPS: Final = 2
"""Of the limit before its webhook: `decide` and `share`."""
LEGS: Final = ("request", "partner", "webhook")


class DispatchBench:
    """One run: the processes, the alerts that nobody confirmed yet, and what was measured.

    Args:
        servers: The cluster's address.
        folder: For files.
        say: Takes a line for a person.
    """

    _any: Alert
    """One of the alerts, to make messages of the limit from."""

    def __init__(self, servers: str, folder: Path, say: Callable[[str], None]) -> None:
        self._kafka, self._folder, self._say = KafkaSettings(bootstrap_servers=servers), folder, say
        self._run = uuid.uuid4().hex[:8]
        self._registry = grid()
        self._plain = [f"bench-{self._run}-{number}" for number in range(HOPS + 1)]
        self._waiting: list[Alert] = []

    def measure(self, count: int, per_s: float, pairs: int) -> dict[str, Any]:
        """Return quantiles (ms) of both and of each leg.

        Args:
            count: Confirmations per round.
            per_s: Confirmations a second.
            pairs: Adjacent pairs of rounds.

        Raises:
            ToezichtError: An alert, a request or a webhook does not come.
        """
        with ExitStack() as stack:
            url, arrivals = stack.enter_context(receiver())
            partners = self._files(url)
            reader = stack.enter_context(Reader(self._kafka, "bench"))
            stack.enter_context(self._stages(partners))
            stack.enter_context(notifying(self._kafka.bootstrap_servers, partners))
            for before, after in zip(self._plain, self._plain[1:], strict=False):
                stack.enter_context(self._forwarding(before, after))
            stack.enter_context(posting(self._kafka.bootstrap_servers, self._plain[-1], url))
            producer = ConfirmedProducer(self._kafka, "bench")
            stack.callback(producer.close)
            self._open(producer, reader, WARM + count * pairs)
            ours, plain, legs = list[float](), list[float](), dict[str, list[float]]({leg: [] for leg in LEGS})
            for number in range(pairs + 1):
                size = count if number else WARM
                round_legs = self._confirmed(producer, reader, arrivals, size, per_s)
                forwarded = self._forwarded(producer, arrivals, size, per_s, number)
                if number:
                    whole = [sum(each) for each in zip(*round_legs.values(), strict=True)]
                    ours += whole
                    plain += forwarded
                    for leg in LEGS:
                        legs[leg] += round_legs[leg]
                    both = f"{quantile(whole, 0.99):.0f} ms beside {quantile(forwarded, 0.99):.0f} ms"
                    self._say(f"pair {number} of {pairs}: p99 {both}")
        return figures(ours, plain, legs, per_s)

    def _files(self, url: str) -> Path:
        """Write the registry and the file of partners, make the topics, and return the latter."""
        (self._folder / "cameras.json").write_text(self._registry.model_dump_json(by_alias=True))
        document = yaml.safe_load(
            files("streams.domain.partners").joinpath(DEFAULT_PARTNERS).read_text(encoding="utf-8")
        )
        document["partners"][PARTNER]["delivery"] = webhook(url)
        partners = self._folder / "partners.yaml"
        partners.write_text(yaml.safe_dump(document))
        plain = [TopicSpec(name, "room", DAY_MS) for name in self._plain]
        apply(self._kafka, (*wanted_topics(load_partners(partners, load_rules())), *plain))
        return partners

    @contextmanager
    def _stages(self, partners: Path) -> Iterator[None]:
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": self._kafka.bootstrap_servers,
            "TOEZICHT_REGISTRY": str(self._folder / "cameras.json"),
            "TOEZICHT_PARTNERS": str(partners),
            "TOEZICHT_METRICS_PORT": "0",
        }
        worker = (sys.executable, "-m", "streams.cli", "worker")
        specs = [
            ProcessSpec(
                name,
                [*worker, *stages],
                environment | {"TOEZICHT_DATA": str(self._folder / name)},
                ready_within_s=WITHIN_S,
                restart=False,
            )
            for name, stages in STAGES.items()
        ]
        supervisor = Supervisor(specs, self._folder)
        supervisor.start()
        try:
            yield
        finally:
            supervisor.stop()

    @contextmanager
    def _forwarding(self, before: str, after: str) -> Iterator[None]:
        with running(["-m", "bench.dispatch.forward", self._kafka.bootstrap_servers, before, after]) as process:
            assert process.stdout is not None
            process.stdout.readline()
            yield

    def _open(self, producer: ConfirmedProducer, reader: Reader, count: int) -> None:
        """Report fires and wait until each has its alert, a P1 that nobody has seen."""
        reader.begin(reader.ends((topics.ALERTS, topics.DISPATCH_REQUESTS, topics.partner_topic(PARTNER))))
        for number in range(count):
            now = utc_now()
            incident = report(number, self._run, self._registry, now)
            producer.send_encoded(topics.INCIDENTS, encode(incident, stage="intake", handled_at=now, entered_at=now))
        producer.confirm()
        found: dict[str, Alert] = {}
        until_s = time.monotonic() + WITHIN_S
        while len(found) < count:
            if time.monotonic() > until_s:
                raise ToezichtError(f"only {len(found)} of {count} alerts came within {WITHIN_S:.0f} s")
            for message, _ in self._read(reader):
                if isinstance(message, Alert) and message.state is AlertState.NEW:
                    found[message.alert_id] = message
        others = {each.priority for each in found.values()} - {Priority.P1}
        if others:
            raise ToezichtError(
                f"a {CATEGORY} with the highest urgency became {', '.join(sorted(others))}, expected P1"
            )
        self._waiting, self._any = list(found.values()), next(iter(found.values()))

    def _confirmed(
        self, producer: ConfirmedProducer, reader: Reader, arrivals: Arrivals, count: int, per_s: float
    ) -> dict[str, list[float]]:
        """Confirm so many alerts at a steady rate, and return the time of each leg (ms)."""
        sent_s: dict[str, float] = {}
        began_s = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, began_s + number / per_s - time.monotonic()))
            alert, now = self._waiting.pop(), utc_now()
            sent_s[alert.alert_id] = time.time()
            action = encode(confirmation(alert, PARTNER, now), stage="console", handled_at=now, entered_at=now)
            producer.send_encoded(topics.OPERATOR_ACTIONS, action)
        producer.confirm()
        requests, told, arrived = dict[str, tuple[str, float]](), dict[str, float](), dict[str, float]()
        until_s = time.monotonic() + WITHIN_S
        while not (len(told) == len(requests) == count and requests.keys() <= arrived.keys()):
            if time.monotonic() > until_s:
                raise ToezichtError(
                    f"of {count} confirmations {len(requests)} are requests, {len(told)} told to {PARTNER}"
                )
            for message, at_s in self._read(reader):
                if isinstance(message, DispatchRequest) and message.alert_id in sent_s:
                    requests[message.message_id()] = (message.alert_id, at_s)
                elif isinstance(message, PartnerDispatch) and message.alert_id in sent_s:
                    told[message.message_id()] = at_s
            while not arrivals.empty():
                event_id, at_s = arrivals.get()
                arrived.setdefault(event_id, at_s)
        legs: dict[str, list[float]] = {leg: [] for leg in LEGS}
        for dispatch_id, (alert_id, requested_s) in requests.items():
            times = (sent_s[alert_id], requested_s, told[dispatch_id], arrived[dispatch_id])
            for leg, before, after in zip(LEGS, times, times[1:], strict=False):
                legs[leg].append(1_000 * (after - before))
        return legs

    def _forwarded(
        self, producer: ConfirmedProducer, arrivals: Arrivals, count: int, per_s: float, number: int
    ) -> list[float]:
        """Send as many confirmations through the limit at the same rate, and return how long each took (ms)."""
        sent_s: dict[str, float] = {}
        began_s = time.monotonic()
        for each in range(count):
            time.sleep(max(0.0, began_s + each / per_s - time.monotonic()))
            now = utc_now()
            made = self._any.model_copy(update={"alert_id": f"{number}-{each}"})
            action = confirmation(made, PARTNER, now)
            sent_s[action.action_id] = time.time()
            producer.send_encoded(self._plain[0], encode(action, stage="console", handled_at=now, entered_at=now))
        producer.confirm()
        took: dict[str, float] = {}
        while len(took) < count:
            event_id, at_s = arrivals.get(timeout=WITHIN_S)
            if event_id in sent_s:
                took.setdefault(event_id, 1_000 * (at_s - sent_s[event_id]))
        return list(took.values())

    @staticmethod
    def _read(reader: Reader) -> Iterator[tuple[Any, float]]:
        decoder = Decoder()
        for record in reader.poll(0.2):
            message = decoder.message(record)
            if message is not None:
                yield message, record.appended_at.timestamp()


def figures(
    ours: Sequence[float], plain: Sequence[float], legs: dict[str, list[float]], per_s: float
) -> dict[str, Any]:
    """Return the figures of a run: of all confirmations, of the limit, and of each leg (ms)."""
    p99_ms = quantile(ours, 0.99)
    return {
        "confirmations": len(ours),
        "per_s": per_s,
        "p50_ms": round(quantile(ours, 0.5), 1),
        "p99_ms": round(p99_ms, 1),
        "max_ms": round(max(ours), 1),
        "limit_p50_ms": round(quantile(plain, 0.5), 1),
        "limit_p99_ms": round(quantile(plain, 0.99), 1),
        "legs_ms": {
            leg: {"p50": round(quantile(each, 0.5), 1), "p99": round(quantile(each, 0.99), 1)}
            for leg, each in legs.items()
        },
        "goal_p99_ms": GOAL_MS,
        "goal_met": p99_ms < GOAL_MS,
    }

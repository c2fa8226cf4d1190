"""A whole pipeline on one machine: the cluster, its topics, and the supervised processes. `up` and `demo` use it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from streams.config.partners import load_partners, wanted_topics
from streams.health import HEALTH
from streams.kafka.admin import apply
from streams.local.broker import LocalBroker
from streams.local.pipeline import BrokerSection
from streams.local.supervisor import ProcessSpec, Supervisor
from streams.local.watchdog import Watchdog
from streams.process import start_metrics
from streams.settings import KafkaSettings, Settings

POLL_S: Final = 0.2
Progress = Callable[[str], None]


@dataclass(frozen=True)
class RunningCluster:
    """A cluster that is up.

    Attributes:
        kafka: How to reach it.
        look_after: Starts a local broker again where it died; to be called several times a second, by the thread that
            made the cluster. A configured cluster has others who look after it.
    """

    kafka: KafkaSettings
    look_after: Callable[[], None] = lambda: None

    @property
    def bootstrap_servers(self) -> str:
        """Return host:port for clients."""
        return self.kafka.bootstrap_servers


@contextmanager
def cluster(
    settings: Settings, kafka: KafkaSettings, section: BrokerSection, progress: Progress
) -> Iterator[RunningCluster]:
    """Yield a cluster that is up and has its topics: the configured one, else a local broker, which is stopped at the end."""
    run_folder = settings.data / "run"
    run_folder.mkdir(parents=True, exist_ok=True)
    if kafka.bootstrap_servers:
        progress(f"using the cluster at {kafka.bootstrap_servers}")
        _create_topics(settings, kafka, progress)
        yield RunningCluster(kafka)
        return
    broker = LocalBroker(
        data_dir=settings.data / "broker",
        cache_dir=settings.cache,
        port=section.port,
        heap_mb=section.heap_mb,
        progress=progress,
    )
    with Watchdog(broker, progress) as watchdog:
        local = kafka.model_copy(update={"bootstrap_servers": broker.bootstrap_servers})
        _create_topics(settings, local, progress)
        address = run_folder / "kafka.json"
        address.write_text(json.dumps({"bootstrap_servers": broker.bootstrap_servers}))
        try:
            yield RunningCluster(local, watchdog.poll)
        finally:
            address.unlink(missing_ok=True)


@contextmanager
def processes(
    specs: Sequence[ProcessSpec], settings: Settings, progress: Progress, beside: Callable[[], None]
) -> Iterator[Supervisor]:
    """Yield a supervisor whose processes run; they are stopped at the end, whatever happens.

    Its own metrics, the restarts, are served like those of every other process. `beside` looks after the cluster that they need.
    """
    supervisor = Supervisor(specs, settings.data / "run", metrics_port=start_metrics(settings), beside=beside)
    supervisor.start(progress)
    try:
        yield supervisor
    finally:
        progress("stopping")
        supervisor.stop()


def watch_over(supervisor: Supervisor, stopping: threading.Event, until: Callable[[], bool] = lambda: False) -> None:
    """Restart what dies until told to stop, or until the condition holds."""
    turned = HEALTH.turns("supervisor")
    HEALTH.tell_ready()
    while not stopping.wait(POLL_S) and not until():
        turned()
        supervisor.poll()


def _create_topics(settings: Settings, kafka: KafkaSettings, progress: Progress) -> None:
    changes = apply(kafka, wanted_topics(load_partners(settings.partners)))
    if changes:
        progress(f"topics: {len(changes)} created or changed")

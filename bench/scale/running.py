"""Running: workers of a stage beside each other, what they have used, and what stands on the broker's disk."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
from kafka import KafkaAdminClient, TopicPartition

from streams import topics
from streams.errors import ToezichtError
from streams.kafka.consumer import Consumer
from streams.local.supervisor import ProcessSpec, Supervisor

READY_WITHIN_S: Final = 900.0
"""On a machine that does much else."""
DONE_WITHIN_S: Final = 1_800.0
LOOK_EVERY_S: Final = 0.5


@dataclass(frozen=True)
class Used:
    """Used: what processes of one kind have used so far.

    Attributes:
        cpu_s: Processor seconds, user and system, of all of them together.
        rss_mb: Their resident memory together, in MB.
    """

    cpu_s: float
    rss_mb: float

    @classmethod
    def of(cls, pids: Sequence[int]) -> Used:
        """Return what these processes have used."""
        found = [psutil.Process(pid) for pid in pids]
        times = [process.cpu_times() for process in found]
        return cls(
            sum(each.user + each.system for each in times), sum(process.memory_info().rss for process in found) / 1e6
        )


class Workers:
    """Workers: processes `toezicht worker STAGE`, several of a stage, each with a folder of its own for its state."""

    def __init__(self, supervisor: Supervisor, stages: Mapping[str, str]) -> None:
        self._supervisor = supervisor
        self._stages = stages

    def used(self) -> dict[str, Used]:
        """Return by stage what its processes have used."""
        return {stage: Used.of(self.pids(stage)) for stage in dict.fromkeys(self._stages.values())}

    def pids(self, stage: str) -> list[int]:
        """Return the process ids of a stage.

        Raises:
            ToezichtError: One of them has ended.
        """
        found = []
        for child in self._supervisor.children:
            if self._stages[child.spec.name] == stage:
                if child.popen is None or not child.running():
                    raise ToezichtError(f"bench scale: {child.spec.name} ended, see {child.log_file}")
                found.append(child.popen.pid)
        return found


@contextmanager
def workers(servers: str, registry: Path, counts: Mapping[str, int], folder: Path) -> Iterator[Workers]:
    """Run so many workers of each stage until the end of the block."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": servers,
        "TOEZICHT_REGISTRY": str(registry),
        "TOEZICHT_DATA": str(folder),
        "TOEZICHT_METRICS_PORT": "0",
        "TOEZICHT_LOG_LEVEL": "WARNING",
    }
    stages = {f"{stage}-{number}": stage for stage, count in counts.items() for number in range(count)}
    specs = [
        ProcessSpec(
            name,
            [sys.executable, "-m", "streams.cli", "worker", stage, "--state", name],
            environment,
            ready_within_s=READY_WITHIN_S,
            restart=False,
        )
        for name, stage in stages.items()
    ]
    supervisor = Supervisor(specs, folder / "run")
    supervisor.start()
    try:
        yield Workers(supervisor, stages)
    finally:
        supervisor.stop()


def await_done(
    servers: str, waiting: Mapping[str, Sequence[str]], look: Callable[[], object], within_s: float = DONE_WITHIN_S
) -> None:
    """Wait until stages have taken all that is on their topics; what comes meanwhile counts too.

    Args:
        servers: The cluster.
        waiting: By stage, which is its consumer group too, the topics that are waited for.
        look: Is called at each look: it raises where a worker is gone.
        within_s: For how long, in seconds.

    Raises:
        TimeoutError: They have not.
    """
    admin = KafkaAdminClient(bootstrap_servers=servers)
    consumer = Consumer(bootstrap_servers=servers, enable_auto_commit=False)
    deadline = time.monotonic() + within_s
    try:
        while True:
            look()
            left = {stage: _left(admin, consumer, stage, names) for stage, names in waiting.items()}
            if not any(left.values()):
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {within_s:.0f} s there wait {left}")
            time.sleep(LOOK_EVERY_S)
    finally:
        consumer.close()
        admin.close()


def _left(admin: Any, consumer: Any, group: str, names: Sequence[str]) -> int:
    places = [TopicPartition(name, n) for name in names for n in range(topics.BY_NAME[name].partitions)]
    ends = consumer.end_offsets(places)
    done = {place: found.offset for place, found in admin.list_group_offsets([group]).get(group, {}).items()}
    return sum(end - max(0, done.get(place, 0)) for place, end in ends.items())


def log_bytes(servers: str) -> dict[str, int]:
    """Return by topic the bytes of its logs on the brokers' disks, all copies together, as the brokers tell them."""
    admin = KafkaAdminClient(bootstrap_servers=servers)
    try:
        found: dict[str, int] = {}
        for broker in admin.describe_log_dirs():
            for folder in broker["log_dirs"]:
                for topic in folder["topics"]:
                    size = sum(partition["partition_size"] for partition in topic["partitions"])
                    found[topic["name"]] = found.get(topic["name"], 0) + size
        return found
    finally:
        admin.close()


def records_on(servers: str, names: Sequence[str]) -> dict[str, int]:
    """Return by topic how many records were ever written, by its ends."""
    consumer = Consumer(bootstrap_servers=servers, enable_auto_commit=False)
    try:
        found = {}
        for name in names:
            places = [TopicPartition(name, number) for number in range(topics.BY_NAME[name].partitions)]
            found[name] = sum(consumer.end_offsets(places).values())
        return found
    finally:
        consumer.close()

"""Cluster of brokers: three nodes in KRaft, each broker and controller, that ask who comes and what they may.

Three copies of everything, of which two must be in step before a record is confirmed: what Strimzi's resources of ours ask for.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from bench.cluster.secured_broker import ADMIN, SECURED, SecuredBroker
from streams.kafka.options import kafka_client_options
from streams.local.broker import HOST, BrokerError, free_port
from streams.local.kafka_jars import kafka_jars
from streams.settings import KafkaSettings

NODES: Final = 3
IN_STEP: Final = 2
HEAP_MB: Final = 320
"""Of each node; three and the pipeline fit into 4 GB."""
WHOLE_WITHIN_S: Final = 180.0
"""Only there to end a run in which something never comes."""
LOOK_S: Final = 0.25

QUORUM: Final = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
log.dirs={log_dir}
auto.create.topics.enable=false
default.replication.factor=3
min.insync.replicas=2
unclean.leader.election.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=3
transaction.state.log.num.partitions=4
transaction.max.timeout.ms=60000
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
share.coordinator.state.topic.replication.factor=3
share.coordinator.state.topic.min.isr=2
group.initial.rebalance.delay.ms=0
controlled.shutdown.enable=true
"""


class ClusterNode(SecuredBroker):
    """Cluster node: one of the brokers; it waits for nobody when it starts, since alone it answers nothing.

    Args:
        number: Its node id, from 1.
        folder: Where its data lie.
        cache: Where the jars are kept.
        ports: Of all nodes, by number: for clients, and for controllers.
        cluster_id: Whose data they are.
        shared: The folder with the authority and the key of all nodes, and the password of their administrator.
    """

    def __init__(
        self,
        number: int,
        folder: Path,
        cache: Path,
        ports: Mapping[int, tuple[int, int]],
        cluster_id: str,
        shared: SecuredBroker | None,
    ) -> None:
        super().__init__(folder, cache, heap_mb=HEAP_MB)
        self.number = number
        self._ports, self._cluster_id = ports, cluster_id
        self._wanted_port = self.port = ports[number][0]
        if shared is not None:
            self.authority, self._keystore, self._passwords = shared.authority, shared._keystore, shared._passwords

    def prepare(self) -> None:
        """Begin to prepare its data folder.

        Raises:
            BrokerError: Port taken, memory short, or data in use.
        """
        self._lock_data()
        self._classpath = f"{kafka_jars(self.cache_dir, self._progress)}/*"
        self._check_port()
        self._check_memory()
        self._process = self._spawn(
            "kafka.tools.StorageTool", "format", f"--cluster-id={self._cluster_id}", "--config",
            str(self._write_properties()), *self.format_options(),
        )  # fmt: skip

    def begin(self) -> None:
        """Start once its data folder is prepared, and do not wait until it serves.

        Raises:
            BrokerError: The folder could not be prepared; port taken, or memory short.
        """
        if self._process is None or self._process.wait() != 0:
            raise BrokerError(f"the data folder {self.data_dir} could not be prepared: {self.last_words()}")
        self.start_again()

    def leave(self) -> None:
        """Stop it in an orderly way, as an upgrade does: its partitions go to others first. Its data stay locked."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def properties(self) -> str:
        """Return its configuration."""
        voters = ",".join(f"{number}@{HOST}:{port}" for number, (_, port) in sorted(self._ports.items()))
        quorum = QUORUM.format(node=self.number, voters=voters, log_dir=self.data_dir / "log")
        port, controller_port = self._ports[self.number]
        return quorum + SECURED.format(
            host=HOST, port=port, controller_port=controller_port, admin=ADMIN, password=self._passwords[ADMIN],
            keystore=self._keystore, authority=self.authority,
        )  # fmt: skip


class BrokerCluster:
    """Broker cluster: three nodes; use it as a context manager.

    Attributes:
        nodes: Them, by number.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        ports = {number: (free_port(), free_port()) for number in range(1, NODES + 1)}
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().strip("=-_")
        self.nodes: dict[int, ClusterNode] = {}
        first: ClusterNode | None = None
        for number in ports:
            node = ClusterNode(number, folder / f"node-{number}", cache, ports, cluster_id, first)
            first = first or node
            self.nodes[number] = node
        self._any = self.nodes[1]

    def __enter__(self) -> BrokerCluster:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    @property
    def bootstrap_servers(self) -> str:
        """Return the addresses of all nodes."""
        return ",".join(node.bootstrap_servers for node in self.nodes.values())

    def start(self) -> None:
        """Start all nodes, and wait until each serves clients.

        Raises:
            BrokerError: One cannot be started.
        """
        try:
            for node in self.nodes.values():
                node.prepare()
            for node in self.nodes.values():
                node.begin()
            self.await_whole()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all nodes."""
        for node in self.nodes.values():  # none waits for another: the last would find no quorum to leave
            node.kill()
            node.stop()

    def admin_settings(self) -> KafkaSettings:
        """Return how the administrator reaches it."""
        return self._on_all(self._any.client_settings())

    def settings_of(self, user: str) -> KafkaSettings:
        """Return how a user reaches it."""
        return self._on_all(self._any.settings_of(user))

    def environment_of(self, user: str) -> dict[str, str]:
        """Return the variables by which a process reaches it as a user."""
        told = {"KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers, "KAFKA_REPLICATION_FACTOR": str(NODES)}
        return self._any.environment_of(user) | told

    def add_users(self, names: Iterable[str]) -> None:
        """Let users in, without any right; each node learns of them for itself."""
        wanted = list(names)
        self._any.add_users(wanted)
        for node in self.nodes.values():
            node.await_users(wanted)

    def await_whole(self) -> None:
        """Wait until every node serves clients, and every copy of every partition is in step.

        Raises:
            TimeoutError: That does not come.
        """
        deadline_s = time.monotonic() + WHOLE_WITHIN_S
        told = "nothing answers"
        while time.monotonic() < deadline_s:
            try:
                told = self._missing()
            except (KafkaError, OSError, ValueError) as error:
                told = repr(error)
            if not told:
                return
            time.sleep(LOOK_S)
        raise TimeoutError(f"the cluster is not whole: {told}")

    def _missing(self) -> str:
        """Return what is missing of the cluster; nothing where it is whole."""
        admin: Any = KafkaAdminClient(**kafka_client_options(self.admin_settings()), request_timeout_ms=5_000)
        try:
            brokers = {each["broker_id"] for each in admin.describe_cluster()["brokers"] if not each.get("is_fenced")}
            if brokers != set(self.nodes):
                return f"nodes {sorted(brokers)} are there"
            behind = [
                f"{topic['name']}/{partition['partition_index']}"
                for topic in admin.describe_topics()
                for partition in topic["partitions"]
                if len(partition["isr_nodes"]) < NODES
            ]
            return f"{len(behind)} partitions have a copy that is not in step, such as {behind[0]}" if behind else ""
        finally:
            admin.close()

    def _on_all(self, settings: KafkaSettings) -> KafkaSettings:
        return settings.model_copy(update={"bootstrap_servers": self.bootstrap_servers, "replication_factor": NODES})

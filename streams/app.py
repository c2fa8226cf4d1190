"""The composition root: stages joined to the framework, and a worker process that runs several of them.

One Faust app per stage, with the stage's name as its id, however many stages share a process: a stage keeps its consumer
group, its state and its changelog wherever it runs.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

import faust
from faust.types import TP

from schemas.alerts import Alert
from schemas.codec import envelope
from schemas.operations import Tick
from streams import metrics, topics
from streams.batch_runner import MAX_PICTURES_IN_FLIGHT, BatchRunner
from streams.clock import Clock
from streams.outbox import Outbox
from streams.repeats import Outgoing
from streams.runner import Runner
from streams.sending import encoded, placed
from streams.settings import KafkaSettings
from streams.stage import BatchStage, Output, Stage
from streams.state import StateTable
from streams.transmitting import BatchTransmit

log = logging.getLogger(__name__)

TICK_TOPICS: Final = {"corroborate": topics.CAMERA_TICKS, "decide": topics.ROOM_TICKS}
"""Which stage sends the ticks of which topic: the one that owns the group's state and lives longest."""
COMMIT_INTERVAL_S: Final = 0.5
STOP_WITHIN_S: Final = 6.0
"""Below the supervisor's 8 s, after which it would kill."""
SESSION_TIMEOUT_S: Final = 10.0
BATCH_BYTES: Final = 512 * 1024
"""Largest batch per topic and partition; the topics take up to 1,000,000 bytes."""
BUFFERED_MESSAGES: Final = 1_024
BUFFERED_PICTURES: Final = 32
"""Per partition; 1,500 frames of 100 kB occupy 211 MB with Faust's default of 4,096, 85 MB with 32 (design §6)."""
STORE: Final = "rocksdb://?driver=rocksdict"
ROCKSDB: Final = {
    "block_cache_size": 8 * 2**20,
    "write_buffer_size": 8 * 2**20,
    "max_write_buffer_number": 2,
    "driver": "rocksdict",
}


@dataclass
class StageApp:
    """One stage on its Faust app."""

    stage: Stage | BatchStage
    app: faust.App
    runner: Runner | BatchRunner
    outbox: Outbox

    def owned(self, topic: str) -> list[TP]:
        """Return the partitions of a topic that this worker is assigned."""
        return sorted(tp for tp in self.app.consumer.assignment() if tp.topic == topic)


def build(
    stage: Stage | BatchStage,
    kafka: KafkaSettings,
    state_folder: Path,
    clock: Clock,
    fail: Callable[[Exception], None],
) -> StageApp:
    """Return a stage joined to its own Faust app; nothing is started or connected yet."""
    app = _faust_app(stage, kafka, state_folder)
    transmit = BatchTransmit(stage.name, lambda: app.producer._ensure_producer())  # noqa: PLW0108 - no producer yet
    runner: Runner | BatchRunner
    if isinstance(stage, BatchStage):
        outbox = Outbox(stage.name, transmit, fail, max_in_flight=MAX_PICTURES_IN_FLIGHT)
        runner = BatchRunner(stage, outbox, clock)
    else:
        table = _table(app, stage) if stage.stateful else None
        store = None if table is None else table.keep
        outbox = Outbox(stage.name, transmit, fail, _count_alerts, store, topics.changelog(stage.name))
        runner = Runner(stage, outbox, table)
    source = app.topic(*stage.inputs, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes)

    @app.agent(source, name=f"{stage.name}-agent")  # type: ignore[untyped-decorator]
    async def agent(stream: Any) -> None:
        await runner.run(stream.noack().events())

    @app.on_partitions_revoked.connect(weak=False)  # type: ignore[untyped-decorator]
    async def revoke(_: object, revoked: set[TP], **__: object) -> None:
        for partition in {tp.partition for tp in revoked}:
            runner.revoke(partition)

    built = StageApp(stage, app, runner, outbox)
    _add_timers(built, transmit, clock)
    return built


def _faust_app(stage: Stage | BatchStage, kafka: KafkaSettings, state_folder: Path) -> faust.App:
    servers = ";".join(f"kafka://{server}" for server in kafka.bootstrap_servers.split(","))
    pictures = isinstance(stage, BatchStage)
    return faust.App(
        stage.name,
        broker=servers,
        broker_credentials=_credentials(kafka),
        broker_commit_interval=COMMIT_INTERVAL_S,
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=SESSION_TIMEOUT_S / 5,
        producer_max_batch_size=BATCH_BYTES,
        consumer_auto_offset_reset="latest" if pictures else "earliest",
        stream_buffer_maxsize=BUFFERED_PICTURES if pictures else BUFFERED_MESSAGES,
        broker_max_poll_records=BUFFERED_PICTURES if pictures else None,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=topics.BY_NAME[stage.inputs[0]].partitions,
        store=STORE,
        Table=StateTable,
        datadir=state_folder / stage.name,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )


def _table(app: faust.App, stage: Stage) -> StateTable:
    table = app.Table(
        "state",
        key_type=bytes,
        value_type=bytes,
        partitions=topics.BY_NAME[topics.changelog(stage.name)].partitions,
        options=dict(ROCKSDB),
    )
    return cast(StateTable, table)


def _credentials(kafka: KafkaSettings) -> Any:
    if kafka.security_protocol == "PLAINTEXT":
        return None
    context = None
    if "SSL" in kafka.security_protocol:
        import ssl

        context = ssl.create_default_context(cafile=str(kafka.ssl_cafile) if kafka.ssl_cafile else None)
        if kafka.ssl_certfile:
            context.load_cert_chain(str(kafka.ssl_certfile), str(kafka.ssl_keyfile) if kafka.ssl_keyfile else None)
    if not kafka.security_protocol.startswith("SASL"):
        return faust.SSLCredentials(context)
    return faust.SASLCredentials(
        username=kafka.sasl_username,
        password=kafka.sasl_password.get_secret_value() if kafka.sasl_password else "",
        mechanism=kafka.sasl_mechanism,
        ssl_context=context,
    )


def _add_timers(built: StageApp, transmit: BatchTransmit, clock: Clock) -> None:
    ticks = TICK_TOPICS.get(built.stage.name)
    group = "camera" if ticks == topics.CAMERA_TICKS else "room"
    in_flight = metrics.IN_FLIGHT.labels(built.stage.name)

    @built.app.timer(interval=1.0, on_leader=False)  # type: ignore[untyped-decorator]
    async def each_second() -> None:
        in_flight.set(built.outbox.in_flight)
        _measure_lag(built)
        if ticks is None:
            return
        now = clock().replace(microsecond=0)
        owned = built.owned(ticks)
        outputs = [
            Output(ticks, Tick(group=group, partition=tp.partition, at=now), partition=tp.partition) for tp in owned
        ]
        # Nothing waits for a tick's confirmation: the next one follows in a second.
        await transmit({where: [raw] for where, raw in placed(encoded(built.stage.name, outputs, now, clock()))})


def _measure_lag(built: StageApp) -> None:
    consumer = built.app.consumer
    for tp in consumer.assignment():
        if tp.topic in built.stage.inputs:
            end = consumer.highwater(tp)
            taken = consumer._committed_offset.get(tp)
            lag = 0 if end is None else end - (taken or 0)
            metrics.CONSUMER_LAG.labels(built.stage.name, tp.topic, str(tp.partition)).set(max(0, lag))


def _count_alerts(outputs: Sequence[Outgoing]) -> None:
    for output in outputs:
        alert = output.message
        if output.topic != topics.ALERTS or not isinstance(alert, Alert):
            continue
        metrics.ALERT_CHANGES.labels(alert.change, alert.priority).inc()
        if alert.revision == 0:
            metrics.ALERTS.labels(alert.priority).inc()
        entered_at = envelope(output.record.headers).entered_at
        if entered_at is not None:
            seconds = (datetime.now(entered_at.tzinfo) - entered_at).total_seconds()
            metrics.END_TO_END_SECONDS.labels(topics.ALERTS).observe(max(0.0, seconds))


async def run_stages(
    stages: Sequence[Stage | BatchStage],
    kafka: KafkaSettings,
    state_folder: Path,
    clock: Clock,
    ready: Callable[[], None] = lambda: None,
) -> Exception | None:
    """Run stages in this process until it is told to stop or one fails; return the error that stopped it, if one did."""
    stopping = asyncio.Event()
    errors: list[Exception] = []

    def fail(error: Exception) -> None:
        errors.append(error)
        stopping.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    state_folder.mkdir(parents=True, exist_ok=True)
    apps = [build(stage, kafka, state_folder, clock, fail) for stage in stages]
    starting = asyncio.gather(*(built.app.start() for built in apps))
    watching = asyncio.create_task(_watch(apps, fail))
    starting.add_done_callback(lambda done: _started(done, ready, fail))
    await stopping.wait()
    guard = _end_anyway_after(STOP_WITHIN_S)
    watching.cancel()
    starting.cancel()
    await asyncio.gather(*(built.app.stop() for built in apps), return_exceptions=True)
    guard.cancel()
    return errors[0] if errors else None


def _end_anyway_after(seconds: float) -> threading.Timer:
    """End the process even where stopping hangs: the framework waits without a limit for a broker that is gone.

    Nothing is lost by it: what was not confirmed was not acknowledged.
    """

    def end() -> None:
        log.error("stopping took longer than %.0f s, ending at once", seconds)
        logging.shutdown()
        os._exit(1)

    guard = threading.Timer(seconds, end)
    guard.daemon = True
    guard.start()
    return guard


def _started(starting: asyncio.Future[Any], ready: Callable[[], None], fail: Callable[[Exception], None]) -> None:
    if starting.cancelled():
        return
    error = starting.exception()
    if isinstance(error, Exception):
        fail(error)
    elif error is None:
        ready()


async def _watch(apps: Sequence[StageApp], fail: Callable[[Exception], None]) -> None:
    """Notice an app that crashed by itself; mode keeps the reason."""
    while True:
        await asyncio.sleep(0.25)
        for built in apps:
            if built.app.crashed:
                reason = built.app.crash_reason
                fail(
                    reason if isinstance(reason, Exception) else RuntimeError(f"{built.stage.name} crashed: {reason!r}")
                )
                return

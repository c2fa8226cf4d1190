"""The framework as we use it: one Faust app per stage, and the smallest subclasses that make its restarts lose nothing.

Two orders in Faust 0.15.3 lose messages at a restart, and each is turned round by one class:

- `OrderedRecovery`: after a recovery the stream partitions are resumed before they are sought to the committed offsets and
  before the stream queues are cleared; what is fetched in between is cleared, and counted as processed. Here they are
  sought first, the stage is told where they stand, the queues are cleared, and only then are they resumed.
- `OrderedConsumer` (`streams/runtime/faust/consumer.py`): a fetch that is under way reads what a rebalance made of its
  partitions.

Offsets are not committed by the framework at all (`acks=False` on the stage's topics): see `streams/runtime/assignment.py`.

What is relied upon inside the framework is listed in `tests/contract/test_framework.py`, which fails when it changes.
"""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any, Final, cast

import faust
from faust.sensors import SensorDelegate

from streams import topics
from streams.kafka.errors import user_of
from streams.kafka.options import ssl_context
from streams.runtime.faust.consumer import READ_AT_ONCE, READ_PICTURES_AT_ONCE, OrderedTransport, buffer_for
from streams.runtime.faust.database import ROCKSDB, STORE
from streams.runtime.faust.recovery import OrderedTableManager
from streams.runtime.faust.restore import ChangelogRestore
from streams.runtime.faust.table import StateTable
from streams.settings import KafkaSettings
from streams.stages.base import PictureStage, Stage

SESSION_TIMEOUT_S: Final = 10.0
LEASE_S: Final = 7.0
"""Below the session timeout by more than a request takes on its way: see `streams/runtime/lease.py`."""


class NoSensors(SensorDelegate):  # type: ignore[misc]
    """No sensors: the framework's own takes the time of each event, and works out medians each second, which nobody reads.

    What is measured stands in `streams/metrics.py`. The framework looks at times of its sensor only where it commits offsets.
    """

    def add(self, sensor: Any) -> None:
        """Leave it out."""

    def on_message_in(self, tp: Any, offset: int, message: Any) -> None:
        """Do nothing."""

    def on_stream_event_in(self, tp: Any, offset: int, stream: Any, event: Any) -> None:
        """Do nothing."""

    def on_stream_event_out(self, tp: Any, offset: int, stream: Any, event: Any, state: Any = None) -> None:
        """Do nothing."""


def faust_app(stage: Stage | PictureStage, kafka: KafkaSettings, state_folder: Path) -> faust.App:
    """Return the app of one stage; nothing is started or connected yet."""
    servers = ";".join(f"kafka://{server}" for server in kafka.bootstrap_servers.split(","))
    pictures = isinstance(stage, PictureStage)
    at_once = READ_PICTURES_AT_ONCE if pictures else READ_AT_ONCE
    app = faust.App(
        stage.name,
        broker=servers,
        broker_credentials=_credentials(kafka),
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=SESSION_TIMEOUT_S / 5,
        consumer_auto_offset_reset="latest" if pictures else "earliest",
        stream_buffer_maxsize=buffer_for(at_once),
        broker_max_poll_records=at_once,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=topics.BY_NAME[stage.inputs[0]].partitions,
        store=STORE,
        Table=StateTable,
        TableManager=OrderedTableManager,
        datadir=state_folder / stage.name,
        web_enabled=False,
        worker_redirect_stdouts=False,
        consumer_group_instance_id=_instance(state_folder),
    )
    app.sensors = NoSensors(app)
    app.transport = OrderedTransport(app.conf.broker_consumer, app)
    app.transport.user = user_of(kafka)
    app.tables.restore = ChangelogRestore(stage.name, kafka)
    return app


def source_topic(app: faust.App, stage: Stage | PictureStage) -> Any:
    """Return the stage's input topics as one channel of raw bytes, whose offsets the framework never commits."""
    return app.topic(
        *stage.inputs, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes, acks=False
    )


def state_table(app: faust.App, stage: Stage) -> StateTable:
    """Return the table of a stage with state."""
    table = app.Table(
        "state",
        key_type=bytes,
        value_type=bytes,
        partitions=topics.BY_NAME[topics.changelog(stage.name)].partitions,
        options=dict(ROCKSDB),
    )
    return cast(StateTable, table)


def _instance(state_folder: Path) -> str:
    """Return the name by which the group knows this worker again after a restart, so that nothing is rebalanced.

    It is that of its state folder, which only one process can use at a time.
    """
    return re.sub(r"[^A-Za-z0-9._-]", "-", f"{socket.gethostname()}-{state_folder.name}")[:200]


def _credentials(kafka: KafkaSettings) -> Any:
    if kafka.security_protocol == "PLAINTEXT":
        return None
    context = ssl_context(kafka)
    if not kafka.security_protocol.startswith("SASL"):
        return faust.SSLCredentials(context)
    return faust.SASLCredentials(
        username=kafka.sasl_username,
        password=kafka.sasl_password.get_secret_value() if kafka.sasl_password else "",
        mechanism=kafka.sasl_mechanism,
        ssl_context=context,
    )

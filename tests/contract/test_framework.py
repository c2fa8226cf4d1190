"""What is relied upon inside faust-streaming, aiokafka and kafka-python. A new version of either must be read before it is used.

The delivery of every message rests on a few methods of the framework that are overridden or called though they are not its
public interface. Their source is compared by digest: where one changes, read the change, run `toezicht bench faults`, and
only then write down the new digest.
"""

from __future__ import annotations

import hashlib
import inspect
from importlib.metadata import version
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer.fetcher import Fetcher, PartitionRecords
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.producer.message_accumulator import MessageAccumulator
from aiokafka.producer.sender import Sender, SendProduceReqHandler
from faust.app.base import App
from faust.stores.rocksdb import Store
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.transport.base import Transport
from faust.transport.conductor import ConductorCompiler
from faust.transport.consumer import Consumer, ThreadDelegateConsumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.transport.drivers.aiokafka import Consumer as AIOKafkaThreadedConsumer
from kafka.consumer.fetcher import Fetcher as KafkaFetcher
from mode.services import Service
from mode.utils.queues import FlowControlQueue

VERSIONS = {"faust-streaming": "0.15.3", "aiokafka": "0.14.0", "kafka-python": "3.0.12"}

RELIED_UPON: dict[str, Any] = {
    "the order that is turned round": Recovery.on_recovery_completed,
    "the same without tables": Recovery._resume_streams,
    "who calls both": Recovery._restart_recovery.fun,
    "where reading a changelog begins": Recovery._build_offsets,
    "how long a step of the recovery may take": Recovery._wait,
    "where a changelog ends": Recovery._build_highwaters,
    "whether there is anything to recover": Recovery.need_recovery,
    "how much there is to recover": Recovery.active_remaining,
    "where a reader stands after marks and holes": PartitionRecords._unpack_records,
    "what becomes of the bytes of a fetch": Fetcher._proc_fetch_request,
    "which partitions a fetch names": Fetcher._get_actions_per_node,
    "what becomes of them in kafka-python": KafkaFetcher._parse_fetched_data,
    "how kafka-python goes through batches": KafkaFetcher.PartitionRecords._unpack_records,
    "how the recovery service is made": TableManager.recovery.fget,
    "how the tables begin": TableManager.on_start,
    "what happens before partitions go": App._on_partitions_revoked,
    "what happens when partitions come": App._on_partitions_assigned,
    "seeking to the committed offsets": Consumer.perform_seek,
    "the fetch loop": Consumer._drain_messages,
    "what the fetch loop waits for": Service.wait_first,
    "how a message comes into a buffer": ConductorCompiler.build,
    "when a buffer stops its partitions": FlowControlQueue,
    "what a fetch is asked for": Consumer._wait_next_records,
    "what becomes of what it found": Consumer.getmany,
    "handing a fetch to the consumer's thread": ThreadDelegateConsumer._getmany,
    "a fetch, in the consumer's thread": AIOKafkaConsumerThread._fetch_records,
    "how the consumer's thread is made": AIOKafkaThreadedConsumer._new_consumer_thread,
    "how long the broker may keep a fetch": AIOKafkaConsumerThread._create_worker_consumer,
    "that no partitions mean all": Fetcher.fetched_records,
    "which partitions are active": Consumer.pause_partitions,
    "waiting for a step of a recovery": Recovery._wait,
    "how sensors are added": App.on_init_dependencies,
    "how the transport is replaced": App.transport.fset,
    "how the transport makes a consumer": Transport.create_consumer,
    "what keeps a member of the group over a restart": GroupCoordinator._maybe_leave_group,
    "acknowledgements of topics with acks=False": Consumer.ack,
    "committing ourselves": ThreadDelegateConsumer._commit,
    "committing, in the consumer's thread": AIOKafkaConsumerThread._commit,
    "where a partition stands": AIOKafkaConsumerThread.position,
    "a partition's database": Store._db_for_partition,
    "a partition's database's path": Store.partition_path,
    "writing what recovery read": Store.apply_changelog_batch,
    "how a produce request reaches the socket": SendProduceReqHandler.do,
    "one produce request per broker at a time": Sender._send_produce_req,
    "the client's send": AIOKafkaClient.send,
    "how a batch is begun": MessageAccumulator.create_builder,
    "a commit by one that is no member": GroupCoordinator._do_commit_offsets,
}
DIGESTS: dict[str, str] = {
    "the order that is turned round": "6ef567acf072e46d",
    "the same without tables": "d986a6710c1aca98",
    "who calls both": "6bd8a8558a2dffe4",
    "where reading a changelog begins": "27eec86be06cb51f",
    "how long a step of the recovery may take": "ec7429b70176f8c6",
    "where a changelog ends": "91b4cc0d3724ae7b",
    "whether there is anything to recover": "fd1dc345b5d5e121",
    "how much there is to recover": "0dcc38568ad5018b",
    "where a reader stands after marks and holes": "b803e6d46480732c",
    "what becomes of the bytes of a fetch": "59bf948fff47eed5",
    "which partitions a fetch names": "1dab2cf937d165d0",
    "what becomes of them in kafka-python": "3cd93b6d3b7b96e1",
    "how kafka-python goes through batches": "d91ccce28d83483f",
    "how the recovery service is made": "f0bf5de78b4c3d23",
    "how the tables begin": "365dd25fbc0e0684",
    "what happens before partitions go": "d5c895bbe57dc73a",
    "what happens when partitions come": "de932b7927db85b3",
    "seeking to the committed offsets": "0e8c130ff4b0afd8",
    "the fetch loop": "44a2500309e83c63",
    "what the fetch loop waits for": "feade6a31f8a6789",
    "how a message comes into a buffer": "837cf521368c1ee4",
    "when a buffer stops its partitions": "15f15a87fd6de428",
    "what a fetch is asked for": "6218e1969a636b3f",
    "what becomes of what it found": "4b168d84882a70d6",
    "handing a fetch to the consumer's thread": "f9d47aa9010b5ff2",
    "a fetch, in the consumer's thread": "39a2c6c79fc1455a",
    "how the consumer's thread is made": "0870ec53dea75083",
    "how long the broker may keep a fetch": "c2701bfc3e6f6cad",
    "that no partitions mean all": "be4348896b9b66af",
    "which partitions are active": "27a1c94bdacd54de",
    "waiting for a step of a recovery": "ec7429b70176f8c6",
    "how sensors are added": "7621a70a9b01f93f",
    "how the transport is replaced": "7c2b7e12a5bf5c3d",
    "how the transport makes a consumer": "46cc2bf5ab14acfa",
    "what keeps a member of the group over a restart": "016cd88a16e6c4b5",
    "acknowledgements of topics with acks=False": "5fcf41cf45153475",
    "committing ourselves": "a20eec84e4b2ed50",
    "committing, in the consumer's thread": "932852ce7a23f658",
    "where a partition stands": "20a2c434bb8ed180",
    "a partition's database": "cb7e67d5f9efc4bc",
    "a partition's database's path": "0cc4eae7dc33fcf1",
    "writing what recovery read": "ea3344d369fc4ab5",
    "how a produce request reaches the socket": "2dccd3d56b1607fb",
    "one produce request per broker at a time": "aea01ae4b6c794cc",
    "the client's send": "246b277687d7b687",
    "how a batch is begun": "13dcd0ebf6b9eb44",
    "a commit by one that is no member": "c3a3ea5613f39cac",
}


def digest(part: Any) -> str:
    """Return the digest of a function's source."""
    return hashlib.sha256(inspect.getsource(part).encode()).hexdigest()[:16]


@pytest.mark.parametrize("package", VERSIONS)
def test_the_versions_are_those_that_were_read(package: str) -> None:
    """The lock files pin them; this says that somebody must look before the pin moves."""
    assert version(package) == VERSIONS[package]


@pytest.mark.parametrize("what", RELIED_UPON)
def test_the_parts_that_are_relied_upon_are_those_that_were_read(what: str) -> None:
    """A digest that differs says which part to read again."""
    assert digest(RELIED_UPON[what]) == DIGESTS[what], f"{RELIED_UPON[what].__qualname__} has changed: {what}"

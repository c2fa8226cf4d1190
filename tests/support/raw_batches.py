"""Record batches made by hand, as foreign clients may write them, and the request that hands one to a broker."""

from __future__ import annotations

import asyncio
import gzip
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import cramjam
from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

HEAD: Final = struct.Struct(">qiibIhiqqqhii")
Written = tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes | None]]]
"""Key, value and headers."""


def _lz4(data: bytes) -> bytes:
    packing = cramjam.lz4.Compressor(content_checksum=False, block_linked=False)  # as the broker wants it
    packing.compress(data)
    return bytes(packing.finish())


def _xerial(data: bytes) -> bytes:
    """Return data in the blocks of Java's snappy."""
    blocks = [bytes(cramjam.snappy.compress_raw(data[at : at + 64])) for at in range(0, len(data), 64)]
    head = b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)
    return head + b"".join(struct.pack(">i", len(block)) + block for block in blocks)


CODECS: Final[dict[str, tuple[int, Callable[[bytes], bytes]]]] = {
    "none": (0, bytes),
    "gzip": (1, gzip.compress),
    "snappy": (2, lambda data: bytes(cramjam.snappy.compress_raw(data))),
    "snappy of Java": (2, _xerial),
    "lz4": (3, _lz4),
    "zstd": (4, lambda data: bytes(cramjam.zstd.compress(data))),
}
"""Kafka's codecs by name: their number, and what packs."""


def batch(records: Sequence[Written], codec: str = "none", base: int = 0, *, at_ms: int = 1_700_000_000_000) -> bytes:
    """Return the bytes of a batch whose first record has the offset `base`; its time is in milliseconds since 1970."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1,
        batch_size=10**8,
    )  # fmt: skip
    for number, (key, value, headers) in enumerate(records):
        builder.append(number, timestamp=at_ms, key=key, value=value, headers=list(headers))
    raw = bytes(builder.build())
    number, pack = CODECS[codec]
    return sealed(raw[: HEAD.size], pack(raw[HEAD.size :]), number, base)


def sealed(head: bytes, body: bytes, codec: int, base: int = 0) -> bytes:
    """Return a batch of a head and any body, with the length, codec, first offset and checksum that belong to it."""
    fields = list(HEAD.unpack(head))
    fields[0], fields[1], fields[4] = base, HEAD.size - 12 + len(body), 0
    fields[5] |= codec
    raw = HEAD.pack(*fields) + body
    return raw[:17] + struct.pack(">I", calc_crc32c(raw[21:])) + raw[21:]


def with_bad_header_name(raw: bytes, name: bytes) -> bytes:
    """Return an uncompressed batch whose header of this name is called by bytes that are not UTF-8."""
    return sealed(raw[: HEAD.size], raw[HEAD.size :].replace(name, b"\xe9" * len(name)), 0)


def produce(servers: str, topic: str, partition: int, raw: bytes) -> tuple[int, int]:
    """Hand a batch to the broker as it is; return the broker's error, 0 where it took it, and the offset of its first record."""

    async def ask() -> tuple[int, int]:
        client = AIOKafkaClient(bootstrap_servers=servers)
        await client.bootstrap()
        try:
            client.add_topic(topic)
            await client.force_metadata_update()
            leader = client.cluster.leader_for_partition(TopicPartition(topic, partition))
            request = ProduceRequest(None, -1, 10_000, [(topic, [(partition, raw)])])
            answer: Any = await client.send(leader, request)
            _, error, offset, *_ = answer.topics[0][1][0]
            return int(error), int(offset)
        finally:
            await client.close()

    return asyncio.run(ask())

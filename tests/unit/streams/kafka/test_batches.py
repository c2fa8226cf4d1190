"""Batches: all codecs, bytes that are no batch, and what is bounded, with the batch classes of both clients."""

from __future__ import annotations

import random
import struct
import tracemalloc
from collections.abc import Callable
from typing import Any

import cramjam
import kafka.record
import pytest
from aiokafka import TopicPartition
from aiokafka.record.memory_records import MemoryRecords as AioRecords

from schemas.dead_letters import DeadLetterReason
from schemas.phrases.catalogue import text_of
from streams.kafka import codecs, consumer
from streams.kafka.batches import KEPT, Batches, PackedValue, unpacked
from streams.kafka.codecs import codecs_missing
from streams.runtime.faust import consumer as stage_consumer
from tests.support.mutation import tries
from tests.support.raw_batches import CODECS, HEAD, Written, batch, sealed, with_bad_header_name

CLIENTS = {"aiokafka": AioRecords, "kafka-python": kafka.record.MemoryRecords}
Client = Callable[[bytes], Any]
RECORDS: list[Written] = [
    (b"room", b'{"some": "json"}' * 20, [("ce_id", b"1"), ("empty", b""), ("without", None)]),
    (None, None, []),
    (b"", b"", [("ce_id", b"1"), ("ce_id", b"2")]),
]


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> Client:
    """Return a client's own class for the bytes of batches."""
    found: Client = CLIENTS[request.param]
    return found


def read(data: bytes, client: Client) -> list[Any]:
    """Return the records of all batches, as a client goes through them."""
    found, each = [], Batches(data, client)
    while each.has_next():
        one = each.next_batch()
        assert one is not None
        assert one.validate_crc()
        found += list(one)
    return found


def told(record: Any) -> Written:
    return record.key, record.value, record.headers


@pytest.mark.parametrize("codec", CODECS)
def test_compressed_message(codec: str, client: Client) -> None:
    """Every codec of Kafka's is read: keys, values, headers, offsets, time."""
    found = read(batch(RECORDS, codec, base=40) + batch(RECORDS[:1], codec, base=43), client)
    assert [told(record) for record in found] == [*RECORDS, RECORDS[0]]
    assert [record.offset for record in found] == [40, 41, 42, 43]
    assert {record.timestamp for record in found} == {1_700_000_000_000}


def test_an_answer_that_is_cut_off_ends_before_its_last_batch(client: Client) -> None:
    """A fetch has a size; what is cut off comes with the next one."""
    whole = batch(RECORDS, base=0)
    assert len(read(whole + batch(RECORDS, base=3)[:-1], client)) == 3
    assert read(whole[:11], client) == []
    assert read(b"", client) == []


@pytest.mark.parametrize("codec", [1, 2, 3, 4, 5, 6, 7])
def test_a_batch_that_cannot_be_unpacked_is_one_record_that_says_why(codec: int, client: Client) -> None:
    """It stands at the batch's last offset, and what follows it is read."""
    broken = sealed(batch(RECORDS)[: HEAD.size], b"\xffnonsense", codec, base=7)
    [aside, after] = read(broken + batch(RECORDS[:1], base=10), client)
    assert isinstance(aside.value, PackedValue)
    assert (aside.offset, aside.key, aside.value) == (9, None, broken)
    assert "offsets 7 to 9" in text_of(aside.value.why)
    assert "nonsense" not in text_of(aside.value.why)
    assert (after.offset, told(after)) == (10, RECORDS[0])


def test_a_wrong_checksum_is_set_aside(client: Client) -> None:
    """Nothing of such a batch is believed but where it begins."""
    raw = bytearray(batch(RECORDS, base=3))
    raw[80] ^= 1
    [aside] = read(bytes(raw), client)
    assert (aside.offset, text_of(aside.value.why)) == (5, "its checksum is wrong; offsets 3 to 5")


def changed(raw: bytes, field: int, number: int) -> bytes:
    """Return a batch one number of whose head is another, as a disk may make it: its checksum does not hold."""
    head = list(HEAD.unpack(raw[: HEAD.size]))
    head[field] = number
    return HEAD.pack(*head) + raw[HEAD.size :]


DELTA, COUNT = 6, 12


def test_a_batch_with_a_wrong_count_is_not_fetched_for_ever(client: Client) -> None:
    """Asked for an offset within it, it gives that offset or a later one, and is gone past."""
    raw = changed(batch(RECORDS, base=3), COUNT, 1_000_000)
    each = Batches(raw, client, asked=5)
    one = each.next_batch()
    assert one is not None
    [aside] = list(one)
    assert aside.offset == 5
    assert one.next_offset == 6


@pytest.mark.parametrize(("field", "number"), [(DELTA, 9_000), (DELTA, 0), (DELTA, -7), (COUNT, 0), (COUNT, 70)])
def test_a_batch_whose_checksum_is_wrong_hides_no_good_one_behind_it(client: Client, field: int, number: int) -> None:
    """Its own last offset may be wrong too: where the next one begins is believed, or how much room it has for records."""
    raw, good = changed(batch(RECORDS, base=3), field, number), batch(RECORDS[:1], base=6)
    found = read(raw + good, client)
    assert [record.offset for record in found] == [5, 6]
    each = Batches(raw, client)
    one = each.next_batch()
    assert one is not None
    assert 4 <= one.next_offset <= 6


def test_how_much_a_broken_batch_may_pass_over_is_bounded(client: Client) -> None:
    """Where both numbers are wrong: a record has seven bytes at the least."""
    raw = batch(RECORDS, base=3)
    raw = changed(changed(raw, COUNT, 9_001), DELTA, 9_000)
    [aside] = read(raw, client)
    assert aside.offset <= 3 + (len(raw) - HEAD.size) // 7


def test_both_clients_say_what_they_asked_for() -> None:
    """Where the next fetch begins: by each client's own way through an answer, from the middle of a broken batch."""
    raw = changed(batch(RECORDS, base=3), COUNT, 1_000_000)
    place = TopicPartition("evidence", 3)
    answers: Any = vars(stage_consumer)["fetcher"]
    stage = answers.PartitionRecords(place, answers.MemoryRecords(raw), None, 4, None, None, True, 1)
    other = consumer._Records(4, place, kafka.record.MemoryRecords(raw))
    assert [record.offset for record in stage] == [5]
    assert [record.offset for record in other.take()] == [5]
    assert (stage.next_fetch_offset, other.next_fetch_offset) == (6, 6)


def test_what_compaction_took_from_the_end_of_a_batch_is_not_told_as_broken(client: Client) -> None:
    """A batch keeps its last offset; one of its records has a header that is read here alone."""
    raw = with_bad_header_name(batch([(b"k", b"v", [("good", b"1")])] * 2), b"good")
    head = list(HEAD.unpack(raw[: HEAD.size]))
    head[DELTA] = 5
    found = read(sealed(HEAD.pack(*head), raw[HEAD.size :], 0), client)
    assert [(record.offset, record.value) for record in found] == [(0, b"v"), (1, b"v")]


def test_a_header_whose_name_is_not_utf8_is_no_reason_to_stop(client: Client) -> None:
    """The broker takes it from C clients; the record is read, with a name that shows what it was not."""
    raw = with_bad_header_name(batch([(b"k", b"v", [("good", b"1"), ("ce_id", b"2")])] * 2), b"good")
    found = read(raw, client)
    assert [record.offset for record in found] == [0, 1]
    assert {record.value for record in found} == {b"v"}
    assert {record.headers[0][0] for record in found} == {"\ufffd" * 4}
    assert {record.headers[1] for record in found} == {("ce_id", b"2")}


def test_one_broken_record_costs_no_other_of_its_batch(client: Client) -> None:
    """A record says its length: what follows is found again."""
    raw = batch([(b"k", b"first", []), (b"k", b"broken", []), (b"k", b"third", [])], base=20)
    at = raw.index(b"broken") - 1
    found = read(sealed(raw[: HEAD.size], raw[HEAD.size : at] + b"\x7f" + raw[at + 1 :], 0, 20), client)
    assert [record.offset for record in found] == [20, 21, 22]
    assert [found[0].value, found[2].value] == [b"first", b"third"]
    assert isinstance(found[1].value, PackedValue)
    assert found[1].value.count(b"third") == 0


@pytest.mark.parametrize("codec", ["gzip", "snappy", "snappy of Java", "lz4", "zstd"])
def test_what_grows_without_bound_is_set_aside(codec: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gigabyte of zeros packs into some kilobytes; here the bound is small and so is the test."""
    monkeypatch.setattr(codecs, "UNPACKED_AT_MOST", 100_000)
    records: list[Written] = [(b"k", bytes(200_000), [])]
    [aside] = read(batch(records, codec), client)
    assert text_of(aside.value.why) == "unpacked it is more than 100000 bytes"
    [record] = read(batch([(b"k", bytes(90_000), [])], codec), client)
    assert record.value == bytes(90_000)


LARGE: dict[str, Written] = {
    "a value": (b"k", bytes(30_000_000), []),
    "a key": (bytes(2_000_000), b"v", []),
    "a header": (b"k", b"v", [("h", bytes(2_000_000))]),
    "headers without number, few bytes": (b"k", b"v", [("", None)] * 100_000),
    "headers without number, many bytes": (b"k", b"v", [("", None)] * 1_000_000),
}


@pytest.mark.parametrize("large", LARGE.values(), ids=LARGE)
def test_a_kilobyte_that_unpacks_to_megabytes_leaves_little_in_memory(large: Written, client: Client) -> None:
    """A client reads hundreds of records at once: of one that is no message anyway the beginning is kept, and its size."""
    packed = batch([large, RECORDS[0]], "zstd", base=40)
    assert len(packed) < 5_000
    [aside, after] = read(packed, client)
    assert isinstance(aside.value, PackedValue)
    assert aside.value.reason == DeadLetterReason.TOO_LARGE
    assert (aside.offset, aside.key, aside.headers) == (40, None, [])
    assert len(aside.value) <= KEPT
    assert aside.value.size >= 200_000
    assert (after.offset, told(after)) == (41, RECORDS[0])


def test_of_many_such_batches_the_memory_stays_small(client: Client) -> None:
    """One batch is unpacked at a time, and its records are made one by one: 200 MB are read with the room of a few of them."""
    packed = batch([(b"k", bytes(5_000_000), []), *[(b"k", b"v", [])] * 10], "zstd")
    tracemalloc.start()
    records = read(packed * 40, client)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(records) == 440
    assert peak < 50_000_000


def test_the_largest_record_that_a_topic_takes_is_read(client: Client) -> None:
    """What is too large as a message is the guard's to say, of the whole record."""
    largest: Written = (b"k" * 100, bytes(999_000), [("ce_id", b"1")] * 100)
    assert told(read(batch([largest], "gzip"), client)[0]) == largest
    assert told(read(batch([largest] * 3, "gzip"), client)[2]) == largest


def test_what_a_codec_has_unpacked_is_as_a_client_would_have_it() -> None:
    """The batch without compression is what was packed, byte by byte; one that has none stays itself."""
    plain = batch(RECORDS, base=5)
    assert unpacked(plain) == plain
    for codec in CODECS:
        found = bytearray(unpacked(batch(RECORDS, codec, base=5)))
        found[17:21] = plain[17:21]  # the checksum of the packed one
        assert bytes(found) == plain, codec


def test_gzip_in_several_members_is_one() -> None:
    """As `gzip` itself has it."""
    number, pack = CODECS["gzip"]
    raw = batch(RECORDS)
    body = raw[HEAD.size :]
    packed = sealed(raw[: HEAD.size], pack(body[:40]) + pack(body[40:]), number)
    assert unpacked(packed)[HEAD.size :] == body


def test_a_codec_that_is_not_installed_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read, and at the record."""
    assert codecs_missing() == ""
    monkeypatch.setattr(codecs, "find_spec", lambda name: None)
    assert "cramjam is not installed" in codecs_missing()
    [aside] = read(batch(RECORDS[:1], "lz4"), client)
    assert "cramjam is not installed" in text_of(aside.value.why)
    assert told(read(batch(RECORDS[:1], "gzip"), client)[0]) == RECORDS[0]


def test_marks_of_transactions_are_still_the_clients_to_read(client: Client) -> None:
    """A control batch is handed through as it is: its first record is the mark."""
    raw = batch([(struct.pack(">hh", 0, 0), struct.pack(">hi", 0, 0), [])])
    mark = Batches(sealed(raw[: HEAD.size], raw[HEAD.size :], 0x30), client).next_batch()
    assert mark is not None
    assert (mark.is_control_batch, mark.is_transactional, mark.next_offset) == (True, True, 1)
    assert next(mark).key == struct.pack(">hh", 0, 0)


def test_any_bytes_end_in_records(client: Client) -> None:
    """Bytes of real batches that were changed, cut or exchanged: no error, no hang, and offsets that do not go back."""
    chance = random.Random(14)
    originals = [batch(RECORDS, codec, base=100) for codec in CODECS]
    for _ in range(tries(100_000)):
        raw = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 6)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        if chance.random() < 0.5:  # as a client would have sealed it
            raw = bytearray(sealed(bytes(raw[: HEAD.size]), bytes(raw[HEAD.size :]), 0, 100))
        records = read(bytes(raw[: chance.randint(0, len(raw))] if chance.random() < 0.2 else raw), client)
        assert len(records) <= len(raw) // 12
        assert all(isinstance(record.value, bytes | None) for record in records)


def test_the_codecs_package_is_the_one_that_both_clients_read_with() -> None:
    """By this name."""
    from aiokafka import codec

    assert codec.cramjam is cramjam

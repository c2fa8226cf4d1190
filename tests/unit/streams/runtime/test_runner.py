"""The runner: order, repeats, failures and guards, against a producer in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from prometheus_client import REGISTRY

from schemas.actions import OperatorAction
from schemas.base import Part
from schemas.codec import decode, encode
from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from schemas.incidents import Incident
from streams.errors import DeliveryError, UnknownCameraError
from streams.kafka.batches import PackedValue
from streams.kafka.dead_letter import MAX_DEAD_LETTER_BYTES, Fault
from streams.kafka.partitioner import partition_of
from streams.kafka.record import Record, first_appended_at
from streams.runtime.guard import size_of
from streams.runtime.runner import may_be_urgent_report, set_aside
from streams.runtime.state import StateError
from streams.stages.base import Input, Output, Rows
from streams.topics import OPERATOR_ACTIONS, ROOM_PARTITIONS
from tests.support.bench_runner import NOW, Bench, settle, tick
from tests.support.messages import example
from tests.support.stages import Counting


def running(scenario: Callable[[Bench], Awaitable[None]]) -> None:
    """Run a scenario on an event loop."""

    async def run() -> None:
        bench = Bench()
        async with bench.send_queue.sending():
            await scenario(bench)

    asyncio.run(run())


def test_each_reason_of_a_failure_is_a_series_from_the_start() -> None:
    """A runner that handled nothing yet tells zeros: Prometheus sees no increase in a series that begins with a failure."""

    async def scenario(bench: Bench) -> None:
        bench.agent.name = "from-zero"
        bench.new_runner()
        names = [{"stage": "from-zero", "reason": reason.value} for reason in DeadLetterReason]
        assert [REGISTRY.get_sample_value("toezicht_messages_failed_total", each) for each in names] == [0.0] * len(
            names
        )

    running(scenario)


def test_an_input_is_acknowledged_after_everything_it_caused_is_confirmed() -> None:
    """The last confirmation, changelog included, releases the input, and only then is RocksDB written."""

    async def scenario(bench: Bench) -> None:
        bench.transmit.hold = True
        await bench.take(tick(0))
        assert sorted(bench.transmit.topics()) == ["alerts", "decide-state-changelog", "decide-state-changelog"]
        bench.transmit.confirm(0, "alerts")
        await settle()
        assert bench.acknowledged == []
        assert bench.table.database.content == {}
        bench.transmit.confirm(0, "decide-state-changelog")
        await settle()
        assert bench.acknowledged == [0]
        assert bench.count() == 1
        assert bench.table.partition_state(0).unconfirmed == {}

    running(scenario)


def test_acknowledgements_keep_the_order_of_the_inputs() -> None:
    """A group that is confirmed first waits for the one before it, and its rows are written last."""

    async def scenario(bench: Bench) -> None:
        bench.transmit.hold = True
        await bench.take(tick(0), tick(1))
        await bench.take(tick(2))
        for topic in ("alerts", "decide-state-changelog"):
            bench.transmit.confirm(1, topic)
        await settle()
        assert bench.acknowledged == []
        for topic in ("alerts", "decide-state-changelog"):
            bench.transmit.confirm(0, topic)
        await settle()
        assert bench.acknowledged == [0, 1, 2]
        assert bench.count() == 3

    running(scenario)


def test_inputs_of_a_group_see_each_others_rows_and_share_confirmations() -> None:
    """Three inputs cost one batch per topic, and count to three."""

    async def scenario(bench: Bench) -> None:
        await bench.take(tick(0), tick(1), tick(2))
        assert len(bench.transmit.waiting) == 1
        assert len(bench.transmit.waiting[0]) == 2
        assert bench.acknowledged == [0, 1, 2]
        assert bench.count() == 3
        assert bench.table.database.content[b"offset"] == b"5"

    running(scenario)


def test_a_repeated_input_causes_exactly_what_it_caused_before() -> None:
    """After a restart the repeated input sends the same bytes again and does not count twice."""

    async def scenario(bench: Bench) -> None:
        await bench.take(tick(0))
        (first,) = [record for record in bench.transmit.sent if record[0] == "alerts"]
        bench.runner = bench.new_runner()
        bench.table.states.clear()
        await bench.take(tick(0))
        assert bench.transmit.sent[-1] == first
        assert len(bench.agent.calls) == 1
        assert bench.count() == 1
        assert bench.acknowledged == [0, 0]

    running(scenario)


def test_a_failed_confirmation_stops_the_worker_without_acknowledging() -> None:
    """Neither the input nor what came after it is acknowledged, so the next worker takes them again."""

    async def scenario(bench: Bench) -> None:
        bench.transmit.hold = True
        await bench.take(tick(0))
        await bench.take(tick(1))
        next(iter(bench.transmit.waiting[0].values())).set_exception(TimeoutError("gone"))
        for topic in ("alerts", "decide-state-changelog"):
            bench.transmit.confirm(1, topic)
        await settle()
        assert isinstance(bench.failures[0], DeliveryError)
        assert bench.acknowledged == []
        assert bench.table.database.content == {}

    running(scenario)


def test_a_send_that_is_refused_stops_the_worker_without_acknowledging() -> None:
    """The client refuses a record that is too large, for example."""

    async def scenario(bench: Bench) -> None:
        bench.transmit.raises = ValueError("too large")
        await bench.take(tick(0))
        assert isinstance(bench.failures[0], DeliveryError)
        assert bench.acknowledged == []

    running(scenario)


def test_an_unknown_camera_has_a_reason_of_its_own() -> None:
    """A registry that lags behind is told from a defect of ours."""

    async def scenario(bench: Bench) -> None:
        def handle(*_: Any) -> Sequence[Output]:
            raise UnknownCameraError("camera c9", "v1")

        bench.agent.handle = handle  # type: ignore[method-assign,assignment]
        await bench.take(tick(0))
        assert b'"reason":"unknown_camera"' in dict(bench.transmit.sent[-1][4])["dead-letter"]
        assert bench.acknowledged == [0]

    running(scenario)


@pytest.mark.parametrize("passing", [True, False])
def test_row_7_a_camera_that_the_registry_does_not_have_is_one_line_a_minute(
    passing: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """It names the camera and the registry, without a traceback. Of what passes one dead letter a minute is kept, and counted."""

    async def scenario(bench: Bench) -> None:
        def handle(item: Input, *_: Any) -> Sequence[Output]:
            raise UnknownCameraError(f"camera {'c8' if item.offset % 2 else 'c9'}", "v1", passing=passing)

        bench.agent.handle = handle  # type: ignore[method-assign,assignment]
        failed = REGISTRY.get_sample_value("toezicht_messages_failed_total", labels) or 0.0
        records = [tick(second) for second in range(150)]
        await bench.take(*records)
        sent = [sent for sent in bench.transmit.sent if sent[0] == "dead-letters"]
        assert len(sent) == (6 if passing else len(records))
        counted = REGISTRY.get_sample_value("toezicht_messages_failed_total", labels) or 0.0
        assert counted - failed == len(records)
        assert bench.acknowledged == list(range(len(records)))

    labels = {"stage": "decide", "reason": "unknown_camera"}
    with caplog.at_level(logging.DEBUG, logger="streams"):
        running(scenario)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 6
    assert [record.exc_info for record in caplog.records] == [None] * 6
    assert (
        "decide: room-ticks/0@0: camera c9 is not in the registry that this process read at its start (version v1)"
        in told
    )
    assert sum("; 29 more since this was told last" in line for line in told) == 4


def test_rows_that_cannot_be_stored_stop_the_worker_without_acknowledging() -> None:
    """A full disk: the next worker has the rows from the changelog, and takes the input again."""

    async def scenario(bench: Bench) -> None:
        def full(*_: Any) -> None:
            raise OSError("No space left on device")

        bench.send_queue._store = full  # type: ignore[assignment]
        await bench.take(tick(0))
        assert "rows cannot be stored" in str(bench.failures[0])
        assert bench.acknowledged == []

    running(scenario)


def test_no_more_inputs_are_taken_than_may_be_in_flight() -> None:
    """Taking waits until one is acknowledged."""

    async def scenario(bench: Bench) -> None:
        bench.transmit.hold = True
        bench.send_queue._max_in_flight = 1
        await bench.take(tick(0))
        waiting = asyncio.create_task(bench.send_queue.wait_for_room())
        await settle()
        assert not waiting.done()
        for topic in ("alerts", "decide-state-changelog"):
            bench.transmit.confirm(0, topic)
        await asyncio.wait_for(waiting, 10)

    running(scenario)


def test_an_agent_that_raises_leaves_no_trace_but_a_dead_letter() -> None:
    """Nothing it wrote takes effect, the original goes aside without the error's text, and the flow goes on."""

    async def scenario(bench: Bench) -> None:
        bench.agent.raises = True
        await bench.take(tick(0))
        topic, _, _, value, headers = bench.transmit.sent[-1]
        assert topic == "dead-letters"
        assert value == tick(0).value
        assert b"handler_failed" in dict(headers)["dead-letter"]
        assert b"secret" not in dict(headers)["dead-letter"]
        bench.agent.raises = False
        await bench.take(tick(1))
        assert bench.acknowledged == [0, 1]
        assert bench.count() == 1

    running(scenario)


SAID = "Dorpsstraat 12"


def test_what_somebody_reported_is_not_in_the_log_when_an_agent_raises(caplog: pytest.LogCaptureFixture) -> None:
    """A value that does not fit a message is none for a log: it may be a place, or a name in a text."""

    class Copying(Counting):
        def handle(self, item: Input, rows: Rows, now: datetime) -> list[Output]:
            Incident.model_validate({"place": SAID * 20, "summary": [SAID]})
            return []

    async def scenario(bench: Bench) -> None:
        bench.runner.stage = Copying()
        await bench.take(tick(0))
        assert bench.transmit.sent[-1][0] == "dead-letters"

    running(scenario)
    assert "ValidationError" in caplog.text
    assert SAID not in caplog.text


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (tick(0, value=b"{"), DeadLetterReason.NOT_JSON),
        (tick(0, value=b'{"group": "room"}'), DeadLetterReason.INVALID),
        (
            tick(0, headers=[("ce_id", b"1"), ("ce_specversion", b"1.0"), ("ce_type", b"toezicht.tick.v99")]),
            DeadLetterReason.UNKNOWN_VERSION,
        ),
        (tick(0, value=None), DeadLetterReason.NOT_JSON),
        (tick(0, value=b""), DeadLetterReason.NOT_JSON),
        (tick(0, value=PackedValue.because("it cannot be unpacked", b"raw")), DeadLetterReason.UNREADABLE_RECORD),
        (tick(0, value=b"x" * 1_000_001), DeadLetterReason.TOO_LARGE),
        (
            tick(0, value=PackedValue.because("2000000 bytes", b"x", DeadLetterReason.TOO_LARGE, 2_000_000)),
            DeadLetterReason.TOO_LARGE,
        ),
        (tick(0, key=b"k" * 1_000_001), DeadLetterReason.TOO_LARGE),
        (tick(0, headers=[(name, None) for name, _ in tick(0).headers]), DeadLetterReason.UNKNOWN_TYPE),
        (tick(0, headers=[]), DeadLetterReason.UNKNOWN_TYPE),
        (tick(0, key=b"other"), DeadLetterReason.WRONG_KEY),
        (tick(0, key=None), DeadLetterReason.WRONG_KEY),
        (tick(0, appended_at=NOW - timedelta(seconds=61)), DeadLetterReason.FROM_THE_FUTURE),
        (tick(0, appended_at=NOW + timedelta(hours=1, seconds=1)), DeadLetterReason.TOO_LATE),
    ],
)
def test_what_cannot_be_handled_is_set_aside(record: Record, reason: DeadLetterReason) -> None:
    """Each guard has its bounded reason; the agent never sees the record and the partition goes on."""

    async def scenario(bench: Bench) -> None:
        await bench.take(record)
        topic, _, _, value, headers = bench.transmit.sent[-1]
        assert (topic, value) == ("dead-letters", (record.value or b"")[:MAX_DEAD_LETTER_BYTES])
        assert f'"reason":"{reason}"'.encode() in dict(headers)["dead-letter"]
        assert bench.agent.calls == []
        assert bench.acknowledged == [0]

    running(scenario)


@pytest.mark.parametrize(
    ("topic", "value", "urgent"),
    [
        ("incidents", b'{"incident_id":"a","urgency":1,"occurred', True),
        ("incidents", b'{"incident_id":"a","urgency":3,"occurred', False),
        ("evidence", b'{"fact":{"incident":{"source_priority":"A0"', True),
        ("evidence-urgent", b"\xff", True),
        ("evidence-urgent", None, True),
        ("camera-frames", b"\xff\xd8 P 1 \x00", False),
        ("detections", b'{"urgency":1}', False),
    ],
)
def test_what_is_set_aside_and_may_be_urgent_is_told(topic: str, value: bytes | None, urgent: bool) -> None:
    """By the topic or by the bytes; pictures and what cameras see are not looked through."""
    record = Record(topic, 0, 7, b"key", value, [], NOW)
    before = REGISTRY.get_sample_value("toezicht_urgent_dead_letters_total", {"stage": "decide"}) or 0.0
    aside = set_aside("decide", record, Fault(DeadLetterReason.INVALID, "field x"))
    letter = decode(aside.record.value, aside.record.headers)
    assert isinstance(letter, DeadLetterReference)
    assert letter.urgent is urgent
    after = REGISTRY.get_sample_value("toezicht_urgent_dead_letters_total", {"stage": "decide"}) or 0.0
    assert after - before == int(urgent)


def test_what_an_onlooker_sets_aside_is_not_told_as_urgent() -> None:
    """The stage that answers for it tells so itself; what rules on trial cannot handle wakes nobody."""
    record = Record("evidence-urgent", 0, 7, b"key", b"{", [], NOW)
    labels = {"stage": "shadow"}
    before = REGISTRY.get_sample_value("toezicht_urgent_dead_letters_total", labels) or 0.0
    aside = set_aside("shadow", record, Fault(DeadLetterReason.INVALID, "field x"))
    letter = decode(aside.record.value, aside.record.headers)
    assert isinstance(letter, DeadLetterReference)
    assert letter.urgent is False
    assert (REGISTRY.get_sample_value("toezicht_urgent_dead_letters_total", labels) or 0.0) == before


def test_of_what_was_cut_short_the_whole_may_be_urgent() -> None:
    """Of a record that is too large only the beginning is there to be looked through; so too of one without a value."""
    cut = PackedValue.because("2000000 bytes", b"{}", DeadLetterReason.TOO_LARGE, 2_000_000)
    assert may_be_urgent_report(Record("evidence", 0, 7, b"key", cut, [], NOW))
    assert may_be_urgent_report(Record("incidents", 0, 7, b"key", None, [("priority", b"A1")], NOW))
    assert not may_be_urgent_report(Record("incidents", 0, 7, b"key", None, [("priority", b"B1")], NOW))


@pytest.mark.parametrize(
    "record",
    [
        tick(0, key=b"k" * 999_000),
        tick(0, value=b"v" * 999_000),
        tick(0, headers=[("h" * 40, b"")] * 24_000),
        tick(0, headers=[("h", b"x" * 900_000), ("without", None)]),
        tick(0, value=PackedValue.because("it cannot be unpacked", b"r" * 1_100_000)),
        tick(0, value=PackedValue.because("2000000 bytes", b"r", DeadLetterReason.TOO_LARGE, 2_000_000)),
    ],
    ids=["huge key", "huge value", "many headers", "huge header", "huge batch", "of which little was kept"],
)
def test_a_letter_fits_its_topic_whatever_it_holds(record: Record) -> None:
    """One that the broker refuses would stop the stage; what is left out shows in its size, so that it is not replayed."""

    async def scenario(bench: Bench) -> None:
        await bench.take(record)
        topic, _, key, value, headers = bench.transmit.sent[-1]
        assert topic == "dead-letters"
        size = len(key or b"") + len(value or b"") + sum(len(name) + len(said or b"") + 4 for name, said in headers)
        assert size < 990_000
        letter = DeadLetterReference.model_validate_json(dict(headers)["dead-letter"])
        assert (letter.original_bytes or 0) > len(value or b"") or size_of(record) < 990_000
        assert letter.original_bytes != len(value or b"")

    running(scenario)


def action(partition: int, **changes: Any) -> Record:
    """Return a record with an operator's action on a partition."""
    message = example(OperatorAction, acted_at=NOW)
    made = encode(message, stage="test", handled_at=NOW, entered_at=NOW)
    fields: dict[str, Any] = {
        "topic": OPERATOR_ACTIONS, "partition": partition, "offset": 7, "key": made.key, "value": made.value,
        "headers": [*made.headers, ("traceparent", b"00-1"), ("without", None)], "appended_at": NOW,
    }  # fmt: skip
    return Record(**(fields | changes))


RIGHT = partition_of(OPERATOR_ACTIONS, action(0).key or b"")
WRONG = (RIGHT + 1) % ROOM_PARTITIONS


def actions_bench(bench: Bench, name: str = "decide") -> None:
    """Let a bench's stage take actions too."""
    bench.agent.name, bench.agent.inputs = name, ("room-ticks", OPERATOR_ACTIONS)
    bench.runner = bench.new_runner()


def test_other_partitioner() -> None:
    """What stands on another partition than its key's goes on there as it is, once, and is decided there with its first time."""

    async def scenario(bench: Bench) -> None:
        actions_bench(bench)
        record = action(WRONG)
        await bench.take(record)
        [(topic, partition, key, value, headers)] = bench.transmit.sent
        assert (topic, partition, key, value) == (OPERATOR_ACTIONS, RIGHT, record.key, record.value)
        assert headers[:-1] == record.headers
        assert first_appended_at(headers, NOW + timedelta(seconds=9)) == NOW
        assert bench.agent.calls == []
        assert bench.acknowledged == [7]
        again = replace(record, partition=partition, offset=9, headers=headers, appended_at=NOW)
        bench.transmit.sent.clear()
        await bench.take(again)
        assert bench.agent.calls == [NOW]
        assert OPERATOR_ACTIONS not in bench.transmit.topics()

    running(scenario)


def test_what_a_partition_does_not_belong_to_is_not_sent_on_twice_by_a_repeat() -> None:
    """A crash between sending and committing sends it twice; its partition knows the second by its id."""

    async def scenario(bench: Bench) -> None:
        actions_bench(bench)
        await bench.take(action(WRONG))
        await bench.take(action(WRONG))
        copies = [sent for sent in bench.transmit.sent if sent[0] == OPERATOR_ACTIONS]
        assert len(copies) == 2
        for number, (_, partition, key, value, headers) in enumerate(copies):
            await bench.take(action(partition, key=key, value=value, headers=headers, offset=20 + number))
        assert len(bench.agent.calls) == 1

    running(scenario)


@pytest.mark.parametrize("part", ["value", "header"])
def test_what_is_too_large_to_be_sent_on_is_set_aside(part: str) -> None:
    """The broker would refuse the copy, which has more headers, at each start of the stage again."""

    async def scenario(bench: Bench) -> None:
        actions_bench(bench)
        record = action(WRONG)
        if part == "value":
            record = replace(record, value=(record.value or b"") + b" " * (999_000 - size_of(record)))
        else:
            record = replace(record, headers=[*record.headers, ("h", b"h" * (999_000 - size_of(record)))])
        await bench.take(record)
        [(topic, _, _, _, headers)] = bench.transmit.sent
        assert topic == "dead-letters"
        assert b'"reason":"too_large"' in dict(headers)["dead-letter"]
        assert bench.acknowledged == [7]

    running(scenario)


def test_an_onlooker_leaves_what_is_on_a_wrong_partition_to_the_stage_that_answers_for_it() -> None:
    """Or it would be sent on twice; the onlooker too decides the copy, with the state of its partition."""

    async def scenario(bench: Bench) -> None:
        actions_bench(bench, "shadow")
        bench.runner.handle(action(WRONG), partial(bench.acknowledged.append, 7))
        await bench.send_queue.drained()
        await settle()
        assert bench.agent.calls == []
        assert bench.transmit.sent == []
        assert bench.acknowledged == [7]

    running(scenario)


@pytest.mark.parametrize("late_s", [0, 3_600])
def test_what_is_just_in_time_is_handled(late_s: int) -> None:
    """The limit itself is still in time."""

    async def scenario(bench: Bench) -> None:
        await bench.take(tick(0, appended_at=NOW + timedelta(seconds=late_s)))
        assert len(bench.agent.calls) == 1

    running(scenario)


def test_a_null_value_is_a_deletion_and_no_fault() -> None:
    """On a compacted topic, where it deletes something, it is acknowledged and causes nothing."""

    async def scenario(bench: Bench) -> None:
        bench.runner._taken["camera-state"] = bench.runner._taken["room-ticks"]
        await bench.take(tick(0, topic="camera-state", value=None))
        assert bench.transmit.sent == []
        assert bench.acknowledged == [0]

    running(scenario)


def test_now_is_the_time_at_which_the_broker_took_the_record() -> None:
    """So that the same record gives the same decision whenever it is handled."""

    async def scenario(bench: Bench) -> None:
        await bench.take(tick(5))
        assert bench.agent.calls == [NOW + timedelta(seconds=5)]

    running(scenario)


def test_what_cannot_be_read_back_stops_the_worker_and_is_no_fault_of_the_message() -> None:
    """A row of another shape than the code's, or a database that fails, must not send a good message to dead-letters."""

    async def scenario(bench: Bench) -> None:
        bench.table.database.content[b"count"] = b'{"something": "else"}'
        with pytest.raises(StateError, match="no Count"):
            bench.runner.handle(tick(0), lambda: None)
        assert bench.transmit.sent == []

    running(scenario)


def test_what_is_kept_of_a_partition_is_read_when_it_comes() -> None:
    """Its first input does not wait for it: thousands of rows say what was caused lately."""

    async def scenario(bench: Bench) -> None:
        await bench.take(tick(0))
        bench.runner = bench.new_runner()
        bench.runner.prepare([("room-ticks", 0), ("evidence", 0)])
        bench.table.database.iter = pytest.fail  # type: ignore[method-assign]
        await bench.take(tick(0), tick(1))
        assert len(bench.agent.calls) == 2  # the repeated one is known

    running(scenario)


def test_a_partition_whose_rows_cannot_be_read_stops_the_worker_when_it_comes() -> None:
    """Before anything is taken from it."""

    async def scenario(bench: Bench) -> None:
        bench.table.database.content[b"done/room-ticks/00000"] = b'{"something": "else"}'
        bench.runner.prepare([("room-ticks", 0)])
        assert [type(error) for error in bench.failures] == [StateError]

    running(scenario)


def test_an_input_whose_row_would_be_too_large_goes_to_dead_letters_and_changes_nothing() -> None:
    """The changelog would refuse the row for ever, and the partition would stand still."""

    class Growing(Counting):
        def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
            super().handle(item, rows, now)
            if item.offset == 0:
                rows.put("long", Text(text="x" * 1_000_001))
            return [Output("alerts", item.message)]

    async def scenario(bench: Bench) -> None:
        bench.agent = Growing()
        bench.runner = bench.new_runner()
        await bench.take(tick(0))
        assert bench.transmit.topics() == ["dead-letters"]
        await bench.take(tick(1))
        assert bench.count() == 1
        assert bench.acknowledged == [0, 1]

    running(scenario)


class Text(Part):
    """A row of any length."""

    text: str

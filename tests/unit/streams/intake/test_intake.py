"""The shell around the rules: what is sent, in which order, and that nothing is read faster than it is confirmed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError
from prometheus_client import REGISTRY

from schemas.codec import decode, envelope
from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from schemas.incidents import Incident, Operation
from streams.domain.incidents.raw_report import Reading
from streams.errors import DeliveryError
from streams.intake.intake import MEMORY, STAGE, Intake, count_confirmed
from streams.intake.lines import MAX_LINE_BYTES, Line, LineSplitter
from streams.intake.scenario_clock import PlayClock, played
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.kafka.send_window import SIZE, SendWindow
from streams.metrics import MESSAGES_FAILED, REPORT_NOTES, URGENT_DEAD_LETTERS
from tests.support import pages
from tests.support.producer import FakeProducer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _line(**fields: Any) -> bytes:
    return json.dumps({"source": "politie-gms", "source_id": "1", "category": "bzdsbr"} | fields).encode()


def _lines(contents: Iterable[bytes]) -> list[Line]:
    return list(LineSplitter().add(b"".join(content + b"\n" for content in contents)))


def _intake(producer: FakeProducer | None = None, **changes: Any) -> Intake:
    return Intake(RecordedReports(load_categories()), _window(producer), lambda: NOW, **changes)


def _window(producer: FakeProducer | None) -> SendWindow | None:
    return (
        None if producer is None else SendWindow(lambda: producer, "kafka:9092", count_confirmed, sleep=lambda _: None)
    )


def _metric(result: str) -> float:
    labels = {"source": "recorded", "result": result}
    return REGISTRY.get_sample_value("toezicht_reports_read_total", labels) or 0.0


def test_each_reason_of_a_failure_is_a_series_from_the_start() -> None:
    """Prometheus sees no increase in a series that begins with its first failure."""
    MESSAGES_FAILED.clear()
    _intake(FakeProducer())
    found = [
        REGISTRY.get_sample_value("toezicht_messages_failed_total", {"stage": STAGE, "reason": reason.value})
        for reason in DeadLetterReason
    ]
    assert found == [0.0] * len(found)


def test_a_day_of_reports() -> None:
    """Created, updated, duplicate, cancelled, opened again, broken: sent in order, each counted once."""
    producer = FakeProducer()
    before = {name: _metric(name) for name in ("created", "unreadable", "late", "unknown_kind", "clock_off")}
    intake = _intake(producer)
    intake.run(
        _lines(
            [
                _line(),
                _line(),
                _line(priority="P 1"),
                b"{trunc",
                _line(operation="cancel"),
                _line(priority="P 2"),
                _line(source_id="2", category="zzz"),
                _line(source_id="3", occurred_at="2026-11-23T11:00:00Z"),
                _line(source_id="4", occurred_at="2026-11-24T13:00:00Z"),
                _line(source_id="5", position={"lat": 48.8, "lon": 2.3}),
                _line(source_id="6", occurred_at="2026-09-24T13:00:00Z"),
                b"",
            ]
        )
    )
    messages = producer.messages()
    assert [type(message).__name__ for message in messages] == [
        "Incident", "Incident", "DeadLetterReference", "Incident", "Incident", "Incident", "Incident", "Incident", "Incident",
        "DeadLetterReference",
    ]  # fmt: skip
    assert [(m.operation, m.revision) for m in messages[:2]] == [(Operation.CREATE, 0), (Operation.UPDATE, 1)]
    assert [m.reason for m in messages if isinstance(m, DeadLetterReference)] == [
        DeadLetterReason.NOT_JSON,
        DeadLetterReason.TOO_LATE,
    ]
    assert intake.flush(1, lambda: 0.0) == 0
    assert intake.summary.as_dict() == {
        "read": 12,
        "results": {
            "cancelled": 1, "created": 5, "duplicate": 1, "not_for_us": 1, "reactivated": 1, "unreadable": 2,
            "updated": 1,
        },
        "notes": {"blank": 1, "clock_off": 1, "late": 1, "position_left_out": 1, "unknown_kind": 1},
        "unconfirmed": 0,
    }  # fmt: skip
    assert {name: _metric(name) - count for name, count in before.items()} == {
        "created": 5, "unreadable": 2, "late": 1, "unknown_kind": 1, "clock_off": 1,
    }  # fmt: skip
    assert str(intake.summary).startswith("12 lines read: 1 blank, 1 cancelled, 1 clock_off, ")


def test_a_dead_letter_holds_the_original() -> None:
    """The bytes untouched, the source as topic, the line as offset, and an identity that another run does not repeat."""
    producer = FakeProducer()
    _intake(producer).run(_lines([b"", b"\x00\xffbroken"]))
    _intake(producer).run(_lines([b"", b"\x00\xffother"]))
    topic, key, value, headers = producer.sent[0]
    letter = producer.messages()[0]
    assert (topic, value) == ("dead-letters", b"\x00\xffbroken")
    assert (letter.stage, letter.topic, letter.partition, letter.offset) == ("intake", "recorded", -1, 2)
    assert key.decode() == letter.original_key
    assert dict(headers)["content-type"] == b"application/octet-stream"
    assert envelope(headers).event_id != envelope(producer.sent[1][3]).event_id


def _urgent() -> float:
    return REGISTRY.get_sample_value("toezicht_urgent_dead_letters_total", {"stage": STAGE}) or 0.0


@pytest.mark.parametrize(
    ("content", "urgent"),
    [
        (_line(source="two words", priority="P 1"), True),
        (_line(source="two words", priority="P 3"), False),
        (b'{"source": "politie-gms", "priority": "A1", "sour', True),
        (b'{"source": "politie-gms", "priority": "A2", "sour', False),
        (_line(priority="P 1", occurred_at="2026-09-24T13:00:00Z"), True),
        (_line(priority="laag", occurred_at="2026-09-24T13:00:00Z"), False),
        (b'{"priority": "spoed", "text": "' + b"x" * 100_000, True),
        (b"\xff" * 100, False),
    ],
    ids=["no-name", "no-name-routine", "cut", "cut-routine", "too-late", "too-late-routine", "too-large", "noise"],
)
def test_a_dead_letter_that_may_be_urgent_is_told_at_once(
    content: bytes, urgent: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """In a counter of its own that wakes operations, in the letter, in the log and in the summary."""
    caplog.set_level(logging.WARNING)
    producer, before = FakeProducer(), _urgent()
    intake = _intake(producer)
    intake.run(_lines([content]))
    [letter] = producer.messages()
    assert letter.urgent is urgent
    assert _urgent() - before == int(urgent)
    assert intake.summary.notes["urgent_dead_letter"] == int(urgent)
    assert [record.levelname for record in caplog.records] == ["ERROR" if urgent else "WARNING"]


def test_the_counter_of_urgent_dead_letters_is_there_from_the_start() -> None:
    """Prometheus sees no increase in a series that begins at 1."""
    URGENT_DEAD_LETTERS.clear()
    _intake()
    assert REGISTRY.get_sample_value("toezicht_urgent_dead_letters_total", {"stage": STAGE}) == 0.0


def test_notes_are_counted_for_each_partner() -> None:
    """So that operations knows whose clock is fast; of partners beyond fifty only that there are more."""
    REPORT_NOTES.clear()
    ahead = "2026-11-24T12:10:00Z"
    intake = _intake(FakeProducer())
    intake.run(_lines(_line(source=f"partner-{number}", occurred_at=ahead) for number in range(60)))

    def counted(partner: str) -> float | None:
        labels = {"partner": partner, "note": "clock_off"}
        return REGISTRY.get_sample_value("toezicht_report_notes_total", labels)

    assert (counted("partner-0"), counted("partner-49"), counted("partner-50"), counted("other")) == (1, 1, None, 10)


def test_a_line_that_is_too_large() -> None:
    """Its beginning is kept, its size is told, and the next line is read."""
    producer = FakeProducer()
    _intake(producer).run(_lines([b"x" * 1_000_000, _line()]))
    letter, incident = producer.messages()
    assert letter.reason is DeadLetterReason.TOO_LARGE
    assert "1000000 bytes" in letter.detail
    assert len(producer.sent[0][2]) == MAX_LINE_BYTES
    assert isinstance(incident, Incident)


def test_entered_is_when_it_was_read() -> None:
    """The latency of an alert counts from here."""
    producer = FakeProducer()
    _intake(producer).run(_lines([_line()]))
    about = envelope(producer.sent[0][3])
    assert (about.entered_at, about.stage) == (NOW, "intake")


def test_what_was_sent_before_is_known_again() -> None:
    """After a restart a report that is sent again makes an update with the next revision."""
    first, second = FakeProducer(), FakeProducer()
    _intake(first).run(_lines([_line()]))
    intake = _intake(second)
    for message in first.messages():
        intake.recall(message)
    intake.run(_lines([_line(), _line(priority="P 1")]))
    assert [(m.operation, m.revision) for m in second.messages()] == [(Operation.UPDATE, 1)]


def test_the_memory_forgets() -> None:
    """A report whose newest message is older than the memory is a new one when it comes again."""
    moments = iter([NOW, NOW, NOW + MEMORY + timedelta(seconds=1)])
    now = NOW

    def clock() -> datetime:
        return now

    producer = FakeProducer()
    intake = Intake(RecordedReports(load_categories()), _window(producer), clock)
    for number in ("1", "2", "3"):
        now = next(moments)
        intake.run(_lines([_line(source_id=number)]))
    assert len(intake._known) == 1


def test_nothing_is_read_faster_than_it_is_confirmed() -> None:
    """With a full window the next line waits, and goes on with the first confirmation."""
    producer = FakeProducer(confirms=False)
    intake = _intake(producer)
    lines = _lines(_line(source_id=str(number)) for number in range(SIZE + 1))
    intake.run(lines[:-1])
    assert len(producer.sent) == SIZE
    waited: list[int] = []

    def confirm_at_the_third_look() -> None:
        waited.append(len(producer.sent))
        producer.confirmations[0].is_done = len(waited) >= 3

    producer.confirmations[0].on_wait = confirm_at_the_third_look
    intake.take(lines[-1])
    assert waited == [SIZE] * 3
    assert len(producer.sent) == SIZE + 1


def test_stopping_does_not_wait_for_a_broker_that_is_away() -> None:
    """The summary tells how many reports were not confirmed in time."""
    producer = FakeProducer(confirms=False)
    intake = _intake(producer, stopping=lambda: True)
    intake.run(_lines(_line(source_id=str(number)) for number in range(SIZE + 5)))
    seconds = iter(range(100))
    assert intake.flush(3, lambda: float(next(seconds))) == SIZE + 5
    assert intake.close() == f"{SIZE + 5} of what lines 1 to {SIZE + 5} told"
    assert "505 NOT CONFIRMED" in str(intake.summary)


def test_stopping_with_much_in_hand_does_not_ask_a_broker_that_is_gone_at_every_line() -> None:
    """Each question may take seconds; what was read is kept, and the end is waited for once."""
    asked: list[int] = []

    def connect() -> FakeProducer:
        asked.append(1)
        raise KafkaTimeoutError("Unable to bootstrap")

    window = SendWindow(connect, "kafka:9092", sleep=lambda _: None)
    intake = Intake(RecordedReports(load_categories()), window, lambda: NOW, stopping=lambda: True)
    intake.run(_lines(_line(source_id=str(number)) for number in range(100)))
    assert asked == []
    assert intake.close() == "100 of what lines 1 to 100 told"


def test_what_could_not_be_sent_goes_while_no_line_comes() -> None:
    """A pipe that is quiet after the broker came back must not hold its last report back until the next one."""
    producer = FakeProducer(refuses=KafkaTimeoutError("Failed to update metadata after 1.0 secs."))
    now_s = [100.0]
    window = SendWindow(lambda: producer, "kafka:9092", count_confirmed, lambda: now_s[0], lambda _: None)
    intake = Intake(RecordedReports(load_categories()), window, lambda: NOW)
    intake.run(_lines([_line()]))
    assert producer.sent == []
    producer.refuses = None
    now_s[0] += 10
    intake.tend()
    assert [m.source_id for m in producer.messages()] == ["1"]
    assert intake.close() == ""


def test_a_refused_record_stops_the_intake() -> None:
    """An error of the broker is one line that does not hold the report."""
    producer = FakeProducer(confirms=False)
    intake = _intake(producer)
    intake.run(_lines([_line()]))
    producer.confirmations[0].is_done = True
    producer.confirmations[0].error = ValueError("politie-gms")
    with pytest.raises(DeliveryError, match="incidents: the broker did not take a record: ValueError"):
        intake.flush(1, lambda: 0.0)


def test_a_fault_in_a_source_is_a_dead_letter() -> None:
    """One line that makes a source raise does not stop the lines behind it."""

    class Faulty(RecordedReports):
        def read(self, content: bytes, now: datetime) -> Reading:
            if content == b"boom":
                raise KeyError("secret")
            return super().read(content, now)

    producer = FakeProducer()
    Intake(Faulty(load_categories()), _window(producer), lambda: NOW).run(_lines([b"boom", _line()]))
    letter, incident = producer.messages()
    assert letter.reason is DeadLetterReason.HANDLER_FAILED
    assert "secret" not in letter.detail
    assert isinstance(incident, Incident)


def test_prepare_sends_nothing() -> None:
    """In another process's loop, the record is returned and somebody else sends it."""
    outgoing = _intake().prepare(_lines([_line()])[0])
    assert outgoing is not None
    assert outgoing.topic == "incidents"
    assert isinstance(decode(outgoing.record.value, outgoing.record.headers), Incident)


def test_a_scenario_is_played_at_its_moments() -> None:
    """Lines come when their second has come, faster with a speed; reports' times follow the scenario's clock."""
    now = NOW
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += timedelta(seconds=seconds)

    play_clock = PlayClock(lambda: now, speed=10, start=NOW - timedelta(days=1))
    play_clock.begin()
    lines = _lines([_line(at_s=0), _line(source_id="2", at_s=20), _line(source_id="3", at_s=20)])
    producer = FakeProducer()
    intake = Intake(RecordedReports(load_categories()), _window(producer), lambda: now, play_clock)
    intake.run(played(lines, play_clock, sleep, lambda: False))
    assert sum(slept) == pytest.approx(2.0)
    starts = [(m.received_at - (NOW - timedelta(days=1))).total_seconds() for m in producer.messages()]
    assert starts == pytest.approx([0, 20, 20])
    assert list(played(lines, play_clock, sleep, lambda: True)) == []
    idle: list[int] = []
    play_clock.begin()
    assert len(list(played(lines, play_clock, sleep, lambda: False, lambda: idle.append(1)))) == 3
    assert len(idle) == 10, "after each of the sleeps"


def _pager(window: SendWindow | None) -> tuple[Intake, list[datetime]]:
    """Return an intake of pager messages, and its clock."""
    at = [pages.NOW]
    return Intake(pages.p2000(), window, lambda: at[0]), at


def test_a_first_part_whose_rest_never_comes_is_sent_while_no_line_comes() -> None:
    """After some seconds, with a note; its line counts as not for us, and the report by itself."""
    producer = FakeProducer()
    intake, at = _pager(_window(producer))
    first = pages.page("P 1 BAD-21 BR woning Startbaan Amstelveen 133131 1331", part="F")
    intake.take(Line(1, first, len(first)))
    intake.tend()
    assert intake.summary.results == {"not_for_us": 1}
    at[0] += timedelta(seconds=9)
    intake.tend()
    assert intake.summary.results == {"not_for_us": 1, "created": 1}
    assert intake.summary.notes == {"part_of_a_page": 1, "incomplete": 1}


def test_a_first_part_is_sent_where_the_feed_ends() -> None:
    """Nothing is awaited any more."""
    producer = FakeProducer()
    intake, _ = _pager(_window(producer))
    intake.run(_lines([pages.page("P 1 BAD-21 BR woning Startbaan Amstelveen 133131 1331", part="F")]))
    assert intake.summary.results == {"not_for_us": 1, "created": 1}
    assert len(producer.sent) == 1


def test_why_a_line_is_not_for_us_is_counted() -> None:
    """What is elsewhere, an exercise, and what cannot be located are told apart."""
    intake, _ = _pager(None)
    intake.run(
        _lines(
            [
                pages.page("P 1 BNN-01 BR woning Kerklaan Delfzijl 011831"),
                pages.page("A1 Tilburg rit: 20417"),
                pages.page("P 1 (Oefening) BAD-OTO-01 BR woning Stadsplein Amstelveen 133231"),
                pages.page("P 1 BR woning Kerklaan"),
                b"",
            ]
        )
    )
    assert intake.summary.results == {"not_for_us": 5}
    assert intake.summary.notes == {"elsewhere": 2, "exercise": 1, "not_located": 1, "blank": 1}
    labels = {"source": "p2000", "result": "elsewhere"}
    assert (REGISTRY.get_sample_value("toezicht_reports_read_total", labels) or 0) >= 2


def test_a_source_is_heard_by_every_line_and_has_its_limit() -> None:
    """Also by a line that is no report: what operations are told of is a feed that says nothing at all."""
    now = NOW
    source = RecordedReports(load_categories())
    intake = Intake(source, None, lambda: now, silent_after_s=900.0)

    def heard_at() -> float | None:
        return REGISTRY.get_sample_value("toezicht_source_heard_at", {"source": "recorded"})

    assert REGISTRY.get_sample_value("toezicht_source_silent_after_s", {"source": "recorded"}) == 900
    assert heard_at() == NOW.timestamp()
    for seconds, content in enumerate((b"", b"{", _line()), start=1):
        now = NOW + timedelta(seconds=seconds)
        intake.prepare(Line(1, content, len(content)))
        assert heard_at() == now.timestamp()
    now = NOW + timedelta(seconds=60)
    intake.tend()
    assert heard_at() == (NOW + timedelta(seconds=3)).timestamp()
    intake.heard()
    assert heard_at() == now.timestamp()

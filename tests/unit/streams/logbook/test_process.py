"""The Logboek's process in memory: one line for one message, sent until it is confirmed, and only then committed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from prometheus_client import REGISTRY

from schemas.actions import OperatorAction
from schemas.codec import encode
from streams import topics
from streams.domain.logbook.lines import LogbookLine
from streams.kafka.record import Record
from streams.logbook.answer import LogbookAnswer, LogbookFault
from streams.logbook.process import REMEMBERED, KnownLines, Logbook, logged
from streams.settings import KafkaSettings
from streams.tracing.context import TRACEPARENT, new_context
from tests.support.messages import NOON, example


def acted(number: int, offset: int | None = None, **headers: bytes) -> Record:
    """Return the record of an action."""
    message = example(OperatorAction, action_id=f"action-{number}")
    made = encode(message, stage="console", handled_at=NOON, entered_at=NOON)
    at = number if offset is None else offset
    return Record(
        topics.OPERATOR_ACTIONS,
        0,
        at,
        made.key,
        made.value,
        [*made.headers, *headers.items()],
        NOON + timedelta(seconds=at),
    )


class FakeReceiver:
    """A Logboek that answers as it is told, and then confirms."""

    def __init__(self, *answers: LogbookAnswer) -> None:
        self.answers = list(answers)
        self.sent: list[list[str]] = []

    def send(self, lines: Sequence[LogbookLine]) -> LogbookAnswer:
        """Keep the lines' ids."""
        self.sent.append([each.span_id for each in lines])
        return self.answers.pop(0) if self.answers else LogbookAnswer(None, 200)


class FakeLogbook(Logbook):
    """A logbook whose commits are kept."""

    def __init__(self, receiver: FakeReceiver, ends: bool = False) -> None:
        super().__init__(KafkaSettings(), receiver, lambda _: ends)
        self.commits: list[list[int]] = []

    def take(self, *records: Record) -> bool:
        """Take records, as of one poll."""
        return self._send(list(records), lambda: None)

    def _commit(self, records: list[Record]) -> None:
        self.commits.append([record.offset for record in records])


def measured(name: str, **labels: str) -> float:
    """Return a metric."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def spans(*records: Record) -> list[str]:
    """Return the ids of records' lines."""
    return [line.span_id for record in records if (line := logged(record)) is not None]


def test_a_message_that_stands_there_twice_is_one_line() -> None:
    """Whatever trace the second is of; it is committed all the same."""
    receiver = FakeReceiver()
    book = FakeLogbook(receiver)
    again = acted(1, 3, **{TRACEPARENT: new_context(1.0).header()})
    assert book.take(acted(1), acted(2), again)
    assert book.take(acted(2, 4))
    assert receiver.sent == [spans(acted(1), acted(2))]
    assert book.commits == [[1, 2, 3], [4]]


def test_nothing_is_committed_before_each_line_is_confirmed(monkeypatch: Any) -> None:
    """The same lines go again, and what is told of it is how old the oldest is."""
    monkeypatch.setattr("streams.logbook.process.FIRST_RETRY_S", 0.0)
    monkeypatch.setattr("streams.logbook.process.LONGEST_RETRY_S", 0.0)
    receiver = FakeReceiver(LogbookAnswer(LogbookFault.BUSY, 503), LogbookAnswer(LogbookFault.PARTLY_REFUSED, 200))
    book = FakeLogbook(receiver)
    before = measured("toezicht_logbook_lines_total", kind="action")
    assert book.take(acted(1), acted(2))
    assert receiver.sent == [spans(acted(1), acted(2))] * 3
    assert book.commits == [[1, 2]]
    assert measured("toezicht_logbook_lines_total", kind="action") == before + 2
    assert measured("toezicht_logbook_oldest_at") == 0


def test_an_end_before_the_confirmation_commits_nothing() -> None:
    """They come again by their ids."""
    book = FakeLogbook(FakeReceiver(LogbookAnswer(LogbookFault.UNREACHABLE)), ends=True)
    assert not book.take(acted(1))
    assert book.commits == []
    assert measured("toezicht_logbook_oldest_at") == acted(1).appended_at.timestamp()


def test_what_was_confirmed_before_the_start_is_only_remembered() -> None:
    """It is read again so that a message that comes again is known."""
    receiver = FakeReceiver()
    book = FakeLogbook(receiver)
    book._confirmed[topics.OPERATOR_ACTIONS, 0] = 10
    assert book.take(acted(8), acted(9), acted(9, 10), acted(11))
    assert receiver.sent == [spans(acted(11))]


def test_what_cannot_be_read_is_told_and_passed_over() -> None:
    """One broken record must not hold up every line after it."""
    receiver = FakeReceiver()
    before = measured("toezicht_logbook_unsent_total", reason="unreadable")
    broken = Record(topics.OPERATOR_ACTIONS, 0, 1, b"k", b"{", acted(1).headers, NOON)
    assert FakeLogbook(receiver).take(broken, acted(2))
    assert receiver.sent == [spans(acted(2))]
    assert measured("toezicht_logbook_unsent_total", reason="unreadable") == before + 1


def test_memory_of_lines_is_bounded() -> None:
    """By partition."""
    known = KnownLines()
    line = logged(acted(1))
    assert line is not None
    for number in range(REMEMBERED + 100):
        assert known.is_new(("a", 0), line._replace(span_id=f"{number:016x}"))
    assert len(known.spans["a", 0]) == REMEMBERED
    assert known.is_new(("a", 1), line._replace(span_id=f"{5:016x}"))

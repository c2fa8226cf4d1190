"""A fault in a source's code at what is overdue: no line behind it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from streams.domain.incidents.raw_report import Reading
from streams.intake.intake import Intake, count_confirmed
from streams.intake.lines import Line
from streams.intake.sources.p2000.reports import P2000Reports
from streams.kafka.send_window import SendWindow
from tests.support import pages
from tests.support.producer import FakeProducer


class FaultyAtTheEnd(P2000Reports):
    """Fails at the first thing that is overdue, and then no more."""

    failed = 0

    def overdue(self, now: datetime, *, ending: bool = False) -> Iterator[Reading]:
        """Yield what is overdue."""
        self.failed += 1
        if self.failed == 1:
            raise ValueError("a name that must not be told")
        return super().overdue(now, ending=ending)


def test_a_fault_at_what_is_overdue_stops_no_intake() -> None:
    """It is a dead letter without a word of the line, and the lines behind it are read."""
    producer = FakeProducer()
    window = SendWindow(lambda: producer, "kafka:9092", count_confirmed, sleep=lambda _: None)
    source = FaultyAtTheEnd(pages.CLASSIFICATIONS, pages.PLACES)
    intake = Intake(source, window, lambda: pages.NOW)
    content = pages.page("P 1 BAD-21 BR woning Startbaan Amstelveen 133131")
    intake.run([Line(number, content, len(content)) for number in (1, 2)])
    assert intake.summary.results == {"created": 1, "duplicate": 1, "unreadable": 1}
    letters = [each for each in producer.messages() if isinstance(each, DeadLetterReference)]
    assert [(each.reason, each.detail) for each in letters] == [
        (DeadLetterReason.HANDLER_FAILED, "reading what is overdue failed: ValueError")
    ]

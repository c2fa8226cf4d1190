"""A report without a position gets that of its place: at once, or a moment later as an update of itself."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta

from streams.domain.incidents.raw_report import RawReport, Reading
from streams.intake.geocoding.located import LATER, LocatedSource, place_of
from streams.intake.geocoding.locatieserver import Locatieserver
from streams.intake.intake import Intake
from streams.intake.lines import Line
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.kafka.send_window import SendWindow
from tests.support.intake_http import NOW, REPORT
from tests.support.locatieserver import STREET, answer
from tests.support.producer import FakeProducer

PLACED = {name: value for name, value in REPORT.items() if name != "position"}


class Located:
    """A source around a server that answers when the test lets it."""

    def __init__(self, within_s: float = 60.0) -> None:
        self.let_go = threading.Event()
        self.asked = 0
        self.server = Locatieserver(self._fetch, within_s)
        self.source = LocatedSource(RecordedReports(load_categories()), self.server)

    def _fetch(self, _: list[tuple[str, str]]) -> bytes:
        self.asked += 1
        self.let_go.wait(60)
        return answer(STREET)

    def read(self, **changes: object) -> Reading:
        return self.source.read(json.dumps(PLACED | changes).encode(), NOW)

    def answered(self) -> None:
        self.let_go.set()
        place = place_of(report(RecordedReports(load_categories()).read(json.dumps(PLACED).encode(), NOW)))
        assert place is not None
        while self.server.now_known(place) is None:
            time.sleep(0.001)


def report(reading: Reading) -> RawReport:
    """Return what must be a report."""
    assert isinstance(reading, RawReport)
    return reading


def test_a_report_is_located_by_its_street() -> None:
    """Where the answer comes in time."""
    located = Located()
    located.let_go.set()
    position = report(located.read()).position
    assert position is not None
    assert (position.lat, position.accuracy_m) == (52.30633, 150.0)


def test_a_report_that_has_a_position_or_no_place_asks_nobody() -> None:
    """Neither does a withdrawal."""
    located = Located()
    for changes in ({"position": REPORT["position"]}, {"place": None}, {"operation": "cancel"}):
        located.read(**changes)
    assert located.asked == 0


def test_a_report_that_did_not_wait_is_located_later() -> None:
    """As an update of itself; once."""
    located = Located(within_s=0.0)
    producer = FakeProducer()
    window = SendWindow(lambda: producer, "kafka:9092", sleep=lambda _: None)
    window.connect()
    intake = Intake(located.source, window, lambda: NOW)
    content = json.dumps(PLACED).encode()
    intake.take(Line(1, content, len(content)))
    assert [each.position for each in producer.messages()] == [None]
    located.answered()
    intake.tend()
    intake.tend()
    first, second = producer.messages()
    assert (first.revision, second.revision, second.incident_id) == (0, 1, first.incident_id)
    assert second.position.lat == 52.30633


def test_what_was_read_since_is_not_undone() -> None:
    """A newer report, a withdrawal or a position of the partner's own stands."""
    for changes in ({"operation": "cancel"}, {"position": REPORT["position"]}):
        located = Located(within_s=0.0)
        located.read()
        located.read(**changes)
        located.answered()
        assert list(located.source.overdue(NOW)) == []


def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    """After a minute nothing is kept of the report."""
    located = Located(within_s=0.0)
    located.read()
    assert list(located.source.overdue(NOW + LATER)) == []
    assert list(located.source.overdue(NOW + LATER + timedelta(seconds=1))) == []
    located.answered()
    assert list(located.source.overdue(NOW)) == []

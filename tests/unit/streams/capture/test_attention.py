"""Which cameras of a process are attended: bounded whatever is asked, and counted by outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from schemas.incidents import Operation
from streams.capture.attention import REMEMBERED, AttentionService
from streams.capture.attention_consumer import AttentionReader
from streams.capture.process import Attention, CaptureParts
from streams.capture.sender import FrameSender
from streams.clock import utc_now
from streams.domain.corroboration.attention import TOLERANCE
from streams.settings import KafkaSettings
from tests.support.capture import FakeProducer, FakeTime
from tests.support.situations import attention_rule, watch

pytestmark = pytest.mark.vision


class Office:
    """A desk of four cameras at a time that only the test moves, and what it has counted since it was made."""

    def __init__(self) -> None:
        self.time = FakeTime()
        self.rule = attention_rule(at_once_at_most=2)
        self.cameras = ("cam-1", "cam-2", "cam-3", "cam-4")
        self.desk = AttentionService(self.cameras, self.rule, self.time.clock.now)
        self.before = self._counted()

    def ask(self, name: str = "a", camera_id: str = "cam-1", **changes: Any) -> None:
        """Let a report ask now, and let the desk work."""
        self.take(name, camera_id, **changes)
        self.desk.work()

    def take(self, name: str = "a", camera_id: str = "cam-1", **changes: Any) -> None:
        """Let a report ask now."""
        now = self.time.moment
        known: dict[str, Any] = {"camera_id": camera_id, "attention_until": now + timedelta(seconds=self.rule.length_s)}
        self.desk.take(watch(name, **(known | changes)), now)

    def attended(self) -> set[str]:
        """Return the cameras that are told to look faster."""
        return {camera_id for camera_id in self.cameras if self.desk.fps(camera_id)}

    def counted(self) -> dict[str, float]:
        """Return what came of requests."""
        now = self._counted()
        return {name: now[name] - self.before[name] for name in now if now[name] != self.before[name]}

    @staticmethod
    def _counted() -> dict[str, float]:
        name = "toezicht_attention_requests_total"
        outcomes = ("granted", "repeated", "over", "withdrawn", "crowded_out")
        labels = ({"stage": "capture", "outcome": outcome} for outcome in outcomes)
        return {each["outcome"]: REGISTRY.get_sample_value(name, each) or 0.0 for each in labels}


@pytest.fixture
def office() -> Office:
    return Office()


def gauge(camera_id: str) -> float | None:
    return REGISTRY.get_sample_value("toezicht_camera_attended", {"camera": camera_id})


def test_a_report_raises_the_rate_until_its_time_is_over(office: Office) -> None:
    """To the moment, also where nothing is read any more; the gauge follows."""
    assert (office.attended(), gauge("cam-1")) == (set(), 0)
    office.ask()
    assert (office.desk.fps("cam-1"), office.desk.fps("cam-2"), gauge("cam-1")) == (office.rule.fps, 0, 1)
    office.time.pass_s(office.rule.length_s - 0.001)
    assert office.attended() == {"cam-1"}
    office.time.pass_s(0.001)
    assert office.attended() == set()
    office.desk.work()
    assert gauge("cam-1") == 0
    assert office.counted() == {"granted": 1}


@pytest.mark.parametrize("changes", [{"operation": Operation.CANCEL}, {"attention_until": None}])
def test_a_newer_revision_that_asks_for_nothing_ends_it_at_once(office: Office, changes: dict[str, Any]) -> None:
    """A cancelled report, or one that is no longer pressing; what comes late of it changes nothing."""
    office.ask()
    office.ask(incident_revision=1, **changes)
    assert office.attended() == set()
    office.ask(incident_revision=0)
    assert office.attended() == set()
    assert office.counted() == {"granted": 1, "withdrawn": 1, "repeated": 1}


def test_another_report_about_the_camera_keeps_it_attended(office: Office) -> None:
    """Each ends by itself."""
    office.ask("a")
    office.time.pass_s(10)
    office.ask("b")
    office.ask("a", incident_revision=1, operation=Operation.CANCEL)
    office.time.pass_s(office.rule.length_s - 1)
    assert office.attended() == {"cam-1"}
    office.time.pass_s(1)
    assert office.attended() == set()


def test_the_same_request_a_thousand_times_lasts_no_longer(office: Office) -> None:
    """A repetition does not begin it anew."""
    for _ in range(1_000):
        office.take()
        office.time.pass_s(0.1)
    office.desk.work()
    office.time.pass_s(office.rule.length_s - 100)
    assert office.attended() == set()
    assert office.counted() == {"granted": 1, "repeated": 999}


def test_a_cancellation_before_its_report_keeps_it_from_being_attended(office: Office) -> None:
    """Out of order, as after a replay."""
    office.ask(incident_revision=1, operation=Operation.CANCEL, attention_until=None)
    office.ask(incident_revision=0)
    assert (office.attended(), office.counted()) == (set(), {"repeated": 1})


def test_a_thousand_reports_at_once_attend_as_many_cameras_as_the_rule_says(office: Office) -> None:
    """The newest win, of equally new ones the nearest; who is crowded out is counted once, and gets its turn."""
    for number in range(250):
        for place, camera_id in enumerate(office.cameras):
            office.take(f"report-{number}", camera_id, distance_m=place)
    office.desk.work()
    office.desk.work()
    assert office.attended() == {"cam-1", "cam-2"}
    assert office.counted() == {"granted": 1_000, "crowded_out": 500}
    office.time.pass_s(1)
    office.ask("new", "cam-4")
    assert office.attended() == {"cam-4", "cam-1"}
    for number in range(250):
        for camera_id in office.cameras[:2]:
            office.take(f"report-{number}", camera_id, incident_revision=1, operation=Operation.CANCEL)
    office.desk.work()
    assert office.attended() == {"cam-4", "cam-3"}


def test_late_requests_and_those_for_others_are_passed_over(office: Office) -> None:
    """What was over when it came is counted; another process's camera is not."""
    now = office.time.moment
    office.desk.take(watch("late", attention_until=now - TOLERANCE), now - timedelta(hours=1))
    office.ask("other", "elsewhere")
    office.ask("plain", attention_until=None)
    assert (office.attended(), office.counted()) == (set(), {"over": 1})


def test_what_is_remembered_is_bounded(office: Office) -> None:
    """By number, and by time: an old repetition is over by then."""
    for number in range(REMEMBERED + 5):
        office.take(f"report-{number}")
    assert len(office.desk._asks) == REMEMBERED
    office.time.pass_s(office.rule.length_s + TOLERANCE.total_seconds())
    office.desk.work()
    assert len(office.desk._asks) == 0
    assert len(office.desk._crowded_out) == 0


def test_a_capture_whose_rules_ask_for_nothing_attends_nobody(office: Office) -> None:
    """Nothing is read then; with a rule the desk says how fast."""
    sender = FrameSender(FakeProducer(), lambda: office.time.moment)
    assert CaptureParts(sender).attended_fps("cam-1") == 0
    reader = AttentionReader(KafkaSettings(bootstrap_servers="a:1"), office.cameras, office.desk, office.rule, utc_now)
    office.ask()
    assert CaptureParts(sender, attention=Attention(office.desk, reader)).attended_fps("cam-1") == office.rule.fps

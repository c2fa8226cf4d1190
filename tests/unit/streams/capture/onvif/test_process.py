"""Messages become observations, and are acknowledged when the broker of Kafka has them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from prometheus_client import REGISTRY

from schemas.observations import Observation, SituationKind
from streams.capture.onvif.process import OnvifIntake
from streams.capture.onvif.session import Arrived
from streams.kafka.send_window import SendWindow
from tests.support.onvif import LOITERING, NOW, payload, topic, zones
from tests.support.producer import FakeProducer


class FakeSession:
    """Messages that the test puts in, and the numbers that were acknowledged."""

    def __init__(self) -> None:
        self.waiting: list[Arrived] = []
        self.acknowledged: list[int] = []

    def poll(self, wait_s: float) -> list[Arrived]:
        found, self.waiting = self.waiting, []
        return found

    def acknowledge(self, number: int) -> None:
        self.acknowledged.append(number)


class Onvif:
    """An intake of events over a producer in memory."""

    def __init__(self, folder: Path, producer: FakeProducer, **legal: object) -> None:
        self.session, self.producer, self.now = FakeSession(), producer, NOW
        self.intake = OnvifIntake(
            self.session, zones(folder, **legal), ZoneInfo("Europe/Amsterdam"),
            lambda confirmed: SendWindow(lambda: producer, "kafka:9092", confirmed, sleep=lambda _: None), self._clock,
        )  # fmt: skip
        self.intake.window.connect()

    def _clock(self) -> datetime:
        return self.now

    def take(self, *arrived: Arrived) -> None:
        self.session.waiting += arrived
        self.intake.turn(0.0)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.intake.turn(0.0)
        self.intake.turn(0.0)

    def observations(self) -> list[Observation]:
        return [each for each in self.producer.messages() if isinstance(each, Observation)]


def _count(result: str) -> float:
    return REGISTRY.get_sample_value("toezicht_onvif_events_total", {"result": result}) or 0.0


def _dropped(attribute: str) -> float:
    return REGISTRY.get_sample_value("toezicht_onvif_dropped_total", {"attribute": attribute}) or 0.0


def test_an_event_is_acknowledged_when_its_second_is_confirmed(tmp_path: Path) -> None:
    """Not when it came, nor when it was sent: what is not confirmed comes again after a crash."""
    onvif = Onvif(tmp_path, FakeProducer(confirms=False))
    onvif.take(Arrived(topic(), payload(), 7))
    assert onvif.session.acknowledged == []
    onvif.later(1.5)
    assert [each.situations[0].kind for each in onvif.observations()] == [SituationKind.DWELLING]
    assert onvif.session.acknowledged == []
    onvif.producer.confirmations[0].confirm()
    onvif.intake.turn(0.0)
    assert onvif.session.acknowledged == [7]


def test_what_is_not_taken_is_counted_and_acknowledged_at_once(tmp_path: Path) -> None:
    """An unknown camera, an unknown rule, what cannot be read: none of it is kept by the broker for ever."""
    onvif = Onvif(tmp_path, FakeProducer())
    results = ("unknown_camera", "unknown_rule", "unreadable", "personal", "metadata", "not_an_event")
    before = {result: _count(result) for result in results}
    onvif.take(
        Arrived(topic(prefix="gemeente/plein-9"), payload(), 1),
        Arrived(topic(), payload("Nieuw"), 2),
        Arrived(topic(), b"{", 3),
        Arrived(topic("RuleEngine/Recognition/LicensePlate"), payload(), 4),
        Arrived("gemeente/plein-1/onvif-mj/x", payload(), 5),
        Arrived("status", b"", 0),
    )
    onvif.later(2)
    assert onvif.session.acknowledged == [1, 2, 3, 4, 5]
    assert {result: _count(result) - before[result] for result in results} == dict.fromkeys(results, 1.0)
    assert onvif.producer.sent == []


def test_attributes_are_counted_and_nowhere_else(tmp_path: Path) -> None:
    """The observation has no place for them."""
    before = _dropped("age")
    onvif = Onvif(tmp_path, FakeProducer())
    onvif.take(Arrived(topic(), payload("Bank", Age=40, Gender="Zwartjanssen"), 1))
    onvif.later(1.5)
    assert _dropped("age") == before + 1
    assert "Zwartjanssen" not in repr(onvif.producer.sent)
    assert len(onvif.producer.sent) == 1


def test_nothing_is_taken_of_a_camera_that_may_not_be_looked_at(tmp_path: Path) -> None:
    """The law holds for what a camera's own analysis sees as it does for its pictures."""
    before = _count("not_permitted")
    onvif = Onvif(tmp_path, FakeProducer(), valid_until="2026-11-28")
    onvif.take(Arrived(topic(), payload(), 1))
    onvif.later(2)
    assert (onvif.producer.sent, onvif.session.acknowledged) == ([], [1])
    assert _count("not_permitted") == before + 1


def test_the_same_event_again_changes_nothing(tmp_path: Path) -> None:
    """After a connection that broke a message comes again, also after the restart of this process: the ids are the same."""
    first, second = Onvif(tmp_path, FakeProducer()), Onvif(tmp_path, FakeProducer())
    for onvif in (first, second):
        onvif.take(Arrived(topic(LOITERING), payload(), 1))
        onvif.take(Arrived(topic(LOITERING), payload(), 1))
        onvif.later(1.2)
    assert [each.message_id() for each in first.observations()] == [each.message_id() for each in second.observations()]
    assert len(first.observations()) == 1
    assert first.session.acknowledged == [1, 1]

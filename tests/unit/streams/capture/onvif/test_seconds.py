"""What a rule says holds is told each second until it ends, and once more without it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.observations import Observation, SituationKind
from streams.capture.onvif.event import CameraEvent, NotTaken, read_event
from streams.capture.onvif.seconds import FORGET, OLDEST, OnvifSecond, OnvifSeconds
from streams.capture.onvif.zones import ZonesOfRules
from tests.support.onvif import ABANDONED, CROSSED, INSIDE, LOITERING, NOW, OCCUPANCY, payload, topic, zones

SECOND = timedelta(seconds=1)


class Told:
    """Seconds of the zones above."""

    def __init__(self, known: ZonesOfRules) -> None:
        self.known, self.seconds, self.number = known, OnvifSeconds(), 0

    def take(self, event: str, rule: str, at: datetime, now: datetime | None = None, **data: object) -> None:
        """Take an event as a camera sends it."""
        read = read_event(topic(event), payload(rule, at=at, **data)).event
        assert isinstance(read, CameraEvent)
        found = self.known.find(read)
        assert not isinstance(found, NotTaken)
        self.number += 1
        self.seconds.take(read, *found, self.number, now or at)

    def due(self, now: datetime) -> list[Observation]:
        """Return the observations that are due."""
        return [each.observation for each in self.seconds.due(now)]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Return seconds of the zones above."""
    return Told(zones(tmp_path))


def _kinds(observations: list[Observation]) -> list[list[SituationKind]]:
    return [[each.kind for each in observation.situations] for observation in observations]


def test_what_holds_is_told_each_second_and_its_end_once(told: Told) -> None:
    """One observation of each second, with how long it holds; then nothing."""
    told.take(LOITERING, "Bank", NOW)
    assert told.due(NOW + 0.9 * SECOND) == []
    first = told.due(NOW + SECOND)
    assert [each.second for each in first] == [NOW]
    assert (first[0].count, first[0].dwell_s, first[0].frames, first[0].detector.name) == (1, 1.0, 1, "onvif")
    situation = first[0].situations[0]
    assert (situation.kind, situation.since, situation.value) == (SituationKind.DWELLING, NOW, 1.0)
    assert situation.explanation == "somebody who stays, for 1 s, as the camera itself tells"
    assert _kinds(told.due(NOW + 3 * SECOND)) == [[SituationKind.DWELLING]] * 2
    told.take(LOITERING, "Bank", NOW + 3.5 * SECOND, operation="Deleted")
    rest = told.due(NOW + 30 * SECOND)
    assert _kinds(rest) == [[SituationKind.DWELLING], []]
    assert rest[-1].count == 0
    assert told.due(NOW + 60 * SECOND) == []


def test_an_end_counts_for_its_own_object(told: Told) -> None:
    """It holds until the last one has left; they are counted."""
    told.take(INSIDE, "Hek", NOW, object_id=1, IsInside=True)
    told.take(INSIDE, "Hek", NOW, object_id=2, IsInside=True)
    assert [each.count for each in told.due(NOW + SECOND)] == [2]
    told.take(INSIDE, "Hek", NOW + SECOND, object_id=1, IsInside=False)
    assert [each.count for each in told.due(NOW + 2 * SECOND)] == [1]
    told.take(INSIDE, "Hek", NOW + 2 * SECOND, object_id=2, IsInside=False)
    assert _kinds(told.due(NOW + 9 * SECOND)) == [[SituationKind.CLOSED_ZONE], []]


def test_a_crossing_is_told_for_some_seconds(told: Told) -> None:
    """It has no end of its own."""
    told.take(CROSSED, "Lijn", NOW)
    assert _kinds(told.due(NOW + 20 * SECOND)) == [[SituationKind.WRONG_DIRECTION]] * 4 + [[]]


def test_a_count_holds_until_another_one(told: Told) -> None:
    """It tells no zone event; at nought it ends."""
    told.take(OCCUPANCY, "Telling", NOW, Count=7)
    found = told.due(NOW + 2 * SECOND)
    assert [(each.count, each.situations) for each in found] == [(7, ())] * 2
    told.take(OCCUPANCY, "Telling", NOW + 2 * SECOND, Count=0)
    assert [each.count for each in told.due(NOW + 20 * SECOND)] == [0, 0]


def test_zones_are_told_apart(told: Told) -> None:
    """An object that was left in one is none of the other."""
    told.take(ABANDONED, "Tas", NOW)
    told.take(LOITERING, "Bank", NOW)
    found = told.due(NOW + SECOND)
    assert {each.zone_id: [s.kind for s in each.situations] for each in found} == {
        "hoek": [SituationKind.OBJECT_LEFT],
        "plein": [SituationKind.DWELLING],
    }
    assert {each.zone_id: each.count for each in found} == {"hoek": 0, "plein": 1}


def test_what_a_camera_no_longer_confirms_is_forgotten(told: Told) -> None:
    """Its end may have been lost: nothing holds for ever."""
    told.take(LOITERING, "Bank", NOW)
    found = told.due(NOW + timedelta(hours=2))
    assert len(found) == FORGET.total_seconds() + 2
    assert found[-1].situations == ()


@pytest.mark.parametrize("off", [timedelta(days=-400), -OLDEST, timedelta(days=400)])
def test_a_camera_whose_clock_is_wrong_makes_no_flood_of_seconds(told: Told, off: timedelta) -> None:
    """Neither backwards nor ahead."""
    told.take(LOITERING, "Bank", NOW + off, now=NOW)
    found = told.due(NOW + SECOND)
    assert 1 <= len(found) <= OLDEST.total_seconds() + 1
    assert all(NOW - OLDEST <= each.second <= NOW for each in found)


def test_no_second_is_told_twice(told: Told) -> None:
    """An event that comes late belongs to the next second that is not told."""
    told.take(LOITERING, "Bank", NOW)
    first = told.due(NOW + 5 * SECOND)
    told.take(CROSSED, "Lijn", NOW + SECOND, now=NOW + 5 * SECOND)
    later = told.due(NOW + 6 * SECOND)
    seconds = [each.second for each in first + later]
    assert len(set(seconds)) == len(seconds)
    assert SituationKind.WRONG_DIRECTION in _kinds(later)[0]


def test_each_event_is_acknowledged_with_one_second(told: Told) -> None:
    """Also one that only ends what nobody knew of."""
    told.take(LOITERING, "Bank", NOW, operation="Deleted")
    told.take(LOITERING, "Bank", NOW)
    acknowledged = [number for each in told.seconds.due(NOW + 5 * SECOND) for number in each.events]
    assert acknowledged == [1, 2]
    assert isinstance(told.seconds.due(NOW + 5 * SECOND), list)
    assert OnvifSecond.__slots__

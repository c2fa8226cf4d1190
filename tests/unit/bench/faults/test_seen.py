"""The judge of `bench faults`: it must see what it is there to see."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.faults.load import Confirmed, kind_of
from bench.faults.seen import SeenTopics, by_kind, different
from streams import topics

RUN = "run"
PLAIN, ACTED, WATCHED, CLOSED = 2, 1, 24, 3
AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def alert(number: int, revision: int = 0, **changes: Any) -> bytes:
    """Return an alert about a numbered report."""
    content: dict[str, Any] = {
        "alert_id": f"alert-{number}", "control_room_id": "room-0", "revision": revision, "state": "new",
        "priority": "P2", "score": 50, "verdict": "no_coverage", "category": "straatroof", "handled_by": None,
        "operator_list": True, "closing": "", "cameras": [], "reports": [{"source_id": f"{RUN}-{number}"}],
    }  # fmt: skip
    return json.dumps(content | changes).encode()


class Scene:
    """What was accepted and what was seen of it."""

    def __init__(self, *accepted: int) -> None:
        self.accepted = Confirmed(reports=dict.fromkeys(accepted, 1.0))
        self.acted: list[int] = []
        self.seen = SeenTopics(RUN, lambda number, *_: self.acted.append(number))

    def show(self, value: bytes, at_s: float = 1.0) -> None:
        """Show an alert on both of its topics."""
        self.seen.take(topics.ALERTS, at_s, value)
        self.seen.take(topics.ALERT_STATE, at_s, value)

    def missing(self, *numbers: int) -> dict[str, list[str]]:
        """Return what is missing."""
        return dict(self.seen.missing(self.accepted, numbers))


def test_the_kinds_used_here_are_what_they_are_called() -> None:
    """A plain report, one that an operator answers, one that a camera sees."""
    assert (kind_of(PLAIN).acted, kind_of(PLAIN).watched) == (False, False)
    assert kind_of(ACTED).acted
    assert kind_of(WATCHED).watched
    assert kind_of(CLOSED).closed


def test_an_alert_that_is_to_be_closed_is_missing_until_it_is() -> None:
    """It is asked for when all is through, and whoever lost its rows cannot do it."""
    scene = Scene(CLOSED, PLAIN)
    scene.show(alert(CLOSED, revision=2))
    scene.show(alert(PLAIN))
    numbers = (CLOSED, PLAIN)
    assert scene.seen.to_close(scene.accepted, numbers) == [(CLOSED, f"alert-{CLOSED}", "room-0", 2)]
    assert scene.missing(*numbers) == {}
    assert scene.seen.missing(scene.accepted, numbers, closed=True) == {"closings": [str(CLOSED)]}
    scene.show(alert(CLOSED, revision=3, state="closed"))
    assert scene.seen.missing(scene.accepted, numbers, closed=True) == {}
    assert scene.seen.to_close(scene.accepted, numbers) == []


def test_a_report_without_an_alert_is_missing_and_one_that_was_not_accepted_is_not() -> None:
    """Only what the broker confirmed can be lost."""
    scene = Scene(PLAIN)
    assert scene.missing(PLAIN, PLAIN + 12) == {"reports": [str(PLAIN)]}
    scene.show(alert(PLAIN))
    assert scene.missing(PLAIN, PLAIN + 12) == {}


def test_evidence_and_actions_that_have_no_effect_are_missing() -> None:
    """A watched report ends corroborated, an answered one acknowledged."""
    scene = Scene(ACTED, WATCHED)
    scene.show(alert(ACTED))
    scene.show(alert(WATCHED))
    assert scene.acted == [ACTED]
    assert scene.missing(ACTED, WATCHED) == {"actions": [str(ACTED)], "evidence": [str(WATCHED)]}
    scene.show(alert(ACTED, 1, state="acknowledged"))
    scene.show(alert(WATCHED, 1, verdict="corroborated"))
    assert scene.missing(ACTED, WATCHED) == {}


def test_seconds_without_an_observation_are_found() -> None:
    """Of those with accepted detections, within the span that is looked at."""
    scene = Scene()
    for second in range(3):
        scene.accepted.seconds["camera-1", AT + timedelta(seconds=second)] = 5
    told = {"camera_id": "camera-1", "second": AT.isoformat(), "frames": 5}
    scene.seen.take(topics.OBSERVATIONS, 1.0, json.dumps(told).encode())
    until = AT + timedelta(seconds=2)
    assert scene.seen.unobserved(scene.accepted, AT, until) == ["camera-1 10:00:01"]


def test_two_alerts_of_one_report_and_two_contents_of_one_revision_are_twice() -> None:
    """A repeat of the same bytes is not."""
    scene = Scene()
    scene.show(alert(PLAIN))
    scene.show(alert(PLAIN))
    assert (scene.seen.twice([PLAIN]), scene.seen.repeated) == ([], 1)
    scene.show(alert(PLAIN, score=51))
    assert scene.seen.twice([PLAIN]) == [str(PLAIN)]
    scene.show(alert(ACTED))
    scene.show(alert(ACTED, alert_id="another"))
    assert scene.seen.twice([ACTED]) == [str(ACTED)]


def test_an_alert_that_ends_otherwise_than_its_kind_is_different() -> None:
    """The newest revision counts, in whatever order the revisions come."""
    scene = Scene()
    scene.show(alert(PLAIN))
    expected = by_kind(scene.seen.finals([PLAIN]))
    same = PLAIN + 36
    assert kind_of(same) == kind_of(PLAIN)
    scene.show(alert(same, 1))
    scene.show(alert(same, 0, priority="P1"))
    assert different(scene.seen.finals([same]), expected) == []
    scene.show(alert(same, 2, priority="P1"))
    assert different(scene.seen.finals([same]), expected) == [str(same)]


def test_alert_state_that_is_behind_or_was_set_back_is_found() -> None:
    """Its last record must be the newest revision, since compaction keeps only that."""
    scene = Scene()
    scene.show(alert(PLAIN))
    assert scene.seen.unequal_state([PLAIN]) == []
    scene.seen.take(topics.ALERTS, 1.0, alert(PLAIN, 1))
    assert scene.seen.unequal_state([PLAIN]) == [str(PLAIN)]
    scene.seen.take(topics.ALERT_STATE, 1.0, alert(PLAIN, 1))
    scene.seen.take(topics.ALERT_STATE, 1.0, alert(PLAIN, 0))
    assert scene.seen.unequal_state([PLAIN]) == [str(PLAIN)]


@pytest.mark.parametrize("value", [None, b"", b"not json", b"{}", b"[]", b"\xff\xfe\x00", b"[" * 100_000])
@pytest.mark.parametrize("topic", [topics.ALERTS, topics.ALERT_STATE, topics.OBSERVATIONS])
def test_poison_is_passed_over(topic: str, value: bytes | None) -> None:
    """The harness sends it itself."""
    scene = Scene()
    scene.seen.take(topic, 1.0, value)
    assert scene.seen.alerts == {}


def test_the_largest_gap_is_between_neighbours_and_to_the_ends() -> None:
    """By the broker's clock, of the operator topic alone."""
    scene = Scene()
    assert scene.seen.largest_gap_s(0.0, 4.0) == 4.0
    for at_s in (1.0, 2.0, 9.0):
        scene.show(alert(PLAIN), at_s)
    assert scene.seen.largest_gap_s(0.0, 10.0) == 7.0

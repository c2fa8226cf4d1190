"""How long a camera looked, was refused, was away or could not see, out of the changes that it told."""

from __future__ import annotations

from datetime import datetime, timedelta

from schemas.cameras import CameraState, CameraStatus
from streams.domain.compliance.camera_time import CameraTimes, looking_times
from tests.support.situations import NOON

HOUR = timedelta(hours=1)


def status(state: str, hours: float, reason: str = "streaming", aspect: str = "stream") -> CameraStatus:
    """Return a change so many hours after noon."""
    return CameraStatus(
        camera_id="c1", aspect=aspect, state=CameraState(state), reason=reason, changed_at=NOON + hours * HOUR
    )


def times(*statuses: CameraStatus, begin: datetime = NOON, hours: float = 10) -> CameraTimes:
    """Return what they make of ten hours from noon."""
    found = CameraTimes(begin, NOON + hours * HOUR)
    for each in statuses:
        found.take(each)
    return found


def test_each_state_holds_until_the_next() -> None:
    """Repeats change nothing; an open one counts until the end."""
    found = looking_times(
        times(
            status("online", 0),
            status("online", 1),
            status("refused", 2, "outside_viewing_window"),
            status("online", 5),
            status("offline", 8, "lost"),
        ).spells()
    )["c1"]
    assert (found.looked, found.refused_in_all, found.away) == (5 * HOUR, 3 * HOUR, 2 * HOUR)
    assert found.refused == {"outside_viewing_window": 3 * HOUR}


def test_what_was_before_the_beginning_is_not_counted() -> None:
    """But it tells how the camera stood as that began; and before the first word nothing is known."""
    assert looking_times(times(status("online", -5)).spells())["c1"].looked == 10 * HOUR
    assert looking_times(times(status("online", 4)).spells())["c1"].looked == 6 * HOUR
    assert looking_times(times(status("online", -5), status("offline", -1)).spells())["c1"].looked == timedelta(0)


def test_an_older_word_that_comes_late_changes_nothing() -> None:
    """A repeated message, as delivery allows."""
    late = times(status("online", 0), status("offline", 4, "lost"), status("online", 1))
    assert looking_times(late.spells())["c1"].looked == 4 * HOUR


def test_a_camera_is_blind_while_it_looks_and_its_view_or_its_detector_does_not() -> None:
    """Both at once are counted once, and what it did not look at anyway is not blindness."""
    found = looking_times(
        times(
            status("online", 0),
            status("degraded", 1, "black", "view"),
            status("degraded", 2, "fallback_detector", "detector"),
            status("online", 3, "clear", "view"),
            status("online", 4, "detector_ready", "detector"),
            status("degraded", 7, "frozen", "view"),
            status("offline", 8, "lost"),
        ).spells()
    )["c1"]
    assert (found.looked, found.blind) == (8 * HOUR, 4 * HOUR)

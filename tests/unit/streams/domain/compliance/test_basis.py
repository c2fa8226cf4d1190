"""Each camera's decision, and whether the camera kept to it, by its own words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from schemas.cameras import CameraState, CameraStatus
from streams.domain.cameras.registry import Registry
from streams.domain.compliance.basis import camera_findings, refusal_findings
from streams.domain.compliance.camera_time import CameraTimes, Spell
from streams.domain.compliance.finding import LimitStanding
from tests.support.registry import registry_camera, registry_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYTIME = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "08:00", "until": "20:00"}]
"""In Amsterdam in winter: 07:00 until 19:00 UTC."""


def spells(*told: tuple[str, str, int]) -> list[Spell]:
    """Return what camera c1 told: the state, the reason, and at which hour of 23 November (UTC)."""
    times = CameraTimes(NOW - timedelta(days=27), NOW)
    for state, reason, hour in told:
        at = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour)
        times.take(CameraStatus(camera_id="c1", state=CameraState(state), reason=reason, changed_at=at))
    return list(times.spells())


def registry(**legal: object) -> Registry:
    """Return one with camera c1, which may be looked at by day."""
    return registry_of(registry_camera("c1", {"url": "x.avi"}, **{"viewing_windows": DAYTIME, **legal}))


@pytest.mark.parametrize(
    ("told", "standing", "code"),
    [
        ((), LimitStanding.KEPT, "decision-in-force"),
        (
            (("online", "streaming", 8), ("refused", "outside_viewing_window", 19)),
            LimitStanding.KEPT,
            "decision-in-force",
        ),
        ((("online", "streaming", 3), ("offline", "lost", 4)), LimitStanding.BREACH, "looked-without-basis"),
        ((("degraded", "slow", 3), ("offline", "lost", 4)), LimitStanding.BREACH, "looked-without-basis"),
        ((("online", "streaming", 8), ("online", "again", 31)), LimitStanding.NOT_KNOWN, "may-have-looked"),
        ((("refused", "outside_viewing_window", 3), ("offline", "lost", 4)), LimitStanding.KEPT, "decision-in-force"),
    ],
)
def test_a_camera_is_held_against_its_decision(
    told: tuple[tuple[str, str, int], ...], standing: LimitStanding, code: str
) -> None:
    """That it looked at a closed hour is a breach; that nothing was told as the window ended tells nothing."""
    (found,) = camera_findings(registry(), spells(*told), NOW, AMSTERDAM)
    assert (found.standing, found.what.code) == (standing, code)
    assert found.facts["in_force"]


def test_a_decision_that_is_over_is_told_as_such() -> None:
    """And is no breach by itself: the camera is refused."""
    (found,) = camera_findings(registry(valid_until="2026-11-23"), [], NOW, AMSTERDAM)
    assert (found.standing, found.what.code) == (LimitStanding.TOLD, "decision-not-in-force")
    assert not found.facts["in_force"]


def test_a_view_beyond_the_public_area_is_a_breach() -> None:
    """Only public places may be imaged (art. 151c)."""
    area = [{"lat": 52.30, "lon": 4.85}, {"lat": 52.301, "lon": 4.85}, {"lat": 52.301, "lon": 4.86}]
    (found,) = camera_findings(registry(public_area=area), [], NOW, AMSTERDAM)
    assert found.standing is LimitStanding.BREACH


def test_a_camera_that_looked_and_is_not_registered_is_not_known() -> None:
    """It was taken out, or never was in: its decision cannot be told."""
    other = registry_of(registry_camera("c2", {"url": "x.avi"}))
    found = {
        each.subject: each.standing
        for each in camera_findings(other, spells(("online", "streaming", 8)), NOW, AMSTERDAM)
    }
    assert found == {"c2": LimitStanding.KEPT, "c1": LimitStanding.NOT_KNOWN}


def test_refusals_are_told_as_time_by_reason() -> None:
    """No picture was taken, so none can be counted."""
    told = spells(
        ("refused", "outside_viewing_window", 1), ("online", "streaming", 7), ("refused", "outside_viewing_window", 19)
    )
    (found,) = refusal_findings(told, NOW - timedelta(days=27))
    assert (found.facts["seconds"], found.facts["times"]) == ((6 + 17) * 3_600, 2)

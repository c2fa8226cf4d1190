"""Tests of whether a camera may be looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from streams.domain.cameras.legal_basis import Permission, PermissionCode, may_be_looked_at
from streams.domain.cameras.legal_basis import permission as with_words
from streams.domain.cameras.registry import Camera, ViewingWindow

ZONE = ZoneInfo("Europe/Amsterdam")
PUBLIC = [(52.30, 4.85), (52.31, 4.85), (52.31, 4.86), (52.30, 4.86)]
INSIDE = [(52.302, 4.852), (52.304, 4.852), (52.304, 4.854)]
ALL_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _places(points: list[tuple[float, float]]) -> list[dict[str, float]]:
    return [{"lat": lat, "lon": lon} for lat, lon in points]


def _camera(windows: list[dict[str, Any]] | None = None, view: list[tuple[float, float]] | None = None) -> Camera:
    return Camera.model_validate(
        {
            "id": "cam-1", "name": "Stadshart", "control_room": "amstelveen", "position": {"lat": 52.302, "lon": 4.852},
            "view_area": _places(view or INSIDE), "width_px": 64, "height_px": 48, "source": {"url": "a.avi"},
            "legal": {
                "decision_ref": "B-2026-7", "valid_from": "2026-04-01", "valid_until": "2026-11-30",
                "public_area": _places(PUBLIC),
                "viewing_windows": windows or [{"days": ALL_DAYS, "from": "00:00", "until": "00:00"}],
            },
            "masks": {"version": "m1", "polygons": []},
            "zones": [{"id": "z", "name": "z", "polygon": [(0, 0), (9, 0), (9, 9)]}],
        }
    )  # fmt: skip


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def permission(camera: Camera, now: datetime, zone: ZoneInfo) -> Permission:
    """Return the permission; whoever asks without the words is told the same."""
    found = with_words(camera, now, zone)
    assert may_be_looked_at(camera, now, zone) is found.allowed
    return found


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("2026-03-31T21:59:59Z", "not_yet_valid"),
        ("2026-03-31T22:00:00Z", "permitted"),
        ("2026-06-01T12:00:00Z", "permitted"),
        ("2026-11-30T22:59:59Z", "permitted"),
        ("2026-11-30T23:00:00Z", "expired"),
    ],
)
def test_dates_are_local_days(now: str, reason: str) -> None:
    """A decision holds from midnight of its first local day until the end of its last."""
    found = permission(_camera(), _at(now), ZONE)
    assert (found.reason, found.allowed) == (reason, reason == "permitted")
    assert "B-2026-7" in found.detail


NIGHT = {"days": ["fri", "sat"], "from": "22:00", "until": "04:00"}
DAY = {"days": ["mon"], "from": "09:00", "until": "17:30"}


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-06-05T21:59:59+02:00", False),  # Friday, a second early
        ("2026-06-05T22:00:00+02:00", True),
        ("2026-06-06T03:59:59+02:00", True),  # Saturday morning belongs to Friday's window
        ("2026-06-06T04:00:00+02:00", False),
        ("2026-06-07T02:00:00+02:00", True),  # Sunday morning belongs to Saturday's
        ("2026-06-07T23:00:00+02:00", False),  # Sunday has no window of its own
        ("2026-06-05T02:00:00+02:00", False),  # Friday morning would be Thursday's
        ("2026-06-08T09:00:00+02:00", True),  # Monday
        ("2026-06-08T17:30:00+02:00", False),
        ("2026-06-09T10:00:00+02:00", False),  # Tuesday
        ("2026-06-08T07:30:00Z", True),  # the same moment in another zone: 09:30 local
        ("2026-06-08T06:59:00Z", False),
    ],
)
def test_viewing_windows(now: str, allowed: bool) -> None:
    """Windows are local, include their begin and not their end, and may run past midnight."""
    found = permission(_camera([NIGHT, DAY]), _at(now), ZONE)
    assert found.allowed is allowed
    assert found.reason == ("permitted" if allowed else "outside_viewing_window")


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-10-25T00:30:00Z", True),  # 02:30 in summer time
        ("2026-10-25T01:30:00Z", True),  # 02:30 again, in winter time
        ("2026-10-25T02:00:00Z", False),  # 03:00 in winter time
    ],
)
def test_the_night_with_an_hour_more(now: str, allowed: bool) -> None:
    """A window until three lasts an hour longer in the night in which the clock is set back."""
    window = {"days": ["sat"], "from": "22:00", "until": "03:00"}
    assert permission(_camera([window]), _at(now), ZONE).allowed is allowed


def test_the_night_with_an_hour_less() -> None:
    """In the night in which two o'clock does not exist, a window until half past two ends when three begins."""
    camera = _camera([{"days": ["sat"], "from": "22:00", "until": "02:30"}])
    legal = camera.legal.model_copy(update={"valid_from": _at("2026-01-01T00:00:00Z").date()})
    camera = camera.model_copy(update={"legal": legal})
    assert permission(camera, _at("2026-03-29T00:59:00Z"), ZONE).allowed
    assert not permission(camera, _at("2026-03-29T01:00:00Z"), ZONE).allowed


@pytest.mark.parametrize(
    ("view", "reason", "said"),
    [
        (INSIDE, PermissionCode.PERMITTED, ""),
        (PUBLIC, PermissionCode.PERMITTED, ""),  # shares every edge
        (
            [(52.305, 4.855), (52.305, 4.865), (52.306, 4.865), (52.306, 4.855)],
            PermissionCode.OUTSIDE_PUBLIC_AREA,
            "50.0 %",
        ),
        ([(53.0, 5.0), (53.1, 5.0), (53.1, 5.1)], PermissionCode.OUTSIDE_PUBLIC_AREA, "100.0 %"),
    ],
)
def test_view_area(view: list[tuple[float, float]], reason: PermissionCode, said: str) -> None:
    """A view that leaves the public area is refused, with how much of it does."""
    found = permission(_camera(view=view), _at("2026-06-01T12:00:00Z"), ZONE)
    assert found.reason is reason
    assert said in found.detail


@pytest.mark.parametrize("value", [1320, 79200, "22:00+01:00", "25:00", None, 8.5])
def test_a_window_that_is_no_local_time_is_refused(value: object) -> None:
    """What YAML makes of an unquoted 22:00 is a number, and it is not taken for 00:22."""
    with pytest.raises(ValidationError):
        ViewingWindow.model_validate({"days": ["mon"], "from": value, "until": "23:00"})

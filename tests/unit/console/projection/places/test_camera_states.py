"""A camera has one state, of what is told of it and of what the law allows, with the reason in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.projection.places.camera_states import condition_of
from schemas.cameras import CameraState, CameraStatus
from schemas.phrases.codes import cameras as says
from schemas.phrases.language import Language
from streams.clients.registry import Looking
from tests.support.situations import NOON

MAY = Looking(True, says.status_reason("permitted"), NOON + timedelta(hours=1))
MAY_NOT = Looking(False, says.status_reason("outside_viewing_window"), None)


def told(aspect: str, state: str, reason: str, minute: int = 0) -> CameraStatus:
    """Return what is told of an aspect."""
    at = NOON + timedelta(minutes=minute)
    return CameraStatus(camera_id="cam-1", aspect=aspect, state=CameraState(state), reason=reason, changed_at=at)


ONLINE = {each.aspect: each for each in (told("stream", "online", "streaming"), told("view", "online", "clear", 3))}


@pytest.mark.parametrize(
    ("changes", "state", "reason", "minute", "sees"),
    [
        ([], "online", "", 3, True),
        ([told("view", "degraded", "black", 5)], "degraded", "zwart beeld", 5, False),
        ([told("detector", "degraded", "fallback_detector", 6)], "degraded", "ruwe herkenning", 6, True),
        (
            [told("stream", "offline", "lost", 7), told("view", "degraded", "black", 5)],
            "offline",
            "verbinding weg",
            7,
            False,
        ),
        ([told("stream", "refused", "wrong_password", 8)], "refused", "verkeerd wachtwoord", 8, False),
        ([told("stream", "degraded", "wrong_size", 9)], "degraded", "verkeerde maat", 9, False),
    ],
)
def test_the_first_aspect_that_is_not_online_decides(
    changes: list[CameraStatus], state: str, reason: str, minute: int, sees: bool
) -> None:
    """Connection, picture, detector, in this order."""
    found = condition_of(ONLINE | {each.aspect: each for each in changes}, MAY)
    assert (found.state, found.reason(Language.NL), found.sees) == (state, reason, sees)
    assert found.since == NOON + timedelta(minutes=minute)


def test_the_law_goes_first_by_the_clock() -> None:
    """Whatever capture says; since when only where it says so too."""
    found = condition_of(ONLINE, MAY_NOT)
    assert (found.state, found.reason(Language.NL), found.since, found.sees) == (
        "not_permitted", "buiten de kijktijden", None, False,
    )  # fmt: skip
    refused = told("stream", "refused", "outside_viewing_window", 4)
    assert condition_of({"stream": refused}, MAY_NOT).since == refused.changed_at
    assert condition_of({"stream": refused}, MAY).state == "refused"  # capture is about to look


def test_a_camera_that_nobody_tells_of_is_unknown() -> None:
    """It is not taken for one that can look, whatever a detector said."""
    assert condition_of({}, MAY).state == "unknown"
    found = condition_of({"detector": told("detector", "online", "detector_ready")}, MAY)
    assert (found.state, found.sees) == ("unknown", False)
    assert found.reason(Language.NL) == "deze camera heeft nog niets laten weten"

"""A shift as a whole: what came, what is left, what was closed, who waited longest, which cameras were blind."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from console.projection.places.handover import AlertChange, ChangeError, blind_times, change_of, handover_of
from schemas.alerts import Alert
from schemas.cameras import CameraState, CameraStatus
from schemas.categories import Priority
from schemas.phrases.language import Language
from tests.support.messages import example
from tests.support.mutation import Mutator, fuzz
from tests.support.situations import NOON

END = NOON + timedelta(hours=8)


def after(minutes: float) -> datetime:
    """Return a moment of the shift."""
    return NOON + timedelta(minutes=minutes)


def change(
    name: str, revision: int, minute: float, state: str = "new", priority: str = "P3", **changes: Any
) -> AlertChange:
    """Return a change of an alert, by way of its record."""
    told: dict[str, Any] = {
        "alert_id": name, "control_room_id": "room", "revision": revision, "changed_at": after(minute),
        "opened_at": after(0), "state": state, "priority": priority, "closing": "", "summary": None, "grouped_under": None,
    }  # fmt: skip
    return change_of(example(Alert, **(told | changes)).model_dump_json().encode())


def status(camera: str, aspect: str, state: str, reason: str, minute: float) -> CameraStatus:
    """Return what was told of a camera."""
    return CameraStatus(
        camera_id=camera, aspect=aspect, state=CameraState(state), reason=reason, changed_at=after(minute)
    )


def test_a_shift() -> None:
    """Each alert once, by how it stands at the end; repeats and what came after it change nothing."""
    old: dict[str, Any] = {"opened_at": after(-500)}
    changes = [
        change("a", 0, 0, priority="P1"),
        change("a", 1, 4, "acknowledged", "P1"),
        change("a", 1, 4, "acknowledged", "P1"),
        change("b", 0, 10, opened_at=after(10)),
        change("b", 1, 30, "closed", closing="false", opened_at=after(10)),
        change("c", 0, 20, grouped_under="s", opened_at=after(20)),
        change("d", 0, 40, "shelved", opened_at=after(40)),
        change("e", 3, 50, "closed", closing="true", **old),
        change("f", 1, -100, "new", "P1", **old),
        change("f", 2, 30, "acknowledged", "P1", **old),
        change("g", 0, 481, opened_at=after(481)),
    ]
    newest = [change("h", 7, -400, "acknowledged", "P2", **old), change("a", 9, 500, "closed", closing="true")]
    found = handover_of(changes, newest, (), NOON, END, Language.NL)
    assert found.came == {Priority.P1: 1, Priority.P3: 3}
    assert found.closed == {"false": 1, "true": 1}
    assert found.open_ids == ("f", "a", "h", "c")
    assert found.aside_ids == ("d",)
    assert found.grouped == 1
    assert (found.longest_unanswered_id, found.longest_unanswered_s) == ("f", 1_800.0)


def test_a_p1_that_still_waits_waits_until_the_end() -> None:
    """From when it became one."""
    changes = [change("a", 0, 0, priority="P2"), change("a", 1, 60, priority="P1")]
    found = handover_of(changes, (), (), NOON, END, Language.NL)
    assert (found.longest_unanswered_id, found.longest_unanswered_s) == ("a", 7 * 3_600.0)
    assert handover_of((), (), (), NOON, END, Language.NL).longest_unanswered_s is None


def test_summaries_and_cases_that_are_no_operators_work_do_not_count() -> None:
    """They are no alerts of the list."""
    changes = [change("a", 0, 0, operator_list=False)]
    assert handover_of(changes, (), (), NOON, END, Language.NL).came == {}


def test_how_long_cameras_were_blind() -> None:
    """From before the shift, over several aspects, with the reason that held longest; the law is no blindness."""
    statuses = [
        status("a", "stream", "offline", "lost", -60),
        status("a", "stream", "online", "streaming", 30),
        status("b", "stream", "online", "streaming", 0),
        status("b", "view", "degraded", "black", 60),
        status("b", "stream", "offline", "lost", 70),
        status("b", "stream", "online", "streaming", 80),
        status("b", "view", "online", "clear", 120),
        status("c", "stream", "refused", "outside_viewing_window", 10),
        status("d", "detector", "degraded", "fallback_detector", 10),
        status("e", "stream", "offline", "lost", 470),
    ]
    statuses.sort(key=lambda each: each.changed_at)
    found = blind_times(statuses, NOON, END, Language.NL)
    assert [(each.camera_id, each.seconds, each.reason) for each in found] == [
        ("b", 3_600.0, "zwart beeld"), ("a", 1_800.0, "verbinding weg"), ("e", 600.0, "verbinding weg"),
    ]  # fmt: skip


def test_nothing_of_reporters_is_in_it() -> None:
    """No title, no place, no source."""
    told = handover_of([change("a", 0, 0, title="Mevrouw Jansen belt")], (), (), NOON, END, Language.NL)
    assert "Jansen" not in told.model_dump_json()


def test_no_mutation_breaks_it() -> None:
    """Of a whole record: it is read, or refused."""
    whole = example(Alert).model_dump_json().encode()
    mutator = Mutator(2)
    assert fuzz(change_of, lambda: mutator.line([whole]), 20_000, (ChangeError,)).total() > 0
    with pytest.raises(ChangeError):
        change_of(json.dumps([]).encode())

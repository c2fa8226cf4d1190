"""Routing: which channels a message leaves by, until when it waits, and which files are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.categories import Category, Priority
from schemas.geo import Position
from streams.domain.partners.routing import DeliveryChannel, Hours, Routed, RouteReason, Routing, held_until, route

ZONE = ZoneInfo("Europe/Amsterdam")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # a Tuesday
HALF_PAST_ELEVEN_PM = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
SQUARE = [
    {"lat": 52.29, "lon": 4.85},
    {"lat": 52.29, "lon": 4.87},
    {"lat": 52.31, "lon": 4.87},
    {"lat": 52.31, "lon": 4.85},
]
INSIDE = Position(lat=52.30, lon=4.86, accuracy_m=10.0)
OUTSIDE = Position(lat=52.32, lon=4.86, accuracy_m=10.0)
QUIET = {"starts": "22:00", "ends": "07:00"}


def routing(**changes: Any) -> Routing:
    """Return a partner's routing: a hook, a desk's mail and a pager."""
    values = {
        "channels": {
            "hook": {"kind": "webhook", "health": True},
            "desk": {"kind": "message", "quiet_hours": QUIET},
            "pager": {"kind": "mqtt"},
        },
        "routes": [
            {
                "id": "fires",
                "match": {"categories": ["brand"], "priorities": ["P1", "P2"]},
                "channels": ["hook", "pager"],
            },
            {"id": "square-at-night", "match": {"hours": QUIET, "area": SQUARE}, "channels": ["pager"]},
            {"id": "exercises", "match": {"exercise": True}, "channels": ["desk"]},
        ],
        "otherwise": ["hook", "desk"],
    }
    return Routing.model_validate({**values, **changes})


def message(
    category: Category | None = Category.JEUGDOVERLAST, priority: Priority | None = Priority.P3, **changes: Any
) -> Routed:
    """Return what routing looks at."""
    return Routed(**{"kind": "alert", "category": category, "priority": priority, **changes})


@pytest.mark.parametrize(
    ("told", "at", "channels", "matched", "missed"),
    [
        (message(Category.BRAND, Priority.P1), NOON, ("hook", "pager"), "fires", ()),
        (message(position=INSIDE), HALF_PAST_ELEVEN_PM, ("pager",), "square-at-night", (("fires", "category"),)),
        (
            message(Category.BRAND, Priority.P3, position=INSIDE), NOON, ("hook", "desk"), "",
            (("fires", "priority"), ("square-at-night", "hours"), ("exercises", "exercise")),
        ),
        (
            message(position=OUTSIDE), HALF_PAST_ELEVEN_PM, ("hook", "desk"), "",
            (("fires", "category"), ("square-at-night", "area"), ("exercises", "exercise")),
        ),
        (
            message(exercise=True), HALF_PAST_ELEVEN_PM, ("desk",), "exercises",
            (("fires", "category"), ("square-at-night", "area")),
        ),
        (
            message(None, None), NOON, ("hook", "desk"), "",
            (("fires", "category"), ("square-at-night", "hours"), ("exercises", "exercise")),
        ),
    ],
)  # fmt: skip
def test_the_first_route_that_matches_decides_and_each_before_it_tells_why_not(
    told: Routed, at: datetime, channels: tuple[str, ...], matched: str, missed: tuple[tuple[str, str], ...]
) -> None:
    """By category, priority, place, local time and exercise; no position is in no area."""
    plan = route(routing(), told, at, ZONE)
    assert (plan.channels, plan.route, plan.missed) == (channels, matched, missed)
    assert plan.reason is (RouteReason.MATCHED if matched else RouteReason.OTHERWISE)


def test_what_concerns_health_leaves_by_channels_that_may_carry_it_alone() -> None:
    """Where its route names none, by all that may; where the partner has none, by none."""
    plan = route(routing(), message(health=True), NOON, ZONE)
    assert (plan.channels, plan.reason) == (("hook",), RouteReason.OTHERWISE)
    plan = route(routing(), message(health=True, exercise=True), NOON, ZONE)
    assert (plan.channels, plan.reason) == (("hook",), RouteReason.HEALTH)
    none = routing(channels={"hook": {"kind": "webhook"}}, routes=[], otherwise=["hook"])
    plan = route(none, message(health=True), NOON, ZONE)
    assert (plan.channels, plan.reason) == ((), RouteReason.NO_HEALTH_CHANNEL)


@given(
    st.sampled_from(Priority) | st.none(), st.sampled_from(Category), st.sampled_from(["alert", "dispatch"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.booleans(),
)  # fmt: skip
def test_a_p1_a_dispatch_and_what_may_be_a_p1_have_a_way_and_never_wait(
    priority: Priority | None, category: Category, kind: Any, at: datetime, exercise: bool
) -> None:
    """Whatever the file's routes and quiet hours say."""
    told, moment = Routed(kind, category, priority, INSIDE, exercise), at.replace(tzinfo=UTC)
    plan = route(routing(), told, moment, ZONE)
    assert plan.channels
    if priority in (Priority.P1, None) or kind == "dispatch":
        assert all(held_until(channel, told, moment, ZONE) is None for channel in routing().channels.values())


def test_quiet_hours_hold_until_their_end() -> None:
    """Over midnight, and by the clock on the wall where it is put forward that night."""
    desk = routing().channels["desk"]
    assert held_until(desk, message(), NOON, ZONE) is None
    assert held_until(desk, message(), HALF_PAST_ELEVEN_PM, ZONE) == datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    assert held_until(desk, message(), datetime(2026, 11, 25, 5, 59, 59, tzinfo=UTC), ZONE) is not None
    assert held_until(desk, message(), datetime(2026, 11, 25, 6, 0, tzinfo=UTC), ZONE) is None
    spring = datetime(2027, 3, 27, 23, 0, tzinfo=UTC)  # at two o'clock it becomes three
    assert held_until(desk, message(), spring, ZONE) == datetime(2027, 3, 28, 5, 0, tzinfo=UTC)
    assert held_until(desk, message(priority=Priority.P2), HALF_PAST_ELEVEN_PM, ZONE) is None


def test_days_are_those_on_which_hours_begin() -> None:
    """A night from Friday to Saturday is Friday's."""
    hours = Hours.model_validate({**QUIET, "days": ["fri"]})
    friday = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
    assert [hours.holds(friday + timedelta(hours=each), ZONE) for each in (-2, 0, 7, 9, 24)] == [
        False,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"otherwise": []}, "at least 1"),
        ({"otherwise": ["fax"]}, "otherwise: fax is no channel"),
        ({"routes": [{"id": "x", "channels": ["fax"]}], "otherwise": ["hook"]}, "route x: fax is no channel"),
        ({"routes": [{"id": "x", "channels": ["hook"]}] * 2}, "route x: expected an id of its own"),
        ({"routes": [], "otherwise": ["hook"]}, "channel desk: no route names it; channel pager: no route names it"),
        ({"routes": [{"id": "x", "match": {"area": SQUARE[:2]}, "channels": ["hook"]}]}, "at least 3 corners"),
        (
            {"routes": [{"id": "x", "match": {"area": [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]}, "channels": ["hook"]}]},
            "does not cross itself",
        ),
        ({"routes": [{"id": "x", "match": {"hours": {"starts": "07:00", "ends": "07:00"}}, "channels": ["hook"]}]}, "differ"),
    ],
)  # fmt: skip
def test_a_file_that_would_lose_messages_is_refused(changes: dict[str, Any], expected: str) -> None:
    """A message without a way, a channel that is none, or one that nothing leaves by."""
    with pytest.raises(ValidationError, match=expected):
        routing(**changes)


@pytest.mark.parametrize("held", [held for n in (1, 2) for held in product(Priority, repeat=n)])
def test_quiet_hours_that_would_hold_a_p1_are_refused(held: tuple[Priority, ...]) -> None:
    """Whatever else they hold."""
    quiet = {**QUIET, "holds_back": [each.value for each in held]}
    if Priority.P1 not in held:
        DeliveryChannel.model_validate({"kind": "message", "quiet_hours": quiet})
        return
    with pytest.raises(ValidationError, match="never hold a P1"):
        DeliveryChannel.model_validate({"kind": "message", "quiet_hours": quiet})

"""Who runs from a fight before which camera: by geometry, with a truth of its own, and figures that can fail."""

from __future__ import annotations

from math import pi

import pytest

from bench.causes.figures import figures
from bench.causes.flood import START, make_flood
from bench.causes.people import RUNS_M, TrueMovement, is_right, through
from bench.scenarios.town import CAMERAS, VIEW_M
from schemas.evidence import MovementKind
from streams.config.files import load_rules
from streams.domain.geometry.ground import GroundPoint
from streams.domain.rules.rules import Rules

RULES = load_rules()
CAMERA = CAMERAS[0]
RUNNING = MovementKind.RUNNING


def beside(east_m: float, north_m: float = 0.0) -> GroundPoint:
    return GroundPoint(CAMERA.middle.x_m + east_m, CAMERA.middle.y_m + north_m)


@pytest.mark.parametrize(
    ("place", "heading", "way"),
    [
        (beside(0), 0.0, (0, VIEW_M / 2)),
        (beside(-100), 0.0, (80, 120)),
        (beside(-100), pi, None),
        (beside(-100), pi / 2, None),
        (beside(0, -60), pi / 2, (40, 80)),
        (beside(-RUNS_M - 30), 0.0, None),
    ],
    ids=["from its middle", "through", "away from it", "past it", "from the south", "too far"],
)
def test_a_way_leads_through_a_view_or_past_it(
    place: GroundPoint, heading: float, way: tuple[float, float] | None
) -> None:
    found = through(place, heading, CAMERA)
    assert found == (None if way is None else pytest.approx(way))


def test_a_movement_is_right_at_its_camera_and_moment_alone() -> None:
    true = [TrueMovement("cause-1", "markt", RUNNING, 100, 110)]
    assert is_right("cause-1", "markt", RUNNING, 108, true)
    for wrong in (
        ("cause-2", "markt", RUNNING, 108),
        ("cause-1", "park", RUNNING, 108),
        ("cause-1", "markt", MovementKind.LEAVING, 108),
        ("cause-1", "markt", RUNNING, 114),
    ):
        assert not is_right(*wrong, true)


def test_what_was_nothing_moves_nobody_and_is_watched_all_the_same() -> None:
    """So that what a camera tells of it is wrong."""
    flood = make_flood("fights", 57)
    assert flood.people is not None
    nothing = {name for name, thing in flood.things.items() if thing.withdrawn_s is not None}
    assert nothing
    assert not nothing & {each.cause for each in flood.people.movements}
    seconds = [at_s for at_s, _ in flood.people.observations(START)]
    assert seconds == sorted(seconds)


def test_rules_that_tell_whoever_runs_are_told_by_their_figures() -> None:
    """With a wider time and a lower limit more is told, and more of it is wrong; rules without movements tell none."""
    known = RULES.model_dump(mode="json", by_alias=True)
    rows = [each for each in known["causes"] if not each["movements"]]
    moving = next(each for each in known["causes"] if each["movements"])
    wide = moving | {"passing": 1.0, "before_s": 200, "after_s": 400}
    loose = known | {"causes": [*rows, wide], "normal": known["normal"] | {"corroborated_from": 1.1, "unusual": 0.5}}
    flood = make_flood("fights", 53)
    told = figures(flood, Rules.model_validate(loose))
    assert told.right_movements < told.movements
    none = figures(flood, Rules.model_validate(known | {"causes": rows}))
    assert (none.movements, none.hidden) == (0, 0)
    assert none.told()["movements_right"] is None

"""Which reports ask for attention and for how long; what capture makes of requests whose times disagree with its clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from schemas.categories import Category, Priority
from schemas.evidence import CameraCoverage
from schemas.incidents import Operation
from streams.config.files import load_rules
from streams.config.yaml import FileError, parse_yaml
from streams.domain.alerts.priority.score import alone
from streams.domain.corroboration.attention import (
    TOLERANCE,
    AttentionOutcome,
    AttentionRequest,
    ask_of,
    asks_attention,
    attended,
    judge_ask,
    with_attention,
)
from streams.domain.corroboration.coverage import CoverageMap, Located, locate_report, watches
from streams.domain.observations.objects import MIN_SCORE
from streams.domain.rules.cameras import AttentionRule
from streams.domain.rules.rules import Rules
from tests.support.situations import NOON, attention_rule, camera, incident, position, registry, seconds, watch

RULES = load_rules()
RULE = attention_rule()
CAMERAS = tuple(camera(f"cam-{number}", 30 * number) for number in range(5))
GROUND = CoverageMap(registry(*CAMERAS))


def located(now: datetime = NOON, allowed: bool = True, **changes: Any) -> tuple[Any, Located]:
    told = incident(**changes)
    return told, locate_report(GROUND, RULES, told, lambda _: allowed, now)


def asked(now: datetime = NOON, allowed: bool = True, **changes: Any) -> tuple[datetime | None, AttentionOutcome]:
    told, place = located(now, allowed, **changes)
    return asks_attention(told, place, alone(told, RULES), RULES, now)


def test_a_pressing_report_asks_the_nearest_cameras_for_minutes() -> None:
    """A street robbery asks three of five; the evidence and the watches say the same."""
    until, outcome = asked()
    assert until is not None
    assert (until, outcome) == (NOON + seconds(RULE.length_s), AttentionOutcome.ASKED)
    told, place = located()
    place = with_attention(place, until, RULE)
    attention = {near.camera_id: near.attention_until for near in place.coverage}
    assert attention == {"cam-0": until, "cam-1": until, "cam-2": until, "cam-3": None, "cam-4": None}
    assert {each.camera_id: each.attention_until for each in watches(told, place, RULES)} == attention


@pytest.mark.parametrize(
    ("after_s", "left_s", "outcome"),
    [
        (-500, None, AttentionOutcome.NOT_YET),
        (-201, None, AttentionOutcome.NOT_YET),
        (-200, 300, AttentionOutcome.ASKED),
        (-120, 300, AttentionOutcome.ASKED),
        (0, 300, AttentionOutcome.ASKED),
        (100, 300, AttentionOutcome.ASKED),
        (101, 299, AttentionOutcome.ASKED),
        (399, 1, AttentionOutcome.ASKED),
        (400, None, AttentionOutcome.OVER),
        (80_000, None, AttentionOutcome.OVER),
    ],
)
def test_attention_ends_with_the_window_and_nothing_is_attended_for_what_is_long_over(
    after_s: float, left_s: float | None, outcome: AttentionOutcome
) -> None:
    """A robbery's window is 200 s before until 400 s after; a source whose clock is minutes ahead is still heard."""
    until, found = asked(NOON + seconds(after_s))
    assert found is outcome
    assert until == (None if left_s is None else NOON + seconds(after_s + left_s))


@pytest.mark.parametrize(
    ("category", "urgency", "outcome"),
    [
        (Category.STRAATROOF, 3, AttentionOutcome.ASKED),
        (Category.WONINGINBRAAK, 3, AttentionOutcome.ASKED),
        (Category.VERWARD_PERSOON, 3, AttentionOutcome.ASKED),
        (Category.FIETSDIEFSTAL, 3, AttentionOutcome.LOW_PRIORITY),
        (Category.FIETSDIEFSTAL, 0, AttentionOutcome.LOW_PRIORITY),
        (Category.ZAKKENROLLERIJ, 0, AttentionOutcome.ASKED),
        (Category.JEUGDOVERLAST, 3, AttentionOutcome.LOW_PRIORITY),
        (Category.DEMONSTRATIE, 0, AttentionOutcome.LOW_PRIORITY),
        (Category.CROWD_DENSITY, 3, AttentionOutcome.ASKED),
        (Category.ONDERMIJNING_PAND, 0, AttentionOutcome.NO_CAMERA),
        (Category.WOONFRAUDE_OVERBEWONING, 0, AttentionOutcome.NO_CAMERA),
        (Category.OVERIG, 0, AttentionOutcome.NO_CAMERA),
    ],
)
def test_routine_demonstrations_and_homes_ask_for_nothing(
    category: Category, urgency: int, outcome: AttentionOutcome
) -> None:
    """By the report's own priority; homes and what may have no camera never get so far."""
    assert asked(category=category, urgency=urgency)[1] is outcome


def test_who_may_not_be_looked_at_is_not_attended() -> None:
    """Outside a camera's hours, without a position, and after a cancellation nothing is asked."""
    assert asked(allowed=False)[1] is AttentionOutcome.NO_CAMERA
    assert asked(position=None)[1] is AttentionOutcome.NO_CAMERA
    assert asked(position=position(5_000))[1] is AttentionOutcome.NO_CAMERA
    assert asked(operation=Operation.CANCEL, revision=1)[1] is AttentionOutcome.WITHDRAWN
    told, place = located(allowed=False)
    assert {near.attention_until for near in with_attention(place, NOON, RULE).coverage} == {None}
    assert watches(told, place, RULES) == []


def test_cameras_that_may_not_look_take_nobodys_place() -> None:
    """The nearest three of those that may look are asked."""
    ground = CoverageMap(
        registry(camera("closed", 0, until=time(1, 0)), *(camera(f"c{n}", 10 * n) for n in range(1, 5)))
    )
    place = locate_report(ground, RULES, incident(), lambda each: each.id != "closed", NOON)
    named = [near.camera_id for near in with_attention(place, NOON, RULE).coverage if near.attention_until]
    assert named == ["c1", "c2", "c3"]


@pytest.mark.vision
def test_the_rules_name_scores_that_exist() -> None:
    """No lower than what leaves the detector, no higher than what counts by itself."""
    from detectors.tracking.bytetrack import WEAK_SCORE

    limits = {type(each).__name__: each for each in AttentionRule.model_fields["score"].metadata}
    assert limits["Ge"].ge == WEAK_SCORE
    assert limits["Le"].le == MIN_SCORE
    assert WEAK_SCORE <= RULE.score < MIN_SCORE


@pytest.mark.parametrize("section", ["none", None])
def test_it_can_be_switched_off(section: str | None) -> None:
    """With a word, or by a file of before there was attention."""
    document = RULES.model_dump(mode="json") | {"attention": section}
    assert Rules.model_validate(document).attention is None
    del document["attention"]
    assert Rules.model_validate(document).attention is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("length_s", 0), ("length_s", 3_601), ("fps", 0), ("score", 0.05), ("score", 0.5), ("cameras_at_most", 0),
     ("at_once_at_most", 0), ("least_priority", "P5"), ("fsp", 5)],
)  # fmt: skip
def test_a_wrong_value_is_one_line_that_names_it(field: str, value: object) -> None:
    """With the file and the field."""
    document = RULES.model_dump(mode="json")
    document["attention"] |= {field: value}
    with pytest.raises(FileError, match=field) as caught:
        parse_yaml(yaml.safe_dump(document), "rules.yaml", Rules)
    assert "\n" not in str(caught.value)


def ask(
    name: str = "a", asked_s: float = 0, came_s: float | None = None, lasts_s: float = 300, **changes: Any
) -> AttentionRequest:
    """Return what a watch asks that the broker took at `asked_s`, when capture's clock showed `came_s`, after noon."""
    until = NOON + seconds(asked_s + lasts_s)
    message = watch(name, **({"attention_until": until} | changes))
    return ask_of(message, NOON + seconds(asked_s), NOON + seconds(asked_s if came_s is None else came_s), RULE)


@pytest.mark.parametrize(
    ("came_s", "lasts_s", "ends_s"),
    [
        (0, 300, 300),  # clocks agree
        (0.2, 60, 60.2),
        (-180, 300, 120),  # capture's clock is three minutes behind: as long as asked, by its own
        (120, 300, 420),  # two ahead, or the broker was away for two minutes
        (200, 300, 420),  # further ahead: shorter
        (420, 300, 420),  # over
        (100_000, 300, 420),
        (0, 9_000, 300),  # asked under rules of another length: no longer than this process's own
        (0, 0, 0),
        (0, -50, -50),  # locate was hours behind: over when it was asked
    ],
)
def test_the_end_is_bounded_by_both_clocks(came_s: float, lasts_s: float, ends_s: float) -> None:
    """Never longer after it came than it lasts, never more than two minutes beyond the message's own end."""
    found = ask(came_s=came_s, lasts_s=lasts_s)
    assert found.ends_at == NOON + seconds(ends_s)
    outcome = judge_ask(None, found, NOON + seconds(came_s))
    assert outcome is (AttentionOutcome.GRANTED if ends_s > came_s else AttentionOutcome.OVER)


@given(came_s=st.floats(-1e6, 1e6), lasts_s=st.floats(-1e4, 1e4))
def test_no_clock_makes_attention_last(came_s: float, lasts_s: float) -> None:
    """Whatever the clocks say, it ends within the rule's length."""
    found = ask(came_s=came_s, lasts_s=lasts_s)
    assert found.ends_at is not None
    assert found.ends_at <= NOON + seconds(came_s) + seconds(RULE.length_s)
    assert found.ends_at <= found.forget_at
    assert found.ends_at <= NOON + seconds(lasts_s) + TOLERANCE + timedelta(milliseconds=1)


NOTHING: dict[str, Any] = {"attention_until": None}
CANCEL: dict[str, Any] = {"operation": Operation.CANCEL, "attention_until": None}


@pytest.mark.parametrize(
    ("known", "new", "outcome"),
    [
        (None, {}, AttentionOutcome.GRANTED),
        (None, NOTHING, None),
        (None, CANCEL, None),
        ({}, {}, AttentionOutcome.REPEATED),
        ({"incident_revision": 2}, {"incident_revision": 1}, AttentionOutcome.REPEATED),
        (CANCEL | {"incident_revision": 1}, {}, AttentionOutcome.REPEATED),
        ({}, {"incident_revision": 1}, AttentionOutcome.GRANTED),
        ({}, CANCEL | {"incident_revision": 1}, AttentionOutcome.WITHDRAWN),
        ({}, {"operation": Operation.CANCEL, "incident_revision": 1}, AttentionOutcome.WITHDRAWN),
        ({}, NOTHING | {"incident_revision": 1}, AttentionOutcome.WITHDRAWN),
        (NOTHING, NOTHING | {"incident_revision": 1}, None),
        (CANCEL, {"incident_revision": 1}, AttentionOutcome.GRANTED),
    ],
)
def test_the_newest_revision_counts(
    known: dict[str, Any] | None, new: dict[str, Any], outcome: AttentionOutcome | None
) -> None:
    """A repetition, an older revision after a newer one and after a cancellation change nothing."""
    before = None if known is None else ask(**known)
    assert judge_ask(before, ask(**new), NOON) is outcome


def test_the_newest_requests_win_and_of_equal_ones_the_nearest() -> None:
    """A camera that several reports ask for is attended until the last of them ends."""
    asks = [
        ask("a", 0, camera_id="old"),
        ask("b", 5, camera_id="far", distance_m=50),
        ask("b", 5, camera_id="near", distance_m=10),
        ask("c", 9, camera_id="old", lasts_s=20),
        ask("d", 9, camera_id="ended", **NOTHING),
        ask("e", -400, camera_id="over"),
    ]
    assert attended(asks, NOON + seconds(10), 2) == {"old": NOON + seconds(300), "near": NOON + seconds(305)}
    assert set(attended(asks, NOON + seconds(10), 9)) == {"old", "near", "far"}
    assert attended(asks, NOON + seconds(305), 9) == {}
    assert attended([], NOON, 9) == {}


def test_priorities_compare_as_they_rank() -> None:
    """P1 is the highest."""
    assert Priority.P1 < Priority.P2 < Priority.P3 < Priority.P4


def test_coverage_of_before_says_nothing() -> None:
    """A message without the field asks for nothing."""
    old = {"camera_id": "c", "distance_m": 1, "coverage": "in_view"}
    assert CameraCoverage.model_validate(old).attention_until is None

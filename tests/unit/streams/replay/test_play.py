"""Other rules on what was recorded: in the order of time, with actions on what they were about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.actions import Action
from schemas.alerts import AlertState
from schemas.base import Message
from schemas.categories import Category, Priority
from schemas.decisions import DecisionLog
from streams import topics
from streams.domain.rules.rules import Rules
from streams.replay.follow_log import ReplayError
from streams.replay.play import asks_cameras_otherwise, disorder_s, play
from streams.replay.recording import Recording, recording_of
from streams.replay.runs import follows_log, other_rules, same_rules, shadow_difference
from streams.stages.base import Stage
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from tests.support.messages import example
from tests.support.normal import view
from tests.support.partition import LivePartition, live_decide
from tests.support.recordings import RULES, a_day
from tests.support.situations import (
    NOON,
    action,
    camera,
    incident,
    observation,
    position,
    registry,
    report,
    seconds,
)

UNTIL = NOON + timedelta(hours=1)


def with_points(category: Category, points: float) -> Rules:
    rule = RULES.of(category).model_copy(update={"points": points})
    return RULES.model_copy(update={"version": "next", "categories": {**RULES.categories, category: rule}})


def with_distance(distance_m: float) -> Rules:
    rule = RULES.of(Category.STRAATROOF)
    nearer = rule.model_copy(update={"situation": rule.situation.model_copy(update={"distance_m": distance_m})})
    return RULES.model_copy(update={"version": "next", "categories": {**RULES.categories, Category.STRAATROOF: nearer}})


def played(live: LivePartition, rules: Rules) -> dict[str, object]:
    recording = recording_of(live.records)
    outcome = other_rules(recording, [Decide(rules, "r1")], rules, NOON, UNTIL, NOON)
    assert outcome.good
    assert outcome.lines
    return outcome.document


def test_rules_that_change_nothing_differ_in_nothing() -> None:
    """The document says how it was played."""
    told = played(a_day(), RULES.model_copy(update={"version": "next"}))
    assert (told["before"], told["after"], told["same"], told["differences"]) == (1, 1, 1, [])
    assert told["tolerance"] == {
        "order": "the time at which the broker took each input first, with one tick a second",
        "live_order_differed_s": 0.0,
        "cameras": "as recorded",
        "actions_aimed_anew": 0,
        "known_before_s": 0.0,
    }


def test_fewer_points_lower_the_priority() -> None:
    """It was P1."""
    told = played(a_day(), with_points(Category.STRAATROOF, 20))
    [found] = told["differences"]  # type: ignore[misc]
    assert (found["kind"], found["before"], found["after"]) == ("priority", "P1", "P3")  # type: ignore[has-type]
    assert told["summary"] == {"straatroof": {"P1": [1, 0], "P3": [0, 1]}}


def test_what_is_joined_less_is_split() -> None:
    """Two reports 60 m apart are two situations where 30 m count."""
    told = played(a_day(), with_distance(30))
    assert [found["kind"] for found in told["differences"]] == ["split"]  # type: ignore[attr-defined]


def test_an_action_is_given_to_the_alert_that_holds_what_it_was_about() -> None:
    """Under rules that join otherwise the live alert's identity is unknown."""
    live = live_decide(with_distance(30).model_copy(update={"version": "live"}))
    live.give(topics.EVIDENCE, report("a"), NOON)
    live.give(topics.EVIDENCE, report("b", position=position(60)), NOON + seconds(5))
    recording = recording_of(live.records)
    second = next(alert for alert in recording.alerts.values() if alert.reports[0].source_id == "b")
    live.give(topics.OPERATOR_ACTIONS, action(second.alert_id, Action.CLOSE), NOON + seconds(90))
    result = play(recording_of(live.records), [Decide(RULES, "r1")], UNTIL)
    assert result.reaimed == 1
    assert result.alerts[-1].state is AlertState.CLOSED


@pytest.mark.parametrize("known", [False, True], ids=["of no alert", "of an alert that nothing holds"])
def test_an_action_on_nothing_is_refused_as_it_was(known: bool) -> None:
    """Nothing is guessed."""
    live = live_decide(RULES)
    live.give(topics.OPERATOR_ACTIONS, action("nobody", Action.CLOSE), NOON)
    recording = recording_of(live.records)
    assert play(recording, [Decide(RULES, "r1")], UNTIL).alerts == []


def test_copies_and_broken_records_are_left_out() -> None:
    """A copy is the same input; what cannot be read is a dead letter, and told."""
    live = a_day()
    first = live.records[0]
    live.append_again(first, NOON + seconds(200))
    live._append(first.topic, first.key, b"{", first.headers, NOON + seconds(201))
    result = play(recording_of(live.records), [Decide(RULES, "r1")], UNTIL)
    assert (result.inputs, result.refused) == (4, 1)
    outcome = other_rules(recording_of(live.records), [Decide(RULES, "r1")], RULES, NOON, UNTIL, NOON)
    assert "refused: 1, live they are dead letters" in outcome.lines


def test_order_is_time_and_the_live_order_is_told() -> None:
    """A stage that was 40 s behind on one topic took its facts late; played, they stand where they came."""
    live = live_decide(RULES)
    early = live.append(topics.EVIDENCE, report("a"), NOON)
    live.give(topics.EVIDENCE_URGENT, report("b"), NOON + seconds(40))
    live.take(early)
    recording = recording_of(live.records)
    [opened] = play(recording, [Decide(RULES, "r1")], UNTIL).alerts[:1]
    assert opened.reports[0].source_id == "a"
    assert disorder_s([each for log in recording.logs.values() for each in log.decisions.values()]) == 40


def test_time_goes_on_after_the_last_input() -> None:
    """What expires within the span expires."""
    live = live_decide(RULES)
    live.give(topics.EVIDENCE, report("a"), NOON)
    result = play(recording_of(live.records), [Decide(RULES, "r1")], NOON + timedelta(hours=5))
    assert result.alerts[-1].state is AlertState.EXPIRED


def test_cameras_are_asked_again_where_the_rules_ask_them_otherwise() -> None:
    """From reports and observations: two persons fitted, now it takes five."""
    cameras = registry(camera("cam-1", 0))
    rule = RULES.of(Category.STRAATROOF)
    assert rule.cameras is not None
    signal = rule.cameras.signals[-1].model_copy(update={"least": 5})
    other = rule.model_copy(update={"cameras": rule.cameras.model_copy(update={"signals": (signal,)})})
    changed = RULES.model_copy(
        update={"version": "next", "categories": {**RULES.categories, Category.STRAATROOF: other}}
    )
    assert asks_cameras_otherwise(RULES, changed)
    assert not asks_cameras_otherwise(RULES, with_points(Category.STRAATROOF, 1))
    live = live_decide(RULES)
    live.append(topics.INCIDENTS, incident(position=position(10, 10)), NOON + seconds(61))
    for second in range(61, 70):
        live.append(
            topics.OBSERVATIONS, observation(NOON + seconds(second), 3, view=view(persons=3)), NOON + seconds(second)
        )
    verdicts = []
    for rules in (RULES, changed):
        stages: list[Stage] = [
            Locate(cameras, rules, "Europe/Amsterdam"),
            Corroborate(cameras, rules),
            Decide(rules, "r1"),
        ]
        verdicts.append(play(recording_of(live.records), stages, NOON + seconds(100)).alerts[-1].verdict)
    assert verdicts == ["consistent", "pending"]


def test_which_way_a_log_is_played() -> None:
    """It is followed where all of it was decided by these rules."""
    ours, others = example(DecisionLog, rules_version=RULES.version), example(DecisionLog, rules_version="older")
    assert follows_log([ours], RULES)
    assert not follows_log([ours, others], RULES)
    assert not follows_log([], RULES)


def test_the_same_rules_tell_speed_and_no_difference() -> None:
    """Exit code 0 is for exactly the live alerts."""
    outcome = same_rules(recording_of(a_day().records), RULES, {})
    assert (outcome.good, outcome.document["decisions"], outcome.document["differing"]) == (True, 4, 0)
    assert outcome.document["inputs_per_s"] > 0
    assert "exactly the live alerts" in outcome.lines


def test_an_empty_span_is_told() -> None:
    """Nothing was compared, so nothing is said to be equal."""
    with pytest.raises(ReplayError, match="no decision"):
        same_rules(Recording(), RULES, {})


def shadowed(live: LivePartition, *messages: Message) -> Recording:
    for message in messages:
        live.append(topics.SHADOW_ALERTS, message, NOON)
    return recording_of(live.records)


def test_a_shadow_is_compared_from_when_it_began_with_its_newest_rules() -> None:
    """What was opened before is left out on both sides."""
    live = a_day()
    [alert] = [each for each in recording_of(live.records).alerts.values() if each.revision == 0]
    late = NOON + seconds(1)
    older = alert.model_copy(update={"rules_version": "older"})
    begun = alert.model_copy(
        update={"alert_id": "x", "opened_at": late, "changed_at": late, "rules_version": "newer", "evidence_ids": ("e",),
                "reports": (), "priority": Priority.P2}
    )  # fmt: skip
    told = shadow_difference(shadowed(live, older, begun), NOON, UNTIL).document
    assert (told["rules"], told["comparable_from"]) == ("newer", "2026-11-24T12:00:01.000000Z")
    assert [(each["kind"], each["after"]) for each in told["differences"]] == [("appears", "P2")]


def test_without_a_shadow_there_is_nothing_to_compare() -> None:
    """One line says so."""
    with pytest.raises(ReplayError, match="no alert of shadow rules"):
        shadow_difference(recording_of(a_day().records), NOON, UNTIL)

"""Cause and symptom, through the stage `decide`: what is put under what, and that nothing is hidden by it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.actions import Action
from schemas.alerts import Alert, AlertState, Change
from schemas.categories import Category, Priority
from schemas.evidence import Evidence, ReportFact, Verdict
from schemas.incidents import Operation
from schemas.phrases.catalogue import sentence
from schemas.phrases.language import Language
from streams.domain.alerts.cause import SYMPTOMS_AT_MOST, link_of, with_symptoms
from streams.domain.alerts.facts import report_row
from streams.domain.alerts.situation import Situation, open_situation, with_report
from streams.domain.rules.rules import Rules
from tests.support.deciding import OPEN_S, RULES, Deciding, changed
from tests.support.situations import NOON, action, episode, in_view, position, report, seconds, sighting

GROUP = Category.JEUGDOVERLAST
AMBULANCE = Category.MEDISCH_ONWEL


def fire(name: str = "fire", east_m: float = 0, **changes: Any) -> Evidence:
    """Return a report of a fire that makes a P2, unless it is said otherwise."""
    return report(name, category=Category.BRAND, position=position(east_m), **changes)


def group(name: str = "group", east_m: float = 40, at_s: float = 60, **changes: Any) -> Evidence:
    """Return a report of a group near it, a minute later: a P3."""
    known: dict[str, Any] = {"category": GROUP, "position": position(east_m), "occurred_at": NOON + seconds(at_s)}
    return report(name, **(known | changes))


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


def burning(deciding: Deciding, **changes: Any) -> tuple[Alert, Alert]:
    """Return a fire and a group under it, as they stand."""
    first = deciding.one(fire(**changes))
    symptom, cause = deciding.take(group())
    assert symptom.under_cause
    assert cause.alert_id == first.alert_id
    return cause, symptom


def test_a_group_at_a_fire_stands_under_it_and_the_link_says_why(deciding: Deciding) -> None:
    """At once, without asking; the fire names it."""
    cause, symptom = burning(deciding)
    assert (symptom.caused_by, symptom.asks, cause.symptoms) == (cause.alert_id, False, (symptom.alert_id,))
    assert symptom.cause_reason is not None
    assert sentence(symptom.cause_reason) == "youth nuisance 40 m from fire, 60 s after it began"
    assert sentence(symptom.cause_reason, Language.NL) == "jeugdoverlast op 40 m van brand, 60 s na het begin"
    assert symptom.next_step is not None
    assert symptom.next_step.code == "next-with-cause"
    assert symptom.next_step_reason == symptom.cause_reason


def test_whichever_comes_first_the_link_is_the_same(deciding: Deciding) -> None:
    """What stood by itself goes under its cause with the next bucket of time; the reason is told by the facts alone."""
    alone = deciding.one(group())
    assert alone.asks
    opened = deciding.one(fire())
    symptom, cause = deciding.tick(120)
    assert (symptom.alert_id, symptom.under_cause, symptom.asks) == (alone.alert_id, True, False)
    assert (cause.alert_id, cause.symptoms) == (opened.alert_id, (alone.alert_id,))
    _, at_once = burning(Deciding())
    assert symptom.cause_reason == at_once.cause_reason


def test_a_p1_is_linked_and_stands_by_itself(deciding: Deciding) -> None:
    """It asks, and says what it belongs to."""
    opened = deciding.one(fire())
    ambulance, cause = deciding.take(report("amb", category=AMBULANCE, position=position(30)))
    assert (ambulance.priority, ambulance.caused_by) == (Priority.P1, opened.alert_id)
    assert (ambulance.under_cause, ambulance.asks) == (False, True)
    assert cause.symptoms == (ambulance.alert_id,)


def test_what_rises_to_p1_comes_out_at_once(deciding: Deciding) -> None:
    """And asks."""
    deciding.one(fire(urgency=0))
    symptom, _ = deciding.take(episode())
    assert symptom.under_cause
    [risen] = deciding.take(episode("change", "critical", NOON + seconds(60)))
    assert (risen.priority, risen.under_cause, risen.asks, risen.caused_by is None) == (Priority.P1, False, True, False)


def test_what_is_more_urgent_than_its_cause_stands_by_itself(deciding: Deciding) -> None:
    """Until the cause is as urgent."""
    deciding.take(sighting("fire", verdict=Verdict.CONTRADICTED))
    opened = deciding.one(fire(cameras=in_view("cam-1")))
    symptom, _ = deciding.take(episode(level="high"))
    assert (opened.priority, symptom.priority) == (Priority.P3, Priority.P2)
    assert (symptom.caused_by, symptom.under_cause) == (opened.alert_id, False)
    deciding.take(fire(revision=1, operation=Operation.UPDATE, urgency=0, cameras=in_view("cam-1")))
    [under] = deciding.tick(120)
    assert (under.alert_id, under.under_cause) == (symptom.alert_id, True)


@pytest.mark.parametrize(
    "told",
    [
        group(east_m=200),
        group(at_s=700),
        group(at_s=-400),
        group(at_s=400, east_m=100),
        group(position=position(10, accuracy_m=200)),
        group(position=None),
        report("theft", category=Category.FIETSDIEFSTAL, position=position(10)),
    ],
    ids=["too far", "too late", "too early", "late and far", "known too badly", "without a place", "no symptom"],
)
def test_what_nothing_explains_stands_by_itself(deciding: Deciding, told: Evidence) -> None:
    """It asks as always."""
    deciding.one(fire())
    [alert] = deciding.take(told)
    assert (alert.caused_by, alert.under_cause, alert.asks) == (None, False, True)


def test_of_two_causes_the_nearer_counts(deciding: Deciding) -> None:
    """Also when it comes later: the first is told that it left."""
    far = deciding.one(fire())
    symptom, _ = deciding.take(group(east_m=70))
    assert symptom.caused_by == far.alert_id
    near = deciding.one(fire("near", east_m=130))
    moved, *causes = deciding.tick(120)
    assert (moved.alert_id, moved.caused_by) == (symptom.alert_id, near.alert_id)
    assert {each.alert_id: each.symptoms for each in causes} == {
        far.alert_id: (),
        near.alert_id: (symptom.alert_id,),
    }


@pytest.mark.parametrize("what", [Action.ACKNOWLEDGE, Action.ASSIGN])
def test_what_somebody_has_in_hand_stands_by_itself(deciding: Deciding, what: Action) -> None:
    """Until it is given back."""
    _, symptom = burning(deciding)
    [mine] = deciding.take(action(symptom.alert_id, what))
    assert (mine.under_cause, mine.caused_by is None) == (False, False)
    back = deciding.one(action(symptom.alert_id, Action.RELEASE, number=2, seen_revision=1))
    assert (back.under_cause, back.asks) == (True, False)


def test_a_person_takes_it_out_and_it_stays_out(deciding: Deciding) -> None:
    """Whatever is told of both afterwards, also of another cause; only a person puts it back."""
    cause, symptom = burning(deciding)
    out, without = deciding.take(action(symptom.alert_id, Action.DETACH))
    assert (out.caused_by, out.under_cause, out.asks, out.handled_by) == (None, False, True, None)
    assert (without.alert_id, without.symptoms) == (cause.alert_id, ())
    deciding.take(group(revision=1, operation=Operation.UPDATE, place="Stadsplein 2"))
    deciding.take(fire("second", urgency=0))
    deciding.take(report("robbery", position=position(40), occurred_at=NOON + seconds(60)))
    assert deciding.tick(120) == []
    assert deciding.newest(symptom).caused_by is None
    seen = deciding.newest(symptom).revision
    back = deciding.take(action(symptom.alert_id, Action.ATTACH, number=2, seen_revision=seen))[0]
    assert back.under_cause


def test_taking_out_and_putting_back_are_refused_where_there_is_nothing_to(deciding: Deciding) -> None:
    """And where another person acted meanwhile."""
    cause, symptom = burning(deciding)
    assert deciding.refused(action(cause.alert_id, Action.DETACH, seen_revision=1)) == "it stands under no cause"
    assert deciding.refused(action(symptom.alert_id, Action.ATTACH)) == "nobody took it from its cause"
    deciding.take(action(symptom.alert_id, Action.ACKNOWLEDGE, number=2))
    late = action(symptom.alert_id, Action.DETACH, number=3, user="operator-4")
    assert deciding.refused(late) == "operator-3 acted on it at revision 1, and revision 0 was seen"


def _closed(deciding: Deciding, cause: Alert) -> None:
    deciding.one(action(cause.alert_id, Action.CLOSE, seen_revision=cause.revision))


def _shelved(deciding: Deciding, cause: Alert) -> None:
    until = NOON + seconds(1_000)
    deciding.one(action(cause.alert_id, Action.SHELVE, "being_watched", until, seen_revision=cause.revision))


def _withdrawn(deciding: Deciding, cause: Alert) -> None:
    assert cause.state is AlertState.NEW
    deciding.one(fire(revision=1, operation=Operation.CANCEL))


@pytest.mark.parametrize("end", [_closed, _shelved, _withdrawn])
def test_a_cause_that_is_out_of_sight_frees_its_symptoms(deciding: Deciding, end: Any) -> None:
    """Each asks for itself from then on."""
    cause, symptom = burning(deciding)
    end(deciding, cause)
    assert deciding.newest(cause).symptoms == ()
    [freed] = deciding.tick(120)
    assert (freed.alert_id, freed.caused_by, freed.under_cause, freed.asks) == (symptom.alert_id, None, False, True)


def test_a_cause_that_is_opened_again_takes_them_back(deciding: Deciding) -> None:
    """As facts say it."""
    cause, symptom = burning(deciding)
    _closed(deciding, cause)
    deciding.tick(120)
    seen = deciding.newest(cause).revision
    deciding.take(action(cause.alert_id, Action.REOPEN, number=2, seen_revision=seen), NOON + seconds(200))
    under, again = deciding.tick(220)
    assert (under.alert_id, under.under_cause, again.symptoms) == (symptom.alert_id, True, (symptom.alert_id,))


@pytest.mark.parametrize("later_s", [0, 5])
def test_a_cause_that_is_withdrawn_and_holds_again_at_once_names_them_again(deciding: Deciding, later_s: float) -> None:
    """Before anybody looked whether they still stand under it: with the same words for the link, and with others."""
    cause, symptom = burning(deciding)
    _withdrawn(deciding, cause)
    again = fire(revision=2, operation=Operation.UPDATE, occurred_at=NOON + seconds(later_s))
    assert deciding.one(again).change is Change.REOPENED
    deciding.tick(120)
    assert deciding.newest(cause).symptoms == (symptom.alert_id,)
    assert deciding.newest(symptom).caused_by == cause.alert_id
    assert deciding.tick(240) == []


def test_symptoms_of_a_merged_cause_go_on_under_the_other(deciding: Deciding) -> None:
    """And what is split off does not come back under what it was taken from."""
    cause, symptom = burning(deciding)
    other = deciding.one(fire("far", east_m=-120))
    merge = action(other.alert_id, Action.MERGE, other_alert_id=cause.alert_id)
    deciding.take(merge)
    deciding.tick(120)
    assert deciding.newest(symptom).caused_by == other.alert_id
    assert deciding.newest(other).symptoms == (symptom.alert_id,)


def test_what_was_taken_out_stays_out_through_merge_and_split(deciding: Deciding) -> None:
    """A person said so."""
    _, symptom = burning(deciding)
    deciding.take(action(symptom.alert_id, Action.DETACH))
    second = group("late", at_s=80)
    deciding.take(second)
    seen = deciding.newest(symptom).revision
    parts = deciding.take(
        action(symptom.alert_id, Action.SPLIT, number=2, seen_revision=seen, fact_id=_incident(second))
    )
    assert [each.caused_by for each in parts] == [None, None]
    assert deciding.tick(120) == []


def _incident(evidence: Evidence) -> str:
    return str(getattr(evidence.fact, "incident").incident_id)  # noqa: B009


def test_a_cause_has_a_bounded_number_of_symptoms() -> None:
    """What is more stands by itself; what is under it already stays."""

    def situation(evidence: Evidence) -> Situation:
        assert isinstance(evidence.fact, ReportFact)
        opened = with_report(open_situation(evidence, NOON), report_row(evidence, evidence.fact))
        return opened.model_copy(update={"priority": Priority.P2})

    cause, symptom = situation(fire()), situation(group())
    others = tuple(f"other-{number}" for number in range(SYMPTOMS_AT_MOST))
    assert link_of(symptom, [with_symptoms(cause, others, ())], RULES) is None
    assert link_of(symptom, [with_symptoms(cause, others[1:], ())], RULES) is not None
    assert link_of(symptom, [with_symptoms(cause, (*others[1:], symptom.alert_id), ())], RULES) is not None


def test_symptoms_that_are_looked_at_together_are_bounded_too() -> None:
    """What came before its cause, beside what came after it: what is more stands by itself, and both say the same."""
    far = {"cause": "brand", "symptoms": ["medisch_onwel"], "distance_m": 4_000, "before_s": 600, "after_s": 600}
    deciding = Deciding(rules=changed(causes=[far]))
    ambulances = [
        report(f"a{number}", category=AMBULANCE, position=position(400 * (number % 5), 400 * (number // 5)))
        for number in range(SYMPTOMS_AT_MOST + 10)
    ]
    for early in ambulances[:30]:
        deciding.take(early)
    cause = deciding.one(fire(urgency=0))
    for late in ambulances[30:]:
        deciding.take(late)
    assert len(deciding.newest(cause).symptoms) == len(ambulances) - 30
    deciding.tick(120)
    under = sorted(alert.alert_id for alert in deciding.alerts.values() if alert.caused_by == cause.alert_id)
    assert len(under) == SYMPTOMS_AT_MOST
    assert sorted(deciding.newest(cause).symptoms) == under


def test_a_symptom_that_is_over_stays_under_its_cause(deciding: Deciding) -> None:
    """Nobody must look at it for itself; and it expires as any alert."""
    deciding.one(fire(urgency=0))
    symptom, _ = deciding.take(episode())
    [over] = deciding.take(episode("end", "none", NOON + seconds(60)))
    assert (over.alert_id, over.state, over.under_cause) == (
        symptom.alert_id,
        AlertState.RETURNED_TO_NORMAL,
        True,
    )
    gone = deciding.tick(OPEN_S + 500)
    assert {each.state for each in gone} == {AlertState.EXPIRED}


def test_what_stands_under_a_cause_uses_no_place_of_the_budget(deciding: Deciding) -> None:
    """It leaves a summary, and leaves its place to others."""
    for number in range(20):
        deciding.take(
            report(f"t{number}", category=Category.FIETSDIEFSTAL, position=position(-900 + 200 * (number % 9), 400))
        )
        deciding.take(group(f"g{number}", east_m=-900, position=position(-900, 100 * number)))
    grouped = next(alert for alert in deciding.alerts.values() if alert.grouped_under and alert.category is GROUP)
    place = grouped.reports[0].position
    assert place is not None
    deciding.take(report("fire", category=Category.BRAND, position=place, urgency=0, occurred_at=NOON))
    deciding.tick(120)
    assert (deciding.newest(grouped).under_cause, deciding.newest(grouped).grouped_under) == (True, None)


def test_what_a_person_takes_from_its_cause_has_a_line_of_its_own(deciding: Deciding) -> None:
    """In a flood too: it is taken out to be seen, and would go from under one line to under another."""
    _, symptom = burning(deciding, urgency=0)
    for number in range(30):
        place = position(-900 + 200 * (number % 9), 400 + 200 * (number // 9))
        deciding.take(report(f"t{number}", category=Category.FIETSDIEFSTAL, position=place))
    [out, _] = [each for each in deciding.take(action(symptom.alert_id, Action.DETACH)) if each.summary is None]
    assert any(alert.grouped_under for alert in deciding.alerts.values())
    assert (out.alert_id, out.asks, out.grouped_under) == (symptom.alert_id, True, None)


def test_rules_without_causes_link_nothing() -> None:
    """As rules files that were written before."""
    deciding = Deciding(rules=changed(causes=[]))
    deciding.one(fire())
    assert deciding.one(group()).caused_by is None


@pytest.mark.parametrize(
    ("causes", "why"),
    [
        ([("brand", "medisch_onwel"), ("medisch_onwel", "crowd_density")], "medisch_onwel is a cause and a symptom"),
        ([("brand", "brand")], "brand is a cause and a symptom"),
        ([("brand", "crowd_density"), ("brand", "crowd_density")], "brand explains crowd_density twice"),
        ([("woonfraude_overbewoning", "crowd_density")], "woonfraude_overbewoning is a case"),
    ],
)
def test_a_table_that_could_go_round_in_a_circle_is_refused(causes: list[tuple[str, str]], why: str) -> None:
    """So there is no chain and no circle, whatever comes in."""
    size = {"distance_m": 100, "before_s": 60, "after_s": 60}
    rows = [{"cause": cause, "symptoms": [symptom], **size} for cause, symptom in causes]
    with pytest.raises(ValidationError, match=why):
        Rules.model_validate(RULES.model_dump(mode="json") | {"causes": rows})


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"movements": ["running"], "symptoms": ["crowd_density"]}, "expected symptoms or movements, one of both"),
        ({}, "expected symptoms or movements, one of both"),
        ({"movements": ["running"], "signals": ["crowd.warn"]}, "movements: expected without signals"),
        ({"movements": ["fleeing"]}, "movements"),
        ({"movements": ["running"], "passing": 1.1}, "passing"),
        ({"movements": ["running"], "cause": "brand"}, "brand has movements running, expected a signal of fastest"),
        ({"movements": ["gathering"], "cause": "verward_persoon"}, "verward_persoon has movements gathering"),
        ({"movements": ["leaving"], "cause": "overig"}, "overig has movements leaving"),
    ],
)
def test_movements_that_no_camera_can_tell_are_refused(row: dict[str, Any], why: str) -> None:
    """They need a measure that may be unusual: of a person in distress no behaviour is inferred."""
    size = {"cause": "geweld_vechtpartij", "distance_m": 100, "before_s": 60, "after_s": 60}
    with pytest.raises(ValidationError, match=why):
        Rules.model_validate(RULES.model_dump(mode="json") | {"causes": [size | row]})


def test_a_category_has_one_row_of_movements() -> None:
    row = {"cause": "geweld_vechtpartij", "movements": ["running"], "distance_m": 100, "before_s": 60, "after_s": 60}
    with pytest.raises(ValidationError, match="geweld_vechtpartij has movements twice"):
        Rules.model_validate(RULES.model_dump(mode="json") | {"causes": [row, row]})


def test_only_named_signals_are_symptoms_where_some_are_named() -> None:
    """A crowd that somebody reports is none then."""
    size = {"distance_m": 100, "before_s": 60, "after_s": 600}
    row = {"cause": "brand", "symptoms": ["crowd_density"], "signals": ["crowd.high"], **size}
    deciding = Deciding(rules=changed(causes=[row]))
    deciding.one(fire(urgency=0))
    warn = deciding.one(episode())
    assert warn.caused_by is None
    high = deciding.take(episode("change", "high", NOON + seconds(30)))[0]
    assert high.caused_by is not None

"""An alert's score comes out again from its inputs, or it is said what differs or is missing."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.actions import Action
from schemas.alerts import Alert
from schemas.base import Message
from schemas.categories import Category, Priority
from schemas.codec import encode
from schemas.decisions import DecisionLog
from schemas.evidence import Evidence, Verdict
from schemas.incidents import Operation
from schemas.phrases.catalogue import in_words
from schemas.phrases.language import Language
from streams import topics
from streams.config.files import load_rules
from streams.domain.rules.rules import Rules
from streams.kafka import reader
from streams.kafka.decoding import Decoder
from streams.kafka.record import Record
from streams.replay.explain import ExplainOutcome, Recomputed, read_alert, recompute
from streams.replay.explanation import as_dict, as_text
from streams.replay.recording import recording_of
from streams.runtime.in_memory import InMemory
from streams.settings import KafkaSettings
from streams.stages.base import Output
from streams.stages.decide.stage import Decide
from tests.support.facts import facts
from tests.support.kafka import FakeConsumer, FakeTopics
from tests.support.phrases import before_phrases
from tests.support.situations import NOON, action, episode, in_view, position, report, seconds, sighting

RULES = load_rules()
HOLD_S = RULES.damping.fall_after_s


class Town:
    """A control room that decides, and what its topics then hold."""

    def __init__(self) -> None:
        self.flow = InMemory([Decide(RULES, "r1")])
        self.decisions: list[DecisionLog] = []
        self.records: list[Record] = []
        self.alerts: dict[str, Alert] = {}

    def give(self, message: Message, at_s: float = 100) -> list[Alert]:
        topic = topics.OPERATOR_ACTIONS if message.name == "operator-action" else topics.EVIDENCE
        sent = self.flow.give(topic, message, NOON + seconds(at_s))
        found = self._keep(sent)
        decision = self.decisions[-1]
        self.records.append(as_record(message, decision.topic, decision.offset))
        return found

    def tick(self, at_s: float) -> list[Alert]:
        return self._keep(self.flow.tick(NOON + seconds(at_s)))

    def _keep(self, sent: Sequence[Output]) -> list[Alert]:
        decisions = [each.message for each in sent if isinstance(each.message, DecisionLog)]
        self.decisions += decisions
        self.records += [as_record(each, topics.DECISION_LOG, each.sequence) for each in decisions]
        found = [each.message for each in sent if isinstance(each.message, Alert) and each.topic == topics.ALERTS]
        self.alerts |= {alert.alert_id: alert for alert in found}
        return found


def as_record(message: Message, topic: str, offset: int) -> Record:
    sent = encode(message, stage="test", handled_at=NOON, entered_at=NOON)
    return Record(topic, 0, offset, sent.key, sent.value, sent.headers, NOON)


def explained(alert: Alert, records: Sequence[Record], rules: Rules = RULES) -> Recomputed:
    return recompute(alert, recording_of(records), rules)


@pytest.fixture
def town() -> Town:
    """Return a town in which a robbery, a burglary and its near-repeat, a crowd and a theft were decided on."""
    town = Town()
    town.give(sighting("early", verdict=Verdict.CONTRADICTED))
    town.give(report("a", in_view("cam-1", "cam-2")))
    town.give(report("theft", category=Category.FIETSDIEFSTAL, position=position(500)))
    town.give(report("b", source="p2000", position=position(60)))
    town.give(sighting("a"))
    town.give(burglary("first", 0))
    town.give(burglary("second", 3_000), 3_100)
    town.give(episode(east_m=700), 3_200)
    return town


def burglary(name: str, at_s: float, **changes: Any) -> Message:
    at = NOON + seconds(at_s)
    place = position(-600 + at_s / 20)
    return report(name, category=Category.WONINGINBRAAK, position=place, occurred_at=at, reported_at=at, **changes)


def of(town: Town, name: str) -> Alert:
    return next(each for each in town.alerts.values() if name in [row.source_id for row in each.reports])


def test_every_alert_comes_out_again(town: Town) -> None:
    """With all of its factors, from the decisions that concern it, in any order and with repeats."""
    assert len(town.alerts) == 5
    shuffled = [*reversed(town.records), *town.records]
    for alert in town.alerts.values():
        found = explained(alert, shuffled)
        assert (found.outcome, found.again, found.differences) == (ExplainOutcome.SAME, alert, ())
        assert found.decisions < len(town.decisions)


def test_an_alert_that_went_on_by_itself_comes_out_again(town: Town) -> None:
    """Both do: the one whose only report was told to be elsewhere, and the one that it joined."""
    moved: dict[str, Any] = {
        "category": Category.FIETSDIEFSTAL,
        "operation": Operation.UPDATE,
        "revision": 1,
        "position": position(505),
    }
    town.give(report("second", category=Category.FIETSDIEFSTAL, position=None), 200)
    own = of(town, "second")
    town.give(report("second", **moved), 300)
    there = of(town, "theft")
    assert town.alerts[own.alert_id].merged_into == there.alert_id
    for alert in (town.alerts[own.alert_id], there):
        found = explained(alert, town.records)
        assert (found.outcome, found.again) == (ExplainOutcome.SAME, alert)


def test_a_summary_comes_out_again(town: Town) -> None:
    """What opened it depends on what else was shown lately: the whole control room is decided anew."""
    for number in range(6):
        town.give(report(f"far-{number}", category=Category.OVERIG, position=position(0, 1_000 + 500 * number)), 3_300)
    [summary] = [alert for alert in town.alerts.values() if alert.summary]
    found = explained(summary, town.records)
    assert (found.outcome, found.again, found.decisions) == (ExplainOutcome.SAME, summary, summary_place(town, summary))
    last = [each for each in town.records if each.topic == topics.EVIDENCE][-3:]
    log = [each for each in town.records if each.topic == topics.DECISION_LOG]
    assert explained(summary, [*log, *last]).outcome is ExplainOutcome.INCOMPLETE


def summary_place(town: Town, summary: Alert) -> int:
    """Return how many decisions were made up to the one that told an alert last."""
    return max(number for number, each in enumerate(town.decisions, 1) if summary.alert_id in each.alert_ids)


def test_a_near_repeat_is_played_with_what_it_repeats(town: Town) -> None:
    """The earlier burglary's decisions belong to it; the others' do not."""
    second = of(town, "second")
    assert "near_repeat" in {factor.rule_id for factor in second.factors}
    found = explained(second, town.records)
    assert (found.outcome, found.decisions) == (ExplainOutcome.SAME, 2)


@pytest.mark.parametrize("how", ["cancelled", "closed"])
def test_a_repeat_that_is_none_any_more_comes_out_again(town: Town, how: str) -> None:
    """The alert names the earlier one no more; what took it away changed both."""
    first = of(town, "first")
    cancelled = burglary("first", 0, revision=1, operation=Operation.CANCEL)
    town.give(cancelled if how == "cancelled" else action(first.alert_id, Action.FALSE_ALARM), 3_300)
    second = of(town, "second")
    assert (second.revision, second.near_repeats) == (1, ())
    found = explained(second, town.records)
    assert (found.outcome, found.again) == (ExplainOutcome.SAME, second)


def test_what_came_before_its_report_is_found(town: Town) -> None:
    """A sighting that waited changed no alert when it came."""
    town.give(report("early", in_view("cam-1"), category=Category.JEUGDOVERLAST, position=position(-900)))
    alert = of(town, "early")
    assert alert.verdict is Verdict.CONTRADICTED
    assert explained(alert, town.records).outcome is ExplainOutcome.SAME


@pytest.mark.parametrize("until_s", [150, 200 + HOLD_S])
def test_a_held_and_a_fallen_priority_come_out_again(town: Town, until_s: float) -> None:
    """Ticks are played at the time that the decision log tells."""
    town.give(report("c", in_view("cam-1"), position=position(0, 900)), 110)
    town.give(sighting("c", verdict=Verdict.CONTRADICTED), 120)
    town.tick(until_s)
    alert = of(town, "c")
    assert (alert.priority is Priority.P1) is (until_s < 120 + HOLD_S)
    found = explained(alert, town.records)
    assert (found.outcome, found.again) == (ExplainOutcome.SAME, alert)


@settings(max_examples=40, deadline=None)
@given(facts(), st.randoms(use_true_random=False), st.integers(0, 90))
def test_whatever_came_in_whatever_order_comes_out_again(
    evidence: list[Evidence], shuffle: random.Random, apart_s: int
) -> None:
    """Facts that join, overtake and cancel each other, with holds between them."""
    shuffled, town = list(evidence), Town()
    shuffle.shuffle(shuffled)
    for number, each in enumerate(shuffled):
        town.tick(6_000 + number * apart_s)
        town.give(each, 6_000 + number * apart_s)
    for alert in town.alerts.values():
        found = explained(alert, town.records)
        assert (found.outcome, found.again, found.differences) == (ExplainOutcome.SAME, alert, ())


def test_an_operators_action_is_played(town: Town) -> None:
    """The alert that an operator closed is the one that comes out."""
    town.give(action(of(town, "theft").alert_id, Action.CLOSE), 300)
    alert = of(town, "theft")
    assert explained(alert, town.records).again == alert


def test_an_alert_that_was_changed_on_its_way_is_told(town: Town) -> None:
    """Each thing that differs is a line: a score, a factor that was changed, one that was added."""
    alert = of(town, "a")
    other = alert.factors[0].model_copy(update={"points": 20.0})
    added = alert.factors[1].model_copy(update={"rule_id": "invented"})
    forged = alert.model_copy(update={"score": 12.0, "factors": (other, *alert.factors[1:], added)})
    found = explained(forged, town.records)
    assert found.outcome is ExplainOutcome.DIFFERENT
    assert tuple(in_words(each, Language.EN) for each in found.differences) == (
        f"score: was 12.0, comes out as {alert.score}",
        "factor category.straatroof: was +20 Street robbery, comes out as +80 Street robbery",
        f"factor invented: was {added.points:+g} {added.reason}, comes out as not there",
    )


def test_an_alert_of_a_release_before_phrases_comes_out_again(town: Town) -> None:
    """Its reasons are compared as text, and it is told by its text in any language; what came after it has both."""
    alert = of(town, "a")
    old = alert.model_validate_json(before_phrases(as_record(alert, topics.ALERTS, 0)).value or b"")
    assert old.factors != alert.factors
    found = explained(old, [before_phrases(record) for record in town.records])
    assert (found.outcome, found.differences) == (ExplainOutcome.SAME, ())
    assert old.factors[1].reason in as_text(found, RULES, Language.NL)
    new = as_text(explained(alert, town.records), RULES, Language.NL)
    assert old.factors[1].reason not in new
    assert "beslissingen opnieuw genomen" in new


def test_other_rules_say_so(town: Town) -> None:
    """What comes out under them may be something else."""
    content = RULES.model_dump(mode="json")
    content["version"], content["categories"]["straatroof"]["points"] = "other", 30
    rules = Rules.model_validate(content)
    alert = of(town, "a")
    found = explained(alert, town.records, rules)
    assert found.outcome is ExplainOutcome.DIFFERENT
    text = as_text(found, rules)
    assert f"scored by rules {RULES.version}; these are rules other" in text
    assert "priority: was P1, comes out as P2" in text


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        ("report", "is not retained any more"),
        ("decision", "are not all in the decision log"),
        ("all", "are not all in the decision log"),
        ("broken report", "cannot be decoded"),
        ("broken decision", "could not be decoded: 1 of decision-log"),
    ],
)
def test_inputs_that_are_gone_are_told(town: Town, lost: str, words: str) -> None:
    """It is not said to differ, and not said to be the same; what is there and cannot be decoded is not said to be gone."""
    alert = of(town, "a")
    first = next(each for each in town.decisions if alert.alert_id in each.alert_ids)
    where = (first.topic, first.offset) if "report" in lost else (topics.DECISION_LOG, first.sequence)
    at = next(index for index, each in enumerate(town.records) if (each.topic, each.offset) == where)
    rest = [*town.records[:at], *town.records[at + 1 :]]
    broken = [replace(town.records[at], value=b"{")] if "broken" in lost else []
    found = explained(alert, [] if lost == "all" else [*rest, *broken])
    assert (found.outcome, found.again) == (ExplainOutcome.INCOMPLETE, None)
    assert any(words in in_words(each, Language.EN) for each in found.differences)


def test_the_text_tells_factors_sum_thresholds_and_cameras(town: Town) -> None:
    """For a person: every factor with its points, and that it came out again."""
    alert = of(town, "a")
    text = as_text(explained(alert, town.records), RULES)
    for factor in alert.factors:
        assert f"{factor.points:+7g}  {factor.rule_id:28} {factor.reason}" in text
    assert "    100  points\n" in text
    assert "P1 from 75, P2 from 50, P3 from 25: the points give P1" in text
    assert "cam-1, 5 m: corroborated, cam-1 corroborated" in text
    assert f"3 decisions played again with rules {RULES.version}: the same result" in text


@pytest.mark.parametrize(
    ("language", "stands", "cause_reason", "explains", "recommended"),
    [
        (
            Language.EN,
            "stands under its cause",
            "youth nuisance 40 m from fire, 60 s after it began",
            "explains 1 alert",
            "recommended: call politie-gms back (P3, no camera can say)",
        ),
        (
            Language.NL,
            "staat onder de oorzaak",
            "jeugdoverlast op 40 m van brand, 60 s na het begin",
            "verklaart 1 melding",
            "advies: bel politie-gms terug (P3, geen camera kan het zeggen)",
        ),
    ],
)
def test_the_text_tells_cause_symptoms_and_the_next_step_with_their_reasons(
    town: Town, language: Language, stands: str, cause_reason: str, explains: str, recommended: str
) -> None:
    """In both languages, and as a program reads it."""
    at = NOON + seconds(60)
    town.give(report("fire", category=Category.BRAND, position=position(1_200), urgency=0), 3_300)
    near: dict[str, Any] = {"category": Category.JEUGDOVERLAST, "position": position(1_240), "occurred_at": at}
    town.give(report("group", **near), 3_301)
    fire, group = of(town, "fire"), of(town, "group")
    found = explained(group, town.records)
    assert found.outcome is ExplainOutcome.SAME
    assert f"  {stands}, {fire.alert_id}: {cause_reason}\n" in as_text(found, RULES, language)
    assert f"  {explains}: {group.alert_id}\n" in as_text(explained(fire, town.records), RULES, language)
    told = json.loads(json.dumps(as_dict(found, RULES)))
    assert (told["caused_by"], told["under_cause"]) == (fire.alert_id, True)
    assert told["next_step"]["code"] == "next-with-cause"
    theft = as_text(explained(of(town, "theft"), town.records), RULES, language)
    assert recommended in theft


@pytest.mark.parametrize("at", [NOON, None])
def test_limits_holds_and_a_sum_beyond_the_scale_are_told(town: Town, at: datetime | None) -> None:
    """Each on a line of its own."""
    alert = of(town, "theft")
    many = alert.factors[0].model_copy(update={"points": 90.0})
    changes: dict[str, Any] = {"factors": (many, many), "score": 100.0, "capped_by": "limit.case"}
    changes |= {"falls_to": Priority.P3, "falls_at": at} if at else {}
    text = as_text(explained(alert.model_copy(update=changes), []), RULES)
    assert "    180  points, held within 0 and 100: 100" in text
    assert "limit.case: held at P3, whatever the points" in text
    assert ("falls to P3 at 2026-11-24T12:00:00.000000Z; until then P3 is shown" in text) is (at is not None)


def test_the_newest_revision_is_read_and_what_of_it_cannot_be_decoded_is_counted(
    monkeypatch: pytest.MonkeyPatch, town: Town
) -> None:
    """A newer one may be of a newer release; other alerts' records are not looked into."""
    held, decoder = FakeTopics(), Decoder()
    monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, held))
    alert = of(town, "a")
    older, other = alert.model_copy(update={"revision": 0}), of(town, "theft")
    for message in (alert, older, other):
        held.add(topics.ALERTS, message, NOON)
    held.add(topics.ALERT_STATE, None, NOON, value=f'{{"alert_id":"{alert.alert_id}"'.encode())
    held.add(topics.ALERT_STATE, None, NOON, value=b"{")
    assert read_alert(KafkaSettings(bootstrap_servers="kafka:9092"), alert.alert_id, decoder) == alert
    assert decoder.undecodable == {topics.ALERT_STATE: 1}


def test_the_document_for_a_program(town: Town) -> None:
    """The same, as JSON."""
    alert = of(town, "second")
    told = json.loads(json.dumps(as_dict(explained(alert, town.records), RULES)))
    assert (told["priority"], told["score"], told["points"]) == ("P2", alert.score, alert.score)
    assert told["near_repeats"][0]["alert_id"] == of(town, "first").alert_id
    assert told["recomputed"] == {
        "outcome": "same",
        "rules_version": RULES.version,
        "decisions": 2,
        "priority": "P2",
        "score": alert.score,
        "differences": [],
    }

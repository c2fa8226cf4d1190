"""What operators and the safety team read in Dutch has no English word, whatever happened on the way."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from rich.console import Console

from schemas.actions import Action, FalseAlarmReason, ShelveReason
from schemas.alerts import Alert
from schemas.cameras import CameraState, CameraStatus, Visibility
from schemas.categories import Category
from schemas.incidents import Operation, ReportNote
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams import topics
from streams.config.files import load_rules
from streams.domain.alerts.acting.reasons import FALSE, SHELVED
from streams.domain.budget.summary import joined, open_summary, summary_alert
from streams.presentation.alerts import line, table
from streams.presentation.trends.html import report_html
from streams.replay.explain import ExplainOutcome, Recomputed
from streams.replay.explanation import as_text
from tests.support.flow import Flow
from tests.support.situations import NOON, action, incident, observation, position, seconds
from tests.support.trend_year import summary
from tests.support.words import english_in

IDS = {"cam", "gms", "politie", "plein", "meldpunt", "stadsplein"}
"""What the scenes call their cameras, partners and places."""
RULES = load_rules()


class Day(Flow):
    """A day in which everything happens that an alert can tell; `told` are all versions of all alerts."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Alert] = []

    def take(self) -> None:
        self.told += self.alerts.values()

    def report(self, name: str, at_s: float, **changes: object) -> None:
        self.send(topics.INCIDENTS, incident(name, **changes), NOON + seconds(at_s))
        self.take()

    def status(self, camera_id: str, aspect: str, state: CameraState, reason: str, at_s: float) -> None:
        at = NOON + seconds(at_s)
        told = CameraStatus(camera_id=camera_id, aspect=aspect, state=state, reason=reason, changed_at=at)
        self.send(topics.CAMERA_STATE, told, at)


@pytest.fixture(scope="module")
def told() -> list[Alert]:
    """Return the alerts of such a day."""
    day = Day()
    day.report("a", 61, position=position(10, 10))
    day.second(62, 3)
    day.second(63, 3, fastest=4.2)
    day.report("b", 70, source="p2000", source_priority="", position=position(12, 10), urgency=1)
    day.report("a", 90, position=position(10, 10), revision=1, operation=Operation.UPDATE)
    for number, category in enumerate(Category):
        day.report(f"kind-{number}", 100, category=category, position=position(900 * (number + 1)))
    notes = tuple(ReportNote)
    day.report("noted", 100, category=Category.OVERIG, notes=notes, urgency=0, position=position(-5_000, 40))
    day.report("nowhere", 100, position=None)
    day.report("rough", 100, position=position(20, 20, 400), category=Category.GEWELD_VECHTPARTIJ)
    day.report("late", 20_000, position=position(20, 300), category=Category.JEUGDOVERLAST)
    for visibility in Visibility:
        if visibility is not Visibility.CLEAR:
            day.status("cam-1", "view", CameraState.DEGRADED, visibility.value, 21_000)
            day.report(
                f"blind-{visibility.value}", 21_010, occurred_at=NOON + seconds(21_000), position=position(10, 300)
            )
            day.tick(23_000)
            day.take()
    day.status("cam-2", "stream", CameraState.OFFLINE, "lost", 24_000)
    day.report("dark", 24_010, occurred_at=NOON + seconds(24_000), category=Category.BRAND)
    day.tick(26_000)
    day.take()
    day.report("seen", 30_000, occurred_at=NOON + seconds(30_000), category=Category.JEUGDOVERLAST)
    for at_s in range(29_400, 31_300):
        for camera_id in ("cam-1", "cam-2"):
            day.second(at_s, 0, camera_id)
    day.tick(31_400)
    day.take()
    for at_s in range(40_000, 40_060):
        at = NOON + seconds(at_s)
        day.send(topics.OBSERVATIONS, observation(at, 300, "plein", "cam-1"), at)
    day.take()
    open_alert = next(iter(day.alerts.values()))
    for number, act in enumerate((Action.ACKNOWLEDGE, Action.CLOSE)):
        closing = action(open_alert.alert_id, act, "true", number=number)
        day.send(topics.OPERATOR_ACTIONS, closing, NOON + seconds(41_000))
        day.take()
    coded = [(Action.SHELVE, each.value) for each in ShelveReason]
    coded += [(Action.FALSE_ALARM, each.value) for each in FalseAlarmReason]
    for number, (act, code) in enumerate(coded):
        before = set(day.alerts)
        place = position(-900 * (number + 1), 900)
        day.report(f"aside-{number}", 41_100, category=Category.WONINGINBRAAK, position=place)
        [opened] = [each for each in set(day.alerts) - before if day.alerts[each].summary is None]
        until = NOON + seconds(50_000)
        asked = action(opened, act, "", until, 10 + number, reason_code=code)
        day.send(topics.OPERATOR_ACTIONS, asked, NOON + seconds(41_200))
        day.take()
    first = day.told[0]
    row = joined(open_summary(first, True, 20, NOON), day.told[5], 20, NOON)
    return [*day.told, summary_alert(row, True, True, RULES, "r1")]


def _codes(phrase: Phrase) -> set[str]:
    """Return the codes of a phrase and of those within it."""
    within = [each for value in phrase.values.values() for each in (value if isinstance(value, tuple) else (value,))]
    return {phrase.code}.union(*(_codes(each) for each in within if isinstance(each, Phrase)))


def _without_ids(found: set[str]) -> set[str]:
    return found - IDS


def test_the_day_tells_of_many_things(told: list[Alert]) -> None:
    """Enough that the tests below say something."""
    assert len({factor.rule_id for each in told for factor in each.factors}) > 30
    assert (
        len({code for each in told for camera in each.cameras if camera.phrase for code in _codes(camera.phrase)}) > 10
    )
    assert all(factor.phrase for each in told for factor in each.factors)
    reasons = {each.shelf.phrase for each in told if each.shelf} | {each.closing_reason for each in told}
    assert reasons - {None} == {*SHELVED.values(), *FALSE.values()}


def test_lines_have_no_english_word(told: list[Alert]) -> None:
    """As `watch --lang nl` prints them to a pipe."""
    lines = {line(each, NOON, Language.NL) for each in told}
    assert {text: found for text in lines if (found := _without_ids(english_in(text)))} == {}


def test_the_table_has_no_english_word(told: list[Alert]) -> None:
    """As `watch --lang nl` draws it."""
    out = io.StringIO()
    Console(file=out, width=400).print(table(told, NOON, Language.NL))
    Console(file=out, width=400).print(table([], NOON, Language.NL))
    assert _without_ids(english_in(out.getvalue())) == set()


@pytest.mark.parametrize("outcome", ExplainOutcome)
def test_explanations_have_no_english_word(told: list[Alert], outcome: ExplainOutcome) -> None:
    """As `explain --lang nl` prints them; what rules are called by is left out."""
    for each in told:
        text = as_text(Recomputed(each, each, outcome, 3, ()), RULES, Language.NL)
        for factor in each.factors:
            text = text.replace(factor.rule_id, "")
        assert _without_ids(english_in(text)) == set(), text


def test_the_trends_report_has_no_english_word() -> None:
    """Marks and style left out, and the area's names, which are proper."""
    text = re.sub(
        r"<style>.*?</style>|<[^>]*>", " ", report_html([summary()], Language.NL, date(2026, 11, 30)), flags=re.S
    )
    assert _without_ids(english_in(text)) == set()

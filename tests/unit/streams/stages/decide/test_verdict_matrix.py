"""The verdict of each category comes from the rules: what corroborates it, in which window, and what contradicts it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from schemas.base import Message
from schemas.categories import Category
from schemas.evidence import Evidence, SightingFact, Verdict
from schemas.observations import SituationKind, ZoneSituation
from streams.config.files import load_rules
from streams.domain.rules.rules import Rules
from streams.stages.corroborate.stage import Corroborate
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera, item, observation, registry, seconds, tick, watch

RULES = load_rules()
ASKED = [category for category in Category if RULES.of(category).cameras is not None]
CORROBORATES = {
    Category.WONINGINBRAAK: {"running"},
    Category.ZAKKENROLLERIJ: {"running"},
    Category.STRAATROOF: {"running", "converging"},
    Category.JEUGDOVERLAST: {"group"},
    Category.BRAND: {"dispersing"},
    Category.GEWELD_VECHTPARTIJ: {"running", "converging"},
    Category.VERDACHT_VOORWERP: {"object_left"},
}
"""By the table of the domain fact sheet, §7."""


class Corroboration:
    """The stage with its rows."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.stage = Corroborate(registry(camera("cam-1", 0)), rules)
        self.rows = FakeRows()

    def take(self, message: Message, now: datetime | None = None) -> list[SightingFact]:
        outputs = self.stage.handle(item(message), self.rows, now or message.happened_at())
        found = [output.message.fact for output in outputs if isinstance(output.message, Evidence)]
        return [fact for fact in found if isinstance(fact, SightingFact)]


def shows(kind: SituationKind, at_s: float = 10, **changes: Any) -> Message:
    told = ZoneSituation(kind=kind, since=NOON, value=1, explanation="seen")
    return observation(NOON + seconds(at_s), situations=(told,), **changes)


@pytest.mark.parametrize("kind", list(SituationKind))
@pytest.mark.parametrize("category", ASKED)
def test_a_situation_corroborates_what_the_matrix_says_and_nothing_else(
    category: Category, kind: SituationKind
) -> None:
    """Whether the report came before it or comes after; nobody else is in the zone."""
    expected = kind.value in CORROBORATES.get(category, set())
    before, after = Corroboration(), Corroboration()
    before.take(watch(category=category))
    after.take(shows(kind))
    found = [before.take(shows(kind)), after.take(watch(category=category), NOON + seconds(20))]
    verdicts = [[fact.verdict for fact in facts] for facts in found]
    assert verdicts == ([[Verdict.CORROBORATED]] * 2 if expected else [[], []])
    if expected:
        [fact], [same] = found
        assert fact == same
        assert fact.signal == f"situation.{kind.value}"
        assert fact.explanation.endswith("in zone plein, 10 s after the reported time")


def test_how_somebody_behaves_never_corroborates_distress() -> None:
    """Presence alone does."""
    stage = Corroboration()
    stage.take(watch(category=Category.VERWARD_PERSOON))
    for number, kind in enumerate(SituationKind):
        assert stage.take(shows(kind, number)) == []
    [fact] = stage.take(observation(NOON + seconds(20), count=1))
    assert (fact.verdict, fact.signal) == (Verdict.CORROBORATED, "persons")


def test_the_most_telling_signal_names_the_sighting() -> None:
    """Two persons who run are told as running."""
    stage = Corroboration()
    stage.take(watch())
    [fact] = stage.take(shows(SituationKind.RUNNING, count=2))
    assert (fact.signal, fact.value) == ("situation.running", 2)


def test_a_view_that_was_not_clear_is_told() -> None:
    """In what was seen, and in what was not."""
    stage = Corroboration()
    stage.take(watch())
    [fact] = stage.take(shows(SituationKind.RUNNING, visibility="blurred"))
    assert fact.explanation == "running in zone plein, 10 s after the reported time, its view not clear"
    other = Corroboration()
    other.take(watch())
    for at_s in range(-30, 61):
        other.take(observation(NOON + seconds(at_s), visibility="clear" if at_s < 50 else "blinded"))
    at = NOON + seconds(70)
    [unseen] = other.take(tick("camera", at), at)
    assert unseen.explanation == "saw nobody in 1 min 31 s, 88% of them watched; its view was not clear for 11 s"


@pytest.mark.parametrize(
    ("late_s", "words"), [(3_569, ""), (3_571, "; what it showed before 11:59:31 UTC is not kept any more")]
)
def test_a_report_that_comes_too_late_to_look_back_says_so(late_s: float, words: str) -> None:
    """The camera was not blind: what it showed is kept for an hour."""
    stage = Corroboration()
    [fact] = stage.take(watch(), NOON + seconds(late_s))
    assert (fact.verdict, fact.explanation) == (Verdict.CAMERA_UNAVAILABLE, f"it saw 0% of the window{words}")


def test_the_matrix_is_data() -> None:
    """Other rules, other verdicts: the same observation and report."""
    content = RULES.model_dump(mode="json")
    content["categories"]["fietsdiefstal"]["cameras"]["signals"] = [{"situation": "running"}]
    content["categories"]["fietsdiefstal"]["cameras"]["contradicted_at_most_persons"] = 0
    verdicts = []
    for rules in (RULES, Rules.model_validate(content)):
        found = []
        for shown in (shows(SituationKind.RUNNING, 0), observation(NOON)):
            stage = Corroboration(rules)
            stage.take(watch(category=Category.FIETSDIEFSTAL, window_from=NOON, window_until=NOON + seconds(1)))
            facts = [*stage.take(shown), *stage.take(tick("camera", NOON + seconds(60)), NOON + seconds(60))]
            found.append(facts[0].verdict)
        verdicts.append(found)
    assert verdicts == [[Verdict.UNSEEN, Verdict.UNSEEN], [Verdict.CORROBORATED, Verdict.CONTRADICTED]]

"""The verdict of each category comes from the rules: what corroborates it, in which window, and what contradicts it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from schemas.base import Message
from schemas.categories import Category
from schemas.evidence import Evidence, SightingFact, Verdict
from schemas.observations import Measures, SituationKind, ZoneSituation
from streams.config.files import load_rules
from streams.domain.normal.measure import Measure, Sizes
from streams.domain.rules.rules import Rules
from streams.stages.corroborate.stage import Corroborate
from tests.support.normal import learn
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera, item, observation, registry, seconds, tick, watch

RULES = load_rules()
ASKED = [category for category in Category if RULES.of(category).cameras is not None]
DESCRIBED = {Category.JEUGDOVERLAST: {"group"}, Category.VERDACHT_VOORWERP: {"object_left"}}
"""Situations whose base rate nobody knows, so that they fit a report and corroborate none."""
CAM_1 = camera("cam-1", 0)
CALM: Sizes = (1, 1.2, 0, 0.0, 15.0)
SHOWN = {
    Measure.PERSONS: Measures(persons=40),
    Measure.FASTEST: Measures(persons=1, fastest_m_per_s=4.1),
    Measure.STANDING: Measures(persons=1, standing_together=9),
    Measure.DROPPED: Measures(persons=1, dropped=9.0),
    Measure.STAY: Measures(persons=1, longest_stay_s=700),
}
"""Each is unusual where one walks by, and nothing else is."""


class Corroboration:
    """The stage with its rows."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.stage = Corroborate(registry(CAM_1), rules)
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
def test_a_situation_fits_what_the_matrix_says_and_corroborates_nothing(
    category: Category, kind: SituationKind
) -> None:
    """Whether the report came before it or comes after; nobody else is in the zone."""
    expected = kind.value in DESCRIBED.get(category, set())
    before, after = Corroboration(), Corroboration()
    before.take(watch(category=category))
    after.take(shows(kind))
    found = [before.take(shows(kind)), after.take(watch(category=category), NOON + seconds(20))]
    verdicts = [[fact.verdict for fact in facts] for facts in found]
    assert verdicts == ([[Verdict.CONSISTENT]] * 2 if expected else [[], []])
    if expected:
        [fact], [same] = found
        assert fact == same
        assert fact.signal == f"situation.{kind.value}"
        assert fact.explanation.endswith("in zone plein, 10 s after the reported time")
        assert fact.likelihood is not None
        assert (fact.likelihood.ratio, fact.likelihood.base_rate) == (1.0, None)


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("category", ASKED)
def test_an_unusual_measure_corroborates_where_it_is_much_more_likely(category: Category, measure: Measure) -> None:
    """By the rules: those that are held against the profile, where the ratio that follows from both rates is high enough."""
    rule = RULES.of(category).cameras
    assert rule is not None
    signal = next((each for each in rule.signals if each.measure is measure), None)
    stage = Corroboration()
    learn(stage.rows, CAM_1, 40, CALM)
    stage.take(watch(category=category))
    found = stage.take(observation(NOON, view=SHOWN[measure]))
    if signal is None:
        assert all(fact.signal != measure.value for fact in found)
        return
    [fact] = found
    assert signal.hit_rate is not None
    base_rate = 1 - (1 - 1 / 42) ** max(1, (rule.before_s + rule.after_s) / 600)
    ratio = 1 + signal.hit_rate * (1 - base_rate) / base_rate
    if signal.above == "presence":  # somebody is always there: more persons tell no more
        assert fact.verdict is Verdict.CONSISTENT
        return
    corroborates = signal.above is not None and ratio >= RULES.normal.corroborated_from
    assert (fact.verdict is Verdict.CORROBORATED) == corroborates
    assert fact.likelihood is not None
    if signal.above:
        assert fact.signal == measure.value
        assert fact.likelihood.ratio == pytest.approx(ratio, abs=0.001)


def test_how_somebody_behaves_never_answers_distress() -> None:
    """Presence alone does."""
    stage = Corroboration()
    learn(stage.rows, CAM_1, 40, (0, 0.0, 0, 0.0, 0.0))
    stage.take(watch(category=Category.VERWARD_PERSOON))
    for number, kind in enumerate(SituationKind):
        assert stage.take(shows(kind, number, view=Measures(persons=0, fastest_m_per_s=9.0, standing_together=9))) == []
    [fact] = stage.take(observation(NOON + seconds(20), view=Measures(persons=1)))
    assert (fact.verdict, fact.signal) == (Verdict.CORROBORATED, "persons")


def test_the_most_telling_signal_names_the_sighting() -> None:
    """Two persons who run are told as running, and both signals were met."""
    stage = Corroboration()
    learn(stage.rows, CAM_1, largest=(4, 1.2, 0, 0.0, 15.0))
    stage.take(watch())
    [fact] = stage.take(observation(NOON, view=Measures(persons=2, fastest_m_per_s=4.1)))
    assert (fact.signal, fact.value) == ("fastest", 4.1)
    assert fact.likelihood is not None
    assert fact.likelihood.met == ("fastest", "persons")


def test_a_view_that_was_not_clear_is_told() -> None:
    """In what was seen, and in what was not."""
    stage = Corroboration()
    stage.take(watch(category=Category.VERDACHT_VOORWERP))
    [fact] = stage.take(shows(SituationKind.OBJECT_LEFT, visibility="blurred"))
    words = "an object that was left in zone plein, 10 s after the reported time, its view not clear"
    assert fact.explanation == words
    other = Corroboration()
    other.take(watch())
    for at_s in range(-30, 61):
        other.take(observation(NOON + seconds(at_s), visibility="clear" if at_s < 50 else "blinded"))
    at = NOON + seconds(70)
    [unseen] = other.take(tick("camera", at), at)
    assert unseen.explanation == (
        "saw nobody in 1 min 31 s, 88% of them watched; its view was not clear for 11 s; "
        "what belongs to it is not measured in this view"
    )


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
    content["categories"]["fietsdiefstal"]["cameras"]["signals"] = [
        {"measure": "fastest", "least": 2.2, "above": "profile", "hit_rate": 0.9}
    ]
    content["categories"]["fietsdiefstal"]["cameras"]["contradicted_at_most_persons"] = 0
    runs = Measures(persons=1, fastest_m_per_s=4.0, standing_together=0)
    verdicts = []
    for rules in (RULES, Rules.model_validate(content)):
        found = []
        for shown in (runs, Measures(persons=0)):
            stage = Corroboration(rules)
            learn(stage.rows, CAM_1, 40, CALM)
            stage.take(watch(category=Category.FIETSDIEFSTAL, window_from=NOON, window_until=NOON + seconds(1)))
            facts = [fact for at_s in (0, 1) for fact in stage.take(observation(NOON + seconds(at_s), view=shown))]
            facts += stage.take(tick("camera", NOON + seconds(60)), NOON + seconds(60))
            found.append(facts[0].verdict)
        verdicts.append(found)
    assert verdicts == [[Verdict.UNSEEN, Verdict.UNSEEN], [Verdict.CORROBORATED, Verdict.CONTRADICTED]]


@pytest.mark.parametrize(("in_view", "verdict"), [(1.0, Verdict.CORROBORATED), (0.1, Verdict.CONSISTENT)])
def test_a_place_that_may_lie_elsewhere_weakens_a_verdict(in_view: float, verdict: Verdict) -> None:
    stage = Corroboration()
    learn(stage.rows, CAM_1)
    stage.take(watch(in_view=in_view))
    [fact] = stage.take(observation(NOON, view=SHOWN[Measure.FASTEST]))
    assert fact.verdict is verdict
    assert ("the place lies in view with a chance of 10%" in fact.explanation) == (in_view < 1)


@pytest.mark.parametrize(("in_views", "verdict"), [(1.0, Verdict.CORROBORATED), (4.0, Verdict.CONSISTENT)])
def test_several_cameras_that_see_a_place_do_not_add_up(in_views: float, verdict: Verdict) -> None:
    """Any of four may show something by chance."""
    stage = Corroboration()
    learn(stage.rows, CAM_1)
    stage.take(watch(in_views=in_views))
    [fact] = stage.take(observation(NOON, view=SHOWN[Measure.FASTEST]))
    assert fact.verdict is verdict
    assert fact.likelihood is not None
    assert fact.likelihood.base_rate == pytest.approx(1 - (1 - 1 / 22) ** in_views, abs=1e-6)


def test_where_everything_is_usual_nothing_corroborates() -> None:
    """Bicycles cross it in each block: speeds say nothing, and that is told."""
    stage = Corroboration()
    learn(stage.rows, CAM_1, 40, (9, 9.0, 3, 4.0, 60.0))
    stage.take(watch())
    [fact] = stage.take(observation(NOON, view=SHOWN[Measure.FASTEST]))
    assert fact.verdict is Verdict.CONSISTENT
    assert "here that is so in 9 of 10 such periods of 10 minutes" in fact.explanation
    assert fact.likelihood is not None
    assert RULES.normal.points(fact.likelihood.ratio) == 0

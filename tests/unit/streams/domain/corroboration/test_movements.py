"""What people do in a camera's view about a fight, through the stage `corroborate`: unusual there, and at its time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Message
from schemas.categories import Category
from schemas.evidence import Evidence, Movement, MovementKind, SightingFact, Verdict
from schemas.observations import Measures
from streams.config.files import load_rules
from streams.domain.alerts.facts import largest
from streams.domain.corroboration.watch import WatchRow
from streams.domain.rules.rules import Rules
from streams.stages.corroborate.stage import Corroborate
from tests.support.normal import CALM, learn
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera, item, observation, registry, seconds, watch

RULES = load_rules()
CAM_1 = camera("cam-1", 0)
FIGHT = Category.GEWELD_VECHTPARTIJ
RUNNING, LEAVING, GATHERING = MovementKind
Told = tuple[MovementKind, int, float]


def shows(running: int = 0, fastest: float = 1.2, standing: int = 0, dropped: float = 0.0) -> Measures:
    """Return what the whole view shows."""
    persons = max(1, running, standing)
    return Measures(
        persons=persons, fastest_m_per_s=fastest, standing_together=standing, dropped=dropped, running=running
    )


class Watching:
    """The stage, and what the camera has said of people; it has learnt a calm view, unless it is said otherwise."""

    def __init__(self, rules: Rules = RULES, learnt: tuple[float | None, ...] | None = CALM) -> None:
        self.stage = Corroborate(registry(CAM_1), rules)
        self.rows = FakeRows()
        self.said: list[SightingFact] = []
        self.ids: set[str] = set()
        if learnt is not None:
            learn(self.rows, CAM_1, largest=learnt)  # type: ignore[arg-type]

    def take(self, message: Message, now: datetime) -> list[SightingFact]:
        outputs = self.stage.handle(item(message), self.rows, now)
        evidence = [each.message for each in outputs if isinstance(each.message, Evidence)]
        assert not self.ids & {each.evidence_id for each in evidence}
        self.ids |= {each.evidence_id for each in evidence}
        found = [each.fact for each in evidence if isinstance(each.fact, SightingFact)]
        self.said += found
        return found

    @property
    def most(self) -> float:
        """Return the highest likelihood ratio that was told."""
        return max(fact.likelihood.ratio for fact in self.said if fact.likelihood is not None)

    def asked(self, category: Category = FIGHT, **changes: Any) -> list[SightingFact]:
        window = {"window_from": NOON - seconds(200), "window_until": NOON + seconds(400)}
        return self.take(watch(category=category, **(window | changes)), NOON + seconds(60))

    def second(self, at_s: int, shown: Measures, zone_id: str = "plein") -> list[SightingFact]:
        at = NOON + seconds(at_s)
        seen = observation(at, count=shown.persons, zone_id=zone_id, view=shown, measures=shown)
        return self.take(seen, max(at, NOON + seconds(60)))

    @property
    def told(self) -> list[Told]:
        """Return the movements that were told last, with when they were, in seconds after the report's moment."""
        last = self.said[-1].movements if self.said else ()
        return [(each.kind, each.persons, (each.at - NOON).total_seconds()) for each in last]


def test_who_runs_is_told_with_how_many_and_when() -> None:
    """Seen after the report came or before, it is the same."""
    after = Watching()
    after.asked()
    after.second(80, shows(running=5, fastest=4.1))
    assert after.told == [(RUNNING, 5, 80)]
    before = Watching()
    before.second(80, shows(running=5, fastest=4.1))
    [said] = before.asked()
    assert said.movements == after.said[-1].movements
    assert said.verdict is Verdict.CORROBORATED


def test_each_kind_is_told_once_and_again_only_with_more_persons() -> None:
    """The verdict and its points stay what they were."""
    watching = Watching()
    watching.asked()
    watching.second(20, shows(running=2, fastest=4.1))
    assert watching.second(21, shows(running=2, fastest=4.1)) == []
    assert watching.second(22, shows(running=1, fastest=3.0)) == []
    watching.second(23, shows(running=4, fastest=3.0))
    watching.second(60, shows(standing=9))
    watching.second(90, shows(dropped=6.0))
    assert watching.told == [(RUNNING, 4, 23), (LEAVING, 6, 90), (GATHERING, 9, 60)]
    assert {fact.verdict for fact in watching.said} == {Verdict.CORROBORATED}
    [name] = watching.rows.names("watch/")
    row = watching.rows.get(name, WatchRow)
    assert row is not None
    assert (row.verdict, row.points) == (Verdict.CORROBORATED, RULES.normal.points(watching.most))


@pytest.mark.parametrize(
    "watching",
    [
        Watching(learnt=None),
        Watching(learnt=(9, 4.5, 9, 9.0, 15.0)),
        Watching(Rules.model_validate(RULES.model_dump(mode="json", by_alias=True) | {"causes": []})),
    ],
    ids=["not learnt", "usual there", "rules of before"],
)
def test_what_is_usual_or_not_known_to_be_unusual_is_not_told(watching: Watching) -> None:
    watching.asked()
    watching.second(80, shows(running=5, fastest=4.1, standing=6, dropped=5.0))
    assert watching.said
    assert watching.told == []


@pytest.mark.parametrize(
    ("at_s", "told"), [(-31, False), (-30, True), (180, True), (181, False)], ids=["before", "just", "late", "later"]
)
def test_it_must_be_near_the_moment(at_s: int, told: bool) -> None:
    watching = Watching()
    watching.second(at_s, shows(running=5, fastest=4.1))
    watching.asked()
    assert bool(watching.told) is told


def test_other_categories_and_zones_tell_none() -> None:
    """A fire explains no runner; a zone that was not asked has another view."""
    fire = Watching()
    fire.asked(Category.BRAND)
    fire.second(80, shows(running=5, fastest=4.1, standing=9))
    other = Watching()
    other.asked()
    other.second(80, shows(running=5, fastest=4.1), zone_id="rand")
    assert (fire.told, other.told) == ([], [])


def test_beside_the_place_only_runners_are_told_and_only_where_people_seldom_run() -> None:
    """A view that cannot hold the place: who gathers or leaves there does so for something else."""
    known = RULES.model_dump(mode="json", by_alias=True)
    told = {}
    for passing in (0.1, 0.4):
        causes = [each | {"passing": passing} if each["movements"] else each for each in known["causes"]]
        beside = Watching(Rules.model_validate(known | {"causes": causes}))
        beside.asked(in_view=0.0, distance_m=40)
        beside.second(80, shows(running=5, fastest=4.1, standing=9, dropped=6.0))
        told[passing] = [kind for kind, *_ in beside.told]
    assert told == {0.1: [], 0.4: [RUNNING]}, "1 of 22 windows shows a runner anyway: 1 + .65 v 21 must be 5"
    assert {fact.verdict for fact in beside.said} == {Verdict.CONSISTENT}, "of the report itself it says nothing more"
    in_view = Watching()
    in_view.asked()
    in_view.second(80, shows(running=5, fastest=4.1, standing=9, dropped=6.0))
    assert [kind for kind, *_ in in_view.told] == [RUNNING, LEAVING, GATHERING]


def test_runners_that_nobody_counted_are_at_least_one() -> None:
    """A sender that does not know how many."""
    watching = Watching()
    watching.asked()
    watching.second(80, shows(fastest=4.1).model_copy(update={"running": None}))
    assert watching.told == [(RUNNING, 1, 80)]


MOVEMENTS = st.builds(
    Movement,
    kind=st.sampled_from(MovementKind),
    persons=st.integers(1, 4),
    at=st.integers(0, 5).map(lambda second: NOON + seconds(second)),
)


@given(st.lists(MOVEMENTS, max_size=12), st.randoms(use_true_random=False), st.integers(0, 12))
def test_what_is_kept_does_not_depend_on_order_or_repeats(found: list[Movement], shuffle: Any, cut: int) -> None:
    kept = largest(found)
    shuffled = [*found, *found]
    shuffle.shuffle(shuffled)
    assert largest(shuffled) == kept == largest((*largest(found[:cut]), *largest(found[cut:])))
    assert len({each.kind for each in kept}) == len(kept)

"""What cameras say about reports, and crowds that they see by themselves, through the stage with rows in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any

import pytest

from schemas.base import Message
from schemas.cameras import CameraState, CameraStatus, DetectorInfo
from schemas.categories import Category
from schemas.evidence import EpisodeFact, Evidence, SightingFact, Verdict
from schemas.incidents import Operation
from schemas.observations import SituationKind, ZoneSituation
from schemas.phrases.catalogue import sentence
from schemas.phrases.language import Language
from streams.config.files import load_rules
from streams.errors import UnknownCameraError
from streams.stages.corroborate.stage import Corroborate
from tests.support.normal import learn, view
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera, item, observation, registry, seconds, tick, watch

RULES = load_rules()
WARN = RULES.episodes.crowd.levels[0].persons or 0
CROWD = WARN + 5
CAM_1 = camera("cam-1", 0)
RUNS = view(persons=2, fastest=4.1)
"""What is unusual where one person walks by in ten minutes."""
TWO = view(persons=2, fastest=1.2)
HOG = DetectorInfo(name="hog", version="1", degraded=True)


class Corroboration:
    """The stage with its rows; `now` follows the messages unless a test says otherwise."""

    def __init__(self) -> None:
        self.stage = Corroborate(registry(CAM_1, camera("cam-2", 50)), RULES)
        self.rows = FakeRows()
        learn(self.rows, CAM_1)

    def take(self, message: Message, now: datetime | None = None) -> list[Evidence]:
        outputs = self.stage.handle(item(message), self.rows, now or message.happened_at())
        return [output.message for output in outputs if isinstance(output.message, Evidence)]

    def watched(self, start_s: int, end_s: int, **changes: Any) -> list[Evidence]:
        found = []
        for second in range(start_s, end_s):
            found += self.take(observation(NOON + seconds(second), **changes))
        return found

    def tick(self, after_s: float) -> list[Evidence]:
        at = NOON + seconds(after_s)
        return self.take(tick("camera", at), at)


@pytest.fixture
def stage() -> Corroboration:
    return Corroboration()


def verdicts(found: Sequence[Evidence]) -> list[Verdict]:
    return [each.fact.verdict for each in found if isinstance(each.fact, SightingFact)]


def only_sighting(found: Sequence[Evidence]) -> SightingFact:
    [evidence] = found
    assert isinstance(evidence.fact, SightingFact)
    return evidence.fact


def kinds(stage: Corroboration) -> list[str]:
    return sorted({name.split("/")[0] for name in stage.rows.documents})


def phases(found: Sequence[Evidence]) -> list[tuple[str, str]]:
    return [(each.fact.phase, each.fact.signal) for each in found if isinstance(each.fact, EpisodeFact)]


def test_what_was_seen_before_the_report_came_corroborates_at_once(stage: Corroboration) -> None:
    """Looking back finds the first second that meets a signal, and explains it."""
    stage.watched(-10, 20, count=0)
    stage.watched(20, 25, count=2, view=RUNS)
    found = stage.take(watch(), NOON + seconds(40))
    fact = only_sighting(found)
    assert fact.verdict is Verdict.CORROBORATED
    assert (fact.zone_id, fact.signal, fact.value) == (None, "fastest", 4.1)
    assert fact.explanation == (
        "somebody runs at 4.1 m/s, 20 s after the reported time; here that is so in 1 of 22 such periods of 10 minutes"
    )
    assert found[0].occurred_at == NOON + seconds(20)


def test_what_is_seen_later_within_the_window_corroborates(stage: Corroboration) -> None:
    """Once, however many seconds show it."""
    assert stage.take(watch()) == []
    assert stage.watched(0, 10, count=1, view=view(persons=1)) == []
    assert verdicts(stage.watched(10, 20, count=2, view=RUNS)) == [Verdict.CORROBORATED]
    assert stage.tick(100) == []


@pytest.mark.parametrize(
    ("changes", "when_s"),
    [({"view": RUNS}, 61), ({"view": RUNS}, -31), ({"view": RUNS, "zone_id": "rand"}, 10), ({"count": 9}, 10)],
)
def test_what_lies_outside_the_watch_does_not_corroborate(
    stage: Corroboration, changes: dict[str, Any], when_s: int
) -> None:
    """Another time, a zone that was not asked, or a view of which nothing is told."""
    stage.take(watch(), NOON)
    assert stage.watched(when_s, when_s + 1, **changes) == []


@pytest.mark.parametrize("when_s", [-30, 60])
def test_the_ends_of_the_window_belong_to_it(stage: Corroboration, when_s: int) -> None:
    """Both of them."""
    stage.take(watch(), NOON)
    assert verdicts(stage.watched(when_s, when_s + 1, view=RUNS)) == [Verdict.CORROBORATED]


def test_a_camera_that_looked_and_saw_nothing_says_so_after_its_window(stage: Corroboration) -> None:
    """Not before the window closed and late seconds had their time."""
    stage.take(watch())
    stage.watched(-30, 61, count=1, view=view(persons=1))
    assert stage.tick(64) == []
    fact = only_sighting(stage.tick(70))
    assert fact.verdict is Verdict.UNSEEN
    assert fact.explanation == (
        "saw at most 1 person in 1 min 31 s, 100% of them watched; what belongs to it shows in 6 of 10 such cases"
    )
    assert stage.tick(80) == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"frames": 5}, ""),
        ({"frames": 2, "spared": 3}, "; for 91 s it looked 2 times a second"),
        ({"frames": 1, "spared": 4}, "; for 91 s it looked once a second"),
    ],
)
def test_a_camera_that_looked_at_some_pictures_says_how_many(
    stage: Corroboration, told: dict[str, int], words: str
) -> None:
    """By what was told of each second, so it is the same whenever it is decided; of whole pictures nothing is said."""
    stage.take(watch())
    stage.watched(-30, 61, count=0, view=view(persons=0), **told)
    fact = only_sighting(stage.tick(70))
    assert fact.explanation.startswith(f"saw nobody in 1 min 31 s, 100% of them watched{words}; what belongs to it")


@pytest.mark.parametrize("category", [Category.STRAATROOF, Category.MEDISCH_ONWEL, Category.GEWELD_VECHTPARTIJ])
def test_what_a_sender_does_not_measure_was_not_unseen(stage: Corroboration, category: Category) -> None:
    """Observations of an earlier release tell no measures of the view: that is no sign that nobody ran."""
    stage.take(watch(category=category))
    stage.watched(-30, 61, count=0)
    fact = only_sighting(stage.tick(70))
    assert fact.verdict is Verdict.UNSEEN
    assert fact.explanation == (
        "saw nobody in 1 min 31 s, 100% of them watched; what belongs to it is not measured in this view"
    )
    assert fact.likelihood is not None
    assert (fact.likelihood.signal, fact.likelihood.ratio) == ("none", 1.0)


def test_without_a_calibration_only_what_is_counted_can_be_unseen(stage: Corroboration) -> None:
    """Of pickpocketing a speed alone could corroborate; how many are there is known, and says nothing of that."""
    learn(stage.rows, CAM_1, largest=(4, None, None, 0.0, 15.0))
    for closes_s, category, words in (
        (70, Category.ZAKKENROLLERIJ, "what belongs to it is not measured in this view"),
        (80, Category.STRAATROOF, "what belongs to it shows in 2 of 10 such cases"),
    ):
        stage.take(watch(category=category, incident_id=category.value))
        stage.watched(-30, 61, count=1, view=view(persons=1, standing=None))
        fact = only_sighting(stage.tick(closes_s))
        assert (fact.verdict, fact.explanation.split("; ")[1]) == (Verdict.UNSEEN, words)
    assert fact.likelihood is not None
    assert fact.likelihood.looked_for == ("dropped", "persons")


def test_nobody_there_is_told_no_more_seldom_than_was_watched(stage: Corroboration) -> None:
    """Two hours and a half of people do not show that it is empty once in 8,000 times."""
    learn(stage.rows, CAM_1, blocks=15, largest=(4, 1.2, 0, 0.0, 15.0))
    stage.take(watch(category=Category.JEUGDOVERLAST))
    stage.watched(-30, 61, count=0, view=view(0))
    fact = only_sighting(stage.tick(70))
    assert fact.verdict is Verdict.CONTRADICTED
    assert fact.explanation.endswith("here that is so in 1 of 16 such periods of 30 minutes")


def test_more_than_was_counted_is_told_from_what_on(stage: Corroboration) -> None:
    """Two persons are there in nine of ten periods; of nine nobody said so."""
    learn(stage.rows, CAM_1, largest=(4, 1.2, 0, 0.0, 15.0))
    stage.take(watch())
    said = only_sighting(stage.watched(5, 6, count=9, view=view(persons=9)))
    assert said.explanation == (
        "9 persons, 5 s after the reported time; here it is 2 or more in 9 of 10 such periods of 10 minutes"
    )
    assert said.phrase is not None
    assert sentence(said.phrase, Language.NL) == (
        "9 personen, 5 s na de gemelde tijd; hier is dat 2 of meer in 9 van de 10 zulke periodes van 10 minuten"
    )


@pytest.mark.parametrize(("seen_s", "verdict"), [(46, Verdict.UNSEEN), (45, Verdict.CAMERA_UNAVAILABLE)])
def test_it_takes_half_the_window_to_say_that_nothing_was_there(
    stage: Corroboration, seen_s: int, verdict: Verdict
) -> None:
    """Below that nobody could see it, which is another thing than nothing happening."""
    stage.take(watch())
    stage.watched(0, seen_s, count=0)
    assert verdicts(stage.tick(70)) == [verdict]


def test_seconds_without_frames_were_not_seen(stage: Corroboration) -> None:
    """A zone that nobody looked at shows nothing and covers nothing."""
    stage.take(watch())
    stage.watched(-30, 61, count=0, frames=0)
    assert verdicts(stage.tick(70)) == [Verdict.CAMERA_UNAVAILABLE]
    assert stage.rows.names("seen/") == []


@pytest.mark.parametrize(
    ("count", "detector", "verdict"),
    [
        (1, None, Verdict.CONTRADICTED),
        (2, None, Verdict.UNSEEN),
        (1, HOG, Verdict.UNSEEN),
    ],
)
def test_an_empty_place_contradicts_where_the_rule_says_so(
    stage: Corroboration, count: int, detector: DetectorInfo | None, verdict: Verdict
) -> None:
    """A group that is reported where at most one person was; a degraded detector cannot contradict."""
    learn(stage.rows, CAM_1, largest=(3, 1.2, 0, 0.0, 15.0))
    stage.take(watch(category=Category.JEUGDOVERLAST))
    stage.watched(-30, 61, count=count, view=view(count), **({"detector": detector} if detector else {}))
    fact = only_sighting(stage.tick(70))
    assert (fact.verdict, fact.degraded) == (verdict, detector is not None)


def test_a_degraded_detector_corroborates_and_is_marked(stage: Corroboration) -> None:
    """Who reads the alert knows that the count is rough."""
    stage.take(watch())
    assert only_sighting(stage.watched(0, 1, view=RUNS, detector=HOG)).degraded


def test_a_camera_that_is_off_says_so_at_once_and_may_still_see_it(stage: Corroboration) -> None:
    """The operator need not wait for the window; a later sighting counts; the trouble is not said twice."""
    stage.take(CameraStatus(camera_id="cam-1", state=CameraState.OFFLINE, reason="lost", changed_at=NOON - seconds(60)))
    fact = only_sighting(stage.take(watch()))
    assert fact.verdict is Verdict.CAMERA_UNAVAILABLE
    assert fact.explanation == "gives no pictures; offline since 11:59:00 UTC (lost)"
    other = watch("b")
    stage.take(other)
    assert verdicts(stage.watched(10, 11, view=RUNS)) == [Verdict.CORROBORATED, Verdict.CORROBORATED]
    stage.take(watch("c"))
    assert stage.tick(70) == [], "it said that it could not look, and had nothing to add"


def test_an_older_camera_state_does_not_replace_a_newer(stage: Corroboration) -> None:
    """Order of arrival does not count."""
    state = CameraStatus(camera_id="cam-1", state=CameraState.ONLINE, reason="connected", changed_at=NOON)
    stage.take(state)
    stage.take(state.model_copy(update={"state": CameraState.OFFLINE, "changed_at": NOON - seconds(5)}))
    assert stage.take(watch()) == []


def test_repeated_and_late_seconds_change_nothing(stage: Corroboration) -> None:
    """The first telling of a second counts; what is older than what is kept is left out."""
    stage.watched(0, 3, count=1)
    before = dict(stage.rows.documents)
    stage.watched(0, 3, count=1)
    assert stage.rows.documents == before
    late = observation(NOON - seconds(RULES.looking.kept_s + 1), count=9)
    assert stage.take(late, NOON) == []
    assert stage.rows.documents == before


@pytest.mark.parametrize("first", [Operation.CANCEL, Operation.CREATE])
def test_a_cancelled_watch_says_nothing_whatever_came_first(stage: Corroboration, first: Operation) -> None:
    """A cancellation before its watch holds too."""
    create, cancel = watch(), watch(operation=Operation.CANCEL, incident_revision=1)
    for message in (cancel, create) if first is Operation.CANCEL else (create, cancel):
        stage.take(message)
    assert stage.watched(0, 5, view=RUNS) == []
    assert stage.tick(100) == []


def test_an_update_asks_again_and_an_older_one_does_not(stage: Corroboration) -> None:
    """A revision has its own answer with its own identity; a repeated watch has none."""
    stage.watched(0, 5, view=RUNS)
    first = stage.take(watch(), NOON + seconds(10))
    assert stage.take(watch(), NOON + seconds(11)) == []
    second = stage.take(watch(incident_revision=2, operation=Operation.UPDATE), NOON + seconds(12))
    assert stage.take(watch(incident_revision=1, operation=Operation.UPDATE), NOON + seconds(13)) == []
    assert first[0].evidence_id != second[0].evidence_id


def test_a_window_that_lies_in_the_past_is_answered_at_once(stage: Corroboration) -> None:
    """A late report looks back over what is kept."""
    stage.watched(-30, 61, count=0)
    assert verdicts(stage.take(watch(), NOON + seconds(900))) == [Verdict.UNSEEN]


def test_categories_without_cameras_are_never_looked_at(stage: Corroboration) -> None:
    """Even if such a watch came: homes are never imaged."""
    stage.watched(0, 5, count=5)
    assert stage.take(watch(category=Category.WOONFRAUDE_OVERBEWONING)) == []
    assert stage.watched(5, 10, count=5) == []


def test_unknown_zones_of_a_watch_are_left_out(stage: Corroboration) -> None:
    """A watch from another version of the registry looks at the zones that there are."""
    stage.take(watch(zones=("gone",)))
    assert verdicts(stage.watched(0, 1, view=RUNS)) == [Verdict.CORROBORATED]


@pytest.mark.parametrize(
    "message", [watch(camera_id="cam-9"), observation(camera_id="cam-9"), observation(zone_id="gone")]
)
def test_what_the_registry_does_not_know_is_refused(stage: Corroboration, message: Message) -> None:
    """Each message goes to dead-letters, for a replay brings what a report asked and what was seen."""
    with pytest.raises(UnknownCameraError, match="is not in the registry") as caught:
        stage.take(message)
    assert not caught.value.passing


def test_nothing_is_kept_for_ever(stage: Corroboration) -> None:
    """When cameras and reports fall silent, all rows but the clock and the cameras' states go."""
    stage.take(watch())
    stage.take(watch("b", operation=Operation.CANCEL))
    stage.watched(0, 120, count=CROWD)
    for after_s in range(120, 8_000, 60):
        stage.tick(after_s)
    assert kinds(stage) == ["block", "due-clock", "normal"], "what is usual is kept for weeks: test_normal.py"


def test_a_crowd_begins_after_it_lasted_and_ends_after_it_left(stage: Corroboration) -> None:
    """20 s up, 20 s down, once each; the identity is the same through all phases."""
    found = stage.watched(0, 21, count=CROWD)
    assert phases(found) == [("begin", "crowd.warn")]
    assert found[0].occurred_at == NOON + seconds(20)
    assert found[0].category is Category.CROWD_DENSITY
    assert found[0].position is not None
    assert stage.watched(21, 60, count=CROWD) == []
    ending = stage.watched(60, 81, count=3)
    assert phases(ending) == [("end", "crowd.none")]
    assert {each.fact.episode_id for each in found + ending if isinstance(each.fact, EpisodeFact)} == {
        found[0].fact.episode_id if isinstance(found[0].fact, EpisodeFact) else ""
    }
    assert stage.rows.names("crowd/") == []


def test_a_crowd_at_the_edge_does_not_chatter(stage: Corroboration) -> None:
    """Between 80 % of a level and the level it stays what it is, up and down."""
    edge = ceil(0.8 * WARN)
    assert stage.watched(0, 60, count=edge) == []
    assert len(stage.watched(60, 100, count=WARN)) == 1
    for start_s in range(100, 400, 10):
        assert stage.watched(start_s, start_s + 10, count=edge + start_s // 10 % 5) == []


@pytest.mark.parametrize("gap_s", [6, 30])
def test_persistence_begins_anew_after_a_gap_or_a_dip(stage: Corroboration, gap_s: int) -> None:
    """Two short crowds are not one long one."""
    assert stage.watched(0, 15, count=CROWD) == []
    assert stage.watched(15 + gap_s, 30 + gap_s, count=CROWD) == []
    assert stage.watched(30 + gap_s, 31 + gap_s, count=0) == []
    assert stage.watched(31 + gap_s, 46 + gap_s, count=CROWD) == []


def test_density_decides_where_the_zone_is_calibrated(stage: Corroboration) -> None:
    """Levels change with it; a count alone never makes it critical."""
    found = stage.watched(0, 21, count=3, density_per_m2=3.6)
    found += stage.watched(21, 42, count=3, density_per_m2=4.6)
    found += stage.watched(42, 63, count=3, density_per_m2=2.5)
    assert phases(found) == [("begin", "crowd.high"), ("change", "crowd.critical"), ("change", "crowd.warn")]
    assert phases(stage.watched(0, 30, count=500, camera_id="cam-2")) == [("begin", "crowd.high")]


def test_a_crowd_that_nobody_sees_any_more_ends(stage: Corroboration) -> None:
    """Its end says that nobody looked."""
    stage.watched(0, 30, count=CROWD)
    found = [evidence for after_s in range(30, 700, 5) for evidence in stage.tick(after_s)]
    assert phases(found) == [("end", "crowd.none")]
    assert isinstance(found[0].fact, EpisodeFact)
    assert found[0].fact.explanation == "zone plein was not seen any more"


def test_an_episode_ends_though_its_camera_left_the_registry(stage: Corroboration) -> None:
    """And whatever else is due with it is done: nothing that happens to one camera stops the time of the others."""
    left = ZoneSituation(kind=SituationKind.OBJECT_LEFT, since=NOON, value=30, explanation="a bag stands there")
    stage.watched(0, 30, count=CROWD, situations=(left,))
    stage.take(watch(camera_id="cam-2"), NOON + seconds(30))
    stage.stage = Corroborate(registry(camera("cam-2", 50)), RULES)
    found = [evidence for after_s in range(30, 700, 5) for evidence in stage.tick(after_s)]
    assert verdicts(found) == [Verdict.CAMERA_UNAVAILABLE]
    ends = [each for each in found if isinstance(each.fact, EpisodeFact)]
    assert sorted(phases(ends)) == [("end", "crowd.none"), ("end", "situation.object_left")]
    assert {each.position for each in ends} == {None}
    assert stage.rows.names("crowd/") == stage.rows.names("situation/") == []


def test_a_row_of_a_kind_that_opens_no_alert_any_more_goes(stage: Corroboration) -> None:
    """Another release may have opened one of it."""
    left = ZoneSituation(kind=SituationKind.OBJECT_LEFT, since=NOON, value=30, explanation="a bag stands there")
    stage.watched(0, 1, situations=(left,))
    rows = stage.rows.documents
    for name in [name for name in rows if "object_left" in name]:
        rows[name.replace("object_left", "running")] = rows.pop(name)
    assert [evidence for after_s in range(1, 700, 5) for evidence in stage.tick(after_s)] == []
    assert stage.rows.names("situation/") == []


def view_state(reason: str, state: CameraState = CameraState.DEGRADED, at_s: float = -60) -> CameraStatus:
    return CameraStatus(camera_id="cam-1", aspect="view", state=state, reason=reason, changed_at=NOON + seconds(at_s))


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("frozen", "its picture stands still"),
        ("black", "its picture is black"),
        ("blinded", "it is blinded by light"),
        ("blurred", "its picture is blurred"),
        ("moved", "it was turned away from where it should look"),
        ("masked_out", "masks cover what it sees"),
    ],
)
def test_a_camera_whose_view_is_bad_could_not_look(stage: Corroboration, reason: str, words: str) -> None:
    """Like one that is off, and with the reason; it may still see it, and once it can see it says nothing of before."""
    stage.take(view_state(reason))
    fact = only_sighting(stage.take(watch()))
    assert fact.verdict is Verdict.CAMERA_UNAVAILABLE
    assert fact.explanation == f"{words}; degraded since 11:59:00 UTC ({reason})"
    assert verdicts(stage.watched(10, 11, view=RUNS, visibility=reason)) == [Verdict.CORROBORATED]
    stage.take(view_state("clear", CameraState.ONLINE, at_s=20))
    assert stage.take(watch("b", window_from=NOON + seconds(20)), NOON + seconds(30)) == []


def test_the_fallback_detector_is_no_bad_view(stage: Corroboration) -> None:
    """Degraded too, but it looks."""
    status = view_state("fallback_detector").model_copy(update={"aspect": "detector"})
    stage.take(status)
    assert stage.take(watch()) == []


@pytest.mark.parametrize("category", [Category.STRAATROOF, Category.JEUGDOVERLAST])
def test_nothing_seen_is_never_said_of_a_camera_that_could_not_see(stage: Corroboration, category: Category) -> None:
    """Its pictures came all the time, and were black."""
    stage.take(watch(category=category))
    stage.watched(-30, 61, count=0, visibility="black")
    fact = only_sighting(stage.tick(70))
    words = "it saw 0% of the window; its view was not clear for 91 s"
    assert (fact.verdict, fact.explanation) == (Verdict.CAMERA_UNAVAILABLE, words)


@pytest.mark.parametrize(("clear_s", "verdict"), [(46, Verdict.UNSEEN), (45, Verdict.CAMERA_UNAVAILABLE)])
def test_only_seconds_in_which_it_could_see_were_watched(stage: Corroboration, clear_s: int, verdict: Verdict) -> None:
    """Half of the window, as without any picture; what the others showed counts as the most that was seen."""
    stage.take(watch())
    stage.watched(-30, -30 + clear_s, count=0)
    stage.watched(-30 + clear_s, 61, count=1, visibility="blurred")
    fact = only_sighting(stage.tick(70))
    assert fact.verdict is verdict
    assert fact.value == (1 if verdict is Verdict.UNSEEN else 0)


def test_quiet_seconds_were_watched(stage: Corroboration) -> None:
    """Two pictures are enough for a minute in which nothing moved; a repeated one changes nothing."""
    stage.take(watch())
    stage.watched(-31, -29, count=1, view=view(1))
    stage.watched(61, 62, count=0, view=view(0), quiet_s=90)
    before = dict(stage.rows.documents)
    stage.watched(61, 62, count=0, view=view(0), quiet_s=90)
    assert stage.rows.documents == before
    fact = only_sighting(stage.tick(70))
    assert (fact.verdict, fact.explanation) == (
        Verdict.UNSEEN,
        "saw at most 1 person in 1 min 31 s, 100% of them watched; what belongs to it shows in 6 of 10 such cases",
    )


def test_what_stood_there_in_quiet_seconds_counts(stage: Corroboration) -> None:
    """Whether the report was known then or comes later; nobody runs in them; what comes after was not there in them."""
    stage.watched(-60, -59, view=view(persons=4, fastest=4.1, standing=3))
    stage.take(watch(window_from=NOON - seconds(50), window_until=NOON))
    early = only_sighting(stage.watched(0, 1, count=0, quiet_s=59))
    assert (early.verdict, early.signal, early.value) == (Verdict.CORROBORATED, "standing", 3)
    asked = watch("late", window_from=NOON - seconds(50), window_until=NOON - seconds(10))
    assert verdicts(stage.take(asked, NOON + seconds(5))) == [Verdict.CORROBORATED]
    stage.watched(60, 61, view=RUNS, quiet_s=59)
    asked = watch("quiet", window_from=NOON + seconds(10), window_until=NOON + seconds(50))
    assert verdicts(stage.take(asked, NOON + seconds(61))) == [Verdict.UNSEEN]


def test_quiet_seconds_after_a_picture_that_nobody_knows_are_not_filled(stage: Corroboration) -> None:
    """What the zone showed then is not known; nor are they longer than what is kept."""
    stage.take(watch())
    stage.watched(61, 62, count=0, quiet_s=90)
    assert verdicts(stage.tick(70)) == [Verdict.CAMERA_UNAVAILABLE]
    stage.watched(100, 101, count=1)
    far = observation(NOON + seconds(3_701), quiet_s=3_600)
    stage.take(far, NOON + seconds(4_000))
    assert all(int(name.rsplit("/", 1)[1]) >= int(NOON.timestamp()) + 40 for name in stage.rows.names("seen/"))


def test_an_object_that_was_left_opens_an_alert_and_ends_it(stage: Corroboration) -> None:
    """Once each, and also when nobody sees the zone any more."""
    left = ZoneSituation(kind=SituationKind.OBJECT_LEFT, since=NOON, value=30, explanation="a bag stands there")
    found = stage.watched(0, 60, situations=(left,))
    assert phases(found) == [("begin", "situation.object_left")]
    assert found[0].category is Category.VERDACHT_VOORWERP
    assert found[0].position is not None
    assert phases(stage.watched(60, 100)) == [("end", "situation.object_left")]
    assert stage.rows.names("situation/") == []
    assert phases(stage.watched(100, 101, situations=(left,))) == [("begin", "situation.object_left")]
    silence = [evidence for after_s in range(101, 700, 5) for evidence in stage.tick(after_s)]
    assert phases(silence) == [("end", "situation.object_left")]


def test_other_situations_open_nothing(stage: Corroboration) -> None:
    """They stay in the observations: a camera alone is not enough for them."""
    others = tuple(
        ZoneSituation(kind=kind, since=NOON, value=1, explanation="seen")
        for kind in SituationKind
        if kind is not SituationKind.OBJECT_LEFT
    )
    assert stage.watched(0, 60, situations=others) == []


def test_weaker_boxes_fit_a_report_and_corroborate_nothing(stage: Corroboration) -> None:
    """Two likely persons fit a robbery, in words that say so; a crowd is judged by the count alone."""
    stage.take(watch())
    one = observation(NOON + seconds(5), count=1, persons_likely=2, view=view(persons=1))
    told = only_sighting(stage.take(one))
    assert (told.verdict, told.signal, told.value) == (Verdict.CONSISTENT, "persons_likely", 2)
    assert told.explanation.startswith("2 persons, weaker boxes included, 5 s after the reported time; here")
    crowded = stage.watched(10, 60, count=1, persons_likely=500)
    assert [each for each in crowded if isinstance(each.fact, EpisodeFact)] == []


def test_weaker_boxes_keep_no_camera_from_saying_that_it_saw_nobody(stage: Corroboration) -> None:
    """What a camera did not see is judged by what counts by itself."""
    stage.take(watch(category=Category.GEWELD_VECHTPARTIJ))
    stage.watched(-30, 61, count=0, view=view(0), persons_likely=1)
    found = stage.tick(70)
    assert verdicts(found) == [Verdict.CONTRADICTED]
    assert only_sighting(found).value == 0


def test_a_report_whose_category_asks_no_camera_any_more_is_not_waited_for(stage: Corroboration) -> None:
    """Rules may change while its window is open; each later observation would look for it, for ever."""
    report = watch()
    stage.take(report)
    assert stage.rows.names("open/")
    rule = RULES.of(report.category).model_copy(update={"cameras": None})
    rules = RULES.model_copy(update={"categories": {**RULES.categories, report.category: rule}})
    stage.stage = Corroborate(registry(camera("cam-1", 0), camera("cam-2", 50)), rules)
    assert stage.tick(3_600) == []
    assert stage.rows.names("open/") == []

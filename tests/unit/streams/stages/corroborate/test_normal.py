"""How a camera's normal profile is learnt: block by block, never from times that are not usual, and forgotten after weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.base import Message
from schemas.cameras import DetectorInfo
from schemas.categories import Category
from schemas.evidence import Evidence, SightingFact, Verdict
from schemas.incidents import Operation
from schemas.observations import Measures
from streams.config.files import load_rules
from streams.domain.cameras.registry import Camera, HomographyCalibration, SurveyedPoint
from streams.domain.corroboration.watch import WatchRow
from streams.domain.normal.base_rate import usual
from streams.domain.normal.hours import BLOCK, bucket_of
from streams.domain.normal.measure import Measure
from streams.domain.normal.profile import ProfileRow, counted
from streams.stages.corroborate.normal import BlockRow
from streams.stages.corroborate.stage import Corroborate
from tests.support.normal import learn, view
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera, item, observation, registry, seconds, tick, watch
from tests.support.zones import AMSTERDAM

RULES = load_rules()
CAM_1 = camera("cam-1", 0)
HOG = DetectorInfo(name="hog", version="1", degraded=True)
ONE = view(persons=1, fastest=1.3)


class Learning:
    """The stage with its rows, of one camera."""

    def __init__(self, known: Camera = CAM_1) -> None:
        self.stage = Corroborate(registry(known), RULES)
        self.rows = FakeRows()

    def take(self, message: Message, now: datetime | None = None) -> list[Evidence]:
        outputs = self.stage.handle(item(message), self.rows, now or message.happened_at())
        return [output.message for output in outputs if isinstance(output.message, Evidence)]

    def watched(self, start: datetime, until: datetime, shown: Measures | None = ONE, **changes: Any) -> None:
        """Tell every fifth second of both zones, which stand for the four after it: quiet ones."""
        at = start
        while at < until:
            for zone in ("plein", "rand"):
                told = {"zone_id": zone, "measures": shown, "view": shown, "quiet_s": 4, **changes}
                self.take(observation(at, count=shown.persons if shown else 0, **told))
            at += seconds(5)

    def tick(self, at: datetime) -> list[Evidence]:
        return self.take(tick("camera", at), at)

    def profile(self, zone: str = "*", at: datetime = NOON) -> ProfileRow | None:
        return self.rows.get(f"normal/cam-1/{zone}/{bucket_of(at, AMSTERDAM)}", ProfileRow)

    def blocks(self, zone: str = "*", at: datetime = NOON) -> int:
        row = self.profile(zone, at)
        return sum(slot.blocks for slot in row.slots) if row else 0

    def learnt_by(self, at: datetime) -> None:
        """Tick each minute of the hour before a moment."""
        for minutes in range(60, -1, -1):
            self.tick(at - timedelta(minutes=minutes))


LATER = NOON + timedelta(minutes=60)


def test_a_block_is_learnt_once_of_the_view_and_of_each_zone() -> None:
    learning = Learning()
    learning.watched(NOON, NOON + BLOCK)
    assert learning.rows.names("normal/") == []
    learning.learnt_by(LATER)
    assert [learning.blocks(zone) for zone in ("*", "plein", "rand")] == [1, 1, 1]
    row = learning.profile()
    assert row is not None
    assert counted([row], Measure.PERSONS)[1] == 1
    assert counted([row], Measure.FASTEST)[1] == 1
    learning.learnt_by(LATER + timedelta(hours=1))
    assert learning.blocks() == 1


def test_an_open_block_survives_whoever_held_it() -> None:
    """All of it stands in rows: another worker with the same rows goes on."""
    first = Learning()
    first.watched(NOON, NOON + timedelta(minutes=4))
    second = Learning()
    second.rows = first.rows
    second.watched(NOON + timedelta(minutes=4), NOON + timedelta(minutes=7), view(persons=9))
    second.learnt_by(LATER)
    row = second.profile()
    assert row is not None
    assert counted([row], Measure.PERSONS)[5] == 1  # 7 to 9


def test_a_second_costs_no_write_for_the_block() -> None:
    """What is open stands in the seconds that are kept anyway: one more row a block, and none a second."""
    learning = Learning()
    learning.watched(NOON, NOON + seconds(10))
    before = learning.rows.documents["block/cam-1"]
    writes = learning.rows.writes
    learning.take(observation(NOON + seconds(10)))
    learning.take(observation(NOON + seconds(11)))
    assert learning.rows.documents["block/cam-1"] == before
    assert learning.rows.writes - writes == 3  # two seconds, and the timer of their slot


@pytest.mark.parametrize(
    "changes",
    [
        {"visibility": "black"},
        {"visibility": "blurred"},
        {"detector": HOG},
        {"frames": 0},
        {"quiet_s": 0},
    ],
)
def test_what_was_not_well_watched_teaches_nothing(changes: dict[str, Any]) -> None:
    """Blind, degraded, not looked at, or with gaps: a fifth of the seconds."""
    learning = Learning()
    learning.watched(NOON, NOON + BLOCK, **changes)
    learning.learnt_by(LATER)
    assert learning.rows.names("normal/") == []


@pytest.mark.parametrize(("minutes", "learnt"), [(-31, 1), (-29, 0), (5, 0), (39, 0)])
def test_reported_time_teaches_nothing(minutes: int, learnt: int) -> None:
    """Whether the report came before the block or after it."""
    learning = Learning()
    at = NOON + timedelta(minutes=minutes)
    asked = watch(occurred_at=at, window_from=at - seconds(200), window_until=at + seconds(400))
    if minutes < 0:
        learning.take(asked, at)
    learning.watched(NOON, NOON + BLOCK)
    if minutes >= 0:
        learning.take(asked, max(at, NOON + BLOCK))
    learning.learnt_by(LATER)
    assert learning.blocks() == learnt


def test_being_released_keeps_nothing_from_being_learnt_and_having_been_asked_does() -> None:
    """Each change of a traffic report releases all cameras near it; a robbery that was withdrawn was reported all the same."""
    learning = Learning()
    learning.watched(NOON, NOON + BLOCK)
    for revision in range(1, 5):
        released = watch("traffic", Category.VERKEER_CONTEXT, operation=Operation.CANCEL, incident_revision=revision)
        learning.take(released, NOON + seconds(revision))
    learning.learnt_by(LATER)
    assert learning.blocks() == 1
    asked = Learning()
    asked.watched(NOON, NOON + BLOCK)
    asked.take(watch())
    asked.take(watch(operation=Operation.CANCEL, incident_revision=1))
    asked.learnt_by(LATER)
    assert asked.blocks() == 0


def test_reported_time_is_not_forgotten_before_it_was_looked_at() -> None:
    """A worker that was away takes the reports of hours before its next tick."""
    learning = Learning()
    learning.watched(NOON, NOON + BLOCK)
    learning.take(watch(), NOON + seconds(60))
    for hours in (1, 2, 3, 4):
        at = NOON + timedelta(hours=hours)
        asked = watch(incident_id=str(hours), occurred_at=at, window_from=at - seconds(60), window_until=at)
        learning.take(asked, at)
    learning.learnt_by(NOON + timedelta(hours=6))
    assert learning.rows.names("normal/") == []


@pytest.mark.parametrize("reversed_", [False, True])
def test_many_reports_at_once_push_none_out(reversed_: bool) -> None:
    learning = Learning()
    learning.watched(NOON, NOON + BLOCK)
    for second in sorted(range(1, 3_600, 30), reverse=reversed_):
        at = NOON + timedelta(minutes=39) + seconds(second)
        asked = watch(incident_id=str(second), occurred_at=at, window_from=at, window_until=at)
        learning.take(asked, NOON + timedelta(minutes=40))
    row = learning.rows.get("block/cam-1", BlockRow)
    assert row is not None
    assert len(row.reported) == 2
    learning.learnt_by(LATER)
    assert learning.rows.names("normal/") == []


def test_a_report_that_asked_another_camera_keeps_nothing_from_being_learnt() -> None:
    other = camera("cam-2", 50)
    learning = Learning()
    learning.stage = Corroborate(registry(CAM_1, other), RULES)
    learning.take(watch(camera_id="cam-2"))
    learning.watched(NOON, NOON + BLOCK)
    learning.learnt_by(LATER)
    assert learning.blocks() == 1


def test_a_clock_that_jumps_ahead_teaches_nothing() -> None:
    """What lies more than two minutes ahead is no time that was watched."""
    learning = Learning()
    for at in range(0, 600, 5):
        learning.take(observation(NOON + seconds(at + 7_200), view=ONE, quiet_s=4), NOON + seconds(at))
    for minutes in range(300):
        learning.tick(NOON + timedelta(minutes=minutes))
    assert learning.rows.names("normal/") == []


def test_a_clock_that_jumps_back_teaches_no_time_twice() -> None:
    learning = Learning()
    learning.watched(NOON, NOON + BLOCK)
    learning.learnt_by(NOON + timedelta(minutes=50))
    now = NOON + timedelta(minutes=50)
    for at in range(0, 600, 5):
        learning.take(observation(NOON + seconds(at), view=view(persons=50), quiet_s=4), now)
    learning.learnt_by(now + timedelta(hours=2))
    assert learning.blocks() == 1


def test_a_report_without_enough_learnt_is_consistent_at_most_and_says_so() -> None:
    learning = Learning()
    learning.take(watch())
    [said] = learning.take(observation(NOON + seconds(5), view=view(persons=2, fastest=5.0)))
    assert isinstance(said.fact, SightingFact)
    assert said.fact.verdict is Verdict.CONSISTENT
    assert said.fact.likelihood is not None
    assert (said.fact.likelihood.ratio, said.fact.likelihood.base_rate) == (1.0, None)
    assert "how usual that is here is not known yet (0 of 12 blocks of ten minutes)" in said.fact.explanation


def told(found: Sequence[Evidence]) -> list[tuple[Verdict, str]]:
    return [(each.fact.verdict, each.fact.signal) for each in found if isinstance(each.fact, SightingFact)]


def test_a_consistent_answer_may_still_become_a_corroboration_until_its_window_closes() -> None:
    learning = Learning()
    learn(learning.rows, CAM_1, largest=(4, 1.2, 0, 0.0, 15.0))
    learning.take(watch())
    two = learning.take(observation(NOON, view=view(persons=2)))
    assert told(two) == [(Verdict.CONSISTENT, "persons")]
    assert learning.take(observation(NOON + seconds(1), view=view(persons=3))) == [], "says no more"
    runs = learning.take(observation(NOON + seconds(2), view=view(persons=2, fastest=4.0)))
    assert told(runs) == [(Verdict.CORROBORATED, "fastest")]
    assert learning.take(observation(NOON + seconds(3), view=view(persons=2, fastest=6.0))) == []
    assert learning.tick(NOON + seconds(70)) == []
    assert two[0].evidence_id != runs[0].evidence_id


@pytest.mark.parametrize("learnt", [True, False])
def test_a_report_that_an_earlier_release_took_is_judged_as_any_other(learnt: bool) -> None:
    """Its row knows nothing of what is usual; two who run are not unseen because of that."""
    learning = Learning()
    learning.take(watch())
    [name] = learning.rows.names("watch/")
    row = learning.rows.get(name, WatchRow)
    assert row is not None
    new = {"expected", "presence", "points", "in_view"}
    old = WatchRow.model_validate(row.model_dump(exclude=new))
    assert old.expected == ()
    learning.rows.put(name, old)
    if learnt:
        learn(learning.rows, CAM_1)
    found = []
    for at in range(-30, 61):
        found += learning.take(observation(NOON + seconds(at), view=view(persons=2, fastest=4.0)))
    found += learning.tick(NOON + seconds(70))
    assert told(found) == [(Verdict.CORROBORATED if learnt else Verdict.CONSISTENT, "fastest")]


def test_what_tells_more_counts_also_where_something_else_came_first() -> None:
    """Three stand together, then somebody runs: as much as where the report came after both."""
    stand, runs = view(persons=3, standing=3), view(persons=3, fastest=4.0)
    late, live = Learning(), Learning()
    for learning in (late, live):
        learn(learning.rows, CAM_1, largest=(4, 1.2, 0, 0.0, 15.0))
    first = live.take(watch())
    for at, shown in enumerate((stand, stand, runs, runs, stand)):
        first += live.take(observation(NOON + seconds(at), view=shown))
        late.take(observation(NOON + seconds(at), view=shown))
    assert told(first) == [(Verdict.CORROBORATED, "standing"), (Verdict.CORROBORATED, "fastest")]
    assert len({each.evidence_id for each in first}) == 2
    assert live.tick(NOON + seconds(70)) == []
    assert live.rows.names("open/") == []
    [after] = late.take(watch(), NOON + seconds(20))
    assert isinstance(after.fact, SightingFact)
    assert isinstance(first[-1].fact, SightingFact)
    assert after.fact.likelihood == first[-1].fact.likelihood


def test_what_stays_consistent_is_not_unseen_when_its_window_closes() -> None:
    learning = Learning()
    learn(learning.rows, CAM_1)
    learning.take(watch())
    for at in range(-30, 61):
        learning.take(observation(NOON + seconds(at), view=view(persons=2)))
    assert learning.tick(NOON + seconds(70)) == []


def test_another_calibration_makes_speeds_unknown_and_another_polygon_a_zone() -> None:
    points = tuple(SurveyedPoint(pixel=(x, y), x_m=x, y_m=y) for x, y in ((0, 0), (9, 0), (9, 9), (0, 9)))
    surveyed = CAM_1.model_copy(
        update={
            "calibration": HomographyCalibration(method="homography", version="2", date=date(2026, 1, 1), points=points)
        }
    )
    learning = Learning(surveyed)
    learn(learning.rows, surveyed, made_of=CAM_1)
    learning.take(watch())
    found = learning.take(observation(NOON, view=view(persons=2, fastest=4.0)))
    assert told(found) == [(Verdict.CONSISTENT, "persons")], "only counts are still known"


def test_everything_is_forgotten_before_28_days() -> None:
    """Also where no picture comes any more."""
    learning = Learning()
    learning.watched(NOON, NOON + BLOCK)
    learning.learnt_by(LATER)
    for hours in range(24 * 26 - 2):
        learning.tick(LATER + timedelta(hours=hours))
    assert learning.blocks() == 1
    for hours in range(24 * 26 - 2, 24 * 26 + 2):
        learning.tick(LATER + timedelta(hours=hours))
    assert learning.rows.names("normal/") == []
    assert learning.rows.names("due/") == []


def forgets(learning: Learning) -> list[str]:
    return [name for name in learning.rows.names("due/") if "/forget:" in name]


def test_what_waits_to_be_forgotten_is_not_used() -> None:
    """After a stop of weeks a report comes before the first tick."""
    learning = Learning()
    learn(learning.rows, CAM_1, at=NOON - timedelta(days=28))
    learning.take(watch())
    found = learning.take(observation(NOON, view=view(persons=2, fastest=4.0)))
    assert told(found) == [(Verdict.CONSISTENT, "fastest")]


def test_a_block_that_nobody_learnt_for_weeks_is_not_learnt() -> None:
    """It would be written anew, and outlive what it was counted from."""
    learning = Learning()
    learning.watched(NOON, NOON + BLOCK)
    learning.tick(NOON + BLOCK)
    learning.tick(NOON + timedelta(days=40))
    assert learning.rows.names("normal/") == []
    assert learning.rows.names("seen/") == []


def test_each_block_notes_again_when_its_profile_is_forgotten() -> None:
    """The note of its first block leaves the changelog before a row that later ones rewrote."""
    learning = Learning()
    learning.watched(NOON, NOON + BLOCK)
    learning.learnt_by(LATER)
    noted = forgets(learning)
    assert len(noted) == 3
    for name in noted:
        learning.rows.delete(name)
    next_week = NOON + timedelta(days=7)
    learning.watched(next_week, next_week + BLOCK)
    learning.learnt_by(next_week + timedelta(hours=1))
    assert forgets(learning) == noted


def test_a_camera_that_left_the_registry_is_forgotten() -> None:
    learning = Learning()
    learning.watched(NOON, NOON + BLOCK)
    learning.stage = Corroborate(registry(camera("cam-2", 50)), RULES)
    learning.learnt_by(LATER)
    assert learning.rows.names("normal/") == []
    assert learning.rows.get("block/cam-1", BlockRow) is None


def test_hours_are_local_and_a_repeated_one_counts_twice() -> None:
    """The night in which summer time ends: the same bucket, an hour apart."""
    learning = Learning()
    first = datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    for start in (first, first + timedelta(hours=1)):
        learning.watched(start, start + BLOCK)
        learning.learnt_by(start + timedelta(minutes=55))
    assert learning.blocks(at=first) == 2
    row = learning.profile(at=first)
    assert row is not None
    assert usual({bucket_of(first, AMSTERDAM): row}.get, bucket_of(first, AMSTERDAM), Measure.PERSONS).blocks == 2

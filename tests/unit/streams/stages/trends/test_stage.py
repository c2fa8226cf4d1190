"""The stage `trends`: what each change of an alert does to the counts, and what a new week tells."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import REGISTRY

from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Category
from schemas.trends import Judgement, NearRepeats, Trend, TrendTarget, TrendWeek
from streams import topics
from streams.config.files import load_areas, load_safety_plan
from streams.domain.trends.areas import AreaMap
from streams.stages.trends.near_repeats import EXACT_DAYS
from streams.stages.trends.stage import Trends
from streams.stages.trends.store import KEPT, CountedRow, PlaceRow
from tests.support.rows import FakeRows
from tests.support.situations import NOON, ROOM, item, position, report, tick
from tests.support.trends import alert, burglary

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AREAS = Path(__file__).parents[5] / "streams" / "demo" / "areas.geojson"
WEEK = timedelta(days=7)
HERE = "WK036204"
NORTH_M = 700.0
"""So far north of the square lies another area."""


class Desk:
    """The stage with its rows; gives messages and keeps what comes out, the newest of each count."""

    def __init__(self, areas: Path | None = AREAS) -> None:
        self.stage = Trends(load_safety_plan(), load_areas(areas), AMSTERDAM)
        self.rows = FakeRows()
        self.sent: list[Message] = []
        self.now = NOON

    def give(self, *messages: Message, at: datetime | None = None) -> list[Any]:
        sent = []
        for message in messages:
            self.now = max(self.now, at or message.happened_at())
            outputs = self.stage.handle(item(message), self.rows, self.now)
            assert {output.topic for output in outputs} <= {topics.TRENDS}
            sent += [output.message for output in outputs]
        self.sent += sent
        return sent

    def tick(self, at: datetime) -> list[Any]:
        return self.give(tick(at=at))

    def counts(self, area: str = HERE) -> dict[tuple[str, str], int]:
        """Return what readers know: by category and week the newest count of an area."""
        told = [each for each in self.sent if isinstance(each, Trend) and each.area_code == area]
        newest = {(each.category.value, each.week): each.count for each in told}
        return {key: count for key, count in newest.items() if count}

    def pairs(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Return by area and week the newest pairs that were told."""
        told = [each for each in self.sent if isinstance(each, NearRepeats)]
        return {(each.area_code, each.week): (each.to_100_m, each.to_200_m) for each in told}


def closed(closing: str, revision: int = 1, **changes: Any) -> Alert:
    return alert(state=AlertState.CLOSED, closing=closing, revision=revision, **changes)


def test_the_first_alert_begins_the_counting_and_tells_what_is_known() -> None:
    """The week, the areas, how each target stands, and the count of its area and of the whole room."""
    sent = Desk().give(alert())
    week, target, *counts = sent
    assert isinstance(week, TrendWeek)
    assert (week.week, week.known_since, week.tested) == ("2026-W48", date(2026, 11, 24), 0)
    assert [area.code for area in week.areas] == ["WK036203", "WK036204", "WK036205", "WK036206"]
    assert (target.count, target.below_per_year, target.since) == (0, 350, date(2026, 11, 24))
    assert target.expected == pytest.approx(350 / 365 * (13 + 1 / 60) / 24, abs=1e-3)  # since midnight
    assert [(count.area_code, count.area_year, count.count) for count in counts] == [(HERE, 2018, 1), ("all", None, 1)]
    assert all(count.small and count.judged is Judgement.SMALL_COUNT for count in counts)
    assert counts[0].usual_per_week is None


@pytest.mark.parametrize(
    "last",
    [closed("false"), closed("test"), closed("duplicate"), alert(revision=1, state=AlertState.CANCELLED)],
    ids=["false", "test", "duplicate", "cancelled"],
)
def test_an_alert_that_was_none_is_taken_out_and_counts_again_when_it_is_opened_again(last: Alert) -> None:
    """Once, however often."""
    desk = Desk()
    desk.give(alert())
    sent = desk.give(last)
    assert [(each.area_code, each.count) for each in sent] == [(HERE, 0), ("all", 0)]
    assert desk.counts() == {}
    desk.give(alert(revision=2), alert(revision=3, state=AlertState.ACKNOWLEDGED))
    assert desk.counts() == {("straatroof", "2026-W48"): 1}


def test_a_change_that_does_not_concern_the_counts_is_told_to_nobody_and_not_written() -> None:
    """Acknowledged, shelved, a camera's answer, closed as true, expired."""
    desk = Desk()
    desk.give(alert())
    writes = desk.rows.writes
    states = [AlertState.ACKNOWLEDGED, AlertState.SHELVED, AlertState.SUPPRESSED, AlertState.EXPIRED]
    for revision, state in enumerate(states, 1):
        assert desk.give(alert(revision=revision, state=state)) == []
    assert desk.give(closed("true", revision=9)) == []
    assert desk.rows.writes == writes


@pytest.mark.parametrize(
    ("changes", "area", "expected"),
    [
        ({"category": Category.GEWELD_VECHTPARTIJ}, HERE, {("geweld_vechtpartij", "2026-W48"): 1}),
        ({"position": position(0, NORTH_M)}, "WK036203", {("straatroof", "2026-W48"): 1}),
        ({"position": None}, "unknown", {("straatroof", "2026-W48"): 1}),
        ({"position": position(accuracy_m=2_000)}, "unknown", {("straatroof", "2026-W48"): 1}),
        ({"position": position(-9_000)}, "elsewhere", {("straatroof", "2026-W48"): 1}),
        ({"at": NOON - WEEK}, HERE, {("straatroof", "2026-W47"): 1}),
    ],
    ids=["category", "place", "no place", "poor place", "outside", "day"],
)
def test_an_alert_moves_when_it_turns_out_otherwise(
    changes: dict[str, Any], area: str, expected: dict[Any, int]
) -> None:
    """Its old count falls, the new one rises, and the room as a whole has one in all."""
    desk = Desk()
    desk.give(alert(), alert(revision=1, **changes))
    assert desk.counts(area) == expected
    assert sum(desk.counts("all").values()) == 1
    assert sum(sum(desk.counts(each).values()) for each in (HERE, "WK036203", "unknown", "elsewhere")) == 1


def test_older_and_repeated_revisions_change_nothing() -> None:
    """Also when the older one says something else."""
    desk = Desk()
    desk.give(alert(), closed("false", revision=3))
    assert desk.give(alert(), alert(revision=2), closed("false", revision=3)) == []
    assert desk.counts() == {}


def test_an_alert_whose_opening_comes_after_its_end_is_not_counted() -> None:
    """As when the opening was set aside and comes back."""
    desk = Desk()
    desk.give(closed("duplicate", revision=2))
    assert desk.give(alert()) == []
    assert desk.counts() == {}


def test_a_report_about_last_week_counts_for_last_week_and_one_of_a_year_ago_for_nothing() -> None:
    """Weeks that are no longer kept stay as they are."""
    desk = Desk()
    desk.give(alert("now"))
    sent = desk.give(alert("late", at=NOON - WEEK, opened_at=NOON))
    assert [(each.week, each.count) for each in sent] == [("2026-W47", 1), ("2026-W47", 1)]
    assert desk.give(alert("year", at=NOON - 57 * WEEK, opened_at=NOON)) == []
    assert desk.give(alert("just", at=NOON - 56 * WEEK, opened_at=NOON)) != []


def test_an_alert_that_was_opened_before_what_is_remembered_is_not_counted_anew() -> None:
    """Its row may be gone, so it was counted once."""
    desk = Desk()
    desk.give(alert("other"))
    assert desk.give(alert(revision=7, changed_at=NOON + KEPT + WEEK)) == []


def lives(seed: int) -> list[Alert]:
    """Return the changes of thirty alerts in the order in which they happened."""
    chance = random.Random(seed)
    changes = []
    for number in range(30):
        at = NOON + timedelta(hours=chance.uniform(0, 24 * 20))
        for revision in range(chance.randint(1, 5)):
            state, closing = chance.choice(
                [(AlertState.NEW, ""), (AlertState.CANCELLED, ""), (AlertState.CLOSED, "false"), (AlertState.CLOSED, "true")]
            )  # fmt: skip
            told = burglary(
                str(number),
                at=at,
                revision=revision,
                state=state,
                closing=closing,
                position=chance.choice([None, position(chance.uniform(0, 300), chance.uniform(0, 800))]),
                changed_at=at + timedelta(hours=revision, minutes=1),
            )
            category = chance.choice([Category.WONINGINBRAAK, Category.BRAND])
            changes.append(told.model_copy(update={"category": category}))
    return sorted(changes, key=lambda each: (each.changed_at, each.alert_id))


@pytest.mark.parametrize("seed", range(4))
def test_counts_and_pairs_are_those_of_the_last_revisions_and_a_replay_adds_nothing(seed: int) -> None:
    """Whatever happened before: compared with counting the last revisions alone; then everything comes once more."""
    changes = lives(seed)
    desk, plain = Desk(), Desk()
    desk.give(*changes)
    last = {each.alert_id: each for each in changes}
    plain.give(*sorted(last.values(), key=lambda each: each.changed_at))
    for area in ("all", HERE, "WK036203", "unknown"):
        assert desk.counts(area) == plain.counts(area)
    told = {key: pairs for key, pairs in desk.pairs().items() if pairs != (0, 0)}
    assert told == {key: pairs for key, pairs in plain.pairs().items() if pairs != (0, 0)}
    assert desk.give(*changes, at=desk.now) == []


def test_the_same_input_gives_the_same_outputs_from_the_same_rows() -> None:
    """Identities and the figures of the random test included."""
    told = []
    for _ in range(2):
        desk = Desk()
        desk.give(*lives(7))
        desk.tick(NOON + 4 * WEEK)
        told.append([(each.message_id(), each) for each in desk.sent])
    assert told[0] == told[1]
    assert len({event_id for event_id, _ in told[0]}) == len(told[0])


def history(desk: Desk, weeks: int, per_week: int) -> datetime:
    """Count so many alerts in each of so many whole weeks, and return the Monday noon after them."""
    monday = datetime(2025, 11, 24, 12, tzinfo=UTC)
    desk.now = monday
    for week in range(weeks + 1):  # the first is not whole
        at = monday + week * WEEK
        desk.tick(at)
        desk.give(*(alert(f"{week}-{number}", at=at + timedelta(minutes=number)) for number in range(per_week)))
    end = monday + (weeks + 1) * WEEK
    desk.tick(end)
    return end


def test_a_surge_is_told_as_soon_as_the_count_passes_what_is_usual() -> None:
    """With its probability, its limit and the model; it ends where alerts turn out to be none."""
    desk = Desk()
    now = history(desk, 20, 1)
    week = next(each for each in reversed(desk.sent) if isinstance(each, TrendWeek))
    assert week.tested == 2
    alerts = [alert(f"new-{number}", at=now) for number in range(7)]
    found = [each for each in desk.give(*alerts) if each.area_code == HERE]
    assert [each.judged for each in found[:4]] == [Judgement.SMALL_COUNT] * 4
    surges = [each for each in found if each.judged is Judgement.SURGE]
    assert [each.count for each in surges] == list(range(surges[0].count, 8))
    assert surges[0].probability is not None
    assert surges[0].probability <= surges[0].limit == pytest.approx(0.05 / 2)
    assert (surges[0].model, surges[0].usual_per_week, surges[0].weeks_known) == (
        "negative-binomial-52w-bonferroni",
        1.0,
        20,
    )
    last = desk.give(*(each.model_copy(update={"revision": 1, "closing": "false"}) for each in alerts[:3]))[-2]
    assert (last.area_code, last.count, last.judged) == (HERE, 4, Judgement.SMALL_COUNT)


def test_a_calm_area_is_judged_by_the_spread_of_its_category() -> None:
    """Another area of the category is erratic, so the calm one is not called a surge so soon."""
    desk, calm = Desk(), Desk()
    monday = datetime(2025, 11, 24, 12, tzinfo=UTC)
    desk.now = calm.now = monday
    for week in range(20):
        at = monday + week * WEEK
        here = [alert(f"{week}-{number}", at=at) for number in range(2)]
        there = [alert(f"{week}-n{number}", at=at, position=position(0, NORTH_M)) for number in range(9 * (week % 2))]
        for each, given in ((desk, [*here, *there]), (calm, here)):
            each.tick(at)
            each.give(*given)
    for each in (desk, calm):
        each.tick(monday + 20 * WEEK)
    told = [
        each.give(*(alert(f"x{number}", at=monday + 20 * WEEK) for number in range(8)))[-2] for each in (desk, calm)
    ]
    assert [trend.area_code for trend in told] == [HERE, HERE]
    assert told[1].dispersion == 1.0
    assert told[0].dispersion > 2.0
    assert told[0].probability > told[1].probability


@pytest.mark.parametrize(
    ("weeks", "per_week", "judgement"), [(12, 2, Judgement.SHORT_HISTORY), (20, 0, Judgement.SMALL_BASE)]
)
def test_nothing_is_claimed_without_a_base(weeks: int, per_week: int, judgement: Judgement) -> None:
    """Too few weeks, or too few alerts in them."""
    desk = Desk()
    desk.now = datetime(2025, 11, 24, 12, tzinfo=UTC)
    desk.give(alert("first", at=desk.now - timedelta(hours=1)))
    now = history(desk, weeks, per_week)
    found = desk.give(*(alert(f"new-{number}", at=now) for number in range(9)))
    assert found[-1].judged is judgement


def test_alerts_without_an_area_are_counted_and_never_a_surge() -> None:
    """More of them may say that a partner's positions are gone."""
    desk = Desk()
    found = desk.give(*(alert(str(number), position=None) for number in range(9)))
    assert {each.judged for each in found if isinstance(each, Trend) and each.area_code == "unknown"} == {
        Judgement.NOT_AN_AREA
    }


def test_without_an_areas_file_the_room_is_the_only_area() -> None:
    """And surges are said of it once, as a whole."""
    desk = Desk(areas=None)
    *_, here, whole = desk.give(*(alert(str(number)) for number in range(9)))
    assert (here.area_code, here.area_year, here.judged) == (ROOM, None, Judgement.NOT_AN_AREA)
    assert (whole.area_code, whole.judged) == ("all", Judgement.SHORT_HISTORY)


def test_near_repeats_are_told_by_the_later_ones_area_and_week_and_by_distance_class() -> None:
    """They go when one of the two was none, and count anew when it was moved."""
    desk = Desk()
    desk.give(burglary("a"), burglary("b", at=NOON + WEEK, east_m=60))
    assert desk.pairs() == {(HERE, "2026-W49"): (1, 0)}
    desk.give(burglary("c", at=NOON + WEEK, east_m=180))
    assert desk.pairs() == {(HERE, "2026-W49"): (1, 2)}
    desk.give(burglary("b", at=NOON + WEEK, east_m=60, revision=1, closing="false"))
    assert desk.pairs() == {(HERE, "2026-W49"): (0, 1)}
    desk.give(burglary("c", at=NOON + WEEK, east_m=20, revision=1))
    assert desk.pairs() == {(HERE, "2026-W49"): (1, 0)}


@pytest.mark.parametrize(
    "other",
    [
        burglary("b", at=NOON + timedelta(days=15)),
        burglary("b", east_m=201),
        burglary("b", position=position(accuracy_m=300)),
        alert("b"),
    ],
    ids=["too late", "too far", "poor position", "another category"],
)
def test_what_is_no_near_repeat(other: Alert) -> None:
    """And of other categories no place is kept at all."""
    desk = Desk()
    desk.give(burglary("a"), other)
    assert desk.pairs() == {}
    assert len(desk.rows.names("place/")) == (2 if other.position and other.position.accuracy_m < 300 else 1) - (
        other.category is not Category.WONINGINBRAAK
    )


def test_exact_places_fade_within_four_weeks_and_squares_go_after_a_year() -> None:
    """Ticks alone do it; a late change does not bring an exact place back."""
    desk = Desk()
    desk.give(burglary("a"))
    for day in range(1, 400):
        desk.tick(NOON + timedelta(days=day))
        rows = [row for _, row in desk.rows.scan("place/", PlaceRow)]
        if day > 27:
            assert all(row.x_m is None and row.y_m is None for row in rows)
        if day == EXACT_DAYS + 5:
            desk.give(burglary("a", revision=1, position=position(5)), at=desk.now)
        assert rows or day > 364
    assert desk.rows.names("place/") == []


def test_a_new_week_tells_targets_the_test_and_how_many_cells_are_tested() -> None:
    """On Monday, at most a minute late; a tick on any other day changes nothing."""
    desk = Desk()
    desk.give(*(burglary(str(number), at=NOON + timedelta(hours=number), east_m=30 * number) for number in range(25)))
    assert desk.tick(datetime(2026, 11, 29, 22, 59, tzinfo=UTC)) == []
    week, target = desk.tick(datetime(2026, 11, 29, 23, 1, tzinfo=UTC))
    assert (week.week, target.count, target.year) == ("2026-W49", 25, 2026)
    assert target.expected == pytest.approx(6 * 350 / 365, abs=1e-2)  # the 24th to the 29th
    [knox] = week.knox
    assert (knox.category, knox.events) == (Category.WONINGINBRAAK, 25)
    assert knox.expected == knox.pairs  # all within two days: dealing out dates changes nothing
    assert knox.probability == 1.0


def test_the_new_year_has_its_own_target_and_a_late_report_still_counts_for_the_old_one() -> None:
    """Both are told."""
    desk = Desk()
    desk.give(burglary("a"))
    eve = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    sent = desk.give(burglary("b", at=eve), burglary("c", at=eve - timedelta(days=2), opened_at=eve))
    targets = [each for each in sent if isinstance(each, TrendTarget)]
    assert [(each.year, each.count, each.since) for each in targets] == [
        (2027, 1, date(2027, 1, 1)),
        (2026, 2, date(2026, 11, 24)),
    ]
    assert targets[1].expected == pytest.approx(350 * 38 / 365, abs=1e-3)


def test_after_a_year_rows_are_few_and_old_weeks_are_gone() -> None:
    """At most 57 weeks per category and area, small rows, and no alert that cannot change any more."""
    desk = Desk()
    now = history(desk, 70, 1)
    desk.tick(now + KEPT)
    kinds = Counter(name.split("/")[0] for name in desk.rows.documents)
    assert kinds["counted"] == 0
    assert kinds["counts"] == 2
    assert max(len(document) for document in desk.rows.documents.values()) < 1_200
    weeks = [row for name, row in desk.rows.documents.items() if name.startswith("counts/")]
    assert b"[105653," not in weeks[0]  # the first of the seventy


def test_an_alert_that_lives_long_is_remembered_as_long_as_it_changes() -> None:
    """Its row is prolonged although its count does not change."""
    desk = Desk()
    desk.give(alert())
    at = NOON
    for revision in range(1, 7):
        at += timedelta(days=20)
        desk.tick(at)
        assert desk.give(alert(revision=revision, changed_at=at)) == []
    assert desk.counts() == {("straatroof", "2026-W48"): 1}
    assert desk.rows.get(f"counted/{ROOM}/alert-a", CountedRow) is not None
    desk.tick(at + KEPT + timedelta(minutes=2))
    assert desk.rows.get(f"counted/{ROOM}/alert-a", CountedRow) is None


def test_several_rooms_of_a_partition_close_one_after_the_other() -> None:
    """One at a look, so that a Monday holds up nobody."""
    desk = Desk()
    desk.give(*(alert(f"{number}", control_room_id=f"room-{number}") for number in range(3)))
    monday = datetime(2026, 11, 29, 23, 1, tzinfo=UTC)
    closed_rooms = [
        [each.control_room_id for each in desk.tick(monday + timedelta(minutes=minute)) if isinstance(each, TrendWeek)]
        for minute in range(5)
    ]
    assert closed_rooms == [["room-0"], ["room-1"], ["room-2"], [], []]


def test_nothing_of_an_alerts_texts_and_places_leaves() -> None:
    """No title, place, position, partner or user is in any message."""
    desk = Desk()
    secret = "<script>Kerkstraat 12 hs</script>"
    told = burglary("a", title=secret, place=secret, handled_by="operator-9")
    desk.give(told, burglary("b", east_m=50, title=secret, place=secret), burglary("c", revision=1, closing="false"))
    desk.tick(NOON + WEEK)
    text = "\n".join(each.model_dump_json() for each in desk.sent)
    for hidden in ("script", "Kerkstraat", "operator-9", "52.3", "4.85", "alert-a", "politie"):
        assert hidden not in text


def test_what_is_counted_is_measured_by_category_and_result() -> None:
    """Repeats do not count."""
    before = {result: measured(result) for result in ("counted", "moved", "taken_out", "too_old")}
    desk = Desk()
    desk.give(alert("m"), alert("m"), alert("m", revision=1, position=None), closed("false", revision=2, name="m"))
    desk.give(alert("old", at=NOON - 60 * WEEK, opened_at=NOON))
    assert {result: measured(result) - known for result, known in before.items()} == dict.fromkeys(before, 1)


def measured(result: str) -> float:
    return REGISTRY.get_sample_value("toezicht_trend_alerts_total", {"category": "straatroof", "result": result}) or 0.0


def test_another_message_is_refused() -> None:
    """It would be set aside."""
    with pytest.raises(TypeError, match="expected an alert, a tick or a deletion, got a evidence"):
        Desk().stage.handle(item(report()), FakeRows(), NOON)


def test_a_tick_with_nothing_counted_leaves_no_message() -> None:
    """Nor does it fail."""
    desk = Desk()
    assert desk.tick(NOON) == []
    assert AreaMap(None).year is None

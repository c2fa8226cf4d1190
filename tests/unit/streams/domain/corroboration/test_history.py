"""What a camera showed, second by second, and which signals it meets."""

from __future__ import annotations

import pytest

from schemas.cameras import Visibility
from schemas.observations import Measures, SituationKind, ZoneSituation
from schemas.phrases.catalogue import sentence
from streams.domain.corroboration.history import (
    SeenSecond,
    before_quiet,
    met,
    moment_of,
    moments,
    quiet_moments,
    seen_of,
    slot_start,
    slots_between,
    with_moments,
)
from streams.domain.rules.cameras import Signal
from tests.support.situations import NOON, observation, seconds

SEEN = SeenSecond(
    0,
    persons=3,
    group=2,
    dwell_s=12.0,
    vehicles=1,
    density_per_m2=None,
    degraded=False,
    visible=True,
    situations=(),
    likely=3,
)


@pytest.mark.parametrize(
    ("signal", "words"),
    [
        (Signal(persons=3), "3 persons"),
        (Signal(persons=4), None),
        (Signal(group=2), "a group of 2"),
        (Signal(group=3), None),
        (Signal(persons=1, dwell_s=12), "3 persons staying 12 s"),
        (Signal(persons=1, dwell_s=12.1), None),
        (Signal(persons=4, dwell_s=1), None),
        (Signal(vehicles=1), "1 vehicle"),
        (Signal(situation=SituationKind.RUNNING), None),
        (Signal(density_per_m2=0.1), None),
    ],
)
def test_a_signal_is_met_when_all_of_it_is_shown(signal: Signal, words: str | None) -> None:
    """At the threshold it is; what is not known meets nothing."""
    found = met(signal, SEEN)
    assert (sentence(found.what) if found else None) == words


@pytest.mark.parametrize("kind", list(SituationKind))
def test_a_situation_of_the_zone_meets_its_signal(kind: SituationKind) -> None:
    """By itself, and together with a number; it gives the sighting its name."""
    seen = SEEN._replace(situations=(kind,))
    found = met(Signal(situation=kind), seen)
    assert found is not None
    assert (found.signal, found.value) == (f"situation.{kind.value}", 3.0)
    together = met(Signal(situation=kind, persons=3), seen)
    assert together is not None
    assert sentence(together.what) == f"{sentence(found.what)} 3 persons"
    assert met(Signal(situation=kind, persons=4), seen) is None


def test_the_situations_of_a_second_are_kept() -> None:
    """Each kind once, in one order, whatever the order of telling."""
    told = [
        ZoneSituation(kind=kind, since=NOON, value=1, explanation="seen")
        for kind in (SituationKind.RUNNING, SituationKind.CONVERGING, SituationKind.RUNNING)
    ]
    seen = seen_of(observation(NOON, 3, situations=tuple(told)))
    assert seen.situations == (SituationKind.CONVERGING, SituationKind.RUNNING)
    assert seen_of(observation(NOON, 3)).situations == ()


def test_while_nothing_moves_only_what_stands_still_goes_on() -> None:
    """Nobody runs in quiet seconds; an object that was left stays."""
    both = tuple(
        ZoneSituation(kind=kind, since=NOON, value=1, explanation="seen")
        for kind in (SituationKind.RUNNING, SituationKind.OBJECT_LEFT)
    )
    last = moment_of(observation(NOON, 2, situations=both))
    found = quiet_moments(observation(NOON + seconds(3), quiet_s=2), last, NOON)
    assert {moment.seen.situations for moment in found} == {(SituationKind.OBJECT_LEFT,)}


def test_a_known_density_meets_its_signal() -> None:
    """In persons per square metre."""
    found = met(Signal(density_per_m2=2.0), SEEN._replace(density_per_m2=2.0))
    assert found is not None
    assert (found.signal, found.value, sentence(found.what)) == ("density", 2.0, "2.0 persons per m²")


def test_seconds_are_kept_in_slots_of_ten() -> None:
    """In any order of arrival, each second once."""
    row = None
    for at_s in (3, 1, 3, 9):
        row = with_moments(row, NOON, [moment_of(observation(NOON + seconds(at_s), at_s))])
    assert row is not None
    assert [(seen.offset_s, seen.persons) for seen in row.seconds] == [(1, 1), (3, 3), (9, 9)]
    assert with_moments(row, NOON, [moment_of(observation(NOON + seconds(3), 8))]) is row
    within = list(moments("plein", [row], NOON + seconds(2), NOON + seconds(9)))
    assert [moment.at for moment in within] == [NOON + seconds(3), NOON + seconds(9)]


def test_a_slot_has_the_largest_measures_of_the_seconds_that_were_seen_well() -> None:
    """And a view its own in each second, beside the camera's first zone alone."""
    shown = [
        observation(NOON, measures=Measures(persons=1, fastest_m_per_s=2.0, standing_together=0)),
        observation(NOON + seconds(1), measures=Measures(persons=3, standing_together=2), view=Measures(persons=7)),
        observation(NOON + seconds(2), measures=Measures(persons=9), visibility=Visibility.BLURRED),
    ]
    row = with_moments(None, NOON, [moment_of(each) for each in shown])
    assert list(row.measures or ()) == [3, 2.0, 2, None, 0.0]
    assert [seen.view and seen.view[0] for seen in row.seconds] == [None, 7, None]
    assert moment_of(shown[1], with_view=False).seen.view is None


@pytest.mark.parametrize(("end_s", "slots"), [(0, 1), (9, 1), (10, 2), (25, 3), (-1, 0)])
def test_the_slots_of_a_window(end_s: int, slots: int) -> None:
    """Both ends belong to it; an empty window before the slot's start has none."""
    assert slot_start(NOON + seconds(9.9)) == NOON
    assert len(list(slots_between(NOON, NOON + seconds(end_s)))) == slots


@pytest.mark.parametrize("visibility", list(Visibility))
def test_only_a_clear_second_is_a_visible_one(visibility: Visibility) -> None:
    """Whatever it shows."""
    assert seen_of(observation(NOON, 3, visibility=visibility)).visible is (visibility is Visibility.CLEAR)


def test_quiet_seconds_show_what_was_seen_before_them() -> None:
    """Not what comes after; who stays stays longer."""
    last = moment_of(observation(NOON, 2, dwell_s=5.0, group_size=1))
    comes = observation(NOON + seconds(4), 9, quiet_s=3, dwell_s=1.0)
    found = quiet_moments(comes, last, NOON)
    assert [moment.at for moment in found] == [NOON + seconds(1), NOON + seconds(2), NOON + seconds(3)]
    assert [(moment.seen.persons, moment.seen.dwell_s) for moment in found] == [(2, 6.0), (2, 7.0), (2, 8.0)]
    assert [moment.at for moment in quiet_moments(comes, last, NOON + seconds(3))] == [NOON + seconds(3)]
    assert quiet_moments(observation(NOON + seconds(4), 9), last, NOON) == []


def test_nobody_stays_in_a_quiet_empty_zone() -> None:
    """Zero stays zero; offsets are those of each second's own slot."""
    last = moment_of(observation(NOON + seconds(8)))
    found = quiet_moments(observation(NOON + seconds(12), quiet_s=3), last, NOON)
    assert [(moment.seen.offset_s, moment.seen.dwell_s) for moment in found] == [(9, 0.0), (0, 0.0), (1, 0.0)]


def test_the_second_before_the_quiet_is_the_one_of_its_picture() -> None:
    """The quiet begins with a picture, in that picture's second or just after it."""
    assert before_quiet(observation(NOON + seconds(9), quiet_s=3)) == (NOON + seconds(5), NOON + seconds(4))


@pytest.mark.parametrize(
    ("signal", "found"),
    [
        (Signal(persons=3), ("persons", 3, "3 persons")),
        (Signal(persons=4), ("persons_likely", 5, "5 persons, weaker boxes included,")),
        (Signal(persons=6), None),
        (Signal(persons=4, dwell_s=10), ("persons_likely", 5, "5 persons, weaker boxes included, staying 12 s")),
        (Signal(persons=4, dwell_s=13), None),
        (Signal(persons=4, group=2), ("group", 2, "a group of 2 5 persons, weaker boxes included,")),
        (Signal(density_per_m2=0.1), None),
        (Signal(group=3), None),
    ],
)
def test_weaker_boxes_only_add_persons_and_say_so(signal: Signal, found: tuple[str, float, str] | None) -> None:
    """Groups, stays and densities are told by what counts by itself."""
    shown = met(signal, SEEN._replace(likely=5))
    assert (shown and (shown.signal, shown.value, sentence(shown.what))) == found


@pytest.mark.parametrize(("count", "likely", "kept"), [(2, None, 2), (2, 4, 4), (3, 2, 3), (0, 0, 0)])
def test_a_second_never_shows_fewer_likely_persons_than_it_counts(count: int, likely: int | None, kept: int) -> None:
    """Frames before attention began may have shown more."""
    seen = seen_of(observation(NOON, count, persons_likely=likely))
    assert (seen.persons, seen.likely) == (count, kept)

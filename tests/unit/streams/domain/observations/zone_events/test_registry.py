"""Each situation from a table of what a zone showed, and how situations begin, last and end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from schemas.observations import SituationKind
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.sightings import seen_situation
from schemas.phrases.language import Language
from streams.domain.cameras.registry import ZoneEventSettings as Switches
from streams.domain.observations.memory import Bag, Held, Stay, Track, TrackStep
from streams.domain.observations.motion import Scale, TrackMotion
from streams.domain.observations.objects import ObjectKind
from streams.domain.observations.zone_events.registry import SITUATIONS, find_situations
from streams.domain.observations.zone_events.shown import ViewShown, ZoneShown
from tests.support.zones import AMSTERDAM, CAMERA, NOON, FlatGround

NIGHT = [{"days": ["tue"], "from": "22:00", "until": "06:00"}]
LINE = {"points": [[100, 100], [100, 0]], "forbidden": "left_to_right"}
ON: dict[str, Any] = {
    "dwelling_s": 60,
    "group": {"persons": 3, "stay_s": 20},
    "running": True,
    "gathering": True,
    "object_left_s": 30,
    "line": LINE,
    "closed": NIGHT,
}
METRES, BODIES = Scale(FlatGround()), Scale(None)


def test_every_kind_has_its_row() -> None:
    """So whatever names a kind, a rule or a quiet second, finds its words; no two kinds are told alike."""
    assert list(SITUATIONS) == list(SituationKind)
    for language in Language:
        words = {kind: sentence(seen_situation(kind.value), language) for kind in SituationKind}
        assert len(set(words.values())) == len(SituationKind)
        assert all(said != kind.value or kind is SituationKind.RUNNING for kind, said in words.items())


def shown(switches: dict[str, Any] | None = None, **changes: Any) -> ZoneShown:
    """Return a zone at 100 s in which nothing is going on."""
    zone = CAMERA.zones[0].model_copy(update={"situations": Switches.model_validate(switches or {})})
    known: dict[str, Any] = {
        "zone": zone,
        "local": NOON.astimezone(AMSTERDAM),
        "at_s": 100.0,
        "count": 0,
        "stays": [],
        "persons": [],
        "normal_per_s": None,
        "tracks": [],
        "bags": [],
        "scale": METRES,
        "view": ViewShown(),
    }
    return ZoneShown(**known | changes)


def stays(*firsts_s: float) -> list[Stay]:
    """Return persons who came at these times."""
    return [Stay(number, first_s, 100.0) for number, first_s in enumerate(firsts_s)]


def walkers(*speeds: float, kind: ObjectKind = ObjectKind.PERSON) -> list[TrackMotion]:
    """Return persons with these speeds."""
    return [
        TrackMotion(number, kind, (0, 0), 30, (0, 0), (1.0, 0.0), speed, speed) for number, speed in enumerate(speeds)
    ]


def view(
    persons: int, dropped: float | None = 0.0, together: int | None = None, before: float | None = None, ran: int = 0
) -> ViewShown:
    """Return what the whole view shows."""
    return ViewShown(persons, dropped, together, before, ran)


def path(*points: tuple[float, float], kind: ObjectKind = ObjectKind.PERSON) -> list[Track]:
    """Return one track, 30 pixels high, with a step a second up to now."""
    steps = tuple(TrackStep(101.0 - len(points) + number, x, y, 30) for number, (x, y) in enumerate(points))
    return [Track(1, kind, 100.0, steps, 99.0)]


def bags(*aways_s: float | None) -> list[Bag]:
    """Return bags whose owners are away since these times."""
    return [Bag(number, 10, 10, 8, 100.0, 1, away_s, 90.0) for number, away_s in enumerate(aways_s)]


def at_night(hour: int, day: int = 24) -> dict[str, Any]:
    """Return a local time; 24 November 2026 is a Tuesday."""
    return {"local": datetime(2026, 11, day, hour, 30, tzinfo=AMSTERDAM), "count": 2}


CASES: list[tuple[str, SituationKind, dict[str, Any], float | None]] = [
    ("nobody", SituationKind.DWELLING, {}, None),
    ("just as long", SituationKind.DWELLING, {"stays": stays(40)}, None),
    ("longer", SituationKind.DWELLING, {"stays": stays(90, 39.5)}, 60.5),
    ("too few", SituationKind.GROUP, {"stays": stays(0, 0)}, None),
    ("one just came", SituationKind.GROUP, {"stays": stays(0, 0, 81)}, None),
    ("a group", SituationKind.GROUP, {"stays": stays(0, 50, 80)}, 3),
    ("a large group", SituationKind.GROUP, {"stays": stays(0, 50, 60, 70)}, 4),
    ("normal unknown", SituationKind.RUNNING, {"persons": walkers(4.0)}, None),
    ("walks", SituationKind.RUNNING, {"persons": walkers(1.9), "normal_per_s": 0.9}, None),
    ("fast for the place", SituationKind.RUNNING, {"persons": walkers(2.4), "normal_per_s": 0.5}, None),
    ("runs", SituationKind.RUNNING, {"persons": walkers(2.6, 1.0, 4.0), "normal_per_s": 1.0}, 4.0),
    ("all run here", SituationKind.RUNNING, {"persons": walkers(4.0), "normal_per_s": 2.5}, None),
    ("rides", SituationKind.RUNNING, {"persons": walkers(5.0, kind=ObjectKind.RIDER), "normal_per_s": 1.0}, None),
    ("in heights", SituationKind.RUNNING, {"persons": walkers(1.6), "normal_per_s": 0.5, "scale": BODIES}, None),
    ("not watched", SituationKind.DISPERSING, {"view": view(0, None, ran=9)}, None),
    ("three", SituationKind.DISPERSING, {"view": view(0, 3.0, ran=3)}, None),
    ("a few of many", SituationKind.DISPERSING, {"view": view(10, 9.0, ran=3)}, None),
    ("all walk off", SituationKind.DISPERSING, {"view": view(0, 9.0)}, None),
    ("one ran", SituationKind.DISPERSING, {"view": view(0, 9.0, ran=1)}, None),
    ("flee", SituationKind.DISPERSING, {"view": view(4, 4.0, ran=2)}, 4.0),
    ("no metres", SituationKind.CONVERGING, {"view": view(9)}, None),
    ("not known before", SituationKind.CONVERGING, {"view": view(9, together=9)}, None),
    ("four", SituationKind.CONVERGING, {"view": view(9, together=4, before=0.0)}, None),
    ("a terrace", SituationKind.CONVERGING, {"view": view(9, together=9, before=6.0)}, None),
    ("come", SituationKind.CONVERGING, {"view": view(9, together=5, before=1.0)}, 5.0),
    ("no bag", SituationKind.OBJECT_LEFT, {}, None),
    ("owner there", SituationKind.OBJECT_LEFT, {"bags": bags(None)}, None),
    ("not long", SituationKind.OBJECT_LEFT, {"bags": bags(70.1, None)}, None),
    ("left", SituationKind.OBJECT_LEFT, {"bags": bags(None, 90, 70)}, 30.0),
    ("nobody", SituationKind.WRONG_DIRECTION, {}, None),
    ("just appeared", SituationKind.WRONG_DIRECTION, {"tracks": path((120, 50))}, None),
    ("forbidden", SituationKind.WRONG_DIRECTION, {"tracks": path((90, 50), (110, 50))}, 1),
    ("allowed", SituationKind.WRONG_DIRECTION, {"tracks": path((110, 50), (90, 50))}, None),
    ("slowly", SituationKind.WRONG_DIRECTION, {"tracks": path((90, 50), (99, 50), (101, 50), (105, 50))}, 1),
    ("not yet", SituationKind.WRONG_DIRECTION, {"tracks": path((90, 50), (103, 50))}, None),
    ("a second ago", SituationKind.WRONG_DIRECTION, {"tracks": path((90, 50), (110, 50), (120, 50))}, None),
    ("beside it", SituationKind.WRONG_DIRECTION, {"tracks": path((90, 120), (110, 120))}, None),
    ("a bag", SituationKind.WRONG_DIRECTION, {"tracks": path((90, 50), (110, 50), kind=ObjectKind.BAG)}, None),
    ("by day", SituationKind.CLOSED_ZONE, at_night(12), None),
    ("empty at night", SituationKind.CLOSED_ZONE, at_night(23) | {"count": 0}, None),
    ("at night", SituationKind.CLOSED_ZONE, at_night(23), 2),
    ("past midnight", SituationKind.CLOSED_ZONE, at_night(3, day=25), 2),
    ("another night", SituationKind.CLOSED_ZONE, at_night(23, day=25), None),
]


@pytest.mark.parametrize(
    ("kind", "changes", "value"), [case[1:] for case in CASES], ids=[f"{case[1]}: {case[0]}" for case in CASES]
)
def test_a_situation_is_found(kind: SituationKind, changes: dict[str, Any], value: float | None) -> None:
    """Where it is switched on, and never where it is not."""
    found = SITUATIONS[kind].find(shown(ON, **changes))
    assert (None if found is None else found.value) == value
    assert SITUATIONS[kind].find(shown(**changes)) is None


def test_there_is_a_finder_and_a_case_for_every_kind() -> None:
    """Found and not found."""
    assert set(SITUATIONS) == set(SituationKind)
    for kind in SituationKind:
        assert {value is None for _, of, _, value in CASES if of is kind} == {True, False}


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        (SituationKind.GROUP, {"stays": stays(0, 50, 80)}, "3 persons stay for 20 s and more, 3 make a group"),
        (
            SituationKind.RUNNING,
            {"persons": walkers(4.0), "normal_per_s": 1.2},
            "1 running, at 4.0 m/s where 1.2 m/s is normal",
        ),
        (
            SituationKind.RUNNING,
            {"persons": walkers(4.0, 2.9), "normal_per_s": 1.2},
            "2 running, at 4.0 m/s where 1.2 m/s is normal",
        ),
        (
            SituationKind.DISPERSING,
            {"view": view(3, 6.0, ran=2)},
            "6 of 9 persons left the camera's view within ten seconds",
        ),
        (
            SituationKind.CONVERGING,
            {"view": view(9, together=7, before=2.0)},
            "7 persons stand together in the camera's view, 2 did shortly before",
        ),
        (
            SituationKind.OBJECT_LEFT,
            {"bags": bags(40)},
            "a bag stands there, whoever brought it is more than 3 m away for 60 s",
        ),
        (
            SituationKind.OBJECT_LEFT,
            {"bags": bags(40), "scale": BODIES},
            "a bag stands there, whoever brought it is more than 2 body heights away for 60 s",
        ),
        (
            SituationKind.WRONG_DIRECTION,
            {"tracks": path((90, 50), (110, 50))},
            "1 crossed the line left to right",
        ),
        (
            SituationKind.CLOSED_ZONE,
            at_night(23),
            "2 persons in it while it is closed (tue 22:00-06:00)",
        ),
    ],
)
def test_words_say_what_was_seen_and_in_what_unit(kind: SituationKind, changes: dict[str, Any], words: str) -> None:
    """For a person who reads the alert."""
    found = SITUATIONS[kind].find(shown(ON, **changes))
    assert found is not None
    assert sentence(found.what) == words


def told(
    known: dict[SituationKind, Held], at_s: float, gathering: bool, clear: bool = True
) -> tuple[dict[SituationKind, Held], bool]:
    """Return what is held after a second with or without many who come together, and whether it is told."""
    seen = view(9, together=9 if gathering else 1, before=1.0)
    after = find_situations(known, shown({"gathering": True}, at_s=at_s, view=seen), NOON, clear)
    return after.held, bool(after.told)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ("r", "."),
        ("rrr", "..."),
        ("rrrr", "...!"),
        ("r..r", "...!"),
        ("rrrr.....", "...!!!!!!"),
        ("rrrr......", "...!!!!!!."),
        ("rrrr......r", "...!!!!!!.."),
        ("rrrrbbbbbbbbbb.", "...!..........!"),
        ("rrrrbbbbbbbbbbr", "...!..........!"),
        ("rbbbbbb.", "........"),
        ("bRRR", "...."),
        ("rrrR", "...!"),
    ],
)
def test_a_situation_begins_after_it_lasted_and_does_not_flicker(seconds: str, expected: str) -> None:
    """r: found; R: found by a camera that cannot see well; b: not found by one; a dot: not found; !: told."""
    held: dict[SituationKind, Held] = {}
    said = ""
    for at_s, what in enumerate(seconds):
        held, shows = told(held, float(at_s), what in "rR", what not in "bR")
        said += "!" if shows else "."
    assert said == expected


def test_a_situation_that_was_switched_off_goes() -> None:
    """After it was missed for as long as any other."""
    held, _ = told({}, 0.0, True)
    assert SituationKind.CONVERGING in find_situations(held, shown(at_s=5.0), NOON, True).held
    assert find_situations(held, shown(at_s=5.1), NOON, True).held == {}

"""What a camera can see is told by altered real pictures and made ones, and weather and people are no fault."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.opencv import cv2
from detectors.view.check import Features, Light, ViewCheck, ViewVerdict, judge, light_of
from detectors.view.reference import Comparison
from detectors.view.sameness import is_same
from detectors.view.thumbnail import small_grey, small_shown
from schemas.cameras import Visibility
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.cameras import view_unknown
from tests.support import scenes
from tests.support.capture import NOW
from tests.support.scenes import Alter, Image

pytestmark = pytest.mark.vision

DAY = Light(mean=110, spread=45, bright=0.98, washed=0.01)
SAME_VIEW = Comparison(matched=0.95, sharpness=1.0, structure=1.0)
WARM_UP = 12
ALTERED = 12
"""Seconds, and pictures: a camera is looked at once per second."""


@pytest.fixture(scope="module")
def real(test_data: Path) -> list[Image]:
    """Return half a minute of a real camera, a picture per second."""
    return scenes.pets(test_data, WARM_UP + ALTERED + 6)


@pytest.fixture(scope="module")
def made() -> list[Image]:
    """Return half a minute of a made street with a sensor's noise."""
    chance, street = np.random.default_rng(1), scenes.street()
    return [scenes.noisy(street, 3, chance) for _ in range(WARM_UP + ALTERED + 6)]


@pytest.fixture(params=["real", "made"])
def pictures(request: pytest.FixtureRequest) -> list[Image]:
    """Return pictures of a real and of a made camera in turn."""
    return list(request.getfixturevalue(request.param))


def views(pictures: Sequence[Image], hidden: Image | None = None, live: bool = True) -> list[Visibility]:
    """Return what each picture, a second after the one before, is judged as."""
    covered = np.zeros(pictures[0].shape[:2], np.bool_) if hidden is None else hidden.astype(bool)
    check = ViewCheck(small_shown(covered), live)
    found = []
    for number, picture in enumerate(pictures):
        check.look(small_grey(picture), NOW + timedelta(seconds=number))
        found.append(check.verdict.visibility)
    return found


def altered(pictures: Sequence[Image], alter: Alter) -> list[Visibility]:
    """Return what the altered pictures are judged as, after normal ones from which the camera was learned."""
    chance = np.random.default_rng(2)
    changed = [alter(picture, second, chance) for second, picture in enumerate(pictures[WARM_UP : WARM_UP + ALTERED])]
    found = views([*pictures[:WARM_UP], *changed])
    assert set(found[:WARM_UP]) == {Visibility.CLEAR}
    return found[WARM_UP:]


DISTURBED: dict[str, tuple[Visibility, Alter]] = {
    "dark": (Visibility.BLACK, lambda p, _, c: scenes.noisy(scenes.scaled(p, 0.04), 3, c)),
    "covered, black": (Visibility.BLACK, lambda p, _, c: scenes.noisy(np.full_like(p, 6), 4, c)),
    "overexposed": (Visibility.BLINDED, lambda p, _, c: scenes.noisy(scenes.scaled(p, 3, 120), 3, c)),
    "laser or sun": (Visibility.BLINDED, lambda p, _, c: scenes.noisy(scenes.glare(p, 1.5), 3, c)),
    "washed out": (Visibility.BLINDED, lambda p, _, c: scenes.noisy(scenes.scaled(p, 0.08, 215), 2, c)),
    "defocused": (
        Visibility.BLURRED, lambda p, _, c: scenes.noisy(cv2.GaussianBlur(p, (0, 0), p.shape[1] / 130), 3, c),
    ),
    "defocused a lot": (
        Visibility.BLURRED, lambda p, _, c: scenes.noisy(cv2.GaussianBlur(p, (0, 0), p.shape[1] / 40), 3, c),
    ),
    "covered, grey": (Visibility.BLURRED, lambda p, _, c: scenes.noisy(np.full_like(p, 110), 3, c)),
    "shifted": (Visibility.MOVED, lambda p, *_: scenes.turned(p, x_px=p.shape[1] * 0.06)),
    "tilted": (Visibility.MOVED, lambda p, *_: scenes.turned(p, y_px=-p.shape[0] * 0.12)),
    "turned": (Visibility.MOVED, lambda p, *_: scenes.turned(p, degrees=8)),
    "zoomed": (Visibility.MOVED, lambda p, *_: scenes.turned(p, zoom=1.3)),
    "upside down": (Visibility.MOVED, lambda p, *_: np.ascontiguousarray(p[::-1, ::-1])),
}  # fmt: skip


@pytest.mark.parametrize("name", DISTURBED)
def test_a_disturbed_view_is_found(name: str, pictures: list[Image]) -> None:
    """Within six seconds, which with three of damping and one to the next look is within ten, and it stays found."""
    visibility, alter = DISTURBED[name]
    found = altered(pictures, alter)
    assert all(view is not Visibility.CLEAR for view in found[5:]), found
    assert set(found[7:]) == {visibility}, found


@pytest.mark.parametrize(
    "copy",
    [
        lambda p, *_: p.copy(),
        lambda p, second, _: scenes.encoded(p, 85),
        lambda p, second, _: scenes.encoded(p, 85 if second // 4 % 2 else 90),
    ],
    ids=["equal", "encoded again", "encoded again with other key frames"],
)
def test_a_frozen_picture_is_found(copy: Alter, pictures: list[Image]) -> None:
    """The same picture again, although the source goes on, is told after five seconds."""
    last = pictures[WARM_UP - 1]
    found = altered(pictures, lambda _, second, chance: copy(last, second, chance))
    assert found[:4] == [Visibility.CLEAR] * 4
    assert set(found[6:]) == {Visibility.FROZEN}, found


def sunset(picture: Image, second: int, chance: np.random.Generator) -> Image:
    """Return a picture that loses half of its light within twelve seconds, much faster than any evening."""
    return scenes.noisy(scenes.scaled(picture, 1 - 0.5 * second / ALTERED), 3, chance)


HARMLESS: dict[str, Alter] = {
    "nothing": lambda p, *_: p,
    "night": lambda p, _, c: scenes.noisy(scenes.scaled(p, 0.35), 9, c),
    "light fades": sunset,
    "more gain": lambda p, second, _: scenes.scaled(p, 1.3 if second >= 4 else 1.0),
    "less gain": lambda p, second, _: scenes.scaled(p, 0.7 if second >= 4 else 1.0),
    "gain that hunts": lambda p, second, _: scenes.scaled(p, 1.15 if second % 2 else 0.9),
    "heavy rain": lambda p, _, c: scenes.rain(p, c, 1500),
    "autumn fog": lambda p, _, c: scenes.noisy(scenes.fog(p, 0.6), 2, c),
    "a crowd": lambda p, second, c: scenes.crowd(p, second, c),
    "coarse encoding": lambda p, second, _: scenes.encoded(p, 30 if second % 2 else 50),
    "a shaken mast": lambda p, second, _: scenes.turned(p, x_px=1.5 if second % 2 else -1.5),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_weather_light_and_people_are_no_fault(name: str, pictures: list[Image]) -> None:
    """Whatever a camera shows in a normal year, it stays clear."""
    found = altered(pictures, HARMLESS[name])
    assert set(found) == {Visibility.CLEAR}, found


def close_crowd(picture: Image, second: int, persons: int = 22) -> Image:
    """Return a picture before which persons walk so close by that they reach from its lower edge to its top."""
    shown, chance = picture.copy(), np.random.default_rng(7)
    height, width = shown.shape[:2]
    for _ in range(persons):
        wide, tall = round(width * chance.uniform(0.2, 0.3)), round(height * chance.uniform(0.8, 0.97))
        coarse = chance.normal(chance.uniform(40, 200), 18, (tall // 30 + 2, wide // 30 + 2, 3)).astype(np.float32)
        coat = scenes.clipped(np.asarray(cv2.resize(coarse, (wide, tall)), np.float32))
        start, speed = chance.uniform(0, width), chance.choice([-1, 1]) * chance.uniform(0.1, 0.22) * width
        left = round((start + speed * second + wide) % (width + wide)) - wide
        right = min(width, left + wide)
        shown[height - tall :, max(0, left) : right] = coat[:, max(0, -left) : right - left]
    return shown


@pytest.mark.parametrize("seconds", [18])
def test_row_6_a_full_view_is_not_a_moved_one(seconds: int, pictures: list[Image]) -> None:
    """People who pass close by are told as what they are: nobody need turn the camera back; it is clear when they have gone."""
    crowded = [close_crowd(pictures[WARM_UP + second % 12], second) for second in range(seconds)]
    found = views([*pictures[:WARM_UP], *crowded, *pictures[WARM_UP : WARM_UP + 8]])
    assert Visibility.MOVED not in found
    assert found[WARM_UP + 4 : WARM_UP + seconds].count(Visibility.COVERED) >= seconds - 8
    assert set(found[-4:]) == {Visibility.CLEAR}


def test_row_6_a_camera_that_is_really_moved_is_found_in_real_video(test_data: Path) -> None:
    """A minute of a place where people walk, turned away after twenty seconds: told within six, and all the time from then on."""
    pictures = scenes.pets(test_data, 80)
    before, after = pictures[:20], pictures[20:]
    for move in ({"x_px": 0.06 * 768}, {"degrees": 8}, {"zoom": 1.3}, {"y_px": 0.12 * 576}):
        found = views([*before, *(scenes.turned(picture, **move) for picture in after)])
        assert set(found[:20]) == {Visibility.CLEAR}
        assert set(found[26:]) == {Visibility.MOVED}, (move, found)


def test_a_recording_and_a_still_are_clear(real: list[Image]) -> None:
    """A still that is played for ever is no frozen camera, because it never had noise; a live one is, after a minute."""
    assert set(views(real)) == {Visibility.CLEAR}
    still = [scenes.street()] * 70
    assert set(views(still, live=False)) == {Visibility.CLEAR}
    assert [view.value for view in views(still)][58:63] == ["clear", "clear", "frozen", "frozen", "frozen"]


@pytest.mark.parametrize(("share", "visibility"), [(0.85, Visibility.CLEAR), (0.95, Visibility.MASKED_OUT)])
def test_masks_that_leave_too_little(share: float, visibility: Visibility, made: list[Image]) -> None:
    """A tenth of the picture is enough, a twentieth is not."""
    hidden = np.zeros(made[0].shape[:2], np.uint8)
    hidden[: round(share * len(hidden))] = 1
    assert set(views(made[:WARM_UP], hidden)) == {visibility}


def test_what_a_mask_hides_is_not_looked_at(made: list[Image]) -> None:
    """A clock behind a mask does not make a frozen camera live, and light behind it does not blind."""
    hidden = np.zeros(made[0].shape[:2], np.uint8)
    hidden[:120] = 1
    frozen = []
    for second in range(10):
        picture = made[WARM_UP].copy()
        picture[:120] = 25 * second
        frozen.append(picture)
    assert views([*made[:WARM_UP], *frozen], hidden)[-1] is Visibility.FROZEN


def test_a_moved_camera_is_found_after_a_gap_and_stays_moved(made: list[Image]) -> None:
    """The reference outlives an hour without pictures; it stays as it is until the camera is turned back."""
    chance, street = np.random.default_rng(3), scenes.street()
    check = ViewCheck(small_shown(np.zeros(street.shape[:2], np.bool_)), live=True)

    def look(picture: Image, second: float) -> Visibility:
        check.look(small_grey(scenes.noisy(picture, 3, chance)), NOW + timedelta(seconds=second))
        return check.verdict.visibility

    for second in range(WARM_UP):
        look(street, second)
    moved = scenes.turned(street, x_px=70)
    found = [look(moved, 3600 + second) for second in range(700)]
    assert found == [Visibility.COVERED] * 3 + [Visibility.MOVED] * 697
    assert [look(street, 4300 + second) for second in range(12)][-1] is Visibility.CLEAR


def test_a_slow_change_of_the_scene_becomes_the_reference() -> None:
    """Scaffolding that stays is the new normal after a while, and no fault at any time."""
    chance, street = np.random.default_rng(4), scenes.street()
    built = street.copy()
    cv2.rectangle(built, (40, 60), (230, 260), (90, 120, 150), cv2.FILLED)
    found = views([scenes.noisy(street if number < 20 else built, 3, chance) for number in range(120)])
    assert set(found) == {Visibility.CLEAR}


def test_another_size_begins_a_new_reference(made: list[Image]) -> None:
    """Pictures of another size are compared with nothing of before."""
    check = ViewCheck(small_shown(np.zeros(made[0].shape[:2], np.bool_)), live=True)
    for second, picture in enumerate(made[:WARM_UP]):
        check.look(small_grey(picture), NOW + timedelta(seconds=second))
    smaller = scenes.turned(cv2.resize(made[0], (200, 150)).astype(np.uint8), x_px=40)
    assert check.look(small_grey(smaller), NOW + timedelta(seconds=WARM_UP))
    assert check.verdict == ViewVerdict(Visibility.CLEAR, view_unknown())


def test_it_is_looked_at_once_per_second_and_after_a_clock_that_jumped_back(made: list[Image]) -> None:
    """Four of five pictures cost nothing; a time before the last is looked at and nothing is concluded from the step."""
    check = ViewCheck(small_shown(np.zeros(made[0].shape[:2], np.bool_)), live=True)
    looked = [check.look(small_grey(made[0]), NOW + timedelta(seconds=number / 5)) for number in range(11)]
    assert looked == [True, *[False] * 4, True, *[False] * 4, True]
    assert check.look(small_grey(made[0]), NOW - timedelta(hours=1))
    assert check.verdict.visibility is Visibility.CLEAR
    assert check.alive


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 3, 3), (1, 640, 3), (360, 640)])
def test_pictures_of_any_shape_are_judged(shape: tuple[int, ...]) -> None:
    """One pixel, a line, grey: never an error, and never a reference that is not there."""
    chance = np.random.default_rng(6)
    check = ViewCheck(small_shown(np.zeros(shape[:2], np.bool_)), live=True)
    for second in range(40):
        picture = chance.integers(100, 110, shape).astype(np.uint8)
        check.look(small_grey(picture), NOW + timedelta(seconds=second))
    assert check.verdict.visibility in {Visibility.CLEAR, Visibility.MASKED_OUT}


@pytest.mark.parametrize(
    ("features", "visibility"),
    [
        (Features(1.0, DAY), Visibility.CLEAR),
        (Features(0.0, None), Visibility.MASKED_OUT),
        (Features(0.099, DAY), Visibility.MASKED_OUT),
        (Features(0.1, DAY), Visibility.CLEAR),
        (Features(1.0, Light(5, 3, 0.0019, 0)), Visibility.BLACK),
        (Features(1.0, Light(5, 30, 0.002, 0)), Visibility.CLEAR),
        (Features(1.0, Light(200, 14, 1, 0)), Visibility.BLINDED),
        (Features(1.0, Light(200, 14.1, 1, 0)), Visibility.CLEAR),
        (Features(1.0, Light(180, 60, 1, 0.45)), Visibility.BLINDED),
        (Features(1.0, Light(180, 60, 1, 0.45), washed_before=0.3), Visibility.CLEAR),
        (Features(1.0, Light(180, 60, 1, 0.13), compared=SAME_VIEW), Visibility.CLEAR),
        (Features(1.0, Light(180, 60, 1, 0.13), compared=Comparison(0.4, 1, 1)), Visibility.BLINDED),
        (Features(1.0, Light(180, 60, 1, 0.13), compared=Comparison(1, 1, 0.4)), Visibility.BLINDED),
        (Features(1.0, Light(180, 60, 1, 0.11), compared=Comparison(1, 1, 0.4)), Visibility.CLEAR),
        (Features(1.0, DAY, same_s=5.0), Visibility.FROZEN),
        (Features(1.0, DAY, same_s=4.9), Visibility.CLEAR),
        (Features(1.0, DAY, same_s=59, frozen_after_s=60), Visibility.CLEAR),
        (Features(1.0, DAY, same_s=60, frozen_after_s=60), Visibility.FROZEN),
        (Features(1.0, DAY, compared=SAME_VIEW), Visibility.CLEAR),
        (Features(1.0, DAY, compared=Comparison(0.95, 0.49, 0.8)), Visibility.BLURRED),
        (Features(1.0, DAY, compared=Comparison(0.3, 0.5, 0.8)), Visibility.CLEAR),
        (Features(1.0, DAY, compared=Comparison(0.95, 1, 0.15)), Visibility.CLEAR),
        (Features(1.0, DAY, compared=Comparison(0.95, 1, 0.14)), Visibility.BLURRED),
        (Features(1.0, DAY, compared=Comparison(0.1, 0, 0.39)), Visibility.BLURRED),
        (Features(1.0, DAY, compared=Comparison(0.1, 0, 0.4)), Visibility.MOVED),
        (Features(1.0, DAY, compared=Comparison(0.29, 0, 0.4), steady=0.5), Visibility.MOVED),
        (Features(1.0, DAY, compared=Comparison(0.29, 0, 0.4), steady=0.49), Visibility.COVERED),
        (Features(1.0, DAY, compared=Comparison(0.3, 1, 0.4), steady=0.0), Visibility.CLEAR),
        (Features(1.0, DAY, compared=Comparison(0.1, 0, 0.39), steady=0.0), Visibility.BLURRED),
        (Features(1.0, Light(5, 3, 0, 0), same_s=100), Visibility.BLACK),
        (Features(1.0, DAY, same_s=100, compared=Comparison(0, 0, 1)), Visibility.FROZEN),
    ],
)
def test_each_threshold(features: Features, visibility: Visibility) -> None:
    """Just within and just beyond, and which of two faults is told."""
    verdict = judge(features)
    assert verdict.visibility is visibility
    assert sentence(verdict.why)


@pytest.mark.parametrize(
    ("usual", "most", "noise", "same"),
    [
        (0, 0, 0, True),
        (0.01, 0.02, 0, True),
        (0.01, 0.03, 0, False),
        (0.2, 0.9, 1.0, True),
        (0.2, 1.1, 1.0, False),
        (0.26, 0.5, 1.0, False),
        (0.31, 0.5, 9.0, False),
        (0.02, 0.1, 0.1, False),
    ],
)
def test_what_counts_as_the_same_picture(usual: float, most: float, noise: float, same: bool) -> None:
    """Equal, or nearly so for a camera with noise, in every part of the picture."""
    assert is_same(usual, most, noise) is same


@given(st.integers(0, 255), st.integers(1, 30), st.integers(1, 30))
def test_light_of_an_even_picture(level: int, height: int, width: int) -> None:
    """The mean is its level, nothing spreads, and shares are all or nothing."""
    grey = np.full((height, width), level, np.uint8)
    light = light_of(grey, np.full_like(grey, 255))
    assert light == Light(float(level), 0.0, float(level >= 40), float(level >= 250))
    assert light_of(grey, np.zeros_like(grey)) is None

"""Light, rain and compression wake nobody, a small person does within two pictures, and quiet is said exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.opencv import cv2
from detectors.synthetic import write_empty_scene
from detectors.view.motion_gate import (
    AWAKE_S,
    KEEP_ALIVE_S,
    GateState,
    MotionFinder,
    Passage,
    PictureMotion,
    SendReason,
    step,
)
from detectors.view.thumbnail import small_grey, small_shown
from tests.support import scenes
from tests.support.capture import NOW
from tests.support.scenes import Image

pytestmark = pytest.mark.vision

FPS = 5
SETTLED = 40
"""Pictures after which noise and background are known."""


@pytest.fixture(scope="module")
def empty(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Return PETS2009's square when everyone has left, at 480x360."""
    video = test_data / "pets2009" / "S2L1-view001.avi"
    picture = cv2.imread(str(write_empty_scene(tmp_path_factory.mktemp("scene") / "empty", video, samples=15)))
    return cv2.resize(np.asarray(picture), (480, 360), interpolation=cv2.INTER_AREA).astype(np.uint8)


@pytest.fixture(params=["real", "made"])
def still(request: pytest.FixtureRequest) -> Image:
    """Return a real and a made place without anybody."""
    return request.getfixturevalue("empty") if request.param == "real" else scenes.street()


def finder(picture: Image) -> MotionFinder:
    return MotionFinder(small_shown(np.zeros(picture.shape[:2], np.bool_)))


def motions(pictures: Iterator[Image], look: MotionFinder, start: datetime = NOW) -> list[PictureMotion]:
    """Return what is seen in pictures at five per second."""
    return [
        look.look(small_grey(picture), start + timedelta(seconds=number / FPS))
        for number, picture in enumerate(pictures)
    ]


def sensor(picture: Image, chance: np.random.Generator, sigma: float = 4) -> Image:
    """Return what a camera sends of it: noise, and a codec that is coarse between key frames of two seconds."""
    return scenes.encoded(scenes.noisy(picture, sigma, chance), 75)


CALM: dict[str, Callable[[Image, int, np.random.Generator], Image]] = {
    "nothing": lambda p, _, c: sensor(p, c),
    "night": lambda p, _, c: sensor(scenes.scaled(p, 0.35), c, 9),
    "a cloud": lambda p, n, c: sensor(scenes.scaled(p, 0.75 + 0.25 * np.cos(n / FPS / 4)), c),
    "a shadow with a soft edge": lambda p, n, c: sensor(shaded(p, n), c),
    "rain": lambda p, _, c: sensor(scenes.rain(p, c, 400), c),
    "key frames": lambda p, n, _: scenes.encoded(p, 95 if n % 10 == 0 else 45),
    "gain": lambda p, n, c: sensor(scenes.scaled(p, 0.8 if (n // 15) % 2 else 1.0), c),
}


def shaded(picture: Image, number: int) -> Image:
    """Return a picture over which a cloud's shadow draws, at 15 % of the width per second."""
    width = picture.shape[1]
    edge = (np.arange(width) / width - number / FPS * 0.15 + 0.6) / 0.3
    light = 1 - 0.35 / (1 + np.exp(np.clip(6 * edge, -50, 50)))
    return scenes.clipped(picture * light[None, :, None])


@pytest.mark.parametrize("name", CALM)
def test_what_is_no_motion_wakes_nobody(name: str, still: Image) -> None:
    """Ten seconds of each, after eight in which the camera became known."""
    chance, look = np.random.default_rng(8), finder(still)
    change = CALM["nothing" if name in {"a cloud", "a shadow with a soft edge", "gain"} else name]
    motions((change(still, number, chance) for number in range(SETTLED)), look)
    begun = NOW + timedelta(seconds=SETTLED / FPS)
    seen = motions((CALM[name](still, number, chance) for number in range(50)), look, begun)
    assert PictureMotion.MOVES not in seen


@pytest.mark.parametrize("shade", [40, 190])
@pytest.mark.parametrize("rains", [False, True])
def test_a_small_person_wakes_within_two_pictures(rains: bool, shade: int) -> None:
    """20 px high in 640x360, walking at 1.4 m/s: seen in the second picture that shows the person, 400 ms at the most."""
    still, chance = scenes.street(), np.random.default_rng(9)
    look = finder(still)

    def shown(number: int, x_px: int | None) -> Image:
        picture = still if x_px is None else scenes.person(still, x_px, 300, 20, shade)
        return sensor(scenes.rain(picture, chance, 400) if rains else picture, chance)

    assert PictureMotion.MOVES not in motions((shown(number, None) for number in range(SETTLED)), look)[25:]
    begun = NOW + timedelta(seconds=SETTLED / FPS)
    seen = motions((shown(number, 2 + round(number * 3.2)) for number in range(10)), look, begun)
    assert PictureMotion.MOVES in seen[:2]
    assert seen.count(PictureMotion.MOVES) >= 7


def test_real_persons_keep_a_real_camera_awake(test_data: Path) -> None:
    """People walk through PETS2009 S2L1 all the time: after the first second hardly a picture shows nobody moving."""
    pictures = scenes.pets(test_data, 100, every=1)
    look = finder(pictures[0])
    seen = [look.look(small_grey(picture), NOW + timedelta(seconds=n / 7)) for n, picture in enumerate(pictures)]
    assert seen[20:].count(PictureMotion.MOVES) >= 76


def test_somebody_close_by_who_runs_moves_without_overlap() -> None:
    """From picture to picture a near runner covers more than his own width."""
    still, chance = scenes.street(), np.random.default_rng(10)
    look = finder(still)
    motions((sensor(still, chance) for _ in range(SETTLED)), look)
    begun = NOW + timedelta(seconds=SETTLED / FPS)
    seen = motions((sensor(scenes.person(still, 40 + 150 * n, 350, 200), chance) for n in range(3)), look, begun)
    assert seen[1:] == [PictureMotion.MOVES, PictureMotion.MOVES]


def test_one_flash_is_no_motion() -> None:
    """What is there in one picture alone is doubted: a flash, a picture that was decoded badly."""
    still, chance = scenes.street(), np.random.default_rng(11)
    look = finder(still)
    motions((sensor(still, chance) for _ in range(SETTLED)), look)
    begun = NOW + timedelta(seconds=SETTLED / FPS)
    places = [scenes.person(still, 300, 300, 60), still, still]
    assert motions((sensor(picture, chance) for picture in places), look, begun) == [
        PictureMotion.MAYBE, PictureMotion.NONE, PictureMotion.NONE,
    ]  # fmt: skip


def test_what_a_mask_hides_does_not_move() -> None:
    """Somebody behind a mask wakes nobody."""
    still, chance = scenes.street(), np.random.default_rng(12)
    hidden = np.zeros(still.shape[:2], np.bool_)
    hidden[200:] = True
    look = MotionFinder(small_shown(hidden))
    walking = (scenes.person(still, 5 * n, 300, 60) for n in range(50))
    seen = motions((sensor(picture * ~hidden[:, :, None], chance) for picture in walking), look)
    assert PictureMotion.MOVES not in seen


@pytest.mark.parametrize("seconds", [-3600.0, -0.2, 2.1, 3600.0])
def test_after_a_gap_or_a_clock_that_jumped_nothing_is_known(seconds: float) -> None:
    """There is nothing to compare with, and the next pictures are compared again."""
    still, chance = scenes.street(), np.random.default_rng(13)
    look = finder(still)
    motions((sensor(still, chance) for _ in range(10)), look)
    later = NOW + timedelta(seconds=9 / FPS + seconds)
    assert motions((sensor(still, chance) for _ in range(3)), look, later) == [
        PictureMotion.UNKNOWN, PictureMotion.NONE, PictureMotion.NONE,
    ]  # fmt: skip


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2, 3), (360, 640), (90, 161, 3)])
def test_pictures_that_change_their_size_begin_anew(shape: tuple[int, ...]) -> None:
    """One pixel, grey, an odd size: unknown once, then compared."""
    look, chance = finder(np.zeros((100, 100, 3), np.uint8)), np.random.default_rng(14)
    look.look(small_grey(np.zeros((100, 100, 3), np.uint8)), NOW)
    pictures = (chance.integers(100, 104, shape).astype(np.uint8) for _ in range(5))
    seen = motions(pictures, look, NOW + timedelta(seconds=0.2))
    assert seen == [PictureMotion.UNKNOWN, *[PictureMotion.NONE] * 4]


def passages(looks: str, moments: list[float] | None = None) -> list[tuple[SendReason, float]]:
    """Return what becomes of pictures: `m` moves, `.` does not, `b` is blind, `v` sees something else than before."""
    state, found = GateState(), []
    for number, letter in enumerate(looks):
        at = NOW + timedelta(seconds=moments[number] if moments else number)
        state, passage = step(state, at, moves=letter == "m", sees=letter != "b", view_changed=letter == "v")
        found.append((passage.reason, passage.quiet_s))
    return found


def test_a_quiet_camera_keeps_alive_and_says_how_long() -> None:
    """The first picture is sent, then one every ten seconds, each with the seconds since the one before."""
    found = passages("." * 25)
    sent = [(number, *passage) for number, passage in enumerate(found) if passage[0] is not SendReason.QUIET]
    assert sent == [(0, SendReason.FIRST, 0.0), (10, SendReason.KEEP_ALIVE, 10.0), (20, SendReason.KEEP_ALIVE, 10.0)]
    assert KEEP_ALIVE_S == 10


def test_motion_opens_at_once_and_stays_open() -> None:
    """The waking picture says how long it was quiet; those after it, sent one by one, say nothing."""
    found = passages("....m......." + "." * 10)
    assert found[4] == (SendReason.MOTION, 4.0)
    assert found[5:10] == [(SendReason.AFTER_MOTION, 0.0)] * 5
    assert found[10] == (SendReason.QUIET, 0.0)
    assert found[19] == (SendReason.KEEP_ALIVE, 10.0)
    assert AWAKE_S == 5


@pytest.mark.parametrize(
    ("looks", "moments", "last"),
    [
        ("", [], None),
        ("m", [0], (SendReason.FIRST, 0.0)),
        ("..m", [0, 1, 2], (SendReason.MOTION, 2.0)),
        ("..m", [0, 1, 3], (SendReason.MOTION, 3.0)),
        ("..m", [0, 1, 3.1], (SendReason.MOTION, 0.0)),
        ("...m", [0, 3, 4, 5], (SendReason.MOTION, 2.0)),
        ("..bm", [0, 1, 2, 3], (SendReason.MOTION, 1.0)),
        (".b.b", [0, 4, 8, 12], (SendReason.KEEP_ALIVE, 0.0)),
        ("..v", [0, 1, 2], (SendReason.VIEW_CHANGED, 2.0)),
        ("..m", [0, 1, 1], (SendReason.MOTION, 1.0)),
        ("..m", [0, 1, 0.5], (SendReason.FIRST, 0.0)),
        ("..m", [0, 1, -3600], (SendReason.FIRST, 0.0)),
        (".m", [0, 60], (SendReason.MOTION, 0.0)),
    ],
)
def test_quiet_spans_only_what_was_watched(
    looks: str, moments: list[float], last: tuple[SendReason, float] | None
) -> None:
    """No gap of more than two seconds, no time in which the camera was blind, no clock that jumped back."""
    found = passages(looks, moments)
    assert (found[-1] if found else None) == last


@given(st.lists(st.tuples(st.sampled_from(".....mbv"), st.sampled_from([0.2, 0.2, 1.0, 2.0, 2.1, 30.0])), max_size=80))
def test_quiet_times_never_overlap_and_never_hold_motion(steps: list[tuple[str, float]]) -> None:
    """Whatever comes: a picture's quiet time lies after the last picture that was sent, and nothing moved in it."""
    moment, moments = 0.0, []
    for _, pause in steps:
        moment += pause
        moments.append(moment)
    looks = "".join(letter for letter, _ in steps)
    sent_at = float("-inf")
    for number, (reason, quiet_s) in enumerate(passages(looks, moments)):
        if reason is SendReason.QUIET:
            assert quiet_s == 0
            continue
        begun = moments[number] - quiet_s
        assert quiet_s == 0 or begun >= sent_at - 1e-6
        watched = [n for n in range(number) if moments[n] >= begun - 1e-6]
        gaps = [moments[n + 1] - moments[n] for n in watched if n + 1 <= number]
        assert quiet_s == 0 or max(gaps, default=0) <= 2 + 1e-6
        assert quiet_s == 0 or all(looks[n] not in "mb" or moments[n] <= begun + 1e-6 for n in watched)
        sent_at = moments[number]


def test_a_passage_says_whether_it_is_sent() -> None:
    """Quiet is the one reason that is not."""
    assert [reason for reason in SendReason if not Passage(reason).sent] == [SendReason.QUIET]


def test_while_a_report_asks_for_more_nothing_is_left_out() -> None:
    """The first picture says for how long it was quiet before; afterwards the gate closes again."""
    state, reasons, quiet = GateState(), [], []
    for number in range(100):
        at = NOW + timedelta(seconds=number / FPS)
        state, passage = step(state, at, moves=number == 0, attention=50 <= number < 60)
        reasons.append(passage.reason)
        quiet.append(passage.quiet_s)
    assert set(reasons[26:50]) == {SendReason.QUIET}
    assert set(reasons[50:60]) == {SendReason.ATTENTION}
    assert set(reasons[60:100]) == {SendReason.QUIET}
    assert quiet[50] == pytest.approx(25 / FPS, abs=1 / FPS)
    assert set(quiet[51:60]) == {0.0}


def test_motion_is_told_as_motion_also_with_attention() -> None:
    """So that the seconds after it are watched as always."""
    _, passage = step(GateState(sent_at=NOW), NOW + timedelta(seconds=1), moves=True, attention=True)
    assert passage.reason is SendReason.MOTION

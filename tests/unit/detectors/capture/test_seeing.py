"""Which pictures of a camera are sent, with what they could see and for how long nothing moved; an hour of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import numpy as np
import pytest

from detectors.capture.seeing import Looked, Seeing
from detectors.capture.status import StatusReporter
from detectors.opencv import cv2
from detectors.privacy.masks import MaskedFrame, MaskedImage
from schemas.cameras import CameraState, Visibility
from tests.support import scenes
from tests.support.capture import NOW, FakeTime, Recorder
from tests.support.scenes import Image

pytestmark = pytest.mark.vision

FPS = 5
UNMASKED = np.zeros((90, 160), np.bool_)


def street() -> Image:
    """Return a small made street, so that an hour of it takes seconds."""
    return cv2.resize(scenes.street(), (160, 90), interpolation=cv2.INTER_AREA).astype(np.uint8)


def noises(picture: Image, sigma: float = 5, count: int = 40) -> list[Image]:
    """Return pictures of a camera that differ by its noise alone."""
    chance = np.random.default_rng(15)
    return [scenes.noisy(picture, sigma, chance) for _ in range(count)]


def walker(picture: Image, number: int) -> Image:
    """Return a picture with somebody who walks, 15 of 90 pixels high."""
    return scenes.person(picture, 5 + 2 * number, 80, 15, 230)


def look(seeing: Seeing, image: Image, second: float, take: int = 0) -> Looked:
    moment = NOW + timedelta(seconds=second)
    return seeing.look(MaskedFrame(MaskedImage(image), moment, None, take), moment)


def play(seeing: Seeing, images: Iterable[Image], from_s: float = 0.0) -> list[Looked]:
    """Look at pictures, five per second."""
    return [look(seeing, image, from_s + number / FPS) for number, image in enumerate(images)]


def test_without_a_gate_every_picture_is_sent() -> None:
    """With what it could see, and nothing about quiet."""
    looked = play(Seeing(UNMASKED, gated=False, live=True), noises(street()))
    assert [len(each.sights) for each in looked] == [1] * 40
    assert {(each.sights[0].visibility, each.sights[0].quiet_s) for each in looked} == {(Visibility.CLEAR, 0.0)}


def test_a_quiet_camera_sends_a_picture_every_ten_seconds_and_a_walker_at_once() -> None:
    """The two pictures in which motion began are sent both, and their quiet time ends before the first of them."""
    seeing, calm = Seeing(UNMASKED, gated=True, live=True), noises(street())
    first = play(seeing, [calm[n % 40] for n in range(150)])
    sent = [(n / FPS, each.sights[0].quiet_s) for n, each in enumerate(first) if each.sights]
    assert [quiet for moment, quiet in sent if moment <= 5] == [0.0] * 26
    assert [(moment, round(quiet, 1)) for moment, quiet in sent if moment > 5] == [(15.0, 10.0), (25.0, 10.0)]
    woken = play(seeing, [walker(calm[n], n) for n in range(3)], 30.0)
    assert [len(each.sights) for each in woken] == [0, 2, 1]
    begun, second = woken[1].sights
    assert (begun.frame.captured_at, begun.quiet_s) == (NOW + timedelta(seconds=30), 5.0)
    assert (second.frame.captured_at, second.quiet_s) == (NOW + timedelta(seconds=30.2), 0.0)
    left_out = sum(each.left_out for each in first)
    assert left_out + len(sent) == 149
    assert [each.left_out for each in woken] == [1, 0, 0]


def watched_by_key_frames(until_s: int) -> tuple[Seeing, list[Looked]]:
    """Return what looked at a calm street, 5 pictures per second for 12 s and then one per second up to a moment."""
    seeing, calm = Seeing(UNMASKED, gated=True, live=True), noises(street())
    looked = play(seeing, [calm[n % 40] for n in range(61)])
    return seeing, looked + [look(seeing, calm[second], float(second)) for second in range(13, until_s + 1)]


def test_after_pictures_far_apart_quiet_ends_with_the_last_in_which_nothing_moved() -> None:
    """That one is sent too: who is seen in the next may have come at any time in between."""
    seeing, before = watched_by_key_frames(19)
    assert [sight.frame.captured_at for each in before for sight in each.sights][-1] == NOW + timedelta(seconds=15)
    calm = noises(street())
    woken = [look(seeing, walker(calm[n], n), 20 + n / FPS) for n in range(3)]
    sent = [((sight.frame.captured_at - NOW).total_seconds(), sight.quiet_s) for each in woken for sight in each.sights]
    assert sent == [(19.0, 4.0), (20.0, 0.0), (20.2, 0.0), (20.4, 0.0)]
    everything = before + woken
    assert sum(each.left_out + len(each.sights) for each in everything) == 61 + 7 + 3


def test_a_picture_that_is_due_while_something_may_have_begun_claims_no_more_either() -> None:
    """The tenth second comes together with somebody."""
    seeing, _ = watched_by_key_frames(24)
    looked = look(seeing, walker(noises(street())[0], 0), 25.0)
    assert [(sight.frame.captured_at - NOW, sight.quiet_s) for sight in looked.sights] == [
        (timedelta(seconds=24), 9.0), (timedelta(seconds=25), 0.0),
    ]  # fmt: skip
    assert looked.left_out == 0


def test_a_flash_between_pictures_far_apart_leaves_the_quiet_as_it_was() -> None:
    """Nothing is sent of it, and the next picture that is due says all of its seconds."""
    seeing, _ = watched_by_key_frames(19)
    calm = noises(street())
    looked = [look(seeing, walker(calm[0], 20), 20.0)] + [look(seeing, calm[n], float(20 + n)) for n in range(1, 6)]
    sent = [(sight.frame.captured_at - NOW, sight.quiet_s) for each in looked for sight in each.sights]
    assert sent == [(timedelta(seconds=25), 10.0)]


def test_quiet_is_told_while_nothing_moves_before_a_camera_that_sees() -> None:
    """Not before the view is known, not while awake, not while something may have begun, not while blind."""
    seeing, calm = Seeing(UNMASKED, gated=True, live=True), noises(street())

    def told(image: Image, second: float) -> bool:
        look(seeing, image, second)
        return seeing.quiet

    assert [told(calm[number % 40], number / FPS) for number in range(100)] == [False] * 26 + [True] * 74
    assert not told(walker(calm[0], 0), 20.0)
    assert told(calm[1], 20.2)
    assert not [told(np.full_like(street(), 5), 20.4 + number / FPS) for number in range(12)][-1]


@pytest.mark.parametrize("gated", [True, False])
def test_quiet_ends_with_a_cut_and_is_never_told_without_a_gate(gated: bool) -> None:
    """What comes after is not known yet."""
    seeing, calm = Seeing(UNMASKED, gated=gated, live=True), noises(street())
    play(seeing, [calm[n % 40] for n in range(60)])
    assert seeing.quiet is gated
    seeing.cut()
    assert not seeing.quiet


def test_a_flash_is_left_out_after_all() -> None:
    """A picture that was held for the next one, as each is that was not sent, is counted when nothing followed."""
    seeing, calm = Seeing(UNMASKED, gated=True, live=True), noises(street())
    play(seeing, [calm[n % 40] for n in range(60)])
    looked = play(seeing, [walker(calm[0], 20), calm[1], calm[2]], 12.0)
    assert [(len(each.sights), each.left_out) for each in looked] == [(0, 1), (0, 1), (0, 1)]


@pytest.mark.parametrize("take", [0, 1])
def test_a_cut_sends_the_next_picture_and_forgets_the_quiet(take: int) -> None:
    """After a source was opened again, or a file began again, nothing is said of the time before."""
    seeing, calm = Seeing(UNMASKED, gated=True, live=True), noises(street())
    play(seeing, [calm[n % 40] for n in range(60)])
    assert look(seeing, walker(calm[0], 20), 12.0).sights == ()
    assert (seeing.cut() if take == 0 else 1) == 1
    looked = look(seeing, calm[1], 12.2, take)
    assert [sight.quiet_s for sight in looked.sights] == [0.0]
    assert looked.left_out == take


def test_a_camera_that_goes_blind_says_so_at_once_and_claims_no_quiet() -> None:
    """The picture in which it is seen is sent although nothing moves, and nothing counts as watched until it sees again."""
    seeing, calm = Seeing(UNMASKED, gated=True, live=True), noises(street())
    play(seeing, [calm[n % 40] for n in range(100)])
    dark = noises(np.full_like(street(), 5), 2)
    blind = play(seeing, [dark[n % 40] for n in range(150)], 20.0)
    sent = [sight for each in blind for sight in each.sights]
    assert sent[0].frame.captured_at <= NOW + timedelta(seconds=21)
    assert {sight.visibility for sight in sent} == {Visibility.BLACK}
    assert {sight.quiet_s for sight in sent} == {0.0}
    assert seeing.told is Visibility.BLACK
    seen = [sight for each in play(seeing, [calm[n % 40] for n in range(150)], 50.0) for sight in each.sights]
    assert seen[-1].visibility is Visibility.CLEAR
    assert all(
        sight.visibility is Visibility.BLACK for sight in seen if sight.frame.captured_at < NOW + timedelta(seconds=54)
    )


def test_a_frozen_camera_claims_no_quiet() -> None:
    """From the first equal picture on it was not watched, long before the freeze is certain."""
    seeing, calm = Seeing(UNMASKED, gated=True, live=True), noises(street())
    play(seeing, [calm[n % 40] for n in range(95)])
    frozen = [sight for each in play(seeing, [calm[0]] * 100, 19.0) for sight in each.sights]
    assert {sight.quiet_s for sight in frozen if sight.frame.captured_at > NOW + timedelta(seconds=21)} == {0.0}
    assert seeing.told is Visibility.FROZEN


class Hour:
    """An hour of a camera by a simulated clock, of which one picture in twenty is lost."""

    def __init__(self) -> None:
        self.time, self.recorder = FakeTime(), Recorder()
        self.status = StatusReporter("cam-1", self.time.clock, self.recorder.status)
        self.seeing = Seeing(UNMASKED, gated=True, live=True)
        self.chance = np.random.default_rng(16)
        self.sent = 0

    def play(self, seconds: float, images: list[Image]) -> None:
        """Give pictures, and let the watchdog look four times per second as it does."""
        for number in range(round(seconds * 20)):
            self.time.pass_s(0.05)
            if number % 5 == 0:
                self.status.check_silence(5.0)
            if number % 4 == 0 and images and self.chance.random() >= 0.05:
                self.status.picture()
                self.sent += len(self._look(images[int(self.chance.integers(len(images)))]).sights)

    def _look(self, image: Image) -> Looked:
        now = self.time.clock.now()
        looked = self.seeing.look(MaskedFrame(MaskedImage(image), now, None, 0), now)
        if self.seeing.told is not None:
            self.status.view(self.seeing.told, self.seeing.why)
        return looked


def test_an_hour_with_lost_pictures_has_no_false_event_and_a_silence_is_told_in_time() -> None:
    """One state of the stream, one of the view; silence is told within ten seconds of the last picture."""
    hour = Hour()
    hour.play(3600, noises(street(), count=200))
    assert [(s.aspect, s.state, s.reason) for s in hour.recorder.statuses] == [
        ("stream", CameraState.ONLINE, "streaming"),
        ("view", CameraState.ONLINE, "clear"),
    ]
    assert 360 <= hour.sent <= 400
    ended = hour.time.clock.now()
    hour.play(20, [])
    assert hour.recorder.reasons() == ["online:streaming", "offline:silent"]
    assert 5 < (hour.recorder.statuses[-1].changed_at - ended).total_seconds() <= 10


@pytest.mark.parametrize(
    ("visibility", "spoilt"),
    [
        (Visibility.BLACK, noises(np.full_like(street(), 5), 2)),
        (Visibility.BLINDED, noises(scenes.scaled(street(), 3, 140), 2)),
        (Visibility.BLURRED, noises(cv2.GaussianBlur(street(), (0, 0), 4).astype(np.uint8), 3)),
        (Visibility.MOVED, noises(scenes.turned(street(), x_px=17), 3)),
        (Visibility.FROZEN, [street()]),
    ],
    ids=lambda value: value.value if isinstance(value, Visibility) else "",
)
def test_a_view_that_is_lost_is_told_within_ten_seconds_and_its_return_once(
    visibility: Visibility, spoilt: list[Image]
) -> None:
    """With one picture in twenty lost: one event at the onset, one at the end."""
    hour, calm = Hour(), noises(street())
    hour.play(60, calm)
    onset = hour.time.clock.now()
    hour.play(60, spoilt)
    hour.play(60, calm)
    assert hour.recorder.views() == ["online:clear", f"degraded:{visibility.value}", "online:clear"]
    assert (hour.recorder.statuses[2].changed_at - onset).total_seconds() <= 10


def test_pictures_with_attention_are_sent_and_say_so() -> None:
    """A quiet camera that is attended sends every picture, with what it could see; one before and after does not say so."""
    seeing = Seeing(UNMASKED, gated=True, live=True)
    pictures = noises(street())
    play(seeing, pictures)
    play(seeing, pictures, 8)
    quiet = [
        seeing.look(
            MaskedFrame(MaskedImage(image), NOW + timedelta(seconds=16 + number / FPS), None, 0), NOW, number >= 5
        )
        for number, image in enumerate(pictures[:15])
    ]
    assert sum(len(each.sights) for each in quiet[:5]) <= 1
    assert [len(each.sights) for each in quiet[5:]] == [1] * 10
    assert {each.sights[0].attention for each in quiet[5:]} == {True}
    after = [sight for each in play(seeing, pictures, 19) for sight in each.sights]
    assert len(after) <= 1
    assert [sight for sight in after if sight.attention] == []

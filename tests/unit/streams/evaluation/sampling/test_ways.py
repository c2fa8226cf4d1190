"""Ways of choosing pictures are run over the same scene."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from detectors.tracking.ground_squares import Ground
from schemas.cameras import Box, DetectedObject, ObjectClass
from streams.domain.cameras.sampling import LookReason, PictureChange, Region
from streams.evaluation.sampling.ways import BEGAN, WAYS, FixedRate, SceneFrame, run

pytestmark = pytest.mark.vision


def walker(at_s: float, track: int | None) -> DetectedObject:
    """Return somebody 100 px high who goes at .7 heights a second."""
    box = Box(x_min_px=70 * at_s, y_min_px=200, x_max_px=70 * at_s + 40, y_max_px=300)
    return DetectedObject(object_class=ObjectClass.PERSON, score=0.9, box=box, track_id=track)


def frames(seconds: int, newcomer_s: float = -1, track: int | None = 4) -> Sequence[SceneFrame]:
    """Return five pictures a second of a walker; something changes elsewhere at a moment."""

    def find(at_s: float) -> PictureChange:
        return PictureChange(moved=True, newcomers=(Region(0, 0, 9, 9),) if at_s == newcomer_s else ())

    return [
        SceneFrame(n / 5, [walker(n / 5, track)], lambda _, at_s=n / 5: find(at_s), lambda: None)  # type: ignore[misc]
        for n in range(5 * seconds)
    ]


@pytest.mark.parametrize(("way", "looks"), [("every_picture", 50), ("1_per_s", 10)])
def test_what_is_looked_at_whatever_is_seen(way: str, looks: int) -> None:
    """Ten seconds at five pictures a second."""
    told = run(frames(10), WAYS[way](), (1280, 720), 5, tracked=True)
    assert (len(told.looked), told.share) == (looks, looks / 50)


def test_a_walker_is_looked_at_once_a_second_and_for_a_newcomer() -> None:
    """After the first two looks, which tell the speed."""
    told = run(frames(10, newcomer_s=4.2), WAYS["when_needed"](), (1280, 720), 5, tracked=True)
    looked = {each.place / 5: each.look.reason for each in told.looked}
    assert looked[0.0] is LookReason.FIRST
    assert looked[0.2] is LookReason.NEW_TRACK
    assert looked[4.2] is LookReason.NEWCOMER
    assert [at_s for at_s, reason in looked.items() if reason is LookReason.REGULAR] == [n + 0.8 for n in range(10)]
    assert len(looked) == 13


def test_the_products_tracker_follows_over_what_was_spared() -> None:
    """On the ground, here a hundredth of a metre per pixel: one track for all looks once it has its number."""
    ground = Ground(lambda pixels: pixels / 100, 1280, 720)
    told = run(frames(6, track=None), WAYS["when_needed"](), (1280, 720), 5, ground)
    assert {item.track_id for each in told.looked[1:] for item in each.objects} == {0}


def test_a_fixed_rate_looks_at_the_first_picture_of_each_turn() -> None:
    """Also where the pictures' rate is no multiple of it."""
    way = FixedRate(2)
    looks = [
        way.look(BEGAN + timedelta(seconds=n / 7), lambda _: PictureChange(moved=True)).reason.looks for n in range(14)
    ]
    assert [n for n, looked in enumerate(looks) if looked] == [0, 4, 7, 11]

"""What a zone shows is kept in steps: gaps where nobody looked, no density where nothing is measured, and never more memory."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.projection.places.crowds import SecondError, ZoneHistory, second_of, series_of
from schemas.observations import GroundMeasure
from schemas.phrases.language import Language
from streams.clients.registry import ZoneFacts
from tests.support.console.facts import LEVELS
from tests.support.mutation import Mutator, fuzz
from tests.support.situations import NOON, observation

ZONE = ZoneFacts("plein", "cam-1", "Het plein", (), True)
GROUND = GroundMeasure(
    calibration_version="c1", area_m2=100.0,
    densest_per_m2=1.4, error_per_m2=0.3, estimated_per_m2=2.1, estimated_error_per_m2=0.4
)  # fmt: skip


def raw(second: int = 0, **changes: Any) -> bytes:
    """Return an observation as it stands on the topic."""
    told = observation(NOON + timedelta(seconds=second), camera_id="cam-1", zone_id="plein", **changes)
    return told.model_dump_json().encode()


def test_the_density_is_the_one_of_the_level() -> None:
    """The estimate where there is one, else where persons stand closest; none where the camera is not calibrated."""
    found = second_of(raw(count=40, density_per_m2=1.0, ground=GROUND, level="warn", lower_bound=True))
    assert (found.key, found.per_m2, found.error_per_m2, found.lower_bound) == ("cam-1:plein", 2.1, 0.4, True)
    boxes = GROUND.model_copy(update={"estimated_per_m2": None, "estimated_error_per_m2": None})
    assert second_of(raw(count=40, density_per_m2=1.0, ground=boxes)).per_m2 == 1.4
    rough = second_of(raw(count=40))
    assert (rough.count, rough.per_m2, rough.error_per_m2) == (40, None, None)


def test_a_zone_as_it_is_now() -> None:
    """Nothing is made up where nobody looked: no count, no density."""
    history = ZoneHistory(ZONE)
    assert (history.now(Language.NL).count, history.now(Language.NL).level_text) == (None, "rustig")
    assert history.take(second_of(raw(5, count=40, density_per_m2=1.0, ground=GROUND, level="critical")))
    assert not history.take(second_of(raw(3, count=7)))
    now = history.now(Language.NL)
    assert (now.zone_id, now.count, now.per_m2, now.level_text) == ("cam-1:plein", 40, 2.1, "gevaarlijk druk")
    history.take(second_of(raw(6, frames=0, count=0)))
    assert (history.now(Language.EN).count, history.now(Language.EN).per_m2) == (None, None)


def test_a_series_has_means_gaps_and_thresholds() -> None:
    """Steps of ten seconds, or of a whole number of these."""
    history = ZoneHistory(ZONE)
    for second in (*range(10), *range(20, 30)):
        history.take(second_of(raw(second, count=second, density_per_m2=1.0, ground=GROUND)))
    found = series_of(history, NOON, NOON + timedelta(seconds=30), 10, LEVELS, Language.NL)
    assert [each.count for each in found.points] == [4.5, None, 24.5]
    assert [each.per_m2 for each in found.points] == [2.1, None, 2.1]
    assert [each.error_per_m2 for each in found.points] == [0.4, None, 0.4]
    assert [(each.level, each.text, each.per_m2) for each in found.thresholds] == [
        ("warn", "let op", 2.0),
        ("high", "druk", 3.5),
    ]
    coarse = series_of(history, NOON, NOON + timedelta(seconds=30), 34, LEVELS, Language.NL)
    assert (coarse.step_s, [each.count for each in coarse.points]) == (30, [14.5])
    rough = ZoneHistory(ZoneFacts("plein", "cam-1", "Het plein", (), False))
    assert series_of(rough, NOON, NOON + timedelta(seconds=10), 10, LEVELS, Language.NL).thresholds == ()


@given(st.lists(st.integers(-3_000, 12_000), max_size=40))
def test_what_is_older_than_two_hours_makes_room(seconds: list[int]) -> None:
    """In whatever order it comes: no step ever shows what another one was told."""
    history = ZoneHistory(ZONE)
    for second in seconds:
        history.take(second_of(raw(second, count=abs(second))))
    if not seconds:
        return
    newest = max(seconds)
    since = NOON + timedelta(seconds=newest - 7_190)
    points = history.points(since, NOON + timedelta(seconds=newest + 1), 10)
    for point in points:
        begin = (point.at - NOON).total_seconds()
        mine = [abs(each) for each in seconds if begin <= each < begin + 10]
        assert point.count == (pytest.approx(sum(mine) / len(mine), abs=0.01) if mine else None)


@pytest.mark.parametrize("value", [b"", b"[]", b"null", b"{}", b'"x"', b"\xff", b"[" * 100_000])
def test_what_is_no_observation_is_refused(value: bytes) -> None:
    """With one line that does not repeat it."""
    with pytest.raises(SecondError, match="not as expected"):
        second_of(value)


def test_no_mutation_breaks_it() -> None:
    """Of a whole record: it is read, or refused; what is read can be shown."""
    whole = raw(count=40, density_per_m2=1.0, ground=GROUND, rise_per_min=3.0)
    mutator = Mutator(1)

    def read(value: bytes) -> None:
        history = ZoneHistory(ZONE)
        second = second_of(value)
        history.take(second)
        history.now(Language.NL).model_dump_json()
        history.points(second.at - timedelta(seconds=20), second.at + timedelta(seconds=20), 10)

    tally = fuzz(read, lambda: mutator.line([whole]), 20_000, (SecondError,))
    assert tally.total() > 0

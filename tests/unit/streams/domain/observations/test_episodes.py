"""Every kind of episode ends when nobody sees its zone any more, and each of its phases has an identity of its own."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.categories import Category
from schemas.evidence import EpisodeFact
from schemas.observations import SituationKind, ZoneSituation
from streams.config.files import load_rules
from streams.domain.observations.crowd_level import CrowdEpisode
from streams.domain.observations.episodes import Episode
from streams.domain.observations.zone_events.episodes import ZoneEventEpisode
from tests.support.situations import NOON, observation, position, seconds

EPISODES: dict[str, Episode[Any]] = {
    "crowd": CrowdEpisode(load_rules().episodes.crowd),
    "zone event": ZoneEventEpisode(SituationKind.OBJECT_LEFT, Category.VERDACHT_VOORWERP),
}
LEFT = ZoneSituation(kind=SituationKind.OBJECT_LEFT, since=NOON, value=30, explanation="a bag stands there")


def begun(episode: Episode[Any]) -> Any:
    """Return the row of an episode that has begun, with the second that brought it."""
    row = None
    for at_s in range(60):
        seen = observation(NOON + seconds(at_s), count=500, situations=(LEFT,))
        row, phase = episode.step(row, seen)
        if phase is not None:
            assert phase == "begin"
            return row, seen
    raise AssertionError("it never began")


@pytest.fixture(params=EPISODES)
def episode(request: pytest.FixtureRequest) -> Episode[Any]:
    """Return one kind."""
    return EPISODES[request.param]


def test_it_ends_when_nobody_sees_the_zone_any_more(episode: Episode[Any]) -> None:
    """Not a moment before; and it says so, of the second that it was seen in last."""
    row, _ = begun(episode)
    silent_at = row.newest + seconds(episode.silent_after_s)
    assert [episode.silent(row, at) for at in (row.newest, silent_at - seconds(1), silent_at)] == [False, False, True]
    ended = episode.evidence(row, "end", None, position())
    assert isinstance(ended.fact, EpisodeFact)
    assert (ended.occurred_at, ended.fact.phase, ended.fact.value) == (row.newest, "end", 0)
    assert (ended.fact.explanation, ended.fact.degraded) == ("zone plein was not seen any more", False)


def test_its_phases_are_told_apart(episode: Episode[Any]) -> None:
    """Also two of one second; a repeated one has the same identity, and all of them name one episode."""
    row, seen = begun(episode)
    told = [episode.evidence(row, phase, seen, position()) for phase in ("begin", "end", "begin")]
    first, last, again = told
    assert first == again
    assert first.evidence_id != last.evidence_id
    assert {each.fact.episode_id for each in told if isinstance(each.fact, EpisodeFact)} == {row.episode_id} != {""}
    assert {each.category for each in told} == {episode.category}


def test_a_second_that_is_not_newer_changes_nothing(episode: Episode[Any]) -> None:
    """Late or repeated, whatever it shows."""
    row, _ = begun(episode)
    for late_s in (0, 5):
        for changes in ({"count": 500, "situations": (LEFT,)}, {"count": 0}):
            assert episode.step(row, observation(row.newest - seconds(late_s), **changes)) == (row, None)


def test_an_end_keeps_the_row_to_be_told_from(episode: Episode[Any]) -> None:
    """Whoever steps it drops the row after that."""
    row, _ = begun(episode)
    ends = []
    for at_s in range(60, 120):
        row, phase = episode.step(row, observation(NOON + seconds(at_s), count=0))
        if phase is not None:
            ends.append(phase)
            break
    assert ends == ["end"]
    assert row is not None

"""A situation opens one episode, and ends it once, however it flickers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from schemas.cameras import Visibility
from schemas.categories import Category
from schemas.evidence import EpisodeFact, Evidence
from schemas.observations import SituationKind, ZoneSituation
from streams.domain.observations.episodes import SituationRow
from streams.domain.observations.zone_events.episodes import CLEAR_S, SILENT_S, ZoneEventEpisode
from tests.support.situations import NOON, observation, position, seconds

EPISODE = ZoneEventEpisode(SituationKind.OBJECT_LEFT, Category.VERDACHT_VOORWERP)
LEFT = ZoneSituation(
    kind=SituationKind.OBJECT_LEFT, since=NOON - seconds(30), value=30, explanation="a bag stands there"
)
DWELLS = ZoneSituation(kind=SituationKind.DWELLING, since=NOON, value=90, explanation="somebody stays")


def stepped(
    row: SituationRow | None, at: datetime, *situations: ZoneSituation, **changes: Any
) -> tuple[SituationRow | None, Evidence | None]:
    """Return what one second does, and what its phase says."""
    seen = observation(at, situations=situations, **changes)
    after, phase = EPISODE.step(row, seen)
    return after, None if after is None or phase is None else EPISODE.evidence(after, phase, seen, position())


def begun() -> SituationRow:
    """Return the row of a situation that began at noon."""
    row, _ = stepped(None, NOON, LEFT)
    assert row is not None
    return row


def fact_of(evidence: Evidence | None) -> EpisodeFact:
    """Return an episode's fact."""
    assert evidence is not None
    assert isinstance(evidence.fact, EpisodeFact)
    return evidence.fact


def test_it_begins_with_what_was_seen() -> None:
    """As a suspicious object; other situations begin nothing."""
    row, evidence = stepped(None, NOON, DWELLS, LEFT)
    fact = fact_of(evidence)
    assert evidence is not None
    assert (evidence.category, evidence.occurred_at) == (Category.VERDACHT_VOORWERP, NOON)
    assert (fact.phase, fact.signal, fact.value) == ("begin", "situation.object_left", 30)
    assert fact.explanation == "a bag stands there, in zone plein"
    assert row is not None
    assert stepped(None, NOON, DWELLS) == (None, None)
    assert stepped(None, NOON) == (None, None)


@pytest.mark.parametrize("again_s", [0, -5])
def test_a_second_that_is_not_newer_changes_nothing(again_s: float) -> None:
    """Late or repeated."""
    row = begun()
    assert stepped(row, NOON + seconds(again_s)) == (row, None)


def test_it_ends_once_it_is_gone_for_a_while() -> None:
    """The identity is the same at both ends; it ends once."""
    row: SituationRow | None = begun()
    found = []
    for at_s in range(1, 60):
        row, evidence = stepped(row, NOON + seconds(at_s))
        if evidence is not None:
            found.append((at_s, evidence))
            row = None  # as the stage does with what ended
    [(at_s, ended)] = found
    assert at_s == 1 + CLEAR_S
    fact = fact_of(ended)
    assert (fact.phase, fact.episode_id, fact.value) == ("end", begun().episode_id, 0)
    assert fact.explanation == "a bag stands there, in zone plein: no longer"


def test_it_does_not_end_while_it_comes_and_goes() -> None:
    """Nor while the camera cannot see."""
    row: SituationRow | None = begun()
    for at_s in range(1, 200):
        shown = [LEFT] if at_s % 15 == 0 else []
        row, evidence = stepped(row, NOON + seconds(at_s), *shown)
        assert evidence is None
    for at_s in range(200, 300):
        row, evidence = stepped(row, NOON + seconds(at_s), visibility=Visibility.BLACK)
        assert evidence is None
    assert row is not None


def test_what_still_holds_is_written_only_now_and_then() -> None:
    """A row that stays as it is costs nothing."""
    row = begun()
    assert stepped(row, NOON + seconds(10), LEFT)[0] is row
    later, _ = stepped(row, NOON + seconds(SILENT_S / 4), LEFT)
    assert later is not None
    assert later.newest > row.newest

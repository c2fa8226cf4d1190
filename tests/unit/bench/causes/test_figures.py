"""Labelled floods: the same for the same seed, with truth of their own, and figures that can fail."""

from __future__ import annotations

import pytest

from bench.causes.figures import CauseFigures, figures
from bench.causes.flood import CAUSES, KINDS, make_flood
from streams.config.files import load_rules
from streams.domain.rules.rules import Rules

RULES = load_rules()


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_makes_one_flood(kind: str) -> None:
    """In the order of arrival, with symptoms that name a cause of the flood."""
    flood = make_flood(kind, 1)
    assert flood == make_flood(kind, 1)
    assert flood != make_flood(kind, 2)
    assert [each.at_s for each in flood.arrivals] == sorted(each.at_s for each in flood.arrivals)
    assert {each.thing for each in flood.arrivals} == set(flood.things)
    for thing in flood.things.values():
        assert not thing.cause or flood.things[thing.cause].category in CAUSES


def test_a_table_that_links_everything_is_told_by_its_figures() -> None:
    """So many links are wrong; and still nothing critical is hidden."""
    wide = {"distance_m": 2_000, "before_s": 3_000, "after_s": 3_000}
    symptoms = ["crowd_density", "medisch_onwel", "jeugdoverlast"]
    rows = [{"cause": cause, "symptoms": symptoms, **wide} for cause in ("brand", "geweld_vechtpartij")]
    flood = make_flood("evening", 1)
    loose = figures(flood, Rules.model_validate(RULES.model_dump(mode="json", by_alias=True) | {"causes": rows}))
    own = figures(flood, RULES)
    assert loose.links > own.links
    assert loose.right_links / loose.links < 0.7
    assert (loose.hidden, own.hidden) == (0, 0)
    assert own.entries <= own.entries_without == loose.entries_without


def test_figures_of_several_floods_are_added() -> None:
    """Shares are of the sums, and None where nothing was counted."""
    assert CauseFigures().told()["right"] is None
    both = CauseFigures(floods=1, links=3, right_links=3) + CauseFigures(floods=1, links=1)
    assert (both.floods, both.told()["right"]) == (2, 0.75)

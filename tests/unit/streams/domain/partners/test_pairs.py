"""What a file of partners may say of hits, and each thing that it may not."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.categories import Category
from streams.config.partners import load_partners
from streams.domain.contradictions import ContradictionsError
from tests.support.hits import FILE, LINE, hits_file
from tests.support.sharing import partners_of


def faults(document: dict[str, Any]) -> list[str]:
    """Return what is said of a file: one line for each thing that it may not say."""
    try:
        partners_of(document)
    except ValidationError as error:
        told = error.errors()[0]["ctx"]["error"]
        assert isinstance(told, ContradictionsError)
        return [f"{'.'.join(map(str, at))}: {words}" for at, words in told.found]
    return []


def line(**changes: Any) -> dict[str, Any]:
    """Return the file with its one line changed."""
    return hits_file([LINE | changes])


def partner(name: str, **changes: Any) -> dict[str, Any]:
    """Return the file with one partner of hits changed."""
    found = copy.deepcopy(FILE)
    found["hits"]["partners"].setdefault(name, {"sources": ["x"], "contact": "a desk"}).update(changes)
    return found


def sides(politie: list[str], brandweer: list[str], **more: Any) -> dict[str, Any]:
    """Return the file with other categories."""
    return line(categories={"politie": politie, "brandweer": brandweer}, **more)


def between(one: str, other: str, mine: list[str], theirs: list[str], **more: Any) -> dict[str, Any]:
    """Return the file with a line of two others."""
    found = line(categories={one: mine, other: theirs}, **more)
    for name in (one, other):
        found["hits"]["partners"].setdefault(name, {"sources": [name], "contact": "a desk"})
    return found


HOME = ["woonoverlast", "ondermijning_pand"]
CONTRADICTIONS = {
    "no ground": (line(ground=""), "ground: missing: no two learn of each other without a ground, expected one of refer"),
    "a ground that is none": (line(ground="habit"), "ground: 'habit' is no ground of this file, expected one of refer"),
    "a ground for content": (line(ground="law"), "law (a law) is none for hits, expected one of refer"),
    "a ground for other kinds": (
        between("politie", "corporatie", ["brand", "straatroof"], ["brand", "straatroof"]),
        "refer (an agreement) is none for corporatie, of kind housing",
    ),
    "a ground for other categories": (sides(["brand", "overig"], ["brand", "straatroof"]), "does not allow overig"),
    "a ground that is none for health": (
        sides(["brand", "medisch_onwel"], ["brand", "straatroof"], near_m=100, ground="refer-here"),
        "refer-here (an agreement) is none for medisch_onwel",
    ),
    "an unknown category": (
        sides(["brand", "fire"], ["brand", "straatroof"]), "hits.pairs.0.categories.politie: 'fire' is no category",
    ),
    "no category": (sides([], ["brand", "straatroof"]), "hits.pairs.0.categories.politie: no category"),
    "one category, which a hit tells": (
        sides(["brand", "straatroof"], ["brand"]),
        "hits.pairs.0.categories.brandweer: brand alone: a hit would tell politie what it is",
    ),
    "one category, twice": (sides(["brand", "straatroof"], ["brand", "brand"]), "brand alone"),
    "homes from near": (
        sides(["woonoverlast", "ondermijning_pand"], ["brand", "straatroof"], near_m=99),
        "hits.pairs.0.near_m: 99: a hit tells that the other's is so near, which is or may be in a home, expected 100",
    ),
    "health that lasts": (
        sides(["brand", "medisch_onwel"], ["brand", "straatroof"], near_m=100, expires_s=86_401),
        "hits.pairs.0.expires_s: 86401 for what says something of somebody's health, expected 86400 or less",
    ),
    "health for a housing association": (
        between("corporatie", "politie", ["brand", "straatroof"], ["verward_persoon", "brand"], near_m=100),
        "corporatie is of kind housing, which learns nothing about somebody's health",
    ),
    "homes for an organiser": (
        between("organisator", "politie", ["brand", "straatroof"], HOME, near_m=100),
        "organisator is of kind organiser, which learns nothing about homes",
    ),
    "two lines for one pair": (
        hits_file([LINE, LINE | {"categories": {name: ["brand", "overig"] for name in ("brandweer", "politie")}}]),
        "hits.pairs.1.categories: brandweer and politie: a pair of categories stands in two lines",
    ),
    "a stranger": (partner("nobody"), "hits.partners.nobody: nobody is no partner of this file"),
    "a source of two": (partner("brandweer", sources=["politie-gms"]), "politie-gms is politie's source too"),
    "the control room as a partner": (partner("brandweer", sources=["operator"]), "operator is no partner's source"),
    "the canary as a partner": (partner("brandweer", sources=["canary"]), "canary is no partner's source"),
    "nobody to ask": (
        line(categories={"politie": ["brand", "straatroof"], "ggd": ["brand", "straatroof"]}),
        "ggd has no sources and no contact in hits.partners",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictions_are_refused(name: str) -> None:
    """Each with where it stands, the value and what was expected."""
    document, expected = CONTRADICTIONS[name]
    assert any(expected in told for told in faults(document)), faults(document)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Not one at a time."""
    document = hits_file([LINE | {"ground": ""}])
    document["hits"]["partners"]["nobody"] = {"sources": ["politie-gms"], "contact": "a desk"}
    assert len(faults(document)) == 3


@pytest.mark.parametrize(
    ("field", "value"), [("near_m", 9), ("near_m", 501), ("within_s", 59), ("within_s", 1_209_601), ("expires_s", 604_801)]
)  # fmt: skip
def test_sizes_have_limits(field: str, value: int) -> None:
    """Beyond them it is no place, no time, or kept for longer than the topic."""
    with pytest.raises(ValidationError, match=field):
        partners_of(line(**{field: value}))


def test_three_are_no_pair() -> None:
    """A hit is between two."""
    three = {name: ["brand", "straatroof"] for name in ("politie", "brandweer", "ggd")}
    with pytest.raises(ValidationError, match="2 items"):
        partners_of(line(categories=three))


def test_one_category_alone_can_be_meant() -> None:
    """Where the file says so."""
    assert faults(sides(["brand", "straatroof"], ["brand"], reveals=True)) == []


def test_a_ground_for_hits_gives_no_content() -> None:
    """Nobody is granted a field by it."""
    document = copy.deepcopy(FILE)
    document["partners"]["politie"]["gets"][0]["ground"] = "refer"
    assert any("refer (an agreement) is one for hits" in told for told in faults(document))


def test_a_file_without_the_section_has_no_pairs() -> None:
    """Older files stay what they were."""
    document = copy.deepcopy(FILE)
    del document["hits"]
    pairs = partners_of(document).pairs
    assert pairs.of("politie") == ()
    assert pairs.partner_of("politie-gms") is None


def test_a_line_is_the_same_for_both() -> None:
    """But for who asks about whom."""
    pairs = partners_of(FILE).pairs
    one = pairs.pair("politie", Category.BRAND, "brandweer", Category.STRAATROOF)
    other = pairs.pair("brandweer", Category.STRAATROOF, "politie", Category.BRAND)
    assert one is not None
    assert other == one._replace(partner="brandweer", other="politie")
    assert pairs.reach("politie", Category.BRAND) == (50, 1_800)
    assert pairs.reach("politie", Category.OVERIG) is None


def test_the_built_in_lines() -> None:
    """Every one has a ground that both have, and what may be about homes or health lies on the grid."""
    partners = load_partners()
    lines = [pair for name in partners.partners for pair in partners.pairs.of(name)]
    assert len(lines) == 2 * 8
    for pair in lines:
        ground = partners.grounds[pair.ground]
        assert ground.hits
        assert {partners.partners[name].kind for name in (pair.partner, pair.other)} <= {*ground.kinds}
    assert {pair.other for pair in partners.pairs.of("corporatie")} == {"oov", "politie"}
    assert {pair.grid_m for pair in partners.pairs.of("ggd")} == {100}
    assert partners.pairs.of("organisator") == ()
    assert partners.pairs.partner_of("p2000") is None

"""What a file of partners may say, and each thing that it may not."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.categories import Category
from schemas.sharing import SharedField
from streams.config.files import load_rules
from streams.config.partners import load_partners
from streams.domain.contradictions import ContradictionsError
from streams.domain.partners.grounds import ABOUT_HEALTH, ABOUT_HOMES, HOME_GRAIN_M, PartnerKind
from streams.domain.partners.need_to_know import FROM_FOOTAGE, GRAINS_M, Partners
from tests.support.sharing import FILE, GRANT, changed, default_document, granted, partners_of

BURGLARY: dict[str, Any] = {"categories": ["woninginbraak"]}
UNWELL: dict[str, Any] = {"categories": ["medisch_onwel"], "grain_m": 100, "topic": "health"}


def faults(document: dict[str, Any]) -> list[str]:
    """Return what is said of a file: one line for each thing that it may not say."""
    try:
        partners_of(document)
    except ValidationError as error:
        told = error.errors()[0]["ctx"]["error"]
        assert isinstance(told, ContradictionsError)
        return [f"{'.'.join(map(str, at))}: {words}" for at, words in told.found]
    return []


CONTRADICTIONS = {
    "no ground": (granted(ground=""), "partners.politie.gets.0.ground: missing: nothing is given without a ground"),
    "a ground that is none": (granted(ground="habit"), "'habit' is no ground of this file, expected one of law, footage"),
    "an unknown category": (granted(categories=["straatrof"]), "'straatrof' is no category, expected one of brand"),
    "an unknown category of a ground": (
        changed("grounds", "law", "categories", to=["straatroof", "x"]),
        "grounds.law.categories: 'x' is no category",
    ),
    "an unknown field": (granted(fields=["state", "face"], grain_m=None), "'face' is no field, expected one of state"),
    "no state": (granted(fields=["priority"], grain_m=None), "state is missing: without it nobody learns"),
    "a place without a grain": (granted(grain_m=None), "grain_m: missing, and place, position is granted"),
    "a grain without a place": (granted(fields=["state"]), "grain_m: 10, and neither place nor position is granted"),
    "a grain between": (granted(grain_m=75), "grain_m: 75: expected one of 10, 50, 100, 500, 1000, 5000 metres"),
    "a home too fine": (granted(**BURGLARY), "grain_m: 10 for woninginbraak, which is, or may be, in a home: expected 100"),
    "a home at 50 m": (granted(**BURGLARY, grain_m=50), "grain_m: 50 for woninginbraak"),
    "somebody unwell too fine": (granted(**(UNWELL | {"grain_m": 50})), "grain_m: 50 for medisch_onwel"),
    "health on the ordinary topic": (
        granted(**(UNWELL | {"topic": "ordinary"})),
        "topic: ordinary for medisch_onwel, which says something of somebody's health: expected health",
    ),
    "another thing on the topic about health": (granted(topic="health"), "topic: health for straatroof"),
    "a ground for other categories": (
        changed("grounds", "law", "categories", to=["brand"]),
        "ground: law (a law) does not allow straatroof",
    ),
    "a ground for another kind": (
        changed("grounds", "law", "kinds", to=["fire"]),
        "ground: law (a law) is none for a partner of kind police, but for fire",
    ),
    "a ground that is none for health": (
        granted(**UNWELL, ground="footage"),
        "ground: footage (a law on footage) is none for medisch_onwel",
    ),
    "footage without a ground for it": (
        granted(fields=["state", "cameras", "verdict"], grain_m=None),
        "ground: law (a law) is none for what follows from footage: cameras, verdict",
    ),
    "footage for a housing association": (
        granted("housing", fields=["state", "movements"], grain_m=None),
        "fields: movements: a partner of kind housing gets nothing that cameras saw",
    ),
    "footage for care": (granted("care", fields=["state", "verdict"], grain_m=None), "verdict: a partner of kind care"),
    "a ground of footage for a housing association": (
        changed("grounds", "footage", "kinds", to=["police", "housing"]),
        "grounds.footage.footage: it is one for housing, who may see nothing that cameras saw",
    ),
    "personal data for a housing association": (
        granted("housing", fields=["state", "reports"], grain_m=None),
        "fields: reports: a housing association gets no personal data",
    ),
    "health for a housing association": (granted("housing", **UNWELL), "medisch_onwel: a partner of kind housing gets"),
    "health for an organiser": (granted("organiser", **UNWELL), "medisch_onwel: a partner of kind organiser gets"),
    "homes for an organiser": (granted("organiser", **BURGLARY, grain_m=100), "woninginbraak: a partner of kind organiser"),
    "cameras at homes": (
        granted(categories=["woonfraude_overbewoning"], fields=["state", "cameras"], grain_m=None, ground="footage"),
        "woonfraude_overbewoning: homes are not looked at",
    ),
    "granted twice": (changed("partners", "politie", "gets", to=[GRANT, GRANT]), "gets.1.categories: straatroof: granted twice"),
    "one user for two": (
        changed("partners", "brandweer", to=FILE["partners"]["politie"]),
        "partners.brandweer.principal: politie is politie's user too",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_contradicts_is_refused(name: str) -> None:
    """Each with where it stands, its value and what was expected; and it alone."""
    document, told = CONTRADICTIONS[name]
    found = faults(document)
    assert any(told in each for each in found), found


def test_the_small_file_has_no_faults() -> None:
    """Or the refusals above would show nothing."""
    assert faults(FILE) == []
    assert faults(granted(**UNWELL)) == []
    assert faults(granted(fields=["state", "verdict", "cameras"], grain_m=None, ground="footage")) == []
    assert faults(granted("housing", categories=["ondermijning_pand"], grain_m=100)) == []


def test_all_that_contradicts_is_told_at_once() -> None:
    """A file with ten mistakes is mended once."""
    document = granted(
        "housing", categories=["woninginbraak", "x", "medisch_onwel"], fields=["cameras", "y"], ground=""
    )
    found = " | ".join(faults(document))
    for told in (
        "'x' is no cat",
        "'y' is no field",
        "state is missing",
        "cameras: a partner",
        "medisch_onwel: a p",
        "ground: missing",
    ):
        assert told in found


@pytest.mark.parametrize("partner", ["Politie", "politie-noord", "p", "1politie", "politie.noord"])
def test_a_partner_has_a_name_that_no_other_partners_topic_can_have(partner: str) -> None:
    """`partner-a-health` must be the topic of `a`, never the one of somebody called `a-health`."""
    with pytest.raises(ValidationError):
        partners_of(changed("partners", partner, to=FILE["partners"]["politie"] | {"principal": "other"}))


def test_the_squares_lie_within_each_other() -> None:
    """Or two partners' views side by side would tell more than the finer one."""
    for finer, coarser in pairwise(GRAINS_M):
        assert coarser % finer == 0


def test_whoever_the_rules_name_must_be_a_partner_that_gets_something_of_it() -> None:
    """Otherwise an alert names somebody who never hears of it."""
    rules = load_rules()
    with pytest.raises(ValidationError) as raised:
        Partners.model_validate(FILE, context={"rules": rules})
    told = str(raised.value)
    assert "partners: brandweer is missing: the rules name it as a recipient of brand" in told
    assert "partners.politie: the rules name it as a recipient of woninginbraak, of which it gets nothing" in told
    assert "recipient of straatroof, of which" not in told


def test_whoever_is_handed_cases_is_told_of_them() -> None:
    """A case is P4, so a grant that begins higher would never tell it."""
    document = copy.deepcopy(default_document())
    for entry in document["partners"]["ggd"]["gets"]:
        entry["lowest"] = "P3"
    with pytest.raises(ValidationError) as raised:
        Partners.model_validate(document, context={"rules": load_rules()})
    assert "partners.ggd.gets.0.lowest: P3: the rules hand verward_persoon to it as a case" in str(raised.value)


BUILT_IN = load_partners(rules=load_rules())


def test_the_built_in_file_has_whoever_the_rules_name() -> None:
    """All eight partners, each with grants, for every category that is sent anywhere."""
    assert set(BUILT_IN.partners) == {
        "politie", "brandweer", "ambulance", "hor", "ggd", "oov", "corporatie", "organisator",
    }  # fmt: skip
    assert {category for _, category in BUILT_IN.grants} == set(Category)


def test_the_built_in_file_keeps_the_limits() -> None:
    """Said here once more, without the model's own tables: homes, health, footage, and the housing association."""
    for (partner, category), grant in BUILT_IN.grants.items():
        if category.value in {
            "woninginbraak",
            "woonoverlast",
            "ondermijning_pand",
            "woonfraude_overbewoning",
            "verward_persoon",
            "medisch_onwel",
        }:
            assert grant.grain_m is None or grant.grain_m >= 100, (partner, category)
        assert grant.health is (category.value in {"verward_persoon", "medisch_onwel"})
        footage = grant.fields & {SharedField.VERDICT, SharedField.CAMERAS, SharedField.MOVEMENTS}
        assert not footage or BUILT_IN.grounds[grant.ground].footage
        if partner in {"corporatie", "ggd", "organisator"}:
            assert not footage
        assert BUILT_IN.grounds[grant.ground].law
    assert BUILT_IN.about_health("ggd")
    assert not BUILT_IN.about_health("hor")
    assert BUILT_IN.grant("hor", Category.WONINGINBRAAK) is None
    assert BUILT_IN.grant("nobody", Category.BRAND) is None


def test_limits_are_of_the_model_and_not_of_the_file() -> None:
    """Every category about homes or health, for every kind of partner, at every grain finer than 100 m."""
    for kind in PartnerKind:
        for category in sorted(ABOUT_HOMES | ABOUT_HEALTH):
            for grain_m in (each for each in GRAINS_M if each < HOME_GRAIN_M):
                topic = "health" if category in ABOUT_HEALTH else "ordinary"
                assert any(
                    "grain_m" in each
                    for each in faults(granted(kind, categories=[category], grain_m=grain_m, topic=topic))
                )
    assert {SharedField.VERDICT, SharedField.CAMERAS, SharedField.MOVEMENTS} == FROM_FOOTAGE

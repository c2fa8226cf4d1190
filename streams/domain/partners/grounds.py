"""Grounds: the laws and agreements that a file of partners names, kinds of partner, and what no file can change about them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from schemas.base import Part, ShortText, Word
from schemas.categories import Category

HOME_GRAIN_M: Final = 100
"""Homes are no finer than this outside the control room (issue of need to know; proposal, to be checked by counsel)."""
ABOUT_HOMES: Final = frozenset(
    {Category.WONINGINBRAAK, Category.ONDERMIJNING_PAND, Category.WOONFRAUDE_OVERBEWONING, Category.WOONOVERLAST}
)
"""Categories whose place is a home, or may be (fact sheet §7)."""
ABOUT_HEALTH: Final = frozenset({Category.VERWARD_PERSOON, Category.MEDISCH_ONWEL})
"""Categories that say something of somebody's health (AVG art. 9): on a topic of their own, kept a day, and perhaps at home."""


class PartnerKind(Word):
    """Partner kind: what it is by law, which decides what no file can give it."""

    POLICE = "police"
    FIRE = "fire"
    AMBULANCE = "ambulance"
    CARE = "care"
    MUNICIPALITY = "municipality"
    HOUSING = "housing"
    ORGANISER = "organiser"


NEVER_HEALTH: Final = frozenset({PartnerKind.HOUSING, PartnerKind.ORGANISER})
NEVER_HOMES: Final = frozenset({PartnerKind.ORGANISER})


class Texts(Part):
    """A text in both languages."""

    nl: ShortText
    en: ShortText


class LegalGround(Part):
    """Legal ground: a law or an agreement by which something may be given, to whom, and about what."""

    law: Annotated[ShortText, Field(min_length=1, description="Law and article, or the agreement")]
    text: Texts
    kinds: Annotated[
        tuple[PartnerKind, ...], Field(min_length=1, description="Kinds of partner that it is a ground for")
    ]
    categories: Annotated[Literal["all"] | tuple[str, ...], Field(description="Categories that it allows")] = "all"
    footage: Annotated[bool, Field(description="Whether what follows from footage may be given by it")] = False
    health: Annotated[bool, Field(description="Whether what says something of somebody's health may be")] = False

    hits: Annotated[
        bool,
        Field(description="Whether it is one for telling two partners that, and whom to ask, and for nothing else"),
    ] = False

    def allows(self, category: Category) -> bool:
        """Return whether a category may be given by it."""
        return self.categories == "all" or category.value in self.categories

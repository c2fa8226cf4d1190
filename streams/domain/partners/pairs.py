"""Pairs: which two partners learn of each other that both have something at one place and time, of what, and on what ground.

A section of the file of partners, `hits`. What no file can change stands here: nothing without a ground that is one for this and
for both partners; nothing about homes, or what may be in one, from nearer than 100 m; nobody learns by a hit what kind of thing
the other has, unless the file says that it is meant (`reveals`). All that is wrong is told at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from schemas.base import Identifier, Part, ShortText
from schemas.categories import Category
from schemas.sharing import PartnerId
from streams.domain.contradictions import Contradiction, Location
from streams.domain.partners.grounds import (
    ABOUT_HEALTH,
    ABOUT_HOMES,
    HOME_GRAIN_M,
    NEVER_HEALTH,
    NEVER_HOMES,
    LegalGround,
    PartnerKind,
)

NEAR_AT_MOST_M: Final = 500
"""What lies further apart than two cells that matching looks into is not at one place [own]."""
WITHIN_AT_MOST_S: Final = 14 * 86_400
"""Two weeks: cases about one home come in by the week; longer would keep reports nearly as long as may be [own]."""
EXPIRES_AT_MOST_S: Final = 7 * 86_400
"""As long as a partner's topic keeps what is told on it."""
HEALTH_EXPIRES_AT_MOST_S: Final = 86_400
"""As long as a partner's topic about health does."""
NOT_PARTNERS: Final = frozenset({"operator", "canary"})
"""Sources that are no partner's: the control room itself, and what is made up."""
_CATEGORIES: Final = frozenset(category.value for category in Category)


class HitPartner(Part):
    """Hit partner: from which sources a partner's reports come, and how another one asks it: a desk, never a person."""

    sources: Annotated[tuple[Identifier, ...], Field(min_length=1, description="Sources whose reports are its own")]
    contact: Annotated[ShortText, Field(min_length=1, description="The desk to ask, and how; never a person")]


class PairEntry(Part):
    """Pair entry: two partners, and of which of their categories each learns that the other has something too."""

    categories: Annotated[
        Mapping[PartnerId, tuple[str, ...]], Field(min_length=2, max_length=2, description="Of each of the two")
    ]
    ground: str = ""
    near_m: Annotated[int, Field(ge=10, le=NEAR_AT_MOST_M, description="How far apart their places may be, in metres")]
    within_s: Annotated[int, Field(ge=60, le=WITHIN_AT_MOST_S, description="How far apart in time, in seconds")]
    expires_s: Annotated[int, Field(ge=60, le=EXPIRES_AT_MOST_S, description="How long a hit holds, in seconds")]
    reveals: Annotated[
        bool, Field(description="That one side has one category alone, which a hit therefore tells, is meant")
    ] = False


class HitsSection(Part):
    """Hits section: the partners that learn of each other, and what they learn."""

    partners: Mapping[PartnerId, HitPartner] = {}
    pairs: tuple[PairEntry, ...] = ()


class Pair(NamedTuple):
    """Pair: one line of the file, seen from one of the two.

    Attributes:
        partner: Whose report it is.
        other: Who has something too.
        ground: The code of the ground.
        near_m: How far apart their places may be, in metres.
        within_s: How far apart in time, in seconds.
        expires_s: How long a hit holds, in seconds.
        health: Whether the line has a category about somebody's health on either side. Then all its hits go to the topic for
            that, whatever either report is about: the topic must not tell which it was.
        grid_m: Side of the squares whose middles stand for the places, where the line has a category about homes or health;
            else 0. However many reports somebody makes up around a home, they tell its square and no more.
        gives_away: What the other's can be: all of its categories in this line.
    """

    partner: str
    other: str
    ground: str
    near_m: int
    within_s: int
    expires_s: int
    health: bool
    grid_m: int
    gives_away: tuple[Category, ...]


class PairTable:
    """Pair table: the lines of a section by whose report it is and what each of the two is about."""

    def __init__(self, section: HitsSection) -> None:
        """Take a section that contradicts nothing."""
        self._by_sides: dict[tuple[str, Category, str, Category], Pair] = {}
        self._of: dict[str, list[Pair]] = defaultdict(list)
        self._reach: dict[tuple[str, Category], tuple[int, int]] = {}
        self._sources = {source: name for name, each in section.partners.items() for source in each.sources}
        self._contacts = {name: each.contact for name, each in section.partners.items()}
        for entry in section.pairs:
            for one, other in _both(entry):
                self._add(entry, one, other)

    def _add(self, entry: PairEntry, one: str, other: str) -> None:
        mine, theirs = (tuple(map(Category, entry.categories[side])) for side in (one, other))
        health = not ABOUT_HEALTH.isdisjoint({*mine, *theirs})
        grid_m = 0 if (ABOUT_HOMES | ABOUT_HEALTH).isdisjoint({*mine, *theirs}) else HOME_GRAIN_M
        pair = Pair(
            partner=one,
            other=other,
            ground=entry.ground,
            near_m=entry.near_m,
            within_s=entry.within_s,
            expires_s=entry.expires_s,
            health=health,
            grid_m=grid_m,
            gives_away=theirs,
        )
        self._of[one].append(pair)
        for category, their in product(mine, theirs):
            self._by_sides[one, category, other, their] = pair
            near_m, within_s = self._reach.get((one, category), (0, 0))
            self._reach[one, category] = max(near_m, pair.near_m), max(within_s, pair.within_s)

    def partner_of(self, source: str) -> str | None:
        """Return whose reports a source has; None of one that is nobody's here."""
        return self._sources.get(source)

    def contact(self, partner: str) -> str:
        """Return how a partner is asked."""
        return self._contacts[partner]

    def pair(self, partner: str, category: Category, other: str, theirs: Category) -> Pair | None:
        """Return the line by which a partner learns of another's report; None where there is none: then never."""
        return self._by_sides.get((partner, category, other, theirs))

    def reach(self, partner: str, category: Category) -> tuple[int, int] | None:
        """Return how far any line looks from such a report, in metres and seconds; None where none does."""
        return self._reach.get((partner, category))

    def of(self, partner: str) -> Sequence[Pair]:
        """Return all lines of a partner, in the order of the file."""
        return tuple(self._of.get(partner, ()))


def _both(entry: PairEntry) -> tuple[tuple[str, str], tuple[str, str]]:
    one, other = entry.categories
    return (one, other), (other, one)


def pair_contradictions(
    section: HitsSection, kinds: Mapping[str, PartnerKind], grounds: Mapping[str, LegalGround]
) -> Iterator[Contradiction]:
    """Yield each thing that a section may not say.

    Args:
        section: What the file says of hits.
        kinds: The file's partners, each with what it is by law.
        grounds: The file's grounds, by code.
    """
    owners: dict[str, str] = {}
    for name, partner in section.partners.items():
        where: Location = ("hits", "partners", name)
        if name not in kinds:
            yield where, f"{name} is no partner of this file, expected one of {', '.join(kinds)}"
        for source in partner.sources:
            owner = owners.setdefault(source, name)
            if owner != name:
                yield (*where, "sources"), f"{source} is {owner}'s source too: whose report it is could not be told"
            if source in NOT_PARTNERS:
                yield (*where, "sources"), f"{source} is no partner's source, expected a feed of {name}"
    seen: set[tuple[str, str, str, str]] = set()
    for number, entry in enumerate(section.pairs):
        at: Location = ("hits", "pairs", number)
        for name in entry.categories:
            if name not in section.partners:
                yield (*at, "categories"), f"{name} has no sources and no contact in hits.partners, expected both"
        (one, mine), (other, theirs) = entry.categories.items()
        sides = {side for a, b in product(mine, theirs) for side in ((one, a, other, b), (other, b, one, a))}
        if sides & seen:
            yield (*at, "categories"), f"{one} and {other}: a pair of categories stands in two lines, expected one"
        seen |= sides
        yield from _of_pair(at, entry, kinds)
        yield from _ground(at, entry, kinds, grounds)


def _of_pair(at: Location, entry: PairEntry, kinds: Mapping[str, PartnerKind]) -> Iterator[Contradiction]:
    for one, other in _both(entry):
        theirs = entry.categories[other]
        where = (*at, "categories", other)
        for name in theirs:
            if name not in _CATEGORIES:
                yield where, f"{name!r} is no category, expected one of {', '.join(sorted(_CATEGORIES))}"
        if not theirs:
            yield where, "no category, expected one at least"
        elif len({*theirs}) == 1 and not entry.reveals:
            yield where, f"{theirs[0]} alone: a hit would tell {one} what it is; name more, or say `reveals: true`"
        kind = kinds.get(one)
        if ABOUT_HEALTH & {*theirs} and kind in NEVER_HEALTH:
            yield where, f"{one} is of kind {kind}, which learns nothing about somebody's health"
        if ABOUT_HOMES & {*theirs} and kind in NEVER_HOMES:
            yield where, f"{one} is of kind {kind}, which learns nothing about homes"
    named = _named(entry)
    if (ABOUT_HOMES | ABOUT_HEALTH) & named and entry.near_m < HOME_GRAIN_M:
        told = f"{entry.near_m}: a hit tells that the other's is so near, which is or may be in a home"
        yield (*at, "near_m"), f"{told}, expected {HOME_GRAIN_M} or more"
    if ABOUT_HEALTH & named and entry.expires_s > HEALTH_EXPIRES_AT_MOST_S:
        told = f"{entry.expires_s} for what says something of somebody's health"
        yield (*at, "expires_s"), f"{told}, expected {HEALTH_EXPIRES_AT_MOST_S} or less"


def _named(entry: PairEntry) -> set[str]:
    return {name for names in entry.categories.values() for name in names}


def _ground(
    at: Location, entry: PairEntry, kinds: Mapping[str, PartnerKind], grounds: Mapping[str, LegalGround]
) -> Iterator[Contradiction]:
    where, code = (*at, "ground"), entry.ground
    for_hits = ", ".join(each for each, ground in grounds.items() if ground.hits) or "one with `hits: true`"
    if not code:
        yield where, f"missing: no two learn of each other without a ground, expected one of {for_hits}"
        return
    ground = grounds.get(code)
    if ground is None:
        yield where, f"{code!r} is no ground of this file, expected one of {for_hits}"
        return
    if not ground.hits:
        yield where, f"{code} ({ground.law}) is none for hits, expected one of {for_hits}"
    for name in entry.categories:
        kind = kinds.get(name)
        if kind is not None and kind not in ground.kinds:
            yield where, f"{code} ({ground.law}) is none for {name}, of kind {kind}, but for {', '.join(ground.kinds)}"
    for category in sorted(_named(entry) & _CATEGORIES):
        if not ground.allows(Category(category)):
            yield where, f"{code} ({ground.law}) does not allow {category}"
        elif category in ABOUT_HEALTH and not ground.health:
            yield where, f"{code} ({ground.law}) is none for {category}, which says something of somebody's health"

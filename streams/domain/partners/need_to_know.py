"""Need to know: which partner gets which fields of which categories, how exactly, and on what ground.

The file is data (`default.yaml` beside it); this says what such a file may say. What it may never say, whoever writes it,
stands here as well: homes no finer than 100 m, health on its own topic, nothing of what cameras saw without a ground for it.
All that is wrong is told at once. Whether a ground holds is a question for counsel: the file's are proposals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, ValidationInfo, model_validator

from schemas.base import Identifier, Part, ShortText
from schemas.categories import Category, Priority
from schemas.sharing import PartnerId, SharedField
from streams.domain.contradictions import Contradiction, ContradictionsError, Location
from streams.domain.partners.case_lines import CaseLine, by_category, line_contradictions
from streams.domain.partners.grounds import (
    ABOUT_HEALTH,
    ABOUT_HOMES,
    HOME_GRAIN_M,
    NEVER_HEALTH,
    NEVER_HOMES,
    LegalGround,
    PartnerKind,
)
from streams.domain.partners.pairs import HitsSection, PairTable, pair_contradictions
from streams.domain.partners.routing import Routing
from streams.domain.rules.rules import Rules

GRAINS_M: Final = (10, 50, 100, 500, 1_000, 5_000)
"""Sides of the squares in which a place may be told, in metres. Each divides the next, and all grids begin at one point: so the
squares lie within each other, and whoever puts what several partners got side by side knows no more than the finest of them
tells."""
STREET_GRAIN_M: Final = 50
"""The coarsest grain with which a street may be named: a street may be shorter than a hundred metres."""

FROM_FOOTAGE: Final = frozenset({SharedField.VERDICT, SharedField.CAMERAS, SharedField.MOVEMENTS})
"""Fields that follow from what cameras saw: police data (Wpg), of which the police is the controller (fact sheet §1)."""
PLACED: Final = frozenset({SharedField.PLACE, SharedField.POSITION})


NEVER_FOOTAGE: Final = frozenset({PartnerKind.CARE, PartnerKind.HOUSING, PartnerKind.ORGANISER})
"""No public order task: nothing that cameras saw (fact sheet §7, rule 6, for housing associations; the others likewise [own])."""
HOUSING_FIELDS: Final = frozenset(
    {SharedField.STATE, SharedField.PRIORITY, SharedField.OCCURRED_AT, SharedField.PLACE, SharedField.POSITION}
)
"""A housing association gets no personal data (fact sheet §7, rule 6): that there is something, when, and roughly where."""


class GrantEntry(Part):
    """Grant entry: what a partner gets of some categories, as the file says it; the whole file tells what is wrong."""

    categories: Annotated[tuple[str, ...], Field(min_length=1)]
    fields: Annotated[tuple[str, ...], Field(min_length=1)]
    ground: str = ""
    grain_m: Annotated[int | None, Field(description=f"Side of the square in which the place is told: {GRAINS_M}")] = (
        None
    )
    topic: Annotated[Literal["ordinary", "health"], Field(description="`health` for what says something of it")] = (
        "ordinary"
    )
    lowest: Annotated[Priority, Field(description="The lowest priority with which an alert is told first")] = (
        Priority.P4
    )


class Partner(Part):
    """Partner: who it is, and what it gets."""

    name: Annotated[ShortText, Field(min_length=1)]
    kind: PartnerKind
    principal: Annotated[Identifier, Field(description="Its user on the cluster, which alone reads its topics")]
    gets: Annotated[tuple[GrantEntry, ...], Field(min_length=1)]
    delivery: Annotated[
        Routing | None, Field(description="By which channels it is told, where it does not read its topics itself")
    ] = None


class Grant(NamedTuple):
    """Grant: what one partner gets of one category.

    Attributes:
        partner: Its id.
        category: Of what.
        fields: Which fields of the view.
        grain_m: Side of the square in which the place is told, in metres; None where no place is.
        ground: The code of the ground.
        health: Whether it goes to the partner's topic about health.
        lowest: The lowest priority with which an alert is told first.
    """

    partner: str
    category: Category
    fields: frozenset[SharedField]
    grain_m: int | None
    ground: str
    health: bool
    lowest: Priority


class Partners(Part):
    """Partners: one version of the file. A rules file to hold it against is given in the validation's context, as `rules`."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    towns: Annotated[tuple[ShortText, ...], Field(description="Names that may be told where no street may be")] = ()
    grounds: Annotated[Mapping[Identifier, LegalGround], Field(min_length=1)]
    partners: Annotated[Mapping[PartnerId, Partner], Field(min_length=1)]
    hits: Annotated[
        HitsSection, Field(description="Which partners learn of each other that both have something; else none do")
    ] = HitsSection()
    cases: Annotated[
        tuple[CaseLine, ...],
        Field(description="What is handed over to one partner at a time; else all recipients are told"),
    ] = ()

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Partners:
        rules = (info.context or {}).get("rules")
        kinds = {partner: each.kind for partner, each in self.partners.items()}
        granted = {
            partner: {name for entry in each.gets for name in entry.categories}
            for partner, each in self.partners.items()
        }
        found = [
            *contradictions(self),
            *pair_contradictions(self.hits, kinds, self.grounds),
            *line_contradictions(self.cases, granted, rules if isinstance(rules, Rules) else None),
            *(against_rules(self, rules) if isinstance(rules, Rules) else ()),
        ]
        if found:
            raise ContradictionsError(found)
        return self

    @cached_property
    def grants(self) -> Mapping[tuple[str, Category], Grant]:
        """Return what each partner gets, by its id and the category."""
        return {
            (partner_id, category): Grant(
                partner=partner_id,
                category=category,
                fields=frozenset(SharedField(field) for field in entry.fields),
                grain_m=entry.grain_m,
                ground=entry.ground,
                health=entry.topic == "health",
                lowest=entry.lowest,
            )
            for partner_id, partner in self.partners.items()
            for entry in partner.gets
            for category in map(Category, entry.categories)
        }

    def grant(self, partner: str, category: Category) -> Grant | None:
        """Return what a partner gets of a category; None where it gets nothing, or is no partner."""
        return self.grants.get((partner, category))

    @cached_property
    def case_lines(self) -> Mapping[Category, CaseLine]:
        """Return by which line each category is handed over that is; none where its cases are told to all recipients."""
        return by_category(self.cases)

    @cached_property
    def pairs(self) -> PairTable:
        """Return which two partners learn of each other, by their categories."""
        return PairTable(self.hits)

    def about_health(self, partner: str) -> bool:
        """Return whether a partner gets anything about somebody's health, and so has a topic for it."""
        granted = any(grant.health for (each, _), grant in self.grants.items() if each == partner)
        return granted or any(pair.health for pair in self.pairs.of(partner))


_CATEGORIES: Final = frozenset(category.value for category in Category)
_FIELDS: Final = frozenset(field.value for field in SharedField)


def contradictions(partners: Partners) -> Iterator[Contradiction]:
    """Yield each thing that a file of partners may not say."""
    for code, ground in partners.grounds.items():
        yield from _unknown(("grounds", code, "categories"), ground.categories)
        if ground.footage and (never := NEVER_FOOTAGE & {*ground.kinds}):
            kinds = ", ".join(sorted(never))
            yield (
                ("grounds", code, "footage"),
                f"it is one for {kinds}, who may see nothing that cameras saw: expected false",
            )
    principals: dict[str, str] = {}
    for partner_id, partner in partners.partners.items():
        where: Location = ("partners", partner_id)
        other = principals.setdefault(partner.principal, partner_id)
        if other != partner_id:
            yield (
                (*where, "principal"),
                f"{partner.principal} is {other}'s user too: each would read the other's topics",
            )
        seen: set[str] = set()
        for number, entry in enumerate(partner.gets):
            at: Location = (*where, "gets", number)
            twice = sorted(
                seen & {*entry.categories} | {each for each in entry.categories if entry.categories.count(each) > 1}
            )
            if twice:
                yield (*at, "categories"), f"{', '.join(twice)}: granted twice, expected once"
            seen.update(entry.categories)
            yield from _of_entry(at, partner.kind, entry, partners.grounds)


def _unknown(at: Location, named: Literal["all"] | Sequence[str]) -> Iterator[Contradiction]:
    if named != "all":
        for name in named:
            if name not in _CATEGORIES:
                yield at, f"{name!r} is no category, expected one of {', '.join(sorted(_CATEGORIES))}"


def _of_entry(
    at: Location, kind: PartnerKind, entry: GrantEntry, grounds: Mapping[str, LegalGround]
) -> Iterator[Contradiction]:
    yield from _unknown((*at, "categories"), entry.categories)
    for name in entry.fields:
        if name not in _FIELDS:
            yield (
                (*at, "fields"),
                f"{name!r} is no field, expected one of {', '.join(field.value for field in SharedField)}",
            )
    categories = [Category(name) for name in entry.categories if name in _CATEGORIES]
    fields = {SharedField(name) for name in entry.fields if name in _FIELDS}
    if SharedField.STATE not in fields:
        yield (*at, "fields"), "state is missing: without it nobody learns that an alert is over"
    yield from _grain(at, entry.grain_m, categories, fields)
    yield from _health(at, kind, entry.topic, categories)
    yield from _limits(at, kind, categories, fields)
    yield from _ground(at, kind, entry.ground, categories, fields, grounds)


def _grain(
    at: Location, grain_m: int | None, categories: Sequence[Category], fields: set[SharedField]
) -> Iterator[Contradiction]:
    placed = ", ".join(sorted(fields & PLACED))
    where = (*at, "grain_m")
    if placed and grain_m is None:
        yield where, f"missing, and {placed} is granted: expected one of {', '.join(map(str, GRAINS_M))} metres"
    elif grain_m is not None and grain_m not in GRAINS_M:
        yield (
            where,
            f"{grain_m}: expected one of {', '.join(map(str, GRAINS_M))} metres, whose squares lie within each other",
        )
    elif grain_m is not None and not placed:
        yield where, f"{grain_m}, and neither place nor position is granted: expected none"
    for category in categories:
        if category in ABOUT_HOMES | ABOUT_HEALTH and grain_m is not None and grain_m < HOME_GRAIN_M:
            yield where, f"{grain_m} for {category}, which is, or may be, in a home: expected {HOME_GRAIN_M} or more"


def _health(at: Location, kind: PartnerKind, topic: str, categories: Sequence[Category]) -> Iterator[Contradiction]:
    for category in categories:
        about = category in ABOUT_HEALTH
        if about and topic != "health":
            yield (*at, "topic"), f"{topic} for {category}, which says something of somebody's health: expected health"
        elif not about and topic == "health":
            yield (*at, "topic"), f"health for {category}, which says nothing of it: expected ordinary"
        if about and kind in NEVER_HEALTH:
            yield (*at, "categories"), f"{category}: a partner of kind {kind} gets nothing about somebody's health"


def _limits(
    at: Location, kind: PartnerKind, categories: Sequence[Category], fields: set[SharedField]
) -> Iterator[Contradiction]:
    for field in sorted(fields & FROM_FOOTAGE) if kind in NEVER_FOOTAGE else ():
        yield (*at, "fields"), f"{field}: a partner of kind {kind} gets nothing that cameras saw"
    for field in sorted(fields - FROM_FOOTAGE - HOUSING_FIELDS) if kind is PartnerKind.HOUSING else ():
        yield (*at, "fields"), f"{field}: a housing association gets no personal data, nor what could tell of any"
    for category in categories:
        if category in ABOUT_HOMES and kind in NEVER_HOMES:
            yield (*at, "categories"), f"{category}: a partner of kind {kind} gets nothing about homes"
        if category in ABOUT_HOMES and fields & FROM_FOOTAGE and category is not Category.WONINGINBRAAK:
            yield (*at, "fields"), f"{category}: homes are not looked at, so there is nothing that cameras saw"


def _ground(
    at: Location,
    kind: PartnerKind,
    code: str,
    categories: Sequence[Category],
    fields: set[SharedField],
    grounds: Mapping[str, LegalGround],
) -> Iterator[Contradiction]:
    where = (*at, "ground")
    if not code:
        yield where, f"missing: nothing is given without a ground, expected one of {', '.join(grounds)}"
        return
    ground = grounds.get(code)
    if ground is None:
        yield where, f"{code!r} is no ground of this file, expected one of {', '.join(grounds)}"
        return
    if ground.hits:
        yield where, f"{code} ({ground.law}) is one for hits, expected one by which something may be given"
    if kind not in ground.kinds:
        yield where, f"{code} ({ground.law}) is none for a partner of kind {kind}, but for {', '.join(ground.kinds)}"
    for category in categories:
        if not ground.allows(category):
            yield where, f"{code} ({ground.law}) does not allow {category}"
        elif category in ABOUT_HEALTH and not ground.health:
            yield where, f"{code} ({ground.law}) is none for {category}, which says something of somebody's health"
    from_footage = ", ".join(sorted(fields & FROM_FOOTAGE))
    if from_footage and not ground.footage:
        yield where, f"{code} ({ground.law}) is none for what follows from footage: {from_footage}"


def against_rules(partners: Partners, rules: Rules) -> Iterator[Contradiction]:
    """Yield whom the rules send something to that gets none: no partner, without a grant, or with one that begins too high."""
    for category, rule in rules.categories.items():
        of_cases = {*(rule.case_recipients or ()), *(() if rule.operator_list else rule.recipients)}
        for recipient in dict.fromkeys((*rule.recipients, *(rule.case_recipients or ()))):
            partner = partners.partners.get(recipient)
            if partner is None:
                yield ("partners",), f"{recipient} is missing: the rules name it as a recipient of {category}"
                continue
            entries = [(number, each) for number, each in enumerate(partner.gets) if category.value in each.categories]
            if not entries:
                told = f"the rules name it as a recipient of {category}, of which it gets nothing"
                yield ("partners", recipient), told
            for number, entry in entries if recipient in of_cases else ():
                if entry.lowest is not Priority.P4:
                    told = f"{entry.lowest}: the rules hand {category} to it as a case, which is P4: expected P4"
                    yield ("partners", recipient, "gets", number, "lowest"), told

"""Case lines: which categories are handed over as cases, to whom first, whose they are, and for how long; of the partners file.

What no file can change stands here: nobody gets a case of a category that it has no grant for, so none without a ground; an
answer is waited for no longer than the partner's topic keeps what was asked, and nothing is kept longer than the limits below.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Part
from schemas.categories import Category
from schemas.sharing import PartnerId
from streams.domain.contradictions import Contradiction, Location
from streams.domain.partners.grounds import ABOUT_HEALTH
from streams.domain.rules.rules import Rules

ANSWER_AT_MOST_S: Final = 7 * 86_400
"""As long as a partner's topic keeps what is told on it."""
KEEP_AT_MOST_S: Final = 27 * 86_400
"""As long as the report itself is kept at most (`incidents`): a case does not outlive it."""
HEALTH_AT_MOST_S: Final = 86_400
"""As long as a partner's topic about health keeps what is told: what says something of somebody's health is kept no longer."""
HOPS_AT_MOST: Final = 3
"""More partners in a row than this is a case that is nobody's [own]."""


class CaseLine(Part):
    """Case line: whose cases of some categories are, who gets them first, and the times that end each step.

    Where `to` does not answer within `answer_s`, or gives it back, the case is `owner`'s. `keep_s` after it was first handed over
    nothing of it is kept here, whoever has it.
    """

    categories: Annotated[tuple[str, ...], Field(min_length=1)]
    to: PartnerId
    owner: PartnerId
    answer_s: Annotated[
        int, Field(ge=1, le=ANSWER_AT_MOST_S, description="How long an answer is waited for, in seconds")
    ]
    keep_s: Annotated[int, Field(ge=1, le=KEEP_AT_MOST_S, description="How long it is kept at most, in seconds")]
    hops_at_most: Annotated[int, Field(ge=0, le=HOPS_AT_MOST, description="How often it may be referred")] = 1


def by_category(lines: Sequence[CaseLine]) -> Mapping[Category, CaseLine]:
    """Return the line of each category that has one, of lines that contradict nothing."""
    return {Category(name): line for line in lines for name in line.categories}


def line_contradictions(
    lines: Sequence[CaseLine], granted: Mapping[str, Collection[str]], rules: Rules | None
) -> Iterator[Contradiction]:
    """Yield each thing that the lines may not say.

    Args:
        lines: What the file says of cases.
        granted: The file's partners, each with the categories of which it gets something.
        rules: The rules, which say what is a case; None where they are not at hand.
    """
    known = {category.value for category in Category}
    seen: set[str] = set()
    for number, line in enumerate(lines):
        at: Location = ("cases", number)
        twice = sorted(
            seen & {*line.categories} | {each for each in line.categories if line.categories.count(each) > 1}
        )
        if twice:
            yield (*at, "categories"), f"{', '.join(twice)}: stands in two lines, expected one"
        seen |= {*line.categories}
        if line.answer_s > line.keep_s:
            yield (*at, "answer_s"), f"{line.answer_s}: longer than keep_s, {line.keep_s}, expected at most that"
        for name in line.categories:
            if name not in known:
                yield (*at, "categories"), f"{name!r} is no category, expected one of {', '.join(sorted(known))}"
                continue
            if rules is not None and not _can_be_a_case(Category(name), rules):
                told = f"{name}: by the rules it is never a case"
                yield (*at, "categories"), f"{told}, expected operator_list false or case_from_urgency there"
            if name in ABOUT_HEALTH and line.keep_s > HEALTH_AT_MOST_S:
                told = f"{line.keep_s} for {name}, which says something of somebody's health"
                yield (*at, "keep_s"), f"{told}, expected {HEALTH_AT_MOST_S} or less"
        for field, partner in (("to", line.to), ("owner", line.owner)):
            yield from _holds((*at, field), partner, line.categories, granted)


def _can_be_a_case(category: Category, rules: Rules) -> bool:
    rule = rules.of(category)
    return not rule.operator_list or rule.case_from_urgency is not None


def _holds(
    at: Location, partner: str, categories: Sequence[str], granted: Mapping[str, Collection[str]]
) -> Iterator[Contradiction]:
    if partner not in granted:
        yield at, f"{partner} is no partner of this file, expected one of {', '.join(granted)}"
        return
    for name in categories:
        if name not in granted[partner]:
            yield at, f"{partner} gets nothing of {name}: nobody has a case without a ground for it"

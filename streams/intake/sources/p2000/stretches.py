"""Stretches of a message's words that belong together, with persons told apart.

A number, a bracket or a colon parts them, a word such as `hoek`, and a word for a person (`fam.`, `mw`), of whom nothing is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Part
from streams.config.yaml import parse_yaml
from streams.intake.sources.p2000.message import BREAK

MAX_STREET_WORDS: Final = 6


class StreetWords(Part):
    """See `streets.yaml` for what each list means."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    endings: frozenset[str]
    particles: frozenset[str]
    adjectives: frozenset[str]
    titles: frozenset[str]
    given: frozenset[str]
    directions: frozenset[str]
    plain: frozenset[str]
    persons: frozenset[str]
    breaks: frozenset[str]
    toward: frozenset[str]
    objects: frozenset[str]
    surnames: frozenset[str]

    @cached_property
    def by_length(self) -> tuple[str, ...]:
        """Return the endings, longest first."""
        return tuple(sorted(self.endings, key=lambda ending: (-len(ending), ending)))

    def ending_of(self, word: str) -> str:
        """Return the street's ending of a word in lower case, or nothing."""
        stem, _, behind = word.rpartition("-")  # Europaweg-Zuid
        name = stem if behind in self.directions else word
        return next((ending for ending in self.by_length if name.endswith(ending)), "")


def load_street_words() -> StreetWords:
    """Return the LISTS."""
    text = files("streams.intake.sources.p2000").joinpath("streets.yaml").read_text(encoding="utf-8")
    return parse_yaml(text, "streets.yaml", StreetWords, {})


LISTS: Final = load_street_words()
_PERSON_AND: Final = re.compile(
    f"({'|'.join(map(re.escape, sorted(LISTS.persons, key=lambda word: -len(word))))})[./:]+(.+)", re.IGNORECASE
)
"""A person's word and a name without a blank: mw.Jansen."""
_AGES: Final = frozenset({"jr", "jrs", "jaar", "mnd", "oud"})


@dataclass(slots=True)
class Stretch:
    """Stretch: words that belong together.

    Attributes:
        words: As they are written.
        behind: The word that parts it from what stands before it, such as `hoek`; or empty.
        person: Whether it is about a person, so that nothing of it is kept but a town.
    """

    words: list[str] = field(default_factory=list)
    behind: str = ""
    person: bool = False

    @property
    def low(self) -> list[str]:
        """Return the words as they are compared."""
        return [word.lower().rstrip(".") for word in self.words]

    @property
    def named(self) -> bool:
        """Return whether a person's surname has been said: more than initials, a given name, and `van der`."""
        return any(is_surname(word) for word in self.words)


class Stretches:
    """Cuts a message's words into stretches."""

    def __init__(
        self, towns: Collection[tuple[str, ...]], own: Collection[tuple[str, ...]], streets: Collection[tuple[str, ...]]
    ) -> None:
        """Prepare.

        Args:
            towns: Names of towns, each as its words in lower case.
            own: Those of the room.
            streets: Names of streets that are known whole.
        """
        self._towns, self._own, self._streets = towns, own, streets

    def of(self, words: Sequence[str]) -> Iterator[Stretch]:
        """Yield what belongs together.

        A person goes on to the next plain street, or one that the gazetteer knows; over a break only while no name was said:
        `mw (85) Jansen`.
        """
        kept, pieces = Stretch(), list(self._pieces(words))
        for at, word in enumerate(pieces):
            low, before = word.lower().rstrip("./:"), pieces[at - 1].lower().rstrip("./:") if at else ""
            if word == BREAK:
                if not kept.person or kept.named:
                    yield kept
                    kept = Stretch()
            elif low in LISTS.persons or low in LISTS.breaks or low in LISTS.toward:
                yield kept
                kept = Stretch(behind=low, person=low in LISTS.persons)
            else:
                plain = kept.named and is_plain(low)  # before a surname was said it may be one: mw (85) Kerkhof
                ends = before not in LISTS.particles | LISTS.persons and (plain or self._begins(pieces[at:]))
                if kept.person and ends:
                    yield kept
                    kept = Stretch()
                kept.words.append(word)
        yield kept

    def _pieces(self, words: Sequence[str]) -> Iterator[str]:
        """Yield words; one that holds several is parted: `mw.Jansen`, `Laan/Amstelveen`, `Amstelveen-Zuid`."""
        for word in words:
            text = word.replace("’", "'")
            while match := _PERSON_AND.fullmatch(text):
                yield match[1]
                text = match[2]
            several = text.split("/")
            if len(several) > 1 and all(len(each) > 2 for each in several):
                for each in several:
                    yield from (each, BREAK)
                continue
            town, hyphen, behind = text.partition("-")
            if hyphen and (town.lower(),) in self._towns and (text.lower(),) not in self._towns:
                if (behind.lower(),) in self._towns:
                    yield from (town, BREAK, behind)
                    continue
                if (town.lower(),) in self._own or behind.lower() in LISTS.directions:
                    text = town
            yield text

    def _begins(self, words: Sequence[str]) -> bool:
        """Return whether a street that is known by its name begins the words."""
        low = tuple(word.lower() for word in words[:MAX_STREET_WORDS])
        return any(low[:n] in self._streets for n in range(1, len(low) + 1))


def is_surname(word: str) -> bool:
    """Return whether a word may be a surname."""
    low = word.lower().rstrip(".")
    return word[0].isupper() and not is_initials(word) and low not in LISTS.particles | LISTS.given | _AGES


def is_initials(word: str) -> bool:
    """Return whether a word is initials: J.H."""
    return word.endswith(".") and all(len(each) == 1 and each.isupper() for each in word.strip(".").split("."))


def is_plain(low: str) -> bool:
    """Return whether a word is a street's whole name, which is nobody's: Dorpsstraat."""
    ending = LISTS.ending_of(low)
    return bool(ending) and low.removesuffix(ending) in LISTS.plain

"""The words of P2000 messages: a versioned file, checked when it is read, and what can be found with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Part
from schemas.categories import Category
from streams.config.yaml import parse_yaml, read_yaml
from streams.intake.sources.gazetteer import Gazetteer, clean_name

Word = Annotated[str, Field(min_length=2, max_length=40)]
Words = Annotated[tuple[Word, ...], Field(min_length=1)]
_BEFORE_STREET: Final = (
    r"(?:(?:van|der|den|de|het|ter|ten|op|aan|'t|burg\.?|prof\.?|dr\.?|mr\.?|ds\.?|st\.?|sint|oude|oud|nieuwe|nieuw|"
    r"grote|kleine|lange|korte|hoge|lage|oost|west|noord|zuid|1e|2e|3e)\s+){0,3}"
)
_LAAN_VAN: Final = r"(?:laan|plein|park|hof|baan)\s+van\s+(?:de[nr]?\s+|het\s+)?[\w'-]+"


class Keywords(Part):
    """Words that mean one category."""

    category: Category
    words: Words


class P2000Words(Part):
    """See `p2000.yaml` for what each list means."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    tests: Words
    talk: Words
    withdrawals: Words
    ambulance: dict[Annotated[str, Field(pattern=r"^[ABC][0-9]$")], Category]
    keywords: tuple[Keywords, ...]
    street_endings: Words
    towns: dict[Word, tuple[Word, ...]]

    @cached_property
    def test_pattern(self) -> re.Pattern[str]:
        """Return what finds a test."""
        return pattern_of(self.tests)

    @cached_property
    def talk_pattern(self) -> re.Pattern[str]:
        """Return what finds talk between crews."""
        return pattern_of(self.talk)

    @cached_property
    def withdrawal_pattern(self) -> re.Pattern[str]:
        """Return what finds a withdrawal, with the brackets or the words `alarm` and `brw` around it."""
        words = "|".join(re.escape(word) for word in self.withdrawals)
        return re.compile(rf"\((?:{words})\b[^)]*\)|(?<!\w)(?:{words})\b(?:\s+(?:alarm|brw|ambu)\b)*", re.IGNORECASE)

    @cached_property
    def _keyword_patterns(self) -> list[tuple[re.Pattern[str], Category]]:
        return [(pattern_of(entry.words), entry.category) for entry in self.keywords]

    def category(self, text: str) -> tuple[Category, str] | None:
        """Return the category of the first entry with a word in the text, and that word in lower case."""
        for pattern, category in self._keyword_patterns:
            found = pattern.search(text)
            if found:
                return category, " ".join(found[0].lower().split())
        return None


def pattern_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for whole words; a word that ends in * is a beginning."""
    parts = []
    for word in sorted(words, key=len, reverse=True):
        body = r"\s+".join(re.escape(piece) for piece in word.rstrip("*").split())
        parts.append(body + (r"\w*" if word.endswith("*") else ""))
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Street and town as they are called in the lists, or empty."""

    street: str
    town: str


class PlaceFinder:
    """Finds a street and a town in a message; anything else in it is left behind."""

    def __init__(self, words: P2000Words, gazetteer: Gazetteer) -> None:
        """Prepare the patterns; the gazetteer's names are found besides the word lists'."""
        names = {alias.lower(): town for town, aliases in words.towns.items() for alias in (town, *aliases)}
        names |= {town.lower(): town for town in gazetteer.towns()}
        names |= {town.lower(): town for _, town in gazetteer.streets()}
        self._towns = names
        self._town_pattern = pattern_of(tuple(names))
        self._streets = gazetteer.streets()
        endings = "|".join(re.escape(ending) for ending in sorted(words.street_endings, key=len, reverse=True))
        self._street_pattern = re.compile(
            rf"(?<![\w-])(?:{_LAAN_VAN}|{_BEFORE_STREET}[^\W\d_][\w'’-]*(?:{endings}))(?![\w-])", re.IGNORECASE
        )

    def find(self, text: str) -> FoundPlace:
        """Return the last town in the text and the last street before it."""
        towns = list(self._town_pattern.finditer(text))
        town = self._towns[" ".join(towns[-1][0].lower().split())] if towns else ""
        before = text[: towns[-1].start()] if towns else text
        for name, where in self._streets:
            if where.lower() == town.lower() and pattern_of((name,)).search(before):
                return FoundPlace(name, town)
        streets = self._street_pattern.findall(before)
        return FoundPlace(clean_name(streets[-1]) if streets else "", town)


def load_p2000_words(path: Path | None = None) -> P2000Words:
    """Return the words of a file, or the built-in ones.

    Raises:
        FileError: One line with file, line, field and what was expected.
    """
    if path is not None:
        return read_yaml(path, P2000Words)
    text = files("streams.intake.sources.p2000").joinpath("p2000.yaml").read_text(encoding="utf-8")
    return parse_yaml(text, "p2000.yaml", P2000Words, {})

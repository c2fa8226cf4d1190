"""Classifications: the dispatchers' words for what a message is about: a versioned file, checked when it is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, model_validator

from schemas.base import Part
from schemas.categories import Category
from streams.config.yaml import parse_yaml, read_yaml

Phrase = Annotated[str, Field(min_length=2, max_length=60)]
Phrases = tuple[Phrase, ...]
_LESSER: Final = frozenset({None, Category.OVERIG, Category.VERKEER_CONTEXT})
MAX_WORDS: Final = 6
"""No classification has more words."""


@dataclass(frozen=True, slots=True)
class Classification:
    """Classification: what a phrase means.

    Attributes:
        words: Its words in lower case.
        category: What it is about here, or None where it does not say.
        front: Whether it counts only where a classification stands, since its words also are names.
        last: Whether no other is sought behind it.
    """

    words: tuple[str, ...]
    category: Category | None
    front: bool
    last: bool = False

    @property
    def lesser(self) -> bool:
        """Return whether an emergency behind it counts rather."""
        return not self.last and self.category in _LESSER


@dataclass(frozen=True, slots=True)
class Match:
    """A classification in a message: where its words begin and end."""

    found: Classification
    start: int
    end: int

    @property
    def text(self) -> str:
        """Return its words as one text."""
        return " ".join(self.found.words)


class Markers(Part):
    """Markers: words that say what kind of message it is."""

    anywhere: Phrases
    first: Phrases


class Fire(Part):
    """Fire: how one is written: what burns behind one of the first words, or the fire's size before one."""

    starts: Phrases
    objects: Phrases
    sizes: Phrases


class PhraseGroup(Part):
    """Phrases of one category."""

    category: Category
    words: Annotated[Phrases, Field(min_length=1)]
    front: bool = False
    last: bool = False


class Classifications(Part):
    """See `classifications.yaml` for what each list means."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    tests: Markers
    exercises: Markers
    talk: Phrases
    withdrawals: Phrases
    scalings: Phrases
    ambulance: dict[Annotated[str, Field(pattern=r"^[ABC][0-9]$")], Category]
    denials: Phrases = ()
    fire: Fire
    classifications: tuple[PhraseGroup, ...]
    unsaid: Phrases
    vocabulary: Phrases

    @model_validator(mode="after")
    def _unambiguous(self) -> Classifications:
        seen: dict[tuple[str, ...], Category] = {}
        for group in self.classifications:
            for phrase in group.words:
                words = words_of(phrase)
                if not 0 < len(words) <= MAX_WORDS:
                    raise ValueError(f"'{phrase}': expected 1 to {MAX_WORDS} words")
                if seen.setdefault(words, group.category) is not group.category:
                    raise ValueError(f"'{phrase}' stands under two categories")
        return self

    @cached_property
    def safe_words(self) -> frozenset[str]:
        """Return the words that may be shown of a message that nothing explains."""
        return frozenset(self.vocabulary)

    @cached_property
    def all_words(self) -> frozenset[str]:
        """Return the words that classifications have."""
        return frozenset(word for each in self._all() for word in each.words)

    @cached_property
    def _by_first(self) -> dict[str, list[Classification]]:
        by_first: dict[str, list[Classification]] = defaultdict(list)
        for each in self._all():
            by_first[each.words[0]].append(each)
        for found in by_first.values():
            found.sort(key=lambda each: -len(each.words))
        return dict(by_first)

    def at(self, words: Sequence[str], start: int) -> Match | None:
        """Return the longest classification that begins at this word; `words` are in lower case, "" is a break."""
        for each in self._by_first.get(words[start], ()):
            end = start + len(each.words)
            if tuple(words[start:end]) == each.words:
                return Match(each, start, end)
        return None

    def find(self, words: Sequence[str], front: int = 0) -> Match | None:
        """Return the first classification; one of words that also are names only at `front`."""
        for start in range(len(words)):
            match = self.at(words, start)
            if match is not None and (start == front or not match.found.front):
                return match
        return None

    def emergency(self, words: Sequence[str], start: int, names: Collection[str] = ()) -> Match | None:
        """Return the first classification from a word on that is no lesser one.

        Args:
            words: In lower case, "" is a break.
            start: Where to begin.
            names: Words behind which somebody's name stands: none of words that also are names counts there.
        """
        before = ""
        for at in range(start, len(words)):
            match = None if before in self.denials else self.at(words, at)
            begins = at > 0 and words[at - 1] == "" and before not in names
            if match is not None and not match.found.lesser and (begins or not match.found.front):
                return match
            before = words[at] or before
        return None

    def _all(self) -> Iterator[Classification]:
        fire = self.fire
        for start in fire.starts:
            yield Classification(words_of(start), Category.BRAND, front=start in {"br", "brand"})
            for what in fire.objects:
                yield Classification(words_of(f"{start} {what}"), Category.BRAND, front=False)
            for size in fire.sizes:
                yield Classification(words_of(f"{size} {start}"), Category.BRAND, front=False)
        for group in self.classifications:
            for phrase in group.words:
                yield Classification(words_of(phrase), group.category, group.front, group.last)
        for phrase in self.unsaid:
            yield Classification(words_of(phrase), None, front=True)


def words_of(text: str) -> tuple[str, ...]:
    """Return a text's words as they are compared."""
    return tuple(word.strip(".,:;!?") for word in text.lower().replace("/", " ").replace("-", " ").split())


def starts(phrases: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether one of the phrases stands at the beginning of the words."""
    return any(tuple(words[: len(parts)]) == parts for parts in (tuple(phrase.split()) for phrase in phrases))


def load_classifications(path: Path | None = None) -> Classifications:
    """Return the classifications of a file, or the built-in ones.

    Raises:
        FileError: One line with file, line, field and what was expected.
    """
    if path is not None:
        return read_yaml(path, Classifications)
    text = files("streams.intake.sources.p2000").joinpath("classifications.yaml").read_text(encoding="utf-8")
    return parse_yaml(text, "classifications.yaml", Classifications, {})

"""Streets and towns in a message's words: whole names by their grammar, and nothing that could be a person's or an object's.

A town is the last name of its part of the message, or the first behind the classification. A street is one that the gazetteer
knows before it, or a word with a street's ending, with what belongs to its name before it. What stands behind `fam.`, `mw` and
the like is a person: nothing of it is kept. Where it cannot be told whether a word belongs to the street, it is left behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Part
from streams.config.yaml import parse_yaml
from streams.intake.sources.gazetteer import MAX_NAME, Gazetteer
from streams.intake.sources.p2000.message import BREAK
from streams.intake.sources.p2000.regions import REGIONS
from streams.intake.sources.p2000.room import Room

FoundTown = tuple[str, int, Sequence[str], str]
"""A town, the number of its part of the message, what else stands in that part, and the province behind it."""
MAX_TOWN_WORDS: Final = 5
MAX_STREET_WORDS: Final = 6
_NOT_A_TOWN_BEHIND: Final = frozenset({"van", "naar", "richting", "ri", "rtg", "uit"})
_NAME_GOES_ON: Final = frozenset({"aan", "op", "bij", "den", "de", "a/d", "ad", "in", "en"})
_OF: Final = frozenset({"van", "der", "naar", "tot"})
_NEVER_FIRST: Final = frozenset({"in", "en", "aan", "op", "ter", "der"})


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


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Found place: what a message says of its place.

    Attributes:
        street: Street, square or motorway with its hectometre; or empty.
        town: As our lists call it, or empty.
        province: The letters behind the town, such as NH, or empty.
        leads: Whether the town stands before other words, as a street's name might.
        guessed: Whether the town is one of the room's but for one letter.
        known_in: The town in which the gazetteer knows the street, where no other of its towns has one of that name.
    """

    street: str
    town: str
    province: str = ""
    leads: bool = False
    guessed: bool = False
    known_in: str = ""


class PlaceFinder:
    """Finds the street and the town in a message's words."""

    def __init__(self, room: Room, gazetteer: Gazetteer) -> None:
        """Prepare the names; the gazetteer's are found besides the lists'."""
        names = REGIONS.town_names() | {town.lower(): town for town in gazetteer.towns()}
        names |= {town.lower(): town for _, town in gazetteer.streets()} | room.town_names
        self._towns = {tuple(name.split()): town for name, town in names.items()}
        self._own = sorted(town.lower() for town in room.towns if " " not in town and len(town) >= 8)
        self._called = room.town_names
        self._streets: dict[str, dict[tuple[str, ...], str]] = {}
        own = [(name, next(iter(room.towns))) for name in room.streets]
        for name, town in (*own, *gazetteer.streets()):
            self._streets.setdefault(town.lower(), {})[tuple(name.lower().split())] = name

    def find(self, words: Sequence[str], *, town_first: bool = False) -> FoundPlace:
        """Return street and town.

        Args:
            words: What stands behind the classification, as it is written; `BREAK` parts what does not belong together.
            town_first: Whether the town is rather sought before the street.
        """
        parts = list(_parts(words))
        found = self._at_start(parts) if town_first else self._at_an_end(parts)
        leads = found is None or town_first
        town, number, part, province = found or self._at_an_end(parts) or self._at_start(parts) or ("", -1, (), "")
        guessed = False
        if not town:
            town, number, part = self._nearly(parts)
            guessed = bool(town)
        before = [*parts[:number], part] if number >= 0 else parts
        street, known_in = "", ""
        for each in reversed(before):
            street, known_in = self._street(each, town)
            if street:
                break
        return FoundPlace(street, town, province, leads, guessed, known_in)

    def _at_an_end(self, parts: Sequence[Sequence[str]]) -> FoundTown | None:
        """Return the last town that ends its part of the message."""
        for number in range(len(parts) - 1, -1, -1):
            found = self._at_end(parts[number])
            if found is not None:
                return found[0], number, found[1], found[2]
        return None

    def _at_start(self, parts: Sequence[Sequence[str]]) -> FoundTown | None:
        """Return the first town that begins its part, where a street stands behind it: what else does is a name that goes on."""
        for number, part in enumerate(parts):
            low = [word.lower().rstrip(".") for word in part]
            for length in range(min(MAX_TOWN_WORDS, len(part) - 1), 0, -1):
                town = self._towns.get(tuple(low[:length]))
                province = part[length] if part[length] in REGIONS.provinces else ""
                rest = part[length + 1 :] if province else part[length:]
                if town and low[length] not in _NAME_GOES_ON and self._street(rest, town)[0]:
                    return town, number, rest, province
        return None

    def _at_end(self, part: Sequence[str]) -> tuple[str, Sequence[str], str] | None:
        low = [word.lower().rstrip(".") for word in part]
        end, province = len(part), ""
        if end > 1 and part[-1].upper() in REGIONS.provinces and part[-1].isupper():
            end, province = end - 1, part[-1]
        shorter = end - 1 if end > 1 and part[end - 1].isupper() and len(part[end - 1]) in {5, 6} else end
        for stop in dict.fromkeys((end, shorter)):  # behind a town may stand its short form: Schiedam SCHIDM
            for length in range(min(MAX_TOWN_WORDS, stop), 0, -1):
                start = stop - length
                town = self._towns.get(tuple(low[start:stop]))
                if town and (start == 0 or low[start - 1] not in _NOT_A_TOWN_BEHIND):
                    return town, part[:start], province
        return None

    def _nearly(self, parts: Sequence[Sequence[str]]) -> tuple[str, int, Sequence[str]]:
        """Return a town of the room that a word is but for one letter: a slip of a dispatcher or of the radio."""
        for number in range(len(parts) - 1, -1, -1):
            if parts[number]:
                last = parts[number][-1].lower()
                for own in self._own:
                    if one_apart(last, own):
                        return self._called[own], number, parts[number][:-1]
        return "", -1, ()

    def _street(self, part: Sequence[str], town: str) -> tuple[str, str]:
        """Return the last street of a part, and the town in which the gazetteer alone knows it."""
        for each in reversed(list(self._without_persons(part))):
            known, where = self._known(each, town)
            if known:
                return known, where
            street = _road(each) or self._by_grammar(each)
            if street:
                return street, ""
        return "", ""

    def _without_persons(self, part: Sequence[str]) -> Iterator[list[str]]:
        """Yield what stands between words that part, without persons."""
        kept: list[str] = []
        person, before = False, ""
        for word in part:
            low = word.lower().rstrip(".")
            if low in LISTS.persons or low in LISTS.breaks:
                yield kept
                kept, person = [], low in LISTS.persons or (person and low in LISTS.particles)
            elif person and (not self._plain(low) or before in LISTS.particles or before in LISTS.persons):
                pass  # also a name that looks like a street: fam. Van der Kerkhof
            else:
                person = False
                kept.append(word)
            before = low
        yield kept

    def _plain(self, low: str) -> bool:
        ending = LISTS.ending_of(low)
        return bool(ending) and low.removesuffix(ending) in LISTS.plain

    def _known(self, part: Sequence[str], town: str) -> tuple[str, str]:
        low = [word.lower() for word in part]
        found: dict[str, str] = {}
        for where, streets in self._streets.items():
            if town and where != town.lower():
                continue
            for end in range(len(low), 0, -1):
                name = next((streets[key] for n in range(end) if (key := tuple(low[n:end])) in streets), None)
                if name is not None:
                    found[where] = name
                    break
        if len(found) != 1:
            return (next(iter(found.values())), "") if found else ("", "")
        [(where, name)] = found.items()
        return name, next((called for low_name, called in self._called.items() if low_name == where), where)

    def _by_grammar(self, part: list[str]) -> str:
        low = [word.lower().rstrip(".") for word in part]
        for at in range(len(part) - 1, -1, -1):
            ending = LISTS.ending_of(low[at])
            if not ending or low[at] in LISTS.directions or not _is_name(part[at]):
                continue
            if low[at] == ending and at + 2 < len(part) + 1 and low[at + 1 : at + 2] and low[at + 1] in _OF:
                end = _end_of_name(part, at + 1)
                return _written(part[self._start(part, low, at, plain=False) : end]) if end > at + 2 else ""
            if low[at] == ending and not (at and low[at - 1] in LISTS.adjectives):
                continue
            end = at + 1
            while end < len(part) and low[end] in LISTS.directions:
                end += 1
            return _written(part[self._start(part, low, at, plain=self._plain(low[at])) : end])
        return ""

    def _start(self, part: Sequence[str], low: Sequence[str], at: int, *, plain: bool) -> int:
        """Return where a street begins whose ending stands at `at`.

        A word of no list belongs to it only where a small `van` or the like joins them (Wolfert van Borsselenweg): alone before a
        street (Jansen Legmeerdijk) it may be somebody's name.
        """
        start = at
        while start and at - start < MAX_STREET_WORDS - 1:
            word = low[start - 1]
            if word in LISTS.directions and start > 1:
                break
            belongs = word in LISTS.adjectives
            if not plain:
                belongs |= word in LISTS.titles | LISTS.given | LISTS.particles or _is_initials(part[start - 1])
                belongs |= low[start] in _OF and word in LISTS.endings  # Laan van Kronenburg
                belongs |= (
                    low[start] in LISTS.particles and part[start].islower() and _is_own_name(part[start - 1], word)
                )
            if not belongs or word in LISTS.breaks:
                break
            start -= 1
        while start < at and low[start] in _NEVER_FIRST:
            start += 1
        return start


def one_apart(word: str, name: str) -> bool:
    """Return whether two words differ by one letter: put in, left out, replaced, or swapped with the next."""
    if word == name or abs(len(word) - len(name)) > 1:
        return False
    same = next((n for n, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))
    a, b = word[same:], name[same:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    return a[1:] == b or a == b[1:]


def _parts(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the words between breaks."""
    kept: list[str] = []
    for word in words:
        if word == BREAK:
            if kept:
                yield kept
            kept = []
        else:
            kept.append(word.replace("’", "'"))
    if kept:
        yield kept


def _road(part: Sequence[str]) -> str:
    """Return a motorway with its side and hectometre, as its posts say them: A9 Li 12,3."""
    for at, word in enumerate(part):
        if word[0] in "ANS" and word[1:].isdigit():
            told = [word]
            rest = list(part[at + 1 : at + 3])
            if rest and rest[0].lower() in {"li", "re", "l", "r"}:
                told.append(rest.pop(0).capitalize())
            if rest and rest[0][0].isdigit():
                told.append(rest[0].replace(".", ","))
            return " ".join(told)
    return ""


def _end_of_name(part: Sequence[str], start: int) -> int:
    """Return where a name like `Laan van de Helende Meesters` ends."""
    end = start
    while end < len(part) and end - start < MAX_STREET_WORDS - 1 and (_is_name(part[end]) or part[end].islower()):
        end += 1
    return end


def _is_initials(word: str) -> bool:
    return word.endswith(".") and all(len(each) == 1 and each.isupper() for each in word.strip(".").split("."))


def _is_own_name(word: str, low: str) -> bool:
    """Return whether a word of no list may begin a name: `Wolfert`, and neither an object nor one of the commonest surnames."""
    return _is_name(word) and word[0].isupper() and not word.isupper() and low not in LISTS.objects | LISTS.surnames


def _is_name(word: str) -> bool:
    return word[0].isalpha() and all(char.isalpha() or char in "-'." for char in word)


def _written(words: Sequence[str]) -> str:
    """Return a name as it is shown: capitals only where it begins; nothing where it is too long for one."""
    if all(word.isupper() for word in words if len(word) > 1):
        words = [
            word.lower() if word.lower() in LISTS.particles and n else word.capitalize() for n, word in enumerate(words)
        ]
    name = " ".join(words)
    return name if len(name) <= MAX_NAME else ""

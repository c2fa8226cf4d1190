"""Streets and towns in a message's words: whole names by their grammar, and nothing that could be a person's or an object's.

The words are cut into stretches: at numbers and brackets, at words such as `hoek`, and at persons, of whom nothing is kept. A
town is the last name of its stretch, or the first behind the classification; a town of the room also where free text follows
it. A street is one that the gazetteer knows before it, or a word with a street's ending, with what belongs to its name before
it. Where it cannot be told whether a word belongs to the street, it is left behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from streams.intake.sources.gazetteer import MAX_NAME, Gazetteer
from streams.intake.sources.p2000.regions import REGIONS
from streams.intake.sources.p2000.room import Room
from streams.intake.sources.p2000.stretches import (
    LISTS,
    MAX_STREET_WORDS,
    Stretch,
    Stretches,
    is_initials,
    is_plain,
    is_surname,
)

FoundTown = tuple[str, int, Sequence[str], str]
"""A town, the number of its stretch, what else stands in that stretch, and the province behind it."""
MAX_TOWN_WORDS: Final = 5
_NOT_A_TOWN_BEHIND: Final = frozenset({"van", "uit"})
_NAME_GOES_ON: Final = frozenset({"aan", "op", "bij", "den", "de", "a/d", "ad", "in", "en"})
_OF: Final = frozenset({"van", "der", "naar", "tot"})
_NEVER_FIRST: Final = frozenset({"in", "en", "aan", "op", "ter", "der"})


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Found place: what a message says of its place.

    Attributes:
        street: Street, square or motorway with its hectometre; or empty.
        town: As our lists call it, or empty.
        province: The letters behind the town, such as NH, or empty.
        leads: Whether the town stands before other words, as a street's name might.
        guessed: Whether the town is one of the room's but for one letter.
        inside: Whether other words stand behind the town, which no stretch ends with.
        known_in: The town in which the gazetteer knows the street, where no other of its towns has one of that name.
        beside: What is said of a place in the room, where the town is another.
    """

    street: str
    town: str
    province: str = ""
    leads: bool = False
    guessed: bool = False
    inside: bool = False
    known_in: str = ""
    beside: FoundPlace | None = None


class PlaceFinder:
    """Finds the street and the town in a message's words."""

    def __init__(self, room: Room, gazetteer: Gazetteer) -> None:
        """Prepare the names; the gazetteer's are found besides the lists'."""
        names = REGIONS.town_names() | {town.lower(): town for town in gazetteer.towns()}
        names |= {town.lower(): town for _, town in gazetteer.streets()} | room.town_names
        self._towns = {tuple(name.split()): town for name, town in names.items()}
        self._own = sorted(town.lower() for town in room.towns if " " not in town and len(town) >= 8)
        self._called = room.town_names
        self._ours = {tuple(name.split()): town for name, town in self._called.items()}
        self._streets: dict[str, dict[tuple[str, ...], str]] = {}
        own = [(name, next(iter(room.towns))) for name in room.streets]
        for name, town in (*own, *gazetteer.streets()):
            self._streets.setdefault(town.lower(), {})[tuple(name.lower().split())] = name
        known = {name for names in self._streets.values() for name in names}
        self._stretches = Stretches(self._towns, self._ours, known)

    def find(self, words: Sequence[str], *, town_first: bool = False) -> FoundPlace:
        """Return street and town.

        Args:
            words: What stands behind the classification, as it is written; `BREAK` parts what does not belong together.
            town_first: Whether the town is rather sought before the street.
        """
        parts = list(self._stretches.of(words))
        found = self._at_start(parts) if town_first else self._at_an_end(parts)
        leads = found is None or town_first
        found = found or self._at_an_end(parts) or self._at_start(parts)
        if found is None:
            for inside, said in ((True, self._inside(parts)), (False, self._loose(parts))):
                if said is not None:
                    return self._place(parts, said, leads=inside, inside=inside)
            nearly = self._nearly(parts)
            return self._place(parts, nearly or ("", -1, (), ""), leads=True, guessed=nearly is not None)
        place = self._place(parts, found, leads=leads)
        if found[0] in self._called.values():
            return place
        beside = self._inside(parts, before=found[1])
        return replace(place, beside=beside and self._place(parts, beside, leads=True, inside=True))

    def _place(
        self, parts: Sequence[Stretch], found: FoundTown, *, leads: bool, guessed: bool = False, inside: bool = False
    ) -> FoundPlace:
        """Return a town with the last street before it."""
        town, number, part, province = found
        before = [each.words for each in (parts if number < 0 else parts[:number]) if not each.person]
        street, known_in = "", ""
        for each in reversed([*before, part]):
            street, known_in = self._street(each, town)
            if street:
                break
        return FoundPlace(street, town, province, leads, guessed, inside, known_in)

    def _at_an_end(self, parts: Sequence[Stretch]) -> FoundTown | None:
        """Return the last town that ends its stretch; behind `nabij` and the like only one with a street before it."""
        for number in range(len(parts) - 1, -1, -1):
            found = None if parts[number].person else self._at_end(parts[number])
            if found is not None and (not parts[number].behind or self._street(found[1], found[0])[0]):
                return found[0], number, found[1], found[2]
        return None

    def _at_start(self, parts: Sequence[Stretch]) -> FoundTown | None:
        """Return the first town that begins its stretch before a street: what else does is a name that goes on."""
        for number, each in enumerate(parts):
            part, low = each.words, each.low
            if each.person or each.behind in LISTS.toward:
                continue
            for length in range(min(MAX_TOWN_WORDS, len(part) - 1), 0, -1):
                town = self._towns.get(tuple(low[:length]))
                province = part[length] if part[length] in REGIONS.provinces else ""
                rest = part[length + 1 :] if province else part[length:]
                if town and low[length] not in _NAME_GOES_ON and self._street(rest, town)[0]:
                    return town, number, rest, province
        return None

    def _at_end(self, each: Stretch) -> tuple[str, Sequence[str], str] | None:
        part, low = each.words, each.low
        end, province = len(part), ""
        if end > 1 and part[-1].upper() in REGIONS.provinces and part[-1].isupper():
            end, province = end - 1, part[-1]
        shorter = end - 1 if end > 1 and part[end - 1].isupper() and len(part[end - 1]) in {5, 6} else end
        for stop in dict.fromkeys((end, shorter)):  # behind a town may stand its short form: Schiedam SCHIDM
            for length in range(min(MAX_TOWN_WORDS, stop), 0, -1):
                start = stop - length
                town = self._towns.get(tuple(low[start:stop]))
                behind = low[start - 1] if start else each.behind
                if town and behind not in _NOT_A_TOWN_BEHIND and behind not in LISTS.toward:
                    return town, part[:start], province
        return None

    def _inside(self, parts: Sequence[Stretch], before: int | None = None) -> FoundTown | None:
        """Return the last town of the room that stands as a whole name, whatever stands behind it.

        Args:
            parts: The stretches.
            before: Where a town of elsewhere ends its stretch: then one of ours has its street before it, or ends a stretch
                and no street stands behind it.
        """
        for number in range(len(parts) - 1 if before is None else before, -1, -1):
            each = parts[number]
            part, low = each.words, each.low
            if each.person and before is not None:
                continue
            for start in range(len(part) - 1, -1, -1):
                stop = next((n for n in range(len(part), start, -1) if tuple(low[start:n]) in self._ours), 0)
                behind = low[start - 1] if start else each.behind
                if not stop or behind in _NOT_A_TOWN_BEHIND | LISTS.toward | LISTS.objects:
                    continue
                street = self._street(part[:start], "")[0]
                later = [part[stop:], *(other.words for other in parts[number + 1 :] if not other.person)]
                ends = stop == len(part) and not any(self._street(other, "")[0] for other in later)
                if street or (ends if before is not None else not _goes_on(part[stop:])):
                    province = part[stop] if part[stop : stop + 1] and part[stop] in REGIONS.provinces else ""
                    return self._ours[tuple(low[start:stop])], number, () if each.person else part[:start], province
        return None

    def _loose(self, parts: Sequence[Stretch]) -> FoundTown | None:
        """Return a town behind `nabij` and the like, or behind a person's name: fam. Jansen Amstelveen."""
        for number in range(len(parts) - 1, -1, -1):
            each = parts[number]
            found = self._at_end(each)
            if found is not None and (not each.person or found[0] in self._called.values() or _named(found[1])):
                return found[0], number, () if each.person else found[1], found[2]
        return None

    def _nearly(self, parts: Sequence[Stretch]) -> FoundTown | None:
        """Return a town of the room that a word is but for one letter: a slip of a dispatcher or of the radio."""
        for number in range(len(parts) - 1, -1, -1):
            if parts[number].words and parts[number].behind not in LISTS.toward:
                last = parts[number].low[-1]
                for own in self._own:
                    if one_apart(last, own):
                        part = () if parts[number].person else parts[number].words[:-1]
                        return self._called[own], number, part, ""
        return None

    def _street(self, part: Sequence[str], town: str) -> tuple[str, str]:
        """Return the last street of a stretch, and the town in which the gazetteer alone knows it."""
        known, where = self._known(part, town)
        return (known, where) if known else (_road(part) or self._by_grammar(part), "")

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

    def _by_grammar(self, part: Sequence[str]) -> str:
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
            return _written(part[self._start(part, low, at, plain=is_plain(low[at])) : end])
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
                belongs |= word in LISTS.titles | LISTS.given | LISTS.particles or is_initials(part[start - 1])
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


def _named(words: Sequence[str]) -> bool:
    """Return whether words hold a surname and end with it, so that a town may follow."""
    return bool(words) and is_surname(words[-1])


def _goes_on(words: Sequence[str]) -> bool:
    """Return whether a name goes on behind a town: aan Zee, and not: op straat."""
    low = [word.lower() for word in words]
    end = next((n for n, word in enumerate(low) if word not in _NAME_GOES_ON), len(low))
    return end > 0 and end < len(words) and words[end][0].isupper()


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
    """Return where a name like `Laan van de Helende Meesters` ends: behind its small words and one word more.

    Behind an adjective of `de` there are two; a further word may be somebody's name.
    """
    low = [word.lower() for word in part]
    end = start
    while end < len(part) and low[end] in LISTS.particles | LISTS.adjectives | LISTS.titles | _OF:
        end += 1
    if end < len(part) and _is_name(part[end]) and (part[end][0].isupper() or part[start - 1].islower()):
        end += 1
        adjective = low[end - 2] in {"de", "der"} and low[end - 1].endswith("e")
        if adjective and end < len(part) and _is_own_noun(part[end], low[end]):
            end += 1
    return end


def _is_own_noun(word: str, low: str) -> bool:
    return _is_name(word) and word[0].isupper() and low not in LISTS.surnames


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

"""Places without house numbers, and a gazetteer that knows where places are.

The gazetteer is a YAML file::

    version: "2026-1"
    places:
      - {name: Amstelveen, lat: 52.3031, lon: 4.8586, accuracy_m: 4000}
      - {name: "1181", lat: 52.3097, lon: 4.8665, accuracy_m: 1500}
      - {name: Stadsplein, town: Amstelveen, lat: 52.3063, lon: 4.8573, accuracy_m: 120}

An entry without `town` is a town or the four digits of a postcode; one with `town` is a street or square there. Names are
compared without regard to case. `accuracy_m` is the radius within which the place lies (about 95 %).
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Final

from pydantic import Field, model_validator

from schemas.base import Part
from schemas.geo import Lat, Lon, Position

MAX_NAME: Final = 55
"""Longest street or town: two of them, a comma and a blank fit into a message's `place`."""
MAX_WORDS: Final = 6
"""No street has more words; what has more is somebody's sentence."""
_HOUSE_NUMBER: Final = re.compile(r"\s+\d+(\s?[A-Za-z]{1,2}\b)?([-/ ]+\w{1,4})*\s*$")
_ORDINAL: Final = re.compile(r"\d{1,2}e", re.IGNORECASE)
_WORD: Final = re.compile(r"['’]?[^\W\d_][^\W\d_.'’-]*(?:[.'’-]+[^\W\d_]+)*\.?")


def clean_name(text: str) -> str:
    """Return a street's or town's name without house number, or nothing where the text is no such name."""
    text = _HOUSE_NUMBER.sub("", " " + " ".join(text.split())).strip()
    words = text.split(" ")
    if len(text) > MAX_NAME or len(words) > MAX_WORDS:
        return ""
    kept = [word for n, word in enumerate(words) if _WORD.fullmatch(word) or (n == 0 and _ORDINAL.fullmatch(word))]
    return " ".join(kept) if any(_WORD.fullmatch(word) for word in kept) else ""


def join_place(street: str, town: str) -> str:
    """Return street and town as a message's `place`; either may be empty."""
    return ", ".join(part for part in (street, town) if part)


class GazetteerEntry(Part):
    """One place that is known."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    town: Annotated[str, Field(min_length=1, max_length=MAX_NAME)] | None = None
    lat: Lat
    lon: Lon
    accuracy_m: Annotated[float, Field(gt=0, le=100_000)]


class Gazetteer(Part):
    """Places by name, with the radius within which each lies."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    places: tuple[GazetteerEntry, ...]

    @model_validator(mode="after")
    def _unique(self) -> Gazetteer:
        if len(self._by_name) != len(self.places):
            raise ValueError("two places have the same name and town")
        return self

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], GazetteerEntry]:
        return {(entry.name.lower(), (entry.town or "").lower()): entry for entry in self.places}

    def position(self, street: str, town: str, postcode: str = "") -> Position | None:
        """Return the finest position that is known: of the street, else of the postcode's four digits, else of the town."""
        keys = [(street, town)] if street and town else []
        keys += [(postcode[:4], ""), (town, "")]
        for name, where in keys:
            entry = self._by_name.get((name.lower(), where.lower()))
            if name and entry is not None:
                return Position(lat=entry.lat, lon=entry.lon, accuracy_m=entry.accuracy_m)
        return None

    def streets(self) -> list[tuple[str, str]]:
        """Return the streets that are known, with their towns, longest first."""
        found = [(entry.name, entry.town) for entry in self.places if entry.town is not None]
        return sorted(found, key=lambda pair: -len(pair[0]))

    def towns(self) -> list[str]:
        """Return the towns that are known; the four digits of postcodes are none."""
        return [entry.name for entry in self.places if entry.town is None and not entry.name.isdigit()]


NO_GAZETTEER: Final = Gazetteer(version="none", places=())

"""Partners' codes and our categories: a versioned file, checked when it is read."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from schemas.base import Part
from schemas.categories import Category
from streams.config.yaml import parse_yaml, read_yaml

UNKNOWN_CODE: Final = "unknown"
"""Stands for a source's code that is not shaped like one: it may be somebody's words and is not passed on."""
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,79}")
_SEPARATORS: Final = re.compile(r"[^a-z0-9]+")
_PERSONAL: Final = re.compile(r"\d{7}")
"""So many digits are a telephone number or a case's, and no kind of incident."""

MAX_CODE: Final = 80
"""Longest code that a message has."""


class CodeEntry(Part):
    """Code entry: what a partner's code is about here, and who says so."""

    category: Category
    source: Annotated[str, Field(max_length=120)] = ""


def _entry(value: Any) -> Any:
    return value if isinstance(value, dict | CodeEntry) else {"category": value}


Codes = dict[Annotated[str, Field(pattern=_CODE.pattern)], Annotated[CodeEntry, BeforeValidator(_entry)]]
"""Codes of one table; an entry is a category, or a category with its source."""


class Categories(Part):
    """Categories: which code means which category, a table for each system of codes. Our own names need no entry.

    `lmc_classes` has the national classification (LMC) as names of its levels, joined by slashes (`brand/gebouw`): where no
    table has the whole, the longest beginning counts. `meldingen` has names of classifications of that system, which a
    municipality chooses itself.
    """

    version: Annotated[str, Field(min_length=1, max_length=40)]
    sources: dict[str, str] = Field(default_factory=dict)
    lmc: Codes
    signalen: Codes
    lmc_classes: Codes = Field(default_factory=dict)
    meldingen: Codes = Field(default_factory=dict)
    cap: Codes = Field(default_factory=dict)

    def of(self, code: str) -> tuple[Category, str, bool]:
        """Return the category of a code, the code as it may travel, and whether it is known; unknown is `overig`."""
        code = code.strip()
        if not _CODE.fullmatch(code) or _PERSONAL.search(code):
            return Category.OVERIG, UNKNOWN_CODE, False
        entry = self._codes.get(code.lower())
        if entry is not None:
            return entry.category, code, True
        try:
            return Category(code.lower()), code, True
        except ValueError:
            return Category.OVERIG, code, False

    def of_class(self, *levels: str) -> tuple[Category, str, bool]:
        """Return the same of a classification that is told by the names of its levels, the widest first."""
        names = [slug(level) for level in levels]
        whole = "/".join(name for name in names if name)
        if not whole or len(whole) > MAX_CODE or _PERSONAL.search(whole):
            return Category.OVERIG, UNKNOWN_CODE, False
        for length in range(len(names), 0, -1):
            entry = self._classes.get("/".join(name for name in names[:length] if name))
            if entry is not None:
                return entry.category, whole, True
        return self.of(whole)

    @cached_property
    def _codes(self) -> dict[str, CodeEntry]:
        tables = (self.cap, self.meldingen, self.signalen, self.lmc)
        return {code.lower(): entry for table in tables for code, entry in table.items()}

    @cached_property
    def _classes(self) -> dict[str, CodeEntry]:
        return {code.lower(): entry for code, entry in self.lmc_classes.items()}


def slug(name: str) -> str:
    """Return a name as a code: small letters and digits without accents, joined by dashes."""
    plain = unicodedata.normalize("NFKD", name[:400]).encode("ascii", "ignore").decode().lower()
    return _SEPARATORS.sub("-", plain).strip("-")


def load_categories(path: Path | None = None) -> Categories:
    """Return the mapping of a file, or the built-in one.

    Raises:
        FileError: One line with file, line, field and what was expected.
    """
    if path is not None:
        return read_yaml(path, Categories)
    text = files("streams.intake.sources").joinpath("categories.yaml").read_text(encoding="utf-8")
    return parse_yaml(text, "categories.yaml", Categories, {})

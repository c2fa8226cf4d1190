"""Partners' codes and our categories: a versioned file, checked when it is read."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Part
from schemas.categories import Category
from streams.config.yaml import parse_yaml, read_yaml

UNKNOWN_CODE: Final = "unknown"
"""Stands for a source's code that is not shaped like one: it may be somebody's words and is not passed on."""
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,79}")
_PERSONAL: Final = re.compile(r"\d{7}")
"""So many digits are a telephone number or a case's, and no kind of incident."""

Codes = dict[Annotated[str, Field(pattern=_CODE.pattern)], Category]


class Categories(Part):
    """Categories: which code means which category: LMC's codes and Signalen's slugs. Our own names need no entry."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    lmc: Codes
    signalen: Codes

    def of(self, code: str) -> tuple[Category, str, bool]:
        """Return the category of a code, the code as it may travel, and whether it is known; unknown is `overig`."""
        code = code.strip()
        if not _CODE.fullmatch(code) or _PERSONAL.search(code):
            return Category.OVERIG, UNKNOWN_CODE, False
        for table in (self.lmc, self.signalen):
            for key, category in table.items():
                if key.lower() == code.lower():
                    return category, code, True
        try:
            return Category(code.lower()), code, True
        except ValueError:
            return Category.OVERIG, code, False


def load_categories(path: Path | None = None) -> Categories:
    """Return the mapping of a file, or the built-in one.

    Raises:
        FileError: One line with file, line, field and what was expected.
    """
    if path is not None:
        return read_yaml(path, Categories)
    text = files("streams.intake.sources").joinpath("categories.yaml").read_text(encoding="utf-8")
    return parse_yaml(text, "categories.yaml", Categories, {})

"""Words, numbers and days of the safety team's report, in Dutch and in English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from schemas.base import Part
from schemas.categories import Category
from schemas.phrases.language import Language
from streams.config.yaml import parse_yaml

FILE = "trend_words.yaml"


class _Texts(Part):
    """The file with the words."""

    texts: dict[str, dict[Language, str]]
    categories: dict[Category, dict[Language, str]]
    months: dict[Language, Annotated[tuple[str, ...], Field(min_length=12, max_length=12)]]


@cache
def texts() -> _Texts:
    """Return all words, read once."""
    return parse_yaml(files("streams.presentation.trends").joinpath(FILE).read_text(encoding="utf-8"), FILE, _Texts)


@dataclass(frozen=True, slots=True)
class Words:
    """The report's words in one language."""

    language: Language

    def raw(self, name: str, **values: object) -> str:
        """Return a text with its values, not escaped."""
        return texts().texts[name][self.language].format(**values)

    def say(self, name: str, **values: object) -> str:
        """Return a text with its values, ready for HTML; the values must not be escaped before."""
        return escape(self.raw(name, **values))

    def category(self, category: Category) -> str:
        """Return what a category is called."""
        return texts().categories[category][self.language]

    def day(self, day: date) -> str:
        """Return a day in words: `23 november 2026`."""
        return f"{day.day} {texts().months[self.language][day.month - 1]} {day.year}"

    def number(self, value: float, digits: int = 1) -> str:
        """Return a number with the language's decimal mark, and without decimals where they are zero."""
        text = f"{value:.{digits}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.language is Language.NL else text

    def probability(self, value: float) -> str:
        """Return a probability as people say it: `1 op 240`, or in percent where it is a tenth or more."""
        if value >= 0.1:
            return f"{value * 100:.0f} %"
        if value < 1e-6:
            return self.raw("less_than_one_in_a_million")
        grouped = f"{_two_figures(1 / value):,}"
        return self.raw("one_in", number=grouped.replace(",", ".") if self.language is Language.NL else grouped)


def _two_figures(value: float) -> int:
    """Return a number rounded to two figures: more would be a claim."""
    unit: int = 10 ** max(0, len(str(int(value))) - 2)
    return round(value / unit) * unit

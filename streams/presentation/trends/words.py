"""Words and numbers of the safety team's report, in Dutch and in English."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from schemas.categories import Category
from schemas.phrases.catalogue import decimal, sentence
from schemas.phrases.codes.titles import category_name
from schemas.phrases.codes.trends import trend_less_than_one_in_a_million, trend_one_in, trend_percent
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Words:
    """The report's words in one language."""

    language: Language

    def raw(self, phrase: Phrase) -> str:
        """Return a phrase's sentence, not escaped."""
        return sentence(phrase, self.language)

    def say(self, phrase: Phrase) -> str:
        """Return a phrase's sentence, ready for HTML; its values must not be escaped before."""
        return escape(self.raw(phrase))

    def category(self, category: Category) -> str:
        """Return what a category is called."""
        return self.raw(category_name(category.value))

    def number(self, value: float, digits: int = 1) -> str:
        """Return a number with the language's decimal mark, and without decimals where they are zero."""
        text = f"{value:.{digits}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return decimal(text, self.language)


def probability(value: float) -> Phrase:
    """Return a probability as people say it: `1 op 240`, or in percent where it is a tenth or more."""
    if value >= 0.1:
        return trend_percent(value * 100)
    if value < 1e-6:
        return trend_less_than_one_in_a_million()
    return trend_one_in(_two_figures(1 / value))


def _two_figures(value: float) -> int:
    """Return a number rounded to two figures: more would be a claim."""
    unit: int = 10 ** max(0, len(str(int(value))) - 2)
    return round(value / unit) * unit

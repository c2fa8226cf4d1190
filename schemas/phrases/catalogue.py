"""Catalogue: one file of sentences per language (Project Fluent, fluent.io), and the sentence that a phrase makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from schemas.phrases import codes as _codes  # noqa: F401  # they declare how exactly each number is told
from schemas.phrases.declare import CODES, MAX_TEXT
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase, PhraseValue, Told

if TYPE_CHECKING:  # Fluent and babel are loaded with the first sentence: a worker that died is back sooner without them
    from fluent.runtime import FluentBundle, FluentResource
    from fluent.syntax import ast

LOCALES: Final[Mapping[Language, str]] = {Language.NL: "nl-NL", Language.EN: "en-GB"}
"""By which numbers and plurals are written."""
COUNTED_BELOW: Final = 10**15
"""Whole numbers that are larger have no plural, and are shown as they are: babel counts with 28 figures."""
SENTENCES: Final = 2_048
"""Sentences that are kept: what the newest revisions say again. Most phrases hold a number of their own: more of them would
fill for hours (1.5 kB each) and bring nothing."""
Part = tuple[str, bool]
"""A part of a plain sentence: its text, or the name of a value; and whether it is text."""


def source(language: Language) -> str:
    """Return the file of a language."""
    return files("schemas.phrases").joinpath(f"{language.value}.ftl").read_text(encoding="utf-8")


@lru_cache
def _parsed(language: Language) -> FluentResource:
    """Return the file of a language, parsed."""
    from fluent.runtime import FluentResource

    return FluentResource(source(language))


@lru_cache
def catalogue(language: Language) -> FluentBundle:
    """Return the sentences of a language; without the marks that Fluent puts around values in text of two directions."""
    from fluent.runtime import FluentBundle

    bundle = FluentBundle([LOCALES[language]], use_isolating=False, functions={"MOMENT": _moment(language)})
    bundle.add_resource(_parsed(language))
    return bundle


def _moment(language: Language) -> Callable[..., str]:
    """Return the catalogues' own function: a moment, given as RFC 3339 in UTC, by a pattern of Unicode's (CLDR).

    With a `zone` it is told in the time of that zone, as on the clock on the wall of whoever reads it; a date has none.
    """
    from babel.dates import format_datetime

    locale = LOCALES[language].replace("-", "_")

    def moment(at: object, format: object, zone: object = "UTC") -> str:
        try:
            known = datetime.fromisoformat(str(at))
            return str(format_datetime(known, str(format), tzinfo=_zone(str(zone), known), locale=locale))
        except ValueError:
            return str(at)

    return moment


def _zone(name: str, at: datetime) -> tzinfo | None:
    return None if at.tzinfo is None else ZoneInfo(name)


@lru_cache
def plain_sentences(language: Language) -> Mapping[str, tuple[Part, ...]]:
    """Return the parts of each sentence that is only text and values: no choice and no function is in it.

    Fluent takes 14 µs for such a sentence, and joining its parts 1 µs: some thousand alerts a second are told.
    """
    from fluent.syntax import ast

    plain: dict[str, tuple[Part, ...]] = {}
    for message in _parsed(language).body:
        if not isinstance(message, ast.Message) or message.value is None:
            continue
        parts = [_part(element) for element in message.value.elements]
        if all(part is not None for part in parts):
            plain[message.id.name] = tuple(part for part in parts if part is not None)
    return plain


def _part(element: ast.TextElement | ast.Placeable) -> Part | None:
    from fluent.syntax import ast

    if isinstance(element, ast.TextElement):
        return element.value, True
    return (element.expression.id.name, False) if isinstance(element.expression, ast.VariableReference) else None


def prepare_sentences(language: Language = Language.EN) -> None:
    """Read a language's sentences, so that nobody waits for them who is told the first."""
    catalogue(language)
    plain_sentences(language)


def knows(code: str, language: Language) -> bool:
    """Return whether a language has a sentence for a code."""
    return bool(catalogue(language).has_message(code))


@lru_cache(maxsize=SENTENCES)
def sentence(phrase: Phrase, language: Language = Language.EN) -> str:
    """Return a phrase as a sentence; where the language does not know its code, the code and its values as they are."""
    if not knows(phrase.code, language):
        return " ".join(
            [phrase.code, *(f"{name}={_raw(value, language)}" for name, value in sorted(phrase.values.items()))]
        )
    values = {name: _shown(phrase.code, name, value, language) for name, value in phrase.values.items()}
    plain = plain_sentences(language).get(phrase.code)
    if plain is not None:
        return "".join(part if is_text else str(values.get(part, f"{{${part}}}")) for part, is_text in plain)
    from fluent.runtime.types import fluent_number

    bundle = catalogue(language)
    given = {
        name: fluent_number(value, useGrouping=False)
        if isinstance(value, int) and abs(value) < COUNTED_BELOW
        else str(value)
        for name, value in values.items()
    }
    text, _ = bundle.format_pattern(bundle.get_message(phrase.code).value, given)
    return str(text)


def told(phrase: Phrase | None, text: str, language: Language) -> str:
    """Return in a language what a message tells: its phrase's sentence, or its text as it is.

    The text stands in where a message has no phrase, since it is older than phrases are, or one of a code that this release
    does not know, since its sender is newer.
    """
    return sentence(phrase, language) if phrase is not None and knows(phrase.code, language) else text


def text_of(said: Told) -> str:
    """Return the text that a message tells beside a phrase: its English sentence, as short as a message's texts are."""
    return in_words(said, Language.EN)[:MAX_TEXT]


def phrase_of(said: Told) -> Phrase | None:
    """Return what is told as a phrase; None of a text."""
    return said if isinstance(said, Phrase) else None


def _shown(code: str, name: str, value: PhraseValue, language: Language) -> str | int:
    """Return a value as a sentence takes it: whole numbers choose its plural, all others are text."""
    if isinstance(value, str | int):
        return value
    if isinstance(value, Phrase):
        return sentence(value, language)
    if isinstance(value, tuple):
        return "; ".join(sentence(each, language) for each in value)
    kind = CODES.get(code, {}).get(name)
    text = f"{value:g}" if kind is None or kind.decimals is None else f"{value:.{kind.decimals}f}"
    if kind is not None and kind.trimmed:
        text = text.rstrip("0").rstrip(".")
    return decimal(text, language)


def decimal(text: str, language: Language) -> str:
    """Return a number with the language's decimal mark."""
    return text.replace(".", ",") if language is Language.NL else text


def _raw(value: PhraseValue, language: Language) -> str:
    """Return a value of a code that is not known."""
    if isinstance(value, tuple):
        return "; ".join(_raw(each, language) for each in value)
    return sentence(value, language) if isinstance(value, Phrase) else str(value)


def in_words(said: Told, language: Language) -> str:
    """Return what is told elsewhere in a language."""
    return sentence(said, language) if isinstance(said, Phrase) else said

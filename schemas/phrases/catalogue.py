"""Catalogue: one file of sentences per language (Project Fluent, fluent.io), and the sentence that a phrase makes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

from fluent.runtime import FluentBundle, FluentResource

from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase, PhraseValue

LOCALES: Final[Mapping[Language, str]] = {Language.NL: "nl-NL", Language.EN: "en-GB"}
"""By which numbers and plurals are written."""


@lru_cache
def catalogue(language: Language) -> FluentBundle:
    """Return the sentences of a language; without the marks that Fluent puts around values in text of two directions."""
    bundle = FluentBundle([LOCALES[language]], use_isolating=False)
    text = files("schemas.phrases").joinpath(f"{language.value}.ftl").read_text(encoding="utf-8")
    bundle.add_resource(FluentResource(text))
    return bundle


def sentence(phrase: Phrase, language: Language = Language.EN) -> str:
    """Return a phrase as a sentence; where the language does not know its code, the code and its values as they are."""
    return _sentence(phrase.code, tuple(sorted(phrase.values.items())), language)


@lru_cache(maxsize=8_192)
def _sentence(code: str, values: tuple[tuple[str, PhraseValue], ...], language: Language) -> str:
    bundle = catalogue(language)
    if not bundle.has_message(code) or (pattern := bundle.get_message(code).value) is None:
        return " ".join([code, *(f"{name}={value}" for name, value in values)])
    text, _ = bundle.format_pattern(pattern, dict(values))
    return str(text)

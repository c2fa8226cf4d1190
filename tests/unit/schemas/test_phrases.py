"""Phrases: a code with its values becomes a sentence, and one that no catalogue has is shown as it is."""

from __future__ import annotations

import pytest

from schemas.phrases.catalogue import catalogue, sentence
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase


@pytest.mark.parametrize("language", Language)
def test_a_code_of_a_newer_release_is_shown_with_its_values(language: Language) -> None:
    """Nothing is hidden from whoever reads with an older release."""
    assert sentence(Phrase(code="of-a-newer-release", values={"b": 2.5, "a": "x"}), language) == (
        "of-a-newer-release a=x b=2.5"
    )


@pytest.mark.parametrize("language", Language)
def test_each_language_has_a_catalogue(language: Language) -> None:
    """It is read from the package."""
    assert catalogue(language)

"""The catalogues are complete and alike, each sentence takes the values that its code declares, and what is unknown is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.phrases.catalogue import (
    catalogue,
    in_words,
    knows,
    plain_sentences,
    prepare_sentences,
    sentence,
    source,
    told,
)
from schemas.phrases.declare import CODES
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from tests.support.phrases import made
from tests.support.words import FREQUENT, SHARED, english_in, of_catalogue

ROOT = Path(__file__).parents[4]
NEWER = Phrase(code="of-a-newer-release", values={"b": 2.5, "a": "x"})


class Uses(Visitor):  # type: ignore[misc]
    """The values that a sentence takes, those that it chooses by, with its choices, and those that it shows as moments."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.chosen: dict[str, set[str]] = {}
        self.moments: set[str] = set()
        self.within: set[str] = set()

    def take(self, other: Uses) -> None:
        """Add what a sentence uses that stands within this one."""
        self.names |= other.names
        self.moments |= other.moments
        for name, keys in other.chosen.items():
            self.chosen.setdefault(name, set()).update(keys)

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.names.add(node.id.name)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:
        assert isinstance(node.selector, ast.VariableReference)
        keys = {each.key.name if isinstance(each.key, ast.Identifier) else each.key.value for each in node.variants}
        self.chosen.setdefault(node.selector.id.name, set()).update(keys)
        self.generic_visit(node)

    def visit_MessageReference(self, node: ast.MessageReference) -> None:
        self.within.add(node.id.name)

    def visit_FunctionReference(self, node: ast.FunctionReference) -> None:
        (given,) = node.arguments.positional
        assert node.id.name in {"MOMENT", "NUMBER"}
        if node.id.name == "MOMENT":
            self.moments.add(given.id.name)
        self.generic_visit(node)


def uses(language: Language) -> dict[str, Uses]:
    found: dict[str, Uses] = {}
    for entry in FluentParser().parse(source(language)).body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            assert entry.id.name not in found, f"{entry.id.name} stands twice"
            found[entry.id.name] = Uses()
            found[entry.id.name].visit(entry.value)
    for each in found.values():
        for name in each.within:
            assert not found[name].within, f"{name} stands within a sentence, and has one within it"
            each.take(found[name])
    return found


@pytest.mark.parametrize("language", Language)
def test_each_language_has_a_sentence_for_each_code_and_no_other(language: Language) -> None:
    """So both have the same codes, and every code that the source can make is one of them."""
    assert uses(language).keys() == CODES.keys()


@pytest.mark.parametrize("language", Language)
def test_each_sentence_takes_the_values_that_its_code_declares(language: Language) -> None:
    """All of them: what one language says, the other says too."""
    assert {code: each.names for code, each in uses(language).items()} == {
        code: set(kinds) for code, kinds in CODES.items()
    }


@pytest.mark.parametrize("language", Language)
def test_each_sentence_uses_a_value_as_its_type_allows(language: Language) -> None:
    """Plurals are of counts, a choice among words is of a name, and a moment is written by its function."""
    for code, each in uses(language).items():
        for name, keys in each.chosen.items():
            assert CODES[code][name].name == ("count" if keys & {"one", "0"} else "name"), (code, name)
        assert each.moments == {name for name, kind in CODES[code].items() if kind.name in {"moment", "day"}}, code


def test_dutch_knows_each_word_that_english_chooses_by() -> None:
    """Else it would be shown as it is. Dutch knows more of them: a code such as `offline` is English already."""
    english, dutch = uses(Language.EN), uses(Language.NL)
    for code, kinds in CODES.items():
        for name in kinds:
            if chosen := english[code].chosen.get(name):
                assert chosen <= dutch[code].chosen.get(name, set()), (code, name)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", sorted(CODES))
def test_each_sentence_renders(code: str, language: Language) -> None:
    """With each value in its place, and nothing of Fluent left."""
    for count in (0, 1, 2):
        counts = {name: count for name, kind in CODES[code].items() if kind.name == "count"}
        text = sentence(made(code, **counts), language)
        assert text
        assert not re.search(r"[{}]|\$", text), text


def test_moments_and_numbers_are_written_as_the_language_writes_them() -> None:
    """A decimal comma in Dutch, and no figures are grouped, as in the sentences before."""
    repeat = made("near-repeat", within_m=1_200, within_days=14.0)
    assert sentence(repeat) == ("3 earlier within 1200 m and 14 days, the nearest about 12 m away at 24 Nov 10:00 UTC")
    assert "1200 m en 2,5 dagen" in sentence(made("near-repeat", within_m=1_200, within_days=2.5), Language.NL)
    assert "op 24 nov 11:00" in sentence(repeat, Language.NL)


def test_a_moment_that_is_none_is_shown_as_it_is() -> None:
    """A partner's phrase may hold anything that fits its schema."""
    assert "away at yesterday UTC" in sentence(made("near-repeat", at="yesterday"))


@pytest.mark.parametrize("language", Language)
def test_a_code_of_a_newer_release_is_shown_with_its_values(language: Language) -> None:
    """Nothing is hidden from whoever reads with an older release."""
    assert not knows(NEWER.code, language)
    assert sentence(NEWER, language) == "of-a-newer-release a=x b=2.5"
    assert told(NEWER, "as its sender says it", language) == "as its sender says it"


def test_a_newer_code_within_a_known_one_is_shown_in_its_place() -> None:
    """The rest of the sentence is as it is."""
    phrase = made("best-unseen", camera="cam-1", why=NEWER)
    assert sentence(phrase, Language.NL) == (
        "een camera kon kijken en zag het niet: cam-1, of-a-newer-release a=x b=2.5"
    )


@pytest.mark.parametrize("language", Language)
def test_values_that_a_sender_left_out_or_added_break_nothing(language: Language) -> None:
    """A newer release may name other values under a code; the sentence shows which one is missing."""
    assert "{$source}" in sentence(Phrase(code="urgency", values={"urgency": 1, "more": 2}), language)
    assert sentence(Phrase(code="circumstance"), language)


def test_a_message_without_a_phrase_is_told_as_it_is() -> None:
    """What was sent before there were phrases."""
    assert told(None, "in its own words", Language.NL) == "in its own words"
    assert in_words("in its own words", Language.NL) == "in its own words"


@pytest.mark.parametrize("language", Language)
def test_sentences_of_text_and_values_are_joined_as_fluent_would(language: Language) -> None:
    """The shortcut says what the library says."""
    assert plain_sentences(language)
    for code, kind in CODES.items():
        if code in plain_sentences(language) and all(each.name == "name" for each in kind.values()):
            phrase = made(code)
            pattern = catalogue(language).get_message(code).value
            assert sentence(phrase, language) == catalogue(language).format_pattern(pattern, dict(phrase.values))[0]


def test_phrases_within_phrases_are_bounded_by_the_parser() -> None:
    """However deep a message nests them, reading it refuses or succeeds, and what is read can be told."""

    def nested(depth: int) -> Iterator[str]:
        yield from ('{"code": "crowd-seen", "values": {"what": ' for _ in range(depth))
        yield '"x"'
        yield from ("}}" for _ in range(depth))

    phrase = Phrase.model_validate_json("".join(nested(40)))
    assert sentence(phrase, Language.NL).endswith("x")
    with pytest.raises(ValueError):
        Phrase.model_validate_json("".join(nested(5_000)))


def test_dutch_sentences_have_no_english_word() -> None:
    """But for those that both languages have, which are all in use."""
    dutch, english = of_catalogue(Language.NL), of_catalogue(Language.EN) | FREQUENT
    assert dutch & english == SHARED


def test_english_is_found_in_dutch() -> None:
    """Otherwise the test above would show nothing."""
    assert english_in("een camera zag het: cam-1, nobody in zone plein, ALN since 12:00") == {"nobody", "since"}
    assert english_in("een camera zag het in zone plein") == set()


SOURCES = [
    path
    for name in ("schemas", "detectors", "streams", "console", "bench")
    for path in sorted((ROOT / name).rglob("*.py"))
]


def test_every_phrase_is_made_by_the_function_of_its_code() -> None:
    """Which checks what it is given; so no other code can be sent."""
    made_elsewhere = [str(path) for path in SOURCES if "Phrase(code=" in path.read_text() and path.name != "declare.py"]
    assert made_elsewhere == []


def test_every_code_is_told_somewhere() -> None:
    """A sentence that nothing says any more goes."""
    text = "\n".join(path.read_text() for path in SOURCES if path.parent.name != "codes" or path.name == "common.py")
    named = set(re.findall(r"\w+", text))
    assert [code for code in CODES if code.replace("-", "_") not in named] == []


VALUES = st.one_of(
    st.text(max_size=30),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([NEWER, made("seen-persons"), (NEWER, made("seen-persons", persons=1)), ()]),
)


@settings(max_examples=300)
@given(st.data(), st.sampled_from(sorted(CODES)), st.sampled_from(Language))
def test_any_values_under_any_code_are_told(data: st.DataObject, code: str, language: Language) -> None:
    """A partner's phrase may have values of other kinds than are declared; nobody who reads it fails."""
    names = st.sampled_from([*CODES[code], "another"])
    phrase = Phrase(code=code, values=data.draw(st.dictionaries(names, VALUES, max_size=8)))
    assert isinstance(sentence(phrase, language), str)
    assert Phrase.model_validate_json(phrase.model_dump_json(), strict=True) == phrase


def test_sentences_that_were_prepared_are_not_read_again() -> None:
    """Whoever is told first does not wait for them."""
    prepare_sentences(Language.NL)
    before = catalogue.cache_info().misses, plain_sentences.cache_info().misses
    assert knows("place-missing", Language.NL)
    assert plain_sentences(Language.NL)
    assert (catalogue.cache_info().misses, plain_sentences.cache_info().misses) == before

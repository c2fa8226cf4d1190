"""English words: those of the catalogue and the most frequent ones, to find what is not said in Dutch."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from schemas.phrases.catalogue import source
from schemas.phrases.language import Language

_FREQUENT = """
the of and to a in that is was he for it with as his on be at by had not are but from or have an they which one you
were her all she there would their we him been has when who will no more if out so said what up its about into than
them can only other new some could time these two may then do first any my now such like our over man me even most
made after also did many before must through where your well down should because each just those how too little good
very make still see own work long get here between both under never day same another know while last might us great
old year off come since against go came right used take three
"""
FREQUENT: Final = frozenset(_FREQUENT.split())
"""The most frequent words of English, in about the order of the Brown corpus (Francis and Kučera 1979)."""
_SHARED = """
al alarm ambulance audit camera cluster code decoder do factor frame hash hand in is later letters live machine machines map
min model moment object of open operator over
partner partners per percentage plan prio record records stand
start team ten test topic topics type video was week zone basic batch bytes capcodes
codec digest
firmware id json kafka multimon ng m² proxy source tcp udp farrington knox
gateway stream streams
"""
SHARED: Final = frozenset(_SHARED.split())
"""Words of the catalogue that Dutch has too, spelled alike, and what machines, formats, settings and methods are called."""
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_NAMES: Final = re.compile(r"\S*[\d_@:/]\S*|[A-Z]{2,}\S*|\w+\.\w+")
"""Ids, moments, units and settings are no words."""


def words(text: str) -> set[str]:
    """Return the words of a text in small letters; of one letter there are none."""
    return set(_WORD.findall(_NAMES.sub(" ", text).lower()))


class _Texts(Visitor):  # type: ignore[misc]
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_TextElement(self, node: ast.TextElement) -> None:
        self.found |= words(node.value)


@cache
def of_catalogue(language: Language) -> frozenset[str]:
    """Return all words that a language's sentences have by themselves, without their values."""
    texts = _Texts()
    texts.visit(FluentParser().parse(source(language)))
    return frozenset(texts.found)


def english_in(text: str) -> set[str]:
    """Return the words of a text that are English and not Dutch."""
    return words(text) & ((of_catalogue(Language.EN) | FREQUENT) - SHARED)

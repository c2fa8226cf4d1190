"""Phrase: what is told to a person, as a code of the catalogue with its values; a sentence in any language follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StrictInt, StringConstraints

from schemas.base import AsItIs, Part

PhraseCode = Annotated[str, StringConstraints(max_length=80, pattern=r"^[a-z][a-z0-9-]*$")]
"""The name of a sentence in the catalogues; also a message id of Project Fluent."""


class Phrase(Part):
    """A sentence's code, and the values that stand in it by their names; a code that a reader does not know is shown as it is."""

    code: PhraseCode
    values: Annotated[Mapping[str, PhraseValue], Field(max_length=12), AsItIs()] = {}

    def __eq__(self, other: object) -> bool:
        """Compare what it has, and no more: what was read is asked for among those told lately, for each camera of each alert."""
        if type(other) is not Phrase:
            return NotImplemented
        return self.code == other.code and self.values == other.values

    def __hash__(self) -> int:
        return hash((self.code, frozenset(self.values.values())))


PhraseValue = Annotated[
    Annotated[str, StringConstraints(max_length=300)]
    | StrictInt
    | float
    | Phrase
    | Annotated[tuple[Phrase, ...], Field(max_length=20)],
    Field(union_mode="left_to_right"),
]
"""A name that no language changes, such as a camera's id; a moment as `schemas.base.iso_utc` writes it; a number; a phrase that
stands within the sentence; or several phrases, which are told one behind the other with semicolons between them.

They are tried from left to right, the most frequent first: trying all of them takes twice as long."""

Phrase.model_rebuild()

Told = Phrase | str
"""What is told elsewhere: a phrase, or the text of a message that has none."""

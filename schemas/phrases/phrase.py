"""Phrase: what is told to a person, as a code of the catalogue with its values; a sentence in any language follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.base import Part

PhraseCode = Annotated[str, StringConstraints(max_length=80, pattern=r"^[a-z][a-z0-9-]*$")]
"""The name of a sentence in the catalogues; also a message id of Project Fluent."""

PhraseValue = int | float | Annotated[str, StringConstraints(max_length=300)]
"""A number; a name that no language changes, such as a camera's id; or a moment as `schemas.base.iso_utc` writes it."""


class Phrase(Part):
    """A sentence's code, and the values that stand in it by their names; a code that a reader does not know is shown as it is."""

    code: PhraseCode
    values: Annotated[Mapping[str, PhraseValue], Field(max_length=12)] = {}

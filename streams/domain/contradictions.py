"""Contradictions: what a file says that it may not say together, each with where it stands, so that all are told at once."""

from __future__ import annotations

from collections.abc import Iterable

Location = tuple[int | str, ...]
"""Where a value stands in a document: keys, and numbers in lists."""
Contradiction = tuple[Location, str]
"""Where it stands, and one line with the value and what was expected."""


class ContradictionsError(ValueError):
    """All that a document says and may not say. A `ValueError`, so that the validators of models can raise it."""

    def __init__(self, found: Iterable[Contradiction]) -> None:
        self.found = tuple(found)
        super().__init__("; ".join(f"{'.'.join(map(str, at))}: {words}" for at, words in self.found))

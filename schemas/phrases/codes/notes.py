"""Notes: what an operator noted on an alert."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.phrases.phrase import Phrase, PhraseValue


def note(code: str, values: Mapping[str, PhraseValue]) -> Phrase:
    """Return a note of the list (`schemas.actions.NoteCode`), with the value that it takes, if any."""
    return Phrase(code=f"note-{code.replace('_', '-')}", values=values)

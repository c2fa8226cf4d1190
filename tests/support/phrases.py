"""A phrase of each code that there is, with made values of its types."""

from __future__ import annotations

from schemas.phrases import codes
from schemas.phrases.declare import CODES, ValueKind
from schemas.phrases.phrase import Phrase, PhraseValue

assert codes.__all__
SAID = Phrase(code="own-words", values={"text": "¤"})
MADE: dict[str, PhraseValue] = {
    "count": 3,
    "number": 12.34567,
    "moment": "2026-11-24T10:00:00.000000Z",
    "name": "naam-1",
    "phrase": SAID,
    "phrases": (SAID, SAID),
}


def made(code: str, **changed: PhraseValue) -> Phrase:
    """Return a phrase of a code as a stage would send it."""
    values = {name: _value(kind) for name, kind in CODES[code].items()}
    return Phrase(code=code, values=values | changed)


def _value(kind: ValueKind) -> PhraseValue:
    value = MADE[kind.name]
    if isinstance(value, float) and kind.decimals is not None:
        return round(value, kind.decimals) if kind.decimals else round(value)
    return value

"""A phrase of each code that there is, with made values of its types; and messages as they were before there were phrases."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import schemas.phrases.codes  # noqa: F401  # declares all of them
from schemas.phrases.declare import CODES, ValueKind
from schemas.phrases.phrase import Phrase, PhraseValue
from streams.kafka.record import Record

SAID = Phrase(code="own-words", values={"text": "¤"})
MADE: dict[str, PhraseValue] = {
    "count": 3,
    "number": 12.34567,
    "moment": "2026-11-24T10:00:00.000000Z",
    "day": "2026-11-24",
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


def before_phrases(record: Record) -> Record:
    """Return a record as a release sent it that had no phrases yet."""
    if not record.value:
        return record
    document = _without(json.loads(record.value))
    return replace(record, value=json.dumps(document).encode())


def _without(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: _without(each) for name, each in part.items() if name != "phrase" and not name.endswith("_phrase")
        }
    return [_without(each) for each in part] if isinstance(part, list) else part

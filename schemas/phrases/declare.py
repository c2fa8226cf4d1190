"""Declare: what a code is: a function whose name is the code and whose parameters are its values, each with its type.

The functions in `schemas/phrases/codes/` are all codes there are. Each has a sentence of its name in every catalogue, with
exactly its values; tests hold that. A type says what a value is and how exactly it is told, a catalogue where it stands.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Final, ParamSpec, get_type_hints

from schemas.base import iso_utc
from schemas.phrases.phrase import Phrase, PhraseValue, Told

P = ParamSpec("P")
MAX_TEXT: Final = 300
"""`schemas.base.ShortText`: what is longer is cut."""


@dataclass(frozen=True, slots=True)
class ValueKind:
    """Value kind: what a value is; a number has so many decimals, `trimmed` none that is zero. Its unit stands in its name."""

    name: str
    decimals: int | None = None
    trimmed: bool = False


Count = Annotated[int, ValueKind("count", 0)]
"""A whole number of things; sentences have its plural."""
Whole = Annotated[float, ValueKind("number", 0)]
Tenths = Annotated[float, ValueKind("number", 1)]
Hundredths = Annotated[float, ValueKind("number", 2)]
UpToTenths = Annotated[float, ValueKind("number", 1, trimmed=True)]
Number = Annotated[float, ValueKind("number")]
"""A number as a file or a person gave it."""
Moment = Annotated[datetime, ValueKind("moment")]
Day = Annotated[date, ValueKind("day")]
Name = Annotated[str, ValueKind("name")]
"""What no language changes: an id, a municipality's own words; or a word of a bounded list by which a sentence chooses."""
Said = Annotated[Told, ValueKind("phrase")]
"""A phrase within the sentence, or the text of a message that has none."""
Several = Annotated[tuple[Phrase, ...], ValueKind("phrases")]
"""Phrases one behind the other."""

CODES: Final[dict[str, Mapping[str, ValueKind]]] = {}
"""Every code that was declared, with its values."""


def code_of(name: str) -> str:
    """Return the code of a function: its name with hyphens."""
    return name.rstrip("_").replace("_", "-")


def phrase(declaration: Callable[P, Phrase]) -> Callable[P, Phrase]:
    """Make a declaration say what it declares: the phrase of its name, with what it is given as its values.

    Raises:
        TypeError: A parameter has no kind of value as its type, or the code is declared already.
    """
    code, hints = code_of(declaration.__name__), get_type_hints(declaration, include_extras=True)
    names = tuple(inspect.signature(declaration).parameters)
    kinds = {name: _kind(code, name, hints[name]) for name in names}
    if code in CODES:
        raise TypeError(f"{code} is declared twice")
    CODES[code] = kinds
    decimals = tuple(kinds[name].decimals for name in names)

    @lru_cache(maxsize=1_024)
    def say(*given: Any) -> Phrase:
        told = {name: _value(value, places) for name, value, places in zip(names, given, decimals, strict=True)}
        return Phrase(code=code, values=told)

    def said(*args: P.args, **kwargs: P.kwargs) -> Phrase:
        if kwargs:
            args = (*args, *(kwargs[name] for name in names[len(args) :]))  # type: ignore[assignment]
        return say(*args)

    said.__name__, said.__doc__ = declaration.__name__, declaration.__doc__
    return said


def _kind(code: str, name: str, hint: Any) -> ValueKind:
    for kind in getattr(hint, "__metadata__", ()):
        if isinstance(kind, ValueKind):
            return kind
    raise TypeError(f"{code}: {name} has no kind of value")


def _value(given: Any, decimals: int | None) -> PhraseValue:
    if isinstance(given, datetime):
        return iso_utc(given)
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, str):
        return given[:MAX_TEXT]
    if isinstance(given, int | float):
        return float(given) if decimals is None else round(given, decimals) if decimals else round(given)
    value: Phrase | tuple[Phrase, ...] = given
    return value

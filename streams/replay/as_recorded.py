"""As recorded: what is made now, told as it was recorded, so that both can be compared."""

from __future__ import annotations

from typing import Any, TypeVar

from schemas.base import Part
from schemas.phrases.phrase import Phrase

P = TypeVar("P", bound=Part)


def as_recorded(made: P, recorded: P) -> P:
    """Return what was made without the phrases that its recording does not have: it is of a release before them.

    Their sentences stand beside them as text, and must be the same.
    """
    changes: dict[str, Any] = {}
    for name in type(made).model_fields:
        now, before = getattr(made, name), getattr(recorded, name)
        if now != before and (told := _as_recorded(now, before)) is not now:
            changes[name] = told
    return made.model_copy(update=changes) if changes else made


def _as_recorded(now: Any, before: Any) -> Any:
    if before is None and isinstance(now, Phrase):
        return None
    if isinstance(now, Part) and type(now) is type(before):
        return as_recorded(now, before)
    if isinstance(now, tuple) and isinstance(before, tuple) and len(now) == len(before):
        return tuple(_as_recorded(one, other) for one, other in zip(now, before, strict=True))
    return now

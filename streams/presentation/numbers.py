"""Numbers in results that are printed as JSON."""

from __future__ import annotations

from math import isfinite
from typing import Any, Final

DIGITS: Final = 3
"""Decimals of a printed result: more would be a claim."""


def rounded(value: Any) -> Any:
    """Return a result with its numbers to three digits, for JSON; what is infinite or no number becomes None."""
    if isinstance(value, float):
        return round(value, DIGITS) if isfinite(value) else None
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list | tuple) else value

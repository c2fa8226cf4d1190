"""Rules of the product with something changed."""

from __future__ import annotations

from typing import Any

from streams.config.files import load_rules


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the product's rules with one value replaced."""
    content: dict[str, Any] = load_rules().model_dump(mode="json")
    *way, last = path.split(".")
    place: Any = content
    for part in way:
        place = place[int(part)] if isinstance(place, list) else place[part]
    place[int(last) if isinstance(place, list) else last] = value
    return content

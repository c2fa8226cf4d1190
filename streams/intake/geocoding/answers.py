"""Answers of PDOK's Locatieserver (v3.1, `/free`): a document of Solr, of which the one that is meant is found, or none.

Such as::

    {"response": {"docs": [{"type": "weg", "straatnaam": "Stadsplein", "woonplaatsnaam": "Amstelveen",
                            "centroide_ll": "POINT(4.8573 52.3063)"}]}}

A centroid is longitude first. What the server thinks the best is not enough: its score says how well words fit, and of a street
that it does not know it gives another one. So the names must be those that were asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from schemas.geo import Position
from streams.domain.geometry.country import inside

ACCURACY_M: Final[Mapping[str, float]] = {
    "adres": 25.0,
    "postcode": 75.0,
    "weg": 150.0,
    "buurt": 500.0,
    "wijk": 1_000.0,
    "woonplaats": 2_500.0,
    "gemeente": 5_000.0,
}
"""The radius within which a place of each type lies, in metres, about its centroid: chosen here. Half of a street of 300 m,
half of Amstelveen from one side to the other."""
ASKED: Final = ("weg", "woonplaats")
"""The types that are asked for. Addresses are not: no house number goes out."""
_POINT: Final = re.compile(r"POINT ?\((-?\d{1,3}(?:\.\d{1,20})?) (-?\d{1,3}(?:\.\d{1,20})?)\)")
MOST_DOCUMENTS: Final = 50


def position_in(content: bytes, street: str, town: str) -> Position | None:
    """Return where a street is, else its town; None where the answer has neither, or cannot be read.

    Args:
        content: The answer's body.
        street: As it was asked for; may be empty.
        town: As it was asked for.
    """
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None
    best: Position | None = None
    for document in _documents(answer):
        found = _position(document)
        if found is None or not _same(document.get("woonplaatsnaam"), town):
            continue
        if document.get("type") == "weg" and street and _same(document.get("straatnaam"), street):
            return found
        if document.get("type") == "woonplaats" and best is None:
            best = found
    return best


def _documents(answer: Any) -> Iterator[Mapping[str, Any]]:
    response = answer.get("response") if isinstance(answer, dict) else None
    documents = response.get("docs") if isinstance(response, dict) else None
    for document in documents[:MOST_DOCUMENTS] if isinstance(documents, list) else ():
        if isinstance(document, dict):
            yield document


def _position(document: Mapping[str, Any]) -> Position | None:
    kind, written = document.get("type"), document.get("centroide_ll")
    accuracy_m = ACCURACY_M.get(kind) if isinstance(kind, str) else None
    found = _POINT.fullmatch(written) if isinstance(written, str) else None
    if accuracy_m is None or found is None:
        return None
    lon, lat = float(found[1]), float(found[2])
    return Position(lat=round(lat, 7), lon=round(lon, 7), accuracy_m=accuracy_m) if inside(lat, lon) else None


def _same(found: Any, asked: str) -> bool:
    return isinstance(found, str) and " ".join(found.split()).casefold() == " ".join(asked.split()).casefold()

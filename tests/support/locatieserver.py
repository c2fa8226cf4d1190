"""Answers of a Locatieserver for tests, as PDOK writes them."""

from __future__ import annotations

import json
from typing import Any

STREET: dict[str, Any] = {
    "type": "weg", "straatnaam": "Stadsplein", "woonplaatsnaam": "Amstelveen", "centroide_ll": "POINT(4.8573 52.30633)",
    "score": 14.2, "weergavenaam": "Stadsplein, Amstelveen", "id": "weg-1", "centroide_rd": "POINT(118861 479950)",
}  # fmt: skip
TOWN: dict[str, Any] = {"type": "woonplaats", "woonplaatsnaam": "Amstelveen", "centroide_ll": "POINT(4.8586 52.3031)"}


def answer(*documents: Any) -> bytes:
    """Return an answer as the server writes it."""
    response = {
        "numFound": len(documents),
        "start": 0,
        "maxScore": 14.2,
        "numFoundExact": True,
        "docs": list(documents),
    }
    return json.dumps({"response": response, "highlighting": {}}).encode()

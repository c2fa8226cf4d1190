"""Incoming reports, as partners' lines have them."""

from __future__ import annotations

from typing import Any, Final

ROBBERY: Final[dict[str, Any]] = {
    "source": "politie-gms",
    "source_id": "2026-4711",
    "operation": "report",
    "category": "bzdsbr",
    "priority": "P 1",
    "position": {"lat": 52.3063, "lon": 4.8573, "accuracy_m": 30},
    "place": {"street": "Stadsplein 12", "town": "Amstelveen"},
    "occurred_at": "2026-11-29T12:58:00+01:00",
    "reported_at": "2026-11-29T11:59:30Z",
}

GMS: Final[dict[str, Any]] = {
    "IncidentId": "FLK-2026-4711",
    "IncidentNummer": 4711,
    "kindOfChange": "created",
    "status": "open",
    "afzender": "MKNL",
    "IncidentLocatie": {
        "XCoordinaat": 118859,
        "YCoordinaat": 479949,
        "NaamLocatie1": "Stadsplein",
        "Huisnummer": 12,
        "Postcode": "1181ZM",
        "Plaatsnaam": "Amstelveen",
    },
    "BrwDisciplineGegevens": {
        "Prioriteit": 1,
        "StartDTG": "2026-11-29T12:58:00",
        "Meldingsclassificatie1": "Brand",
        "Meldingsclassificatie2": "Gebouw",
        "Meldingsclassificatie3": "01 Woning/Woongebouw",
    },
    "Karakteristieken": [{"Naam": "Letsel", "Waarden": ["ja"]}],
    "BetrokkenEenheden": [{"Discipline": "B", "Roepnaam": "131234", "InzetRol": "TS", "IsActief": True}],
}
"""A control room's incident, with the names of fields that viewers for crews read (domain fact sheet §2b)."""

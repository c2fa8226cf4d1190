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

CAP: Final = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>vr-2026-4711</identifier>
  <sender>meldkamer@example.org</sender>
  <sent>2026-11-29T12:59:00+01:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Restricted</scope>
  <restriction>partners</restriction>
  <info>
    <language>nl-NL</language>
    <category>Fire</category>
    <event>Brand</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <onset>2026-11-29T12:58:00+01:00</onset>
    <headline>Brand in een woning</headline>
    <area>
      <areaDesc>Stadsplein, Amstelveen</areaDesc>
      <polygon>52.3060,4.8568 52.3060,4.8578 52.3066,4.8578 52.3066,4.8568 52.3060,4.8568</polygon>
    </area>
  </info>
</alert>
"""
"""An alert of CAP 1.2."""

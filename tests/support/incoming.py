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

SIGNAL: Final[dict[str, Any]] = {
    "id": 4711,
    "id_display": "SIG-4711",
    "signal_id": "6f1c7d0e-6a55-4c0e-9a0b-5b6d3a1f2c47",
    "source": "online",
    "status": {"state": "m", "state_display": "Gemeld", "created_at": "2026-11-29T12:59:00+01:00"},
    "type": {"code": "SIG"},
    "category": {
        "main": "Overlast van en door personen of groepen",
        "main_slug": "overlast-van-en-door-personen-of-groepen",
        "sub": "Jongerenoverlast",
        "sub_slug": "jongerenoverlast",
    },
    "priority": {"priority": "high"},
    "location": {
        "geometrie": {"type": "Point", "coordinates": [4.8573, 52.3063]},
        "buurt_code": "BU03620401",
        "area_type_code": "cbs-buurt",
        "address": {
            "openbare_ruimte": "Stadsplein",
            "huisnummer": 12,
            "huisletter": "A",
            "postcode": "1181ZM",
            "woonplaats": "Amstelveen",
        },
    },
    "created_at": "2026-11-29T12:58:30+01:00",
    "updated_at": "2026-11-29T12:59:00+01:00",
    "incident_date_start": "2026-11-29T12:30:00+01:00",
    "incident_date_end": None,
}
"""A signal as Signalen's private API tells it, less what people write (domain fact sheet §2c)."""
MELDING: Final[dict[str, Any]] = {
    "id": 4711,
    "public_id": "ABC123",
    "state": "submitted",
    "classification": {"id": 3, "name": "Jongerenoverlast"},
    "urgency": 1,
    "geo_location": {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [4.8573, 52.3063]},
        "properties": {},
    },
    "street": "Stadsplein",
    "house_number": 12,
    "house_number_addition": "A",
    "postal_code": "1181ZM",
    "city": "Amstelveen",
    "created_at": "2026-11-29T11:58:00Z",
    "updated_at": "2026-11-29T11:59:00Z",
}
"""A melding as the API of Meldingen tells it, less what people write."""

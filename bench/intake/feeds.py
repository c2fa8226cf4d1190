"""Feeds: lines of each source, every one a report of its own: the streets, codes and priorities of a town, made up."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

TOWN: Final = "Amstelveen"
_PARTS: Final = ("ba", "de", "fi", "go", "hu", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "wa", "ze")


def street(number: int) -> str:
    """Return a street of its own for each of 65,536 numbers: pages about one street would be one call of the fire brigade."""
    return "".join(_PARTS[number >> shift & 15] for shift in (0, 4, 8, 12)).capitalize() + "straat"


def p2000(number: int, at: datetime) -> bytes:
    """Return a page as a decoder prints it: by turns of the ambulance service and of the fire brigade."""
    if number % 2:
        text, capcodes = f"A1 (dia: ja) 13164 Rit {10_000 + number} {street(number)} {TOWN}", "000126999 000126164"
    else:
        text, capcodes = f"P 1 BAD-01 Brand woning {street(number)} {TOWN} {130_000 + number}", "002029568 001201999"
    return f"FLEX|{at:%Y-%m-%d %H:%M:%S}|1600/2/K/A|03.{number % 128:03}|{capcodes}|ALN|{text}".encode()


def recorded(number: int, at: datetime) -> bytes:
    """Return a partner's report."""
    return _line(
        {
            "source": "bench", "source_id": f"{number}-{at:%H%M%S%f}", "category": "bzdsbr", "priority": "P 1",
            "position": {"lat": 52.30633, "lon": 4.8573, "accuracy_m": 30},
            "place": {"street": street(number), "town": TOWN}, "reported_at": at.isoformat(),
        }
    )  # fmt: skip


def gms(number: int, at: datetime) -> bytes:
    """Return a control room's incident, with the parts that are left unread."""
    return _line(
        {
            "IncidentId": f"BENCH-{number}-{at:%H%M%S%f}", "IncidentNummer": number, "kindOfChange": "created",
            "IncidentLocatie": {
                "XCoordinaat": 118_859, "YCoordinaat": 479_949, "NaamLocatie1": street(number),
                "Huisnummer": 12, "Postcode": "1181ZM", "Plaatsnaam": TOWN,
            },
            "BrwDisciplineGegevens": {
                "Prioriteit": 1, "StartDTG": at.isoformat(), "Meldingsclassificatie1": "Brand",
                "Meldingsclassificatie2": "Gebouw", "Meldingsclassificatie3": "01 Woning/Woongebouw",
            },
            "BetrokkenEenheden": [{"Discipline": "B", "Roepnaam": "131234", "InzetRol": "TS", "IsActief": True}],
        }
    )  # fmt: skip


FEEDS: Final[Mapping[str, Callable[[int, datetime], bytes]]] = {"p2000": p2000, "recorded": recorded, "gms": gms}
"""A line of each source that is measured, by its number and moment (UTC)."""


def _line(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document).encode()

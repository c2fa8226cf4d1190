"""The same call through two sources is one alert with two reports; another call is another alert; none is lost.

What is a duplicate is decided where reports join a situation (place, time, kind); intake drops a report only where the same
source tells it again with nothing new. The pairs are labelled by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.codec import decode
from schemas.incidents import Incident
from streams import topics
from streams.domain.geometry.ground import GroundPoint, to_lat_lon
from streams.intake.intake import Intake
from streams.intake.lines import Line
from streams.intake.sources.base import IncidentSource
from streams.intake.sources.cap.reports import CapReports
from streams.intake.sources.categories import load_categories
from streams.intake.sources.gazetteer import Gazetteer, GazetteerEntry
from streams.intake.sources.gms import GmsReports
from streams.intake.sources.meldingen import MeldingenReports
from streams.intake.sources.p2000.classifications import load_classifications
from streams.intake.sources.p2000.reports import P2000Reports
from streams.intake.sources.recorded import RecordedReports
from streams.intake.sources.signalen import SignalenReports
from tests.support.flow import Flow
from tests.support.incoming import CAP
from tests.support.situations import NOON, SQUARE

CATEGORIES = load_categories()


def at(east_m: float, north_m: float = 0) -> tuple[float, float]:
    """Return latitude and longitude of a place so far from the square."""
    return to_lat_lon(GroundPoint(SQUARE.x_m + east_m, SQUARE.y_m + north_m))


def entry(name: str, town: str | None, east_m: float, accuracy_m: float) -> GazetteerEntry:
    """Return a place of the gazetteer."""
    lat, lon = at(east_m)
    return GazetteerEntry(name=name, town=town, lat=lat, lon=lon, accuracy_m=accuracy_m)


GAZETTEER = Gazetteer(
    version="1",
    places=(
        entry("Stadsplein", "Amstelveen", 0, 120),
        entry("Rembrandtweg", "Amstelveen", 700, 120),
        entry("Amstelveen", None, 100, 4000),
    ),
)


@dataclass(frozen=True)
class Said:
    """What one source says, so many minutes after noon."""

    source: str
    content: bytes
    minute: float


def iso(minute: float) -> str:
    """Return a moment as documents write it."""
    return (NOON + timedelta(minutes=minute)).isoformat()


def gms(code: str, east_m: float, minute: float, priority: int = 1, number: str = "G1") -> Said:
    """Return a control room's incident."""
    document = {
        "IncidentId": number,
        "IncidentLocatie": {"XCoordinaat": SQUARE.x_m + east_m, "YCoordinaat": SQUARE.y_m},
        "BrwDisciplineGegevens": {"Prioriteit": priority, "MeldingsclassificatieCode": code, "StartDTG": iso(minute)},
    }
    return Said("gms", json.dumps(document).encode(), minute)


def p2000(text: str, minute: float) -> Said:
    """Return a page."""
    moment = NOON + timedelta(minutes=minute)
    return Said("p2000", f"FLEX|{moment:%Y-%m-%d %H:%M:%S}|1600/2/K/A|03.012|002029568|ALN|{text}".encode(), minute)


def resident(source: str, category: str, east_m: float, minute: float) -> Said:
    """Return a resident's report, of Signalen or Meldingen."""
    lat, lon = at(east_m)
    point = {"type": "Point", "coordinates": [lon, lat]}
    document: dict[str, Any]
    if source == "signalen":
        document = {
            "id": 1,
            "category": {"sub_slug": category},
            "priority": {"priority": "normal"},
            "location": {"geometrie": point},
            "incident_date_start": iso(minute),
            "created_at": iso(minute),
        }
    else:
        document = {
            "id": 1,
            "state": "submitted",
            "classification": {"name": category},
            "urgency": 0,
            "geo_location": {"type": "Feature", "geometry": point},
            "created_at": iso(minute),
        }
    return Said(source, json.dumps(document).encode(), minute)


def phone(category: str, east_m: float, minute: float, number: str = "T1") -> Said:
    """Return a call to the municipality's own number."""
    lat, lon = at(east_m)
    document = {"source": "meldpunt", "source_id": number, "category": category, "occurred_at": iso(minute)}
    document |= {"position": {"lat": lat, "lon": lon, "accuracy_m": 50}, "priority": "P 1"}  # type: ignore[dict-item]
    return Said("recorded", json.dumps(document).encode(), minute)


def cap(radius_km: float, east_m: float, minute: float) -> Said:
    """Return an alert of a fire within a circle."""
    lat, lon = at(east_m)
    start, end = CAP.index("<polygon>"), CAP.index("</polygon>") + len("</polygon>")
    text = CAP[:start] + f"<circle>{lat:.6f},{lon:.6f} {radius_km}</circle>" + CAP[end:]
    local = (NOON + timedelta(minutes=minute, hours=1)).strftime("%Y-%m-%dT%H:%M:%S+01:00")
    for moment in ("2026-11-29T12:59:00+01:00", "2026-11-29T12:58:00+01:00"):
        text = text.replace(moment, local)
    return Said("cap", text.encode(), minute)


FIRE, YOUTH = "brgb01", "jongerenoverlast"
PAIRS: dict[str, tuple[Said, Said, bool]] = {
    "a fire, and its page": (gms(FIRE, 20, 0), p2000("P 1 BAD-01 BR woning Stadsplein Amstelveen 131234", 2), True),
    "a page, and its fire": (p2000("P 1 BAD-01 BR woning Stadsplein Amstelveen 131234", 0), gms(FIRE, 20, 1), True),
    "a fire, and a page of another street": (
        gms(FIRE, 20, 0), p2000("P 1 BAD-02 BR woning Rembrandtweg Amstelveen 131235", 2), False,
    ),
    "a fire, and an alert of CAP": (gms(FIRE, 20, 0), cap(0.1, 0, 3), True),
    "a fire, and an alert of CAP of the whole town: the only fire of its time": (gms(FIRE, 20, 0), cap(2, 0, 3), True),
    "a fire, and young people there": (gms(FIRE, 20, 0), resident("signalen", YOUTH, 30, 5), False),
    "a group, of Signalen and the police": (resident("signalen", YOUTH, 0, 0), gms("lmolje", 40, 10, 3), True),
    "a group, of Signalen and Meldingen": (resident("signalen", YOUTH, 0, 0), resident("meldingen", YOUTH, 40, 20), True),
    "two groups": (resident("signalen", YOUTH, 0, 0), gms("lmolje", 250, 10, 3), False),
    "a group in the afternoon and one in the evening": (
        resident("signalen", YOUTH, 0, 0), resident("meldingen", YOUTH, 0, 240), False,
    ),
    "a robbery, of the police and by telephone": (gms("bzdsbr", 0, 0), phone("straatroof", 30, 3), True),
    "two robberies, an hour apart": (gms("bzdsbr", 0, 0), phone("straatroof", 0, 60), False),
    "a fight, called a robbery by telephone": (gms("vogwve", 0, 0), phone("straatroof", 30, 2), True),
    "noise, of the police and of Meldingen": (gms("lmolgl", 0, 0, 3), resident("meldingen", "Woonoverlast", 20, 30), True),
    "noise, and a fire next door": (resident("meldingen", "Woonoverlast", 0, 0), gms(FIRE, 10, 5), False),
    "somebody unwell, and the ambulance's page": (gms("gzoz", 0, 0), p2000("A1 13102 Rit 45678 Amstelveen", 2), True),
}  # fmt: skip
"""By what happened: what was said first, what then, and whether it is the same."""


def sources() -> dict[str, IncidentSource]:
    """Return every source, as processes do that start."""
    return {
        "gms": GmsReports(CATEGORIES),
        "p2000": P2000Reports(load_classifications(), GAZETTEER),
        "signalen": SignalenReports(CATEGORIES),
        "meldingen": MeldingenReports(CATEGORIES),
        "recorded": RecordedReports(CATEGORIES),
        "cap": CapReports(CATEGORIES),
    }


class Clock:
    """The moment at which something is read."""

    now = NOON

    def __call__(self) -> datetime:
        """Return it."""
        return self.now


def told(*said: Said) -> list[set[str]]:
    """Return the alerts that come of what was said, each as the sources in it."""
    flow, clock = Flow(), Clock()
    intakes = {name: Intake(source, None, clock) for name, source in sources().items()}
    for each in said:
        clock.now = now = NOON + timedelta(minutes=each.minute)
        intake = intakes[each.source]
        outgoing = intake.prepare(Line(1, each.content, len(each.content)))
        if outgoing is None:
            continue
        message = decode(outgoing.record.value, outgoing.record.headers)
        assert isinstance(message, Incident), message
        flow.send(topics.INCIDENTS, message, now)
    return [{report.source for report in alert.reports} for alert in flow.alerts.values()]


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair(name: str) -> None:
    """Each report is in exactly one alert, and both are in one where they are the same."""
    first, second, same = PAIRS[name]
    alerts = told(first, second)
    assert sum(len(each) for each in alerts) == 2
    assert len(alerts) == (1 if same else 2)


@pytest.mark.parametrize("name", PAIRS)
def test_what_a_source_says_again_is_no_second_report(name: str) -> None:
    """Byte for byte the same, once more: the alerts are those of before."""
    first, second, _ = PAIRS[name]
    assert told(first, second, first, second) == told(first, second)

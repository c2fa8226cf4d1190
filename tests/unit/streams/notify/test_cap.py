"""CAP 1.2 out: what a document says, and that it is one."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from schemas.alerts import AlertState
from schemas.categories import Category, Priority
from schemas.evidence import Verdict
from schemas.geo import Position
from streams.notify.cap import NAMESPACE, CapHeader, CapId, cap_document, cap_id, cap_time
from streams.notify.notice import Notice
from tests.support.cap_schema import cap_faults
from tests.support.notices import AT, notice_of, partner_alert, partner_dispatch

ZONE = ZoneInfo("Europe/Amsterdam")
HEADER = CapHeader("toezicht.gemeente.example", "Restricted", ZONE)
XSD = Path(os.environ.get("TOEZICHT_TEST_DATA", "/nowhere")) / "cap" / "CAP-v1.2.xsd"


def document(notice: Notice, before: tuple[CapId, ...] = (), header: CapHeader = HEADER) -> etree._Element:
    """Return a message's document, which is one."""
    text = cap_document(notice, before, header)
    root = etree.fromstring(text)
    assert cap_faults(root) == []
    if XSD.exists():
        etree.XMLSchema(etree.parse(XSD)).assertValid(root)
    return root


def texts(root: etree._Element, path: str) -> list[str]:
    """Return the texts of elements."""
    return [each.text or "" for each in root.findall("/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/")))]


def test_an_alert_says_who_where_and_how_pressing_in_dutch_first() -> None:
    """Latitude first, a radius in kilometres, a time without Z and fractions."""
    root = document(notice_of(partner_alert(priority=Priority.P1, verdict=Verdict.CORROBORATED)))
    head = ("identifier", "sender", "sent", "status", "msgType", "scope", "restriction", "incidents")
    assert [texts(root, each) for each in head] == [
        ["a1.0"], ["toezicht.gemeente.example"], ["2026-11-24T11:00:00+01:00"], ["Actual"], ["Alert"], ["Restricted"],
        ["politiewet-3"], ["a1"],
    ]  # fmt: skip
    assert texts(root, "info/language") == ["nl-NL", "en-GB"]
    assert texts(root, "info/event") == ["straatroof", "street robbery"]
    assert texts(root, "info/headline")[0] == "P1 straatroof, Stationsstraat"
    kinds = ("category", "urgency", "severity", "certainty", "responseType")
    assert [texts(root, f"info/{each}")[0] for each in kinds] == [
        "Security",
        "Immediate",
        "Severe",
        "Likely",
        "Monitor",
    ]
    assert texts(root, "info/area/circle")[0] == "52.300000,4.860000 0.050"
    assert texts(root, "references") == []


@pytest.mark.parametrize(
    ("changes", "before", "kind", "urgency"),
    [
        ({"revision": 1}, 1, "Update", "Expected"),
        ({"revision": 2, "state": AlertState.CLOSED, "closing": "true"}, 2, "Update", "Past"),
        ({"revision": 2, "state": AlertState.CLOSED, "closing": "false"}, 2, "Cancel", "Past"),
        ({"revision": 2, "state": AlertState.CANCELLED}, 2, "Cancel", "Past"),
        ({"revision": 2, "withdrawn": True, "category": None, "priority": None, "ground": None}, 2, "Cancel", "Past"),
    ],
)  # fmt: skip
def test_what_follows_refers_to_all_that_was_sent_before(
    changes: dict[str, Any], before: int, kind: str, urgency: str
) -> None:
    """An end that was no incident cancels, one that was updates to the past."""
    ids = tuple(cap_id(notice_of(partner_alert(revision=each)), ZONE) for each in range(before))
    root = document(notice_of(partner_alert(**changes)), ids)
    assert texts(root, "msgType") == [kind]
    assert texts(root, "info/urgency") == [urgency, urgency]
    assert texts(root, "references") == [
        " ".join(f"toezicht.gemeente.example,a1.{each},2026-11-24T11:00:00+01:00" for each in range(before))
    ]


def test_an_exercise_says_so_to_machines_and_to_people() -> None:
    """In the status, the note, the headline and the description, of alerts and of dispatches."""
    for message in (partner_alert(exercise=True), partner_dispatch(exercise=True)):
        root = document(notice_of(message))
        assert texts(root, "status") == ["Exercise"]
        assert texts(root, "note") == ["Dit is een oefening. Stuur niemand."]
        assert [each.partition(":")[0] for each in texts(root, "info/headline")] == ["OEFENING", "EXERCISE"]
        assert texts(root, "info/description")[0].startswith("Dit is een oefening. Stuur niemand.")


def test_a_dispatch_asks_for_an_answer() -> None:
    """A person confirmed it; it tells until when it is to be answered."""
    root = document(notice_of(partner_dispatch()))
    assert texts(root, "info/certainty") == ["Observed", "Observed"]
    assert texts(root, "info/responseType") == ["Execute", "Execute"]
    assert "Antwoord vóór 24 nov 11:02:00 of u komt" in texts(root, "info/description")[0]


@pytest.mark.parametrize(
    ("category", "priority", "expected"),
    [
        (Category.BRAND, Priority.P1, ("Fire", "Immediate", "Severe")),
        (Category.CROWD_DENSITY, Priority.P1, ("Safety", "Immediate", "Extreme")),
        (Category.CROWD_DENSITY, Priority.P2, ("Safety", "Expected", "Moderate")),
        (Category.MEDISCH_ONWEL, Priority.P1, ("Health", "Immediate", "Severe")),
        (Category.JEUGDOVERLAST, Priority.P3, ("Security", "Expected", "Minor")),
        (Category.VERKEER_CONTEXT, Priority.P4, ("Transport", "Future", "Minor")),
        (None, None, ("Other", "Unknown", "Unknown")),
    ],
)
def test_categories_and_priorities_map_as_the_fact_sheet_says(
    category: Category | None, priority: Priority | None, expected: tuple[str, ...]
) -> None:
    """What the partner may not know is said to be unknown."""
    root = document(notice_of(partner_alert(category=category, priority=priority)))
    assert tuple(texts(root, f"info/{each}")[0] for each in ("category", "urgency", "severity")) == expected


def test_private_names_the_partner_and_nothing_of_a_place_has_no_area() -> None:
    """An area needs a description, so one without words says that it is not told."""
    root = document(notice_of(partner_alert(place="", position=None)), header=HEADER._replace(scope="Private"))
    assert texts(root, "addresses") == ["politie"]
    assert texts(root, "restriction") == texts(root, "info/area/areaDesc") == []
    root = document(notice_of(partner_alert(place="")))
    assert texts(root, "info/area/areaDesc") == ["Niet bekend bij deze ontvanger", "Not told to this recipient"]


def test_utc_is_written_as_the_standard_wants_it() -> None:
    """`-00:00`, and never Z; fractions are left out."""
    moment = datetime(2026, 7, 1, 10, 0, 0, 999_999, tzinfo=UTC)
    assert cap_time(moment, ZoneInfo("UTC")) == "2026-07-01T10:00:00-00:00"
    assert cap_time(moment, ZONE) == "2026-07-01T12:00:00+02:00"


TEXT = st.text(max_size=60)


@given(TEXT.filter(bool), TEXT, st.sampled_from(Category), st.sampled_from(Priority), st.booleans(), st.integers(0, 3))
def test_whatever_a_message_says_the_document_is_one_and_says_no_more(
    alert_id: str, place: str, category: Category, priority: Priority, exercise: bool, before: int
) -> None:
    """No text becomes an element, a reference or a control character."""
    told = partner_alert(
        alert_id=alert_id, place=place, category=category, priority=priority, exercise=exercise, revision=before,
        position=Position(lat=-0.000001, lon=-180.0, accuracy_m=100_000.0),
    )  # fmt: skip
    ids = tuple(
        cap_id(
            notice_of(partner_alert(alert_id=alert_id, revision=each, changed_at=AT + timedelta(seconds=each))), ZONE
        )
        for each in range(before)
    )
    root = document(notice_of(told), ids)
    assert len(root.findall(f"{{{NAMESPACE}}}info")) == 2
    assert all(
        re.fullmatch(r"[^\s,<&]+,[^\s,<&]+,[^\s,<&]+", each) for each in "".join(texts(root, "references")).split()
    )
    assert len("".join(texts(root, "references")).split()) == before

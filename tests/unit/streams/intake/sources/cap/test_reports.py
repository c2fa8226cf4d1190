"""CAP reports: which messages are one report, what a message is about, how urgent it is, and when."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.categories import Category
from schemas.incidents import Incident, Operation, ReportNote
from streams.domain.incidents.raw_report import NotForUs, RawReport
from streams.domain.incidents.revisions import AcceptedReport, IntakeResult, NothingNew, normalise
from streams.domain.incidents.urgency import urgency
from streams.intake.intake import Intake
from streams.intake.lines import Line
from streams.intake.sources.cap.reports import CapReports
from streams.intake.sources.categories import load_categories
from streams.intake.sources.gazetteer import Gazetteer, GazetteerEntry
from tests.support.incoming import CAP

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
CATEGORIES = load_categories()
SENDER = "meldkamer@example.org"


def cap(
    kind: str = "Alert",
    number: str = "1",
    minute: int = 0,
    references: tuple[tuple[str, int], ...] = (),
    **changes: str,
) -> bytes:
    """Return a message of 12:50 local time and some minutes later, that names others by their number and minute."""
    named = " ".join(f"{SENDER},{each},{sent(at)}" for each, at in references)
    text = CAP.replace("<scope>", f"<references>{named}</references><scope>")
    for name, value in ({"msgType": kind, "identifier": number, "sent": sent(minute)} | changes).items():
        text = re.sub(f"<{name}>[^<]*</{name}>", f"<{name}>{value}</{name}>", text)
    return text.encode()


def sent(minute: int) -> str:
    """Return a time as CAP writes it: with an offset and without Z."""
    return f"2026-11-29T12:{50 + minute:02}:00+01:00"


def source(**options: str) -> CapReports:
    """Return a source that has just started."""
    return CapReports(CATEGORIES, **options)


def report(content: bytes, by: CapReports | None = None) -> RawReport:
    """Return what must be a report."""
    reading = (by or source()).read(content, NOW)
    assert isinstance(reading, RawReport), reading
    return reading


def test_a_whole_alert() -> None:
    """Kind, urgency, place and times arrive; the sender's address does not."""
    found = report(CAP.encode())
    assert (found.source, found.cancels, found.category, found.category_source) == (
        "cap",
        False,
        Category.BRAND,
        "Brand",
    )
    assert (found.source_priority, urgency(found.source_priority)) == ("P 1", 1)
    assert found.position is not None
    assert found.reported_at == datetime(2026, 11, 29, 11, 59, tzinfo=UTC)
    assert found.occurred_at == datetime(2026, 11, 29, 11, 58, tzinfo=UTC)
    assert found.source_id.endswith("/vr-2026-4711")
    assert "meldkamer" not in repr(found)
    assert found.place == ""


def test_a_description_is_a_place_where_the_gazetteer_knows_it() -> None:
    """Anything else may be somebody's words."""
    known = Gazetteer(
        version="1",
        places=(
            GazetteerEntry(name="Stadsplein", town="Amstelveen", lat=52.3063, lon=4.8573, accuracy_m=120),
            GazetteerEntry(name="Amstelveen", lat=52.3031, lon=4.8586, accuracy_m=4000),
        ),
    )
    by = CapReports(CATEGORIES, known)
    assert report(cap(), by).place == "Stadsplein, Amstelveen"
    assert report(cap(areaDesc="de hele gemeente, Amstelveen"), by).place == "Amstelveen"
    assert report(cap(areaDesc="bij Zwartjanssen thuis"), by).place == ""
    unplaced = report(cap(polygon="0,0"), by)
    assert unplaced.position is not None
    assert unplaced.position.accuracy_m == 120


def test_a_code_of_cbs_is_a_place() -> None:
    """Where the description is none that the gazetteer knows."""
    code = b"<geocode><valueName>CBS-buurtcode</valueName><value>BU03620401</value></geocode></area>"
    assert report(cap().replace(b"</area>", code)).place == "Stadshart"


def revisions(by: CapReports, *contents: bytes) -> list[tuple[IntakeResult, Incident | None]]:
    """Return what each message changes, one after the other."""
    known: dict[str, Incident] = {}
    told: list[tuple[IntakeResult, Incident | None]] = []
    for minute, content in enumerate(contents):
        for found in (report(content, by), *by.overdue(NOW)):
            assert isinstance(found, RawReport)
            decision = normalise(found, known.get(found.source_id), NOW + timedelta(minutes=minute))
            assert isinstance(decision, AcceptedReport | NothingNew)
            incident = decision.incident if isinstance(decision, AcceptedReport) else None
            if incident is not None:
                known[found.source_id] = incident
            told.append((decision.result, incident))
    return told


def test_an_alert_its_updates_and_its_cancellation_are_one_report() -> None:
    """Whether an update names the first message, the one before it, or both."""
    told = revisions(
        source(),
        cap(),
        cap("Update", "2", 1, (("1", 0),), severity="Moderate"),
        cap("Update", "3", 2, (("2", 1),), severity="Extreme"),
        cap("Update", "4", 3, (("3", 2), ("1", 0)), severity="Minor"),
        cap("Cancel", "5", 4, (("4", 3),)),
    )
    assert [result for result, _ in told] == [IntakeResult.CREATED, *[IntakeResult.UPDATED] * 3, IntakeResult.CANCELLED]
    incidents = [incident for _, incident in told if incident is not None]
    assert {incident.incident_id for incident in incidents} == {incidents[0].incident_id}
    assert [incident.revision for incident in incidents] == [0, 1, 2, 3, 4]
    assert [incident.source_priority for incident in incidents[:4]] == ["P 1", "P 2", "P 1", "P 3"]
    assert incidents[-1].operation is Operation.CANCEL


def test_after_a_restart_references_are_known_by_their_time() -> None:
    """An update that names the last update alone still belongs to the first alert, as incidents tell it."""
    before = [
        incident for _, incident in revisions(source(), cap(), cap("Update", "2", 1, (("1", 0),), severity="Moderate"))
    ]
    restarted = source()
    for incident in before:
        assert incident is not None
        restarted.recall(incident)
    assert before[0] is not None
    assert report(cap("Cancel", "3", 2, (("2", 1),)), restarted).source_id == before[0].source_id


def test_two_messages_of_one_second_are_not_taken_for_each_other() -> None:
    """After a restart neither is known by its time; the reference's own id counts."""
    first, second = (revisions(source(), cap(number=number))[0][1] for number in ("1", "2"))
    assert first is not None
    assert second is not None
    restarted = source()
    restarted.recall(first)
    restarted.recall(second)
    assert report(cap("Cancel", "3", 2, (("2", 0),)), restarted).source_id == second.source_id


def test_a_cancellation_of_several_alerts_ends_each() -> None:
    """Through the whole of intake: one document is one reading, the others follow at once."""
    told = revisions(source(), cap(), cap(number="2", minute=1), cap("Cancel", "3", 2, (("1", 0), ("2", 1))))
    assert [result for result, _ in told] == [IntakeResult.CREATED] * 2 + [IntakeResult.CANCELLED] * 2
    intake = Intake(source(), None, lambda: NOW)
    for number, content in enumerate((cap(), cap(number="2", minute=1), cap("Cancel", "3", 2, (("1", 0), ("2", 1))))):
        intake.take(Line(number, content, len(content)))
    assert intake.summary.results == {"created": 2, "cancelled": 2}


def test_an_update_of_what_nobody_knows_is_a_report() -> None:
    """Never lost: under the id of the earliest message that it names."""
    found = report(cap("Update", "9", 5, (("8", 4), ("7", 3))))
    assert found.source_id == report(cap(number="7")).source_id


def test_another_sender_with_the_same_number_is_another_report() -> None:
    """A number is a sender's own."""
    assert report(cap()).source_id != report(cap(sender="knmi@example.org")).source_id


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "Exercise"}, "exercise"),
        ({"status": "Test"}, "test"),
        ({"status": "Draft"}, "draft"),
        ({"status": "System"}, "system"),
        ({"msgType": "Ack"}, "ack"),
        ({"msgType": "Error"}, "error"),
    ],
)
def test_what_is_no_report_is_counted(changes: dict[str, Any], expected: str) -> None:
    """Each under its own word."""
    assert source().read(
        cap(**({"kind": changes.pop("msgType")} if "msgType" in changes else {}), **changes), NOW
    ) == NotForUs(expected)


def test_all_clear_ends_nothing_here() -> None:
    """That the danger is over says nothing of whether it was."""
    content = cap("Update", "2", 1, (("1", 0),)).replace(
        b"<urgency>", b"<responseType>AllClear</responseType><urgency>"
    )
    assert source().read(content, NOW) == NotForUs("closed")


@pytest.mark.parametrize(
    ("said", "severity", "expected"),
    [
        ("Immediate", "Extreme", 1), ("Immediate", "Severe", 1), ("Immediate", "Unknown", 1), ("Immediate", "Moderate", 2),
        ("Immediate", "Minor", 3), ("Expected", "Severe", 2), ("Expected", "Moderate", 2), ("Expected", "Minor", 3),
        ("Future", "Severe", 2), ("Future", "Minor", 3), ("Past", "Extreme", 4), ("Unknown", "Extreme", 1),
        ("Unknown", "Severe", 2), ("Unknown", "Minor", 3), ("snel", "Severe", 2),
    ],
)  # fmt: skip
def test_urgency_and_severity_are_a_priority(said: str, severity: str, expected: int) -> None:
    """Unknown urgency with a minor severity is unsaid, which counts as 3."""
    found = report(cap(urgency=said, severity=severity))
    assert urgency(found.source_priority) == expected
    assert (ReportNote.PRIORITY_UNKNOWN in found.notes) == (said == "snel")


@pytest.mark.parametrize(
    ("changes", "category", "code", "known"),
    [
        ({"event": "brgb01"}, Category.BRAND, "brgb01", True),
        ({"event": "straatroof", "category": "Security"}, Category.STRAATROOF, "straatroof", True),
        ({"event": "Windstoten", "category": "Fire"}, Category.BRAND, "Fire", True),
        ({"event": "heel veel mensen", "category": "Security"}, Category.OVERIG, "Security", False),
        ({"event": "", "category": "geheim"}, Category.OVERIG, "unknown", False),
    ],
)
def test_what_it_is_about(changes: dict[str, Any], category: Category, code: str, known: bool) -> None:
    """A code of a table comes before CAP's category; of words of people nothing travels."""
    found = report(cap(**changes))
    assert (found.category, found.category_source, found.category_known) == (category, code, known)


def test_an_event_code_comes_first() -> None:
    """LMC's code beside an event in words; one that no table has travels, so that it is listed as unmapped."""
    code = b"<eventCode><valueName>LMC</valueName><value>%b</value></eventCode><urgency>"
    assert report(cap(event="x y").replace(b"<urgency>", code % b"bzdsbr")).category is Category.STRAATROOF
    unmapped = report(cap(event="x y", category="Infra").replace(b"<urgency>", code % b"zz9999"))
    assert (unmapped.category_source, unmapped.category_known) == ("zz9999", False)


def test_the_dutch_block_counts_and_a_later_onset_is_no_time_of_happening() -> None:
    """What is only expected happened when it was told."""
    english = CAP[CAP.index("<info>") : CAP.index("</info>") + 7].replace("nl-NL", "en-GB").replace("Severe", "Minor")
    found = report(cap(onset="2026-11-29T18:00:00+01:00").replace(b"<info>", english.encode() + b"<info>", 1))
    assert found.source_priority == "P 1"
    assert found.occurred_at == found.reported_at

"""Every source of reports keeps the same contract: whatever its feed says is a report, not for us, or refused with a reason."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas.base import Identifier
from schemas.dead_letters import DeadLetterReason
from schemas.incidents import Incident
from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading, Unreadable
from streams.domain.incidents.revisions import AcceptedReport, NothingNew, normalise
from streams.intake import sources
from streams.intake.sources.base import IncidentSource
from streams.intake.sources.cap.reports import CapReports
from streams.intake.sources.categories import load_categories
from streams.intake.sources.gms import GmsReports
from streams.intake.sources.meldingen import MeldingenReports
from streams.intake.sources.p2000.classifications import load_classifications
from streams.intake.sources.p2000.reports import P2000Reports
from streams.intake.sources.recorded import RecordedReports
from streams.intake.sources.registry import SOURCES
from streams.intake.sources.signalen import SignalenReports
from tests.support.incoming import CAP, GMS, MELDING, SIGNAL

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECRET = ("Zwartjanssen", "0612345678", "hartklachten")
"""A name, a telephone number and a circumstance, which stand in the personal lines below and nowhere else."""
CATEGORIES, WORDS = load_categories(), load_classifications()
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Feed:
    """A source and lines of its feed.

    Attributes:
        make: Makes a source as a process does that starts.
        reports: Lines of which each is a report of its own.
        broken: Lines that should be reports.
        not_for_us: Lines that are none.
        personal: Reports with all of `SECRET` in what people write.
        personal_and_broken: The same, unreadable.
    """

    make: Callable[[], IncidentSource]
    reports: tuple[bytes, ...]
    broken: tuple[bytes, ...]
    not_for_us: tuple[bytes, ...]
    personal: tuple[bytes, ...]
    personal_and_broken: tuple[bytes, ...]


def page(text: str, at: str = "2026-11-24 11:59:30") -> bytes:
    """Return a pager message; decoders print UTC."""
    return f"FLEX|{at}|1600/2/K/A|12.092|002029568 000126999|ALN|{text}".encode()


def gms(**changes: object) -> bytes:
    """Return a control room's incident of now."""
    service = GMS["BrwDisciplineGegevens"] | {"StartDTG": "2026-11-24T12:58:00"}
    return json.dumps(GMS | {"BrwDisciplineGegevens": service} | changes).encode()


def signal(**changes: object) -> bytes:
    """Return a signal of now."""
    now = {
        "incident_date_start": "2026-11-24T12:30:00+01:00",
        "updated_at": "2026-11-24T11:59:00Z",
        "status": {"state": "m", "created_at": "2026-11-24T11:59:00Z"},
    }
    return json.dumps(SIGNAL | now | changes).encode()


def melding(**changes: object) -> bytes:
    """Return a melding of now."""
    now = {"created_at": "2026-11-24T11:58:00Z", "updated_at": "2026-11-24T11:59:00Z"}
    return json.dumps(MELDING | now | changes).encode()


def cap(**changes: str) -> bytes:
    """Return an alert of CAP of now, with other texts in some of its elements."""
    text = CAP.replace("2026-11-29T", "2026-11-24T")
    for name, value in changes.items():
        text = re.sub(f"<{name}>[^<]*</{name}>", f"<{name}>{value}</{name}>", text)
    return text.encode()


FEEDS = {
    RecordedReports: Feed(
        make=lambda: RecordedReports(CATEGORIES),
        reports=(
            b'{"source": "politie-gms", "source_id": "1", "category": "bzdsbr", "priority": "P 1"}',
            b'{"source": "politie-gms", "source_id": "2", "occurred_at": "2026-11-24T12:59:00+01:00",'
            b' "reported_at": "2026-11-24T11:59:30Z", "position": {"x_rd": 119000, "y_rd": 480000}}',
            b'{"source": "meldpunt", "source_id": "1", "place": {"street": "Dorpsstraat 12", "town": "Amstelveen"}}',
        ),
        broken=(b'{"source": "politie-gms"', b"[]", b'{"source": "a b", "source_id": "1"}', b"\xff\xfe"),
        not_for_us=(b" ", b'{"source": "politie-gms", "source_id": "3", "operation": "test"}'),
        personal=(
            b'{"source": "politie-gms", "source_id": "4", "text": "Zwartjanssen 0612345678 hartklachten",'
            b' "reporter": {"name": "Zwartjanssen"}, "category": "Zwartjanssen hartklachten", "priority": "0612345678 bellen"}',
            b'{"source": "politie-gms", "source_id": "6", "operation": "hartklachten Zwartjanssen 0612345678"}',
            b'{"source": "politie-gms", "source_id": "7", "place": "Zwartjanssen, 0612345678, hartklachten"}',
            b'{"source": "politie-gms", "source_id": "8", "priority": "0612345678", "position": "Zwartjanssen hartklachten"}',
        ),
        personal_and_broken=(
            b'{"source": "Zwartjanssen 0612345678", "source_id": "5", "text": "hartklachten"}',
            b'{"Zwartjanssen": 0612345678, "hartklachten"}',
        ),
    ),
    P2000Reports: Feed(
        make=lambda: P2000Reports(WORDS),
        reports=(
            page("P 1 BAD-01 Brand woning Dorpsstraat Amstelveen 132431"),
            page("A1 12110 Amstelveen Rit 45678"),
            page("P 2 Reanimatie Contactweg Amstelveen 132432"),
        ),
        broken=(b"FLEX|", b"{}", b"FLEX: P 1 Brand", b"\xff\xfe"),
        not_for_us=(
            b"",
            b"multimon-ng 1.1.9",
            page("Proefalarm"),
            page("x").replace(b"|ALN|", b"|NUM|"),
            page("P 1 BNN-01 BR woning Kerklaan Delfzijl 011831"),
        ),
        personal=(
            page("P 1 BAD-01 Brand woning mevr Zwartjanssen hartklachten 0612345678 Dorpsstraat Amstelveen 132431"),
            page("A1 12110 Zwartjanssen hartklachten 0612345678 Dorpsstraat Amstelveen Rit 45678"),
        ),
        personal_and_broken=(
            b"FLEX: Zwartjanssen 0612345678 hartklachten",
            b"FLEX|Zwartjanssen 0612345678 hartklachten",
        ),
    ),
    SignalenReports: Feed(
        make=lambda: SignalenReports(CATEGORIES),
        reports=(
            signal(),
            signal(
                id=2,
                category={"category_url": "/signals/v1/public/terms/categories/wonen/sub_categories/vakantieverhuur"},
            ),
            signal(id=None, id_display="SIG-3", status={"state": "reopened"}),
        ),
        broken=(b"{", b"[]", signal(id=None, id_display="", signal_id=None)),
        not_for_us=(
            b"",
            signal(status={"state": "o"}),
            signal(status={"state": "s"}),
            signal(type={"code": "QUE"}),
            b'{"id": 4711, "id_display": "SIG-4711", "status": "OPEN"}',
            b'{"id": 4711, "id_display": "SIG-4711", "status": "CLOSED"}',
        ),
        personal=(
            signal(text="Zwartjanssen 0612345678 hartklachten", reporter={"email": "zwartjanssen@example.org"}),
            signal(
                status={"state": "m", "text": "hartklachten van Zwartjanssen", "user": "0612345678"},
                notes=[{"text": "Zwartjanssen"}],
            ),
            signal(
                location={
                    "address_text": "Zwartjanssen",
                    "address": {"openbare_ruimte": "bij Zwartjanssen, 0612345678 hartklachten"},
                },
                category={"sub": "hartklachten Zwartjanssen 0612345678"},
                priority="Zwartjanssen",
            ),
        ),
        personal_and_broken=(
            b'{"id": {"Zwartjanssen": "0612345678"}, "text": "hartklachten"}',
            b'{"id": Zwartjanssen 0612345678 hartklachten',
        ),
    ),
    MeldingenReports: Feed(
        make=lambda: MeldingenReports(CATEGORIES),
        reports=(
            melding(),
            melding(id=2, state="reopen_requested", classification={"name": "Woonfraude"}),
            melding(id=None, public_id="XYZ", geo_location=None),
        ),
        broken=(b"{", b"[]", melding(id=None, public_id="")),
        not_for_us=(b"", melding(state="new"), melding(state="contact_info_added"), melding(state="completed")),
        personal=(
            melding(text="Zwartjanssen 0612345678 hartklachten", email="zwartjanssen@example.org", phone="0612345678"),
            melding(
                street="Zwartjanssen, 0612345678, hartklachten",
                house_number="0612345678",
                state="Zwartjanssen hartklachten",
            ),
            melding(urgency="Zwartjanssen", classification=["hartklachten"], labels=["0612345678"]),
        ),
        personal_and_broken=(
            b'{"id": {"Zwartjanssen": "0612345678"}, "text": "hartklachten"}',
            b'{"id": Zwartjanssen 0612345678 hartklachten',
        ),
    ),
    CapReports: Feed(
        make=lambda: CapReports(CATEGORIES),
        reports=(
            cap(),
            cap(identifier="2", urgency="Expected", polygon="52.3060,4.8568 52.3060,4.8578 52.3066,4.8578"),
            cap(identifier="3", msgType="Update"),
        ),
        broken=(b"<alert", b"{}", b"<alert/>", cap(identifier=""), cap().replace(b"cap:1.2", b"cap:9.9")),
        not_for_us=(
            b" ",
            *(cap(status=status) for status in ("Exercise", "Test", "Draft", "System")),
            *(cap(msgType=kind) for kind in ("Ack", "Error")),
        ),
        personal=(
            cap(headline="Zwartjanssen 0612345678 hartklachten"),
            cap(sender="zwartjanssen@example.org", event="Zwartjanssen hartklachten", severity="0612345678"),
            cap(areaDesc="Zwartjanssen, hartklachten", restriction="0612345678", status="Zwartjanssen"),
        ),
        personal_and_broken=(
            b"<alert><Zwartjanssen>0612345678 hartklachten</alert>",
            cap(identifier="", headline="Zwartjanssen 0612345678 hartklachten"),
            cap().replace(b"<alert", b"<!DOCTYPE Zwartjanssen [<!ENTITY hartklachten '0612345678'>]><alert"),
        ),
    ),
    GmsReports: Feed(
        make=lambda: GmsReports(CATEGORIES),
        reports=(
            gms(),
            gms(IncidentId="2", BrwDisciplineGegevens={"Prioriteit": 2, "MeldingsclassificatieCode": "brbtct"}),
            gms(IncidentId=3, IncidentLocatie={"NaamLocatie1": "Dorpsstraat", "Plaatsnaam": "Amstelveen"}),
        ),
        broken=(b"{", b"[]", b"7", gms(IncidentId=None, IncidentNummer="")),
        not_for_us=(
            b"",
            gms(status="afgesloten"),
            gms(kindOfChange="deleted"),
            gms(BrwDisciplineGegevens={"MeldingsclassificatieCode": "dvbwtm"}),
            gms(BrwDisciplineGegevens={"MeldingsclassificatieCode": "dvmuoe"}),
            gms(Karakteristieken=[{"Naam": "Oefening", "Waarden": ["ja"]}]),
        ),
        personal=(
            gms(
                kladblokregels=[{"inhoud": "Zwartjanssen 0612345678 hartklachten"}],
                melder={"naam": "Zwartjanssen", "telefoon": "0612345678"},
                Karakteristieken=[{"Naam": "Melder Zwartjanssen", "Waarden": ["0612345678", "hartklachten"]}],
            ),
            gms(
                IncidentLocatie=GMS["IncidentLocatie"]
                | {"NaamLocatie2": "bij Zwartjanssen", "Huisnummer": "0612345678"},
                afzender="hartklachten Zwartjanssen",
            ),
            gms(
                IncidentLocatie={"NaamLocatie1": "Zwartjanssen 0612345678, hartklachten sinds gisteren avond laat"},
                status="Zwartjanssen belt terug",
            ),
        ),
        personal_and_broken=(
            b'{"IncidentId": {"Zwartjanssen": "0612345678"}, "kladblok": "hartklachten"}',
            b'{"IncidentId": Zwartjanssen 0612345678 hartklachten',
        ),
    ),
}
"""By class. A new source is an entry here."""


def implementations() -> Iterator[type]:
    """Yield the classes of the package that read lines."""
    for found in pkgutil.walk_packages(sources.__path__, f"{sources.__name__}."):
        module = importlib.import_module(found.name)
        for _, each in inspect.getmembers(module, inspect.isclass):
            if each.__module__ == found.name and not is_protocol(each) and {"read", "recall"} <= set(dir(each)):
                yield each


def is_protocol(found: type) -> bool:
    """Return whether a class only says what others have."""
    return bool(getattr(found, "_is_protocol", False)) or inspect.isabstract(found)


@pytest.fixture(params=FEEDS, ids=lambda made: str(made.name))
def feed(request: pytest.FixtureRequest) -> Feed:
    """Return one of the feeds."""
    return FEEDS[request.param]


def report_of(reading: Reading) -> RawReport:
    """Return what must be a report."""
    assert isinstance(reading, RawReport), reading
    return reading


def incident_of(report: RawReport, known: Incident | None = None) -> Incident:
    """Return the incident that a report makes."""
    decision = normalise(report, known, NOW)
    assert isinstance(decision, AcceptedReport), decision
    return decision.incident


def test_every_source_keeps_the_contract() -> None:
    """Whatever reads lines in the package has lines here, and a name of its own that is safe as a label."""
    assert set(implementations()) == set(FEEDS) == set(SOURCES.values())
    names = [feed.make().name for feed in FEEDS.values()]
    assert len(set(names)) == len(names)
    assert all(CODE.fullmatch(name) for name in names)


def test_a_good_line_is_a_report_that_makes_an_incident(feed: Feed) -> None:
    """It says whose it is and which; its times are UTC, whatever zone the feed writes them in."""
    source = feed.make()
    found = [report_of(source.read(line, NOW)) for line in feed.reports]
    for report in found:
        TypeAdapter(Identifier).validate_python(report.source)
        assert report.source_id
        for at in (report.occurred_at, report.reported_at):
            assert at is None or (at.utcoffset() == timedelta(0) and abs(at - NOW) < timedelta(hours=1))
        incident = incident_of(report)
        assert (incident.source, incident.source_id) == (report.source, report.source_id)
        assert incident.occurred_at.tzinfo is not None
    assert len({(report.source, report.source_id) for report in found}) == len(found)


def test_a_line_that_comes_again_is_the_same_report(feed: Feed) -> None:
    """Under the same incident's identity, with nothing new; also in a process that read no line before, and after a restart."""
    source = feed.make()
    for line in feed.reports:
        incident = incident_of(report_of(source.read(line, NOW)))
        again = report_of(source.read(line, NOW))
        assert isinstance(normalise(again, incident, NOW), NothingNew)
        assert incident_of(report_of(feed.make().read(line, NOW))).message_id() == incident.message_id()
        restarted = feed.make()
        restarted.recall(incident)
        after = report_of(restarted.read(line, NOW))
        assert incident_of(after).incident_id == incident.incident_id


def test_a_broken_line_is_refused_with_a_bounded_reason(feed: Feed) -> None:
    """In one line that fits a dead letter."""
    source = feed.make()
    for line in feed.broken:
        reading = source.read(line, NOW)
        assert isinstance(reading, Unreadable), line
        assert reading.reason in DeadLetterReason
        assert 0 < len(reading.detail) <= 300
        assert "\n" not in reading.detail


def test_a_line_that_is_no_report_is_counted_under_a_code(feed: Feed) -> None:
    """A test, a banner, an empty line: no dead letter."""
    source = feed.make()
    for line in feed.not_for_us:
        reading = source.read(line, NOW)
        assert isinstance(reading, NotForUs), line
        assert CODE.fullmatch(reading.reason)


def test_what_people_write_goes_nowhere(feed: Feed) -> None:
    """No name, no telephone number and no circumstance is in what a line becomes, good or broken."""
    source = feed.make()
    for line in (*feed.personal, *feed.personal_and_broken):
        assert all(word.encode() in line for word in SECRET)
        reading = source.read(line, NOW)
        assert isinstance(reading, RawReport if line in feed.personal else Unreadable), reading
        shown = repr(reading) + (incident_of(reading).model_dump_json() if isinstance(reading, RawReport) else "")
        assert [word for word in SECRET if word.lower() in shown.lower()] == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_make_it_raise(feed: Feed, data: st.DataObject) -> None:
    """Neither any bytes nor a line of the feed with something else in its middle; and the same bytes read the same."""
    whole = data.draw(st.sampled_from(feed.reports + feed.personal))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    other = data.draw(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace")))
    for line in (other, whole[:start] + other + whole[end:]):
        reading = feed.make().read(line, NOW)
        assert reading == feed.make().read(line, NOW)
        match reading:
            case RawReport():
                normalise(reading, None, NOW)
            case Unreadable():
                assert len(reading.detail) <= 300
                assert "\n" not in reading.detail
            case NotForUs():
                assert CODE.fullmatch(reading.reason)

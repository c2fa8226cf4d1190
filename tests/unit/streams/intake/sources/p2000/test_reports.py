"""P2000 lines: real messages of the fact sheet, faults, merged repeats, withdrawals, and nothing personal behind."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from streams.config.yaml import FileError, parse_yaml
from streams.domain.incidents.raw_report import NotForUs, RawReport, Unreadable
from streams.domain.incidents.revisions import AcceptedReport, IntakeResult, NothingNew, normalise
from streams.intake.sources.gazetteer import Gazetteer, GazetteerEntry
from streams.intake.sources.p2000.classifications import Classifications, load_classifications
from streams.intake.sources.p2000.moment import ClockTrust
from streams.intake.sources.p2000.reports import P2000Reports
from streams.intake.sources.p2000.room import load_room

WORDS = load_classifications()
REGION = load_room().model_copy(update={"towns": {"Amstelveen": ("amstvn",), "Amsterdam": ()}, "unlocated": "keep"})
"""A room of two towns that shows what cannot be located, so that texts of the fact sheet without a town are reports too."""
NOW = datetime(2021, 6, 28, 14, 51, tzinfo=UTC)
SENT_AT = datetime(2021, 6, 28, 14, 50, 35, tzinfo=UTC)
HEAD = "FLEX|2021-06-28 14:50:35|1600/2/K/A|12.092|002029568 000126999 000126164|ALN|"
FIRE = "P 1 BAD-01 Brand woning Dorpsstraat Amstelveen 132431"
PLACES = Gazetteer(
    version="1",
    places=(
        GazetteerEntry(name="Amstelveen", lat=52.30, lon=4.86, accuracy_m=4000),
        GazetteerEntry(name="1181", lat=52.31, lon=4.87, accuracy_m=1500),
        GazetteerEntry(name="Dorpsstraat", town="Amstelveen", lat=52.305, lon=4.855, accuracy_m=150),
        GazetteerEntry(name="Groen van Prinstererlaan", town="Amstelveen", lat=52.3, lon=4.85, accuracy_m=150),
    ),
)


def _source(**options: Any) -> P2000Reports:
    given: dict[str, Any] = {"room": REGION, "clock": ClockTrust.LINE} | options
    return P2000Reports(WORDS, **given)


def _line(text: str, at: str = "2021-06-28 14:50:35") -> bytes:
    return f"FLEX|{at}|1600/2/K/A|12.092|002029568 000126999|ALN|{text}".encode()


def _report(text: str, source: P2000Reports | None = None, at: str = "2021-06-28 14:50:35") -> RawReport:
    reading = (source or _source()).read(_line(text, at), NOW)
    assert isinstance(reading, RawReport), reading
    return reading


@pytest.mark.parametrize(
    ("text", "category", "word", "priority", "place", "cancels"),
    [
        ("P 1 BAD-01 Reanimatie Contactweg Amsterdam 132431", Category.MEDISCH_ONWEL, "reanimatie", "P 1",
         "Contactweg, Amsterdam", False),
        ("P 2 BAD-01 Buitensluiting Surinameplein Amsterdam 132631", Category.OVERIG, "buitensluiting", "P 2",
         "Surinameplein, Amsterdam", False),
        ("P 1 (Intrekken Alarm Brw) (Middel BR) BAD-01 Dorpsstraat Amstelveen 132431", Category.BRAND, "middel br", "P 1",
         "Dorpsstraat, Amstelveen", True),
        ("P 4 Verkeersstremming A9", Category.VERKEER_CONTEXT, "verkeersstremming", "P 4", "A9", False),
        ("A0 12110 Rit 45678 1181AB Dorpsstraat", Category.MEDISCH_ONWEL, "ambulance A0", "A0", "1181", False),
        ("a1 dorpsstraat amstelveen", Category.MEDISCH_ONWEL, "ambulance A1", "A1", "Amstelveen", False),
        ("P 1 (GRIP: 2) Zeer grote br Laan van Kronenburg 14 Amstelveen | 132431", Category.BRAND, "zeer grote br",
         "P 1 GRIP 2", "Laan van Kronenburg, Amstelveen", False),
        ("PRIO 1 (GRIP: 2) Grote br Dorpsstraat Amstelveen", Category.BRAND, "grote br", "PRIO1 GRIP 2",
         "Dorpsstraat, Amstelveen", False),
        ("PRIO 2 vechtpartij AMSTVN", Category.GEWELD_VECHTPARTIJ, "vechtpartij", "PRIO 2", "Amstelveen", False),
        ("P 2 verdacht  pakket Stadsplein Amstelveen", Category.VERDACHT_VOORWERP, "verdacht pakket", "P 2",
         "Stadsplein, Amstelveen", False),
        ("Brand Brandstraat Amsterdam", Category.BRAND, "brand", "", "Brandstraat, Amsterdam", False),
        ("P 3 Brandstraat Amsterdam", Category.OVERIG, "unknown", "P 3", "Brandstraat, Amsterdam", False),
    ],
)  # fmt: skip
def test_messages(text: str, category: Category, word: str, priority: str, place: str, cancels: bool) -> None:
    """Real messages and some like them give urgency, category, coarse place and nothing else."""
    report = _report(text)
    assert (report.category, report.category_source, report.source_priority) == (category, word, priority)
    assert (report.place, report.cancels, report.position) == (place, cancels, None)
    assert (report.source, report.occurred_at, report.reported_at) == ("p2000", SENT_AT, SENT_AT)
    assert isinstance(normalise(report, None, NOW), AcceptedReport)


@pytest.mark.parametrize(
    "text",
    [
        "A2 (dia: ja) 12164 Rit 79824 Hotel Herbergh Amsterdam Airport Sloterweg Badhoevedorp",
        "B2 Tilburg rit: 39945",
        "Brand Brandstraat Utrecht",
    ],
)
def test_messages_of_elsewhere(text: str) -> None:
    """Real messages of other towns are counted and left, whatever the room does with what it cannot locate."""
    assert _source().read(_line(text), NOW) == NotForUs("elsewhere")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEAD + "TESTOPROEP HOOFDSYSTEEM MKOB DEN BOSCH", "test"),
        (HEAD + "p 1 test voor autospuit amstelveen", "test"),
        (HEAD + "P 1 Proefalarm Amstelveen", "test"),
        (HEAD + "P 2 Graag contact MKA", "talk"),
        (HEAD + "132431 posten", "talk"),
        (HEAD + "Dienstmededeling", "no_call"),
        (HEAD, "no_call"),
        (HEAD.replace("ALN", "TON"), "not_text"),
        ("", "blank"),
        ("multimon-ng 1.2.0", "banner"),
        ("Enabled demodulators: FLEX", "banner"),
    ],
)
def test_not_for_us(content: str, reason: str) -> None:
    """Tests, talk between crews and banners are dropped and counted, each with its reason."""
    assert _source().read(content.encode(), NOW) == NotForUs(reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("P 1 (Oefening) BAD-01 BR woning Dorpsstraat Amstelveen 132431", "exercise"),
        ("P 1 (Multi oefening) BAD-01 BR woning Dorpsstraat Amstelveen 132431", "exercise"),
        ("P 1 BAD-OTO-01 BR woning Dorpsstraat Amstelveen 132431", "exercise"),
        ("Oefening BAD-01 BR gebouw Dorpsstraat Amstelveen 132431", "exercise"),
        ("P 1 Oefenalarm BR gebouw Dorpsstraat Amstelveen 132431", "exercise"),
        ("P 5 (proefalarm) Geplande actie Dorpsstraat Amstelveen", "test"),
        ("P 1 (test) BR gebouw Dorpsstraat Amstelveen", "test"),
        ("P 1 BAD-01 Test BR gebouw Dorpsstraat Amstelveen", "test"),
        ("P 1 BAD-01 BR gebouw Oefenbaan Amstelveen 132431", ""),
        ("P 1 BAD-01 BR gebouw GGD test locatie Dorpsstraat Amstelveen 132431", ""),
        ("P 1 BAD-01 Contact politie Dorpsstraat Amstelveen 132431", ""),
        ("A1 13111 Rit 45678 Amstelveen contact melder", ""),
        ("A1 graag contact MKA", "talk"),
        ("P 2 BAD-01 Contact politie Dorpsstraat Amstelveen 132431", "talk"),
    ],
)
def test_exercises_tests_and_talk_are_told_from_calls(text: str, reason: str) -> None:
    """By the words that say so where they say so; what is urgent and sends somebody is a call, whatever else it says."""
    reading = _source().read(_line(text), NOW)
    if reason:
        assert reading == NotForUs(reason)
    else:
        assert isinstance(reading, RawReport)


def test_talk_about_an_incident_is_an_incident() -> None:
    """A word of an incident is worth more than the word contact."""
    assert _report("P 1 Brand woning contact bewoner Dorpsstraat Amstelveen").category is Category.BRAND


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\xff\xfe\x00", "FLEX"),
        (b"hello", "FLEX"),
        (b"POCSAG|2021-06-28 14:50:35|a|b|002029568|ALN|x", "FLEX"),
        (b"FLEX|2021-06-28 14:50:35|1600/2/K/A|12.092|002029568", "fields"),
    ],
)
def test_faults(content: bytes, named: str) -> None:
    """A line that is broken says where, and is another thing than one that is not for us."""
    reading = _source().read(content, NOW)
    assert isinstance(reading, Unreadable)
    assert reading.reason is DeadLetterReason.UNREADABLE_REPORT
    assert named in reading.detail


@pytest.mark.parametrize(
    ("local", "now", "utc"),
    [
        ("2026-07-01 12:00:00", datetime(2026, 7, 1, 10, tzinfo=UTC), datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-12-01 12:00:00", datetime(2026, 12, 1, 11, tzinfo=UTC), datetime(2026, 12, 1, 11, tzinfo=UTC)),
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-03-29 02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_time_zone(local: str, now: datetime, utc: datetime) -> None:
    """A decoder that prints local time: summer, winter, an hour that comes twice (the nearer), and one that does not exist."""
    reading = _source(time_zone="Europe/Amsterdam").read(_line(FIRE, local), now)
    assert isinstance(reading, RawReport)
    assert reading.occurred_at == utc


def test_the_hosts_clock_can_be_trusted_instead() -> None:
    """A receiver whose clock is wrong does not matter then."""
    reading = _source(clock=ClockTrust.HOST).read(_line(FIRE, "1999-01-01 00:00:00"), NOW)
    assert isinstance(reading, RawReport)
    assert reading.reported_at == NOW


def test_positions_come_from_the_gazetteer() -> None:
    """A street where it is known, the town else; an ambulance's never finer than postcode or town."""
    source = _source(gazetteer=PLACES)

    def accuracy_m(text: str) -> float | None:
        position = _report(text, source).position
        return None if position is None else position.accuracy_m

    assert accuracy_m(FIRE) == 150
    assert accuracy_m("P 1 brand Groen van Prinstererlaan Amstelveen") == 150
    assert accuracy_m("P 1 brand Elderspad Amstelveen") == 4000
    assert accuracy_m("A1 Dorpsstraat Amstelveen") == 4000
    assert accuracy_m("A1 1181AB Dorpsstraat Amstelveen") == 1500
    assert accuracy_m("P 1 brand Amsterdam") is None


def test_repeats_are_one_report() -> None:
    """Other capcodes, blanks and case do not matter; the radio group makes it one call for an hour after its newest message."""
    source = _source()
    first = _report(FIRE, source)
    again = _report("P 1  bad-01 brand woning Dorpsstraat Amstelveen 132431", source, "2021-06-28 14:51:10")
    assert (again.source_id, again.occurred_at) == (first.source_id, first.occurred_at)
    assert _report(FIRE, source, "2021-06-28 15:50:35").source_id == first.source_id
    assert _report(FIRE, source, "2021-06-28 16:50:36").source_id != first.source_id
    assert _report(FIRE.replace("BAD-01", "BAD-02"), source).source_id != first.source_id
    assert _report(FIRE.replace("Dorps", "Kerk"), source).source_id != first.source_id
    assert _report(FIRE, _source(run="b")).source_id != first.source_id


def test_repeats_without_a_radio_group_are_one_report_for_half_an_hour() -> None:
    """The words alone tell it then."""
    source = _source()
    first = _report("P 1 Brand Amstelveen", source)
    assert _report("P 1 Brand Amstelveen", source, "2021-06-28 15:20:35").source_id == first.source_id
    assert _report("P 1 Brand Amstelveen", source, "2021-06-28 15:20:36").source_id != first.source_id


def test_a_repeat_is_a_duplicate_and_a_higher_urgency_an_update() -> None:
    """The same words with another urgency change the report they repeat."""
    source = _source()
    created = normalise(_report(FIRE.replace("P 1", "P 2"), source), None, NOW)
    assert isinstance(created, AcceptedReport)
    known = created.incident
    repeat = _report(FIRE.replace("P 1", "P 2"), source, "2021-06-28 14:50:50")
    assert normalise(repeat, known, NOW) == NothingNew(IntakeResult.DUPLICATE)
    raised = normalise(_report(FIRE, source, "2021-06-28 14:50:55"), known, NOW)
    assert isinstance(raised, AcceptedReport)
    assert (raised.result, raised.incident.urgency) == (IntakeResult.UPDATED, 1)


@pytest.mark.parametrize(
    ("text", "at", "same"),
    [
        ("P 1 (Intrekken Alarm Brw) BAD-01 Brand woning Dorpsstraat Amstelveen 132431", "2021-06-28 14:55:00", True),
        ("Intrekken alarm BAD-01 Brand woning Dorpsstraat Amstelveen 132431", "2021-06-28 16:50:35", True),
        ("P 1 (Intrekken) (Middel BR) Dorpsstraat Amstelveen 132431 132400", "2021-06-28 15:40:00", True),
        ("P 1 (Intrekken) (Middel BR) Dorpsstraat Amstelveen 132499", "2021-06-28 14:55:00", False),
        ("P 1 (Intrekken) (Middel BR) Kerkstraat Amstelveen 132431", "2021-06-28 14:55:00", False),
        ("P 1 (Intrekken) BAD-01 Brand woning Dorpsstraat Amstelveen 132431", "2021-06-28 16:50:36", False),
    ],
)
def test_withdrawals(text: str, at: str, same: bool) -> None:
    """Within two hours the same text, else a unit in common at the same place, tells which report is withdrawn."""
    source = _source()
    first = _report(FIRE, source)
    withdrawal = _report(text, source, at)
    assert withdrawal.cancels
    assert (withdrawal.source_id == first.source_id) is same


def test_a_withdrawal_before_its_report() -> None:
    """The report that comes after it has the same id, so that it changes nothing."""
    source = _source()
    withdrawal = _report("P 1 (Intrekken Alarm Brw) BAD-01 Brand woning Dorpsstraat Amstelveen 132431", source)
    assert _report(FIRE, source, "2021-06-28 14:51:00").source_id == withdrawal.source_id


def test_the_memory_is_rebuilt_from_what_was_sent() -> None:
    """After a restart a repeat, and a withdrawal by unit and place, still find their report."""
    first = _report(FIRE)
    created = normalise(first, None, NOW)
    assert isinstance(created, AcceptedReport)
    source = _source()
    source.recall(created.incident)
    source.recall(created.incident.model_copy(update={"source_id": "of another shape"}))
    assert _report(FIRE, source, "2021-06-28 14:55:00").source_id == first.source_id
    withdrawal = _report("(Intrekken) Dorpsstraat Amstelveen 132431", source, "2021-06-28 14:56:00")
    assert withdrawal.source_id == first.source_id


def test_the_memory_is_bounded() -> None:
    """Calls older than a withdrawal may be are forgotten."""
    source = _source()
    for minute in range(300):
        at = datetime(2021, 6, 28, 10, 0) + timedelta(minutes=minute)
        source.read(_line(f"P 1 Brand Dorpsstraat Amstelveen {10000 + minute}", f"{at:%Y-%m-%d %H:%M:%S}"), NOW)
    assert len(source._calls._calls) <= 121


def test_names_and_numbers_in_the_text_go_nowhere() -> None:
    """A name, a telephone number, a house number and a patient's circumstances are in no field."""
    for text in (
        "P 1 BAD-01 Brand woning bij mevr Zwartjanssen 0612345678 Dorpsstraat 123 hs Amstelveen 132431",
        "A1 12110 Zwartjanssen hartklachten 06-12345678 Dorpsstraat 123 Amstelveen Rit 45678",
        "P 1 Reanimatie dhr Zwartjanssen (Zwartjanssen) Dorpsstraat 123",
    ):
        shown = repr(_report(text))
        for word in ("Zwart", "061", "1234", " 123", "hart", "mevr"):
            assert word.lower() not in shown.lower(), (word, shown)


TEXTS = st.text(max_size=80) | st.lists(
    st.sampled_from(
        [
            "P1",
            "A1",
            "B2",
            "PRIO",
            "2",
            "(Intrekken",
            "(dia:",
            "ja)",
            "Brand",
            "reanimatie",
            "test",
            "contact",
            "GRIP",
            "3",
            "Dorpsstraat",
            "Amstelveen",
            "|",
            "1181AB",
            "Rit",
            "79824",
            "12164",
            "132431",
            "BAD-01",
            "laan",
            "van",
            "Zwartjanssen",
            "'",
            "-",
            ":",
            "\x00",
        ]
    ),
    max_size=14,
).map(" ".join)


@settings(max_examples=400)
@given(TEXTS)
def test_any_text_is_classified(text: str) -> None:
    """No text makes the reader raise; a place is made of words, never of numbers but a postcode's four."""
    reading = _source(gazetteer=PLACES).read(_line(text), NOW)
    assert isinstance(reading, Unreadable | NotForUs | RawReport)
    if isinstance(reading, RawReport):
        assert not isinstance(normalise(reading, None, NOW), Exception)
        assert not re.search(
            r"\d",
            re.sub(r"^[1-4]e |(^|, )[1-9]\d{3}( |$)|^[ANS][1-9]\d{0,2}( (Li|Re|L|R)( \d+,\d)?)?", "", reading.place),
        )
        assert len(reading.source_id) <= 120


@settings(max_examples=300)
@given(st.binary(max_size=150))
def test_any_bytes_are_classified(content: bytes) -> None:
    """No bytes make the reader raise."""
    assert isinstance(_source().read(content, NOW), Unreadable | NotForUs | RawReport)


def test_a_table_with_an_unknown_category_names_its_line() -> None:
    """A wrong file is one line with file, line and field."""
    text = (
        "version: '1'\ntests: {anywhere: [], first: [test]}\nexercises: {anywhere: [], first: []}\ntalk: []\nwithdrawals: []\n"
        "scalings: []\nambulance: {A1: ziek}\nfire: {starts: [br], objects: [], sizes: []}\nclassifications: []\nunsaid: []\n"
        "vocabulary: []\n"
    )
    with pytest.raises(FileError, match=r"words\.yaml:7: ambulance\.A1"):
        parse_yaml(text, "words.yaml", Classifications, {})

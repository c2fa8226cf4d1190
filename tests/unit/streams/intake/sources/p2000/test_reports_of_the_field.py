"""Rows of the field: pager lines as they come in practice, each by its name with the result that is right.

`@L@` stands for the local time now, `@U@` for the same in UTC. Persons' names are made up.
"""

# ruff: noqa: E501 - the field's lines stand as they come

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.incidents import Incident, Operation, ReportNote
from streams.domain.incidents.raw_report import NotForUs, RawReport
from streams.domain.incidents.revisions import AcceptedReport, IntakeResult, normalise
from streams.domain.incidents.urgency import urgency
from streams.intake.sources.p2000.reports import P2000Reports
from tests.support.pages import NOW, filled, p2000, page, read_text, report_of

REPORTS = [
    pytest.param(
        "FLEX|@L@|1600/2/K/A|03.012|002029568 001201999|ALN|P 1 BR GEBOUW Warwicklaan Amstelveen 131634 (inci-03)",
        ("brand", 1, "Warwicklaan, Amstelveen"),
        id="fire-by-object",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|03.017|002029568 001201999|ALN|P 1 BAD-05 BR natuur/berm Bosbaan Amstelveen 131631",
        ("brand", 1, "Bosbaan, Amstelveen"),
        id="fire-in-nature",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|03.018|002029568 001201999|ALN|P 1 BAD-06 BR gezondheidszorg Laan van de Helende Meesters Amstelveen 131731",
        ("brand", 1, "Laan van de Helende Meesters, Amstelveen"),
        id="fire-in-care-home",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|03.015|002029568 001201999|ALN|P 1 BAD-03 (Zeer gr. BR) BR industrie (Grip: 2) Handelskade Amstelveen 131431 131432",
        ("brand", 1, "Handelskade, Amstelveen"),
        id="fire-size-in-brackets",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|03.013|002029568 001201999|ALN|P 1 BAD-01 BR woning Spoorlaan Amstelveen 131231",
        ("brand", 1, "Spoorlaan, Amstelveen"),
        id="street-name-is-no-keyword",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|03.014|002029568 001201999|ALN|P 1 BAD-02 BR wegvervoer Rijksweg A9 Li 12,3 Amstelveen 131331",
        ("brand", 1, "A9 Li 12,3, Amstelveen"),
        id="vehicle-on-fire",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.025|002029568 001201999|ALN|P 1 BAD-27 Ongeval wegvervoer (brand) Rijksweg A9 Re 13,7 Amstelveen 133731",
        ("brand", 1, "A9 Re 13,7, Amstelveen"),
        id="crash-with-fire",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.024|002029568 001201999|ALN|P 1 BAD-26 Ongeval gev. stoffen (gaslekkage) Turfschip Amstelveen 133631",
        ("brand", 1, "Turfschip, Amstelveen"),
        id="hazardous-substance",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|03.019|002029568 001201999|ALN|P 1 BAD-07 Persoon te water Amsteldijk Noord Amstelveen 131831",
        ("medisch_onwel", 1, "Amsteldijk Noord, Amstelveen"),
        id="person-in-water",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.020|002029568 001201999|ALN|P 1 BAD-22 Letsel Van Heuven Goedhartlaan Amstelveen 133331",
        ("medisch_onwel", 1, "Van Heuven Goedhartlaan, Amstelveen"),
        id="injury",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|03.030|002029568 001201999|ALN|P 1 BAD-40 Hulpverlening algemeen Startbaan Amstelveen 139931",
        ("overig", 1, "Startbaan, Amstelveen"),
        id="unknown-but-urgent",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|03.010|002029568 001181799|ALN|ALARM B-PLOEG > P 1 BAD-14 BR WONING Bakkerlaan Amstelveen 131832",
        ("brand", 1, "Bakkerlaan, Amstelveen"),
        id="priority-behind-text",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.016|000933350|ALN|Ongeval/Wegvervoer/Letsel prio 1 Amstelveen Beneluxbaan Handweg",
        ("medisch_onwel", 1, "Handweg, Amstelveen"),
        id="priority-in-the-middle",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.014|000933350|ALN|1 Explosie Keizer Karelplein Amstelveen ICnum 310077",
        ("brand", 1, "Keizer Karelplein, Amstelveen"),
        id="priority-as-a-digit",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.015|000933350|ALN|Persoon te water Landtong Amstelveen",
        ("medisch_onwel", 3, "Amstelveen"),
        id="no-priority",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.026|002029568 001201999|ALN|P 1 BAD-28 BR woning Startbaan Amstelveen (Intrekken GRIP 1) 133831",
        ("brand", 1, "Startbaan, Amstelveen"),
        id="grip-withdrawn",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|03.030|3746120452|ALN|P 1 BAD-10 BR woning Startbaan Amstelveen 132231",
        ("brand", 1, "Startbaan, Amstelveen"),
        id="long-capcode",
    ),
    pytest.param(
        "FLEX: @L@ 1600/2/A 04.031 [001201999] ALN P 1 BAD-31 BR woning Rembrandtweg Amstelveen 134031",
        ("brand", 1, "Rembrandtweg, Amstelveen"),
        id="older-decoder",
    ),
    pytest.param(
        "FLEX_NEXT|1600/2|07.067.A|0002029577 0001523001 0001523151|TG|5|ALN|3.0.K.N0.R0.K+.SIG+|P 1 BAD-32 BR woning Bovenkerkerweg Amstelveen 134131",
        ("brand", 1, "Bovenkerkerweg, Amstelveen"),
        id="flex-next",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.019|002029568 001201999|ALN|B1 1181GZ : Laan van Kronenburg Amstelveen Obj: Ziekenhuis A2 Zuid Rit: 40618",
        ("overig", 3, "1181 Amstelveen"),
        id="postcode-and-street",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|05.023|002029568 001201999|ALN|P 1 BAD-07 BR woning Café de Brug Lage Laan Amstelveen 131238",
        ("brand", 1, "Lage Laan, Amstelveen"),
        id="bad-bytes",
    ),
    pytest.param(
        "FLEX|1970-01-01 00:03:12|1600/2/K/A|05.010|002029568 001201999|ALN|P 1 BAD-01 BR woning Ronde Laan Amstelveen 131231",
        ("brand", 1, "Ronde Laan, Amstelveen"),
        id="clock-of-1970",
    ),
    pytest.param(
        "FLEX|@U@|1600/2/K/A|04.101|002029568 001201999|ALN|P 1 BAD-41 BR woning Stadsplein Amstelveen 134341",
        ("brand", 1, "Stadsplein, Amstelveen"),
        id="decoder-time-is-utc",
    ),
    pytest.param(
        "@L@: FLEX|@U@|1600/2/K/A|04.102|002029568 001201999|ALN|P 1 BAD-42 BR woning Stadsplein Amstelveen 134342",
        ("brand", 1, "Stadsplein, Amstelveen"),
        id="decoder-prefix",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.106|002029575 000120111 000120999|ALN|A1 13111 Tweede Parkstraat 1181 Amstelveen 82536",
        ("medisch_onwel", 1, "1181 Amstelveen"),
        id="four-digits",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.107|002029568 001201999|ALN|P 2 BAD-43 Liftopsluiting thv fam. Van der Kerkhof Amstelveen 134343",
        ("overig", 2, "Amstelveen"),
        id="surname",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.108|002029568 001201999|ALN|P 2 BAD-44 OMS brandmelding Keizer Karelplein Amstelveen 134344",
        ("brand", 2, "Keizer Karelplein, Amstelveen"),
        id="automatic-alarm",
    ),
    pytest.param(
        "FLEX|@L+7min@|1600/2/K/A|04.109|002029568 001201999|ALN|P 1 BAD-45 BR woning Rechtelaan Amstelveen 134345",
        ("brand", 1, "Rechtelaan, Amstelveen"),
        id="partner-clock-ahead",
    ),
]
NOT_FOR_US = [
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.012|002029568 001201999|ALN|P 1 (Oefening) BAD-OTO-01 BR woning Stadsplein Amstelveen 133231",
        "exercise",
        id="exercise",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|06.005|002029568 000801999|ALN|P 1 BNN-01 Reanimatie Waterlaan Groningen 011831",
        "elsewhere",
        id="elsewhere-by-town",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|06.006|002029568 000801999|ALN|P 1 BLB-02 BR woning Kloosterlaan Roermond 235231",
        "elsewhere",
        id="elsewhere-unknown-street",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|06.002|002029568 001420999 001420007|ALN|A1 AMBU 17133 Bachlaan 3113CD Schiedam SCHIDM bon 30417",
        "elsewhere",
        id="elsewhere-by-postcode",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|06.010|002029568 000801999|ALN|A1 Tilburg rit: 20417",
        "elsewhere",
        id="elsewhere-ambulance",
    ),
    pytest.param(
        "FLEX|@L@|1600/2/K/A|04.030|002029568 001201999|ALN|P 1 BAD-30 BR woning Kerkstraat Ouderkerk aan den IJssel 174131",
        "elsewhere",
        id="same-name-other-town",
    ),
    pytest.param("FLEX: @U@ 1600/2/A 04.103 [001533501] NUM 0123", "not_text", id="numeric-page"),
    pytest.param("FLEX: @U@ 1600/2/A 04.104 [001533502] TON 2", "not_text", id="tone-page"),
    pytest.param("FLEX|@U@|1600/2/A|04.105|[001533503]|TON 539", "not_text", id="tone-page-with-bars"),
]


@pytest.mark.parametrize(("line", "expected"), REPORTS)
@pytest.mark.parametrize("now", [NOW, datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC)], ids=["winter", "summer"])
def test_a_row_is_a_report(line: str, expected: tuple[str, int, str], now: datetime) -> None:
    """Of its category, urgency and place, at the moment of sending, in winter and in summer; the alert's kind is known but for one."""
    report = report_of(p2000().read(filled(line, now), now))
    assert (report.category.value, urgency(report.source_priority), report.place) == expected
    assert report.occurred_at == report.reported_at
    assert report.occurred_at is not None
    assert abs(report.occurred_at - now) <= timedelta(seconds=1)


@pytest.mark.parametrize(("line", "reason"), NOT_FOR_US)
def test_a_row_is_not_for_us(line: str, reason: str) -> None:
    """It is counted under its reason, and is no dead letter."""
    assert p2000().read(filled(line), NOW) == NotForUs(reason)


def row(name: str) -> str:
    """Return a row's line."""
    return next(str(each.values[0]) for each in REPORTS if each.id == name)


def test_unknown_but_urgent_is_marked() -> None:
    """A P 1 that no table explains says so; its word is one that may be shown."""
    report = report_of(p2000().read(filled(row("unknown-but-urgent")), NOW))
    assert not report.category_known
    other = read_text("P 1 BAD-40 Zwartjanssen wespennest Startbaan Amstelveen 139931")
    assert (other.category_known, other.category_source) == (False, "wespennest")
    assert read_text("P 1 BAD-40 Zwartjanssen Startbaan Amstelveen 139931").category_source == "unknown"


def test_fire_size_in_brackets_has_its_grip() -> None:
    """GRIP stands with the priority."""
    assert report_of(p2000().read(filled(row("fire-size-in-brackets")), NOW)).source_priority == "P 1 GRIP 2"


def test_grip_withdrawn_cancels_nothing() -> None:
    """The scaling-up ends, and the fire does not."""
    source = p2000()
    fire = read_text("P 1 BAD-28 (GRIP 1) BR woning Startbaan Amstelveen 133831", source)
    ended = report_of(source.read(filled(row("grip-withdrawn")), NOW))
    assert (fire.source_priority, ended.source_priority) == ("P 1 GRIP 1", "P 1")
    assert not ended.cancels
    assert ended.source_id == fire.source_id


SPLIT = (
    "FLEX|@L@|1600/2/F/A|04.010|002029568 001201999|ALN|P 1 BAD-21 BR woning (Schoorsteen) Burgemeester Haspels",
    "FLEX|@L@|1600/2/C/A|04.011|002029568 001201999|ALN|laan Amstelveen 133131",
)


def test_split_message() -> None:
    """Rows split-message-1 and split-message-2: both fragments are one report."""
    source = p2000()
    assert source.read(filled(SPLIT[0]), NOW) == NotForUs("part_of_a_page")
    report = report_of(source.read(filled(SPLIT[1]), NOW + timedelta(seconds=2)))
    assert (report.category.value, report.place) == ("brand", "Burgemeester Haspelslaan, Amstelveen")
    assert ReportNote.INCOMPLETE not in report.notes
    assert list(source.overdue(NOW + timedelta(seconds=60))) == []


def test_split_message_whose_rest_never_comes() -> None:
    """It is a report after some seconds, or at once where the feed ends; a last part alone is read as it is."""
    source = p2000()
    first = page("P 1 BAD-21 BR woning Startbaan Amstelveen 133131 1331", part="F")
    assert source.read(first, NOW) == NotForUs("part_of_a_page")
    assert list(source.overdue(NOW + timedelta(seconds=7))) == []
    [late] = source.overdue(NOW + timedelta(seconds=9))
    assert report_of(late).place == "Startbaan, Amstelveen"
    assert report_of(late).notes == (ReportNote.INCOMPLETE,)
    source.read(first, NOW)
    assert len(list(source.overdue(NOW, ending=True))) == 1
    assert source.read(page("laan Amstelveen 133131", part="C"), NOW) == NotForUs("no_call")


def played(
    source: P2000Reports, *lines: bytes, restart_after: int = 99
) -> list[tuple[IntakeResult | str, Incident | None]]:
    """Return what becomes of lines that come two minutes apart; after some of them the process is started again."""
    known: dict[str, Incident] = {}
    found: list[tuple[IntakeResult | str, Incident | None]] = []
    for number, line in enumerate(lines):
        now = NOW + timedelta(minutes=2 * number)
        if number == restart_after:
            source = p2000()
            for incident in known.values():
                source.recall(incident)
        reading = source.read(filled(line.decode(), now), now)
        if not isinstance(reading, RawReport):
            found.append((getattr(reading, "reason", "?"), None))
            continue
        decision = normalise(reading, known.get(reading.source_id), now)
        if isinstance(decision, AcceptedReport):
            known[reading.source_id] = decision.incident
            found.append((decision.result, decision.incident))
        else:
            found.append((decision.result if hasattr(decision, "result") else str(decision), None))
    return found


HEAD = b"FLEX|@U@|1600/2/K/A|05.015|002029568 001201999|ALN|"
SCALING_UP = (
    HEAD + b"P 1 BAD-05 Brandgerucht Korte Laan Amstelveen 131235",
    HEAD + b"P 1 BAD-05 (Middel BR) BR woning Korte Laan Amstelveen 131235 131236",
    HEAD + b"P 1 BAD-05 (Grip: 1) (Grote BR) BR woning Korte Laan Amstelveen 131235 131236 131291",
    HEAD + b"P 1 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen",
)


@pytest.mark.parametrize("restart_after", [99, 1, 2, 3])
def test_scaling_up(restart_after: int) -> None:
    """One report that is updated twice and cancelled, also where intake is started again in between."""
    found = played(p2000(), *SCALING_UP, restart_after=restart_after)
    assert [result for result, _ in found] == ["created", "updated", "updated", "cancelled"]
    incidents = [incident for _, incident in found if incident is not None]
    assert len({incident.incident_id for incident in incidents}) == 1
    assert [incident.revision for incident in incidents] == [0, 1, 2, 3]
    assert incidents[2].source_priority == "P 1 GRIP 1"
    assert {incident.occurred_at for incident in incidents} == {incidents[0].occurred_at}


def test_one_fire_scaled_up() -> None:
    """The sequence one-fire-scaled-up: a P2 that becomes a P1 with GRIP is one report, and is never less urgent than it was."""
    found = played(
        p2000(),
        HEAD + b"P 2 BAD-05 Brandgerucht Korenlaan Amstelveen 131235",
        HEAD + b"P 1 BAD-05 (Middel BR) BR woning Korenlaan Amstelveen 131235 131236",
        HEAD + b"P 1 BAD-05 (GRIP 1) (Grote BR) BR woning Korenlaan Amstelveen 131235 131236 131291",
        HEAD + b"P 2 BAD-05 BR woning Korenlaan Amstelveen 131299",
        HEAD + b"P 3 BAD-05 Nacontrole Korenlaan Amstelveen 131235",
    )
    assert [result for result, _ in found] == ["created", "updated", "updated", "duplicate", "duplicate"]
    newest = found[2][1]
    assert newest is not None
    assert (newest.source_priority, newest.category.value) == ("P 1 GRIP 1", "brand")


@pytest.mark.parametrize("restart_after", [99, 1])
def test_withdrawn(restart_after: int) -> None:
    """The sequence withdrawn: neither radio group nor units stand in a withdrawal; a call afterwards is a new one."""
    found = played(
        p2000(),
        HEAD + b"P 2 BAD-06 OMS brandmelding Bloklaan Amstelveen 131331",
        HEAD + b"P 2 (Intrekken Alarm Brw) OMS brandmelding Bloklaan Amstelveen",
        HEAD + b"P 2 (Intrekken Alarm Brw) OMS brandmelding Bloklaan Amstelveen",
        HEAD + b"P 1 BAD-06 BR woning Bloklaan Amstelveen 131331",
        restart_after=restart_after,
    )
    assert [result for result, _ in found] == ["created", "cancelled", "duplicate", "created"]
    assert found[1][1] is not None
    assert found[1][1].operation is Operation.CANCEL


def test_fire_far_away() -> None:
    """The sequence fire-far-away: the other end of the country is no report of ours, so that it can join nothing."""
    found = played(
        p2000(),
        HEAD + b"P 1 BAD-07 BR woning Stadsplein Amstelveen 131431",
        HEAD + b"P 1 BNN-01 BR woning Kerklaan Delfzijl 011831",
    )
    assert [result for result, _ in found] == ["created", "elsewhere"]


@pytest.mark.parametrize(
    "text",
    [
        "A1 Zevenbergen rit: 20501 eh: 20121",
        "A1 AMBU 17133 Bachlaan 3113CD Schiedam SCHIDM bon 30417",
        "A1 Kapelle rit: 20502 (Directe inzet: ja)",
        "A0 AMBU 17934 Bekelaan 3344AB Hendrik-Ido-Ambacht HENDIA bon 30418",
        "P 1 BNN-01 Reanimatie Waterlaan Groningen 011831",
        "P 1 BLB-02 BR woning Kloosterlaan Roermond 235231",
        "P 1 BON-05 BR woning Beuklaan Nijmegen 082131",
        "A1 12345 Rit 40555 Hoofddorp",
        "A1 Tilburg rit: 20417",
        "A1 Goes rit: 20418",
        "A1 13105 Parklaan 1114 Duivendrecht 40556",
        "P 1 BDH-01 Brandgerucht Robijnlaan 's-Gravenhage 155150",
        "A1 Ambu 07133 - Oosterbeek Rit 40557",
        "P 1 BOB-02 Steekincident Veenlaan Eindhoven 222331",
    ],
)
def test_national_quarter(text: str) -> None:
    """The sequence national-quarter: none of fourteen calls elsewhere is a report."""
    assert p2000().read(page(text), NOW) == NotForUs("elsewhere")


def test_bad_bytes() -> None:
    """In Latin-1, and with a stray byte at the end, the line is read as well; the report says that bytes were replaced."""
    line = filled(row("bad-bytes"))
    for content in (line.decode().encode("latin-1"), line + b"\xff", line.replace(b"Lage", b"Lage\x00")):
        report = report_of(p2000().read(content, NOW))
        assert (report.category.value, report.place) == ("brand", "Lage Laan, Amstelveen")
        assert (ReportNote.TEXT_REPAIRED in report.notes) is (b"\x00" not in content)


@pytest.mark.parametrize("name", ["clock-of-1970", "partner-clock-ahead"])
def test_a_wrong_clock_is_noted(name: str) -> None:
    """The host's time stands in for it, which the alert tells."""
    assert ReportNote.CLOCK_OFF in report_of(p2000().read(filled(row(name)), NOW)).notes


def test_a_clock_that_goes_right_is_not_noted() -> None:
    """Neither is a line without a time."""
    for name in ("decoder-time-is-utc", "decoder-prefix", "flex-next"):
        assert report_of(p2000().read(filled(row(name)), NOW)).notes == ()


@pytest.mark.parametrize(
    ("name", "accuracy_m"), [("postcode-and-street", 1500), ("four-digits", 1500), ("automatic-alarm", 120)]
)
def test_a_row_has_its_position(name: str, accuracy_m: float) -> None:
    """Of the postcode's four digits where an ambulance says them, and of the street for a fire."""
    position = report_of(p2000().read(filled(row(name)), NOW)).position
    assert position is not None
    assert position.accuracy_m == accuracy_m


CASES = Path(os.environ.get("TOEZICHT_TEST_DATA", "/nowhere")).parent / "cases" / "reports"


@pytest.mark.skipif(not CASES.is_dir(), reason="the field's files are not here")
def test_the_files_of_the_field_have_no_other_rows() -> None:
    """Each row of the file is one above, as it stands there."""
    rows = [line.split("\t")[:2] for line in (CASES / "p2000.tsv").read_text().splitlines()[1:]]
    known = {str(each.id): str(each.values[0]) for each in (*REPORTS, *NOT_FOR_US)}
    known |= {"split-message-1": SPLIT[0], "split-message-2": SPLIT[1]}
    known |= {"scaling-up": SCALING_UP[0].decode().replace("@U@", "@L@")}
    assert dict(rows) == known

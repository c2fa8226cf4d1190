"""Calls: which messages are one, which are two, and that the memory is rebuilt from what was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.incidents import Incident
from streams.domain.incidents.revisions import AcceptedReport, NothingNew, normalise
from streams.intake.sources.p2000.calls import CALLS_AT_MOST
from streams.intake.sources.p2000.moment import ClockTrust
from streams.intake.sources.p2000.reports import P2000Reports
from tests.support.pages import NOW, p2000, page, read_text

FIRE = "P 1 BAD-05 BR woning Korte Laan Amstelveen 131235"


def incident_of(text: str) -> Incident:
    """Return the incident that a message makes."""
    decision = normalise(read_text(text), None, NOW)
    assert isinstance(decision, AcceptedReport)
    return decision.incident


@pytest.mark.parametrize(
    ("first", "then", "minutes", "same"),
    [
        (FIRE, FIRE, 0, True),
        (FIRE, FIRE, 59, True),
        (FIRE, FIRE, 61, False),
        (FIRE, FIRE.replace("131235", "131299"), 20, True),
        (FIRE, FIRE.replace("BR woning", "(Grote BR) Brandgerucht"), 20, True),
        (FIRE, FIRE.replace("BAD-05", "BAD-06"), 0, False),
        (FIRE, FIRE.replace("Korte", "Lange"), 0, False),
        (FIRE, "P 1 BR woning Korte Laan Amstelveen 131235", 20, True),
        (FIRE, "P 1 Brandgerucht Korte Laan Amstelveen 131235", 20, True),
        (FIRE, "P 1 Brandgerucht Korte Laan Amstelveen 131236", 20, False),
        (FIRE, "P 1 Reanimatie Korte Laan Amstelveen 131235", 20, False),
        ("P 1 Brand Amstelveen 131235", "P 1 Brand Amstelveen 131236", 0, False),
        ("P 1 Brand Amstelveen 131235", "P 1 Brand Amstelveen 131235 131236", 10, True),
        ("P 1 417267 Letsel Amstelveen", "P 1 417268 Letsel Amstelveen", 0, False),
        ("A1 13111 Amstelveen 82536", "A1 13111 Amstelveen 82536", 5, True),
        ("A1 13111 Amstelveen 82536", "A1 13111 Amstelveen 82537", 5, False),
        ("A1 13111 Amstelveen 82536", "A1 13112 Amstelveen 82536", 5, False),
    ],
)
@pytest.mark.parametrize("restarted", [False, True])
def test_one_call_or_two(first: str, then: str, minutes: int, same: bool, restarted: bool) -> None:
    """By words, street, radio group, units and time; also in a process that knows the first from the topic alone."""
    source = p2000()
    if restarted:
        source.recall(incident_of(first))
        source_id = incident_of(first).source_id
    else:
        source_id = read_text(first, source).source_id
    assert (read_text(then, source, NOW + timedelta(minutes=minutes)).source_id == source_id) is same


@pytest.mark.parametrize(
    ("withdrawal", "minutes", "found"),
    [
        ("P 1 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen", 5, True),
        ("(Intrekken Alarm Brw) BR woning Korte Laan Amstelveen", 5, True),
        ("P 1 (Intrekken Alarm Brw) (Middel BR) Brandgerucht Korte Laan Amstelveen", 5, True),
        ("P 1 BAD-05 BR woning Korte Laan Amstelveen 131235 intrekken", 5, True),
        ("P 1 Intrekken alarm BR woning Korte Laan Amstelveen", 119, True),
        ("P 1 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen", 121, False),
        ("P 1 (Intrekken Alarm Brw) BR woning Lange Laan Amstelveen", 5, False),
        ("P 1 (Intrekken Alarm Brw) Reanimatie Korte Laan Amstelveen", 5, False),
        ("P 1 BAD-06 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen", 5, False),
    ],
)
@pytest.mark.parametrize("restarted", [False, True])
def test_withdrawals_find_their_call(withdrawal: str, minutes: int, found: bool, restarted: bool) -> None:
    """By words, else by place and kind; one of another kind or street is none of it."""
    source = p2000()
    source_id = incident_of(FIRE).source_id
    if restarted:
        source.recall(incident_of(FIRE))
    else:
        assert read_text(FIRE, source).source_id == source_id
    told = read_text(withdrawal, source, NOW + timedelta(minutes=minutes))
    assert told.cancels
    assert (told.source_id == source_id) is found


@pytest.mark.parametrize(
    "text",
    [
        "P 1 BAD-05 (Intrekken GRIP 1) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (GRIP 1 ingetrokken) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 BR woning Korte Laan Amstelveen 131235 (Intrekken opschaling)",
        "P 1 BAD-05 Intrekken GRIP BR woning Korte Laan Amstelveen 131235",
    ],
)
def test_the_end_of_a_scaling_up(text: str) -> None:
    """The call goes on, without its GRIP."""
    source = p2000()
    grip = read_text(FIRE.replace("BR woning", "(GRIP 2) BR woning"), source)
    ended = read_text(text, source, NOW + timedelta(minutes=30))
    assert (grip.source_priority, ended.source_priority) == ("P 1 GRIP 2", "P 1")
    assert (ended.cancels, ended.source_id) == (False, grip.source_id)


@pytest.mark.parametrize("text", ["(Intrekken Middel BR)", "(Intrekken Alarm Ambu)", "(Intrekken politie)"])
def test_a_part_that_is_withdrawn_leaves_the_call(text: str) -> None:
    """A smaller fire, or an ambulance that is not needed, ends no fire."""
    source = p2000()
    first = read_text(FIRE, source)
    then = read_text(FIRE.replace("BR woning", f"{text} BR woning"), source)
    assert (then.cancels, then.source_id) == (False, first.source_id)


def test_after_a_withdrawal_a_call_is_over() -> None:
    """A repeat within two minutes belongs to it still; what comes later is a new call, also after a restart."""
    source: P2000Reports = p2000()
    first = read_text(FIRE, source)
    read_text("P 1 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen", source, NOW + timedelta(minutes=5))
    assert read_text(FIRE, source, NOW + timedelta(minutes=6)).source_id == first.source_id
    assert read_text(FIRE, source, NOW + timedelta(minutes=9)).source_id != first.source_id


def test_a_call_is_never_less_than_it_was() -> None:
    """A later page of lower urgency, or of a check afterwards, lowers neither urgency nor kind; only the end of GRIP does."""
    source = p2000()
    read_text("P 2 BAD-05 Brandgerucht Korte Laan Amstelveen 131235", source)
    read_text(FIRE.replace("BR", "(GRIP 1) BR"), source, NOW + timedelta(minutes=2))
    later = read_text("P 3 BAD-05 Nacontrole Korte Laan Amstelveen 131299", source, NOW + timedelta(minutes=40))
    assert (later.source_priority, later.category.value, later.category_source) == ("P 1 GRIP 1", "brand", "br woning")


def test_an_unknown_kind_becomes_known() -> None:
    """By a later page of the same call."""
    source = p2000()
    first = read_text("P 1 BAD-05 Zoiets Korte Laan Amstelveen 131235", source)
    then = read_text(FIRE, source, NOW + timedelta(minutes=2))
    assert (first.category_known, then.category_known, then.category.value) == (False, True, "brand")
    assert first.source_id == then.source_id


@pytest.mark.parametrize(
    "source_id", ["of another shape", "20269999T000000Z-abcdefabcdef", "", "20261129T110030Z-abcdefabcdef-131235"]
)
def test_ids_of_another_shape_are_not_learnt(source_id: str) -> None:
    """Those of earlier versions, without a radio group, are."""
    source = p2000()
    source.recall(incident_of(FIRE).model_copy(update={"source_id": source_id}))
    assert len(source._calls) == source_id.endswith("131235")


@pytest.mark.parametrize(
    ("first", "then", "category"),
    [
        ("BR woning", "Assistentie ambulance", "brand"),
        ("BR woning", "Ass. ambu", "brand"),
        ("BR woning", "Reanimatie", "brand"),
        ("Steekpartij", "Assistentie ambulance", "geweld_vechtpartij"),
        ("Ongeval letsel", "BR wegvervoer", "brand"),
        ("Assistentie ambulance", "BR woning", "brand"),
        ("Liftopsluiting", "Reanimatie", "medisch_onwel"),
    ],
)
def test_help_that_is_called_to_an_emergency_is_not_its_kind(first: str, then: str, category: str) -> None:
    """A fire at which somebody is hurt is a fire; what more is found makes more of a call."""
    source = p2000()
    one = read_text(FIRE.replace("BR woning", first), source)
    two = read_text(FIRE.replace("BR woning", then), source, NOW + timedelta(minutes=5))
    assert (two.source_id, two.category.value) == (one.source_id, category)


def test_a_call_that_is_repeated_after_its_withdrawal() -> None:
    """For another group of pagers: it changes nothing, and what comes later is another call with an end of its own."""
    found = played(
        (0, FIRE),
        (5, "P 1 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen"),
        (6, FIRE),
        (10, "P 1 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen"),
    )
    assert [result for result, _ in found] == ["created", "cancelled", "duplicate", "duplicate"]
    assert len({source_id for _, source_id in found}) == 1


@pytest.mark.parametrize(
    "more",
    [
        FIRE.replace("P 1 BAD-05", "P 1 BAD-05 (GRIP 1)"),
        FIRE.replace("BR woning", "Grote BR"),
        "P 1 BAD-05 Letsel Korte Laan Amstelveen 131235",
    ],
)
def test_a_call_that_grows_just_after_its_withdrawal(more: str) -> None:
    """It is open again, and the next withdrawal ends it."""
    found = played(
        (0, FIRE),
        (5, "P 1 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen"),
        (6, more),
        (9, FIRE.replace("BR woning", "(GRIP 2) BR woning")),
        (12, "P 1 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen"),
    )
    assert [result for result, _ in found] == ["created", "cancelled", "reactivated", "updated", "cancelled"]
    assert len({source_id for _, source_id in found}) == 1


def played(*pages: tuple[int, str]) -> list[tuple[str, str]]:
    """Return what becomes of pages, each with the minute at which it comes, and of which report."""
    source, known, found = p2000(), dict[str, Incident](), []
    for minute, text in pages:
        now = NOW + timedelta(minutes=minute)
        report = read_text(text, source, now)
        decision = normalise(report, known.get(report.source_id), now)
        assert isinstance(decision, AcceptedReport | NothingNew)
        if isinstance(decision, AcceptedReport):
            known[report.source_id] = decision.incident
        found.append((decision.result.value, report.source_id))
    return found


def test_a_page_from_years_ahead_costs_no_other_call() -> None:
    """Where the decoder's time is trusted: neither those before it nor, however many follow, those behind it."""
    source = p2000(clock=ClockTrust.LINE)
    first = read_text(FIRE, source)
    source.read(page(FIRE.replace("Korte", "Verre"), NOW + timedelta(days=3650)), NOW)
    for number in range(2_001):
        read_text(f"P 1 BAD-05 BR woning Lange Laan Amstelveen {130000 + number}", source, NOW)
        read_text(f"A1 13111 Rit {10000 + number} Amstelveen", source, NOW)
        if number == 3:
            assert read_text(FIRE, source).source_id == first.source_id
    assert len(source._calls) == CALLS_AT_MOST


def test_a_call_by_postcode_is_found_after_a_restart() -> None:
    """Its place is the same in memory as in what was sent."""
    text, grown = (
        "P 1 BAD-05 BR woning Korte Laan 1181AB 131235",
        "P 1 BAD-05 (Grote BR) BR bijgebouw Korte Laan 1181AB 131236",
    )
    source, restarted = p2000(), p2000()
    first = read_text(text, source)
    restarted.recall(incident_of(text))
    later = NOW + timedelta(minutes=5)
    assert read_text(grown, source, later).source_id == read_text(grown, restarted, later).source_id == first.source_id


def test_after_a_restart_a_grown_call_is_not_ended_by_some_of_its_crews() -> None:
    """What was sent tells the first page's units alone: once a call has grown, naming those ends it no more."""
    withdrawal = "P 1 BAD-05 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen"
    for revision, units, over in ((0, " 131235", True), (1, " 131235", False), (1, "", True)):
        source = p2000()
        source.recall(incident_of(FIRE).model_copy(update={"revision": revision}))
        assert read_text(withdrawal + units, source, NOW + timedelta(minutes=5)).cancels is over


def test_a_run_of_its_own_does_not_learn_of_another() -> None:
    """A scenario that is played again finds the calls of its own run after a restart, and no others."""
    sent = {}
    for run in ("", "a", "b"):
        decision = normalise(read_text(FIRE, p2000(run=run)), None, NOW)
        assert isinstance(decision, AcceptedReport)
        sent[run] = decision.incident
    grown = FIRE.replace("BR woning", "(Grote BR) BR bijgebouw")
    for run, incident in sent.items():
        source = p2000(run=run)
        for each in sent.values():
            source.recall(each)
        assert read_text(grown, source, NOW + timedelta(minutes=5)).source_id == incident.source_id
        assert len(source._calls) == 1

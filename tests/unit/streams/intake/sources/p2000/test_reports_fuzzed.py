"""Pager lines changed at random: no crash, no hang, memory that stays bounded, each refusal with a reason, and no name shown.

`TOEZICHT_FUZZ=4 pytest` on this file tries 120,000.
"""

# ruff: noqa: E501 - lines as they come

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading, Unreadable
from streams.domain.incidents.revisions import AcceptedReport, NothingNew, RefusedReport, normalise
from streams.intake.sources.p2000.calls import CALLS_AT_MOST
from streams.intake.sources.p2000.fragments import KEPT_AT_MOST
from streams.intake.sources.p2000.message import parse
from tests.support.mutation import Mutator, fuzz
from tests.support.pages import NOW, PLACES, filled, p2000, page

SEEDS = [
    filled(line)
    for line in (
        "FLEX|@U@|1600/2/K/A|03.012|002029568 001201999|ALN|P 1 BR GEBOUW Warwicklaan Amstelveen 131634",
        "FLEX|@U@|1600/2/K/A|03.015|002029568 001201999|ALN|P 1 BAD-03 (Zeer gr. BR) BR industrie (Grip: 2) Handelskade Amstelveen 131431",
        "FLEX|@U@|1600/2/F/A|04.010|002029568 001201999|ALN|P 1 BAD-21 BR woning (Schoorsteen) Burgemeester Haspels",
        "FLEX|@U@|1600/2/C/A|04.011|002029568 001201999|ALN|laan Amstelveen 133131",
        "FLEX: @U@ 1600/2/A 04.031 [001201999] ALN P 1 BAD-31 BR woning Rembrandtweg Amstelveen 134031",
        "FLEX_NEXT|1600/2|07.067.A|0002029577 0001523001|TG|5|ALN|3.0.K|P 1 BAD-32 BR woning Bovenkerkerweg Amstelveen 134131",
        "@L@: FLEX|@U@|1600/2/K/A|04.102|002029568|ALN|A1 13111 Tweede Parkstraat 1181 Amstelveen 82536",
        "FLEX|@U@|1600/2/K/A|04.019|002029568|ALN|B1 1181GZ : Laan van Kronenburg Amstelveen Obj: Ziekenhuis A2 Zuid Rit: 40618",
        "FLEX|@U@|1600/2/K/A|04.107|002029568|ALN|P 2 BAD-43 Liftopsluiting thv fam. Zwartjanssen, Amstelveen 134343",
        "FLEX|@U@|1600/2/K/A|05.015|002029568|ALN|P 1 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen",
        "FLEX|@U@|1600/2/K/A|05.016|002029568|ALN|Ongeval/Wegvervoer/Letsel prio 1 Amstelveen Beneluxbaan Handweg",
        "FLEX|@U@|1600/2/K/A|05.017|002029568|ALN|P 1 BAD-02 BR wegvervoer Rijksweg A9 Li 12,3 Amstelveen 131331",
        '{"demod_name":"flex_alphanumeric","timestamp":"@U@","capcode":2029568,"message":"P 1 BR woning Startbaan Amstelveen"}',
        "FLEX|@U@|1600/2/A|04.105|[001533503]|TON 539",
        "TESTOPROEP",
    )
]
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def test_changed_lines_are_reports_or_refused_with_a_reason() -> None:
    """By one source that remembers; a report always makes an incident, or is refused as one with a reason."""
    source, change = p2000(), Mutator(20261129)
    at = [NOW]

    def read(content: bytes) -> Reading:
        at[0] += timedelta(seconds=1)
        reading = source.read(content, at[0])
        for late in source.overdue(at[0]):
            check(late)
        check(reading)
        return reading

    def check(reading: Reading) -> None:
        match reading:
            case RawReport():
                assert isinstance(normalise(reading, None, at[0]), AcceptedReport | NothingNew | RefusedReport)
                assert "zwartjanssen" not in repr(reading).lower()
            case Unreadable():
                assert 0 < len(reading.detail) <= 300
                assert "\n" not in reading.detail
            case NotForUs():
                assert CODE.fullmatch(reading.reason)

    tally = fuzz(read, lambda: change.line(SEEDS), 30_000)
    assert {"RawReport", "NotForUs", "Unreadable"} <= set(tally), tally
    assert len(source._calls) <= CALLS_AT_MOST
    assert len(source._fragments) <= KEPT_AT_MOST + 1


def test_memory_is_bounded_by_number_too() -> None:
    """However many calls and first parts come within a moment, and whatever times the lines have."""
    source = p2000(clock=p2000()._clock.LINE)
    for number in range(CALLS_AT_MOST + 500):
        at = NOW + timedelta(seconds=number % 50)
        source.read(page(f"A1 {13_000 + number % 900} Amstelveen rit {number}", at), at)
        source.read(page("P 1 BR woning Haspels", at, part="F", capcodes=f"{number:09d}"), at)
    assert len(source._calls) == CALLS_AT_MOST
    assert len(source._fragments) <= 2 * KEPT_AT_MOST
    assert len(list(source.overdue(NOW))) == KEPT_AT_MOST
    assert len(source._calls._by_digest) <= CALLS_AT_MOST
    source.read(page("P 1 BR woning Startbaan Amstelveen", NOW + timedelta(days=4000)), NOW)
    assert len(source._calls) == CALLS_AT_MOST


@pytest.mark.parametrize(
    "text",
    [
        *(
            "(" * 900,
            ")" * 900,
            "a " * 450,
            "laan van " * 100,
            "1181 " * 180,
            "(Intrekken " * 90,
            "fam. van der Kerkhof " * 45,
            "P 1 " * 250,
        ),
        *(
            "Amstelveen " * 80,
            "A9 Li 12,3 " * 80,
            "B" * 1_000,
            "prio " * 200,
            "br woning " * 100,
            "grip " * 200,
            "Van " * 250 + "laan",
        ),
        *(
            "1" * 1_000,
            "é" * 1_000,
            "\u202e" * 1_000,
            "P" + " " * 998 + "1",
            "GRIP" + " " * 990 + "1",
            "BAD-" * 250,
            "A1 " * 300,
        ),
    ],
    ids=lambda text: text[:12],
)
def test_long_and_repeated_texts_end(text: str) -> None:
    """A text has no more words than characters, and each pattern is tried on what made such patterns hang elsewhere."""
    reading = p2000(gazetteer=PLACES).read(page(text), NOW)
    assert isinstance(reading, RawReport | NotForUs)
    assert len(parse(text).words) <= len(text) + 2

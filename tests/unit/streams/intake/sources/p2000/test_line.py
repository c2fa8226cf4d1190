"""Decoder lines: every form that multimon-ng and its like print is one page; what is none is told apart from what is broken."""

from __future__ import annotations

import json

import pytest

from streams.domain.incidents.raw_report import NotForUs, Unreadable
from streams.intake.sources.p2000.line import MAX_TEXT, Page, read_line

TEXT = "P 1 BR woning Startbaan Amstelveen | 131231"
AT = "2026-11-29 11:00:30"
JSON = {
    "demod_name": "flex_alphanumeric",
    "timestamp": AT,
    "sync_baud": 1600,
    "capcode": 2029568,
    "message": TEXT,
}


@pytest.mark.parametrize(
    ("line", "time", "capcodes", "part"),
    [
        (f"FLEX|{AT}|1600/2/K/A|12.092|002029568 000126999|ALN|{TEXT}", AT, ("2029568", "126999"), "K"),
        (f"FLEX|{AT}|1600/2/F/A|12.092|002029568|ALN|{TEXT}", AT, ("2029568",), "F"),
        (f"FLEX|{AT}|1600/2/C/A|12.092|3746120452|ALN|{TEXT}", AT, ("3746120452",), "C"),
        (f"FLEX|1600/2/K/A|12.092|002029568|ALN|{TEXT}", "", ("2029568",), "K"),
        (f"{AT}: FLEX|{AT}|1600/2/K/A|12.092|002029568|ALN|{TEXT}", AT, ("2029568",), "K"),
        (f"2026-11-29T11:00:30.238859: FLEX|{AT}|1600/2/K/A|12.092|002029568|ALN|{TEXT}", AT, ("2029568",), "K"),
        (f"stick-2: FLEX: {AT} 1600/2/A 04.031 [001201999] ALN {TEXT}", AT, ("1201999",), "K"),
        (f"FLEX: {AT} 1600/2/K/A 04.031 [001201999] ALN {TEXT}", AT, ("1201999",), "K"),
        (f"FLEX_NEXT|1600/2|07.067.A|0002029577|LS|5|ALN|3.0.K|{TEXT}", "", ("2029577",), "K"),
        (f"FLEX_NEXT|1600/2|07.067.A|0002029577|LG|5|ALN|0.1.F|0001523001|0001523151|{TEXT}", "",
         ("2029577", "1523001", "1523151"), "F"),
        (f"FLEX_NEXT|1600/2|07.067.A|0002029577 0001523001|TG|5|ALN|3.0.C.N0.R0|{TEXT}", "", ("2029577", "1523001"), "C"),
        (json.dumps(JSON), AT, ("2029568",), "K"),
        (json.dumps(JSON)[:-1] + ', "timestamp": "2026-11-29 12:00:30"}', AT, ("2029568",), "K"),
        ("\ufeff" + f"FLEX|{AT}|1600/2/K/A|12.092|002029568|ALN|{TEXT}\r", AT, ("2029568",), "K"),
    ],
)  # fmt: skip
def test_forms(line: str, time: str, capcodes: tuple[str, ...], part: str) -> None:
    """Each gives the same text, with its time, its pagers and which part of a page it is."""
    assert read_line(line.encode()) == Page(time, capcodes, TEXT, part)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "blank"),
        (" \t ", "blank"),
        ("Available demodulators: POCSAG512 FLEX FLEX_NEXT", "banner"),
        ("Tuned to 169934000 Hz.", "banner"),
        ("POCSAG1200: Address: 1234567  Function: 0  Alpha:   text", "other_network"),
        ("DTMF: 5", "other_network"),
        ("FLEX|1600/2/A|04.105|[001533503]|TON 539", "not_text"),
        (f"FLEX|{AT}|1600/2/A|04.105|[001533503]|NUM 0123", "not_text"),
        (f"FLEX|{AT}|1600/2/K/A|04.105|001533503|NUM|0123", "not_text"),
        (f"FLEX: {AT} 1600/2/A 04.104 [001533502] TON", "not_text"),
        ("FLEX_NEXT|1600/2|07.067.A|0002029577|LS|2|TON|", "not_text"),
        ('{"demod_name": "flex_numeric", "message": "0123"}', "not_text"),
        ('{"demod_name": "flex_tone_only", "tone": "539"}', "not_text"),
        ('{"demod_name": "POCSAG1200", "alpha": "text"}', "other_network"),
    ],
)  # fmt: skip
def test_ordinary_traffic_is_not_for_us(line: str, reason: str) -> None:
    """Pages without text, other networks, and what decoders say of themselves are no dead letters."""
    assert read_line(line.encode()) == NotForUs(reason)


@pytest.mark.parametrize(
    "line",
    ["hello", "FLEX|", f"FLEX|{AT}|1600/2/K/A|12.092|002029568", "FLEX: x", "FLEX_NEXT|1600/2", "{", "[]", '{"a": 1}',
     '{"demod_name": "flex_alphanumeric", "message": 5}', "{" * 5_000],
)  # fmt: skip
def test_what_is_broken_says_what_was_expected(line: str) -> None:
    """In one line, without the line's words."""
    reading = read_line(line.encode())
    assert isinstance(reading, Unreadable)
    assert "expected" in reading.detail


def test_a_field_that_cannot_be_read_loses_no_text() -> None:
    """Neither a capcode nor a time is needed for a call to be shown; bytes that are no characters are read as Latin-1."""
    page = read_line(f"FLEX|gisteren|1600/2/K/A|12.092|00202956x|ALN|{TEXT}".encode())
    assert isinstance(page, Page)
    assert (page.text, page.capcodes, page.addressed) == (TEXT, (), False)
    latin = read_line(f"FLEX|{AT}|1600/2/K/A|12.092|002029568|ALN|Café".encode("latin-1"))
    assert isinstance(latin, Page)
    assert (latin.text, latin.repaired) == ("Café", True)


def test_a_text_is_bounded() -> None:
    """However long the line."""
    page = read_line(f"FLEX|{AT}|1600/2/K/A|12.092|{'002029568 ' * 400}|ALN|{'x' * 60_000}".encode())
    assert isinstance(page, Page)
    assert len(page.text) == MAX_TEXT
    assert len(page.capcodes) <= 200

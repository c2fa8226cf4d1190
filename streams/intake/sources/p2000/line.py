"""Decoder lines: what multimon-ng and its like print for a page, in each of their forms, as one `Page`.

Forms, all read from the source of multimon-ng 1.2 and later (demod_flex.c, demod_flex_next.c, unixinput.c)::

    FLEX|2021-06-28 16:50:35|1600/2/K/A|12.092|002029568 000126999|ALN|text      today's, K whole, F first part, C last part
    FLEX|1600/2/K/A|12.092|002029568 000126999|ALN|text                         with --flex-no-ts
    FLEX: 2021-06-28 16:50:35 1600/2/A 12.092 [002029568] ALN text              older ones, and pages without text
    FLEX_NEXT|1600/2|12.092.A|0002029568 0000126999|LS|5|ALN|3.0.K|text         the newer decoder: no time
    {"demod_name": "flex_alphanumeric", "timestamp": …, "message": text, …}     with --json

Each may have something before it: `--timestamp`, `--iso8601` and `--label` put their own. A text may hold a `|`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from schemas.dead_letters import DeadLetterReason
from schemas.phrases.codes import faults as says
from schemas.phrases.phrase import Phrase
from streams.domain.incidents.raw_report import NotForUs, Unreadable

MAX_TEXT: Final = 1_000
"""Longest text that is looked at: FLEX carries a few hundred characters, and decoders cut at 512."""
WHOLE: Final = "K"
_BEFORE: Final = 64
"""How many characters a time or a label before the line takes at most."""
_MARKS: Final = ("FLEX_NEXT|", "FLEX|", "FLEX: ")
_BANNERS: Final = (
    *("multimon-ng", "(c)", "available demodulators", "enabled demodulators"),
    *(
        "found ",
        "using device",
        "tuner ",
        "tuned to",
        "sampling ",
        "exact sample",
        "oversampling",
        "output at",
        "buffer size",
    ),
    *("allocating ", "detached ", "signal caught", "user cancel"),
)
"""What multimon-ng and rtl_fm say of themselves."""
_OTHERS: Final = re.compile(
    r"(?:POCSAG\d*|EAS|DTMF|[DP]?ZVEI\d?|EEA|EIA|CCIR|AFSK\d+|FMSFSK|UFSK\d+|CW|X10)[:|]? ?", re.IGNORECASE
)
_MODE: Final = re.compile(r"\d{3,4}/\d(?:/[A-Z])*")
_CAPCODE: Final = re.compile(r"\[?(\d{9,10})\]?")
_OLD: Final = re.compile(
    r"FLEX: (\S{1,12} \S{1,12}) (\S{1,20}) (\S{1,12}) \[([\d ]{0,200})\] (\w{3})(?: (.*))?", re.DOTALL
)
_FRAGMENT: Final = re.compile(r"\d\.\d\.([KFC])(?:\..*)?")
_WITHOUT_TEXT: Final = frozenset({"NUM", "TON", "BIN", "UNK", "SEC", "INS", "STD", "SFN", "SNM", "NNM", "HEX"})
"""Types of pages that are no text, in the decoders' own abbreviations."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Page:
    """One page with a text.

    Attributes:
        time: When it was sent as the decoder writes it; empty where it does not.
        capcodes: The pagers that it calls, without leading zeros.
        text: What they show, at most `MAX_TEXT` characters.
        part: K for a whole text, F for one that goes on, C for the last part of one.
        repaired: Whether bytes of the line are no UTF-8 and were read as Latin-1.
        addressed: Whether all of its capcodes could be read.
    """

    time: str
    capcodes: tuple[str, ...]
    text: str
    part: str = WHOLE
    repaired: bool = False
    addressed: bool = True


def read_line(content: bytes) -> Page | NotForUs | Unreadable:
    """Return the page that a decoder's line tells; never raises."""
    line, repaired = _decoded(content)
    if not line:
        return NotForUs("blank")
    if line.startswith("{"):
        return _json(line, repaired)
    for mark in _MARKS:
        at = line.find(mark, 0, _BEFORE + len(mark))
        if at == 0 or (at > 0 and line[at - 1] in " \t"):
            return _page(mark, line[at:], repaired)
    if line.lower().startswith(_BANNERS):
        return NotForUs("banner")
    if _OTHERS.match(line) and "|" not in line[:12]:
        return NotForUs("other_network")
    return broken(says.expected_flex())


def broken(what: Phrase) -> Unreadable:
    """Return why a line is no page."""
    return Unreadable(DeadLetterReason.UNREADABLE_REPORT, what)


def _decoded(content: bytes) -> tuple[str, bool]:
    """Return the line's characters, and whether any byte was read as Latin-1, as some decoders write."""
    try:
        return _trimmed(content.decode("utf-8")), False
    except UnicodeDecodeError:
        text = content.decode("utf-8", "surrogateescape")
        shown = "".join(chr(ord(char) - 0xDC00) if "\udc80" <= char <= "\udcff" else char for char in text)
        return _trimmed(shown), True


def _trimmed(line: str) -> str:
    """Return a line without blanks before it and line ends behind it; a blank behind it may part two words of a long page."""
    return line.lstrip(" \t\ufeff").rstrip("\r\n") if not line.isspace() else ""


def _page(mark: str, line: str, repaired: bool) -> Page | NotForUs | Unreadable:
    if mark == "FLEX: ":
        found = _OLD.match(line)
        if found is None:
            return broken(says.expected_flex_words())
        return _made(found[1], found[2], found[4], found[5], found[6] or "", repaired)
    parts = line.split("|")
    if mark == "FLEX_NEXT|":
        return _next(parts, repaired)
    if len(parts) > 1 and _MODE.fullmatch(parts[1].strip()):
        parts.insert(1, "")
    if len(parts) == 6 and parts[5][:3] in {"TON", "NUM", "BIN", "UNK"}:
        return NotForUs("not_text")
    if len(parts) < 7:
        return broken(says.expected_flex_fields("FLEX", 7))
    return _made(parts[1], parts[2], parts[4], parts[5], "|".join(parts[6:]), repaired)


def _next(parts: list[str], repaired: bool) -> Page | NotForUs | Unreadable:
    if len(parts) < 7:
        return broken(says.expected_flex_fields("FLEX_NEXT", 9))
    if parts[6].strip() != "ALN":
        return NotForUs("not_text")
    if len(parts) < 9:
        return broken(says.expected_flex_fields("FLEX_NEXT", 9))
    fragment = _FRAGMENT.fullmatch(parts[7].strip())
    rest = parts[8:]
    groups = []
    while len(rest) > 1 and re.fullmatch(r"\d{10}", rest[0]):
        groups.append(rest.pop(0))  # pagers of a group stand one by one before the text
    part = WHOLE if fragment is None else fragment[1]
    return _made("", f"/{part}/", " ".join((parts[3], *groups)), "ALN", "|".join(rest), repaired)


def _json(line: str, repaired: bool) -> Page | NotForUs | Unreadable:
    try:
        told = json.loads(line, object_pairs_hook=_first_of_each)
    except (ValueError, RecursionError):
        return broken(says.expected_flex_json())
    name = told.get("demod_name") if isinstance(told, dict) else None
    if not isinstance(name, str):
        return broken(says.expected_decoder())
    if name != "flex_alphanumeric":
        return NotForUs("not_text" if name.startswith("flex") else "other_network")
    time, capcode, text = (told.get(field) for field in ("timestamp", "capcode", "message"))
    if not isinstance(text, str):
        return broken(says.expected_page_text())
    address = f"{capcode:010d}" if type(capcode) is int and 0 <= capcode < 10**10 else ""
    return _made(time if isinstance(time, str) else "", "", address, "ALN", text, repaired)


def _first_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's fields; of a name that comes twice the first, which is the page's own time and not the line's."""
    return dict(reversed(pairs))


def _made(time: str, mode: str, capcodes: str, kind: str, text: str, repaired: bool) -> Page | NotForUs | Unreadable:
    if kind.strip() in _WITHOUT_TEXT:
        return NotForUs("not_text")
    if kind.strip() != "ALN":
        return broken(says.expected_page_type())  # a text may stand there all the same
    found = [_CAPCODE.fullmatch(each) for each in capcodes.split()[:200]]
    known = tuple(each[1].lstrip("0") for each in found if each is not None)
    part = next((each for each in mode.split("/") if each in {"F", "C"}), WHOLE)
    shown = _CONTROL.sub(" ", text[:MAX_TEXT])
    return Page(time.strip()[:40], known, shown, part, repaired, bool(found) and None not in found)

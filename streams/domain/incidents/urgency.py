"""Urgency: partners' priorities on one scale, 0 highest to 4, and which bytes that nobody could read may be urgent.

A message that is set aside is looked at by operations in their own time; one that may be urgent must wake somebody. So
whether it may be is guessed from its bytes where nothing else is known, and rather once too often.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

UNSAID: Final = 3
MOST_URGENT: Final = 1
"""A report of urgency 0 or 1 (A0, A1, P 1) is what must never be lost."""
MAX_PRIORITY: Final = 12
"""Longest priority that a message has."""
LOOKED_THROUGH: Final = 65_536
"""Bytes that are looked through, which takes some milliseconds: as many as a line of intake has at the most."""

_URGENCY: Final = re.compile(r"(A|B|C|P|PRIO|PRIORITY|PRIORITEIT|MC)?\.?([0-9])(?:\.0+)?(?:GRIP([1-5]))?")
_BETWEEN: Final = re.compile(r"[\s:_-]")
_WORDS: Final = {
    "SPOED": 1, "URGENT": 1, "ZEERHOOG": 1, "VERYHIGH": 1, "KRITIEK": 1, "CRITICAL": 1, "EMERGENCY": 1,
    "HOOG": 2, "HIGH": 2,
    "NORMAAL": 3, "NORMAL": 3, "MIDDEL": 3, "GEMIDDELD": 3, "MEDIUM": 3,
    "LAAG": 4, "LOW": 4,
}  # fmt: skip
"""Signalen's high, normal, low (fact sheet §2c) and the Dutch for them; `spoed` is what A1 stands for (§2a). Others [own]."""
_KEY: Final = rb"(?:prio(?:rity|riteit)?|urgen(?:cy|tie))[\"']?\s{0,9}[:=]\s{0,9}[\"']?\s{0,9}"
_IN_BYTES: Final = re.compile(
    rb"(?<![A-Za-z0-9])(?:P(?:RIO(?:RITEIT|RITY)?)?[\s:.]{0,2}1|A[\s:]?[01]|GRIP\s{0,2}[1-5])(?![A-Za-z0-9])"
    rb"|urgency>\s{0,9}Immediate(?![A-Za-z])"
    rb"|" + _KEY + rb"(?:[01](?![0-9])|hoog|zeer ?hoog|high|very ?high|spoed|urgent|kritiek|critical|emergency)",
    re.IGNORECASE,
)


def known_urgency(source_priority: str) -> int | None:
    """Return a source's priority on one scale, 0 highest to 4, or None where it says none that we know.

    Ambulance A0, A1, A2 are 0, 1, 2; B is 3; C (no vehicle) is 4 (fact sheet §2a). P, PRIO, MC and bare numbers are
    themselves, held within 1 and 4. GRIP, whatever its number, is at least 1: several services coordinate.
    """
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", source_priority[:40])).upper()
    if text in _WORDS:
        return _WORDS[text]
    match = _URGENCY.fullmatch(text)
    if match is None:
        return MOST_URGENT if re.fullmatch(r"GRIP[0-9]?", text) else None
    kind, number = match[1], int(match[2])
    if kind == "A":
        value = min(number, 2)
    elif kind in {"B", "C"}:
        value = 3 if kind == "B" else 4
    else:
        value = min(max(number, 1), 4)
    return min(value, MOST_URGENT) if match[3] else value


def urgency(source_priority: str) -> int:
    """Return a source's priority on one scale, and 3 where it says none that we know."""
    known = known_urgency(source_priority)
    return UNSAID if known is None else known


def may_be_urgent(content: bytes) -> bool:
    """Return whether a priority of urgency 0 or 1 can be recognised in bytes that could not be read.

    Text of any encoding is looked through: of UTF-16 the zero bytes are left out. What is longer than `LOOKED_THROUGH` is not,
    and may be urgent.
    """
    if len(content) > LOOKED_THROUGH:
        return True
    return _IN_BYTES.search(content.replace(b"\x00", b"")) is not None

"""The grammar of a P2000 message: priority, brackets, radio group, numbers, and the words that are left.

    P 1 BAD-05 (Middel BR) BR woning Korte Laan Amstelveen 131235 131236
    A1 13111 Tweede Parkstraat 1181 Amstelveen 82536
    Ongeval/Wegvervoer/Letsel prio 1 Amstelveen Beneluxbaan

A message is read from its front to its end in one pass: what is a number, a bracket or a code is taken out by its shape, and
parts the words before it from those behind it. What the words mean is told elsewhere: the classification and the place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

AMBULANCE: Final = frozenset("ABC")
_PRIORITY: Final = re.compile(
    r"\s*(?:PRIO(?:RITEIT)?[\s:.-]{0,3}(?P<prio>[1-5])|(?P<fire>P)[\s:.-]{0,3}(?P<p>[1-5])"
    r"|(?P<ambulance>A\s?[0-2]|B\s?[1-3]|C\s?[12])(?!\s(?:(?:LI|RE|L|R|HMP?)\s?\d|\d{1,3}[.,]\d))"
    r"|(?P<digit>[1-5])(?=,?\s+(?:\([^()]*\)\s*)*[^\W\d]))(?!\w|,\d)\s*[:,]?",
    re.IGNORECASE,
)
"""At the front; `A2 Li 35,1` is a motorway."""
_PRIO_LATER: Final = re.compile(r"(?<!\w)PRIO(?:RITEIT)?[\s:.-]{0,3}([1-5])(?!\w)", re.IGNORECASE)
_P_LATER: Final = re.compile(r"(?<![\w-])P ([1-5])(?!\w|,\d)")
_ROUTE: Final = 40
"""How many characters a text for the crew takes before the message: `ALARM B-PLOEG >`."""
_TOKEN: Final = re.compile(r"[()|]|[^\s()|]+")
_GROUP: Final = re.compile(r"(B[A-Z]{2})-(?:([A-Z]{2,3})-)?(\d{1,3})", re.IGNORECASE)
_FIRE_UNIT: Final = re.compile(r"(\d{2})-?(\d{4})")
_AMBULANCE_UNIT: Final = re.compile(r"\d{5}")
_OBJECT: Final = re.compile(r"(\d{2})-\d{2}-\d{2,4}")
_POSTCODE: Final = re.compile(r"([1-9]\d{3})[A-Z]{2}", re.IGNORECASE)
_AREA: Final = re.compile(r"[1-9]\d{3}")
_APART: Final = re.compile(r"(?<![\w-])([1-9]\d{3}) (?!NH|ZH|NB|UT|OV|GR|FR|DR|LB|FL|ZL)([A-Z]{2})(?!\w)")
"""A postcode whose letters stand apart; a province's letters are none."""
_ROAD: Final = re.compile(r"[ANS][1-9]\d{0,2}", re.IGNORECASE)
_HECTOMETRE: Final = re.compile(r"\d{1,3}[,.]\d")
_LETTERS: Final = re.compile(r"[^\W\d_]{5}")
"""More letters than stand in a house's number: 12bis, 12A-hs."""
_LABELLED: Final = frozenset({"rit", "bon", "icnum", "ritnr", "bonnr", "gms", "inc", "tel"})
"""What stands before a number that is no unit."""
_ROUNDED: Final = frozenset({"eh", "ambu", "ambulance", "voertuig"})
"""What stands before an ambulance's own number."""
_HIDDEN: Final = frozenset({"obj", "object", "best", "bestemming", "dest", "naar", "info", "opm", "kenmerk"})
"""What stands, with a colon, before an object or a destination: nothing of it is kept."""
_TO: Final = "naar"
"""Stands before a destination without a colon too."""
BREAK: Final = ""
"""Stands among the words for what parts them: a number, a bracket, a colon."""


@dataclass(slots=True)
class PagerMessage:
    """A message in parts.

    Attributes:
        priority: As the message writes it, in capitals: P 1, A1, PRIO 2, 1; empty where it says none.
        brackets: What stands in brackets, in lower case.
        group: The radio group: BAD, or empty.
        channel: Its number: 05, or empty.
        drill: Whether the radio group is one for exercises (OTO).
        units: Numbers of vehicles, in their order.
        objects: The first two digits of codes of objects, which are the region's.
        town_first: Whether the priority stands behind the classification, as where the town stands before the street.
        postcode: Four digits, or empty.
        exact: Whether the postcode has its letters.
        numbers: Numbers of rides and the like: they tell one journey from another.
        words: What is left, `BREAK` between words that do not belong together.
        kept: Where among the words the message's own text begins, behind priority and radio group.
    """

    priority: str = ""
    brackets: list[str] = field(default_factory=list)
    group: str = ""
    channel: str = ""
    drill: bool = False
    units: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    town_first: bool = False
    postcode: str = ""
    exact: bool = False
    numbers: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def ambulance(self) -> bool:
        """Return whether it is for an ambulance: health-adjacent, so that nothing of its text is kept."""
        return self.priority[:1] in AMBULANCE


def parse(text: str) -> PagerMessage:
    """Return a message's parts; any text has some."""
    message = PagerMessage()
    body = _APART.sub(r"\1\2", _without_priority(" ".join(text.split()), message))
    inside, hidden, label = 0, False, ""
    opened = ""
    for piece in _TOKEN.findall(body):
        if piece == "(":
            inside, opened = inside + 1, opened if inside else ""
            hidden, label = False, ""
        elif piece == ")":
            if inside == 1:
                message.brackets.append(" ".join(opened.lower().split()))
                _part(message)
            inside = max(inside - 1, 0)
        elif inside:
            opened += " " + piece
        elif piece == "|":
            _part(message)
            hidden, label = False, ""
        else:
            hidden, label = _take(message, piece, label, hidden=hidden)
    if inside:  # never closed: the message was cut, and what stands behind the bracket is read as any text
        message.brackets.append(" ".join(opened.lower().split())[:40])
        _part(message)
        for piece in opened.split():
            hidden, label = _take(message, piece, label, hidden=hidden)
    return message


def _without_priority(text: str, message: PagerMessage) -> str:
    """Note the priority and return the text without it."""
    head, arrow, tail = text.partition(">")
    if arrow and len(head) <= _ROUTE and _PRIORITY.match(tail):
        text = tail
    start = _behind_brackets(text)
    match = _PRIORITY.match(text, start)
    if match is not None:
        message.priority = _written(match)
        return text[:start] + " " + text[match.end() :]
    later = _PRIO_LATER.search(text) or _P_LATER.search(text[: _ROUTE * 2])
    if later is None:
        return text
    message.town_first = later.re is _PRIO_LATER
    message.priority = f"{'PRIO' if later.re is _PRIO_LATER else 'P'} {later[1]}"
    return f"{text[: later.start()]} | {text[later.end() :]}"


def _behind_brackets(text: str) -> int:
    """Return where the text behind leading brackets begins: `(Intrekken Alarm Brw) P 1 …`."""
    start = 0
    while text[start:].lstrip().startswith("("):
        end = text.find(")", start)
        if end < 0:
            break
        start = end + 1
    return start


def _written(match: re.Match[str]) -> str:
    if match["prio"]:
        return f"PRIO {match['prio']}"
    if match["fire"]:
        return f"P {match['p']}"
    return match["digit"] or "".join(match["ambulance"].upper().split())


def _part(message: PagerMessage) -> None:
    if message.words and message.words[-1] != BREAK:
        message.words.append(BREAK)


def _take(message: PagerMessage, piece: str, label: str, *, hidden: bool) -> tuple[bool, str]:
    """Take one piece; return whether what follows is hidden, and the label that a number behind this one would have."""
    bare = piece.strip(",;:>")
    low = bare.lower().rstrip(".")
    rounded = low in _ROUNDED and (message.ambulance or piece.endswith(":"))
    if rounded or low in _LABELLED or low == _TO or (low in _HIDDEN and piece.endswith(":")):
        _part(message)
        return low in _HIDDEN, low
    if bare in {"", "-", ".", "/"}:
        _part(message)
        return hidden, label if piece == ":" else ""
    if _coded(message, bare, label):
        return False, ""
    if bare[0].isdigit() and not _LETTERS.search(bare):
        _part(message)  # any other number: a house's, a telephone's
        return False, ""
    if not hidden:
        message.words.append(bare)
        if piece[-1] in ",;:>":
            _part(message)
    return hidden, ""


def _coded(message: PagerMessage, bare: str, label: str) -> bool:
    """Note a token that its shape tells: a radio group, a unit, a code of an object, a postcode; return whether it was one."""
    group = _GROUP.fullmatch(bare)
    if group is not None and not message.group:
        message.group, message.channel = group[1].upper(), group[3]
        message.drill = (group[2] or "").upper() == "OTO"
    elif (code := _OBJECT.fullmatch(bare)) is not None:
        message.objects.append(code[1])
    elif label in _LABELLED and bare.isdigit():
        message.numbers.append(bare)
    elif message.ambulance or label in _ROUNDED:
        return _of_ambulance(message, bare, label)
    elif (unit := _FIRE_UNIT.fullmatch(bare)) is not None:
        # before the first word of a police message stands its own number: P 1 417267 Letsel …
        (message.units if message.words else message.numbers).append(unit[1] + unit[2])
    elif (area := _POSTCODE.fullmatch(bare)) is not None:
        message.postcode, message.exact = area[1], True
    else:
        return _road(message, bare)
    _part(message)
    return True


def _of_ambulance(message: PagerMessage, bare: str, label: str) -> bool:
    if _AMBULANCE_UNIT.fullmatch(bare):
        first = not message.units and (label in _ROUNDED or not any(message.words))
        (message.units if first else message.numbers).append(bare)
    elif (area := _POSTCODE.fullmatch(bare)) is not None:
        message.postcode, message.exact = area[1], True
    elif _AREA.fullmatch(bare):
        message.postcode = bare
    elif bare.isdigit() and len(bare) == 6:
        message.numbers.append(bare)
    else:
        return False
    _part(message)
    return True


def _road(message: PagerMessage, bare: str) -> bool:
    """Keep a motorway's number and a hectometre post among the words, which a street's finder knows by their shape."""
    if _ROAD.fullmatch(bare):
        message.words.append(bare.upper())
        return True
    behind = message.words[-1].lower() if message.words else ""
    if _HECTOMETRE.fullmatch(bare) and (behind in {"li", "re", "l", "r"} or _ROAD.fullmatch(behind)):
        message.words.append(bare)
        return True
    return False

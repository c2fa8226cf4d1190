"""Day: a made national day of pager messages, by a grammar and words of its own, with the truth of each call.

Each call is paged once or more (again for another group of pagers), some are scaled up, some withdrawn, some are exercises.
About a seventh of the room's own calls are hard: a word that no table has, a street without an ending, a town that is misspelt
or left out for a postcode. A quarter of the others, of all regions, have something behind their town: free text, a person, or
another town, which for a call of the region or of its neighbour is often the room's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from bench.pager import words

BEGIN: Final = datetime(2026, 11, 24, tzinfo=UTC)
DAY_S: Final = 86_400
HARD_SHARE: Final = 0.15
"""Of the room's calls, those that are hard in one respect. [own]"""
SURNAME_SHARE: Final = 0.15
"""Of all fire messages, those with a person's name. [own]"""

BEHIND_SHARE: Final = 0.25
"""Of calls that are not hard, those with something behind their town: free text, a person or another town, a third each. [own]"""
NEAR_SHARE: Final = 0.5
"""Of the other towns that stand behind a town of the region or of Kennemerland, those that are the room's. [own]"""


@dataclass(slots=True)
class MadeCall:
    """One call and its truth.

    Attributes:
        ours: Whether it is the room's.
        category: What a person would say that it is about.
        street: Its street, as it is written; empty for an ambulance's.
        town: Its town.
        hard: In which respect it is hard, or empty.
        drill: Whether it is an exercise.
        withdrawn: Whether it is withdrawn in the end.
        names: Persons' names in its messages.
        pages: Its lines, with when each comes.
    """

    ours: bool
    category: str
    street: str
    town: str
    hard: str = ""
    drill: bool = False
    withdrawn: bool = False
    names: list[str] = field(default_factory=list)
    pages: list[tuple[datetime, str]] = field(default_factory=list)


def made_day(seed: int, calls: int = 5_000, ours: int = 40) -> list[MadeCall]:
    """Return a day's calls; the same seed gives the same day."""
    chance = random.Random(seed)  # noqa: S311 - a made day, no secret
    own = set(chance.sample(range(calls), ours))
    return [_call(chance, number in own) for number in range(calls)]


def lines_of(day: list[MadeCall], seed: int) -> Iterator[tuple[datetime, bytes, MadeCall | None]]:
    """Yield the lines in the order in which they come, with the call of each; None for talk, tests and pages without text."""
    chance = random.Random(-seed - 1)  # noqa: S311
    found: list[tuple[datetime, str, MadeCall | None]] = [(at, line, call) for call in day for at, line in call.pages]
    for text in chance.choices(words.NOISE, k=len(day) // 10):
        at = BEGIN + timedelta(seconds=chance.randrange(DAY_S))
        found.append((at, _line(chance, at, text), None))
    for _ in range(len(day) // 20):
        at = BEGIN + timedelta(seconds=chance.randrange(DAY_S))
        found.append(
            (
                at,
                f"FLEX: {at:%Y-%m-%d %H:%M:%S} 1600/2/A 04.103 [001533501] {chance.choice(('NUM 0123', 'TON 2'))}",
                None,
            )
        )
    for at, line, call in sorted(found, key=lambda each: each[0]):
        yield at, line.encode(), call


def _call(chance: random.Random, ours: bool) -> MadeCall:
    region = words.OWN_REGION if ours else chance.choice(list(words.TOWNS))
    at = BEGIN + timedelta(seconds=chance.randrange(DAY_S - 7_200))
    if chance.random() < (0.35 if ours else 0.55):
        return _ambulance(chance, region, at, ours=ours)
    return _fire(chance, region, at, ours=ours)


def _ambulance(chance: random.Random, region: int, at: datetime, *, ours: bool) -> MadeCall:
    town = words.OWN_TOWN if ours else chance.choice(words.TOWNS[region])
    street = _street(chance, ours=ours)
    urgency = chance.choices(("A0", "A1", "A2", "B1", "B2"), (1, 8, 8, 5, 3))[0]
    unit, ride = f"{region:02d}{chance.randrange(101, 199)}", str(chance.randrange(10_000, 99_999))
    area = f"118{chance.randrange(1, 9)}" if ours else f"{words.POSTCODE_OF[region]}{chance.randrange(11, 70)}"
    letters = "".join(chance.choices("ABCDEGHJKLMNPRSTVWXZ", k=2))
    call = MadeCall(ours, "medisch_onwel" if urgency in {"A0", "A1"} else "overig", "", town)
    name = ""
    if chance.random() < 0.05:
        name = chance.choice(words.SURNAMES)
        call.names.append(name)
    form = chance.randrange(8)
    if ours and chance.random() < HARD_SHARE:
        call.hard, text = "postcode_alone", f"{urgency} {unit} Rit {ride} {street} {area}{letters}"
    elif form == 0:
        text = f"{urgency} {town} rit: {ride}{' (Directe inzet: ja)' if chance.random() < 0.3 else ''}"
    elif form == 1:
        text = f"{urgency} AMBU {unit} {street} {area}{letters} {town} {words.SHORT.get(town, '')} bon {ride}"
    elif form == 2:
        text = f"{urgency} {unit} {street} {area} {town} {ride}"
    elif form == 3:
        text = f"{urgency} Ambu {unit} - {town} Rit {ride}"
    elif form == 4:
        hospital = chance.choice(words.HOSPITALS) if chance.random() < BEHIND_SHARE else ""
        text = f"{urgency} (dia: ja) {unit} Rit {ride} {street} {town} {hospital}"
    elif form == 5:
        text = f"{urgency} {area}{letters} : {street} {town} Obj: Ziekenhuis Amstelland Amstelveen Rit: {ride}"
    elif form == 6:
        text = (
            f"{urgency} {unit} Rit {ride} {words.BEFORE_NAMES[0]} {name} {street} {town}"
            if name
            else f"{urgency} {unit} Rit {ride} {town}"
        )
    else:
        text = f"{urgency} {street} {town} : {unit}"
    _page(chance, call, at, " ".join(text.split()), region)
    return call


def _fire(chance: random.Random, region: int, at: datetime, *, ours: bool) -> MadeCall:
    town = words.OWN_TOWN if ours else chance.choice(words.TOWNS[region])
    street = _street(chance, ours=ours)
    kind, category = chance.choice(words.KINDS)
    call = MadeCall(ours, category, street, town)
    if ours and chance.random() < HARD_SHARE:
        call.hard = chance.choice(("kind", "street", "misspelt", "loud", "name_alone"))
    elif not ours:
        call.hard = chance.choices(("", "no_town", "kind", "no_group"), (80, 5, 10, 5))[0]
    if call.hard == "kind":
        kind, call.category = chance.choice(words.HARD_KINDS)
    if call.hard == "street":
        call.street = street = chance.choice(words.HARD_STREETS)
    shown = {"misspelt": town.replace("lv", "v"), "no_town": ""}.get(call.hard, town)
    thing = _object(chance, call)
    channel = "" if call.hard == "no_group" else f"{words.GROUP_OF[region]}-{chance.randrange(1, 40):02d}"
    units = [f"{region:02d}{chance.randrange(1_000, 9_900)}"]
    priority = chance.choices(("P 1", "P 2", "P 3"), (5, 4, 1))[0]
    place = f"{thing} {street} {shown} {'' if call.hard else _behind(chance, call, region)}"
    if chance.random() < 0.04:
        call.drill = True
        _page(chance, call, at, f"{priority} (Oefening) {channel} {kind} {place} {units[0]}", region)
        return call
    text = f"{priority} {channel} {kind} {place} {units[0]}"
    if chance.random() < 0.08 and not call.hard:
        text = chance.choice(
            (
                f"{kind} prio {priority[-1]} {town} {street}",
                f"{priority[-1]} {kind} {street} {town} ICnum {chance.randrange(100_000, 999_999)}",
            )
        )
        channel, units = "", []
    _page(chance, call, at, text.upper() if call.hard == "loud" else text, region)
    if channel and not call.hard and chance.random() < 0.15:
        for step in range(chance.randrange(1, 3)):
            at += timedelta(minutes=chance.randrange(2, 9))
            units.append(f"{region:02d}{chance.randrange(1_000, 9_900)}")
            size = ("(Middel BR)", "(Grip: 1) (Grote BR)")[step] if category == "brand" else ""
            _page(chance, call, at, f"P 1 {channel} {size} {kind} {place} {' '.join(units)}", region)
    if channel and chance.random() < 0.12:
        call.withdrawn = True
        at += timedelta(minutes=chance.randrange(1, 20))
        _page(chance, call, at, f"{priority} (Intrekken Alarm Brw) {kind} {place}", region)
    return call


def _street(chance: random.Random, *, ours: bool) -> str:
    if not ours and chance.random() < words.TRAP_SHARE:
        return words.TRAP_STREET
    return chance.choice(words.STREETS if ours else words.FOREIGN_STREETS)


def _object(chance: random.Random, call: MadeCall) -> str:
    """Return what stands between classification and street: mostly nothing, an object, or a person."""
    if call.hard == "name_alone":
        name = chance.choice(words.SURNAMES)
        call.names.append(name)
        return name
    if call.hard:
        return ""
    draw = chance.random()
    if draw < SURNAME_SHARE:
        name = chance.choice(words.SURNAMES)
        call.names.append(name)
        return f"thv {chance.choice(words.BEFORE_NAMES)} {name},"
    return chance.choice(words.OBJECTS) if draw < SURNAME_SHARE + 0.1 else ""


def _behind(chance: random.Random, call: MadeCall, region: int) -> str:
    """Return what stands behind the town: mostly nothing, free text, a person, or another town."""
    if chance.random() >= BEHIND_SHARE:
        return ""
    form = chance.randrange(3)
    if form == 0:
        return chance.choice(words.FREE_TEXTS)
    if form == 1:
        title, name = chance.choice(words.BEFORE_NAMES), chance.choice((*words.SURNAMES, *words.TOWN_NAMES))
        if name in words.SURNAMES:
            call.names.append(name)
        return f"{title}{chance.choice((' ', ' ', ' A. ', ': ', ' (85) '))}{name}"
    other = chance.choice([town for town in words.TOWNS[region] if town != call.town] or [call.town])
    if call.ours:
        return chance.choice((f"- {other}", f"> {other}", *(f"{word} {other}" for word in words.BEFORE_TOWNS)))
    if region in {12, 13} and chance.random() < NEAR_SHARE:
        other = words.OWN_TOWN
    return f"{chance.choice(words.BEFORE_TOWNS)} {other}"


def _page(chance: random.Random, call: MadeCall, at: datetime, text: str, region: int) -> None:
    """Add a message, mostly once and sometimes again for another group of pagers some seconds later."""
    text = " ".join(text.split())
    for again in range(chance.choices((1, 2, 3), (7, 2, 1))[0]):
        moment = at + timedelta(seconds=again * chance.randrange(2, 30))
        call.pages.append((moment, _line(chance, moment, text, region)))


def _line(chance: random.Random, at: datetime, text: str, region: int = 0) -> str:
    """Return a line as one of the decoders prints it."""
    capcodes = f"002029568 00{region:02d}{chance.randrange(10_000, 99_999)}"
    frame = f"{chance.randrange(15):02d}.{chance.randrange(128):03d}"
    form = chance.random()
    if form < 0.9:
        return f"FLEX|{at:%Y-%m-%d %H:%M:%S}|1600/2/K/A|{frame}|{capcodes}|ALN|{text}"
    if form < 0.95:
        return f"FLEX: {at:%Y-%m-%d %H:%M:%S} 1600/2/A {frame} [{capcodes.split()[1]}] ALN {text}"
    return f"FLEX_NEXT|1600/2|{frame}.A|{capcodes.replace(' ', ' 0')}|TG|5|ALN|3.0.K|{text}"

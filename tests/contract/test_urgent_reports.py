"""No urgent report is lost by a bad field: it reaches the operator's list, or wakes operations as an urgent dead letter.

Each field of good reports of every source is spoiled in every way that is known here; the sources are found in the registry. Of a
feed of JSON the fields are those of its objects, of a feed of pages those between the bars.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.categories import Priority
from schemas.codec import decode
from schemas.dead_letters import DeadLetterReference
from schemas.incidents import Incident
from streams.config.files import load_rules
from streams.domain.alerts.priority.score import alone
from streams.domain.incidents.urgency import MOST_URGENT
from streams.intake.intake import Intake
from streams.intake.lines import Line
from streams.intake.sources.registry import SOURCES, make_source
from tests.support.incoming import CAP, GMS, MELDING, ROBBERY, SIGNAL
from tests.support.mutation import HOSTILE, Mutator

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
RULES = load_rules()
JUNK = (
    b"",
    b"\xff\xfe",
    b"\x00",
    b"'",
    b'"',
    b"\\",
    b"NaN",
    b"[[[",
    b"9" * 500,
    b"x" * 3_000,
    b"\xf0\x9f",
    b" ",
    b"-1",
    b"A9",
    b"??",
)
"""Bytes that stand where a field was; none is what the field may say by its own rules."""


@dataclass(frozen=True)
class Spoiled:
    """A line with a bad field.

    Attributes:
        what: Which field, and how it was spoiled.
        content: The line.
        urgent: Whether its priority still stands there.
    """

    what: str
    content: bytes
    urgent: bool = True


def paths(document: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value of a document, the inner ones too."""
    if way:
        yield way
    if isinstance(document, dict | list):
        for place in document if isinstance(document, dict) else range(len(document)):
            yield from paths(document[place], (*way, place))


def with_value(document: Any, way: tuple[Any, ...], value: Any) -> Any:
    """Return a document with another value at a place."""
    changed = json.loads(json.dumps(document))
    at = changed
    for place in way[:-1]:
        at = at[place]
    at[way[-1]] = value
    return changed


def spoiled_json(good: dict[str, Any], priority: tuple[str, ...] = ("priority",)) -> Iterator[Spoiled]:
    """Yield a report with each of its values replaced by each bad one, left out, and spoiled in its bytes.

    Args:
        good: The report.
        priority: The way to its priority: what is spoiled there, or above it, takes the urgency with it.
    """
    mark = "@@@"
    for way in paths(good):
        urgent = way != priority[: len(way)]
        for value in HOSTILE:
            yield Spoiled(f"{way} = {str(value)[:40]}", json.dumps(with_value(good, way, value)).encode(), urgent)
        whole = json.dumps(with_value(good, way, mark)).encode()
        for junk in JUNK:
            yield Spoiled(f"{way} is the bytes {junk[:10]!r}", whole.replace(f'"{mark}"'.encode(), junk), urgent)
            yield Spoiled(f"{way} has the bytes {junk[:10]!r}", whole.replace(mark.encode(), junk), urgent)
        if len(way) == 1:
            left = {name: value for name, value in good.items() if name != way[0]}
            yield Spoiled(f"without {way[0]}", json.dumps(left).encode(), urgent)


def spoiled_page(good: bytes) -> Iterator[Spoiled]:
    """Yield a page with each field but the text replaced, left out, doubled, or with some of its bytes changed."""
    parts = good.split(b"|")
    mutator = Mutator(1)
    for number in range(len(parts) - 1):
        for junk in (*JUNK, *(mutator.line([parts[number]]).replace(b"|", b"/") for _ in range(15))):
            changed = b"|".join([*parts[:number], junk, *parts[number + 1 :]])
            if parts[number] == b"ALN" and junk.strip() in {b"NUM", b"TON", b"BIN", b"UNK"}:
                continue  # another kind of page, and no spoiled one
            yield Spoiled(f"field {number} is {junk[:40]!r}", changed)
        yield Spoiled(f"without field {number}", b"|".join(parts[:number] + parts[number + 1 :]))
        if parts[number] != b"ALN":  # before a text it would be the first word of it
            yield Spoiled(f"field {number} twice", b"|".join([*parts[:number], parts[number], *parts[number:]]))


def spoiled_xml(good: str) -> Iterator[Spoiled]:
    """Yield a document with each element's text replaced and spoiled in its bytes, each element left out, doubled, or renamed."""
    takes_urgency = {"alert", "info", "urgency"}
    for name in dict.fromkeys(re.findall(r"<(\w+)[ >]", good)):
        element = re.compile(f"<{name}[ >].*?</{name}>", re.DOTALL)
        urgent = name not in takes_urgency
        found = element.search(good)
        assert found is not None
        yield Spoiled(f"without {name}", element.sub("", good).encode(), urgent)
        yield Spoiled(f"{name} twice", good.replace(found[0], found[0] * 2).encode())
        yield Spoiled(f"{name} renamed", good.replace(f"{name}>", f"{name}x>").encode(), urgent)
        if "<" in found[0].removeprefix("<").removesuffix(f"</{name}>"):
            continue
        values = [*JUNK, *(str(value).encode("utf-8", "surrogatepass") for value in HOSTILE)]
        for value in values:
            text = good.encode().replace(found[0].encode(), f"<{name}>".encode() + value + f"</{name}>".encode())
            yield Spoiled(f"{name} is {value[:20]!r}", text, urgent)


def page(text: str) -> bytes:
    """Return a page of now, as the decoder prints it."""
    return f"FLEX|2026-11-29 12:00:25|1600/2/K/A|03.012|002029568 001201999|ALN|{text}".encode()


GOOD: dict[str, list[Iterator[Spoiled]]] = {
    "recorded": [
        spoiled_json(ROBBERY),
        spoiled_json(ROBBERY | {"priority": "A0", "position": {"x_rd": 118859, "y_rd": 479949, "accuracy_m": 50}}),
        spoiled_json(ROBBERY | {"priority": 1, "position": {"type": "Point", "coordinates": [4.8573, 52.3063]}}),
    ],
    "signalen": [spoiled_json(SIGNAL)],
    "meldingen": [spoiled_json(MELDING)],
    "cap": [spoiled_xml(CAP), spoiled_xml(CAP.replace("Fire", "Security"))],
    "gms": [
        spoiled_json(GMS, ("BrwDisciplineGegevens", "Prioriteit")),
        spoiled_json(GMS | {"Karakteristieken": []}, ("BrwDisciplineGegevens", "Prioriteit")),
    ],
    "p2000": [
        spoiled_page(page("P 1 BAD-01 BR woning Stadsplein Amstelveen 131235")),
        spoiled_page(page("A1 13102 Rit 45678 Stadsplein 1181ZM Amstelveen")),
        spoiled_page(page("P 1 BAD-02 Persoon te water Stadsplein Amstelveen 131240")),
    ],
}
"""By source. A new source has an entry here."""
NEVER_URGENT = frozenset({"signalen", "meldingen"})
"""Sources whose most urgent is 2: of their reports none may be lost, and none is urgent."""


def test_every_source_has_reports_to_spoil() -> None:
    """What is not named here would not be tried."""
    assert GOOD.keys() == SOURCES.keys()


@pytest.mark.parametrize("name", SOURCES)
def test_an_urgent_report_with_a_bad_field_reaches_somebody(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """At P2 or higher, whatever stands in the field. Of a bad priority the report stays; nobody can tell how urgent it is."""
    caplog.set_level("CRITICAL")
    tried = 0
    lost = []
    for spoiled in (each for good in GOOD[name] for each in good):
        source = make_source(name, {}, "Europe/Amsterdam")
        assert source is not None
        outgoing = Intake(source, None, lambda: NOW).prepare(Line(1, spoiled.content, len(spoiled.content)))
        tried += 1
        if outgoing is None:
            lost.append(f"{spoiled.what}: nothing")
            continue
        message = decode(outgoing.record.value, outgoing.record.headers)
        if isinstance(message, DeadLetterReference):
            told = message.urgent or not spoiled.urgent or name in NEVER_URGENT
        else:
            assert isinstance(message, Incident)
            seen = message.urgency <= MOST_URGENT and alone(message, RULES) <= Priority.P2
            told = seen or not spoiled.urgent or name in NEVER_URGENT
        if not told:
            lost.append(f"{spoiled.what}: {message!r}"[:600])
    assert tried > 400
    assert lost == [], f"{len(lost)} of {tried}"

"""What partners and receivers send, mutated: a line is a report, not for us, or refused with a reason; nothing raises."""

from __future__ import annotations

import codecs
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.incidents import ReportNote
from streams.domain.geometry.country import inside_country
from streams.domain.incidents.raw_report import NotForUs, RawReport, Unreadable
from streams.domain.incidents.revisions import normalise
from streams.domain.incidents.urgency import may_be_urgent, urgency
from streams.intake.lines import MAX_LINE_BYTES, Line, LineSplitter
from streams.intake.sources import fields
from streams.intake.sources.registry import SOURCES, make_source
from tests.support.incoming import CAP, GMS, MELDING, ROBBERY, SIGNAL
from tests.support.mutation import Mutator, fuzz, tries

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
COUNT = 100_000
DOCUMENTS: list[dict[str, Any]] = [
    ROBBERY,
    ROBBERY | {"position": {"x_rd": 118859, "y_rd": 479949}, "priority": 1, "occurred_at": 1795953600},
    ROBBERY | {"position": {"type": "Point", "coordinates": [4.8573, 52.3063]}, "operation": "cancel", "place": None},
    ROBBERY | {"position": {"lat": "52,3063", "lon": "4,8573"}, "occurred_before_s": 40, "at_s": 1, "priority": "hoog"},
]
DOCUMENTS_OF: dict[str, list[dict[str, Any]]] = {
    "recorded": DOCUMENTS,
    "gms": [
        GMS,
        {name[:1].lower() + name[1:]: value for name, value in GMS.items()} | {"kindOfChange": "updated"},
        GMS
        | {"BrwDisciplineGegevens": {"Prioriteit": 2, "MeldingsclassificatieCode": "brbtct"}, "status": "vervallen"},
        {"message": GMS | {"Karakteristieken": [{"Naam": "GRIP", "Waarden": ["1", "2"]}]}},
    ],
    "signalen": [
        SIGNAL,
        SIGNAL | {"status": {"state": "a"}},
        SIGNAL | {"category": {"category_url": "/a/b"}, "priority": "low"},
    ],
    "meldingen": [MELDING, MELDING | {"state": "canceled"}, MELDING | {"classification": "Woonfraude", "urgency": -1}],
}
"""Of sources of JSON, by source."""
LINES: dict[str, list[bytes]] = {
    "recorded": [json.dumps(document).encode() for document in DOCUMENTS],
    "signalen": [json.dumps(document).encode() for document in DOCUMENTS_OF["signalen"]],
    "meldingen": [json.dumps(document).encode() for document in DOCUMENTS_OF["meldingen"]],
    "cap": [
        CAP.encode(),
        CAP.replace(
            "<msgType>Alert<", "<references>a,b,2026-11-29T12:00:00+01:00</references><msgType>Update<"
        ).encode(),
        CAP.replace("<polygon>", "<circle>52.3063,4.8573 0.5</circle><polygon>").encode(),
        CAP.replace("<msgType>Alert<", "<references>meldkamer@example.org,x,y</references><msgType>Cancel<").encode(),
    ],
    "gms": [json.dumps(document).encode() for document in DOCUMENTS_OF["gms"]],
    "p2000": [
        f"FLEX|2026-11-29 12:00:25|1600/2/K/A|03.012|002029568 001201999|ALN|{text}".encode()
        for text in (
            "P 1 BAD-01 BR woning Stadsplein Amstelveen 131235",
            "A1 13102 Rit 45678 Stadsplein 1181ZM Amstelveen",
            "P 2 BDH-02 Ongeval wegvervoer letsel (grip: 1) A9 Re 22,4 Amstelveen 139031",
        )
    ],
}
"""By source. A new source has an entry here."""


def test_every_source_is_fuzzed() -> None:
    """What is not named here would not be tried."""
    assert LINES.keys() == SOURCES.keys()


def reader(name: str) -> Callable[[bytes], object]:
    """Return what reads a line as intake does, and checks what comes of it."""
    source = make_source(name, {}, "Europe/Amsterdam")
    assert source is not None

    def read(line: bytes) -> object:
        reading = source.read(line, NOW)
        if isinstance(reading, RawReport):
            assert len(reading.source_id) <= fields.MAX_ID
            return normalise(reading, None, NOW)
        assert isinstance(reading, NotForUs | Unreadable)
        if isinstance(reading, Unreadable):
            assert 0 < len(reading.detail) <= 300
            assert "\n" not in reading.detail
        return reading

    return read


@pytest.mark.parametrize("name", SOURCES)
def test_lines_of_every_source(name: str) -> None:
    """Bytes changed at random: both kinds of end are seen, and none is an exception."""
    mutator = Mutator(1)
    tally = fuzz(reader(name), lambda: mutator.line(LINES[name]), COUNT)
    assert set(tally) <= {"AcceptedReport", "RefusedReport", "NotForUs", "Unreadable"}
    assert min(tally["AcceptedReport"], tally["Unreadable"]) > tries(COUNT) / 100, tally


@pytest.mark.parametrize("name", DOCUMENTS_OF)
def test_values_of_json_reports(name: str) -> None:
    """JSON that stays JSON: a document that still says whose it is and which is a report."""
    mutator, count, documents = Mutator(2), COUNT, DOCUMENTS_OF[name]
    tally = fuzz(reader(name), lambda: json.dumps(mutator.value(mutator.random.choice(documents))).encode(), count)
    assert tally["AcceptedReport"] > tries(count) / 2, tally


@pytest.mark.parametrize("field", ["position", "occurred_at", "priority", "source_id"])
def test_readers_of_fields(field: str) -> None:
    """Each gives a value that a message can have, or none, with a note."""
    mutator = Mutator(3)

    def read(value: Any) -> object:
        if field == "position":
            position = fields.position(value, 50.0)
            assert position.value is None or inside_country(position.value)
            assert position.value is None or 0 < position.value.accuracy_m <= fields.MAX_ACCURACY_M
            return position.value
        if field == "occurred_at":
            moment = fields.moment(value, AMSTERDAM, NOW, ReportNote.TIME_OF_ARRIVAL)
            assert moment.value is None or (moment.value.tzinfo is UTC and moment.value.year >= 2016)
            return moment.value
        if field == "priority":
            said = fields.priority(value).value
            assert len(said) <= 12
            assert said.isascii()
            return urgency(said)
        identity = fields.identity(value, "run/").value
        assert len(identity) <= fields.MAX_ID
        assert identity.isprintable()
        return identity

    values = [document[field] for document in DOCUMENTS]
    tally = fuzz(read, lambda: mutator.value(mutator.random.choice(values)), COUNT)
    assert sum(tally.values()) >= tries(COUNT)


def test_what_may_be_urgent() -> None:
    """Any bytes have an answer."""
    mutator = Mutator(4)
    lines = LINES["recorded"] + LINES["p2000"]
    tally = {True: 0, False: 0}

    def read(line: bytes) -> object:
        tally[may_be_urgent(line)] += 1
        return None

    fuzz(read, lambda: mutator.line(lines), COUNT)
    assert min(tally.values()) > tries(COUNT) / 100, tally


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_feeds_of_every_encoding(encoding: str) -> None:
    """Mutated files in chunks of any size: lines are numbered, bounded, and the same however the bytes come."""
    mutator, draw = Mutator(5), random.Random(5)
    text = "".join(line.decode() + draw.choice(("\n", "\r\n")) for line in LINES["recorded"] * 5)
    files = [text.encode(encoding), codecs.BOM_UTF16_LE + text.encode("utf-16-le")]
    lines = 0

    def read(content: bytes) -> object:
        nonlocal lines
        whole = LineSplitter()
        expected = [*whole.add(content), *whole.end()]
        parts = LineSplitter()
        found: list[Line] = []
        at = 0
        while at < len(content):
            size = draw.choice((1, 3, 100, 10_000))
            found += parts.add(content[at : at + size])
            at += size
        found += parts.end()
        assert found == expected
        assert all(len(line.content) <= MAX_LINE_BYTES for line in found)
        assert [line.number for line in found] == list(range(1, len(found) + 1))
        lines += len(found)
        return None

    fuzz(read, lambda: mutator.line(files), COUNT // 100)
    assert lines > tries(COUNT) / 10

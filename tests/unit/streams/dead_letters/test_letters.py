"""Dead letters: what is listed, what is meant, what can be replayed, and that a replay is what would have been."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import OCTETS, Encoded, Headers, decode, encode
from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from schemas.incidents import Incident
from schemas.phrases.language import Language
from streams.cli.options import moment
from streams.dead_letters.letters import Filters, Letter, Skip, excerpt, in_order, judge, read_letter
from streams.dead_letters.replay import Rereader, choose, replay
from streams.domain.incidents.raw_report import Reading, Unreadable
from streams.errors import ConfigurationError
from streams.intake.intake import Intake
from streams.intake.lines import Line
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.intake.sources.registry import make_source
from streams.kafka.dead_letter import MAX_DEAD_LETTER_BYTES, Fault, dead_letter
from streams.kafka.record import Record, first_appended_at

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)


def record(**changes: Any) -> Record:
    """Return a record that fails."""
    fields: dict[str, Any] = {
        "topic": "camera-watches", "partition": 2, "offset": 7, "key": b"cam-1", "value": b'{"secret": "name"}',
        "headers": [("ce_id", b"1"), ("ce_type", b"x")], "appended_at": NOW,
    }  # fmt: skip
    return Record(**(fields | changes))


def letter(offset: int = 0, reason: DeadLetterReason = DeadLetterReason.UNKNOWN_CAMERA, **changes: Any) -> Letter:
    """Return the letter of a record that failed."""
    outgoing = dead_letter("corroborate", record(**changes), Fault(reason, "because")).record
    return as_letter(outgoing, offset)


def as_letter(outgoing: Encoded, offset: int = 0) -> Letter:
    return read_letter((0, offset), LATER, outgoing.key, outgoing.value, outgoing.headers)


class Sent:
    """What was sent, and in how many rounds it was confirmed."""

    def __init__(self) -> None:
        self.records: list[tuple[str, int | None, bytes | None, bytes, Headers]] = []
        self.rounds: list[int] = []

    def send(self, *record: Any) -> None:
        self.records.append(record)

    def confirm(self) -> None:
        self.rounds.append(len(self.records))


NO_SOURCE = Rereader(lambda _: None)


def test_a_replay_is_the_original_with_its_first_time() -> None:
    """Topic, partition, key, bytes and headers are its own; the stage judges it by when it came first."""
    sent = Sent()
    assert replay([letter()], NO_SOURCE, sent).problem is False
    [(topic, partition, key, value, headers)] = sent.records
    assert (topic, partition, key, value) == ("camera-watches", 2, b"cam-1", record().value)
    assert headers[:2] == record().headers
    assert first_appended_at(headers, LATER) == NOW


def test_an_original_that_failed_again_keeps_its_first_time_and_is_sent_once() -> None:
    """Its two letters hold the same original; a dry run sends nothing."""
    sent = Sent()
    replay([letter()], NO_SOURCE, sent)
    headers = sent.records[0][4]
    again = as_letter(
        dead_letter("corroborate", record(headers=headers, offset=99), Fault(DeadLetterReason.INVALID, "")).record, 1
    )
    report = replay([letter(), again], NO_SOURCE, None)
    assert [each.handle for each in report.replayed] == ["0-0"]
    assert [why for _, why in report.skipped] == [Skip.REPEATED]
    assert report.problem is False
    assert "1 would be replayed, 1 skipped" in report.lines()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (letter(topic="camera-frames"), Skip.PICTURE),
        (letter(topic="snapshots"), Skip.PICTURE),
        (letter(topic="gone-topic"), Skip.NOT_OURS),
        (letter(topic="dead-letters", partition=0), Skip.NOT_OURS),
        (letter(topic="decide-state-changelog"), Skip.NOT_OURS),
        (letter(partition=4), Skip.NOT_OURS),
        (letter(value=None), Skip.EMPTY),
        (replace(letter(), value=None), Skip.EMPTY),
        (letter(value=b"x" * MAX_DEAD_LETTER_BYTES), None),
        (letter(value=b"x" * (MAX_DEAD_LETTER_BYTES + 1)), Skip.TRUNCATED),
        (letter(), None),
        (read_letter((0, 0), LATER, None, None, []), Skip.UNREADABLE),
    ],
)
def test_what_cannot_be_replayed_says_why(changed: Letter, why: Skip | None) -> None:
    """Pictures, foreign topics, parts of originals, nothing, and the boundary of what a letter holds."""
    assert judge(changed) is why


def test_a_letter_from_before_sizes_is_judged_by_whether_it_is_full() -> None:
    """One that fills its letter may have been longer."""
    told = letter().reference
    assert told is not None
    old = replace(letter(), reference=told.model_copy(update={"original_bytes": None}))
    assert judge(old) is None
    assert judge(replace(old, value=b"x" * MAX_DEAD_LETTER_BYTES)) is Skip.TRUNCATED


@pytest.mark.parametrize(
    ("filters", "taken"),
    [
        (Filters(), True),
        (Filters(topic="camera-watches"), True),
        (Filters(topic="evidence"), False),
        (Filters(stage="corroborate"), True),
        (Filters(stage="decide"), False),
        (Filters(urgent=True), False),
        (Filters(reasons=frozenset({DeadLetterReason.UNKNOWN_CAMERA, DeadLetterReason.INVALID})), True),
        (Filters(reasons=frozenset({DeadLetterReason.INVALID})), False),
        (Filters(since=NOW), True),
        (Filters(since=NOW + timedelta(microseconds=1)), False),
        (Filters(until=NOW), False),
        (Filters(until=NOW + timedelta(microseconds=1)), True),
    ],
)
def test_filters(filters: Filters, taken: bool) -> None:
    """Each by itself; `since` belongs to the time and `until` does not."""
    assert filters.take(letter()) is taken


def test_an_unreadable_letter_is_meant_by_its_time_only() -> None:
    """It says no topic, reason or stage."""
    broken = read_letter((0, 3), LATER, b"k", b"v", [("ce_type", b"\xff")])
    assert Filters(since=LATER).take(broken)
    assert not Filters(topic="incidents").take(broken)
    assert not Filters(until=LATER).take(broken)
    assert broken.line(Language.EN).startswith("0-3 ")
    assert broken.as_dict()["reason"] == "unreadable"


@given(
    st.one_of(st.none(), st.binary(max_size=40)),
    st.lists(st.tuples(st.sampled_from(["ce_type", "ce_id", "dead-letter", "original-x"]), st.binary(max_size=60))),
)
def test_no_letter_breaks_the_list(value: bytes | None, headers: Headers) -> None:
    """Whatever the bytes, it is one line and one object."""
    for more in ([], [("ce_type", DeadLetterReference.ce_type().encode())]):
        found = read_letter((0, 1), LATER, value, value, [*headers, *more])
        assert "\n" not in found.line(Language.EN)
        json.dumps(found.as_dict())
        assert judge(found) is Skip.UNREADABLE


def test_a_line_never_shows_the_content_and_never_steers_a_terminal() -> None:
    """Neither as text nor as JSON; control characters are escaped."""
    shown = letter()
    assert "secret" not in shown.line(Language.EN) + json.dumps(shown.as_dict())
    told = shown.reference
    assert told is not None
    steering = replace(shown, reference=told.model_copy(update={"topic": "a\x1b[2J\nb"}))
    assert "\x1b" not in steering.line(Language.EN)
    assert "\n" not in steering.line(Language.EN)
    assert excerpt(b"ab\x1b\xff\n" + b"c" * 9, 5) == "ab\\x1b\\xff\\n … 9 bytes more"
    assert excerpt(b"", 5) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", NOW - timedelta(seconds=90)), ("30m", NOW - timedelta(minutes=30)), ("2h", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)), ("2026-11-24T13:00:00+01:00", NOW), ("2026-11-24T12:00:00Z", NOW),
    ],
)  # fmt: skip
def test_times(text: str, expected: datetime) -> None:
    """A time with a zone, or how long ago."""
    assert moment("dead-letters", "--since", text, NOW) == expected


@pytest.mark.parametrize(
    "text", ["noon", "2026-11-24T12:00:00", "2h30m", "-2h", "2w", "999999d", "0001-01-01T00:00:00Z"]
)
def test_a_wrong_time_is_told(text: str) -> None:
    """One line with the option, the value and what was expected."""
    with pytest.raises(ConfigurationError, match=r"--since is .*, expected a time with a zone"):
        moment("dead-letters", "--since", text, NOW)


def test_what_cameras_showed_goes_first_and_each_round_is_confirmed() -> None:
    """Within a round in the order in which the originals came first."""
    early = NOW - timedelta(minutes=5)
    letters = [letter(0), letter(1, topic="observations"), letter(2, topic="evidence", appended_at=early)]
    assert [each.handle for each in in_order(letters)] == ["0-1", "0-2", "0-0"]
    sent = Sent()
    replay(letters, NO_SOURCE, sent)
    assert sent.rounds == [1, 3]
    assert choose([]) == ([], [])


LINE = json.dumps({"source": "politie-gms", "source_id": "1", "category": "bzdsbr", "priority": "P 1"}).encode()


class Broken(RecordedReports):
    """A source with a defect."""

    def read(self, content: bytes, now: datetime) -> Reading:
        return Unreadable(DeadLetterReason.UNREADABLE_REPORT, "a defect")


def line_letter(content: bytes = LINE, size: int | None = None) -> Letter:
    """Return the letter of a line that its source could not read."""
    intake = Intake(Broken(load_categories()), None, lambda: NOW)
    outgoing = intake.prepare(Line(4, content, size or len(content)))
    assert outgoing is not None
    return as_letter(outgoing.record)


def recorded(known: tuple[Incident, ...] = ()) -> Rereader:
    return Rereader(lambda name: make_source(name, {}, "Europe/Amsterdam"), lambda: known)


def test_a_line_gives_the_incident_that_it_would_have_given() -> None:
    """Read again by its source, at the time of its first reading; the second time it tells nothing new."""
    wanted = Intake(RecordedReports(load_categories()), None, lambda: NOW).prepare(Line(4, LINE, len(LINE)))
    assert wanted is not None
    sent = Sent()
    replay([line_letter()], recorded(), sent)
    [(topic, _, key, value, headers)] = sent.records
    assert (topic, key, value) == ("incidents", wanted.record.key, wanted.record.value)
    assert first_appended_at(headers, LATER) == NOW
    known = decode(value, headers)
    assert isinstance(known, Incident)
    again = replay([line_letter()], recorded((known,)), sent)
    assert [why for _, why in again.skipped] == [Skip.NOTHING_NEW]
    assert len(sent.records) == 1
    assert not again.problem


@pytest.mark.parametrize(
    ("told", "why"),
    [(line_letter(b"not json"), Skip.STILL_FAILS), (line_letter(LINE, 70_000), Skip.TRUNCATED)],
)
def test_a_line_that_still_fails_makes_no_second_letter(told: Letter, why: Skip) -> None:
    """It stays where it is, and the exit code says so."""
    sent = Sent()
    report = replay([told], recorded(), sent)
    assert [each for _, each in report.skipped] == [why]
    assert report.problem
    assert sent.records == []


def test_a_source_that_is_gone_is_told() -> None:
    """Its lines stay where they are."""
    assert [why for _, why in replay([line_letter()], NO_SOURCE, Sent()).skipped] == [Skip.UNKNOWN_SOURCE]


def test_an_incident_that_is_sent_again_is_not_the_newest() -> None:
    """An intake that starts after a replay still knows the newest revision of each report."""
    intake = Intake(RecordedReports(load_categories()), None, lambda: NOW)
    first = intake.prepare(Line(1, LINE, len(LINE)))
    assert first is not None
    old = decode(first.record.value, first.record.headers)
    assert isinstance(old, Incident)
    newest = old.model_copy(update={"revision": 3, "source_priority": "P 2"})
    restarted = Intake(RecordedReports(load_categories()), None, lambda: NOW)
    for incident in (old, newest, old):
        restarted.recall(incident)
    changed = restarted.prepare(Line(1, LINE, len(LINE)))
    assert changed is not None
    update = decode(changed.record.value, changed.record.headers)
    assert isinstance(update, Incident)
    assert update.revision == 4


def test_a_letters_own_headers_are_not_the_originals() -> None:
    """Only what stands behind `original-` is."""
    told = letter().reference
    assert told is not None
    aside = encode(told, stage="x", handled_at=NOW, entered_at=NOW, payload=b"v", payload_type=OCTETS)
    assert as_letter(aside).original_headers == []

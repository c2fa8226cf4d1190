"""A recording survives its file; a line that is no record, and a file that is too old, are refused."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import topics
from streams.errors import ConfigurationError
from streams.kafka.record import Record
from streams.replay.file import RecordingHead, read_head, read_recording, write_recording
from streams.replay.recording import recording_of
from tests.support.partition import live_decide
from tests.support.recordings import RULES, a_day
from tests.support.situations import NOON, report, seconds

HEAD = RecordingHead(
    toezicht="recording", version=1, since=NOON, until=NOON + timedelta(hours=1), exported_at=NOON + timedelta(hours=2)
)
LINE: dict[str, Any] = {
    "topic": "evidence",
    "partition": 0,
    "offset": 0,
    "appended_at": "2026-11-24T12:00:00Z",
    "key": "k",
    "headers": {},
    "value": "{}",
}


@pytest.mark.parametrize("name", ["day.jsonl", "day.jsonl.gz"])
def test_records_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    """Every field; deletions are left out."""
    records = a_day().records
    gone = Record(topics.EVIDENCE, 2, 99, b"k", None, [], NOON)
    assert write_recording(tmp_path / name, HEAD, [*records, gone]) == len(records)
    assert list(read_recording(tmp_path / name)) == records
    assert read_head(tmp_path / name, NOON + timedelta(days=26)) == HEAD


def test_a_record_that_is_no_text_is_exported_and_stays_undecodable(tmp_path: Path) -> None:
    """One damaged record is no reason to lose a day, nor to be left out of what is counted; so with a header without a value."""
    live = a_day()
    damaged = Record(topics.ALERTS, 2, 99, b"k", b'{"title":"\xff"}', [("ce_id", b"\xfe")], NOON)
    bare: Any = Record(topics.DECISION_LOG, 2, 99, b"k", b"{}", [("ce_id", cast(bytes, None))], NOON)
    write_recording(tmp_path / "day", HEAD, [*live.records, damaged, bare])
    found = recording_of(read_recording(tmp_path / "day"))
    assert found.undecodable == {topics.ALERTS: 1, topics.DECISION_LOG: 1}
    assert found.alerts == recording_of(live.records).alerts


def test_a_file_older_than_retention_is_refused(tmp_path: Path) -> None:
    """What derives from images may not outlive four weeks in a file either."""
    write_recording(tmp_path / "old", HEAD, [])
    with pytest.raises(ConfigurationError, match="delete this file"):
        read_head(tmp_path / "old", NOON + timedelta(days=27, seconds=1))


@pytest.mark.parametrize("text", ["", "{}\n", "no json\n", '{"toezicht":"decide-state","version":1}\n'])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    """One line names the file."""
    (tmp_path / "other").write_text(text)
    with pytest.raises(ConfigurationError, match="other: line 1"):
        read_head(tmp_path / "other", NOON)


@given(
    st.one_of(
        st.text(st.characters(exclude_categories=("Cs", "Cc"))),
        st.dictionaries(
            st.sampled_from(sorted(LINE)), st.one_of(st.none(), st.integers(), st.text(max_size=5)), min_size=1
        ).map(lambda changes: json.dumps(LINE | changes)),
    )
)
def test_a_line_that_is_no_record_names_its_number(tmp_path_factory: pytest.TempPathFactory, line: str) -> None:
    """Whatever stands there: a record, or one line with the file and the line's number."""
    path = tmp_path_factory.mktemp("fuzz") / "day.jsonl"
    path.write_text(HEAD.model_dump_json() + "\n" + line + "\n", encoding="utf-8")
    try:
        recording_of(read_recording(path))
    except ConfigurationError as error:
        said = str(error)
    else:
        said = "line 2: nothing wrong"
    assert "line 2" in said


def test_what_was_sent_twice_is_one() -> None:
    """Alerts and decisions that a restart repeated; a message that cannot be decoded is counted."""
    live = live_decide(RULES)
    live.give(topics.EVIDENCE, report("a"), NOON)
    once = recording_of(live.records)
    again = [each for each in live.records if each.topic in {topics.ALERTS, topics.DECISION_LOG}]
    broken = Record(topics.ALERTS, 2, 7, b"k", b"{", again[0].headers, NOON + seconds(1))
    twice = recording_of([*live.records, *again, broken])
    assert (twice.alerts, twice.undecodable) == (once.alerts, {topics.ALERTS: 1})
    assert twice.log(2).decisions == once.log(2).decisions

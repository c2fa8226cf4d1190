"""A backup's files: a record is what it was, and what was touched, cut short or is from elsewhere is refused with its name."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest

from streams import topics
from streams.backup.manifest import (
    MANIFEST,
    BackupError,
    Manifest,
    TopicPart,
    line_of,
    read_manifest,
    records_of,
    sha256_of,
    verify_files,
)
from streams.kafka.record import Record
from tests.support.situations import NOON

RECORDS = [
    Record(topics.TRENDS, 3, 17, b"room", b"\x00\xff{}", [("ce_id", b"1"), ("ce_id", b"2")], NOON),
    Record(topics.TRENDS, 0, 0, None, None, [], NOON + timedelta(milliseconds=1)),
]


def backup(folder: Path, records: list[Record]) -> Manifest:
    """Write a backup of one topic."""
    (folder / "topics").mkdir()
    name = "topics/trends.jsonl.gz"
    (folder / name).write_bytes(gzip.compress(b"".join(line_of(each) for each in records)))
    part = TopicPart(topic=topics.TRENDS, file=name, sha256=sha256_of(folder / name), records=len(records))
    manifest = Manifest(made_at=NOON, delete_by=NOON + timedelta(days=7), release="0", topics=(part,))
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    return manifest


def test_records_are_what_they_were(tmp_path: Path) -> None:
    """Bytes that are no text, no key, no value, and a header twice."""
    manifest = backup(tmp_path, RECORDS)
    assert read_manifest(tmp_path) == manifest
    verify_files(tmp_path, manifest)
    assert list(records_of(tmp_path, manifest.topics[0])) == RECORDS


def test_one_byte_that_is_another_is_noticed(tmp_path: Path) -> None:
    """And so is a file that is gone."""
    manifest = backup(tmp_path, RECORDS)
    file = tmp_path / manifest.topics[0].file
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(BackupError, match=r"trends\.jsonl\.gz: SHA-256 is .* it is not as it was written"):
        verify_files(tmp_path, manifest)
    file.unlink()
    with pytest.raises(BackupError, match="cannot be read"):
        verify_files(tmp_path, manifest)


@pytest.mark.parametrize("line", ["[]", "{}", "no json", "[9,0,0,null,null,[]]", '[0,0,0,"%",null,[]]'])
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str) -> None:
    """A manifest that fits it was made by somebody who meant to."""
    manifest = backup(tmp_path, RECORDS[:1])
    file = tmp_path / manifest.topics[0].file
    file.write_bytes(gzip.compress(line_of(RECORDS[0]) + line.encode() + b"\n"))
    with pytest.raises(BackupError, match=r"trends\.jsonl\.gz: line 2"):
        list(records_of(tmp_path, manifest.topics[0]))


def test_a_file_that_is_cut_short_is_named(tmp_path: Path) -> None:
    """Half a gzip gives what it has, and then an error."""
    manifest = backup(tmp_path, RECORDS * 500)
    file = tmp_path / manifest.topics[0].file
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(BackupError, match="cannot be read to its end"):
        list(records_of(tmp_path, manifest.topics[0]))


def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """None, no JSON, of a newer release, a field that is wrong, and one that leads out of the folder."""
    with pytest.raises(BackupError, match="is no backup"):
        read_manifest(tmp_path)
    manifest = backup(tmp_path, RECORDS)
    document = json.loads((tmp_path / MANIFEST).read_text())
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(BackupError, match="is no JSON"):
        read_manifest(tmp_path)
    (tmp_path / MANIFEST).write_text(json.dumps(document | {"format": 2, "more": 1}))
    with pytest.raises(BackupError, match="format is 2, expected 1 at most: a newer release made it"):
        read_manifest(tmp_path)
    (tmp_path / MANIFEST).write_text(json.dumps(document | {"made_at": "yesterday"}))
    with pytest.raises(BackupError, match="made_at is wrong"):
        read_manifest(tmp_path)
    outside = manifest.topics[0].model_copy(update={"file": "../elsewhere"})
    with pytest.raises(BackupError, match="is outside of the backup"):
        verify_files(tmp_path, manifest.model_copy(update={"topics": (outside,)}))

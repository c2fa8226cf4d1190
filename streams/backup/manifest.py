"""Manifest: what a backup has in it: which topics and files, how many records, each file's SHA-256, and by when it must be gone.

A backup is a folder, for its user alone (0700, files 0600):

    manifest.json          this
    topics/NAME.jsonl.gz   a record a line: partition, offset, broker's time (ms), key, value and headers in base64
    files/NN-NAME          the files that decide: registry, rules, partners, plans, and what else was named

Nothing in it is encrypted: it has personal data, and where files of accounts were named, password hashes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.base import Utc
from streams.errors import ToezichtError
from streams.kafka.record import Record, append_time
from streams.topics import BY_NAME

FORMAT: Final = 1
"""Raised where an older release could not read what a newer one writes."""
MANIFEST: Final = "manifest.json"
JOURNAL: Final = "deletions.ndjson"
"""In the folder of the backups, beside them: what was deleted, since it holds for all of them."""
PREFIX: Final = "backup-"


class BackupError(ToezichtError):
    """A backup cannot be made, read or brought back. One line: the file, what was found, and what was expected."""


class TopicPart(BaseModel):
    """Topic part: what a backup has of one topic."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str
    file: Annotated[str, Field(description="Its file, below the backup's folder")]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    records: Annotated[int, Field(ge=0)]
    left_out: Annotated[int, Field(ge=0, description="Records that would be too old before the backup is deleted")] = 0


class FilePart(BaseModel):
    """File part: a file of this machine, and where it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: Annotated[str, Field(description="Which setting named it; `also` for one that the command line named")]
    path: Annotated[str, Field(description="Where it was")]
    file: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """Manifest: what a backup has in it, of which time, and until when it may be kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    made_at: Annotated[Utc, Field(description="When it was begun: what was deleted later, it still has")]
    delete_by: Annotated[
        Utc, Field(description="By when it must be deleted: something of images in it is then four weeks old")
    ]
    release: Annotated[str, Field(description="Which release made it")]
    audit_head: Annotated[
        str, Field(description="The newest entry of its audit chain, SEQUENCE:HASH; empty for none")
    ] = ""
    audit_head_offset: Annotated[int, Field(ge=-1, description="The event that entry was made of; -1 for none")] = -1
    topics: tuple[TopicPart, ...] = ()
    files: tuple[FilePart, ...] = ()
    settings: Annotated[dict[str, str], Field(description="Variables that were set, secrets left out")] = {}

    def part(self, topic: str) -> TopicPart | None:
        """Return what there is of a topic, or None."""
        return next((each for each in self.topics if each.topic == topic), None)


def read_manifest(folder: Path) -> Manifest:
    """Return a backup's manifest.

    Raises:
        BackupError: The folder has none, or one that this release cannot read.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_bytes())
        if isinstance(found, dict) and isinstance(found.get("format"), int) and found["format"] > FORMAT:
            raise BackupError(
                f"{path}: format is {found['format']}, expected {FORMAT} at most: a newer release made it"
            )
        return Manifest.model_validate(found)
    except OSError as error:
        raise BackupError(f"{folder}: is no backup, expected a folder with {MANIFEST} ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(each) for each in first["loc"])
        raise BackupError(f"{path}: {field} is wrong: {first['msg']}") from None
    except ValueError:
        raise BackupError(f"{path}: is no JSON, expected what `toezicht backup` wrote") from None


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Hold every file of a backup against its SHA-256, before anything of it is used.

    Raises:
        BackupError: One is missing, or is not as it was written; names the first.
    """
    parts: tuple[TopicPart | FilePart, ...] = (*manifest.topics, *manifest.files)
    for part in parts:
        path = folder / part.file
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BackupError(f"{folder / MANIFEST}: {part.file} is outside of the backup")
        found = sha256_of(path)
        if found != part.sha256:
            raise BackupError(
                f"{path}: SHA-256 is {found[:12]}…, expected {part.sha256[:12]}…: it is not as it was written"
            )


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256, in hexadecimal.

    Raises:
        BackupError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BackupError(f"{path}: cannot be read ({error.strerror}), expected a file of the backup") from None


def line_of(record: Record) -> bytes:
    """Return a record as one line of a topic's file."""
    headers = [[name, _text(value)] for name, value in record.headers]
    at_ms = round(record.appended_at.timestamp() * 1000)
    told = [record.partition, record.offset, at_ms, _text(record.key), _text(record.value), headers]
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"


def records_of(folder: Path, part: TopicPart) -> Iterator[Record]:
    """Yield the records of a topic's file, in its order.

    Raises:
        BackupError: A line is none, or names a partition that the topic does not have.
    """
    path = folder / part.file
    try:
        with gzip.open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                yield _record(path, number, line, part.topic)
    except (OSError, EOFError) as error:
        raise BackupError(f"{path}: cannot be read to its end: {error}") from None


def _record(path: Path, number: int, line: bytes, topic: str) -> Record:
    try:
        partition, offset, at_ms, key, value, headers = json.loads(line)
        record = Record(
            topic=topic,
            partition=int(partition),
            offset=int(offset),
            key=_bytes(key),
            value=_bytes(value),
            headers=[(str(name), _bytes(content) or b"") for name, content in headers],
            appended_at=append_time(float(at_ms)),
        )
    except (ValueError, TypeError):
        raise BackupError(f"{path}: line {number} is no record") from None
    if not 0 <= record.partition < BY_NAME[topic].partitions:
        raise BackupError(
            f"{path}: line {number}: partition is {record.partition}, expected below {BY_NAME[topic].partitions}"
        )
    return record


def _text(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)

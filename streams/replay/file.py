"""A recording as a file: Kafka records as JSON lines, so that a day can be played where there is no cluster.

The first line says what the file is; each further line is one record with its topic, partition, offset, the broker's append
time, key, headers and value. The format is described in `docs/replay.md`. The values are the messages as they were on their
topics, so the file holds what they hold and may not outlive them: a file that is older than the topics' retention is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from schemas.base import Part, Utc, iso_utc
from streams.errors import ConfigurationError
from streams.kafka.record import Record
from streams.replay.files import open_text, refuse_old

NAME: Final = "recording"


class RecordingHead(Part):
    """The first line. `since` and `until` are the span that was asked for; `exported_at` is when."""

    toezicht: str = Field(pattern=f"^{NAME}$")
    version: int = Field(ge=1, le=1)
    since: Utc
    until: Utc
    exported_at: Utc


def write_recording(path: Path, head: RecordingHead, records: Iterable[Record]) -> int:
    """Write records to a file, and return how many."""
    count = 0
    with open_text(path, "w") as file:
        file.write(head.model_dump_json() + "\n")
        for record in records:
            if record.value is not None and record.key is not None:
                file.write(json.dumps(_document(record), ensure_ascii=False, separators=(",", ":")) + "\n")
                count += 1
    return count


def read_head(path: Path, now: datetime) -> RecordingHead:
    """Return what a recording says of itself.

    Raises:
        ConfigurationError: It is no recording, or older than what it holds may become.
    """
    try:
        with open_text(path, "r") as file:
            head = RecordingHead.model_validate_json(file.readline())
    except (OSError, ValueError) as error:
        expected = "a file that `toezicht replay --export` wrote"
        raise ConfigurationError(str(path), "line 1", type(error).__name__, expected) from None
    refuse_old(path, head.since, now)
    return head


def read_recording(path: Path) -> Iterator[Record]:
    """Yield the records of a file.

    Raises:
        ConfigurationError: A line is no record; names the line.
    """
    with open_text(path, "r") as file:
        for number, line in enumerate(file, 1):
            if number > 1:
                try:
                    yield _record(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
                    expected = "a record with topic, partition, offset, appended_at, key, headers and value"
                    raise ConfigurationError(str(path), f"line {number}", type(error).__name__, expected) from None


def _document(record: Record) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "appended_at": iso_utc(record.appended_at),
        "key": _text(record.key),
        "headers": {name: _text(value) for name, value in record.headers},
        "value": _text(record.value),
    }


def _text(value: bytes | None) -> str:
    """Return bytes as text; what is no UTF-8 becomes escapes that no JSON has, so that it cannot be decoded afterwards either."""
    return (value or b"").decode(errors="backslashreplace")


def _record(document: dict[str, Any]) -> Record:
    appended_at = datetime.fromisoformat(document["appended_at"])
    if appended_at.tzinfo is None:
        raise ValueError("a time without a zone")
    return Record(
        topic=str(document["topic"]),
        partition=int(document["partition"]),
        offset=int(document["offset"]),
        key=document["key"].encode(),
        value=document["value"].encode(),
        headers=[(name, value.encode()) for name, value in document["headers"].items()],
        appended_at=appended_at,
    )

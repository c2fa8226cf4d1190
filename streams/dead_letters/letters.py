"""Dead letters: what one says, which of them are meant, and whether one can be replayed.

A letter's value is the original's bytes, its header `dead-letter` says where the original stood and why it was set aside,
and its headers `original-*` are the original's own. A letter that cannot be read is still a letter: it is listed as
unreadable and breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from schemas.base import iso_utc
from schemas.codec import Headers, decode
from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from schemas.errors import UndecodableError
from schemas.phrases.catalogue import in_words, sentence, text_of
from schemas.phrases.catalogue import told as told_in
from schemas.phrases.codes import faults as says
from schemas.phrases.language import Language
from schemas.phrases.phrase import Told
from streams.kafka.dead_letter import MAX_DEAD_LETTER_BYTES
from streams.kafka.reader import read_records
from streams.kafka.record import sent_again
from streams.presentation.printable import printable
from streams.settings import KafkaSettings
from streams.topics import (
    BY_NAME,
    CAMERA_FRAMES,
    CAMERA_STATE,
    DEAD_LETTERS,
    DETECTIONS,
    FLOW,
    OBSERVATIONS,
    SNAPSHOTS,
)

INTAKE: Final = "intake"
"""The stage whose originals are lines of a feed, and not records."""
ORIGINAL: Final = "original-"
"""What stands before the name of each header of the original."""
_PICTURES: Final = frozenset({CAMERA_FRAMES, SNAPSHOTS})
_OURS: Final = frozenset(topic.name for topic in FLOW) - {DEAD_LETTERS}
_ROUNDS: Final = {CAMERA_STATE: 0, DETECTIONS: 0, OBSERVATIONS: 1}
LAST_ROUND: Final = 2


class Skip(StrEnum):
    """Skip: why a letter is not replayed."""

    PICTURE = "picture"
    REPEATED = "repeated"
    NOTHING_NEW = "nothing_new"
    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    STILL_PACKED = "still_packed"
    EMPTY = "empty"
    NOT_OURS = "not_ours"
    UNKNOWN_SOURCE = "unknown_source"
    STILL_FAILS = "still_fails"


HARMLESS: Final = frozenset({Skip.PICTURE, Skip.REPEATED, Skip.NOTHING_NEW})
"""Skips after which nothing is missing: a frame is of no use later, and the others say that it is there already."""

WORDS: Final = {
    Skip.PICTURE: "a picture is of no use after its moment",
    Skip.REPEATED: "the same bytes for the same place are replayed already",
    Skip.NOTHING_NEW: "read again, it tells nothing that is not known",
    Skip.UNREADABLE: "the letter itself cannot be read",
    Skip.TRUNCATED: "the letter holds a part of the original only",
    Skip.STILL_PACKED: "its bytes are those of a batch that could not be unpacked, and no message",
    Skip.EMPTY: "the letter holds nothing",
    Skip.NOT_OURS: "its topic or partition is not one of ours any more",
    Skip.UNKNOWN_SOURCE: "no source of reports has this name any more",
    Skip.STILL_FAILS: "read again, it still cannot be read",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One record of `dead-letters`.

    Attributes:
        partition: Where it stands.
        offset: Where it stands.
        appended_at: When the broker took it (UTC).
        key: The original's key.
        value: The original's bytes, or a part of them; None where somebody wrote a deletion.
        headers: The letter's headers, the original's among them.
        reference: What it says of the original; None where it cannot be read.
        fault: Why it cannot be read, without its values.
    """

    partition: int
    offset: int
    appended_at: datetime
    key: bytes | None
    value: bytes | None
    headers: Headers
    reference: DeadLetterReference | None
    fault: Told = ""

    @property
    def handle(self) -> str:
        """Return the short name by which a person refers to it: its partition and offset in `dead-letters`."""
        return f"{self.partition}-{self.offset}"

    @property
    def letter_id(self) -> str:
        """Return its CloudEvents id, which a repeated letter shares; empty where it cannot be read."""
        return "" if self.reference is None else self.reference.message_id()

    @property
    def failed_at(self) -> datetime:
        """Return when the original was taken first (UTC); of an unreadable letter when it came itself."""
        return self.appended_at if self.reference is None else self.reference.failed_at

    @property
    def original_headers(self) -> Headers:
        """Return the original's own headers."""
        return [(name.removeprefix(ORIGINAL), value) for name, value in self.headers if name.startswith(ORIGINAL)]

    def as_dict(self) -> dict[str, Any]:
        """Return what a program may know without the content."""
        said: dict[str, Any] = {
            "handle": self.handle,
            "id": self.letter_id,
            "time": iso_utc(self.failed_at),
            "bytes": len(self.value or b""),
        }
        if self.reference is None:
            return said | {"reason": Skip.UNREADABLE.value, "detail": text_of(self.fault)}
        return said | self.reference.model_dump(mode="json", exclude={"original_key", "failed_at"})

    def line(self, language: Language) -> str:
        """Return one line for a person; codes, by which letters are chosen, stand in it as they are."""
        at = f"{self.failed_at:%Y-%m-%d %H:%M:%S}Z"
        if self.reference is None:
            return f"{self.handle:<8} {at}  {Skip.UNREADABLE.value}: {printable(in_words(self.fault, language))}"
        told = self.reference
        place = f"{told.topic}/{told.partition}@{told.offset}" if told.partition >= 0 else f"{told.topic}:{told.offset}"
        urgent = f"{sentence(says.letter_urgent(), language)}  " if told.urgent else ""
        why = told_in(told.phrase, told.detail, language)
        line = f"{self.handle:<8} {at}  {told.stage:<11} {told.reason.value:<18} {urgent}{place}  {why}"
        return f"{printable(line)}  ({self.letter_id})"


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters: which letters are meant; what is not given does not matter. `since` belongs to the time, `until` does not."""

    topic: str | None = None
    reasons: frozenset[DeadLetterReason] = frozenset()
    stage: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    urgent: bool = False

    def take(self, letter: Letter) -> bool:
        """Return whether a letter is meant; one that cannot be read only by its time."""
        if self.since is not None and letter.failed_at < self.since:
            return False
        if self.until is not None and letter.failed_at >= self.until:
            return False
        told = letter.reference
        if told is None:
            return self.topic is None and self.stage is None and not self.reasons
        return (
            self.topic in {None, told.topic}
            and self.stage in {None, told.stage}
            and (not self.reasons or told.reason in self.reasons)
            and (told.urgent or not self.urgent)
        )


def read_letter(
    place: tuple[int, int], appended_at: datetime, key: bytes | None, value: bytes | None, headers: Headers
) -> Letter:
    """Return a record of `dead-letters` as a letter, whatever is in it; `place` is its partition and offset."""
    reference: DeadLetterReference | None = None
    fault: Told = ""
    try:
        message = decode(value or b"", headers)
        if isinstance(message, DeadLetterReference):
            reference = message
        else:
            fault = says.message_unexpected(DeadLetterReference.name, message.name)
    except UndecodableError as error:
        fault = error.what
    return Letter(place[0], place[1], appended_at, key, value, headers, reference, fault)


def judge(letter: Letter) -> Skip | None:
    """Return why a letter cannot be replayed, or None where it can."""
    told = letter.reference
    if told is None:
        return Skip.UNREADABLE
    if told.topic in _PICTURES:
        return Skip.PICTURE
    if told.stage != INTAKE and not (told.topic in _OURS and 0 <= told.partition < BY_NAME[told.topic].partitions):
        return Skip.NOT_OURS
    if not letter.value:
        return Skip.EMPTY
    if told.reason is DeadLetterReason.UNREADABLE_RECORD:
        return Skip.STILL_PACKED
    return Skip.TRUNCATED if _is_part(told, len(letter.value)) else None


def _is_part(told: DeadLetterReference, size: int) -> bool:
    """Return whether a letter of so many bytes holds a part of its original only."""
    if told.original_bytes is None:  # written before sizes were: one that fills its letter may have been longer
        return size >= MAX_DEAD_LETTER_BYTES
    return told.original_bytes != size


def headers_again(letter: Letter) -> Headers:
    """Return the headers with which the original goes to its topic again: its own, and when it was taken first."""
    return sent_again(letter.original_headers, letter.failed_at)


def sameness(letter: Letter) -> tuple[object, ...]:
    """Return what two letters share that hold the same original: its bytes, key and headers, for the same place.

    An original that failed again when it was replayed has two letters, and two stages may have refused one original.
    """
    told = letter.reference
    assert told is not None
    own = tuple(headers_again(letter))
    line = told.offset if told.stage == INTAKE else None
    return told.topic, told.partition, line, letter.key, letter.value, own


def replay_round(letter: Letter) -> int:
    """Return in which round a letter goes: what cameras showed before the reports that ask about it."""
    told = letter.reference
    return LAST_ROUND if told is None else _ROUNDS.get(told.topic, LAST_ROUND)


def in_order(letters: Iterable[Letter]) -> list[Letter]:
    """Return letters in the order in which their originals are replayed: by round, then as they were taken first."""
    return sorted(letters, key=lambda letter: (replay_round(letter), letter.failed_at, letter.partition, letter.offset))


def excerpt(content: bytes, limit: int) -> str:
    """Return the first bytes for a terminal: as UTF-8, everything else escaped."""
    shown = printable(content[:limit].decode("utf-8", "backslashreplace"))
    left = len(content) - limit
    return f"{shown} … {left} bytes more" if left > 0 else shown


def read_letters(kafka: KafkaSettings, since: datetime | None = None) -> Iterator[Letter]:
    """Return the letters that are there now, oldest first of each partition.

    Args:
        kafka: The cluster.
        since: Letters about what failed before may be left out: a letter is never older than what it is about.

    Raises:
        ClusterError: The cluster cannot be reached, or has no such topic; one line.
    """
    return (
        read_letter((each.partition, each.offset), each.appended_at, each.key, each.value, each.headers)
        for each in read_records(kafka, (DEAD_LETTERS,), since)
    )

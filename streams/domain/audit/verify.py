"""Verification of the chain: what was altered, removed, inserted, put in another order or told twice, and which entry it was.

Entries are given one by one in the order of the topic; what is kept of them is bounded. Without a finding the entries that were
given, repeats left out, are numbered one after the other, each has the hash of all that it says, and that of the one before.

A chain shows no entry that was cut off at its end, and nothing of one that was chained anew from some place on: for both it is
compared with heads that are known from elsewhere, such as a printed one, or the one of the stage's state.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import ValidationError

from schemas.audit import AuditEntry
from streams.domain.audit.chain import GENESIS, hash_of

REPEATS_WITHIN: Final = 10_000
"""A worker that starts again repeats at most its last 2,048 entries; an entry that comes again after more is out of its order."""
FINDINGS_AT_MOST: Final = 1_000
"""Findings that are kept; all are counted."""


class Tampering(StrEnum):
    """Tampering: what is wrong with a chain."""

    UNREADABLE = "unreadable"
    """It is no entry: no JSON object, a field is missing, twice there, or of another type."""
    ALTERED = "altered"
    """What it says is not what was hashed."""
    REPLACED = "replaced"
    """Its hash is right, but the one after it was chained to another."""
    REMOVED = "removed"
    """There is no such entry, while there are some before and after it."""
    INSERTED = "inserted"
    """A second entry of one number, or one that follows none."""
    REORDERED = "reordered"
    """It stands after one that was chained later."""
    RESTARTED = "restarted"
    """The chain begins again at 0: whoever writes it lost its state."""
    TRUNCATED = "truncated"
    """A head is known that the chain does not reach."""
    OTHER_HEAD = "other_head"
    """A head is known that is not the chain's at that number: it was chained anew."""
    NOT_CHECKED = "not_checked"
    """A head is known of an entry that the retention, or somebody, took away."""


@dataclass(frozen=True, slots=True)
class Head:
    """Head: an entry that is known from elsewhere, by its number and hash; `3:5f…` as text."""

    sequence: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Head:
        """Return the head that a text names.

        Raises:
            ValueError: It is none.
        """
        number, _, digest = text.strip().partition(":")
        if not (number.isascii() and number.isdecimal() and len(number) <= 18):
            raise ValueError("expected SEQUENCE:HASH")
        if len(digest) != len(GENESIS) or set(digest) - set("0123456789abcdef"):
            raise ValueError("expected SEQUENCE:HASH, the hash as 64 hexadecimal digits")
        return cls(int(number), digest)

    def __str__(self) -> str:
        """Return it as `parse` takes it."""
        return f"{self.sequence}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Finding: what is wrong, with which entries (from one number up to another), and at which record or line it shows."""

    what: Tampering
    first: int
    last: int
    place: int

    def __str__(self) -> str:
        """Return one line for a person."""
        which = f"entry {self.first}" if self.first == self.last else f"entries {self.first} to {self.last}"
        return f"{which}: {self.what.value} (at {self.place})"


def read_entry(value: bytes | None) -> tuple[AuditEntry, str] | None:
    """Return a record's value as an entry, and the hash of all that it says; None where it is no entry.

    A document with a field twice is none: two readers could take it for two things.
    """
    try:
        document = json.loads(value or b"", object_pairs_hook=_unique, parse_constant=_refuse)
        if not isinstance(document, dict):
            return None
        return AuditEntry.model_validate_json(value or b"", strict=True, extra="ignore"), hash_of(document)
    except (ValueError, RecursionError, ValidationError):
        return None


class ChainCheck:
    """Checks a chain, entry by entry.

    Attributes:
        first: The number of the oldest entry; what was before it the retention took. None where there is no entry.
        head: The newest entry.
        entries: How many there are, repeats left out.
        repeats: How many came again as they were, which at-least-once delivery allows.
        count: How many findings there are; `findings` keeps the first of them.
    """

    def __init__(self, expected: Iterable[Head] = ()) -> None:
        self.first: int | None = None
        self.head: Head | None = None
        self.entries = self.repeats = self.count = 0
        self._findings: list[Finding] = []
        self._seen: OrderedDict[int, set[str]] = OrderedDict()
        self._before_gap: tuple[Head, Finding] | None = None
        self._first_previous = GENESIS
        self._expected: dict[int, set[str]] = {}
        for head in expected:
            self._expected.setdefault(head.sequence, set()).add(head.hash)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is wrong, in the order in which it showed."""
        return tuple(self._findings)

    def take(self, value: bytes | None, place: int) -> AuditEntry | None:
        """Take the next record's value; return the entry where it is one that was not there before.

        Args:
            value: As it stands on the topic.
            place: Its offset or line, for what is told of it.
        """
        read = read_entry(value)
        if read is None:
            self._find(Tampering.UNREADABLE, 0 if self.head is None else self.head.sequence + 1, place)
            return None
        entry, right = read
        number, claimed = entry.sequence, entry.hash
        seen = self._seen.get(number, set())
        if claimed in seen and claimed == right:
            self.repeats += 1
            return None
        if claimed != right:
            self._find(Tampering.ALTERED, number, place)
        if claimed == right and self._expected.get(number) == {claimed}:
            del self._expected[number]
        self._place(entry, place, {claimed, right})
        self.entries += 1
        return entry

    def finish(self) -> tuple[Finding, ...]:
        """Compare with the heads that are expected, and return all findings that are kept."""
        for number, hashes in sorted(self._expected.items()):
            place = 0 if self.head is None else self.head.sequence
            if self.head is None or number > self.head.sequence:
                begin = 0 if self.head is None else self.head.sequence + 1
                self._find(Tampering.TRUNCATED, begin, place, last=number)
            elif self.first is not None and number < self.first:
                if number != self.first - 1:
                    self._find(Tampering.NOT_CHECKED, number, place)
                elif hashes != {self._first_previous}:
                    self._find(Tampering.OTHER_HEAD, number, place)
            else:
                self._find(Tampering.OTHER_HEAD, number, place)
        self._expected = {}
        return self.findings

    def find_beyond(self, head: Head | None) -> None:
        """Note that there are entries beyond the head of who writes the chain: somebody else appended them."""
        if self.head is not None:
            first = 0 if head is None else head.sequence + 1
            self._find(Tampering.INSERTED, first, self.head.sequence, last=self.head.sequence)

    def _place(self, entry: AuditEntry, place: int, hashes: set[str]) -> None:
        """Look where an entry stands in the chain."""
        number, head = entry.sequence, self.head
        before = self._seen.get(number - 1, set())
        doubled = number in self._seen
        self._note(number, hashes)
        if head is None:
            self.first, self._first_previous = number, entry.previous_hash
            if number == 0 and entry.previous_hash != GENESIS:
                self._find(Tampering.REPLACED, number, place)
            self.head = Head(number, entry.hash)
        elif number == head.sequence + 1:
            if entry.previous_hash not in before:
                self._find(Tampering.REPLACED, head.sequence, place)
            self.head = Head(number, entry.hash)
        elif number > head.sequence:
            self._leap(entry, place, head)
        elif number == 0 and not doubled and entry.previous_hash == GENESIS:
            self._find(Tampering.RESTARTED, 0, place)
            self._seen = OrderedDict({0: hashes})
            self.head, self._before_gap = Head(0, entry.hash), None
        else:
            self._fall_back(entry, place, doubled=doubled)

    def _leap(self, entry: AuditEntry, place: int, head: Head) -> None:
        """Take an entry of a number that lies further on: those between are missing, but for what came before its turn."""
        number, begin = entry.sequence, head.sequence + 1
        while begin in self._seen and begin < number:
            begin += 1
        if begin < number:
            gap = self._find(Tampering.REMOVED, begin, place, last=number - 1)
            if self._before_gap is None or head.sequence != self._before_gap[1].last + 1:  # else it leapt just before
                self._before_gap = head, gap
        elif entry.previous_hash not in self._seen[number - 1]:
            self._find(Tampering.REPLACED, number - 1, place)
        self.head = Head(number, entry.hash)

    def _fall_back(self, entry: AuditEntry, place: int, *, doubled: bool) -> None:
        """Take an entry of a number that lies further back: it goes on where a leap began, or has no place."""
        number = entry.sequence
        if not doubled and self._before_gap is not None and number == self._before_gap[0].sequence + 1:
            before, gap = self._before_gap
            leapt = gap.last + 1
            self._withdraw(gap, Finding(Tampering.REORDERED, leapt, leapt, gap.place))
            if entry.previous_hash not in self._seen.get(before.sequence, set()):
                self._find(Tampering.REPLACED, before.sequence, place)
            self.head, self._before_gap = Head(number, entry.hash), None
            return
        if doubled:
            self._find(Tampering.INSERTED, number, place)
            return
        missed = next(
            (each for each in self._findings if each.what is Tampering.REMOVED and each.first == number), None
        )
        late = Finding(Tampering.REORDERED, number, number, place)
        if missed is not None and missed.last == number:  # it is not gone, it comes late
            self._withdraw(missed, late)
        else:
            self._find(late.what, number, place)

    def _note(self, number: int, hashes: set[str]) -> None:
        self._seen.setdefault(number, set()).update(hashes)
        self._seen.move_to_end(number)
        if len(self._seen) > REPEATS_WITHIN:
            self._seen.popitem(last=False)

    def _find(self, what: Tampering, first: int, place: int, last: int | None = None) -> Finding:
        finding = Finding(what, first, first if last is None else last, place)
        self.count += 1
        if len(self._findings) < FINDINGS_AT_MOST:
            self._findings.append(finding)
        return finding

    def _withdraw(self, finding: Finding, instead: Finding) -> None:
        if finding in self._findings:
            self._findings[self._findings.index(finding)] = instead


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is there twice")
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")

"""Replaying dead letters: records go to their place again, lines of feeds are read again by their source.

A stage judges what is sent again by the time at which the broker took it first (`streams/kafka/record.py`); a line is read by
the time at which it was first read. So each decides as it would have then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, Protocol

from schemas.codec import Headers
from schemas.incidents import Incident
from streams.dead_letters.letters import (
    HARMLESS,
    INTAKE,
    WORDS,
    Letter,
    Skip,
    headers_again,
    in_order,
    judge,
    replay_round,
    sameness,
)
from streams.intake.intake import Intake, Outgoing
from streams.intake.lines import Line
from streams.intake.sources.base import IncidentSource
from streams.kafka.record import sent_again
from streams.topics import DEAD_LETTERS, LEGAL_MS

MEMORY: Final = timedelta(milliseconds=LEGAL_MS)
"""A line is compared with all incidents that the topic still has, however old it is."""


class RecordSink(Protocol):
    """Record sink: where records go."""

    def send(self, topic: str, partition: int | None, key: bytes | None, value: bytes, headers: Headers) -> None:
        """Hand one record over."""

    def confirm(self) -> None:
        """Wait for the broker's confirmation of all; raises where it does not come."""


@dataclass
class Report:
    """Report: what became of each letter, in the order in which they were handled."""

    replayed: list[Letter] = field(default_factory=list)
    skipped: list[tuple[Letter, Skip]] = field(default_factory=list)
    dry_run: bool = False

    @property
    def problem(self) -> bool:
        """Return whether something could not be replayed that should have been."""
        return any(why not in HARMLESS for _, why in self.skipped)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for a program."""
        return {
            "dry_run": self.dry_run,
            "replayed": [letter.handle for letter in self.replayed],
            "skipped": [{"handle": letter.handle, "why": why.value} for letter, why in self.skipped],
        }

    def lines(self) -> list[str]:
        """Return what a person wants to know."""
        counts = Counter(why for _, why in self.skipped)
        told = [f"skipped {letter.handle}: {WORDS[why]}" for letter, why in self.skipped if why not in HARMLESS]
        told += [f"skipped {counts[why]}: {WORDS[why]}" for why in Skip if why in HARMLESS and counts[why]]
        verb = "would be replayed" if self.dry_run else "replayed"
        return [*told, f"{len(self.replayed)} {verb}, {len(self.skipped)} skipped"]


class Rereader:
    """Reads lines again, by the source that read them first and the time at which it did.

    Args:
        make: Returns a source by its name, or None.
        known: The incidents that were sent before, oldest first.
    """

    def __init__(
        self, make: Callable[[str], IncidentSource | None], known: Callable[[], Iterable[Incident]] = tuple
    ) -> None:
        self._make = make
        self._known = known
        self._intakes: dict[str, Intake | None] = {}
        self._now: datetime | None = None

    def read(self, letter: Letter) -> Outgoing | Skip:
        """Return the record that a line causes, or why it causes none."""
        told = letter.reference
        assert told is not None
        content = letter.value or b""
        if told.topic not in self._intakes:
            self._intakes[told.topic] = self._intake(told.topic)
        intake = self._intakes[told.topic]
        if intake is None:
            return Skip.UNKNOWN_SOURCE
        self._now = told.failed_at
        caused = intake.prepare(Line(told.offset, content, len(content)))
        if caused is None:
            return Skip.NOTHING_NEW
        if caused.topic == DEAD_LETTERS:
            return Skip.STILL_FAILS
        record = caused.record._replace(headers=sent_again(caused.record.headers, told.failed_at))
        return Outgoing(caused.topic, record)

    def _intake(self, name: str) -> Intake | None:
        source = self._make(name)
        if source is None:
            return None
        intake = Intake(source, None, self._clock, memory=MEMORY)
        for incident in self._known():
            intake.recall(incident)
        return intake

    def _clock(self) -> datetime:
        assert self._now is not None
        return self._now


def choose(letters: Iterable[Letter]) -> tuple[list[Letter], list[tuple[Letter, Skip]]]:
    """Return the letters to replay, in order, and the others with the reason; those keep no content in memory."""
    chosen, skipped = [], []
    for letter in letters:
        why = judge(letter)
        if why is None:
            chosen.append(letter)
        else:
            skipped.append((replace(letter, value=b""), why))
    kept: dict[tuple[object, ...], Letter] = {}
    for letter in in_order(chosen):
        if kept.setdefault(sameness(letter), letter) is not letter:
            skipped.append((letter, Skip.REPEATED))
    return list(kept.values()), skipped


def replay(letters: Iterable[Letter], reread: Rereader, outbox: RecordSink | None) -> Report:
    """Send the originals of letters again and return what became of each; without an outbox nothing is sent.

    What cameras showed is confirmed before the reports that ask about it are sent.

    Raises:
        DeliveryError: The broker did not confirm what was sent; what was is replayed again without harm.
    """
    chosen, skipped = choose(letters)
    report = Report(skipped=skipped, dry_run=outbox is None)
    for _, group in groupby(chosen, replay_round):
        for letter in group:
            why = _send(letter, reread, outbox)
            if why is None:
                report.replayed.append(letter)
            else:
                report.skipped.append((letter, why))
        if outbox is not None:
            outbox.confirm()
    return report


def _send(letter: Letter, reread: Rereader, outbox: RecordSink | None) -> Skip | None:
    told = letter.reference
    assert told is not None
    if told.stage == INTAKE:
        caused = reread.read(letter)
        if isinstance(caused, Skip):
            return caused
        if outbox is not None:
            outbox.send(caused.topic, None, caused.record.key, caused.record.value, caused.record.headers)
        return None
    if outbox is not None:
        outbox.send(told.topic, told.partition, letter.key or None, letter.value or b"", headers_again(letter))
    return None

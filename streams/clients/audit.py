"""The audit as any outside program reads it: the chain of entries, page by page, and whether it holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from schemas.audit import AuditEntry
from streams.domain.audit.chain import HeadRow
from streams.domain.audit.verify import ChainCheck, Finding, Head, Tampering, read_entry
from streams.kafka.reader import Reader
from streams.kafka.record import Record, Where
from streams.settings import KafkaSettings
from streams.stages.audit import HEAD
from streams.stages.row_versions import ROWS
from streams.topics import AUDIT_CHAIN, changelog

__all__ = [
    "AuditTrail",
    "ChainCheck",
    "Finding",
    "Head",
    "Tampering",
    "TrailPage",
    "chain_values",
    "check_chain",
]

CHUNK: Final = 2_000
"""Records that are read at once, from the newest backwards."""
CHUNKS_AT_MOST: Final = 5
"""For one page; whoever wants to look further back asks for the next."""
SETTLE_STEP_S: Final = 0.5
SETTLE_S: Final = 5.0
"""How long the chain and the state of its writer may differ (s): they are written side by side, and confirmed one by one."""
_STATE: Final = changelog("audit")


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Trail page: entries, the newest first; where the next page begins, if there is one; what is wrong in what was read."""

    entries: tuple[AuditEntry, ...]
    next_before: int | None
    findings: tuple[Finding, ...]


class AuditTrail:
    """Audit trail: the chain from its newest entry backwards, page by page. Used by one thread at a time.

    Args:
        kafka: The cluster.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._reader = Reader(kafka, "audit")

    def page(self, wanted: Callable[[AuditEntry], bool], before: int | None, limit: int) -> TrailPage:
        """Return the newest entries that are wanted.

        Args:
            wanted: Which are.
            before: Only those of a lower number; None begins with the newest.
            limit: So many at most.

        Raises:
            ClusterError: No broker answers.
        """
        ((place, (start, end)),) = self._reader.spans((AUDIT_CHAIN,)).items()
        if before is not None:
            end = self._end_of(place, start, end, before)
        found: dict[int, AuditEntry] = {}
        findings: list[Finding] = []
        oldest: int | None = None
        newer: list[Record] = []
        for _ in range(CHUNKS_AT_MOST):
            if end <= start or len(found) > limit:
                break
            span = max(start, end - CHUNK), end
            records = list(self._reader.read_spans({place: span}))
            check = ChainCheck()
            for record in (*records, *newer[:1]):  # the first of the newer ones shows whether they go on from these
                entry = check.take(record.value, record.offset)
                if entry is None or (before is not None and entry.sequence >= before):
                    continue
                oldest = entry.sequence if oldest is None else min(oldest, entry.sequence)
                if wanted(entry):
                    found.setdefault(entry.sequence, entry)
            findings += check.finish()
            newer, end = records, span[0]
        shown = tuple(found[number] for number in sorted(found, reverse=True)[:limit])
        more = shown[-1].sequence if len(found) > limit else oldest if end > start else None
        return TrailPage(shown, more, tuple(findings))

    def close(self) -> None:
        """Disconnect."""
        self._reader.close()

    def _end_of(self, place: Where, start: int, end: int, before: int) -> int:
        """Return an offset with all entries below a number before it: repeats aside there is one record to a number."""
        for record in self._reader.read_spans({place: (max(start, end - 1), end)}):
            read = read_entry(record.value)
            if read is not None:
                return max(start, end - max(0, read[0].sequence - before))
        return end


def chain_values(kafka: KafkaSettings) -> Iterator[tuple[int, bytes | None]]:
    """Yield what stands on the chain's topic now: offset and value.

    Raises:
        ClusterError: No broker answers.
    """
    with Reader(kafka, "audit-export") as reader:
        for record in reader.read_spans(reader.spans((AUDIT_CHAIN,))):
            yield record.offset, record.value


def writers_head(kafka: KafkaSettings) -> Head | None:
    """Return the newest entry by the state of the chain's writer; None where it wrote none.

    Raises:
        ClusterError: No broker answers.
        RowError: The row cannot be read.
    """
    newest: bytes | None = None
    with Reader(kafka, "audit-head") as reader:
        for record in reader.read_spans(reader.spans((_STATE,))):
            if record.key == HEAD.encode():
                newest = record.value
    if newest is None:
        return None
    row = ROWS.read(HEAD, newest, HeadRow)
    return Head(row.sequence, row.hash)


def check_chain(kafka: KafkaSettings, expected: Iterable[Head] = ()) -> ChainCheck:
    """Return what a whole chain is found to be, compared with the heads that are expected and with its writer's.

    Raises:
        ClusterError: No broker answers.
        RowError: The writer's head cannot be read.
    """
    expected = tuple(expected)
    deadline_s = time.monotonic() + SETTLE_S
    while True:
        head = writers_head(kafka)
        check = ChainCheck((*expected, *(() if head is None else (head,))))
        for offset, value in chain_values(kafka):
            check.take(value, offset)
        check.finish()
        head = writers_head(kafka)  # it may have written meanwhile, and never less than the chain has
        beyond = check.head is not None and (head is None or check.head.sequence > head.sequence)
        if not (check.count or beyond):
            return check
        if time.monotonic() >= deadline_s:
            if beyond:
                check.find_beyond(head)
            return check
        time.sleep(SETTLE_STEP_S)

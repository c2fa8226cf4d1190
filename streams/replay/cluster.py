"""A recording as the cluster holds it: which spans of which topics belong to a span of the decision log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from schemas.decisions import DecisionLog
from streams import topics
from streams.kafka.decoding import Decoder
from streams.kafka.reader import Reader, Spans
from streams.kafka.record import Record
from streams.replay.recording import FACTS, SIGHTS
from streams.replay.saved_state import whole_rows

MARGIN: Final = timedelta(hours=1)
"""Alerts and ticks are read from so much earlier and until so much later: a stage that is behind decides late."""


def decision_records(reader: Reader, since: datetime | None, until: datetime | None) -> list[Record]:
    """Return the decision log of a span, by the broker's time."""
    return list(reader.read_spans(reader.spans((topics.DECISION_LOG,), since, until)))


def decisions_of(records: Iterable[Record]) -> list[DecisionLog]:
    """Return the decisions that records hold; the `Recording` that they go into counts those that cannot be decoded."""
    messages = map(Decoder().message, records)
    return [message for message in messages if isinstance(message, DecisionLog)]


def records_of(
    reader: Reader,
    log: Sequence[Record],
    since: datetime | None,
    until: datetime | None,
    *,
    ticks: bool,
    sights: bool,
) -> Iterator[Record]:
    """Yield the log and what it was made of.

    Args:
        reader: Where from.
        log: The decision log of the span, see `decision_records`.
        since: The span's beginning; None is that of what is retained.
        until: The span's end; None is now.
        ticks: Whether the control rooms' ticks are wanted; only who follows the log wants them.
        sights: Whether reports as they came in and what cameras saw are wanted.
    """
    yield from log
    earlier = None if since is None else since - MARGIN
    later = None if until is None else until + MARGIN
    spans = reader.spans(FACTS, since, until)
    if ticks:
        spans |= reader.spans((topics.ROOM_TICKS,), earlier, until)
    _reach(spans, decisions_of(log))
    spans |= reader.spans((topics.ALERTS,), earlier, later)
    if sights:
        spans |= reader.spans(SIGHTS, since, until)
    yield from reader.read_spans(spans)


def _reach(spans: Spans, decisions: Iterable[DecisionLog]) -> None:
    """Widen spans to the inputs that the log names: they may lie before it, and a tick behind its end."""
    for decision in decisions:
        _widen(spans, (decision.topic, decision.partition), decision.offset)
        if decision.after_tick is not None and decision.after_tick >= 0:
            _widen(spans, (topics.ROOM_TICKS, decision.partition), decision.after_tick)


def _widen(spans: Spans, where: tuple[str, int], offset: int) -> None:
    if where in spans:
        first, end = spans[where]
        spans[where] = (min(first, offset), max(end, offset + 1)) if first < end else (offset, offset + 1)


def state_now(reader: Reader, stage: str = "decide") -> dict[int, dict[str, bytes]]:
    """Return the rows of a stage as they stand, by partition and name."""
    return whole_rows(reader.read_spans(reader.spans((topics.changelog(stage),), None, None)))

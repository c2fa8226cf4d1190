"""Spans: what the parts of the flow tell of their work; each costs one comparison where tracing is off.

A span is told when its work is done and confirmed: what a crash undid was not told, and what is done again is told once.
Attributes are names of OpenTelemetry's conventions for messaging, ids of ours and codes; nothing of persons, no text of a report.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from schemas.codec import Encoded
from streams.topics import CAMERA_FRAMES, DETECTIONS
from streams.tracing.context import TraceContext, context_of, new_context, with_context

SpanKind = Literal["producer", "consumer", "client", "server"]
Value = str | int
_PICTURES: Final = frozenset({CAMERA_FRAMES, DETECTIONS})
"""Topics on which messages begin some thousand times a minute: their traces have a share of their own."""
_ABOUT: Final = ("alert_id", "camera_id", "incident_id")
"""Fields of messages by which people look for a trace, as in the log."""


@dataclass(slots=True)
class Span:
    """Span: one piece of work on a message.

    Attributes:
        name: What was done to which topic.
        kind: OpenTelemetry's kind.
        part: The part of the pipeline that did it: a stage, `intake`, `console`.
        context: Its own.
        parent: The id of the span that caused it, 16 digits; empty where the trace begins here.
        attributes: What it was about.
        began_ns: When it began (ns since 1970).
        ended_ns: When it was done.
        failed: A bounded code, where it was not done.
    """

    name: str
    kind: SpanKind
    part: str
    context: TraceContext
    parent: str
    attributes: dict[str, Value]
    began_ns: int = field(default_factory=time.time_ns)
    ended_ns: int = 0
    failed: str = ""

    def about(self, message: object) -> None:
        """Note whose message it is, by the ids that it has."""
        for name in _ABOUT:
            value = getattr(message, name, None)
            if isinstance(value, str) and value:
                self.attributes.setdefault(f"toezicht.{name}", value)

    def end(self, failed: str = "") -> None:
        """Tell it, as done now; once is enough."""
        if not self.ended_ns:
            self.ended_ns, self.failed = time.time_ns(), failed or self.failed
            if self.context.sampled and _Process.teller is not None:
                _Process.teller.tell(self)


class SpanTeller(Protocol):
    """Span teller: takes spans that ended, without making anybody wait."""

    def tell(self, span: Span) -> None:
        """Take a span."""


class _Process:
    """What this process does of tracing: nothing, until it is told to."""

    teller: SpanTeller | None = None
    share = 0.0
    pictures_share = 0.0


_CURRENT: ContextVar[TraceContext | None] = ContextVar("trace", default=None)


def is_on() -> bool:
    """Return whether this process traces."""
    return _Process.teller is not None


def tell_to(teller: SpanTeller | None, share: float = 1.0, pictures_share: float = 1.0) -> None:
    """Let all spans of this process go there from now on; None turns tracing off.

    Args:
        teller: Takes them.
        share: The share of traces that are told, of what begins here.
        pictures_share: The same of pictures.
    """
    _Process.teller, _Process.share, _Process.pictures_share = teller, share, pictures_share


def share_of(topic: str) -> float:
    """Return the share of traces that are told, of those that begin on a topic."""
    return _Process.pictures_share if topic in _PICTURES else _Process.share


def begun(topic: str, record: Encoded, about: object = None) -> tuple[Encoded, Span | None]:
    """Return a record with its trace, and the span of sending it; as it is where it has one, or this process traces nothing.

    The trace is the one that is worked on (`within`), else one that begins with the record.

    Args:
        topic: Where it goes.
        record: As `schemas.codec.encode` made it.
        about: Its message, for its ids.
    """
    if _Process.teller is None or context_of(record.headers) is not None:
        return record, None
    cause = _CURRENT.get()
    context = new_context(share_of(topic)) if cause is None else cause.beside()
    known = dict(record.headers)
    span = Span(
        f"send {topic}",
        "producer",
        known.get("ce_stage", b"").decode(),
        context,
        "" if cause is None else cause.span_id,
        {**_of_kafka("send", topic), "messaging.message.id": known.get("ce_id", b"").decode()},
    )
    span.about(about)
    return record._replace(headers=with_context(record.headers, context)), span


def taken(part: str, topic: str, context: TraceContext, parent: str, more: Mapping[str, Value]) -> Span:
    """Return the span of a part that takes a record of a topic and does its work on it."""
    return Span(f"{part} {topic}", "consumer", part, context, parent, {**_of_kafka("process", topic), **more})


def served(part: str, name: str) -> Span:
    """Return the span of a person's request, with which a trace begins."""
    return Span(name, "server", part, new_context(_Process.share), "", {})


@contextmanager
def within(context: TraceContext | None) -> Iterator[None]:
    """Let what happens in the block be of a trace: lines of the log have its id, and measurements an exemplar."""
    if context is None:
        yield
        return
    token = _CURRENT.set(context)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current() -> TraceContext | None:
    """Return the trace that is worked on in this thread or task."""
    return _CURRENT.get()


def exemplar() -> dict[str, str] | None:
    """Return what a measurement points to: the trace that is worked on, where it is told; else None."""
    context = _CURRENT.get()
    return {"trace_id": context.trace_id} if context is not None and context.sampled else None


def _of_kafka(operation: str, topic: str) -> dict[str, Value]:
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": operation,
        "messaging.destination.name": topic,
    }

"""Traced: the span of a stage's work on one record, and the context with which all that it causes goes on.

The context follows from the record's and from the message's id, so an input that is taken again continues the same way: what it
sends is the same, headers included. No row has it, so state is the same whether anything is traced.
"""

from __future__ import annotations

from typing import Final

from streams import topics
from streams.kafka.record import Record
from streams.stages.base import Input
from streams.tracing import spans
from streams.tracing.context import TraceContext, context_of, derived_context
from streams.tracing.spans import Span

TICKS: Final = frozenset({topics.ROOM_TICKS, topics.CAMERA_TICKS})
_REPEATED: Final = "toezicht.repeated"


def handling(stage: str, record: Record) -> Span | None:
    """Return the span of a stage's work on a record; None where the record is of no trace, or this process traces nothing.

    A tick begins a trace of its own, which is told where it causes something. What a partner wrote into a header of its own
    topic is not believed: it would come out at another partner.
    """
    if not spans.is_on():
        return None
    where = (record.topic, str(record.partition), str(record.offset))
    if record.topic in TICKS:
        context, parent = derived_context(spans.share_of(record.topic), stage, *where), ""
    else:
        given = None if _is_partners_own(record.topic) else context_of(record.headers)
        if given is None:
            return None
        known = dict(record.headers).get("ce_id") or "/".join(where).encode()
        context, parent = given.continued(stage, record.topic, known.decode("utf-8", "replace")), given.span_id
    return spans.taken(
        stage,
        record.topic,
        context,
        parent,
        {
            "messaging.consumer.group.name": stage,
            "messaging.destination.partition.id": str(record.partition),
            "messaging.kafka.offset": record.offset,
        },
    )


def about(span: Span, item: Input) -> None:
    """Note what a span's input is."""
    span.attributes["messaging.message.id"] = item.event_id
    span.about(item.message)


def repeated(span: Span) -> None:
    """Note that a span's input was handled before: what it causes was told with that, so this has an id of its own."""
    span.attributes[_REPEATED] = 1
    span.context = span.context.beside()


def ended(span: Span, messages: list[object]) -> None:
    """Tell a span whose work is confirmed, with the ids of what it caused; a tick that caused nothing is no work."""
    if not messages and not span.parent:
        return
    for each in messages:
        span.about(each)
    span.end()


def header_of(span: Span | None) -> TraceContext | None:
    """Return the context with which goes on what a span causes."""
    return None if span is None else span.context


def _is_partners_own(topic: str) -> bool:
    partner = topics.partner_of(topic)
    return partner is not None and topic == topics.answers_topic(partner)

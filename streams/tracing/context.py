"""Trace context: which trace a message belongs to, and which span caused it, as W3C Trace Context writes it.

It is a header of the record and no part of the message: nothing decides by it, no id and no row has it. A trace begins with a
random id where a message begins; what a stage does to a message has an id that follows from the message, so that an input that
is taken again after a crash continues the same way, byte by byte.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import Final, NamedTuple

from schemas.codec import Headers

TRACEPARENT: Final = "traceparent"
"""The header (W3C Trace Context, § 3.2), as OpenTelemetry's clients of Kafka write it."""
_FORM: Final = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_SAMPLED: Final = 0x01
_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16
_SHARED_OUT: Final = 1 << 64
"""Of a trace's id the last 8 bytes decide whether it is sampled, as OpenTelemetry's TraceIdRatioBased has it."""


class TraceContext(NamedTuple):
    """Trace context: a trace, the span that caused what comes next, and whether spans are told of it.

    Attributes:
        trace_id: 32 digits in hexadecimal.
        span_id: 16 digits in hexadecimal.
        sampled: Whether its spans are told.
    """

    trace_id: str
    span_id: str
    sampled: bool

    def header(self) -> bytes:
        """Return the header's value."""
        return f"00-{self.trace_id}-{self.span_id}-{_SAMPLED if self.sampled else 0:02x}".encode()

    def continued(self, *of: str) -> TraceContext:
        """Return the context of a span under this one, by what names it: the same names give the same id."""
        digest = hashlib.sha256("\0".join((self.trace_id, self.span_id, *of)).encode()).hexdigest()
        return self._replace(span_id=_valid(digest[:16], _NO_SPAN))

    def beside(self) -> TraceContext:
        """Return the context of a span under this one that no message names, such as an attempt."""
        return self._replace(span_id=_valid(secrets.token_hex(8), _NO_SPAN))


def context_of(headers: Iterable[tuple[str, bytes | None]]) -> TraceContext | None:
    """Return what the headers of a record say; None where they say nothing, or nothing that can be read."""
    for name, value in headers:
        if name == TRACEPARENT:
            return read_context(value)
    return None


def read_context(value: bytes | None) -> TraceContext | None:
    """Return what a header's value says; None where it is none (§ 3.2.2: then it is as if there were no header)."""
    found = _FORM.fullmatch(value or b"")
    if found is None or found[1] == _NO_TRACE.encode() or found[2] == _NO_SPAN.encode():
        return None
    return TraceContext(found[1].decode(), found[2].decode(), bool(int(found[3], 16) & _SAMPLED))


def new_context(share: float) -> TraceContext:
    """Return the context of a trace that begins: its id is chance.

    One that followed from the message's id could be worked out by a partner who knows that id, and found again in what another
    partner is told.

    Args:
        share: The share of traces of which spans are told, 0 to 1.
    """
    trace_id = _valid(secrets.token_hex(16), _NO_TRACE)
    return TraceContext(trace_id, _valid(secrets.token_hex(8), _NO_SPAN), _is_sampled(trace_id, share))


def derived_context(share: float, *of: str) -> TraceContext:
    """Return the context of a trace that begins with what names it, where it must be the same whenever it is worked out."""
    digest = hashlib.sha256("\0".join(of).encode()).hexdigest()
    trace_id = _valid(digest[:32], _NO_TRACE)
    return TraceContext(trace_id, _valid(digest[32:48], _NO_SPAN), _is_sampled(trace_id, share))


def with_context(headers: Headers, context: TraceContext) -> Headers:
    """Return a record's headers with its context.

    A record that is sent on as it is keeps its own, and a tombstone has no headers at all.
    """
    if not headers or any(name == TRACEPARENT for name, _ in headers):
        return headers
    return [*headers, (TRACEPARENT, context.header())]


def _is_sampled(trace_id: str, share: float) -> bool:
    return int(trace_id[16:], 16) < share * _SHARED_OUT


def _valid(digits: str, none: str) -> str:
    """Return an id; one of zeros alone is none (§ 3.2.2.3)."""
    return digits if digits != none else "1".rjust(len(none), "0")

"""Spans at a collector: over HTTP, with all that they are; one that is away costs nothing but spans."""

from __future__ import annotations

import sys
import time

import pytest

from streams.errors import ToezichtError
from streams.process import start_tracing
from streams.settings import Settings
from streams.tracing import spans
from streams.tracing.context import new_context
from streams.tracing.export import OtlpTeller
from streams.tracing.spans import Span
from tests.support.tracing import collecting


def _span(name: str = "decide evidence", sampled: bool = True) -> Span:
    context = new_context(1.0 if sampled else 0.0)
    return Span(
        name,
        "consumer",
        "decide",
        context,
        "00f067aa0ba902b7",
        {"messaging.kafka.offset": 7, "toezicht.alert_id": "a1"},
    )


def test_a_span_comes_with_all_that_it_is() -> None:
    """Ids, times, whose it is, and why it failed."""
    with collecting() as collector:
        teller = OtlpTeller(collector.url)
        span = _span()
        spans.tell_to(teller)
        try:
            span.end("too_late")
            _span(sampled=False).end()
        finally:
            spans.tell_to(None)
            teller.close()
        [told] = collector.spans
    assert (told.trace_id, told.span_id, told.parent) == (span.context.trace_id, span.context.span_id, span.parent)
    assert (told.name, told.service, told.kind, told.status) == ("decide evidence", "toezicht-decide", 5, 2)
    assert (told.start_ns, told.end_ns) == (span.began_ns, span.ended_ns)
    assert told.attributes == {"messaging.kafka.offset": "7", "toezicht.alert_id": "a1"}
    assert told.resource["service.namespace"].startswith("urn:nld:oin:")


def test_a_collector_that_is_away_makes_nobody_wait() -> None:
    """Neither who tells nor, for long, the end."""
    with collecting() as collector:
        gone = collector.url
    teller = OtlpTeller(gone)
    spans.tell_to(teller)
    began_s = time.monotonic()
    for _ in range(5_000):
        _span().end()
    told_s = time.monotonic() - began_s
    spans.tell_to(None)
    teller.close()
    assert told_s < 30.0  # only there to tell a hang: it takes a fraction of a second


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, before anything begins."""
    monkeypatch.delitem(sys.modules, "streams.tracing.export")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with pytest.raises(ToezichtError, match=r"toezicht\[tracing\]"):
        start_tracing(Settings(traces_to="http://127.0.0.1:4318"))
    assert not spans.is_on()

"""Export: spans to a collector by OTLP over HTTP, in batches, in a thread of OpenTelemetry's own; the only import of it.

It is best effort: a collector that is away costs spans and nothing else. What must arrive is the Logboek's (`streams/logbook`).
"""

from __future__ import annotations

import atexit
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from schemas.codec import sends_as
from streams.tracing.spans import Span

TELL_EVERY_MS: Final = 1_000
WITHIN_S: Final = 5.0
"""How long the collector may take for one batch, tries included (s): an end of a process waits for the last one."""
SCOPE: Final = InstrumentationScope("toezicht")
KINDS: Final = {
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
    "client": SpanKind.CLIENT,
    "server": SpanKind.SERVER,
}


class OtlpTeller:
    """OTLP teller: hands spans to OpenTelemetry's batches; what there is no room for is dropped, and it logs that.

    Args:
        address: Where the collector takes traces, with its path.
    """

    def __init__(self, address: str) -> None:
        self._batches = BatchSpanProcessor(
            OTLPSpanExporter(endpoint=address, timeout=WITHIN_S), schedule_delay_millis=TELL_EVERY_MS
        )
        self._resources: dict[str, Resource] = {}
        atexit.register(self.close)

    def tell(self, span: Span) -> None:
        """Take a span."""
        self._batches.on_end(readable(span, self._resource(span.part)))

    def close(self) -> None:
        """Send what waits, and end."""
        atexit.unregister(self.close)
        self._batches.shutdown()  # type: ignore[no-untyped-call]

    def _resource(self, part: str) -> Resource:
        found = self._resources.get(part)
        if found is None:
            found = self._resources[part] = resource_of(part)
        return found


def resource_of(part: str) -> Resource:
    """Return what a part of this pipeline is, as OpenTelemetry names it: whose, which, and of which version."""
    from importlib.metadata import version

    source = sends_as()
    return Resource(
        {
            "service.name": f"toezicht-{part}",
            "service.namespace": source.urn,
            "service.version": version("toezicht"),
        }
    )


def readable(span: Span, resource: Resource) -> ReadableSpan:
    """Return a span as OpenTelemetry has it."""
    trace_id = int(span.context.trace_id, 16)
    flags = TraceFlags(TraceFlags.SAMPLED if span.context.sampled else TraceFlags.DEFAULT)
    parent = SpanContext(trace_id, int(span.parent, 16), is_remote=True, trace_flags=flags) if span.parent else None
    return ReadableSpan(
        span.name,
        context=SpanContext(trace_id, int(span.context.span_id, 16), is_remote=False, trace_flags=flags),
        parent=parent,
        resource=resource,
        attributes=span.attributes,
        kind=KINDS[span.kind],
        status=Status(StatusCode.ERROR, span.failed) if span.failed else Status(StatusCode.UNSET),
        start_time=span.began_ns,
        end_time=span.ended_ns,
        instrumentation_scope=SCOPE,
    )

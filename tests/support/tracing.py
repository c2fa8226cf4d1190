"""Spans as a test sees them: those of this process in a list, and those of any process at a collector that keeps them."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from streams.tracing import spans
from streams.tracing.spans import Span


class KeptSpans(list[Span]):
    """Kept spans: takes what ends, as a teller does."""

    def tell(self, span: Span) -> None:
        """Keep a span."""
        self.append(span)


@contextmanager
def traced(share: float = 1.0, pictures_share: float = 1.0) -> Iterator[KeptSpans]:
    """Yield the spans that this process tells meanwhile."""
    kept = KeptSpans()
    spans.tell_to(kept, share, pictures_share)
    try:
        yield kept
    finally:
        spans.tell_to(None)


@dataclass(frozen=True)
class ToldSpan:
    """A span as a collector got it; ids in hexadecimal."""

    name: str
    trace_id: str
    span_id: str
    parent: str
    service: str
    kind: int
    status: int
    start_ns: int
    end_ns: int
    attributes: dict[str, str]
    resource: dict[str, str]


@dataclass
class Collector:
    """A collector: what it got, each time that it came, and what it answers: a status, and how many spans it rejected."""

    port: int = 0
    answer: Callable[[int], tuple[int, int]] = lambda _: (200, 0)
    spans: list[ToldSpan] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/v1/traces"

    def until(self, enough: Callable[[list[ToldSpan]], bool], within_s: float = 240.0) -> list[ToldSpan]:
        """Return what it took once that is enough; the limit is only there to end a test that fails."""
        deadline_s = time.monotonic() + within_s
        while not enough(found := list(self.spans)):
            assert time.monotonic() < deadline_s, [(each.service, each.name) for each in found]
            time.sleep(0.05)
        return found


def _text(value: object) -> str:
    return str(getattr(value, str(value.WhichOneof("value"))))  # type: ignore[attr-defined]


def _read(body: bytes) -> list[ToldSpan]:
    asked = ExportTraceServiceRequest.FromString(body)
    return [
        ToldSpan(
            span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), resource["service.name"],
            span.kind, span.status.code, span.start_time_unix_nano, span.end_time_unix_nano,
            {each.key: _text(each.value) for each in span.attributes}, resource,
        )
        for group in asked.resource_spans
        for resource in [{each.key: _text(each.value) for each in group.resource.attributes}]
        for scope in group.scope_spans
        for span in scope.spans
    ]  # fmt: skip


@contextmanager
def collecting() -> Iterator[Collector]:
    """Yield a collector that takes spans by OTLP over HTTP."""
    state = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            found = _read(body)
            with state.lock:
                status, rejected = state.answer(len(state.requests))
                state.requests.append({name.lower(): value for name, value in self.headers.items()})
                if status == 200:
                    state.spans += found[rejected:]
            said = ExportTraceServiceResponse()
            if rejected:
                said.partial_success.rejected_spans = rejected
                said.partial_success.error_message = "no room"
            content = said.SerializeToString()
            with suppress(ConnectionError):  # who asked may have been killed meanwhile
                self.send_response(status)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()

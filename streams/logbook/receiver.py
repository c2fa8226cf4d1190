"""Receiver: the Logboek itself, by OTLP over HTTP: lines are sent together, and are kept until it confirmed every one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import requests
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from streams.domain.logbook.lines import LogbookLine, ProcessingKind
from streams.logbook.answer import LogbookAnswer, LogbookFault
from streams.logbook.settings import LogbookSettings
from streams.tracing.export import resource_of

ACTIVITY: Final = "dpl.core.processing_activity_id"
SCOPE: Final = InstrumentationScope("toezicht.logboek")
_PROTOBUF: Final = "application/x-protobuf"
LARGEST_ANSWER: Final = 64 * 1024


class LogbookReceiver:
    """Logbook receiver: sends lines, and tells whether each is confirmed.

    Args:
        settings: Where to.
        activities: By kind, the URI of its processing activity.
    """

    def __init__(self, settings: LogbookSettings, activities: Mapping[ProcessingKind, str]) -> None:
        self._settings, self._activities = settings, activities
        self._resource = resource_of("logbook")
        self._session = requests.Session()
        self._session.verify = str(settings.ca_file) if settings.ca_file else True

    def send(self, lines: Sequence[LogbookLine]) -> LogbookAnswer:
        """Send lines and return whether all are confirmed; nothing is raised for what a network or a receiver can do."""
        spans = [span_of(each, self._activities[each.kind], self._resource) for each in lines]
        headers = {"content-type": _PROTOBUF, "user-agent": "toezicht-logbook"}
        if self._settings.token_file is not None:
            try:  # anew each time: it may be replaced
                headers["authorization"] = f"Bearer {self._settings.token_file.read_text(encoding='ascii').strip()}"
            except (OSError, UnicodeDecodeError):
                return LogbookAnswer(LogbookFault.TOKEN_UNREADABLE)
        try:
            answer = self._session.post(
                self._settings.to,
                data=encode_spans(spans).SerializeToString(),
                headers=headers,
                timeout=self._settings.timeout_s,
                allow_redirects=False,
                stream=True,
            )
            with answer:
                return _judged(answer.status_code, answer.raw.read(LARGEST_ANSWER, decode_content=True))
        except (requests.RequestException, OSError, ValueError):
            return LogbookAnswer(LogbookFault.UNREACHABLE)
        except Exception as error:  # urllib3's own, of an answer that is cut off; they may name the address alone
            if type(error).__module__.startswith("urllib3"):
                return LogbookAnswer(LogbookFault.UNREACHABLE)
            raise

    def close(self) -> None:
        """Disconnect."""
        self._session.close()


def _judged(status: int, body: bytes) -> LogbookAnswer:
    """Return what an answer says: a status of 2xx confirms all lines, but for those that the body says were rejected."""
    if 200 <= status < 300:
        try:
            rejected = ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans
        except Exception:  # an answer in another form, such as JSON, which says nothing of what was asked in protobuf
            rejected = 0
        return LogbookAnswer(LogbookFault.PARTLY_REFUSED if rejected else None, status)
    if status in {401, 403}:
        return LogbookAnswer(LogbookFault.NOT_ALLOWED, status)
    return LogbookAnswer(LogbookFault.BUSY if status == 429 or status >= 500 else LogbookFault.REFUSED, status)


def span_of(line: LogbookLine, activity: str, resource: Resource) -> ReadableSpan:
    """Return a line as OTLP has it: the fields of the standard, and nothing else."""
    context = SpanContext(
        int(line.trace_id, 16), int(line.span_id, 16), is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )
    attributes: dict[str, Any] = {ACTIVITY: activity}
    if line.failed:
        attributes |= {"exception.type": line.failed, "exception.message": line.failed}
    return ReadableSpan(
        line.name,
        context=context,
        resource=resource,
        attributes=attributes,
        kind=SpanKind.INTERNAL,
        status=Status(StatusCode.ERROR, line.failed) if line.failed else Status(StatusCode.UNSET),
        start_time=_ns(line.began_at),
        end_time=_ns(line.ended_at),
        instrumentation_scope=SCOPE,
    )


def _ns(at: datetime) -> int:
    """Return a time in whole milliseconds, as the standard has it, in nanoseconds since 1970, as OTLP has it."""
    return int(at.timestamp() * 1_000) * 1_000_000

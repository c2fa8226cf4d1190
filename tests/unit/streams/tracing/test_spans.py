"""Spans: where a trace begins, what it is part of, and nothing at all where tracing is off."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading

from schemas.codec import encode
from schemas.incidents import Incident
from streams.process import JsonFormatter
from streams.topics import CAMERA_FRAMES, INCIDENTS
from streams.tracing import spans
from streams.tracing.context import context_of, new_context
from tests.support.messages import NOON, example
from tests.support.tracing import traced

INCIDENT = example(Incident)
RECORD = encode(INCIDENT, stage="intake", handled_at=NOON, entered_at=NOON)


def test_off_nothing_is_added_and_nothing_told() -> None:
    """A record is sent as it was made."""
    assert not spans.is_on()
    assert spans.begun(INCIDENTS, RECORD, INCIDENT) == (RECORD, None)
    assert spans.exemplar() is None


def test_off_opentelemetry_is_not_even_imported() -> None:
    """What a worker, intake, the console and a partner's channel import at their start; FastAPI imports its interface alone."""
    code = (
        "import sys; import streams.cli.main, streams.worker.run, streams.intake.intake, streams.capture.sender\n"
        "import console.assemble, streams.notify.target; from streams.cli.options import started; started()\n"
        "known = ('opentelemetry.sdk', 'opentelemetry.exporter', 'google.protobuf', 'requests')\n"
        "sys.exit(', '.join(name for name in sys.modules if name.startswith(known)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_trace_begins_with_a_record_and_is_told_when_it_is_confirmed() -> None:
    """With the message's ids and the topic; its header is all that the record gets."""
    with traced() as told:
        record, span = spans.begun(INCIDENTS, RECORD, INCIDENT)
        assert span is not None
        assert told == []
        span.end()
        span.end()
    assert record[:2] == RECORD[:2]
    assert record.headers[:-1] == RECORD.headers
    assert context_of(record.headers) == span.context
    assert told == [span]
    assert (span.name, span.kind, span.part, span.parent) == ("send incidents", "producer", "intake", "")
    assert span.attributes["toezicht.incident_id"] == INCIDENT.incident_id
    assert span.attributes["messaging.message.id"] == INCIDENT.message_id()
    assert span.ended_ns >= span.began_ns


def test_a_record_that_has_a_trace_is_sent_as_it_is() -> None:
    """One that is sent again begins nothing."""
    with traced():
        record, _ = spans.begun(INCIDENTS, RECORD)
        assert spans.begun(INCIDENTS, record) == (record, None)


def test_what_is_sent_while_something_is_worked_on_is_of_its_trace() -> None:
    """In the same thread alone."""
    cause = new_context(1.0)
    others: list[object] = []
    with traced(), spans.within(cause):
        _, span = spans.begun(INCIDENTS, RECORD)
        thread = threading.Thread(target=lambda: others.append(spans.current()))
        thread.start()
        thread.join()
        assert spans.exemplar() == {"trace_id": cause.trace_id}
    assert span is not None
    assert (span.context.trace_id, span.parent) == (cause.trace_id, cause.span_id)
    assert others == [None]
    assert spans.current() is None


def test_pictures_have_a_share_of_their_own() -> None:
    """A context goes along all the same, so that whoever looks at it tells as little."""
    with traced(share=1.0, pictures_share=0.0) as told:
        record, span = spans.begun(CAMERA_FRAMES, RECORD)
        assert span is not None
        span.end()
        assert told == []
        found = context_of(record.headers)
        assert found is not None
        assert not found.sampled
        with spans.within(found):
            assert spans.exemplar() is None


def test_a_line_of_the_log_has_the_trace_that_is_worked_on() -> None:
    """And none has one where nothing is."""
    line = logging.LogRecord("toezicht", logging.WARNING, "f", 1, "something", (), None)
    context = new_context(1.0)
    with spans.within(context):
        told = json.loads(JsonFormatter().format(line))
    assert (told["trace_id"], told["span_id"]) == (context.trace_id, context.span_id)
    assert "trace_id" not in json.loads(JsonFormatter().format(line))

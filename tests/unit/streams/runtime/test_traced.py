"""A stage's part of a trace: the same header each time, one span for one handling, and no trace in any row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from schemas.codec import encode
from schemas.incidents import Incident
from streams import topics
from streams.kafka.record import Record
from streams.runtime import traced as runtime_traced
from streams.tracing.context import TRACEPARENT, context_of, new_context
from tests.support.bench_runner import Bench, settle, tick
from tests.support.messages import NOON, example
from tests.support.tracing import KeptSpans, traced

CAUSE = new_context(1.0)


def incident(topic: str = topics.INCIDENTS) -> Record:
    """Return a report of a trace."""
    message = example(Incident)
    made = encode(message, stage="intake", handled_at=NOON, entered_at=NOON)
    headers = [*made.headers, (TRACEPARENT, CAUSE.header())]
    return Record(topic, 0, 7, made.key, made.value, headers, NOON)


def of_a_trace(offset: int) -> Record:
    """Return an input of the counting stage that is of a trace: a tick on another topic than ticks come by."""
    record = tick(offset)
    return replace(record, topic="room-facts", headers=[*record.headers, (TRACEPARENT, CAUSE.header())])


class TracedBench(Bench):
    """A bench whose stage reads facts beside ticks."""

    def new_runner(self) -> object:  # type: ignore[override]
        """Return a runner whose stage reads both."""
        self.agent.inputs = ("room-ticks", "room-facts")
        return super().new_runner()


def running(scenario: Callable[[TracedBench, KeptSpans], Awaitable[None]]) -> None:
    """Run a scenario on an event loop, traced."""

    async def run() -> None:
        with traced() as told:
            bench = TracedBench()
            async with bench.send_queue.sending():
                await scenario(bench, told)

    asyncio.run(run())


def alerts_of(bench: Bench) -> list[object]:
    """Return the traces of the alerts that were sent, in their order."""
    return [context_of(headers) for topic, _, _, _, headers in bench.transmit.sent if topic == "alerts"]


def test_what_a_stage_sends_continues_the_trace_of_its_input() -> None:
    """Under the span that is told, whose parent is what sent the input, once all is confirmed."""

    async def scenario(bench: TracedBench, told: KeptSpans) -> None:
        bench.transmit.hold = True
        await bench.take(of_a_trace(0))
        assert told == []
        bench.transmit.confirm(0, "alerts")
        bench.transmit.confirm(0, "decide-state-changelog")
        await settle()
        [span] = told
        assert alerts_of(bench) == [span.context]
        assert (span.context.trace_id, span.parent) == (CAUSE.trace_id, CAUSE.span_id)
        assert (span.name, span.attributes["messaging.kafka.offset"]) == ("decide room-facts", 0)

    running(scenario)


def test_an_input_that_comes_again_sends_the_same_and_is_not_told_twice() -> None:
    """What it caused has the header that it had; its handling is told by an id of its own, as a repetition."""

    async def scenario(bench: TracedBench, told: KeptSpans) -> None:
        await bench.take(of_a_trace(0))
        bench.runner = bench.new_runner()  # type: ignore[assignment]
        await bench.take(of_a_trace(0))
        first, second = alerts_of(bench)
        assert first == second
        assert [span.attributes.get("toezicht.repeated") for span in told] == [None, 1]
        assert len({span.context.span_id for span in told}) == 2
        assert bench.count() == 1

    running(scenario)


def test_rows_are_the_same_whether_anything_is_traced() -> None:
    """So a trace is no part of what a worker that is started anew decides by."""

    async def scenario(bench: TracedBench, _: KeptSpans) -> None:
        await bench.take(of_a_trace(0))
        assert not [
            key for key, value in bench.table.database.content.items() if CAUSE.trace_id.encode() in key + value
        ]
        changes = [sent for sent in bench.transmit.sent if "changelog" in sent[0]]
        assert changes
        assert CAUSE.trace_id not in str(changes)

    running(scenario)


def test_a_tick_begins_a_trace_that_is_told_where_it_causes_something() -> None:
    """The same one whoever handles it."""

    async def scenario(bench: TracedBench, told: KeptSpans) -> None:
        await bench.take(tick(0))
        [span] = told
        assert span.parent == ""
        assert alerts_of(bench) == [span.context]
        again = runtime_traced.handling("decide", tick(0))
        assert again is not None
        assert again.context == span.context
        runtime_traced.ended(again, [])
        assert len(told) == 1

    running(scenario)


def test_what_a_handler_refuses_is_told_with_the_reason() -> None:
    """And its dead letter is of its trace."""

    async def scenario(bench: TracedBench, told: KeptSpans) -> None:
        bench.agent.raises = True
        await bench.take(of_a_trace(0))
        [span] = told
        assert span.failed == "handler_failed"
        [letter] = [sent for sent in bench.transmit.sent if sent[0] == "dead-letters"]
        assert context_of(letter[4]) == span.context

    running(scenario)


def test_what_a_partner_writes_into_the_header_of_its_answer_is_not_believed() -> None:
    """It would come out at another partner; and what is of no trace begins none."""
    with traced():
        assert runtime_traced.handling("share", incident(topics.answers_topic("politie"))) is None
        assert runtime_traced.handling("locate", replace(incident(), headers=[])) is None
        assert runtime_traced.handling("locate", incident()) is not None
    assert runtime_traced.handling("locate", incident()) is None


def exemplars(accept: str) -> list[str]:
    """Return the traces that the latency of the stage points to, as `/metrics` answers whoever accepts this form."""
    written, kind = choose_encoder(accept)
    text = written(REGISTRY).decode()
    assert ("openmetrics" in kind) == text.endswith("# EOF\n")
    return [line for line in text.splitlines() if line.startswith("toezicht_stage_seconds") and "trace_id" in line]


def test_a_latency_points_to_its_trace_where_openmetrics_is_asked_for() -> None:
    """Only of what is traced and told; the older form has no room for it."""

    async def scenario(bench: TracedBench, _: KeptSpans) -> None:
        await bench.take(of_a_trace(0))
        assert [each for each in exemplars("application/openmetrics-text; version=1.0.0") if CAUSE.trace_id in each]
        assert exemplars("text/plain") == []
        quiet = new_context(0.0)
        record = of_a_trace(1)
        await bench.take(replace(record, headers=[*record.headers[:-1], (TRACEPARENT, quiet.header())]))
        assert not [each for each in exemplars("application/openmetrics-text; version=1.0.0") if quiet.trace_id in each]

    running(scenario)

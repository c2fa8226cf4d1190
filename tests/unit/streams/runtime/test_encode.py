"""Outputs as records: whose they are, and that a source with an id is one event's."""

from __future__ import annotations

import pytest

from schemas.alerts import Alert
from schemas.codec import send_as, sends_as
from schemas.source import EventSource
from schemas.ticks import Tick
from streams import topics
from streams.cli.options import started
from streams.runtime.encode import encoded, placed
from streams.stages.base import Output
from streams.topics import ONLOOKERS
from tests.support.messages import NOON, example


def _identity(stage: str, alert: Alert) -> tuple[bytes, bytes]:
    [output] = encoded(stage, [Output(topics.ALERTS, alert)], NOON, NOON)
    headers = dict(output.record.headers)
    return headers["ce_source"], headers["ce_id"]


def test_a_source_with_an_id_is_one_event() -> None:
    """A stage that decides beside another one tells other things under the same ids, so its source is another."""
    active, beside = example(Alert, score=80.0), example(Alert, score=20.0)
    assert active.message_id() == beside.message_id()
    assert _identity("decide", active) == _identity("decide", active)
    for onlooker in ONLOOKERS:
        assert _identity(onlooker, beside) != _identity("decide", active)
        assert (
            _identity(onlooker, beside)[0] == b"urn:nld:oin:00000000000000000000:systeem:toezicht-" + onlooker.encode()
        )


def test_a_command_sends_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever process it is, from when it reads its settings."""
    before = sends_as()
    monkeypatch.setenv("TOEZICHT_ORGANISATION_NUMBER", "00000001823288444000")
    monkeypatch.setattr("streams.cli.options.start_logging", lambda _: None)
    try:
        started()
        assert sends_as() == EventSource("00000001823288444000", "toezicht")
        assert _identity("decide", example(Alert))[0] == b"urn:nld:oin:00000001823288444000:systeem:toezicht"
    finally:
        send_as(before)


def test_a_tombstone_takes_a_key_from_a_compacted_topic() -> None:
    """Without a value and headers, on the partition that is named; of the message that was its cause nothing is sent."""
    [output] = encoded(
        "decide", [Output(topics.ALERT_STATE, example(Tick), key="alert-1", partition=3, tombstone=True)], NOON, NOON
    )
    assert (output.topic, output.partition, output.record.key, output.message) == ("alert-state", 3, b"alert-1", None)
    assert placed([output]) == [(("alert-state", 3), (b"alert-1", None, []))]

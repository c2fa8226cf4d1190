"""Whether the stages keep up, asked of a real broker: one that nobody runs is told by what waits for it."""

from __future__ import annotations

import time

import pytest

from schemas.audit import AuditEvent
from streams.clients.stages import StageOffsets
from streams.clients.telling import MessageTeller
from streams.clock import utc_now
from streams.kafka.errors import ClusterError
from streams.settings import KafkaSettings
from tests.support.messages import example

pytestmark = pytest.mark.integration

WITHIN_S = 240.0
"""Only there to end a test that fails."""


def lags(asked: StageOffsets) -> dict[str, int]:
    """Return what waits for each stage; a broker that was emptied finds its groups' coordinator a moment later."""
    deadline_s = time.monotonic() + WITHIN_S
    while True:
        try:
            return {each.stage: each.lag for each in asked.read()}
        except ClusterError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.2)


def test_what_people_did_waits_for_who_chains_it(empty_kafka: KafkaSettings) -> None:
    """A worker of `audit` that is dead shows, since its topic grows and its group does not get on."""
    asked, teller = StageOffsets(empty_kafka, "test"), MessageTeller(empty_kafka, "test")
    try:
        before = lags(asked)
        assert before == dict.fromkeys(("detect", "observe", "locate", "corroborate", "decide", "audit"), 0)
        teller.tell(example(AuditEvent, at=utc_now()))
        assert lags(asked) == before | {"audit": 1}
    finally:
        teller.close()
        asked.close()

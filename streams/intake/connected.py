"""Connected intake: an intake with its producer, that knows what was reported lately."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from schemas.incidents import Incident
from streams.clock import utc_now
from streams.intake.geocoding.located import located
from streams.intake.intake import MEMORY, Intake, count_confirmed
from streams.intake.scenario_clock import PlayClock
from streams.intake.sources.base import IncidentSource
from streams.kafka.errors import user_of
from streams.kafka.producer import connect
from streams.kafka.reader import await_topics, read_messages
from streams.kafka.send_window import SendWindow
from streams.settings import KafkaSettings
from streams.topics import DEAD_LETTERS, INCIDENTS

log = logging.getLogger(__name__)

LINGER_MS: Final = 5.0
"""Lines come in bursts, and nobody waits for the answer to one."""
PRODUCER_OPTIONS: Final = {"linger_ms": LINGER_MS, "bootstrap_timeout_ms": 5_000, "max_block_ms": 1_000}
"""Neither connecting nor a topic that is not known yet holds up a stop for long: the window tries again."""


def connected_intake(
    source: IncidentSource,
    kafka: KafkaSettings,
    stopping: threading.Event,
    report_clock: PlayClock | None = None,
    sleep: Callable[[float], None] = time.sleep,
    silent_after_s: float = 0.0,
    confirmed: Callable[[str], None] = count_confirmed,
    keeps_content: bool = True,
    linger_ms: float = LINGER_MS,
) -> Intake:
    """Return an intake that knows the last hours' reports; a broker that does not answer yet is waited for.

    Whoever pipes a feed into this command would lose what comes meanwhile if it ended. Nothing is read before, so a signal
    simply ends it. Who cannot wait so long raises an error of its own in `sleep`, which waits (s).
    `confirmed` is called with the topic of each record that is confirmed, in the order in which they were sent; a record waits
    `linger_ms` for others (ms).
    """
    window = SendWindow(
        lambda: connect(kafka, f"intake-{source.name}", **PRODUCER_OPTIONS | {"linger_ms": linger_ms}),
        kafka.bootstrap_servers,
        confirmed,
        sleep=sleep,
        user=user_of(kafka),
    )
    window.connect()
    await_topics(kafka, (INCIDENTS, DEAD_LETTERS), stopping.is_set, sleep)
    intake = Intake(
        located(source), window, utc_now, report_clock, stopping.is_set, silent_after_s=silent_after_s,
        keeps_content=keeps_content,
    )  # fmt: skip
    known = list(read_messages(kafka, INCIDENTS, Incident, utc_now() - MEMORY))
    for incident in known:
        intake.recall(incident)
    log.info("%d incidents of the last %d hours are known", len(known), MEMORY.total_seconds() // 3600)
    return intake

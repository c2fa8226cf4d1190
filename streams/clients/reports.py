"""Reports by hand: what an operator enters goes through intake like any partner's report, from the source `operator`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from streams.domain.incidents.raw_report import ENTERED_BY_HAND
from streams.errors import DeliveryError
from streams.intake.connected import connected_intake
from streams.intake.lines import Line
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.settings import KafkaSettings
from streams.topics import INCIDENTS

SOURCE: Final = ENTERED_BY_HAND
"""Who reports."""
WITHIN_S: Final = 10.0
URGENCIES: Final = ("A0", "P 1", "P 2", "P 3", "P 4")
"""How a partner would say each urgency, 0 to 4."""


def enter(kafka: KafkaSettings, time_zone: str, line: Mapping[str, Any]) -> None:
    """Put a report on the topic `incidents`, and wait until the broker has it; the same again changes nothing.

    Args:
        kafka: The cluster.
        time_zone: The zone of times that name none.
        line: As `intake recorded` reads it.

    Raises:
        ClusterError: No broker answers.
        DeliveryError: It is not on the topic.
    """
    deadline_s = time.monotonic() + WITHIN_S

    def wait(seconds: float) -> None:
        if time.monotonic() > deadline_s:
            raise DeliveryError(f"no broker at {kafka.bootstrap_servers} answered within {WITHIN_S:g} s")
        time.sleep(seconds)

    source = RecordedReports(load_categories(), time_zone=time_zone)
    intake = connected_intake(source, kafka, threading.Event(), sleep=wait)
    content = json.dumps(dict(line)).encode()
    intake.take(Line(1, content, len(content)))
    intake.flush(WITHIN_S, time.monotonic)
    left = intake.close()
    if left or not intake.summary.results:
        raise DeliveryError(f"a report is not on the topic {INCIDENTS}: expected a broker that takes it")

"""`toezicht bench compliance`: the report and the dossier on a made-up month."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.base import Message
from schemas.codec import encode
from streams import topics
from streams.cli.options import say
from streams.clients.audit import chain_values
from streams.clock import utc_now
from streams.compliance.audit import camera_times
from streams.compliance.dossier import dossier, facts_of, tallies_of, views_of
from streams.compliance.report import compliance_report
from streams.config.files import load_rules
from streams.domain.compliance.camera_time import looking_times
from streams.kafka.admin import apply
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader, read_records
from streams.local.cluster import cluster
from streams.local.pipeline import BrokerSection
from streams.process import start_logging
from streams.replay.recording import recording_of
from streams.settings import KafkaSettings, Settings, read_settings

CHUNK = 2_000


def register(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def compliance(
        cameras: Annotated[int, typer.Option(min=1, help="Cameras")] = 30,
        days: Annotated[int, typer.Option(min=1, max=27, help="Days of topics")] = 27,
        alerts: Annotated[int, typer.Option(min=1, help="Alerts in all of them")] = 5_400,
        sights: Annotated[int, typer.Option(min=0, max=10, help="Cameras that say something of each alert")] = 3,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Seconds that `compliance report` and `dossier` take on a made-up month. Goal: each below five minutes.

        Beside them, in the same run, the seconds that reading the same topics takes without a look at what is read.

        Example: toezicht bench compliance --alerts 500 --days 5
        """
        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-compliance-") as scratch:
            settings = settings.model_copy(update={"data": Path(scratch), "log_level": "ERROR"})
            start_logging(settings)
            with cluster(settings, kafka, BrokerSection(port=0), say) as reached:
                result = measure(
                    KafkaSettings(bootstrap_servers=reached.bootstrap_servers), settings, cameras, days, alerts, sights
                )
        print(json.dumps(result) if as_json else "\n".join(f"{name:20} {value}" for name, value in result.items()))


def measure(
    kafka: KafkaSettings, settings: Settings, cameras: int, days: int, alerts: int, sights: int
) -> dict[str, Any]:
    """Fill a cluster with a month, and return how long each takes (s)."""
    from bench.compliance.month import cases, entries, statuses

    apply(kafka)
    now, rules = utc_now(), load_rules()
    begin = now - timedelta(days=days)
    told = chain(statuses(cameras, days, begin), entries(days, begin), cases(alerts, cameras, sights, begin, rules))
    records = _fill(kafka, told)
    names = (topics.CAMERA_STATUS, topics.AUDIT_CHAIN, topics.EVIDENCE, topics.EVIDENCE_URGENT, topics.ALERTS)

    def made() -> Any:
        with Reader(kafka, "bench") as reader:
            recording = recording_of(reader.read_spans(reader.spans(names[2:])))
        facts = facts_of(recording, begin, now)
        times = looking_times(camera_times(kafka, begin, now).spells())
        views = views_of((value for _, value in chain_values(kafka)), begin, now)
        return dossier(tallies_of(facts, rules, (f"camera-{each}" for each in range(cameras))), times, views)

    _, read_s = _timed(lambda: sum(1 for _ in read_records(kafka, names)))
    report, report_s = _timed(lambda: compliance_report(settings, kafka, now))
    found, dossier_s = _timed(made)
    return {
        "records": records,
        "days": days,
        "cameras": cameras,
        "alerts": alerts,
        "read_alone_s": read_s,
        "report_s": report_s,
        "findings": len(report.findings),
        "dossier_s": dossier_s,
        "cameras_told": len(found),
    }


def _fill(kafka: KafkaSettings, told: Iterable[tuple[str, Message]]) -> int:
    producer = ConfirmedProducer(kafka, "bench")
    count = 0
    for count, (topic, message) in enumerate(told, 1):  # counted to the end
        at = message.happened_at()
        producer.send_encoded(topic, encode(message, stage="bench", handled_at=at, entered_at=at))
        if count % CHUNK == 0:
            producer.confirm()
    producer.confirm()
    producer.close()
    return count


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began_s = time.perf_counter()
    found = work()
    return found, round(time.perf_counter() - began_s, 2)

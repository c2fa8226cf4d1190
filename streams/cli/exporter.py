"""`toezicht exporter`: whether the brokers are whole, and each topic is kept no longer than it may be, for Prometheus."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from schemas.phrases.catalogue import in_words
from schemas.phrases.language import Language
from streams.cli.options import reachable, started
from streams.clock import utc_now
from streams.config.partners import load_partners, wanted_topics
from streams.exporter.measure import ClusterLook, measure
from streams.health import HEALTH, PROGRESS_WITHIN_S
from streams.kafka.errors import ClusterError
from streams.process import start_metrics, stop_signals, tell_ready
from streams.settings import KafkaSettings
from streams.topics import TopicSpec

log = logging.getLogger(__name__)

EVERY_S: Final = 60.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("exporter")(_exporter)


def _exporter(
    once: Annotated[
        bool, typer.Option("--once", help="Look once and end; code 1 if something is not as it should be")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --once, print one JSON object")] = False,
    every_s: Annotated[float, typer.Option("--every", min=5, max=3_600, help="Seconds between two looks")] = EVERY_S,
) -> None:
    """Tell Prometheus whether the brokers are whole, and whether each topic is kept no longer than it may be.

    It asks the cluster and reads no message: brokers that answer; partitions without a leader, with too few copies in step, or
    that take no writes; the age of the oldest record of each topic, and whether that or the topic's settings go beyond its
    limit, judged as in `toezicht compliance report`. Once per cluster. Runs until stopped.

    Exit code 1 with --once: a partition is not whole, or a topic is kept longer than it may be.

    Example: toezicht exporter --once
    """
    settings, kafka = started(quiet=once)
    cluster = reachable(settings, kafka, "exporter")
    wanted = wanted_topics(load_partners(settings.partners))
    if once:
        _once(measure(cluster, wanted, utc_now()), as_json)
        return
    with stop_signals() as stopping:
        tell_ready("exporter", start_metrics(settings))
        _on_and_on(cluster, wanted, stopping, every_s)


def _once(found: ClusterLook, as_json: bool) -> None:
    state, breaches = found.state, found.breaches
    if as_json:
        kept = {each.subject: each.what.code for each in breaches}
        typer.echo(json.dumps({"brokers": state.brokers, "partitions": dict(state.partitions), "beyond_limit": kept}))
    else:
        typer.echo(
            f"{state.brokers} brokers; partitions: " + ", ".join(f"{n} {name}" for name, n in state.partitions.items())
        )
        for each in breaches:
            typer.echo(f"{each.subject}: {in_words(each.what, Language.EN)}")
        typer.echo(f"{len(found.findings)} topics, {len(breaches)} kept longer than they may be")
    if breaches or not state.whole:
        raise typer.Exit(1)


def _on_and_on(kafka: KafkaSettings, wanted: Sequence[TopicSpec], stopping: threading.Event, every_s: float) -> None:
    """Look until told to stop; a cluster that is away is told once, and costs nothing but time."""
    away = False
    progress = HEALTH.progress("look", PROGRESS_WITHIN_S + 2 * every_s)
    while not stopping.is_set():
        try:
            measure(kafka, wanted, utc_now())
            progress()
        except ClusterError as error:
            log.log(logging.DEBUG if away else logging.WARNING, "the cluster cannot be looked at: %s", error)
            away = True
        else:
            if away:
                log.info("the cluster is looked at again")
            away = False
        stopping.wait(every_s)

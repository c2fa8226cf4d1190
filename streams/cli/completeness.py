"""`toezicht completeness`: what was accepted against what was decided."""

from __future__ import annotations

import json
import logging
import threading
from datetime import timedelta
from typing import Annotated, Final

import typer

from streams.cli.options import reachable, started
from streams.clock import utc_now
from streams.completeness.check import Check, CheckResult
from streams.completeness.cluster import KafkaCluster
from streams.completeness.ledger import Ledger
from streams.errors import DeliveryError
from streams.health import HEALTH, PROGRESS_WITHIN_S
from streams.kafka.decoding import undecodable_line
from streams.kafka.errors import ClusterError
from streams.process import start_metrics, stop_signals, tell_ready

log = logging.getLogger(__name__)

EVERY_S: Final = 10.0
SLACK_S: Final = 1.0
"""What `--once` waits beyond the grace time, so that the clock's steps do not matter."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def completeness(
        once: Annotated[
            bool, typer.Option("--once", help="Check one span and end; code 1 if something is missing")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print each check as one JSON object")] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Tell and count what is missing, send nothing")
        ] = False,
        back_s: Annotated[
            float, typer.Option("--back", min=60, max=86_400, help="Seconds before now at which to begin")
        ] = 3_600.0,
        every_s: Annotated[float, typer.Option("--every", min=1, max=120, help="Seconds between two checks")] = EVERY_S,
        grace_s: Annotated[
            float | None,
            typer.Option("--grace", min=0, max=600, help="Seconds; TOEZICHT_COMPLETENESS_GRACE_S if left out"),
        ] = None,
    ) -> None:
        """Compare what was accepted with what was decided, and send again what is missing.

        Each report must have become evidence, and each piece of evidence and each operator's action must be in the
        decision log, or be a dead letter. An input is missing when the stage's consumer group has been past it for the
        grace time; a backlog never is. What is missing is counted, logged with its place, and sent again with its own
        time, three times at most; sending again what was decided changes nothing. Runs until stopped.

        Exit code 1 with --once: something is missing.

        Example: toezicht completeness --once --dry-run --json
        """
        settings, kafka = started()
        grace = timedelta(seconds=settings.completeness_grace_s if grace_s is None else grace_s)
        span = timedelta(seconds=back_s)
        with stop_signals() as stopping:
            cluster = KafkaCluster(reachable(settings, kafka, "completeness"), utc_now() - span, stopping.is_set)
            check = Check(cluster, Ledger(span, grace), utc_now, stopping.is_set, dry_run=dry_run)
            try:
                if once:
                    _once(check, stopping, grace, as_json)
                else:
                    tell_ready("completeness", start_metrics(settings))
                    _on_and_on(check, cluster, stopping, every_s, as_json)
            finally:
                cluster.disconnect()


def _once(check: Check, stopping: threading.Event, grace: timedelta, as_json: bool) -> None:
    """Look, wait for the grace time, and look again: the second look judges what the stages were past at the first."""
    try:
        checked = check.look()
        stopping.wait(grace.total_seconds() + SLACK_S)
        checked += check.look()
        result = None if stopping.is_set() else check.judge(checked)
    except (ClusterError, DeliveryError) as error:
        raise ClusterError(f"the check cannot be made: {error}") from None
    if result is None:
        log.warning("stopped before the check was complete")
        raise typer.Exit(1)
    typer.echo(json.dumps(result.as_dict()) if as_json else said(result))
    if result.missing:
        raise typer.Exit(1)


def _on_and_on(check: Check, cluster: KafkaCluster, stopping: threading.Event, every_s: float, as_json: bool) -> None:
    """Check until told to stop; a cluster that is away costs nothing but time."""
    away = False
    progress = HEALTH.progress("check", PROGRESS_WITHIN_S + 2 * every_s)
    while not stopping.is_set():
        try:
            result = check.run()
            progress()
        except (ClusterError, DeliveryError) as error:
            log.log(logging.DEBUG if away else logging.WARNING, "no check can be made: %s", error)
            away = True
            cluster.disconnect()
        else:
            if away and result is not None:
                log.info("checks are made again")
                away = False
            if as_json and result is not None:
                print(json.dumps(result.as_dict()), flush=True)
        stopping.wait(every_s)


def said(result: CheckResult) -> str:
    """Return a check's result as lines for a person."""
    lines = [
        f"{each.place.topic}/{each.place.partition}@{each.place.offset} {each.reason}, sent again {each.copies} times"
        for each in result.missing
    ]
    summary = f"{result.checked} inputs checked, {len(result.missing)} missing, {result.reinjected} sent again"
    lost = undecodable_line(result.undecodable)
    return "\n".join([*lines, summary, *([f"{lost}; what they answer counts as missing"] if lost else [])])

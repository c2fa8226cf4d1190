"""`toezicht canary`: made-up reports and detections through the whole pipeline, never shown to operators."""

from __future__ import annotations

import json
import threading
import time
from typing import Annotated, Final

import typer

from streams.canary.lines import NEEDED, KafkaLines
from streams.canary.partitions import names
from streams.canary.probe import Canaries
from streams.cli.options import reachable, started
from streams.clock import utc_now
from streams.config.files import load_rules
from streams.domain.canary import asked_by
from streams.health import HEALTH, PROGRESS_WITHIN_S
from streams.kafka.reader import await_topics
from streams.process import start_metrics, stop_signals, tell_ready

POLL_S: Final = 0.5


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def canary(
        once: Annotated[
            bool, typer.Option("--once", help="Send one round and end; code 1 if one does not come back")
        ] = False,
        within_s: Annotated[
            float, typer.Option("--within", min=1, max=600, help="Seconds that --once waits for the round")
        ] = 60.0,
        every_s: Annotated[float, typer.Option("--every", min=5, max=600, help="Seconds between two rounds")] = 60.0,
        as_json: Annotated[bool, typer.Option("--json", help="Print each step as one JSON object")] = False,
    ) -> None:
        """Send a made-up report and detections through every partition each minute, and time when they come back.

        Intake's rules make incidents of them. They go through observe, locate, corroborate and decide like real ones, in control
        rooms and with cameras of their own, and come back on topics that no operator and no partner reads, as changes and as
        newest state. Their age and latency are metrics. Runs until stopped. Take the same TOEZICHT_RULES as the workers.

        Exit code 1 with --once: one did not come back in time.

        Example: toezicht canary --once --json
        """
        settings, kafka = started()

        def told(number: int, step: str, seconds: float) -> None:
            if as_json:
                print(json.dumps({"canary": number, "step": step, "seconds": round(seconds, 3)}), flush=True)
            elif once:
                print(f"canary {number}: {step} after {seconds:.1f} s", flush=True)

        with stop_signals() as stopping:
            cluster = reachable(settings, kafka, "canary")
            if not once and not await_topics(cluster, NEEDED, stopping.is_set):
                return
            lines = KafkaLines(cluster, utc_now)
            canaries = Canaries(lines, names(), asked_by(load_rules(settings.rules)), utc_now, told)
            try:
                if once:
                    _round(canaries, stopping, within_s)
                    if canaries.flying:
                        typer.echo(f"toezicht: {canaries.flying} canaries did not come back", err=True)
                        raise typer.Exit(1)
                else:
                    progress = HEALTH.progress("rounds", PROGRESS_WITHIN_S + every_s)
                    tell_ready("canary", start_metrics(settings))
                    while not stopping.is_set():
                        _round(canaries, stopping, every_s, whole=True)
                        progress()
            finally:
                lines.close()


def _round(canaries: Canaries, stopping: threading.Event, seconds: float, *, whole: bool = False) -> None:
    """Send a round and receive for some seconds, or until all are back where not the whole time is waited."""
    canaries.send()
    until_s = time.monotonic() + seconds
    while not stopping.is_set() and time.monotonic() < until_s and (whole or canaries.flying):
        canaries.receive(POLL_S)

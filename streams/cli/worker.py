"""`toezicht worker NAME…`: some stages of the pipeline in one process."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated

import typer

from streams.cli.options import require_cluster, started
from streams.clock import utc_now
from streams.process import start_metrics, tell_ready
from streams.runtime.state_folder import exclusive
from streams.worker.run import run_stages
from streams.worker.stages import STAGES, make_stages

log = logging.getLogger(__name__)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def worker(
        names: Annotated[list[str], typer.Argument(help="Stages: " + ", ".join(STAGES))],
        state: Annotated[
            str, typer.Option(help="Name of the folder for this worker's state; two workers need two names")
        ] = "",
    ) -> None:
        """Run stages of the pipeline until told to stop.

        Stages that share a process keep their own consumer group and state, so they can be spread over processes and
        hosts at any time. Needs KAFKA_BOOTSTRAP_SERVERS, TOEZICHT_REGISTRY, and TOEZICHT_MODELS for `detect`.

        Example: toezicht worker locate corroborate decide
        """
        settings, kafka = started()
        require_cluster(kafka)
        stages = make_stages(names, settings)
        require_cluster(kafka, *names)
        metrics_port = start_metrics(settings)
        folder = settings.data / "state" / (state or "-".join(names))
        with exclusive(folder):
            error = asyncio.run(
                run_stages(stages, kafka, folder, utc_now, lambda: tell_ready(" ".join(names), metrics_port))
            )
        if error is not None:
            log.error("stopped: %s: %s", type(error).__name__, error)
            raise typer.Exit(1)

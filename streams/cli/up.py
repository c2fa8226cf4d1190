"""`toezicht up FILE`: everything of one configuration file on one machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import say, started
from streams.local.cluster import cluster, processes, watch_over
from streams.local.pipeline import process_specs, read_pipeline
from streams.process import stop_signals


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def up(
        file: Annotated[Path, typer.Argument(help="The pipeline file (YAML), see deploy/pipeline.yaml")],
    ) -> None:
        """Run a whole pipeline on this machine until Ctrl-C.

        Starts the local broker (unless KAFKA_BOOTSTRAP_SERVERS is set), creates the topics, starts each process of the
        file in order, restarts what dies with a growing pause, the broker too, and stops everything within 10 seconds.
        Logs, ports and Prometheus' file of targets are in the folder `run` under TOEZICHT_DATA.

        Example: toezicht up deploy/pipeline.yaml
        """
        settings, kafka = started()
        pipeline = read_pipeline(file)
        with stop_signals() as stopping, cluster(settings, kafka, pipeline.broker, say) as reached:
            specs = process_specs(pipeline, reached.bootstrap_servers, settings.data.resolve())
            with processes(specs, settings, say, reached.look_after) as supervisor:
                say(f"running {len(specs)} processes, Kafka at {reached.bootstrap_servers}; Ctrl-C stops")
                watch_over(supervisor, stopping)

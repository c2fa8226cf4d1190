"""`toezicht bench`: speed, each figure beside its own limit measured in the same run."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bench import bench_decide, bench_faults, bench_quiet
from streams.cli.up import say
from streams.local.cluster import cluster
from streams.local.pipeline import BrokerSection
from streams.process import start_logging
from streams.settings import read_settings


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Measure speed beside its own limit.", no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(group, name="bench")

    @group.callback()
    def about() -> None:
        """Measure speed beside its own limit, in the same run on the same machine."""

    @group.command()
    def flow(
        reports: Annotated[int, typer.Option(min=10, help="Reports per round")] = 3_000,
        pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds; medians are told")] = 5,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Reports per second through intake, locate, corroborate and decide to the alert, in one worker.

        Beside it a chain of as many plain Faust agents that await nothing, with one table at the end, on the same broker.
        Each report is corroborated by a camera, so it causes two versions of an alert and nine messages in all.
        """
        from bench.flow.measure import measure

        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-bench-") as scratch:
            settings = settings.model_copy(update={"data": Path(scratch), "log_level": "WARNING"})
            start_logging(settings)
            with cluster(settings, kafka, BrokerSection(port=0), say) as reached:
                result = measure(reached.bootstrap_servers, reports, pairs, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:20} {value}" for name, value in result.items()))

    @group.command()
    def detect(
        pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds; medians are told")] = 5,
        seconds: Annotated[float, typer.Option(min=2, help="How long each round lasts, in seconds")] = 12,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Pictures per second of eight cameras through the worker `detect`, beside its OpenVINO model alone.

        The worker from a backlog and with a live producer; then the time from capture to detection at 50, 80 and 120 % of
        that, with what is dropped. Pictures come from TOEZICHT_DEMO_VIDEO, or are made; the model from TOEZICHT_MODELS.

        Example: toezicht bench detect --pairs 1 --seconds 5
        """
        from bench.detect.measure import measure

        settings, kafka = read_settings()
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        with tempfile.TemporaryDirectory(prefix="toezicht-detect-") as scratch:
            folder = Path(scratch)
            with cluster(settings.model_copy(update={"data": folder}), kafka, BrokerSection(port=0), say) as reached:
                result = measure(reached.bootstrap_servers, pairs, seconds, folder, settings, say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:12} {value}" for name, value in result.items()))

    @group.command()
    def start(
        alerts: Annotated[int, typer.Option(min=0, help="Open alerts at the end")] = 20_000,
        days: Annotated[
            int,
            typer.Option(min=0, help="Days of history before them, in steps of two, in which as many came and went"),
        ] = 28,
        framework_alone: Annotated[
            bool, typer.Option("--framework", help="Let the framework recover record by record, to compare")
        ] = False,
        keep: Annotated[Path | None, typer.Option(help="Keep logs and data in this folder")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Seconds from the start of a worker of decide with an empty disk until it is ready, and until it decides.

        Its changelog holds every version of every row that so many open alerts and the days before them leave. Beside it a
        plain consumer reads the same changelog into a plain RocksDB. Needs some GB of disk for the full size.

        Example: toezicht bench start --alerts 1000 --days 2
        """
        from bench.start.measure import measure

        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-start-") as scratch:
            folder = keep or Path(scratch)
            start_logging(settings.model_copy(update={"log_level": "WARNING"}))
            with cluster(settings.model_copy(update={"data": folder}), kafka, BrokerSection(port=0), say) as reached:
                servers = reached.bootstrap_servers
                result = measure(servers, alerts, days, folder, say, framework_alone=framework_alone)
        print(json.dumps(result) if as_json else "\n".join(f"{name:26} {value}" for name, value in result.items()))

    bench_decide.register(group)
    bench_faults.register(group)
    bench_quiet.register(group)

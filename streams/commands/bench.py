"""`toezicht bench`: speed, each figure beside its own limit measured in the same run."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from streams.commands.up import say
from streams.errors import ConfigurationError
from streams.pipeline_file import BrokerSection
from streams.process import start_logging
from streams.running import cluster
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
        from bench.flow import measure

        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-bench-") as scratch:
            settings = settings.model_copy(update={"data": Path(scratch), "log_level": "WARNING"})
            start_logging(settings)
            with cluster(settings, kafka, BrokerSection(port=0), say) as reached:
                result = measure(reached.bootstrap_servers, reports, pairs, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:20} {value}" for name, value in result.items()))

    @group.command()
    def faults(
        fault: Annotated[list[str] | None, typer.Option(help="Only this fault; may be given several times")] = None,
        kills: Annotated[int, typer.Option(min=0, help="Long form: so many kills of random workers instead")] = 0,
        per_second: Annotated[float, typer.Option(min=5, help="Inputs per second")] = 100,
        reports: Annotated[float, typer.Option(min=1, help="Reports per second among them")] = 15,
        seed: Annotated[int, typer.Option(help="Chooses the random moments; the same seed repeats a run")] = 1,
        keep: Annotated[Path | None, typer.Option(help="Keep logs and data in this folder")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """What is lost, doubled or changed when workers, the broker or the disk fail under load.

        Runs a broker and a process per stage, and injects one fault after the other. Exit code 1 where anything was lost,
        shown twice or ended otherwise than without the fault.

        Example: toezicht bench faults --fault "kill decide" --fault zombie
        """
        from bench.faults import Rates, measure
        from bench.faults_kinds import FAULTS, random_kills

        settings, _ = read_settings()
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        names = random_kills(kills, seed) if kills else fault or list(FAULTS)
        for name in names:
            if name not in FAULTS:
                raise ConfigurationError("bench faults", "--fault", name, "one of " + ", ".join(FAULTS))
        with tempfile.TemporaryDirectory(prefix="toezicht-faults-") as scratch:
            result = measure(names, seed, Rates(per_second, reports), keep or Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(str(row) for row in (*result["faults"], result["total"])))
        if any(result["total"][what] for what in ("lost", "twice", "different", "not_back")):
            raise typer.Exit(1)

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
        from bench.start import measure

        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-start-") as scratch:
            folder = keep or Path(scratch)
            start_logging(settings.model_copy(update={"log_level": "WARNING"}))
            with cluster(settings.model_copy(update={"data": folder}), kafka, BrokerSection(port=0), say) as reached:
                servers = reached.bootstrap_servers
                result = measure(servers, alerts, days, folder, say, framework_alone=framework_alone)
        print(json.dumps(result) if as_json else "\n".join(f"{name:26} {value}" for name, value in result.items()))

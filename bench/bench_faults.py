"""`toezicht bench pressure` and `bench faults`: what happens when too much comes in, and when parts of the pipeline die."""

from __future__ import annotations

import json
import logging
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.up import say
from streams.errors import ConfigurationError
from streams.process import start_logging
from streams.settings import read_settings


def register(group: typer.Typer) -> None:
    """Add the commands to the group `bench`."""

    @group.command()
    def pressure(
        times: Annotated[float, typer.Option(min=1, help="How many times what decide can do")] = 10,
        seconds: Annotated[float, typer.Option("--for", min=1, help="How long, in seconds")] = 60,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Far more reports than decide can take: what is lost, what waits how long, memory, and how the backlog drains.

        Draining 60 s of ten times the capacity takes ten minutes. Exit code 1 where anything was lost.
        """
        from bench.pressure.measure import measure

        settings, _ = read_settings()
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        with tempfile.TemporaryDirectory(prefix="toezicht-pressure-") as scratch:
            result = measure(times, seconds, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:20} {value}" for name, value in result.items()))
        if result["lost"]:
            raise typer.Exit(1)

    @group.command()
    def faults(
        fault: Annotated[list[str] | None, typer.Option(help="Only this fault; may be given several times")] = None,
        kills: Annotated[
            int, typer.Option(min=0, help="Long form: so many kills of random workers instead, ten in each span")
        ] = 0,
        per_second: Annotated[float, typer.Option(min=5, help="Inputs per second")] = 100,
        reports: Annotated[float, typer.Option(min=1, help="Reports per second among them")] = 15,
        seed: Annotated[int, typer.Option(help="Chooses the random moments; the same seed repeats a run")] = 1,
        plain: Annotated[
            bool, typer.Option("--plain", help="Run the stages on the framework as it comes, for comparison")
        ] = False,
        keep: Annotated[Path | None, typer.Option(help="Keep logs and data in this folder")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """What is lost, doubled or changed when workers, the broker or the disk fail under load.

        Runs a broker and a process per stage, and injects one fault after the other. Exit code 1 where anything was lost,
        shown twice or ended otherwise than without the fault.

        Example: toezicht bench faults --fault "kill decide" --fault zombie
        """
        from bench.faults.kinds import FAULTS, long_form
        from bench.faults.measure import Rates, measure

        settings, _ = read_settings()
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # outages are what is measured
        names = long_form(kills) if kills else fault or list(FAULTS)
        for name in fault or ():
            if name not in FAULTS:
                raise ConfigurationError("bench faults", "--fault", name, "one of " + ", ".join(FAULTS))
        with tempfile.TemporaryDirectory(prefix="toezicht-faults-") as scratch:
            rates = Rates(per_second, reports, pauses=bool(kills))
            result = measure(names, seed, rates, keep or Path(scratch), say, plain=plain)
        print(json.dumps(result) if as_json else "\n".join(str(row) for row in (*result["faults"], result["total"])))
        if any(result["total"][what] for what in ("lost", "twice", "different", "not_back")):
            raise typer.Exit(1)

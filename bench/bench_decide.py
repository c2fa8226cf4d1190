"""`toezicht bench decide`: what the stage `decide` handles in one worker."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.up import say
from streams.local.cluster import cluster
from streams.local.pipeline import BrokerSection
from streams.process import start_logging
from streams.settings import read_settings


def register(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def decide(
        events: Annotated[int, typer.Option(min=200, help="Events per round")] = 10_000,
        pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds; medians are told")] = 5,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Events per second through decide in one worker: 60 % evidence, 30 % ticks, 10 % actions.

        Beside it one plain Faust agent with one table that awaits nothing, with the same records on the same broker. Then
        the time from an event to its alert, at 500 events per second and at half of what the worker handled, and the cost of an
        event with few and many open alerts.

        Example: toezicht bench decide --events 2000 --pairs 1
        """
        from bench.decide.measure import measure

        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-bench-") as scratch:
            settings = settings.model_copy(update={"data": Path(scratch), "log_level": "WARNING"})
            start_logging(settings)
            with cluster(settings, kafka, BrokerSection(port=0), say) as reached:
                result = measure(reached.bootstrap_servers, events, pairs, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:20} {value}" for name, value in result.items()))

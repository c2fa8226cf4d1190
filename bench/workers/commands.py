"""`toezicht bench workers`: what a second worker brings, how long a partition moves, who waits for a busy room."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from streams.cli.options import say
from streams.errors import ConfigurationError
from streams.local.cluster import cluster
from streams.local.pipeline import BrokerSection
from streams.process import start_logging
from streams.settings import read_settings

PARTS: Final = ("second", "room", "move")


def register(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def workers(
        part: Annotated[
            list[str] | None, typer.Option(help="Only this: second, room or move; may be given several times")
        ] = None,
        reports: Annotated[int, typer.Option(min=100, help="Backlog of each round of `second`")] = 4_000,
        pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds of `second`")] = 3,
        flood: Annotated[int, typer.Option(min=10, max=2_000, help="Reports of one room at once in `room`")] = 2_000,
        per_s: Annotated[int, typer.Option(min=1, max=100, help="Reports a second of each neighbour in `room`")] = 10,
        alerts: Annotated[int, typer.Option(min=4, help="Open alerts of all partitions in `move`")] = 20_000,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Two workers of `decide` beside one, a partition that moves from one to the other, and a room that floods.

        `second`: reports a second of one and of two workers from the same backlog. On two cores the workers run by turns on
        one, each in its own slot whether the other is there or not, and the broker on the other core. Goal: 1.7 times.

        `room`: how long reports of a neighbour in the same partition wait while one room brings many at once, by the ordinary
        and by the urgent topic, and those of a room in another partition; beside them the same without the flood.

        `move`: how long a report waits at most when a second worker comes with an empty disk, and when the first one leaves
        for good. Goal: 15 s with 20,000 open alerts.

        Example: toezicht bench workers --part second --reports 1000 --pairs 1 --json
        """
        for name in part or ():
            if name not in PARTS:
                raise ConfigurationError("bench workers", "--part", name, "one of " + ", ".join(PARTS))
        from bench.scale.measure import host
        from bench.workers.measure import measure

        settings, kafka = read_settings()
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        sizes = {"reports": reports, "pairs": pairs, "flood": flood, "per_s": per_s, "alerts": alerts}
        result: dict[str, Any] = {"host": host()}
        for name in part or PARTS:
            with tempfile.TemporaryDirectory(prefix="toezicht-workers-") as scratch:
                folder = Path(scratch)
                with cluster(
                    settings.model_copy(update={"data": folder}), kafka, BrokerSection(port=0), say
                ) as reached:
                    result[name] = measure(reached.bootstrap_servers, name, sizes, folder, say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:10} {value}" for name, value in result.items()))

"""`toezicht bench intake`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import say
from streams.local.cluster import cluster
from streams.local.pipeline import BrokerSection
from streams.process import start_logging
from streams.settings import read_settings


def register(group: typer.Typer) -> None:
    """Add the command to `toezicht bench`."""
    group.command("intake")(_intake)


def _intake(
    count: Annotated[int, typer.Option("--reports", min=100, help="Reports of each round")] = 5_000,
    pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds of each feed; medians are told")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
) -> None:
    """Reports per second from lines on standard input to the broker's word on the last, for p2000, recorded and gms.

    Beside each, by turns, a process that only reads the same lines and produces them as they are, with the same options. Each
    report is one of its own, and all must have been taken. Goal: 500 reports a second of one worker.

    Example: toezicht bench intake --pairs 1 --json
    """
    from bench.intake.measure import measure

    settings, kafka = read_settings()
    with tempfile.TemporaryDirectory(prefix="toezicht-bench-") as scratch:
        folder = Path(scratch)
        settings = settings.model_copy(update={"data": folder, "log_level": "WARNING"})
        start_logging(settings)
        with cluster(settings, kafka, BrokerSection(port=0), say) as reached:
            result = measure(reached.bootstrap_servers, count, pairs, folder, say)
    print(json.dumps(result) if as_json else "\n".join(f"{name:16} {value}" for name, value in result.items()))

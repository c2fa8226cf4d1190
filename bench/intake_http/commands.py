"""`toezicht bench intake-http`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.intake.network import require_extra
from streams.cli.options import say
from streams.local.cluster import cluster
from streams.local.pipeline import BrokerSection
from streams.process import start_logging
from streams.settings import read_settings


def register(group: typer.Typer) -> None:
    """Add the command to `toezicht bench`."""
    group.command("intake-http")(_intake_http)


def _intake_http(
    count: Annotated[int, typer.Option("--requests", min=100, help="Requests of each round")] = 3_000,
    rate: Annotated[float, typer.Option(min=1, help="Requests per second of the steady rounds")] = 200.0,
    pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds; medians are told")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
) -> None:
    """Reports per second by HTTP and the time of an answer, beside an endpoint that only verifies and produces plainly.

    Signed reports over 32 connections, as fast as answers come and at a steady rate. An answer is a 202: the broker has the
    report.

    Example: toezicht bench intake-http --pairs 1 --json
    """
    require_extra()
    from bench.intake_http.measure import measure

    settings, kafka = read_settings()
    with tempfile.TemporaryDirectory(prefix="toezicht-bench-") as scratch:
        folder = Path(scratch)
        settings = settings.model_copy(update={"data": folder, "log_level": "WARNING"})
        start_logging(settings)
        with cluster(settings, kafka, BrokerSection(port=0), say) as reached:
            result = measure(reached.bootstrap_servers, count, rate, pairs, folder, say)
    print(json.dumps(result) if as_json else "\n".join(f"{name:16} {value}" for name, value in result.items()))

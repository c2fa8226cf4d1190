"""`toezicht bench console`."""

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
    """Add the command to the group `bench`."""

    @group.command()
    def console(
        alerts: Annotated[int | None, typer.Option(min=100, help="Open alerts; 20,000 if left out")] = None,
        changes: Annotated[
            int | None, typer.Option(min=1_000, help="Changes of the simulated hours; 240,000 if left out")
        ] = None,
        quick: Annotated[
            bool, typer.Option("--quick", help="So little of each that it only shows that it runs")
        ] = False,
        browser: Annotated[Path | None, typer.Option(help="Chromium's program; the path's if left out")] = None,
        keep: Annotated[Path | None, typer.Option(help="Keep logs and data in this folder")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """What the operators' page costs, in a real browser with 20,000 open alerts, beside a page that only parses and paints.

        From an alert on its topic until it is painted, and from a key until the page confirms it, through a real broker,
        `worker decide` and `toezicht console`; loading; memory over eight simulated hours; 25 operators in a flood whose
        connections break; whether a P1 goes unseen; what the page weighs. Needs the built page (`make page`), the extras
        console and dev, and Debian's chromium.

        Example: toezicht bench console --quick --json
        """
        from dataclasses import replace

        from bench.console.browser import find_chromium
        from bench.console.measure import FULL, QUICK, measure
        from console.commands import require_extra

        require_extra()
        chromium = find_chromium(browser)
        sizes = QUICK if quick else FULL
        sizes = replace(sizes, alerts=alerts or sizes.alerts, changes=changes or sizes.changes)
        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-console-") as scratch:
            folder = keep or Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            settings = settings.model_copy(update={"data": folder, "log_level": "WARNING"})
            start_logging(settings)
            with cluster(settings, kafka, BrokerSection(port=0), say) as reached:
                result = measure(reached.bootstrap_servers, sizes, chromium, folder, say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:26} {value}" for name, value in result.items()))

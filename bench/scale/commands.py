"""`toezicht bench scale`: what cameras, rooms and reports cost, and what so many of them need."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import say
from streams.errors import ConfigurationError
from streams.local.cluster import cluster
from streams.local.pipeline import BrokerSection
from streams.process import start_logging
from streams.settings import read_settings

PlanOf = Annotated[
    int | None,
    typer.Option(min=1, help="Print what so many cameras need, by what was measured and assumed; measures nothing"),
]
AssumptionsFile = Annotated[
    Path | None, typer.Option(help="With --plan: your copy of bench/scale/assumptions.yaml, which has all prices")
]
FiguresFile = Annotated[Path | None, typer.Option(help="With --plan: what --simulate --json printed on your machine")]


def register(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def scale(
        simulate: Annotated[bool, typer.Option("--simulate", help="Measure, on a broker of its own")] = False,
        plan: PlanOf = None,
        assumptions: AssumptionsFile = None,
        figures: FiguresFile = None,
        cameras: Annotated[int, typer.Option(min=40, help="Cameras")] = 10_000,
        rooms: Annotated[int, typer.Option(min=1, help="Control rooms")] = 100,
        workers: Annotated[
            int,
            typer.Option(
                min=1, max=4, help="Processes of each stage; `locate` has one, as its topic has one partition"
            ),
        ] = 2,
        seconds: Annotated[int, typer.Option(min=1, max=600, help="Seconds that each camera tells of")] = 10,
        reports: Annotated[int, typer.Option(min=8, help="Reports; at most as many as there are cameras")] = 2_000,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Processor seconds, memory and bytes per camera, report and open alert, as they are counted while many come.

        What cameras show goes through `corroborate`, detections of a quarter of them through `observe` before it, and
        reports through `locate`, `corroborate` and `decide`, in processes of their own on a real broker. All comes as fast
        as it is taken, and processor seconds are counted, not time: no two cores carry so many cameras. Beside it, in the
        same run, a process that reads the same records and only sends them on. Memory is the slope between a quarter of the
        cameras (alerts) and all.

        With --plan nothing is measured: the figures of docs/scaling.md, or yours, and what is assumed about cameras and
        prices become cores, cards, partitions, brokers, disk and euros, and what ends first.

        Example: toezicht bench scale --simulate --cameras 200 --rooms 4 --reports 100 --workers 1 --seconds 5

        Example: toezicht bench scale --plan 1000 --assumptions ours.yaml
        """
        if simulate == (plan is not None):
            raise ConfigurationError("command line", "--simulate, --plan", "both" if simulate else "neither", "one")
        if plan is not None:
            _print_plan(plan, figures, assumptions, as_json)
            return
        if reports > cameras:
            raise ConfigurationError("command line", "--reports", str(reports), f"at most --cameras, {cameras}")
        if rooms > cameras:
            raise ConfigurationError("command line", "--rooms", str(rooms), f"at most --cameras, {cameras}")
        from bench.scale.measure import ScaleBench

        settings, kafka = read_settings()
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        with tempfile.TemporaryDirectory(prefix="toezicht-scale-") as scratch:
            folder = Path(scratch)
            with cluster(settings.model_copy(update={"data": folder}), kafka, BrokerSection(port=0), say) as reached:
                bench = ScaleBench(reached.bootstrap_servers, cameras, rooms, workers, folder, say)
                result = bench.measure(seconds, reports)
        print(json.dumps(result) if as_json else "\n".join(f"{name:16} {value}" for name, value in result.items()))


def _print_plan(cameras: int, figures: Path | None, assumptions: Path | None, as_json: bool) -> None:
    from bench.scale.assumptions import load_assumptions, load_figures
    from bench.scale.page import as_dict, printed

    measured, told = load_figures(figures), load_assumptions(assumptions)
    print(json.dumps(as_dict(cameras, measured, told)) if as_json else printed(cameras, measured, told))

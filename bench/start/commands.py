"""`toezicht bench start`: how soon what was started does its work."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli.options import require_vision, say
from streams.local.cluster import RunningCluster, cluster
from streams.local.pipeline import BrokerSection
from streams.process import start_logging
from streams.settings import Settings, read_settings

_Alerts = Annotated[int, typer.Option(min=0, help="Open alerts at the end")]
_Days = Annotated[
    int,
    typer.Option(min=0, help="Days of history before them, in steps of two, in which as many came and went"),
]
_Framework = Annotated[bool, typer.Option("--framework", help="Let the framework recover record by record, to compare")]
_Processes = Annotated[
    bool, typer.Option("--processes", help="Instead: start each process of the product, with the least to restore")
]
_Process = Annotated[
    list[str] | None, typer.Option("--process", help="With --processes: only this one; may be repeated")
]
_Idle = Annotated[
    float, typer.Option("--idle", min=0, help="Instead: for so many seconds four stages that have nothing to do")
]
_Rounds = Annotated[int, typer.Option(min=1, help="With --processes: starts of each; medians are told")]


def register(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def start(
        alerts: _Alerts = 20_000,
        days: _Days = 28,
        framework_alone: _Framework = False,
        processes: _Processes = False,
        process: _Process = None,
        rounds: _Rounds = 5,
        idle_s: _Idle = 0,
        keep: Annotated[Path | None, typer.Option(help="Keep logs and data in this folder")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Seconds from the start of a worker of decide with an empty disk until it is ready, and until it decides.

        Its changelog holds every version of every row that so many open alerts and the days before them leave. Beside it a
        plain consumer reads the same changelog into a plain RocksDB. Needs some GB of disk for the full size.

        With --processes each process that compose starts is started by itself, on the demo's files and an idle broker, until it
        says at /readyz that it does its work: seconds, processor seconds, memory then. Beside them Python that does nothing, and
        one that only imports the framework and the clients of Kafka. The detector is the one that TOEZICHT_MODELS gives.

        With --idle four stages in one process do nothing for so long: the share of a core that they and the broker use, beside
        plain consumers that read as much, and beside the broker alone.

        Example: toezicht bench start --alerts 1000 --days 2

        Example: toezicht bench start --processes --process decide --process console --rounds 3
        """
        settings, kafka = read_settings()
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        with tempfile.TemporaryDirectory(prefix="toezicht-start-") as scratch:
            folder = keep or Path(scratch)
            settings = settings.model_copy(update={"data": folder})
            if processes or idle_s:
                require_vision()
            with cluster(settings, kafka, BrokerSection(port=0), say) as reached:
                if processes:
                    result, lines = _processes(settings, reached, tuple(process or ()), rounds)
                elif idle_s:
                    result = _idle(settings, reached, idle_s)
                    lines = [f"{name:26} {value}" for name, value in result.items()]
                else:
                    result = _restore(reached, alerts, days, folder, framework_alone=framework_alone)
                    lines = [f"{name:26} {value}" for name, value in result.items()]
        print(json.dumps(result) if as_json else "\n".join(lines))


def _restore(reached: RunningCluster, alerts: int, days: int, folder: Path, *, framework_alone: bool) -> dict[str, Any]:
    from bench.start.measure import measure

    return measure(reached.bootstrap_servers, alerts, days, folder, say, framework_alone=framework_alone)


def _processes(
    settings: Settings, reached: RunningCluster, names: tuple[str, ...], rounds: int
) -> tuple[dict[str, Any], list[str]]:
    from bench.start.processes import StartPlan, environment_of, lines_of, measure_starts

    plan = StartPlan(names, rounds)
    plan.kinds()  # a wrong name is told before anything is prepared
    environment = environment_of(settings, reached.bootstrap_servers, say)
    result = measure_starts(environment, settings.data.resolve(), plan, say)
    return result, lines_of(result)


def _idle(settings: Settings, reached: RunningCluster, seconds: float) -> dict[str, Any]:
    import psutil

    from bench.soak.samples import java_of
    from bench.start.idle import measure_idle
    from bench.start.processes import environment_of

    environment, java = environment_of(settings, reached.bootstrap_servers, say), java_of()
    broker = None if java is None else psutil.Process(java)
    return measure_idle(environment, settings.data.resolve(), seconds, broker, say)

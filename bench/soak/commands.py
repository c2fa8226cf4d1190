"""`toezicht bench soak`: whether anything grows in what runs for hours."""

from __future__ import annotations

import json
import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from streams.cli.options import require_vision, say
from streams.errors import ConfigurationError
from streams.process import start_logging
from streams.settings import read_settings

if TYPE_CHECKING:
    from bench.soak.samples import SampleLog, SoakPlan

WARM_UP_SHARE: Final = 1 / 6
SIMULATED_WARM_UP_SHARE: Final = 1 / 4
"""An hour of four: what ended is remembered for half an hour, and the trends count by the hour."""


_Minutes = Annotated[float, typer.Option(min=0.2, help="How long the demo runs, in minutes")]
_Every = Annotated[float, typer.Option("--every", min=0.2, help="Seconds between two samples")]
_WarmUp = Annotated[
    float | None, typer.Option(min=0, help="Minutes that do not count; a sixth of the time if left out")
]
_Simulate = Annotated[
    float, typer.Option(min=0, help="Instead of real time: so many hours of what the demo told, played in memory")
]
_Reconnects = Annotated[
    int, typer.Option(min=0, help="Instead of the demo: so many times lose one camera, and let it come back")
]
_Camera = Annotated[
    str, typer.Option(envvar="SOAK_CAMERA", help="The camera to lose, rtsp://; with a login by its variable alone")
]
_Noted = Annotated[
    Path | None, typer.Option("--noted", help="Judge and draw samples.jsonl of a run that was kept, and run nothing")
]


def register(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def soak(
        minutes: _Minutes = 60,
        every_s: _Every = 10,
        warm_up: _WarmUp = None,
        simulate: _Simulate = 0,
        reconnects: _Reconnects = 0,
        camera: _Camera = "",
        draw: Annotated[Path | None, typer.Option(help="Draw the curves into this file (.svg, .png)")] = None,
        keep: Annotated[Path | None, typer.Option(help="Keep samples, logs and data in this folder")] = None,
        noted: _Noted = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Run the demo for an hour, and tell what grew: memory, threads, open files, records that wait.

        Runs what `toezicht demo` runs, with its reports again every minute, an operator who ends what is on the list, and a page
        that is open. Every ten seconds it notes of each process the memory of its own (USS), threads, open files and processor
        seconds, of each stage the records that wait, of the broker its disk.

        After the warm-up memory may grow by 5 %, threads and files not by one, a backlog not beyond its own scatter: by Theil and
        Sen's slope, which single peaks do not bend, and by the last tenth beside the first. Exit code 1 where something grew more
        or a process was started again.

        With --simulate two rounds of the demo are recorded and played through the stages in memory, as fast as they take them;
        what ended is remembered for half an hour there, not a day. Rows of state are told too, since ids are kept for longer than
        that; the warm-up is a quarter.

        With --reconnects capture reads one camera through a relay of this command, which cuts it after each first picture.

        Example: toezicht bench soak --minutes 60 --draw docs/performance/soak-hour.svg --json

        Example: toezicht bench soak --reconnects 500 --camera rtsp://127.0.0.1:8554/cam
        """
        if warm_up is not None and warm_up >= minutes and not (reconnects or simulate):
            raise ConfigurationError("bench soak", "--warm-up", f"{warm_up:g}", f"fewer than {minutes:g} minutes")
        if reconnects and not camera and not noted:
            raise ConfigurationError("bench soak", "--camera", "", "the address of a camera to lose")
        require_vision()
        from bench.soak.picture import draw as drawn
        from bench.soak.result import length_s, lines_of, result_of
        from bench.soak.samples import SoakPlan, read_samples

        plan = SoakPlan(60 * minutes, 60 * (minutes * WARM_UP_SHARE if warm_up is None else warm_up), every_s)
        log, did = (read_samples(noted), {}) if noted else _run(plan, simulate, reconnects, camera, keep)
        warm_up_s = (
            length_s(log) * (SIMULATED_WARM_UP_SHARE if simulate else WARM_UP_SHARE)
            if warm_up is None
            else 60 * warm_up
        )
        document, found = result_of(log, warm_up_s, **did)
        if draw is not None:
            what = f"A camera that is lost {reconnects} times" if reconnects else f"The demo for {minutes:g} minutes"
            what = f"{simulate:g} hours of the demo, simulated" if simulate else what
            drawn(draw, what, log.curves, warm_up_s, found, 3600 if simulate else 60)
        print(json.dumps(document) if as_json else "\n".join(lines_of(document)))
        if document["grown"] or document["restarted"] or document["untold"]:
            raise typer.Exit(1)


def _run(
    plan: SoakPlan, simulate: float, reconnects: int, camera: str, keep: Path | None
) -> tuple[SampleLog, dict[str, Any]]:
    """Run what is asked for, and return what was sampled and what was done."""
    from bench.soak import demo_room, simulation
    from bench.soak import reconnects as camera_lost
    from bench.soak.samples import SampleLog

    settings, kafka = read_settings()
    start_logging(settings.model_copy(update={"log_level": "WARNING"}))
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line
    with tempfile.TemporaryDirectory(prefix="toezicht-soak-") as scratch:
        folder = keep or Path(scratch)
        log = SampleLog(folder / "samples.jsonl")
        settings = settings.model_copy(update={"data": folder, "log_level": "WARNING"})
        if simulate:
            return log, simulation.soak(simulate, settings, kafka, log, say)
        if reconnects:
            return log, camera_lost.soak(camera, reconnects, plan.every_s, settings, kafka, log, say)
        return log, demo_room.soak(plan, settings, kafka, log, say)

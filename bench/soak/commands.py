"""`toezicht bench soak`: whether anything grows in what runs for hours."""

from __future__ import annotations

import json
import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from streams.cli.options import require_vision, say
from streams.errors import ConfigurationError
from streams.process import start_logging
from streams.settings import read_settings

if TYPE_CHECKING:
    from bench.soak.samples import SampleLog

WARM_UP_SHARE: Final = 1 / 6


def register(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def soak(
        minutes: Annotated[float, typer.Option(min=0.2, help="How long the demo runs, in minutes")] = 60,
        every_s: Annotated[float, typer.Option("--every", min=0.2, help="Seconds between two samples")] = 10,
        warm_up: Annotated[
            float | None, typer.Option(min=0, help="Minutes that do not count; a sixth of the time if left out")
        ] = None,
        draw: Annotated[Path | None, typer.Option(help="Draw the curves into this file (.svg, .png)")] = None,
        keep: Annotated[Path | None, typer.Option(help="Keep samples, logs and data in this folder")] = None,
        noted: Annotated[
            Path | None,
            typer.Option("--noted", help="Judge and draw samples.jsonl of a run that was kept, and run nothing"),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Run the demo for an hour, and tell what grew: memory, threads, open files, records that wait.

        Runs what `toezicht demo` runs, with its reports again every minute, an operator who ends what is on the list, and a page
        that is open. Every ten seconds it notes of each process the memory of its own (USS), threads, open files and processor
        seconds, of each stage the records that wait, of the broker its disk.

        After the warm-up memory may grow by 5 %, threads and files not by one, a backlog not beyond its own scatter: by Theil and
        Sen's slope, which single peaks do not bend, and by the last tenth beside the first. Exit code 1 where something grew more
        or a process was started again.

        Example: toezicht bench soak --minutes 60 --draw docs/performance/soak-hour.svg --json
        """
        warm_up_s = 60 * (minutes * WARM_UP_SHARE if warm_up is None else warm_up)
        if warm_up_s >= 60 * minutes:
            raise ConfigurationError("bench soak", "--warm-up", f"{warm_up:g}", f"fewer than {minutes:g} minutes")
        require_vision()
        from bench.soak.picture import draw as drawn
        from bench.soak.result import lines_of, result_of
        from bench.soak.samples import read_samples

        log, did = (read_samples(noted), {}) if noted else _run(60 * minutes, warm_up_s, every_s, keep)
        document, found = result_of(log, warm_up_s, minutes=minutes, **did)
        if draw is not None:
            drawn(draw, f"The demo for {minutes:g} minutes", log.curves, warm_up_s, found, 60)
        print(json.dumps(document) if as_json else "\n".join(lines_of(document)))
        if document["grown"] or document["restarted"] or document["untold"]:
            raise typer.Exit(1)


def _run(seconds: float, warm_up_s: float, every_s: float, keep: Path | None) -> tuple[SampleLog, dict[str, int]]:
    """Run the demo, and return what was sampled and what was done."""
    from bench.soak.demo_room import SoakPlan, soak
    from bench.soak.samples import SampleLog

    settings, kafka = read_settings()
    start_logging(settings.model_copy(update={"log_level": "WARNING"}))
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line
    with tempfile.TemporaryDirectory(prefix="toezicht-soak-") as scratch:
        folder = keep or Path(scratch)
        log = SampleLog(folder / "samples.jsonl")
        settings = settings.model_copy(update={"data": folder, "log_level": "WARNING"})
        return log, soak(SoakPlan(seconds, warm_up_s, every_s), settings, kafka, log, say)

"""`toezicht demo`: a small control room with real video, a scenario of reports, and the alerts that come out."""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer

from schemas.alerts import Alert
from streams.cli.options import say
from streams.config.registry import load_registry
from streams.demo.material import Material, prepare
from streams.demo.page import DemoPage, open_page, why_no_page
from streams.demo.scenario import SETTLE_S, alert_line, judge, scenario_specs
from streams.demo.tally import TopicReader
from streams.local.cluster import cluster, processes, watch_over
from streams.local.pipeline import CONSOLE, BrokerSection, process_specs
from streams.local.supervisor import Supervisor
from streams.process import start_logging, stop_signals
from streams.settings import read_settings

PAGE_WITHIN_S: Final = 90.0
"""How long to wait for the page's list (s); the demo goes on meanwhile."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def demo(
        once: Annotated[bool, typer.Option("--once", help="End after the scenario and print a summary (JSON)")] = False,
        check: Annotated[
            bool, typer.Option("--check", help="Compare the alerts with what the scenario expects, at the end")
        ] = False,
        data: Annotated[
            Path | None, typer.Option(help="Folder for data and logs; a fresh one under TOEZICHT_DATA if not given")
        ] = None,
        console: Annotated[bool, typer.Option(help="Show the operators' page too")] = True,
    ) -> None:
        """Run a small control room on this machine: cameras, reports, alerts, and the operators' page.

        Starts a local Kafka, five cameras (published research video where TOEZICHT_DEMO_VIDEO names it, else a scene
        composed from photos), all stages and a dozen reports. Alerts are printed as they change. Without --once the
        cameras go on after the scenario until Ctrl-C, and `toezicht watch` shows the list in another terminal.
        The page's address and the first passwords of its accounts are printed in this terminal, once.

        The last line is one JSON object: frames, detections, observations, incidents, alerts by priority, canaries
        that came back, and latency_ms from the newest contributing event to the alert on the operator topic.
        """
        settings, kafka = read_settings()
        folder = data or _fresh_folder(settings.data)
        settings = settings.model_copy(update={"data": folder, "log_level": "WARNING"})
        start_logging(settings)
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
        with ExitStack() as stack:
            stopping = stack.enter_context(stop_signals())
            material = prepare(folder / "demo", say)
            reached = stack.enter_context(cluster(settings, kafka, BrokerSection(port=0), say))
            reader = TopicReader(reached.kafka, _show)
            stack.callback(reader.stop)
            reader.start()
            specs = process_specs(material.pipeline, reached.bootstrap_servers, folder.resolve())
            page = _page(material, folder) if console else None
            specs = [spec if page is None else page.given_to(spec) for spec in specs if page or spec.name != CONSOLE]
            specs += scenario_specs(material, specs[0])
            supervisor = stack.enter_context(processes(specs, settings, say, reached.look_after))
            began_s = time.monotonic()
            say(f"running; Kafka at {reached.bootstrap_servers}, logs in {folder / 'run'}")
            if page is not None:
                _welcome(page, supervisor, stopping)
            if not once:
                say("Ctrl-C stops; `toezicht watch` in another terminal shows the list")
            watch_over(supervisor, stopping, lambda: time.monotonic() - began_s > material.length_s + SETTLE_S)
            if not once and not stopping.is_set():
                say("the scenario is over; the cameras go on until Ctrl-C")
                watch_over(supervisor, stopping)
            memory = supervisor.memory_mb()
            tally, summary = reader.tally, reader.tally.summary(reader.counts())
        summary |= {"memory_mb": memory, "run_s": round(time.monotonic() - began_s, 1)}
        problems = (
            judge(material, list(tally.alerts.values()), tally.dead_letters, len(tally.canaries)) if check else []
        )
        for problem in problems:
            say(f"not as expected: {problem}")
        print(json.dumps(summary), flush=True)
        raise typer.Exit(1 if problems else 0)


def _page(material: Material, folder: Path) -> DemoPage | None:
    """Return the operators' page; None, and one line that says why, where this installation cannot show it."""
    if reason := why_no_page():
        say(f"no operators' page: {reason}")
        return None
    return open_page(folder, [room.id for room in load_registry(material.pipeline.registry).control_rooms])


def _welcome(page: DemoPage, supervisor: Supervisor, stopping: threading.Event) -> None:
    """Say where the page is once it shows the list, and how to log in: in this terminal alone."""
    began_s = time.monotonic()
    watch_over(supervisor, stopping, lambda: page.is_ready() or time.monotonic() - began_s > PAGE_WITHIN_S)
    if stopping.is_set():
        return
    if time.monotonic() - began_s > PAGE_WITHIN_S:
        say(f"the operators' page is not ready yet, see {supervisor.child(CONSOLE).log_file}")
    for line in page.welcome(sys.stderr.isatty()):
        say(line)


def _fresh_folder(base: Path) -> Path:
    base.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="demo-", dir=base))


def _show(alert: Alert) -> None:
    print(alert_line(alert), file=sys.stderr, flush=True)


__all__ = ["Material", "register"]

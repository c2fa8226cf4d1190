"""`toezicht intake`: one source of reports."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from schemas.incidents import Incident
from streams.cli.intake import network
from streams.cli.options import moment, reachable, require_cluster, started, with_options
from streams.clock import utc_now
from streams.errors import ConfigurationError, DeliveryError
from streams.health import HEALTH
from streams.intake import connections
from streams.intake.connected import connected_intake
from streams.intake.connections import read_address, read_connected, read_listening
from streams.intake.intake import LOOK_S, Intake
from streams.intake.lines import Line, read_lines
from streams.intake.scenario_clock import PlayClock, played
from streams.intake.sources.recorded import RecordedReports
from streams.intake.sources.registry import SOURCES, make_source, splitter_of
from streams.intake.unmapped import HEADING, unmapped
from streams.kafka.reader import read_messages
from streams.process import start_metrics, stop_signals, tell_ready
from streams.settings import Settings
from streams.topics import INCIDENTS

log = logging.getLogger(__name__)

FLUSH_S: Final = 5.0
"""How long to wait for confirmations at the end: below the supervisor's 8 s, so that there is time to tell what did not come."""
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object")]
Values = Mapping[str, object]
"""What was given for a source's options, by name."""


def register(app: typer.Typer) -> None:
    """Add a command for each source."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Read reports of incidents from one source and put them on the topic `incidents`. A field that cannot be read "
        "is left out with a note, a line that is no report goes to `dead-letters`; a report that is sent again becomes an "
        "update, a cancellation cancels. `unmapped` lists what no table explains.",
    )
    app.add_typer(group, name="intake")

    for name, source in SOURCES.items():
        command = _play if name == RecordedReports.name else partial(_live, name)
        group.command(name, help=source.Options.__doc__)(with_options(command, source.Options))
    group.command("unmapped")(_unmapped)
    network.register(group)


def _unmapped(
    since: Annotated[
        str, typer.Option(help="Read at or after: 2026-11-24T12:00:00Z, or how long ago: 30m, 2h, 7d")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many lines; the rest is counted")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line, for a program")] = False,
) -> None:
    """List the codes and words of partners that no table explains, with how many reports have each.

    Urgent ones come first: such a report stands on the operator's list as "unknown kind". Put a code into a copy of
    categories.yaml, or a word into a copy of the words file, and name that file with --categories or --words of `intake`; what
    is minor is mapped to `overig`. No words of persons are shown: a code that is not shaped like one is `unknown`.

    Example: toezicht intake unmapped --since 7d
    """
    settings, kafka = started(quiet=True)
    from_ = moment("intake unmapped", "--since", since, utc_now()) if since else None
    words = unmapped(read_messages(reachable(settings, kafka), INCIDENTS, Incident, from_))
    if as_json:
        for word in words[:limit]:
            typer.echo(json.dumps(word.as_dict()))
        return
    if words:
        typer.echo(HEADING)
    for word in words[:limit]:
        typer.echo(str(word))
    left = f", {len(words) - limit} of them not shown" if len(words) > limit else ""
    typer.echo(f"{sum(word.reports for word in words)} reports of {len(words)} unknown kinds{left}")


def _live(
    name: str,
    given: Values,
    connect: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Read from this TCP server, and connect again when it ends")
    ] = "",
    listen: Annotated[
        str,
        typer.Option(metavar="HOST:PORT", help="Let senders connect here by TCP, unencrypted and without a password"),
    ] = "",
    silent_after: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            min=0,
            help="Tell operations when it said nothing for so long; 0 never, the source's own else",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    settings, kafka = started()
    require_cluster(kafka, "intake")
    source = make_source(name, given, settings.time_zone)
    assert source is not None
    if connect and listen:
        raise ConfigurationError(f"intake {name}", "--listen", listen, "not both --connect and --listen")
    server = read_address(f"intake {name}", "--connect", connect) if connect else None
    own = connections.listen(f"intake {name}", read_address(f"intake {name}", "--listen", listen)) if listen else None
    stopping = threading.Event()
    quiet_s = SOURCES[name].Options.silent_after_s if silent_after is None else silent_after
    intake = connected_intake(source, kafka, stopping, silent_after_s=quiet_s)
    make_splitter = partial(splitter_of, name)
    with stop_signals(stopping), own or nullcontext():
        if server is not None:
            lines = read_connected(server, make_splitter, stopping.is_set, intake.tend)
        elif own is not None:
            lines = read_listening(own, make_splitter, stopping.is_set, intake.tend)
        else:
            lines = read_lines(sys.stdin.fileno(), stopping.is_set, intake.tend, make_splitter())
        _run(intake, lines, stopping, settings, as_json)


def _play(
    given: Values,
    file: Annotated[Path, typer.Argument(help="JSON lines, one report each; - for standard input")],
    play: Annotated[bool, typer.Option(help="Play each line at its at_s seconds after the start")] = False,
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="How much faster than real time to play")] = 1.0,
    start: Annotated[str, typer.Option(help="The scenario's first moment (RFC 3339); now where empty")] = "",
    as_json: AsJson = False,
) -> None:
    settings, kafka = started()
    require_cluster(kafka, "intake")
    play_clock = PlayClock(utc_now, speed, moment("intake recorded", "--start", start, utc_now()) if start else None)
    source = make_source(RecordedReports.name, given, settings.time_zone)
    assert source is not None
    descriptor = sys.stdin.fileno() if str(file) == "-" else _open(file)
    stopping = threading.Event()
    intake = connected_intake(source, kafka, stopping, play_clock if play else None)
    with stop_signals(stopping):
        lines: Iterable[Line] = read_lines(descriptor, stopping.is_set, intake.tend)
        if play:
            play_clock.begin()
            lines = played(lines, play_clock, time.sleep, stopping.is_set, intake.tend)
        _run(intake, lines, stopping, settings, as_json)
    if intake.summary.read == 0 and not stopping.is_set():
        log.error("%s: no line in it, expected one report per line", file)
        raise typer.Exit(1)


def _open(path: Path) -> int:
    if path.is_dir():
        raise ConfigurationError("intake recorded", "file", str(path), "a file, not a folder")
    try:
        return os.open(path, os.O_RDONLY)
    except OSError as error:
        raise ConfigurationError("intake recorded", "file", str(path), f"a readable file ({error.strerror})") from None


def _run(intake: Intake, lines: Iterable[Line], stopping: threading.Event, settings: Settings, as_json: bool) -> None:
    """Take all lines and tell what became of them; exit code 1 where something was not confirmed."""
    intake.turned = HEALTH.turns("intake")
    HEALTH.asks("broker", intake.quiet_s)
    tell_ready(f"intake-{intake.name}", start_metrics(settings))
    failed = False
    try:
        intake.run(lines)
        while not stopping.is_set() and intake.flush(LOOK_S, time.monotonic):
            pass  # a broker that is away for a while costs nothing but time
        intake.flush(FLUSH_S, time.monotonic)
    except DeliveryError as error:
        failed = True
        log.error("stopped: %s", error)  # noqa: TRY400 - one line says it all
    left = intake.close()
    if left:
        log.error("not confirmed: %s; give them again, what did arrive is not taken twice", left)
    typer.echo(json.dumps(intake.summary.as_dict()) if as_json else str(intake.summary))
    if failed or left:
        raise typer.Exit(1)

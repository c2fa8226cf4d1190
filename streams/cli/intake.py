"""`toezicht intake`: one source of reports."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from kafka import KafkaProducer

from schemas.incidents import Incident
from streams.clock import utc_now
from streams.errors import ConfigurationError, DeliveryError
from streams.intake.intake import LOOK_S, MEMORY, Intake, count_confirmed
from streams.intake.lines import Line, read_lines
from streams.intake.scenario_clock import PlayClock, played
from streams.intake.sources.base import IncidentSource
from streams.intake.sources.registry import SourceOptions, make_source
from streams.kafka.options import kafka_client_options
from streams.kafka.reader import read_messages
from streams.kafka.send_window import SendWindow
from streams.process import start_logging, start_metrics, tell_ready
from streams.settings import KafkaSettings, Settings, read_settings
from streams.topics import INCIDENTS, MAX_MESSAGE_BYTES

log = logging.getLogger(__name__)

FLUSH_S: Final = 5.0
"""How long to wait for confirmations at the end: below the supervisor's 8 s, so that there is time to tell what did not come."""
DELIVERY_TIMEOUT_MS: Final = 86_400_000
"""A producer sends what it has without making it twice when a broker is back within a day; later the window sends it again."""
CONNECT_MS: Final = 5_000
BLOCK_MS: Final = 1_000
"""How long the producer may ask for a topic that it does not know yet; the window tries again."""
LINGER_MS: Final = 5

Run = Annotated[
    str, typer.Option(help="A name for this run: the same reports under another name are other reports (scenarios)")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object")]


@dataclass
class Stopping:
    """Whether SIGTERM or SIGINT has come."""

    asked: bool = False

    def __call__(self) -> bool:
        """Return whether to stop."""
        return self.asked

    def listen(self) -> None:
        """Take both signals from now on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "asked", True))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Read reports of incidents from one source and put them on the topic `incidents`. What cannot be read goes "
        "to `dead-letters`; a report that is sent again becomes an update, a cancellation cancels.",
    )
    app.add_typer(group, name="intake")
    group.command("p2000")(_p2000)
    group.command("recorded")(_recorded)


def _p2000(
    gazetteer: Annotated[
        Path | None, typer.Option(help="YAML file of places with positions; without it reports have none")
    ] = None,
    words: Annotated[Path | None, typer.Option(help="YAML file of words and categories; the built-in one else")] = None,
    clock: Annotated[
        str, typer.Option(help="Which time to trust: 'line', the receiver's, or 'host', the moment of reading")
    ] = "line",
    run: Run = "",
    as_json: AsJson = False,
) -> None:
    """Read P2000 pager messages from standard input, as multimon-ng prints them.

    Only urgency, category, street and town are kept; of ambulances only urgency and town. Times are in the zone of
    TOEZICHT_TIME_ZONE. Ends when its input ends, or on SIGTERM after everything read was confirmed.

    Example: rtl_fm -f 169.65M -s 22050 | multimon-ng -a FLEX -t raw - | toezicht intake p2000 --gazetteer places.yaml
    """
    settings, kafka = _start()
    source = make_source("p2000", SourceOptions(settings.time_zone, gazetteer, words, clock, run=run))
    assert source is not None
    stopping = Stopping()
    intake = _intake(source, kafka, stopping)
    lines = read_lines(sys.stdin.fileno(), stopping, intake.tend)
    _run(intake, lines, stopping, "intake-p2000", settings, as_json)


def _recorded(
    file: Annotated[Path, typer.Argument(help="JSON lines, one report each; - for standard input")],
    play: Annotated[bool, typer.Option(help="Play each line at its at_s seconds after the start")] = False,
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="How much faster than real time to play")] = 1.0,
    start: Annotated[str, typer.Option(help="The scenario's first moment (RFC 3339); now where empty")] = "",
    categories: Annotated[
        Path | None, typer.Option(help="YAML file of partners' codes and our categories; the built-in one else")
    ] = None,
    run: Run = "",
    as_json: AsJson = False,
) -> None:
    """Read recorded reports from a file of JSON lines.

    A line needs source and source_id, and may have operation, category, priority, position, place, occurred_at and
    reported_at; everything else in it is dropped unread. Reading a file again changes nothing.

    Example: toezicht intake recorded reports.jsonl --play --speed 2
    """
    settings, kafka = _start()
    play_clock = PlayClock(utc_now, speed, _moment(start))
    stopping = Stopping()
    source = make_source("recorded", SourceOptions(settings.time_zone, categories=categories, run=run))
    assert source is not None
    descriptor = sys.stdin.fileno() if str(file) == "-" else _open(file)
    intake = _intake(source, kafka, stopping, play_clock if play else None)
    lines: Iterable[Line] = read_lines(descriptor, stopping, intake.tend)
    if play:
        play_clock.begin()
        lines = played(lines, play_clock, time.sleep, stopping, intake.tend)
    _run(intake, lines, stopping, "intake-recorded", settings, as_json)
    if intake.summary.read == 0 and not stopping():
        log.error("%s: no line in it, expected one report per line", file)
        raise typer.Exit(1)


def _start() -> tuple[Settings, KafkaSettings]:
    settings, kafka = read_settings()
    start_logging(settings)
    if not kafka.bootstrap_servers:
        raise ConfigurationError("environment", "KAFKA_BOOTSTRAP_SERVERS", "", "host:port of a running cluster")
    return settings, kafka


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ConfigurationError("intake recorded", "--start", text, "a time with a zone: 2026-11-24T12:00:00Z")
    return moment


def _open(path: Path) -> int:
    if path.is_dir():
        raise ConfigurationError("intake recorded", "file", str(path), "a file, not a folder")
    try:
        return os.open(path, os.O_RDONLY)
    except OSError as error:
        raise ConfigurationError("intake recorded", "file", str(path), f"a readable file ({error.strerror})") from None


def _intake(
    source: IncidentSource, kafka: KafkaSettings, stopping: Stopping, report_clock: PlayClock | None = None
) -> Intake:
    """Return an intake that knows the last hours' reports; a broker that does not answer yet is waited for.

    Whoever pipes a feed into this command would lose what comes meanwhile if it ended. Nothing is read before, so a signal
    simply ends it.
    """
    window = SendWindow(lambda: _producer(kafka, source.name), kafka.bootstrap_servers, count_confirmed)
    window.connect()
    intake = Intake(source, window, utc_now, report_clock, stopping)
    known = list(read_messages(kafka, INCIDENTS, Incident, utc_now() - MEMORY))
    for incident in known:
        intake.recall(incident)
    log.info("%d incidents of the last %d hours are known", len(known), MEMORY.total_seconds() // 3600)
    stopping.listen()
    return intake


def _producer(kafka: KafkaSettings, source: str) -> KafkaProducer:
    return KafkaProducer(
        **kafka_client_options(kafka),
        client_id=f"toezicht-intake-{source}",
        acks="all",
        delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
        linger_ms=LINGER_MS,
        max_request_size=MAX_MESSAGE_BYTES,
        bootstrap_timeout_ms=CONNECT_MS,
        max_block_ms=BLOCK_MS,
    )


def _run(
    intake: Intake, lines: Iterable[Line], stopping: Stopping, name: str, settings: Settings, as_json: bool
) -> None:
    """Take all lines and tell what became of them; exit code 1 where something was not confirmed."""
    tell_ready(name, start_metrics(settings))
    failed = False
    try:
        intake.run(lines)
        while not stopping() and intake.flush(LOOK_S, time.monotonic):
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

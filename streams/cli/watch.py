"""`toezicht watch`: the operator topic, live in a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from schemas.alerts import Alert
from schemas.phrases.language import Language
from streams.cli.options import reachable, started, telling
from streams.clients.alerts import AlertReader
from streams.clock import utc_now
from streams.presentation.alerts import SYMPTOMS, ListChanges, line, table
from streams.presentation.standing import in_sight
from streams.process import stop_signals

REFRESH_S = 1.0


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def watch(
        room: Annotated[str | None, typer.Option(help="Only this control room")] = None,
        from_start: Annotated[
            bool,
            typer.Option(
                "--from-start", help="Begin with the alerts that are open now, as the list in a terminal always does"
            ),
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object per change, for programs")] = False,
        everything: Annotated[
            bool, typer.Option("--all", help="Also what stands under a summary, and each symptom of a cause")
        ] = False,
        seconds: Annotated[float, typer.Option("--for", min=0, help="End after so many seconds; 0 goes on")] = 0,
        lang: Annotated[Language, typer.Option(help="The list's words, and those of errors: nl or en")] = Language.NL,
    ) -> None:
        """Show the operator's list live: priority, what, where, state, why, and what the cameras said.

        What is more than the operators at work can take stands under a summary line; `--all` shows it too. What a fire or a fight
        explains stands below it, marked ↳: in a terminal the three most urgent, with `--all` each, and as lines always each.
        `--json` has every change, with the summary that an alert stands under in `grouped_under`, its cause in `caused_by`.

        In a terminal it begins with what is open now. Where standard output is no terminal, each change of the list is one line,
        from now on unless `--from-start` is given. Reads the cluster of
        KAFKA_BOOTSTRAP_SERVERS, else the one that `toezicht demo` or `toezicht up` started on this machine.

        Example: toezicht watch --from-start --lang en
        """
        with telling(lang):
            settings, kafka = started(quiet=True)
            drawn = sys.stdout.isatty() and not as_json
            reader = AlertReader(reachable(settings, kafka, "watch"), from_start or drawn)
            deadline = time.monotonic() + seconds if seconds else None
            with stop_signals() as stopping:
                changes = _until(
                    reader, lambda: stopping.is_set() or (deadline is not None and time.monotonic() > deadline)
                )
                if drawn:
                    _draw(changes, reader, room, everything, lang)
                else:
                    _print_lines(changes, reader, room, as_json, everything, lang, from_start)
            reader.close()


def _until(reader: AlertReader, ended: Callable[[], bool]) -> Iterator[list[Alert]]:
    """Yield what changed, about once a second, until it is time to end."""
    while not ended():
        yield reader.changes(REFRESH_S)


def _print_lines(
    changes: Iterator[list[Alert]],
    reader: AlertReader,
    room: str | None,
    as_json: bool,
    everything: bool,
    lang: Language,
    from_start: bool = False,
) -> None:
    listed = ListChanges(whole=from_start)
    for changed in changes:
        mine = changed if as_json else [alert for alert in changed if listed.take(alert)]
        for alert in mine if as_json or everything else in_sight(mine, reader.alerts):
            if room in (None, alert.control_room_id):
                print(alert.model_dump_json() if as_json else line(alert, utc_now(), lang), flush=True)


def _draw(
    changes: Iterator[list[Alert]], reader: AlertReader, room: str | None, everything: bool, lang: Language
) -> None:
    with Live(console=Console(), screen=True, auto_refresh=False) as live:
        for _ in changes:
            shown = reader.alerts if everything else in_sight(reader.alerts, reader.alerts, SYMPTOMS)
            live.update(table(shown, utc_now(), lang, room), refresh=True)

"""`toezicht logbook`: the Logboek Dataverwerkingen: a line for each view, action, snapshot and dispatch, until confirmed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import require_cluster, started
from streams.config.activities import load_activities
from streams.errors import ConfigurationError, ToezichtError
from streams.health import HEALTH
from streams.logbook.process import GROUP, Logbook
from streams.logbook.settings import PREFIX, LogbookSettings
from streams.process import start_metrics, stop_signals, tell_ready
from streams.settings import read_environment


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def logbook(
        activities: Annotated[
            Path | None,
            typer.Option(
                help="File with the processing activities of your register (YAML), as deploy/register.yaml; "
                f"{PREFIX}_ACTIVITIES if left out"
            ),
        ] = None,
    ) -> None:
        """Send a line of the Logboek Dataverwerkingen for each view, action, snapshot and dispatch, until stopped.

        Lines are made of `audit-chain`, `operator-actions` and `dispatch-requests` and go to TOEZICHT_LOGBOOK_TO by OTLP over
        HTTP. What is not confirmed is sent again, also after a kill, with the same trace_id and span_id: the Logboek keeps the
        first. The first start sends all that the topics still have. A line names no person; who acted stands in the audit.

        Example: toezicht logbook --activities deploy/register.yaml
        """
        settings, kafka = started()
        own = read_environment(LogbookSettings)
        if not own.to:
            expected = "an address of OTLP over HTTP, such as https://logboek.example/v1/traces"
            raise ConfigurationError("environment", f"{PREFIX}_TO", "", expected)
        path = activities or own.activities
        if path is None:
            expected = "a file with processing_activities, as deploy/register.yaml"
            raise ConfigurationError("environment", f"{PREFIX}_ACTIVITIES", "", expected)
        by_kind = load_activities(path).by_kind()
        try:
            from streams.logbook.receiver import LogbookReceiver
        except ModuleNotFoundError as error:
            raise ToezichtError(
                f"{error.name} is not installed, expected the extra tracing: toezicht[tracing]"
            ) from None
        require_cluster(kafka, GROUP)
        receiver = LogbookReceiver(own, by_kind)
        with stop_signals() as stopping:
            port = start_metrics(settings)
            Logbook(kafka, receiver, stopping.wait).run(
                lambda: tell_ready(GROUP, port), HEALTH.turns(GROUP), HEALTH.progress("lines of the Logboek")
            )
        receiver.close()

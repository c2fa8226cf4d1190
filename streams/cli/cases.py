"""`toezicht cases`: which partner has which case, since when, and by when it answers."""

from __future__ import annotations

import json
import logging
from typing import Annotated

import typer

from streams.cli.options import reachable, started
from streams.clock import utc_now
from streams.kafka.reader import Reader
from streams.presentation.cases import as_document, as_text, cases_in
from streams.replay.cluster import state_now
from streams.stages.share import NAME


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def cases(
        partner: Annotated[str | None, typer.Option(help="Only what this partner has or had last")] = None,
        every: Annotated[
            bool, typer.Option("--all", help="Also what is accepted or over and not forgotten yet")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs")] = False,
    ) -> None:
        """List the cases that were handed over: who has each, since when, by when it answers; what is due first in front.

        A case is a report that is no alert: one partner at a time has it (docs/cases.md). The list is read from the state of
        `worker share`, and so has what is kept, and nothing that was forgotten. There is no place in it: who has the case knows.

        Example: toezicht cases --partner oov
        """
        settings, kafka = started(quiet=True)
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
        with Reader(reachable(settings, kafka), "cases") as reader:
            found = cases_in(state_now(reader, NAME).values())
        found = [each for each in found if partner in (None, each.last.partner) and (every or each.open)]
        if as_json:
            typer.echo(json.dumps([as_document(each) for each in found], ensure_ascii=False))
        else:
            typer.echo(as_text(found, utc_now()))

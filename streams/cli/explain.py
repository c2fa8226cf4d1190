"""`toezicht explain`: why an alert has its priority, and whether that comes out again."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Annotated

import typer

from schemas.phrases.language import Language
from streams.cli.options import reachable, say_undecodable, started
from streams.config.files import ConfigFiles, load_rules
from streams.errors import ConfigurationError
from streams.kafka.decoding import Decoder
from streams.replay.explain import ExplainOutcome, read_alert, read_room, recompute
from streams.replay.explanation import as_dict, as_text


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def explain(
        alert: Annotated[str, typer.Argument(help="Id of an alert that is retained (27 days)")],
        rules: Annotated[
            Path | None, typer.Option(help="The rules to decide by; TOEZICHT_RULES, else the built-in ones")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
        lang: Annotated[Language, typer.Option(help="The explanation's words: nl or en")] = Language.EN,
    ) -> None:
        """Tell why an alert has its priority, factor by factor, and decide it anew from the topics.

        The alert's reports, sightings and operators' actions are read from the cluster and decided again in their recorded
        order, at their recorded times; where they do not give it, those of its whole control room are. Reads the cluster of
        KAFKA_BOOTSTRAP_SERVERS, else the one that `toezicht demo` or `toezicht up` started on this machine; the demo has rules
        of its own, in its data folder.

        Exit code 1: another result comes out, or inputs are missing; 2: there is no such alert.

        Example: toezicht explain 0b1c6f0e-5f6f-5d0a-9a52-5a8a3b8a7c11
        """
        settings, kafka = started(quiet=True)
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
        known = load_rules(rules or settings.rules)
        cluster, decoder = reachable(settings, kafka), Decoder()
        found = read_alert(cluster, alert, decoder)
        say_undecodable(decoder.undecodable)
        if found is None:
            raise ConfigurationError("explain", "ALERT", alert, "the whole id of an alert of the last 27 days")
        result = recompute(found, read_room(cluster, found), known, ConfigFiles(settings).plan)
        typer.echo(json.dumps(as_dict(result, known)) if as_json else as_text(result, known, lang))
        if result.outcome is not ExplainOutcome.SAME:
            raise typer.Exit(1)

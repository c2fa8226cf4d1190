"""`toezicht rules`: the priority rules, checked and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from streams.config.files import load_rules
from streams.config.yaml import FileError
from streams.domain.rules.reaching import lifted_by_routine
from streams.presentation.rules import as_dict, as_text
from streams.settings import read_settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    rules = typer.Typer(help="The priority rules.", no_args_is_help=True)
    rules.callback()(lambda: None)  # one command alone would otherwise need no name
    app.add_typer(rules, name="rules")

    @rules.command()
    def check(
        file: Annotated[
            Path | None, typer.Argument(help="A rules file (YAML); TOEZICHT_RULES, else the built-in ones")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Check rules and print them as a table: each category, what makes it P1, each factor with its points, each limit.

        Rules that are wrong, or that contradict each other or a hard limit, are one line with the file, the line and what
        was expected, and exit code 2. So are rules in which a routine urgency lifts a category over a threshold.

        Example: toezicht rules check rules.yaml
        """
        settings, _ = read_settings()
        path = file or settings.rules
        known = load_rules(path)
        lifted = next(lifted_by_routine(known), None)
        if lifted is not None:
            raise FileError(f"{path or 'the built-in rules'}: {lifted}")
        typer.echo(json.dumps(as_dict(known)) if as_json else as_text(known))

"""`toezicht partners`: what each partner may see, and on what ground, checked and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from streams.config.files import load_rules
from streams.config.partners import load_partners
from streams.domain.partners.need_to_know import Partners
from streams.errors import ConfigurationError
from streams.presentation.partners import as_dict, as_text, pairs_as_dict, pairs_as_text, partner_as_text
from streams.settings import read_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object")]
File = Annotated[
    Path | None, typer.Argument(help="A file of partners (YAML); TOEZICHT_PARTNERS, else the built-in one")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="What partners may see of alerts, and on what ground.")
    app.add_typer(group, name="partners")

    @group.command()
    def check(file: File = None, as_json: AsJson = False) -> None:
        """Check a file of partners and print the matrix: partner by category, with fields, grain and ground.

        Every contradiction is told, a line each with the file, the line, the field and what was expected, and exit code 2:
        something without a ground, or with one that does not allow it; homes finer than 100 m; somebody's health on the
        ordinary topic; what cameras saw for whoever has no ground for it; a recipient of the rules (TOEZICHT_RULES) that gets
        nothing; a case for whoever has no ground for its category. Cases are told too: who has one first, whose it is, and when
        it comes back.

        Example: toezicht partners check partners.yaml
        """
        partners = _partners(file)
        typer.echo(json.dumps(as_dict(partners)) if as_json else as_text(partners))

    @group.command()
    def pairs(file: File = None, as_json: AsJson = False) -> None:
        """Print which two partners learn of each other that both have something at one place and time, and on what ground.

        A line for each of the two: with which of its reports it learns of whom, what the other's can be (a hit tells that it is
        one of these, and no more), how near, how long ago, how long it holds, the ground, and on which topic it is told. Two
        partners, or categories, that no line names never learn of each other. Contradictions are told as by `check`.

        Example: toezicht partners pairs
        """
        partners = _partners(file)
        typer.echo(json.dumps(pairs_as_dict(partners)) if as_json else pairs_as_text(partners))

    @group.command()
    def show(
        partner: Annotated[str, typer.Argument(help="The partner's id, as rules name it: politie")],
        file: Annotated[
            Path | None, typer.Option(help="A file of partners (YAML); TOEZICHT_PARTNERS, else the built-in one")
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Print what one partner may see: categories, fields, how exactly, from which priority on, on what ground, and where.

        Example: toezicht partners show politie
        """
        partners = _partners(file)
        if partner not in partners.partners:
            raise ConfigurationError("partners show", "PARTNER", partner, "one of " + ", ".join(partners.partners))
        typer.echo(json.dumps(as_dict(partners, partner)) if as_json else partner_as_text(partners, partner))


def _partners(file: Path | None) -> Partners:
    settings, _ = read_settings()
    return load_partners(file or settings.partners, load_rules(settings.rules))

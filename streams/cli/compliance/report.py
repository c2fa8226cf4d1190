"""`toezicht compliance`: whether what runs keeps to the law and to its own limits, read from what runs."""

from __future__ import annotations

import json
import logging
from typing import Annotated

import typer

from schemas.phrases.language import Language
from streams.cli.options import reachable, started
from streams.clock import utc_now
from streams.compliance.report import compliance_report
from streams.domain.compliance.finding import LimitStanding
from streams.presentation.compliance import compliance_text


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Whether a running system keeps to the law and to its own limits. Reads the cluster of KAFKA_BOOTSTRAP_SERVERS, "
        "else the one of a running demo.",
    )
    group.callback()(lambda: None)  # one command alone would otherwise need no name
    app.add_typer(group, name="compliance")
    group.command("report")(_report)


def _report(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs")] = False,
    lang: Annotated[Language, typer.Option(help="Language of the report: nl or en")] = Language.NL,
) -> None:
    """Read a running system and report how it stands, as Markdown.

    Each camera's decision, dates, hours and masks; whether it looked when it might not; what was refused and why; how long each
    topic keeps what is on it, by its settings and by the oldest record that is there; folders of this machine; who saw and did
    what, by the audit; what was deleted; which rules, models and licences are in force, with hashes.

    A line is kept, a BREACH, NOT KNOWN, or told as a figure. What cannot be read is NOT KNOWN, and never kept: other machines
    and exports always are. Run it with the settings (TOEZICHT_*) of what it is about.

    Exit code 0 without a breach, 1 with at least one, 2 where no cluster can be reached.

    Example: toezicht compliance report --lang nl > verantwoording.md
    """
    settings, kafka = started(quiet=True)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what cannot be read is told in the report
    report = compliance_report(settings, reachable(settings, kafka), utc_now())
    typer.echo(json.dumps(report.as_dict()) if as_json else compliance_text(report, lang))
    if report.standing(LimitStanding.BREACH):
        raise typer.Exit(1)

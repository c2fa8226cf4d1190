"""`toezicht schemas`: the messages as JSON Schema and AsyncAPI files, and as a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

import schemas
from schemas.base import PARTNER
from schemas.contract.asyncapi import TopicFacts
from schemas.contract.compatibility import breaks, read_contract, today
from schemas.contract.export import PAGE_FILE, check, export
from schemas.errors import ContractError
from streams.clients.channels import facts
from streams.errors import ConfigurationError, ToezichtError
from streams.topics import FLOW, partner_topics

FOLDER: Final = Path(schemas.__file__).parent / "json"
"""Where the generated files live: beside the models, so that they are installed with them."""


PAGE: Final = FOLDER.parents[1] / "docs" / "messages.md"
"""The page for people, where the code is a checkout; elsewhere it is written beside the other files."""


def topic_facts() -> list[TopicFacts]:
    """Return what the AsyncAPI document says of each topic of the flow, and of those that each partner has."""
    return facts((*FLOW, *partner_topics(PARTNER)))


def page_of(folder: Path) -> Path:
    """Return where the page belongs that goes with a folder of generated files."""
    return PAGE if folder.resolve() == FOLDER.resolve() and PAGE.parent.is_dir() else folder / PAGE_FILE


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="The messages for other programs: JSON Schema and AsyncAPI files.")
    app.add_typer(group, name="schemas")

    @group.callback()
    def _schemas() -> None:
        """Hold the subcommands."""

    @group.command("export")
    def export_(
        to: Annotated[Path, typer.Option(help="Folder to write to or compare with")] = FOLDER,
        check_only: Annotated[
            bool, typer.Option("--check", help="Write nothing; name each file that differs, exit code 1 if any")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for a program to read")] = False,
    ) -> None:
        """Write one JSON Schema 2020-12 file per message and version, asyncapi.json (AsyncAPI 3.0) and a page for people.

        The page, messages.md, stands beside the files; of a checkout's own files it is docs/messages.md. All of them are
        generated from the models; after a change of a message, run this and commit the result.

        Example: toezicht schemas export --check
        """
        try:
            page = page_of(to)
            found = (
                check(to, topic_facts(), page)
                if check_only
                else [str(path) for path in export(to, topic_facts(), page)]
            )
        except OSError as error:
            raise ConfigurationError("--to", "folder", str(to), f"a folder to write to ({error.strerror})") from None
        if as_json:
            typer.echo(json.dumps({"differences" if check_only else "written": found}))
        elif check_only:
            for line in found or [f"{to}: all files agree with the models"]:
                typer.echo(line)
        else:
            typer.echo(f"{len(found)} files written to {to}")
        if check_only and found:
            raise typer.Exit(1)

    group.command()(compare)


def compare(
    release: Annotated[
        Path, typer.Argument(help="Folder with a release's contract, as `schemas export --to` wrote it")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for a program to read")] = False,
) -> None:
    """Name each way in which today's messages break who keeps to an earlier release's; exit code 1 if there is any.

    What a minor version may change is in docs/compatibility.md. An accepted.json in the folder names what is no break.

    Example: toezicht schemas compare tests/data/schemas/0.1.0
    """
    try:
        found = breaks(read_contract(release), today(topic_facts()))
    except ContractError as error:
        raise ToezichtError(str(error)) from None
    if as_json:
        typer.echo(json.dumps({"breaks": found}))
    else:
        for line in found or [f"{release}: nothing breaks"]:
            typer.echo(line)
    if found:
        raise typer.Exit(1)

"""`toezicht register`: the entries of public registers, generated from what runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import RegistryOption, registry_path
from streams.compliance.register import RegisterFacts, differing, register_files, running_system
from streams.config.yaml import read_yaml
from streams.errors import ConfigurationError
from streams.rights.processes import PROCESSES
from streams.settings import read_settings
from streams.topics import BY_NAME


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Entries of public registers, generated from what runs.")
    group.callback()(lambda: None)  # one command alone would otherwise need no name
    app.add_typer(group, name="register")
    group.command("export")(_export)


def _export(
    about: Annotated[Path, typer.Option(help="What only the municipality knows (YAML): its name, whom to write to")],
    to: Annotated[Path, typer.Option(help="Folder to write to, or to compare with")],
    registry: RegistryOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; name each file that differs, code 1 if any")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for a program to read")] = False,
) -> None:
    """Write entries of the algorithm register (publication standard 1.0), the list of cameras and the DPIA's annex, in Dutch.

    They are made of the camera registry, the rules, the partners, the models (TOEZICHT_MODELS; those of an earlier export where
    none are configured), the topics and who may read them. Where any of it changes, they do: run this, have them read, publish.
    No address of a camera and no place of a mask is in them. The texts are proposals: have them checked by counsel.

    Example: toezicht register export --about deploy/register.yaml --registry deploy/cameras.yaml --to docs/register --check
    """
    settings, _ = read_settings()
    readers = {name: tuple(process for process, needs in PROCESSES.items() if name in needs.reads) for name in BY_NAME}
    facts = read_yaml(about, RegisterFacts)
    wanted = register_files(running_system(settings, registry_path(registry, settings), facts, readers, to))
    found = differing(to, wanted)
    if not check:
        try:
            to.mkdir(parents=True, exist_ok=True)
            for name, content in wanted.items():
                (to / name).write_text(content, encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(
                "register export", "--to", str(to), f"a folder to write to ({error.strerror})"
            ) from None
    if as_json:
        typer.echo(json.dumps({"differences": found} if check else {"written": sorted(wanted)}))
    elif check:
        typer.echo("\n".join(found) or f"{to}: all files are as what runs")
    else:
        typer.echo(f"{len(wanted)} files written to {to}")
    if check and found:
        raise typer.Exit(1)

"""`toezicht cameras add`: many cameras into the registry, out of a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import RegistryOption, registry_path, require_vision
from streams.clock import utc_now
from streams.errors import ConfigurationError
from streams.settings import read_settings


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def add(
        table: Annotated[Path | None, typer.Argument(help="The table (CSV), a line per camera")] = None,
        registry: RegistryOption = None,
        version: Annotated[str, typer.Option(help="The registry's new version; the time of now if left out")] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong, and write nothing")] = False,
        example: Annotated[bool, typer.Option("--example", help="Print a table to begin with")] = False,
        columns: Annotated[bool, typer.Option("--columns", help="Print what each column holds")] = False,
    ) -> None:
        """Add the cameras of a table to the registry: all of them, or none and all mistakes with line and column.

        The rest of the file stays as it is, with its comments; each camera gets one zone, its whole view. A camera without masks
        in the table is masked all over until somebody draws them (`toezicht cameras draw`). No password belongs in a table:
        `url` has the user, and `password_file` or a variable the password.

        Exit code 2: the table or the registry is wrong, and nothing was written.

        Example: toezicht cameras add --example > cameras.csv; toezicht cameras add cameras.csv --registry cameras.yaml
        """
        settings, _ = read_settings()
        require_vision()
        from streams.cameras.table import COLUMNS, EXAMPLE, NOT_DRAWN, read_table
        from streams.config.registry import load_registry
        from streams.config.registry_edit import replace_file, with_cameras

        if example or columns:
            typer.echo(
                EXAMPLE if example else "\n".join(f"{name:<14} {what}" for name, what in COLUMNS.items()), nl=columns
            )
            return
        if table is None:
            raise ConfigurationError("cameras add", "TABLE", "", "a table (CSV); `cameras add --example` prints one")
        path = registry_path(registry, settings)
        entries = read_table(_text(table), str(table), load_registry(path))
        before = path.read_text(encoding="utf-8")
        after = with_cameras(before, str(path), entries, version or f"{utc_now():%Y-%m-%d.%H%M%S}")
        hidden = sum(entry["masks"]["version"] == NOT_DRAWN for entry in entries)
        if not dry_run:
            replace_file(path, before, after)
        typer.echo(f"{len(entries)} cameras {'could be added' if dry_run else 'added'} to {path}")
        if hidden:
            typer.echo(
                f"{hidden} of them are masked all over until their masks are drawn: toezicht cameras draw CAMERA"
            )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        expected = f"a table (CSV, UTF-8): {getattr(error, 'strerror', None) or 'this is not UTF-8'}"
        raise ConfigurationError("cameras add", "TABLE", str(path), expected) from None

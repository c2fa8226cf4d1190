"""`toezicht console`: the operators' page and its API."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

"""The options with which commands are told of which cameras they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RegistryOption = Annotated[Path | None, typer.Option(help="Camera registry (YAML); TOEZICHT_REGISTRY if left out")]
CamerasOption = Annotated[list[str] | None, typer.Option(help="Id of a camera, may be repeated; all if left out")]

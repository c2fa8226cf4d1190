"""The one file that `toezicht up` reads: which cameras, which rules, which processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from schemas.base import Identifier, Part
from streams.config.registry import credential_variables, load_registry
from streams.config.yaml import read_yaml
from streams.local.supervisor import ProcessSpec
from streams.settings import PipelineSettings

READ_PICTURES: Final = frozenset({"capture"})
"""The commands that open cameras, and so need their passwords."""
CONSOLE: Final = "console"
PRIVATE: Final = {
    "TOEZICHT_ONVIF_": ("intake", "onvif"),
    "TOEZICHT_INTAKE_HTTP_": ("intake", "http"),
    "TOEZICHT_LOGBOOK_": ("logbook",),
}
"""Settings that hold logins or name files of secrets, and the one command that gets them."""
CONSOLE_PREFIX: Final = "TOEZICHT_CONSOLE_"
"""The settings of the command `console`, some of them secret: no other process gets them."""


class BrokerSection(Part):
    """The local broker; not used where KAFKA_BOOTSTRAP_SERVERS is set."""

    port: Annotated[int, Field(ge=0, le=65535, description="0 picks a free one")] = 9092
    heap_mb: Annotated[int, Field(ge=256, le=65536)] = 512


class ProcessSection(Part):
    """One process: a command of `toezicht`, with what it reads on standard input if anything."""

    name: Identifier
    command: Annotated[tuple[str, ...], Field(min_length=1)]
    stdin: Path | None = None
    restart: bool = True


class Pipeline(Part, PipelineSettings):
    """The whole file: a pipeline's settings by their names, and its processes. Relative paths are relative to its folder."""

    registry: Path
    broker: BrokerSection = BrokerSection()
    console: dict[Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")], bool | int | float | str] = Field(
        default_factory=dict,
        description="Settings of the console by their names in small letters (docs/console.md); secrets never",
    )
    processes: Annotated[tuple[ProcessSection, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _unique(self) -> Pipeline:
        names = [process.name for process in self.processes]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two processes have the name {name}")
        for name in self.console:
            if "secret" in name or "password" in name:
                raise ValueError(f"console: {name} is a secret, expected it in {CONSOLE_PREFIX}{name.upper()} alone")
        return self


def read_pipeline(path: Path) -> Pipeline:
    """Return the checked file with its paths made absolute.

    Raises:
        FileError: See `streams.config.yaml.read_yaml`.
    """
    pipeline = read_yaml(path, Pipeline)
    folder = path.resolve().parent
    processes = tuple(
        process.model_copy(update={"stdin": None if process.stdin is None else folder / process.stdin})
        for process in pipeline.processes
    )
    files = {name: folder / value for name, value in _settings(pipeline).items() if isinstance(value, Path)}
    console = {"base": str(folder), **pipeline.console} if pipeline.console else {}
    return pipeline.model_copy(update={**files, "processes": processes, "console": console})


def process_specs(pipeline: Pipeline, bootstrap_servers: str, data: Path) -> list[ProcessSpec]:
    """Return the file's processes, ready for the supervisor.

    A setting that the file does not have is as it is in the environment of this process. The cameras' credentials are handed
    on to processes that read pictures alone, the console's settings to the console alone.

    Raises:
        FileError: The registry cannot be read.
    """
    credentials = credential_variables(load_registry(pipeline.registry))
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
        "TOEZICHT_DATA": str(data),
        "TOEZICHT_METRICS_PORT": "0",
        **{f"TOEZICHT_{name.upper()}": str(value) for name, value in _settings(pipeline).items()},
    }
    consoles = {f"{CONSOLE_PREFIX}{name.upper()}": _text(value) for name, value in pipeline.console.items()}
    return [
        ProcessSpec(
            name=process.name,
            command=(sys.executable, "-m", "streams.cli", *process.command),
            environment=environment | (consoles if process.command[0] == CONSOLE else {}),
            stdin=process.stdin,
            restart=process.restart,
            withheld=_withheld(process.command, credentials, os.environ),
        )
        for process in pipeline.processes
    ]


def _withheld(command: tuple[str, ...], credentials: frozenset[str], environment: Mapping[str, str]) -> frozenset[str]:
    """Return the variables of this process that a command has no need to know."""
    theirs = {CONSOLE_PREFIX: (CONSOLE,), **PRIVATE}
    private = frozenset(
        name
        for name in environment
        for prefix, owner in theirs.items()
        if name.startswith(prefix) and command[: len(owner)] != owner
    )
    return private if command[0] in READ_PICTURES else private | credentials


def _text(value: bool | float | str) -> str:
    """Return a value as a variable holds it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _settings(pipeline: Pipeline) -> dict[str, Any]:
    """Return the settings that stand in the file, by name."""
    named = {name: getattr(pipeline, name) for name in pipeline.model_fields_set & PipelineSettings.model_fields.keys()}
    return {name: value for name, value in named.items() if value is not None}

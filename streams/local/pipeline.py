"""The one file that `toezicht up` reads: which cameras, which rules, which processes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from schemas.base import Identifier, Part
from streams.config.yaml import read_yaml
from streams.local.supervisor import ProcessSpec


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


class Pipeline(Part):
    """The whole file. Relative paths are relative to the file's folder."""

    registry: Path
    rules: Path | None = None
    safety_plan: Path | None = None
    areas: Path | None = None
    shadow_rules: Path | None = None
    broker: BrokerSection = BrokerSection()
    processes: Annotated[tuple[ProcessSection, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _unique(self) -> Pipeline:
        names = [process.name for process in self.processes]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two processes have the name {name}")
        return self


def _optional(pipeline: Pipeline) -> dict[str, Path | None]:
    """Return the files that the product has its own of, or can do without, by the field's name."""
    return {
        "rules": pipeline.rules,
        "shadow_rules": pipeline.shadow_rules,
        "safety_plan": pipeline.safety_plan,
        "areas": pipeline.areas,
    }


def read_pipeline(path: Path) -> Pipeline:
    """Return the checked file with its paths made absolute.

    Raises:
        FileError: See `streams.config.yaml.read_yaml`.
    """
    pipeline = read_yaml(path, Pipeline)
    folder = path.resolve().parent
    return pipeline.model_copy(
        update={
            "registry": folder / pipeline.registry,
            **{name: None if path is None else folder / path for name, path in _optional(pipeline).items()},
            "processes": tuple(
                process.model_copy(update={"stdin": None if process.stdin is None else folder / process.stdin})
                for process in pipeline.processes
            ),
        }
    )


def process_specs(pipeline: Pipeline, bootstrap_servers: str, data: Path) -> list[ProcessSpec]:
    """Return the file's processes, ready for the supervisor."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
        "TOEZICHT_REGISTRY": str(pipeline.registry),
        "TOEZICHT_DATA": str(data),
        "TOEZICHT_METRICS_PORT": "0",
    }
    for name, path in _optional(pipeline).items():
        if path is not None:
            environment[f"TOEZICHT_{name.upper()}"] = str(path)
    return [
        ProcessSpec(
            name=process.name,
            command=(sys.executable, "-m", "streams.cli", *process.command),
            environment=environment,
            stdin=process.stdin,
            restart=process.restart,
        )
        for process in pipeline.processes
    ]

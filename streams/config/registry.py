"""The camera registry as it is read: addresses stay without credentials until somebody is about to read pictures."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from detectors.sources.url import redact
from streams.config.yaml import FileError, UnsetVariableError, expand, line_of, read_yaml, variables
from streams.domain.cameras.registry import Camera, Registry


def load_registry(path: Path) -> Registry:
    """Return the registry of a file. What an address takes from the environment stays a name in it.

    Raises:
        FileError: One line with the file, the line, the field and what was expected.
    """
    return read_yaml(path, Registry)


def source_url(camera: Camera, path: Path, environment: Mapping[str, str] | None = None) -> str:
    """Return a camera's address with its credentials, for who reads its pictures and nobody else.

    Args:
        camera: The camera, as the registry has it.
        path: The registry's file, for the error.
        environment: Where `${NAME}` is taken from; this process's own where None.

    Raises:
        FileError: A variable is not set: the line of the address, the camera and the variable.
    """
    try:
        return expand(camera.source.url, os.environ if environment is None else environment)
    except UnsetVariableError as unset:
        number = [each.id for each in load_registry(path).cameras].index(camera.id)
        line = line_of(path, ("cameras", number, "source", "url"))
        raise FileError(f"{path}:{line}: camera {camera.id}: {unset}") from None


def credential_variables(registry: Registry) -> frozenset[str]:
    """Return the variables that hold user names, passwords or tokens of cameras: what is hidden where an address is shown."""
    found = (variables(camera.source.url) - variables(redact(camera.source.url)) for camera in registry.cameras)
    return frozenset().union(*found)

"""The camera registry as it is read: addresses stay without credentials until somebody is about to read pictures."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from detectors.sources.url import redact
from streams.config.yaml import FileError, UnsetVariableError, expand, line_of, read_yaml, variables
from streams.domain.cameras.registry import Camera, Registry, RegistryHead

_PARTS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*@)?([^?]*)(\?.*)?", re.DOTALL)
"""Scheme, user and password with their `@`, host and path, parameters."""
_PARAMETER: Final = re.compile(r"(?<==)\$\{\w+\}")
"""A variable that is a parameter's value."""


def load_registry(path: Path) -> Registry:
    """Return the registry of a file. What an address takes from the environment stays a name in it.

    Raises:
        FileError: All that is wrong, a line each with the file, the line, the field and what was expected.
    """
    return read_yaml(path, Registry, context={})


def load_registry_head(path: Path) -> RegistryHead:
    """Return the version and the rooms of a registry; its cameras are not checked.

    Raises:
        FileError: One line with the file, the line, the field and what was expected.
    """
    return read_yaml(path, RegistryHead)


def source_url(camera: Camera, path: Path, environment: Mapping[str, str] | None = None) -> str:
    """Return a camera's address with its credentials, for who reads its pictures and nobody else.

    A user, a password or a parameter from a variable may hold any character: it is percent-encoded here (RFC 3986 §2.1).

    Args:
        camera: The camera, as the registry has it.
        path: The registry's file, for the error.
        environment: Where `${NAME}` is taken from; this process's own where None.

    Raises:
        FileError: A variable is not set, or the password's file cannot be used: the line of the address, the camera and what.
    """
    try:
        url = expanded(camera.source.url, os.environ if environment is None else environment)
        if camera.source.password_file is None:
            return url
        return _with_password(url, path.resolve().parent / camera.source.password_file)
    except (UnsetVariableError, _PasswordFileError) as error:
        number = [each.id for each in load_registry(path).cameras].index(camera.id)
        line = line_of(path, ("cameras", number, "source", "url"))
        raise FileError(f"{path}:{line}: camera {camera.id}: {error}") from None


class _PasswordFileError(Exception):
    """A file of a password cannot be used; says why, and nothing of what is in it."""


def _with_password(url: str, file: Path) -> str:
    """Return an address with the password of a file behind its user; the line end that editors leave is no part of it."""
    try:
        password = file.read_text(encoding="utf-8", errors="surrogateescape").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise _PasswordFileError(f"the password file {file} cannot be read: {error.strerror}") from None
    if not password or "\n" in password:
        raise _PasswordFileError(
            f"the password file {file} holds {'lines' if password else 'nothing'}, expected a password"
        )
    scheme, _, rest = url.partition("://")
    user, _, place = rest.partition("@")
    if ":" in user:
        raise _PasswordFileError(f"the address has a password already, expected it in {file} alone")
    return f"{scheme}://{user}:{_encoded(password)}@{place}"


def expanded(url: str, environment: Mapping[str, str]) -> str:
    """Return an address with its variables taken from the environment, percent-encoded where that is needed.

    Raises:
        UnsetVariableError: One is not set.
    """
    parts = _PARTS.fullmatch(url)
    if parts is None:
        return expand(url, environment)
    scheme, user, rest, query = parts.groups(default="")
    user = expand(user, environment, _encoded if ":" in user else _user_and_password)
    query = _PARAMETER.sub(lambda found: expand(found[0], environment, _encoded), query)
    return scheme + user + expand(rest + query, environment)


def _encoded(value: str) -> str:
    return quote(value, safe="", errors="surrogateescape")


def _user_and_password(value: str) -> str:
    """Return the value of a variable that holds both, as `user:password`; a user has no colon (RFC 7617 §2)."""
    user, colon, password = value.partition(":")
    return _encoded(user) + colon + _encoded(password)


def credential_variables(registry: Registry) -> frozenset[str]:
    """Return the variables that hold user names, passwords or tokens of cameras: what is hidden where an address is shown."""
    found = (variables(camera.source.url) - variables(redact(camera.source.url)) for camera in registry.cameras)
    return frozenset().union(*found)

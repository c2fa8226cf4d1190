"""The compose file as Compose reads it: services with the variables filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
OURS: Final = {name: service for name, service in SERVICES.items() if service["image"].startswith("toezicht:")}
_REFERENCE: Final = re.compile(r"\$\{(\w+)(?:(:?[-?])((?:[^{}]|\$\{[^{}]*\})*))?\}")


def interpolated(value: str, given: Mapping[str, str]) -> str:
    """Return a value as Compose fills it in: `${A}`, `${A-x}`, `${A:-x}`, `${A:?x}`, one within another."""

    def fill(found: re.Match[str]) -> str:
        name, operator, other = found.groups()
        value = given.get(name)
        if operator and (value is None or (operator.startswith(":") and not value)):
            assert operator.endswith("-"), f"{name}: {other}"
            return interpolated(other, given)
        return value or ""

    return _REFERENCE.sub(fill, value)


def environment_of(service: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a container; one without a value is passed on where it is set."""
    found = {}
    for name, value in SERVICES[service]["environment"].items():
        if value is not None:
            found[name] = interpolated(str(value), given)
        elif name in given:
            found[name] = given[name]
    return found


def command_of(service: str, given: Mapping[str, str]) -> list[str]:
    """Return the words that a container is started with."""
    return [interpolated(word, given) for word in SERVICES[service]["command"]]


def mounts_of(service: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return which folder of the host, or which volume, stands where in a container."""
    mounts = (interpolated(each, given).split(":") for each in SERVICES[service]["volumes"])
    return {inside: outside for outside, inside, *_ in mounts}

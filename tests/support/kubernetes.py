"""Kubernetes' own types, and those of the operators that the chart has resources for: see tests/data/kubernetes."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema

PACKED: Final = Path(__file__).parents[1] / "data" / "kubernetes" / "schemas.json.gz"


@cache
def schemas() -> dict[str, Any]:
    """Return the schemas by the name that kubeconform gives them."""
    found: dict[str, Any] = json.loads(gzip.decompress(PACKED.read_bytes()))
    return found


def schema_name(resource: dict[str, Any]) -> str:
    """Return the name of the schema of a resource: `deployment-apps-v1`."""
    group, _, version = resource["apiVersion"].rpartition("/")
    return "-".join(part for part in (resource["kind"].lower(), group.split(".")[0], version) if part)


def faults(resource: dict[str, Any]) -> list[str]:
    """Return what its type says against a resource."""
    validator = jsonschema.validators.validator_for(schemas()[schema_name(resource)])
    errors = validator(schemas()[schema_name(resource)]).iter_errors(resource)
    where = f"{resource['kind']} {resource['metadata']['name']}"
    return [f"{where} {list(error.absolute_path)}: {error.message}" for error in errors]

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


def definition(resource: dict[str, Any]) -> dict[str, Any]:
    """Return the definition of an operator's type, for an API server, by the schema that is kept of it."""
    group, version = resource["apiVersion"].split("/")
    kind = resource["kind"]
    names = {"kind": kind, "plural": f"{kind.lower()}s", "singular": kind.lower(), "listKind": f"{kind}List"}
    schema = _structural(schemas()[schema_name(resource)])
    schema["properties"]["metadata"] = {"type": "object"}
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{names['plural']}.{group}"},
        "spec": {"group": group, "names": names, "scope": "Namespaced", "versions": [served]},
    }


def _structural(schema: Any) -> Any:
    """Return a schema in the form that an API server asks for, which drops or refuses unknown fields by itself."""
    if isinstance(schema, list):
        return [_structural(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("anyOf") == [{"type": "integer"}, {"type": "string"}]:
        return {"x-kubernetes-int-or-string": True, **schema}
    found = {
        name: {field: _structural(each) for field, each in value.items()}
        if name == "properties"
        else _structural(value)
        for name, value in schema.items()
        if (name, value) != ("additionalProperties", False)
    }
    if schema.get("type") == "object" and not {"properties", "additionalProperties"} & set(schema):
        found["x-kubernetes-preserve-unknown-fields"] = True
    return found


def faults(resource: dict[str, Any]) -> list[str]:
    """Return what its type says against a resource."""
    validator = jsonschema.validators.validator_for(schemas()[schema_name(resource)])
    errors = validator(schemas()[schema_name(resource)]).iter_errors(resource)
    where = f"{resource['kind']} {resource['metadata']['name']}"
    return [f"{where} {list(error.absolute_path)}: {error.message}" for error in errors]

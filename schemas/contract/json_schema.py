"""The messages as JSON Schema 2020-12 documents.

A message has two. The one that says what may be written has no room for unknown fields and words. The one for readers has: a
minor version adds optional fields, and words to lists of words, and who reads must take them before it knows them
(docs/compatibility.md). Words that are known stand there as `x-extensible-enum`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from schemas.base import Message

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FORMAT: Final = "application/schema+json;version=draft-2020-12"
READERS: Final = "readers"
"""The folder of the schemas for those who read."""
CLOSED_WORDS: Final = frozenset({"Priority"})
"""Lists of words that no minor version adds to: a reader that does not know how urgent something is cannot do anything safe."""
WORDS_OPEN: Final = "x-extensible-enum"
"""Under which a schema for readers names the words that are known; any other one is taken too."""
_WORDS: Final = re.compile(r"\^\(([a-z_]+(?:\|[a-z_]+)+)\)(\?)?\$")
"""A pattern that is a list of words, and whether none of them may stand there too."""


class _Generator(GenerateJsonSchema):
    """Leaves out the titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_name(model: type[Message]) -> str:
    """Return the name of a message with its version: `incident.v1`."""
    return f"{model.name}.v{model.version}"


def json_schema(model: type[Message]) -> dict[str, Any]:
    """Return the JSON Schema 2020-12 document with which one writes a message: what is deprecated stays empty."""
    document = _schema(model)
    for field in document["properties"].values():
        if field.get("deprecated"):
            field["maxLength"] = 0
    return document


def _schema(model: type[Message]) -> dict[str, Any]:
    generated = model.model_json_schema(schema_generator=_Generator)
    _require_kinds(generated, generated.get("$defs", {}))
    head = {"$schema": DIALECT, "$id": f"urn:toezicht:schema:{schema_name(model)}", "title": schema_name(model)}
    generated.pop("title", None)
    return head | generated


def reader_schema(model: type[Message]) -> dict[str, Any]:
    """Return the JSON Schema with which one reads a message: that of its version and of every later one of the same number."""
    document = _schema(model)
    for name, definition in document.get("$defs", {}).items():
        if name in CLOSED_WORDS:
            definition["x-closed"] = True
    _open(document)
    for name in CLOSED_WORDS & document.get("$defs", {}).keys():
        del document["$defs"][name]["x-closed"]
    return document | {"$id": f"{document['$id']}:{READERS}"}


def _open(node: Any) -> None:
    """Let every object have other fields too, and every list of words other words."""
    if isinstance(node, dict):
        if node.get("additionalProperties") is False:
            del node["additionalProperties"]
        words = words_of(node)
        if words is not None and not node.get("x-closed"):
            node.pop("enum", None)
            node.pop("pattern", None)
            node[WORDS_OPEN] = words
        for child in node.values():
            _open(child)
    elif isinstance(node, list):
        for child in node:
            _open(child)


def words_of(node: Mapping[str, Any]) -> list[str] | None:
    """Return the words of a schema that is a list of words, however it says so."""
    if isinstance(node.get("enum"), list):
        return [*node["enum"]]
    found = _WORDS.fullmatch(str(node.get("pattern", "")))
    return [*([""] if found[2] else []), *found[1].split("|")] if found else None


def _require_kinds(node: Any, definitions: Mapping[str, Any]) -> None:
    """Require the field that tells variants apart: what OpenAPI's `discriminator` means, in standard terms."""
    if isinstance(node, list):
        for item in node:
            _require_kinds(item, definitions)
    elif isinstance(node, dict):
        mapping = node.get("discriminator")
        if isinstance(mapping, dict) and "propertyName" in mapping:
            del node["discriminator"]
            for reference in mapping["mapping"].values():
                variant = definitions[reference.removeprefix("#/$defs/")]
                variant["required"] = [mapping["propertyName"], *variant["required"]]
        for child in list(node.values()):
            _require_kinds(child, definitions)

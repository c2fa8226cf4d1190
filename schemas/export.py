"""The messages for those who do not read Python: JSON Schema 2020-12 files and one AsyncAPI 3.0 document.

Everything is generated from the models in `schemas/catalogue.py`; nobody edits the files. What topics look like is
given as an argument, because this package knows no topics.

A message has two schemas. The one that says what may be written has no room for unknown fields. The one for readers, in
`readers/`, has: a minor version adds optional fields, and who reads must take them before it knows them.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from schemas.base import Message
from schemas.catalogue import IN_HEADER, MESSAGES
from schemas.codec import JPEG, JSON, OCTETS
from schemas.dead_letters import DeadLetterReference
from schemas.phrases import codes as _codes  # noqa: F401  # they are declared where they are read
from schemas.phrases.declare import CODES, KINDS, ValueKind

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FORMAT: Final = "application/schema+json;version=draft-2020-12"
READERS: Final = "readers"
"""The folder of the schemas for those who read."""
ASYNCAPI_FILE: Final = "asyncapi.json"
PHRASES_FILE: Final = "phrases.json"
CONTRACT_VERSION: Final = "1.0.0"
"""Version of the whole set: the first number changes when a reader of the set must change."""

_WHOLE_NUMBERS: Final = frozenset(
    {"retention.ms", "segment.ms", "max.message.bytes", "max.compaction.lag.ms", "delete.retention.ms"}
)
KEYS: Final = {
    "camera_id": "the camera.",
    "control_room_id": "the control room.",
    "incident_id": "the report's identity.",
    "original_key": "the original key.",
}
"""What a key is, by its field; a message with a key of its own says it there."""
_ATTRIBUTES: Final[dict[str, dict[str, Any]]] = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {"type": "string", "description": "Equal for a repeated message: drop what you have seen"},
    "ce_source": {
        "type": "string",
        "description": "Who sent it: urn:nld:oin:<organisation's OIN>:systeem:<system>. With ce_id it identifies the event",
    },
    "ce_time": {"type": "string", "format": "date-time", "description": "When what it tells happened (UTC)"},
    "ce_subject": {"type": "string", "description": "What it is about: the key, and for alerts the alert id"},
    "ce_enteredat": {
        "type": "string",
        "format": "date-time",
        "description": "When the newest contributing input entered the pipeline (UTC)",
    },
    "ce_handledat": {"type": "string", "format": "date-time", "description": "When the stage handled it (UTC)"},
    "ce_stage": {"type": "string", "description": "The stage that sent it"},
}


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """Topic facts: what the AsyncAPI document says of a topic.

    Attributes:
        name: The topic.
        partitions: Its partition count.
        config: Kafka's topic configuration, as text.
    """

    name: str
    partitions: int
    config: Mapping[str, str]


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
    _open(document)
    return document | {"$id": f"{document['$id']}:{READERS}"}


def _open(node: Any) -> None:
    """Let every object have other fields too."""
    if isinstance(node, dict):
        if node.get("additionalProperties") is False:
            del node["additionalProperties"]
        for child in node.values():
            _open(child)
    elif isinstance(node, list):
        for child in node:
            _open(child)


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


def asyncapi(topics: Sequence[TopicFacts]) -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document for the topics that carry messages, in the order given."""
    carried = {topic.name: [model for model in MESSAGES if topic.name in model.topics] for topic in topics}
    used = [topic for topic in topics if carried[topic.name]]
    operations: dict[str, Any] = {}
    for topic in used:
        for action in ("send", "receive"):
            operations[f"{action}-{topic.name}"] = {"action": action, "channel": {"$ref": f"#/channels/{topic.name}"}}
    return {
        "asyncapi": "3.0.0",
        "id": "urn:toezicht:asyncapi",
        "info": {
            "title": "toezicht",
            "version": CONTRACT_VERSION,
            "description": "Messages of a municipal camera control room's event pipeline: CloudEvents 1.0 in Kafka's "
            "binary mode, JSON in the value. What is written fits these schemas; who reads ignores fields that it does not know, "
            "as the schemas in readers/ do. What is told to people is a phrase: a code of phrases.json with its values, and its "
            "English sentence beside it. Codes are added in minor versions: of one that is not known, show the sentence.",
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": JSON,
        "x-phrases": {"$ref": f"./{PHRASES_FILE}"},
        "channels": {topic.name: _channel(topic, carried[topic.name]) for topic in used},
        "operations": operations,
        "components": {"messages": {schema_name(model): _message(model) for model in MESSAGES}},
    }


def phrases() -> dict[str, Any]:
    """Return every code of a phrase with its values, and of which kind each is, in the order of the codes."""
    return {
        "title": "phrases",
        "description": "Codes of phrases with their values. Their sentences are in schemas/phrases/*.ftl (Project Fluent). "
        + " ".join(f"{name}: {said}." for name, said in KINDS.items()),
        "codes": {code: {name: _kind(kind) for name, kind in CODES[code].items()} for code in sorted(CODES)},
    }


def _kind(kind: ValueKind) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": kind.name}
    if kind.decimals is not None:
        told["decimals"] = kind.decimals
    return told | ({"trimmed": True} if kind.trimmed else {})


def _channel(topic: TopicFacts, models: Sequence[type[Message]]) -> dict[str, Any]:
    return {
        "address": topic.name,
        "messages": {schema_name(model): {"$ref": f"#/components/messages/{schema_name(model)}"} for model in models},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {name: _typed(name, value) for name, value in sorted(topic.config.items())},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _typed(name: str, value: str) -> str | int | list[str]:
    if name == "cleanup.policy":
        return value.split(",")
    return int(value) if name in _WHOLE_NUMBERS else value


def _message(model: type[Message]) -> dict[str, Any]:
    header = IN_HEADER.get(model)
    reference = {"$ref": f"./{schema_name(model)}.json"}
    content_type = JSON if header is None else OCTETS if model is DeadLetterReference else JPEG
    attributes = {"ce_type": {"const": model.ce_type()}, **_ATTRIBUTES}
    properties: dict[str, Any] = {**attributes, "content-type": {"type": "string"}}
    required = [*attributes, "content-type"]
    if header is not None:
        properties[header] = {"type": "string", "contentMediaType": JSON, "contentSchema": reference}
        required.append(header)
    headers = {"type": "object", "required": sorted(required), "properties": properties}
    message: dict[str, Any] = {
        "name": model.ce_type(),
        "title": schema_name(model),
        "summary": _first_line(model),
        "contentType": content_type,
        "headers": {"schemaFormat": SCHEMA_FORMAT, "schema": headers},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": _key(model)},
                "bindingVersion": "0.5.0",
            }
        },
    }
    if header is None:
        message["payload"] = {"schemaFormat": SCHEMA_FORMAT, "schema": reference}
    return message


def _key(model: type[Message]) -> str:
    return KEYS[model.key_field] if model.key_field else _first_line(model.key).removeprefix("Return ")


def _first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").split("\n", 1)[0]


def documents(topics: Sequence[TopicFacts]) -> dict[str, str]:
    """Return all generated files: their text by file name."""
    files: dict[str, Any] = {f"{schema_name(model)}.json": json_schema(model) for model in MESSAGES}
    files |= {f"{READERS}/{schema_name(model)}.json": reader_schema(model) for model in MESSAGES}
    files[ASYNCAPI_FILE] = asyncapi(topics)
    files[PHRASES_FILE] = phrases()
    return {name: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for name, content in files.items()}


def export(folder: Path, topics: Sequence[TopicFacts]) -> list[Path]:
    """Write all files into a folder, made where it is missing, and return their paths.

    Files of messages that no longer exist are left alone; `check` names them.

    Raises:
        OSError: The folder cannot be written.
    """
    paths = []
    for name, text in documents(topics).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def check(folder: Path, topics: Sequence[TopicFacts]) -> list[str]:
    """Return one line for each file that is missing, differs from the models, or belongs to no message."""
    expected = documents(topics)
    differences = []
    for name, text in expected.items():
        path = folder / name
        if not path.is_file():
            differences.append(f"{path}: missing")
        elif path.read_bytes() != text.encode():
            differences.append(f"{path}: differs from the models")
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*.json"))
    extra = sorted(name for name in found if name not in expected)
    return differences + [f"{folder / name}: belongs to no message" for name in extra]

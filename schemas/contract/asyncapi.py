"""The messages as one AsyncAPI 3.0 document: channels, what the pipeline does with each, and messages with examples.

What topics look like is given as an argument, because this package knows no topics.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from schemas.base import Message
from schemas.catalogue import IN_HEADER, MESSAGES
from schemas.codec import JPEG, JSON, OCTETS
from schemas.contract.json_schema import CLOSED_WORDS, READERS, SCHEMA_FORMAT, schema_name
from schemas.dead_letters import DeadLetterReference
from schemas.examples import Example, examples

PHRASES_FILE: Final = "phrases.json"
CONTRACT_VERSION: Final = "1.1.0"
"""Version of the whole set: the first number changes when a reader of the set must change."""

_WHOLE_NUMBERS: Final = frozenset(
    {"retention.ms", "segment.ms", "max.message.bytes", "max.compaction.lag.ms", "delete.retention.ms"}
)
_ABOUT: Final = """Messages of a municipal camera control room's event pipeline: CloudEvents 1.0 in Kafka's binary mode, named
after the NL GOV profile, JSON in the value. The application is the pipeline: what it sends, an outside program may read, and what
it receives, one may send. What is written fits these schemas; who reads ignores fields and takes words that it does not know, as
the schemas in readers/ do. What is told to people is a phrase: a code of phrases.json with its values, and its English sentence
beside it. Codes are added in minor versions: of one that is not known, show the sentence.""".replace("\n", " ")
PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "partner": {
        "description": "A partner's id in the municipality's file of partners.",
        "examples": ["politie", "brandweer", "ambulance", "hor", "ggd", "oov", "corporatie", "organisator"],
    },
}
"""What stands in the name of a topic that is one of many alike, by its name between braces."""
KEYS: Final = {
    "about": "the control room, or the camera, whose state it is, or `reports`.",
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
    "ce_enteredat": {
        "type": "string",
        "format": "date-time",
        "description": "When the newest contributing input entered the pipeline (UTC)",
    },
    "ce_handledat": {"type": "string", "format": "date-time", "description": "When the stage handled it (UTC)"},
    "ce_stage": {"type": "string", "description": "The stage that sent it"},
}


class Whose(StrEnum):
    """Whose: which programs may use a channel."""

    PIPELINE = "the pipeline's own"
    CONTROL_ROOM = "the control room's"
    PARTNER = "one partner's"
    OPERATIONS = "operations'"


WHOSE: Final = {
    Whose.PIPELINE: "Only processes of the pipeline write and read it.",
    Whose.CONTROL_ROOM: "Programs of the control room itself, such as a console, use it under their own name.",
    Whose.PARTNER: "One partner uses it under its own name; no other partner can.",
    Whose.OPERATIONS: "Whoever keeps the pipeline running, or checks it, reads it.",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """Channel: what the contract says of a topic beyond Kafka's settings.

    Attributes:
        whose: Which programs may use it.
        about: What is on it.
        read: What an outside program reads it for; empty where none may.
        send: What an outside program sends to it, and when; empty where none may.
    """

    whose: Whose
    about: str
    read: str = ""
    send: str = ""


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """Topic facts: what the AsyncAPI document says of a topic.

    Attributes:
        name: The topic, with `{parameter}` where it is one of many alike.
        partitions: Its partition count.
        config: Kafka's topic configuration, as text.
        channel: What it is for.
    """

    name: str
    partitions: int
    config: Mapping[str, str]
    channel: Channel


def asyncapi(topics: Sequence[TopicFacts], messages: Sequence[type[Message]] = MESSAGES) -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document for the topics that carry messages, in the order given.

    It describes the pipeline as the application: what it sends, an outside program may read, and the other way round. A
    topic that no outside program may use has no operation.
    """
    carried = {topic.name: [model for model in messages if topic.name in model.topics] for topic in topics}
    used = [topic for topic in topics if carried[topic.name]]
    return {
        "asyncapi": "3.0.0",
        "id": "urn:toezicht:asyncapi",
        "info": {
            "title": "toezicht",
            "version": CONTRACT_VERSION,
            "description": _ABOUT,
            "license": {"name": "AGPL-3.0-or-later"},
            "tags": [{"name": whose.value, "description": WHOSE[whose]} for whose in Whose],
        },
        "defaultContentType": JSON,
        "x-phrases": {"$ref": f"./{PHRASES_FILE}"},
        "x-closed-words": sorted(CLOSED_WORDS),
        "channels": {channel_id(topic.name): _channel(topic, carried[topic.name]) for topic in used},
        "operations": {name: operation for topic in used for name, operation in _operations(topic).items()},
        "components": {"messages": {schema_name(model): _message(model) for model in messages}},
    }


def channel_id(topic: str) -> str:
    """Return a topic's id in the document: its name, without the braces of parameters, which no reference may hold."""
    return topic.replace("{", "").replace("}", "")


def _operations(topic: TopicFacts) -> dict[str, Any]:
    """Return what the pipeline does with a channel that outside programs may use."""
    ways = {
        "send": (topic.channel.read, "An outside program may read it."),
        "receive": (topic.channel.send, "An outside program may send to it."),
    }
    return {
        f"{action}-{channel_id(topic.name)}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel_id(topic.name)}"},
            "summary": summary,
            "description": said,
            "tags": [{"name": topic.channel.whose.value}],
        }
        for action, (said, summary) in ways.items()
        if said
    }


def _channel(topic: TopicFacts, models: Sequence[type[Message]]) -> dict[str, Any]:
    parameters = {name: PARAMETERS[name] for name in re.findall(r"{([a-z_]+)}", topic.name)}
    channel: dict[str, Any] = {
        "address": topic.name,
        "summary": topic.channel.about,
        "description": f"{topic.channel.about} It is {topic.channel.whose}: {WHOSE[topic.channel.whose]}",
        "tags": [{"name": topic.channel.whose.value}],
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
    return channel | ({"parameters": parameters} if parameters else {})


def _typed(name: str, value: str) -> str | int | list[str]:
    if name == "cleanup.policy":
        return value.split(",")
    return int(value) if name in _WHOLE_NUMBERS else value


def _message(model: type[Message]) -> dict[str, Any]:
    header = IN_HEADER.get(model)
    reference = {"$ref": f"./{schema_name(model)}.json"}
    content_type = JSON if header is None else OCTETS if model is DeadLetterReference else JPEG
    attributes = {"ce_type": {"const": model.ce_type()}, **_ATTRIBUTES}
    attributes["ce_subject"] = {"type": "string", "description": f"What it is about: {_told(model.subject)}"}
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
        "description": inspect.getdoc(model) or "",
        "contentType": content_type,
        "headers": {"schemaFormat": SCHEMA_FORMAT, "schema": headers},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": _key(model)},
                "bindingVersion": "0.5.0",
            }
        },
        "x-identity": _identity(model),
        "x-readers-schema": {"$ref": f"./{READERS}/{schema_name(model)}.json"},
    }
    if shown := examples(model):
        message["examples"] = [_example(each, header is None) for each in shown]
    if header is None:
        message["payload"] = {"schemaFormat": SCHEMA_FORMAT, "schema": reference}
    return message


def _key(model: type[Message]) -> str:
    return KEYS[model.key_field] if model.key_field else _told(model.key)


def _identity(model: type[Message]) -> str:
    """Return what a message's id is: a field, or what it is derived from."""
    if model.id_field:
        return model.id_field
    return f"derived from {', '.join(model.id_from)}" if model.id_from else _told(model.message_id)


def _example(example: Example, as_value: bool) -> dict[str, Any]:
    """Return an example as AsyncAPI has it: the record's headers, and its value where that is the message."""
    headers = {name: value.decode() for name, value in example.record().headers}
    told: dict[str, Any] = {"name": example.name, "summary": example.summary, "headers": headers}
    return told | ({"payload": json.loads(example.message.model_dump_json())} if as_value else {})


def _told(method: Any) -> str:
    return _first_line(method).removeprefix("Return ").removeprefix("what it is about: ")


def _first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").split("\n", 1)[0]

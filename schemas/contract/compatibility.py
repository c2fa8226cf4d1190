"""Compatibility: what of today's contract breaks who keeps to the one of an earlier release, one line each.

The policy is docs/compatibility.md. A contract is the folder that `toezicht schemas export` writes; that of a release lies in
`tests/data/schemas/<version>`. Beside it `accepted.json` may name what is no break though it looks like one, with the reason:
messages that the release described and never used, and descriptions that say the same in other words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.contract.asyncapi import PHRASES_FILE, TopicFacts
from schemas.contract.export import ASYNCAPI_FILE, documents
from schemas.contract.json_schema import READERS
from schemas.contract.subset import Schema, Sides, Subset
from schemas.errors import ContractError

Node = Mapping[str, Any]

ACCEPTED_FILE: Final = "accepted.json"
SENDERS: Final = Sides("the release's senders", "today's schema")
"""What the release's schema allowed to be written is allowed today: nothing is gone, narrower or newly required."""
READING: Final = Sides("today's senders", "the release's schema for readers")
"""What may be written today is read by who checks it with the release's schema for readers."""
_SENTENCE: Final = re.compile(r"(?<=[.;!?])\s+")


class Accepted(BaseModel):
    """Accepted: what is no break of a release's contract though it looks like one, each with why."""

    model_config = ConfigDict(extra="forbid")

    not_in_use: dict[str, str] = {}
    reworded: dict[str, str] = {}
    gone_codes: dict[str, str] = {}


class Contract(NamedTuple):
    """A contract: the schemas by message, the AsyncAPI document and the codes of phrases; and what is accepted of it."""

    strict: Mapping[str, Node]
    readers: Mapping[str, Node]
    asyncapi: Node
    phrases: Node
    accepted: Accepted


def today(topics: Sequence[TopicFacts]) -> Contract:
    """Return the contract of the models as they are."""
    return _contract({name: json.loads(text) for name, text in documents(topics).items()}, Accepted())


def read_contract(folder: Path) -> Contract:
    """Return the contract in a folder.

    Raises:
        ContractError: A file is missing, or is not what `toezicht schemas export` writes.
    """
    files: dict[str, Any] = {}
    try:
        for path in sorted(folder.rglob("*.json")):
            files[path.relative_to(folder).as_posix()] = json.loads(path.read_bytes())
        accepted = Accepted.model_validate(files.pop(ACCEPTED_FILE, {}))
        return _contract(files, accepted)
    except KeyError as error:
        raise ContractError(
            f"{folder}: has no {error.args[0]}, expected what `toezicht schemas export` writes"
        ) from None
    except (OSError, ValueError, ValidationError) as error:
        told = str(error).replace("\n", " ")[:300]
        raise ContractError(f"{folder}: cannot be read: {told}") from None


def _contract(files: Mapping[str, Any], accepted: Accepted) -> Contract:
    names = [name.removesuffix(".json") for name in files if re.fullmatch(r"[a-z-]+\.v\d+\.json", name)]
    return Contract(
        strict={name: files[f"{name}.json"] for name in names},
        readers={name: files[f"{READERS}/{name}.json"] for name in names},
        asyncapi=files[ASYNCAPI_FILE],
        phrases=files[PHRASES_FILE],
        accepted=accepted,
    )


def breaks(release: Contract, now: Contract) -> list[str]:
    """Return a line for each break: the message, or what else it is about, the field, and what is another.

    Raises:
        ContractError: One of them says something that no contract of ours says, or lacks what each has.
    """
    try:
        return _breaks(release, now)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ContractError(f"no contract as `toezicht schemas export` writes it: {error}") from error


def _breaks(release: Contract, now: Contract) -> list[str]:
    lines: list[str] = []
    for name, strict in release.strict.items():
        if name in release.accepted.not_in_use:
            continue
        if name not in now.strict:
            lines.append(f"{name}: the message is gone")
            continue
        lines += [f"{name}: {line}" for line in _message(strict, release.readers[name], now.strict[name])]
    lines += _documents(release, now)
    lines += _phrases(release.phrases["codes"], now.phrases["codes"])
    accepted = (
        *(f"{where}: means something else" for where in release.accepted.reworded),
        *(f"phrase {code}: the code is gone" for code in release.accepted.gone_codes),
    )
    return [line for line in dict.fromkeys(lines) if not line.startswith(accepted)]


def _message(strict: Node, readers: Node, now: Node) -> Iterator[str]:
    yield from Subset(SENDERS).breaks(Schema.of(strict), Schema.of(now))
    yield from Subset(READING).breaks(Schema.of(now), Schema.of(readers))
    yield from _meanings("", strict, now)
    for name, part in strict.get("$defs", {}).items():
        if name in now.get("$defs", {}):
            yield from _meanings(name, part, now["$defs"][name])


def _meanings(part: str, before: Node, now: Node) -> Iterator[str]:
    """Yield what of a part no longer means what it did: its own words, its fields' words and their defaults."""
    yield from _lost(part or "the message", before, now)
    for name, field in before.get("properties", {}).items():
        newer = now.get("properties", {}).get(name)
        if newer is None:
            continue
        where = f"{part}.{name}" if part else name
        yield from _lost(where, field, newer)
        if "default" in field and "default" in newer and field["default"] != newer["default"]:
            told = (json.dumps(each["default"], ensure_ascii=False) for each in (newer, field))
            yield f"{where}: left out it is {', it was '.join(told)}"


def _lost(where: str, before: Node, now: Node) -> Iterator[str]:
    """Yield the sentences of a description that are gone; others may have come to it."""
    text = " ".join(str(now.get("description", "")).split())
    for sentence in _SENTENCE.split(" ".join(str(before.get("description", "")).split())):
        if sentence.rstrip(".;") not in text:
            yield f'{where}: means something else: gone is "{sentence}"'


def _documents(release: Contract, now: Contract) -> Iterator[str]:
    """Yield what of topics, keys, identities and names of types is another."""
    channels = {channel["address"]: channel for channel in now.asyncapi["channels"].values()}
    unused = release.accepted.not_in_use.keys()
    for channel in release.asyncapi["channels"].values():
        name = channel["address"]
        if not channel["messages"].keys() - unused:
            continue
        newer = channels.get(name)
        if newer is None:
            yield f"{name}: the topic is gone"
            continue
        for message in channel["messages"].keys() - newer["messages"].keys() - unused:
            yield f"{name}: {message} is no longer on it"
        kafka, kafka_now = channel["bindings"]["kafka"], newer["bindings"]["kafka"]
        if kafka["partitions"] != kafka_now["partitions"]:
            yield f"{name}: has {kafka_now['partitions']} partitions, it had {kafka['partitions']}: keys move"
        cleanup, cleanup_now = (each["topicConfiguration"]["cleanup.policy"] for each in (kafka, kafka_now))
        if cleanup != cleanup_now:
            yield f"{name}: is cleaned up by {'+'.join(cleanup_now)}, it was by {'+'.join(cleanup)}"
    for name, operation in release.asyncapi["operations"].items():
        channel = release.asyncapi["channels"][operation["channel"]["$ref"].removeprefix("#/channels/")]
        if name not in now.asyncapi["operations"] and channel["messages"].keys() - unused:
            may = "read" if operation["action"] == "send" else "send to"
            yield f"{channel['address']}: outside programs could {may} it"
    for name, message in release.asyncapi["components"]["messages"].items():
        if name not in unused and name in now.asyncapi["components"]["messages"]:
            yield from _records(name, message, now.asyncapi["components"]["messages"][name])


def _records(name: str, before: Node, now: Node) -> Iterator[str]:
    """Yield what of a message's record is another."""
    headers, headers_now = (each["headers"]["schema"] for each in (before, now))
    for header in headers["required"]:
        if header not in headers_now["required"]:
            yield f"{name}: the header {header} is gone"
    ways: dict[str, Callable[[Any], Any]] = {
        "ce_type": lambda each: each["headers"]["schema"]["properties"]["ce_type"]["const"],
        "ce_subject": lambda each: each["headers"]["schema"]["properties"]["ce_subject"]["description"],
        "ce_id": lambda each: each.get("x-identity"),
        "the key": lambda each: each["bindings"]["kafka"]["key"]["description"],
        "content-type": lambda each: each["contentType"],
    }
    for what, of in ways.items():
        if of(before) not in (None, of(now)):
            yield f"{name}: {what} is {of(now)}, it was {of(before)}"


def _phrases(before: Mapping[str, Node], now: Mapping[str, Node]) -> Iterator[str]:
    for code, values in before.items():
        if code not in now:
            yield f"phrase {code}: the code is gone"
            continue
        for name, kind in values.items():
            newer = now[code].get(name)
            if newer is None:
                yield f"phrase {code}: the value {name} is gone"
            elif newer["kind"] != kind["kind"]:
                yield f"phrase {code}: {name} is a {newer['kind']}, it was a {kind['kind']}"

"""Example messages for the contract: one file per message and version, a list of examples with what each shows.

They are for readers of the AsyncAPI document and its page; tests hold each to its schemas. What they tell is made up.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from schemas.base import Message
from schemas.catalogue import IN_HEADER
from schemas.codec import Encoded, encode, parse
from schemas.source import EventSource

FOLDER: Final = Path(__file__).parent


class _Entry(BaseModel):
    """An entry of a file: what it shows, which stage sends it, and the message."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    summary: Annotated[str, Field(min_length=10, max_length=200)]
    stage: Annotated[str, Field(min_length=1, description="The stage or program that sends it")]
    message: dict[str, Any]


_ENTRIES: Final = TypeAdapter(list[_Entry])


class Example(NamedTuple):
    """Example: a message with a name, what it shows, and the stage or program that sends it."""

    name: str
    summary: str
    stage: str
    message: Message

    def record(self) -> Encoded:
        """Return it as a record, from the made-up organisation; a picture is left out."""
        at: datetime = self.message.happened_at().astimezone(UTC)
        payload = b"" if type(self.message) in IN_HEADER else None
        return encode(
            self.message, stage=self.stage, handled_at=at, entered_at=at, payload=payload, source=EventSource()
        )


def file_of(model: type[Message]) -> Path:
    """Return where a message's examples stand."""
    return FOLDER / f"{model.name}.v{model.version}.json"


@cache
def examples(model: type[Message]) -> tuple[Example, ...]:
    """Return a message's examples; none where it has no file.

    Raises:
        ValueError: The file is no list of examples.
        UndecodableError: One does not fit the message.
    """
    path = file_of(model)
    if not path.is_file():
        return ()
    entries = _ENTRIES.validate_json(path.read_bytes())
    return tuple(
        Example(entry.name, entry.summary, entry.stage, parse(model, json.dumps(entry.message).encode()))
        for entry in entries
    )

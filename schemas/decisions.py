"""Decisions: the log of what `decide` was given and when."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Identifier, Message, ShortText, Utc
from schemas.phrases.phrase import Phrase


class DecisionLog(Message):
    """Decision log: what `decide` was given and when it decided: enough to play the decision back in its recorded order.

    `sequence` counts the control room's decisions from 0. Between them stand ticks that leave no record.
    For an operator's action it is the answer too: `action_id`, and why it was `refused`, empty where it was not. For a
    partner's receipt it says of which dispatch (`dispatch_id`), and why it changed nothing, if it did not.
    """

    name: ClassVar[str] = "decision"
    topics: ClassVar[tuple[str, ...]] = ("decision-log",)
    id_from: ClassVar[tuple[str, ...]] = ("control_room_id", "topic", "partition", "offset")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "now"

    control_room_id: Identifier
    sequence: Annotated[int, Field(ge=0)]
    topic: str
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    input_id: str
    now: Utc
    alert_ids: tuple[str, ...]
    action_id: str = ""
    dispatch_id: Annotated[str, Field(description="Of a partner's receipt: the dispatch that it is about")] = ""
    refused: ShortText = ""
    refused_phrase: Annotated[Phrase | None, Field(description="The same as a phrase")] = None
    reason: Annotated[
        Phrase | None, Field(description="Why the operator shelved it, or called it false; null where refused")
    ] = None
    rules_version: str
    registry_version: str
    after_tick: Annotated[
        int | None,
        Field(ge=-1, description="Offset of the newest tick before it that changed state; -1: none, null: not told"),
    ] = None

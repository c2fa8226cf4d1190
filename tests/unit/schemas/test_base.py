"""Identities that are derived from their causes, and times in one form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import Annotated, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from schemas.base import NAMESPACE, AsItIs, Message, Part, Utc, Word, derive_id, iso_utc
from schemas.catalogue import MESSAGES
from tests.support.messages import example

FROZEN = {
    "alert": "9c66ae89-377c-5c54-89e7-7d6ca5a40311",
    "audit-entry": "02014805-6927-5f02-8a2f-06fb7d8fe8e0",
    "audit-event": "df2c258c-2a94-512e-b297-b3ad997af4cc",
    "camera-frame": "36c044a9-881e-53a4-a389-79495cdea2e2",
    "camera-status": "7c378847-07db-56e5-be7f-6f8e8690c3b1",
    "camera-watch": "adbf68db-35ac-57b7-9a61-89cd71f64197",
    "case-receipt": "2d7e6697-ba9f-5a48-899a-a81865980243",
    "dead-letter": "4cc46d0d-d87e-5815-9924-0949bb5867e9",
    "decision": "b0989dce-c475-5a3f-808d-7ceb7fc45e60",
    "deletion": "8d17b02d-5e35-57bd-b1ed-3b6f52bc4045",
    "spared-pictures": "90bf045b-a6ec-55be-a658-0ad7a744b960",
    "detections": "8e11693e-469e-59ea-a4c3-8e47a6f1474a",
    "dispatch-receipt": "d9199eae-dcf6-5bd6-b669-5aae3781bac0",
    "dispatch-request": "dispatch-1",
    "evidence": "evidence-1",
    "hold": "8907f3ad-7110-50a0-a434-a54ab63586ac",
    "incident": "1c573c64-68cb-519c-9ef1-ab464b7b19fa",
    "near-repeats": "3c3a4b63-0dcd-545c-958c-556f757893bf",
    "observation": "38315e87-4597-5616-ad3b-b0cdc6574394",
    "operator-action": "action-1",
    "partner-alert": "ec099f2e-d002-51bd-b548-7d1b822ed6d7",
    "partner-case": "0d158a50-8067-5ae4-8dec-c001c10e5c01",
    "partner-dispatch": "dispatch-1",
    "partner-dispatch-withdrawn": "aacbf93c-6486-5b65-af6a-4f4fada37023",
    "partner-hit": "ec413bf3-4da0-52fb-a538-a929b1e3e3f3",
    "snapshot": "baf5e2f9-63e0-5d86-b9f3-133bef02a732",
    "snapshot-request": "request-1",
    "tick": "b16ac481-292a-5c52-958f-d43c83fb92b7",
    "trend": "3634046b-c53c-57f0-84e8-ea9fd6d302e5",
    "trend-target": "a43abbe2-c054-55e7-b526-844195ecc68d",
    "trend-week": "758e3c2b-64e0-5b7f-abb3-d9258fd89755",
}
"""The identity of each example as the first release derived it: what was sent before must be known as the same."""


@given(st.lists(st.text(max_size=20), max_size=4))
def test_derived_ids_are_uuid5(causes: list[str]) -> None:
    """Any other program can derive the same identity with its own UUIDv5."""
    assert derive_id(*causes) == str(uuid.uuid5(NAMESPACE, "\x1f".join(causes)))


def test_causes_do_not_run_into_each_other() -> None:
    """The border between two causes counts."""
    assert derive_id("a", "bc") != derive_id("ab", "c")


def test_iso_utc() -> None:
    """Microseconds and a Z, whatever the zone."""
    local = datetime(2026, 11, 24, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert iso_utc(local) == iso_utc(datetime(2026, 11, 24, 12, tzinfo=UTC)) == "2026-11-24T12:00:00.000000Z"


@pytest.mark.parametrize("model", MESSAGES, ids=lambda model: model.name)
def test_identities_stay_as_they_were(model: type[Message]) -> None:
    """Whoever drops repeats or follows a log has them from before."""
    assert example(model).message_id() == FROZEN[model.name]


def test_a_message_that_declares_no_identity_key_or_time_is_refused() -> None:
    """When it is defined, not when the first one is sent with the identity of all others."""
    with pytest.raises(TypeError, match="Bare declares no fields for message_id"):

        class Bare(Message):
            name: ClassVar[str] = "bare"

    with pytest.raises(TypeError, match="Timeless declares no fields for happened_at"):

        class Timeless(Message):
            id_from: ClassVar[tuple[str, ...]] = ("at",)
            key_field: ClassVar[str] = "at"
            at: Utc

    with pytest.raises(TypeError, match="Mistaken has no field moment"):

        class Mistaken(Message):
            id_from: ClassVar[tuple[str, ...]] = ("at",)
            key_field: ClassVar[str] = "at"
            time_field: ClassVar[str] = "moment"
            at: Utc


class Shape(Part):
    """A part with something that is worked out from its fields."""

    name: str
    sides: int = 3

    @cached_property
    def corners(self) -> int:
        """Return how many corners it has."""
        return self.sides


@pytest.mark.parametrize("message", [example(model) for model in MESSAGES], ids=lambda message: message.name)
def test_a_copy_is_what_pydantic_copies(message: Message) -> None:
    """Its own way is shorter, and nothing of what is sent depends on it."""
    field = next(iter(type(message).model_fields))
    changes = {field: getattr(message, field)}
    for update in (None, changes):
        own, theirs = message.model_copy(update=update), BaseModel.model_copy(message, update=update)
        assert own == theirs == message
        assert own.model_dump_json() == theirs.model_dump_json()
        assert own is not message


@pytest.mark.parametrize("message", [example(model) for model in MESSAGES], ids=lambda message: message.name)
def test_one_that_is_made_without_checks_is_the_one_that_is_made_with_them(message: Message) -> None:
    """In the order of its fields, whatever the order in which they are given, and with the same defaults."""
    given = dict(reversed(message.__dict__.items()))
    assert type(message).model_construct(**given).model_dump_json() == message.model_dump_json()
    least = {name: given[name] for name, field in type(message).model_fields.items() if field.is_required()}
    assert type(message).model_construct(**least) == BaseModel.model_construct.__func__(type(message), **least)  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="has no field unknown"):
        type(message).model_construct(**given | {"unknown": 1})


def test_a_copy_says_what_was_changed() -> None:
    """Also of what is worked out; the original stays as it was."""
    square = Shape(name="square", sides=4)
    assert square.corners == 4
    triangle = square.model_copy(update={"sides": 3, "name": "triangle"})
    assert (triangle.name, triangle.sides, triangle.corners) == ("triangle", 3, 3)
    assert triangle.model_copy(deep=True, update={"sides": 5}).sides == 5
    assert (square.name, square.corners) == ("square", 4)
    with pytest.raises(ValidationError):
        triangle.sides = 6  # type: ignore[misc]


def test_no_copy_has_a_field_that_its_part_does_not_have() -> None:
    """Whether or not something was worked out before."""
    square = Shape(name="square", sides=4)
    for _ in range(2):
        with pytest.raises(TypeError, match="Shape has no field side"):
            square.model_copy(update={"side": 5})
        assert square.corners == 4


class Side(Word):
    """A word."""

    LEFT = "left"
    RIGHT = "right"


class Turned(Part):
    """Words where words can stand."""

    side: Side
    other: Side | None = None
    sides: tuple[Side, ...] = ()
    by_name: Annotated[Mapping[str, Side], AsItIs()] = {}


def test_a_word_is_written_as_the_text_that_it_is() -> None:
    """And read as the word, in whatever it stands; a text that is no word is refused."""
    part = Turned(side=Side.LEFT, sides=(Side.RIGHT, Side.LEFT), by_name={"b": Side.RIGHT, "a": Side.LEFT})
    text = '{"side":"left","other":null,"sides":["right","left"],"by_name":{"b":"right","a":"left"}}'
    assert part.model_dump_json() == text
    assert Turned.model_validate_json(text) == part
    assert part.model_dump()["side"] is Side.LEFT
    assert part.model_dump(mode="json")["sides"] == ["right", "left"]
    with pytest.raises(ValidationError):
        Turned.model_validate_json('{"side":"up"}')

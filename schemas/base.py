"""Message base: what every message has in common: frozen, versioned, made without unknown fields."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    StringConstraints,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import simple_ser_schema

TYPE_PREFIX: Final = "nl.toezicht"
"""What every CloudEvents type begins with: the data source that defines what messages mean, as a reverse DNS name (ADR 21)."""
FORMER_TYPE_PREFIX: Final = "toezicht"
"""What types began with before; such messages are read, and none is written."""

_new = object.__new__
_set = object.__setattr__
P = TypeVar("P", bound="Part")

PARTNER: Final = "{partner}"
"""Stands for a partner's id in the names of the topics that each partner has of its own."""
PARTNER_ID: Final = "[a-z][a-z0-9]{1,30}"
"""What a partner's id is like: no hyphens, so that no partner's topic can be taken for another's."""

NAMESPACE = uuid.UUID("6f1c7d0e-6a55-5c0e-9a0b-5b6d3a1f2c47")
"""Root of every identity that is derived from its cause (UUIDv5)."""
_NAMESPACE_BYTES: Final = NAMESPACE.bytes
_VARIANT: Final = {digit: f"{int(digit, 16) & 0x3 | 0x8:x}" for digit in "0123456789abcdef"}


def derive_id(*causes: str) -> str:
    """Return the identity of what these causes produced: the same causes give the same UUIDv5, on any machine.

    The causes are joined with a unit separator, so that ("a", "bc") and ("ab", "c") differ.
    """
    told = "\x1f".join(causes).encode()
    text = hashlib.sha1(_NAMESPACE_BYTES + told, usedforsecurity=False).hexdigest()
    # version 5 and variant of RFC 9562, as in `uuid.uuid5`, which takes longer
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment in UTC must lie within the years 1 to 9999") from None


@lru_cache(maxsize=4_096)
def iso_utc(moment: datetime) -> str:
    """Return an RFC 3339 time in UTC with microseconds and a Z: `2026-11-24T10:00:00.000000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


Utc = Annotated[
    AwareDatetime, AfterValidator(_to_utc), PlainSerializer(iso_utc, return_type=str, when_used="json-unless-none")
]
"""A moment with a time zone, held in UTC."""

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
"""A name that is safe as a Kafka key, a metric label and a part of an address."""

ShortText = Annotated[str, StringConstraints(max_length=300)]
"""One line for a person to read."""

Pixels = Annotated[int, Field(ge=1, le=20_000)]
"""A picture's width or height."""


class AsItIs:
    """Writes a mapping by what is in it: pydantic takes four times as long to go through it by what its type says."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return what checks it, and writes it."""
        return {**handler(source), "serialization": simple_ser_schema("any")}


class Word(StrEnum):
    """A word of a bounded list. It is written as the text that it is: asking an enumeration for it takes four times as long."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return what checks the word, and writes it."""
        return {**handler(source), "serialization": simple_ser_schema("str")}


@cache
def _plain_fields(model: type[BaseModel]) -> set[str] | None:
    """Return the names of a model's fields, never to be changed; None where a model has more than fields."""
    more = model.__private_attributes__ or model.model_config.get("extra") == "allow"
    return None if more else {*model.model_fields}


@cache
def _defaults(model: type[BaseModel]) -> Mapping[str, Any] | None:
    """Return what stands in a model's fields by itself, in their order; None where that depends on more than the field."""
    fields = model.model_fields
    if any(field.default_factory is not None or field.alias is not None for field in fields.values()):
        return None
    return {name: None if field.is_required() else field.default for name, field in fields.items()}


def _of_fields(model: type[P], values: dict[str, Any], fields: set[str]) -> P:
    """Return an instance that has nothing but these fields."""
    made = _new(model)
    _set(made, "__dict__", values)
    _set(made, "__pydantic_fields_set__", fields)
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made


class Part(BaseModel):
    """A piece of a message: frozen, and none is made with a field that it does not know; `codec.parse` leaves such out.

    A copy, and one that is made without checks, is made of the fields alone: that takes half of the time, and less, that pydantic
    takes for what a model could have beside them. Of one made without checks it is not kept which fields were set.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, ser_json_timedelta="float", hide_input_in_errors=True
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some values changed, which are not checked; what is cached beside the fields is worked out anew.

        Raises:
            TypeError: There is no such field.
        """
        fields = _plain_fields(type(self))
        if deep or fields is None:
            return super().model_copy(update=update, deep=deep)
        values = {**self.__dict__, **(update or {})}
        if len(values) != len(fields):
            if unknown := {*(update or {})} - fields:
                raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}")
            values = {name: value for name, value in values.items() if name in fields}
        given = self.__pydantic_fields_set__  # a settings file's own are told apart from defaults by them
        return _of_fields(type(self), values, given | update.keys() if update else given)

    if not TYPE_CHECKING:  # mypy's plugin writes it for each model, with the model's own fields

        @classmethod
        def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
            """Return one made of values that were checked before, or follow from such; nothing is checked again.

            Raises:
                TypeError: There is no such field.
            """
            fields, defaults = _plain_fields(cls), _defaults(cls)
            if fields is None or defaults is None:
                return super().model_construct(_fields_set, **values)
            made = {**defaults, **values}
            if len(made) != len(fields):
                raise TypeError(f"{cls.__name__} has no field {', '.join(sorted(made.keys() - fields))}")
            return _of_fields(cls, made, fields)


def json_document(model: BaseModel, by_alias: bool | None = None) -> bytes:
    """Return a model as JSON in UTF-8: what `model_dump_json` returns, without making text of the bytes first."""
    return model.__pydantic_serializer__.to_json(model, by_alias=by_alias)


class Message(Part):
    """A message of the flow: a part with a name, a version, a key and an identity.

    Attributes:
        name: What the message is, in the singular and past or present: `incident`, `camera-status`.
        version: Raised when a reader of the previous version could no longer read it.
        topics: The topics that carry it, as named in the flow table.
        id_field: The field that is its identity, where whoever first sent it gave it one.
        id_from: Else the fields that its identity is derived from, in this order and after its name.
        key_field: The field that is its Kafka key.
        time_field: The field that tells when it happened (UTC).

    Raises:
        TypeError: A class declares none of these fields and has no method of its own instead, or has no such field.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    topics: ClassVar[tuple[str, ...]]
    id_field: ClassVar[str] = ""
    id_from: ClassVar[tuple[str, ...]] = ()
    key_field: ClassVar[str] = ""
    time_field: ClassVar[str] = ""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Refuse a class without an identity, key or time, or one that names a field that it does not have."""
        declared = {
            "message_id": (cls.id_field, *cls.id_from),
            "key": (cls.key_field,),
            "happened_at": (cls.time_field,),
        }
        for method, fields in declared.items():
            if not any(fields) and getattr(cls, method) is getattr(Message, method):
                raise TypeError(f"{cls.__name__} declares no fields for {method}")
            if unknown := {*fields} - {"", *cls.model_fields}:
                raise TypeError(f"{cls.__name__} has no field {', '.join(sorted(unknown))}")

    @classmethod
    def ce_type(cls) -> str:
        """Return the CloudEvents type: `nl.toezicht.incident.v1`."""
        return f"{TYPE_PREFIX}.{cls.name}.v{cls.version}"

    def message_id(self) -> str:
        """Return the identity that goes into `ce_id`; equal messages have equal identities."""
        if self.id_field:
            return str(getattr(self, self.id_field))
        return derive_id(self.name, *(_cause(getattr(self, field)) for field in self.id_from))

    def key(self) -> str:
        """Return the Kafka key."""
        return str(getattr(self, self.key_field))

    def subject(self) -> str:
        """Return what it is about: the key."""
        return self.key()

    @classmethod
    def carried_by(cls, topic: str) -> bool:
        """Return whether a topic carries it: one that it names, or a partner's where it names those (`partner-{partner}`)."""
        return topic in cls.topics or any(each.fullmatch(topic) for each in _of_partners(cls.topics))

    def happened_at(self) -> datetime:
        """Return when what the message tells happened (UTC): `ce_time`."""
        moment: datetime = getattr(self, self.time_field)
        return moment


@cache
def _of_partners(topics: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Return patterns of the topics that each partner has of its own."""
    named = [each.partition(PARTNER) for each in topics if PARTNER in each]
    return tuple(re.compile(re.escape(before) + PARTNER_ID + re.escape(after)) for before, _, after in named)


def _cause(value: object) -> str:
    return iso_utc(value) if isinstance(value, datetime) else str(value)

"""People: who is logged in, and who may what."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from console.wire.base import Identifier, Moment, WireAnswer, WireBody


class Role(StrEnum):
    """Role: what somebody may do (the table of docs/console.md)."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """Right: one thing that a role allows."""

    LOOK = "look"
    ACT = "act"
    SNAPSHOT = "snapshot"
    SNAPSHOT_ANY = "snapshot_any"
    OVERRULE = "overrule"
    AUDIT_OWN = "audit_own"
    AUDIT_ROOM = "audit_room"
    AUDIT_ALL = "audit_all"
    USERS = "users"


@dataclass(frozen=True, slots=True)
class Caller:
    """Caller: whence a request comes: the network address, and the session's token where the browser has one."""

    address: str
    token: str | None = field(repr=False)


class LoginAsked(WireBody):
    """Login asked: a local account's name and password."""

    user: Identifier
    password: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]


class Me(WireAnswer):
    """Me: who is logged in, with which roles and rights in which rooms, and until when.

    `acting_until`: acting asks for the password again after it, while the list goes on.
    """

    user: str
    roles: tuple[Role, ...]
    rights: tuple[Right, ...]
    rooms: tuple[str, ...]
    language: Literal["nl", "en"]
    session_until: Moment
    acting_until: Moment
    login: Annotated[Literal["local", "openid"], Field(description="How to log in again")]
    must_change: Annotated[
        bool,
        Field(description="Whether the password is a first one: nothing is allowed but to change it, and to log out"),
    ] = False


class LoginWays(WireAnswer):
    """Login ways: how one can log in here."""

    local: bool
    openid: bool
    organisation: str


class LoggedOut(WireAnswer):
    """Logged out: the session is over here."""

    go_to: Annotated[
        str | None,
        Field(description="Where the OpenID provider ends its own session, for the browser to go to; null: nowhere"),
    ]


class Account(WireAnswer):
    """Account: a local account; its password is never shown."""

    user: str
    roles: tuple[Role, ...]
    rooms: tuple[str, ...]
    enabled: bool
    must_change: Annotated[bool, Field(description="Whether the password is the first one")]


class AccountAsked(WireBody):
    """Account asked: a local account as an administrator wants it; without a password the old one stays."""

    roles: Annotated[tuple[Annotated[Role, Field(strict=False)], ...], Field(strict=False, max_length=5)]
    rooms: Annotated[tuple[Identifier, ...], Field(strict=False, max_length=50)]
    enabled: bool = True
    password: Annotated[SecretStr | None, Field(min_length=12, max_length=1_000)] = None


class PasswordAsked(WireBody):
    """Password asked: the password that the owner of a local account wants, with the one that it has."""

    old: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]
    new: Annotated[SecretStr, Field(min_length=12, max_length=1_000)]

"""Session: who is logged in, from where, until when, and whether they are still at the keys."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from console.access.rights import rights_of
from console.access.store import AccessStore
from console.wire.people import Me, Right, Role

LoginWay = Literal["local", "openid"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity: who somebody is, with which roles in which rooms, as an account or an identity provider says."""

    user: str
    roles: tuple[Role, ...]
    rooms: tuple[str, ...] | None
    login: LoginWay


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """Session record: a session as it is kept; times in seconds since 1970 (s). `rooms` None means every room of the console."""

    user: str
    roles: tuple[Role, ...]
    rooms: tuple[str, ...] | None
    login: LoginWay
    address: str
    ends_s: float
    acted_s: float
    seen_elsewhere: bool
    must_change: bool = False

    def me(self, acting_s: float, all_rooms: Callable[[], tuple[str, ...]]) -> Me:
        """Return who it is, as the API tells it."""
        return Me(
            user=self.user,
            roles=self.roles,
            rights=rights_of(self.roles),
            rooms=all_rooms() if self.rooms is None else self.rooms,
            language="nl",
            session_until=datetime.fromtimestamp(self.ends_s, UTC),
            acting_until=datetime.fromtimestamp(min(self.acted_s + acting_s, self.ends_s), UTC),
            login=self.login,
            must_change=self.must_change,
        )


def read_session(row: sqlite3.Row) -> SessionRecord:
    """Return a session of its row."""
    rooms = json.loads(row["rooms"])
    return SessionRecord(
        user=row["user"], roles=tuple(Role(role) for role in json.loads(row["roles"])),
        rooms=None if rooms is None else tuple(rooms), login=row["login"], address=row["address"],
        ends_s=row["ends_s"], acted_s=row["acted_s"], seen_elsewhere=bool(row["seen_elsewhere"]),
        must_change=bool(row["must_change"]),
    )  # fmt: skip


def refusal(session: SessionRecord, address: str, now_s: float, bound: bool) -> str:
    """Return why a session does not count for a request, empty where it does.

    Args:
        session: The session whose token came.
        address: The network address that it came from.
        now_s: Now (s).
        bound: Whether a session is of one network address.
    """
    if now_s >= session.ends_s:
        return "session_ended"
    if bound and address != session.address:
        return "other_address"
    return ""


def is_acting(session: SessionRecord, now_s: float, acting_s: float) -> bool:
    """Return whether a person is still at the keys: not longer without one than `acting_s` (s)."""
    return now_s < session.acted_s + acting_s


def who_may_act(store: AccessStore, room: str) -> tuple[str, ...]:
    """Return whom an alert of a room can be assigned to: who has an account that may act there, or is logged in and may."""
    rows = store.rows(
        "SELECT user, roles, rooms FROM accounts WHERE enabled UNION SELECT user, roles, rooms FROM sessions"
    )
    found = set()
    for row in rows:
        rooms = json.loads(row["rooms"])
        roles = [Role(role) for role in json.loads(row["roles"])]
        if Right.ACT in rights_of(roles) and (rooms is None or room in rooms):
            found.add(str(row["user"]))
    return tuple(sorted(found))

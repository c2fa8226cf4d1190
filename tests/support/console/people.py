"""People of a console in memory: whoever comes is logged in."""

from __future__ import annotations

from typing import Final

from console.api.problems import ProblemError
from console.wire.people import Account, AccountAsked, Caller, LoginAsked, LoginWays, Me, PasswordAsked, Right, Role
from tests.support.situations import ROOM

RIGHTS: Final = {
    Role.VIEWER: (Right.LOOK,),
    Role.OPERATOR: (Right.LOOK, Right.ACT, Right.SNAPSHOT, Right.AUDIT_OWN),
    Role.SUPERVISOR: tuple(right for right in Right if right not in (Right.AUDIT_ALL, Right.USERS)),
    Role.AUDITOR: (Right.LOOK, Right.AUDIT_ALL),
    Role.ADMINISTRATOR: (Right.USERS,),
}
OPERATOR: Final = "operator-1"
_ENDED: Final = "2030-01-01T00:00:00Z"


def somebody(user: str = OPERATOR, *roles: Role, rooms: tuple[str, ...] = (ROOM,)) -> Me:
    """Return a person with roles; an operator where none are given."""
    held = roles or (Role.OPERATOR,)
    rights = tuple(dict.fromkeys(right for role in held for right in RIGHTS[role]))
    known = {"user": user, "roles": held, "rights": rights, "rooms": rooms, "language": "nl", "login": "local"}
    return Me.model_validate(known | {"session_until": _ENDED, "acting_until": _ENDED})


class FakeSessions:
    """Fake sessions: whoever comes is logged in; a login's name is who they are, and its first word their role."""

    def __init__(self, by_itself: str | None = OPERATOR) -> None:
        self._by_itself = by_itself
        self.opened: list[tuple[str, str, str, bool]] = []
        """Who was given which alert's detail, of which room, and whether their page read it again."""

    def ways(self) -> LoginWays:
        return LoginWays(local=True, openid=False, organisation="Amstelveen (proef)")

    async def login(self, asked: LoginAsked, caller: Caller) -> tuple[Me, str]:
        return self._named(asked.user), asked.user

    async def begin_openid(self, back_to: str) -> tuple[str, str]:
        raise ProblemError(404, "no_openid", "there is no provider here")

    async def end_openid(self, query: str, kept: str | None, caller: Caller) -> tuple[Me, str, str]:
        raise ProblemError(404, "no_openid", "there is no provider here")

    def me(self, caller: Caller) -> Me:
        name = caller.token or self._by_itself
        if not name:
            raise ProblemError(401, "not_logged_in", "expected a session")
        return self._named(name)

    def keep_acting(self, caller: Caller, at_the_keys: bool = True) -> Me:
        return self.me(caller)

    async def change_password(self, asked: PasswordAsked, caller: Caller) -> Me:
        return self.me(caller)

    async def logout(self, caller: Caller) -> str:
        return ""

    def tell_refused(self, me: Me, right: Right, what: str, room: str) -> None:
        pass

    def tell_opened(self, me: Me, room: str, alert_id: str, reread: bool) -> None:
        self.opened.append((me.user, room, alert_id, reread))

    def accounts(self) -> tuple[Account, ...]:
        users = ("operator-1", "operator-3", "supervisor-1", "auditor-1")
        return tuple(
            Account(user=user, roles=self._named(user).roles, rooms=(ROOM,), enabled=True, must_change=False)
            for user in users
        )

    async def put_account(self, user: str, asked: AccountAsked, me: Me) -> Account:
        return Account(user=user, roles=asked.roles, rooms=asked.rooms, enabled=asked.enabled, must_change=True)

    @staticmethod
    def _named(name: str) -> Me:
        role = name.partition("-")[0]
        return somebody(name, *([Role(role)] if role in set(Role) else []))

"""Server sessions: logging in and out, and who calls; all of it in the store, so that any console of the host answers."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from console.access.accounts import LOCAL, AccountRecord, LocalAccounts
from console.access.openid import OpenIdClient
from console.access.openings import AlertOpenings
from console.access.outbox import NOBODY, AccessEvent, AuditOutbox
from console.access.passwords import Passwords
from console.access.session import Identity, SessionRecord, is_acting, read_session, refusal
from console.access.store import AccessStore, hashed
from console.access.tries import count_try, forget_tries
from console.settings import ConsoleSettings
from console.wire.people import Account, AccountAsked, Caller, LoginAsked, LoginWays, Me, PasswordAsked, Right
from console.wire.problems import ProblemError
from streams.clock import Clock, utc_now
from streams.metrics import CONSOLE_LOGINS, from_zero

log = logging.getLogger(__name__)

NOTED_S: Final = 5.0
"""How old a noted key may be before another one is noted (s): a write for each would be one for every action."""
_WITH_ACCOUNT: Final = (
    "SELECT sessions.*, coalesce(accounts.must_change, 0) AS must_change FROM sessions"
    " LEFT JOIN accounts ON accounts.user = sessions.user AND sessions.login = ? WHERE token = ?"
)
"""A session, with whether the local account that it is of still has its first password."""


@dataclass(frozen=True, slots=True)
class AccessParts:
    """Access parts: what sessions are made of."""

    settings: ConsoleSettings
    store: AccessStore
    accounts: LocalAccounts
    passwords: Passwords
    outbox: AuditOutbox
    openid: OpenIdClient | None
    rooms: Callable[[], tuple[str, ...]]
    """The rooms of this console, for who has all of them."""
    clock: Clock = utc_now


class ServerSessions:
    """Server sessions: who is logged in. A token is 256 random bits that the browser alone knows; its hash is kept."""

    def __init__(self, parts: AccessParts) -> None:
        self._parts = parts
        self._store, self._accounts, self._outbox = parts.store, parts.accounts, parts.outbox
        self._openings = AlertOpenings(parts.store, parts.outbox, parts.clock)
        self._acting_s = parts.settings.acting_minutes * 60
        from_zero(CONSOLE_LOGINS, [LOCAL], ("done", "refused", "throttled"))
        if parts.openid is not None:
            from_zero(CONSOLE_LOGINS, ["openid"], ("done", "refused", "unavailable"))

    def ways(self) -> LoginWays:
        """Return how one can log in: with a local account where there is one."""
        return LoginWays(
            local=any(account.enabled for account in self._accounts.all()),
            openid=self._parts.openid is not None,
            organisation=self._parts.settings.organisation,
        )

    async def login(self, asked: LoginAsked, caller: Caller) -> tuple[Me, str]:
        """Return who logged in with a local account, and their token.

        Raises:
            ProblemError: 401, name or password is wrong, or the account is disabled; 429, too many tries.
        """
        self._count_try(asked.user, caller.address)
        account = self._accounts.find(asked.user)
        right = await self._parts.passwords.holds(
            asked.password.get_secret_value(), account.password if account else None
        )
        if account is None or not right or not account.enabled:
            actor, why = (account.user, "wrong_password") if account else (NOBODY, "unknown_account")
            self._tell(AccessEvent(actor, "login", "account", actor, "account_disabled" if right else why, "refused"))
            CONSOLE_LOGINS.labels(LOCAL, "refused").inc()
            raise ProblemError(401, "wrong_password", "expected the name and password of an account")
        return self._open(Identity(account.user, account.roles, account.rooms, LOCAL), caller, account)

    async def begin_openid(self, back_to: str) -> tuple[str, str]:
        """Return where to send the browser, and what its cookie must bring back.

        Raises:
            ProblemError: 404, no provider is configured; 503, it does not answer.
        """
        return await self._openid().begin(back_to, max_age_s=self._acting_s)

    async def end_openid(self, query: str, kept: str | None, caller: Caller) -> tuple[Me, str, str]:
        """Return who came back from the provider, their token, and the page that they wanted.

        Raises:
            ProblemError: 401, what came back does not hold; 503, the provider does not answer.
        """
        try:
            identity, back_to = await self._openid().end(query, kept or "", max_age_s=self._acting_s)
            if self._accounts.find(identity.user) is not None:
                raise ProblemError(401, "openid_refused", "a local account has the same name")
        except ProblemError as error:
            CONSOLE_LOGINS.labels("openid", "refused" if error.status == 401 else "unavailable").inc()
            if error.status == 401:
                self._tell(AccessEvent(NOBODY, "login", "openid", "provider", error.detail[:300], "refused"))
            raise
        me, token = self._open(identity, caller)
        return me, token, back_to

    def me(self, caller: Caller) -> Me:
        """Return who calls.

        Raises:
            ProblemError: 401, nobody does, the session ended, or it is another address's.
        """
        return self._session(caller).me(self._acting_s, self._parts.rooms)

    def keep_acting(self, caller: Caller, at_the_keys: bool = True) -> Me:
        """Note that a person is at the keys, and return who; where nobody is it is only seen that somebody was lately.

        Raises:
            ProblemError: 401 `acting_ended`, too long without a key; the list and its stream go on.
        """
        session, now_s = self._session(caller), self._now_s()
        if not is_acting(session, now_s, self._acting_s):
            raise ProblemError(401, "acting_ended", "expected the password again: too long without a key")
        if at_the_keys and now_s - session.acted_s > NOTED_S:
            with suppress(ProblemError), self._store.writing() as db:  # a full disk keeps nobody from acting
                db.execute("UPDATE sessions SET acted_s = ? WHERE token = ?", (now_s, hashed(caller.token or "")))
            session = replace(session, acted_s=now_s)
        return session.me(self._acting_s, self._parts.rooms)

    async def logout(self, caller: Caller) -> str:
        """End a session, and return where the provider that it is of ends its own; empty where there is no such address."""
        with self._store.writing() as db:
            rows = db.execute(
                "DELETE FROM sessions WHERE token = ? RETURNING user, login", (hashed(caller.token or ""),)
            ).fetchall()
            for row in rows:
                self._outbox.add(db, AccessEvent(row["user"], "logout", "session", row["user"]))
        at_provider = any(row["login"] == "openid" for row in rows)
        return await self._parts.openid.logout_address() if at_provider and self._parts.openid is not None else ""

    def tell_refused(self, me: Me, right: Right, what: str, room: str) -> None:
        """Write down that a person tried to change something without the right to, for the audit."""
        self._tell(AccessEvent(me.user, right.value, "console", what, "not_allowed", "refused", room))

    def tell_opened(self, me: Me, room: str, alert_id: str, reread: bool) -> None:
        """Write down that a person is given an alert's detail, for the audit."""
        self._openings.note(me, room, alert_id, reread)

    def accounts(self) -> tuple[Account, ...]:
        """Return the local accounts."""
        return tuple(account.shown() for account in self._accounts.all())

    async def put_account(self, user: str, asked: AccountAsked, me: Me) -> Account:
        """Make or change a local account, and end its sessions.

        Raises:
            ProblemError: 409, it is the last administrator; 422, a new account has no password.
        """
        known = self._accounts.find(user)
        if asked.password is not None:
            password = await self._parts.passwords.hashed(asked.password.get_secret_value())
        elif known is not None:
            password = known.password
        else:
            raise ProblemError(422, "invalid", "a new account needs a password", {"password": "at least 12 characters"})
        account = AccountRecord(
            known.user if known else user, tuple(dict.fromkeys(asked.roles)), tuple(dict.fromkeys(asked.rooms)),
            asked.enabled, asked.password is not None or (known is not None and known.must_change), password,
        )  # fmt: skip
        with self._store.writing() as db:
            self._put(db, account, me.user, "change-account" if known else "make-account")
        return account.shown()

    async def change_password(self, asked: PasswordAsked, caller: Caller) -> Me:
        """Give a local account the password that its owner wants, and end its other sessions.

        Raises:
            ProblemError: 401, the old one is wrong; 409, it is no local account; 422, it is the old one; 429, too many tries.
        """
        me = self.me(caller)
        account = self._accounts.find(me.user)
        if account is None or me.login != LOCAL:
            raise ProblemError(409, "no_local_account", "expected who logged in with a local account")
        self._count_try(me.user, caller.address)
        if not await self._parts.passwords.holds(asked.old.get_secret_value(), account.password):
            self._tell(AccessEvent(me.user, "change-password", "account", me.user, "wrong_password", "refused"))
            raise ProblemError(401, "wrong_password", "expected the password as it is now", {"old": "the password"})
        if asked.new.get_secret_value() == asked.old.get_secret_value():
            raise ProblemError(422, "same_password", "expected another password", {"new": "another one than before"})
        password = await self._parts.passwords.hashed(asked.new.get_secret_value())
        with self._store.writing() as db:
            now = self._accounts.read(db, account.user)
            if now is None or now.password != account.password or not now.enabled:
                raise ProblemError(401, "wrong_password", "the account was changed meanwhile")
            changed = replace(now, password=password, must_change=False)
            self._put(db, changed, me.user, "change-password", hashed(caller.token or ""))
        return self.me(caller)

    def _put(self, db: sqlite3.Connection, account: AccountRecord, actor: str, action: str, but: bytes = b"") -> None:
        self._accounts.put(db, account, but)
        roles = " ".join(account.roles) if account.enabled else "disabled"
        self._outbox.add(db, AccessEvent(actor, action, "account", account.user, roles))

    def _count_try(self, user: str, address: str) -> None:
        with self._store.writing() as db:
            count = count_try(db, user, address, self._now_s())
        if count.tell:
            account = self._accounts.find(user)
            actor = account.user if account else NOBODY
            self._tell(AccessEvent(actor, "login", "account", actor, "too_many_tries", "refused"))
        if count.later_s:
            CONSOLE_LOGINS.labels(LOCAL, "throttled").inc()
            raise ProblemError(429, "too_many_tries", "expected at most 5 tries a minute", retry_after_s=count.later_s)

    def _open(self, identity: Identity, caller: Caller, account: AccountRecord | None = None) -> tuple[Me, str]:
        """Return a session of who proved who they are.

        Where the browser has one of theirs already, it goes on: so their list and its stream do too.
        """
        now_s = self._now_s()
        ends_s = now_s + self._parts.settings.session_hours * 3_600
        roles, rooms = json.dumps(identity.roles), json.dumps(identity.rooms)
        with self._store.writing() as db:
            db.execute("DELETE FROM sessions WHERE ends_s <= ?", (now_s,))
            token = self._renewed(db, identity, caller, account)
            db.execute(
                "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (hashed(token), identity.user, roles, rooms, identity.login, caller.address, ends_s, now_s),
            )
            self._outbox.add(db, AccessEvent(identity.user, "login", "session", identity.user, identity.login))
        CONSOLE_LOGINS.labels(identity.login, "done").inc()
        return self.me(Caller(caller.address, token)), token

    def _renewed(
        self, db: sqlite3.Connection, identity: Identity, caller: Caller, account: AccountRecord | None
    ) -> str:
        if account is not None:
            forget_tries(db, account.user, caller.address)
            now = db.execute("SELECT password, enabled FROM accounts WHERE user = ?", (account.user,)).fetchone()
            if now is None or now["password"] != account.password or not now["enabled"]:
                raise ProblemError(401, "wrong_password", "the account was changed meanwhile")
        if caller.token:
            row = db.execute(_WITH_ACCOUNT, (LOCAL, hashed(caller.token))).fetchone()
            if row is not None:
                old = read_session(row)
                if (old.user, old.login) == (identity.user, identity.login) and not self._refusal(old, caller.address):
                    return caller.token
                db.execute("DELETE FROM sessions WHERE token = ?", (hashed(caller.token),))
        return secrets.token_urlsafe(32)

    def _session(self, caller: Caller) -> SessionRecord:
        rows = self._store.rows(_WITH_ACCOUNT, LOCAL, hashed(caller.token)) if caller.token else []
        if not rows:
            raise ProblemError(401, "not_logged_in", "expected a login")
        session = read_session(rows[0])
        if code := self._refusal(session, caller.address):
            if code == "other_address" and not session.seen_elsewhere:
                self._tell_elsewhere(session, caller)
            raise ProblemError(401, code, "expected a login")
        return session

    def _refusal(self, session: SessionRecord, address: str) -> str:
        return refusal(session, address, self._now_s(), self._parts.settings.bind_address)

    def _tell_elsewhere(self, session: SessionRecord, caller: Caller) -> None:
        """Tell once that a session's token came from another address: somebody may have taken it."""
        log.warning("a session's cookie came from another network address than it was made for, and was refused")
        with self._store.writing() as db:
            db.execute("UPDATE sessions SET seen_elsewhere = 1 WHERE token = ?", (hashed(caller.token or ""),))
            self._outbox.add(
                db, AccessEvent(session.user, "use-session", "session", session.user, "other_address", "refused")
            )

    def _tell(self, told: AccessEvent) -> None:
        with self._store.writing() as db:
            self._outbox.add(db, told)

    def _openid(self) -> OpenIdClient:
        if self._parts.openid is None:
            raise ProblemError(404, "no_openid", "no identity provider is configured")
        return self._parts.openid

    def _now_s(self) -> float:
        return self._parts.clock().timestamp()

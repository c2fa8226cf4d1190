"""Who may what: every route of the OpenAPI document with every role, so that a new one without a rule fails."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from starlette.testclient import TestClient

from console.access.rights import RIGHTS
from console.api.app import create_app, describe
from console.api.parts import StreamEvent
from console.api.requests import PLAIN_COOKIE
from console.wire.people import Right, Role
from streams.clock import utc_now
from tests.support.console.access import Access, make_access
from tests.support.console.control_room import lived
from tests.support.console.parts import ConsoleInMemory
from tests.support.situations import ROOM

Rule = Right | Literal["anybody", "logged in", "audit"]
OTHER_ROOM: Final = "elsewhere"
FIRST: Final = "newcomer"
"""Who has all roles, and a first password."""
WITH_FIRST: Final = frozenset({("GET", "/api/v1/me"), ("PUT", "/api/v1/me/password")})
"""What that person may beyond what anybody may: see who they are, and choose a password; anybody may log out."""
RULES: Final[dict[tuple[str, str], Rule]] = {
    ("GET", "/healthz"): "anybody",
    ("GET", "/readyz"): "anybody",
    ("GET", "/api/v1/login"): "anybody",
    ("POST", "/api/v1/session"): "anybody",
    ("DELETE", "/api/v1/session"): "anybody",
    ("GET", "/api/v1/auth/login"): "anybody",
    ("GET", "/api/v1/auth/callback"): "anybody",
    ("GET", "/api/v1/me"): "logged in",
    ("PUT", "/api/v1/me/password"): "logged in",
    ("PUT", "/api/v1/session"): "logged in",
    ("GET", "/tiles/{z}/{x}/{y}"): "logged in",
    ("GET", "/api/v1/rooms"): "logged in",
    ("GET", "/api/v1/actions/{action_id}"): "logged in",
    ("GET", "/api/v1/snapshots/{request_id}"): "logged in",
    ("GET", "/api/v1/snapshots/{request_id}/image"): "logged in",
    ("GET", "/api/v1/audit"): "audit",
    ("GET", "/api/v1/users"): Right.USERS,
    ("PUT", "/api/v1/users/{user}"): Right.USERS,
    ("GET", "/api/v1/rooms/{room}"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/status"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/cameras"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/zones"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/zones/{zone_id}/series"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/handover"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/rows"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/alerts"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/alerts/{alert_id}"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/alerts/{alert_id}/history"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/stream"): Right.LOOK,
    ("GET", "/api/v1/rooms/{room}/choices"): Right.LOOK,
    ("POST", "/api/v1/rooms/{room}/actions"): Right.ACT,
    ("POST", "/api/v1/rooms/{room}/reports"): Right.ACT,
    ("POST", "/api/v1/rooms/{room}/snapshots"): Right.SNAPSHOT,
}
"""The rule of each route. What a person may do beyond it (whose picture, which lines of the audit) its part decides."""
AUDIT: Final = frozenset({Right.AUDIT_OWN, Right.AUDIT_ROOM, Right.AUDIT_ALL})
ROUTES: Final = sorted((method.upper(), path) for path, methods in describe()["paths"].items() for method in methods)


class Console:
    """A console with real sessions over rooms in memory, and a browser of each role."""

    def __init__(self, folder: Path) -> None:
        memory = ConsoleInMemory(lived(20, utc_now()), utc_now)
        self.access: Access = make_access(folder)
        for role in Role:
            self.access.account(role.value, role, rooms=(ROOM,))
        self.access.account(FIRST, *Role, rooms=(ROOM,), must_change=True)

        async def over_at_once() -> AsyncIterator[StreamEvent]:
            nothing: tuple[StreamEvent, ...] = ()
            for event in nothing:
                yield event

        rooms: Any = memory.rooms
        rooms.stream = lambda *_: over_at_once()
        parts = replace(memory.parts, sessions=self.access.sessions, settings=self.access.settings)
        self.client = TestClient(create_app(parts), raise_server_exceptions=False)

    def ask(self, method: str, path: str, user: str | None, room: str = ROOM) -> tuple[int, str]:
        """Return the status and the code that somebody gets; a role's name is who has it."""
        known = {"room": room, "z": "1", "x": "0", "y": "0"}
        filled = re.sub(r"\{(\w+)\}", lambda match: known.get(match[1], "unknown"), path)
        headers = {"Sec-Fetch-Site": "same-origin"}
        if user is not None:
            headers["Cookie"] = f"{PLAIN_COOKIE}={self.access.login(user).token}"
        body: dict[str, Any] = {} if method == "GET" else {"json": {}}
        answer = self.client.request(method, filled, headers=headers, follow_redirects=False, **body)
        is_problem = answer.headers.get("content-type") == "application/problem+json"
        return answer.status_code, answer.json()["code"] if is_problem else ""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Console:
    """Return one console for all routes: each request is of a session of its own."""
    return Console(tmp_path_factory.mktemp("console"))


def allowed(rule: Rule, role: Role | None) -> bool:
    """Return whether a rule lets a role in; None is who is not logged in."""
    if rule == "anybody":
        return True
    if role is None:
        return False
    if rule == "logged in":
        return True
    return bool(RIGHTS[role] & (AUDIT if rule == "audit" else {rule}))


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    """Whoever adds a route says here who may use it."""
    assert set(ROUTES) == set(RULES)


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_lets_in_who_may(console: Console, method: str, path: str, role: Role | None) -> None:
    """401 for nobody, 403 for who has no right, and neither for who has it."""
    status, code = console.ask(method, path, role)
    if allowed(RULES[method, path], role):
        assert status != 403, code
        assert status != 401 or code == "wrong_password", code
        assert status < 500 or (status, code) in {(503, "not_ready"), (503, "page_not_built")}, code
    elif role is None:
        assert (status, code) == (401, "not_logged_in")
    else:
        assert (status, code) == (403, "not_allowed")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_first_password_opens_nothing_but_its_change(console: Console, method: str, path: str) -> None:
    """Whoever read it on a screen or in a letter can do nothing with it that its owner would not notice."""
    status, code = console.ask(method, path, FIRST)
    if RULES[method, path] == "anybody" or (method, path) in WITH_FIRST:
        assert code != "must_change"
    else:
        assert (status, code) == (403, "must_change")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPERVISOR])
@pytest.mark.parametrize(("method", "path"), [each for each in ROUTES if "{room}" in each[1]])
def test_another_room_is_not_there(console: Console, method: str, path: str, role: Role) -> None:
    """Nobody learns whether it exists."""
    assert console.ask(method, path, role, OTHER_ROOM) == (404, "no_such_room")


def test_an_alert_of_another_room_is_not_there(console: Console) -> None:
    """Under whichever room of one's own it is asked for."""
    status, code = console.ask("GET", "/api/v1/rooms/{room}/alerts/{alert_id}", Role.OPERATOR)
    assert (status, code) == (404, "no_such_alert")


def test_every_answer_has_the_headers(console: Console) -> None:
    """The page's own files and errors too."""
    for method, path in (*ROUTES, ("GET", "/"), ("GET", "/assets/none.js"), ("GET", "/theme.css"), ("GET", "/api/none"),
                         ("FROB", "/"), ("POST", "/healthz"), ("GET", "/kaart")):  # fmt: skip
        answer = console.client.request(method, path.replace("{", "").replace("}", ""), follow_redirects=False)
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["cross-origin-embedder-policy"] == "require-corp", path
        assert answer.headers["referrer-policy"] == "no-referrer", path

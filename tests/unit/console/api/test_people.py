"""People at the API: cookies, logging in and out, acting that ended, OpenID Connect through a browser's eyes."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from console.api.app import create_app
from console.api.requests import COOKIE, PLAIN_COOKIE
from console.wire.people import Role
from streams.clock import utc_now
from tests.support.console.access import PASSWORD, Access, HeardAudits, SetClock, make_access
from tests.support.console.control_room import lived
from tests.support.console.openid_provider import CLIENT_ID, SECRET, running_provider
from tests.support.console.parts import ConsoleInMemory
from tests.support.situations import ROOM

OWN = {"Sec-Fetch-Site": "same-origin"}
ACTION = {"action_id": "a-1", "alert_id": "none", "seen_revision": 1, "action": "acknowledge"}


def console(folder: Path, base_url: str = "http://testserver", **known: Any) -> tuple[Access, TestClient]:
    """Return a console with real sessions, and a browser."""
    openid = "openid_issuer" in known
    access = make_access(folder, SetClock(datetime.now(UTC)), openid=openid, **known)
    access.account("jan", Role.OPERATOR, rooms=(ROOM,))
    access.account("chief", Role.ADMINISTRATOR)
    memory = ConsoleInMemory(lived(5, utc_now()), utc_now)
    parts = replace(memory.parts, sessions=access.sessions, settings=access.settings)
    return access, TestClient(create_app(parts), base_url=base_url, raise_server_exceptions=False)


def log_in(browser: TestClient, user: str = "jan", password: str = PASSWORD) -> Any:
    return browser.post("/api/v1/session", json={"user": user, "password": password}, headers=OWN)


def test_a_login_sets_a_cookie_that_no_script_can_read(tmp_path: Path) -> None:
    """On this machine alone without `__Host-`, which browsers refuse there; with TLS never without."""
    _, browser = console(tmp_path)
    cookie = log_in(browser).headers["set-cookie"]
    assert cookie.startswith(f"{PLAIN_COOKIE}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(re.split("; ", cookie))
    assert browser.get("/api/v1/me").json()["user"] == "jan"
    _, behind = console(tmp_path / "tls", "https://toezicht.example", behind_proxy=True)
    cookie = log_in(behind).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(re.split("; ", cookie))
    assert "Domain" not in cookie
    assert behind.get("/api/v1/me").json()["user"] == "jan"
    token = behind.cookies[COOKIE]
    behind.cookies.clear()
    assert behind.get("/api/v1/me", headers={"Cookie": f"{PLAIN_COOKIE}={token}"}).status_code == 401


def test_a_page_elsewhere_logs_nobody_in_or_out(tmp_path: Path) -> None:
    """Nor acts, whatever cookie the browser sends along."""
    access, browser = console(tmp_path)
    log_in(browser)
    access.told()
    for method, path in (
        ("POST", "/api/v1/session"),
        ("DELETE", "/api/v1/session"),
        ("POST", f"/api/v1/rooms/{ROOM}/actions"),
    ):
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
            answer = browser.request(method, path, json=ACTION, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "other_origin")
    assert browser.get("/api/v1/me").status_code == 200
    assert access.told() == []


def test_too_many_tries_say_when_to_come_again(tmp_path: Path) -> None:
    """As HTTP says it, and in the body."""
    _, browser = console(tmp_path)
    answers = [log_in(browser, password="wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == str(answers[-1].json()["retry_after_s"]) == "60"
    assert all("set-cookie" not in answer.headers for answer in answers)


def test_a_session_that_ends_in_mid_action(tmp_path: Path) -> None:
    """Acting asks for the password; the list goes on, with the same cookie; after the login the action is taken."""
    access, browser = console(tmp_path)
    token = log_in(browser).cookies[PLAIN_COOKIE]
    access.clock.forward(minutes=31)
    act: dict[str, Any] = {"url": f"/api/v1/rooms/{ROOM}/actions", "json": ACTION, "headers": OWN}
    answer = browser.post(**act)
    assert (answer.status_code, answer.json()["code"]) == (401, "acting_ended")
    assert browser.get(f"/api/v1/rooms/{ROOM}/alerts").status_code == 200
    assert browser.put("/api/v1/session", headers=OWN, json={}).json()["code"] == "acting_ended"
    assert log_in(browser).cookies[PLAIN_COOKIE] == token
    assert browser.put("/api/v1/session", headers=OWN, json={}).json()["user"] == "jan"
    assert browser.post(**act).status_code not in (401, 403)
    access.clock.forward(hours=12)
    answer = browser.get(f"/api/v1/rooms/{ROOM}/alerts")
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")


def test_a_picture_that_the_page_asks_for_by_itself_is_no_key(tmp_path: Path) -> None:
    """However many alerts come to a desk where nobody sits: acting ends there all the same."""
    access, browser = console(tmp_path)
    log_in(browser)
    ask = {"request_id": "r-1", "camera_id": "stadshart-1", "alert_id": "a-1", "by_itself": True}
    for minutes in (20, 20):
        access.clock.forward(minutes=minutes)
        answer = browser.post(f"/api/v1/rooms/{ROOM}/snapshots", json=ask, headers=OWN)
    assert (answer.status_code, answer.json()["code"]) == (401, "acting_ended")
    log_in(browser)
    for minutes in (20, 20):
        access.clock.forward(minutes=minutes)
        answer = browser.post(f"/api/v1/rooms/{ROOM}/snapshots", json=ask | {"by_itself": False}, headers=OWN)
    assert answer.status_code == 202


def test_logging_out_takes_the_cookie_away(tmp_path: Path) -> None:
    """From the browser and from the server; without a body, as browsers send it."""
    _, browser = console(tmp_path)
    log_in(browser)
    answer = browser.delete("/api/v1/session", headers=OWN)
    assert (answer.status_code, answer.json()) == (200, {"go_to": None})
    assert not browser.cookies
    assert browser.get("/api/v1/me").json()["code"] == "not_logged_in"


def test_what_somebody_may_not_do_is_told_to_the_audit(tmp_path: Path) -> None:
    """With the room, so that its supervisors see it, and nothing of what they sent; what is only looked at is not."""
    access, browser = console(tmp_path)
    access.account("kijker", Role.VIEWER, rooms=(ROOM,))
    log_in(browser, "kijker")
    audits = HeardAudits()
    asyncio.run(access.outbox.tell_once(audits))
    audits.told.clear()
    secret = {"action_id": "a-1", "alert_id": "a secret of mine"}
    tried: tuple[tuple[str, str, Any], ...] = (
        ("POST", f"/api/v1/rooms/{ROOM}/actions", secret),
        ("POST", f"/api/v1/rooms/{ROOM}/reports", {}),
        ("POST", "/api/v1/rooms/a secret of mine/snapshots", {}),
        ("PUT", "/api/v1/users/a-secret", {}),
        ("GET", "/api/v1/users", None),
    )
    for method, path, body in tried:
        answer = browser.request(method, path, headers=OWN, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    asyncio.run(access.outbox.tell_once(audits))
    assert [(each["actor"], each["action"], each["object_id"], each["room"]) for each in audits.told] == [
        ("kijker", "act", "POST /rooms/{room}/actions", ROOM),
        ("kijker", "act", "POST /rooms/{room}/reports", ROOM),
        ("kijker", "snapshot", "POST /rooms/{room}/snapshots", ""),
        ("kijker", "users", "PUT /users/{user}", ""),
    ]
    assert {(each["object_type"], each["reason"], each["result"]) for each in audits.told} == {
        ("console", "not_allowed", "refused")
    }
    assert "secret" not in str(audits.told)


def test_accounts_at_the_api(tmp_path: Path) -> None:
    """An administrator makes and changes them; strict types, and no password in any answer."""
    _, browser = console(tmp_path)
    log_in(browser, "chief")
    new = {"roles": ["operator"], "rooms": [ROOM], "password": "a password of length"}
    answer = browser.put("/api/v1/users/piet", json=new, headers=OWN)
    assert answer.json() == {
        "user": "piet",
        "roles": ["operator"],
        "rooms": [ROOM],
        "enabled": True,
        "must_change": True,
    }
    assert [each["user"] for each in browser.get("/api/v1/users").json()] == ["chief", "jan", "piet"]
    wrong: list[dict[str, Any]] = [
        new | {"password": "short-secret"[:11]}, new | {"roles": ["king"]}, new | {"enabled": "yes"}, new | {"more": 1}, {},
        new | {"rooms": ["a b"]}, new | {"roles": "operator"},
    ]  # fmt: skip
    for body in wrong:
        answer = browser.put("/api/v1/users/piet", json=body, headers=OWN)
        assert answer.status_code == 422, body
        assert "short-secre" not in answer.text
    answer = browser.put("/api/v1/users/chief", json=new | {"password": None}, headers=OWN)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    assert browser.put("/api/v1/users/a b", json=new, headers=OWN).status_code == 422
    assert log_in(browser, "piet", "a password of length").json()["must_change"]
    assert browser.get(f"/api/v1/rooms/{ROOM}/alerts").json()["code"] == "must_change"
    change = {"old": "a password of length", "new": "another of some length"}
    assert not browser.put("/api/v1/me/password", json=change, headers=OWN).json()["must_change"]
    assert browser.get(f"/api/v1/rooms/{ROOM}/alerts").status_code == 200


def test_a_login_by_openid_connect_as_a_browser_sees_it(tmp_path: Path) -> None:
    """There and back with two cookies, of which one is over afterwards; what went wrong is told on the page."""
    with running_provider() as provider:
        _, browser = console(
            tmp_path, openid_issuer=provider.address, openid_client_id=CLIENT_ID, openid_client_secret=SECRET,
            address="http://127.0.0.1:8090",
        )  # fmt: skip
        provider.claims = {"sub": "nacht-1"}
        assert browser.get("/api/v1/login").json() == {"local": True, "openid": True, "organisation": ""}
        answer = browser.get("/api/v1/auth/login?back_to=/kaart", follow_redirects=False)
        assert answer.status_code == 302
        kept = answer.headers["set-cookie"]
        assert {"HttpOnly", "Path=/api/v1/auth", "SameSite=lax", "Max-Age=600"} <= set(re.split("; ", kept))
        query = provider.approve(answer.headers["location"])
        answer = browser.get(f"/api/v1/auth/callback?{query}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (302, "/kaart")
        assert browser.get("/api/v1/me").json()["login"] == "openid"
        assert not [name for name in browser.cookies if name != PLAIN_COOKIE]
        again = browser.get(f"/api/v1/auth/callback?{query}", follow_redirects=False)
        assert (again.status_code, again.json()["code"]) == (401, "openid_refused")
        provider.away = True
        _, fresh = console(
            tmp_path / "fresh", openid_issuer=provider.address, openid_client_id=CLIENT_ID, openid_client_secret=SECRET,
            address="http://127.0.0.1:8090",
        )  # fmt: skip
        answer = fresh.get("/api/v1/auth/login", follow_redirects=False)
        assert (answer.status_code, answer.json()["code"]) == (503, "openid_unavailable")
        answer = fresh.get("/api/v1/auth/login", headers={"Sec-Fetch-Mode": "navigate"}, follow_redirects=False)
        assert answer.headers["location"] == "/?login_problem=openid_unavailable"
        assert browser.get("/api/v1/me").status_code == 200


def test_a_defect_is_a_problem_with_all_headers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says nothing of itself to who asked."""
    access, browser = console(tmp_path)
    log_in(browser)

    def broken(_: Any) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(access.sessions, "me", broken)
    answer = browser.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert "inside" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_municipalitys_theme_is_served_where_it_is_configured(tmp_path: Path) -> None:
    """And nothing where it is not, so that the page can always ask for it."""
    theme = tmp_path / "theme.css"
    theme.write_text(":root { --ground: #101010; }")
    _, browser = console(tmp_path / "themed", theme=theme)
    answer = browser.get("/theme.css")
    assert (answer.text, answer.headers["content-type"]) == (theme.read_text(), "text/css; charset=utf-8")
    _, plain = console(tmp_path / "plain")
    assert (plain.get("/theme.css").status_code, plain.get("/theme.css").text) == (200, "")

"""Guard: whose a change is, how large a body may be, and which headers every answer has."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.datastructures import Headers

from console.api.guard import HEADERS, LARGEST_BODY, SAFE, RequestGuard, why_not
from console.settings import ConsoleSettings

OWN = {"sec-fetch-site": "same-origin", "content-type": "application/json", "content-length": "2", "host": "a.example"}
CASES: list[tuple[str, str, dict[str, str | None], int | None]] = [
    ("the page's own", "POST", {}, None),
    ("with a parameter", "POST", {"content-type": "application/json; charset=utf-8"}, None),
    ("of another site", "POST", {"sec-fetch-site": "cross-site"}, 403),
    ("of a neighbour", "POST", {"sec-fetch-site": "same-site"}, 403),
    ("typed in", "POST", {"sec-fetch-site": "none"}, 403),
    ("of this site, with another origin", "POST", {"origin": "https://evil.example"}, 403),
    ("of an old browser", "POST", {"sec-fetch-site": None, "origin": "https://a.example"}, None),
    ("of an old browser, elsewhere", "POST", {"sec-fetch-site": None, "origin": "https://evil.example"}, 403),
    ("of a frame without an origin", "POST", {"sec-fetch-site": None, "origin": "null"}, 403),
    ("of what is no address", "POST", {"sec-fetch-site": None, "origin": "http://["}, 403),
    ("of nobody", "POST", {"sec-fetch-site": None}, 403),
    ("of nobody, to nobody", "POST", {"sec-fetch-site": None, "host": None}, 403),
    ("a form", "POST", {"content-type": "application/x-www-form-urlencoded"}, 415),
    ("text", "POST", {"content-type": "text/plain"}, 415),
    ("nothing said", "PUT", {"content-type": None}, 415),
    ("without a body", "DELETE", {"content-type": None, "content-length": None}, None),
    ("without a body, of another site", "DELETE", {"content-length": None, "sec-fetch-site": "cross-site"}, 403),
    ("a form to delete", "DELETE", {"content-type": "text/plain"}, 415),
    ("unknown method", "FROB", {"sec-fetch-site": "cross-site"}, 403),
    ("a body of 10 MB", "POST", {"content-length": str(10_000_000)}, 413),
    ("the largest", "POST", {"content-length": str(LARGEST_BODY)}, None),
    ("one too many", "POST", {"content-length": str(LARGEST_BODY + 1)}, 413),
    ("below nothing", "POST", {"content-length": "-1"}, 413),
    ("no number", "POST", {"content-length": "²"}, 413),
    ("a number without an end", "POST", {"content-length": "9" * 5_000}, 413),
    ("in pieces", "POST", {"content-length": None, "transfer-encoding": "chunked"}, 411),
    ("looking", "GET", {"sec-fetch-site": "cross-site", "content-type": None, "content-length": None}, None),
    ("looking with a body", "GET", {"content-length": str(10_000_000)}, 413),
    ("looking in pieces", "GET", {"transfer-encoding": "chunked"}, 411),
]


@pytest.mark.parametrize(("what", "method", "changed", "status"), CASES, ids=[case[0] for case in CASES])
def test_a_request_is_taken_or_not(what: str, method: str, changed: dict[str, str | None], status: int | None) -> None:
    """Each of these, as browsers and others send them."""
    headers = {name: value for name, value in (OWN | changed).items() if value is not None}
    problem = why_not(method, Headers(headers), "")
    assert (None if problem is None else problem.status) == status


def test_an_origin_is_held_against_the_configured_address() -> None:
    """With its scheme and port: behind a proxy the `Host` may be another."""
    for origin, status in (
        ("https://toezicht.example", None), ("http://toezicht.example", 403), ("https://toezicht.example:8443", 403),
        ("https://a.example", 403), ("https://toezicht.example.evil", 403),
    ):  # fmt: skip
        problem = why_not("POST", Headers(OWN | {"origin": origin}), "https://toezicht.example/")
        assert (None if problem is None else problem.status) == status, origin


def test_no_method_that_changes_is_safe() -> None:
    """HTTP's own list."""
    assert set(SAFE) == {"GET", "HEAD", "OPTIONS"}


def sent_through(settings: ConsoleSettings, headers: dict[str, str], app: Any) -> list[dict[str, Any]]:
    """Return what a guarded application sends to a POST."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("the body of what is refused is not read")

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": raw, "query_string": b""}
    asyncio.run(RequestGuard(app, settings)(scope, receive, send))
    return sent


async def nothing(*_: Any) -> None:
    raise AssertionError("no route sees what is refused")


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    """As a problem, with all headers; no byte of it is taken."""
    sent = sent_through(ConsoleSettings(), OWN | {"content-length": "10000000"}, nothing)
    headers = Headers(raw=sent[0]["headers"])
    assert sent[0]["status"] == 413
    assert headers["content-type"] == "application/problem+json"
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert b'"too_large"' in sent[1]["body"]


def test_only_what_browsers_reach_by_tls_asks_for_it_from_then_on() -> None:
    """Over plain HTTP on this machine the header would mean nothing."""
    for settings, there in ((ConsoleSettings(), False), (ConsoleSettings(behind_proxy=True), True)):
        sent = sent_through(settings, OWN | {"sec-fetch-site": "cross-site"}, nothing)
        assert ("strict-transport-security" in Headers(raw=sent[0]["headers"])) is there


def test_the_policy_is_the_designs() -> None:
    """docs/console.md names it; nothing of it is looser."""
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]

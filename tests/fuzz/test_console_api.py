"""The console's API under requests that its own description makes up, right and wrong ones: never a defect, never a stranger.

The stream is left out, since it never ends; it has tests of its own.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings

from console.api.app import create_app
from console.api.requests import PLAIN_COOKIE
from console.wire.people import Role
from console.wire.problems import ProblemBody
from streams.clock import utc_now
from tests.support.console.access import make_access
from tests.support.console.control_room import lived
from tests.support.console.parts import ConsoleInMemory
from tests.support.mutation import tries
from tests.support.situations import ROOM

ACCESS = make_access(Path(mkdtemp(prefix="console-api-")))
ACCESS.account("all", Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR, rooms=(ROOM,))
ACCESS.account("chief", Role.ADMINISTRATOR, rooms=())
MEMORY = ConsoleInMemory(lived(30, utc_now()), utc_now)
APP = create_app(replace(MEMORY.parts, sessions=ACCESS.sessions, settings=ACCESS.settings))
SCHEMA = schemathesis.openapi.from_asgi("/api/v1/openapi.json", APP).exclude(path_regex="/stream$")


@SCHEMA.parametrize()
@settings(max_examples=tries(200), deadline=None, suppress_health_check=list(HealthCheck))
def test_a_request_is_answered_or_refused_as_a_problem(case: Any) -> None:
    """Whatever stands in it. What is answered is of its declared type: the server itself checks that before it sends it."""
    headers = {"Sec-Fetch-Site": "same-origin", "Cookie": f"{PLAIN_COOKIE}={ACCESS.login('all').token}"}
    case.cookies = {}
    if "room" in (case.path_parameters or {}):
        case.path_parameters["room"] = ROOM
    response = case.call(headers=headers, allow_redirects=False)
    allowed_503 = case.path in {"/readyz", "/tiles/{z}/{x}/{y}"} or "snapshots" in case.path
    assert response.status_code < 500 or (response.status_code == 503 and allowed_503), response.text
    if response.status_code >= 400 and case.path != "/readyz":
        assert response.headers["content-type"] == ["application/problem+json"]
        problem = ProblemBody.model_validate_json(response.content)
        assert (problem.status, bool(problem.code)) == (response.status_code, True)

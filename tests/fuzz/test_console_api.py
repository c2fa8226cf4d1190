"""The console's API under made-up requests (schemathesis): no answer is an error of the server, each is as its document says."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from console.api.app import create_app
from tests.support.console.control_room import lived
from tests.support.console.parts import ConsoleInMemory
from tests.support.messages import NOON
from tests.support.mutation import tries

COUNT = 200
"""For each route."""
OWN = {"Sec-Fetch-Site": "same-origin"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

schema = schemathesis.openapi.from_asgi(
    "/api/v1/openapi.json", create_app(ConsoleInMemory(lived(20, NOON), lambda: NOON).parts)
).exclude(path_regex="/stream$|/auth/|/image$|/tiles/")
"""Without the stream, which never ends, and what answers no JSON."""


@schema.parametrize()
@settings(
    max_examples=tries(COUNT), derandomize=True, suppress_health_check=list(HealthCheck), deadline=None,
)  # fmt: skip
def test_no_request_is_an_error_of_the_server(case: schemathesis.Case[Any]) -> None:
    """Whatever stands in a path, a query or a body."""
    if case.method != "GET":
        case.headers.update(OWN)
    case.call_and_validate(checks=CHECKS)

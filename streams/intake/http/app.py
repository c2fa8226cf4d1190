"""Application of reports by HTTP: its routes, thin: admit, read, hand to the desk, answer.

Every error is problem+json (RFC 9457) with a bounded code. Nothing of a request is logged or stands in an answer's headers: of
its sender only the id that stands in our own file.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.types import ASGIApp

from schemas.incidents import ReportNote
from streams.clock import Clock, utc_now
from streams.intake.http.credentials import Credential, Credentials
from streams.intake.http.desk import IntakeDesk, NotTakenError
from streams.intake.http.direct import DirectRoutes, Handler
from streams.intake.http.document import Document, ReportDocument, read_document, too_deep
from streams.intake.http.guard import LARGEST_BODY, IntakeGuard
from streams.intake.http.rates import SenderRates
from streams.intake.http.replays import Replays, ReusedIdError
from streams.intake.http.signature import NotSigned, Signed, verify
from streams.intake.intake import Taken
from streams.metrics import INTAKE_HEARD_AT, INTAKE_REQUESTS
from streams.serving import problems
from streams.serving.problems import RESPONSES, ProblemError

SENDER: Final = "toezicht-sender"
"""The header that names the sender: the id of its credential."""
INCIDENTS_ROUTE: Final = "incidents"
AGAIN_AFTER_S: Final = 5
"""When to try again where the broker did not confirm (s)."""
DESCRIPTION: Final = """Reports of partners, each answered with 202 once the broker has it.

Requests to `/incidents` are signed after Standard Webhooks 1.0 (HMAC-SHA256 over id, timestamp and body). Every error is
problem+json (RFC 9457) with a code. A 408, 429 or 503 is to be sent again with the same `webhook-id` and a new timestamp: what
did arrive is not taken twice.
"""
SIGNATURE_HEADERS: Final[list[dict[str, Any]]] = [
    {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
    for name, text in (
        ("Toezicht-Sender", "The id of the sender's credential"),
        ("webhook-id", "An id of this message, the idempotency key: the same when it is sent again"),
        ("webhook-timestamp", "When it was signed: whole seconds since 1970, within five minutes of now"),
        ("webhook-signature", "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`"),
    )
]


class FieldNote(BaseModel):
    """Field note: a field that could not be read as it was meant, what became of it, and what was expected."""

    field: str
    note: str
    expected: str


class TakenBody(BaseModel):
    """Taken: what became of a report.

    `result` is `created`, `updated`, `cancelled`, `reactivated`; `duplicate`, `stale` and `after_cancel` tell nothing new; and
    `not_for_us` is a test or what is no report.
    """

    result: str
    incident_id: str | None = None
    revision: int | None = None
    reason: str | None = Field(None, description="Why it is not for us")
    notes: list[str] = Field(default_factory=list, description="What of the report could not be read as it was meant")
    fields: list[FieldNote] = Field(default_factory=list, description="The same by field, with what was expected")


@dataclass
class HttpParts:
    """HTTP parts: what the routes work with.

    Attributes:
        credentials: Who may send what.
        desks: The desk of `incidents`, and of each system that may post to `/webhooks/…`.
        zone: The zone of times that name none.
        body_within_s: How long a body may take to come (s).
        answer_within_s: How long the broker is waited for (s).
        secure: Whether clients reach it by TLS.
        clock: Tells now (UTC).
        clock_s: A monotonic clock (s).
    """

    credentials: Credentials
    desks: Mapping[str, IntakeDesk]
    zone: tzinfo
    body_within_s: float = 5.0
    answer_within_s: float = 10.0
    secure: bool = False
    clock: Clock = utc_now
    clock_s: Callable[[], float] = time.monotonic
    rates: SenderRates = field(default_factory=SenderRates)
    replays: Replays = field(default_factory=Replays)


class IntakeApp(FastAPI):
    """Intake app: FastAPI inside of its guard, so that even an error that nobody expected has all headers."""

    def build_middleware_stack(self) -> ASGIApp:
        """Return all layers, the guard outermost."""
        parts: HttpParts = self.state.parts
        direct = DirectRoutes(super().build_middleware_stack(), self.state.handlers)
        return IntakeGuard(direct, parts.secure)

    def openapi(self) -> dict[str, Any]:
        """Return the document, with the parts of what a partner posts, which no route's signature names."""
        document = super().openapi()
        document.setdefault("components", {}).setdefault("schemas", {}).update(_report_schema()[1])
        return document


def create_app(parts: HttpParts) -> FastAPI:
    """Return the application."""
    app = _routed(sorted(set(parts.desks) - {INCIDENTS_ROUTE}))
    app.state.parts = parts
    return app


def describe(systems: list[str]) -> dict[str, Any]:
    """Return the OpenAPI document of a server that takes webhooks of these systems."""
    return _routed(systems).openapi()


def _routed(systems: list[str]) -> FastAPI:
    app = IntakeApp(
        title="Toezicht reports", version="1", description=DESCRIPTION, openapi_url="/openapi.json",
        docs_url=None, redoc_url=None, responses=RESPONSES,
    )  # fmt: skip
    problems.install(app)
    body = {"required": True, "content": {"application/json": {"schema": _report_schema()[0]}}}
    app.state.handlers = {"/incidents": _incidents} | {f"/webhooks/{system}": _webhook(system) for system in systems}
    app.post(
        "/incidents", status_code=202, response_model=TakenBody, summary="Send a report, a change of one, or its cancellation",
        name="incidents", openapi_extra={"requestBody": body, "parameters": SIGNATURE_HEADERS},
    )(_incidents)  # fmt: skip
    for system in systems:
        path = f"/webhooks/{system}"
        app.post(
            path, status_code=202, response_model=TakenBody, summary=f"Send a document of {system}", name=system,
            openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
        )(app.state.handlers[path])  # fmt: skip

    @app.get("/healthz", summary="Whether the process lives")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Whether reports are taken: connected to the broker, which confirms")
    async def readyz(request: Request) -> JSONResponse:
        waiting = sorted(name for name, desk in _parts(request).desks.items() if not desk.ready)
        return JSONResponse({"ready": not waiting, "waiting_for": waiting}, 503 if waiting else 200)

    return app


def _report_schema() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema of a report, and of its parts by name."""
    schema = ReportDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    parts: dict[str, Any] = schema.pop("$defs", {})
    return schema, parts


async def _incidents(request: Request) -> Response:
    return await _counted(INCIDENTS_ROUTE, _incident(request))


def _webhook(system: str) -> Handler:
    async def webhook(request: Request) -> Response:
        return await _counted(system, _document(request, system))

    return webhook


async def _counted(route: str, answer: Awaitable[Response]) -> Response:
    """Await an answer and count it by its bounded code."""
    try:
        response = await answer
    except ProblemError as problem:
        INTAKE_REQUESTS.labels(route, problem.code).inc()
        raise
    INTAKE_REQUESTS.labels(route, "taken" if response.status_code == 202 else "not_for_us").inc()
    return response


async def _incident(request: Request) -> Response:
    """Take a partner's report."""
    parts = _parts(request)
    body = await _body(request, parts.body_within_s)
    sender = _sender(request, parts, INCIDENTS_ROUTE)
    signed = _signed(request, parts, sender, body)
    INTAKE_HEARD_AT.labels(INCIDENTS_ROUTE, sender.id).set_to_current_time()
    _within_rate(parts, sender)
    document = read_document(body, signed.at, parts.zone, parts.clock())
    if document.missing or (document.faults and _is_strict(request)):
        raise _invalid(document)
    if document.source not in sender.sources:
        raise ProblemError(
            403, "not_your_source", "this sender may not report under this source",
            {"source": "one of the sources of this sender"},
        )  # fmt: skip
    taken = await _once(parts, sender, signed.id, body, parts.desks[INCIDENTS_ROUTE], document.content)
    return _answer(taken, document)


async def _document(request: Request, system: str) -> Response:
    """Take a document of a system, which its own source reads."""
    parts = _parts(request)
    body = await _body(request, parts.body_within_s)
    sender = _sender(request, parts, system)
    message_id = ""
    if sender.secrets and "webhook-signature" in request.headers:
        message_id = _signed(request, parts, sender, body).id
    elif not sender.has_token(_token(request)):
        raise _unproven(NotSigned("token_wrong", "Authorization: Bearer, or a signature"))
    INTAKE_HEARD_AT.labels(system, sender.id).set_to_current_time()
    _within_rate(parts, sender)
    if too_deep(body):
        raise ProblemError(422, "invalid", "nested too deeply")
    return _answer(await _once(parts, sender, message_id, body, parts.desks[system], body), None)


def _parts(request: Request) -> HttpParts:
    parts: HttpParts = request.app.state.parts
    return parts


async def _body(request: Request, within_s: float) -> bytes:
    """Return a request's body.

    Raises:
        ProblemError: It did not come in time, or is longer than it said.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    raise ProblemError(413, "too_large", f"expected a body of at most {LARGEST_BODY} bytes")
    except TimeoutError:
        raise ProblemError(408, "too_slow", f"expected the body within {within_s:g} s", title="too slow") from None
    return bytes(body)


def _sender(request: Request, parts: HttpParts, route: str) -> Credential:
    """Return who says to send it; nothing is proven yet.

    Raises:
        ProblemError: There is no such sender, or it may not use this route.
    """
    sender = parts.credentials.find(request.headers.get(SENDER, ""))
    if sender is None:
        raise _unproven(NotSigned("sender_unknown", "Toezicht-Sender: the id of your credential"))
    if route not in sender.may:
        raise ProblemError(403, "not_allowed", "this sender may not send here")
    return sender


def _signed(request: Request, parts: HttpParts, sender: Credential, body: bytes) -> Signed:
    found = verify(
        body,
        request.headers.get("webhook-id", ""),
        request.headers.get("webhook-timestamp", ""),
        request.headers.get("webhook-signature", ""),
        sender.secrets,
        parts.clock(),
    )
    if isinstance(found, NotSigned):
        raise _unproven(found)
    return found


def _token(request: Request) -> bytes:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip().encode("latin-1", "replace") if scheme.lower() == "bearer" else b""


def _unproven(why: NotSigned) -> ProblemError:
    status = 422 if why.code == "not_utf8" else 401
    return ProblemError(status, why.code, f"expected {why.expected}", title="not signed" if status == 401 else "")


def _within_rate(parts: HttpParts, sender: Credential) -> None:
    wait_s = parts.rates.wait_s(sender.id, sender.per_minute, sender.burst, parts.clock_s())
    if wait_s:
        raise ProblemError(429, "too_many", f"at most {sender.per_minute} a minute", retry_after_s=wait_s)


async def _once(
    parts: HttpParts, sender: Credential, message_id: str, body: bytes, desk: IntakeDesk, content: bytes
) -> Taken:
    """Return what became of a message; one that comes again gets the answer of the first time.

    Raises:
        ProblemError: Its id had other content, it is refused, or it could not be confirmed in time.
    """
    if not message_id:
        return await _taken(parts, desk, content)
    now_s = parts.clock_s()
    try:
        before = parts.replays.first(sender.id, message_id, body, now_s)
    except ReusedIdError:
        raise ProblemError(409, "id_reused", "expected a webhook-id of its own for each message") from None
    if before is not None:
        try:
            return await asyncio.shield(before)
        except (NotTakenError, asyncio.CancelledError):
            raise _again() from None
    answer: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
    answer.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody else may wait for it
    parts.replays.note(sender.id, message_id, body, now_s, answer)
    try:
        taken = await _taken(parts, desk, content)
    except BaseException:
        parts.replays.forget(sender.id, message_id)
        answer.set_exception(NotTakenError())
        raise
    answer.set_result(taken)
    return taken


async def _taken(parts: HttpParts, desk: IntakeDesk, content: bytes) -> Taken:
    try:
        return await desk.take(content, parts.answer_within_s)
    except NotTakenError:
        raise _again() from None


def _again() -> ProblemError:
    return ProblemError(
        503, "not_confirmed", "the broker did not confirm it: send it again", retry_after_s=AGAIN_AFTER_S
    )


def _invalid(document: Document) -> ProblemError:
    return ProblemError(
        422, "invalid", "fields are not as expected", {each.field: each.expected for each in document.faults}
    )


def _is_strict(request: Request) -> bool:
    """Return whether the sender would rather have its report refused than a field left out (RFC 7240)."""
    preferences = request.headers.get("prefer", "").lower().replace(" ", "")
    return "handling=strict" in preferences.split(",")


def _answer(taken: Taken, document: Document | None) -> Response:
    """Return the answer to what became of a document.

    Raises:
        ProblemError: It was refused.
    """
    if taken.result == "refused":
        raise ProblemError(422, taken.reason or "invalid", taken.detail)
    faults = () if document is None else document.faults
    body = TakenBody(
        result=taken.result,
        incident_id=taken.incident_id or None,
        revision=taken.revision,
        reason=taken.reason or None,
        notes=[note.value for note in ReportNote if note in taken.notes],
        fields=[FieldNote(field=each.field, note=each.note, expected=each.expected) for each in faults],
    )
    status = 200 if taken.result == "not_for_us" else 202
    return Response(body.model_dump_json(exclude_none=True), status, media_type="application/json")

"""Problems: every error of an API as problem+json (RFC 9457), with a code that pages and partners can rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

MEDIA_TYPE: Final = "application/problem+json"
TITLES: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "not_logged_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "not_json",
    422: "invalid",
    429: "too_many",
    503: "not_ready",
}
"""The code of a status where nothing more exact is known."""


class FieldFault(BaseModel):
    """Field fault: a field of the request, and what was expected of it; never its value."""

    field: str
    expected: str


class ProblemBody(BaseModel):
    """Problem body: RFC 9457, with `code` beside it, and the fields that are wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    code: str
    fields: list[FieldFault] = Field(default_factory=list)
    retry_after_s: int | None = None


class ProblemError(Exception):
    """A request that cannot be done: its status, a code and one line that says what was expected.

    Args:
        status: HTTP's.
        code: Bounded, lower case: `not_allowed`, `no_such_alert`.
        detail: One line for a developer; the page has words of its own for the code.
        fields: Which fields are wrong.
        retry_after_s: After how many seconds (s) to try again.
        title: In place of the status's own.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        fields: Mapping[str, str] | None = None,
        retry_after_s: int | None = None,
        title: str = "",
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.status, self.code, self.detail = status, code, detail
        self.title = title or TITLES.get(status, "error").replace("_", " ")
        self.fields = dict(fields or {})
        self.retry_after_s = retry_after_s


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"model": ProblemBody, "description": "A problem (RFC 9457)", "content": {MEDIA_TYPE: {}}}
}
"""What each route may answer beside what it declares."""


def answer(problem: ProblemError) -> JSONResponse:
    """Return a problem as an answer."""
    body = ProblemBody(
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        code=problem.code,
        fields=[FieldFault(field=name, expected=expected) for name, expected in problem.fields.items()],
        retry_after_s=problem.retry_after_s,
    )
    headers = {} if problem.retry_after_s is None else {"Retry-After": str(problem.retry_after_s)}
    return JSONResponse(body.model_dump(), problem.status, headers, MEDIA_TYPE)


def unexpected() -> ProblemError:
    """Return what is told where nobody expected an error."""
    return ProblemError(500, "error", "a defect of ours; the log has it")


def install(app: FastAPI) -> None:
    """Make an application answer all its errors as problems."""

    async def problem(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ProblemError)
        return answer(error)

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return answer(ProblemError(error.status_code, TITLES.get(error.status_code, "error")))

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        fields = {
            ".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0]): each["msg"]
            for each in error.errors()
        }
        return answer(ProblemError(422, "invalid", "a field is not as expected", fields))

    async def defect(_: Request, __: Exception) -> JSONResponse:
        return answer(unexpected())

    app.add_exception_handler(Exception, defect)
    app.add_exception_handler(ProblemError, problem)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)

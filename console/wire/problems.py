"""Problems: what the API answers where a request cannot be done (RFC 9457), with a code that the page can rely on."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, Field


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
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        fields: Mapping[str, str] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.status, self.code, self.detail = status, code, detail
        self.fields = dict(fields or {})
        self.retry_after_s = retry_after_s

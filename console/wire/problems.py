"""Problems: what the API answers where a request cannot be done (RFC 9457), with a code that the page can rely on."""

from __future__ import annotations

from streams.serving.problems import FieldFault, ProblemBody, ProblemError

__all__ = ["FieldFault", "ProblemBody", "ProblemError"]

"""Problems: every error of the console's API as problem+json (`streams/serving/problems.py`)."""

from __future__ import annotations

from streams.serving.problems import MEDIA_TYPE, RESPONSES, TITLES, ProblemError, answer, install

__all__ = ["MEDIA_TYPE", "RESPONSES", "TITLES", "ProblemError", "answer", "install"]

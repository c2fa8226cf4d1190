"""Wire base: what all parts of the API have in common: frozen, strict, and no field that is not declared."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

from schemas.base import Identifier, Utc

__all__ = ["Identifier", "Moment", "Utc", "WireAnswer", "WireBody"]

Moment = Annotated[datetime, PlainSerializer(lambda at: at.isoformat(timespec="milliseconds").replace("+00:00", "Z"))]
"""A moment as the API tells it: RFC 3339 in UTC with milliseconds."""


class WireAnswer(BaseModel):
    """Wire answer: something that the API answers."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, json_schema_serialization_defaults_required=True
    )


class WireBody(BaseModel):
    """Wire body: what a request carries. Types are strict (`false` is no revision), and no value is shown in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)

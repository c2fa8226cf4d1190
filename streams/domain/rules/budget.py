"""Budget rules: how many alerts a control room can take, and what is grouped beyond that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from schemas.base import Identifier, Part
from schemas.categories import Priority
from streams.domain.rules.cameras import Seconds

Operators = Annotated[int, Field(ge=1, le=100)]
Alerts = Annotated[int, Field(ge=1, le=1_000, description="Per operator")]


class FloodRule(Part):
    """A flood, by the alerts that ask for attention within a window, shown or grouped; all numbers per operator."""

    window_s: Annotated[Seconds, Field(gt=0)]
    starts_above: Alerts
    ends_below: Alerts
    shown_at_most: Annotated[Alerts, Field(description="Without the summary, in the window; P1 goes beyond it")]
    places: Annotated[
        Mapping[Priority, Alerts],
        Field(description="Of a priority: shown while so few stand there; the rest is kept free"),
    ] = {}
    groups: Annotated[tuple[Priority, ...], Field(description="Grouped while the flood lasts")]

    @model_validator(mode="after")
    def _with_hysteresis(self) -> FloodRule:
        if self.ends_below > self.starts_above:
            raise ValueError(f"expected ends_below at most starts_above, {self.starts_above}, got {self.ends_below}")
        return self


class LongTermRule(Part):
    """Long-term rule: alerts per operator that a long window may have shown before one of a priority is grouped."""

    window_s: Annotated[Seconds, Field(gt=0)]
    shown_at_most: Mapping[Priority, Alerts]

    @field_validator("shown_at_most")
    @classmethod
    def _lowest_first(cls, limits: Mapping[Priority, int]) -> Mapping[Priority, int]:
        if Priority.P2 in limits:
            raise ValueError("P2 is not grouped for a long-term budget")
        if limits.get(Priority.P4, 0) > limits.get(Priority.P3, 1_000):
            raise ValueError("expected no more for P4 than for P3: the lowest is grouped first")
        return limits


class ChatteringRule(Part):
    """A source or an alert that asks this often within a window chatters."""

    activations: Annotated[int, Field(ge=2, le=100)]
    window_s: Annotated[Seconds, Field(gt=0)]


class BudgetRule(Part):
    """The budget of every control room. P1 is never grouped."""

    operators: Annotated[Operators, Field(description="At work in a control room that `rooms` does not name")]
    rooms: Mapping[Identifier, Operators]
    flood: FloodRule
    long_term: LongTermRule
    log_apart: Annotated[
        bool,
        Field(description="P4, which is for the log, takes nothing of the hour of P1 to P3 and makes no flood of them"),
    ] = False
    listed_at_most: Annotated[int, Field(ge=0, le=500, description="Alerts that a summary names; it counts all")]
    chattering: ChatteringRule
    stale_after_s: Annotated[Seconds, Field(gt=0)]

    @model_validator(mode="after")
    def _never_p1(self) -> BudgetRule:
        if Priority.P1 in self.flood.groups or Priority.P1 in self.long_term.shown_at_most:
            raise ValueError("P1 is never grouped")
        return self

    def operators_in(self, room: str) -> int:
        """Return how many operators share the alerts of a control room."""
        return self.rooms.get(room, self.operators)

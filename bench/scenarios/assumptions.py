"""Assumptions: what the generator takes for granted, as `assumptions.yaml` says it, checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from schemas.base import Identifier, Part
from schemas.categories import Category, Priority
from streams.config.yaml import parse_yaml

FILE: Final = "assumptions.yaml"

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(ge=0)]
Span = tuple[Positive, Positive]
"""The lowest and the highest value; drawn evenly between."""


class Partner(Part):
    """Partner: how a partner errs. Shares are of its reports."""

    when_share: Annotated[float, Field(ge=0, le=1, description="Says when it happened, and not only when it reports")]
    accuracy_m: Annotated[float, Field(gt=0)]
    gross_share: Share
    missing_share: Share
    transport_s: Positive
    clock_sd_s: Positive
    duplicate_share: Share
    update_share: Share
    late_share: Share
    unsaid_share: Annotated[float, Field(ge=0, le=1, description="Says no priority")]


class Reporting(Part):
    """Reporting: what one partner says of a kind of situation, and how often, how late, and by how many callers."""

    partner: Identifier
    code: str
    says: str
    share: Share
    delay_s: Positive
    callers: Positive


class AssumedSituation(Part):
    """A kind of situation and its true priority."""

    category: Category
    priority: Priority
    per_day: Positive
    place: Literal["home", "public", "anywhere"]
    lasts_s: Span
    persons: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]
    false_share: Share
    wrong: tuple[str, ...]
    reports: Annotated[tuple[Reporting, ...], Field(min_length=1)]


class CrowdTruth(Part):
    """Crowd truth: from which true density on a crowd has which priority."""

    from_per_m2: Positive
    priority: Priority


class CrowdAssumptions(Part):
    """Crowds at squares."""

    levels: tuple[CrowdTruth, ...]
    peaks_per_m2: Annotated[tuple[Positive, ...], Field(min_length=1)]
    lasts_s: Span
    reports: tuple[Reporting, ...]


class SeeingAssumed(Part):
    """Seeing assumed: what a detector makes of the persons in a zone."""

    read: Annotated[tuple[tuple[Positive, Positive], ...], Field(min_length=2)]
    precision: Annotated[float, Field(gt=0, le=1)]
    ghosts_per_hour: Positive
    track_s: Annotated[float, Field(gt=0)]
    false_objects_per_day: Positive
    objects_per_day: Positive
    behind_s: Positive
    bursts: Annotated[int, Field(ge=0)]
    passer_s: Annotated[float, Field(gt=0)]
    waiting_share: Share
    waiting_s: Annotated[float, Field(gt=0)]


class Operators(Part):
    """Operators: what operators do with an alert that they see."""

    acknowledge_s: Span
    close_after_s: Span
    acting_share: Share


class Setting(Part):
    """One kind of scenario."""

    begins: Annotated[str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]
    hours: Annotated[float, Field(gt=0, le=24)]
    flood: bool
    rates: Mapping[str, Positive]
    passers: Positive
    crowds: Annotated[int, Field(ge=0)]
    offline: Annotated[int, Field(ge=0)]
    blind: Annotated[int, Field(ge=0)]

    def rate(self, kind: str) -> float:
        """Return how many times the ordinary rate a kind of situation has here."""
        return self.rates.get(kind, self.rates.get("all", 1.0))


class Assumptions(Part):
    """All of it."""

    version: str
    partners: Mapping[Identifier, Partner]
    gross_error_m: Span
    late_s: Span
    out_of_order_share: Share
    wrong_code_share: Share
    in_view_share: Share
    withdrawn_share: Share
    withdrawn_after_s: Span
    kinds: Mapping[Identifier, AssumedSituation]
    crowds: CrowdAssumptions
    seeing: SeeingAssumed
    operators: Operators
    scenarios: Mapping[Identifier, Setting]

    def model_post_init(self, context: Any, /) -> None:
        """Check that every named partner is known.

        Raises:
            ValueError: One is not.
        """
        reporting = [each for kind in self.kinds.values() for each in kind.reports]
        for each in (*reporting, *self.crowds.reports):
            if each.partner not in self.partners:
                raise ValueError(f"partner {each.partner}: expected one of {', '.join(self.partners)}")


@cache
def load_assumptions() -> Assumptions:
    """Return the assumptions that come with the generator."""
    text = files("bench.scenarios").joinpath(FILE).read_text(encoding="utf-8")
    return parse_yaml(text, FILE, Assumptions, {})

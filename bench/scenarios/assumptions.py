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


class ReportingPartner(Part):
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


class Shows(Part):
    """Shows: what a camera sees of a situation besides who stands about it, each with its chance."""

    run: Share = 0.0
    flight: Share = 0.0
    gathering: Share = 0.0
    together: Share = 0.0


class AssumedSituation(Part):
    """A kind of situation and its true priority."""

    category: Category
    priority: Priority
    per_day: Positive
    place: Literal["home", "public", "anywhere"]
    lasts_s: Span
    persons: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]
    false_share: Share
    shows: Shows = Shows()
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


Number = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]
"""The lowest and the highest number; drawn evenly, both included."""


class StayingAssumed(Part):
    """Staying assumed: a group that stands for a while."""

    persons: Number
    lasts_s: Span


class GatheringAssumed(StayingAssumed):
    """Gathering assumed: many who come within `arrive_s`, stand, and in a share of cases leave all at once."""

    arrive_s: Annotated[float, Field(gt=0)]
    leave_at_once_share: Share


class BusAssumed(Part):
    """Bus assumed: who waits for one, who gets off, and how often somebody runs for it."""

    waiting: Number
    waits_s: Annotated[float, Field(gt=0)]
    alight: Number
    caught_share: Share


class LifeAssumed(Part):
    """Life assumed: what goes on before a camera without any incident."""

    group_sizes: Annotated[tuple[Share, ...], Field(min_length=1)]
    walker_m_per_s: Span
    jog_m_per_s: Span
    race_share: Share
    run_m_per_s: Span
    runners: Annotated[tuple[Share, ...], Field(min_length=1)]
    run_lasts_s: Span
    rider_m_per_s: Span
    rider_lasts_s: Span
    staying: StayingAssumed
    gathering: GatheringAssumed
    bus: BusAssumed
    flight_per_hour: Positive
    by_hour: Annotated[tuple[Positive, ...], Field(min_length=24, max_length=24)]


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
    noise_s: Annotated[float, Field(gt=0)]
    run_seen: Share
    fleeing_seen: Share


class Operators(Part):
    """Operators: what operators do with an alert that they see."""

    acknowledge_s: Span
    close_after_s: Span
    acting_share: Share


class Doubtful(Part):
    """Doubtful: before each camera, every so often, a report of one of `kinds` (by weight), and a share of them about nothing."""

    every_s: Annotated[int, Field(gt=0)]
    nothing_share: Share
    kinds: Mapping[Identifier, Positive]


class Setting(Part):
    """One kind of scenario."""

    begins: Annotated[str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]
    hours: Annotated[float, Field(gt=0, le=24)]
    flood: bool
    listed: bool = True
    doubtful: Doubtful | None = None
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
    partners: Mapping[Identifier, ReportingPartner]
    gross_error_m: Span
    late_s: Span
    out_of_order_share: Share
    wrong_code_share: Share
    in_view_share: Share
    withdrawn_share: Share
    withdrawn_after_s: Span
    kinds: Mapping[Identifier, AssumedSituation]
    crowds: CrowdAssumptions
    life: LifeAssumed
    seeing: SeeingAssumed
    operators: Operators
    scenarios: Mapping[Identifier, Setting]

    def model_post_init(self, context: Any, /) -> None:
        """Check that every named partner and kind is known.

        Raises:
            ValueError: One is not.
        """
        reporting = [each for kind in self.kinds.values() for each in kind.reports]
        for each in (*reporting, *self.crowds.reports):
            if each.partner not in self.partners:
                raise ValueError(f"partner {each.partner}: expected one of {', '.join(self.partners)}")
        for setting in self.scenarios.values():
            for name in setting.doubtful.kinds if setting.doubtful else ():
                if name not in self.kinds:
                    raise ValueError(f"kind {name}: expected one of {', '.join(self.kinds)}")


@cache
def load_assumptions() -> Assumptions:
    """Return the assumptions that come with the generator."""
    text = files("bench.scenarios").joinpath(FILE).read_text(encoding="utf-8")
    return parse_yaml(text, FILE, Assumptions, {})

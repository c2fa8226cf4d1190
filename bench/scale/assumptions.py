"""PlanAssumptions and figures: what a plan is made from: what nobody measured here, and what `bench scale --simulate` did."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from streams.config.yaml import parse_yaml, read_yaml

M = TypeVar("M", bound=BaseModel)
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, le=1)]
HOURS_A_MONTH: Final = 730


class PlanAssumptions(BaseModel):
    """Plan assumptions: what was not measured by the same command; `assumptions.yaml` says what each is. Euros without VAT."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: dt.date
    active_share: Share
    peak_active_share: Share
    zones_per_camera: Positive
    reports_per_camera_day: Positive
    peak_reports: Positive
    open_hours: Positive
    fps: Positive
    quiet_every_s: Positive
    picture_bytes: Positive
    detect_ms: Positive
    decode_active_share: Share
    decode_quiet_share: Share
    card_pictures_per_s: Positive
    edge_box_cores: Annotated[int, Field(ge=1)]
    edge_detect_ms: Positive
    fill: Share
    copies: Annotated[int, Field(ge=1)]
    single_below: Annotated[int, Field(ge=0)]
    broker_mb_per_s: Positive
    broker_disk_gb: Positive
    months: Annotated[int, Field(ge=1)]
    kwh_euros: Positive
    server_euros: Positive
    server_cores: Annotated[int, Field(ge=1)]
    server_gb: Positive
    core_watts: Positive
    card_euros: Positive
    card_watts: Positive
    disk_gb_euros: Positive
    edge_box_euros: Positive
    edge_box_watts: Positive

    def month(self, euros: float, watts: float) -> float:
        """Return the euros that a thing costs a month: its purchase by months, and its electricity."""
        return euros / self.months + watts / 1e3 * HOURS_A_MONTH * self.kwh_euros

    @property
    def core_month(self) -> float:
        """Return the euros of a core with its share of a server's memory, a month."""
        return self.month(self.server_euros / self.server_cores, self.core_watts)

    @property
    def gb_per_core(self) -> float:
        """Return the memory that comes with a core, in GB."""
        return self.server_gb / self.server_cores


class EventCost(BaseModel):
    """Event cost: what one kind of event cost in processor time (µs), and left on topics (bytes and records per event)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    broker_us: float | None = None
    bytes: dict[str, float]
    records: dict[str, float]


class Observations(EventCost):
    """Observations: what one costs."""

    corroborate_us: Positive
    plain_us: Positive


class Detected(EventCost):
    """Detected: what the detections of a picture cost."""

    observe_us: Positive


class Reports(EventCost):
    """Reports: what one costs, with all that comes of it."""

    locate_us: Positive
    corroborate_us: Positive
    decide_us: Positive
    decide_us_per_evidence: Positive
    plain_us: Positive

    @property
    def all_us(self) -> float:
        """Return what a report costs all stages together."""
        return self.locate_us + self.corroborate_us + self.decide_us


class Memory(BaseModel):
    """Memory: what a process holds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kb_per_camera: dict[str, float]
    kb_per_open_alert: float
    mb_per_process: dict[str, float]


class Figures(BaseModel):
    """Figures: what `bench scale --simulate --json` printed. `figures.json` has those that docs/scaling.md is made from."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cameras: Annotated[int, Field(gt=0)]
    observations: Observations
    detections: Detected
    reports: Reports
    memory: Memory
    start_cpu_s: dict[str, float]
    idle_share: dict[str, float]
    tick_bytes: float


def load_figures(path: Path | None = None) -> Figures:
    """Return the figures of a file, or those of the project.

    Raises:
        FileError: The file is none of `bench scale --simulate --json`.
    """
    return _load(path, "figures.json", Figures)


def load_assumptions(path: Path | None = None) -> PlanAssumptions:
    """Return the assumptions of a file, or those of the project.

    Raises:
        FileError: One line with the file, the line, the field and what was expected.
    """
    return _load(path, "assumptions.yaml", PlanAssumptions)


def _load(path: Path | None, name: str, model: type[M]) -> M:
    if path is not None:
        return read_yaml(path, model)
    return parse_yaml(files("bench.scale").joinpath(name).read_text(encoding="utf-8"), f"bench/scale/{name}", model)

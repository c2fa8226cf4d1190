"""Makes scenarios from a seed: the same seed gives the same files, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import yaml

from bench.scenarios.assumptions import FILE, Assumptions, load_assumptions
from bench.scenarios.happening import Happened, ScenarioWorld, happen
from bench.scenarios.layout import (
    CAMERAS as CAMERAS_FILE,
)
from bench.scenarios.layout import (
    INPUTS,
    SCENARIO,
    TRUTH,
    ActionInput,
    AnyInput,
    ReportInput,
    ReportRef,
    Scenario,
    StatusInput,
    TrueSituation,
    Truth,
    in_order,
)
from bench.scenarios.reporting import ReportingPartners, Sent, numbered
from bench.scenarios.showing import Floats, shown, spans
from bench.scenarios.town import CAMERAS, MadeCamera, registry
from schemas.actions import Action
from schemas.cameras import CameraState
from streams.domain.geometry.ground import to_lat_lon

DAY: Final = datetime(2026, 11, 24, tzinfo=ZoneInfo("Europe/Amsterdam"))
"""The day of all scenarios, in local time; only New Year's Eve by name is one."""
TUNING_SEEDS: Final = (1, 2, 3)
"""Look at these while rules are changed."""
HELD_OUT_SEEDS: Final = (101, 102, 103)
"""Report on these."""
_BURST_S: Final = 60


@dataclass(frozen=True, slots=True)
class Made:
    """A scenario and its truth."""

    scenario: Scenario
    inputs: Sequence[AnyInput]
    truth: Truth


def make(kind: str, seed: int, hours: float | None = None) -> Made:
    """Return one scenario.

    Args:
        kind: One of the assumptions' scenarios.
        seed: Of all chance in it.
        hours: How long it lasts, where that is to be shorter than its own time.
    """
    assumed = load_assumptions()
    setting = assumed.scenarios[kind]
    duration_s = int(3_600 * min(setting.hours, hours or setting.hours))
    chance = np.random.default_rng([seed, *kind.encode()])
    hour, minute = (int(part) for part in setting.begins.split(":"))
    scenario = Scenario(
        name=f"{kind}-{seed:03d}",
        kind=kind,
        flood=setting.flood,
        listed=setting.listed,
        start=DAY + timedelta(hours=hour, minutes=minute),
        duration_s=duration_s,
        seed=seed,
        assumptions=f"bench/scenarios/{FILE} version {assumed.version}",
    )
    world = happen(chance, assumed, setting, duration_s)
    partners = ReportingPartners(chance, assumed, scenario.start)
    sent = [line for number, thing in enumerate(world.things) for line in partners.lines(number, thing, duration_s)]
    sent = [line for line in sent if line.at_s < duration_s]
    ids = numbered(sent)
    inputs: list[AnyInput] = [
        ReportInput(kind="report", at_s=round(each.at_s, 3), line={"source_id": ids[each.call], **each.line})
        for each in sent
    ]
    inputs += _seen(chance, assumed, world, duration_s)
    situations = _truth(world.things, sent, ids)
    inputs += _actions(chance, assumed, situations, duration_s)
    truth = Truth(situations=tuple(situations), flood_from_s=0.0 if setting.flood else None)
    return Made(scenario, in_order(inputs), truth)


def write(folder: Path, made: Made) -> Path:
    """Write a scenario into a folder of its name, and return that."""
    path = folder / made.scenario.name
    path.mkdir(parents=True, exist_ok=True)
    scenario = made.scenario.model_dump(mode="json")
    (path / SCENARIO).write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    (path / CAMERAS_FILE).write_text(yaml.safe_dump(registry(), sort_keys=False), encoding="utf-8")
    lines = [each.model_dump_json(exclude_defaults=True) for each in made.inputs]
    (path / INPUTS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    truth = json.dumps(made.truth.model_dump(mode="json", exclude_defaults=True), indent=1)
    (path / TRUTH).write_text(f"{truth}\n", encoding="utf-8")
    return path


def write_set(folder: Path, seeds: Sequence[int], hours: float | None = None) -> list[Path]:
    """Write one scenario of each kind for each seed."""
    kinds = load_assumptions().scenarios
    return [write(folder, make(kind, seed, hours)) for seed in seeds for kind in kinds]


def _seen(chance: np.random.Generator, assumed: Assumptions, world: ScenarioWorld, duration_s: int) -> list[AnyInput]:
    """Return what cameras show, and when they cannot."""
    inputs: list[AnyInput] = []
    for camera in CAMERAS:
        happening = world.before[camera.name]
        told = shown(chance, camera, happening, duration_s, assumed.seeing, assumed.life)
        inputs += spans(camera, told, _arrivals(chance, assumed, duration_s))
        for offline in happening.offline:
            inputs += _away(camera, offline, "stream", CameraState.OFFLINE, "lost")
        for blind in happening.blind:
            inputs += _away(camera, blind, "view", CameraState.DEGRADED, "blinded")
    return inputs


def _arrivals(chance: np.random.Generator, assumed: Assumptions, duration_s: int) -> Floats:
    """Return when the observation of each second arrives; in a burst many arrive together."""
    arrives_s = np.arange(duration_s) + 1.0 + assumed.seeing.behind_s
    for _ in range(assumed.seeing.bursts):
        start = int(chance.integers(0, max(1, duration_s - _BURST_S)))
        arrives_s[start : start + _BURST_S] += round(float(chance.uniform(20, 50)))
    return np.maximum.accumulate(arrives_s)


def _away(camera: MadeCamera, span: tuple[int, int], aspect: str, state: CameraState, reason: str) -> list[AnyInput]:
    told = ((span[0] + 3.0, state, reason), (span[1] + 3.0, CameraState.ONLINE, "connected"))
    return [
        StatusInput.model_validate(
            {"kind": "status", "at_s": at_s, "camera_id": camera.name, "aspect": aspect, "state": to, "reason": why}
        )
        for at_s, to, why in told
    ]


def _truth(things: Sequence[Happened], sent: Sequence[Sent], ids: dict[int, str]) -> list[TrueSituation]:
    """Return the true situations: those of which anything is told in the time of the scenario."""
    told: dict[int, list[Sent]] = {}
    for each in sent:
        told.setdefault(each.thing, []).append(each)
    situations: list[TrueSituation] = []
    for number, thing in enumerate(things):
        lines = told.get(number, [])
        if not lines and not thing.episodes:
            continue
        lat, lon = to_lat_lon(thing.point)
        refs = dict.fromkeys((each.partner, ids[each.call]) for each in sorted(lines, key=lambda each: each.at_s))
        known = [each.at_s for each in lines] + ([thing.by_itself_s] if thing.by_itself_s is not None else [])
        situations.append(
            TrueSituation(
                id=f"t{number:04d}",
                category=thing.category,
                priority=thing.priority,
                lat=round(lat, 6),
                lon=round(lon, 6),
                from_s=round(thing.from_s, 1),
                until_s=round(thing.until_s, 1),
                known_s=round(min(known), 3),
                false_report=thing.nothing,
                in_view_of=thing.in_view_of,
                reports=tuple(ReportRef(source=partner, source_id=source_id) for partner, source_id in refs),
                episodes=thing.episodes,
            )
        )
    return situations


def _actions(
    chance: np.random.Generator, assumed: Assumptions, situations: Sequence[TrueSituation], duration_s: int
) -> list[AnyInput]:
    """Return what operators do with the alerts that they see: acknowledge, and close when it is over or was nothing."""
    inputs: list[AnyInput] = []
    rule = assumed.operators
    for each in situations:
        if not (each.needs_operator or each.false_report) or chance.random() >= rule.acting_share:
            continue
        seen_s = each.known_s + float(chance.uniform(*rule.acknowledge_s))
        over_s = max(seen_s, each.until_s) + float(chance.uniform(*rule.close_after_s))
        ref = each.reports[0] if each.reports else None
        about = {"source": ref.source, "source_id": ref.source_id} if ref else {"camera_id": each.episodes[0].camera_id}
        last = Action.FALSE_ALARM if each.false_report else Action.CLOSE
        for at_s, action in ((seen_s, Action.ACKNOWLEDGE), (over_s, last)):
            if at_s < duration_s:
                inputs.append(
                    ActionInput.model_validate({"kind": "action", "at_s": round(at_s, 3), "action": action, **about})
                )
    return inputs

"""Which stages there are, by name, and how each is made from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from streams.canary.partitions import canaries, with_canaries
from streams.config.rules_file import Rules, load_rules
from streams.config.yaml import read_yaml
from streams.domain.alerts.suppression import NO_PLAN, Plan
from streams.domain.cameras.registry import Registry
from streams.errors import ConfigurationError
from streams.settings import Settings, read_time_zone
from streams.stages.base import PictureStage, Stage


@dataclass(frozen=True)
class Parts:
    """What stages are made from; each file is read when the first stage asks for it."""

    settings: Settings

    @cached_property
    def registry(self) -> Registry:
        """Return the camera registry."""
        if self.settings.registry is None:
            raise ConfigurationError("environment", "TOEZICHT_REGISTRY", "", "the path of a camera registry (YAML)")
        return read_yaml(self.settings.registry, Registry)

    @cached_property
    def with_canaries(self) -> Registry:
        """Return the registry with the canaries' own control rooms and cameras."""
        return with_canaries(self.registry)

    @cached_property
    def rules(self) -> Rules:
        """Return the priority rules: the configured ones, else the built-in ones."""
        return load_rules(self.settings.rules)

    @cached_property
    def plan(self) -> Plan:
        """Return the plan of what is expected; an empty one where none is configured.

        Raises:
            ConfigurationError: It names a control room or a camera that the registry does not have.
        """
        path = self.settings.plan
        if path is None:
            return NO_PLAN
        plan = read_yaml(path, Plan)
        unknown = plan.unknown(self.registry)
        if unknown is not None:
            raise ConfigurationError(str(path), *unknown)
        return plan


def _detect(parts: Parts) -> PictureStage:
    from streams.config.calibrations import tracking_grounds
    from streams.stages.detect.stage import Detect  # needs the vision extra: imported only where it runs

    # It can do without a registry; then no camera is followed on the ground.
    file = parts.settings.registry
    grounds = {} if file is None else tracking_grounds(parts.registry.cameras, file.parent)
    return Detect.from_settings(parts.settings, grounds)


def _observe(parts: Parts) -> Stage:
    from streams.config.calibrations import ground_maps
    from streams.stages.observe import Observe

    registry, settings = parts.registry, parts.settings
    assert settings.registry is not None  # or there would be no registry
    grounds = ground_maps(registry, settings.registry.parent)
    return Observe(parts.with_canaries, parts.rules, read_time_zone(settings.time_zone), grounds)


def _locate(parts: Parts) -> Stage:
    from streams.stages.locate import Locate

    return Locate(parts.registry, parts.rules, parts.settings.time_zone, canaries())


def _corroborate(parts: Parts) -> Stage:
    from streams.stages.corroborate.stage import Corroborate

    return Corroborate(parts.with_canaries, parts.rules)


def _decide(parts: Parts) -> Stage:
    from streams.stages.decide.stage import Decide

    return Decide(parts.rules, parts.registry.version, parts.plan)


def _trends(parts: Parts) -> Stage:
    from streams.config.trend_files import load_areas, load_safety_plan
    from streams.stages.trends.stage import Trends

    settings = parts.settings
    return Trends(
        load_safety_plan(settings.safety_plan), load_areas(settings.areas), read_time_zone(settings.time_zone)
    )


def _shadow(parts: Parts) -> Stage:
    from streams.stages.decide.shadow import Shadow

    file = parts.settings.shadow_rules
    if file is None:
        raise ConfigurationError("environment", "TOEZICHT_SHADOW_RULES", "", "the path of rules (YAML) to run beside")
    return Shadow(load_rules(file), parts.registry.version, parts.plan)


STAGES: Final[dict[str, Callable[[Parts], Stage | PictureStage]]] = {
    "detect": _detect,
    "observe": _observe,
    "locate": _locate,
    "corroborate": _corroborate,
    "decide": _decide,
    "trends": _trends,
    "shadow": _shadow,
}


def make_stages(names: list[str], settings: Settings) -> list[Stage | PictureStage]:
    """Return the named stages.

    Raises:
        ConfigurationError: A name is unknown or given twice, or a file that a stage needs is missing or wrong.
    """
    parts = Parts(settings)
    for name in names:
        if name not in STAGES:
            raise ConfigurationError("worker", "NAME", name, "one of " + ", ".join(STAGES))
    if len(set(names)) != len(names):
        raise ConfigurationError("worker", "NAME", " ".join(names), "each stage once")
    return [STAGES[name](parts) for name in names]

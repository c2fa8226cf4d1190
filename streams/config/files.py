"""Configuration files as models of the domain: rules, safety plan, areas, registry and suppression plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from streams.config.registry import load_registry, load_registry_head
from streams.config.yaml import parse_yaml, read_yaml
from streams.domain.alerts.suppression import NO_PLAN, Plan
from streams.domain.cameras.registry import Registry, RegistryHead
from streams.domain.rules.rules import Rules
from streams.errors import ConfigurationError
from streams.settings import Settings

if TYPE_CHECKING:  # each stage loads what its own files need
    from streams.domain.partners.need_to_know import Partners
    from streams.domain.trends.areas import AreaMap
    from streams.domain.trends.safety_plan import SafetyPlan

DEFAULT_RULES: Final = "default.yaml"
"""The built-in rules, beside the model that reads them."""
DEFAULT_PLAN: Final = "safety_plan.yaml"
"""The plan of the municipality that the product was made for, likewise."""


def load_rules(path: Path | None = None) -> Rules:
    """Return the rules of a file, or the built-in ones where no file is named.

    Raises:
        FileError: One line with the file, the line, the field and what was expected.
    """
    if path is not None:
        return read_yaml(path, Rules)
    text = files("streams.domain.rules").joinpath(DEFAULT_RULES).read_text(encoding="utf-8")
    return parse_yaml(text, f"streams/domain/rules/{DEFAULT_RULES}", Rules)


def load_safety_plan(path: Path | None = None) -> SafetyPlan:
    """Return the plan of a file, or the one that comes with the product.

    Raises:
        FileError: One line with the file, the line, the field and what was expected.
    """
    from streams.domain.trends.safety_plan import SafetyPlan

    if path is not None:
        return read_yaml(path, SafetyPlan)
    text = files("streams.domain.trends").joinpath(DEFAULT_PLAN).read_text(encoding="utf-8")
    return parse_yaml(text, f"streams/domain/trends/{DEFAULT_PLAN}", SafetyPlan)


def load_areas(path: Path | None) -> AreaMap:
    """Return the areas of a GeoJSON file (YAML of the same form will do), or the control room as the only one.

    Raises:
        FileError: One line with the file, the line, the field and what was expected.
    """
    from streams.domain.trends.areas import AreaMap, Areas

    return AreaMap(None if path is None else read_yaml(path, Areas))


@dataclass(frozen=True)
class ConfigFiles:
    """The configuration files that the settings name; each is read when it is asked for first."""

    settings: Settings

    @cached_property
    def registry(self) -> Registry:
        """Return the camera registry."""
        return load_registry(self._registry_file)

    @property
    def registry_head(self) -> Registry | RegistryHead:
        """Return the registry's version and rooms, for a stage that sees no camera: of the whole one where another read it."""
        return self.registry if "registry" in vars(self) else load_registry_head(self._registry_file)

    @cached_property
    def rules(self) -> Rules:
        """Return the priority rules: the configured ones, else the built-in ones."""
        return load_rules(self.settings.rules)

    @cached_property
    def partners(self) -> Partners:
        """Return what partners may see, held against the rules: the configured file, else the built-in one."""
        from streams.config.partners import load_partners

        return load_partners(self.settings.partners, self.rules)

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

    @property
    def _registry_file(self) -> Path:
        if self.settings.registry is None:
            raise ConfigurationError("environment", "TOEZICHT_REGISTRY", "", "the path of a camera registry (YAML)")
        return self.settings.registry

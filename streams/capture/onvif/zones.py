"""Zones of camera rules: a file that says which rule of which camera tells of which zone of the registry, and of what.

Example::

    version: "2026-1"
    cameras:
      - camera: plein-1                 # of the registry
        prefix: gemeente/plein-1        # of its MQTT topics, before /onvif-ej/
        rules:
          - {rule: Bankje, event: RuleEngine/LoiteringDetector/ObjectIsLoitering, zone: bank, tells: dwelling}
          - {rule: Telling, event: RuleEngine/CountAggregation/OccupancyCounter, zone: bank}

A zone that `observe` looks at in pictures should be none of these: two would tell of the same second of the same zone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator, model_validator

from schemas.base import Identifier, Part
from schemas.observations import SituationKind
from streams.capture.onvif.event import LONGEST_NAME, TELLS, CameraEvent, NotTaken
from streams.config.yaml import read_yaml
from streams.domain.cameras.registry import Camera, Registry
from streams.errors import ConfigurationError

_WILD: Final = frozenset("+#\x00")


class RuleZone(Part):
    """Rule zone: what one rule of a camera tells."""

    rule: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    event: str
    zone: Identifier
    tells: SituationKind | None = None

    @model_validator(mode="after")
    def _known(self) -> RuleZone:
        allowed = TELLS.get(self.event)
        if allowed is None:
            raise ValueError(f"event {self.event} is none of: {', '.join(TELLS)}")
        if self.tells not in allowed:
            names = ", ".join(sorted("nothing (a count)" if each is None else each.value for each in allowed))
            raise ValueError(f"{self.event} cannot tell {self.tells}, expected one of: {names}")
        return self


class RuleCamera(Part):
    """Rule camera: one camera and its rules."""

    camera: Identifier
    prefix: Annotated[str, Field(min_length=1, max_length=200, description="Of its topics, before /onvif-ej/")]
    rules: Annotated[tuple[RuleZone, ...], Field(min_length=1, max_length=100)]

    @field_validator("prefix")
    @classmethod
    def _plain(cls, prefix: str) -> str:
        if set(prefix) & _WILD or prefix.startswith(("/", "$")) or prefix.endswith("/") or not prefix.isprintable():
            raise ValueError("expected a topic's beginning without + and #, such as gemeente/plein-1")
        return prefix


class RuleZones(Part):
    """Rule zones: the whole file."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    cameras: Annotated[tuple[RuleCamera, ...], Field(min_length=1, max_length=2_000)]

    @model_validator(mode="after")
    def _unique(self) -> RuleZones:
        for what in ("camera", "prefix"):
            names = [getattr(each, what) for each in self.cameras]
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"two entries have the {what} {twice[0]}")
        return self


class ZonesOfRules:
    """Zones of rules: which zone an event is about.

    Args:
        file: The checked file.
        registry: The cameras.
        path: The file's name, for errors.

    Raises:
        ConfigurationError: It names a camera or zone that the registry does not have; all of them.
    """

    def __init__(self, file: RuleZones, registry: Registry, path: str = "") -> None:
        missing: list[str] = []
        self._by_prefix: dict[str, tuple[Camera, dict[tuple[str, str], RuleZone]]] = {}
        for each in file.cameras:
            camera = registry.camera(each.camera)
            if camera is None:
                missing.append(f"camera {each.camera}")
                continue
            zones = {zone.id for zone in camera.zones}
            missing += [f"zone {rule.zone} of {each.camera}" for rule in each.rules if rule.zone not in zones]
            self._by_prefix[each.prefix] = (camera, {(rule.event, rule.rule): rule for rule in each.rules})
        if missing:
            raise ConfigurationError(path, "cameras", ", ".join(missing), f"what the registry {registry.version} has")

    @property
    def prefixes(self) -> list[str]:
        """Return the topics' beginnings."""
        return list(self._by_prefix)

    @property
    def cameras(self) -> list[str]:
        """Return the cameras' ids."""
        return [camera.id for camera, _ in self._by_prefix.values()]

    def find(self, event: CameraEvent) -> tuple[Camera, RuleZone] | NotTaken:
        """Return the camera and what its rule tells, or why not."""
        known = self._by_prefix.get(event.prefix)
        if known is None:
            return NotTaken.UNKNOWN_CAMERA
        rule = known[1].get((event.event, event.rule))
        return NotTaken.UNKNOWN_RULE if rule is None else (known[0], rule)


def load_zones(path: Path, registry: Registry) -> ZonesOfRules:
    """Return a file's zones of rules. Raises FileError and ConfigurationError."""
    return ZonesOfRules(read_yaml(path, RuleZones), registry, str(path))

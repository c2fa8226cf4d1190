"""Worker stages: which stages there are, by name, and how each is made from the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from streams.config.files import ConfigFiles, load_rules
from streams.errors import ConfigurationError
from streams.kafka.record import EncodedOutput
from streams.runtime.send_queue import nothing
from streams.settings import Settings, read_time_zone
from streams.stages.base import PictureStage, Stage


def _detect(parts: ConfigFiles) -> PictureStage:
    from streams.config.calibrations import tracking_grounds
    from streams.stages.detect.stage import Detect  # needs the vision extra: imported only where it runs

    # It can do without a registry; then no camera is followed on the ground.
    file = parts.settings.registry
    grounds = {} if file is None else tracking_grounds(parts.registry.cameras, file.parent)
    sampled = () if file is None else [each.id for each in parts.registry.cameras if each.sampling == "when_needed"]
    return Detect.from_settings(parts.settings, grounds, sampled)


def _observe(parts: ConfigFiles) -> Stage:
    from streams.canary.partitions import with_canaries
    from streams.config.calibrations import ground_maps
    from streams.stages.observe import Observe

    registry, settings = parts.registry, parts.settings
    assert settings.registry is not None  # or there would be no registry
    grounds = ground_maps(registry, settings.registry.parent)
    return Observe(with_canaries(parts.registry), parts.rules, read_time_zone(settings.time_zone), grounds)


def _locate(parts: ConfigFiles) -> Stage:
    from streams.canary.partitions import canaries
    from streams.stages.locate import Locate

    return Locate(parts.registry, parts.rules, parts.settings.time_zone, canaries())


def _corroborate(parts: ConfigFiles) -> Stage:
    from streams.canary.partitions import with_canaries
    from streams.stages.corroborate.stage import Corroborate

    return Corroborate(with_canaries(parts.registry), parts.rules)


def _decide(parts: ConfigFiles) -> Stage:
    from streams.stages.decide.metrics import alerts_from_zero
    from streams.stages.decide.stage import Decide

    plan, head = parts.plan, parts.registry_head  # a plan is held against the whole registry, which is read once then
    alerts_from_zero([room.id for room in head.control_rooms])
    return Decide(parts.rules, head.version, plan)


def _trends(parts: ConfigFiles) -> Stage:
    from streams.config.files import load_areas, load_safety_plan
    from streams.stages.trends.stage import Trends

    settings = parts.settings
    return Trends(
        load_safety_plan(settings.safety_plan), load_areas(settings.areas), read_time_zone(settings.time_zone)
    )


def _share(parts: ConfigFiles) -> Stage:
    from streams.stages.share import Share
    from streams.stages.share_metrics import shared_from_zero

    shared_from_zero(parts.partners.partners)
    return Share(parts.partners, timedelta(seconds=parts.rules.lifetime.forget_s))


def _hits(parts: ConfigFiles) -> Stage:
    from streams.stages.hits import Hits
    from streams.stages.share_metrics import hits_from_zero

    hits_from_zero(parts.partners.partners)
    return Hits(parts.partners, parts.registry)


def _audit(_: ConfigFiles) -> Stage:
    from streams.stages.audit import Audit

    return Audit()


def _shadow(parts: ConfigFiles) -> Stage:
    from streams.stages.decide.metrics import shadow_from_zero
    from streams.stages.decide.shadow import Shadow

    file = parts.settings.shadow_rules
    if file is None:
        raise ConfigurationError("environment", "TOEZICHT_SHADOW_RULES", "", "the path of rules (YAML) to run beside")
    shadow_from_zero()
    return Shadow(load_rules(file), parts.registry.version, parts.plan)


STAGES: Final[dict[str, Callable[[ConfigFiles], Stage | PictureStage]]] = {
    "detect": _detect,
    "observe": _observe,
    "locate": _locate,
    "corroborate": _corroborate,
    "decide": _decide,
    "trends": _trends,
    "share": _share,
    "hits": _hits,
    "shadow": _shadow,
    "audit": _audit,
}


def counter_of(name: str) -> Callable[[Sequence[EncodedOutput]], None]:
    """Return what tells metrics what a stage's confirmed outputs are to operations; each stage loads its own alone."""
    match name:
        case "decide" | "shadow":
            from streams.stages.decide.metrics import count_alerts

            return count_alerts
        case "share" | "hits":
            from streams.stages.share_metrics import count_shared

            return count_shared
        case "trends":
            from streams.stages.trends.metrics import show_targets

            return show_targets
        case _:
            return nothing


def make_stages(names: list[str], settings: Settings) -> list[Stage | PictureStage]:
    """Return the named stages.

    Raises:
        ConfigurationError: A name is unknown or given twice, or a file that a stage needs is missing or wrong.
    """
    parts = ConfigFiles(settings)
    for name in names:
        if name not in STAGES:
            raise ConfigurationError("worker", "NAME", name, "one of " + ", ".join(STAGES))
    if len(set(names)) != len(names):
        raise ConfigurationError("worker", "NAME", " ".join(names), "each stage once")
    return [STAGES[name](parts) for name in names]

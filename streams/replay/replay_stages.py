"""Which stages play a recording with other rules."""

from __future__ import annotations

from streams import topics
from streams.domain.rules.rules import Rules
from streams.errors import ConfigurationError
from streams.replay.recording import Recording
from streams.settings import Settings
from streams.stages.base import Stage
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from streams.worker.stages import Parts


def stages_for(settings: Settings, rules: Rules, recording: Recording, cameras: bool) -> list[Stage]:
    """Return `decide` alone, or all that comes before it too where cameras are asked otherwise.

    Raises:
        ConfigurationError: Cameras are to be asked again, and the recording does not hold the reports, or no registry is set.
    """
    parts = Parts(settings)
    if not cameras:
        return [Decide(rules, registry_version(recording), parts.plan)]
    if not any(record.topic == topics.INCIDENTS for record in recording.sights):
        expected = "reports and observations: export with --cameras, these rules ask cameras something else"
        raise ConfigurationError("replay", "--input", "without them", expected)
    registry = parts.registry
    return [
        Locate(registry, rules, settings.time_zone),
        Corroborate(registry, rules),
        Decide(rules, registry.version, parts.plan),
    ]


def registry_version(recording: Recording) -> str:
    """Return the registry's version as the newest alert tells it."""
    newest = max(recording.alerts.values(), key=lambda alert: alert.changed_at, default=None)
    return newest.registry_version if newest else "unknown"

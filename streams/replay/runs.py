"""The ways to replay, from what was recorded to a result that is printed, and the stages that play it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from schemas.alerts import Alert
from schemas.base import iso_utc
from schemas.decisions import DecisionLog
from streams import topics
from streams.config.files import ConfigFiles
from streams.domain.alerts.suppression import NO_PLAN, Plan
from streams.domain.review.differences import Case, Compared, cases, compare, summary
from streams.domain.rules.rules import Rules
from streams.errors import ConfigurationError
from streams.kafka.decoding import undecodable_line
from streams.replay.follow_log import FollowedLog, ReplayError, follow
from streams.replay.play import PlayedRecording, disorder_s, play
from streams.replay.recording import Recording
from streams.runtime.in_memory import MemoryRows
from streams.settings import Settings
from streams.stages.base import Stage
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate


@dataclass(frozen=True)
class ReplayResult:
    """A result: its document for a program, its lines for a person, and whether it is as it should be."""

    document: dict[str, Any]
    lines: list[str]
    good: bool = True


def follows_log(decisions: Iterable[DecisionLog], rules: Rules) -> bool:
    """Return whether the log was made with these rules, and can be followed."""
    versions = {decision.rules_version for decision in decisions}
    return versions == {rules.version}


def same_rules(
    recording: Recording, rules: Rules, start: Mapping[int, MemoryRows], plan: Plan = NO_PLAN
) -> ReplayResult:
    """Follow the decision log, and compare whole alerts.

    Raises:
        ReplayError: See `streams.replay.follow_log.follow`.
    """
    began_s = time.perf_counter()
    followed = follow(recording, rules, start, plan)
    seconds = time.perf_counter() - began_s
    if not followed.decisions:
        raise ReplayError("the span holds no decision that the start does not hold already")
    same = "no difference in what was compared" if recording.undecodable else "exactly the live alerts"
    document = {"mode": "log", "rules": rules.version, **asdict(followed), **_speed(followed, seconds)}
    lines = [
        f"followed the decision log with rules {rules.version}: {followed.decisions} decisions, {followed.ticks} ticks, "
        f"{followed.alerts} alerts compared, in {seconds:.1f} s",
        *followed.differences,
        f"{followed.differing} differences" if followed.differing else same,
    ]
    if followed.differing:
        lines.append("where these rules are not those that were live, give them a version of their own")
    return _result(recording, document, lines, followed.differing == 0)


def _result(recording: Recording, document: dict[str, Any], lines: list[str], good: bool = True) -> ReplayResult:
    """Return a result that says so where the comparison is not complete: alerts or decisions could not be decoded."""
    undecodable = dict(sorted(recording.undecodable.items()))
    told = [f"NOT COMPLETE: {undecodable_line(undecodable)}"] if undecodable else []
    return ReplayResult({**document, "undecodable": undecodable}, [*lines, *told], good and not undecodable)


def _speed(followed: FollowedLog, seconds: float) -> dict[str, float]:
    return {
        "seconds": round(seconds, 3),
        "inputs_per_s": round((followed.ticks + followed.facts) / max(seconds, 1e-6), 1),
    }


def other_rules(
    recording: Recording, stages: list[Stage], rules: Rules, since: datetime, until: datetime, begins: datetime
) -> ReplayResult:
    """Play what was recorded with other rules, and tell what differs from the live alerts.

    Args:
        recording: It should begin before the span, so that what was open then is known.
        stages: They hold the other rules.
        rules: The other rules.
        since: From when alerts are compared, by their opening (UTC).
        until: The end of the span (UTC).
        begins: When the recording begins (UTC).
    """
    began_s = time.perf_counter()
    played = play(recording, stages, until)
    seconds = time.perf_counter() - began_s
    before = cases(recording.alerts.values(), since, until)
    after = cases(played.alerts, since, until)
    compared = compare(before, after)
    decisions = [each for log in recording.logs.values() for each in log.decisions.values()]
    tolerance = _tolerance(decisions, stages, played, since - begins)
    document = {
        "mode": "time",
        "rules": rules.version,
        "live_rules": sorted({alert.rules_version for alert in recording.alerts.values()}),
        "tolerance": tolerance,
        "inputs": played.inputs,
        "ticks": played.ticks,
        "refused": played.refused,
        "seconds": round(seconds, 3),
        "inputs_per_s": round((played.inputs + played.ticks) / max(seconds, 1e-6), 1),
        **_told(before, after, compared, since, until),
    }
    lines = [
        f"played {played.inputs} inputs with rules {rules.version} in {seconds:.1f} s; the live alerts are of rules "
        f"{', '.join(document['live_rules']) or 'none'}",
        *([f"refused: {played.refused}, live they are dead letters"] if played.refused else []),
        *(f"tolerance: {name.replace('_', ' ')}: {value}" for name, value in tolerance.items()),
        *difference_lines(before, after, compared),
    ]
    return _result(recording, document, lines)


def _tolerance(
    decisions: list[DecisionLog], stages: list[Stage], played: PlayedRecording, before: timedelta
) -> dict[str, Any]:
    again = any(stage.name == "corroborate" for stage in stages)
    return {
        "order": "the time at which the broker took each input first, with one tick a second",
        "live_order_differed_s": disorder_s(decisions) if decisions else None,
        "cameras": "asked again, from what they saw and with today's registry" if again else "as recorded",
        "actions_aimed_anew": played.reaimed,
        "known_before_s": max(0.0, before.total_seconds()),
    }


def shadow_difference(recording: Recording, since: datetime, until: datetime) -> ReplayResult:
    """Tell what the shadow's alerts differ in from the live ones, from when they can be compared.

    Raises:
        ReplayError: The shadow has said nothing in the span.
    """
    shadow = list(recording.shadow_alerts.values())
    if not shadow:
        raise ReplayError("there is no alert of shadow rules in this span")
    newest = max(shadow, key=lambda alert: (alert.changed_at, alert.alert_id)).rules_version
    begins = comparable_from(shadow, newest)
    since = max(since, begins)
    before = cases(recording.alerts.values(), since, until)
    after = cases([alert for alert in shadow if alert.rules_version == newest], since, until)
    compared = compare(before, after)
    document = {
        "mode": "shadow",
        "rules": newest,
        "live_rules": sorted({alert.rules_version for alert in recording.alerts.values()}),
        "comparable_from": iso_utc(begins),
        **_told(before, after, compared, since, until),
    }
    lines = [
        f"shadow rules {newest}, comparable with the live alerts from {iso_utc(begins)}",
        *difference_lines(before, after, compared),
    ]
    return _result(recording, document, lines)


def comparable_from(shadow: Iterable[Alert], rules_version: str) -> datetime:
    """Return from when a shadow can be compared: when it first said something with these rules."""
    return min(alert.changed_at for alert in shadow if alert.rules_version == rules_version)


def _told(
    before: list[Case], after: list[Case], compared: Compared, since: datetime, until: datetime
) -> dict[str, Any]:
    return {
        "from": iso_utc(since),
        "to": iso_utc(until),
        "before": compared.before,
        "after": compared.after,
        "same": compared.same,
        "differences": [each.as_dict() for each in compared.differences],
        "summary": summary(before, after),
    }


def difference_lines(before: list[Case], after: list[Case], compared: Compared) -> list[str]:
    """Return differences and a summary for a person."""
    lines = [
        f"{each.kind:9} {each.before or '--'} -> {each.after or '--'}  {each.case.category.value:22} "
        f"{iso_utc(each.case.opened_at)[:19]}Z  {each.case.control_room_id}  {each.case.alert_id}"
        + (f" ({each.other})" if each.kind in {"joined", "split"} else "")
        for each in compared.differences
    ]
    lines.append(f"{compared.before} alerts before, {compared.after} after, {compared.same} the same")
    for category, found in summary(before, after).items():
        told = ", ".join(f"{priority} {one} -> {other}" for priority, (one, other) in found.items())
        lines.append(f"  {category:22} {told}")
    return lines


def stages_for(settings: Settings, rules: Rules, recording: Recording, cameras: bool) -> list[Stage]:
    """Return `decide` alone, or all that comes before it too where cameras are asked otherwise.

    Raises:
        ConfigurationError: Cameras are to be asked again, and the recording does not hold the reports, or no registry is set.
    """
    parts = ConfigFiles(settings)
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

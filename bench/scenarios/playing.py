"""A scenario through the real stages, in memory: what became of it as alerts.

Reports run through intake as its lines, so that its rules for duplicates, revisions and refusals decide. The present moment is
the moment of arrival. Time is told every second, and for a while after the last input, so that cameras' windows close.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bench.scenarios.layout import ActionInput, ReportInput, SeenInput, StatusInput
from bench.scenarios.loading import Loaded, observations
from bench.scenarios.normal import profiles
from schemas.actions import REASON_CODES, Action, OperatorAction
from schemas.alerts import Alert, AlertState
from schemas.base import Message, derive_id
from schemas.cameras import CameraStatus
from schemas.categories import Category, Priority
from schemas.codec import decode
from schemas.evidence import Coverage, EpisodeFact, Evidence, ReportFact, SightingFact, Verdict
from schemas.observations import Observation
from streams import topics
from streams.domain.alerts.priority.camera_verdicts import best_verdict
from streams.domain.rules.rules import Rules
from streams.intake.intake import Intake
from streams.intake.lines import Line
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.runtime.in_memory import InMemory
from streams.stages.base import Output
from streams.stages.corroborate.normal import row_name
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate

AFTER_S: Final = 1_500
"""Time goes on so long after the last second: more than the longest window (20 min after) and its settling."""
TICK_EVERY_S: Final = 2
"""Telling every second would change nothing: what is due is kept in buckets of 2 and 10 s (`DUE_BUCKET_S` of the stages)."""
TIME_ZONE: Final = "Europe/Amsterdam"
_ACTIVE: Final = frozenset({AlertState.NEW, AlertState.ACKNOWLEDGED})
"""States in which an alert asks for an operator."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A report or an episode within an alert.

    Attributes:
        source: The partner, empty for an episode.
        source_id: Its id.
        camera_id: The camera, empty for a report.
        zone_id: Its zone.
        category: What it is about.
        at_s: When the report was taken in, or the episode began.
    """

    source: str
    source_id: str
    camera_id: str
    zone_id: str
    category: Category
    at_s: float


@dataclass
class PlayedAlert:
    """One alert over the whole scenario.

    Attributes:
        alert_id: Its id.
        facts: What it held at any time.
        shown_s: When it first stood on the operator's list at each priority or a higher one; P4 is never there.
        alone_s: The same, but only while it stood under no cause.
        with_cause_s: The same, but only while it stood under a cause that was on the list, at the same or a higher priority.
        under_cause: Whether it ever stood under a cause.
        grouped: Whether it ever stood in a summary in place of the list.
        summary: Whether it is a summary of others.
    """

    alert_id: str
    facts: dict[str, Fact] = field(default_factory=dict)
    shown_s: dict[Priority, float] = field(default_factory=dict)
    alone_s: dict[Priority, float] = field(default_factory=dict)
    with_cause_s: dict[Priority, float] = field(default_factory=dict)
    under_cause: bool = False
    grouped: bool = False
    summary: bool = False

    @property
    def first_shown_s(self) -> float | None:
        """Return when it first stood on the list, or None."""
        return min(self.shown_s.values(), default=None)

    @property
    def priority(self) -> Priority:
        """Return the highest priority at which it stood on the list; P4 where it never did."""
        return min(self.shown_s, default=Priority.P4)


@dataclass
class PlayedScenario:
    """Played scenario: what became of a scenario.

    Attributes:
        alerts: All alerts, in the order of their opening.
        lines: Lines that were read, by their partner and its id.
        intake: What became of them.
        episodes: Episodes that cameras began, as they stand in alerts.
        seconds_with_something: Observations that show a person or a vehicle.
        observations: All observations.
        actions: Actions that met an alert.
        verdicts: The best that cameras said about each report in the end, by its partner and its id.
    """

    alerts: dict[str, PlayedAlert] = field(default_factory=dict)
    lines: Counter[tuple[str, str]] = field(default_factory=Counter)
    intake: Counter[str] = field(default_factory=Counter)
    episodes: list[Fact] = field(default_factory=list)
    seconds_with_something: int = 0
    observations: int = 0
    actions: int = 0
    verdicts: dict[tuple[str, str], Verdict] = field(default_factory=dict)


Given = ReportInput | StatusInput | ActionInput | Observation
"""What arrives."""


class Player:
    """Plays one scenario."""

    def __init__(self, loaded: Loaded, rules: Rules, tick_every_s: int = TICK_EVERY_S) -> None:
        """Make the stages of one process."""
        self._tick_every_s = tick_every_s
        self._loaded = loaded
        self._start = loaded.scenario.start
        self._now = self._start
        registry = loaded.registry
        self._rooms = {camera.id: camera.control_room for camera in registry.cameras}
        self._stages = InMemory(
            [
                Locate(registry, rules, TIME_ZONE),
                Corroborate(registry, rules),
                Decide(rules, registry.version),
            ]
        )
        for camera_id, bucket, row in profiles(registry, self._start, loaded.scenario.duration_s, ZoneInfo(TIME_ZONE)):
            self._stages.rows["corroborate"].put(row_name(camera_id, None, bucket), row)
        self._intake = Intake(RecordedReports(load_categories()), None, lambda: self._now)
        self._facts: dict[str, Fact] = {}
        self._newest: dict[str, Alert] = {}
        self._episodes: set[str] = set()
        self._reports: dict[str, tuple[str, str]] = {}
        self._said: dict[str, dict[str, Verdict]] = {}
        self.played = PlayedScenario()

    def play(self) -> PlayedScenario:
        """Play all inputs, with time told in between."""
        tick_s = 0
        for at_s, given in self._arrivals():
            while tick_s <= at_s:
                self._tick(tick_s)
                tick_s += self._tick_every_s
            self._now = self._start + timedelta(seconds=at_s)
            self._give(given)
        for rest_s in range(tick_s, int(self._loaded.scenario.duration_s) + AFTER_S, self._tick_every_s):
            self._tick(rest_s)
        self.played.intake = self._intake.summary.results
        for incident_id, ref in self._reports.items():
            self.played.verdicts[ref] = best_verdict(list(self._said.get(incident_id, {}).values()))
        return self.played

    def _arrivals(self) -> Iterator[tuple[float, Given]]:
        """Yield what arrives, in order; of what arrives together the inputs' order decides."""
        waiting: list[tuple[float, int, Observation, Iterator[tuple[float, Observation]]]] = []
        for number, each in enumerate(self._loaded.inputs):
            while waiting and waiting[0][0] <= each.at_s:
                yield _next(waiting)
            if isinstance(each, SeenInput):
                rest = observations(each, self._start, self._rooms[each.camera_id])
                at_s, first = next(rest)
                heapq.heappush(waiting, (at_s, number, first, rest))
            else:
                yield each.at_s, each
        while waiting:
            yield _next(waiting)

    def _tick(self, at_s: int) -> None:
        self._now = self._start + timedelta(seconds=at_s)
        self._take(self._stages.tick(self._now))

    def _give(self, given: Given) -> None:
        match given:
            case ReportInput():
                ref = (str(given.line.get("source", "")), str(given.line.get("source_id", "")))
                self.played.lines[ref] += 1
                content = json.dumps(given.line).encode()
                outgoing = self._intake.prepare(Line(self._intake.summary.read + 1, content, len(content)))
                if outgoing is not None and outgoing.topic == topics.INCIDENTS:
                    self._send(topics.INCIDENTS, decode(outgoing.record.value, outgoing.record.headers))
            case Observation():
                self.played.observations += 1
                self.played.seconds_with_something += bool(given.count or given.vehicles)
                self._send(topics.OBSERVATIONS, given)
            case StatusInput():
                fields = given.model_dump(exclude={"kind", "at_s"})
                self._send(topics.CAMERA_STATE, CameraStatus(changed_at=self._now, **fields))
            case ActionInput():
                self._act(given)

    def _send(self, topic: str, message: Message) -> None:
        self._take(self._stages.give(topic, message, self._now))

    def _act(self, given: ActionInput) -> None:
        """Let an operator act on the newest alert that holds what the action names; nothing where there is none."""
        for alert in reversed(list(self.played.alerts.values())):
            if any(_names(given, fact) for fact in alert.facts.values()):
                newest = self._newest[alert.alert_id]
                action = OperatorAction(
                    action_id=derive_id("scenario-action", alert.alert_id, given.action.value, self._now.isoformat()),
                    control_room_id=newest.control_room_id,
                    alert_id=alert.alert_id,
                    seen_revision=newest.revision,
                    action=given.action,
                    user=given.user,
                    # a scenario's operator closes what was so: what was not, is a false alarm
                    verdict=(given.reason or "true") if given.action is Action.CLOSE else "",
                    reason_code=given.reason or None if given.action in REASON_CODES else None,
                    until=None if given.for_s is None else self._now + timedelta(seconds=given.for_s),
                    acted_at=self._now,
                )
                self.played.actions += 1
                self._send(topics.OPERATOR_ACTIONS, action)
                return

    def _take(self, outputs: Iterable[Output]) -> None:
        for output in outputs:
            if isinstance(output.message, Evidence):
                self._remember(output.message)
            elif isinstance(output.message, Alert) and output.topic == topics.ALERTS:
                self._see(output.message)

    def _remember(self, evidence: Evidence) -> None:
        """Keep what a report or an episode is, to find it again in alerts by its evidence."""
        match evidence.fact:
            case SightingFact() as sighting:
                self._said.setdefault(sighting.incident_id, {})[evidence.camera_id or ""] = sighting.verdict
            case ReportFact(incident=incident, cameras=cameras):
                self._reports[incident.incident_id] = (incident.source, incident.source_id)
                for each in cameras:
                    if each.coverage is Coverage.IN_VIEW:
                        self._said.setdefault(incident.incident_id, {}).setdefault(each.camera_id, Verdict.PENDING)
                ids = (incident.source, incident.source_id, "", "")
                self._facts[evidence.evidence_id] = Fact(*ids, incident.category, self._second())
            case EpisodeFact() as episode:
                began = episode.episode_id not in self._episodes
                self._episodes.add(episode.episode_id)
                if began:
                    ids = ("", "", evidence.camera_id or "", episode.zone_id)
                    self._facts[episode.episode_id] = Fact(*ids, evidence.category, self._second())
                    self.played.episodes.append(self._facts[episode.episode_id])
                self._facts[evidence.evidence_id] = self._facts[episode.episode_id]

    def _see(self, alert: Alert) -> None:
        self._newest[alert.alert_id] = alert
        seen = self.played.alerts.setdefault(alert.alert_id, PlayedAlert(alert.alert_id))
        for evidence_id in alert.evidence_ids:
            fact = self._facts.get(evidence_id)
            if fact is not None:
                seen.facts.setdefault(
                    f"{fact.source}/{fact.source_id}/{fact.camera_id}/{fact.zone_id}/{_when(fact)}", fact
                )
        seen.summary = seen.summary or bool(getattr(alert, "summary", None))
        if getattr(alert, "grouped_under", None) is not None:
            seen.grouped = True
            return
        if not on_list(alert):
            return
        seen.under_cause = seen.under_cause or alert.under_cause
        stood = [seen.shown_s]
        if not alert.under_cause:
            stood.append(seen.alone_s)
        elif self._with_its_cause(alert):
            stood.append(seen.with_cause_s)
        for priority in Priority:
            if alert.priority <= priority < Priority.P4:
                for times_s in stood:
                    times_s.setdefault(priority, self._second())

    def _with_its_cause(self, alert: Alert) -> bool:
        """Return whether the cause of an alert is an entry of the list, no less urgent."""
        cause = self._newest.get(alert.caused_by or "")
        if cause is None or cause.under_cause or cause.grouped_under is not None:
            return False
        return on_list(cause) and cause.priority <= alert.priority  # as text, P1 < P2

    def _second(self) -> float:
        return (self._now - self._start).total_seconds()


def on_list(alert: Alert) -> bool:
    """Return whether an alert stands on the operator's list: P1 to P3, active, no case for others."""
    return alert.operator_list and alert.priority < Priority.P4 and alert.state in _ACTIVE


def _when(fact: Fact) -> str:
    """Return what tells episodes of one zone apart; a report's revisions are one fact."""
    return "" if fact.source else f"{fact.at_s}"


def _names(given: ActionInput, fact: Fact) -> bool:
    if given.camera_id is not None:
        return fact.camera_id == given.camera_id
    return (fact.source, fact.source_id) == (given.source, given.source_id)


def _next(
    waiting: list[tuple[float, int, Observation, Iterator[tuple[float, Observation]]]],
) -> tuple[float, Observation]:
    """Take the first that waits, and put the next of its span in its place."""
    at_s, number, observation, rest = waiting[0]
    following = next(rest, None)
    if following is None:
        heapq.heappop(waiting)
    else:
        heapq.heapreplace(waiting, (following[0], number, following[1], rest))
    return at_s, observation

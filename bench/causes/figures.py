"""Figures of causes and symptoms: a labelled flood through intake, locate and decide, with the table of causes and without it.

- `entries`: alerts of P1 to P3 that stood by themselves on the list at any moment, as in docs/alert-quality.md. They are counted
  with `budget: none`, with causes and without: the budget gives each place that becomes free to something else, so that with it
  the number of entries says nothing of causes. `at_most` is by how much they could fall: every true symptom but a P1 had none.
- `standing_s`: for how long entries stood by themselves, all together, also without the budget.
- `asked`: how often an alert newly asked for attention, shown or grouped, with the budget. `lines`: alerts and summaries that
  ever stood by themselves, with the budget.
- `right`: of the links that were told at any time, those whose cause truly brought the symptom about. `found`: of the true
  symptoms whose cause was not withdrawn, those that came to be linked to it.
- `movements`: what was told in the end of people who run, leave or gather, by alert, camera and kind: `right` where that thing
  truly brought them before that camera at that moment. `found`: of those who truly ran or gathered before a camera, whether the
  detector saw them or not, those that were told.
- `hidden`: alerts that stood under a cause while they were P1, and what truly is P1 and never stood by itself but under a cause.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from heapq import merge
from typing import Any, Final
from zoneinfo import ZoneInfo

from bench.causes.flood import LENGTH_S, START, Arrival, Flood, make_flood
from bench.causes.people import is_right
from bench.scenarios.normal import profiles
from bench.scenarios.town import registry
from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Priority
from schemas.codec import decode
from schemas.evidence import Evidence, MovementKind
from schemas.incidents import Incident
from schemas.observations import Observation
from streams import topics
from streams.domain.cameras.registry import Registry
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

TICK_S: Final = 5
AFTER_S: Final = 1_200
TIME_ZONE: Final = "Europe/Amsterdam"
LESS: Final = 0.20
RIGHT: Final = 0.90
"""The goals: `entries` fall by so much, and so many links are right; nothing critical is hidden."""
_ON_LIST: Final = frozenset({AlertState.NEW, AlertState.ACKNOWLEDGED})


@dataclass
class ToldFlood:
    """Told flood: alerts in their order, and of which thing each piece of evidence is."""

    alerts: list[Alert] = field(default_factory=list)
    thing_of: dict[str, str] = field(default_factory=dict)
    newest: dict[str, Alert] = field(default_factory=dict)
    standing_s: int = 0


@dataclass(frozen=True, slots=True)
class CauseFigures:
    """Cause figures: what was counted of one or several floods."""

    floods: int = 0
    entries: int = 0
    entries_without: int = 0
    avoidable: int = 0
    standing_s: int = 0
    standing_without_s: int = 0
    asked: int = 0
    asked_without: int = 0
    lines: int = 0
    lines_without: int = 0
    links: int = 0
    right_links: int = 0
    symptoms: int = 0
    found_symptoms: int = 0
    critical: int = 0
    hidden: int = 0
    movements: int = 0
    right_movements: int = 0
    shown_movements: int = 0
    found_movements: int = 0

    def __add__(self, other: CauseFigures) -> CauseFigures:
        """Return the sum of both."""
        mine, others = asdict(self), asdict(other)
        return CauseFigures(**{name: mine[name] + others[name] for name in mine})

    def told(self) -> dict[str, Any]:
        """Return the counts, with the shares of the goals."""
        return {
            **asdict(self),
            "entries_less": _less(self.entries, self.entries_without),
            "at_most": self.avoidable / self.entries_without if self.entries_without else None,
            "standing_less": _less(self.standing_s, self.standing_without_s),
            "asked_less": _less(self.asked, self.asked_without),
            "lines_less": _less(self.lines, self.lines_without),
            "right": self.right_links / self.links if self.links else None,
            "found": self.found_symptoms / self.symptoms if self.symptoms else None,
            "movements_right": self.right_movements / self.movements if self.movements else None,
            "movements_found": self.found_movements / self.shown_movements if self.shown_movements else None,
        }


def evaluate(kind: str, seeds: Iterable[int], rules: Rules) -> dict[int, CauseFigures]:
    """Return the figures of each seed's flood of a kind."""
    return {seed: figures(make_flood(kind, seed), rules) for seed in seeds}


def figures(flood: Flood, rules: Rules) -> CauseFigures:
    """Return the figures of one flood."""
    told, plain = play(flood, rules), play(flood, _changed(rules, causes=[]))
    unbudgeted = play(flood, _changed(rules, budget="none"))
    all_alone = play(flood, _changed(rules, budget="none", causes=[]))
    alone = _entries(all_alone)
    names = _things(all_alone)
    things, mine = flood.things, _things(told)
    links = {(alert.alert_id, alert.caused_by) for alert in told.alerts if alert.caused_by is not None}
    pairs = {(mine.get(symptom, ""), mine.get(cause or "", "")) for symptom, cause in links}
    right = [pair for pair in links if _caused(mine.get(pair[0], ""), mine.get(pair[1] or "", ""), flood)]
    symptoms = [thing for thing in things.values() if thing.cause and things[thing.cause].withdrawn_s is None]
    by_itself = {mine[each.alert_id] for each in told.alerts if each.alert_id in mine and _stands(each)}
    under = {mine[each.alert_id] for each in told.alerts if each.alert_id in mine and each.under_cause}
    critical = [thing for thing in things.values() if thing.priority is Priority.P1]
    moved = _movements(told, mine, flood)
    hidden = sum(alert.under_cause and alert.priority is Priority.P1 for alert in told.alerts)
    return CauseFigures(
        floods=1,
        entries=len(_entries(unbudgeted)),
        entries_without=len(alone),
        avoidable=sum(bool(things[names[each]].cause) for each in alone - _critical(all_alone)),
        standing_s=unbudgeted.standing_s,
        standing_without_s=all_alone.standing_s,
        asked=sum(alert.asks for alert in told.alerts if alert.summary is None),
        asked_without=sum(alert.asks for alert in plain.alerts if alert.summary is None),
        lines=len({alert.alert_id for alert in told.alerts if _stands(alert)}),
        lines_without=len({alert.alert_id for alert in plain.alerts if _stands(alert)}),
        links=len(links),
        right_links=len(right),
        symptoms=len(symptoms),
        found_symptoms=sum((thing.name, thing.cause) in pairs for thing in symptoms),
        critical=len(critical),
        hidden=hidden + sum(thing.name in under - by_itself for thing in critical),
        **moved,
    )


def _movements(told: ToldFlood, mine: Mapping[str, str], flood: Flood) -> dict[str, int]:
    """Return how many movements were told of people, how many truly so, and how many of those before cameras were told."""
    true = flood.people.movements if flood.people is not None else []
    moved = {
        (mine.get(alert.alert_id, ""), each.camera_id, each.kind): (each.at - START).total_seconds()
        for alert in told.newest.values()
        for each in alert.movements
    }
    right = {name for name, at_s in moved.items() if is_right(*name, at_s, true)}
    shown = {(each.cause, each.camera, each.kind) for each in true if each.kind is not MovementKind.LEAVING}
    return {
        "movements": len(moved),
        "right_movements": len(right),
        "shown_movements": len(shown),
        "found_movements": len(right & shown),
    }


def play(flood: Flood, rules: Rules) -> ToldFlood:
    """Return what a flood makes of the list, time told in between and for a while after."""
    known = Registry.model_validate(registry())
    stages = _stages(flood, known, rules)
    now = START
    intake = Intake(RecordedReports(load_categories()), None, lambda: now)
    told, thing_of_incident = ToldFlood(), dict[str, str]()

    def take(outputs: Iterable[Output]) -> None:
        for output in outputs:
            match output.message:
                case Alert() as alert if output.topic == topics.ALERTS:
                    told.alerts.append(alert)
                    told.newest[alert.alert_id] = alert
                case Evidence() as evidence if (incident := getattr(evidence.fact, "incident", None)) is not None:
                    told.thing_of[evidence.evidence_id] = thing_of_incident[incident.incident_id]
                case _:
                    pass

    def tick(at_s: float) -> None:
        take(stages.tick(START + timedelta(seconds=at_s)))
        told.standing_s += TICK_S * sum(_is_entry(alert) for alert in told.newest.values())

    tick_s = 0
    for at_s, arrival in _arrivals(flood):
        while tick_s <= at_s:
            tick(tick_s)
            tick_s += TICK_S
        now = START + timedelta(seconds=at_s)
        if isinstance(arrival, Observation):
            take(stages.give(topics.OBSERVATIONS, arrival, now))
        elif arrival.seen is not None:
            told.thing_of[arrival.seen.evidence_id] = arrival.thing
            take(stages.give(topics.EVIDENCE, arrival.seen, now))
        elif (incident := _incident(intake, arrival.line or {})) is not None:
            thing_of_incident[incident.incident_id] = arrival.thing
            take(stages.give(topics.INCIDENTS, incident, now))
    for rest_s in range(tick_s, int(LENGTH_S) + AFTER_S, TICK_S):
        tick(rest_s)
    return told


def _stages(flood: Flood, known: Registry, rules: Rules) -> InMemory:
    """Return the stages; with cameras that have learnt, where they see what people do."""
    locate, decide = Locate(known, rules, TIME_ZONE), Decide(rules, known.version)
    if flood.people is None:
        return InMemory([locate, decide])
    stages = InMemory([locate, Corroborate(known, rules), decide])
    for camera_id, bucket, row in profiles(known, START, LENGTH_S, ZoneInfo(TIME_ZONE)):
        stages.rows["corroborate"].put(row_name(camera_id, None, bucket), row)
    return stages


def _arrivals(flood: Flood) -> Iterator[tuple[float, Arrival | Observation]]:
    """Yield what arrives and what cameras show, in order."""
    seen: Iterable[tuple[float, Arrival | Observation]] = flood.people.observations(START) if flood.people else ()
    yield from merge(((each.at_s, each) for each in flood.arrivals), seen, key=lambda each: each[0])


def _incident(intake: Intake, line: Mapping[str, Any]) -> Incident | None:
    content = json.dumps(line).encode()
    outgoing = intake.prepare(Line(intake.summary.read + 1, content, len(content)))
    message: Message | None = None
    if outgoing is not None and outgoing.topic == topics.INCIDENTS:
        message = decode(outgoing.record.value, outgoing.record.headers)
    return message if isinstance(message, Incident) else None


def _changed(rules: Rules, **parts: Any) -> Rules:
    return Rules.model_validate(rules.model_dump(mode="json", by_alias=True) | parts)


def _entries(told: ToldFlood) -> set[str]:
    return {alert.alert_id for alert in told.alerts if _is_entry(alert)}


def _is_entry(alert: Alert) -> bool:
    return _stands(alert) and alert.priority < Priority.P4


def _critical(told: ToldFlood) -> set[str]:
    return {alert.alert_id for alert in told.alerts if alert.priority is Priority.P1}


def _things(told: ToldFlood) -> dict[str, str]:
    """Return of which thing each alert is: that of most of its evidence."""
    newest = {alert.alert_id: alert for alert in told.alerts if alert.summary is None}
    found = {}
    for alert_id, alert in newest.items():
        counted = Counter(told.thing_of[each] for each in alert.evidence_ids if each in told.thing_of)
        if counted:
            found[alert_id] = min(counted, key=lambda name: (-counted[name], name))
    return found


def _caused(symptom: str, cause: str, flood: Flood) -> bool:
    thing = flood.things.get(symptom)
    return thing is not None and thing.cause == cause != ""


def _stands(alert: Alert) -> bool:
    """Return whether an alert, or a summary, stands by itself on the operator's list."""
    aside = alert.under_cause or alert.grouped_under is not None
    return alert.operator_list and alert.state in _ON_LIST and not aside


def _less(now: int, before: int) -> float | None:
    return 1 - now / before if before else None


def goals(told: Mapping[str, Any]) -> Sequence[tuple[str, str, Any, bool]]:
    """Return each goal with what was reached, and whether it is met; of what people did only where something was told of it."""
    entries, right, moved = told["entries_less"], told["right"], told["movements_right"]
    found = [
        ("entries, against without", f"-{LESS:.0%}", entries, (entries or 0) >= LESS),
        ("links right", f">= {RIGHT:.2f}", right, (right or 0) >= RIGHT),
    ]
    if moved is not None:
        found.append(("movements right", f">= {RIGHT:.2f}", moved, moved >= RIGHT))
    return (*found, ("critical hidden", "0", told["hidden"], told["hidden"] == 0))

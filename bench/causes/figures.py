"""Figures of causes and symptoms: a labelled flood through intake, locate and decide, with the table of causes and without it.

- `entries`: alerts of P1 to P3 that stood by themselves on the list at any moment, as in docs/alert-quality.md. They are counted
  with `budget: none`, with causes and without: the budget gives each place that becomes free to something else, so that with it
  the number of entries says nothing of causes. `at_most` is by how much they could fall: every true symptom but a P1 had none.
- `standing_s`: for how long entries stood by themselves, all together, also without the budget.
- `asked`: how often an alert newly asked for attention, shown or grouped, with the budget. `lines`: alerts and summaries that
  ever stood by themselves, with the budget.
- `right`: of the links that were told at any time, those whose cause truly brought the symptom about. `found`: of the true
  symptoms whose cause was not withdrawn, those that came to be linked to it.
- `hidden`: alerts that stood under a cause while they were P1, and what truly is P1 and never stood by itself but under a cause.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Final

from bench.causes.flood import LENGTH_S, START, Flood, make_flood
from bench.scenarios.town import registry
from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Priority
from schemas.codec import decode
from schemas.evidence import Evidence
from schemas.incidents import Incident
from streams import topics
from streams.domain.cameras.registry import Registry
from streams.domain.rules.rules import Rules
from streams.intake.intake import Intake
from streams.intake.lines import Line
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.runtime.in_memory import InMemory
from streams.stages.base import Output
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
    )


def play(flood: Flood, rules: Rules) -> ToldFlood:
    """Return what a flood makes of the list, time told in between and for a while after."""
    known = Registry.model_validate(registry())
    stages = InMemory([Locate(known, rules, TIME_ZONE), Decide(rules, known.version)])
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
    for arrival in flood.arrivals:
        while tick_s <= arrival.at_s:
            tick(tick_s)
            tick_s += TICK_S
        now = START + timedelta(seconds=arrival.at_s)
        if arrival.seen is not None:
            told.thing_of[arrival.seen.evidence_id] = arrival.thing
            take(stages.give(topics.EVIDENCE, arrival.seen, now))
        elif (incident := _incident(intake, arrival.line or {})) is not None:
            thing_of_incident[incident.incident_id] = arrival.thing
            take(stages.give(topics.INCIDENTS, incident, now))
    for rest_s in range(tick_s, int(LENGTH_S) + AFTER_S, TICK_S):
        tick(rest_s)
    return told


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
    """Return each goal with what was reached, and whether it is met."""
    return (
        ("entries, against without", f"-{LESS:.0%}", told["entries_less"], (told["entries_less"] or 0) >= LESS),
        ("links right", f">= {RIGHT:.2f}", told["right"], (told["right"] or 0) >= RIGHT),
        ("critical hidden", "0", told["hidden"], told["hidden"] == 0),
    )
